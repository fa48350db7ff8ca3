"""The code for Windows, compared with the Windows code of `venv`, which runs here on a simulated installation.

No Windows Python is at hand. But the methods of `venv.EnvBuilder` for Windows are plain Python, and are defined when
`os.name` says so: the same fake installation is given to them and to ours, and what is in `Scripts` then is compared.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from conftest import IS_WINDOWS, Interpreter, Result, make_link, snapshot

SCRIPT = """
import importlib.util, json, logging, os, sys, sysconfig, types
name, base, env_dir, options = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])

import venv as real
if name == "venv":
    spec = importlib.util.spec_from_file_location("venv_on_windows", real.__file__)
    module = importlib.util.module_from_spec(spec)
    os.name = "nt"
    spec.loader.exec_module(module)
    module.__file__ = os.path.join(base, "Lib", "venv", "__init__.py")
else:
    import fastvenv as module
    from fastvenv import _interpreter, _windows
    _interpreter.IS_WINDOWS = True
    os.__file__ = os.path.join(base, "Lib", "os.py")
    module.EnvBuilder
    os.name = "nt"

warnings = []
module.logger = types.SimpleNamespace(warning=lambda message, *values: warnings.append(message % values))
sysconfig.is_python_build = lambda *args: options["source_build"]
sysconfig.get_config_var = lambda name: options["free_threaded"] if name == "Py_GIL_DISABLED" else None
if options["links_fail_at"] is not None:
    symlink, count = os.symlink, [0]
    def failing(*args):
        count[0] += 1
        if count[0] > options["links_fail_at"]:
            raise OSError(1314, "no privilege")
        symlink(*args)
    os.symlink = failing

scripts = os.path.join(env_dir, "Scripts")
context = types.SimpleNamespace(
    env_dir=env_dir, bin_path=scripts, python_dir=base, executable=os.path.join(base, options["exe"]),
    env_exe=os.path.join(scripts, options["exe"]), python_exe=options["exe"])
module.EnvBuilder(symlinks=options["symlinks"]).setup_python(context)
os.name = "posix"
print(json.dumps(warnings))
"""

LAUNCHERS = [f"venv{w}launcher{t}{d}.exe" for w in ("", "w") for t in ("", "t") for d in ("", "_d")]
INSTALLATIONS = {
    "ordinary": ["python.exe", "pythonw.exe", "python3.dll", "python313.dll", "vcruntime140.dll", "extra.dll"],
    "debug too": ["python.exe", "python_d.exe", "pythonw.exe", "pythonw_d.exe", "python3_d.dll", "tool.exe"],
    "without launchers": ["python.exe", "pythonw.exe"],
    "bare": [],
}


CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "free-threaded": {"free_threaded": True},
    "source build": {"source_build": True},
    "links fail": {"links_fail_at": 1},
}


def combinations() -> list[ParameterSet]:
    """Each installation, kind of files, interpreter and case. A debug interpreter that is not there is for the night."""
    found = []
    for installation, symlinks, exe, case in itertools.product(
        INSTALLATIONS, [False, True], ["python.exe", "python_d.exe"], CASES
    ):
        if case == "links fail" and not symlinks:
            continue  # no link is tried
        is_for_the_night = exe == "python_d.exe" and exe not in INSTALLATIONS[installation]
        found.append(
            pytest.param(
                *(INSTALLATIONS[installation], symlinks, exe, CASES[case]),
                id=f"{case}-{exe}-{'links' if symlinks else 'copies'}-{installation}",
                marks=pytest.mark.nightly if is_for_the_night else (),
            )
        )
    return found


@pytest.mark.parametrize(("names", "symlinks", "exe", "case"), combinations())
def test_scripts_folder(
    python: Interpreter, tmp_path: Path, names: list[str], symlinks: bool, exe: str, case: dict[str, Any]
) -> None:
    if python.is_pypy:
        pytest.skip("PyPy has a venv of its own for Windows, which fastvenv does not know")
    base = tmp_path / "base"
    launchers = base / "Lib/venv/scripts/nt"
    launchers.mkdir(parents=True)
    for name in names:
        (base / name).write_text(f"base {name}")
    if len(names) > 2:
        for name in LAUNCHERS:
            (launchers / name).write_text(f"launcher {name}")
        if case.get("source_build"):
            for name in LAUNCHERS:
                (base / name).write_text(f"built {name}")
            (base / "tcl8.6").mkdir()
            (base / "tcl8.6/init.tcl").write_text("tcl")
        for name in ("python3.13t.exe", "pythonw3.15t.exe", "python3.15t.exe"):
            if case.get("free_threaded"):
                (base / name).write_text(f"base {name}")
    options = {
        "symlinks": symlinks,
        "exe": exe,
        "free_threaded": None,
        "source_build": False,
        "links_fail_at": None,
        **case,
    }
    results = []
    env_dir = tmp_path / "env"
    for module in ("venv", "fastvenv"):
        (env_dir / "Scripts").mkdir(parents=True)
        warnings = python.answer(SCRIPT, module, base, env_dir, json.dumps(options))
        results.append((snapshot(env_dir), sorted(warnings)))
        env_dir.rename(tmp_path / f"{module} made")
    assert results[0] == results[1]


def test_redirected_paths_are_reported(python: Interpreter, tmp_path: Path) -> None:
    """If the system redirects a path, the interpreter is started by its real path (bpo-45337)."""
    script = """
import json, os, sys, types
import fastvenv
from fastvenv import _windows
warnings = []
fastvenv.logger = types.SimpleNamespace(warning=lambda message, *values: warnings.append(message % values))
builder = fastvenv.EnvBuilder()
real, link = sys.argv[1] + "/real/python.exe", sys.argv[1] + "/link/python.exe"
print(json.dumps([_windows.redirected(builder, real) == real, _windows.redirected(builder, link) == real, warnings]))
"""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/python.exe").touch()
    make_link(tmp_path / "link", "real")
    same, redirected, [warning] = python.answer(script, tmp_path)
    assert same and redirected
    assert f'Requested location: "{tmp_path}/link/python.exe"' in warning
    assert f'Actual location:    "{tmp_path}/real/python.exe"' in warning


def test_a_link_to_the_base_is_no_redirected_path(python: Interpreter, tmp_path: Path) -> None:
    """With `--symlinks`, a second run finds such a link. Its target would install pip into the base."""
    script = """
import json, sys, types
import fastvenv
from fastvenv import _windows
fastvenv.logger = types.SimpleNamespace(warning=print)
print(json.dumps(_windows.redirected(fastvenv.EnvBuilder(), sys.argv[1])))
"""
    make_link(tmp_path / "python.exe", "../base/python.exe")
    assert python.answer(script, tmp_path / "python.exe") == str(tmp_path / "python.exe")


def test_pypy_has_its_own_steps(python: Interpreter, tmp_path: Path) -> None:
    script = """
import json, sys, venv
from fastvenv import EnvBuilder, _interpreter, _windows
called = []
venv.EnvBuilder.setup_python = lambda *arguments: called.append(arguments)
_interpreter.IS_PYPY = True
builder = EnvBuilder()
_windows.setup_python(builder, "context")
print(json.dumps(called == [(builder, "context")]))
"""
    assert python.answer(script) is True


def test_a_junction_is_a_directory(python: Interpreter, tmp_path: Path) -> None:
    """Wine has no junctions either: here Python reports that the link is one."""
    script = """
import json, os, sys, types
from fastvenv import EnvBuilder, _interpreter, _windows
directory, junction, file = sys.argv[1:]
real = os.lstat
def lstat(path):
    if path in (junction, file):
        return types.SimpleNamespace(st_reparse_tag=0xA0000003)
    return real(path)
os.lstat = lstat
found = [_windows.is_junction(path) for path in (directory, junction, file, directory + "/none")]
os.lstat = real
from fastvenv import _builder
is_link, real_path = os.path.islink, os.path.realpath
is_no_junction = lambda path: path != junction and is_link(path)
def realpath(path):
    os.path.islink = is_link  # which older versions of Python ask
    try:
        return real_path(path)
    finally:
        os.path.islink = is_no_junction
os.path.islink, os.path.realpath = is_no_junction, realpath
_builder._is_junction = lambda path: path == junction
builder = EnvBuilder(clear=True)
builder.create(junction)
print(json.dumps([found, sorted(os.listdir(directory)) == sorted(os.listdir(junction)), os.path.exists(directory + "/old"),
                  os.path.exists(directory + "/pyvenv.cfg")]))
"""
    (tmp_path / "directory").mkdir()
    (tmp_path / "directory/old").touch()
    (tmp_path / "file").touch()
    make_link(tmp_path / "junction", "directory")
    paths = [tmp_path / name for name in ("directory", "junction", "file")]
    assert python.answer(script, *paths) == [[False, True, False, False], True, False, True]


def test_a_junction_is_a_directory_for_other_interpreters(python: Interpreter, tmp_path: Path) -> None:
    """With `--python`, the interpreter's own `venv` makes the environment there."""
    script = """
import json, sys, types
import fastvenv
from fastvenv import EnvBuilder, _builder, _interpreter, _other
junction = sys.argv[1]
builder = _other.OtherBuilder(EnvBuilder(), _other.choose(sys.executable, use_cache=False))
_builder._is_junction = lambda path: path == junction
_interpreter.IS_WINDOWS = True
EnvBuilder._same_path = lambda self, path1, path2: path1 == path2
commands = []
fastvenv.subprocess = types.SimpleNamespace(check_output=lambda command, **options: commands.append(command), STDOUT=-2)
builder.create(junction)
print(json.dumps(commands))
"""
    (tmp_path / "directory").mkdir()
    make_link(tmp_path / "junction", "directory")
    [command] = python.answer(script, tmp_path / "junction")
    assert command[1:3] == ["-m", "venv"] and command[-1] == str(tmp_path / "junction")


def test_short_names_are_resolved_where_python_can(python: Interpreter) -> None:
    """Python 3.9 and 3.10 have no function for it: there, paths with short names differ, as for their own `venv`."""
    script = """
import json, sys, types
from fastvenv import _windows
resolving = types.SimpleNamespace(GetLongPathName=lambda path: path.replace("RUNNER~1", "runneradmin"))
answers = []
for winapi in (resolving, types.SimpleNamespace()):
    sys.modules["_winapi"] = winapi
    answers.append([_windows.same_path("RUNNER~1/env", name) for name in ("RUNNER~1/env", "runneradmin/env", "env")])
print(json.dumps(answers))
"""
    assert python.answer(script) == [[True, True, False], [True, False, False]]


SIGNED = b"# SIG # Begin signature block"


@pytest.mark.skipif(not IS_WINDOWS, reason="scripts are signed in the builds for Windows alone")
@pytest.mark.parametrize(
    ("name", "options", "is_signed"),
    [
        ("env", [], True),
        ("J\u00f6rg's $x", ["--prompt=a b"], True),
        ("env", ["--relocatable"], True),
        ("a[b]", [], False),
        ("a`b", [], False),
        ("env", ["--prompt=J\u00f6rg"], False),
        ("env", ["--prompt=C:\\"], False),
    ],
)
def test_the_signed_script_of_powershell(
    python: Interpreter, tmp_path: Path, name: str, options: list[str], is_signed: bool
) -> None:
    """It is the interpreter's own if it does the same as ours, because it runs even if scripts must be signed."""
    [theirs] = python.answer("import json, venv; print(json.dumps(venv.__path__))")
    script = Path(theirs, "scripts/common/Activate.ps1").read_bytes()
    assert SIGNED in script
    assert python.run("-m", "fastvenv", "--without-pip", *options, tmp_path / name) == Result(0, "", "")
    ours = (tmp_path / name / "Scripts/Activate.ps1").read_bytes()
    assert (ours == script) == is_signed
    assert ours.isascii()

"""pip where it runs, in environments and in `ensurepip`: each test takes seconds, so CI runs them on few interpreters.

test_tree shows on each interpreter that fastvenv installs what its `venv` installs.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import BIN, LIB, Interpreter, Result, at_night, move_away, program_in
from trees import assert_same
from wheels import assert_sound, bundled_wheels

TOO_LONG = pytest.mark.posix("venv fails where paths have more than 260 characters")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--copies", "--system-site-packages"], "sp ace"),
        *at_night((["--upgrade"], "up")),
        pytest.param([], "long" * 40, marks=[pytest.mark.nightly, TOO_LONG]),
    ],
    ids=["with a space", "upgrade", "long"],
)
def test_the_tree_is_that_of_venv(python: Interpreter, tmp_path: Path, options: list[str], name: str) -> None:
    if not python.has_ensurepip:
        pytest.skip("without ensurepip, venv installs no pip")
    tree = assert_same(python, tmp_path / "root", *options, f"./{name}")
    assert any(path.endswith("site-packages/pip/__init__.py") for path in tree)


@pytest.mark.usefixtures("has_wheels")
def test_pip_keeps_house_as_after_venv(python: Interpreter, tmp_path: Path) -> None:
    """It checks itself without an error, and uninstalls every file: RECORD is right."""
    env_dir = tmp_path / "env"
    assert python.run("-m", "fastvenv", env_dir) == Result(0, "", "")
    inside = python.inside(env_dir)
    # PyPy has its own cffi, whose requirement is missing after `venv`, too.
    if not python.is_pypy:
        assert inside.run("-m", "pip", "check").output == "No broken requirements found.\n"
    again = inside.run("-m", "ensurepip", "--upgrade", "--default-pip")
    assert again.status == 0 and "Requirement already satisfied" in again.output
    gone = inside.run("-m", "pip", "uninstall", "--yes", "pip", "setuptools")
    assert gone.status == 0, gone.stderr
    left = [path for path in (env_dir / LIB).rglob("*") if path.is_file()]
    assert (left, list((env_dir / BIN).glob("pip*"))) == ([], [])


@pytest.mark.usefixtures("has_wheels")
def test_a_wheel_of_pip_is_run_where_it_is_not_unpacked(python: Interpreter, tmp_path: Path) -> None:
    """On Windows, pip run as `pip` refuses to replace itself; and the current directory is not imported from."""
    wheels = [wheel for wheel in bundled_wheels(python) if wheel.name.startswith("pip-")]
    if not wheels:
        pytest.skip("this Python has its wheels elsewhere")
    (tmp_path / "env").mkdir()
    (tmp_path / "env/json.py").write_text("raise SystemExit('imported')")
    variables = {**python.variables, "PYTHONOPTIMIZE": "1"}
    result = python.run("-m", "fastvenv", "--pip-wheel", wheels[0], tmp_path / "env", env=variables)
    assert result == Result(0, "", "")
    assert program_in(tmp_path / "env", "pip").exists()


# Makes an environment by a subclass that chooses what is in it, and prints which pip the environment has.
CHOOSING = """
import importlib, json, os, subprocess, sys
from types import SimpleNamespace
name, env_dir, choice, other = sys.argv[1:]
module = importlib.import_module(name)
class Builder(module.EnvBuilder):
    pass
def choosing(hook):
    setattr(Builder, hook.__name__, hook)
if choice == "interpreter":
    @choosing
    def ensure_directories(self, env_dir):
        context = super(Builder, self).ensure_directories(env_dir)
        context.executable = other
        context.python_dir, context.python_exe = os.path.split(other)
        context.env_exe = context.env_exec_cmd = os.path.join(context.bin_path, context.python_exe)
        return context
elif choice == "links":
    @choosing
    def symlink_or_copy(self, src, dst, relative_symlinks_ok=False):
        os.symlink(os.path.basename(src) if relative_symlinks_ok else other, dst)
elif choice == "folder":
    @choosing
    def ensure_directories(self, env_dir):
        context = super(Builder, self).ensure_directories(env_dir)
        context.lib_path = os.path.join(env_dir, "mine")
        return context
else:
    @choosing
    def ensure_directories(self, env_dir):
        made = SimpleNamespace(env_dir=env_dir, env_name="env", prompt="env", executable=sys._base_executable)
        made.python_dir, made.python_exe = os.path.split(made.executable)
        made.inc_path, made.bin_path, made.bin_name = env_dir + "/include", env_dir + "/bin", "bin"
        made.env_exe = made.env_exec_cmd = os.path.join(made.bin_path, made.python_exe)
        os.makedirs(made.bin_path)
        return made
Builder(symlinks=True, with_pip=True).create(env_dir)
print(json.dumps(subprocess.check_output([env_dir + "/bin/python", "-m", "pip", "--version"], text=True)))
"""


def assert_same_pip(python: Interpreter, tmp_path: Path, choice: str, other: str = "") -> None:
    env_dir = tmp_path / "env"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    found = []
    for module in ("venv", "fastvenv"):
        found.append(python.answer(CHOOSING, module, env_dir, choice, other, env=variables))
        move_away(env_dir)
    assert found[0] == found[1]
    # What another interpreter compiled would crash this one, so none of it is in the cache.
    assert python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    assert_sound(env_dir)


@pytest.mark.posix("links to a Python of another version")
@pytest.mark.parametrize("choice", ["interpreter", "links"])
def test_pip_is_for_the_interpreter_that_a_subclass_chooses(
    python: Interpreter, another: Path, tmp_path: Path, choice: str
) -> None:
    if not python.has_ensurepip:
        pytest.skip("without ensurepip, venv installs no pip")
    assert_same_pip(python, tmp_path, choice, str(another))


@pytest.mark.posix("the names of folders")
@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("choice", ["context", *at_night("folder")])
def test_a_context_needs_only_what_venv_reads(python: Interpreter, tmp_path: Path, choice: str) -> None:
    """`venv` reads no folder of packages, and up to Python 3.11 its context has none."""
    assert_same_pip(python, tmp_path, choice)

"""Windows alone: the program `fastvenv.exe`, the scripts of cmd beside those of `venv`, and files that are open.

In Wine, as elsewhere, `cmd` is the one of the system.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import IS_WINDOWS, Interpreter, Result, at_night, move_away, packages, program_in, surroundings, text_of
from test_tree import compared

pytestmark = pytest.mark.skipif(not IS_WINDOWS, reason="only Windows has that")


@pytest.fixture(scope="module")
def program(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, in an environment that has fastvenv installed."""
    [found] = Path(python.folder).glob("*.data/scripts/fastvenv.exe")
    env_dir = tmp_path_factory.mktemp("program") / "installed"
    assert python.run("-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    shutil.copytree(Path(python.folder, "fastvenv"), packages(env_dir) / "fastvenv")
    return Path(shutil.copy(found, program_in(env_dir, "fastvenv")))


def run(command: list[str | Path], home: Path) -> Result:
    process = subprocess.run(
        command, env=surroundings(str(home)), capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False
    )
    return Result(process.returncode, text_of(process.stdout), text_of(process.stderr))


@pytest.mark.parametrize("options", [["--without-pip"], []], ids=["without pip", "with pip"])
def test_the_program_does_what_the_module_does(
    python: Interpreter, program: Path, tmp_path: Path, options: list[str]
) -> None:
    trees = []
    for command in ([program], [program.with_name("python.exe"), "-m", "fastvenv"]):
        assert run([*command, *options, tmp_path / "sp ace"], tmp_path) == Result(0, "", "")
        trees.append(compared(tmp_path / "sp ace"))
        move_away(tmp_path / "sp ace")
    assert trees[0] == trees[1]


def test_the_program_prints_what_the_module_prints(program: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    commands: list[list[str | Path]] = [[program], [program.with_name("python.exe"), "-m", "fastvenv"]]
    for arguments in (["--version"], ["--nonsense"], [str(tmp_path / "file")]):
        results = [run([*command, *arguments], tmp_path) for command in commands]
        assert results[0] == results[1]
        assert results[0].status == (0 if arguments == ["--version"] else 1 if "file" in arguments[0] else 2)


@pytest.mark.parametrize(
    "options",
    [
        ["--without-pip", "--system-site-packages", "--prompt=a b"],
        ["--without-pip", "--upgrade"],
        *at_night(["--clear"]),
    ],
    ids=" ".join,
)
def test_an_environment_of_a_python_is_what_its_own_venv_makes(
    python: Interpreter, others: list[str], tmp_path: Path, options: list[str]
) -> None:
    """With `--python`, for the running interpreter, and for those of `--others`."""
    root = tmp_path / "root"
    for other in (python.path, *others):
        trees = []
        for command in ((other, "-m", "venv"), (python.path, "-m", "fastvenv", "--python", other)):
            root.mkdir()
            process = subprocess.run(
                [*command, *options, "sp ace"], cwd=root, env=python.variables, capture_output=True, check=False
            )
            assert (process.returncode, process.stdout, process.stderr) == (0, b"", b""), other
            trees.append((compared(root), taken(root / "sp ace/Scripts", Path(other).parent)))
            move_away(root)
        assert trees[1] == trees[0], other


def taken(scripts: Path, base: Path) -> dict[str, bool]:
    """The files with the time of a file of the installation, and whether the script of PowerShell comes from there."""
    times = {path.stat().st_mtime_ns for path in base.glob("Lib/venv/scripts/nt/*.exe")}
    found = {path.name: path.stat().st_mtime_ns in times for path in scripts.glob("python*.exe")}
    own = base / "Lib/venv/scripts/common/Activate.ps1"
    found.update((path.name, path.read_bytes() == own.read_bytes()) for path in scripts.glob("Activate.ps1"))
    return found


def test_another_python_gets_what_its_venv_has_not(python: Interpreter, others: list[str], tmp_path: Path) -> None:
    """The steps are fastvenv's own."""
    for number, other in enumerate((python.path, *others)):
        env_dir = tmp_path / str(number)
        options = ["--python", other, "--relocatable", "--activators=bash,batch"]
        assert python.run("-m", "fastvenv", *options, env_dir) == Result(0, "", "")
        env_dir = env_dir.rename(tmp_path / f"moved {number}")
        result = run([program_in(env_dir, "python"), "-m", "pip", "--version"], tmp_path)
        assert result.status == 0 and str(env_dir).lower() in result.output.lower()
        assert not (env_dir / "Scripts/Activate.ps1").exists()


@pytest.mark.parametrize("name", ["env", "sp ace", "(x) y", "it's ^"])
def test_cmd_is_activated_as_by_venv(python: Interpreter, tmp_path: Path, name: str) -> None:
    """The variables of cmd before, in, and after the environment; older versions of `venv` left some set."""
    script = tmp_path / "script.bat"
    steps = ["set", f'call "%ROOT%\\{name}\\Scripts\\activate.bat"', "set", "call deactivate.bat", "set"]
    text = "@echo off\nset ROOT=%~dp0\n" + "\necho ---\n".join(steps) + "\n"
    script.write_text(text, encoding="utf-8")  # with the ends of lines of the system
    shown = []
    for module in ("venv", "fastvenv") if python.version >= (3, 13) else ("fastvenv",):
        assert python.run("-m", module, "--without-pip", tmp_path / name) == Result(0, "", "")
        variables = {**surroundings(str(tmp_path)), "PROMPT": "$P$G", "PYTHONHOME": "C:\\somewhere"}
        process = subprocess.run(
            ["cmd", "/c", str(script)], env=variables, capture_output=True, stdin=subprocess.DEVNULL, check=True
        )
        parts = text_of(process.stdout).split("---\n")
        shown.append([{line for line in part.splitlines() if "=" in line} for part in (*parts[::2], parts[4])])
        move_away(tmp_path / name)
    assert shown[-1] == shown[0]
    before, active, after, _ = shown[-1]
    assert f"VIRTUAL_ENV={tmp_path / name}" in active and not any(line.startswith("PYTHONHOME=") for line in active)
    assert before == after


def test_an_environment_in_use_is_not_cleared_in_silence(python: Interpreter, tmp_path: Path) -> None:
    """Its interpreter runs: the error names a file, as that of `venv` does."""
    outcomes = []
    for module in ("venv", "fastvenv"):
        env_dir = tmp_path / module
        assert python.run("-m", module, "--without-pip", env_dir) == Result(0, "", "")
        script = "import sys; print(flush=True); sys.stdin.read()"
        with subprocess.Popen(
            [program_in(env_dir, "python"), "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None and process.stdin is not None
            process.stdout.readline()
            result = python.run("-m", module, "--clear", "--without-pip", env_dir)
            process.stdin.close()
        outcomes.append((result.status, str(program_in(env_dir, "python"))[1:] in result.stderr.replace("\\\\", "\\")))
    assert outcomes == [(1, True)] * 2


def test_a_held_file_is_waited_for(python: Interpreter, tmp_path: Path) -> None:
    """Another process has a new file open for a moment, as a virus scanner does."""
    assert python.run("-m", "fastvenv", "--without-pip", tmp_path / "env") == Result(0, "", "")
    script = """
import sys, time
with open(sys.argv[1]):
    print(flush=True)
    time.sleep(0.2)
"""
    waits = """
import subprocess, sys, fastvenv
child = subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1] + "/pyvenv.cfg"], stdout=subprocess.PIPE)
child.stdout.readline()
fastvenv.EnvBuilder().clear_directory(sys.argv[1])
child.wait()
"""
    assert python.run("-c", waits, tmp_path / "env", script) == Result(0, "", "")
    assert list((tmp_path / "env").iterdir()) == []


@dataclass(frozen=True)
class User:
    """A user whose profile is a directory of the test, beside directories outside of the profile."""

    profile: Path
    outside: Path
    variables: dict[str, str]


@pytest.fixture
def user(python: Interpreter, tmp_path: Path) -> User:
    profile, outside = tmp_path / "profile", tmp_path / "outside"
    (profile / "AppData/Local").mkdir(parents=True)
    outside.mkdir()
    own = {"USERPROFILE": str(profile), "LOCALAPPDATA": str(profile / "AppData/Local")}
    return User(profile, outside, {**python.variables, **own})


@pytest.mark.parametrize(
    ("variable", "place", "is_used"),
    [
        ("LOCALAPPDATA", "profile/AppData/Local", True),
        ("LOCALAPPDATA", "outside", False),
        ("FASTVENV_CACHE_DIR", "profile/cache", True),
        ("FASTVENV_CACHE_DIR", "PROFILE/cache", True),
        ("FASTVENV_CACHE_DIR", "profile/../outside/cache", False),
        ("FASTVENV_CACHE_DIR", "profile2/cache", False),
    ],
)
def test_a_cache_is_used_in_the_profile_alone(
    python: Interpreter, user: User, tmp_path: Path, variable: str, place: str, is_used: bool
) -> None:
    """Outside, other users may be able to write to it, and `-v` says so."""
    path = Path(tmp_path, place)
    result = python.run("-m", "fastvenv", "-v", user.profile / "env", env={**user.variables, variable: str(path)})
    assert (result.status, result.stderr) == (0, "")
    made = path / "fastvenv/cache" if variable == "LOCALAPPDATA" else path
    message = f"The cache {os.path.normpath(made)} is not used: it is not in your profile"
    assert (message in result.output) is not is_used
    assert any(made.glob("pip-*")) is is_used
    assert made.exists() is is_used


def test_files_are_linked_in_the_profile_alone(python: Interpreter, user: User) -> None:
    """All names of a file have one access control list. Other directories have other lists than the profile."""
    links: dict[str, set[int]] = {}
    for options, folder in (((), user.profile), ((), user.outside), (("--link-mode=hardlink",), user.outside)):
        env_dir = folder / f"env{len(links)}"
        assert python.run("-m", "fastvenv", *options, env_dir, env=user.variables) == Result(0, "", "")
        files = [path for path in packages(env_dir).glob("pip/**/*") if path.is_file()]
        links[env_dir.name] = {min(path.stat().st_nlink, 2) for path in files}
    assert links == {"env0": {2}, "env1": {1}, "env2": {2}}


def test_a_project_outside_of_the_profile_names_no_program(python: Interpreter, user: User) -> None:
    """Other users may be able to write to its file. Options that are not paths are set all the same."""
    for folder, statuses in ((user.profile, (0, 0)), (user.outside, (0, 1))):
        for setting, status in zip(("prompt = 'a/b'", f"python = '{python.path}'"), statuses):
            (folder / "pyproject.toml").write_text(f"[tool.fastvenv]\n{setting}\n")
            result = python.run("-m", "fastvenv", "--without-pip", folder / "env", env=user.variables)
            assert result.status == status, result.stderr
            assert ("pyproject.toml:2: python must not be a path" in result.stderr) is (status == 1)


@pytest.mark.parametrize("hook", ["post_setup", "upgrade_dependencies"])
def test_a_failure_leaves_nothing(python: Interpreter, tmp_path: Path, hook: str) -> None:
    """Before `pyvenv.cfg` is written a second time, and after it."""
    script = f"""
import sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def {hook}(self, context):
        raise RuntimeError("stop")
Builder(with_pip=True, system_site_packages=True, upgrade_deps=True).create(sys.argv[1])
"""
    result = python.run("-c", script, tmp_path / "new/env")
    assert result.stderr.endswith("RuntimeError: stop\n")
    assert list(tmp_path.iterdir()) == []


def test_an_error_is_that_of_windows(python: Interpreter, tmp_path: Path) -> None:
    """Type, `errno` and `winerror` are those of Python's own call."""
    script = """
import json, os, sys
from fastvenv import _native
def error_of(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return [type(error).__name__, error.errno, error.winerror, error.filename]
root = sys.argv[1]
missing, held = root + "\\\\missing\\\\file", root + "\\\\held"
file = open(held, "w")
answers = [[error_of(os.stat, path), error_of(_native.read_file, path)] for path in (missing, root + "\\\\none")]
os.mkdir(root + "\\\\env")
inner = open(root + "\\\\env\\\\held", "w")
answers.append([error_of(os.remove, inner.name), error_of(_native.clear_directory, root + "\\\\env")])
print(json.dumps(answers))
"""
    for theirs, ours in python.answer(script, tmp_path):
        assert theirs is not None and ours == theirs

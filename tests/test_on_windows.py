"""Windows alone: the program `fastvenv.exe`, the scripts of cmd beside those of `venv`, and files that are open.

In Wine, as elsewhere, `cmd` is the one of the system.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import IS_WINDOWS, Interpreter, Result, at_night, move_away, packages, program_in, surroundings, text_of
from trees import compared

pytestmark = pytest.mark.skipif(not IS_WINDOWS, reason="only Windows has that")


# With this variable, Python cannot start. The program ignores it.
NO_PYTHON = {"PYTHONHASHSEED": "none"}


@dataclass(frozen=True)
class ProgramOnWindows:
    """The program in an environment that has fastvenv installed, and the profile of its user."""

    path: Path
    profile: Path

    @property
    def python(self) -> Path:
        return self.path.with_name("python.exe")

    @property
    def ways(self) -> list[list[str | Path]]:
        """The commands that do the same."""
        return [[self.path], [self.python, "-m", "fastvenv"]]

    def run(self, *arguments: str | Path, **options: Any) -> Result:
        """Run it where no Python can start."""
        return self.run_command(
            [self.path, *arguments], variables={**NO_PYTHON, **options.pop("variables", {})}, **options
        )

    def run_command(
        self, command: list[str | Path], cwd: Path | None = None, variables: dict[str, str] | None = None
    ) -> Result:
        process = self.process(command, cwd, variables or {})
        return Result(process.returncode, text_of(process.stdout), text_of(process.stderr))

    def process(
        self, command: list[str | Path], cwd: Path | None, variables: dict[str, str]
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command with the user's variables, and return what it printed."""
        environment = {**surroundings(str(self.profile)), **variables}
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=300, check=False
        )


@pytest.fixture(scope="module")
def program(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> ProgramOnWindows:
    """The program; the cache has what it needs."""
    [found] = Path(python.folder).glob("*.data/scripts/fastvenv.exe")
    folder = tmp_path_factory.mktemp("program")
    env_dir, profile = folder / "installed", folder / "profile"
    profile.mkdir()
    assert python.run("-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    shutil.copytree(Path(python.folder, "fastvenv"), packages(env_dir) / "fastvenv")
    program = ProgramOnWindows(Path(shutil.copy(found, program_in(env_dir, "fastvenv"))), profile)
    # The first run, which has no record, is Python's.
    assert program.run("--without-pip", folder / "first").status == 1
    assert program.run_command([program.path, folder / "first"]) == Result(0, "", "")
    return program


PLAIN = [
    ["--without-pip"],
    ["--without-pip", "--system-site-packages", "--prompt=it's"],
    ["--without-pip", "--prompt=."],
    ["--without-pip", "--clear"],
    ["--without-pip", "--upgrade"],
    ["--without-pip", "--copies"],
]


@pytest.mark.parametrize("options", PLAIN, ids=" ".join)
@pytest.mark.parametrize("name", ["sp ace", *at_night("\u00e4", "(x) &y")])
def test_the_program_makes_what_venv_makes(
    program: ProgramOnWindows, tmp_path: Path, options: list[str], name: str
) -> None:
    root = tmp_path / "root"
    trees = []
    for module in ("venv", None):
        root.mkdir()
        if module:
            result = program.run_command([program.python, "-m", module, *options, name], root)
        else:
            result = program.run(*options, name, cwd=root)
        assert result == Result(0, "", "")
        trees.append(compared(root))
        move_away(root)
    assert trees[1] == trees[0]


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--no-compile", "--system-site-packages"],
        ["--relocatable", "--activators=bash,batch"],
        *at_night(["--link-mode=copy"], ["--without-scm-ignore-files"], ["--prompt=a\\b"]),
    ],
    ids=" ".join,
)
def test_the_program_makes_what_the_module_makes(
    python: Interpreter, program: ProgramOnWindows, tmp_path: Path, options: list[str]
) -> None:
    if "--without-scm-ignore-files" in options and python.version < (3, 13):
        pytest.skip("an option of later versions")
    root = tmp_path / "root"
    trees = []
    for is_native in (False, True):
        root.mkdir()
        module: list[str | Path] = [program.python, "-m", "fastvenv", *options, "env"]
        result = program.run(*options, "env", cwd=root) if is_native else program.run_command(module, root)
        assert result == Result(0, "", "")
        trees.append(compared(root))
        move_away(root)
    assert trees[1] == trees[0]


def test_the_program_makes_several_environments(program: ProgramOnWindows, tmp_path: Path) -> None:
    """Each has a line in ASCII with the line end of Windows."""
    names = ["a", "b\\c", "\u00e4 \u4e2d"]
    environment = {**surroundings(str(program.profile)), **NO_PYTHON}
    process = subprocess.run(
        [program.path, "--json", *names], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    assert process.stderr == b"" and process.stdout.count(b"\r\n") == process.stdout.count(b"\n") == len(names)
    told = [json.loads(line) for line in process.stdout.decode("ascii").splitlines()]
    assert sorted(made["env_dir"] for made in told) == sorted(str(tmp_path / name) for name in names)
    for made in told:
        assert program.run_command([made["python"], "-c", "import pip"]) == Result(0, "", "")


def test_the_program_knows_the_settings(program: ProgramOnWindows, tmp_path: Path) -> None:
    """Those of the project, and those of variables, whose names have no case."""
    project = program.profile / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[tool.fastvenv]\nwithout-pip = true\nprompt = 'p'\n")
    assert program.run("env", cwd=project) == Result(0, "", "")
    assert not (packages(project / "env") / "pip").exists()
    assert "prompt = 'p'\n" in (project / "env/pyvenv.cfg").read_text()
    variables = {"FastVenv_Without_Pip": "1"}
    assert program.run("env", cwd=tmp_path, variables=variables) == Result(0, "", "")
    assert not (packages(tmp_path / "env") / "pip").exists()


def test_the_program_makes_environments_of_another_python(
    python: Interpreter, others: list[str], program: ProgramOnWindows, tmp_path: Path
) -> None:
    """It asks that Python once."""
    for number, other in enumerate((python.path, *others)):
        arguments: list[str | Path] = ["--without-pip", "--python", other]
        assert program.run_command([program.path, *arguments, tmp_path / f"first {number}"]) == Result(0, "", "")
        assert program.run(*arguments, tmp_path / f"second {number}") == Result(0, "", "")
        configuration = (tmp_path / f"second {number}/pyvenv.cfg").read_text()
        assert f"home = {Path(other).parent}\n" in configuration


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--help"], {}),
        (["--verbose", "env"], {}),
        (["--symlinks", "env"], {}),
        (["NUL"], {}),
        (["env"], {"PYTHONHOME": "C:\\nowhere"}),
        (["env"], {"PythonOptimize": "1"}),
        (["env"], {"FASTVENV_CACHE_DIR": ""}),
    ],
)
def test_what_is_not_plain_is_for_python(
    program: ProgramOnWindows, tmp_path: Path, arguments: list[str], variables: dict[str, str]
) -> None:
    result = program.run("--without-pip", *arguments, cwd=tmp_path, variables=variables)
    assert result.status == 1 and "PYTHONHASHSEED" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--version"], 0),
        (["--nonsense"], 2),
        (["file"], 1),
        (["file\\env"], 1),
        (["env", "file"], 1),
        (["--clear", "project"], 1),
        (["a;b"], 1),
        (["~\\env"], 1),
        ([""], 1),
        (["a?b"], 1),
        (["env."], 0),
        (["env ", "--prompt=a"], 0),
        (["\u00e4/../env/"], 0),
        (["--python=3.99", "env"], 1),
        (["--python=\u00e4", "env"], 1),
        (["--python=.\\none\\python.exe", "env"], 1),
        (["--python=>=x", "env"], 1),
        (["--activators=none", "env"], 1),
    ],
    ids=str,
)
def test_the_program_prints_what_the_module_prints(
    program: ProgramOnWindows, tmp_path: Path, arguments: list[str], status: int
) -> None:
    """The same bytes, and the same directories."""
    root = tmp_path / "root"
    outcomes = []
    for way in program.ways:
        (root / "project").mkdir(parents=True)
        (root / "file").touch()
        (root / "project/main.py").touch()
        process = program.process([*way, "--without-pip", *arguments], root, {})
        found = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
        outcomes.append((process.returncode, process.stdout, process.stderr, found))
        move_away(root)
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] == status


@pytest.mark.parametrize("shell", ["bash", "fish", "powershell", "zsh"])
def test_a_completion_script_has_line_ends_that_bash_can_read(
    program: ProgramOnWindows, tmp_path: Path, shell: str
) -> None:
    scripts = [program.process([*way, "completion", shell], tmp_path, {}).stdout for way in program.ways]
    assert scripts[0] == scripts[1] != b""
    assert b"\r" not in scripts[0]


# Makes an environment in a console of its own, and prints the status, the message, and whether the environment is there.
INTERRUPT = """
import json, os, signal, subprocess, sys, time
from ctypes import windll
env_dir, *command = sys.argv[1:]
signal.signal(signal.SIGINT, lambda *_: None)
process = subprocess.Popen([*command, env_dir], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
while not os.path.exists(env_dir) and process.poll() is None:
    time.sleep(0.01)
assert windll.kernel32.GenerateConsoleCtrlEvent(0, 0)
output, errors = process.communicate()
print(json.dumps([process.returncode, output.decode() + errors.decode(), os.path.exists(env_dir)]))
"""


def interrupted(python: Interpreter, program: ProgramOnWindows, path: Path, command: list[str]) -> Any:
    """Interrupt a command once it has made a path, its last argument: the status, the output, and whether it is there."""
    process = subprocess.run(
        [python.path, "-c", INTERRUPT, str(path), *command],
        env=surroundings(str(program.profile)),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        creationflags=subprocess.CREATE_NO_WINDOW,  # type: ignore[attr-defined,unused-ignore]
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def test_a_command_is_found_by_the_path(program: ProgramOnWindows, tmp_path: Path) -> None:
    """`run` finds scripts of cmd, too, and no program beside the base interpreter that PATH does not name."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/tool.cmd").write_text("@echo %1\n@exit 7\n")
    variables = {"PATH": f"{tmp_path / 'tools'};{os.environ['PATH']}"}
    result = program.run_command([program.python, "-m", "fastvenv", "run", "tool", "a"], tmp_path, variables)
    assert result == Result(7, "a\n", "")
    variables = {"PATH": str(tmp_path / "tools")}
    result = program.run_command([program.python, "-m", "fastvenv", "run", "python", "-V"], tmp_path, variables)
    message = "Error: python cannot be started: no directory of PATH has a program of this name.\n"
    assert result == Result(1, "", message)


def test_the_status_of_a_crash_is_that_of_the_command(program: ProgramOnWindows) -> None:
    """It is larger than a C `long`: here that of an access violation."""
    code = "import ctypes; ctypes.windll.kernel32.ExitProcess(0xC0000005)"
    command: list[str | Path] = [program.python, "-m", "fastvenv", "run", program.python, "-c", code]
    assert program.process(command, None, {}).returncode == 0xC0000005


def test_ctrl_c_is_for_the_command(python: Interpreter, program: ProgramOnWindows, tmp_path: Path) -> None:
    """It handles the signal, and its status is that of `run`."""
    code = (
        "import signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(7)); "
        "open(sys.argv[-1], 'w').close(); time.sleep(60)"
    )
    run = [str(program.python), "-m", "fastvenv", "run", str(program.python), "-c", code]
    assert interrupted(python, program, tmp_path / "started", run) == [7, "", True]


@pytest.mark.parametrize(
    "options", [["--link-mode=copy"], ["--link-mode=copy", "--verbose"]], ids=["native", "by Python"]
)
def test_ctrl_c_takes_back_what_was_made(
    python: Interpreter, program: ProgramOnWindows, tmp_path: Path, options: list[str]
) -> None:
    message = "Interrupted. Unfinished environments were removed, except in directories that were not empty before.\r\n"
    assert interrupted(python, program, tmp_path / "a/env", [str(program.path), *options]) == [130, message, False]
    assert list(tmp_path.iterdir()) == []


def test_ctrl_break_takes_back_what_was_made(python: Interpreter, tmp_path: Path) -> None:
    """In the module; the event itself cannot be sent in Wine."""
    script = """
import signal, sys, fastvenv
from fastvenv import __main__
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        signal.raise_signal(signal.SIGBREAK)
fastvenv.EnvBuilder = Builder
sys.argv[1:] = ["--without-pip", sys.argv[1]]
__main__.run()
"""
    assert python.run("-c", script, tmp_path / "a/env") == Result(128 + 21, "", "")
    assert list(tmp_path.iterdir()) == []


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
        inside = python.inside(env_dir)
        result = inside.run("-m", "pip", "--version", env=surroundings(python.home))
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

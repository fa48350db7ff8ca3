"""The harness: the interpreter under test, the two modules to compare, and snapshots of the environments.

The tests run in one Python, and run another one, which `--python` names. They learn about it only from its output, so the
same files test every interpreter, with or without pip in it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

# The fixtures `program`, `small_python` and `installers`.
pytest_plugins = ["installed", "installers"]

Entry = tuple[str, ...]

# The names in an environment on this system.
IS_WINDOWS = os.name == "nt"
BIN = "Scripts" if IS_WINDOWS else "bin"
LIB = "Lib" if IS_WINDOWS else "lib"
EXE = ".exe" if IS_WINDOWS else ""

# The activation scripts that `venv` does not have.
ADDED_SCRIPTS = {f"{BIN}/{name}" for name in ("activate.nu", "activate.xsh", "activate_this.py")}

# Whether the tests may ignore permissions.
IS_ROOT = not IS_WINDOWS and os.geteuid() == 0

# The folders of the system's programs.
SYSTEM_PATH = os.environ["PATH"] if IS_WINDOWS else "/usr/bin:/bin"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--python", default=getattr(sys, "_base_executable", sys.executable), help="the one to test")
    parser.addoption("--fastvenv", help="the folder that fastvenv is installed in")
    parser.addoption("--wheel", type=Path, help="the wheel of fastvenv, for the tests that install it")
    parser.addoption("--other-python", type=Path, help="an interpreter of another version, for those")
    parser.addoption("--others", default="", help="further interpreters, for environments of others: a list like PATH")
    parser.addoption("--old-python", help="a Python 3.8, of which no environment can be made")
    parser.addoption("--update-messages", action="store_true", help="write messages.md as the messages are now")
    parser.addoption("--whole", action="store_true", help="what is too long for every change, too: it is for the night")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to write one document from several processes, and choose how Hypothesis draws."""
    if config.getoption("--update-messages") and "PYTEST_XDIST_WORKER" in os.environ:
        raise pytest.UsageError("--update-messages needs -n 0")
    load_profile(is_random=config.getoption("--whole"))


def load_profile(*, is_random: bool) -> None:
    """Let no test with Hypothesis depend on how fast the machine is.

    On every change, the draws are the same each time, so that no change is refused for what only another draw finds. At night
    they are random, and a failure prints the line that repeats it.
    """
    try:
        from hypothesis import HealthCheck, settings
    except ImportError:  # where only the installation is tested
        return
    settings.register_profile(
        "fastvenv",
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=not is_random,
        print_blob=is_random,
        database=None,
    )
    settings.load_profile("fastvenv")


def examples(number: int) -> int:
    """The number of examples of a slow test with Hypothesis: all of them at night, and two of five on every change."""
    from hypothesis import settings

    return number * 2 // 5 if settings().derandomize else number


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests for the night, and skip those that need root or another system."""
    for item in items:
        if item.get_closest_marker("needs_root") and not IS_ROOT:
            item.add_marker(pytest.mark.skip("only root can mount a file system, or give a file away"))
        posix = item.get_closest_marker("posix")
        if posix and IS_WINDOWS:
            item.add_marker(pytest.mark.skip(f"not on Windows: {posix.args[0]}"))
    if not config.getoption("--whole"):
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in set(nightly)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that has a parameter `other` with each of the further interpreters."""
    if "other" in metafunc.fixturenames:
        paths = [Path(path) for path in metafunc.config.getoption("--others").split(os.pathsep) if path]
        # Of the versions of CPython, the oldest and the newest run on every change, and those between them at night.
        minors = {path: int(match[1]) for path in paths if (match := re.fullmatch(r"python3\.(\d+)", path.name))}
        between = sorted(minors, key=lambda path: minors[path])[1:-1]
        others = [pytest.param(path, marks=pytest.mark.nightly if path in between else ()) for path in paths]
        metafunc.parametrize("other", others, ids=[path.name for path in paths])


def at_night(*values: object) -> list[ParameterSet]:
    """Further values of a parameter, for the night."""
    return [
        pytest.param(*value if isinstance(value, tuple) else (value,), marks=pytest.mark.nightly) for value in values
    ]


def pytest_report_header(config: pytest.Config) -> str:
    return f"python under test: {config.getoption('--python')}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sums of the numbers that tests of many runs have counted."""
    sums: Counter[str] = Counter()
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        sums.update({name: number for name, number in report.user_properties if isinstance(number, int)})
    if sums:
        terminalreporter.write_line(", ".join(f"{name}: {number}" for name, number in sums.items()))


def surroundings(home: str) -> dict[str, str]:
    """Return the variables of a user without any settings."""
    if not IS_WINDOWS:
        return {"PATH": SYSTEM_PATH, "HOME": home, "LANG": "C.UTF-8"}
    needed = {name: os.environ[name] for name in ("SYSTEMROOT", "COMSPEC", "PATHEXT", "TEMP", "TMP")}
    return {**needed, "PATH": SYSTEM_PATH, "USERPROFILE": home, "LOCALAPPDATA": home}


def text_of(output: bytes) -> str:
    """Return the output of a program, with line ends as Python reads them."""
    return output.decode(errors="backslashreplace").replace(os.linesep, "\n")


@dataclass(frozen=True)
class Interpreter:
    """The Python under test. It can import fastvenv, and has no variable of the process that runs the tests."""

    path: str
    folder: str
    home: str

    @property
    def variables(self) -> dict[str, str]:
        return {**surroundings(self.home), "PYTHONPATH": self.folder, "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *arguments: str | os.PathLike[str], prefix: list[str] | None = None, **options: Any) -> Result:
        """Run it with these arguments and catch what it prints."""
        options.setdefault("env", self.variables)
        process = subprocess.run(
            [*(prefix or []), self.path, *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=900,  # an emulator is slow
            check=False,
            **options,
        )
        return Result(process.returncode, text_of(process.stdout), text_of(process.stderr))

    def answer(self, script: str, *arguments: str | os.PathLike[str], **options: Any) -> Any:
        """Run a script that prints one JSON value as its last line, and return that value."""
        result = self.run("-c", script, *arguments, **options)
        assert result.status == 0, result.stderr
        return json.loads(result.output.splitlines()[-1])

    def inside(self, env_dir: Path) -> Interpreter:
        """The interpreter of an environment."""
        return replace(self, path=str(python_in(env_dir)))

    @cached_property
    def version(self) -> tuple[int, int]:
        major, minor = self.answer("import json, sys; print(json.dumps(sys.version_info[:2]))")
        return major, minor

    def skip_if_it_loads_all_at_once(self) -> None:
        """Skip a test of what is loaded on the way."""
        if self.answer("import json, sys; print(json.dumps(sys.version_info < (3, 9, 3)))"):
            pytest.skip("before Python 3.9.3, fastvenv loads every module at once (bpo-43517)")

    @cached_property
    def is_pypy(self) -> bool:
        return bool(self.answer("import json, sys; print(json.dumps(sys.implementation.name == 'pypy'))"))

    @cached_property
    def has_ensurepip(self) -> bool:
        return self.run("-c", "import ensurepip.__main__").status == 0

    @cached_property
    def has_wheels(self) -> bool:
        """Whether `ensurepip` has wheels in one of the places that CPython knows; that of Debian 11 has them elsewhere."""
        return self.has_ensurepip and self.answer(HAS_WHEELS) is True


HAS_WHEELS = """
import ensurepip, json, os, sysconfig
bundled = os.path.join(ensurepip.__path__[0], "_bundled")
print(json.dumps(os.path.isdir(bundled) or bool(sysconfig.get_config_var("WHEEL_PKG_DIR"))))
"""


@dataclass(frozen=True)
class Result:
    status: int
    output: str
    stderr: str


def heed_signals() -> None:
    """Let the children of the tests heed the signals that the process that started them ignores.

    A shell lets what it starts in the background ignore interrupts, `nohup` lets it ignore SIGHUP, and where SIGCHLD is
    ignored, the status of a child is lost. A child inherits that, but not a handler: with one that does nothing, the tests
    themselves go on after such a signal.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not IS_WINDOWS:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in (signal.SIGHUP, signal.SIGTERM):
            if signal.getsignal(number) == signal.SIG_IGN:
                signal.signal(number, lambda *_: None)


heed_signals()


@pytest.fixture(scope="session")
def whole_python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """The interpreter that `--python` names."""
    folder = request.config.getoption("--fastvenv")
    if folder is None:
        import fastvenv

        folder = str(Path(fastvenv.__file__).parents[1])
    return Interpreter(request.config.getoption("--python"), folder, str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def python(whole_python: Interpreter) -> Interpreter:
    """The interpreter under test. In files that take `small_python` for it, it has a small pip."""
    return whole_python


@pytest.fixture(scope="session")
def others(request: pytest.FixtureRequest) -> list[str]:
    """The further interpreters."""
    return [path for path in request.config.getoption("--others").split(os.pathsep) if path]


@pytest.fixture(scope="session")
def is_whole(request: pytest.FixtureRequest) -> bool:
    """Whether tests take all cases, however long that takes."""
    return bool(request.config.getoption("--whole"))


@pytest.fixture(scope="session")
def another(request: pytest.FixtureRequest) -> Path:
    """One of the further interpreters."""
    paths = [Path(path) for path in request.config.getoption("--others").split(os.pathsep) if path]
    if not paths:
        pytest.skip("there is no further interpreter")
    return paths[0]


@pytest.fixture
def has_wheels(python: Interpreter) -> None:
    """Skip a test that needs the wheels of `ensurepip`, if the interpreter has none that can be found."""
    if not python.has_wheels:
        pytest.skip("this Python has no ensurepip, or one whose wheels only it knows")


@pytest.fixture
def made(python: Interpreter, tmp_path: Path) -> Path:
    """An environment that fastvenv made, without pip."""
    env_dir = tmp_path / "made"
    assert python.run("-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    return env_dir


def shell(name: str) -> str:
    """Return the path of a shell, the system's before any other. Without it, the test is skipped."""
    path = shutil.which(name, path="/usr/bin:/bin") or shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


# Variables of shells that change by themselves from one command to the next.
VOLATILE = (
    "_=",
    "LINENO=",
    "RANDOM=",
    "SRANDOM=",
    "SECONDS=",
    "EPOCH",
    "TTYIDLE=",
    "KSH_MATCH=",
    "USER_ID=",
    "'?'=",
    "status=",
)


def run_shell(command: list[str], script: str, cwd: Path, **variables: str) -> Result:
    """Run a script in a shell, from standard input, or from a file if the shell does not read that line by line."""
    if Path(command[0]).name in {"nu", "xonsh", "fish"}:
        file = cwd / "script.xsh"
        file.write_text(script)
        command, script = [*command, str(file)], ""
    process = subprocess.run(
        command,
        input=script.encode(),
        capture_output=True,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8", "TERM": "dumb", **variables},
        check=False,
        timeout=120,
    )
    return Result(
        process.returncode,
        process.stdout.decode(errors="backslashreplace"),
        process.stderr.decode(errors="backslashreplace"),
    )


def packages(env_dir: Path) -> Path:
    """Return the folder of the packages of an environment."""
    [folder] = env_dir.glob("Lib/site-packages" if IS_WINDOWS else "lib/*/site-packages")
    return folder


def python_in(env_dir: Path) -> Path:
    """The interpreter of an environment."""
    return program_in(env_dir, "python")


def program_in(env_dir: Path, name: str) -> Path:
    """A program in an environment."""
    return env_dir / BIN / f"{name}{EXE}"


def snapshot(root: Path) -> dict[str, Entry]:
    """Return the kind, the mode, and the target or the contents of each path in a directory."""
    return {path.relative_to(root).as_posix(): describe(path) for path in [root, *sorted(root.rglob("*"))]}


def describe(path: Path) -> Entry:
    if path.is_symlink():
        return "link", os.readlink(path)
    mode = oct(stat.S_IMODE(path.stat().st_mode))
    if path.is_dir():
        return "directory", mode
    contents = path.read_bytes()
    if path.suffix == ".pyc":
        # The other bytes are the time of the source, and code, in which sets have no order.
        contents = contents[:8] + contents[12:16]
    return "file", mode, contents.decode("latin-1")


def make_link(path: Path, target: str) -> None:
    """Make a symbolic link. If the system refuses that, the test is skipped."""
    try:
        path.symlink_to(target)
    except OSError as error:
        pytest.skip(f"symbolic links cannot be made here: {error}")


def move_away(path: Path) -> None:
    """Remove an environment, so that the other module can make its own at the same path."""
    shutil.rmtree(path)


# The umask with which files are shared with the cache. With another one, modes differ, and files are copied.
SHARING = 0o022


def without_override() -> list[str]:
    """Return the prefix of a command that takes away root's right to ignore permissions."""
    if not IS_ROOT:
        return []
    return [shutil.which("setpriv") or "setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]

"""The sessions that run the tests, as ordinary users and as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import nox

from .builds import environment, installed, wheel
from .extent import EXTENT, EXTENT_AT_NIGHT, PERMISSIONS, paths
from .interpreters import CPYTHONS, OTHERS, OTHERS_AT_NIGHT, ROOT, interpreter, others_than, pyenv_interpreters

USER_HOME = ROOT / "target" / "user"
TEST_DEPENDENCIES = [
    "pytest>=8",
    "pytest-xdist>=3",
    "hypothesis>=6",
    "tree-sitter>=0.25",
    "tree-sitter-powershell>=0.25",
]
# If root runs nox, this user runs the tests, because most users are not root. Their umask depends on the system.
ORDINARY_USER = "nobody"
UMASKS = {"umask 002": "002", "umask 077": "077"}
# The options with which tests use all processors.
SHARED = ["-n", "auto", "--dist", "worksteal"]
# The options with which the slowest tests are named, so that a log of CI shows what takes its time.
SLOWEST = ["--durations=12", "--durations-min=2"]
# The interpreters whose own tests of venv are run.
SUITES = ["3.9.2", *CPYTHONS, "3.14", "3.15"]
SUITES_AT_NIGHT = ["pypy", *OTHERS_AT_NIGHT]


def each_interpreter_and_user(others: Iterable[str]) -> Callable[[Any], Any]:
    """Run a session on each CPython, on others, and as each user."""
    versions = [
        nox.param(version, "umask 002", id=version, tags=["macos"] if version in {"3.9", "3.13"} else [])
        for version in [*CPYTHONS, *others]
    ]
    users = [nox.param("3.13", "umask 077", id="3.13, umask 077"), nox.param("3.13", "root", id="3.13, as root")]
    return nox.parametrize(("version", "user"), [*versions, *users])


@nox.session(python=False)
@each_interpreter_and_user(OTHERS)
def tests(session: nox.Session, version: str, user: str) -> None:
    """The tests on one interpreter, as an ordinary user with umask 002; some with umask 077, and as root."""
    left_out = [name for name, versions in EXTENT.items() if version not in versions]
    run_tests(session, version, user, left_out)


@nox.session(python=False, default=False, tags=["nightly"])
@each_interpreter_and_user([*OTHERS, *OTHERS_AT_NIGHT])
def nightly(session: nox.Session, version: str, user: str) -> None:
    """The same tests whole, and those of EXTENT_AT_NIGHT; the matrix and the races are sessions of their own."""
    extent = {name: [*versions, *EXTENT_AT_NIGHT.get(name, [])] for name, versions in EXTENT.items()}
    left_out = [name for name, versions in extent.items() if version not in versions]
    run_tests(session, version, user, [*left_out, "test_matrix.py", "test_races.py"], "--whole")


def run_tests(session: nox.Session, version: str, user: str, left_out: list[str], *options: str) -> None:
    """Run the tests except those files. With umask 077 and as root, only the tests that depend on it run."""
    if user == "root" and os.geteuid() != 0:
        session.skip("NOT RUN: what only root can do")
    chosen = {
        "umask 002": [],
        "umask 077": paths(PERMISSIONS),
        "root": ["-m", "needs_root or as_root"],
    }
    ignored = [f"--ignore=tests/{name}" for name in left_out]
    run_pytest(session, version, user, *SHARED, *options, *chosen[user], *ignored, *session.posargs)


@nox.session(python=False, default=False, tags=["nightly"])
def matrix(session: nox.Session) -> None:
    """An error and a SIGKILL at every file-system call, each in turn, and how many runs failed; it takes hours."""
    run_pytest(session, "3.13", "umask 002", *SHARED, "--whole", "tests/test_matrix.py", *session.posargs)


@nox.session(python=False, default=False, tags=["nightly"])
def races(session: nox.Session) -> None:
    """64 processes on one cache, and on one environment, many times; it takes an hour."""
    run_pytest(session, "3.13", "umask 002", "--whole", "tests/test_races.py", *session.posargs)


def run_pytest(session: nox.Session, version: str, user: str, *options: str) -> None:
    """Run pytest on an interpreter, as a user with that umask, or as root."""
    python = interpreter(session, version)
    folder = installed(session, python if version == "pypy" else None)
    others = [path for path in others_than(version) if path != python]
    run_pytest_on(session, python, others, folder, user, *options)


def run_pytest_on(
    session: nox.Session,
    python: Path,
    others: list[Path],
    folder: Path,
    user: str,
    *options: str,
    prefix: Sequence[str] = (),
) -> None:
    """Run pytest on an interpreter, with the fastvenv in that folder; `prefix` lets the interpreter start."""
    programs = environment(Path(session.cache_dir, "pytest"), *TEST_DEPENDENCIES, wheel(session))
    others_option = f"--others={os.pathsep.join(map(str, others))}"
    old = pyenv_interpreters("3.8")[:1]
    pytest = [str(programs / "pytest"), "-q", f"--python={python}", others_option, f"--fastvenv={folder}"]
    command = [*prefix, *pytest, *SLOWEST, *options, *(f"--old-python={path}" for path in old)]
    if user in UMASKS:
        command = [*as_user(session, UMASKS[user], [python, *others, *old], prefix), *command]
    session.run(*command, external=True)


def as_user(session: nox.Session, umask: str, pythons: list[Path], prefix: Sequence[str] = ()) -> list[str]:
    """Return the prefix that lets an ordinary user run a command, or else the current user, with that umask."""
    protection = Path("/proc/sys/fs/protected_hardlinks")
    if protection.exists() and protection.read_text().strip() != "1":
        session.log(f"NOT RUN: the tests with fs.protected_hardlinks, which is off ({protection})")
    USER_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(USER_HOME, ORDINARY_USER)
    folders = {str(ROOT), sys.base_prefix, *(str(python.resolve().parents[1]) for python in pythons)}
    command = [sys.executable, "tests/as_user.py", ORDINARY_USER, umask, str(USER_HOME), *sorted(folders), "--"]
    process = subprocess.run([*command, *prefix, pythons[0], "-c", ""], capture_output=True, text=True, check=False)
    if process.returncode != 0:
        session.log(f"NOT RUN: the tests as an ordinary user: {process.stderr.strip()}")
        return ["sh", "-c", f'umask {umask}; exec "$@"', "sh"]
    return command


@nox.session(python=False, tags=["macos", "windows"])
@nox.parametrize("version", [nox.param(version, id=version) for version in SUITES])
def venv_suite(session: nox.Session, version: str) -> None:
    """The interpreter's own test.test_venv, with fastvenv in place of venv."""
    run_own_suite(session, version)


@nox.session(python=False, default=False, tags=["nightly"])
@nox.parametrize("version", [nox.param(version, id=version) for version in SUITES_AT_NIGHT])
def venv_suite_at_night(session: nox.Session, version: str) -> None:
    """The same for the interpreters that run at night, and PyPy's."""
    run_own_suite(session, version)


def run_own_suite(session: nox.Session, version: str) -> None:
    """Run the suite of an interpreter. If it has none, the session is skipped."""
    python = interpreter(session, version)
    find = "import sys; from importlib.util import find_spec; sys.exit(find_spec('test.test_venv') is None)"
    if subprocess.run([python, "-c", find], capture_output=True, check=False).returncode != 0:
        session.skip(f"NOT RUN: {python} comes without its test suite")
    # The `ensurepip` of Debian 11 cannot uninstall what it has installed.
    options = ["--as-venv"] if version == "3.9.2" else []
    run_venv_suite(session, python, installed(session, python if version == "pypy" else None), *options)


def run_venv_suite(session: nox.Session, python: Path, folder: Path, *options: str) -> None:
    """Run an interpreter's own suite, with the fastvenv in that folder."""
    clean = {"PATH": os.defpath, "HOME": session.create_tmp(), "LANG": "C.UTF-8"}
    clean.update(
        (name, os.environ[name]) for name in ("SYSTEMROOT", "TEMP") if name in os.environ
    )  # Windows needs them
    command = [str(python), "tests/venv_suite.py", str(folder), *options]
    session.run(*command, env=clean, include_outer_env=False, external=True)

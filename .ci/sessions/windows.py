"""The sessions that run a build for Windows, in Wine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import nox

from .builds import INSTALLED, WINDOWS_TARGET, cargo
from .extent import ON_WINDOWS, ON_WINDOWS_AT_NIGHT, paths
from .interpreters import BEDS, CPYTHONS, ROOT


@nox.session(python=False)
def wine(session: nox.Session) -> None:
    """A build for Windows, in Wine, on one CPython: the suite of venv, and some of the tests."""
    run_wine(session, "3.13", "dev", ON_WINDOWS)


@nox.session(python=False, default=False, tags=["nightly"])
@nox.parametrize("version", [nox.param(version, id=version) for version in CPYTHONS])
def wine_whole(session: nox.Session, version: str) -> None:
    """As `wine`, on each CPython, with a release build, and all tests that can run there."""
    run_wine(session, version, "release", ON_WINDOWS_AT_NIGHT, "--whole")


@nox.session(python=False, default=False, tags=["nightly"])
def wine_rust(session: nox.Session) -> None:
    """Clippy on what is for Windows, and the unit tests of the core, in Wine."""
    cargo(session, WINDOWS_TARGET, "clippy", "--lib", "--bins", "--tests", "--", "-D", "warnings")
    variables = wine_variables(session, "3.13")
    runner = {f"CARGO_TARGET_{WINDOWS_TARGET.upper().replace('-', '_')}_RUNNER": "wine"}
    cargo(session, WINDOWS_TARGET, "test", "--no-default-features", "--lib", **variables, **runner)


@nox.session(python=False, default=False)
def bench_wine(session: nox.Session) -> None:
    """How fast `fastvenv` is beside `venv` in Wine; `-- 9 --write`: in so many rounds, into the documentation."""
    folder = windows_build(session, "release")
    variables = wine_variables(session, "3.13")
    installed = Path(variables["WINEPREFIX"], "drive_c/fastvenv")
    shutil.rmtree(installed, ignore_errors=True)
    shutil.copytree(folder, installed)
    variables.update(PYTHONPATH=r"C:\fastvenv", PYTHONDONTWRITEBYTECODE="")  # as it is for users
    options = session.posargs or ["9"]
    command = in_wine(r"C:\python3.13\python.exe", "-m", "benches.on_windows", *options)
    session.run(*command, env=variables, external=True)


def run_wine(session: nox.Session, version: str, profile: str, tests: list[str], *options: str) -> None:
    """Run the suite of `venv` and the tests on a CPython for Windows, with a build of that profile."""
    folder = windows_build(session, profile)
    variables = wine_variables(session, version)
    disk = Path(variables["WINEPREFIX"], "drive_c")
    installed = disk / "fastvenv"
    shutil.rmtree(installed, ignore_errors=True)
    shutil.copytree(folder, installed)
    python = f"C:\\python{version}\\python.exe"
    if (disk / f"python{version}/Lib/test/test_venv.py").exists():
        session.run(*in_wine(python, "tests/venv_suite.py", r"C:\fastvenv", "--as-venv"), env=variables, external=True)
    # At night, `--python` is tried with every interpreter that an earlier session has unpacked, too.
    found = sorted(disk.glob("python3.*/python.exe")) if "--whole" in options else []
    others = ";".join(f"C:\\{path.parent.name}\\python.exe" for path in found)
    pytest = [f"--python={python}", f"--others={others}", r"--fastvenv=C:\fastvenv", "-q", "-n", "2"]
    files = [*options, *session.posargs, *paths(tests)]
    variables["PYTHONPATH"] = rf"C:\pytest{version};C:\fastvenv"
    session.run(*in_wine(python, "-m", "pytest", *pytest, *files), env=variables, external=True)


def in_wine(*command: str) -> list[str]:
    """Return the command that runs a program in Wine, where Python can neither use a terminal nor write to a file."""
    return ["bash", "-o", "pipefail", "-c", 'wine "$@" < /dev/null 2>&1 | cat', "wine", *command]


def wine_variables(session: nox.Session, version: str) -> dict[str, str]:
    """The variables to run Wine with, where it has that CPython; the session is skipped where it cannot be had."""
    if not shutil.which("wine") or not shutil.which("x86_64-w64-mingw32-gcc"):
        session.skip("NOT RUN: Windows needs wine and a C compiler for it (gcc-mingw-w64-x86-64-win32)")
    folder = BEDS / "wine"
    made = subprocess.run(["bash", "tests/wine.sh", folder, version], cwd=ROOT, check=False)
    if made.returncode != 0 or not (folder / f"prefix/drive_c/python{version}").exists():
        session.skip(f"NOT RUN: CPython {version} for Windows could not be had")
    variables = {"WINEPREFIX": str(folder / "prefix"), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8"}
    # The bytecode of the tests belongs to this system's Python, so none is written.
    return {**variables, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""}


def windows_build(session: nox.Session, profile: str) -> Path:
    """A folder with nothing but fastvenv for Windows in it, as a wheel has it."""
    if not shutil.which("x86_64-w64-mingw32-gcc"):
        session.skip("NOT RUN: the build for Windows needs a C compiler for it (gcc-mingw-w64-x86-64-win32)")
    for options in (["--lib"], ["--bin", "fastvenv", "--no-default-features"]):
        cargo(session, WINDOWS_TARGET, "build", "--profile", profile, *options)
    made = ROOT / "target" / WINDOWS_TARGET / ("debug" if profile == "dev" else profile)
    folder = INSTALLED / f"windows-{profile}"
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(ROOT / "python/fastvenv", folder / "fastvenv", ignore=ignored)
    shutil.copyfile(made / "_native.dll", folder / "fastvenv/_native.pyd")
    scripts = folder / "fastvenv-0.data/scripts"
    scripts.mkdir(parents=True)
    shutil.copyfile(made / "fastvenv.exe", scripts / "fastvenv.exe")
    return folder

"""The interpreters that sessions run on."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import nox

ROOT = Path(__file__).parents[2]
BEDS = ROOT / "target" / "beds"
CPYTHONS = ["3.9", "3.10", "3.11", "3.12", "3.13"]
# Further interpreters, which tests/beds.sh unpacks where the packages for them can be had.
OTHERS = {
    "3.9.2": BEDS / "bullseye/usr/bin/python3.9",
    "3.14": BEDS / "sid/usr/bin/python3.14",
    "3.15": BEDS / "sid/usr/bin/python3.15",
    "pypy": BEDS / "pypy/usr/bin/pypy3.11",
    "debian": Path("/usr/bin/python3"),
    "debian-without-venv": BEDS / "without-venv/usr/bin/python3.11",
}
# Those that run at night alone: Debian 13's, and debug builds.
OTHERS_AT_NIGHT = {
    "debian 13": BEDS / "trixie/usr/bin/python3.13",
    "3.13 debug": BEDS / "trixie/usr/bin/python3.13-dbg",
    "3.14 debug": BEDS / "sid/usr/bin/python3.14-dbg",
    "3.15 debug": BEDS / "sid/usr/bin/python3.15-dbg",
}
# The names of interpreters on PATH that are not `python` and the version.
EXECUTABLES = {"pypy": "pypy3.11"}


def interpreter(session: nox.Session, version: str) -> Path:
    """Return the interpreter of that version. If there is none, the session is skipped.

    pyenv's interpreters come first: they are CPython as it is released. The one on PATH may be the system's, which is
    `debian` here.
    """
    others = {**OTHERS, **OTHERS_AT_NIGHT}
    if version in others:
        path = others[version]
        if path.is_relative_to(BEDS):
            bed(session, path.relative_to(BEDS).parts[0])
        if path.exists():
            return path
    for folder in [*pyenv_folders(version), *map(Path, os.environ["PATH"].split(os.pathsep))]:
        path = folder / f"{EXECUTABLES.get(version, f'python{version}')}{'.exe' if os.name == 'nt' else ''}"
        # pyenv's folder `shims` on PATH holds scripts of that name, which run the version that pyenv's settings choose.
        if path.exists() and "shims" not in path.parts and runs(path):
            return path
    session.skip(f"NOT RUN: no interpreter {version!r} on PATH or in pyenv's folder")


def others_than(version: str) -> list[Path]:
    """Return the installed interpreters of other versions, for tests of `--python`."""
    pyenv = [path for other in CPYTHONS if other != version for path in pyenv_interpreters(other)[:1]]
    return [*pyenv, *(path for other, path in OTHERS.items() if other != version and path.exists())]


def pyenv_interpreters(version: str) -> list[Path]:
    """Return pyenv's interpreters of a version, the newest first."""
    paths = (folder / f"python{version}" for folder in pyenv_folders(version))
    return [path for path in paths if path.exists() and runs(path)]


def pyenv_folders(version: str) -> list[Path]:
    """Return the folders of pyenv's interpreters of a version, the newest first."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = root.glob(f"versions/{version}.*/bin")
    return sorted(
        folders, key=lambda folder: [int(number) for number in re.findall("[0-9]+", folder.parent.name)], reverse=True
    )


def runs(python: Path) -> bool:
    """Whether the interpreter starts and has `venv`."""
    return subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0


def bed(session: nox.Session, name: str) -> Path:
    """Return a folder that tests/beds.sh makes. If that fails, the session is skipped."""
    if not (BEDS / name).exists():
        process = subprocess.run(["bash", "tests/beds.sh", str(BEDS), name], cwd=ROOT, check=False)
        if process.returncode != 0:
            session.skip(f"NOT RUN: the test bed {name!r} could not be made")
    return BEDS / name

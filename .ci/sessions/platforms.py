"""The sessions that run a release's wheels on their platforms: in an emulator for other processors, and on musl."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nox

from .builds import INSTALLED, WHEELS
from .extent import EMULATED, ON_OTHER_PLATFORMS, paths
from .interpreters import bed
from .release import build_wheel
from .tests import SHARED, run_pytest_on, run_venv_suite

# An interpreter for each platform, by its bed, and the emulator of its processor.
PLATFORMS = {
    "manylinux i686": ("i386/usr/bin/python3.13", ""),
    "manylinux aarch64": ("arm64/usr/bin/python3.13", "qemu-aarch64-static"),
    "manylinux armv7": ("armhf/usr/bin/python3.13", "qemu-arm-static"),
    "manylinux ppc64le": ("ppc64el/usr/bin/python3.13", "qemu-ppc64le-static"),
    "manylinux riscv64": ("riscv64/usr/bin/python3.13", "qemu-riscv64-static"),
    "manylinux s390x": ("s390x/usr/bin/python3.13", "qemu-s390x-static"),
    "musllinux x86_64": ("musl/bin/python3.13", ""),
}


@nox.session(python=False, default=False, tags=["nightly"])
@nox.parametrize("platform", [nox.param(name, id=name) for name in PLATFORMS])
def on_platform(session: nox.Session, platform: str) -> None:
    """A release's wheel passes the suite of venv and the tests on its platform; in an emulator, a few tests."""
    path, emulator = PLATFORMS[platform]
    name = Path(path).parts[0]
    python = bed(session, name).parent / path
    prefix = [] if starts(python) else emulation(session, python, emulator)
    folder = release_installed(session, platform, python)
    if emulator:
        session.log(f"NOT RUN in an emulator: the suite of venv, and all tests but {', '.join(EMULATED)}")
    else:
        run_venv_suite(session, python, folder)
    tests = paths(EMULATED if emulator else ON_OTHER_PLATFORMS)
    run_pytest_on(session, python, [], folder, "umask 002", *SHARED, *tests, *session.posargs, prefix=prefix)


def starts(python: Path) -> bool:
    """Whether this system runs the interpreter."""
    try:
        return subprocess.run([python, "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def emulation(session: nox.Session, python: Path, emulator: str) -> list[str]:
    """The prefix of a command that starts programs for another processor; without it, the session is skipped."""
    path = shutil.which(emulator)
    if path is None:
        session.skip(f"NOT RUN: {python} does not start here, and there is no {emulator or 'emulator for it'}")
    prefix = [sys.executable, "tests/emulated.py", path, str(python)]
    process = subprocess.run([*prefix, python, "-c", ""], capture_output=True, text=True, check=False)
    if process.returncode != 0:
        session.skip(f"NOT RUN: {python} does not start in {emulator}: {process.stderr.strip()}")
    return prefix


def release_installed(session: nox.Session, platform: str, python: Path) -> Path:
    """Build and unpack a release's wheel for a platform. The program in the folder starts as that interpreter does."""
    made = WHEELS / platform.replace(" ", "-")
    shutil.rmtree(made, ignore_errors=True)
    build_wheel(session, platform, "abi3", made)
    [wheel] = made.glob("*.whl")
    folder = INSTALLED / wheel.stem
    shutil.rmtree(folder, ignore_errors=True)
    shutil.unpack_archive(wheel, folder, "zip")
    [program] = folder.glob("*.data/scripts/fastvenv")
    program.chmod(0o755)
    libraries = patchelf("--print-rpath", python)
    if libraries and not is_static(program):
        # The C library of that platform is with the interpreter, and not where the program looks for it.
        loader = patchelf("--print-interpreter", python)
        patchelf("--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, program)
    return folder


def is_static(program: Path) -> bool:
    """Whether a program loads no library, and so names nothing that loads it."""
    command = ["patchelf", "--print-interpreter", str(program)]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def patchelf(*arguments: str | Path) -> str:
    """Run patchelf, and return what it prints."""
    return subprocess.run(["patchelf", *arguments], capture_output=True, text=True, check=True).stdout.strip()

"""Builds for the sessions: the wheel of the tree, environments with tools, and programs for other systems."""

from __future__ import annotations

import functools
import os
import platform as host
import shutil
import subprocess
import sys
from pathlib import Path

import nox

from .interpreters import ROOT, bed

WHEELS = ROOT / "target" / "wheels"
INSTALLED = ROOT / "target" / "installed"
# With this, a build of a copy of the tree does not compile the dependencies again.
COMPILED = {"CARGO_TARGET_DIR": str(ROOT / "target")}
# With this, a build also does without the optimizations of a release, which take most of its time. It is for the
# sessions in which a build has to succeed; the tests run on a wheel that is built as a release is.
UNOPTIMIZED = {**COMPILED, "MATURIN_PEP517_ARGS": "--profile dev --strip"}
MATURIN = "maturin>=1.16,<2"
# A wheel for glibc has a program for musl: it is linked statically, and starts faster.
PROGRAM_TARGETS = {f"{machine}-unknown-linux-gnu": f"{machine}-unknown-linux-musl" for machine in ("x86_64", "aarch64")}
WINDOWS_TARGET = "x86_64-pc-windows-gnu"


def wheel(session: nox.Session, python: Path | None = None) -> str:
    """Return the path of a wheel of the tree: for every CPython, or for an interpreter that needs its own build."""
    return str(built(Path(session.cache_dir, "maturin"), python))


def installed(session: nox.Session, python: Path | None = None) -> Path:
    """Return a folder that holds only fastvenv, for interpreters without pip."""
    path = Path(wheel(session, python))
    folder = INSTALLED / path.stem
    if not folder.exists():
        shutil.unpack_archive(path, folder, "zip")
    return folder


@functools.cache
def environment(folder: Path, *requirements: str) -> Path:
    """Make a virtual environment with these distributions, once a run, and return the folder of its programs."""
    programs = folder.absolute() / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    subprocess.run([programs / "pip", "install", "--quiet", *requirements], check=True)
    return programs


@functools.cache
def built(tool: Path, python: Path | None) -> Path:
    """Build a wheel, once a run. cargo compiles only what has changed."""
    programs = environment(tool, MATURIN)
    out = WHEELS / (python.name if python else "abi3")
    shutil.rmtree(out, ignore_errors=True)
    command = [str(programs / "pip"), "wheel", "--quiet", "--no-deps", "--no-build-isolation", f"--wheel-dir={out}"]
    settings = [f"build-args=--interpreter {python}"] if python else []
    settings += program_settings(f"{host.machine()}-unknown-linux-gnu" if sys.platform == "linux" else "")
    options = [f"--config-settings={setting}" for setting in settings]
    env = {**os.environ, **COMPILED, "PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}
    subprocess.run([*command, *options, str(ROOT)], env=env, check=True)
    [path] = out.glob("*.whl")
    shutil.rmtree(INSTALLED / path.stem, ignore_errors=True)
    return path


def program_settings(target: str) -> list[str]:
    """Return the settings of the build backend with which a wheel for a target has the program of a release."""
    wanted = PROGRAM_TARGETS.get(target)
    if wanted and add_library(wanted):
        return [f"program-target={wanted}"]
    if wanted:
        print(f"NOT RUN: the program as a release has it: Rust's library for {wanted} is not here")
    return []


def cargo(session: nox.Session, target: str, command: str, *options: str, **variables: str) -> None:
    """Run cargo for another system. If the standard library for it is not installed, cargo builds that, too."""
    env = {"PYO3_CROSS_PYTHON_VERSION": "3.9", "PYO3_BUILD_EXTENSION_MODULE": "1", **variables}
    if not has_library(target):
        # Tests also need the library for panics that unwind.
        options = (f"-Zbuild-std=std,panic_abort{',panic_unwind' if command == 'test' else ''}", *options)
        env.update(build_library(session))
    session.run("cargo", command, "--locked", "--target", target, *options, env=env, external=True)


def cargo_tool(session: nox.Session, tool: str) -> Path:
    """Install a cargo command, and return its folder. If that fails, the session is skipped."""
    root = ROOT / "target/tools"
    install = ["cargo", "install", "--quiet", "--locked", "--root", str(root), tool]
    if subprocess.run(install, check=False).returncode != 0:
        session.skip(f"NOT RUN: {tool} could not be installed")
    return root / "bin"


def add_library(target: str) -> bool:
    """Install Rust's standard library for a target, if rustup has it, and return whether it is installed."""
    if not has_library(target) and shutil.which("rustup"):
        subprocess.run(["rustup", "target", "add", target], check=False)
    return has_library(target)


def has_library(target: str) -> bool:
    """Whether Rust's standard library for a target is installed."""
    libraries = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True)
    return Path(libraries.stdout.strip(), "lib/rustlib", target).exists()


def build_library(session: nox.Session) -> dict[str, str]:
    """Return the variables for building that library: nightly options in the stable compiler, and the source."""
    return {"RUSTC_BOOTSTRAP": "1", "__CARGO_TESTS_ONLY_SRC_ROOT": str(bed(session, "rust-library"))}

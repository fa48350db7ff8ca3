"""The sessions that build a release, and check it."""

from __future__ import annotations

import os
import platform as host
import shutil
import subprocess
import sys
from pathlib import Path

import nox

from .builds import (
    COMPILED,
    MATURIN,
    UNOPTIMIZED,
    add_library,
    build_library,
    environment,
    program_settings,
    wheel,
)
from .interpreters import BEDS, ROOT, interpreter

DIST = ROOT / "dist"
# The wheels of a release: the target of Rust, and the tag for the package index. With zig, Linux can build for every
# system. A release builds the wheels for macOS and Windows on these systems.
WHEEL_TARGETS = {
    "manylinux x86_64": ("x86_64-unknown-linux-gnu", "manylinux2014"),
    "manylinux aarch64": ("aarch64-unknown-linux-gnu", "manylinux2014"),
    "manylinux armv7": ("armv7-unknown-linux-gnueabihf", "manylinux2014"),
    "manylinux i686": ("i686-unknown-linux-gnu", "manylinux2014"),
    "manylinux ppc64le": ("powerpc64le-unknown-linux-gnu", "manylinux_2_34"),  # for the unwinder that zig links in
    "manylinux s390x": ("s390x-unknown-linux-gnu", "manylinux2014"),
    "manylinux riscv64": ("riscv64gc-unknown-linux-gnu", "manylinux_2_31"),
    "musllinux x86_64": ("x86_64-unknown-linux-musl", "musllinux_1_2"),
    "musllinux aarch64": ("aarch64-unknown-linux-musl", "musllinux_1_2"),
    "musllinux armv7": ("armv7-unknown-linux-musleabihf", "musllinux_1_2"),
    "musllinux i686": ("i686-unknown-linux-musl", "musllinux_1_2"),
    "musllinux ppc64le": ("powerpc64le-unknown-linux-musl", "musllinux_1_2"),
    "musllinux s390x": ("s390x-unknown-linux-musl", "musllinux_1_2"),
    "musllinux riscv64": ("riscv64gc-unknown-linux-musl", "musllinux_1_2"),
    "macos arm64": ("aarch64-apple-darwin", "pypi"),
    "macos x86_64": ("x86_64-apple-darwin", "pypi"),
    "windows x64": ("x86_64-pc-windows-msvc", "pypi"),
    "windows x86": ("i686-pc-windows-msvc", "pypi"),
    "windows arm64": ("aarch64-pc-windows-msvc", "pypi"),
}
# A wheel for abi3 serves every other CPython from 3.9 on. PyPy is released for few platforms.
WHEEL_INTERPRETERS = ["abi3", "3.14t", "3.15t", "pypy3.11"]
WHEEL_PYPY = ["manylinux x86_64", "manylinux aarch64", "manylinux i686", "macos arm64", "macos x86_64", "windows x64"]
# The platforms whose wheels are built every night.
WHEELS_AT_NIGHT = ["manylinux x86_64", "manylinux aarch64", "musllinux x86_64", "macos arm64", "windows x64"]
WHEEL_BUILDERS = [MATURIN, "build", "cargo-zigbuild==0.24.1", "ziglang==0.17.1"]
RELEASE_CHECKERS = ["twine==7.0.0", "check-wheel-contents==0.6.3", "abi3audit==0.0.26", "auditwheel==6.8.2"]


@nox.session(tags=["macos", "windows"])
def build(session: nox.Session) -> None:
    """The sdist, and the wheel that is built from it, install and run."""
    session.install("build")
    made = Path(session.create_tmp(), "dist")
    shutil.rmtree(made, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(made), str(ROOT), env=UNOPTIMIZED, silent=True)
    [sdist], [from_sdist] = made.glob("*.tar.gz"), made.glob("*.whl")
    session.log(f"{sdist.name}: {sdist.stat().st_size} bytes")
    session.install("--force-reinstall", str(from_sdist))
    session.run("fastvenv", "--without-pip", str(made / "env"))


@nox.session(python=False, default=False)
@nox.parametrize(
    "platform",
    [
        nox.param(name, id=name, tags=["wheels", "nightly"] if name in WHEELS_AT_NIGHT else ["wheels"])
        for name in WHEEL_TARGETS
    ],
)
def wheels(session: nox.Session, platform: str) -> None:
    """The wheels of a release for a platform, into dist; with `-- abi3`, that one alone."""
    for wanted in session.posargs or WHEEL_INTERPRETERS:
        if not wanted.startswith("pypy") or platform in WHEEL_PYPY:
            build_wheel(session, platform, wanted, DIST)


def build_wheel(session: nox.Session, platform: str, wanted: str, folder: Path) -> None:
    """Build the wheel of a release for a platform and an interpreter, or for all that abi3 serves."""
    target, tag = WHEEL_TARGETS[platform]
    if "windows" in target and os.name != "nt":
        # For arm64, Rust has only the variant with LLVM's libraries, which zig has, too.
        target = target.replace("-msvc", "-gnullvm" if target.startswith("aarch64") else "-gnu")
    name = wanted if wanted.startswith("pypy") else f"python{wanted}"
    # maturin has a list of the interpreters of other systems; on its own system it runs them.
    is_own = is_native(target) or target == f"{host.machine()}-unknown-linux-gnu"
    if wanted != "abi3" and is_own and not shutil.which(name):
        session.log(f"NOT RUN: the wheel for {wanted}, which is not here")
        return
    env = release_variables(target)
    if "-windows-gnu" in target:
        env["RUSTC_WRAPPER"] = str(ROOT / "packaging/rustc-for-windows")
        env["FASTVENV_EXPORTS"] = str(ROOT / "target/maturin/fastvenv._native.def")
    options = ["--target", target, "--compatibility", tag]
    if not is_native(target):
        options.append("--zig")
    if not add_library(target):
        options.append("-Zbuild-std=std,panic_abort")
        env.update(build_library(session))
    if wanted != "abi3":
        options += ["-i", name if is_own else wanted]
    programs = environment(Path(session.cache_dir, "wheels"), *WHEEL_BUILDERS)
    env["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    settings = [f"build-args={' '.join(options)}", *program_settings(target)]
    session.run(programs / "python", *command, *(f"-C{setting}" for setting in settings), env=env, external=True)


@nox.session(default=False)
def sdist(session: nox.Session) -> None:
    """The source distribution of a release, into dist; with `-- --vendor`, one with all crates into dist/vendored."""
    session.install("build")
    session.run("python", "-m", "build", "--sdist", "--outdir", str(DIST), env=release_variables(""))
    if "--vendor" in session.posargs:
        [archive] = DIST.glob("*.tar.gz")
        session.run("python", "packaging/vendored.py", str(archive), str(DIST / "vendored"))


@nox.session(name="release-check", default=False)
def release_check(session: nox.Session) -> None:
    """The files in dist can be published: their metadata, contents, use of abi3, and the tags of the wheels."""
    found = sorted(map(str, DIST.glob("fastvenv-*")))
    if not found:
        session.skip("NOT RUN: dist is empty: nox -t wheels")
    session.install(*RELEASE_CHECKERS)
    found_wheels = [path for path in found if path.endswith(".whl")]
    session.run("twine", "check", "--strict", *found)
    session.run("check-wheel-contents", *found_wheels)
    session.run("abi3audit", "--strict", *[path for path in found_wheels if "-abi3-" in path])
    session.run("python", "packaging/check_wheels.py", *found_wheels)


@nox.session(python=False, default=False, tags=["nightly"])
def reproducible(session: nox.Session) -> None:
    """Two checkouts of one commit, in different places, are built to the same bytes, without a path of the machine."""
    programs = environment(Path(session.cache_dir, "reproducible"), *WHEEL_BUILDERS, *RELEASE_CHECKERS)
    env = {"PATH": os.pathsep.join([str(programs), os.environ["PATH"]]), "SOURCE_DATE_EPOCH": "1700000000"}
    session.run(programs / "python", "packaging/reproducible.py", env=env, external=True)


@nox.session(python=False, default=False, tags=["nightly"])
def ways_to_install(session: nox.Session) -> None:
    """The program, installed by pip, pipx and uv in each way, finds its Python; some of them build it."""
    python, other = interpreter(session, "3.13"), interpreter(session, "3.12")
    programs = environment(Path(session.cache_dir, "installers"), "pytest>=8", "build", "pipx>=1.7", "uv>=0.5")
    options = [f"--python={python}", f"--other-python={other}", f"--wheel={wheel(session)}", *session.posargs]
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    session.run(
        programs / "pytest", "-q", "tests/test_installation.py", *options, env={**COMPILED, "PATH": path}, external=True
    )


def is_native(target: str) -> bool:
    """Whether the system's own tools build for a target. On Linux, zig does: wheels run with old C libraries."""
    return ("windows" in target and os.name == "nt") or ("apple" in target and sys.platform == "darwin")


def release_variables(target: str) -> dict[str, str]:
    """The variables with which the bytes of a build depend only on the commit: its time, and no path of the machine."""
    time = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True)
    cargo_home = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    flags = [f"--remap-path-prefix={cargo_home}=/cargo", f"--remap-path-prefix={BEDS}=/rustc"]
    if target.endswith(("-musl", "-musleabihf")):
        flags.append("-Ctarget-feature=-crt-static")
    return {"SOURCE_DATE_EPOCH": time.stdout.strip(), "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}

"""The sessions that look for what threads do to each other."""

from __future__ import annotations

import shutil

import nox

from .builds import INSTALLED, build_library, installed
from .extent import SANITIZED, WITHOUT_GIL, paths
from .interpreters import ROOT, interpreter
from .tests import SHARED, run_pytest_on

# What ThreadSanitizer can look at: the standard library has to be built for it, too.
TARGET = "x86_64-unknown-linux-gnu"
SANITIZER = ["--locked", "--no-default-features", "--target", TARGET, "-Zbuild-std=std,panic_abort,panic_unwind"]


@nox.session(python=False, default=False, tags=["nightly"])
def thread_sanitizer(session: nox.Session) -> None:
    """ThreadSanitizer over the unit tests of the core, and over the program where it makes several environments."""
    build = ROOT / "target/thread-sanitizer"
    env = {**build_library(session), "RUSTFLAGS": "-Zsanitizer=thread", "CARGO_TARGET_DIR": str(build)}
    session.log("NOT RUN with ThreadSanitizer: the module in a Python, which is not built for it")
    session.run("cargo", "test", "--lib", *SANITIZER, *session.posargs, env=env, external=True)
    session.run("cargo", "build", "--bin", "fastvenv", *SANITIZER, env=env, external=True)
    folder = INSTALLED / "thread-sanitizer"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(installed(session), folder)
    [program] = folder.glob("*.data/scripts/fastvenv")
    shutil.copyfile(build / TARGET / "debug/fastvenv", program)
    # A program that has seen a race ends with a status of its own.
    run_pytest_on(session, interpreter(session, "3.13"), [], folder, "umask 002", *paths(SANITIZED))


@nox.session(python=False, default=False, tags=["nightly"])
def free_threaded(session: nox.Session) -> None:
    """The build for free-threaded Pythons, on a Python with a GIL that takes it, too; no other one could be had."""
    python = interpreter(session, "3.15")
    session.log("NOT RUN: the tests on a free-threaded Python, which could not be had")
    # For that Python, the module is built for abi3t.
    folder = installed(session, python)
    if not list(folder.glob("fastvenv/_native.abi3t*.so")):
        session.error(f"{folder} has no module for abi3t")
    run_pytest_on(session, python, [], folder, "umask 002", *SHARED, *paths(WITHOUT_GIL), *session.posargs)

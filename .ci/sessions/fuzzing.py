"""The session that runs the fuzzers."""

from __future__ import annotations

import os
import shutil
import sys

import nox

from .builds import cargo_tool

FUZZ_TARGETS = ["entry_points", "manifest", "record", "wheel"]
CARGO_FUZZ = "cargo-fuzz@0.13.2"


@nox.session(python=False, default=False)
def fuzz(session: nox.Session) -> None:
    """The fuzzers find no input that breaks the readers of wheels and of the cache: 10 s each, or `-- SECONDS`."""
    seconds = session.posargs[0] if session.posargs else "10"
    if not any(map(shutil.which, ["c++", "g++", "clang++"])):
        session.skip("NOT RUN: the fuzzers' engine needs a C++ compiler")
    session.run("cargo", "fmt", "--check", "--manifest-path", "fuzz/Cargo.toml", external=True)
    session.run(sys.executable, "fuzz/seeds.py", "fuzz/corpus", external=True)
    # The instrumentation and the address sanitizer are nightly options. With this variable, the stable compiler accepts
    # them.
    env = {"RUSTC_BOOTSTRAP": "1", "PATH": os.pathsep.join([str(cargo_tool(session, CARGO_FUZZ)), os.environ["PATH"]])}
    for target in FUZZ_TARGETS:
        options = ["-verbosity=0", f"-max_total_time={seconds}"]
        session.run("cargo", "fuzz", "run", target, "--", *options, env=env, external=True)

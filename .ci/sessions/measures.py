"""The sessions that measure."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nox

from .builds import environment, installed, wheel
from .interpreters import interpreter

TOOLS = ["build", "hatch", "nox", "pex", "pipx", "poetry", "pre-commit", "tox", "virtualenv"]


@nox.session(python=False)
def budget(session: nox.Session) -> None:
    """The system calls and instructions of the warm path have not grown; `-- --write` sets a new budget."""
    if not shutil.which("strace"):
        session.skip("NOT RUN: the budget needs strace")
    options = [f"--python={interpreter(session, '3.13')}", f"--fastvenv={installed(session)}", *session.posargs]
    session.run(sys.executable, "-m", "benches.budget", *options)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure fastvenv and its peers, into docs/benchmarks; it takes long, and with `-- --quick` less."""
    python = interpreter(session, "3.13")
    session.install("matplotlib>=3.8")
    options = [f"--python={python}", f"--other={interpreter(session, '3.12')}", f"--wheel={wheel(session)}"]
    session.run("python", "-m", "benches", *options, *session.posargs)


@nox.session(python=False, default=False, tags=["nightly"])
def tools(session: nox.Session) -> None:
    """Tools that make environments have the same results with fastvenv in the place of venv and virtualenv.

    `-- --rounds 5 --out docs/explanation/tools.md` measures them, too.
    """
    programs = environment(Path(session.cache_dir, "tools"), *TOOLS)
    session.run(programs / "python", "-m", "pip", "install", "-q", "--force-reinstall", wheel(session), external=True)
    session.run(programs / "python", "-m", "benches.tools", *session.posargs, external=True)

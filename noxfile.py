"""The one list of checks. `python -m nox` runs them all, `python -m nox -l` lists them.

Each module below has some of the sessions; they run in this order. An interpreter that is not to be had is skipped by
name, and what was not run is told again at the end.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / ".ci"))

from sessions import checks, fuzzing, measures, platforms, release, tests, threads, windows

__all__ = ["checks", "fuzzing", "measures", "platforms", "release", "tests", "threads", "windows"]

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False

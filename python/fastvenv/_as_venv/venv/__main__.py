"""Runs `python -m venv` by fastvenv: without settings, and `--clear` empties any directory, as with `venv`."""

import sys

from fastvenv.__main__ import run

if __name__ == "__main__":
    sys.argv[1:1] = ["--no-config", "--force"]
    run()

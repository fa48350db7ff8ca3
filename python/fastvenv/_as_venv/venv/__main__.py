"""Runs `python -m venv` by fastvenv."""

from fastvenv.__main__ import run

from . import main

if __name__ == "__main__":
    run(main)

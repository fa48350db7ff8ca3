"""`python -m venv`, done by fastvenv: no settings, and as `venv` `--clear` empties every directory."""

import sys

from fastvenv.__main__ import run

if __name__ == "__main__":
    sys.argv[1:1] = ["--no-config", "--force"]
    run()

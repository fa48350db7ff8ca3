"""`python -m benches.on_windows ROUNDS`: `fastvenv` beside `venv` on Windows, or in Wine, by the Python that runs this.

fastvenv has to be importable. Each run makes an environment in the user's profile, with a warm cache. All runs go by
turns, once a round, and the first round is not counted. What is printed is how many times as long a run takes as
`python -m fastvenv`: the median, and the quartiles.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .measure import Run, ratio, side_by_side

COMPARED = "python -m fastvenv"
RUNS = {
    "python -m venv": ["venv"],
    COMPARED: ["fastvenv"],
    "python -m fastvenv --link-mode copy": ["fastvenv", "--link-mode", "copy"],
    "python -m fastvenv --no-cache": ["fastvenv", "--no-cache"],
    "python -m venv --without-pip": ["venv", "--without-pip"],
    "python -m fastvenv --without-pip": ["fastvenv", "--without-pip"],
}


@dataclass(frozen=True)
class Profile:
    """The user's profile, in which the cache stays from one run to the next."""

    folder: Path

    def empty(self) -> Path:
        """Return the folder without the environment of the run before."""
        self.clear()
        return self.folder

    def clear(self) -> None:
        """Delete the environment of the last run."""
        shutil.rmtree(self.folder / "env", ignore_errors=True)


def run(arguments: list[str]) -> Run:
    """Return a run that makes an environment in a profile, and returns the seconds."""

    def seconds(profile: Path) -> float:
        variables = {**os.environ, "USERPROFILE": str(profile), "LOCALAPPDATA": str(profile / "AppData/Local")}
        command = [sys.executable, "-m", *arguments, str(profile / "env")]
        begin = time.perf_counter()
        subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        return time.perf_counter() - begin

    return seconds


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "AppData/Local").mkdir(parents=True)
        runs = {name: run(arguments) for name, arguments in RUNS.items()}
        figures = side_by_side(Profile(Path(folder)), runs, int(sys.argv[1]))
    print(f"In times `{COMPARED}`; rounds: {sys.argv[1]}; Python {sys.version.split()[0]}.\n")
    print("| | |\n|---|---|")
    for name, found in figures.items():
        spread = ratio(found, [figures[COMPARED]])
        print(f"| `{name} D` | {spread.median:.3g} ({spread.low:.3g} to {spread.high:.3g}) |")


if __name__ == "__main__":
    main()

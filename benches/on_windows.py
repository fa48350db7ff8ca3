"""`python -m benches.on_windows ROUNDS`: `fastvenv` beside `venv` on Windows, or in Wine, by the Python that runs this.

fastvenv has to be importable, from a wheel that was unpacked: the program is installed into an environment. Each run
makes an environment in the user's profile, with a warm cache. All runs go by turns, once a round, and the first round
is not counted. What is printed is how many times as long a run takes as `python -m fastvenv`: the median, and the
quartiles.
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

import fastvenv

from .measure import Run, ratio, side_by_side

COMPARED = "python -m fastvenv"
RUNS = [
    "python -m venv",
    COMPARED,
    "fastvenv",
    "python -m fastvenv --link-mode copy",
    "fastvenv --link-mode copy",
    "python -m fastvenv --no-cache",
    "python -m venv --without-pip",
    "python -m fastvenv --without-pip",
    "fastvenv --without-pip",
]


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


def installed(folder: Path) -> Path:
    """Install fastvenv into an environment, and return the program."""
    package = Path(fastvenv.__file__).parent
    [program] = package.parent.glob("*.data/scripts/fastvenv.exe")
    fastvenv.create(folder / "installed")
    shutil.copytree(package, folder / "installed/Lib/site-packages/fastvenv")
    return Path(shutil.copy(program, folder / "installed/Scripts"))


def run(name: str, program: Path) -> Run:
    """Return a run that makes an environment in a profile, and returns the seconds."""
    first, *arguments = name.split()
    executable = str(program) if first == "fastvenv" else sys.executable

    def seconds(profile: Path) -> float:
        variables = {**os.environ, "USERPROFILE": str(profile), "LOCALAPPDATA": str(profile / "AppData/Local")}
        command = [executable, *arguments, str(profile / "env")]
        begin = time.perf_counter()
        subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        return time.perf_counter() - begin

    return seconds


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "AppData/Local").mkdir(parents=True)
        program = installed(Path(folder))
        runs = {name: run(name, program) for name in RUNS}
        figures = side_by_side(Profile(Path(folder)), runs, int(sys.argv[1]))
    print(f"In times `{COMPARED}`; rounds: {sys.argv[1]}; Python {sys.version.split()[0]}.\n")
    print("| | |\n|---|---|")
    for name, found in figures.items():
        spread = ratio(found, [figures[COMPARED]])
        print(f"| `{name} D` | {spread.median:.3g} ({spread.low:.3g} to {spread.high:.3g}) |")


if __name__ == "__main__":
    main()

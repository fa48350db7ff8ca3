"""`python benches/on_windows.py ROUNDS`: `fastvenv` beside `venv` on Windows, or in Wine, by the Python that runs this.

fastvenv has to be importable. Each run makes an environment in the user's profile, with a warm cache. All runs go by
turns, once a round, and the first round is not counted. What is printed is how many times as long a run takes as
`python -m fastvenv`: the median, and the quartiles.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMPARED = "python -m fastvenv"
RUNS = {
    "python -m venv": ["venv"],
    COMPARED: ["fastvenv"],
    "python -m fastvenv --link-mode copy": ["fastvenv", "--link-mode", "copy"],
    "python -m fastvenv --no-cache": ["fastvenv", "--no-cache"],
    "python -m venv --without-pip": ["venv", "--without-pip"],
    "python -m fastvenv --without-pip": ["fastvenv", "--without-pip"],
}


def seconds(profile: Path, arguments: list[str]) -> float:
    """How long a run takes, in a profile that has the cache."""
    variables = {**os.environ, "USERPROFILE": str(profile), "LOCALAPPDATA": str(profile / "AppData/Local")}
    begin = time.perf_counter()
    command = [sys.executable, "-m", *arguments, str(profile / "env")]
    subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    elapsed = time.perf_counter() - begin
    shutil.rmtree(profile / "env")
    return elapsed


def main() -> None:
    """Measure, and print the table."""
    figures: dict[str, list[float]] = {name: [] for name in RUNS}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "AppData/Local").mkdir(parents=True)
        for number in range(int(sys.argv[1]) + 1):
            for name in list(RUNS)[:: -1 if number % 2 else 1]:
                figure = seconds(Path(folder), RUNS[name])
                if number > 0:
                    figures[name].append(figure)
    print(f"In times `{COMPARED}`; rounds: {sys.argv[1]}; Python {sys.version.split()[0]}.\n")
    print("| | |\n|---|---|")
    for name, found in figures.items():
        ratios = [figure / other for figure, other in zip(found, figures[COMPARED])]
        low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
        print(f"| `{name} D` | {median:.3g} ({low:.3g} to {high:.3g}) |")


if __name__ == "__main__":
    main()

"""`python -m benches.on_windows ROUNDS`: `fastvenv` beside `venv` on Windows, or in Wine, by the Python that runs this.

fastvenv has to be importable, from a wheel that was unpacked: the program is installed into an environment. Each run
makes an environment in the user's profile, with a warm cache. All runs go by turns, once a round, and the first round
is not counted. The table has how many times as long a run takes as `python -m fastvenv`: the median, and the quartiles.
It is printed, and with `--write` it also replaces the one of the documentation.
"""

from __future__ import annotations

import argparse
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

PAGE = Path(__file__).parents[1] / "docs/where-it-works.md"
# The comments around the table on the page.
MARKS = ("<!-- wine -->\n", "<!-- /wine -->\n")

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


# With this variable, Python cannot start, and the program does not need it.
NO_PYTHON = {"PYTHONHASHSEED": "none"}


def installed(profile: Profile) -> Path:
    """Install fastvenv into an environment, and return the program. The cache gets what the program needs."""
    package = Path(fastvenv.__file__).parent
    [program] = package.parent.glob("*.data/scripts/fastvenv.exe")
    environment = profile.folder / "installed"
    fastvenv.create(environment)
    shutil.copytree(package, environment / "Lib/site-packages/fastvenv")
    program = Path(shutil.copy(program, environment / "Scripts"))
    make(profile, [str(program)], {})
    return program


def make(profile: Profile, command: list[str], variables: dict[str, str]) -> None:
    """Make an environment in the profile."""
    own = {"USERPROFILE": str(profile.folder), "LOCALAPPDATA": str(profile.folder / "AppData/Local")}
    subprocess.run(
        [*command, str(profile.folder / "env")],
        env={**os.environ, **own, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )


def run(name: str, program: Path) -> Run:
    """Return a run that makes an environment in a profile, and returns the seconds. The program runs without Python."""
    first, *arguments = name.split()
    executable, variables = (str(program), NO_PYTHON) if first == "fastvenv" else (sys.executable, {})

    def seconds(folder: Path) -> float:
        begin = time.perf_counter()
        make(Profile(folder), [executable, *arguments], variables)
        return time.perf_counter() - begin

    return seconds


def table(figures: dict[str, list[float]]) -> str:
    """The conditions and the ratios, in Markdown."""
    rounds, version = len(figures[COMPARED]), sys.version.split()[0]
    lines = [f"In relation to `{COMPARED} D`, in {rounds} rounds with CPython {version}:", "", "| | |", "|---|---|"]
    for name, found in figures.items():
        spread = ratio(found, [figures[COMPARED]])
        lines.append(f"| `{name} D` | {spread.median:.3g} ({spread.low:.3g} to {spread.high:.3g}) |")
    return "\n".join(lines) + "\n"


def write(text: str, page: Path) -> None:
    """Replace what is between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    page.write_bytes(f"{before}{MARKS[0]}{text}\n{MARKS[1]}{after}".encode())


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(prog="python -m benches.on_windows")
    parser.add_argument("rounds", type=int)
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE.name}, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "AppData/Local").mkdir(parents=True)
        profile = Profile(Path(folder))
        program = installed(profile)
        text = table(side_by_side(profile, {name: run(name, program) for name in RUNS}, options.rounds))
    print(text)
    if options.write:
        write(text, PAGE)


if __name__ == "__main__":
    main()

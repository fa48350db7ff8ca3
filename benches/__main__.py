"""`python -m benches --python BASE --other PYTHON --wheel WHEEL`: measure everything and write the results."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from .measure import note, side_by_side
from .peers import Bed, Programs, file_system
from .report import Figures, results, write, write_summary
from .scenarios import Scenario, scenarios

RESULTS = Path(__file__).parents[1] / "docs/benchmarks"
README = Path(__file__).parents[1] / "README.md"


def main() -> None:
    """Install the programs, run every scenario on every file system, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="the interpreter to make environments for")
    parser.add_argument("--other", type=Path, required=True, help="the interpreter of another version")
    parser.add_argument("--wheel", type=Path, required=True, help="the wheel of fastvenv")
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that everything runs")
    parser.add_argument("--short", action="store_true", help="leave out the scenarios that take long")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder for the results")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(options.python, options.other, options.wheel, Path(folder))
        programs.install()
        if not programs.knows_no_compile:
            note("NOT RUN: --no-compile with an empty cache: this fastvenv does not have the option")
        measured = {}
        for name, place in places().items():
            with tempfile.TemporaryDirectory(dir=place) as bed_folder:
                measured[name] = run(
                    Bed(programs, Path(bed_folder)), name, is_quick=options.quick, is_short=options.short
                )
        found = results(programs, measured, load, is_short=options.short)
        write(found, options.out)
        if options.out == RESULTS:
            write_summary(found, README)
    note(f"written: {options.out}")


def places() -> dict[str, Path]:
    """A folder on each file system: that of temporary files, and memory."""
    found = {file_system(folder): folder for folder in [Path(tempfile.gettempdir())]}
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and file_system(memory) == "tmpfs":
        found.setdefault("tmpfs", memory)
    if "tmpfs" not in found:
        note("NOT RUN: tmpfs: there is no /dev/shm that can be written")
    return found


def run(bed: Bed, name: str, *, is_quick: bool, is_short: bool) -> list[tuple[Scenario, Figures]]:
    """Every scenario on one file system."""
    bed.prepare()
    measured = []
    for scenario in scenarios(bed):
        if scenario.is_long and is_short:
            note(f"NOT RUN: {scenario.title}")
            continue
        rounds = max(1, scenario.rounds // 5) if is_quick else scenario.rounds
        note(f"{name}: {scenario.title}, {rounds} rounds")
        measured.append((scenario, side_by_side(bed, scenario.runs, rounds)))
    return measured


if __name__ == "__main__":
    main()

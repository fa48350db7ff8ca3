"""Runs side by side, and the statistics of their figures."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .peers import Bed

# One run in an empty folder. It returns its figure, usually in seconds.
Run = Callable[[Path], float]


class Places(Protocol):
    """Makes the folder of each run."""

    def empty(self) -> Path:
        """Return a folder that has nothing of what a run makes."""

    def clear(self) -> None:
        """Delete the results of the runs."""


@dataclass(frozen=True)
class Spread:
    """The median of all rounds, and the quartiles, between which half of the rounds are."""

    median: float
    low: float
    high: float


def side_by_side(bed: Places, runs: Mapping[str, Run], rounds: int) -> dict[str, list[float]]:
    """Run all in turns, once in each round, every other round in reverse order. The first round does not count."""
    figures: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name in list(runs)[:: -1 if number % 2 else 1]:
            figure = runs[name](bed.empty())
            if number > 0:
                figures[name].append(figure)
    bed.clear()
    return figures


def ratio(over: Sequence[float], under: Sequence[Sequence[float]]) -> Spread:
    """In each round, the figure divided by the sum of the other figures; the figure itself if there are none."""
    ratios = [figure / (sum(others) or 1) for figure, *others in zip(over, *under)]
    if len(ratios) == 1:
        return Spread(ratios[0], ratios[0], ratios[0])
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Spread(median, low, high)


# The memory of a process also counts from before `exec`, so a process that is smaller than any Python with `site`
# starts it.
_LAUNCHER = """
import posix, sys
child = posix.posix_spawn(sys.argv[1], sys.argv[1:], posix.environ)
_, status, usage = posix.wait4(child, 0)
with open("/proc/self/status") as file:
    [own] = [int(line.split()[1]) for line in file if line.startswith("VmHWM")]
print(status, usage.ru_maxrss, own)
"""


def peak_memory(bed: Bed, *command: str, **variables: str) -> float:
    """The largest resident memory of a command, in MB: that of its largest process.

    Raises:
        RuntimeError: the command failed, or is so small that the figure would be that of what started it.

    """
    printed = bed.run(str(bed.programs.base), "-I", "-S", "-c", _LAUNCHER, *command, **variables)
    status, peak, own = map(int, printed.split()[-3:])
    if status != 0 or peak <= own:
        raise RuntimeError(f"{' '.join(command)}: status {status}, {peak} kB, of which the launcher has {own}")
    return peak * 1024 / 1e6


def note(text: str) -> None:
    """Print a note about the progress."""
    print(text, file=sys.stderr, flush=True)

"""A fault at every file-system call: the run fails with an error and leaves nothing, or the environment is whole.

On every change, each place in the code that makes a call meets an error or a SIGKILL, by turns, for each kind of thing that
may be there before. With `--whole` each call meets each error in each scenario, which takes hours: `python -m nox -s matrix`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
from bed import ERRORS, KILL, Bed
from complaints import complaints, told
from conftest import Interpreter
from places import by_place
from scenarios import SCENARIOS, Scenario
from tracing import strace

# The number of parts of each scenario, so that processors share it.
PARTS = 8
# The number of failures that a test reports.
REPORTED = 40


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parts = PARTS if metafunc.config.getoption("--whole") else 1
    cases = [(scenario, part, parts) for scenario in SCENARIOS for part in range(parts)]
    names = [scenario.name if parts == 1 else f"{scenario.name} {part}" for scenario, part, _ in cases]
    metafunc.parametrize(("scenario", "part", "parts"), cases, ids=names)


@pytest.fixture(scope="session")
def tried(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of all processes of this run, with a file for each fault that one of them has tried."""
    root = tmp_path_factory.getbasetemp()
    folder = (root if worker_id == "master" else root.parent) / "tried"
    folder.mkdir(exist_ok=True)
    return folder


def name_of(*fault: object) -> str:
    return hashlib.sha256(repr(fault).encode()).hexdigest()


def is_mine(claim: Path) -> bool:
    """Make that file; whether no other process had made it."""
    try:
        claim.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@pytest.mark.usefixtures("has_wheels")
def test_a_fault_at_every_call(
    is_whole: bool,
    python: Interpreter,
    tmp_path: Path,
    tried: Path,
    record_property: Callable[[str, object], None],
    scenario: Scenario,
    part: int,
    parts: int,
) -> None:
    strace()
    bed = Bed(python, tmp_path, scenario)
    bed.lay_out()
    sound = bed.play_without_faults()
    found = bed.points()
    assert found, "it makes no calls"
    if is_whole:
        runs = [([point], error) for point in found for error in [*ERRORS, KILL]][part::parts]
    else:
        faults = (fault for error in cycle(ERRORS) for fault in (error, KILL))
        runs = list(zip(by_place(found), faults))
    failures, done, missed = [], 0, 0
    for number, (place, error) in enumerate(runs):
        claim = tried / name_of(place[0].place, scenario.before, error == KILL)
        # The first call is made before any thread starts, so its fault shows that faults happen.
        if not (is_whole or is_mine(claim) or number == 0):
            continue
        met = bed.meet(place, error)
        if met is None:
            missed += 1
            claim.unlink(missing_ok=True)  # another scenario may make the call
            assert place[0].name != "execve", "the program hands over in every run, so the fault must happen"
            continue
        done += 1
        result, event = met
        wrong = list(complaints(bed, sound, result, error))
        if wrong:
            heading = f"{scenario.name}: {event.name} {event.path()}: {error}"
            failures.append(told(heading, wrong).replace(f"{bed.field}/", ""))
            bed.start_anew()
    assert done, f"none of {missed} faults happened"
    record_property("runs of the matrix", done)
    record_property("failures", len(failures))
    record_property("faults that did not happen", missed)
    if failures:
        heading = f"{len(failures)} of {done} runs broke a promise; {missed} faults did not happen"
        pytest.fail("\n".join([heading, *failures[:REPORTED]]), pytrace=False)

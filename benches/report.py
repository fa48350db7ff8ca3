"""The results: as JSON, as tables in Markdown, and as a plot."""

from __future__ import annotations

import json
import os
import platform
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from . import scenarios
from .measure import Spread, ratio

if TYPE_CHECKING:
    from pathlib import Path

    from .peers import Programs
    from .scenarios import Goal, Scenario

# The figures of each run of a scenario on one file system.
Figures = dict[str, list[float]]

# The comments around the paragraph of the README that is written here.
MARKS = ("<!-- speed -->", "<!-- /speed -->")

HEAD = """\
# Benchmarks

Made by `python -m nox -s bench`; none of it is written by hand. `results.json` has the same figures.

All programs run in turns, one round after the other, after a round that does not count. A figure is the median of the
rounds and, in brackets, their quartiles. A ratio is taken in each round, between runs that went side by side.

- Before each run, `sync` waits for the disk, and nothing is deleted until all rounds are over: no program loses time
  by the writes and deletions of another one.
- Every process gets a clean environment: `PATH`, `HOME`, `LANG`, and caches in a folder on the file system that is
  measured. Caches are warm unless the name of a run says otherwise.
- fastvenv is installed by pip, from the wheel, into an environment of the same CPython that all environments are made
  for. `python -m venv`, `python -m fastvenv` and `python -m empty` (a package with an empty `__main__.py`) start the
  Python of that environment, so they pay the same for start-up and `site`. uv and virtualenv are installed by pip into
  another environment of it, and are started directly; the command of uv names the Python to use.
- The pip of `uv venv --seed` is the index's newest, that of virtualenv the one it brings along; `venv` and fastvenv
  install the one that `ensurepip` has. uv and virtualenv write no bytecode.
- The bare loop is a Rust program (`benches/bare_loop.rs`) that makes the tree of an environment with pip again: one
  `mkdir` for each directory, one `link` for each file and one `symlink` for each link, on one thread. It times itself,
  so that its start does not count; and it links the files that fastvenv has to write (`pyvenv.cfg`, the scripts).
- `--clear` makes a new environment when it has deleted the old one, which `rm -rf` does not. The files have just been
  written, so the time in which the disk discards blocks is not measured.
"""


def results(
    programs: Programs, measured: dict[str, list[tuple[Scenario, Figures]]], load: float, *, is_short: bool
) -> dict[str, Any]:
    """The results, as they are written to `results.json`.

    Args:
        programs: the compared programs.
        measured: for each file system, the scenarios and their figures.
        load: the load average of the machine before the first run.
        is_short: whether the long scenarios were left out.

    """
    ours = list(measured.values())
    return {
        "measured on": {
            "processors": os.cpu_count(),
            "machine": platform.machine(),
            "kernel": f"{platform.system()} {platform.release()}",
            "file systems": list(measured),
            "is short": is_short,
            "load average before": round(load, 2),
            "versions": programs.versions(),
        },
        "goals": [
            goal_result(goal, scenario.unit, {name: pairs[index][1] for name, pairs in measured.items()})
            for index, (scenario, _) in enumerate(ours[0])
            for goal in scenario.goals
        ],
        "scenarios": [
            scenario_result(scenario, {name: pairs[index][1] for name, pairs in measured.items()})
            for index, (scenario, _) in enumerate(ours[0])
        ],
    }


def goal_result(goal: Goal, unit: str, figures: dict[str, Figures]) -> dict[str, Any]:
    """A goal and, for each file system, the figure and whether it meets the goal; `None` if it was not measured."""
    result: dict[str, Any] = {"measure": measure(goal, unit), "goal": f"{'≥' if goal.is_least else '≤'} {goal.bound:g}"}
    for name, by_run in figures.items():
        result[name] = None
        if {goal.over, *goal.under} <= set(by_run):
            spread = ratio(by_run[goal.over], [by_run[run] for run in goal.under])
            result[name] = {**rounded(spread), "is met": goal.is_met(spread.median)}
    return result


def measure(goal: Goal, unit: str) -> str:
    """The ratio of a goal, in words."""
    under = " + ".join(f"`{run}`" for run in goal.under)
    if not under:
        return f"`{goal.over}`, {unit}"
    return f"`{goal.over}` / ({under})" if len(goal.under) > 1 else f"`{goal.over}` / {under}"


def scenario_result(scenario: Scenario, figures: dict[str, Figures]) -> dict[str, Any]:
    """The figures of a scenario, each in relation to the reference, or in its unit."""
    return {
        "title": scenario.title,
        "rounds": min(len(rounds) for by_run in figures.values() for rounds in by_run.values()),
        "in": scenario.unit or f"times `{scenario.reference}`",
        "runs": {
            run: {
                name: rounded(ratio(by_run[run], [by_run[scenario.reference]] if scenario.reference else []))
                for name, by_run in figures.items()
            }
            for run in scenario.runs
        },
    }


def rounded(spread: Spread) -> dict[str, float]:
    """Round to three digits, which is more than the machine can repeat."""
    return {name: float(f"{figure:.3g}") for name, figure in asdict(spread).items()}


def markdown(found: dict[str, Any]) -> str:
    """The tables."""
    machine = found["measured on"]
    systems = machine["file systems"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    lines = [
        HEAD,
        f"Measured on {machine['processors']} processors ({machine['machine']}, {machine['kernel']}): {versions}.",
        f"Load average before it began: {machine['load average before']}.",
        *(["", "Many environments in one call, and `--clear`, were not measured."] if machine["is short"] else []),
        "",
        "## Goals",
        "",
        *table(["measure", "goal", *(f"measured, {name}" for name in systems)]),
        *(row([goal["measure"], goal["goal"], *(verdict(goal[name]) for name in systems)]) for goal in found["goals"]),
    ]
    for scenario in found["scenarios"]:
        lines += ["", f"## {scenario['title']}", "", f"In {scenario['in']}; rounds: {scenario['rounds']}.", ""]
        lines += table(["", *systems])
        lines += [
            row([f"`{run}`", *(cell(by_system[name]) for name in systems)])
            for run, by_system in scenario["runs"].items()
        ]
    return "\n".join(lines) + "\n"


def summary(found: dict[str, Any]) -> str:
    """One paragraph for the README: how many times as fast fastvenv is, and under which conditions."""
    system = found["measured on"]["file systems"][0]
    goals = {goal["measure"]: goal[system] for goal in found["goals"]}

    def times(theirs: str, ours: str) -> str:
        # A ratio that was taken in each round is better than one of medians.
        goal = goals.get(f"`{theirs}` / `{ours}`")
        factor = goal["median"] if goal else of_medians(theirs, ours)
        return f"{float(f'{factor:.2g}'):g} times"

    def of_medians(theirs: str, ours: str) -> float:
        [runs] = [scenario["runs"] for scenario in found["scenarios"][:4] if {ours, theirs} <= scenario["runs"].keys()]
        ratio_of_medians: float = runs[theirs][system]["median"] / runs[ours][system]["median"]
        return ratio_of_medians

    native, bare = scenarios.NATIVE, scenarios.NATIVE_BARE
    return textwrap.fill(
        f"Measured on {system}, with pip and a warm cache, `fastvenv` is {times(scenarios.VENV, native)} as fast as "
        f"`python -m venv`, {times(scenarios.VIRTUALENV, native)} as fast as `virtualenv` and "
        f"{times(scenarios.UV_SEED, native)} as fast as `uv venv --seed`; `python -m fastvenv`, which starts Python, "
        f"is {times(scenarios.VENV, scenarios.FASTVENV)} as fast as `venv`. The first run, with an empty cache, is "
        f"{times(scenarios.VENV, scenarios.NATIVE_COLD)} as fast. Without pip, `fastvenv` is "
        f"{times(scenarios.VENV_BARE, bare)} as fast as `venv` and {times(scenarios.UV, bare)} as fast as `uv venv`.",
        120,
        break_on_hyphens=False,
        break_long_words=False,
    )


def write_summary(found: dict[str, Any], readme: Path) -> None:
    """Write the paragraph of `summary` into the README, between its marks."""
    before, _, rest = readme.read_text(encoding="utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    readme.write_text(f"{before}{MARKS[0]}\n{summary(found)}\n{MARKS[1]}{after}", encoding="utf-8")


def table(titles: list[str]) -> list[str]:
    """The first two lines of a table."""
    return [row(titles), row(["---"] * len(titles))]


def row(cells: list[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def cell(spread: dict[str, float]) -> str:
    """A figure in a table."""
    return f"{spread['median']:g} ({spread['low']:g} to {spread['high']:g})"


def verdict(spread: dict[str, float] | None) -> str:
    """A figure that has a goal, in a table."""
    if spread is None:
        return "not run"
    return cell(spread) if spread["is met"] else f"**missed:** {cell(spread)}"


def plot(found: dict[str, Any], path: Path) -> None:
    """Plot the time of each tool for an environment with pip, in relation to fastvenv, as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "fastvenv"  # the same figures always give the same file
    runs = found["scenarios"][0]["runs"]
    names = [name for name in reversed(runs) if name != scenarios.LOOP]
    systems = found["measured on"]["file systems"]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(systems)
    for index, system in enumerate(systems):
        offset = 0.4 - height * (index + 0.5)
        ratios = [runs[name][system]["median"] for name in names]
        bars = axes.barh([place + offset for place in range(len(names))], ratios, height, label=system)
        axes.bar_label(bars, [f"{value:.3g}" for value in ratios], padding=3, fontsize=8)
    axes.set_yticks(range(len(names)), names, family="monospace", fontsize=9)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.margins(x=0.12)
    axes.set_xlabel(f"time for an environment with pip, {scenarios.NATIVE} = 1 (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})


def write(found: dict[str, Any], folder: Path) -> None:
    """Write the three files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "results.md").write_text(markdown(found), encoding="utf-8")
    plot(found, folder / "speed.svg")

"""The folder of a scenario of the fault matrix, and its runs: without a fault, with a failing call, with a killed process.

A bed is a folder with the target, the cache, and what belongs to others beside both.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from pathlib import Path

from conftest import SHARING, Interpreter, Result, describe
from installed import Program, install, linked
from places import Event, Point, events, hit, points, things, watching
from scenarios import Scenario, damage
from trees import Tree, Trees, differences
from wheels import CREATE_WITH, small_pip

ERRORS = ["ENOSPC", "EACCES", "EIO", "EMFILE", "EINTR"]
KILL = "SIGKILL"
# The number of attempts if no call had the fault: threads make their calls in any order.
ATTEMPTS = 2


@dataclass(frozen=True)
class Sound:
    """The files before and after a run without a fault, with which those of a run with a fault are compared."""

    # For each target: what a plain run makes where nothing is, what is there before the run, and what is there after it.
    fresh: list[Tree]
    before: list[Tree]
    after: list[Tree]
    # The files beside the targets and the cache, and the names in the cache.
    outside: Tree
    cache: set[str]


@dataclass(frozen=True)
class Bed:
    """The folder of a scenario. The paths are always the same, so that trees can be compared."""

    python: Interpreter
    root: Path
    scenario: Scenario

    @property
    def field(self) -> Path:
        """The folder of everything that a run uses."""
        return self.root / "field"

    @property
    def targets(self) -> list[Path]:
        return [self.field / "place" / name for name in self.scenario.targets]

    @property
    def cache(self) -> Path:
        return self.field / "store/cache"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def installation(self) -> Path:
        """The folder that the program and its interpreter are installed in."""
        return self.field / "python"

    @cached_property
    def wheel(self) -> Path:
        return small_pip(self.python, self.field)

    @cached_property
    def program(self) -> Program:
        """The program, installed for an interpreter whose `ensurepip` has the wheel: Python handles calls with `--pip-wheel`."""
        base, wheels = linked(self.python, self.installation / "base", "ensurepip/_bundled")
        shutil.copy(self.wheel, wheels)
        return install(base, self.installation / "installed", self.cache)

    def lay_out(self) -> None:
        """Make all but the targets and the cache: what belongs to others, and what is run."""
        for name in ("place/neighbour", "store/neighbour"):
            (self.field / name).mkdir(parents=True)
            (self.field / name / "precious").write_text(name)
        assert self.wheel.exists()
        if self.scenario.is_of_program:
            assert self.program.path.exists()

    def run(self, *arguments: str | Path, prefix: list[str] | None = None) -> Result:
        """Run the command line of fastvenv, with the bed's wheel and cache."""
        settings = {
            "PYTHONHASHSEED": "0",  # the order of sets in bytecode
            "FASTVENV_CACHE_DIR": "" if self.scenario.cache == "none" else str(self.cache),
            "FASTVENV_LINK_MODE": self.scenario.link_mode,
        }
        options = [] if self.scenario.with_pip else ["--without-pip"]
        if self.scenario.is_of_program:
            env = {**self.program.variables, **settings}
            return self.program.run(*options, *arguments, env=env, umask=SHARING, prefix=prefix)
        env = {**self.python.variables, **settings}
        command = ["-c", CREATE_WITH, *options, *arguments, self.wheel]
        return self.python.run(*command, env=env, umask=SHARING, prefix=prefix)

    def play(self, prefix: list[str] | None = None) -> Result:
        """Run the command line of the scenario."""
        return self.run(*self.scenario.options, *self.targets, prefix=prefix)

    def play_without_faults(self) -> Sound:
        """Run the scenario, and look at its files; the cache is made, and it is asserted that all files are as expected."""
        self.remove_targets()
        assert self.run(*self.targets) == Result(0, "", "")
        fresh = self.read_targets()
        self.prepare()
        before = self.read_targets()
        result = self.play()
        assert result == Result(0, "", ""), result
        after = [self.expected(*trees) for trees in zip(self.targets, fresh, before)]
        for found, expected in zip(self.read_targets(), after):
            wrong = differences(found, expected, self.executable)
            assert not wrong, f"{self.scenario.name}, without a fault: {wrong}"
        names = set(os.listdir(self.cache)) if self.cache.exists() else set()
        return Sound(fresh, before, after, self.look_outside(), names)

    def expected(self, target: Path, fresh: Tree, before: Tree) -> Tree:
        """The expected files in a target after the run: those of a plain run, and those of the user."""
        kept = {} if self.scenario.clears else {path: before[path] for path in before if path.startswith("mine")}
        # It says how it was made.
        return {**fresh, **kept, "pyvenv.cfg": describe(target / "pyvenv.cfg")}

    @cached_property
    def trees(self) -> Trees:
        return Trees(self.python)

    def tree(self, root: Path) -> Tree:
        """What lies in a directory."""
        return self.trees.read(root)

    def read_targets(self) -> list[Tree]:
        return [self.tree(target) for target in self.targets]

    @cached_property
    def executable(self) -> bytes:
        """The interpreter, which is copied if it cannot be linked."""
        return Path(self.python.path).resolve().read_bytes()

    def remove_targets(self) -> None:
        for target in self.targets:
            shutil.rmtree(target, ignore_errors=True)

    def prepare(self) -> None:
        """Make the files before the run."""
        self.remove_targets()
        if self.scenario.cache == "cold":
            shutil.rmtree(self.cache, ignore_errors=True)
        elif self.scenario.cache != "none" and not self.cache.exists():
            assert self.run(*self.targets) == Result(0, "", "")
            self.remove_targets()
        for target in self.targets:
            if self.scenario.before == "environment":
                assert self.run(target) == Result(0, "", "")
            if self.scenario.before != "nothing":
                (target / "mine").mkdir(parents=True)
                target.chmod(0o755)  # whatever the umask
                (target / "mine/notes").write_text("precious")
                (target / "mine/link").symlink_to(self.field / "place/neighbour")
            if self.scenario.damaged:
                damage(target, *self.scenario.damaged)
        if self.scenario.cache == "without notes":
            for note in self.cache.glob("note-*"):
                note.unlink()

    def points(self) -> list[Point]:
        """The calls of a run, with their places. The scenario has been played, so that each further run makes the same."""
        paths = []
        for with_stacks in (False, True):
            self.prepare()
            assert self.play(watching(self.log, with_stacks=with_stacks)) == Result(0, "", "")
            paths.append(things(self.log))
        started = [event for event in events(self.log) if event.name == "execve"]
        if self.scenario.is_of_program:
            assert (len(started) > 1) == self.scenario.hands_over, "whether the program hands over to Python"
        # strace would take the target of a link for the link.
        stable = {path for path in paths[0] & paths[1] if path == os.path.realpath(path)}
        return points(self.log, self.field, stable, self.installation)

    def meet(self, points: list[Point], error: str) -> tuple[Result, Event] | None:
        """Let one of these calls fail or kill; `None` if the runs did not make it, or made it in another place."""
        for point in islice(cycle(points), ATTEMPTS):
            self.prepare()
            result = self.play(point.injecting(self.log, error))
            event = hit(self.log)
            if event is not None and event.is_below(str(self.field)):
                return result, event
        return None

    def start_anew(self) -> None:
        """Remove the cache, which may be wrong after a fault."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def look_outside(self) -> Tree:
        own = {*self.targets, self.cache}
        found: Tree = {}
        for folder in (self.field, self.field / "place", self.field / "store"):
            for path in folder.iterdir():
                if path not in own:
                    found[str(path.relative_to(self.field))] = describe(path)
                    if path.name == "neighbour":
                        found[f"{path.relative_to(self.field)}/precious"] = describe(path / "precious")
        return found

"""The scenarios of the fault matrix: the files before a run, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conftest import packages


@dataclass(frozen=True)
class Scenario:
    """The files before a run, and its options."""

    name: str
    options: tuple[str, ...] = ()
    targets: tuple[str, ...] = ("env",)
    # "cold" is empty, "none" is turned off, "without notes" has no record of an interpreter.
    cache: str = "warm"
    link_mode: str = "hardlink"
    # "nothing", "files" of the user's, or an "environment" with files of the user's in it.
    before: str = "nothing"
    # What is damaged in that environment: a path, and whether it is missing or empty.
    damaged: tuple[str, str] | None = None
    # Whether to run the program, not `python -m fastvenv`.
    is_of_program: bool = False
    # Whether this run, and those before and after it, install pip.
    with_pip: bool = True

    @property
    def clears(self) -> bool:
        return "--clear" in self.options

    @property
    def makes_all(self) -> bool:
        """Whether the run has to make the whole environment, because it finds no part of one."""
        return self.before != "environment" or self.clears

    @property
    def hands_over(self) -> bool:
        """Whether the program replaces itself by `python -m fastvenv`, which makes the record of its interpreter."""
        return self.is_of_program and self.cache == "without notes"


SCENARIOS = [
    Scenario("warm"),
    Scenario("cold", cache="cold"),  # its bytecode is compiled
    Scenario("uncached", cache="none"),
    Scenario("copied", link_mode="copy"),
    Scenario("into a directory with files", before="files"),
    Scenario("clear", options=("--clear",), before="environment"),
    Scenario("upgrade", options=("--upgrade",), before="environment"),
    Scenario("rerun", before="environment"),
    Scenario("repair a module", before="environment", damaged=("packages/pip/__init__.py", "missing")),
    Scenario("repair a script", before="environment", damaged=("bin/pip", "empty")),
    Scenario("repair bytecode", before="environment", damaged=("packages/pip/__pycache__/__init__.*.pyc", "empty")),
    Scenario("two directories", targets=("env", "other")),
    Scenario("two directories, cold", targets=("env", "other"), cache="cold"),
    Scenario("program", is_of_program=True),
    Scenario("program, without pip", is_of_program=True, with_pip=False),
    Scenario("program, clear", is_of_program=True, options=("--clear",), before="environment"),
    Scenario("program, rerun", is_of_program=True, before="environment"),
    Scenario("program, no record", is_of_program=True, cache="without notes"),
    Scenario("program, two directories", is_of_program=True, targets=("env", "other")),
]


def damage(env_dir: Path, pattern: str, how: str) -> None:
    """Do to a file of an environment what a loss of power may do; the cache's name for it is left alone."""
    folder = packages(env_dir) if pattern.startswith("packages/") else env_dir
    [path] = folder.glob(pattern.removeprefix("packages/"))
    mode = path.stat().st_mode
    path.unlink()
    if how == "empty":
        path.touch()
        path.chmod(mode)

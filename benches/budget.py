"""`python -m benches.budget`: the cost of the warm path, in counts that do not depend on the machine's speed.

A figure is a count for each entry of the new environment, so that it depends little on the version of pip. For the
program, everything counts; for Python, the count of `python -m` with a package that ends at once is subtracted.
A figure is the least of several runs, because threads that wait for each other add calls and instructions. The first
run that is within the budget is the last one.
Instructions are compared only for the interpreter of the budget, because most of them are the interpreter's own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUDGET = Path(__file__).with_name("budget.json")
GROWTH = 1.10
RUNS = 5
# The options of each command, and whether it is the program.
COMMANDS = {
    "python -m fastvenv D": (False, []),
    "python -m fastvenv --without-pip D": (False, ["--without-pip"]),
    "fastvenv D": (True, []),
    "fastvenv --without-pip D": (True, ["--without-pip"]),
}

# Each counter: the prefix of a command, and the pattern of the sum in its output. Only calls for files count, because
# others depend on the number of processors.
COUNTERS = {
    "system calls": (["strace", "-f", "-c", "-U", "calls,name", "-e", "trace=%file,%desc"], r"(\d+) total"),
    "instructions": (["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"], r"Collected : (\d+)"),
}


@dataclass(frozen=True)
class Counted:
    """An interpreter with fastvenv and an empty package, and a folder for everything that they write."""

    python: str
    folder: Path

    @property
    def program(self) -> Path:
        """The program, in an environment of that interpreter."""
        return self.folder / "installed/bin/fastvenv"

    def run(self, *command: str, before: tuple[str, ...] = ()) -> str:
        """Run a command and return its standard error, to which counters write."""
        variables = {
            "PATH": os.defpath,
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(self.folder / "packages"),
            "PYTHONHASHSEED": "0",
            "FASTVENV_CACHE_DIR": str(self.folder / "cache"),
        }
        process = subprocess.run([*before, *command], env=variables, capture_output=True, check=False)
        stderr = process.stderr.decode(errors="backslashreplace")
        if process.returncode != 0:
            sys.exit(f"{[*before, *command]} failed: {stderr}")
        return stderr

    def figures(self, counter: str, allowed: Mapping[str, float]) -> dict[str, float]:
        """The count of each command, for each entry that it makes. A figure that is allowed is not counted again."""
        floor = min(self.count(counter, self.python, "-m", "empty") for _ in range(2))
        found: dict[str, float] = {}
        for name, (is_program, options) in COMMANDS.items():
            for _ in range(RUNS):
                counted = self.count(counter, *self.command(is_program), *options) - (0 if is_program else floor)
                entries = sum(1 for _ in self.env_dir.rglob("*"))
                shutil.rmtree(self.env_dir)
                found[name] = min(found.get(name, math.inf), float(f"{counted / entries:.4g}"))
                if found[name] <= allowed.get(name, 0):
                    break
        return found

    def command(self, is_program: bool) -> list[str]:
        """The command that starts fastvenv."""
        return [str(self.program)] if is_program else [self.python, "-m", "fastvenv"]

    def count(self, counter: str, *command: str) -> int:
        """The sum that a counter prints for a command."""
        (tool, *options), pattern = COUNTERS[counter]
        printed = self.run(*command, str(self.env_dir), before=(str(shutil.which(tool)), *options))
        [found] = re.findall(pattern, printed)
        return int(found)

    @property
    def env_dir(self) -> Path:
        """The environment that a counted command makes."""
        return self.folder / "env"


def main() -> None:
    """Count, and fail if a figure has grown by more than a tenth; `--write` makes the figures the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="the interpreter")
    parser.add_argument("--fastvenv", type=Path, required=True, help="the folder that fastvenv is installed in")
    parser.add_argument("--write", action="store_true", help="keep the figures as the budget")
    options = parser.parse_args()
    command = [options.python, "-c", "import sys; print(*sys.version.split())"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    budget: dict[str, Any] = {"interpreter": version} if options.write else json.loads(BUDGET.read_text())
    with tempfile.TemporaryDirectory() as name:
        counted = prepare(options.python, options.fastvenv, Path(name))
        found = {
            counter: counted.figures(counter, {} if options.write else allowed(budget[counter]))
            for counter in usable(version, budget["interpreter"])
        }
    if not options.write:
        sys.exit(1 if grown(found, budget) else 0)
    if set(found) != set(COUNTERS):
        sys.exit("a budget has all counts, and one was not run")
    BUDGET.write_text(json.dumps({**budget, **found}, indent=2) + "\n")


def prepare(python: str, fastvenv: Path, folder: Path) -> Counted:
    """Install the packages and the program, and run each command once, which fills the cache and writes bytecode."""
    shutil.copytree(fastvenv / "fastvenv", folder / "packages/fastvenv")
    (folder / "packages/empty").mkdir()
    (folder / "packages/empty/__main__.py").write_text("import os\n\nos._exit(0)\n")
    counted = Counted(python, folder)
    counted.run(python, "-m", "empty")
    counted.run(*counted.command(is_program=False), "--without-pip", str(counted.program.parents[1]))
    [packages] = counted.program.parents[1].glob("lib/*/site-packages")
    shutil.copytree(fastvenv / "fastvenv", packages / "fastvenv")
    [program] = fastvenv.glob("*.data/scripts/fastvenv")
    shutil.copy(program, counted.program)
    counted.program.chmod(0o755)
    for number, (is_program, options) in enumerate(COMMANDS.values()):
        counted.run(*counted.command(is_program), *options, str(folder / f"first{number}"))
    return counted


def usable(version: str, budgeted: str) -> list[str]:
    """The installed counters whose figures can be compared. A message names each other one."""
    names = []
    for counter, ([tool, *_], _) in COUNTERS.items():
        if shutil.which(tool) is None:
            print(f"NOT RUN: the count of {counter} needs {tool}")
        elif counter == "instructions" and version != budgeted:
            print(f"NOT RUN: the count of {counter} is for Python {budgeted}, and this is {version}")
        else:
            names.append(counter)
    return names


def grown(found: dict[str, dict[str, float]], budget: dict[str, Any]) -> bool:
    """Whether a figure is larger than the budget allows; prints all figures beside the budget."""
    is_over = False
    for counter, figures in found.items():
        for name, figure in figures.items():
            has_grown = figure > allowed(budget[counter])[name]
            is_over |= has_grown
            verdict = "GROWN by more than a tenth" if has_grown else "ok"
            print(f"{counter} for each entry, {name}: {figure:g}, budget {budget[counter][name]:g}: {verdict}")
    return is_over


def allowed(budget: Mapping[str, float]) -> dict[str, float]:
    """The figures up to which nothing has grown."""
    return {name: figure * GROWTH for name, figure in budget.items()}


if __name__ == "__main__":
    main()

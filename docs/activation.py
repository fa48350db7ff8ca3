"""Writes the table of docs/activation.md: what the activation scripts of several makers get right, measured.

    python docs/activation.py PYTHON FOLDER [SHELL...] > docs/activation.md

PYTHON is the interpreter to make environments of, FOLDER where fastvenv is installed. `virtualenv` and `uv` are taken
from PATH, and so are the shells. It takes some minutes, and is no part of CI; `tests/test_hostile_names.py` is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from hostile_values import paths, values
from shell_matrix import SHELLS, Environment, Outcome, outcomes

IN_PROCESS = """
import json, sys
import {module}
for path, prompt in json.load(open(sys.argv[1])):
    {module}.EnvBuilder(symlinks=True, prompt=prompt).create(path)
"""
HEADER = """# Activation, measured

{count} environments whose directories and prompts are hostile names: every ASCII punctuation mark alone, in front and
behind, quotes, `$()`, backticks, `%PATH%`, `!`, leading dashes, spaces at both ends, emoji, combining marks, 200
characters (`tests/hostile_values.py` has them all). Each is activated in each shell and left again, and the prompt is
looked at on a terminal. A cell has the number of names for which everything was right; and for the others, the number
of each fault:

- **runs**: a command that is in a name was run;
- **finds**: `python` was not the environment's, or not found;
- **prompt**: the prompt did not show the text, in parentheses, before what it showed without;
- **restores**: variables, functions or aliases were not after `deactivate` what they were before.

Made by `{command}` with {versions}.
A dash: it has no script for that shell. An environment that a maker refuses to make counts as wrong.

"""


def made_in_process(module: str, python: str, variables: dict[str, str]) -> Callable[[Path], None]:
    def make(names: Path) -> None:
        script = IN_PROCESS.format(module=module)
        subprocess.run([python, "-c", script, names], check=True, env=variables)

    return make


def made_by(*command: str) -> Callable[[Path], None]:
    def make(names: Path) -> None:
        for path, prompt in json.loads(names.read_text()):
            # What cannot be made counts as wrong.
            subprocess.run([*command, f"--prompt={prompt}", path], check=False, capture_output=True)

    return make


def cell(found: Sequence[Outcome]) -> str:
    right = sum(outcome.is_right for outcome in found)
    if right == len(found):
        return f"**{right}**"
    wrong = {
        "runs": sum(not outcome.runs_nothing for outcome in found),
        "finds": sum(not outcome.finds_the_environment for outcome in found),
        "prompt": sum(not outcome.shows_the_prompt for outcome in found),
        "restores": sum(not outcome.restores for outcome in found),
    }
    return f"{right} ({', '.join(f'{name} {count}' for name, count in wrong.items() if count)})"


def version(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("from")[0].strip()


def main() -> None:
    python, folder, *wanted = sys.argv[1:]
    shells = [shell for shell in SHELLS if not wanted or shell.name in wanted]
    plain = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    makers = {
        "fastvenv": made_in_process("fastvenv", python, {**plain, "PYTHONPATH": folder}),
        "venv": made_in_process("venv", python, plain),
        "virtualenv": made_by("virtualenv", "--quiet", "--no-seed", "--python", python),
        "uv": made_by("uv", "venv", "--quiet", "--no-config", "--python", python),
    }
    prompts = values()
    rows: dict[str, list[str]] = {shell.name: [] for shell in shells}
    with tempfile.TemporaryDirectory() as directory:
        for maker, make in makers.items():
            root = Path(directory, maker)
            environments = [Environment(root / "envs" / path, name) for path, name in zip(paths(prompts), prompts)]
            (root / "envs").mkdir(parents=True)
            names = root / "names"
            names.write_text(json.dumps([[str(environment.path), environment.prompt] for environment in environments]))
            make(names)
            for shell in shells:
                print(maker, shell.name, file=sys.stderr, flush=True)
                if not shell.is_there:
                    rows[shell.name].append("not installed")
                elif not any((environment.path / "bin" / shell.script).exists() for environment in environments):
                    rows[shell.name].append("-")
                else:
                    work = root / shell.script / shell.command[0]
                    work.mkdir(parents=True)
                    rows[shell.name].append(cell(outcomes(shell, environments, work)))
    versions = [version(python, "--version"), version("virtualenv", "--version"), version("uv", "--version")]
    print(HEADER.format(count=len(prompts), command="docs/activation.py", versions=", ".join(versions)), end="")
    print("| shell |", " | ".join(makers), "|")
    print("|---|" + "---|" * len(makers))
    for name, cells in rows.items():
        print(f"| {name} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()

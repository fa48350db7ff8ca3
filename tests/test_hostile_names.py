"""Activation of environments with hostile names, in every shell: the names are only names.

With `--whole` there are more than 200 of them, and else a part of each kind.

Other makers' scripts are put to the same test by `docs/activation.py`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import VOLATILE, Interpreter, Result, run_shell, shell
from hostile_values import paths, sample, values
from shell_matrix import SHELLS, Environment, Shell, outcomes

MAKE = """
import json, sys
import fastvenv
for path, prompt in json.load(open(sys.argv[1])):
    fastvenv.EnvBuilder(symlinks=True, prompt=prompt).create(path)
print(json.dumps(True))
"""

# xonsh expands variables in the entries of PATH, and has no way to write a dollar sign there.
EXPANDED = {"xonsh": ["$HOME", "{$HOME}"]}


@pytest.fixture(scope="module")
def environments(is_whole: bool, python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> list[Environment]:
    folder = tmp_path_factory.mktemp("hostile")
    prompts = values() if is_whole else sample()
    assert len(prompts) >= (200 if is_whole else 50)
    made = [Environment(folder / "envs" / path, prompt) for path, prompt in zip(paths(prompts), prompts)]
    (folder / "list").write_text(json.dumps([[str(environment.path), environment.prompt] for environment in made]))
    assert python.answer(MAKE, folder / "list")
    return made


@pytest.mark.parametrize("tested", SHELLS, ids=[tested.name for tested in SHELLS])
def test_a_name_is_only_a_name(tested: Shell, environments: list[Environment], tmp_path: Path) -> None:
    shell(tested.command[0])
    found = outcomes(tested, environments, tmp_path)
    wrong = {
        environment.prompt: outcome
        for environment, outcome in zip(environments, found)
        if not outcome.is_right and environment.path.name not in EXPANDED.get(tested.name, [])
    }
    assert not wrong
    assert all(outcome.runs_nothing for outcome in found)


def test_a_path_that_is_not_utf8_is_refused(python: Interpreter, tmp_path: Path) -> None:
    """As by `venv`: `pyvenv.cfg` and the scripts are UTF-8."""
    path = os.fsdecode(bytes(tmp_path) + b"/\xff")
    ours, theirs = (python.run("-m", module, "--without-pip", path) for module in ("fastvenv", "venv"))
    assert ours.status == 1 and "surrogates not allowed" in ours.stderr
    assert theirs.status == 1
    assert not list(tmp_path.rglob("activate*"))


# Functions and aliases named like whatever the scripts use, and options of the shell.

WORDS = [
    "[",
    "cd",
    "command",
    "echo",
    "eval",
    "export",
    "hash",
    "printf",
    "pwd",
    "read",
    "readlink",
    "test",
    "true",
    "unset",
]
HOSTILE = {
    "bash": (["bash", "--norc", "--noprofile"], "shopt -s expand_aliases; set -eu -o pipefail; set -C", True),
    "bash posix": (["bash", "--norc", "--noprofile", "--posix"], "set -eu -o pipefail; set -C", True),
    "zsh": (["zsh", "-f"], "set -eu; setopt noclobber aliases ksharrays shwordsplit globsubst warncreateglobal", True),
    "dash": (["dash"], "set -eu; set -C", False),
    "ksh": (["ksh93"], "set -eu -o pipefail; set -C", False),
    "mksh": (["mksh"], "set -eu -o pipefail; set -C", False),
    "yash": (["yash", "--norcfile"], "set -eu; set -C", False),
    "busybox ash": (["busybox", "ash"], "set -eu; set -C", False),
}
# In the other shells, no function can have the name of a special builtin, nor hide it.
SPECIAL = {"eval", "export", "unset"}


@pytest.mark.parametrize("kind", ["functions", "aliases", "ifs"])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_else_the_shell_has(python: Interpreter, made: Path, tmp_path: Path, name: str, kind: str) -> None:
    command, options, hides_builtins = HOSTILE[name]
    if kind == "functions":
        words = [word for word in WORDS if word not in {"[", "command"} and (hides_builtins or word not in SPECIAL)]
        words = [word for word in words if name != "bash posix" or word not in SPECIAL]
        setup = "".join(f"{word} () {{ /bin/echo FUNCTION {word} >&2; }}\n" for word in words)
    elif kind == "aliases":
        setup = "".join(f"alias {word}='/bin/echo ALIAS {word} >&2'\n" for word in WORDS if word != "[")
    else:
        setup = "IFS=abcdeimnoprtuv/:_\n"
    source = (made / "bin/activate").as_posix()
    script = f"""{options}
PYTHONHOME=/usr
PS1='OLD> '
{setup}
set > before
. '{source}'
. '{source}'
python -c 'import sys; print(sys.prefix)'
/bin/echo "$VIRTUAL_ENV" "$PATH" "${{PYTHONHOME-unset}}" "$PS1"
deactivate
set > after
"""
    path = shell(command[0])
    (tmp_path / "script").write_text(script)
    result = run_shell([path, *command[1:], str(tmp_path / "script")], "", tmp_path)
    expected = f"{made}\n{made} {made}/bin:/usr/bin:/bin unset (made) OLD> \n"
    assert result == Result(0, expected, "")
    before, after = (
        [
            line
            for line in (tmp_path / dump).read_text().splitlines()
            if not line.startswith((*VOLATILE, "BASH_", "PIPESTATUS="))
        ]
        for dump in ("before", "after")
    )
    assert after == before


FISH = """
{setup}
source {bin}/activate.fish
source {bin}/activate.fish
python -c 'import sys; print(sys.prefix)'
fish_prompt
deactivate
"""


def test_functions_named_like_the_builtins_of_fish(made: Path, tmp_path: Path) -> None:
    words = ["printf", "realpath", "cd", "."]
    setup = "".join(f"function {word}; command echo FUNCTION {word} >&2; end\n" for word in words)
    script = FISH.format(setup=setup, bin=made / "bin")
    result = run_shell([shell("fish"), "-N"], script, tmp_path)
    assert (result.status, result.stderr) == (0, "")
    assert result.output.startswith(f"{made}\n") and "(made) " in result.output

"""The activation scripts in real shells, for an ordinary environment and for one with hostile names.

Each shell sources the script of an environment, prints its variables, deactivates, and dumps its whole state before and
after. The prompt is read on a terminal.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from conftest import VOLATILE, Interpreter, Result, shell
from shell_matrix import Environment

# The text is harmless. If a shell expands a part of it, a file appears or the text changes.
NASTY = "$(touch PWNED)`touch PWNED`\"q\"'q' !! !x ;&|<> %m%% \\w\\u * ~ é #"
PATHS = {"plain": "env", "nasty": NASTY}


def variables_for(env: Environment) -> dict[str, str]:
    """Return the variables of a shell that is to activate an environment."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(env.path.parent),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "PS1": "OLD> ",
        "ACTIVATE": str(env.path / "bin/activate"),
    }


@pytest.fixture(params=PATHS)
def env(request: pytest.FixtureRequest, python: Interpreter, tmp_path: Path) -> Environment:
    name = PATHS[request.param]
    path = tmp_path / name
    result = python.run("-m", "fastvenv", "--without-pip", f"--prompt=p {name}", path)
    assert result == Result(0, "", "")
    (path / "bin/pip").symlink_to("python")
    return Environment(path, f"p {name}")


def run(command: list[str], script: str, env: Environment, **variables: str) -> list[str]:
    """Run a script in a shell that reads it line by line, and return the lines of its output."""
    process = subprocess.run(
        command,
        input=script,
        capture_output=True,
        text=True,
        cwd=env.path.parent,
        env={**variables_for(env), **variables},
        check=False,
        timeout=60,
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert_harmless(env)
    return process.stdout.splitlines()


def assert_harmless(env: Environment) -> None:
    assert not list(env.path.parent.rglob("PWNED")), "a command in a name was run"


def sections(lines: list[str]) -> list[list[str]]:
    """The lines between marker lines."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line == "--":
            found.append([])
        else:
            found[-1].append(line)
    return found


# POSIX shells

POSIX = {
    "bash": ["bash", "--norc", "--noprofile", "-s"],
    "bash -eu": ["bash", "--norc", "--noprofile", "-eu", "-o", "pipefail", "-s"],
    "bash +h": ["bash", "--norc", "--noprofile", "-eu", "+h", "-s"],
    "dash": ["dash", "-s"],
    "dash -eu": ["dash", "-eu", "-s"],
    "zsh": ["zsh", "-f", "-s"],
    "zsh -eu": ["zsh", "-f", "-eu", "-s"],
    "ksh -eu": ["ksh93", "-eu", "-s"],
    "mksh -eu": ["mksh", "-eu"],
    "yash -eu": ["yash", "--norcfile", "-eu"],
    "busybox ash -eu": ["busybox", "ash", "-eu"],
}

# Other variables that change, in scripts that keep their findings in variables.
CHANGING = (
    *VOLATILE,
    "BASH_ARG",
    "BASH_LINENO",
    "BASH_COMMAND=",
    "BASH_REMATCH",
    "PIPESTATUS",
    "PPID=",
    "_AST_FEATURES=",
    "before=",
    "HISTCMD=",
    "?=",
    "pipestatus=",
    ".sh",
)

POSIX_SCRIPT = r"""
{setup}
set
echo --
. "$ACTIVATE"
python -c 'import sys; print(sys.executable)'
pip -c 'import sys; print(sys.executable)'
printf '%s\n' "$VIRTUAL_ENV" "$VIRTUAL_ENV_PROMPT" "${{PYTHONHOME-unset}}" "$PATH"
python -c 'import sys; print(sys.prefix)'
{again}
deactivate
echo --
set
command -v deactivate || echo gone
echo --
"""


@pytest.mark.parametrize("setup", ["", "PYTHONHOME=/usr; export PYTHONHOME", "unset PS1; PYTHONHOME="])
@pytest.mark.parametrize("again", ["", '. "$ACTIVATE"'], ids=["once", "twice"])
@pytest.mark.parametrize("name", POSIX)
def test_posix(env: Environment, python: Interpreter, name: str, setup: str, again: str) -> None:
    command = [shell(POSIX[name][0]), *POSIX[name][1:]]
    script = POSIX_SCRIPT.format(setup=setup, again=again)
    before, active, after, _ = sections(run(command, script, env))
    prompt = f"({env.prompt}) " if python.version < (3, 13) else env.prompt
    bin_path = env.path / "bin"
    assert active == [
        str(bin_path / "python"),
        str(bin_path / "pip"),
        str(env.path),
        prompt,
        "unset",
        f"{bin_path}:/usr/bin:/bin",
        str(env.path),
    ]
    assert after.pop() == "gone"
    assert [line for line in after if not line.startswith(CHANGING)] == [
        line for line in before if not line.startswith(CHANGING)
    ]


def test_posix_with_the_prompt_disabled(env: Environment) -> None:
    script = '. "$ACTIVATE"; printf "%s\\n" "$PS1"; deactivate; printf "%s\\n" "$PS1"'
    assert run([shell("dash"), "-s"], script, env, VIRTUAL_ENV_DISABLE_PROMPT="1") == ["OLD> ", "OLD> "]


def test_posix_one_environment_over_another(env: Environment, python: Interpreter, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert python.run("-m", "fastvenv", "--without-pip", other).status == 0
    script = '. "$ACTIVATE"; . "$OTHER"; printf "%s\\n" "$VIRTUAL_ENV" "$PATH"; deactivate; printf "%s\\n" "$PATH"'
    lines = run([shell("bash"), "--norc", "-s"], script, env, OTHER=str(other / "bin/activate"))
    assert lines == [str(other), f"{other}/bin:/usr/bin:/bin", "/usr/bin:/bin"]


# fish

FISH_SCRIPT = r"""
{setup}
function fish_prompt; echo -n "OLD "$status"> "; end
set before (set | string match -rv '^(status|pipestatus|history|before|CMD_DURATION|_) '; functions -n; functions fish_prompt | string match -v '# Defined *')
source $ACTIVATE.fish
command -v python
command -v pip
printf '%s\n' $VIRTUAL_ENV $VIRTUAL_ENV_PROMPT (set -q PYTHONHOME; and echo set; or echo unset) "$PATH"
python -c 'import sys; print(sys.prefix)'
{again}
false
fish_prompt
echo
deactivate
set after (set | string match -rv '^(status|pipestatus|history|before|after|CMD_DURATION|_) '; functions -n; functions fish_prompt | string match -v '# Defined *')
test "$before" = "$after"; and echo same; or diff (printf '%s\n' $before | psub) (printf '%s\n' $after | psub)
fish_prompt
functions -q deactivate; or echo gone
"""


@pytest.mark.parametrize("setup", ["", "set -gx PYTHONHOME /usr"])
@pytest.mark.parametrize("again", ["", "source $ACTIVATE.fish"], ids=["once", "twice"])
def test_fish(env: Environment, python: Interpreter, setup: str, again: str) -> None:
    script = env.path.parent / "script.fish"
    script.write_text(FISH_SCRIPT.format(setup=setup, again=again))
    lines = run([shell("fish"), "-N", str(script)], "", env)
    decorated = python.version < (3, 13)
    bin_path = env.path / "bin"
    assert lines[:7] == [
        str(bin_path / "python"),
        str(bin_path / "pip"),
        str(env.path),
        f"({env.prompt}) " if decorated else env.prompt,
        "unset",
        f"{bin_path}:/usr/bin:/bin",
        str(env.path),
    ]
    # The earlier prompt gets the status of the last command, as without the environment.
    assert lines[7:] == [f"({env.prompt}) OLD 1> ", "same", "OLD 0> gone"]


def test_fish_inside_an_active_fish(env: Environment) -> None:
    """The inner one inherits the variables but not the functions (bpo-93858)."""
    inner = env.path.parent / "inner.fish"
    inner.write_text("source $ACTIVATE.fish; fish_prompt; echo; deactivate; functions -q fish_prompt; and fish_prompt")
    lines = run([shell("fish"), "-N"], f"source $ACTIVATE.fish; fish -N '{inner}'", env)
    assert lines[0].startswith(f"({env.prompt}) ")
    assert len(lines) == 2 and env.prompt not in lines[1]


# csh

CSH_SCRIPT = r"""
{setup}
set
echo --
env
echo --
alias
echo --
source "$ACTIVATE.csh"
which python
which pip
echo "$VIRTUAL_ENV:q"
echo "$VIRTUAL_ENV_PROMPT:q"
echo $?PYTHONHOME
echo "$PATH:q"
python -c 'import sys; print(sys.prefix)'
{again}
deactivate
echo --
set
echo --
env
echo --
alias
"""


@pytest.mark.parametrize("setup", ["", "setenv PYTHONHOME /usr", "set prompt = 'OLD> '", "alias pydoc mine"])
@pytest.mark.parametrize("again", ["", 'source "$ACTIVATE.csh"'], ids=["once", "twice"])
def test_csh(env: Environment, python: Interpreter, setup: str, again: str) -> None:
    script = CSH_SCRIPT.format(setup=setup, again=again)
    *before, active, after_set, after_env, after_alias = sections(run([shell("tcsh"), "-f"], script, env))
    bin_path = env.path / "bin"
    assert active == [
        str(bin_path / "python"),
        str(bin_path / "pip"),
        str(env.path),
        f"({env.prompt}) " if python.version < (3, 13) else env.prompt,
        "0",
        f"{bin_path}:/usr/bin:/bin",
        str(env.path),
    ]

    def steady(lines: list[str]) -> list[str]:
        return sorted(line for line in lines if not line.startswith(("_\t", "status", "cmd", "histchars")))

    assert [steady(lines) for lines in (after_set, after_env, after_alias)] == [steady(lines) for lines in before]


# What is seen on a terminal

ZSH = ["zsh", "-f", "-i", "-o", "nozle", "-o", "nopromptsp", "-o", "nopromptcr"]
INTERACTIVE = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "dash": ["dash", "-i"],
    "zsh": ZSH,
    "zsh promptsubst": [*ZSH, "-o", "promptsubst"],
    "zsh promptbang": [*ZSH, "-o", "promptbang"],
    "zsh promptsubst later": ZSH,
    "bash without promptvars": ["bash", "--norc", "--noprofile", "-i", "+O", "promptvars"],
    "ksh": ["ksh93", "-i"],
    "mksh": ["mksh", "-i"],
    "yash": ["yash", "--norcfile", "-i"],
    "busybox ash": ["busybox", "ash", "-i"],
    "tcsh": ["tcsh", "-f"],
}


def on_terminal(command: list[str], lines: list[str], env: Environment) -> str:
    """Type lines into an interactive shell, and return the text on the terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 1000, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=env.path.parent,
        env=variables_for(env),
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(slave)
    os.write(master, "".join(f"{line}\n" for line in [*lines, "exit 0"]).encode())
    shown = b""
    with contextlib.suppress(OSError):  # as Linux says when the last process has closed the terminal
        while select.select([master], [], [], 30)[0]:
            shown += os.read(master, 65536)
        process.kill()
    os.close(master)
    assert process.wait(30) == 0, shown
    assert_harmless(env)
    return shown.decode(errors="backslashreplace")


@pytest.mark.parametrize("name", INTERACTIVE)
def test_the_prompt_shows_the_text_and_goes_away(env: Environment, name: str) -> None:
    command = INTERACTIVE[name]
    is_csh = name == "tcsh"
    setup = ["unset edit", "set prompt = 'OLD> '"] if is_csh else ["PS1='OLD> '"]
    source = 'source "$ACTIVATE.csh"' if is_csh else '. "$ACTIVATE"'
    # The terminal also shows what is typed, which is not what the marks look like when they are printed.
    later = ["setopt promptsubst"] if "later" in name else []  # as a theme may do
    lines = [*setup, source, *later, "echo O''NE", "deactivate", "echo T''WO", "echo T''HREE"]
    shown = on_terminal([shell(command[0]), *command[1:]], lines, env)
    _, active, inactive, still_inactive = split_at(shown, "ONE\r\n", "TWO\r\n", "THREE\r\n")
    assert f"({env.prompt}) OLD> " in active, shown
    assert "OLD> " in inactive and env.prompt not in inactive + still_inactive, shown


def split_at(text: str, *marks: str) -> list[str]:
    parts = []
    for mark in marks:
        before, found, text = text.partition(mark)
        assert found, f"{mark!r} was not shown: {before!r}"
        parts.append(before)
    return [*parts, text]

"""Completion in the real shells, and the man page with the real `man`."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Interpreter, Result, shell
from installed import Program

# What is typed, and the completions that have to be offered.
OFFERED = [
    ("fastvenv --link-mode c", {"clone", "copy"}),
    ("fastvenv --without-", {"--without-pip", "--without-scm-ignore-files"}),
    ("fastvenv c", {"cache", "completion"}),
    ("fastvenv cache ", {"dir", "info", "clear", "verify", "prune"}),
    ("fastvenv --activators bash,f", {"fish"}),
    ("fastvenv in", {"inner"}),
]


def script(python: Interpreter, name: str, folder: Path) -> Path:
    """The script for a shell, in a file, beside a directory `inner`."""
    result = python.run("-m", "fastvenv", "completion", name)
    assert (result.status, result.stderr) == (0, "")
    (folder / "inner").mkdir()
    path = folder / f"completion.{name}"
    path.write_text(result.output)
    return path


@pytest.mark.parametrize(("typed", "offered"), OFFERED)
def test_fish(python: Interpreter, tmp_path: Path, typed: str, offered: set[str]) -> None:
    path = script(python, "fish", tmp_path)
    command = [shell("fish"), "--no-config", "-c", f"source {path}; complete -C '{typed}'"]
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TERM": "dumb"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=True)
    found = {re.split(r"[,/]", line.split("\t")[0].rstrip("/"))[-1] for line in done.stdout.splitlines()}
    assert (offered - found, done.stderr) == (set(), "")
    if typed.endswith("c"):
        assert not {"auto", "dir"} & found


@pytest.mark.parametrize(("typed", "offered"), OFFERED)
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_on_a_terminal(python: Interpreter, tmp_path: Path, name: str, typed: str, offered: set[str]) -> None:
    path = script(python, name, tmp_path)
    if name == "bash":
        command = [shell("bash"), "--norc", "--noprofile", "-i"]
        prepare = f"bind 'set show-all-if-ambiguous on'; bind 'set bell-style none'; source {path}"
    else:
        command = [shell("zsh"), "-f", "-i"]
        prepare = f"autoload -Uz compinit; compinit -u -D; setopt no_beep auto_list no_list_ambiguous; source {path}"

    def has_all(shown: str) -> bool:
        return offered <= set(re.findall(r"[-\w]+", shown.replace(typed, " ", 1) if len(offered) > 1 else shown))

    assert_shown_on_a_terminal(command, prepare, f"{typed}\t\t", tmp_path, has_all)


# What is typed where there are a directory `my env` and a file `my wheel`, and the line that it becomes.
SPACED = [
    ("fastvenv my", r"fastvenv my\ env"),
    (r"fastvenv my\ e", r"fastvenv my\ env"),
    ("fastvenv 'my e", "fastvenv 'my env"),
    ("fastvenv --pip-wheel my", r"fastvenv --pip-wheel my\ "),
    (r"fastvenv --pip-wheel my\ w", r"fastvenv --pip-wheel my\ wheel"),
    (r"fastvenv -p ./my\ w", r"fastvenv -p ./my\ wheel"),
]


def test_fish_keeps_a_name_with_a_space_whole(python: Interpreter, tmp_path: Path) -> None:
    path = script(python, "fish", tmp_path)
    (tmp_path / "my env").mkdir()
    command = [shell("fish"), "--no-config", "-c", f"source {path}; complete -C 'fastvenv my'"]
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TERM": "dumb"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=True)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["my env/"]


@pytest.mark.parametrize(("typed", "completed"), SPACED)
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_name_with_a_space(python: Interpreter, tmp_path: Path, name: str, typed: str, completed: str) -> None:
    path = script(python, name, tmp_path)
    (tmp_path / "my env").mkdir()
    (tmp_path / "my wheel").touch()
    if name == "bash":
        command = [shell("bash"), "--norc", "--noprofile", "-i"]
        prepare = f"bind 'set bell-style none'; source {path}"
    else:
        command, prepare = [shell("zsh"), "-f", "-i"], f"autoload -Uz compinit; compinit -u -D; source {path}"
    assert_shown_on_a_terminal(command, prepare, f"{typed}\t", tmp_path, lambda shown: completed in shown)


def assert_shown_on_a_terminal(
    command: list[str], prepare: str, keys: str, folder: Path, is_right: Callable[[str], bool]
) -> None:
    """Let a shell show what is right for these keys, after its preparation."""
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover - the child
        os.chdir(folder)
        os.execve(command[0], command, {"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "vt100", "PS1": "$ "})
    try:
        os.write(terminal, f"{prepare}; echo rea''dy\n".encode())
        read_until(terminal, lambda shown: "ready" in shown)
        os.write(terminal, keys.encode())
        read_until(terminal, is_right)
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(terminal)


def read_until(terminal: int, is_right: Callable[[str], bool]) -> None:
    """Read until the text is right, however long the shell thinks before and in between; it fails after 30 seconds."""
    output = b""
    limit = time.monotonic() + 30
    while not is_right(shown := re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", " ", output.decode(errors="replace"))):
        if not select.select([terminal], [], [], max(0, limit - time.monotonic()))[0]:
            pytest.fail(f"the shell has shown: {shown}")
        output += os.read(terminal, 65536)


def test_powershell_can_read_it(python: Interpreter, tmp_path: Path) -> None:
    """PowerShell itself is not available; a grammar of it is."""
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip("tree_sitter_powershell")
    path = script(python, "powershell", tmp_path)
    tree = tree_sitter.Parser(tree_sitter.Language(grammar.language())).parse(path.read_bytes())
    assert not tree.root_node.has_error


@pytest.mark.parametrize("name", ["bash", "fish", "powershell", "zsh"])
def test_the_program_prints_the_same(program: Program, name: str) -> None:
    assert program.run("completion", name) == program.run_python("completion", name)


def test_the_scripts_are_sound(python: Interpreter, tmp_path: Path) -> None:
    path = script(python, "bash", tmp_path)
    done = subprocess.run([shell("bash"), "-n", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_shell_that_there_is_nothing_for(python: Interpreter) -> None:
    result = python.run("-m", "fastvenv", "completion", "tcsh")
    assert (result.status, result.output) == (2, "")
    assert "bash" in result.stderr and "tcsh" in result.stderr


def test_the_man_page_is_current_and_understood(python: Interpreter, tmp_path: Path) -> None:
    page = Path(__file__).parents[1] / "packaging/man/fastvenv.1"
    result = python.run("-c", "from fastvenv import _native; print(_native.man_page(), end='')")
    assert result == Result(0, page.read_text(), ""), "nox -s stubs -- --write"
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    env = {**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""}
    done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, env=env, check=True)
    assert done.stderr == ""
    shown = re.sub(r".\x08", "", done.stdout)
    for words in (
        "NAME",
        "fastvenv - make virtual Python environments",
        "--without-pip",
        "FASTVENV_CACHE_DIR",
        "fastvenv.toml",
    ):
        assert words in shown

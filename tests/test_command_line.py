"""The command line: the parser of ordinary calls gives the same result as `argparse`; help, version, silence."""

from __future__ import annotations

import importlib.metadata
import io
import json
import re
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import fastvenv
import pytest
from conftest import Interpreter, Result
from fastvenv import _cli, _native
from fastvenv._parser import parser
from hypothesis import given
from hypothesis import strategies as st

OPTIONS = [option for group in _native.options() for option in group["options"]]
WORDS = st.sampled_from(
    [
        *(name for option in OPTIONS for name in option["names"]),
        "python",
        "copy",
        "--prompt=x",
        "--cle",
        "-h",
        "--version",
        "--",
        "-",
        "-x",
        "",
        "env",
        "a b",
        "x",
        "-1",
    ]
)


@given(arguments=st.lists(WORDS, max_size=6))
def test_a_plain_call_is_read_as_argparse_reads_it(arguments: list[str]) -> None:
    plain = _cli._plain(arguments)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            parsed = vars(parser().parse_args(arguments))
    except SystemExit:
        parsed = None
    assert plain in (None, parsed)


def test_ordinary_calls_are_plain() -> None:
    for call in [
        "",
        "-p 3.12",
        "env",
        "--without-pip a b",
        "--clear --prompt p env",
        "env --upgrade --copies",
        "--symlinks env",
    ]:
        assert _cli._plain(call.split()) is not None


def test_help_names_every_option_with_its_variable(python: Interpreter) -> None:
    ours, theirs = (python.run("-m", module, "--help") for module in ("fastvenv", "venv"))
    assert (ours.status, ours.stderr) == (0, "")
    words = {word.strip("[],.;") for word in ours.output.split()}
    assert {word.strip("[],") for word in theirs.output.split() if word.strip("[],").startswith("--")} <= words
    assert {option["names"][-1] for option in OPTIONS} | {option["variable"] for option in OPTIONS} <= words


def test_help_is_a_screen_and_a_half(python: Interpreter) -> None:
    """A screen has 50 lines of 80 characters."""
    lines = python.run("-m", "fastvenv", "--help", env={**python.variables, "COLUMNS": "80"}).output.splitlines()
    assert len(lines) <= 75 and max(map(len, lines)) < 80


def test_without_a_directory_it_is_dot_venv(python: Interpreter, tmp_path: Path) -> None:
    assert python.run("-m", "fastvenv", "--without-pip", cwd=tmp_path) == Result(0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == [".venv"]


@pytest.mark.parametrize("name", ["cache", "python"])
def test_a_directory_with_the_name_of_a_command_has_a_path(python: Interpreter, tmp_path: Path, name: str) -> None:
    result = python.run("-m", "fastvenv", name, cwd=tmp_path)
    assert (result.status, result.output) == (2, "") and f"fastvenv ./{name}" in result.stderr
    assert python.run("-m", "fastvenv", "--without-pip", f"./{name}", cwd=tmp_path) == Result(0, "", "")
    assert (tmp_path / name / "pyvenv.cfg").exists()


def test_every_abbreviation_that_venv_takes_works(python: Interpreter, tmp_path: Path) -> None:
    """It works even if an option of fastvenv begins in the same way, and with a directory before and after it."""
    script = """
import json, re, sys
from fastvenv._parser import parser
names = json.loads(sys.argv[1])
wrong, checked = [], 0
def values(*arguments):
    return vars(parser().parse_args([argument for argument in arguments if argument]))
for name in names:
    value = "text" if name == "--prompt" else ""
    whole = values(name, value, "env")
    for length in range(3, len(name)):
        part = name[:length]
        if part in names or len([other for other in names if other.startswith(part)]) != 1:
            continue
        checked += 1
        calls = [[part, value, "env"], [part + "=" + value if value else part, "env"], ["env", part, value],
                 ["--quiet", "env", part, value]]
        for call in calls:
            try:
                found = values(*call)
            except SystemExit:
                found = None
            if found is None or {**found, "quiet": None} != {**whole, "quiet": None}:
                wrong.append(call)
print(json.dumps([checked, wrong]))
"""
    options = set(re.findall("(?<![a-z])--[a-z-]+", python.run("-m", "venv", "--help").output)) - {"--help"}
    checked, wrong = python.answer(script, json.dumps(sorted(options)))
    assert checked > 40 and wrong == []
    if python.version < (3, 13):
        assert python.run("-m", "fastvenv", "--with", "--p", "text", tmp_path / "env") == Result(0, "", "")


def test_version(python: Interpreter) -> None:
    result = python.run("-m", "fastvenv", "--version")
    assert result == Result(0, f"fastvenv {fastvenv.__version__}\n", "")
    assert fastvenv.__version__ == importlib.metadata.version("fastvenv")


def test_the_console_script_is_the_module(tmp_path: Path) -> None:
    [script] = [
        path for path in importlib.metadata.files("fastvenv") or [] if path.name in ("fastvenv", "fastvenv.exe")
    ]
    command = str(script.locate())
    assert subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.startswith("fast")
    assert subprocess.run([command, "--without-pip", tmp_path / "env"], check=True, capture_output=True).stdout == b""
    assert (tmp_path / "env/pyvenv.cfg").exists()

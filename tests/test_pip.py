"""pip in the environment, by `ensurepip`; and what the user learns where that fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import Interpreter, Result

BROKEN = """
import subprocess, sys
def check_output(command, **options):
    raise subprocess.CalledProcessError(1, command, output=b"the reason is this\\n")
subprocess.check_output = check_output
from fastvenv import _cli
sys.argv[0] = "fastvenv"
_cli.run()
"""


def test_pip_works(python: Interpreter, tmp_path: Path) -> None:
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip; see test_without_ensurepip")
    assert python.run("-m", "fastvenv", tmp_path / "env") == Result(0, "", "")
    bin_path = str(tmp_path / "env/bin")
    commands = [[f"{bin_path}/pip", "--version"], [f"{bin_path}/python", "-m", "pip", "--version"]]
    shown = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for command in commands}
    assert len(shown) == 1
    assert str(tmp_path / "env") in shown.pop()


def test_without_ensurepip(python: Interpreter, tmp_path: Path) -> None:
    """Debian splits it off: the error says what is missing and what to do, and nothing is left."""
    if python.has_ensurepip:
        pytest.skip("this Python has ensurepip")
    result = python.run("-m", "fastvenv", tmp_path / "env")
    assert (result.status, result.output) == (1, "")
    assert "returned non-zero exit status 1" in result.stderr
    assert "No module named ensurepip" in result.stderr
    assert "apt install python{}.{}-venv".format(*python.version) in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_error_shows_why(python: Interpreter, tmp_path: Path) -> None:
    result = python.run("-c", BROKEN, tmp_path / "env")
    assert (result.status, result.output) == (1, "")
    first, second = result.stderr.splitlines()
    assert first.startswith("Error: Command ") and first.endswith("returned non-zero exit status 1.")
    assert second == "the reason is this"
    assert list(tmp_path.iterdir()) == []


def test_the_error_shows_why_in_code(python: Interpreter, tmp_path: Path) -> None:
    """From Python 3.11 on as a note of the exception, which a traceback shows; always as its `output`."""
    script = BROKEN.replace("_cli.run()", "import fastvenv; fastvenv.create(sys.argv[1], with_pip=True)")
    script = script.replace("from fastvenv import _cli", "")
    result = python.run("-c", script, tmp_path / "env")
    assert result.stderr.count("CalledProcessError") >= 1
    assert ("the reason is this" in result.stderr.splitlines()[-1:]) == (python.version >= (3, 11))

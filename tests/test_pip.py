"""pip in the environment: fastvenv installs it if it knows the result, otherwise `ensurepip` does; and errors.

test_tree compares the result with pip's own, file for file.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import Interpreter, Result, packages, program_in
from wheels import NATIVE

BROKEN = """
import os, subprocess, sys
os.environ["PYTHONOPTIMIZE"] = "1"  # for which there is no native way
def check_output(command, **options):
    raise subprocess.CalledProcessError(1, command, output=b"the reason is this\\n")
subprocess.check_output = check_output
from fastvenv import __main__
sys.argv[0] = "fastvenv"
__main__.run()
"""


def test_pip_works(python: Interpreter, tmp_path: Path) -> None:
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip; see test_wheels_are_enough")
    assert_new_pip_works(python, tmp_path / "env")


@pytest.mark.posix("there is no SIGCHLD there")
@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("is_other", [False, True], ids=["running", "other"])
def test_the_status_of_a_child_may_be_lost(python: Interpreter, tmp_path: Path, is_other: bool) -> None:
    """SIGCHLD is ignored, which a process inherits, too; then the output says whether the child did its work."""
    script = f"""
import signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
import fastvenv
options = {{"python": sys.executable}} if {is_other} else {{}}
fastvenv.create(sys.argv[1], symlinks=True, with_pip=True, use_cache=False, **options)
"""
    assert python.run("-c", script, tmp_path / "env") == Result(0, "", "")
    assert list(packages(tmp_path / "env").glob("pip/__pycache__/__init__.*.pyc"))


@pytest.mark.posix("no name has a tab there")
@pytest.mark.usefixtures("has_wheels")
def test_pip_works_in_a_path_with_a_tab(python: Interpreter, tmp_path: Path) -> None:
    """The system ends the name of an interpreter at a tab. The scripts that pip itself makes do not start there."""
    assert_new_pip_works(python, tmp_path / "a\tb")


def assert_new_pip_works(python: Interpreter, env_dir: Path) -> None:
    """Assert that pip runs in a new environment, by its script and by `-m`."""
    assert python.run("-m", "fastvenv", env_dir) == Result(0, "", "")
    pip, inside = (program_in(env_dir, program) for program in ("pip", "python"))
    commands: list[list[str | Path]] = [[pip, "--version"], [inside, "-m", "pip", "--version"]]
    shown = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for command in commands}
    assert len(shown) == 1
    assert str(env_dir) in shown.pop()


def test_without_ensurepip_and_wheels(python: Interpreter, tmp_path: Path) -> None:
    """Debian has both in other packages: the error says what is missing and what to do, and nothing stays."""
    if python.has_ensurepip:
        pytest.skip("this Python has ensurepip")
    # The interpreter was unpacked on a system that may have the wheels of its own Python.
    script = "from fastvenv import __main__, _wheels; _wheels.find = lambda *settings: None; __main__.run()"
    result = python.run("-c", script, tmp_path / "env")
    assert (result.status, result.output) == (1, "")
    assert "returned non-zero exit status 1" in result.stderr
    assert "No module named ensurepip" in result.stderr
    assert "apt install python{}.{}-venv".format(*python.version) in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_wheels_are_enough(python: Interpreter, tmp_path: Path) -> None:
    """If the distribution's folder has the wheels, pip is installed although `ensurepip` is missing."""
    if python.has_ensurepip:
        pytest.skip("this Python has ensurepip")
    if not list(Path("/usr/share/python-wheels").glob("pip-*.whl")):
        pytest.skip("the distribution's wheels (python3-pip-whl) are not installed")
    assert python.run("-m", "fastvenv", tmp_path / "env") == Result(0, "", "")
    assert python.inside(tmp_path / "env").run("-m", "pip", "check").output == "No broken requirements found.\n"


def test_the_error_shows_why(python: Interpreter, tmp_path: Path) -> None:
    result = python.run("-c", BROKEN, tmp_path / "env")
    assert (result.status, result.output) == (1, "")
    first, second = result.stderr.splitlines()
    assert first.startswith("Error: Command ") and first.endswith("returned non-zero exit status 1.")
    assert second == "the reason is this"
    assert list(tmp_path.iterdir()) == []


def test_the_error_shows_why_in_code(python: Interpreter, tmp_path: Path) -> None:
    """From Python 3.11 on as a note of the exception, which a traceback shows; always as its `output`."""
    script = BROKEN.replace("__main__.run()", "import fastvenv; fastvenv.create(sys.argv[1], with_pip=True)")
    script = script.replace("from fastvenv import __main__", "")
    result = python.run("-c", script, tmp_path / "env")
    assert result.stderr.count("CalledProcessError") >= 1
    assert ("the reason is this" in result.stderr.splitlines()[-1:]) == (python.version >= (3, 11))


@pytest.mark.usefixtures("has_wheels")
def test_no_child_installs_it(python: Interpreter, tmp_path: Path) -> None:
    """On every Python whose ensurepip has its wheels, no child process runs."""
    assert python.answer(NATIVE, tmp_path / "env") is True
    assert program_in(tmp_path / "env", "pip").exists()


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("setting", ["PYTHONPYCACHEPREFIX", "PYTHONOPTIMIZE", "SOURCE_DATE_EPOCH", ""])
def test_a_setting_that_changes_what_pip_writes(python: Interpreter, tmp_path: Path, setting: str) -> None:
    """Then fastvenv leaves the installation to pip."""
    script = """
import json, sys
import fastvenv
from fastvenv import _seed
answers = []
class Builder(fastvenv.EnvBuilder):
    def _setup_pip(self, context):
        answers.append(_seed.install(self, context) is not None)
Builder(symlinks=True, with_pip=True).create(sys.argv[1])
print(json.dumps(answers))
"""
    variables = {**python.variables, **({setting: "1"} if setting else {})}
    assert python.answer(script, tmp_path / "env", env=variables) == [not setting]
    assert any(packages(tmp_path / "env").iterdir()) == (not setting)


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("damage", ["truncated", "changed"])
def test_a_damaged_wheel_is_refused(python: Interpreter, tmp_path: Path, damage: str) -> None:
    """The error names it, no file of it is installed, and nothing stays."""
    script = """
import os, sys
from fastvenv import _wheels
damaged = []
for wheel in _wheels.find(None, True):
    copy = os.path.join(sys.argv[2], os.path.basename(wheel))
    data = bytearray(open(wheel, "rb").read())
    if sys.argv[3] == "truncated":
        del data[len(data) // 2:]
    else:
        data[len(data) // 2] ^= 1
    with open(copy, "wb") as file:
        file.write(data)
    damaged.append(copy)
_wheels.find = lambda *settings: damaged
import fastvenv
fastvenv.main([sys.argv[1]])
"""
    (tmp_path / "wheels").mkdir()
    result = python.run("-c", script, tmp_path / "env", tmp_path / "wheels", damage)
    last = result.stderr.splitlines()[-1]
    assert last.startswith(f"ValueError: The wheel {tmp_path / 'wheels'}{os.sep}") and "cannot be installed: " in last
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("output", ["b'why'", "'why'", "None"])
def test_the_output_of_a_child_may_be_text(python: Interpreter, tmp_path: Path, output: str) -> None:
    """A subclass that overrides the call of the child decides the contents of its error."""
    script = f"""
import subprocess, sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def _call_new_python(self, *args, **kwargs):
        raise subprocess.CalledProcessError(1, "x", output={output})
try:
    Builder(with_pip=True).create(sys.argv[1])
except subprocess.CalledProcessError as error:
    print(*getattr(error, "__notes__", []))
"""
    if python.version < (3, 10):
        pytest.skip("there, pip is installed without that hook")
    result = python.run("-c", script, tmp_path / "env")
    shown = "why" if output != "None" and python.version >= (3, 11) else ""
    assert result == Result(0, f"{shown}\n", "")

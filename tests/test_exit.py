"""The end of a run: as fast as that can be, where nobody waits for what Python does when it ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import Interpreter

# Prints when Python takes its modules apart.
TAKEN_APART = """
class Marker:
    def __del__(self, write=__import__("os").write):
        write(1, b"taken apart\\n")
import sys
sys.marker = Marker()
"""


@pytest.fixture
def customized(python: Interpreter, tmp_path: Path) -> Interpreter:
    """A Python with a `sitecustomize`, which is empty at first."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(TAKEN_APART)
    return Interpreter(python.path, f"{python.folder}:{tmp_path}/site", python.home)


@pytest.fixture
def takes_itself_apart(python: Interpreter) -> None:
    if python.is_pypy:
        pytest.skip("PyPy does not take its modules apart")


def ends(python: Interpreter, *arguments: str | Path) -> bool:
    """Whether Python was taken apart in the end."""
    result = python.run(*arguments)
    assert result.status == 0, result.stderr
    return "taken apart" in result.output


@pytest.mark.usefixtures("takes_itself_apart")
def test_a_plain_run_is_over_when_it_is_done(python: Interpreter, customized: Interpreter, tmp_path: Path) -> None:
    assert ends(customized, "-c", "")
    # With an empty cache, sysconfig is asked, which loads `threading` in some versions.
    assert python.run("-m", "fastvenv", "--without-pip", tmp_path / "first").status == 0
    # Before Python 3.10 nobody can know how it was started, and what is installed beside Python may load these.
    loads = python.run("-c", "import sys; print({'atexit', 'threading'} & sys.modules.keys())").output != "set()\n"
    expected = python.version < (3, 10) or loads
    assert ends(customized, "-m", "fastvenv", "--without-pip", tmp_path / "env") == expected
    assert (tmp_path / "env/bin/activate.csh").exists()


@pytest.mark.usefixtures("takes_itself_apart")
@pytest.mark.parametrize(
    "start",
    [
        ["-m", "cProfile", "-m", "fastvenv"],
        ["-B", "-m", "fastvenv"],
        ["-c", "import sys, runpy; sys.argv[0] = 'x'; runpy.run_module('fastvenv', run_name='__main__')"],
    ],
)
def test_who_started_it_in_another_way_is_not_left_alone(
    python: Interpreter, customized: Interpreter, tmp_path: Path, start: list[str]
) -> None:
    assert ends(customized, *start, "--without-pip", tmp_path / "env")


@pytest.mark.parametrize(
    "wish",
    [
        "import atexit; atexit.register(print, 'the end')",
        "import threading, time; threading.Thread(target=lambda: (time.sleep(0.5), print('the end'))).start()",
    ],
)
def test_who_wants_to_be_told_is_told(customized: Interpreter, tmp_path: Path, wish: str) -> None:
    (tmp_path / "site/sitecustomize.py").write_text(wish)
    result = customized.run("-m", "fastvenv", "--without-pip", tmp_path / "env")
    assert (result.status, result.output) == (0, "the end\n")


def test_what_was_printed_arrives_or_fails(python: Interpreter, tmp_path: Path) -> None:
    """Python ends with status 120 where it cannot write what was printed."""
    command = [python.path, "-m", "fastvenv", "--without-pip", "--verbose"]
    with (tmp_path / "output").open("wb") as file:
        subprocess.run([*command, tmp_path / "a"], env=python.variables, stdout=file, check=True)
    assert b"activate" in (tmp_path / "output").read_bytes()
    with open("/dev/full", "wb") as full:
        subprocess.run([*command[:-1], tmp_path / "b"], env=python.variables, stdout=full, check=True)
        process = subprocess.run(
            [*command, tmp_path / "c"], env=python.variables, stdout=full, stderr=subprocess.PIPE, check=False
        )
        other = subprocess.run(
            [python.path, "-c", "print('x')"], env=python.variables, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert process.returncode == other.returncode != 0
    assert b"No space left" in process.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_without_a_place_to_print_to(python: Interpreter, tmp_path: Path, closed: str) -> None:
    command = f'"$1" -m fastvenv --without-pip "$2" {closed}'
    subprocess.run(["sh", "-c", command, "sh", python.path, tmp_path / "env"], env=python.variables, check=True)
    assert (tmp_path / "env/bin/activate.csh").exists()

"""The end of a run: as fast as that can be, where nobody waits for what Python does when it ends."""

from __future__ import annotations

import shutil
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
    """A Python that tells when it is taken apart: the first module that it loads sets that up."""
    shutil.copytree(Path(python.folder, "fastvenv"), tmp_path / "site/fastvenv")
    with (tmp_path / "site/fastvenv/__init__.py").open("a") as file:
        file.write(TAKEN_APART)
    return Interpreter(python.path, f"{tmp_path}/site", python.home)


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
    assert ends(customized, "-c", "import fastvenv")
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


@pytest.mark.usefixtures("takes_itself_apart")
@pytest.mark.parametrize("module", ["sitecustomize", "usercustomize"])
def test_what_site_has_loaded_is_told(python: Interpreter, tmp_path: Path, module: str) -> None:
    """It may have set up anything, as something that is written when it goes."""
    (tmp_path / "site").mkdir()
    (tmp_path / f"site/{module}.py").write_text(TAKEN_APART)
    customized = Interpreter(python.path, f"{python.folder}:{tmp_path}/site", python.home)
    assert ends(customized, "-m", "fastvenv", "--without-pip", tmp_path / "env")


@pytest.mark.usefixtures("takes_itself_apart")
@pytest.mark.parametrize("call", ["settrace", "setprofile"])
def test_who_traces_is_told(python: Interpreter, tmp_path: Path, call: str) -> None:
    """By whatever module: here one that a `.pth` file would load."""
    script = TAKEN_APART + f"sys.{call}(lambda *_: None)\nsys.orig_argv[1:] = ['-m', 'fastvenv', *sys.argv[1:]]\n"
    script += "from fastvenv import _cli\n_cli.run()\n"
    if python.version < (3, 10):
        pytest.skip("before Python 3.10 nobody can know how it was started")
    assert ends(python, "-c", script, "--without-pip", tmp_path / "env")


AT_EXIT = """
#include <stdio.h>
#include <stdlib.h>
static void end(void) { FILE *file = fopen(getenv("AT_EXIT_FILE"), "w"); fputs("told", file); fclose(file); }
__attribute__((constructor)) static void begin(void) { atexit(end); }
"""


def test_a_library_that_was_preloaded_is_told(python: Interpreter, tmp_path: Path) -> None:
    """As those that count coverage, or find leaks, write what they have found."""
    compiler = shutil.which("cc", path="/usr/bin:/bin")
    if compiler is None:
        pytest.skip("there is no C compiler")
    (tmp_path / "library.c").write_text(AT_EXIT)
    command = [compiler, "-shared", "-fPIC", "-o", str(tmp_path / "library.so"), str(tmp_path / "library.c")]
    subprocess.run(command, check=True)
    told = tmp_path / "told"
    variables = {**python.variables, "LD_PRELOAD": str(tmp_path / "library.so"), "AT_EXIT_FILE": str(told)}
    for number in range(2):  # with an empty cache Python is taken apart, for what it has loaded
        told.unlink(missing_ok=True)
        result = python.run("-m", "fastvenv", "--without-pip", tmp_path / f"env{number}", env=variables)
        assert (result.status, told.read_text()) == (0, "told")


@pytest.mark.parametrize(
    "wish",
    [
        "import atexit; atexit.register(print, 'the end')",
        "import threading, time; threading.Thread(target=lambda: (time.sleep(0.5), print('the end'))).start()",
    ],
)
def test_who_wants_to_be_told_is_told(python: Interpreter, tmp_path: Path, wish: str) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(wish)
    customized = Interpreter(python.path, f"{python.folder}:{tmp_path}/site", python.home)
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

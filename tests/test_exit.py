"""The end of a run: the process ends at once, unless code has registered to run when Python shuts down."""

from __future__ import annotations

import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Interpreter, Result

# Prints when Python clears its modules at shutdown.
SHUTS_DOWN = """
class Marker:
    def __del__(self, write=__import__("os").write):
        write(1, b"shut down\\n")
import sys
sys.marker = Marker()
"""


@dataclass(frozen=True)
class Customized(Interpreter):
    """A Python that runs a file when it starts, without a module that is known to do so."""

    base: Path

    @property
    def variables(self) -> dict[str, str]:
        return {**super().variables, "PYTHONUSERBASE": str(self.base)}

    def runs_first(self, code: str) -> None:
        """Let it run this code."""
        folder = Path(self.run("-c", "import site; print(site.getusersitepackages())").output.splitlines()[0])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "marker.py").write_text(code)
        (folder / "marker.pth").write_text("import marker\n")


@pytest.fixture
def customized(python: Interpreter, tmp_path: Path) -> Customized:
    """A Python that prints when it shuts down."""
    customized = Customized(python.path, python.folder, python.home, tmp_path / "user")
    customized.runs_first(SHUTS_DOWN)
    return customized


@pytest.fixture
def clears_its_modules(python: Interpreter) -> None:
    if python.is_pypy:
        pytest.skip("PyPy does not clear its modules")


def ends(python: Interpreter, *arguments: str | Path) -> bool:
    """Whether Python shut down as usual."""
    result = python.run(*arguments)
    assert result.status == 0, result.stderr
    return "shut down" in result.output


@pytest.mark.usefixtures("clears_its_modules")
def test_a_plain_run_is_over_when_it_is_done(python: Interpreter, customized: Customized, tmp_path: Path) -> None:
    assert ends(customized, "-c", "")
    # With an empty cache, fastvenv uses sysconfig, which loads `threading` in some versions.
    assert python.run("-m", "fastvenv", "--without-pip", tmp_path / "first").status == 0
    # Before Python 3.10 it is not known how Python was started, and installed packages may load these.
    script = "import sys; from fastvenv import __main__; print(__main__._LISTENERS & sys.modules.keys())"
    loads = python.run("-c", script).output != "set()\n"
    expected = python.version < (3, 10) or loads
    assert ends(customized, "-m", "fastvenv", "--without-pip", tmp_path / "env") == expected
    assert (tmp_path / "env/bin/activate.csh").exists()


@pytest.mark.usefixtures("clears_its_modules")
@pytest.mark.parametrize(
    "start",
    [
        ["-m", "cProfile", "-m", "fastvenv"],
        ["-B", "-m", "fastvenv"],
        ["-c", "import sys, runpy; sys.argv[0] = 'x'; runpy.run_module('fastvenv', run_name='__main__')"],
    ],
)
def test_a_run_that_was_started_in_another_way_shuts_down(
    python: Interpreter, customized: Customized, tmp_path: Path, start: list[str]
) -> None:
    assert ends(customized, *start, "--without-pip", tmp_path / "env")


@pytest.mark.parametrize(
    "wish",
    [
        "import atexit; atexit.register(print, 'the end')",
        "import threading, time; threading.Thread(target=lambda: (time.sleep(0.5), print('the end'))).start()",
    ],
    ids=["atexit", "thread"],
)
def test_registered_code_is_called(customized: Customized, tmp_path: Path, wish: str) -> None:
    customized.runs_first(wish)
    result = customized.run("-m", "fastvenv", "--without-pip", tmp_path / "env")
    assert (result.status, result.output) == (0, "the end\n")


@pytest.mark.usefixtures("clears_its_modules")
@pytest.mark.parametrize("name", ["sitecustomize", "usercustomize"])
def test_a_customized_python_shuts_down(python: Interpreter, tmp_path: Path, name: str) -> None:
    """Objects in its module may write something at shutdown."""
    (tmp_path / "site").mkdir()
    (tmp_path / f"site/{name}.py").write_text(SHUTS_DOWN)
    if name == "sitecustomize" and python.run("-c", "import sys; assert 'sitecustomize' in sys.modules").status == 0:
        pytest.skip("this Python has a sitecustomize of its own")
    assert ends(
        Interpreter(python.path, f"{python.folder}:{tmp_path}/site", python.home),
        *("-m", "fastvenv", "--without-pip", tmp_path / "env"),
    )


@pytest.mark.usefixtures("clears_its_modules")
@pytest.mark.parametrize(
    "watch",
    [
        "import sys; sys.settrace(lambda *_: None)",
        "import sys; sys.setprofile(lambda *_: None)",
        "import sys; hasattr(sys, 'monitoring') and sys.monitoring.use_tool_id(1, 'tool')",
    ],
    ids=["trace", "profile", "monitoring"],
)
def test_a_watched_python_shuts_down(python: Interpreter, customized: Customized, tmp_path: Path, watch: str) -> None:
    if "monitoring" in watch and python.version < (3, 12):
        pytest.skip("there is no sys.monitoring before Python 3.12")
    customized.runs_first(SHUTS_DOWN + watch)
    assert ends(customized, "-m", "fastvenv", "--without-pip", tmp_path / "env")


LIBRARY = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *stream;
static void called(void) { fputs("called ", stream); }

__attribute__((constructor)) static void loaded(void) {
    if (getenv("CALLED") == NULL || (stream = fopen(getenv("CALLED"), "w")) == NULL) return;
    atexit(called);
    fputs("open ", stream); /* which stays in memory until the stream is flushed */
}
"""


def test_code_in_c_is_called(python: Interpreter, tmp_path: Path) -> None:
    """A library that was loaded beside Python writes its output, whether or not Python shuts down as usual."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    (tmp_path / "called.c").write_text(LIBRARY)
    library = tmp_path / "called.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, tmp_path / "called.c"], check=True)
    variables = {**python.variables, "LD_PRELOAD": str(library), "CALLED": str(tmp_path / "called")}
    result = python.run("-m", "fastvenv", "--without-pip", tmp_path / "env", env=variables)
    assert (result.status, result.output, result.stderr) == (0, "", "")
    assert (tmp_path / "called").read_text() == "open called "


@pytest.mark.posix("a process does not end by a signal there")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_at_the_end_ends_the_process(python: Interpreter, tmp_path: Path, name: str) -> None:
    """The environment is made, and no exception is raised where nothing would catch it."""
    script = f"""
import os, signal, sys
from fastvenv import __main__
leave = __main__._leave
def leave_late():
    os.kill(os.getpid(), signal.{name})
    leave()
__main__._leave = leave_late
__main__.run()
"""
    result = python.run("-c", script, "--without-pip", tmp_path / "env")
    assert result == Result(-getattr(signal, name), "", "")
    assert (tmp_path / "env/pyvenv.cfg").exists()


def test_what_was_printed_arrives_or_fails(python: Interpreter, tmp_path: Path) -> None:
    """Python ends with status 120 if it cannot write its output."""
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

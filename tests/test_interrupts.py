"""Runs that are interrupted or killed, and runs at the same time: the environment is whole or absent.

None of it depends on the version of Python, and it takes its time: CI runs it on one interpreter.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import Interpreter, Result, at_night
from tracing import strace
from wheels import assert_sound


@pytest.mark.usefixtures("has_wheels")
def test_an_interrupt_while_pip_is_installed_leaves_nothing(python: Interpreter, tmp_path: Path) -> None:
    """Ctrl-C reaches the whole process group, as it does at a terminal."""
    env_dir = tmp_path / "env"
    # With a replaced hook, a child process installs pip; this one does not end by itself.
    script = """
import sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def _call_new_python(self, context, *_, **kwargs):
        code = "import ensurepip, time; ensurepip.bootstrap(); time.sleep(600)"
        super()._call_new_python(context, "-c", code, **kwargs)
Builder(symlinks=True, with_pip=True).create(sys.argv[1])
"""
    process = subprocess.Popen(
        [python.path, "-c", script, env_dir],
        env=python.variables,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not any(env_dir.glob("lib/*/site-packages/pip")) and process.poll() is None:
        time.sleep(0.01)
    assert process.poll() is None, "it was over before it could be interrupted"
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(600) != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", range(1, 8))
def test_an_interrupt_while_a_directory_is_made(python: Interpreter, tmp_path: Path, call: int) -> None:
    """Python raises it after the call, when the call must have recorded what it made."""
    inject = f"inject=mkdir,mkdirat:signal=SIGINT:when={call}"
    prefix = [strace(), "-qq", "-o", "/dev/null", "-e", "trace=mkdir,mkdirat", "-e", inject]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}
    result = python.run("-m", "fastvenv", "--without-pip", tmp_path / "env", env=variables, prefix=prefix)
    assert (tmp_path / "env").exists() == (tmp_path / "env/bin/activate.csh").exists()
    assert (result.status == 0) == (tmp_path / "env").exists()


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("delay", [0.02, 0.2, 0.45, *at_night(0.1, 0.3, 0.6, 0.8)])
@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupt_at_any_moment(python: Interpreter, tmp_path: Path, delay: float, times: int) -> None:
    """Ctrl-C reaches the processes that compile, too: the environment is whole, or not there. A second one may follow."""
    process = subprocess.Popen(
        [python.path, "-m", "fastvenv", tmp_path / "env"],
        env={**python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(delay)
    for _ in range(times):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.01)
    succeeded = process.wait(600) == 0
    # The script that is written last. If it exists, the interrupt came while Python was ending.
    whole = (tmp_path / "env/bin/activate.csh").exists()
    assert (tmp_path / "env").exists() == whole
    assert whole or not succeeded


@pytest.mark.usefixtures("has_wheels")
def test_a_worker_that_is_killed_fails_the_run_and_leaves_nothing(python: Interpreter, tmp_path: Path) -> None:
    """The system kills a worker if memory runs out while bytecode is compiled."""
    script = """
import os, sys, fastvenv
from fastvenv import _seed, _wheels
program = os.path.join(sys.argv[2], "python")
with open(program, "w") as file:
    file.write("#!/bin/sh\\nkill -9 $$\\n")
os.chmod(program, 0o755)
class Builder(fastvenv.EnvBuilder):
    def _setup_pip(self, context):
        context.env_exec_cmd = program
        _seed._is_of_running_python = lambda *_, **folders: True
        _seed.install(self, context)
Builder(symlinks=True, with_pip=True).create(sys.argv[1])
"""
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}  # if the bytecode is compiled already
    result = python.run("-c", script, tmp_path / "env", tmp_path, env=variables)
    assert result.stderr.splitlines()[-1] == (
        f"OSError: {tmp_path}/python: compiling the bytecode of pip ended with signal: 9 (SIGKILL)"
    )
    assert not (tmp_path / "env").exists()


@pytest.mark.usefixtures("has_wheels")
def test_a_worker_that_fails_imports_nothing_from_the_current_directory(python: Interpreter, tmp_path: Path) -> None:
    """It imports modules to print a traceback, as after an interrupt, and in Python 3.13 also when it starts."""
    script = tmp_path / "script.py"
    script.write_text("""
import sys, fastvenv
from fastvenv import _seed
class Builder(fastvenv.EnvBuilder):
    def _setup_pip(self, context):
        context.env_exec_cmd = sys.argv[2]
        _seed._is_of_running_python = lambda *_, **folders: True
        _seed.install(self, context)
Builder(symlinks=True, with_pip=True).create(sys.argv[1])
""")
    (tmp_path / "input").write_bytes((1).to_bytes(8, "little") + b"\xff")  # the name of a module that is not UTF-8
    worker = tmp_path / "worker"
    worker.write_text(f'#!/bin/sh\nexec {python.path} "$@" < {tmp_path}/input\n')
    worker.chmod(0o755)
    current = tmp_path / "current"
    current.mkdir()
    for name in ("traceback", "linecache", "collections", "warnings", "io", "re"):
        (current / f"{name}.py").write_text(f"open('ran', 'a').write({name!r})")
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}  # if the bytecode is compiled already
    result = python.run(script, tmp_path / "env", worker, env=variables, cwd=current)
    assert "UnicodeDecodeError" in result.stderr.splitlines()[-1]
    assert not (current / "ran").exists()


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("delay", [0.06, 0.12, 0.2, 0.5, *at_night(0.03, 0.09, 0.16, 0.3)])
def test_a_run_after_one_that_was_killed_is_right(small_python: Interpreter, tmp_path: Path, delay: float) -> None:
    """After a killed process, no run treats an incomplete pip as a whole one."""
    env_dir = tmp_path / "env"
    variables = {**small_python.variables, "FASTVENV_CACHE_DIR": ""}
    process = subprocess.Popen(
        [small_python.path, "-m", "fastvenv", env_dir], env=variables, start_new_session=True, stderr=subprocess.DEVNULL
    )
    time.sleep(delay)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert small_python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    assert_sound(env_dir)
    assert (env_dir / "bin/pip").exists() and (env_dir / "bin/activate").exists()


RACE = """
import os, sys, fastvenv
env_dir, number = sys.argv[1], 6
read, write = os.pipe()
children = []
for _ in range(number):
    child = os.fork()
    if child == 0:
        os.close(write)
        os.read(read, 1)  # all start when the pipe is closed
        try:
            fastvenv.EnvBuilder(symlinks=True, with_pip=sys.argv[2] == "pip").create(env_dir)
        except Exception as error:
            print(type(error).__name__, error, flush=True)
            os._exit(1)
        os._exit(0)
    children.append(child)
os.close(write)
statuses = [os.waitpid(child, 0)[1] for child in children]
print("failed", sum(map(bool, statuses)))
"""


@pytest.mark.parametrize("pip", ["no pip", "pip"])
def test_several_may_make_the_same_environment_at_once(
    is_whole: bool, small_python: Interpreter, tmp_path: Path, pip: str
) -> None:
    """No run fails because of the others, and none removes what another one made."""
    for attempt in range(25 if is_whole else 6):
        env_dir = tmp_path / str(attempt)
        assert small_python.run("-c", RACE, env_dir, pip) == Result(0, "failed 0\n", "")
        assert pip == "no pip" or len((env_dir / "bin/pip").read_bytes()) > 100
        assert (env_dir / "pyvenv.cfg").exists() and (env_dir / "bin/activate").exists()
        assert (env_dir / "bin/python").exists()

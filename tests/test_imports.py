"""The modules that are loaded: start-up imports none that it does not need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Interpreter

IMPORTED = """
import sys
before = set(sys.modules)
import fastvenv
print("\\n".join(sorted(set(sys.modules) - before)))
"""


# Prints the errors of threads that begin to load the same modules at the same moment.
IN_THREADS = """
import json, sys, threading
sys.setswitchinterval(1e-6)
import fastvenv
failed = []
barrier = threading.Barrier(8)
def create(env_dir):
    barrier.wait()
    try:
        fastvenv.create(env_dir, activators=["bash"])
    except Exception as error:
        failed.append(str(error))
threads = [threading.Thread(target=create, args=(f"env{number}",)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(failed))
"""

# Prints how often a thread asks `sysconfig` for its variables while another thread loads them.
ASKED = """
import json, sysconfig, threading, time
import fastvenv
load, ask = sysconfig._init_posix, sysconfig.get_config_vars
loading, asked = [], []
def slow_load(variables):
    loading.append(threading.get_ident())
    time.sleep(0.1)
    load(variables)
    loading.clear()
def watched_ask(*names):
    if loading and threading.get_ident() not in loading:
        asked.append(names)
    return ask(*names)
sysconfig._init_posix, sysconfig.get_config_vars = slow_load, watched_ask
options = {"activators": ["bash"], "use_cache": False}
threads = [threading.Thread(target=fastvenv.create, args=(f"env{number}",), kwargs=options) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(len(asked)))
"""


def imported(python: Interpreter, *arguments: str, cwd: Path) -> set[str]:
    """The modules that `python -X importtime` lists."""
    result = python.run("-X", "importtime", *arguments, cwd=cwd)
    assert result.status == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("import time:") and "|" in line]
    return {line.rsplit("|", 1)[1].strip() for line in lines}


def test_import_loads_only_the_package(python: Interpreter) -> None:
    python.skip_if_it_loads_all_at_once()
    assert python.run("-c", IMPORTED).output.split() == ["fastvenv"]


def test_threads_may_be_the_first_to_load_modules(python: Interpreter, tmp_path: Path) -> None:
    """In Python 3.9.0 to 3.9.2, imports of one name can fail while another thread loads its module (bpo-43517)."""
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        assert python.answer(IN_THREADS, cwd=folder) == []


@pytest.mark.skipif(os.name == "nt", reason="the variables of Windows are few, and are not loaded from a module")
def test_a_thread_waits_until_sysconfig_is_loaded(python: Interpreter, tmp_path: Path) -> None:
    """Before Python 3.12, it would get a part of the variables, or a RuntimeError (gh-92452)."""
    if python.version >= (3, 12):
        pytest.skip("sysconfig has a lock of its own from Python 3.12 on")
    assert python.answer(ASKED, cwd=tmp_path) == 0


@pytest.mark.parametrize("option", ["--without-pip", "--without-pip --copies", "--symlinks"])
def test_a_plain_call_loads_little(python: Interpreter, tmp_path: Path, option: str) -> None:
    """With a full cache, it loads few modules more than `python -m` for an empty package."""
    python.skip_if_it_loads_all_at_once()
    if python.is_pypy:
        pytest.skip("PyPy has no -X importtime")
    if "pip" not in option and not python.has_wheels:
        pytest.skip("this Python has no ensurepip, or one whose wheels only it knows")
    (tmp_path / "empty").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (tmp_path / "empty" / name).touch()
    floor = imported(python, "-m", "empty", cwd=tmp_path)
    assert python.run("-m", "fastvenv", *option.split(), "warm", cwd=tmp_path).status == 0
    loaded = imported(python, "-m", "fastvenv", *option.split(), "env", cwd=tmp_path)
    assert {"fastvenv._cli", "fastvenv._native"} <= loaded
    assert {name for name in loaded - floor if name.split(".")[0] != "fastvenv"} == set()

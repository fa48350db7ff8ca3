"""Several environments in one call: they are made at the same time, with the same results as one after the other."""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Interpreter, Result, packages, snapshot
from fastvenv import _together
from hypothesis import given
from hypothesis import strategies as st
from terminal import WATCHING, on_terminal

NAMES = [f"env{number}" for number in range(8)]


@pytest.mark.parametrize("options", [["--without-pip"], [], ["--clear"]])
def test_each_is_what_it_is_alone(small_python: Interpreter, tmp_path: Path, options: list[str]) -> None:
    """With an empty cache, too, which is filled only once."""
    if options != ["--without-pip"] and not small_python.has_wheels:
        pytest.skip("this Python has no ensurepip, or one whose wheels only it knows")
    variables = {**small_python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    env_dirs = [tmp_path / name for name in NAMES]
    for env_dir in env_dirs if "--clear" in options else []:
        assert small_python.run("-m", "fastvenv", "--without-pip", env_dir, env=variables) == Result(0, "", "")
    assert small_python.run("-m", "fastvenv", *options, *env_dirs, env=variables) == Result(0, "", "")
    together = [snapshot(env_dir) for env_dir in env_dirs]
    for env_dir, tree in zip(env_dirs, together):
        env_dir.rename(env_dir.with_suffix(".before"))
        assert small_python.run("-m", "fastvenv", *options, env_dir, env=variables) == Result(0, "", "")
        assert snapshot(env_dir) == tree


def test_pip_can_be_left_to_ensurepip_in_each(python: Interpreter, tmp_path: Path) -> None:
    """They have another pip, so threads run `ensurepip`; up to Python 3.9.7, `threading` must be loaded before."""
    script = """
from fastvenv import __main__, _seed
_seed.find = lambda *arguments: object()
_seed.install = lambda builder, context: None
__main__.run()
"""
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip")
    assert python.run("-c", script, *NAMES[:2], cwd=tmp_path) == Result(0, "", "")
    assert all((packages(tmp_path / name) / "pip/__init__.py").exists() for name in NAMES[:2])


def test_the_first_error_is_reported_as_by_venv(python: Interpreter, tmp_path: Path) -> None:
    for name in ("env2", "env5"):
        (tmp_path / name).touch()
    theirs = python.run("-m", "venv", "--without-pip", *NAMES, cwd=tmp_path)
    alone = snapshot(tmp_path / "env0").keys()
    for attempt in range(10):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        for name in ("env2", "env5"):
            (folder / name).touch()
        ours = python.run("-m", "fastvenv", "--without-pip", *NAMES, cwd=folder)
        assert (ours.status, ours.output) == (theirs.status, theirs.output)
        advice = "A file has this name. Remove it, or choose another directory.\n"
        assert ours.stderr == theirs.stderr.replace(str(tmp_path), str(folder)) + advice
        made = [name for name in NAMES if (folder / name).is_dir()]
        assert made[:2] == ["env0", "env1"]
        for name in made:
            assert alone <= snapshot(folder / name).keys()


@pytest.mark.parametrize(
    "names", [["a", "a"], ["a", "./a", "b"], ["a", "a/b"], ["a/b", "a"], ["a", "A"], ["b", "link/b"]]
)
def test_those_that_are_not_apart_go_one_after_the_other(python: Interpreter, tmp_path: Path, names: list[str]) -> None:
    for module in ("venv", "fastvenv"):
        folder = tmp_path / module
        folder.mkdir()
        (folder / "link").symlink_to(folder)
        result = python.run("-m", module, "--without-pip", *names, cwd=folder)
        assert (result.status, result.stderr) == (0, "")
    found = [set(snapshot(tmp_path / module)) for module in ("venv", "fastvenv")]
    assert found[0] <= found[1]


def test_hooks_stay_in_order(python: Interpreter, tmp_path: Path) -> None:
    script = """
import sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def ensure_directories(self, env_dir):
        print("begin", env_dir)
        return super().ensure_directories(env_dir)
    def post_setup(self, context):
        print("end", context.env_dir)
fastvenv.EnvBuilder = Builder
fastvenv.main(sys.argv[1:])
"""
    result = python.run("-c", script, "--without-pip", *NAMES, cwd=tmp_path)
    expected = [f"{when} {tmp_path / name}\n" for name in NAMES for when in ("begin", "end")]
    assert result == Result(0, "".join(expected), "")


def test_the_ways_to_activate_are_shown_in_order(python: Interpreter, tmp_path: Path) -> None:
    result = python.run("-m", "fastvenv", "--verbose", "--without-pip", *NAMES, cwd=tmp_path)
    places = [result.output.index(name) for name in NAMES]
    assert places == sorted(places)


@pytest.mark.parametrize("delay", [0.03, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.12, 0.15, 0.2, 0.25])
def test_an_interrupt_leaves_each_whole_or_absent(python: Interpreter, tmp_path: Path, delay: float) -> None:
    names = [f"env{number}" for number in range(150)]
    process = subprocess.Popen(
        [python.path, "-m", "fastvenv", "--without-pip", *names],
        cwd=tmp_path,
        env=python.variables,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    status = process.wait(600)
    made = [name for name in names if (tmp_path / name).exists()]
    assert (status == 0) <= (made == names)
    assert all((tmp_path / name / "bin/activate.csh").exists() for name in made)


def test_an_interrupt_that_was_lost_while_python_imported(python: Interpreter, tmp_path: Path) -> None:
    """It can leave the main thread with the import lock, for which the other threads would wait forever."""
    script = "import _imp; _imp.acquire_lock(); from fastvenv import __main__; __main__.run()"
    result = python.run("-c", script, "--without-pip", *NAMES, cwd=tmp_path, prefix=["timeout", "--signal=KILL", "60"])
    assert result == Result(0, "", "")
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES)


def test_what_another_thread_is_loading_is_waited_for(python: Interpreter) -> None:
    """A module that is still loading is in `sys.modules`, too: it counted as one that a test had replaced."""
    python.skip_if_it_loads_all_at_once()
    script = """
import _thread, sys, threading, time
from fastvenv import _seed
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "selectors":  # which subprocess loads before it defines anything
            begun.release()
            time.sleep(0.3)
sys.meta_path.insert(0, Slow())
begun, ended = _thread.allocate_lock(), _thread.allocate_lock()
begun.acquire(), ended.acquire()
def load():
    import subprocess
    ended.release()
_thread.start_new_thread(load, ())
begun.acquire()
print(_seed._is_replaced())
ended.acquire()
"""
    assert python.run("-c", script) == Result(0, "False\n", "")


def test_progress_counts(python: Interpreter, tmp_path: Path) -> None:
    """Two threads, however many processors there are: with as many as environments, all would be made at once."""
    script = f"""{WATCHING}
from fastvenv import __main__, _builder, _native
_native.available_parallelism = lambda: 2
_builder.EnvBuilder.post_setup = lambda self, context: wait_for_pictures(1)
__main__.run()
"""
    shown = on_terminal(python, "-c", script, "--without-pip", *(tmp_path / name for name in NAMES))
    counts = [int(picture.split(": ")[1].split(" ")[0]) for picture in shown.split("\r") if "of 8" in picture]
    assert counts == sorted(counts)
    assert len(set(counts)) > 1


@given(failing=st.sets(st.integers(0, 19)), slow=st.sets(st.integers(0, 19)))
def test_what_is_made_and_which_error_is_reported(failing: set[int], slow: set[int]) -> None:
    """All environments before the first error are made, even if a later one fails sooner, and none is made twice."""
    made: list[int] = []
    mutex = threading.Lock()

    def create(env_dir: str) -> None:
        if int(env_dir) in slow:
            time.sleep(0.0005)
        if int(env_dir) in failing:
            raise ValueError(env_dir)
        with mutex:
            made.append(int(env_dir))

    shown: list[str] = []
    error = None
    try:
        _together.create_together([str(number) for number in range(20)], create, shown.append)
    except ValueError as raised:
        error = int(str(raised))
    first = min(failing, default=20)
    assert error == (first if failing else None)
    assert sorted(set(made)) == sorted(made)
    assert set(made) >= set(range(first))
    assert shown[0] == "Creating environments: 0 of 20"
    assert failing or shown[-1] == "Creating environments: 20 of 20"


PARTS = st.sampled_from(["a", "b", "A", "ab", "..", "."])


@given(st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), max_size=5))
def test_paths_are_apart_where_none_begins_with_another(paths: list[str]) -> None:
    parts = [Path(os.path.abspath(path).casefold()).parts for path in paths]
    within = [one == other[: len(one)] for n, one in enumerate(parts) for m, other in enumerate(parts) if n != m]
    assert _together.are_apart(paths) == (not any(within))


def test_a_thread_that_cannot_be_had_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("fastvenv._together._thread.start_new_thread", refuse)
    made: list[str] = []
    _together.create_together(["a", "b"], made.append, lambda _: None)
    assert made == ["a", "b"]


def test_an_interrupt_while_threads_are_started_waits_for_what_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    start = _thread.start_new_thread
    has_begun = threading.Event()

    def start_one(*arguments: Any) -> int:
        if has_begun.is_set():
            raise KeyboardInterrupt
        thread = start(*arguments)
        has_begun.wait(600)
        return thread

    def create(env_dir: str) -> None:
        has_begun.set()
        time.sleep(0.1)
        made.append(env_dir)

    made: list[str] = []
    monkeypatch.setattr("fastvenv._together._thread.start_new_thread", start_one)
    monkeypatch.setattr("fastvenv._native.available_parallelism", lambda: 2)
    with pytest.raises(KeyboardInterrupt):
        _together.create_together(["a", "b"], create, lambda _: None)
    assert made == ["a"]

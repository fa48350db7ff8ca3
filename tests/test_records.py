"""The record of an interpreter: it is kept in the cache, and not used for another interpreter or after a change."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Interpreter, Result, snapshot

# The record that a run would use, and whether it is the kept one.
RECALLED = """
import json, sys
from fastvenv import _probe, _record, cache
change = sys.argv[1]
exec(change)
print(json.dumps(_record._recalled(cache.directory()) is not None))
"""


@pytest.fixture
def cache(python: Interpreter, tmp_path: Path) -> Path:
    """A cache that has the record of the interpreter under test."""
    cache = tmp_path / "cache"
    assert run(python, cache, "-m", "fastvenv", "--without-pip", tmp_path / "first") == Result(0, "", "")
    return cache


def run(python: Interpreter, cache: Path, *arguments: str | os.PathLike[str], **options: Any) -> Result:
    return python.run(*arguments, env={**python.variables, "FASTVENV_CACHE_DIR": str(cache)}, **options)


def record_in(cache: Path) -> Path:
    """The only record in the cache. The other notes are hashes of wheels."""
    [note] = [note for note in cache.glob("note-*") if b"fastvenv interpreter" in note.read_bytes()]
    return note


@pytest.mark.parametrize(
    ("change", "is_used"),
    [
        ("", True),
        ("sys.version += ' patched'", False),
        ("sys.base_prefix = '/elsewhere'", False),
        ("sys.base_exec_prefix = '/elsewhere'", False),
        ("sys.platlibdir = 'elsewhere'", False),
        ("import os; os.__file__ = '/elsewhere/os.py'", False),
        ("sys.executable = '/elsewhere/python'", False),
        ("sys.executable = ''", False),
    ],
)
def test_a_record_is_used_for_the_python_that_it_is_of(
    python: Interpreter, cache: Path, change: str, is_used: bool
) -> None:
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    assert python.answer(RECALLED, change, env=variables) is is_used


@pytest.mark.parametrize("damage", ["empty", "garbage", "binary", "cut", "changed"])
def test_a_damaged_record_is_made_anew(python: Interpreter, cache: Path, tmp_path: Path, damage: str) -> None:
    env_dir = tmp_path / "env"
    assert run(python, cache, "-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    sound = snapshot(env_dir)
    note = record_in(cache)
    text = note.read_bytes()
    damaged = {"empty": b"", "garbage": b"a\nb\tc\n", "binary": b"\xff", "cut": text[:-5]}
    note.write_bytes(damaged.get(damage, text.replace(b"/", b"-")))
    assert run(python, cache, "-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    assert snapshot(env_dir) == sound
    assert note.read_bytes() == text


def test_only_the_command_keeps_a_record(python: Interpreter, tmp_path: Path) -> None:
    """In another program, the contents of `sys` may be wrong: tests replace them."""
    cache = tmp_path / "cache"
    script = "import sys, fastvenv; fastvenv.create(sys.argv[1], with_pip=False)"
    assert run(python, cache, "-c", script, tmp_path / "env") == Result(0, "", "")
    assert not list(cache.glob("note-*"))


def test_the_probe_says_the_same_as_a_script(python: Interpreter, tmp_path: Path) -> None:
    """It is imported, and run by an interpreter without fastvenv, in another directory."""
    imported = python.answer("import json; from fastvenv import _probe; print(json.dumps(_probe.describe()))")
    script = shutil.copy(Path(python.folder, "fastvenv/_probe.py"), tmp_path)
    process = subprocess.run([python.path, "-I", script], capture_output=True, check=True, env={})
    assert process.stdout.decode() == imported
    assert process.stderr == b""

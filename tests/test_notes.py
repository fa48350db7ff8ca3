"""What `sysconfig` says is kept in the cache: never for another interpreter, never when it was damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Interpreter, Result, snapshot

KEYS = """
import json, os, sys
from fastvenv import _scheme
keys = [_scheme._key()]
def changed(holder, name, value):
    before = getattr(holder, name, None)
    setattr(holder, name, value)
    keys.append(_scheme._key())
    setattr(holder, name, before)
changed(sys, "version", sys.version + " patched")
changed(sys, "base_prefix", "/elsewhere")
changed(sys, "platlibdir", "lib64")
stamp = _scheme._stamp
changed(_scheme, "_stamp", lambda file: (stamp(file) or (0, 0))[0] + 1)
for name in ("_PYTHON_SYSCONFIGDATA_NAME", "_CONDA_PYTHON_SYSCONFIGDATA_NAME"):
    os.environ[name] = "other"
    keys.append(_scheme._key())
    del os.environ[name]
print(json.dumps(keys))
"""


@pytest.fixture(autouse=True)
def _asks_sysconfig(python: Interpreter) -> None:
    if python.version < (3, 10):
        pytest.skip("this Python's venv asks sysconfig for nothing")


def test_the_key_changes_with_all_that_the_answers_depend_on(python: Interpreter) -> None:
    keys = python.answer(KEYS)
    assert None not in keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("damage", ["empty", "garbage", "binary", "cut", "changed"])
def test_a_damaged_note_is_made_anew(python: Interpreter, tmp_path: Path, damage: str) -> None:
    cache, env_dir = tmp_path / "cache", tmp_path / "env"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    if python.version < (3, 11) and not python.has_ensurepip:
        pytest.skip("this Python asks for its wheels alone, and has none")
    options = ["--without-pip"] if python.version >= (3, 11) else []
    assert python.run("-m", "fastvenv", *options, env_dir, env=variables) == Result(0, "", "")
    sound = snapshot(env_dir)
    # Beside the hashes of wheels, which are notes, too.
    [note] = [note for note in cache.glob("note-*") if b"sha256=" not in note.read_bytes()]
    text = note.read_bytes()
    damaged = {"empty": b"", "garbage": b"a\nb\tc\n", "binary": b"\xff", "cut": text[:-5]}
    note.write_bytes(damaged.get(damage, text.replace(b"/", b"-")))
    assert python.run("-m", "fastvenv", *options, env_dir, env=variables) == Result(0, "", "")
    assert snapshot(env_dir) == sound
    assert note.read_bytes() == text

"""What lies in a directory, and in what two directories differ."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from conftest import ADDED_SCRIPTS, BIN, IS_WINDOWS, Entry, Interpreter, Result, describe, move_away, snapshot

Tree = dict[str, Entry]

ACTIVATION = {"activate", "activate.bat", "deactivate.bat", "activate.csh", "activate.fish", "Activate.ps1"}
# The time in both headers of the archive of a launcher: pip writes the current time, fastvenv the earliest of the
# format. No program reads it.
ARCHIVE_TIME = re.compile(r"(PK\x03\x04.{6}|PK\x01\x02.{8}).{4}", re.DOTALL)
LAUNCHER_HASH = re.compile(r"(Scripts/[^/]*[.]exe),sha256=[^,]*")

# What the bytecode in files means: code that differs only in where it was compiled is the same.
MEANINGS = """
import hashlib, json, marshal, sys, types
def meaning(value):
    if isinstance(value, types.CodeType):
        parts = (value.co_code, value.co_consts, value.co_names, value.co_varnames, value.co_flags, value.co_name)
        return ["code", value.co_firstlineno, *map(meaning, parts)]
    if isinstance(value, tuple):
        return [meaning(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    return repr(value)
def of(path):
    with open(path, "rb") as file:
        data = file.read()
    try:
        return hashlib.sha256(repr(meaning(marshal.loads(data[16:]))).encode()).hexdigest()
    except (EOFError, TypeError, ValueError) as error:
        return f"broken: {error}"
print(json.dumps([of(path) for path in sys.argv[1:]]))
"""


def compared(root: Path) -> Tree:
    """A snapshot without the intended differences."""
    entries = snapshot(root)
    added = {path for path in entries if path.endswith(tuple(ADDED_SCRIPTS))}
    assert not added or {f"{BIN}/{Path(path).name}" for path in added} == ADDED_SCRIPTS
    entries = {path: entry for path, entry in entries.items() if path not in added}
    if IS_WINDOWS:  # the `venv` of some versions has no script for fish
        entries = {path: entry for path, entry in entries.items() if not path.endswith(f"{BIN}/activate.fish")}
    for path, entry in entries.items():
        # The activation scripts are ours, quoted on every Python: test_shells compares what they do.
        if path.endswith(tuple(f"{BIN}/{name}" for name in ACTIVATION)):
            entries[path] = entry[:2]
        elif path.endswith(".exe"):
            entries[path] = (*entry[:2], ARCHIVE_TIME.sub(r"\1", entry[2]))
        elif path.endswith("/RECORD"):
            entries[path] = (*entry[:2], LAUNCHER_HASH.sub(r"\1", entry[2]))
    return entries


def assert_same(python: Interpreter, root: Path, *arguments: str, start: str | None = None) -> Tree:
    """Make environments in `root` with both modules, and compare the trees and the output."""
    trees, results = [], []
    command = python if start is None else Interpreter(start, python.folder, python.home)
    for module in ("venv", "fastvenv"):
        root.mkdir()
        results.append(command.run("-m", module, *arguments, cwd=root))
        trees.append(compared(root))
        move_away(root)
    # If links need a privilege, both report that there are copies instead.
    said = results[0].stderr if IS_WINDOWS and "--symlinks" in arguments else ""
    assert results == [Result(0, "", said)] * 2
    assert trees[0] == trees[1]
    return trees[0]


class Trees:
    """Reads directories; of bytecode it reads what Python makes of it."""

    def __init__(self, python: Interpreter) -> None:
        self.python = python
        # The meanings that have been computed: most files are the same again and again.
        self.known: dict[bytes, str] = {}

    def read(self, root: Path) -> Tree:
        """What lies in a directory; nothing where it is missing."""
        if not root.exists() and not root.is_symlink():
            return {}
        found = {"": describe(root)}
        for folder, directories, names in os.walk(root):
            for name in [*names, *directories]:
                path = Path(folder, name)
                found[str(path.relative_to(root))] = describe(path)
        bytecode = [path for path in found if path.endswith(".pyc")]
        meanings = self.meanings([root / path for path in bytecode])
        for key, meaning in zip(bytecode, meanings):
            kind, mode, header = found[key]
            found[key] = (kind, mode, f"{meaning} {header[:8]!r}")
        return found

    def meanings(self, paths: list[Path]) -> list[str]:
        """A hash of the code in each file of bytecode, without the times and places that are in it."""
        contents = [path.read_bytes() for path in paths]
        unknown = [path for path, data in zip(paths, contents) if data not in self.known]
        if unknown:
            self.known.update(zip(map(Path.read_bytes, unknown), self.python.answer(MEANINGS, *unknown)))
        return [self.known[data] for data in contents]


def is_as_expected(found: Entry | None, expected: Entry | None, executable: bytes) -> bool:
    """Whether they are the same, or the interpreter is copied where it was to be linked."""
    if found == expected:
        return True
    is_copy = found is not None and found[0] == "file" and found[2] == executable.decode("latin-1")
    return is_copy and expected is not None and expected[0] == "link"


def changed(found: Tree, before: Tree, expected: Tree) -> Iterator[str]:
    """What was there before and is not, and what is neither as it was nor as it is to be."""
    for path in sorted(before):
        if path not in found:
            yield f"{path} is lost"
        elif found[path] not in {before[path], expected.get(path)}:
            yield f"{path} was {brief(before[path])}, is {brief(found[path])}"


def differences(found: Tree, expected: Tree, executable: bytes) -> list[str]:
    """In what two trees differ."""
    return [
        f"{path or 'the directory'}: {brief(found.get(path))} in place of {brief(expected.get(path))}"
        for path in sorted(found.keys() | expected.keys())
        if not is_as_expected(found.get(path), expected.get(path), executable)
    ]


def lost(found: Tree, before: Tree, *, is_exact: bool) -> Iterator[str]:
    """What of others is not as it was; and what is new there, where that is asked for."""
    for path in sorted(before.keys() | (found.keys() if is_exact else set())):
        if found.get(path) != before.get(path):
            yield f"outside: {path}: {brief(found.get(path))} in place of {brief(before.get(path))}"


def brief(entry: Entry | None) -> str:
    """An entry in few words."""
    if entry is None:
        return "nothing"
    if entry[0] == "file":
        return f"a file of mode {entry[1]} with {len(entry[2])} bytes {entry[2][:30]!r}"
    return " ".join(entry)

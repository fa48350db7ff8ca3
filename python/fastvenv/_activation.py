"""What is asked for but seldom about activation: fewer scripts, or an environment that can be moved."""

import os

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import SimpleNamespace
    from typing import Optional

# The scripts of each activator; the names are those of `virtualenv --activators`.
ACTIVATORS: "dict[str, Sequence[str]]" = dict(_native.ACTIVATORS)

# The lines that find the interpreter beside the script, which may be called by a link to it. A shell runs them; for
# Python they are a string. Without `realpath`, nothing is run: the interpreter could only be guessed.
_FIRST_LINES = """#!/bin/sh
''':'
_fastvenv_script=$(realpath -- "$0") && exec "${{_fastvenv_script%/*}}"/'{}' "$0" "$@"
exit 127
' '''
"""


def check_names(names: "Iterable[str]") -> None:
    """Refuse, with `ValueError`, a name that is no activator's."""
    unknown = sorted(set(names) - set(ACTIVATORS))
    if unknown:
        known = ", ".join(ACTIVATORS)
        raise ValueError(f"no activation scripts for {', '.join(map(repr, unknown))}; there are some for {known}")


def selected(templates: "list[list[str]]", names: "Iterable[str]") -> "list[list[str]]":
    """The templates of the activators with those names."""
    wanted = {script for name in names for script in ACTIVATORS[name]}
    return [template for template in templates if template[-1] in wanted]


def relocate_scripts(context: "SimpleNamespace") -> None:
    """Let scripts, as those of pip, find the interpreter beside them, and pip know them as they are then.

    On Windows they are programs that hold the path, and stay as they are.
    """
    changed = {}
    for name in os.listdir(context.bin_path):
        path = os.path.join(context.bin_path, name)
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            script = _relocated(file.read(), os.fsencode(context.env_exec_cmd))
        if script is not None:
            _native.replace_file(path, script)
            changed[name] = script
    if changed:
        _update_records(context, changed)


def _relocated(script: bytes, python: bytes) -> "Optional[bytes]":
    """The script with a first line that finds the interpreter; `None` for one that does not run this one."""
    first, _, rest = script.partition(b"\n")
    if first == b"#!/bin/sh":
        # Where the path is long or has a space, the shell that starts the interpreter gets three lines.
        first, _, rest = rest.partition(b"\n' '''\n")
        if not first.startswith(b"'''exec' ") or python not in first:
            return None
    elif first != b"#!" + python:
        return None
    name = os.fsdecode(os.path.basename(python))
    if "'" in name:  # which would end the string, for a shell or for Python
        return None
    return _FIRST_LINES.format(name).encode() + rest


def _update_records(context: "SimpleNamespace", scripts: "dict[str, bytes]") -> None:
    """Write the hashes and sizes of scripts into the RECORD that has them."""
    import base64
    import hashlib

    folder = os.path.relpath(context.bin_path, context.lib_path).replace(os.sep, "/")
    entries = {}
    for name, script in scripts.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(script).digest()).decode().rstrip("=")
        entries[f"{folder}/{name}"] = f"{folder}/{name},sha256={digest},{len(script)}"
    for name in os.listdir(context.lib_path):
        path = os.path.join(context.lib_path, name, "RECORD")
        if not name.endswith(".dist-info") or not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", newline="") as file:
            lines = file.read().split("\n")
        new = [_replaced(line, entries) for line in lines]
        if new != lines:
            _native.replace_file(path, "\n".join(new).encode())


def _replaced(line: str, entries: "dict[str, str]") -> str:
    """A line of RECORD, or the one for the same path in its place, which ends in the same way."""
    end = "\r" if line.endswith("\r") else ""
    return entries.get(line.split(",", 1)[0], line[: len(line) - len(end)]) + end

"""What is asked for but seldom about activation: fewer scripts, or an environment that can be moved."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import SimpleNamespace
    from typing import Optional

# The scripts of each activator; the names are those of `virtualenv --activators`.
ACTIVATORS = {
    "bash": ("activate",),
    "batch": ("activate.bat", "deactivate.bat"),
    "cshell": ("activate.csh",),
    "fish": ("activate.fish",),
    "nushell": ("activate.nu",),
    "powershell": ("Activate.ps1",),
    "python": ("activate_this.py",),
    "xonsh": ("activate.xsh",),
}

# The lines that find the interpreter beside the script, for a shell and for Python. It may be called by a link to it.
_FIRST_LINES = """#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")"/'{}' "$0" "$@"
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
            _replace(path, script)
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
        new = [entries.get(line.split(",")[0].rstrip("\r"), line) for line in lines]
        if new != lines:
            _replace(path, "\n".join(new).encode())


def _replace(path: str, contents: bytes) -> None:
    """Write a file anew, with the mode that it has: its contents may be shared with other environments."""
    new = f"{path}.new"
    with open(new, "xb") as file:
        file.write(contents)
    os.chmod(new, os.stat(path).st_mode & 0o7777)
    os.replace(new, path)

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

# The lines that find the interpreter beside the script, which may be called by a link to it. For a shell they are a
# program that needs no other program where nothing is a link; for Python, which must find no backslash, a string.
_FIRST_LINES = """#!/bin/sh
''':'
script=$0
folder=
case $script in /*) ;; *) script=./$script ;; esac
while test -L "$script"; do
    target=$(readlink "$script" 2>/dev/null) ||
        { target=$(ls -ld "$script" 2>/dev/null) && target=${target#*"$script -> "}; } || target=
    case $target in
        /*) script=$target ;;
        ?*) script=${script%/*}/$target ;;
        *) script= ;;
    esac
done
test -f "$script" && folder=$(cd -P -- "${script%/*}/" 2>/dev/null && pwd -P)
if test -z "$folder"; then
    echo "$0: cannot find the directory of this script, which has its Python. Call it by its path." >&2
    exit 127
fi
exec "$folder"/@PYTHON@ "$0" "$@"
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
    name = os.path.basename(python)
    # What has to be quoted could mean something in the string that these lines are for Python.
    plain = name if name.translate(None, b"+-._").isalnum() and name.isascii() else b"python"
    return _FIRST_LINES.encode().replace(b"@PYTHON@", plain) + rest


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
        new = []
        for line in lines:
            entry, end = (line[:-1], "\r") if line.endswith("\r") else (line, "")
            new.append(entries.get(entry.split(",")[0], entry) + end)
        if new != lines:
            _replace(path, "\n".join(new).encode())


def _replace(path: str, contents: bytes) -> None:
    """Write a file anew, with the mode that it has: its contents may be shared with other environments."""
    from contextlib import suppress

    aside = f"{path}.{os.getpid()}.new"
    with suppress(FileNotFoundError):
        os.unlink(aside)  # of a process that was killed
    try:
        with open(aside, "xb") as file:
            file.write(contents)
        os.chmod(aside, os.stat(path).st_mode & 0o7777)
        os.replace(aside, path)
    except BaseException:
        with suppress(OSError):  # the error that led here matters more
            os.unlink(aside)
        raise

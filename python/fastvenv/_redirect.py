"""`.venv` as a file that leads to an environment elsewhere (PEP 832, a draft). Loaded only for such a file.

The file has one line of UTF-8, the path of the environment; a relative path is one from the folder of the file.
"""

import os
import sys

from . import _native

NAME = _native.DEFAULT_DIRECTORY
# A file that is longer holds something else.
_LONGEST = 4096


def target(path: str) -> str:
    """Return the directory that a file leads to.

    Args:
        path: the file.

    Raises:
        ValueError: the file does not lead to an environment, or to where one could be; or another user can have
            written it.
        OSError: the file cannot be read.

    """
    found = _read(path)
    if found is None:
        raise ValueError(f"Unable to create directory {path!r}")  # what `venv` says of a file
    if os.path.isdir(found) and os.listdir(found) and not os.path.exists(os.path.join(found, "pyvenv.cfg")):
        raise ValueError(f"{path} leads to {found}, which is not an environment. Correct the file, or remove it.")
    if os.path.lexists(found) and not os.path.isdir(found):
        raise ValueError(f"{path} leads to {found}, which is not a directory. Correct the file, or remove it.")
    return found


def check(env_dirs: "list[str]") -> None:
    """Refuse, with `ValueError`, what `--redirect` cannot do: it writes one file, in the current directory.

    Args:
        env_dirs: the directories of the call.

    """
    if len(env_dirs) > 1:
        raise ValueError(f"--redirect writes one file {NAME}, which leads to one environment. Give one directory.")
    paths = [os.path.abspath(env_dirs[0]), os.path.abspath(NAME)]
    if sys.platform in {"darwin", "win32"}:  # where most file systems ignore the case of names
        paths = [path.lower() for path in paths]
    if paths[0] == paths[1]:
        raise ValueError(f"--redirect writes the file {NAME}, so the environment needs another directory. Name one.")
    if os.path.lexists(NAME) and (not os.path.isfile(NAME) or _read(NAME) is None):
        path = os.path.abspath(NAME)
        raise ValueError(f"{path} is in the way: it is not a file that leads to an environment. Remove it.")


def write(env_dir: str) -> None:
    """Let `.venv` in the current directory lead to an environment.

    Args:
        env_dir: the environment.

    Raises:
        OSError: the file cannot be written.
        UnicodeEncodeError: the path is not UTF-8.

    """
    _native.write_text(NAME, f"{os.path.abspath(env_dir)}\n")


def _read(path: str) -> "str | None":
    """Return the absolute path that a file holds; `None` for a file that holds something else.

    Raises:
        ValueError: another user can have written the file, and could so choose what is cleared.
        OSError: the file cannot be read.

    """
    if os.path.getsize(path) > _LONGEST:
        return None
    contents, objection = _native.read_settings(path) or (b"", None)
    if objection is not None:
        raise ValueError(f"{path} leads to another directory, and {objection}. Change that, or remove the file.")
    try:
        text = contents.decode("utf-8-sig")  # editors on Windows write the mark
    except UnicodeDecodeError:
        return None
    line = text.rstrip("\r\n")
    if not line.strip() or len(line.splitlines()) > 1 or "\0" in line:
        return None
    return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(path)), line))

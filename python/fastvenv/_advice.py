"""What is printed behind an error: what the system or a child process does not tell, and what to do.

Loaded only there.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def advice(error: Exception) -> str:
    """What is behind an error, and what to do: what a child process printed, or what the system does not tell."""
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return "\nThe current directory was deleted. Change to another one."
    if isinstance(error, NotADirectoryError):
        return _file_above(error.filename)
    path = error.filename if isinstance(error, FileExistsError) else occupied(error)
    if path is not None:
        return _occupant(path)
    if "subprocess" not in sys.modules:
        return ""
    from fastvenv import subprocess

    if not isinstance(error, subprocess.CalledProcessError):
        return ""
    from ._installer import output_of

    output = output_of(error)
    explanation = f"\n{output}" if output else ""
    if "No module named ensurepip" in output:
        from ._installer import without_ensurepip

        explanation += f"\nThis Python {without_ensurepip(sys.version_info)}"
    return explanation


def occupied(error: Exception) -> "Optional[str]":
    """Return the path in whose place a file is, if that is the error; `venv` names it in the message alone."""
    _, found, path = str(error).partition("Unable to create directory ")
    if not isinstance(error, ValueError) or not found:
        return None
    import ast

    value: str = ast.literal_eval(path)
    return value


def _file_above(path: str) -> str:
    """Return which part of a path is a file, and what to do about it."""
    while path and not os.path.lexists(path):
        path = os.path.dirname(path)
    return f"\n{path} is a file. Remove it, or choose another directory." if os.path.isfile(path) else ""


def _occupant(path: str) -> str:
    """What is in the place of a directory, and what to do about it."""
    if os.path.islink(path):
        target = os.readlink(path)
        if os.path.exists(path):
            return f"\nIt is a link to {target}. Name that directory, or remove the link."
        return f"\nIt is a link to {target}, which is not there. Remove the link, or choose another directory."
    return "\nA file has this name. Remove it, or choose another directory." if os.path.isfile(path) else ""

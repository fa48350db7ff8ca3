"""The advice after an error: the cause, if the message does not have it, and what to do.

This module is loaded only after an error.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def advice(error: Exception) -> str:
    """Return the lines to print after an error: what a child process printed, what is in the way, and what to do."""
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return "\nThe current directory was deleted. Change to another one."
    if isinstance(error, NotADirectoryError):
        return _file_above(error.filename or "")
    path = error.filename if isinstance(error, FileExistsError) else occupied(error)
    if path is not None:
        return _occupant(path)
    if isinstance(error, ValueError) and str(error).startswith("The wheel "):
        return "\nGive another wheel with --pip-wheel."
    return _of_child(error) if "subprocess" in sys.modules else ""


def _of_child(error: Exception) -> str:
    """Return what a child process printed, if the error is its failure, and what to install."""
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
    """Return the path that an error says is taken by a file. `venv` has it in the message alone."""
    before, found, path = str(error).partition("Unable to create directory ")
    # If there is text before it, these words are a part of a name.
    if not isinstance(error, ValueError) or before or not found:
        return None
    import ast

    value: str = ast.literal_eval(path)
    return value


def _file_above(path: str) -> str:
    """Return advice for a path that leads through a file."""
    while path and not os.path.lexists(path):
        path = os.path.dirname(path)
    return f"\n{path} is a file. Remove it, or choose another directory." if os.path.isfile(path) else ""


def _occupant(path: str) -> str:
    """Return advice for a directory in whose place there is a link or a file."""
    if os.path.islink(path):
        target = _printable(os.readlink(path))
        if os.path.exists(path):
            return f"\nIt is a link to {target}. Name that directory, or remove the link."
        return f"\nIt is a link to {target}, which is not there. Remove the link, or choose another directory."
    return "\nA file has this name. Remove it, or choose another directory." if os.path.isfile(path) else ""


def _printable(name: str) -> str:
    """Return a name on disk, or its `repr` if a terminal would obey it."""
    return name if name.isprintable() else repr(name)

"""What is printed behind an error: what the system or a child process does not tell, and what to do.

Loaded only there.
"""

import os
import sys


def advice(error: Exception) -> str:
    """What is behind an error, and what to do: what a child process printed, or what the system does not tell."""
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return "\nThe current directory was deleted. Change to another one."
    if isinstance(error, FileExistsError):
        return _occupant(error.filename)
    _, found, path = str(error).partition("Unable to create directory ")
    if isinstance(error, ValueError) and found:
        import ast

        return _occupant(ast.literal_eval(path))
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


def _occupant(path: str) -> str:
    """What is in the place of a directory, and what to do about it."""
    if os.path.islink(path):
        target = os.readlink(path)
        if os.path.exists(path):
            return f"\nIt is a link to {target}. Name that directory, or remove the link."
        return f"\nIt is a link to {target}, which is not there. Remove the link, or choose another directory."
    return "\nA file has this name. Remove it, or choose another directory." if os.path.isfile(path) else ""

"""The command `fastvenv python`: lists the interpreters that are found, and says which one is taken."""

import sys

from . import _native, _record, cache
from ._commands import parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence


def main(args: "Sequence[str]") -> None:
    """Run the command.

    Args:
        args: the arguments after `python`.

    Raises:
        SystemExit: the arguments are wrong (status 2), or asked for help (status 0).
        ValueError: there is no such interpreter.

    """
    options = _parser().parse_args(args)
    folder = cache.directory()
    if options.command == "list":
        print(_native.list_pythons(folder, _record.current(use_cache=True), as_json=options.json), end="")
    else:
        path, reasons = _native.find_python(options.python, folder, sys.executable or None)
        print(reasons, end="", file=sys.stderr)
        print(path, end="")


def _parser() -> "ArgumentParser":
    whole, words = parser("python")
    words["find"].add_argument(
        "python", metavar="PYTHON", help="a path, a name, a version, a range or an implementation"
    )
    return whole

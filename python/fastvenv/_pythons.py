"""The command `fastvenv python`: which interpreters there are, and which one is taken."""

import sys

from . import _native, _record, cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence


def main(args: "Sequence[str]") -> None:
    """Run the command.

    Args:
        args: the arguments behind `python`.

    Raises:
        SystemExit: the arguments are wrong (status 2), or asked for help (status 0).
        ValueError: there is no such interpreter.

    """
    options = _parser().parse_args(args)
    folder = cache.directory()
    if options.command == "list":
        print(_native.list_pythons(folder, _record.current(use_cache=True), as_json=options.json), end="")
    else:
        path, reasons = _native.find_python(options.python, folder)
        print(reasons, end="", file=sys.stderr)
        print(path, end="")


def _parser() -> "ArgumentParser":
    import argparse

    parser = argparse.ArgumentParser(
        prog="fastvenv python",
        usage="%(prog)s [-h] COMMAND ...\nTo make an environment in a directory of this name: fastvenv ./python",
        description="Show the interpreters that environments can be made of.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    listing = commands.add_parser(
        "list", help="show what is found; the one with a star is taken where none is asked for"
    )
    listing.add_argument("--json", action="store_true", help="as JSON: an array with an object for each")
    find = commands.add_parser("find", help="show which one is taken for --python PYTHON, and why")
    find.add_argument("python", metavar="PYTHON", help="a path, a name, a version, a range or an implementation")
    return parser

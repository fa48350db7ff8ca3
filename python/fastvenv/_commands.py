"""The parsers of the commands beside making environments, from a table of the native part. Loaded only there."""

import argparse

from . import _native


def parser(name: str, metavar: str = "COMMAND") -> "tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]":
    """Make the parser of a command.

    Args:
        name: the command.
        metavar: what the help calls the words that follow it.

    Returns:
        The parser, and those of the words that follow the command.

    """
    description, words = _native.commands()[name]
    found = argparse.ArgumentParser(
        prog=f"fastvenv {name}",
        usage=f"%(prog)s [-h] {metavar} ...\nTo make an environment in a directory of this name: fastvenv ./{name}",
        description=description,
    )
    # The usage above names a directory, which is not a part of the usage of each word.
    subparsers = found.add_subparsers(dest="command", required=True, metavar=metavar, prog=f"fastvenv {name}")
    parsers = {}
    for word, help, has_json in words:  # noqa: A001 - the name of the argument
        parsers[word] = subparsers.add_parser(word, help=help)
        if has_json:
            parsers[word].add_argument("--json", action="store_true", help="as JSON")
    return found, parsers

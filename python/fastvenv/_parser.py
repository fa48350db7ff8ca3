"""The parser for what the plain one leaves: help, abbreviations, and mistakes. Loaded only there."""

import argparse
import difflib
import sys

from . import _native
from ._interpreter import CORE_VENV_DEPS, is_of_venv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_EPILOG = (
    "In brackets is the variable that sets an option, to 1 or to its value. fastvenv.toml and the pyproject.toml of a "
    "project set some, too. "
    "Other commands: fastvenv python list|find shows which interpreters there are, fastvenv cache info what is kept "
    "for the next environment. A directory of such a name is ./python, ./cache. "
    "python -m venv has none of {new}."
)


class _Parser(argparse.ArgumentParser):
    """A parser that, for an option that does not exist, names one that is written like it."""

    def error(self, message: str) -> "NoReturn":
        if message.startswith("unrecognized arguments: "):
            words = [word.partition("=")[0] for word in message.partition(": ")[2].split()]
            known = list(self._option_string_actions)
            found = [match for word in words for match in difflib.get_close_matches(word, known, 1)]
            message += f" (did you mean {', '.join(found)}?)" if found else ""
        super().error(message)

    def _get_option_tuples(self, option_string: str) -> "list[Any]":
        """Return the options that an abbreviation can mean: only that of `venv`, if one of them alone is of `venv`."""
        found: list[Any] = super()._get_option_tuples(option_string)
        of_venv = [option for option in found if is_of_venv(option[1])]
        return of_venv if len(of_venv) == 1 else found


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line. What an argument does not give, it leaves out."""
    details: dict[str, Any] = {}
    if sys.version_info >= (3, 14):
        details["color"] = True
    else:
        details["prog"] = "fastvenv"  # as `venv` names itself; later versions say how they were started
    groups = _native.options()
    new = [option["names"][-1] for group in groups for option in group["options"] if option["is_new"]]
    found = _Parser(
        usage="%(prog)s [OPTION]... [ENV_DIR]...",
        description="Make virtual Python environments, each in a directory of its own.",
        epilog=_EPILOG.format(new=", ".join([*new, "--version"])),
        argument_default=argparse.SUPPRESS,
        **details,
    )
    found.add_argument(
        "dirs",
        metavar="ENV_DIR",
        nargs="*",
        default=[_native.DEFAULT_DIRECTORY],
        help=f"a directory; {_native.DEFAULT_DIRECTORY} where none is given",
    )
    found.add_argument("--version", action="version", version=f"fastvenv {_native.__version__}")
    for group in groups:
        container = found.add_argument_group(group["title"])
        dests = [option["dest"] for option in group["options"]]
        rivals: dict[str, Any] = {}  # what sets one flag to one thing or the other
        for option in group["options"]:
            dest = option["dest"]
            if dests.count(dest) > 1 and dest not in rivals:
                rivals[dest] = container.add_mutually_exclusive_group()
            _add(rivals.get(dest, container), option)
    return found


def _add(container: "argparse._ActionsContainer", option: "dict[str, Any]") -> None:
    """Add an option, with a help that says what it does, which values there are, and which variable sets it."""
    values = option["values"]
    help = option["help"].format(deps=", ".join(CORE_VENV_DEPS))  # noqa: A001 - the name of the argument
    if values:
        first = values[0] if option["is_list"] else f"{values[0]} (the default)"
        help += f": {', '.join([first, *values[1:]])}"  # noqa: A001
    help += f" [{option['variable']}]"  # noqa: A001
    if option["value"] is not None:
        action = {"action": "store_const", "const": option["value"]}
    else:
        choices = None if option["is_list"] else values or None
        action = {"metavar": option["metavar"], "choices": choices}
    container.add_argument(*option["names"], dest=option["dest"], help=help, **action)

"""The parser for what the plain one leaves: help, abbreviations, and mistakes. Loaded only there."""

import argparse
import difflib
import sys

from . import _interpreter, _native
from ._activation import names
from ._interpreter import CORE_VENV_DEPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

_EPILOG = (
    "Activate the environment with the script for your shell in its {bin} directory. "
    "fastvenv python list|find shows which interpreters there are; fastvenv cache info shows what is kept for the next "
    "environment. A directory of such a name is ./python, ./cache. "
    "Differences from python -m venv: {new} are new; without a directory, it is {default}; --clear asks for --force "
    "before it empties a directory that is not an environment; --upgrade and a second run repair links; a failed run "
    "leaves no new directory behind."
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


def parser(defaults: "Mapping[str, object]") -> argparse.ArgumentParser:
    """The parser of the whole command line.

    Args:
        defaults: what is wanted where no option says otherwise.

    """
    details: dict[str, Any] = {}
    if sys.version_info >= (3, 14):
        details["color"] = True
    else:
        details["prog"] = "fastvenv"  # as `venv` names itself; later versions say how they were started
    options = _native.options()
    new = [option["names"][-1] for option in options if option["is_new"]] + ["--version"]
    bin_name = "Scripts" if _interpreter.IS_WINDOWS else "bin"
    found = _Parser(
        description="Make virtual Python environments, each in a directory of its own.",
        epilog=_EPILOG.format(bin=bin_name, new=", ".join(new), default=_native.DEFAULT_DIRECTORY),
        **details,
    )
    found.set_defaults(**defaults)
    found.add_argument(
        "dirs",
        metavar="ENV_DIR",
        nargs="*",
        default=[_native.DEFAULT_DIRECTORY],
        help=f"a directory to make an environment in; {_native.DEFAULT_DIRECTORY} where none is given",
    )
    executables = found.add_mutually_exclusive_group()
    facts = {"deps": ", ".join(CORE_VENV_DEPS), "modes": ", ".join(_native.LINK_MODES)}
    facts["colors"] = ", ".join(_native.COLORS)
    facts["activators"] = ", ".join(name for name, _ in _native.ACTIVATORS)
    special: dict[str, dict[str, Any]] = {
        "activators": {"type": names},
        "color": {"choices": _native.COLORS},
        "link_mode": {"choices": _native.LINK_MODES},
    }
    for option in options:
        dest, value, text = option["dest"], option["value"], option["help"].format(**facts)
        container = executables if dest == "symlinks" else found
        if value is None:
            taken = special.get(dest, {})
            container.add_argument(*option["names"], dest=dest, metavar=option["metavar"], help=text, **taken)
        else:
            container.add_argument(*option["names"], dest=dest, action="store_const", const=value, help=text)
    found.add_argument("--version", action="version", version=f"fastvenv {_native.__version__}")
    return found

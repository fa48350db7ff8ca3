"""The command `fastvenv completion`, which prints what makes a shell complete the options."""

import io
import sys

from . import _native
from ._commands import parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(args: "Sequence[str]") -> None:
    """Run the command.

    Args:
        args: the arguments after `completion`.

    Raises:
        SystemExit: the arguments are wrong (status 2), or asked for help (status 0).

    """
    whole, _ = parser("completion", "SHELL")
    script = _native.completion(whole.parse_args(args).command)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="\n")  # bash cannot read the line ends of Windows
    print(script, end="")

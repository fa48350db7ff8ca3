"""The command `fastvenv completion`, which prints what makes a shell complete the options."""

from . import _native
from ._commands import parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(args: "Sequence[str]") -> None:
    """Run the command.

    Args:
        args: the arguments behind `completion`.

    Raises:
        SystemExit: the arguments are wrong (status 2), or asked for help (status 0).

    """
    whole, _ = parser("completion", "SHELL")
    print(_native.completion(whole.parse_args(args).command), end="")

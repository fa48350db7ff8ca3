"""The commands `fastvenv run`, which lets a command take fastvenv for `venv`, and `fastvenv replace-venv`."""

import os
import sys

from . import _interpreter, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# What every Python below the command loads.
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_as_venv")
# What one interpreter loads until it is turned off.
PTH = "fastvenv-replace-venv.pth"

_USAGE = "usage: fastvenv run [--] COMMAND [ARGUMENT]..."


def run(args: "Sequence[str]") -> None:
    """Run a command, every Python of which takes fastvenv for `venv`, in place of this process.

    Nothing is installed. A Python that ignores PYTHONPATH (`-I`, `-E`) and one that cannot load fastvenv use their own
    `venv`.

    Args:
        args: the arguments behind `run`: the command, with or without `--` before it.

    Raises:
        SystemExit: there is no command (status 2), or on Windows the status of the command.
        OSError: the command cannot be started.

    """
    command = list(args)[1:] if args[:1] == ["--"] else list(args)
    if command[:1] in (["-h"], ["--help"]) and args[:1] != ["--"]:
        print(f"{_USAGE}\n\n{_native.commands()['run'][0]}")
        return
    if not command or (command[0].startswith("-") and args[:1] != ["--"]):
        print(f"{_USAGE}\nfastvenv run: error: a command is required", file=sys.stderr)
        raise SystemExit(2)
    env = os.environ.copy()
    paths = env.get("PYTHONPATH", "").split(os.pathsep)
    env["PYTHONPATH"] = os.pathsep.join([FOLDER, *(path for path in paths if path not in ("", FOLDER))])
    if _interpreter.IS_WINDOWS:
        import subprocess

        raise SystemExit(subprocess.run(command, env=env, check=False).returncode)  # noqa: S603 - the user's own
    try:
        os.execvpe(command[0], command, env)  # noqa: S606 - the same
    except FileNotFoundError as error:
        error.filename = command[0]
        raise


def replace_venv(args: "Sequence[str]") -> None:
    """Let one interpreter take fastvenv for `venv` until it is turned off, by a file in its `site-packages`.

    Args:
        args: the arguments behind `replace-venv`.

    Raises:
        SystemExit: the arguments are wrong (status 2), or asked for help (status 0).
        ValueError: there is no such interpreter.
        OSError: the file cannot be written or removed.

    """
    from ._commands import parser
    from ._other import choose

    whole, words = parser("replace-venv")
    for word in words.values():
        word.add_argument("-p", "--python", metavar="PYTHON", help="the interpreter; by default that of fastvenv")
    options = whole.parse_args(args)
    asked = options.python or _interpreter.base_executable()
    executable = choose(asked, use_cache=True).base_executable
    path = os.path.join(_packages(executable), PTH)
    if options.command == "on":
        _native.write_text(path, _line())
    elif options.command == "off" and os.path.exists(path):
        os.remove(path)
    state = "fastvenv" if os.path.exists(path) else "its own venv"
    print(f"{executable} -m venv runs {state}")


def _packages(executable: str) -> str:
    """Return the folder of an interpreter's packages."""
    import subprocess

    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return subprocess.check_output([executable, "-c", code], text=True).rstrip("\n")  # noqa: S603 - the user's own


def _line() -> str:
    """Return what `site` runs in each start of the interpreter; nothing where fastvenv was removed since."""
    hook = os.path.join(FOLDER, "hook.py")
    return (
        f"import os; p = {hook!r}; n = {{}}; "
        f"os.path.exists(p) and (exec(open(p).read(), n), n['install']({FOLDER!r}))\n"
    )

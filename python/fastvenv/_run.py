"""The commands `fastvenv run`, which lets a command take fastvenv for `venv`, and `fastvenv replace-venv`."""

import errno
import os
import sys

from . import _interpreter, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, Optional

# What every Python below the command loads.
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_as_venv")
# What one interpreter loads until it is turned off.
PTH = "fastvenv-replace-venv.pth"

_USAGE = "usage: fastvenv run [--] COMMAND [ARGUMENT]..."


def run(args: "Sequence[str]") -> None:
    """Run a command, every Python of which takes fastvenv for `venv`, in place of this process.

    Nothing is installed. A Python that ignores PYTHONPATH (`-I`, `-E`) and one that cannot load fastvenv use their own
    `venv`. In the command, SIGPIPE and SIGXFSZ have their default effect: Python ignores both, and does not know
    whether they were ignored before.

    Args:
        args: the arguments after `run`: the command, with or without `--` before it.

    Raises:
        SystemExit: there is no command (status 2), or on Windows the status of the command.
        OSError: the command cannot be started.

    """
    command = list(args)[1:] if args[:1] == ["--"] else list(args)
    if command[:1] in (["-h"], ["--help"]) and args[:1] != ["--"]:
        print(f"{_USAGE}\n\n{_native.commands()['run'][0]}")
        return
    if not command or not command[0] or (command[0].startswith("-") and args[:1] != ["--"]):
        print(f"{_USAGE}\nfastvenv run: error: a command is required", file=sys.stderr)
        raise SystemExit(2)
    try:
        _start(command, _variables())
    except OSError as error:
        raise OSError(f"{command[0]} cannot be started: {_reason(command[0], error)}") from error


def _variables() -> "dict[str, str]":
    """Return the variables of the command: those of the process, with the folder before the others in PYTHONPATH."""
    env = os.environ.copy()
    value = env.get("PYTHONPATH")
    others = value.split(os.pathsep) if value else []  # an empty entry is the current directory
    env["PYTHONPATH"] = os.pathsep.join([FOLDER, *(path for path in others if path != FOLDER)])
    return env


def _start(command: "list[str]", env: "dict[str, str]") -> "NoReturn":
    """Run a command in place of this process; on Windows, which cannot do so, run it and exit with its status."""
    import signal

    if _interpreter.IS_WINDOWS:
        for name in ("SIGINT", "SIGBREAK"):
            signal.signal(getattr(signal, name), _leave_to_command)
        raise SystemExit(_status_of(command, env))
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.execvpe(command[0], command, env)  # noqa: S606 - the same


def _leave_to_command(_number: int, _frame: object) -> None:
    """Do nothing: the command gets Ctrl-C and Ctrl-Break, too, and decides what they mean."""


def _status_of(command: "list[str]", env: "dict[str, str]") -> int:
    """Run a command on Windows, and return its status.

    Windows itself would look for a program in the folder of the base interpreter before PATH, and would not find
    scripts (`.cmd`, `.bat`).
    """
    import shutil
    import subprocess

    program: Optional[str] = command[0]
    if not os.path.dirname(command[0]):
        program = shutil.which(command[0], path=env.get("PATH"))
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    status = subprocess.run([program, *command[1:]], env=env, check=False).returncode  # noqa: S603 - the user's own
    # Before Python 3.14, the status of a process cannot be larger than a C `long` (gh-125842).
    return status - (1 << 32) if status >= 1 << 31 else status


def _reason(name: str, error: OSError) -> str:
    """Return why a command cannot be started, and what to do, from the error of the operating system."""
    import shlex
    import shutil

    tried = os.fsdecode(error.filename or name)  # where it was found, or looked for at the end
    program = shutil.which(name)
    if error.errno == errno.ENOEXEC:
        return "it is no program of this system, and no script whose first line names its interpreter."
    if isinstance(error, PermissionError) and os.path.isdir(tried):
        return "it is a directory."
    if isinstance(error, PermissionError) and os.path.isfile(tried) and not os.access(tried, os.X_OK):
        return f"it may not be executed. To allow that: chmod +x {shlex.quote(tried)}"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)) and program:
        return f"the interpreter that {program} names does not exist."
    if not os.path.dirname(name) and not program:
        return "no directory of PATH has a program of this name."
    return f"{error.strerror}."


def replace_venv(args: "Sequence[str]") -> None:
    """Let one interpreter take fastvenv for `venv` until it is turned off, by a file in its `site-packages`.

    Args:
        args: the arguments after `replace-venv`.

    Raises:
        SystemExit: the arguments are wrong (status 2), or asked for help (status 0).
        ValueError: there is no such interpreter, or its packages are not found.
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
    """Return the folder of an interpreter's packages. A `sitecustomize` may print before it."""
    import subprocess

    code = (
        "import os, sys, sysconfig; print(flush=True); "
        "sys.stdout.buffer.write(os.fsencode(sysconfig.get_path('purelib')))"
    )
    command = [executable, "-I", "-c", code]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - the user's own
    if done.returncode:
        said = done.stderr.decode(errors="backslashreplace").strip().rpartition("\n")[2]
        raise ValueError(f"The packages of {executable} are not found: it ended with status {done.returncode}: {said}")
    folder = os.fsdecode(done.stdout.rpartition(b"\n")[2])
    if not (os.path.isabs(folder) and os.path.isdir(folder)):
        raise ValueError(f"The packages of {executable} are not found: it names {folder!r}, which is no directory.")
    return folder


def _line() -> str:
    """Return what `site` runs in each start of the interpreter; nothing where fastvenv was removed since."""
    hook = os.path.join(FOLDER, "venv", "hook.py")
    # The versions of Python read the file in different encodings.
    return (
        f"import os; p = {hook!a}; n = {{}}; s = os.path.exists(p) and open(p, 'rb'); "
        f"s and (exec(s.read(), n), s.close(), n['install']({FOLDER!a}))\n"
    )

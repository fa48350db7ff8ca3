"""`python -m fastvenv`: the process, from its signals to its exit status."""

import os
import sys
import time

from . import _interpreter, _native, _record
from ._cli import main

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable
    from typing import NoReturn
else:
    import _signal  # `signal` is built on it, and loads enumerations

# Modules that may run code when Python ends, if they are loaded.
_LISTENERS = {"atexit", "sitecustomize", "threading", "usercustomize"}


class _Terminated(BaseException):
    """A signal asked the process to end."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal


# The time in seconds in which further signals are ignored. They would interrupt the removal of unfinished environments.
_PAUSE = 1.0
_ended = -_PAUSE


def _end_once(signal: int, _frame: object) -> None:
    """Raise the exception for a signal, but none for the signals that follow at once."""
    global _ended  # noqa: PLW0603 - a handler has no other place for it
    now = time.monotonic()
    if now - _ended >= _PAUSE:
        _ended = now
        raise KeyboardInterrupt if signal == _signal.SIGINT else _Terminated(signal)


# The value by which the program `fastvenv` sets PYTHONSAFEPATH for this process alone: `src/command/hand_over/`.
_SAFE_PATH = "fastvenv"


def run(main: "Callable[[], None]" = main) -> None:
    """Run a command line and exit: with status 0 after success, 1 after an error, and 2 for wrong arguments.

    If a signal asks the process to end (Ctrl-C, SIGTERM, SIGHUP, on Windows Ctrl-Break), unfinished environments are
    removed first. Then the process ends by that signal; on Windows, with 128 and its number as the status.

    Args:
        main: the function that reads the arguments of the process, and does what they ask for.

    """
    if os.environ.get("PYTHONSAFEPATH") == _SAFE_PATH:
        del os.environ["PYTHONSAFEPATH"]
    try:
        _record.is_command = True
        _handle_signals()
        main()
        _let_signals_end_the_process()
    except _Terminated as end:
        _end_by(end.signal)
    except KeyboardInterrupt:
        _print_to_stderr(_native.INTERRUPTED)
        _end_by(_signal.SIGINT)
    except Exception as error:  # noqa: BLE001 - as `venv` does: a message and status 1, whatever it was
        from ._advice import advice

        _print_to_stderr(f"Error: {error}{advice(error)}")
        sys.exit(1)
    _leave()


def _print_to_stderr(text: str) -> None:
    """Print a line, unless standard error is closed: `print` would write to standard output if it is `None`."""
    if sys.stderr is not None:
        try:  # noqa: SIM105 - `contextlib` would have to be loaded
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):  # there is no other place to report it
            pass


def _end_by(signal: int) -> None:
    """End the process by a signal, as the shell that started it expects."""
    if _interpreter.IS_WINDOWS:
        sys.exit(128 + signal)
    _signal.signal(signal, _signal.SIG_DFL)
    os.kill(os.getpid(), signal)


def _handle_signals() -> None:
    """Let signals that would end the process raise an exception; one that is ignored, as with `nohup`, stays so."""
    if _signal.getsignal(_signal.SIGINT) == _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _end_once)
    for name in ["SIGBREAK"] if _interpreter.IS_WINDOWS else ["SIGTERM", "SIGHUP"]:
        signal = getattr(_signal, name)
        if _signal.getsignal(signal) == _signal.SIG_DFL:
            _signal.signal(signal, _end_once)


def _let_signals_end_the_process() -> None:
    """Give the handled signals their default effect: everything is made, and an exception would not be caught."""
    for name in ("SIGINT", "SIGBREAK", "SIGTERM", "SIGHUP"):
        signal = getattr(_signal, name, None)
        if signal is not None and _signal.getsignal(signal) == _end_once:
            _signal.signal(signal, _signal.SIG_DFL)


def _leave() -> "NoReturn":
    """Exit with status 0, without Python's own shutdown if no code depends on it.

    Python exits in the usual way if another program runs the command (a profiler, a debugger), or if there are
    functions in `atexit`, threads, or code in `sitecustomize` or `usercustomize`. The exit functions of C code run in
    any case.
    """
    is_own = getattr(sys, "orig_argv", [])[1:] == ["-m", "fastvenv", *sys.argv[1:]]
    if is_own and not sys.flags.inspect and not _LISTENERS & sys.modules.keys() and not _is_watched():
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (AttributeError, OSError, ValueError):  # Python knows what to say
            sys.exit(0)
        _native.exit(0)
    sys.exit(0)


def _is_watched() -> bool:
    """Whether a tracer, a profiler, or another tool (PEP 669) sees what Python runs."""
    monitoring = getattr(sys, "monitoring", None)
    has_tool = monitoring is not None and any(map(monitoring.get_tool, range(6)))
    return bool(has_tool or sys.gettrace() or sys.getprofile())


if __name__ == "__main__":
    run()

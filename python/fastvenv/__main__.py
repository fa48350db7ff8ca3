"""`python -m fastvenv`: the process, from its signals to its exit status."""

import os
import sys
import time

from . import _interpreter, _native, _record
from ._cli import main

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from typing import NoReturn
else:
    import _signal  # `signal` is built on it, and loads enumerations

# Modules that may run code when Python ends, if they are loaded.
_LISTENERS = {"atexit", "sitecustomize", "threading", "usercustomize"}


class _Terminated(BaseException):
    """The process was asked to end."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal


# Seconds in which further interrupts are ignored: they would end the removal of what was made.
_PAUSE = 1.0
_interrupted = -_PAUSE


def _interrupt(_signal_number: int, _frame: object) -> None:
    """Raise `KeyboardInterrupt`, but not again at once."""
    global _interrupted  # noqa: PLW0603 - a handler has no other place for it
    now = time.monotonic()
    if now - _interrupted >= _PAUSE:
        _interrupted = now
        raise KeyboardInterrupt


def _terminate(signal: int, _frame: object) -> "NoReturn":
    raise _Terminated(signal)


def run() -> None:
    """Run the command line and exit: 0 when it went well, 1 with an error on stderr, 2 for wrong arguments.

    When the process is asked to end (Ctrl-C, SIGTERM, SIGHUP, on Windows Ctrl-Break), what was made is removed before
    it does, by that signal.
    """
    try:
        _record.is_command = True
        _handle_signals()
        main()
    except _Terminated as end:
        _end_by(end.signal)
    except KeyboardInterrupt:
        print(_native.INTERRUPTED, file=sys.stderr)
        _end_by(_signal.SIGINT)
    except Exception as error:  # noqa: BLE001 - as `venv` does: a message and status 1, whatever it was
        from ._advice import advice

        print(f"Error: {error}{advice(error)}", file=sys.stderr)
        sys.exit(1)
    _leave()


def _end_by(signal: int) -> None:
    """End the process by a signal, as the shell that started it expects."""
    if _interpreter.IS_WINDOWS:
        sys.exit(128 + signal)
    sys.stderr.flush()
    _signal.signal(signal, _signal.SIG_DFL)
    os.kill(os.getpid(), signal)


def _handle_signals() -> None:
    """Let signals that would end the process raise an exception; one that is ignored, as with `nohup`, stays so."""
    if _signal.getsignal(_signal.SIGINT) == _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _interrupt)
    for name in ["SIGBREAK"] if _interpreter.IS_WINDOWS else ["SIGTERM", "SIGHUP"]:
        signal = getattr(_signal, name)
        if _signal.getsignal(signal) == _signal.SIG_DFL:
            _signal.signal(signal, _terminate)


def _leave() -> "NoReturn":
    """Exit with status 0. If nothing waits for it, skip the steps in which Python releases its objects.

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

"""A line on the terminal that says what takes so long, and goes when it is done."""

import _thread
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Optional

# Seconds until there is anything to see, and between two pictures.
_PATIENCE = 0.5
_PACE = 0.1
_PICTURES = "|/-\\"


class Progress:
    """Shows on stderr, from half a second on, what is being made; a terminal is needed, or nothing is shown."""

    def __init__(self, what: str, is_wanted: bool) -> None:
        self._what = what
        self._is_wanted = is_wanted and sys.stderr is not None and sys.stderr.isatty()
        self._running = _thread.allocate_lock()
        self._shown = _thread.allocate_lock()

    def __enter__(self) -> None:
        if self._is_wanted:
            self._running.acquire()
            self._shown.acquire()
            _thread.start_new_thread(self._show, ())

    def __exit__(
        self,
        kind: "Optional[type[BaseException]]",
        value: "Optional[BaseException]",
        traceback: "Optional[TracebackType]",
    ) -> None:
        if self._is_wanted:
            self._running.release()
            self._shown.acquire()  # until the line is gone

    def _show(self) -> None:
        count, pause, line = 0, _PATIENCE, ""
        while not self._running.acquire(timeout=pause):
            line = f"{_PICTURES[count % len(_PICTURES)]} {self._what}"
            self._print(f"{line}\r")  # what somebody else prints goes over it
            count, pause = count + 1, _PACE
        if line:
            self._print(f"{' ' * len(line)}\r")
        self._shown.release()

    @staticmethod
    def _print(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # the terminal is gone, or cannot show the name
            pass

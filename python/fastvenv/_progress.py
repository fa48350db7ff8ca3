"""A line on the terminal that says what takes so long, and goes when it is done."""

import _thread
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self

# Seconds until there is anything to see, and between two pictures.
_PATIENCE = 0.5
_PACE = 0.1
_PICTURES = "|/-\\"


class Progress:
    """Shows on stderr, from half a second on, what it was told last."""

    def __init__(self) -> None:
        self._text = ""
        self._running = _thread.allocate_lock()
        self._shown = _thread.allocate_lock()

    def __enter__(self) -> "Self":
        self._running.acquire()
        self._shown.acquire()
        try:
            _thread.start_new_thread(self._show, ())
        except RuntimeError:  # the system has no thread left, and so nothing is shown
            self._shown.release()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.release()
        self._shown.acquire()  # until the line is gone

    def tell(self, text: str) -> None:
        """Show this text from now on."""
        self._text = text

    def _show(self) -> None:
        count, pause, width = 0, _PATIENCE, 0
        try:
            while not self._running.acquire(timeout=pause):
                line = f"{_PICTURES[count % len(_PICTURES)]} {self._text}"
                width = max(width, len(line))
                self._print(f"{line.ljust(width)}\r")  # what somebody else prints goes over it
                count, pause = count + 1, _PACE
            if width:
                self._print(f"{' ' * width}\r")
        finally:
            self._shown.release()

    @staticmethod
    def _print(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):  # the terminal is gone, or cannot show the name
            pass

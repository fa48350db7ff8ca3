"""Shows a line on the terminal while a call takes long, and removes it at the end."""

import _thread
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self

# Seconds until the line appears, and between two changes of it.
_PATIENCE = 0.5
_PACE = 0.1
_PICTURES = "|/-\\"


class Progress:
    """Shows the text that it was given last, on stderr, from half a second on."""

    def __init__(self) -> None:
        self._text = ""
        self._running = _thread.allocate_lock()
        self._shown = _thread.allocate_lock()

    def __enter__(self) -> "Self":
        self._running.acquire()
        self._shown.acquire()
        try:
            _thread.start_new_thread(self._draw, ())
        except RuntimeError:  # the system cannot start a thread, so nothing is shown
            self._shown.release()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.release()
        self._shown.acquire()  # until the thread has removed the line

    def show(self, text: str) -> None:
        """Show this text."""
        self._text = text

    def _draw(self) -> None:
        count, pause, width = 0, _PATIENCE, 0
        try:
            while not self._running.acquire(timeout=pause):
                line = f"{_PICTURES[count % len(_PICTURES)]} {self._text}"
                width = max(width, len(line))
                self._print(f"{line.ljust(width)}\r")  # other output overwrites the line
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
        except (OSError, ValueError):  # the terminal is closed, or cannot encode the name
            pass

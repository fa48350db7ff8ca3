"""Makes several environments at the same time, with as many threads as there are processors."""

import _imp
import _thread
import os

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable, Sequence
    from typing import Any, Optional

    _Create = Callable[[str], object]
    _Show = Callable[[str], None]
else:
    import _signal  # what `signal` is made of, without the enumerations that it loads

# Seconds after which a wait checks again whether it is over: an interrupt may have swallowed the signal for it.
_PACE = 0.5


def are_apart(env_dirs: "Sequence[str]") -> bool:
    """Return whether no directory is the same as, or inside, another one; false if the current one was deleted."""
    parents: dict[str, str] = {}
    paths = []
    for env_dir in env_dirs:
        try:
            parent, name = os.path.split(os.path.abspath(env_dir))
        except FileNotFoundError:
            return False
        if parent not in parents:
            parents[parent] = os.path.realpath(parent)
        # On some file systems, names that differ in case only are the same.
        paths.append(os.path.join(parents[parent], name, "").casefold())
    paths.sort()
    return not any(later.startswith(path) for path, later in zip(paths, paths[1:]))


def create_together(env_dirs: "Sequence[str]", create: "_Create", show: "_Show") -> None:
    """Make all environments, with the result of making one after the other.

    If one fails, those before it are made, and those after it only if they were begun. An interrupt waits for those
    that were begun, and so do further interrupts: each environment is whole or absent.

    Args:
        env_dirs: the directories.
        create: makes one environment; several threads call it.
        show: called with a text that says how many are made.

    Raises:
        BaseException: the exception of the first directory that failed, in the order of the arguments.

    """
    work = _Work(env_dirs, create, show)
    with _Signals(work.stop):
        try:
            work.start(min(_native.available_parallelism(), len(env_dirs)))
        except BaseException:
            work.stop()
            raise
        finally:
            work.wait()
    if work.errors:
        raise work.errors[min(work.errors)]


class _Signals:
    """Holds back the signals that raise an exception, which would end Python under its threads.

    The first one calls `stop`. At the end, its own handler is called. Python runs handlers in the main thread alone, so
    other threads need none.
    """

    def __init__(self, stop: "Callable[[], None]") -> None:
        self._stop = stop
        self._handlers: dict[int, Any] = {}
        self._came: Optional[tuple[int, object]] = None

    def __enter__(self) -> None:
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number: Optional[int] = getattr(_signal, name, None)
            handler = None if number is None else _signal.getsignal(number)
            if number is not None and callable(handler):
                try:
                    _signal.signal(number, self._note)
                except ValueError:  # this is not the main thread
                    return
                self._handlers[number] = handler

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            _signal.signal(number, handler)
        if self._came is not None:
            number, frame = self._came
            self._handlers[number](number, frame)

    def _note(self, number: int, frame: object) -> None:
        self._came = self._came or (number, frame)
        self._stop()


class _Work:
    """The directories that are left. Each thread takes the next one."""

    def __init__(self, env_dirs: "Sequence[str]", create: "_Create", show: "_Show") -> None:
        # The exceptions, by the position of the directory.
        self.errors: dict[int, BaseException] = {}
        self._todo = list(enumerate(env_dirs))[::-1]
        self._create = create
        self._show = show
        self._made, self._number = 0, len(env_dirs)
        # How many threads are working. One that has not begun yet need not count: it takes what is left, if anything.
        self._working = 0
        self._mutex = _thread.allocate_lock()
        # Released when a thread ends while another one waits.
        self._ended = _thread.allocate_lock()
        self._ended.acquire()

    def start(self, threads: int) -> None:
        """Start the threads. If the system cannot start more, those that were started do the work, or the calling one.

        The calling thread also does the work if the others could not import: an interrupt that comes while Python holds
        its import lock can leave the lock taken for good (seen with CPython 3.11 and 3.13).
        """
        if _imp.lock_held():
            self._run()
            return
        try:
            for _ in range(threads):
                _thread.start_new_thread(self._run, ())
        except RuntimeError:
            self._run()

    def wait(self) -> None:
        """Wait until no directory is left and no thread is working."""
        while self._todo or self._working:
            self._ended.acquire(timeout=_PACE)

    def stop(self) -> None:
        """Begin no further directory. A signal may call it at any time, so it takes no lock."""
        self._todo.clear()

    def _run(self) -> None:
        with self._mutex:
            self._working += 1
        try:
            while (item := self._next()) is not None:
                position, env_dir = item
                try:
                    self._create(env_dir)
                except BaseException as error:  # noqa: BLE001 - `create_together` raises it
                    self.errors[position] = error
                    self.stop()
                with self._mutex:
                    self._made += 1
        finally:
            with self._mutex:
                self._working -= 1
                if self._ended.locked():
                    self._ended.release()

    def _next(self) -> "tuple[int, str] | None":
        with self._mutex:
            self._show(f"Creating environments: {self._made} of {self._number}")
            try:
                return self._todo.pop()
            except IndexError:
                return None

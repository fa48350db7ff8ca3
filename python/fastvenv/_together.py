"""Several environments at the same time, by as many threads as there are processors."""

import _imp
import _thread
import os

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Create = Callable[[str], None]
    _Tell = Callable[[str], None]

# Seconds after which a wait looks whether it is over: an interrupt may have come just when it was told so.
_PACE = 0.5


def are_apart(env_dirs: "Sequence[str]") -> bool:
    """Whether none of the directories is another one, or in another one."""
    parents: dict[str, str] = {}
    paths = []
    for env_dir in env_dirs:
        parent, name = os.path.split(os.path.abspath(env_dir))
        if parent not in parents:
            parents[parent] = os.path.realpath(parent)
        # Where names that differ in case alone are one, these are not apart.
        paths.append(os.path.join(parents[parent], name, "").casefold())
    paths.sort()
    return not any(later.startswith(path) for path, later in zip(paths, paths[1:]))


def create_together(env_dirs: "Sequence[str]", create: "_Create", tell: "_Tell") -> None:
    """Make all environments, as if one after the other but for time.

    What comes before one that fails is made; of what comes after it, that which was begun. An interrupt waits for what
    was begun, too, and so do further ones: each environment is whole, or not there.

    Args:
        env_dirs: the directories.
        create: makes one of them; it is called by several threads.
        tell: is told how far it is.

    Raises:
        BaseException: what the first one raised, in the order of the directories, that failed.

    """
    work = _Work(env_dirs, create, tell)
    try:
        work.start(min(_native.available_parallelism(), len(env_dirs)))
        work.wait()
    except BaseException:
        work.finish()
        raise
    if work.errors:
        raise work.errors[min(work.errors)]


class _Work:
    """What is to be done, of which each thread takes the next directory."""

    def __init__(self, env_dirs: "Sequence[str]", create: "_Create", tell: "_Tell") -> None:
        # What was raised, by the position of the directory.
        self.errors: dict[int, BaseException] = {}
        self._todo = list(enumerate(env_dirs))[::-1]
        self._create = create
        self._tell = tell
        self._made, self._number = 0, len(env_dirs)
        # How many threads are at work. One that has not begun yet does not matter: it finds what is left, or nothing.
        self._working = 0
        self._mutex = _thread.allocate_lock()
        # Free when a thread has ended since somebody waited.
        self._ended = _thread.allocate_lock()
        self._ended.acquire()

    def start(self, threads: int) -> None:
        """Start the threads; where the system has none left, those that there are do the work, or this one.

        This one also does it where the others could not import: an interrupt that comes while Python holds its import
        lock can be lost, and the lock is never free again (seen with CPython 3.11 and 3.13).
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
        """Wait until there is nothing to be done any more, and nobody is at work."""
        while self._todo or self._working:
            self._ended.acquire(timeout=_PACE)

    def finish(self) -> None:
        """Begin nothing more, and wait, whatever interrupts come: Python must not end under threads at work."""
        while True:
            try:
                self.stop()
                return self.wait()
            except BaseException:  # noqa: BLE001, S112 - an interrupt; the first one is raised
                continue

    def stop(self) -> None:
        """Let nothing more be begun."""
        with self._mutex:
            self._todo.clear()

    def _run(self) -> None:
        with self._mutex:
            self._working += 1
        try:
            while (item := self._next()) is not None:
                position, env_dir = item
                try:
                    self._create(env_dir)
                except BaseException as error:  # noqa: BLE001 - it is raised where the environments are asked for
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
            self._tell(f"Creating environments: {self._made} of {self._number}")
            return self._todo.pop() if self._todo else None

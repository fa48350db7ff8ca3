"""Every file-system call of a run, and the place in the code that makes it.

A place is known by the return addresses inside the native module or the program, which strace finds on the stack. For a
call of Python's own it is the name of the call and the role of its path: the path without what changes from run to run.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tracing import FAST, SLOW, alone, strace

# All calls that take a path, and those that take a descriptor and may fail for lack of space or rights. `close` is not
# among them: a program cannot correct its errors, and Rust ignores them.
TRACED = (
    "%file,?read,?pread64,?write,?pwrite64,?writev,?getdents64,?copy_file_range,?sendfile,?ioctl,?lseek,"
    "?fstat,?fstatfs,?ftruncate,?fsync,?fdatasync,?fchmod,?fchown,?flock,?fcntl"
)
BEGUN = re.compile(r"(?P<process>\d+) +(?P<name>[a-z]\w*)\((?P<arguments>.*)")
RESUMED = re.compile(r"(?P<process>\d+) +<\.\.\. \w+ resumed>(?P<arguments>.*)")
FRAME = re.compile(r" > .*/(?:_native[^/(]*|fastvenv)\(.*\[0x(?P<address>[0-9a-f]+)\]$")
THING = re.compile(r'"((?:[^"\\]|\\.)*)"|\d+<([^<>]*)>')
# What the system answers, and the target of a link with it.
RESULT = re.compile(r"\) += .*$")
LINK_TARGET = re.compile(r'"(?:[^"\\]|\\.)*"(?:\.\.\.)?, \d+\) += \d+$')


@dataclass(frozen=True)
class Place:
    """The place in the code that makes a call, or the purpose of the call."""

    name: str
    role: str
    frames: tuple[str, ...]


@dataclass
class Event:
    """A call as strace logs it."""

    process: str
    name: str
    arguments: str
    frames: list[str] = field(default_factory=list)

    def things(self) -> list[str]:
        """The paths that it is given, and those of its descriptors, by which strace knows it.

        Neither the target of a link is among them, nor the arguments of a command.
        """
        answer = LINK_TARGET if self.name.startswith("readlink") else RESULT
        found = [next(filter(None, groups), "") for groups in THING.findall(answer.sub("", self.arguments))]
        if self.name == "execve":
            return found[:1]
        return found[1:] if self.name.startswith("symlink") else found

    def path(self) -> str:
        """The path that it is about."""
        things = self.things()
        if len(things) > 1 and things[0].startswith("/") and not things[1].startswith("/") and "at" in self.name:
            return f"{things[0]}/{things[1]}".rstrip("/")  # by its descriptor, it has no name
        return next((thing for thing in things if thing.startswith("/") or "pipe:" in thing), "")

    def is_below(self, root: str) -> bool:
        """Whether it is about something below a folder, or writes to another process."""
        things = self.things()
        return any(thing.startswith(f"{root}/") for thing in things) or (
            self.name == "write" and any(thing.startswith("pipe:") for thing in things)
        )


@dataclass(frozen=True)
class Point:
    """A call in which a fault can happen: the number of those of its name, in a process, that have to do with a path."""

    name: str
    number: int
    only: str | None
    path: str
    place: Place

    def fault(self, error: str) -> str:
        """The option of strace: return that error, or kill."""
        effect = "signal=KILL" if error == "SIGKILL" else f"error={error}"
        return f"inject={self.name}:{effect}:when={self.number}"

    def injecting(self, log: Path, error: str) -> list[str]:
        """The prefix of a command in which that happens."""
        only = [] if self.only is None else ["-P", self.only]
        speed = SLOW if error == "SIGKILL" else FAST
        faults = ["-e", f"trace={self.name}", "-e", self.fault(error)]
        return [*alone(), strace(), *speed, "-y", *only, "-o", str(log), *faults]


def watching(log: Path, *, with_stacks: bool = False) -> list[str]:
    """The prefix of a command whose calls are logged, each with its stack if strace can unwind it."""
    stacks = ["-k"] if with_stacks and can_unwind() else []
    return [*alone(), strace(), *FAST, "-y", *stacks, "-o", str(log), "-e", f"trace={TRACED}"]


@cache
def can_unwind() -> bool:
    """Whether strace was built with a library that unwinds the stack."""
    command = [strace(), "-k", "-o", os.devnull, "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def events(log: Path) -> list[Event]:
    """The calls in a log, in order."""
    found: list[Event] = []
    unfinished: dict[str, Event] = {}
    last = None
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith(" > "):
            match = FRAME.match(line)
            if match and last:
                last.frames.append(match["address"])
        elif match := BEGUN.match(line):
            last = Event(match["process"], match["name"], match["arguments"])
            found.append(last)
            if last.arguments.endswith("<unfinished ...>"):
                unfinished[last.process] = last
        elif match := RESUMED.match(line):
            last = unfinished.pop(match["process"], None)
            if last:
                last.arguments += match["arguments"]
    return found


def points(log: Path, root: Path, stable: set[str], installation: Path) -> list[Point]:
    """The calls of a logged run that have to do with something below a folder.

    Once the program has handed over to Python, the calls of Python's own in its installation do not count: it cannot start
    without its modules.

    Args:
        log: with the stacks.
        root: the folder.
        stable: paths that are the same in each run.
        installation: the folder that the program and its interpreter are installed in.

    """
    found = []
    counts: Counter[tuple[str, str, str | None]] = Counter()
    is_handed_over = False
    # The first call of all starts the command. It is strace's own, which does not count it.
    for event in events(log)[1:]:
        things = set(event.things())
        counts.update((event.process, event.name, thing) for thing in [None, *things])
        is_of_start = is_handed_over and not event.frames and event.path().startswith(f"{installation}/")
        is_handed_over |= event.name == "execve"
        if event.is_below(str(root)) and not is_of_start:
            # The most precise of the paths: with it the calls of other threads are not counted.
            only = max((thing for thing in things & stable if thing.startswith(f"{root}/")), key=len, default=None)
            number = counts[event.process, event.name, only]
            path = event.path()
            place = Place(event.name, role(path, root, is_whole=not event.frames), tuple(event.frames))
            found.append(Point(event.name, number, only, path, place))
    return found


def role(path: str, root: Path, *, is_whole: bool) -> str:
    """What a path is for: its first part below the folder, or all of it, without numbers."""
    below = path[len(str(root)) + 1 :] if path.startswith(f"{root}/") else path
    parts = re.sub("[0-9a-f]*[0-9][0-9a-f]*", "N", below).split(os.sep)
    return os.sep.join(parts if is_whole else parts[:2])


def by_place(found: Iterable[Point]) -> list[list[Point]]:
    """The calls at each place."""
    places: dict[Place, list[Point]] = {}
    for point in found:
        places.setdefault(point.place, []).append(point)
    return list(places.values())


def things(log: Path) -> set[str]:
    """All paths in a log."""
    return {thing for event in events(log) for thing in event.things()}


def hit(log: Path) -> Event | None:
    """The call in which the fault happened; `None` where it did not, or met threads or processes that do different things."""
    text = log.read_text(errors="replace")
    if "(INJECTED)" in text:
        met = [event for event in events(log) if "(INJECTED)" in event.arguments]
        return met[0] if len({event.path() for event in met}) == 1 else None
    if "killed by SIGKILL" in text:
        return next((event for event in reversed(events(log)) if re.search(r"= \?$|unfinished", event.arguments)), None)
    return None

"""Runs under strace: which system calls a run makes, and runs in which one of them fails or kills."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

# What makes, changes or looks at something on the disk; which of them a run uses depends on the system.
WATCHED = (
    *("mkdir", "mkdirat", "open", "openat", "write", "copy_file_range", "sendfile", "utimensat"),
    *("link", "linkat", "symlink", "symlinkat", "rename", "renameat", "renameat2"),
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "unlink", "unlinkat", "rmdir"),
    *("stat", "lstat", "fstat", "newfstatat", "statx", "getdents64", "readlink", "readlinkat"),
)
# Children, too; and the kernel stops a process only at the calls that are asked for, which is several times as fast.
FAST = ("-f", "--seccomp-bpf", "-q")
# With which strace sends no signals.
SLOW = ("-f", "-q")
SYSTEM_CALL = re.compile(r"(?P<process>\d+) +(?P<name>[a-z]\w*)\((?P<arguments>.*)")
# What strace writes when a process has stopped.
STOPPED = re.compile(r"^(\d+) +--- stopped by SIGSTOP ---$", re.MULTILINE)
# With which Rust's library finds out, once, whether the system has statx; which thread does it is chance.
PROBE = "NULL, AT_STATX_SYNC_AS_STAT, STATX_ALL, NULL"


@dataclass(frozen=True)
class Call:
    """A system call of a run, by what strace counts: the calls of that name in that process."""

    name: str
    number: int
    is_of_child: bool

    def fails(self, error: str) -> str:
        """The fault that makes it fail."""
        return f"inject={self.name}:error={error}:when={self.number}"

    def kills(self) -> str:
        """The fault that kills the process that makes the call."""
        return f"inject={self.name}:signal=KILL:when={self.number}"


@cache
def strace() -> str:
    """The program; the test is skipped where it is missing or may not trace."""
    program = shutil.which("strace", path="/usr/bin:/bin")
    if program is None:
        pytest.skip("strace is not installed")
    if subprocess.run([program, *FAST, "-o", os.devnull, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("strace may not trace here")
    return program


def alone() -> list[str]:
    """The command before a command that has one processor: threads, of which each has calls of its own, share no work."""
    return ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]


def tracing(log: Path) -> list[str]:
    """The command before a command whose calls are to be logged."""
    names = ",".join(f"?{name}" for name in WATCHED)
    return [*alone(), strace(), *FAST, "-y", "-o", str(log), "-e", f"trace={names}"]


def injecting(log: Path, *faults: str) -> list[str]:
    """The command before a command in which these faults happen, in each of its processes."""
    names = ",".join(fault.split("=")[1].split(":")[0] for fault in faults)
    options = [option for fault in faults for option in ("-e", fault)]
    speed = SLOW if any(":signal=" in fault for fault in faults) else FAST
    return [*alone(), strace(), *speed, "-o", str(log), "-e", f"trace={names}", *options]


def calls(log: Path, root: Path, *, is_reading: bool = False) -> list[Call]:
    """The calls of a logged run that make, change or look at something below a folder, or write to a pipe, in order.

    Args:
        log: what strace has written.
        root: the folder.
        is_reading: those that open a file or a directory to read it count, too.

    """
    found = []
    first = None
    counts: dict[tuple[str, str], int] = {}
    for line in log.read_text(errors="replace").splitlines():
        match = SYSTEM_CALL.match(line)
        if match is None or PROBE in match["arguments"]:
            continue
        process, name, arguments = match.groups()
        first = first or process
        number = counts[process, name] = counts.get((process, name), 0) + 1
        reads = name.startswith("open") and "O_CREAT" not in arguments
        if (is_reading or not reads) and (str(root) in arguments or "<pipe:" in arguments):
            found.append(Call(name, number, process != first))
    return found


def spread(count: int, items: list[Call]) -> list[Call]:
    """So many of them, from the first to the last; all, where there are no more."""
    if len(items) <= count:
        return items
    return [items[position * (len(items) - 1) // (count - 1)] for position in range(count)]


def happened(log: Path) -> bool:
    """Whether a call failed by a fault, or a process was killed."""
    text = log.read_text(errors="replace")
    return "(INJECTED)" in text or "killed by SIGKILL" in text


@dataclass(frozen=True)
class Stopped:
    """A process that has stopped, and strace, which runs it and ends as it ends."""

    tracer: subprocess.Popen[str]
    process: int

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, which it gets when it goes on."""
        os.kill(self.process, number)

    def go_on(self) -> tuple[int, str, str]:
        """Let it go on to its end; return its status and what it has written."""
        deadline = time.monotonic() + 600
        while self.tracer.poll() is None and time.monotonic() < deadline:
            # Each of its threads stops at its own first call.
            with suppress(ProcessLookupError):
                self.send(signal.SIGCONT)
            with suppress(subprocess.TimeoutExpired):
                self.tracer.wait(0.01)
        output, stderr = self.tracer.communicate(timeout=600)
        return self.tracer.returncode, output, stderr


@contextmanager
def stopped(names: str, log: Path, command: list[Any], **options: Any) -> Iterator[Stopped]:
    """Start a command, which stops at its first call of these names, however fast it is.

    Args:
        names: system calls, separated by commas.
        log: where strace is to write.
        command: what to run; it writes little.
        **options: for the process.

    """
    fault = f"inject={names}:signal=STOP:when=1"
    start = [strace(), "-f", "-qq", "-o", str(log), "-e", f"trace={names}", "-e", fault]
    options.update(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    with subprocess.Popen([*start, *command], **options) as tracer:
        try:
            while not (log.exists() and (match := STOPPED.search(log.read_text(errors="replace")))):
                assert tracer.poll() is None, f"it was over before it could stop: {tracer.communicate()}"
                time.sleep(0.01)
            yield Stopped(tracer, int(match[1]))
        finally:
            if tracer.poll() is None:
                os.killpg(tracer.pid, signal.SIGKILL)

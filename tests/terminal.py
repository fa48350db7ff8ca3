"""Runs commands on a terminal, where fastvenv shows its progress."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from pathlib import Path

from conftest import Interpreter


def run_on_terminal(
    command: list[str], variables: dict[str, str], cwd: Path | None = None, timeout: int = 300
) -> tuple[bytes, int]:
    """Run a command to its end; return what the terminal was given, and the exit status."""
    leader, follower = pty.openpty()
    with subprocess.Popen(command, cwd=cwd, env=variables, stdin=follower, stdout=follower, stderr=follower) as process:
        os.close(follower)
        output = b""
        while select.select([leader], [], [], timeout)[0]:
            try:
                part = os.read(leader, 4096)
            except OSError:  # Linux, if every other end is closed
                break
            if not part:
                break
            output += part
        status = process.wait(timeout)
    os.close(leader)
    return output, status


def on_terminal(python: Interpreter, *arguments: str | Path) -> str:
    """What a successful run of an interpreter prints on a terminal."""
    output, status = run_on_terminal([python.path, *map(str, arguments)], python.variables)
    assert status == 0, output
    return output.decode()


def staying(output: str) -> str:
    """The text that stays on a terminal: the progress, which a run shows if it takes long, is overwritten."""
    return "\n".join(map(_shown, output.replace("\r\n", "\n").split("\n")))


def _shown(line: str) -> str:
    """The text that stays on a line with carriage returns, which the progress writes."""
    text = ""
    for part in line.split("\r"):
        text = part + text[len(part) :]
    return text.rstrip()


# The beginning of a script in which `wait_for_pictures` waits until the progress has changed that often.
WATCHING = """
import time
from fastvenv import _progress
_drawn, _print = [], _progress.Progress._print
def _draw(text):
    _print(text)
    _drawn.append(text)
_progress.Progress._print = staticmethod(_draw)
def wait_for_pictures(number):
    enough, limit = len(_drawn) + number, time.monotonic() + 60
    while len(_drawn) < enough and time.monotonic() < limit:
        time.sleep(0.01)
"""

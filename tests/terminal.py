"""Runs on a terminal, where fastvenv shows its progress."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from pathlib import Path

from conftest import Interpreter


def on_terminal(python: Interpreter, *arguments: str | Path) -> str:
    """What is printed on a terminal, where the whole command is run."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [python.path, *arguments], stdin=follower, stdout=follower, stderr=follower, env=python.variables
    )
    os.close(follower)
    output = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            output += os.read(leader, 4096)
        except OSError:  # the other end is closed
            break
    os.close(leader)
    assert process.wait(60) == 0, output
    return output.decode()

"""Runs commands on a terminal, where fastvenv shows its progress."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from pathlib import Path

from conftest import Interpreter


def run_on_terminal(
    command: list[str], variables: dict[str, str], cwd: Path | None = None, timeout: int = 60
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

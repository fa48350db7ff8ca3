"""Run a command where programs for another processor start, each by itself, in an emulator.

    python tests/emulated.py EMULATOR PROGRAM COMMAND...

PROGRAM is one of them, and EMULATOR the whole path of qemu for it, which does not need any file of its own. A user namespace
has a binfmt_misc of its own since Linux 6.7, so nothing changes for the rest of the system, and no rights are needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

UNSHARED = "FASTVENV_TESTS_EMULATED"
BINFMT = Path("/proc/sys/fs/binfmt_misc")


def main(emulator: str, program: str, *command: str) -> None:
    """Let the kernel start such programs in the emulator, and run the command as the user that runs this one."""
    user, _, group = os.environ.pop(UNSHARED, "").partition(":")
    if not user:
        os.environ[UNSHARED] = f"{os.getuid()}:{os.getgid()}"
        # To write to binfmt_misc, one has to be the root of the namespace.
        unshare = ["unshare", "--user", "--map-root-user", "--mount"]
        os.execvp(unshare[0], [*unshare, sys.executable, __file__, *sys.argv[1:]])
    subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT], check=True)
    (BINFMT / "register").write_bytes(rule(emulator, Path(program).read_bytes()[:20]))
    # Below that namespace, the command has its user again.
    back = ["unshare", "--user", f"--map-user={user}", f"--map-group={group}"]
    os.execvp(back[0], [*back, *command])


def rule(emulator: str, header: bytes) -> bytes:
    """The rule for what has such an ELF header: its class, byte order and machine; `P` keeps the name of the program."""
    counted = b"\xff" * 7 + b"\0" * 11 + b"\xff" * 2
    magic, mask = ("".join(f"\\x{byte:02x}" for byte in value) for value in (header, counted))
    return f":fastvenv:M::{magic}:{mask}:{emulator}:P".encode()


if __name__ == "__main__":
    main(*sys.argv[1:])

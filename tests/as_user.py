"""Run a command as an ordinary user: CI is often root, which may read and write everything; users are not.

    python tests/as_user.py USER UMASK HOME FOLDER... -- COMMAND...

The folders are those that the command reads. If a folder on the path to one of them is closed to others, as root's home
is, an empty folder is mounted over it, with only the path to the folders of the command. The mounts are in a namespace
of this command: other processes do not see them, and they end with the command. If the current user is not root, only
the umask is set.
"""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

UNSHARED = "FASTVENV_TESTS_UNSHARED"


def main(user: str, umask: str, home: str, *rest: str) -> None:
    """Become the user, in a file system in which the user can enter the folders, and run the command."""
    end = rest.index("--")
    if os.geteuid() == 0:
        if os.environ.pop(UNSHARED, None) is None:
            os.environ[UNSHARED] = "1"
            unshare = ["unshare", "--mount", "--propagation", "private"]
            os.execvp(unshare[0], [*unshare, sys.executable, __file__, *sys.argv[1:]])
        current = Path.cwd()
        open_ways([Path(folder).resolve() for folder in rest[:end]])
        become(user, home)
        os.chdir(current)
    os.umask(int(umask, 8))
    os.execvp(rest[end + 1], rest[end + 1 :])


def become(user: str, home: str) -> None:
    """Give up root's rights for those of a user with a home."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ.pop("TMPDIR", None)
    os.environ["HOME"] = home


def open_ways(folders: list[Path]) -> None:
    """Let all users enter these folders."""
    os.umask(0o022)
    covers, kept = set(), {}
    for folder in folders:
        closed = first_closed(folder)
        if closed is None:
            continue
        covers.add(closed)
        # A folder that is itself closed is replaced by one with the same entries.
        for path in folder.iterdir() if closed == folder else [folder]:
            kept[path] = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    for folder in covers:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)
    for path, descriptor in sorted(kept.items()):
        put_back(path, descriptor)
        os.close(descriptor)


def first_closed(folder: Path) -> Path | None:
    """The first folder on the way to one, or that itself, that others may not enter."""
    way = [*reversed(folder.parents), folder]
    return next((path for path in way if not path.stat().st_mode & stat.S_IXOTH), None)


def put_back(path: Path, descriptor: int) -> None:
    """Give an open folder its covered name again."""
    mode = os.fstat(descriptor).st_mode
    if path.exists():  # it is in another folder that is back already
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(mode):
        path.symlink_to(os.readlink("", dir_fd=descriptor))
        return
    if stat.S_ISDIR(mode):
        path.mkdir()
    else:
        path.touch()
    # The descriptor leads to the covered folder; its name, which `mount` would look up, does not any more.
    source = f"/proc/self/fd/{descriptor}"
    command = ["mount", "--no-canonicalize", "--bind", source, str(path)]
    subprocess.run(command, pass_fds=[descriptor], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The programs that are compared, and the bed that each of them runs in."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

BARE_LOOP = Path(__file__).with_name("bare_loop.rs")
IN_PROCESS = Path(__file__).with_name("in_process.py")

# The number of entries that a scenario may need at once: a thousand environments with pip. On tmpfs every link of a
# file counts.
_ENTRIES = 1_200_000


@dataclass(frozen=True)
class Programs:
    """The compared programs: installed as a user would, and started from outside of their environments.

    Args:
        base: the interpreter that every environment is made for.
        other: an interpreter of another version, which runs choose by that version.
        wheel: the wheel of fastvenv.
        folder: the folder of the two environments with the programs.

    """

    base: Path
    other: Path
    wheel: Path
    folder: Path

    @property
    def python(self) -> str:
        """The Python that has `venv`, fastvenv and the empty package. All three runs start it, with the same site."""
        return str(self.folder / "ours/bin/python")

    @property
    def fastvenv(self) -> str:
        """The program, which is installed for that Python."""
        return str(self.folder / "ours/bin/fastvenv")

    @cached_property
    def other_version(self) -> str:
        """The version of the other interpreter, as in `3.12`."""
        script = "import sys; print('{}.{}'.format(*sys.version_info))"
        return subprocess.run([self.other, "-c", script], capture_output=True, text=True, check=True).stdout.strip()

    @property
    def uv(self) -> str:
        """uv; each run names the Python for it."""
        return str(self.folder / "peers/bin/uv")

    @property
    def virtualenv(self) -> str:
        """Virtualenv, in an environment of the same Python."""
        return str(self.folder / "peers/bin/virtualenv")

    @property
    def bare_loop(self) -> str:
        """The program that makes a tree with the fewest calls."""
        return str(self.folder / "bare_loop")

    def install(self) -> None:
        """Install everything; uv and virtualenv come from the package index."""
        for name, packages in [("ours", [str(self.wheel)]), ("peers", ["uv", "virtualenv"])]:
            env_dir = self.folder / name
            subprocess.run([self.base, "-m", "venv", env_dir], check=True)
            subprocess.run([env_dir / "bin/pip", "install", "--quiet", *packages], check=True)
        [site_packages] = self.folder.glob("ours/lib/python*/site-packages")
        (site_packages / "empty").mkdir()
        (site_packages / "empty/__main__.py").touch()
        subprocess.run(["rustc", "-O", "--edition=2024", "-o", self.bare_loop, BARE_LOOP], check=True)

    @cached_property
    def knows_no_compile(self) -> bool:
        """Whether this fastvenv has the option `--no-compile`."""
        usage = subprocess.run([self.python, "-m", "fastvenv", "--help"], capture_output=True, text=True, check=True)
        return "--no-compile" in usage.stdout

    def versions(self) -> dict[str, str]:
        """The version that each program prints."""
        commands = {
            "python": [str(self.base), "--version"],
            "pip of ensurepip": [str(self.base), "-c", "import ensurepip; print(ensurepip.version())"],
            "fastvenv": [self.python, "-m", "fastvenv", "--version"],
            "uv": [self.uv, "--version"],
            "virtualenv": [self.virtualenv, "--version"],
            "rustc": ["rustc", "--version"],
        }
        found = {}
        for name, command in commands.items():
            printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            match = re.search(r"\d+(\.\d+)+\S*", printed)
            found[name] = match[0] if match else printed.strip()
        return found


@dataclass(frozen=True)
class Bed:
    """A folder on one file system, with all caches, environments and temporary files; the runs use no other folder."""

    programs: Programs
    folder: Path

    @property
    def tree(self) -> Path:
        """An environment with pip, which the bare loop makes again."""
        return self.folder / "tree"

    @property
    def places(self) -> Path:
        """The folder of the folders for runs."""
        return self.folder / "places"

    @cached_property
    def variables(self) -> dict[str, str]:
        """All environment variables of a run."""
        return {
            "PATH": f"{self.programs.other.parent}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "FASTVENV_CACHE_DIR": str(self.folder / "cache/fastvenv"),
            "UV_CACHE_DIR": str(self.folder / "cache/uv"),
            "VIRTUALENV_OVERRIDE_APP_DATA": str(self.folder / "cache/virtualenv"),
            "VIRTUALENV_NO_PERIODIC_UPDATE": "1",  # it would run on during the next measurement
        }

    def prepare(self) -> None:
        """Make the folders and fill uv's cache, online. The rounds that do not count fill the other caches."""
        pythons = self.programs.base, self.programs.other
        for name in ["home", "tmp", "cache"]:
            (self.folder / name).mkdir()
        self.run(self.programs.python, "-m", "fastvenv", str(self.tree))
        cache = ["--cache-dir", self.variables["UV_CACHE_DIR"]]
        for number, python in enumerate(pythons):
            seed = [self.programs.uv, "venv", "--quiet", "--seed", "--python", str(python)]
            # Access to the index may need the variables of this process.
            subprocess.run([*seed, *cache, str(self.folder / f"seeded{number}")], check=True)

    def run(self, *command: str, **variables: str) -> str:
        """Run a command to its end and return what it printed.

        Raises:
            RuntimeError: it failed; the message has its output.

        """
        process = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.variables, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(command[:8])} failed: {process.stderr}")
        return process.stdout

    def time(self, *command: str, **variables: str) -> float:
        """How many seconds a command takes, from its start to its end."""
        start = perf_counter()
        self.run(*command, **variables)
        return perf_counter() - start

    def empty(self) -> Path:
        """A new folder in the bed, on a disk that is at rest.

        Otherwise each run would take longer by the writes that the run before it has left. Nothing is deleted until
        `clear`, or until the disk is nearly full, because a disk discards deleted blocks much later.
        """
        self.places.mkdir(exist_ok=True)
        status = os.statvfs(self.places)
        if status.f_files and status.f_favail < _ENTRIES:
            self.clear()
            self.places.mkdir()
        place = Path(tempfile.mkdtemp(dir=self.places))
        os.sync()
        return place

    def clear(self) -> None:
        """Delete the folders that `empty` made."""
        self.run("rm", "-rf", str(self.places))


def file_system(folder: Path) -> str:
    """The kind of file system that a folder is on, as in `ext4`."""
    command = ["df", "--output=fstype", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]

"""The program `fastvenv`, installed in an environment of an interpreter, and an interpreter with a pip of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Interpreter, Result, packages

# The program in a wheel that was unpacked, or that cargo built last.
PLACES = ("*.data/scripts/fastvenv", "../target/release/fastvenv")

# Where an interpreter has its programs and its standard library.
BASE = """
import json, os, sys
print(json.dumps([sys.base_prefix, os.path.realpath(sys._base_executable), os.path.dirname(os.__file__)]))
"""


@dataclass(frozen=True)
class Program:
    """The program, in an environment of the interpreter under test, and the cache that both ways use."""

    path: Path
    variables: dict[str, str]

    def run(self, *arguments: str | os.PathLike[str], prefix: list[str] | None = None, **options: Any) -> Result:
        return self._run([*(prefix or []), self.path, *arguments], **options)

    def run_python(
        self,
        *arguments: str | os.PathLike[str],
        module: str = "fastvenv",
        prefix: list[str] | None = None,
        **options: Any,
    ) -> Result:
        return self._run([*(prefix or []), self.path.with_name("python"), "-m", module, *arguments], **options)

    def _run(self, command: list[Any], **options: Any) -> Result:
        options.setdefault("env", self.variables)
        process = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=900, check=False, **options
        )
        return Result(
            process.returncode, *(text.decode(errors="backslashreplace") for text in (process.stdout, process.stderr))
        )


def install(python: Interpreter, env_dir: Path, cache: Path) -> Program:
    """Make an environment without pip, and install fastvenv in it; the test is skipped where there is no program."""
    found = [path for pattern in PLACES for path in Path(python.folder).glob(pattern)]
    if not found:
        pytest.skip("the program was not built")
    assert python.run("-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    shutil.copytree(Path(python.folder, "fastvenv"), packages(env_dir) / "fastvenv")
    path = Path(shutil.copy(found[0], env_dir / "bin/fastvenv"))
    path.chmod(0o755)
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": python.home,
        "LANG": "C.UTF-8",
        "FASTVENV_CACHE_DIR": str(cache),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Program(path, variables)


def with_bundled(python: Interpreter, root: Path, wheel: Path) -> Interpreter:
    """Make an interpreter whose `ensurepip` has this wheel: a copy of the executable, and links to all that it has else."""
    prefix, executable, library = map(Path, python.answer(BASE))
    program, bundled = executable.relative_to(prefix), library.relative_to(prefix) / "ensurepip/_bundled"
    way = [*reversed(bundled.parents), bundled]
    for folder, following in zip(way, way[1:]):
        (root / folder).mkdir()
        for path in (prefix / folder).iterdir():
            if path.relative_to(prefix) not in {following, program.parent}:
                (root / folder / path.name).symlink_to(path)
    for source, target in ((executable, program), (wheel, bundled / wheel.name)):
        (root / target).parent.mkdir()
        shutil.copy(source, root / target)
    return replace(python, path=str(root / program))

"""The program `fastvenv`, installed in an environment of an interpreter, and an interpreter, installed again by links."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Interpreter, Result, packages
from tracing import strace
from wheels import bundled_wheels, small_wheel

# The program in a wheel that was unpacked, or that cargo built last.
PLACES = ("*.data/scripts/fastvenv", "../target/release/fastvenv")

# Where an interpreter is, and its standard library.
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


@pytest.fixture(scope="module")
def program(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program; the cache has what it needs."""
    return ready(python, tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def small_program(small_python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program, in an environment of the interpreter with small wheels."""
    return ready(small_python, tmp_path_factory.mktemp("program"))


def ready(python: Interpreter, folder: Path) -> Program:
    """Install the program, and let it fill its cache."""
    program = install(python, folder / "installed", folder / "cache")
    options = [] if python.has_ensurepip else ["--without-pip"]
    assert program.run(*options, folder / "first") == Result(0, "", "")
    return program


def executed(program: Program, *arguments: str | os.PathLike[str], cwd: Path, **variables: str) -> bool:
    """Whether the program started Python."""
    trace = cwd / "trace"
    prefix = [strace(), "-f", "-o", str(trace), "-e", "trace=execve"]
    program.run(*arguments, prefix=prefix, cwd=cwd, env={**program.variables, **variables})
    return trace.read_text().count("execve(") > 1


def linked(python: Interpreter, root: Path, own: str) -> tuple[Interpreter, Path]:
    """Install an interpreter again: a copy of the executable, and links to its library, of which a folder is not linked.

    Args:
        python: the interpreter.
        root: where it is to be.
        own: the folder, relative to that of the standard library.

    Returns:
        The new interpreter, and that folder, which is empty.

    """
    prefix, executable, library = map(Path, python.answer(BASE))
    place, program = root / library.relative_to(prefix), root / "bin" / executable.name
    way = [*reversed(Path(own).parents), Path(own)]
    for folder, following in zip(way, way[1:]):
        (place / folder).mkdir(parents=True)
        for path in (library / folder).iterdir():
            if path != library / following:
                (place / folder / path.name).symlink_to(path)
    (place / own).mkdir()
    (root / "include").symlink_to(prefix / "include")
    program.parent.mkdir()
    shutil.copy2(executable, program)
    return replace(python, path=str(program)), place / own


@pytest.fixture(scope="session")
def small_python(is_whole: bool, whole_python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """The interpreter, installed again with wheels of few modules in `ensurepip`: they are installed like the whole ones.

    At night, and where the wheels are in another place than CPython's, it is the interpreter itself.
    """
    if is_whole or whole_python.is_pypy or not whole_python.has_ensurepip:
        return whole_python
    found = bundled_wheels(whole_python)
    if not found:
        return whole_python
    root = tmp_path_factory.mktemp("small")
    base, folder = linked(whole_python, root / "base", "ensurepip/_bundled")
    for wheel in found:
        small_wheel(wheel, folder)
    return replace(base, home=str(tmp_path_factory.mktemp("home")))

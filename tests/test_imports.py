"""What is loaded: the start-up path imports nothing that it does not need."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Interpreter

IMPORTED = """
import sys
before = set(sys.modules)
import fastvenv
print("\\n".join(sorted(set(sys.modules) - before)))
"""


def imported(python: Interpreter, *arguments: str, cwd: Path) -> set[str]:
    """The modules that `python -X importtime` tells of."""
    result = python.run("-X", "importtime", *arguments, cwd=cwd)
    assert result.status == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("import time:") and "|" in line]
    return {line.rsplit("|", 1)[1].strip() for line in lines}


def test_import_loads_only_the_package(python: Interpreter) -> None:
    assert python.run("-c", IMPORTED).output.split() == ["fastvenv"]


@pytest.mark.parametrize("option", ["--without-pip", "--without-pip --copies", "--symlinks"])
def test_a_plain_call_loads_little(python: Interpreter, tmp_path: Path, option: str) -> None:
    """Beyond what `python -m` loads for an empty package, once the cache is filled."""
    if python.is_pypy:
        pytest.skip("PyPy has no -X importtime")
    if "pip" not in option and not python.has_wheels:
        pytest.skip("this Python has no ensurepip, or one whose wheels only it knows")
    (tmp_path / "empty").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (tmp_path / "empty" / name).touch()
    floor = imported(python, "-m", "empty", cwd=tmp_path)
    assert python.run("-m", "fastvenv", *option.split(), "warm", cwd=tmp_path).status == 0
    loaded = imported(python, "-m", "fastvenv", *option.split(), "env", cwd=tmp_path)
    assert {"fastvenv._cli", "fastvenv._native"} <= loaded
    assert {name for name in loaded - floor if name.split(".")[0] != "fastvenv"} == set()

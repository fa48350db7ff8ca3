"""Links in an environment that lead out of it: nothing is written through them, and their targets stay unchanged."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import ADDED_SCRIPTS, Interpreter, Result, at_night, move_away, packages, snapshot
from installed import Program
from tracing import strace
from trees import compared

WRITTEN = ["pyvenv.cfg", ".gitignore", "bin/activate", "bin/activate.csh", "bin/Activate.ps1", *sorted(ADDED_SCRIPTS)]


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file and a directory outside of the environment."""
    folder = tmp_path / "outside"
    (folder / "directory").mkdir(parents=True)
    (folder / "directory/file").write_text("mine")
    (folder / "file").write_text("mine")
    (folder / "file").chmod(0o600)
    return folder


@pytest.mark.parametrize("kind", ["symbolic", "hard", "dangling"])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_that_is_written_again(python: Interpreter, made: Path, outside: Path, name: str, kind: str) -> None:
    path = made / name
    if not path.exists():
        pytest.skip(f"this Python's venv writes no {name}")
    expected = snapshot(made)
    path.unlink()
    if kind == "hard":
        os.link(outside / "file", path)
    else:
        path.symlink_to(outside / ("file" if kind == "symbolic" else "gone"))
    before = snapshot(outside)
    assert python.run("-m", "fastvenv", "--without-pip", made) == Result(0, "", "")
    assert snapshot(outside) == before
    assert snapshot(made) == expected


@pytest.mark.parametrize("name", ["python", "python3"])
def test_a_copy_of_the_interpreter(python: Interpreter, tmp_path: Path, outside: Path, name: str) -> None:
    made = tmp_path / "made"
    assert python.run("-m", "fastvenv", "--without-pip", "--copies", made) == Result(0, "", "")
    if python.is_pypy:
        pytest.skip("PyPy's venv copies links as links")
    expected = snapshot(made)
    (made / "bin" / name).unlink()
    (made / "bin" / name).symlink_to(outside / "file")
    before = snapshot(outside)
    assert python.run("-m", "fastvenv", "--without-pip", "--copies", made) == Result(0, "", "")
    assert snapshot(outside) == before
    assert snapshot(made) == expected


@pytest.mark.parametrize("is_of_program", [True, False], ids=["program", "python -m"])
def test_the_mode_of_a_copy_is_that_of_the_open_file(program: Program, tmp_path: Path, *, is_of_program: bool) -> None:
    """Whoever may write to the directory could put a link in the place of the copy before its mode is set by its path."""
    log = tmp_path / "log"
    prefix = [strace(), "-f", "-qq", "-o", str(log), "-e", "trace=?chmod,?fchmodat,?fchmodat2,?fchmod"]
    way = program.run if is_of_program else program.run_python
    assert way("--without-pip", "--copies", tmp_path / "env", prefix=prefix).status == 0
    calls = re.findall(r"\w+(?=\()", log.read_text())
    assert set(calls) == {"fchmod"}


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize(
    ("name", "cache"),
    [
        *[
            ("bin/pip", "none"),
            ("pip/__init__.py", "warm"),
            ("dist-info/METADATA", "none"),
            ("dist-info/RECORD", "warm"),
        ],
        *at_night(
            ("bin/pip", "warm"), ("pip/__init__.py", "none"), ("pip/__main__.py", "warm"), ("pip/__main__.py", "none")
        ),
        *at_night(("dist-info/METADATA", "warm"), ("dist-info/RECORD", "none")),
    ],
)
def test_a_file_of_pip(python: Interpreter, tmp_path: Path, outside: Path, name: str, cache: str) -> None:
    made = tmp_path / "env"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": "" if cache == "none" else str(tmp_path / "cache")}
    assert python.run("-m", "fastvenv", made, env=variables) == Result(0, "", "")
    expected = snapshot(made)
    path = made / name
    if not name.startswith("bin/"):
        [path] = packages(made).glob(name.replace("dist-info", "pip-*.dist-info"))
    path.unlink()
    path.symlink_to(outside / "file")
    before = snapshot(outside)
    assert python.run("-m", "fastvenv", made, env=variables) == Result(0, "", "")
    assert snapshot(outside) == before
    assert snapshot(made) == expected


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("cache", ["warm", "none"])
@pytest.mark.parametrize("name", ["pip", "pip/_internal", "pip/__pycache__"])
def test_a_folder_of_pip(python: Interpreter, tmp_path: Path, outside: Path, name: str, cache: str) -> None:
    """Such a link, through which pip would install, is refused."""
    made = tmp_path / "env"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": "" if cache == "none" else str(tmp_path / "cache")}
    assert python.run("-m", "fastvenv", "--without-pip", made, env=variables) == Result(0, "", "")
    link = packages(made) / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside / "directory")
    before = snapshot(outside)
    result = python.run("-m", "fastvenv", made, env=variables)
    assert (result.status, result.output) == (1, "")
    assert result.stderr.startswith(f"Error: Unable to create directory {str(link)!r}\nIt is a link to ")
    assert snapshot(outside) == before


@pytest.mark.parametrize("name", ["include", "lib", "lib/python{}.{}"])
def test_a_directory_may_be_a_link_as_in_venv(python: Interpreter, tmp_path: Path, name: str) -> None:
    """Its contents then lie where it leads to."""
    root = tmp_path / "root"
    trees = []
    for module in ("venv", "fastvenv"):
        link = root / "env" / name.format(*python.version)
        link.parent.mkdir(parents=True)
        (root / "elsewhere").mkdir()
        link.symlink_to(root / "elsewhere")
        assert python.run("-m", module, "--without-pip", root / "env") == Result(0, "", "")
        trees.append(compared(root))
        if "lib" in name:
            assert len(list(root.glob("elsewhere/**/site-packages"))) == 1
        move_away(root)
    assert trees[0] == trees[1]

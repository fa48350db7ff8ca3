"""`python -m fastvenv` makes the same tree as `python -m venv`: names, kinds, modes, link targets, contents."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import pytest
from conftest import (
    IS_WINDOWS,
    Interpreter,
    Result,
    at_night,
    describe,
    move_away,
    python_in,
    surroundings,
)
from trees import compared


def assert_same(
    python: Interpreter, root: Path, *arguments: str, start: str | None = None
) -> dict[str, tuple[str, ...]]:
    """Make environments in `root` with both modules, and compare the trees and the output."""
    trees, results = [], []
    command = python if start is None else Interpreter(start, python.folder, python.home)
    for module in ("venv", "fastvenv"):
        root.mkdir()
        results.append(command.run("-m", module, *arguments, cwd=root))
        trees.append(compared(root))
        move_away(root)
    # If links need a privilege, both report that there are copies instead.
    said = results[0].stderr if IS_WINDOWS and "--symlinks" in arguments else ""
    assert results == [Result(0, "", said)] * 2
    assert trees[0] == trees[1]
    return trees[0]


TOO_LONG = pytest.mark.posix("venv fails where paths have more than 260 characters")
COMBINATIONS = [
    [option for option in options if option]
    for options in itertools.product(
        ["", "--copies", "--symlinks"],
        ["", "--system-site-packages"],
        ["", "--prompt=my prompt", "--prompt=it's", "--prompt=."],
        ["", "--clear", "--upgrade"],
    )
]


@pytest.mark.parametrize("options", COMBINATIONS, ids=" ".join)
def test_without_pip(python: Interpreter, tmp_path: Path, options: list[str]) -> None:
    assert_same(python, tmp_path / "root", "--without-pip", *options, "env")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ([], "env"),
        (["--copies", "--system-site-packages"], "sp ace"),
        *at_night((["--upgrade"], "up")),
        pytest.param([], "long" * 40, marks=[pytest.mark.nightly, TOO_LONG]),
    ],
    ids=["plain", "with a space", "upgrade", "long"],
)
def test_with_pip(python: Interpreter, tmp_path: Path, options: list[str], name: str) -> None:
    """Names, modes, RECORD, scripts: the tree is the one that pip leaves behind."""
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip; test_pip covers what happens then")
    tree = assert_same(python, tmp_path / "root", *options, f"./{name}")
    assert any(path.endswith("site-packages/pip/__init__.py") for path in tree)


def test_without_scm_ignore_files(python: Interpreter, tmp_path: Path) -> None:
    if python.version < (3, 13):
        result = python.run("-m", "fastvenv", "--without-pip", "--without-scm-ignore-files", tmp_path / "env")
        assert result == Result(0, "", "")
        assert not (tmp_path / "env/.gitignore").exists()
    else:
        tree = assert_same(python, tmp_path / "root", "--without-pip", "--without-scm-ignore-files", "env")
        assert "env/.gitignore" not in tree


def test_several_directories(python: Interpreter, tmp_path: Path) -> None:
    tree = assert_same(python, tmp_path / "root", "--without-pip", "one", "deep/er/two", "three")
    assert {"one/pyvenv.cfg", "deep/er/two/pyvenv.cfg", "three/pyvenv.cfg"} <= tree.keys()


@pytest.mark.parametrize(
    "path",
    [
        *("sp ace", "qu'ote", "$HOME", "`id`", "ex!cl", "é𝜋", "-dash/x", "a%b"),
        pytest.param("qu'o\"te", marks=pytest.mark.posix("no name has a double quote there")),
        pytest.param("semi;colon", marks=pytest.mark.posix("it separates the paths of PATH there")),
    ],
)
def test_odd_paths(python: Interpreter, tmp_path: Path, path: str) -> None:
    assert_same(python, tmp_path / "root", "--without-pip", f"./{path}")


@pytest.mark.parametrize("first", ["venv", "fastvenv"])
@pytest.mark.parametrize("options", [[], ["--upgrade"], ["--clear"], ["--copies", "--clear"]], ids=" ".join)
def test_again(python: Interpreter, tmp_path: Path, first: str, options: list[str]) -> None:
    """A second run, or `--upgrade`, over an environment of either module."""
    root = tmp_path / "root"
    trees = []
    for module in ("venv", "fastvenv"):
        assert python.run("-m", first, "--without-pip", root).status == 0
        (root / "kept").write_text("kept")
        assert python.run("-m", module, "--without-pip", *options, root) == Result(0, "", "")
        trees.append(compared(root))
        move_away(root)
    assert trees[0] == trees[1]
    assert ("kept" in trees[0]) == ("--clear" not in options)


@pytest.mark.posix("it starts by one name there")
@pytest.mark.parametrize("name", ["python", "python3", "python{}.{}"])
def test_the_name_by_which_python_was_started(python: Interpreter, tmp_path: Path, name: str) -> None:
    start = Path(python.path).with_name(name.format(*python.version))
    if not start.exists():
        pytest.skip(f"this installation has no {start.name}")
    tree = assert_same(python, tmp_path / "root", "--without-pip", "env", start=str(start))
    assert tree[f"env/bin/{start.name}"] == ("link", str(start))


@pytest.mark.parametrize("options", [[], ["--copies"]], ids=" ".join)
def test_from_inside_another_environment(python: Interpreter, tmp_path: Path, options: list[str]) -> None:
    outer = tmp_path / "outer"
    assert python.run("-m", "venv", "--without-pip", outer).status == 0
    assert_same(python, tmp_path / "root", "--without-pip", *options, "env", start=str(python_in(outer)))


@pytest.mark.posix("files have no umask there")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_umask(python: Interpreter, tmp_path: Path, umask: int) -> None:
    trees = []
    for module in ("venv", "fastvenv"):
        assert python.run("-m", module, "--without-pip", "--copies", tmp_path / "env", umask=umask).status == 0
        trees.append(compared(tmp_path / "env"))
        move_away(tmp_path / "env")
    assert trees[0] == trees[1]


def test_the_environment_is_one(python: Interpreter, made: Path) -> None:
    """Its interpreter finds it, which the tree alone does not show."""
    answer = subprocess.run(
        [python_in(made), "-c", "import sys; print(sys.prefix)"],
        capture_output=True,
        text=True,
        check=True,
        env=surroundings(str(made)),
    )
    assert answer.stdout == f"{made}\n"
    assert describe(python_in(made))[0] == ("file" if IS_WINDOWS else "link")

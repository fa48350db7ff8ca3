"""`python -m fastvenv` makes the same tree as `python -m venv`: names, kinds, modes, link targets, contents."""

from __future__ import annotations

import itertools
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from conftest import (
    IS_WINDOWS,
    Entry,
    Interpreter,
    Result,
    describe,
    move_away,
    python_in,
    surroundings,
)
from trees import assert_same, compared


@dataclass(frozen=True)
class EnvironmentOfVenv:
    """The tree of a folder in which `venv` made an environment `env` with pip, which was then moved away."""

    root: Path
    tree: dict[str, Entry]
    kept: Path


@pytest.fixture(scope="module")
def environment_of_venv(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> EnvironmentOfVenv:
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip; test_pip covers what happens then")
    folder = tmp_path_factory.mktemp("venv")
    root, kept = folder / "root", folder / "kept"
    root.mkdir()
    assert python.run("-m", "venv", "./env", cwd=root) == Result(0, "", "")
    tree = compared(root)
    (root / "env").rename(kept)
    return EnvironmentOfVenv(root, tree, kept)


OPTIONS = [
    ["", "--copies", "--symlinks"],
    ["", "--system-site-packages"],
    ["", "--prompt=my prompt", "--prompt=it's", "--prompt=."],
    ["", "--clear", "--upgrade"],
]


def combinations() -> list[ParameterSet]:
    """Each combination of the options. On every change run those in which each pair of options occurs."""
    found = []
    for kind, packages, prompt, existing in itertools.product(*(range(len(options)) for options in OPTIONS)):
        chosen = [options[index] for options, index in zip(OPTIONS, (kind, packages, prompt, existing))]
        is_enough = packages == (kind + prompt) % 2 and existing == (kind + prompt) % 3
        found.append(pytest.param([*filter(None, chosen)], marks=() if is_enough else pytest.mark.nightly))
    return found


@pytest.mark.parametrize("options", combinations(), ids=" ".join)
def test_without_pip(python: Interpreter, tmp_path: Path, options: list[str]) -> None:
    assert_same(python, tmp_path / "root", "--without-pip", *options, "env")


def test_with_pip(python: Interpreter, environment_of_venv: EnvironmentOfVenv) -> None:
    """Names, modes, RECORD, scripts: the tree is the one that pip leaves behind."""
    root = environment_of_venv.root
    assert python.run("-m", "fastvenv", "./env", cwd=root) == Result(0, "", "")
    assert compared(root) == environment_of_venv.tree
    move_away(root / "env")
    assert any(path.endswith("site-packages/pip/__init__.py") for path in environment_of_venv.tree)


@pytest.mark.usefixtures("has_wheels")
def test_the_bytecode_is_that_of_venv_but_for_the_file_it_names(
    python: Interpreter, environment_of_venv: EnvironmentOfVenv, tmp_path: Path
) -> None:
    """It names the module in the wheel, on every system and in each environment; Python sets the path when it loads it."""
    script = """
import importlib.util, json, marshal, os, sys
def read(env_dir):
    found = {}
    for folder, _, names in os.walk(env_dir):
        for name in names:
            if name.endswith(".pyc"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, env_dir)] = marshal.loads(file.read()[16:])
    return found
def files(code):
    inner = [constant for constant in code.co_consts if hasattr(constant, "co_filename")]
    return {code.co_filename}.union(*map(files, inner))
theirs, ours = map(read, sys.argv[1:])
sources = {path: importlib.util.source_from_cache(path) for path in ours}
def names_its_module(path, code):
    [file] = files(code)
    return sources[path].replace(os.sep, "/").endswith("site-packages/" + file)
print(json.dumps([len(ours), ours == theirs, [path for path in ours if not names_its_module(path, ours[path])]]))
"""
    assert python.run("-m", "fastvenv", tmp_path) == Result(0, "", "")
    number, are_equal, others = python.answer(script, environment_of_venv.kept, tmp_path)
    assert number > 200 and are_equal and others == []


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

"""An environment that has a pip: the same version is left alone or repaired; another version is left to `ensurepip`."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BIN, Interpreter, Result, at_night, packages, program_in, snapshot
from wheels import CREATE_WITH, NATIVE, bundled_pip, change_unseen, is_kept, write_wheel

pytestmark = pytest.mark.usefixtures("has_wheels")


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


def test_another_pip_is_left_to_ensurepip(whole_python: Interpreter, tmp_path: Path) -> None:
    """`ensurepip` keeps a newer pip, and upgrades an older one."""
    env_dir = tmp_path / "env"
    assert whole_python.run("-m", "fastvenv", env_dir).status == 0
    [metadata] = packages(env_dir).glob("pip-*.dist-info")
    newer = metadata.rename(metadata.with_name("pip-999.dist-info"))
    text = (newer / "METADATA").read_text().split("\n")
    (newer / "METADATA").write_text("\n".join("Version: 999" if line[:9] == "Version: " else line for line in text))
    before = (newer / "RECORD").read_bytes()
    assert whole_python.answer(NATIVE, env_dir) is False
    assert (newer / "RECORD").read_bytes() == before
    assert not metadata.exists()


def test_what_an_interrupted_run_left_of_another_pip_is_no_pip(whole_python: Interpreter, tmp_path: Path) -> None:
    """METADATA is written last. Without it, neither pip nor `ensurepip` takes the metadata for a distribution."""
    env_dir = tmp_path / "env"
    assert whole_python.run("-m", "fastvenv", env_dir).status == 0
    [metadata] = packages(env_dir).glob("pip-*.dist-info")
    left = metadata.rename(metadata.with_name("pip-1.0.dist-info"))
    (left / "METADATA").unlink()
    for _ in range(2):
        assert whole_python.answer(NATIVE, env_dir) is True
    assert (metadata / "METADATA").exists()
    shown = subprocess.run([program_in(env_dir, "pip"), "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith(f"pip {metadata.name.removesuffix('.dist-info').removeprefix('pip-')} ")


def test_nothing_is_done_where_the_same_pip_is(whole_python: Interpreter, tmp_path: Path) -> None:
    env_dir = tmp_path / "env"
    assert whole_python.run("-m", "venv", env_dir).status == 0

    def files() -> dict[Path, tuple[int, int, int]]:
        found = {path: path.stat() for path in packages(env_dir).rglob("*")}
        return {path: (stat.st_ino, stat.st_mtime_ns, stat.st_mode) for path, stat in found.items()}

    before = files()
    assert whole_python.answer(NATIVE, env_dir) is True
    assert files() == before


def test_what_a_killed_repair_left_is_removed(python: Interpreter, tmp_path: Path) -> None:
    """The repair had mended the damage, and was killed while it wrote a script and RECORD again."""
    env_dir = tmp_path / "env"
    assert python.run("-m", "fastvenv", env_dir).status == 0
    [record] = packages(env_dir).glob("pip-*.dist-info/RECORD")
    before = snapshot(env_dir)
    left = [env_dir / BIN / ".pip3.fastvenv-0", record.with_name(".RECORD.fastvenv-1")]
    for path in left:
        path.write_text("half")
    mine = [env_dir / "mine/.pip3.fastvenv-0", record.with_name(".mine.fastvenv-backup")]
    mine[0].parent.mkdir()
    for path in mine:
        path.write_text("precious")
    assert python.run("-m", "fastvenv", env_dir).status == 0
    assert [path.exists() for path in [*left, *mine]] == [False, False, True, True]
    shutil.rmtree(mine[0].parent)
    mine[1].unlink()
    assert snapshot(env_dir).keys() == before.keys()


@pytest.mark.posix("the scripts are programs there, which hold the path and stay")
@pytest.mark.parametrize("name", ["new", "with space"])
@pytest.mark.parametrize("is_kept", [True, False], ids=["copied", "moved"])
def test_pip_in_an_environment_that_was_moved_is_that_of_the_new_place(
    whole_python: Interpreter, tmp_path: Path, name: str, *, is_kept: bool
) -> None:
    """The scripts are those in RECORD, but start the interpreter of the old place, if there is still one."""
    old, new = tmp_path / "old", tmp_path / name
    assert whole_python.run("-m", "fastvenv", old) == Result(0, "", "")
    shutil.copytree(old, new, symlinks=True)
    if not is_kept:
        shutil.rmtree(old)
    assert whole_python.run("-m", "fastvenv", new) == Result(0, "", "")
    for script in ("pip", "pip3"):
        shown = subprocess.run([program_in(new, script), "--version"], capture_output=True, text=True, check=True)
        assert str(packages(new) / "pip") in shown.stdout
    # A third run has nothing to do.
    before = [snapshot(new / BIN), snapshot(packages(new))]
    assert whole_python.answer(NATIVE, new) is True
    assert [snapshot(new / BIN), snapshot(packages(new))] == before


def test_a_script_of_the_wheel_may_start_another_program(python: Interpreter, tmp_path: Path) -> None:
    """It starts that in every environment, so it does not show that this one was moved."""
    with zipfile.ZipFile(bundled_pip(python)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if is_kept(name)}
    [metadata] = {name.partition("/")[0] for name in files if ".dist-info/" in name}
    name = metadata.removesuffix(".dist-info")
    files[f"{name}.data/scripts/tool"] = b"#!/bin/sh -e\n"
    wheel = write_wheel(tmp_path / bundled_pip(python).name, files)
    seen = []
    for _ in range(2):
        assert python.run("-c", CREATE_WITH, tmp_path / "env", wheel) == Result(0, "", "")
        seen.append((packages(tmp_path / "env") / metadata / "RECORD").stat().st_ino)
    assert seen[0] == seen[1]  # a repair writes it again


def empty(path: Path) -> None:
    """Empty a file, as a power failure does."""
    path.unlink()
    path.touch()


def cut(path: Path) -> None:
    contents = path.read_bytes()
    path.unlink()
    path.write_bytes(contents[: len(contents) // 2])


def zero(path: Path) -> None:
    contents = path.read_bytes()
    path.unlink()
    path.write_bytes(contents[:16] + bytes(len(contents) - 16))


def forbid(path: Path) -> None:
    path.chmod(0o644)


def file_of_pip(env_dir: Path, name: str) -> Path:
    """The script, the module or the metadata of pip with that name."""
    root = env_dir if name.startswith("bin/") else packages(env_dir)
    [path] = root.glob(name.replace("*/", "pip-*.dist-info/"))
    return path


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        *[(empty, "bin/pip"), (cut, "*/RECORD"), (empty, "*/METADATA"), (forbid, "bin/pip3")],
        *[(zero, "pip/__pycache__/__main__.*.pyc"), (cut, "pip/__main__.py")],
        *at_night((cut, "bin/pip"), (empty, "*/RECORD"), (cut, "*/METADATA"), (empty, "*/INSTALLER")),
        *at_night(*((damage, "pip/__pycache__/__main__.*.pyc") for damage in (empty, cut))),
        *at_night(*((damage, "pip/__main__.py") for damage in (empty, zero))),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_a_power_failure_leaves_is_repaired(
    python: Interpreter, tmp_path: Path, damage: Callable[[Path], None], name: str
) -> None:
    """The repaired environment is the undamaged one again."""
    env_dir = tmp_path / "env"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    assert python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    sound = snapshot(env_dir)
    path = file_of_pip(env_dir, name)
    whole = path.read_bytes()
    damage(path)
    assert python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    assert snapshot(env_dir) == sound
    assert path.read_bytes() == whole


@pytest.mark.posix("there are no named pipes in directories")
@pytest.mark.parametrize(
    "name", ["bin/pip", "pip/__main__.py", "*/RECORD", *at_night("pip/__pycache__/__main__.*.pyc", "*/METADATA")]
)
def test_a_named_pipe_in_place_of_a_file_is_replaced(python: Interpreter, tmp_path: Path, name: str) -> None:
    """A run that opened it to read would wait until another process writes to it."""
    env_dir = tmp_path / "env"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    assert python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    sound = snapshot(env_dir)
    path = file_of_pip(env_dir, name)
    path.unlink()
    os.mkfifo(path)
    patience = ["timeout", "--signal=KILL", "600"]
    assert python.run("-m", "fastvenv", env_dir, prefix=patience, env=variables) == Result(0, "", "")
    assert snapshot(env_dir) == sound


@pytest.mark.parametrize("cache", ["warm", "none"])
def test_damaged_bytecode_goes_where_none_is_wanted(python: Interpreter, tmp_path: Path, cache: str) -> None:
    """Python compiles modules without bytecode, but fails at bytecode that is cut."""
    env_dir = tmp_path / "env"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": "" if cache == "none" else str(tmp_path / "cache")}
    assert python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    [bytecode] = packages(env_dir).glob("pip/__pycache__/__main__.*.pyc")
    empty(bytecode)
    assert python.run("-m", "fastvenv", "--no-compile", env_dir, env=variables) == Result(0, "", "")
    assert not bytecode.exists()
    [record] = packages(env_dir).glob("pip-*.dist-info/RECORD")
    listed = {line.split(",")[0] for line in record.read_text().splitlines() if line.endswith(".pyc,,")}
    found = {str(path.relative_to(packages(env_dir))) for path in packages(env_dir).glob("pip/**/*.pyc")}
    assert listed == found
    assert found


def test_a_repair_takes_nothing_from_a_damaged_cache(python: Interpreter, tmp_path: Path) -> None:
    """Only the hash shows the damage: a power failure damages the environment and the cache at once."""
    env_dir, cache = tmp_path / "env", tmp_path / "cache"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    assert python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    sound = snapshot(env_dir)
    change_unseen(packages(env_dir) / "pip/__main__.py")
    assert python.run("-m", "fastvenv", env_dir, env=variables) == Result(0, "", "")
    assert snapshot(env_dir) == sound
    assert python.run("-m", "fastvenv.cache", "verify", env=variables).status == 0


@pytest.mark.parametrize("cache", ["warm", "none"])
@pytest.mark.parametrize(
    "damaged",
    [
        ["pip/__main__.py"],
        ["pip/_internal/__init__.py", "bin/pip3"],
        ["pip"],
        ["*.dist-info/METADATA"],
        ["*.dist-info/RECORD"],
        ["*.dist-info"],
        ["bin/pip"],
    ],
    ids=" ".join,
)
def test_a_damaged_pip_is_repaired(python: Interpreter, tmp_path: Path, damaged: list[str], cache: str) -> None:
    """Missing and changed files are replaced, and no file of the cache is written to."""
    env_dir, other = tmp_path / "env", tmp_path / "other"
    variables = {**python.variables, **({"FASTVENV_CACHE_DIR": ""} if cache == "none" else {})}
    for folder in (env_dir, other):
        assert python.run("-m", "fastvenv", folder).status == 0
    sound, untouched = snapshot(env_dir), snapshot(other)
    for pattern in damaged:
        root = env_dir if pattern.startswith("bin/") else packages(env_dir)
        [path] = root.glob(pattern.replace("*", "pip-*"))
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix == ".py":
            path.unlink()
            path.write_text("raise SystemExit('broken')")
        else:
            path.unlink()
    assert python.answer(NATIVE, env_dir, env=variables) is True
    repaired = snapshot(env_dir)
    assert {**repaired, "pyvenv.cfg": sound["pyvenv.cfg"]} == sound
    assert snapshot(other) == untouched
    for module in packages(env_dir).glob("pip/*.py"):
        [bytecode] = module.parent.glob(f"__pycache__/{module.stem}.*.pyc")
        assert int.from_bytes(bytecode.read_bytes()[8:12], "little") == int(module.stat().st_mtime)

"""`python -m fastvenv.cache`: what is in the cache, and how to be rid of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Interpreter, Result, needs_root


@pytest.fixture
def cache(python: Interpreter, has_wheels: None, tmp_path: Path) -> Path:
    """A cache with one image for each wheel, and files of somebody else's beside them."""
    folder = tmp_path / "cache"
    assert run(python, folder, "fastvenv", str(tmp_path / "env")) == Result(0, "", "")
    (folder / "mine").mkdir()
    (folder / "mine/manifest").write_text("of something else")
    (folder / "mine.txt").write_text("mine")
    return folder


def run(python: Interpreter, cache: Path | str, module: str, *arguments: str) -> Result:
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    return python.run("-m", module, *arguments, env=variables)


def info(python: Interpreter, cache: Path) -> list[dict[str, Any]]:
    result = run(python, cache, "fastvenv.cache", "info", "--json")
    assert (result.status, result.stderr) == (0, "")
    found = json.loads(result.output)
    assert found["directory"] == str(cache)
    entries: list[dict[str, Any]] = found["entries"]
    return entries


def test_dir(python: Interpreter, tmp_path: Path) -> None:
    assert run(python, tmp_path / "c", "fastvenv.cache", "dir") == Result(0, f"{tmp_path}/c\n", "")
    assert not (tmp_path / "c").exists()
    none = run(python, "", "fastvenv.cache", "dir")
    assert (none.status, none.output) == (1, "") and none.stderr.startswith("There is no cache: ")


@needs_root
def test_the_folder_depends_on_whose_it_is(python: Interpreter, tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    for folder in (home, other):
        folder.mkdir()
    os.chown(other, 1, 1)
    variables = {key: value for key, value in python.variables.items() if key != "HOME"}
    answers = {
        ("HOME", str(home)): f"{home}/.cache/fastvenv\n",
        ("HOME", str(other)): "",
        ("HOME", str(tmp_path / "missing/deep")): "",
        ("XDG_CACHE_HOME", str(home / "caches")): f"{home}/caches/fastvenv\n",
        ("XDG_CACHE_HOME", str(other)): "",
        ("XDG_CACHE_HOME", str(other / "caches")): "",
    }
    for (name, value), expected in answers.items():
        result = python.run("-m", "fastvenv.cache", "dir", env={**variables, "HOME": str(home), name: value})
        assert result.output == expected, (name, value)


def test_info_says_what_each_is_for(python: Interpreter, cache: Path) -> None:
    entries = info(python, cache)
    assert [entry["name"].split("-")[0] for entry in entries] == (
        ["pip"] if python.version >= (3, 12) else ["pip", "setuptools"]
    )
    for entry in entries:
        assert Path(entry["wheel"]).exists() and entry["hash"].startswith("sha256=")
        assert abs(entry["made"] - time.time()) < 3600
        files = [path for path in (cache / entry["name"] / "files").rglob("*") if path.is_file()]
        assert entry["size"] == sum(path.stat().st_size for path in files) > 1_000_000
        assert os.path.realpath(entry["interpreter"]) == os.path.realpath(python.path)
        assert entry["sound"] is entry["needed"] is True
    shown = run(python, cache, "fastvenv.cache", "info")
    assert shown.status == 0 and all(entry["name"] in shown.output for entry in entries)
    assert info(python, cache / "missing") == []


def test_clear_deletes_what_is_ours(python: Interpreter, cache: Path) -> None:
    size = sum(entry["size"] for entry in info(python, cache))
    assert run(python, cache, "fastvenv.cache", "clear") == Result(0, f"Deleted {size} bytes from {cache}\n", "")
    assert sorted(path.name for path in cache.iterdir()) == ["mine", "mine.txt"]
    assert info(python, cache) == []
    missing = cache / "missing"
    result = run(python, missing, "fastvenv.cache", "clear")
    assert result == Result(0, f"Deleted 0 bytes from {missing}, which is not there\n", "")


@pytest.mark.parametrize("reason", ["nothing", "wheel is gone", "wheel was changed", "damaged", "other version"])
def test_prune_keeps_what_is_needed(python: Interpreter, cache: Path, reason: str) -> None:
    entry = info(python, cache)[0]
    manifest = cache / entry["name"] / "manifest"
    text = manifest.read_text()
    wheel = cache.parent / Path(entry["wheel"]).name
    shutil.copy2(entry["wheel"], wheel)
    manifest.write_text(text.replace(entry["wheel"], str(wheel)))
    assert info(python, cache)[0]["needed"] is True
    if reason == "wheel is gone":
        wheel.unlink()
    elif reason == "wheel was changed":
        os.utime(wheel, (1, 1))
    elif reason == "damaged":
        (manifest.parent / "files/pip/__init__.py").write_text("")
    elif reason == "other version":
        manifest.write_text("fastvenv image 0\nend\n")
    result = run(python, cache, "fastvenv.cache", "prune")
    assert result.status == 0
    assert manifest.exists() == (reason == "nothing")
    assert (cache / "mine/manifest").exists()


def test_prune_knows_interpreters_that_are_gone(python: Interpreter, cache: Path) -> None:
    [entry, *_] = info(python, cache)
    manifest = cache / entry["name"] / "manifest"
    text = manifest.read_text().replace(f"interpreter\t{entry['interpreter']}", "interpreter\t/gone/python")
    manifest.write_text(text)
    [found, *_] = info(python, cache)
    assert (found["interpreter"], found["needed"]) == ("/gone/python", False)
    assert run(python, cache, "fastvenv.cache", "prune").status == 0
    assert not manifest.exists()


def test_wrong_arguments(python: Interpreter, tmp_path: Path) -> None:
    for arguments in ([], ["x"], ["dir", "--json"], ["info", "x"]):
        assert run(python, tmp_path, "fastvenv.cache", *arguments).status == 2

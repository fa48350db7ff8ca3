"""`python -m fastvenv.cache`: it shows the cache, and deletes it."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import SHARING, Interpreter, Result, packages, snapshot
from wheels import change_manifest, change_unseen


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


@pytest.fixture
def cache(python: Interpreter, has_wheels: None, tmp_path: Path) -> Path:
    """A cache with one image for each wheel, and files beside them that fastvenv did not make."""
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
    advice = "FASTVENV_CACHE_DIR is empty. Unset it, or set it to a directory of your own."
    assert none == Result(1, "", f"Error: There is no cache: {advice}\n")


@pytest.mark.posix("the variable of the home")
def test_a_user_without_a_home_has_no_cache(python: Interpreter) -> None:
    none = python.run("-m", "fastvenv.cache", "dir", env={**python.variables, "HOME": ""})
    assert (none.status, none.output) == (1, "")
    assert none.stderr == (
        "Error: There is no cache: the user's directory for caches is not known, or belongs to another user. "
        "Set FASTVENV_CACHE_DIR to a directory of your own.\n"
    )


@pytest.mark.needs_root
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
        assert entry["size"] == sum(path.stat().st_size for path in files) > 10_000
        assert os.path.realpath(entry["interpreter"]) == os.path.realpath(python.path)
        assert entry["sound"] is entry["needed"] is True
    shown = run(python, cache, "fastvenv.cache", "info")
    assert shown.status == 0 and all(entry["name"] in shown.output for entry in entries)
    assert info(python, cache / "missing") == []


def test_clear_deletes_what_is_ours(python: Interpreter, cache: Path) -> None:
    size = sum(entry["size"] for entry in info(python, cache))
    shown = f"{size / 2**20:.1f} MiB" if size >= 2**20 else f"{size / 2**10:.1f} KiB"
    assert f"{cache}: {shown} in " in run(python, cache, "fastvenv.cache", "info").output
    assert run(python, cache, "fastvenv.cache", "clear") == Result(0, f"Deleted {shown} from {cache}\n", "")
    assert sorted(path.name for path in cache.iterdir()) == [".fastvenv-cache", "mine", "mine.txt"]
    assert info(python, cache) == []
    missing = cache / "missing"
    result = run(python, missing, "fastvenv.cache", "clear")
    assert result == Result(0, f"Deleted nothing from {missing}, which is not there\n", "")


@pytest.mark.parametrize("reason", ["nothing", "wheel is gone", "wheel was changed", "damaged", "other version"])
def test_prune_keeps_what_is_needed(python: Interpreter, cache: Path, reason: str) -> None:
    entry = info(python, cache)[0]
    manifest = cache / entry["name"] / "manifest"
    wheel = cache.parent / Path(entry["wheel"]).name
    shutil.copy2(entry["wheel"], wheel)
    change_manifest(manifest, entry["wheel"], str(wheel))
    assert info(python, cache)[0]["needed"] is True
    if reason == "wheel is gone":
        wheel.unlink()
    elif reason == "wheel was changed":
        os.utime(wheel, (1, 1))
    elif reason == "damaged":
        change_unseen(manifest.parent / "files/pip/__main__.py")
    elif reason == "other version":
        manifest.write_text("fastvenv image 0\nend\n")
    result = run(python, cache, "fastvenv.cache", "prune")
    assert result.status == 0
    assert manifest.exists() == (reason == "nothing")
    assert (cache / "mine/manifest").exists()


def test_prune_knows_interpreters_that_are_gone(python: Interpreter, cache: Path) -> None:
    [entry, *_] = info(python, cache)
    manifest = cache / entry["name"] / "manifest"
    change_manifest(manifest, f"interpreter\t{entry['interpreter']}", "interpreter\t/gone/python")
    [found, *_] = info(python, cache)
    assert (found["interpreter"], found["needed"]) == ("/gone/python", False)
    assert run(python, cache, "fastvenv.cache", "prune").status == 0
    assert not manifest.exists()


def test_verify_reads_every_file(python: Interpreter, cache: Path) -> None:
    """It finds a changed file even if only its hash shows the change."""
    sound = run(python, cache, "fastvenv.cache", "verify")
    assert sound == Result(0, f"Every file in {cache} is what was written.\n", "")
    image = cache / info(python, cache)[0]["name"]
    [bytecode] = image.glob("files/pip/__pycache__/__main__.*.pyc")
    for file in (image / "files/pip/__main__.py", bytecode):
        original = file.read_bytes()
        change_unseen(file)
        result = run(python, cache, "fastvenv.cache", "verify")
        assert result.status == 1 and f"{file}: it was changed since it was written" in result.output
        assert "prune deletes what is damaged" in result.stderr
        if file != bytecode:
            change_unseen(file, original)
    assert run(python, cache, "fastvenv.cache", "prune").status == 0
    assert not image.exists()


@pytest.mark.parametrize(("days", "is_needed", "stays"), [(31, False, False), (29, False, True), (31, True, True)])
def test_what_is_old_and_not_needed_goes_when_an_image_is_made(
    python: Interpreter, cache: Path, tmp_path: Path, days: int, is_needed: bool, stays: bool
) -> None:
    """An upgrade of Python leaves such images. Images that are needed stay."""
    [entry, *_] = info(python, cache)
    manifest = cache / entry["name"] / "manifest"
    change_manifest(manifest, f"made\t{entry['made']}", f"made\t{entry['made'] - days * 24 * 3600}")
    if not is_needed:
        change_manifest(manifest, f"{entry['wheel']}\t", f"{entry['wheel']}.gone\t")
    [note, *_] = cache.glob("note-*")
    os.utime(note, (time.time() - days * 24 * 3600,) * 2)
    assert info(python, cache)[0]["due"] is not stays
    shown = run(python, cache, "fastvenv.cache", "info").output
    assert ("deleted when the next wheel is prepared" in shown) is not stays
    assert run(python, cache, "fastvenv", "--no-compile", str(tmp_path / "new")) == Result(0, "", "")
    assert manifest.exists() == stays
    # A needed note is made again.
    assert (note.exists() and note.stat().st_mtime < time.time() - 24 * 3600) == (days < 30)


@pytest.mark.posix("symbolic links need a privilege there")
def test_what_environments_have_links_to_goes_only_when_it_is_asked_for(
    python: Interpreter, cache: Path, tmp_path: Path
) -> None:
    env_dir = tmp_path / "linked"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache), "FASTVENV_LINK_MODE": "symlink"}
    assert python.run("-m", "fastvenv", env_dir, env=variables, umask=SHARING) == Result(0, "", "")
    module = packages(env_dir) / "pip/__init__.py"
    image = cache / module.resolve().relative_to(cache.resolve()).parts[0]
    [entry] = [entry for entry in info(python, cache) if entry["name"] == image.name]
    change_manifest(image / "manifest", f"made\t{entry['made']}", f"made\t{entry['made'] - 31 * 24 * 3600}")
    change_manifest(image / "manifest", f"{entry['wheel']}\t", f"{entry['wheel']}.gone\t")
    assert not any(entry["due"] for entry in info(python, cache))
    assert run(python, cache, "fastvenv", "--no-compile", str(tmp_path / "new")) == Result(0, "", "")
    assert module.exists()
    assert run(python, cache, "fastvenv.cache", "prune").status == 0
    assert not module.exists()


@pytest.mark.parametrize("command", ["info", "verify", "prune", "clear"])
def test_a_folder_that_is_no_cache_is_left_alone(python: Interpreter, tmp_path: Path, command: str) -> None:
    """Its contents do not matter, even if they look like those of a cache."""
    folder = tmp_path / "folder"
    for name in ("making-coffee-2024", f"making-1-{time.time_ns() - 10**13}", f"pip-1-{'x' * 16}"):
        (folder / name).mkdir(parents=True)
        (folder / name / "manifest").write_text("fastvenv image 0\nend\n")
    (folder / "note-0123456789abcdef").touch()
    folder.chmod(0o755)
    before = snapshot(folder)
    result = run(python, folder, "fastvenv.cache", command)
    assert (result.status, result.output) == (1, "")
    assert result.stderr.startswith(
        f"Error: The cache {folder} is not used: it holds other files; set FASTVENV_CACHE_DIR"
    )
    assert run(python, folder, "fastvenv", "--without-pip", str(tmp_path / "env")) == Result(0, "", "")
    assert snapshot(folder) == before


def test_wrong_arguments(python: Interpreter, tmp_path: Path) -> None:
    for arguments in ([], ["x"], ["dir", "--json"], ["info", "x"]):
        assert run(python, tmp_path, "fastvenv.cache", *arguments).status == 2

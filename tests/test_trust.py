"""The trust model, `docs/trust.md`, for the cache: its permissions, and the checks before a file of it is used."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import Interpreter, Result, packages, snapshot, without_override
from wheels import bundled_pip, change_unseen, other_pip, record_hash, write_wheel

pytestmark = pytest.mark.as_root


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


@pytest.fixture
def cache(has_wheels: None, tmp_path: Path) -> Path:
    return tmp_path / "cache"


def create(python: Interpreter, env_dir: Path, cache: Path, *options: str | Path, umask: int = 0o022) -> Result:
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    return python.run("-m", "fastvenv", *options, env_dir, env=variables, umask=umask)


def image(cache: Path) -> Path:
    """The only image of pip in a cache."""
    [folder] = cache.glob("pip-*")
    return folder


# The owner of the folder


@pytest.mark.parametrize("umask", [0o002, 0o000, 0o022, 0o077], ids=oct)
def test_the_cache_is_private_whatever_the_umask(python: Interpreter, tmp_path: Path, cache: Path, umask: int) -> None:
    """The second run uses it, and others cannot write to any file in it."""
    assert create(python, tmp_path / "first", cache, umask=umask) == Result(0, "", "")
    before = image(cache).stat().st_ino
    assert create(python, tmp_path / "second", cache, umask=umask) == Result(0, "", "")
    assert image(cache).stat().st_ino == before
    for path in [cache, *cache.rglob("*")]:
        mode = path.lstat().st_mode
        assert mode & 0o022 == 0, path
        assert not path.is_dir() or mode & 0o777 == 0o700, path


@pytest.mark.parametrize("umask", [0o002, 0o077], ids=oct)
def test_modes_are_those_of_venv_whatever_the_umask(
    whole_python: Interpreter, tmp_path: Path, cache: Path, umask: int
) -> None:
    """Files are not shared if they would have other modes."""
    assert create(whole_python, tmp_path / "warm", cache) == Result(0, "", "")
    assert whole_python.run("-m", "venv", tmp_path / "theirs", umask=umask).status == 0
    assert create(whole_python, tmp_path / "ours", cache, umask=umask) == Result(0, "", "")
    theirs, ours = (
        {path: entry[:2] for path, entry in snapshot(packages(tmp_path / name)).items()} for name in ("theirs", "ours")
    )
    assert ours == theirs


@pytest.mark.parametrize("mode", [0o775, 0o707])
def test_a_cache_that_others_may_write_to_is_not_used_and_verbose_says_so(
    python: Interpreter, tmp_path: Path, cache: Path, mode: int
) -> None:
    assert create(python, tmp_path / "first", cache) == Result(0, "", "")
    cache.chmod(mode)
    before = snapshot(cache)
    module = image(cache) / "files/pip/__main__.py"
    module.write_text("raise SystemExit('evil')")
    evil = snapshot(cache)
    result = create(python, tmp_path / "second", cache, "--verbose")
    assert f"The cache {cache} is not used: other users may write to it (mode {mode:04o})" in result.output
    assert "evil" not in (packages(tmp_path / "second") / "pip/__main__.py").read_text()
    assert snapshot(cache) == evil != before


def test_a_folder_with_other_files_is_no_cache(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Nothing is put into it, and nothing is deleted from it: it was named by mistake."""
    (cache / "making-coffee-2024").mkdir(parents=True)
    (cache / "making-1-1").mkdir()
    (cache / "note-0123456789abcdef").write_text("mine")
    cache.chmod(0o755)
    before = snapshot(cache)
    result = create(python, tmp_path / "env", cache, "--verbose")
    assert result.status == 0 and f"The cache {cache} is not used: it holds other files" in result.output
    assert snapshot(cache) == before


# The checks of a file


def test_a_file_that_was_changed_is_not_used(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    for number, change in enumerate((b"# edited", b"x" * 10_000)):
        assert create(python, tmp_path / f"first{number}", cache) == Result(0, "", "")
        module = packages(tmp_path / f"first{number}") / "pip/__init__.py"
        original = module.read_bytes()
        with module.open("r+b") as file:
            file.write(change)
        assert create(python, tmp_path / f"second{number}", cache) == Result(0, "", "")
        assert (packages(tmp_path / f"second{number}") / "pip/__init__.py").read_bytes() == original


@pytest.mark.needs_root
def test_a_file_of_another_user_is_not_used(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Root gives an environment to a user, who edits a file in place and restores its size and time."""
    first = tmp_path / "first"
    assert create(python, first, cache) == Result(0, "", "")
    module = packages(first) / "pip/__main__.py"
    assert module.stat().st_nlink > 1
    original = module.read_bytes()
    for path in [first, *first.rglob("*")]:
        os.chown(path, 1000, 1000, follow_symlinks=False)
    change_unseen(module, b"#" * len(original))
    assert create(python, tmp_path / "second", cache) == Result(0, "", "")
    second = packages(tmp_path / "second") / "pip/__main__.py"
    assert second.read_bytes() == original
    assert second.stat().st_ino != module.stat().st_ino
    assert create(python, tmp_path / "third", cache) == Result(0, "", "")
    assert (packages(tmp_path / "third") / "pip/__main__.py").stat().st_uid == 0


@pytest.mark.needs_root
def test_a_note_of_another_user_is_not_used(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """The cache was open to another user, who wrote the record of an interpreter, and is now closed."""
    assert create(python, tmp_path / "first", cache) == Result(0, "", "")
    notes = {path: path.stat().st_ino for path in cache.glob("note-*")}
    assert notes
    for path in notes:
        os.chown(path, 1000, 1000)
    assert create(python, tmp_path / "second", cache) == Result(0, "", "")
    for path, number in notes.items():
        found = path.stat()
        assert found.st_uid == 0 and found.st_ino != number


@pytest.mark.needs_root
@pytest.mark.parametrize("given", ["directory", "parent", "link"])
def test_root_shares_no_files_in_a_directory_of_another_user(
    python: Interpreter, tmp_path: Path, cache: Path, given: str
) -> None:
    assert create(python, tmp_path / "warm", cache) == Result(0, "", "")
    env_dir = tmp_path / "theirs/env"
    env_dir.mkdir(parents=True)
    os.chown(env_dir if given == "directory" else env_dir.parent, 1000, 1000)
    if given == "link":
        (tmp_path / "mine").symlink_to(env_dir.parent)
        env_dir = tmp_path / "mine/env"
    assert create(python, env_dir, cache) == Result(0, "", "")
    files = [path for path in packages(env_dir).rglob("*") if path.is_file()]
    assert {path.stat().st_nlink for path in files} == {1}
    assert create(python, tmp_path / "own", cache) == Result(0, "", "")
    assert (packages(tmp_path / "own") / "pip/__main__.py").stat().st_nlink > 1


def test_a_change_that_only_the_hash_shows_is_found_by_chance(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Each run compares some files with their hashes: if all files are changed, the first run finds one."""
    assert create(python, tmp_path / "first", cache) == Result(0, "", "")
    sound = snapshot(packages(tmp_path / "first"))
    for path in (image(cache) / "files").rglob("*"):
        if path.is_file() and path.stat().st_size:
            change_unseen(path)
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    assert python.run("-m", "fastvenv.cache", "verify", env=variables).status == 1
    assert create(python, tmp_path / "second", cache) == Result(0, "", "")
    assert python.run("-m", "fastvenv.cache", "verify", env=variables).status == 0
    second = snapshot(packages(tmp_path / "second"))
    assert {path for path in sound if second.get(path) != sound[path] and not path.endswith("/RECORD")} == set()


def test_a_wheel_is_known_by_its_contents(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Another wheel may have the same name, size and time: archives keep times, and some set all times to one."""
    wheels: list[Path] = []
    texts = (f"x = {number}" for number in range(1000, 2000))
    while len(wheels) < 2:
        text = next(texts)
        wheel = with_module(other_pip(python, tmp_path / text), "pip/marker.py", text.encode())
        if not wheels or wheel.stat().st_size == wheels[0].stat().st_size:
            wheels.append(wheel)
            os.utime(wheel, (1, 1))
    first, second = wheels
    assert first.name == second.name
    for number, wheel in enumerate([first, second, first]):
        env_dir = tmp_path / f"env{number}"
        assert create(python, env_dir, cache, "--pip-wheel", wheel) == Result(0, "", "")
        assert (packages(env_dir) / "pip/marker.py").read_text() == wheel.parent.name
    # The second wheel replaces the first, with the same name, size and time.
    shutil.copyfile(second, first)
    os.utime(first, (1, 1))
    assert create(python, tmp_path / "last", cache, "--pip-wheel", first) == Result(0, "", "")
    assert (packages(tmp_path / "last") / "pip/marker.py").read_text() == second.parent.name


def with_module(wheel: Path, name: str, contents: bytes) -> Path:
    """Add a module to a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}
    return write_wheel(wheel, {**files, name: contents})


def test_bytecode_is_compiled_from_the_wheel_and_not_taken_from_the_base(
    python: Interpreter, tmp_path: Path, cache: Path
) -> None:
    """The bytecode of the base installation has the right header, but may have any code."""
    base = Path(python.answer("import json, sys; print(json.dumps(sys.base_prefix))"))
    library = base / f"lib/python{python.version[0]}.{python.version[1]}/site-packages"
    theirs = {record_hash(path.read_bytes()[16:]) for path in library.glob("pip/**/*.pyc")}
    assert create(python, tmp_path / "env", cache) == Result(0, "", "")
    ours = [path.read_bytes() for path in packages(tmp_path / "env").glob("pip/**/*.pyc")]
    assert len(ours) >= 8
    assert not theirs & {record_hash(contents[16:]) for contents in ours}
    assert not any(str(base).encode() in contents for contents in ours)


def test_bytecode_fits_the_sources_of_every_image_of_a_wheel(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """A cache that is cleared and made again while an environment is made cannot give it bytecode that is not valid."""
    headers = []
    for number in range(2):
        assert create(python, tmp_path / f"env{number}", tmp_path / f"cache{number}") == Result(0, "", "")
        found = packages(tmp_path / f"env{number}").glob("pip/**/*.pyc")
        headers.append({path.name: path.read_bytes()[:16] for path in found})
    assert headers[0] == headers[1]


def test_an_image_that_cannot_be_read_is_left_alone(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """It may belong to another process, which is about to rename it."""
    assert create(python, tmp_path / "first", cache) == Result(0, "", "")
    before = image(cache).stat().st_ino
    (image(cache) / "manifest").chmod(0o000)
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    result = python.run("-m", "fastvenv", tmp_path / "second", env=variables, prefix=without_override())
    assert result == Result(0, "", "")
    assert image(cache).stat().st_ino == before


def test_the_pip_that_is_bundled_is_the_one_that_is_installed(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Altogether, an environment has the files of the wheel."""
    assert create(python, tmp_path / "env", cache) == Result(0, "", "")
    with zipfile.ZipFile(bundled_pip(python)) as archive:
        for name in archive.namelist():
            if name.startswith("pip/"):
                assert (packages(tmp_path / "env") / name).read_bytes() == archive.read(name)

"""The cache of prepared wheels: it is used if it is sound, made again if it is not, and never needed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ADDED_SCRIPTS, SHARING, Interpreter, Result, packages, snapshot, without_override
from tracing import calls, happened, injecting, spread, strace, tracing
from wheels import CREATE_WITH, assert_sound, bundled_pip, other_pip, record_hash, small_pip, write_wheel


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


@pytest.fixture
def cache(has_wheels: None, tmp_path: Path) -> Path:
    return tmp_path / "cache"


def create(python: Interpreter, env_dir: Path, cache: Path | str, umask: int = -1, **options: str) -> Result:
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache), **options}
    return python.run("-m", "fastvenv", env_dir, env=variables, umask=umask)


def contents(env_dir: Path) -> dict[str, tuple[str, ...]]:
    """The packages, without the times in bytecode."""
    return {path: entry for path, entry in snapshot(packages(env_dir)).items() if not path.endswith("RECORD")}


def digest(folder: Path) -> str:
    """A hash of a folder: names, modes, times, and contents."""
    lines = []
    for path in sorted(folder.rglob("*")):
        found = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        lines.append(f"{path} {found.st_mode} {found.st_mtime_ns * path.is_file()} {hashlib.sha256(data).hexdigest()}")
    return "\n".join(lines)


def images(cache: Path) -> list[str]:
    """The distributions in the cache. The notes in it are left out."""
    return sorted(path.name.split("-")[0] for path in cache.iterdir() if path.is_dir())


def test_environments_share_the_files(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    for name in ("one", "two"):
        assert create(python, tmp_path / name, cache, SHARING) == Result(0, "", "")
    one, two = (packages(tmp_path / name) for name in ("one", "two"))
    assert (one / "pip/__init__.py").stat().st_ino == (two / "pip/__init__.py").stat().st_ino
    [metadata] = one.glob("pip-*.dist-info")
    for name in ("RECORD", "INSTALLER", "REQUESTED"):
        assert (metadata / name).stat().st_nlink == 1
    assert images(cache) == sorted({"pip"} | ({"setuptools"} if python.version < (3, 12) else set()))
    assert_sound(tmp_path / "two")


def test_copies_are_files_of_their_own_with_valid_bytecode(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    for _ in range(2):
        shutil.rmtree(tmp_path / "env", ignore_errors=True)
        assert create(python, tmp_path / "env", cache, FASTVENV_LINK_MODE="copy").status == 0
    files = [path for path in packages(tmp_path / "env").rglob("*") if path.is_file()]
    assert {path.stat().st_nlink for path in files} == {1}
    module = packages(tmp_path / "env") / "pip/__init__.py"
    [bytecode] = module.parent.glob("__pycache__/__init__.*.pyc")
    assert int.from_bytes(bytecode.read_bytes()[8:12], "little") == int(module.stat().st_mtime)


def test_an_unknown_link_mode_is_refused(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    # An empty variable counts as unset, as it does for every option.
    assert create(python, tmp_path / "unset", cache, FASTVENV_LINK_MODE="") == Result(0, "", "")
    result = create(python, tmp_path / "env", cache, FASTVENV_LINK_MODE="magic")
    modes = "auto, clone, hardlink, copy, symlink"
    assert result == Result(1, "", f"Error: FASTVENV_LINK_MODE must be one of {modes}, not 'magic'\n")
    assert not (tmp_path / "env").exists()


def test_an_edited_file_spoils_no_other_environment(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Files are shared: a write in place in one environment changes the file in the cache, which is then not used."""
    assert create(python, tmp_path / "one", cache).status == 0
    module = packages(tmp_path / "one") / "pip/__init__.py"
    original = module.read_bytes()
    for change in (b"# edited\n", b"raise SystemExit\n"):
        with module.open("r+b") as file:
            file.write(change)
        assert create(python, tmp_path / "two", cache).status == 0
        assert (packages(tmp_path / "two") / "pip/__init__.py").read_bytes() == original
        assert_sound(tmp_path / "two")
        shutil.rmtree(tmp_path / "two")


@pytest.mark.parametrize("damage", ["missing", "mode", "manifest", "link"])
def test_a_damaged_image_is_made_anew(python: Interpreter, tmp_path: Path, cache: Path, damage: str) -> None:
    assert create(python, tmp_path / "one", cache).status == 0
    [image] = cache.glob("pip-*")
    module = image / "files/pip/__main__.py"
    if damage == "missing":
        module.unlink()
    elif damage == "mode":
        module.chmod(0o600)
    elif damage == "manifest":
        (image / "manifest").write_text((image / "manifest").read_text()[:-10])
    else:
        module.unlink()
        module.symlink_to("/etc/passwd")
    assert create(python, tmp_path / "two", cache) == Result(0, "", "")
    assert contents(tmp_path / "two").keys() == contents(tmp_path / "one").keys()
    assert not (packages(tmp_path / "two") / "pip/__main__.py").is_symlink()
    assert_sound(tmp_path / "two")


@pytest.mark.as_root
@pytest.mark.parametrize(
    "trouble",
    [
        *["none", "file", "read-only", "writable by others", "no home"],
        pytest.param("of another user", marks=pytest.mark.needs_root),
    ],
)
def test_the_cache_is_not_needed(python: Interpreter, tmp_path: Path, cache: Path, trouble: str) -> None:
    options: dict[str, str] = {}
    chosen: Path | str = cache
    if trouble == "none":
        chosen = ""
    elif trouble == "file":
        cache.write_text("in the way")
    else:
        cache.mkdir()
    if trouble == "read-only":
        cache.chmod(0o555)
    elif trouble == "writable by others":
        cache.chmod(0o777)
    elif trouble == "of another user":
        os.chown(cache, 1, 1)
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(chosen), **options}
    if trouble == "no home":
        variables.pop("FASTVENV_CACHE_DIR")
        variables["HOME"] = str(tmp_path / "missing/home")
    result = python.run("-m", "fastvenv", tmp_path / "env", env=variables, prefix=without_override())
    if cache.is_dir():
        cache.chmod(0o755)
    assert result == Result(0, "", "")
    assert create(python, tmp_path / "other", tmp_path / "sound cache").status == 0
    assert contents(tmp_path / "env") == contents(tmp_path / "other")
    if cache.is_dir():
        assert list(cache.iterdir()) == []
    assert not (tmp_path / "missing").exists()


@pytest.mark.needs_root
def test_a_home_of_another_user(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """With `sudo`, HOME may still be the user's: root puts nothing there, because that would lock the user out."""
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 1, 1)
    assert python.run("-m", "fastvenv", tmp_path / "env", env={**python.variables, "HOME": str(home)}).status == 0
    assert list(home.iterdir()) == []
    assert not cache.exists()


def test_a_umask_that_allows_less(whole_python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Then files are copied, with the modes that pip would give them."""
    assert create(whole_python, tmp_path / "warm", cache).status == 0
    variables = {**whole_python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    trees = []
    for module in ("venv", "fastvenv"):
        assert whole_python.run("-m", module, tmp_path / "env", env=variables, umask=0o077).status == 0
        tree = snapshot(tmp_path / "env")
        trees.append({path: entry[:2] for path, entry in tree.items() if path not in ADDED_SCRIPTS})
        shutil.rmtree(tmp_path / "env")
    assert trees[0] == trees[1]


def test_a_umask_that_allows_less_without_any_script(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """It shows in other files, if a wheel has no scripts, as that of setuptools."""
    with zipfile.ZipFile(small_pip(python, tmp_path)) as archive:
        names = [name for name in archive.namelist() if not name.endswith(("entry_points.txt", "RECORD"))]
        files = {name: archive.read(name) for name in names}
    wheel = write_wheel(tmp_path / bundled_pip(python).name, files)
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    links = {}
    for umask in (SHARING, 0o077):
        env_dir = tmp_path / f"{umask:o}"
        result = python.run("-m", "fastvenv", "--pip-wheel", wheel, env_dir, env=variables, umask=umask)
        assert result == Result(0, "", "")
        found = [(packages(env_dir) / name).stat() for name in files]
        assert {stat.S_IMODE(file.st_mode) for file in found} == {0o666 & ~umask}
        links[umask] = {file.st_nlink for file in found}
    assert links == {SHARING: {2}, 0o077: {1}}


def test_pip_behaves_as_after_venv_and_leaves_the_cache_alone(
    is_whole: bool, whole_python: Interpreter, tmp_path: Path, cache: Path
) -> None:
    """No use of the pip in an environment changes a file of the cache. At night, more of them are compared with `venv`."""
    newer, bundled = other_pip(whole_python, tmp_path / "wheels"), bundled_pip(whole_python)
    metadata = {
        "demo-1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1\n",
        "demo-1.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    demo = write_wheel(tmp_path / "demo-1-py3-none-any.whl", {"demo.py": b"", **metadata})
    offline = ["-m", "pip", "install", "--no-index", "--disable-pip-version-check"]
    upgrade: list[str | Path] = [*offline, "--upgrade", newer]
    uninstall: list[str | Path] = ["-m", "pip", "uninstall", "--yes", "pip"]
    commands: list[list[str | Path]] = [
        ["-m", "pip", "check"],
        ["-m", "pip", "list", "--format=freeze"],
        [*offline, demo],
        upgrade,
        [*offline, "--upgrade", bundled],
        uninstall,
        ["-m", "ensurepip", "--upgrade", "--default-pip"],
        ["-m", "ensurepip._uninstall"],
    ]
    modules = ["fastvenv", "venv"] if is_whole else ["fastvenv"]
    for module in modules:
        variables = {**whole_python.variables, "FASTVENV_CACHE_DIR": str(cache)}
        assert whole_python.run("-m", module, tmp_path / module, env=variables) == Result(0, "", "")
    before = digest(cache)
    for command in commands if is_whole else [upgrade, uninstall]:
        found = []
        for module in modules:
            env_dir = tmp_path / module
            result = whole_python.inside(env_dir).run(*command)
            files = {str(path.relative_to(env_dir)) for path in env_dir.rglob("*")}
            output = re.sub(r"\S*/tmp\w+", "FOLDER", result.output.replace(str(env_dir), "ENV"))
            found.append((result.status, output, files - ADDED_SCRIPTS))
        assert found[0][0] == 0, command
        assert found[0] == found[-1], command
        assert digest(cache) == before, command


def assert_images_are_sound(cache: Path) -> None:
    """Assert that every file of every image is as in the manifest, and that there are no other files."""
    for image in cache.glob("pip-*"):
        lines = [line.split("\t") for line in (image / "manifest").read_text().splitlines()]
        assert lines[-1][0] == "end"
        listed = set()
        times: list[str] = []  # those of the file before it, unless a file has its own
        for kind, *fields in lines:
            if kind not in {"file", "bytecode"}:
                continue
            name, expected, _, size, *own = fields
            times = own or times
            modified, mode = times
            path = image / "files" / name
            found = path.stat()
            assert (found.st_size, found.st_mtime_ns, found.st_mode & 0o7777) == (int(size), int(modified), int(mode))
            assert expected == record_hash(path.read_bytes())
            listed.add(path)
        assert listed == {path for path in (image / "files").rglob("*") if path.is_file()}


def killed(python: Interpreter, root: Path, wheel: Path, points: int) -> Iterator[list[str]]:
    """Prefixes that kill a command, each at another call, from its first access to the disk to its last."""
    log = root / "log"
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(root / "traced/cache")}
    (root / "traced").mkdir()  # if it is missing, there are more calls
    result = python.run("-c", CREATE_WITH, root / "traced/env", wheel, env=variables, prefix=tracing(log))
    assert result == Result(0, "", "")
    for call in spread(points, calls(log, root)):
        yield injecting(log, call.kills())
        assert happened(log)


def test_killed_while_the_cache_is_made(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """After a killed process, the next run is right, which is looked at more closely than in the fault matrix."""
    wheel = bundled_pip(python)
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    env_dir = tmp_path / "env"
    assert python.run("-c", CREATE_WITH, env_dir, wheel, env={**variables, "FASTVENV_CACHE_DIR": ""}).status == 0
    sound = snapshot(env_dir)
    for prefix in killed(python, tmp_path, wheel, 4):
        shutil.rmtree(cache, ignore_errors=True)
        python.run("-c", CREATE_WITH, tmp_path / "killed", wheel, env=variables, prefix=prefix)
        for _ in range(2):
            shutil.rmtree(env_dir)
            assert python.run("-c", CREATE_WITH, env_dir, wheel, env=variables) == Result(0, "", ""), prefix
            assert snapshot(env_dir) == sound, prefix
        assert images(cache).count("pip") == 1
        assert_images_are_sound(cache)
        shutil.rmtree(tmp_path / "killed", ignore_errors=True)
    assert_sound(env_dir)


def test_what_was_left_behind_goes_after_an_hour(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """Files that only look like it, but are not fastvenv's, stay."""
    assert create(python, tmp_path / "first", cache).status == 0
    now = time.time_ns()
    old, new = cache / f"making-1-{now - 3700 * 10**9}", cache / f"making-2-{now}"
    coffee, used = cache / "making-coffee-2024", cache / f"making-3-{now - 3700 * 10**9}"
    for folder in (old, new, coffee, used):
        (folder / "files").mkdir(parents=True)
    (used / "mine").touch()
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    assert python.run("-m", "fastvenv", "--no-compile", tmp_path / "env", env=variables) == Result(0, "", "")
    assert [folder.exists() for folder in (old, new, coffee, used)] == [False, True, True, True]


@pytest.mark.parametrize("error", ["EMLINK", "ENOSPC", "EPERM", "EXDEV", "EOPNOTSUPP"])
def test_files_that_cannot_be_linked_are_copied(python: Interpreter, tmp_path: Path, cache: Path, error: str) -> None:
    fault = f"inject=link,linkat:error={error}:when=9+"
    prefix = [strace(), "-f", "-qq", "-o", "/dev/null", "-e", "trace=link,linkat", "-e", fault]
    assert create(python, tmp_path / "warm", cache, SHARING).status == 0
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    result = python.run("-m", "fastvenv", tmp_path / "env", env=variables, prefix=prefix, umask=SHARING)
    assert result == Result(0, "", "")
    assert contents(tmp_path / "env") == contents(tmp_path / "warm")
    counts = {path.stat().st_nlink > 1 for path in packages(tmp_path / "env").rglob("*") if path.is_file()}
    assert counts == {True, False}, "some were to be linked, and some copied"


def test_a_file_of_the_cache_that_cannot_be_read(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """The wheel is unpacked instead, as where the file cannot be opened."""
    assert create(python, tmp_path / "warm", cache) == Result(0, "", "")
    # It is too large to be among the files that each run compares with their hashes.
    module = max(cache.glob("pip-*/files/pip/_vendor/**/*.py"), key=lambda path: path.stat().st_size)
    faults = [f"inject={call}:error=EIO" for call in ("read", "copy_file_range")]
    result = python.run(
        *("-m", "fastvenv", "--link-mode", "copy", tmp_path / "env"),
        prefix=[*injecting(tmp_path / "log", *faults), "-P", str(module)],
        env={**python.variables, "FASTVENV_CACHE_DIR": str(cache)},
    )
    assert result == Result(0, "", "")
    assert "INJECTED" in (tmp_path / "log").read_text()
    assert contents(tmp_path / "env") == contents(tmp_path / "warm")
    assert_sound(tmp_path / "env")


@pytest.mark.needs_root
def test_a_full_cache(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    cache.mkdir()
    steps = f'mount -t tmpfs -o size=40k,mode=700 none "{cache}"; "$@"; ls -A "{cache}"'
    prefix = ["unshare", "-m", "sh", "-ec", steps, "sh"]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    result = python.run("-m", "fastvenv", tmp_path / "env", env=variables, prefix=prefix)
    # No part of the wheel is left.
    assert (result.status, result.stderr) == (0, "")
    assert "making" not in result.output and "pip" not in result.output
    assert_sound(tmp_path / "env")

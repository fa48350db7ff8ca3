"""An environment that has a pip: the same one is left alone, or repaired; another one is for `ensurepip` to deal with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Interpreter, packages, snapshot

pytestmark = pytest.mark.usefixtures("has_wheels")

NATIVE = """
import json, sys
import fastvenv
fastvenv.create(sys.argv[1], symlinks=True, with_pip=True)
print(json.dumps("subprocess" not in sys.modules))
"""


def test_another_pip_is_left_to_ensurepip(python: Interpreter, tmp_path: Path) -> None:
    """Which keeps what is newer, and upgrades what is older."""
    env_dir = tmp_path / "env"
    assert python.run("-m", "fastvenv", env_dir).status == 0
    [metadata] = packages(env_dir).glob("pip-*.dist-info")
    newer = metadata.rename(metadata.with_name("pip-999.dist-info"))
    text = (newer / "METADATA").read_text().split("\n")
    (newer / "METADATA").write_text("\n".join("Version: 999" if line[:9] == "Version: " else line for line in text))
    before = (newer / "RECORD").read_bytes()
    assert python.answer(NATIVE, env_dir) is False
    assert (newer / "RECORD").read_bytes() == before
    assert not metadata.exists()


def test_nothing_is_done_where_the_same_pip_is(python: Interpreter, tmp_path: Path) -> None:
    env_dir = tmp_path / "env"
    assert python.run("-m", "venv", env_dir).status == 0

    def files() -> dict[Path, tuple[int, int, int]]:
        found = {path: path.stat() for path in packages(env_dir).rglob("*")}
        return {path: (stat.st_ino, stat.st_mtime_ns, stat.st_mode) for path, stat in found.items()}

    before = files()
    assert python.answer(NATIVE, env_dir) is True
    assert files() == before


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
    """What is missing or was changed is there again, and nothing of the cache is written to."""
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
    inside = Interpreter(str(env_dir / "bin/python"), python.folder, python.home)
    assert inside.run("-m", "pip", "list").status == 0
    assert snapshot(other) == untouched
    for module in packages(env_dir).glob("pip/*.py"):
        [bytecode] = module.parent.glob(f"__pycache__/{module.stem}.*.pyc")
        assert int.from_bytes(bytecode.read_bytes()[8:12], "little") == int(module.stat().st_mtime)

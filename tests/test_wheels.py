"""Wheels of all kinds become what pip makes of them: made by the hundred, installed natively and by pip, and compared.

pip is right by definition. What the native way does not know it has to decline, with nothing written.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import Interpreter, Result, snapshot
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from wheels import bundled_pip, small_pip, write_wheel

# Runs in the environment that both install into. It knows pip and fastvenv, and forks for each installation.
INSTALLER = """
import importlib.util, json, os, sys, sysconfig
sys.path.insert(0, sys.argv[1])
import pip._internal.commands.install, pip._internal.metadata.importlib, pip._internal.resolution.resolvelib.resolver
from pip._internal.cli.main import main
from fastvenv import _native

def with_pip(name, folder):
    options = ["--quiet", "--no-deps", "--no-index", "--no-cache-dir", "--disable-pip-version-check"]
    return main(["install", *options, "--root-user-action=ignore", "--find-links", folder, name])

def natively(wheels, cache):
    path = sysconfig.get_path
    seed = _native.Seed(
        wheels, executable=os.path.realpath(sys.executable), version=sys.version_info[:2], description=sys.version,
        cache_tag=sys.implementation.cache_tag, magic_number=importlib.util.MAGIC_NUMBER,
        cache=cache, link_mode="hardlink", compiles=True,
    )
    return seed.install(
        env_dir=sys.prefix, purelib=path("purelib"), platlib=path("platlib"), scripts=path("scripts"),
        python=sys.executable,
    )

for line in sys.stdin:
    name, *arguments = json.loads(line)
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            answer = [globals()[name](*arguments), None]
        except BaseException as error:
            answer = [None, f"{type(error).__name__}: {error}"]
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with open(read, "rb") as file:
        answer = file.read().decode()
    os.wait()
    print("answer", answer, flush=True)
"""

SOURCES = [
    b"",
    b"x = 1\n",
    b"def main():\n    return 0\n",
    b"import os, sys\n\n\nclass C:\n    '''text'''\n",
    b"def (\n",  # no Python
    b"x = '\xe9'\n",  # not UTF-8
    b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    b"\xef\xbb\xbfx = 1\r\n",
    b"x = 1 is 1\n",  # a warning
    b"x\0y\n",
    b"(" * 300 + b")" * 300,
    b"x = " + b"-" * 5000 + b"1\n",  # too deep for the compiler
]
MODES = [0o100644, 0o100755, 0o100600, 0o100711, 0o100654, 0o755, 0o644, 0]
SYSTEMS = st.sampled_from([3, 0])  # POSIX, and MS-DOS, which is what Windows is called
LETTERS = st.sampled_from("abzAZ09_-. ,+é中'\"#%$~!@&()[]{};=")
PARTS = st.one_of(
    st.sampled_from(["a", "b", "pkg", "sub", "__init__", "data"]),
    st.text(LETTERS, min_size=1, max_size=6).filter(lambda part: part not in {".", ".."}),
)
ENDINGS = st.sampled_from([".py", ".py", ".py", ".txt", ".pyi", ".so", "", ".PY", ".pyc", ".py.txt"])
NAMES = st.sampled_from(["demo-1.0", "De.mo_x-1.0rc1", "demo-1!2.0+local.1", "a-0"])
SCRIPT_NAMES = st.one_of(
    st.sampled_from(["tool", "tool.py", "Tool-2", "t+t", "two words", "é", "easy_install", "pipx", "x.y.z"]),
    st.text(st.sampled_from("abcXYZ019_-."), min_size=1, max_size=8).filter(lambda name: name.strip(".")),
)
FUNCTIONS = st.sampled_from(["pkg:main", "pkg.sub:App.run", "a.b.c:d", "_x:_y", "pkg:main [extra]", "pkg:main[a,b]"])
GROUPS = st.sampled_from(["console_scripts", "gui_scripts", "other.plugins"])


@dataclass
class Wheel:
    """A wheel before it is written."""

    name: str
    is_pure: bool
    has_folders: bool
    system: int
    files: dict[str, bytes] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write it, with the metadata that every wheel has."""
        distribution, version = self.name.split("-")
        pure = str(self.is_pure).lower()
        metadata = {
            "METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\nProvides-Extra: extra\n",
            "WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: {pure}\nTag: py3-none-any\n",
        }
        files = {f"{self.name}.dist-info/{name}": text.encode() for name, text in metadata.items()}
        path = folder / f"{self.name}-py3-none-any.whl"
        return write_wheel(path, {**self.files, **files}, self.modes, has_folders=self.has_folders, system=self.system)


@st.composite
def entry_points(draw: st.DrawFn) -> bytes:
    """An `entry_points.txt` in which each group and each name occurs once."""
    lines = ["# comment"]
    for group in draw(st.lists(GROUPS, unique=True)):
        names = draw(st.lists(SCRIPT_NAMES, unique=True, max_size=3))
        lines += [f"[{group}]", *(f"{name} = {draw(FUNCTIONS)}" for name in names), ""]
    return "\n".join(lines).encode()


@st.composite
def wheels(draw: st.DrawFn) -> Wheel:
    """A wheel that pip installs."""
    name = draw(NAMES)
    wheel = Wheel(name, draw(st.booleans()), draw(st.booleans()), draw(SYSTEMS))
    below = [*[st.just("")] * 4, st.just(f"{name}.dist-info/licenses/")]
    kinds = ["scripts", "purelib", "platlib", "headers", "data"]
    below += [st.sampled_from([f"{name}.data/{kind}/" for kind in kinds])] * 2
    for _ in range(draw(st.integers(0, 6))):
        folder = draw(st.one_of(*below))
        path = folder + "/".join(draw(st.lists(PARTS, min_size=1, max_size=3))) + draw(ENDINGS)
        is_source = path.endswith(".py")
        if "/scripts/" in folder:
            contents = draw(st.sampled_from([b"#!python\nx\n", b"#!pythonw -E\nx\n", b"#!/bin/sh\n", b"\x7fELF"]))
        else:
            contents = draw(st.sampled_from(SOURCES) if is_source else st.binary(max_size=40))
        wheel.files[path] = contents
        wheel.modes[path] = draw(st.sampled_from(MODES))
    if draw(st.booleans()):
        wheel.files[f"{name}.dist-info/entry_points.txt"] = draw(entry_points())
    drop_what_excludes_others(wheel)
    return wheel


def drop_what_excludes_others(wheel: Wheel) -> None:
    """No file lies where another needs a folder, and none is pip's."""
    for path in list(wheel.files):
        is_in_the_way = any(other.startswith(f"{path}/") for other in wheel.files)
        if is_in_the_way or path.startswith(("pip", "__pycache__/")) or path.split("/")[-1] in {".", ".."}:
            del wheel.files[path]


@dataclass(eq=False, repr=False)
class Bed:
    """An environment without pip, and who installs into it."""

    env_dir: Path
    pip: Path
    root: Path
    process: subprocess.Popen[str]
    before: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:
        return str(self.env_dir)

    def ask(self, *request: Any) -> Any:
        """Have something installed; what the installer returns, or its error."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps(request), file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            if line.startswith("answer "):
                return json.loads(line[len("answer ") :])
        raise AssertionError("the installer has ended")

    def added(self) -> dict[str, tuple[str, ...]]:
        """What an installation has added or changed, but for pip."""
        found = {path: entry for path, entry in snapshot(self.env_dir).items() if self.before.get(path) != entry}
        return {path: entry for path, entry in found.items() if not is_of_pip(path)}

    def reset(self) -> None:
        """Remove what was installed."""
        for path in sorted(self.env_dir.rglob("*"), reverse=True):
            if str(path.relative_to(self.env_dir)) not in self.before:
                if path.is_dir() and not path.is_symlink():
                    path.rmdir()
                else:
                    path.unlink()
        assert snapshot(self.env_dir) == self.before


def is_of_pip(path: str) -> bool:
    """Whether the file belongs to the pip that is installed along, for the text of its scripts."""
    parts = path.split("/")
    if parts[0] == "bin":
        return parts[-1] in {"pip", "pip3", "pip3.13"}
    return len(parts) > 3 and (parts[3] == "pip" or parts[3].startswith("pip-"))


@pytest.fixture(scope="module")
def bed(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip, and so no pip to compare with")
    root = tmp_path_factory.mktemp("wheels")
    env_dir = root / "env"
    assert python.run("-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    shutil.unpack_archive(bundled_pip(python), root / "pip", "zip")
    command = [str(env_dir / "bin/python"), "-c", INSTALLER, str(root / "pip")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=python.variables, stdin=pipe, stdout=pipe, text=True) as process:
        yield Bed(env_dir, small_pip(python, root), root, process, snapshot(env_dir))
        assert process.stdin is not None
        process.stdin.close()


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(wheel=wheels(), is_cached=st.booleans())
def test_a_wheel_becomes_what_pip_makes_of_it(bed: Bed, wheel: Wheel, is_cached: bool) -> None:
    folder = bed.root / "made"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = wheel.write(folder)
    bed.reset()
    installed, error = bed.ask("natively", [str(bed.pip), str(path)], str(bed.root / "cache") if is_cached else None)
    ours = bed.added()
    assert error is None
    event("installed" if installed else "declined")
    if not installed:
        assert snapshot(bed.env_dir) == bed.before
    bed.reset()
    assert bed.ask("with_pip", wheel.name.replace("-", "=="), str(folder)) == [0, None]
    theirs = bed.added()
    if installed:
        assert ours == theirs

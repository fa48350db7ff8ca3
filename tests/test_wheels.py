"""Hundreds of wheels of all kinds are installed by fastvenv and by pip, and the results are compared.

pip is right by definition. fastvenv has to refuse a wheel that it does not know, without writing anything.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from conftest import examples, snapshot
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from installers import Installers
from wheels import write_wheel

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
LETTERS = st.sampled_from("abzAZ09_-. ,+'#%$~!@&()[]{};=")
PARTS = st.one_of(
    st.sampled_from(["a", "b", "pkg", "sub", "__init__", "data"]),
    st.sampled_from(["c", "d", "e", "f", "é", "中", "A", "b ", 'c"', "nul"]),  # some mean another file elsewhere
    st.text(LETTERS, min_size=1, max_size=6).filter(lambda part: not part.endswith((".", " "))),
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
    """Remove files in the place of a folder that another file needs, and files of pip."""
    for path in list(wheel.files):
        is_in_the_way = any(other.startswith(f"{path}/") for other in wheel.files)
        if is_in_the_way or path.startswith(("pip", "__pycache__/")) or path.split("/")[-1] in {".", ".."}:
            del wheel.files[path]


@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(wheel=wheels(), is_cached=st.booleans())
def test_a_wheel_becomes_what_pip_makes_of_it(installers: Installers, wheel: Wheel, is_cached: bool) -> None:
    folder = installers.root / "made"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = wheel.write(folder)
    installers.reset()
    installed, error = installers.ask(
        "natively", [str(installers.pip), str(path)], str(installers.root / "cache") if is_cached else None
    )
    ours = installers.added()
    assert error is None
    event("installed" if installed else "declined")
    if not installed:
        assert snapshot(installers.env_dir) == installers.before
    installers.reset()
    assert installers.ask("with_pip", wheel.name.replace("-", "=="), str(folder)) == [0, None]
    theirs = installers.added()
    if installed:
        assert ours == theirs

"""Wheels made for tests."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from conftest import Interpreter

BUNDLED = "import json; from fastvenv import _wheels; print(json.dumps(_wheels.find(None, True)[0]))"

# The command line of fastvenv, with the wheel of pip behind its arguments.
CREATE_FROM = """
import sys
from fastvenv import _cli, _wheels
wheel = sys.argv.pop()
_wheels.find = lambda *settings: [wheel]
_cli.run()
"""

# The same, where there is no bytecode in the base installation, so that it has to be compiled.
CREATE_WITH = CREATE_FROM.replace("_cli.run()", "_wheels.base_libraries = lambda: []\n_cli.run()")


def bundled_pip(python: Interpreter) -> Path:
    """The wheel of pip that comes with the interpreter."""
    return Path(python.answer(BUNDLED))


def other_pip(python: Interpreter, folder: Path, requires_python: str = ">=3.7") -> Path:
    """A wheel of pip that says it is version 99.0, made of the one that comes with the interpreter."""
    bundled = bundled_pip(python)
    version = bundled.name.split("-")[1]
    files = {}
    with zipfile.ZipFile(bundled) as archive:
        for name in archive.namelist():
            contents = archive.read(name)
            if name.endswith(("dist-info/METADATA", "pip/__init__.py")):
                contents = contents.replace(version.encode(), b"99.0", 1)
                contents = re.sub(rb"Requires-Python: .*", b"Requires-Python: " + requires_python.encode(), contents)
            if not name.endswith("dist-info/RECORD"):
                files[name.replace(f"pip-{version}.dist-info", "pip-99.0.dist-info")] = contents
    folder.mkdir(exist_ok=True)
    return write_wheel(folder / "pip-99.0-py3-none-any.whl", files)


def small_pip(python: Interpreter, folder: Path) -> Path:
    """A wheel of pip with few of its modules: it cannot run, but is installed as the whole one is, in no time."""
    bundled = bundled_pip(python)
    with zipfile.ZipFile(bundled) as archive:
        names = [name for name in archive.namelist() if is_kept(name)]
        files = {name: archive.read(name) for name in names}
    return write_wheel(folder / bundled.name, files)


def is_kept(name: str) -> bool:
    """Whether the small pip has that file: metadata, the text of scripts, and modules in several folders."""
    folder, _, base = name.rpartition("/")
    return (
        (folder.endswith(".dist-info") and base != "RECORD")
        or folder in {"pip", "pip/_internal/operations/install"}
        or name == "pip/_vendor/distlib/scripts.py"
    )


def write_wheel(
    path: Path,
    files: Mapping[str, bytes],
    modes: Mapping[str, int] | None = None,
    *,
    has_folders: bool = False,
    system: int = 3,
) -> Path:
    """Write a wheel of these files, with the RECORD that belongs to them, and entries for folders if wanted, on some system."""
    dist_info = "-".join(path.name.split("-")[:2]) + ".dist-info"
    rows = [f"{quoted(name)},{record_hash(contents)},{len(contents)}\n" for name, contents in files.items()]
    record = "".join([*rows, f"{dist_info}/RECORD,,\n"]).encode()
    folders = {name[: match.end()]: b"" for name in files for match in re.finditer("/", name)} if has_folders else {}
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in {**folders, **files, f"{dist_info}/RECORD": record}.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = system
            entry.external_attr = (modes or {}).get(name, 0o40755 if name.endswith("/") else 0o100644) << 16
            archive.writestr(entry, contents, zipfile.ZIP_DEFLATED)
    return path


def quoted(name: str) -> str:
    """A value in a line of RECORD."""
    if any(character in name for character in ',"\r\n'):
        return '"' + name.replace('"', '""') + '"'
    return name


def record_hash(contents: bytes) -> str:
    """A hash as RECORD has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()

"""Wheels made for tests."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import Interpreter, packages

BUNDLED = "import json; from fastvenv import _wheels; print(json.dumps(_wheels.find(None, True)[0]))"

# Makes an environment with pip, and prints whether no child process installed it.
NATIVE = """
import json, sys
import fastvenv
fastvenv.create(sys.argv[1], symlinks=True, with_pip=True)
print(json.dumps("subprocess" not in sys.modules))
"""

# The command line of fastvenv, with the wheel of pip after its arguments.
CREATE_WITH = """
import sys
from fastvenv import __main__, _wheels
wheel = sys.argv.pop()
_wheels.find = lambda *settings: [wheel]
__main__.run()
"""


def bundled_pip(python: Interpreter) -> Path:
    """The wheel of pip that comes with the interpreter."""
    return Path(python.answer(BUNDLED))


def bundled_wheels(python: Interpreter) -> list[Path]:
    """The wheels in the folder of `ensurepip` in which CPython has them."""
    folder = python.answer("import ensurepip, json; print(json.dumps(ensurepip.__path__[0] + '/_bundled'))")
    return sorted(Path(folder).glob("*.whl"))


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
    """A wheel of pip with few of its modules: it cannot run, but it is installed like the whole one, and quickly."""
    return small_wheel(bundled_pip(python), folder)


def small_wheel(wheel: Path, folder: Path) -> Path:
    """A wheel with few of the modules of pip or setuptools."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if is_kept(name)]
        files = {name: archive.read(name) for name in names}
    return write_wheel(folder / wheel.name, files)


def is_kept(name: str) -> bool:
    """Whether a small wheel has that file: metadata, the text of scripts, and modules in several folders."""
    folder, _, base = name.rpartition("/")
    return (
        (folder.endswith(".dist-info") and base != "RECORD")
        or folder in {"pip", "pip/_internal/operations/install", "_distutils_hack", "setuptools/extern"}
        or name in {"pip/_internal/__init__.py", "pip/_vendor/distlib/scripts.py", "distutils-precedence.pth"}
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


def change_manifest(manifest: Path, old: str, new: str) -> None:
    """Write other text into the manifest of an image in the cache, with the checksum that belongs to it."""
    text = manifest.read_text().rpartition("end\t")[0]
    assert old in text
    text = text.replace(old, new)
    manifest.write_text(f"{text}end\t{zlib.crc32(text.encode()):08x}\n")


def change_unseen(path: Path, contents: bytes | None = None) -> None:
    """Change a file in place, and put its time back; its size stays the same."""
    times = path.stat()
    if contents is None:
        contents = path.read_bytes()[:-1] + b"#"
    with path.open("r+b") as file:
        file.write(contents)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def quoted(name: str) -> str:
    """A value in a line of RECORD."""
    if any(character in name for character in ',"\r\n'):
        return '"' + name.replace('"', '""') + '"'
    return name


def record_hash(contents: bytes) -> str:
    """A hash as RECORD has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()


def assert_no_false_claim(metadata: Path) -> list[Path]:
    """Assert that a distribution that counts as installed is whole, and return its files."""
    files = []
    for name, expected, _ in csv.reader(metadata.with_name("RECORD").read_text().splitlines()):
        path = metadata.parents[1] / name
        assert path.exists(), f"{name} is missing"
        assert expected in {"", record_hash(path.read_bytes())}, name
        files.append(path)
    return files


def assert_sound(env_dir: Path) -> None:
    """Assert that each file of pip is the one in its RECORD, and that its bytecode fits its sources."""
    [metadata] = packages(env_dir).glob("pip-*.dist-info/METADATA")
    bytecode = [path for path in assert_no_false_claim(metadata) if path.suffix == ".pyc"]
    assert len(bytecode) >= 8
    for path in bytecode:
        contents = path.read_bytes()
        source = (path.parents[1] / f"{path.name.split('.')[0]}.py").stat()
        assert contents[8:16] == struct.pack("<LL", int(source.st_mtime), source.st_size), path
        assert len(contents) > 16, path  # the code follows that header


@dataclass
class Member:
    """An entry of an archive that is written byte by byte: each header can say something of its own."""

    name: str
    contents: bytes = b""
    method: int = zipfile.ZIP_STORED
    flags: int = 0
    mode: int = 0o100644
    # What the header before the data says, and what the directory says, in place of the truth.
    local: dict[str, Any] = field(default_factory=dict)
    central: dict[str, Any] = field(default_factory=dict)
    before: bytes = b""
    after: bytes = b""
    # Whether it is more than a record in the directory.
    is_written: bool = True

    def truth(self) -> dict[str, Any]:
        """What both headers should say."""
        data = self.data()
        flags = self.flags | (0 if self.name.isascii() else 0x800)
        return {
            "version": 20,
            "flags": flags,
            "method": self.method,
            "crc": zlib.crc32(self.contents),
            "compressed": len(data),
            "size": len(self.contents),
            "name": self.name.encode(),
            "extra": b"",
        }

    def data(self) -> bytes:
        """The contents as they are stored."""
        return deflated(self.contents) if self.method == zipfile.ZIP_DEFLATED else self.contents

    def header(self, said: Mapping[str, Any]) -> bytes:
        """The header before the data."""
        return b"".join([b"PK\3\4", common(said), said["name"], said["extra"]])

    def record(self, said: Mapping[str, Any], offset: int) -> bytes:
        """The record in the directory."""
        comment = said.get("comment", b"")
        rest = struct.pack("<HHHLL", len(comment), 0, 0, self.mode << 16, said.get("offset", offset))
        return b"".join([b"PK\1\2\x14\3", common(said), rest, said["name"], said["extra"], comment])


def common(said: Mapping[str, Any]) -> bytes:
    """What both headers have: from the version that it takes to the lengths of name and extra fields."""
    values = [said[key] for key in ("version", "flags", "method")] + [0, 33]
    values += [said[key] for key in ("crc", "compressed", "size")] + [len(said["name"]), len(said["extra"])]
    return struct.pack("<HHHHHLLLHH", *values)


def deflated(contents: bytes) -> bytes:
    """The contents as an entry has them."""
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(contents) + compressor.flush()


def raw_archive(
    members: Iterable[Member],
    *,
    start: int = 0,
    before_directory: bytes = b"",
    before_end: bytes = b"",
    end: Mapping[str, int] | None = None,
    comment: bytes = b"",
    suffix: bytes = b"",
) -> bytes:
    """An archive of these entries, which begins at some place in a file."""
    body = directory = b""
    members = list(members)
    for member in members:
        truth = member.truth()
        body += member.before
        directory += member.record({**truth, **member.central}, start + len(body))
        if member.is_written:
            body += member.header({**truth, **member.local}) + member.data() + member.after
    body += before_directory
    said = {"number": len(members), "size": len(directory), "offset": start + len(body), **(end or {})}
    last = end_record(said["number"], said["size"], said["offset"], len(comment))
    return body + directory + before_end + last + comment + suffix


def end_record(number: int, size: int, offset: int, comment: int = 0) -> bytes:
    """The end of an archive, up to its comment."""
    return struct.pack("<4s4xHHLLH", b"PK\5\6", number, number, size, offset, comment)

"""Wheels that were made to do harm: what pip and fastvenv make of each, and that nothing outside is changed.

The rules that the table shows:

- What pip refuses is never installed.
- What is installed is what pip installs, file for file.
- What pip installs without harm, but not in the same way everywhere, is left to pip.
- The rest is refused, and the error says why. Where pip installs such a wheel, that reason is the reason for the row: what
  was examined is not what is installed, or something leaves its place.

pip is the one that comes with the interpreter, on its zipfile; fastvenv is asked for the same wheel without a cache.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Entry, Interpreter, snapshot
from installers import Installers
from wheels import Member, deflated, quoted, raw_archive, record_hash

NAME = "demo-1.0-py3-none-any.whl"
INFO = "demo-1.0.dist-info"
RECORD = f"{INFO}/RECORD"
METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

REFUSED, INSTALLED, LEFT = "refused", "installed", "left to pip"
# pip installs it, and changes something outside of the environment.
ESCAPES = "escapes"

MIB = 1 << 20


def files(more: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The files of a sound wheel without RECORD, with some added or replaced."""
    sound = {"demo/__init__.py": b"x = 1\n", f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": WHEEL}
    return {**sound, **(more or {})}


def record(contents: Mapping[str, bytes], info: str = INFO) -> str:
    """The RECORD of these files."""
    rows = [f"{quoted(name)},{record_hash(text)},{len(text)}\n" for name, text in contents.items()]
    return "".join([*rows, f"{info}/RECORD,,\n"])


def members(more: Mapping[str, bytes] | None = None, text: str | None = None) -> list[Member]:
    """The entries of a wheel with these files, and with this RECORD or the one that fits."""
    contents = files(more)
    text = record(contents) if text is None else text
    return [Member(name, data) for name, data in {**contents, RECORD: text.encode()}.items()]


def wheel(more: Mapping[str, bytes] | None = None, text: str | None = None) -> bytes:
    """A wheel that is sound except for the given files or RECORD."""
    return raw_archive(members(more, text))


def without(*names: str) -> bytes:
    """A wheel without some of its files."""
    contents = {name: data for name, data in files().items() if name not in names}
    contents[RECORD] = record(contents).encode()
    return raw_archive([Member(name, data) for name, data in contents.items()])


def entry(**lies: object) -> bytes:
    """A wheel with one more entry, with these attributes of a `Member`."""
    member = Member("demo/x.txt", b"contents")
    for key, value in lies.items():
        setattr(member, key, value)
    return raw_archive([*members(text=record(files({member.name: member.contents}))), member])


def scripts(text: str) -> bytes:
    """A wheel with these entry points."""
    return wheel({f"{INFO}/entry_points.txt": text.encode()})


def script(line: str) -> bytes:
    """A wheel with one script."""
    return scripts(f"[console_scripts]\n{line}\n")


def edited(edit: Callable[[str], str], more: Mapping[str, bytes] | None = None) -> bytes:
    """A wheel whose RECORD is edited."""
    return wheel(more, edit(record(files(more))))


def hashed(algorithm: str) -> bytes:
    """A wheel whose RECORD has hashes of this algorithm."""
    rows = []
    for name, data in files().items():
        digest = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},{algorithm}={digest},{len(data)}\n")
    return wheel(text="".join([*rows, f"{RECORD},,\n"]))


def descriptor(contents: bytes, *, size: int | None = None, form: str = "<4sLLL") -> bytes:
    """The sizes that can follow the data of an entry."""
    size = len(contents) if size is None else size
    values = [zlib.crc32(contents), len(contents), size]
    return struct.pack(form, *([b"PK\7\x08", *values] if "s" in form else values))


def overlapping() -> bytes:
    """A wheel in which an entry lies in the data of another one, header and all."""
    inner = Member("demo/inner.txt", b"x", is_written=False)
    header = inner.header(inner.truth())
    outer = Member("demo/outer.txt", header + inner.contents)
    contents = files({outer.name: outer.contents, inner.name: inner.contents})
    others = [*members(text=record(contents)), outer]
    inner.central = {"offset": raw_archive(others).index(header)}
    return raw_archive([*others, inner])


def with_zip64_end() -> bytes:
    """A wheel with the end of an archive of more than 4 GiB before the other one."""
    plain = raw_archive(members())
    end = plain.rindex(b"PK\5\6")
    number, size, offset = struct.unpack("<8xHxxLLxx", plain[end:])
    return plain[:end] + zip64_end(number, size, offset, end) + plain[end:]


def zip64_end(number: int, size: int, offset: int, position: int) -> bytes:
    """The end record of a large archive, and the record that points to it."""
    large = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, number, number, size, offset)
    return large + struct.pack("<4sLQL", b"PK\6\7", 0, position, 1)


def two_ends() -> bytes:
    """Two wheels in one file: the second is the comment of the first."""
    first = raw_archive(members({"demo/first.txt": b"1"}))
    second = raw_archive(members({"demo/second.txt": b"2"}), start=len(first))
    return first[:-2] + struct.pack("<H", len(second)) + second


def renamed(info: str) -> bytes:
    """A wheel whose folder of metadata has another name."""
    contents = {name.replace(INFO, info): data for name, data in files().items()}
    contents[f"{info}/RECORD"] = record(contents, info).encode()
    return raw_archive([Member(name, data) for name, data in contents.items()])


@dataclass(frozen=True)
class Case:
    """A row of the table."""

    name: str
    make: Callable[[str], bytes]
    pip: str
    # With the reason, if it refuses the wheel.
    fastvenv: str


def row(name: str, make: bytes | Callable[[str], bytes], pip: str, fastvenv: str) -> Case:
    """A case. If its wheel is large, or depends on the folder around the environment, it is made when needed."""
    return Case(name, make if callable(make) else lambda _: make, pip, fastvenv)


SECOND_NAME = struct.pack("<HHBL", 0x7075, 5 + len(b"demo/y.txt"), 1, zlib.crc32(b"demo/x.txt")) + b"demo/y.txt"

CASES = [
    row("sound", wheel(), INSTALLED, INSTALLED),
    row("sound, compressed", entry(method=8), INSTALLED, INSTALLED),
    # Paths.
    row("out of the root", wheel({"../evil.txt": b""}), REFUSED, "refused: its path leaves the wheel"),
    row("out of the environment", wheel({"../../../../evil.txt": b""}), REFUSED, "refused: its path leaves the wheel"),
    row(
        "out of the root and back",
        wheel({"demo/../../site-packages/evil.txt": b""}),
        INSTALLED,
        "refused: its path leaves the wheel",
    ),
    row("absolute", lambda outside: wheel({f"{outside}/evil.txt": b""}), REFUSED, "refused: its path leaves the wheel"),
    row("a drive", wheel({"C:/evil.txt": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row("a drive's own directory", wheel({"C:evil.txt": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row("a share", wheel({"//server/share/evil.txt": b""}), REFUSED, "refused: its path leaves the wheel"),
    row(
        "a share with backslashes",
        wheel({"\\\\server\\share\\evil.txt": b""}),
        INSTALLED,
        "refused: its path is not one of a wheel",
    ),
    row("backslashes", wheel({"..\\..\\evil.txt": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row("a stream", wheel({"demo/x.txt:stream": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row("an empty part", wheel({"demo//x.txt": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row("a dot as a part", wheel({"demo/./x.txt": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row("a line break", wheel({"demo/x\n.txt": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row("a NUL", wheel({"demo/x.txt\0.py": b""}), INSTALLED, "refused: its path is not one of a wheel"),
    row(
        "a folder out of the root",
        entry(name="../evil/", contents=b"", mode=0o40755),
        INSTALLED,
        "refused: its path leaves the wheel",
    ),
    # Links and twins.
    row("a link", entry(contents=b"/etc/passwd", mode=0o120777), INSTALLED, "refused: it is a link"),
    row(
        "a file below a link",
        raw_archive([*members({"demo/d/x": b""}), Member("demo/d", b"/tmp", mode=0o120777)]),
        REFUSED,
        "refused: it is a link",
    ),
    row(
        "a file below a file",
        wheel({"demo/d": b"", "demo/d/x": b""}),
        REFUSED,
        "refused: what should be its folder is a file",
    ),
    row("a device", entry(mode=0o20666), INSTALLED, INSTALLED),
    row(
        "an entry twice",
        raw_archive([*members(), Member("demo/__init__.py", b"x = 2\n")]),
        INSTALLED,
        "refused: it occurs twice",
    ),
    row("twins by case", wheel({"demo/a.txt": b"1", "demo/A.txt": b"2"}), INSTALLED, LEFT),
    row("twins by Unicode", wheel({"demo/\u00e9": b"1", "demo/e\u0301": b"2"}), INSTALLED, LEFT),
    row("a folder and a file, by case", wheel({"demo/a": b"1", "demo/A/x": b"2"}), INSTALLED, LEFT),
    row("a device of Windows", wheel({"demo/NUL.txt": b"", "demo/com1": b""}), INSTALLED, LEFT),
    row("a dot at the end", wheel({"demo/x.": b""}), INSTALLED, LEFT),
    row("a space at the end", wheel({"demo/x ": b""}), INSTALLED, LEFT),
    # Sizes.
    row("much of nothing", lambda _: entry(contents=bytes(20 * MIB), method=8), INSTALLED, INSTALLED),
    row(
        "too much",
        lambda _: entry(contents=bytes(257 * MIB), method=8),
        INSTALLED,
        "refused: the wheel unpacks to more than 256 MiB",
    ),
    row("less than it says", entry(local={"size": 9}, central={"size": 9}), INSTALLED, "refused: Invalid size"),
    row(
        "more than it says",
        entry(contents=bytes(MIB), method=8, local={"size": 9}, central={"size": 9}),
        REFUSED,
        "refused: Invalid size",
    ),
    row(
        "not empty as it says",
        entry(local={"size": 0, "crc": 0}, central={"size": 0, "crc": 0}),
        INSTALLED,
        "refused: Invalid size",
    ),
    row(
        "another size before the data",
        entry(local={"size": 7}),
        INSTALLED,
        "refused: the header before its data has another size",
    ),
    row(
        "another checksum before the data",
        entry(local={"crc": 7}),
        INSTALLED,
        "refused: the header before its data has another checksum",
    ),
    row("another checksum", entry(local={"crc": 7}, central={"crc": 7}), REFUSED, "refused: Invalid checksum"),
    row(
        "more in RECORD",
        edited(lambda text: text.replace(",6\n", ",7\n")),
        INSTALLED,
        "refused: its size is not the one in RECORD",
    ),
    # Headers that contradict each other.
    row("encrypted", entry(flags=1), REFUSED, "refused: it is encrypted"),
    row("encrypted in the directory", entry(central={"flags": 1}), REFUSED, "refused: it is encrypted"),
    row("encrypted before the data", entry(local={"flags": 1}), INSTALLED, "refused: it is encrypted"),
    row("strongly encrypted", entry(flags=0x40), REFUSED, "refused: it has flags that wheels do not use"),
    row("a patch", entry(flags=0x20), REFUSED, "refused: it has flags that wheels do not use"),
    row("masked", entry(flags=0x2000), INSTALLED, "refused: it has flags that wheels do not use"),
    row(
        "another name before the data",
        entry(local={"name": b"demo/y.txt"}),
        REFUSED,
        "refused: the header before its data has another name",
    ),
    row(
        "another path before the data",
        entry(local={"name": b"../evil.tx"}),
        REFUSED,
        "refused: the header before its data has another name",
    ),
    row(
        "another method before the data",
        entry(local={"method": 8}),
        INSTALLED,
        "refused: the header before its data says that it is compressed in another way",
    ),
    row(
        "another method in the directory",
        entry(central={"method": 8}),
        REFUSED,
        "refused: the header before its data says that it is compressed in another way",
    ),
    row(
        "an unknown method",
        entry(method=0, local={"method": 99}, central={"method": 99}),
        REFUSED,
        "refused: it is compressed in a way that wheels do not use",
    ),
    row(
        "a newer format",
        entry(local={"version": 99}, central={"version": 99}),
        REFUSED,
        "refused: it needs a newer version of the ZIP format",
    ),
    row("a second name", entry(central={"extra": SECOND_NAME}), INSTALLED, "refused: it has a second name"),
    row(
        "a second name before the data", entry(local={"extra": SECOND_NAME}), INSTALLED, "refused: it has a second name"
    ),
    row(
        "extra fields cut short",
        entry(central={"extra": b"\1\0\x20\0\0\0"}),
        REFUSED,
        "refused: its extra fields are cut short",
    ),
    row(
        "a name in another character set",
        entry(name="demo/\u00e9.txt", local={"flags": 0}, central={"flags": 0}),
        INSTALLED,
        "refused: its name is not ASCII, and not marked as UTF-8",
    ),
    row(
        "a name that is no text",
        entry(local={"name": b"demo/\xff.txt"}, central={"name": b"demo/\xff.txt"}),
        INSTALLED,
        "refused: the name of an entry is not UTF-8",
    ),
    # The form of the archive.
    row("entries that overlap", overlapping(), REFUSED, "refused: its data overlap those of another entry"),
    row(
        "two records of one entry",
        entry(central={"offset": 0}),
        REFUSED,
        "refused: the header before its data has another name",
    ),
    row(
        "sizes behind the data",
        entry(flags=8, local={"crc": 0, "compressed": 0, "size": 0}, after=descriptor(b"contents")),
        INSTALLED,
        INSTALLED,
    ),
    row(
        "sizes behind the data, unmarked",
        entry(flags=8, after=descriptor(b"contents", form="<LLL")),
        INSTALLED,
        INSTALLED,
    ),
    row(
        "large sizes behind the data",
        entry(flags=8, after=descriptor(b"contents", form="<4sLQQ")),
        INSTALLED,
        INSTALLED,
    ),
    row(
        "other sizes behind the data",
        entry(flags=8, after=descriptor(b"contents", size=9)),
        INSTALLED,
        "refused: the sizes behind its data are not those in the directory",
    ),
    row(
        "no sizes behind the data",
        entry(flags=8),
        INSTALLED,
        "refused: the sizes behind its data are not those in the directory",
    ),
    row(
        "zip64 sizes",
        entry(central={"compressed": 0xFFFFFFFF, "size": 0xFFFFFFFF, "extra": struct.pack("<HHQQ", 1, 16, 8, 8)}),
        INSTALLED,
        INSTALLED,
    ),
    row(
        "zip64 sizes without the sizes",
        entry(central={"compressed": 0xFFFFFFFF, "size": 0xFFFFFFFF}),
        REFUSED,
        "refused: Unexpected end of file",
    ),
    row("a zip64 end", with_zip64_end(), INSTALLED, "refused: the archive has the form of one of more than 4 GiB"),
    row(
        "a zip64 end in a comment",
        entry(central={"comment": zip64_end(0, 0, 0, 0)}),
        REFUSED,
        "refused: the archive has the form of one of more than 4 GiB",
    ),
    row(
        "a prefix",
        b"#!/bin/sh\n" + raw_archive(members()),
        INSTALLED,
        "refused: the archive is broken: its end does not tell where its entries are",
    ),
    row(
        "a hidden entry",
        entry(before=Member("demo/y.txt").header(Member("demo/y.txt").truth())),
        INSTALLED,
        "refused: before it lies something that belongs to no entry",
    ),
    row(
        "something before the directory",
        raw_archive(members(), before_directory=b"hidden"),
        INSTALLED,
        "refused: before the directory of the archive lies something that belongs to no entry",
    ),
    row(
        "something behind the directory",
        raw_archive(members(), before_end=b"hidden"),
        REFUSED,
        "refused: Unexpected end of file",
    ),
    row(
        "something behind the end",
        raw_archive(members(), suffix=b"hidden"),
        INSTALLED,
        "refused: something follows the end of the archive",
    ),
    row(
        "something behind compressed data",
        entry(method=8, data=lambda: deflated(b"contents") + b"hidden"),
        INSTALLED,
        "refused: something follows its compressed data",
    ),
    row("a comment", raw_archive(members(), comment=b"comment"), INSTALLED, INSTALLED),
    row(
        "an end in a comment",
        raw_archive(members(), comment=b"PK\5\6" + bytes(18)),
        REFUSED,
        "refused: Invalid signature",
    ),
    row(
        "a comment that is too short",
        raw_archive(members(), comment=b"comment")[:-1],
        INSTALLED,
        "refused: Unexpected end of file",
    ),
    row("two ends", two_ends(), INSTALLED, "refused: before it lies something that belongs to no entry"),
    row(
        "fewer entries than there are",
        raw_archive(members(), end={"number": 1}),
        INSTALLED,
        "refused: the archive is broken: its end does not tell where its entries are",
    ),
    row(
        "a shorter directory than there is",
        raw_archive(members(), end={"size": 60}),
        REFUSED,
        "refused: the archive is broken: its end does not tell where its entries are",
    ),
    row(
        "another offset of the directory",
        raw_archive(members(), end={"offset": 10}),
        REFUSED,
        "refused: Invalid signature",
    ),
    row("cut short", wheel()[:-30], REFUSED, "refused: Missing end of central directory"),
    # Metadata.
    row(
        "two folders of metadata",
        wheel({"other-1.0.dist-info/METADATA": METADATA}),
        REFUSED,
        "refused: it is a second folder of metadata",
    ),
    row(
        "a second folder of metadata, empty",
        raw_archive([*members(), Member("other-1.0.dist-info/")]),
        REFUSED,
        "refused: it is a second folder of metadata",
    ),
    row(
        "metadata of another distribution",
        renamed("other-1.0.dist-info"),
        REFUSED,
        "refused: it is the metadata of another distribution",
    ),
    row(
        "metadata of a longer name",
        renamed("demonic-1.0.dist-info"),
        INSTALLED,
        "refused: it is the metadata of another distribution",
    ),
    row(
        "metadata of another version",
        renamed("demo-2.0.dist-info"),
        INSTALLED,
        "refused: it is the metadata of another distribution",
    ),
    row("metadata with another spelling", renamed("Demo-1.0.dist-info"), INSTALLED, LEFT),
    row("no metadata", renamed("demo"), REFUSED, "refused: it has no folder of metadata"),
    row("no METADATA", without(f"{INFO}/METADATA"), REFUSED, "refused: it is missing"),
    row(
        "another name",
        wheel({f"{INFO}/METADATA": METADATA.replace(b"demo", b"other")}),
        REFUSED,
        "refused: it is about another distribution: other 1.0",
    ),
    row(
        "another version",
        wheel({f"{INFO}/METADATA": METADATA.replace(b"1.0", b"2.0")}),
        REFUSED,
        "refused: it is about another distribution: demo 2.0",
    ),
    row(
        "another spelling of the version",
        wheel({f"{INFO}/METADATA": METADATA.replace(b"1.0", b"1.0.0")}),
        INSTALLED,
        LEFT,
    ),
    row(
        "a name in the text",
        wheel({f"{INFO}/METADATA": METADATA.replace(b"Name", b"\nName")}),
        REFUSED,
        "refused: it has no name or no version",
    ),
    row(
        "another name first",
        wheel({f"{INFO}/METADATA": b"X: y\rName: other\n" + METADATA}),
        REFUSED,
        "refused: it is about another distribution: other 1.0",
    ),
    row(
        "METADATA that is no text",
        wheel({f"{INFO}/METADATA": METADATA + b"\n\xff"}),
        REFUSED,
        "refused: it is not UTF-8",
    ),
    row("no WHEEL", without(f"{INFO}/WHEEL"), REFUSED, "refused: it is missing"),
    row(
        "a newer wheel",
        wheel({f"{INFO}/WHEEL": WHEEL.replace(b"1.0", b"2.0")}),
        REFUSED,
        "refused: its version of the wheel format is not known",
    ),
    row("a somewhat newer wheel", wheel({f"{INFO}/WHEEL": WHEEL.replace(b"1.0", b"1.9")}), INSTALLED, INSTALLED),
    row(
        "a wheel without version",
        wheel({f"{INFO}/WHEEL": WHEEL.replace(b"Wheel-Version: 1.0\n", b"")}),
        REFUSED,
        "refused: its version of the wheel format is not known",
    ),
    # RECORD.
    row("no RECORD", raw_archive(members()[:-1]), REFUSED, "refused: it is missing"),
    row(
        "another hash",
        edited(lambda text: text.replace("sha256=", "sha256=x", 1)),
        INSTALLED,
        "refused: its hash is not the one in RECORD",
    ),
    row(
        "no hash",
        edited(lambda text: text.replace(record_hash(b"x = 1\n"), "")),
        INSTALLED,
        "refused: RECORD has no hash of it",
    ),
    row("sha384", hashed("sha384"), INSTALLED, INSTALLED),
    row("sha512", hashed("sha512"), INSTALLED, INSTALLED),
    row("md5", hashed("md5"), INSTALLED, "refused: its hash in RECORD is md5, which can be forged"),
    row("sha1", hashed("sha1"), INSTALLED, "refused: its hash in RECORD is sha1, which can be forged"),
    row("blake2b", hashed("blake2b"), INSTALLED, 'refused: its hash in RECORD is "blake2b", which is not known here'),
    row("no size", edited(lambda text: text.replace(",6\n", ",\n")), INSTALLED, LEFT),
    row(
        "a size with a sign",
        edited(lambda text: text.replace(",6\n", ",+6\n")),
        INSTALLED,
        "refused: it has a size that is no number",
    ),
    row(
        "a file that RECORD does not have",
        edited(lambda text: text.split("\n", 1)[1]),
        INSTALLED,
        "refused: it is not in RECORD",
    ),
    row(
        "a file that only RECORD has",
        edited(lambda text: text + "demo/y.txt,,\n"),
        INSTALLED,
        "refused: RECORD has it, but the archive does not",
    ),
    row(
        "an absolute path in RECORD",
        lambda outside: edited(lambda text: text + f"{outside}/precious,,\n"),
        INSTALLED,
        "refused: RECORD has it, but the archive does not",
    ),
    row(
        "a path out of the root in RECORD",
        edited(lambda text: text + "../../../../precious,,\n"),
        INSTALLED,
        "refused: RECORD has it, but the archive does not",
    ),
    row(
        "a path twice in RECORD",
        edited(lambda text: text + text.split("\n", 1)[0] + "\n"),
        INSTALLED,
        "refused: RECORD has it twice",
    ),
    row(
        "another spelling of a path in RECORD",
        edited(lambda text: text.replace("demo/", "./demo/", 1)),
        INSTALLED,
        "refused: it is not in RECORD",
    ),
    row(
        "a RECORD of itself",
        edited(lambda text: text.replace("RECORD,,", f"RECORD,{record_hash(b'')},0")),
        INSTALLED,
        LEFT,
    ),
    row("an empty line in RECORD", edited(lambda text: "\n" + text), REFUSED, "refused: it has an empty line"),
    row(
        "a byte order mark in RECORD",
        edited(lambda text: "\ufeff" + text),
        INSTALLED,
        "refused: it begins with a byte order mark",
    ),
    row("a signature", wheel({f"{INFO}/RECORD.jws": b"{}"}), INSTALLED, LEFT),
    row(
        "a RECORD that is no text",
        raw_archive([*members()[:-1], Member(RECORD, b"\xff,,\n")]),
        REFUSED,
        "refused: it is not a list of files",
    ),
    # Entry points.
    row("a script", script("tool = demo:main"), INSTALLED, INSTALLED),
    row(
        "a separator in a script's name",
        script("../../evil = demo:main"),
        ESCAPES,
        "refused: it has a line that is no script",
    ),
    row("a script in a folder", script("sub/tool = demo:main"), INSTALLED, "refused: it has a line that is no script"),
    row(
        "an absolute script",
        lambda outside: script(f"{outside}/evil = demo:main"),
        ESCAPES,
        "refused: it has a line that is no script",
    ),
    row(
        "a backslash in a script's name",
        script("..\\evil = demo:main"),
        INSTALLED,
        "refused: it has a line that is no script",
    ),
    row(
        "a shell's characters in a script's name",
        script("$(x);y = demo:main"),
        INSTALLED,
        "refused: it has a line that is no script",
    ),
    row(
        "a line break in a script's name",
        script("to\rol = demo:main"),
        REFUSED,
        "refused: it has a character that ends a line for some readers alone",
    ),
    row(
        "a separator of lines in a script's name",
        script("to\u2028ol = demo:main"),
        REFUSED,
        "refused: it has a character that ends a line for some readers alone",
    ),
    row(
        "a hidden group",
        scripts("[other]\na = b\u2028[console_scripts]\nevil = demo:main\n"),
        INSTALLED,
        "refused: it has a character that ends a line for some readers alone",
    ),
    row(
        "code in a reference",
        script("tool = demo:main;import(os)"),
        INSTALLED,
        "refused: it has a line that is no script",
    ),
    row(
        "a call in a reference", script("tool = os:system('x')"), INSTALLED, "refused: it has a line that is no script"
    ),
    row("no function", script("tool = demo"), REFUSED, "refused: it has a line that is no script"),
    row("code in extras", script("tool = demo:main [x; y]"), REFUSED, "refused: it has a line that is no script"),
    row(
        "two scripts that are one by case",
        scripts("[console_scripts]\ntool = demo:main\nTool = demo:main\n"),
        INSTALLED,
        LEFT,
    ),
    row("a script in the place of the interpreter", script("python = demo:main"), INSTALLED, LEFT),
    row(
        "entry points that are no text",
        wheel({f"{INFO}/entry_points.txt": b"\xff"}),
        REFUSED,
        "refused: it is not UTF-8",
    ),
    row(
        "a line that is no entry point",
        scripts("[other]\nevil\n"),
        REFUSED,
        "refused: it has a line that is no entry point",
    ),
    # *.data.
    row("data", wheel({"demo-1.0.data/data/share/x": b""}), INSTALLED, INSTALLED),
    row(
        "data out of the root",
        wheel({"demo-1.0.data/data/../../../evil": b""}),
        REFUSED,
        "refused: its path leaves the wheel",
    ),
    row("an unknown category", wheel({"demo-1.0.data/other/x": b""}), REFUSED, LEFT),
    row(
        "a category that leads out",
        wheel({"demo-1.0.data/../evil": b""}),
        REFUSED,
        "refused: its path leaves the wheel",
    ),
    row("no category", wheel({"demo-1.0.data/x": b""}), REFUSED, LEFT),
    row(
        "a script out of the root",
        wheel({"demo-1.0.data/scripts/../../evil": b""}),
        REFUSED,
        "refused: its path leaves the wheel",
    ),
    row(
        "a script of the wheel in a folder",
        wheel({"demo-1.0.data/scripts/sub/tool": b"#!python\n"}),
        INSTALLED,
        INSTALLED,
    ),
    row(
        "a script of the wheel as the interpreter",
        wheel({"demo-1.0.data/scripts/python": b"#!/bin/sh\n"}),
        INSTALLED,
        LEFT,
    ),
    row("data as the interpreter", wheel({"demo-1.0.data/data/bin/python": b"#!/bin/sh\n"}), INSTALLED, LEFT),
    row("data as the configuration", wheel({"demo-1.0.data/data/pyvenv.cfg": b"home = /evil\n"}), INSTALLED, LEFT),
    row("data in the place of a module", wheel({"demo-1.0.data/purelib/demo/__init__.py": b"y"}), INSTALLED, LEFT),
    row("a line of shell in a script", wheel({"demo-1.0.data/scripts/tool": b"#!python;rm\n"}), INSTALLED, INSTALLED),
    row("bytecode", wheel({"demo/__pycache__/__init__.cpython-313.pyc": b"evil"}), INSTALLED, LEFT),
]


@dataclass(frozen=True)
class Surroundings:
    """The files around the environment, which have to stay unchanged."""

    python: Interpreter
    installers: Installers

    @property
    def folder(self) -> Path:
        """The folder that the environment is in."""
        return self.installers.env_dir.parent

    def restore(self) -> None:
        """Put every file in its place."""
        for path in self.folder.iterdir():
            if path != self.installers.env_dir:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (self.folder / "precious").write_text("precious")

    def state(self) -> dict[str, Entry]:
        """The files around the environment, in the home, and of the base interpreter."""
        around = {path: entry for path, entry in snapshot(self.folder).items() if path.split("/")[0] != "env"}
        base = Path(os.path.realpath(self.python.path))
        status = base.stat()
        interpreter = {str(base): (str(status.st_ino), str(status.st_size), str(status.st_mtime_ns))}
        return {**around, **snapshot(Path(self.python.home)), **interpreter}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_wheel_that_was_made_to_do_harm_does_none(python: Interpreter, installers: Installers, case: Case) -> None:
    around = Surroundings(python, installers)
    around.restore()
    made = installers.root / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    (made / NAME).write_bytes(case.make(str(around.folder)))
    before = around.state()

    installers.reset()
    installed, error = installers.ask("natively", [str(installers.pip), str(made / NAME)], None, False)
    ours = installers.added()
    assert around.state() == before
    if not installed:
        assert snapshot(installers.env_dir) == installers.before
    assert is_outcome(case.fastvenv, installed, error)

    installers.reset()
    answer = installers.ask("with_pip", "demo==1.0", str(made), "--no-compile")
    theirs = installers.added()
    is_escaped = around.state() != before
    installers.reset()
    assert case.pip == (ESCAPES if is_escaped else INSTALLED if answer == [0, None] else REFUSED)
    if installed:
        assert ours == theirs


def is_outcome(expected: str, installed: bool | None, error: str | None) -> bool:
    """Whether the outcome of fastvenv for a wheel is that of the table, with the same reason."""
    if error is None:
        return expected == (INSTALLED if installed else LEFT)
    verdict, _, reason = expected.partition(": ")
    return verdict == REFUSED and f"{NAME} cannot be installed: " in error and reason in error


def test_what_pip_refuses_is_not_installed() -> None:
    assert not [case.name for case in CASES if case.pip != INSTALLED and case.fastvenv == INSTALLED]

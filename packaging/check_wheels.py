"""Checks wheels of a release: `python packaging/check_wheels.py WHEEL...`.

Each has the module and the program, both for the platform of its tag and without a path of the machine, the licences,
the list of its contents, and a RECORD that fits its files. auditwheel confirms the tags of those for Linux.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from elftools.elf.elffile import ELFFile

# How a program starts, by the platform.
MAGIC = {"linux": b"\x7fELF", "macosx": b"\xcf\xfa\xed\xfe", "win": b"MZ"}
# In homes, and where continuous integration builds. Where Homebrew is on Linux is the same everywhere.
PATHS = re.compile(rb"(?:/root|/home/(?!linuxbrew)\w+|/Users/\w+|/tmp|[A-Z]:\\(?:Users|a)\\)[/\\][\w./\\-]+")


def main() -> None:
    """Check each wheel, and say what is wrong."""
    faults = [f"{Path(name).name}: {fault}" for name in sys.argv[1:] for fault in faults_of(Path(name))]
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(sys.argv) - 1} wheels are in order")


def faults_of(wheel: Path) -> list[str]:
    """What is wrong with a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    platform = wheel.stem.rpartition("-")[2]
    faults = [
        f"it has no {pattern}"
        for pattern in (
            r"fastvenv/_native\..*(?:so|pyd)",
            r".*\.data/scripts/fastvenv(?:\.exe)?",
            r".*\.dist-info/licenses/LICENSE",
            r".*\.dist-info/licenses/THIRD-PARTY-NOTICES\.txt",
            r".*\.dist-info/sboms/.*\.json",
        )
        if not any(re.fullmatch(pattern, name) for name in files)
    ]
    for name, content in files.items():
        if is_program(name):
            magic = next(value for key, value in MAGIC.items() if key in platform)
            faults += [] if content.startswith(magic) else [f"{name} is not for {platform}"]
            faults += [] if modes[name] & 0o100 or name.endswith(".pyd") else [f"{name} cannot be executed"]
        if not name.endswith((".py", ".txt", "METADATA")):
            faults += [f"{name} has the path {found.decode()}" for found in sorted(set(PATHS.findall(content)))[:3]]
    return faults + faults_of_record(files) + faults_of_tag(wheel, platform, files)


def faults_of_record(files: dict[str, bytes]) -> list[str]:
    """What RECORD says of files that is not so."""
    [record] = [name for name in files if name.endswith(".dist-info/RECORD")]
    listed = {name: (digest, size) for name, digest, size in csv.reader(files[record].decode().splitlines())}
    faults = [f"RECORD does not have {name}" for name in files.keys() - listed.keys()]
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        if name != record and listed.get(name) != (f"sha256={digest}", str(len(content))):
            faults.append(f"RECORD has another hash of {name}")
    return faults


def faults_of_tag(wheel: Path, platform: str, files: dict[str, bytes]) -> list[str]:
    """What a wheel for Linux needs that its tag does not promise.

    auditwheel says it of manylinux; of musllinux only where the system has musl, so its libraries are looked at here.
    """
    if platform.startswith("musllinux"):
        needed = {library for name, content in files.items() if is_program(name) for library in libraries(content)}
        return [f"it needs {library}" for library in sorted(needed) if not library.startswith("libc.")]
    if "linux" not in platform:
        return []
    command = [sys.executable, "-m", "auditwheel", "show", str(wheel)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    is_confirmed = f'"{platform.rpartition(".")[2]}"' in shown.stdout
    return [] if is_confirmed else [f"auditwheel: {shown.stdout.strip()}{shown.stderr.strip()}"]


def is_program(name: str) -> bool:
    """Whether a file of a wheel is the module or the program."""
    return name.endswith((".so", ".pyd")) or "/scripts/fastvenv" in name


def libraries(content: bytes) -> list[str]:
    """The shared libraries that an ELF file needs."""
    dynamic = ELFFile(io.BytesIO(content)).get_section_by_name(".dynamic")
    return [tag.needed for tag in dynamic.iter_tags() if tag.entry.d_tag == "DT_NEEDED"]


if __name__ == "__main__":
    main()

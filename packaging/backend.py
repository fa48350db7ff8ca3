"""The build backend (PEP 517): maturin's, with the program `fastvenv` and its man page in each wheel.

maturin builds either an extension module or a program from one crate. So this module calls it twice, with the same
options: for a wheel of the program, and for the wheel of the package, with the program among its data files. maturin
takes data files from a folder, which exists only during the build. `maturin develop` does not use this module, and so
leaves the program out.

With the setting `program-target`, the program is built for another target of Rust than the module. The wheels of a
release for glibc have a program for musl: it is linked statically, and starts faster than one that loads a C library.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import bill_of_materials
import maturin
from maturin import (
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

# Where maturin looks for data files: the name of the module, and `.data`.
DATA = Path("fastvenv._native.data")
MAN_PAGES = Path(__file__).with_name("man")


def build_wheel(
    wheel_directory: str, config_settings: Mapping[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel with the program in it, and with a list of its contents that each build makes the same."""
    options = options_of(config_settings)
    with program(program_options(options, config_settings)):
        name: str = maturin.build_wheel(wheel_directory, {"build-args": options}, metadata_directory)
    bill_of_materials.settle(Path(wheel_directory, name), Path.cwd())
    return name


def build_editable(
    wheel_directory: str, config_settings: Mapping[str, Any] | None = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel that has the program, and leads to the sources of the package."""
    options = options_of(config_settings)
    with program(program_options(options, config_settings)):
        name: str = maturin.build_editable(wheel_directory, {"build-args": options}, metadata_directory)
    return name


def options_of(config_settings: Mapping[str, Any] | None) -> list[str]:
    """Return the options for maturin: those of the frontend or of `MATURIN_PEP517_ARGS`, and the best compression."""
    return ["--compression-level", "9", *maturin.get_maturin_pep517_args(config_settings)]


@contextlib.contextmanager
def program(options: list[str]) -> Iterator[None]:
    """Build the program, and keep it where maturin looks for data files until the context ends."""
    # A build that was killed leaves the folder, whose files maturin would add, too.
    shutil.rmtree(DATA, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            name = maturin.build_wheel(folder, {"build-args": options})
            unpack_scripts(Path(folder, name), DATA / "scripts")
        shutil.copytree(MAN_PAGES, DATA / "data/share/man/man1")
        yield
    finally:
        shutil.rmtree(DATA, ignore_errors=True)


def program_options(options: list[str], config_settings: Mapping[str, Any] | None) -> list[str]:
    """Return the options for the program."""
    # The program does not depend on the interpreter, and maturin accepts some interpreters for modules only.
    options = [*without(options, "-i", "--interpreter"), "--bindings", "bin", "--no-default-features"]
    target = (config_settings or {}).get("program-target")
    if target:
        # The tag of the wheel is for the module.
        options = [*without(options, "--target", "--compatibility"), "--target", target, "--compatibility", "linux"]
    return options


def without(options: list[str], *names: str) -> list[str]:
    """Leave out the options of these names, with their values."""
    kept: list[str] = []
    rest = iter(options)
    for option in rest:
        if option in names:
            next(rest)
        elif not option.startswith(tuple(f"{name}=" for name in names if name.startswith("--"))):
            kept.append(option)
    return kept


def unpack_scripts(wheel: Path, folder: Path) -> None:
    """Unpack the programs of a wheel into a folder, executable."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if ".data/scripts/" in name:
                path = folder / Path(name).name
                path.write_bytes(archive.read(name))
                path.chmod(0o755)

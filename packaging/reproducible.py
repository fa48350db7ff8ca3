"""Builds a commit twice, in different places, and compares the wheels byte by byte.

`SOURCE_DATE_EPOCH` has to be set. Each build has a folder of its own for what cargo compiles, and is told to keep the
paths of the machine out, as the builds of a release are.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Build twice and compare."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = [build(Path(folder, name)) for name in ("one", "another/place")]
        contents = [path.read_bytes() for path in wheels]
        if contents[0] != contents[1]:
            sys.exit("\n".join(["the wheels differ:", *differences(*wheels)]))
        checked = subprocess.run([sys.executable, ROOT / "packaging/check_wheels.py", wheels[0]], check=False)
        print(f"{wheels[0].name}: sha256 {hashlib.sha256(contents[0]).hexdigest()}, twice")
        sys.exit(checked.returncode)


def build(checkout: Path) -> Path:
    """Check the commit out, and build a wheel of it."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(checkout)], check=True)
    home = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    env = {**os.environ, "CARGO_ENCODED_RUSTFLAGS": f"--remap-path-prefix={home}=/cargo"}
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(checkout / "dist")]
    subprocess.run([*command, "-Cbuild-args=--zig --compatibility manylinux2014", str(checkout)], env=env, check=True)
    [wheel] = (checkout / "dist").glob("*.whl")
    return wheel


def differences(one: Path, other: Path) -> list[str]:
    """The files of two wheels that differ."""
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        names = sorted({*first.namelist(), *second.namelist()})
        return [name for name in names if name not in second.namelist() or first.read(name) != second.read(name)]


if __name__ == "__main__":
    main()

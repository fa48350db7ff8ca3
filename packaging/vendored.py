"""Puts the sources of the crates into a source distribution, so that it builds without a network.

    python packaging/vendored.py dist/fastvenv-1.2.3.tar.gz FOLDER

writes an archive of the same name into the folder, with what `cargo vendor` fetches and the settings that let cargo use
it.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path


def main() -> None:
    """Unpack, add the crates, and pack."""
    sdist, folder = Path(sys.argv[1]), Path(sys.argv[2])
    name = sdist.name.removesuffix(".tar.gz")
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(sdist) as archive:
            archive.extractall(place, filter="data")
        root = Path(place, name)
        command = ["cargo", "vendor", "--locked", "--versioned-dirs", "vendor"]
        settings = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
        (root / ".cargo").mkdir()
        (root / ".cargo/config.toml").write_text(settings, encoding="utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(folder / sdist.name, "w:gz") as archive:
            archive.add(root, name)
    print(folder / sdist.name)


if __name__ == "__main__":
    main()

"""Sets the addresses of the project: of the repository, and of the documentation.

`pyproject.toml` holds them; the other files that link to them repeat them. `python packaging/addresses.py` prints
them, and

    python packaging/addresses.py https://github.com/OWNER/fastvenv https://OWNER.github.io/fastvenv/

writes new ones into every file. `test_documents` fails where a file has another address than `pyproject.toml`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The files that may hold an address.
PATTERNS = ["*.md", "*.toml", "*.cff", ".github/**/*.yml", ".github/**/*.md", "docs/**/*.md", "docs/conf.py"]


def addresses() -> tuple[str, str]:
    """The addresses of the repository and of the documentation, from `pyproject.toml`."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [repository] = re.findall('^Repository = "(.*)"', text, re.MULTILINE)
    [documentation] = re.findall('^Documentation = "(.*)"', text, re.MULTILINE)
    return repository, documentation


def raw(repository: str) -> str:
    """The address that a file of a repository has, for images."""
    return repository.replace("https://github.com/", "https://raw.githubusercontent.com/")


def files() -> list[Path]:
    """The files that may hold an address."""
    return sorted({path for pattern in PATTERNS for path in ROOT.glob(pattern)})


def main() -> None:
    """Print the addresses, or replace them."""
    old = addresses()
    if len(sys.argv) == 1:
        print("\n".join(old))
        return
    new = (sys.argv[1].rstrip("/"), sys.argv[2])
    pairs = [*zip(old, new), (raw(old[0]), raw(new[0]))]
    for path in files():
        text = changed = path.read_text(encoding="utf-8")
        for before, after in pairs:
            changed = changed.replace(before, after)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()

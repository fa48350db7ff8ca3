"""The sections of a page of the documentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sections(page: Path) -> dict[str, str]:
    """Return the text from each title of a page to the next one, by the anchor that the site gives to the title."""
    found: dict[str, str] = {}
    anchor, is_code = "", False
    for line in page.read_text().splitlines(keepends=True):
        is_code ^= line.startswith("```")
        if line.startswith("#") and not is_code:
            anchor = re.sub("[^a-z0-9]+", "-", line.lower()).strip("-")
            found[anchor] = ""
        else:
            found[anchor] += line
    return found

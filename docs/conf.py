"""How Sphinx makes the documentation: `nox -s docs`.

Sphinx and MyST are chosen over mkdocs-material because Sphinx reads the docstrings of the API and, in its nitpicky
mode, fails on a name that does not resolve; the pages are Markdown all the same. Furo is a theme that works on a narrow
screen and loads nothing from other hosts.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER / "_extensions"), str(FOLDER.parent / "packaging")]

import addresses
import fastvenv

project = "fastvenv"
project_copyright = "the fastvenv authors"
release = version = fastvenv.__version__
repository, html_baseurl = addresses.addresses()

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "options_table", "standard_library"]
exclude_patterns = ["_build", "benchmarks/*.md"]  # included by explanation/benchmarks.md
nitpicky = True

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
# As in the docstrings: names in backquotes are code.
default_role = "code"

# `--clear` is no dash.
smartquotes = False

html_theme = "furo"
html_title = f"fastvenv {release}"
html_copy_source = False
html_theme_options = {"source_repository": repository, "source_branch": "main", "source_directory": "docs/"}

"""Lets `import venv` and `python -m venv` find fastvenv. It runs in any Python, whose own `venv` it falls back to.

The syntax is that of Python 2, which may be among them. It imports nothing until `venv` is imported.
"""

import sys


class Finder(object):
    """Finds the package `venv` in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        """Return what loads `venv`; `None` for every other module."""
        if name != "venv":
            return None
        import importlib.util
        import os

        package = os.path.join(self.folder, "venv")
        return importlib.util.spec_from_file_location(
            name, os.path.join(package, "__init__.py"), submodule_search_locations=[package]
        )


def install(folder):
    """Put a finder before all others. A Python that is too old has none, and its own `venv`."""
    if sys.version_info >= (3, 9) and not any(type(finder).__name__ == "Finder" for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder(folder))

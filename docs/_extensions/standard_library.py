"""Links the names of the standard library to its documentation, without fetching the list of its names.

A name that no module of the standard library has stays unresolved, which the strict build reports.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LIBRARY = "https://docs.python.org/3/library"


def resolve(_app: Sphinx, _env: BuildEnvironment, node: Any, contents: nodes.Element) -> nodes.Element | None:
    """Give a link to a class, function or exception of the standard library; `None` where there is none."""
    if node.get("refdomain") != "py":
        return None
    name = node["reftarget"]
    address = builtin(name) or attribute(name)
    return nodes.reference("", "", contents, refuri=address, internal=False) if address else None


def builtin(name: str) -> str | None:
    """The address of a name that needs no import."""
    import builtins

    if not hasattr(builtins, name):
        return None
    kind = getattr(builtins, name)
    if isinstance(kind, type) and issubclass(kind, BaseException):
        return f"{LIBRARY}/exceptions.html#{name}"
    return f"{LIBRARY}/{'constants' if name in {'None', 'True', 'False'} else 'functions'}.html#{name}"


def attribute(name: str) -> str | None:
    """The address of a name in a module."""
    module, _, rest = name.rpartition(".")
    if module.partition(".")[0] not in sys.stdlib_module_names or not hasattr(importlib.import_module(module), rest):
        return None
    return f"{LIBRARY}/{module}.html#{name}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Ask for what Sphinx itself cannot resolve."""
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True}

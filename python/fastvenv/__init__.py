"""Virtual environments (PEP 405) as the standard library's `venv` makes them, by native code.

The names are those of `venv`. Each is loaded on first use, so that `import fastvenv` takes little time (Python 3.9.0 to
3.9.2 load all at once: `_eager`).
`subprocess` and the other modules are among them because tools and tests patch `venv.subprocess`. Type checkers and
editors read `__init__.pyi`.
"""

import sys

__all__ = ["CORE_VENV_DEPS", "Context", "EnvBuilder", "create", "logger", "main"]

_MODULES = ("logging", "os", "shlex", "shutil", "subprocess", "sysconfig", "types")
_HOMES = {
    "EnvBuilder": "_builder",
    "create": "_create",
    "main": "_cli",
    "Context": "_types",
    "CORE_VENV_DEPS": "_interpreter",
    "__version__": "_native",
}


def __getattr__(name: str) -> object:
    """Load a name on first use (PEP 562), by `__import__`, because `importlib` would have to be loaded."""
    if name in _HOMES:
        value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    elif name in _MODULES:
        value = __import__(name)
    elif name == "logger":
        # Callers of `venv` silence or capture its warnings by the name of its logger.
        value = __import__("logging").getLogger("venv")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES, "logger"})


if sys.version_info < (3, 9, 3):
    from . import _eager  # noqa: F401

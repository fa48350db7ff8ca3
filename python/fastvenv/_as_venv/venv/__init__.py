"""fastvenv under the name `venv`; where it cannot be loaded, the `venv` of this Python."""

import importlib
import importlib.machinery
import importlib.util
import os
import sys

_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# It is in the path where no `sitecustomize` took it out (`-S`), and has no `venv` that anything here looks for.
sys.path[:] = [path for path in sys.path if os.path.normcase(path) != os.path.normcase(_FOLDER)]


def _load():
    """Load fastvenv, which may be in no folder of `sys.path`."""
    if sys.version_info < (3, 9):
        raise ImportError("this Python is too old")
    if "fastvenv" in sys.modules:
        return sys.modules["fastvenv"]
    folder = os.path.dirname(_FOLDER)
    path = os.path.join(folder, "__init__.py")
    spec = importlib.util.spec_from_file_location("fastvenv", path, submodule_search_locations=[folder])
    module = sys.modules["fastvenv"] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        importlib.import_module("fastvenv._native")
    except BaseException:
        for name in [name for name in sys.modules if name.partition(".")[0] == "fastvenv"]:
            del sys.modules[name]
        raise
    return module


def _give_way():
    """Put the `venv` of this Python in the place of this module."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Finder"]
    del sys.modules[__name__]
    sys.modules[__name__] = importlib.import_module(__name__)


class _Module(type(sys)):
    """A module with the names of fastvenv. Those that are replaced here are replaced there, where they are used."""

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if _is_of_fastvenv(name):
            setattr(_fastvenv, name, value)

    def __delattr__(self, name):
        super().__delattr__(name)
        if _is_of_fastvenv(name):
            delattr(_fastvenv, name)


def _is_of_fastvenv(name):
    return name in dir(_fastvenv) and name not in _OWN


def main(args=None):
    """Make the environments that the command line asks for, as the `main` of `venv` does: no settings have an effect."""
    from fastvenv._cli import make_as_venv

    arguments = sys.argv[1:] if args is None else list(args)
    if not make_as_venv(arguments):
        own = _own()
        own.EnvBuilder = _fastvenv.EnvBuilder
        own.main(arguments)


def _own():
    """Load the `venv` of this Python, under no name: this module has it."""
    spec = importlib.machinery.PathFinder.find_spec(__name__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def __getattr__(name):
    try:
        return getattr(_fastvenv, name)
    except AttributeError:
        raise AttributeError("module {!r} has no attribute {!r}".format(__name__, name)) from None


def __dir__():
    return dir(_fastvenv)


try:
    _fastvenv = _load()
except Exception:  # in Python 3.13.0, it is a SystemError where the current directory was deleted
    _give_way()
else:
    # Subclasses read the templates in the folder `scripts` beside the file.
    __file__ = _fastvenv.__file__
    _OWN = frozenset(globals()) | {"_OWN"}
    sys.modules[__name__].__class__ = _Module

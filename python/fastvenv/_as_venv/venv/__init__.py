"""fastvenv under the name `venv`; where it cannot be loaded, the `venv` of this Python."""

import importlib
import importlib.machinery
import importlib.util
import os
import sys


def _load():
    """Load fastvenv, which may be in no folder of `sys.path`."""
    if "fastvenv" in sys.modules:
        return sys.modules["fastvenv"]
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
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


try:
    _fastvenv = _load()
except ImportError:
    _give_way()


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
    return getattr(_fastvenv, name)


def __dir__():
    return dir(_fastvenv)

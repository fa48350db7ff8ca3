"""Where `sysconfig` says that things are, without loading it where the cache remembers what it said.

`sysconfig` and what it loads cost more than everything else in an environment without pip. What it says depends on the
interpreter and on files beside it, all of which are in the key.
"""

import os
import sys

from . import _interpreter, _native, cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

# What is asked for in each environment, where `sysconfig` has the scheme.
_NAMES = ("scripts", "include", "purelib", "platlib") if _interpreter.HAS_VENV_SCHEME else ()
_WHEEL_FOLDER = "WHEEL_PKG_DIR"
# A directory that stands for an environment while its paths are looked up.
_ANYWHERE = os.path.abspath(os.sep + "env")

_facts: "dict[str, str]" = {}


def path(env_dir: str, name: str, use_cache: bool) -> str:
    """The path of that name (`scripts`, `purelib`, …) in an environment, by the scheme `venv`.

    Args:
        env_dir: the environment.
        name: what `sysconfig` calls the path.
        use_cache: the cache may be asked, and told.

    Raises:
        KeyError: there is no such path.

    """
    if name in _NAMES and os.path.isabs(env_dir) and os.path.normpath(env_dir) == env_dir and _is_known(use_cache):
        return os.path.join(env_dir, _facts[name])
    return _look_up(env_dir, name)


def wheel_folder(use_cache: bool) -> "Optional[str]":
    """The folder of the distribution's wheels that Python was built for, where there is one (bpo-42856)."""
    if not _interpreter.HAS_WHEEL_PKG_DIR:
        return None
    if _is_known(use_cache):
        return _facts[_WHEEL_FOLDER] or None
    from fastvenv import sysconfig

    folder: Optional[str] = sysconfig.get_config_var(_WHEEL_FOLDER)
    return folder


def _look_up(env_dir: str, name: str) -> str:
    from fastvenv import sysconfig

    variables = {"base": env_dir, "platbase": env_dir}
    if _interpreter.INCLUDE_IS_VERSIONED:
        variables.update(installed_base=env_dir, installed_platbase=env_dir)
    return sysconfig.get_path(name, scheme="venv", vars=variables)


def _is_known(use_cache: bool) -> bool:
    """Load the facts, from the cache or, to be kept there, from `sysconfig`; not where that is loaded anyway."""
    if _facts:
        return True
    if not use_cache or "sysconfig" in sys.modules:
        return False
    folder, key = cache.directory(), _key()
    if folder is None or key is None:
        return False
    note = _native.recall(folder, key)
    if note is None:
        from fastvenv import sysconfig

        found = {name: os.path.relpath(_look_up(_ANYWHERE, name), _ANYWHERE) for name in _NAMES}
        found[_WHEEL_FOLDER] = sysconfig.get_config_var(_WHEEL_FOLDER) or ""
        _native.remember(folder, key, "".join(f"{name}\t{value}\n" for name, value in found.items()))
    else:
        found = dict(line.split("\t", 1) for line in note.splitlines() if "\t" in line)
    if found.keys() != {*_NAMES, _WHEEL_FOLDER}:
        return False
    _facts.update(found)
    return True


def _key() -> "Optional[str]":
    """All that the answers of `sysconfig` depend on; `None` where its files are not where they usually are."""
    library = os.path.dirname(os.__file__)
    multiarch = getattr(sys.implementation, "_multiarch", "")
    data = f"_sysconfigdata_{getattr(sys, 'abiflags', '')}_{sys.platform}_{multiarch}.py"
    # It became a package in Python 3.13; the names of its data can be set by the environment.
    files = (os.path.join("sysconfig", "__init__.py"), "sysconfig.py", data)
    stamps = [_stamp(os.path.join(library, name)) for name in files]
    if stamps[:2] == [None, None]:
        return None
    settings = [os.environ.get(f"{prefix}PYTHON_SYSCONFIGDATA_NAME") for prefix in ("_", "_CONDA_")]
    base = (sys.base_prefix, sys.base_exec_prefix, getattr(sys, "platlibdir", None))
    return repr((_native.__version__, sys.version, base, library, stamps, settings))


def _stamp(file: str) -> "Optional[tuple[int, int]]":
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size

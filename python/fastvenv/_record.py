"""The record of the running Python, from the cache or made anew.

To make a record, `sysconfig` has to be loaded, which takes longer than all the rest of an environment without pip.
"""

import os
import sys

from . import _interpreter, _native, cache

# The record of this process, once it is known.
_own: "_native.Interpreter | None" = None

# Whether this process is the command, so that nothing has changed `sys`. Only then is the record kept in the cache.
is_command = False


def current(use_cache: bool) -> "_native.Interpreter":
    """Return the record of the running Python.

    Args:
        use_cache: read the record from the cache, and keep it there.

    """
    global _own  # noqa: PLW0603 - it is the same for every call
    if _own is not None:
        return _own
    # If `sysconfig` is loaded already, asking it takes little time; and code that loaded it may have changed it.
    is_lasting = "sysconfig" not in sys.modules
    folder = cache.directory() if use_cache and is_lasting else None
    record = _recalled(folder) if folder is not None else None
    if record is None:
        from . import _probe, _sysconfig  # noqa: F401

        record = _native.Interpreter(_probe.describe())
        if folder is not None and is_command and not sys.flags.no_site:
            record.remember(folder)
    if is_lasting:
        _own = record
    return record


def _recalled(folder: str) -> "_native.Interpreter | None":
    record = _native.Interpreter.recall(folder, sys.executable) if sys.executable else None
    # What settings of the user can change, in the form in which `_probe` prints it.
    prefixes = [sys.base_prefix, sys.base_exec_prefix, getattr(sys, "platlibdir", ""), os.path.dirname(os.__file__)]
    is_own = record is not None and record.description == sys.version and record.prefixes == prefixes
    return record if is_own else None


def path(env_dir: str, name: str, use_cache: bool) -> str:
    """Return the path of that name (`scripts`, `purelib`, …) in an environment, by the scheme `venv`.

    Args:
        env_dir: the environment.
        name: what `sysconfig` calls the path.
        use_cache: read the record from the cache, and keep it there.

    Raises:
        KeyError: there is no such path.

    """
    # From Python 3.11 on, `sysconfig` normalizes the path; before, `venv` joins its parts.
    is_joined = os.path.isabs(env_dir) and os.path.normpath(env_dir) == env_dir
    # Where `sysconfig` is loaded, it takes less time than a record, which would be made of what it says.
    is_known = _own is not None or "sysconfig" not in sys.modules
    if (is_joined and is_known) or not _interpreter.HAS_VENV_SCHEME:
        below = current(use_cache).path(name)
        if below is not None:
            return os.path.join(env_dir, below)
    from . import _probe, _sysconfig  # noqa: F401

    return _probe.path(env_dir, name)

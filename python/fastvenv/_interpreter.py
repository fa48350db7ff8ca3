"""What the `venv` of the running Python does, where versions and implementations differ.

What cannot change while Python runs is a constant. What tests replace is a function.
"""

import os
import sys

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace
    from typing import Optional

VERSION = sys.version_info[:2]
IS_WINDOWS = os.name == "nt"
IS_PYPY = sys.implementation.name == "pypy"

_FEATURES = _native.Features(sys.version_info[1])

HAS_VENV_SCHEME = _FEATURES.has_venv_scheme
ISOLATES_ENSUREPIP = _FEATURES.isolates_ensurepip
DECORATES_PROMPT = _FEATURES.decorates_prompt
IGNORES_SCM_BY_DEFAULT = _FEATURES.ignores_scm_by_default
HAS_WINDOWS_TABLE = _FEATURES.has_windows_table
INCLUDE_IS_VERSIONED = _FEATURES.include_is_versioned
HAS_PLATLIB = _FEATURES.has_platlib
# Up to 3.9.7, and 3.10.0. Their `venv` upgrades pip by `bin/python`, whatever Python was started as (bpo-45337). They
# complain at their end if a thread other than the main one was the first to load `threading` (bpo-1596321).
IS_BEFORE_3_9_8 = sys.version_info < (3, 9, 8) or sys.version_info[:3] == (3, 10, 0)
LINKS_LIB64 = not HAS_PLATLIB and sys.maxsize > 2**32 and os.name == "posix" and sys.platform != "darwin"


def core_dependencies(features: "_native.Features") -> "tuple[str, ...]":
    """Return the names of the distributions that `ensurepip` installs."""
    return ("pip", "setuptools") if features.brings_setuptools else ("pip",)


CORE_VENV_DEPS = core_dependencies(_FEATURES)


def features_of(interpreter: "Optional[_native.Interpreter]") -> "_native.Features":
    """Return what the `venv` of an interpreter does, by default of the running one."""
    return _FEATURES if interpreter is None else _native.Features(interpreter.version[1])


def base_executable() -> str:
    """Return the interpreter to make environments of.

    Links are not resolved, because they stay valid when Python is upgraded (gh-96861).

    Raises:
        ValueError: Python does not know its own path.
        OSError: the interpreter does not exist any more.

    """
    executable: str = getattr(sys, "_base_executable", sys.executable)
    if not executable:
        raise ValueError(
            "Unable to determine path to the running Python interpreter. Provide an explicit path or check that "
            "your PATH environment variable is correctly set."
        )
    # An environment of an interpreter that is gone would fail only when it is used. On Windows, the interpreter of the
    # Store can be started, but its path cannot be followed.
    (os.lstat if IS_WINDOWS else os.stat)(executable)
    return executable


def directory_and_name(executable: str) -> "tuple[str, str]":
    """Return the directory of a base interpreter, and the name that the interpreter of an environment has."""
    directory, name = os.path.split(os.path.abspath(executable))
    if IS_WINDOWS and HAS_WINDOWS_TABLE:
        # The simplest name, a link to the base executable or a copy of its launcher.
        name = "python_d.exe" if os.path.splitext(name)[0].endswith("_d") else "python.exe"
    return directory, name


def is_of_venv(name: str) -> bool:
    """Whether the `venv` of this Python has an option of that name."""
    if name == "--without-scm-ignore-files":
        return IGNORES_SCM_BY_DEFAULT  # they came together
    groups = _native.options()
    return any(name in option["names"] and not option["is_new"] for group in groups for option in group["options"])


def command_of(context: "SimpleNamespace") -> str:
    """Return the path that starts an environment's interpreter. Hooks for `venv` before 3.9.8 set `env_exe` alone."""
    command: str = getattr(context, "env_exec_cmd", None) or context.env_exe
    return command

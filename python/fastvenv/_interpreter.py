"""What the `venv` of the running Python does, where versions and implementations differ.

Facts that cannot change while Python runs; what can, since tests replace it, is a function.
"""

import os
import sys

VERSION = sys.version_info[:2]
IS_WINDOWS = os.name == "nt"
IS_PYPY = sys.implementation.name == "pypy"

# `sysconfig` has a scheme of the name "venv", and pyvenv.cfg tells `executable` and `command` (bpo-45413).
HAS_VENV_SCHEME = VERSION >= (3, 11)

# The child that installs pip runs with -I, and the one that upgrades it prints what it does (gh-98251 ended both).
ISOLATES_ENSUREPIP = VERSION < (3, 10)

# `context.prompt` is "(name) " and not the bare name (gh-89427).
DECORATES_PROMPT = VERSION < (3, 13)

# The command line asks for a .gitignore, and Windows has its own table of executables (gh-83417, gh-103224).
IGNORES_SCM_BY_DEFAULT = VERSION >= (3, 13)
HAS_WINDOWS_TABLE = VERSION >= (3, 13)

# `include` comes from `sysconfig`, with a folder for the version in it.
INCLUDE_IS_VERSIONED = (3, 11) <= VERSION < (3, 14)

# The platlib directory is made; before, a link lib64 -> lib stood in for it, on 64-bit POSIX but macOS (bpo-21197,
# gh-137139).
HAS_PLATLIB = VERSION >= (3, 15)
LINKS_LIB64 = not HAS_PLATLIB and sys.maxsize > 2**32 and os.name == "posix" and sys.platform != "darwin"

# `ensurepip` takes wheels from a folder of the distribution's, where Python was built for one (bpo-42856).
HAS_WHEEL_PKG_DIR = VERSION >= (3, 10)

# setuptools came with pip (gh-101039 ended that).
CORE_VENV_DEPS = ("pip",) if VERSION >= (3, 12) else ("pip", "setuptools")


def base_executable() -> str:
    """The interpreter that environments are made of, not resolved: its links are meant to stay valid (gh-96861).

    Raises:
        ValueError: Python does not know.
        OSError: it is gone.

    """
    executable: str = getattr(sys, "_base_executable", sys.executable)
    if not executable:
        raise ValueError(
            "Unable to determine path to the running Python interpreter. Provide an explicit path or check that "
            "your PATH environment variable is correctly set."
        )
    if not IS_WINDOWS:
        os.stat(executable)  # a link to what is not there would only fail when it is used
    return executable

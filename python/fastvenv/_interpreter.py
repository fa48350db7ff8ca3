"""What the `venv` of the running Python does, where versions and implementations differ.

Facts that cannot change while Python runs. What can (`sys._base_executable`, which tests replace) is read where it is
used.
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

"""Loads every module that `create` may load, for Python 3.9.0 to 3.9.2.

There, `from module import name` can fail while another thread loads the module (bpo-43517). With `venv`, that cannot
happen, since it loads everything at once.
"""

# ruff: noqa: F401

import logging
import os
import shutil
import subprocess

from . import (
    _activation,
    _builder,
    _create,
    _installer,
    _other,
    _probe,
    _record,
    _seed,
    _sysconfig,
    _types,
    _wheels,
    cache,
)

if os.name == "nt":
    from . import _windows
else:
    from . import _posix

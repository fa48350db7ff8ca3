"""Loads every module that `create` may load, for Python 3.9.0 to 3.9.2.

There, `from module import name` can fail while another thread loads the module (bpo-43517). With `venv`, that cannot
happen, since it loads everything at once.
"""

import logging  # noqa: F401
import os
import shutil  # noqa: F401
import subprocess  # noqa: F401
import sysconfig  # noqa: F401

from . import _activation, _builder, _create, _installer, _other, _probe, _record, _seed, _types, _wheels, cache  # noqa: F401

if os.name == "nt":
    from . import _windows  # noqa: F401
else:
    from . import _posix  # noqa: F401

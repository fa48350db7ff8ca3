import logging as logging
import os as os
import shlex as shlex
import shutil as shutil
import subprocess as subprocess
import sys as sys
import sysconfig as sysconfig
import types as types

from ._builder import EnvBuilder as EnvBuilder
from ._cli import main as main
from ._create import create as create
from ._interpreter import CORE_VENV_DEPS as CORE_VENV_DEPS
from ._native import __version__ as __version__
from ._types import Context as Context

__all__ = ["CORE_VENV_DEPS", "Context", "EnvBuilder", "create", "logger", "main"]

logger: logging.Logger

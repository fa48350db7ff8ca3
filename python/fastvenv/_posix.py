"""The interpreter in `bin`, on POSIX. The module is loaded only there."""

import os
import sys

from . import _interpreter, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace

    from ._builder import EnvBuilder


def setup_python(builder: "EnvBuilder", context: "SimpleNamespace") -> None:
    """Put the interpreter into `bin`, under the name that was started, with links or copies under its other names."""
    _native.remove_stale_link(context.env_exe, context.executable)
    _place(builder, context.executable, context.env_exe)
    has_utf8_names = sys.getfilesystemencoding() == "utf-8"
    for name in _native.executable_names(sys.version_info[1], _interpreter.IS_PYPY, has_utf8_names):
        path = os.path.join(context.bin_path, name)
        if path == context.env_exe:
            continue  # an override of `symlink_or_copy` may have led it to another Python, or nowhere
        _native.remove_stale_link(path, context.executable)
        if not os.path.exists(path):
            _place(builder, context.env_exe, path, relative_symlinks_ok=True)
    if _interpreter.IS_PYPY and not builder.symlinks:
        from ._pypy import copy_libraries

        copy_libraries(builder, context)
    os.stat(context.env_exe)  # an environment cannot start if its interpreter is a link that leads nowhere


def _place(builder: "EnvBuilder", src: str, dst: str, **options: bool) -> None:
    builder.symlink_or_copy(src, dst, **options)
    _native.make_executable(dst)


def symlink_or_copy(builder: "EnvBuilder", src: str, dst: str, is_relative: bool) -> None:
    """Link to a file. If the builder wants no links, or the link fails, copy the file."""
    if builder.symlinks and _linked(src, dst, is_relative):
        return
    if _interpreter.IS_PYPY:
        from ._pypy import copy

        copy(src, dst)
    else:
        _native.copy_file(src, dst)


def _linked(src: str, dst: str, is_relative: bool) -> bool:
    """Make the link, and return whether there is one now."""
    if os.path.islink(dst):
        return True
    try:
        if not is_relative:
            _native.symlink(src, dst)
            return True
        if os.path.dirname(src) == os.path.dirname(dst):
            _native.symlink(os.path.basename(src), dst)
            return True
    except OSError:
        if os.path.islink(dst):  # another process made the link meanwhile
            return True
    from fastvenv import logger

    logger.warning("Unable to symlink %r to %r", src, dst)
    return False

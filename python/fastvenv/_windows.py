"""The interpreter in `Scripts`, and paths that Windows redirects. The module is loaded only there."""

import os
import sys

from . import _interpreter, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import SimpleNamespace
    from typing import Optional

    from ._builder import EnvBuilder
    from ._types import EnvDir

    _File = tuple[str, str]

_MOUNT_POINT = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT


def same_path(path1: str, path2: str) -> bool:
    """Return whether two paths differ only in case and short names (gh-90329)."""
    if os.path.normcase(path1) == os.path.normcase(path2):
        return True
    return os.path.normcase(_long_path(path1)) == os.path.normcase(_long_path(path2))


def is_junction(path: "EnvDir") -> bool:
    """Whether a path is that of a junction, or of a folder that a volume is mounted at, and leads to a directory.

    Python distinguishes them from symbolic links (`os.path.isjunction` from 3.12 on); other languages do not.
    """
    try:
        tag = getattr(os.lstat(path), "st_reparse_tag", 0)
    except OSError:
        return False
    return tag == _MOUNT_POINT and os.path.isdir(path)


def _long_path(path: str) -> str:
    """Return a path without short names.

    A Python from before gh-90329 cannot resolve them: its `venv` compares them as they are.
    """
    from importlib import import_module

    resolve = getattr(import_module("_winapi"), "GetLongPathName", os.fsdecode)
    try:
        long_path: str = resolve(os.fsdecode(path))
    except OSError:
        return path
    return long_path


def redirected(builder: "EnvBuilder", env_exe: str) -> str:
    """Return the path by which the environment's interpreter can be started (bpo-45337).

    An installation from the Store redirects what it writes: files can be opened by the original path, but programs
    cannot be started by it. Only the folder is resolved: the interpreter itself may be a link to the base.
    """
    from fastvenv import logger

    folder, name = os.path.split(env_exe)
    real = os.path.join(os.path.realpath(folder), name)
    if builder._same_path(real, env_exe):
        return env_exe
    logger.warning(
        "Actual environment location may have moved due to redirects, links or junctions.\n"
        '  Requested location: "%s"\n'
        '  Actual location:    "%s"',
        env_exe,
        real,
    )
    return real


def setup_python(builder: "EnvBuilder", context: "SimpleNamespace") -> None:
    """Put the interpreter into `Scripts`: links to the base, or copies of the launcher.

    PyPy has no launchers: there, it is for the `venv` that comes with it.
    """
    if _interpreter.IS_PYPY:
        from venv import EnvBuilder as Own

        Own.setup_python(builder, context)  # type: ignore[arg-type]  # it has the attributes of one
        return
    is_source_build = _is_source_build()
    if _interpreter.HAS_WINDOWS_TABLE:
        _setup_by_table(builder, context, is_source_build)
    else:
        names = _native.windows_legacy_names(
            context.python_dir,
            os.path.basename(context.env_exe),
            symlinks=builder.symlinks,
            is_source_build=is_source_build,
        )
        for name in names:
            source = os.path.join(context.python_dir, name)
            if os.path.lexists(source):
                builder.symlink_or_copy(source, os.path.join(context.bin_path, name))
    if is_source_build:
        _copy_tcl(context)


def _is_source_build() -> bool:
    """Whether Python runs where it was built. Up to Python 3.10, `venv` asks that of the `home` in `pyvenv.cfg`."""
    from fastvenv import sysconfig

    return sysconfig.is_python_build(True) if _interpreter.VERSION < (3, 11) else sysconfig.is_python_build()


def _setup_by_table(builder: "EnvBuilder", context: "SimpleNamespace", is_source_build: bool) -> None:
    from fastvenv import logger, sysconfig

    stem = os.path.splitext(os.path.basename(context.env_exe))[0]
    launchers = context.python_dir if is_source_build else _launcher_folder()

    def files(symlinks: bool) -> "list[_File]":
        table = _native.windows_files(
            context.python_dir,
            launchers,
            sys.version_info[1],
            symlinks=symlinks,
            is_debug=os.path.normcase(stem).endswith("_d"),
            is_free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        )
        return [(source, os.path.join(context.bin_path, name)) for name, source in table]

    if builder.symlinks and _link_all(files(symlinks=True)):
        return
    import shutil

    for source, destination in files(symlinks=False):
        try:
            _native.copy_file(source, destination)
            shutil.copystat(source, destination)
        except OSError:
            logger.warning("Unable to copy %r to %r", source, destination)


def _link_all(files: "Iterable[_File]") -> bool:
    """Link every file, or none: if one link fails, the links before it are removed."""
    from fastvenv import logger

    made: list[str] = []
    for source, destination in files:
        try:
            os.symlink(source, destination)  # Python's function, which tests replace by one that fails
        except OSError:
            logger.warning("Unable to symlink %r to %r", source, destination)
            break
        made.append(destination)
    else:
        return True
    for path in made:
        try:
            os.unlink(path)
        except OSError:
            logger.warning("Failed to clean up symlink %r", path)
    logger.warning("Retrying with copies")
    return False


def symlink_or_copy(builder: "EnvBuilder", src: str, dst: str, is_relative: bool) -> None:
    """Up to Python 3.12: link to a file of the base, or copy the launcher that stands in for it."""
    from fastvenv import logger

    # An app execution alias of the Store exists, but cannot be opened or linked to.
    is_alias = os.path.lexists(src) and not os.path.exists(src)
    if builder.symlinks and not is_alias and not os.path.islink(dst):
        try:
            os.symlink(os.path.basename(src) if is_relative else src, dst)
        except OSError:
            logger.warning("Unable to symlink %r to %r", src, dst)
        else:
            return
    launcher = os.path.join(_launcher_folder(), os.path.basename(src))
    if _is_source_build() or not os.path.isfile(launcher):
        launcher = _native.windows_legacy_launcher(src)
    if os.path.exists(launcher):
        _native.copy_file(launcher, dst)
    elif not is_alias:
        logger.warning("Unable to copy %r", launcher)


def _launcher_folder() -> str:
    """Return the folder in which the standard library has the launchers of its `venv`."""
    return os.path.join(os.path.dirname(os.__file__), "venv", "scripts", "nt")


def signed_script(builder: "EnvBuilder", context: "SimpleNamespace") -> "Optional[bytes]":
    """Return the interpreter's own script for PowerShell, if it is signed and does what ours does; `None` otherwise."""
    prompt = None if builder.prompt is None else (str(builder.prompt), repr(str(builder.prompt)))
    return _native.signed_script(os.path.dirname(os.__file__), context.env_dir, prompt)


def _copy_tcl(context: "SimpleNamespace") -> None:
    """In a source build, copy `init.tcl`, which tkinter looks for in the environment."""
    for root, _, files in os.walk(context.python_dir):
        if "init.tcl" in files:
            folder = os.path.join(context.env_dir, "Lib", os.path.basename(root))
            _native.create_directory(folder)
            _native.copy_file(os.path.join(root, "init.tcl"), os.path.join(folder, "init.tcl"))
            break

"""Installs pip without running pip, if that is possible, from a wheel or an installed pip."""

import os
import sys

from . import _interpreter, _native, _record, _wheels, cache
from ._builder import is_overridden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace
    from typing import Optional

    from ._builder import EnvBuilder

# Settings that change which bytecode pip writes, and where.
_BYTECODE_VARIABLES = ("PYTHONPYCACHEPREFIX", "PYTHONOPTIMIZE", "PYTHONNODEBUGRANGES", "SOURCE_DATE_EPOCH")


def find(
    builder: "EnvBuilder", is_shared: bool = False, interpreter: "Optional[_native.Interpreter]" = None
) -> "Optional[_native.Seed]":
    """Find what `ensurepip` would install, and begin to look for it in the cache.

    pip is left to `ensurepip` if a setting changes the result, if `subprocess` is replaced, or if the wheels are not
    found.

    Args:
        builder: the builder with the options.
        is_shared: pip is installed in several environments at the same time.
        interpreter: the base of the environments; by default the running one.

    Raises:
        ValueError: there is no such link mode, or no wheel at the path that the user gave.

    """
    if obstacle(interpreter) is not None:
        return None
    wheels = _wheels.find(builder.pip_wheel, builder.use_cache, interpreter)
    if wheels is None:
        return None
    return _native.Seed(
        wheels,
        interpreter or _record.current(builder.use_cache),
        cache=cache.directory() if builder.use_cache else None,
        link_mode=link_mode(builder.link_mode),
        compiles=builder.compile_bytecode,
        is_shared=is_shared,
    )


def obstacle(interpreter: "Optional[_native.Interpreter]" = None) -> "Optional[str]":
    """Return why pip is left to `ensurepip` whatever wheels there are; `None` if it is not."""
    cache_tag = sys.implementation.cache_tag if interpreter is None else interpreter.cache_tag
    if not cache_tag:
        return "this Python has no name for bytecode"
    if _is_replaced():
        return "subprocess was replaced"
    return next((f"{name} is set" for name in _BYTECODE_VARIABLES if os.environ.get(name)), None)


def install(builder: "EnvBuilder", context: "SimpleNamespace") -> "Optional[str]":
    """Install pip in an environment, and return how, as `Seed.install` does; `None` if nothing was written.

    pip is left to `ensurepip` if no wheel was found, if the environment has another version of pip, or if a wheel has
    parts that are not known here.
    """
    seed = builder._seed  # noqa: SLF001 - it may have been found earlier, to save time
    if seed is None:
        seed = find(builder)
    if not seed:
        return None
    names = ("scripts", "purelib", "platlib")
    folders = {name: _record.path(os.fspath(context.env_dir), name, builder.use_cache) for name in names}
    if not _is_of_running_python(builder, context, **folders):
        return None
    if is_overridden(builder, "ensure_directories"):  # which need not have made them
        for folder in folders.values():
            os.makedirs(folder, exist_ok=True)
    return seed.install(env_dir=context.env_dir, python=_interpreter.command_of(context), **folders)


def _is_of_running_python(
    builder: "EnvBuilder", context: "SimpleNamespace", scripts: str, purelib: str, platlib: str
) -> bool:
    """Return whether the environment has the running Python and its folders: hooks can choose others.

    Then only the Python in the environment knows where pip goes. What no hook of `venv` reads may be missing in the
    context.
    """
    executable = getattr(sys, "_base_executable", sys.executable)
    python_dir, python_exe = _interpreter.directory_and_name(executable)
    env_exe = os.path.join(scripts, python_exe)
    read = {"executable": executable, "python_dir": python_dir, "bin_path": scripts, "env_exe": env_exe}
    unread = {"lib_path": purelib, "platlib_path": platlib}
    if any(getattr(context, name, None) != value for name, value in read.items()):
        return False
    if any(getattr(context, name, value) != value for name, value in unread.items()):
        return False
    # Windows may keep the environment elsewhere, and start it only there.
    if _interpreter.command_of(context) != env_exe and not _interpreter.IS_WINDOWS:
        return False
    if not is_overridden(builder, "setup_python", "symlink_or_copy"):
        return True
    return os.path.exists(env_exe) and os.path.samefile(env_exe, executable)


def link_mode(given: "Optional[str]" = None) -> str:
    """Return how files come from the cache: as it is given, or as `FASTVENV_LINK_MODE` says, or the best way.

    Args:
        given: the mode, if the user gave one.

    Raises:
        ValueError: there is no such mode.

    """
    name, mode = "link_mode", str(given)
    if given is None:
        name, mode = "FASTVENV_LINK_MODE", os.environ.get("FASTVENV_LINK_MODE") or "auto"
    if mode not in _native.LINK_MODES:
        raise ValueError(f"{name} must be one of {', '.join(_native.LINK_MODES)}, not {mode!r}")
    return mode


def _is_replaced() -> bool:
    """Return whether `subprocess` is replaced, as tests do that look at what is run."""
    import fastvenv

    if "subprocess" not in sys.modules and "subprocess" not in vars(fastvenv):
        return False
    import subprocess as real  # complete, even if another thread is loading it

    used = vars(fastvenv).get("subprocess", real)
    functions = (real.check_output, real.check_call, real.run, real.Popen)
    return used is not real or any(getattr(function, "__module__", "") != "subprocess" for function in functions)

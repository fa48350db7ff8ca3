"""pip without running pip: whether that is possible here, and with what."""

import os
import sys

from . import _native, _record, _wheels, cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace
    from typing import Optional

    from ._builder import EnvBuilder

# Settings that change what bytecode pip writes, and where.
_BYTECODE_VARIABLES = ("PYTHONPYCACHEPREFIX", "PYTHONOPTIMIZE", "PYTHONNODEBUGRANGES", "SOURCE_DATE_EPOCH")


def find(
    builder: "EnvBuilder", is_shared: bool = False, interpreter: "Optional[_native.Interpreter]" = None
) -> "Optional[_native.Seed]":
    """Find what `ensurepip` would install, and begin to look for it in the cache.

    It is left to `ensurepip` when a setting or a replaced `subprocess` shows that somebody expects something else, and
    when the wheels are not found.

    Args:
        builder: whose options say what is wanted.
        is_shared: it is installed in several environments at the same time.
        interpreter: the base of the environments; by default the running one.

    Raises:
        ValueError: there is no such link mode, or no wheel where the user says that it is.

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
        link_mode=_link_mode(builder),
        compiles=builder.compile_bytecode,
        is_shared=is_shared,
    )


def obstacle(interpreter: "Optional[_native.Interpreter]" = None) -> "Optional[str]":
    """Why pip is left to `ensurepip`, whatever wheels there are; `None` where it is not."""
    cache_tag = sys.implementation.cache_tag if interpreter is None else interpreter.cache_tag
    if not cache_tag:
        return "this Python has no name for bytecode"
    if _is_replaced():
        return "subprocess was replaced"
    return next((f"{name} is set" for name in _BYTECODE_VARIABLES if os.environ.get(name)), None)


def install(builder: "EnvBuilder", context: "SimpleNamespace") -> bool:
    """Install it in an environment, and say whether it was done; where it was not, nothing was written.

    It is left to `ensurepip` when nothing was found, when the environment has another version, and when the wheels are
    not understood.
    """
    seed = builder._seed  # noqa: SLF001 - it is found before where that saves time
    if seed is None:
        seed = find(builder)
    if not seed:
        return False
    return seed.install(
        env_dir=context.env_dir,
        purelib=context.lib_path,
        platlib=context.platlib_path,
        scripts=context.bin_path,
        python=context.env_exec_cmd,
    )


def _link_mode(builder: "EnvBuilder") -> str:
    """How files come from the cache: the builder's way, or that of `FASTVENV_LINK_MODE`, or the best that works."""
    name, mode = "link_mode", str(builder.link_mode)
    if builder.link_mode is None:
        name, mode = "FASTVENV_LINK_MODE", os.environ.get("FASTVENV_LINK_MODE", "auto")
    if mode not in _native.LINK_MODES:
        raise ValueError(f"{name} must be one of {', '.join(_native.LINK_MODES)}, not {mode!r}")
    return mode


def _is_replaced() -> bool:
    """Whether somebody put something in the place of `subprocess`, to see what is run."""
    import fastvenv

    if "subprocess" not in sys.modules and "subprocess" not in vars(fastvenv):
        return False
    import subprocess as real  # whole, also while another thread is loading it

    used = vars(fastvenv).get("subprocess", real)
    return used is not real or any(
        getattr(getattr(real, name), "__module__", "") != "subprocess" for name in ("check_output", "check_call")
    )

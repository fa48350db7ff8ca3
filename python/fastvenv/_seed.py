"""pip without running pip: whether that is possible here, and from which wheels."""

import os
import sys

from . import _interpreter, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace
    from typing import Optional

# Settings that change what bytecode pip writes, and where.
_BYTECODE_VARIABLES = ("PYTHONPYCACHEPREFIX", "PYTHONOPTIMIZE", "PYTHONNODEBUGRANGES", "SOURCE_DATE_EPOCH")


def install(context: "SimpleNamespace") -> bool:
    """Install what `ensurepip` would, and say whether it was done; where it was not, nothing was written.

    It is left to `ensurepip` when a setting or a replaced `subprocess` shows that somebody expects something else, when
    the environment has a pip already, and when the wheels are not found or not understood.
    """
    site_packages = context.lib_path
    cache_tag = sys.implementation.cache_tag
    if cache_tag is None or _is_replaced() or any(map(os.environ.get, _BYTECODE_VARIABLES)):
        return False
    wheels = _wheels()
    if wheels is None or _is_there(site_packages):
        return False
    return _native.install_wheels(
        wheels,
        site_packages,
        context.bin_path,
        os.path.relpath(context.bin_path, site_packages),
        context.env_exec_cmd,
        version=sys.version_info[:2],
        cache_tag=cache_tag,
        bytecode_tag=f"{cache_tag} {_magic_number()} {sys.version}",
        cache=_cache(),
        link_mode=_link_mode(),
    )


def _magic_number() -> str:
    """What bytecode of this interpreter begins with; from the module that the interpreter itself uses."""
    number: bytes = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER
    return number.hex()


def _cache() -> "Optional[str]":
    """The folder for prepared wheels: `FASTVENV_CACHE_DIR`, or the platform's; `None` where that variable is empty."""
    chosen = os.environ.get("FASTVENV_CACHE_DIR")
    if chosen is not None:
        return os.path.abspath(chosen) if chosen else None
    if sys.platform == "darwin":
        folder = os.path.expanduser("~/Library/Caches")
    else:
        folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(folder, "fastvenv") if os.path.isabs(folder) else None


def _link_mode() -> str:
    """How files come from the cache: `FASTVENV_LINK_MODE`, which is `hardlink` (the default) or `copy`."""
    mode = os.environ.get("FASTVENV_LINK_MODE", "hardlink")
    if mode not in {"hardlink", "copy"}:
        raise ValueError(f"FASTVENV_LINK_MODE must be 'hardlink' or 'copy', not {mode!r}")
    return mode


def _is_replaced() -> bool:
    """Whether somebody put something in the place of `subprocess`, to see what is run."""
    import fastvenv

    real = sys.modules.get("subprocess")
    used = vars(fastvenv).get("subprocess", real)
    if used is None:
        return False
    return used is not real or any(
        getattr(getattr(real, name), "__module__", "") != "subprocess" for name in ("check_output", "check_call")
    )


def _is_there(site_packages: str) -> bool:
    """Whether any of what is to be installed, in any version, is in the environment."""
    ours = {*_interpreter.CORE_VENV_DEPS, "pkg_resources", "_distutils_hack"}
    return any(name.split("-")[0] in ours for name in os.listdir(site_packages))


def _wheels() -> "Optional[list[str]]":
    """The wheels that `ensurepip` would install: those of the distribution's folder if it has all, else its own."""
    import fastvenv

    folder = fastvenv.sysconfig.get_config_var("WHEEL_PKG_DIR") if _interpreter.HAS_WHEEL_PKG_DIR else None
    found = _wheels_in(folder) if folder else None
    if found is None:
        bundled = os.path.join(os.path.dirname(os.__file__), "ensurepip", "_bundled")
        found = _wheels_in(bundled, is_single=True)
    return found


def _wheels_in(folder: str, is_single: bool = False) -> "Optional[list[str]]":
    """The last wheel of each distribution in a folder, by name; `None` where one is missing.

    Args:
        folder: the folder, which may be missing.
        is_single: `ensurepip` knows which version it has in this folder: only where there is but one, so do we.

    """
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return None
    wheels = []
    for distribution in _interpreter.CORE_VENV_DEPS:
        found = [name for name in names if name.startswith(f"{distribution}-") and name.endswith(".whl")]
        if not found or (is_single and len(found) > 1):
            return None
        wheels.append(os.path.join(folder, found[-1]))
    return wheels

"""Where pip comes from: the wheels that `ensurepip` has, those that the user chose, or a pip that is installed."""

import os
import sys

from . import _interpreter, _scheme

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def find(chosen: "Optional[str]", use_cache: bool) -> "Optional[list[str]]":
    """What is to be installed: for each distribution its wheel, or the `.dist-info` folder of an installed one.

    Args:
        chosen: a wheel, or a folder of wheels, which go before those that come with Python.
        use_cache: the cache may be asked where the distribution has its wheels.

    Returns:
        The paths, pip's first; `None` where `ensurepip` may have what is not found here.

    Raises:
        ValueError: there is no wheel of pip where the user says that it is.

    """
    found = _of_ensurepip(use_cache)
    if chosen is not None:
        found = {**(found or {}), **_chosen(chosen)}
    elif found is None and not os.path.exists(os.path.join(_library(), "ensurepip", "__main__.py")):
        found = _installed()
    return [found[name] for name in _interpreter.CORE_VENV_DEPS if name in found] if found else None


def _chosen(path: str) -> "dict[str, str]":
    """The wheels at a path that the user gave, by distribution; of several the newest."""
    folder, names = os.path.split(path)[0], [os.path.basename(path)]
    if os.path.isdir(path):
        folder, names = path, os.listdir(path)
    folder = os.path.abspath(folder)
    found = {name: _wheels_of(name, names) for name in _interpreter.CORE_VENV_DEPS}
    if not found["pip"] or not os.path.exists(path):
        raise ValueError(f"There is no wheel of pip (pip-*.whl) at {path!r}.")
    return {name: os.path.join(folder, max(wheels, key=_version)) for name, wheels in found.items() if wheels}


def _of_ensurepip(use_cache: bool) -> "Optional[dict[str, str]]":
    """The wheels that `ensurepip` would install: those of the distribution's folder if it has all, else its own."""
    folder = _scheme.wheel_folder(use_cache)
    found = _all_in(folder) if folder else None
    if found is None:
        found = _all_in(os.path.join(_library(), "ensurepip", "_bundled"), is_single=True)
    return found


def _all_in(folder: str, is_single: bool = False) -> "Optional[dict[str, str]]":
    """The last wheel of each distribution in a folder, by name; `None` where one is missing.

    Args:
        folder: the folder, which may be missing.
        is_single: `ensurepip` knows which version it has in this folder: only where there is but one, so do we.

    """
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    found = {}
    for name in _interpreter.CORE_VENV_DEPS:
        wheels = sorted(_wheels_of(name, names))
        if not wheels or (is_single and len(wheels) > 1):
            return None
        found[name] = os.path.join(folder, wheels[-1])
    return found


def _installed() -> "Optional[dict[str, str]]":
    """The metadata of the distributions that are installed for this Python; `None` where pip is not."""
    found: dict[str, str] = {}
    # Not wherever modules are looked for: the current directory is anybody's.
    own = [entry for entry in sys.path if os.path.basename(entry) in {"site-packages", "dist-packages"}]
    for library in [*own, *base_libraries()]:
        try:
            names = os.listdir(library)
        except OSError:
            continue
        for name in _interpreter.CORE_VENV_DEPS:
            folders = [entry for entry in names if entry.startswith(f"{name}-") and entry.endswith(".dist-info")]
            if len(folders) == 1 and os.path.exists(os.path.join(library, folders[0], "RECORD")):
                found.setdefault(name, os.path.abspath(os.path.join(library, folders[0])))
    return found if "pip" in found else None


def base_libraries() -> "list[str]":
    """Where the base installation may have its packages."""
    version = "python{}.{}".format(*_interpreter.VERSION)
    places = [("lib", version, "site-packages"), ("lib", "python3", "dist-packages"), ("Lib", "site-packages")]
    return [os.path.join(sys.base_prefix, *parts) for parts in places]


def _wheels_of(distribution: str, names: "list[str]") -> "list[str]":
    return [name for name in names if name.startswith(f"{distribution}-") and name.endswith(".whl")]


def _version(wheel: str) -> "tuple[list[int], bool, str]":
    """What sorts wheels by version (PEP 440): a release comes after its candidates."""
    release, rest = [], wheel.split("-")[1]
    while rest[:1].isdigit():
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        release.append(int(digits))
        rest = rest[len(digits) :]
        rest = rest[1:] if rest[:1] == "." and rest[1:2].isdigit() else rest
    return release, rest == "" or rest.startswith(".post"), rest


def _library() -> str:
    return os.path.dirname(os.__file__)

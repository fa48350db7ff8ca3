"""Finds where pip comes from: the wheels of `ensurepip`, a wheel that the user chose, or an installed pip."""

import os

from . import _interpreter, _record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

    from . import _native


def find(
    chosen: "Optional[str]", use_cache: bool, interpreter: "Optional[_native.Interpreter]" = None
) -> "Optional[list[str]]":
    """Return what to install: for each distribution its wheel, or the `.dist-info` folder of an installed one.

    Args:
        chosen: a wheel, or a folder of wheels, taken in place of those that come with Python.
        use_cache: take the places of the wheels from the cache.
        interpreter: the base of the environment; by default the running one.

    Returns:
        The paths, pip's first; `None` if `ensurepip` may have wheels that are not found here.

    Raises:
        ValueError: there is no wheel of pip at the path that the user gave.

    """
    found = (interpreter or _record.current(use_cache)).wheels
    if chosen is not None:
        names = _interpreter.core_dependencies(_interpreter.features_of(interpreter))
        by_name = {os.path.basename(path).partition("-")[0]: path for path in found or ()}
        by_name.update(_chosen(chosen, names))
        found = [by_name[name] for name in names if name in by_name]
    return found


def _chosen(path: str, distributions: "Sequence[str]") -> "dict[str, str]":
    """Return the wheels at a path that the user gave, by distribution: the newest of each."""
    folder, names = os.path.split(path)[0], [os.path.basename(path)]
    if os.path.isdir(path):
        folder, names = path, os.listdir(path)
    folder = os.path.abspath(folder)
    found = {name: _wheels_of(name, names) for name in distributions}
    if not found["pip"] or not os.path.exists(path):
        raise ValueError(f"There is no wheel of pip (pip-*.whl) at {path!r}.")
    return {name: os.path.join(folder, max(wheels, key=_version)) for name, wheels in found.items() if wheels}


def _wheels_of(distribution: str, names: "list[str]") -> "list[str]":
    return [name for name in names if name.startswith(f"{distribution}-") and name.endswith(".whl")]


def _version(wheel: str) -> "tuple[list[int], bool, str]":
    """Return a key that sorts wheels by version (PEP 440): a release comes after its candidates."""
    release, rest = [], wheel.split("-")[1]
    while rest[:1].isdigit():
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        release.append(int(digits))
        rest = rest[len(digits) :]
        rest = rest[1:] if rest[:1] == "." and rest[1:2].isdigit() else rest
    return release, rest == "" or rest.startswith(".post"), rest

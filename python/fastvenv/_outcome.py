"""The output for programs (`--json`) and of a dry run. It is loaded for these options alone."""

import os
import sys
import time

from . import _native, _record, _seed, _wheels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Optional

    from ._cli import _Pip


def printing_outcome(
    create: "Callable[[str], _Pip]",
    interpreter: "Optional[_native.Interpreter]",
    use_cache: bool,
    reported: "set[str]",
) -> "Callable[[str], None]":
    """Return a function that makes an environment like `create`, and prints a JSON object about it or about the error.

    Args:
        create: makes an environment, and returns where pip came from.
        interpreter: the base of the environments; by default the running one.
        use_cache: read the record of the interpreter from the cache, and keep it there.
        reported: gets each directory that has its line.

    """

    def create_and_print(env_dir: str) -> None:
        begin = time.perf_counter()
        try:
            seed, way = create(env_dir)
        except Exception as error:
            print_failures([env_dir], error)
            reported.add(env_dir)
            raise
        base = interpreter or _record.current(use_cache)
        wheels = seed.wheels if seed and way != "ensurepip" else []
        _print(_native.outcome(os.path.abspath(env_dir), base, wheels, way, time.perf_counter() - begin))
        reported.add(env_dir)

    return create_and_print


def print_failures(env_dirs: "Iterable[str]", error: Exception) -> None:
    """Print a line about each environment that an error has prevented.

    Args:
        env_dirs: the directories.
        error: what was raised.

    """
    for env_dir in env_dirs:
        try:
            path = os.path.abspath(env_dir)
        except FileNotFoundError:  # the current directory was deleted
            path = env_dir
        _print(failure(path, error))


def failure(env_dir: str, error: Exception) -> str:
    """Return the line about an environment that was not made: the kind of the error, its message, path and errno.

    Args:
        env_dir: the absolute path of the environment.
        error: what was raised.

    """
    import json

    from ._advice import occupied

    path = getattr(error, "filename", None) or occupied(error)
    facts = {
        "kind": type(error).__name__,
        "message": str(error),
        "path": None if path is None else os.fsdecode(path),
        "errno": getattr(error, "errno", None),
    }
    return json.dumps({"env_dir": env_dir, "error": facts}) + "\n"


def print_plan(options: "dict[str, Any]", interpreter: "Optional[_native.Interpreter]", reported: "set[str]") -> None:
    """Print what would be made, and write nothing.

    Args:
        options: the options of the call.
        interpreter: the base of the environments; by default the running one.
        reported: gets each directory that has a line of JSON.

    Raises:
        ValueError: an environment cannot be made, or a directory must not be cleared.

    """
    from ._builder import refuse_to_clear_itself

    _record.is_command = False  # so that a record that is made anew is not kept
    base = interpreter or _record.current(options["use_cache"])
    wheels: list[str] = []
    way = None
    if options["with_pip"]:
        found = None
        if _seed.obstacle(interpreter) is None:
            found = _wheels.find(options["pip_wheel"], options["use_cache"], interpreter=interpreter)
        wheels = found or []
        mode = _seed.link_mode(options["link_mode"])
        way = "ensurepip" if not wheels else mode if options["use_cache"] else "written"
    for given in options["dirs"]:
        env_dir = os.path.abspath(given)
        clears = bool(options["clear"])
        if clears:
            refuse_to_clear_itself(env_dir)
        is_there = _native.check_target(
            env_dir, clears, must_be_environment=not options["force"], interpreter=interpreter
        )
        if options["json"]:
            _print(_native.outcome(env_dir, base, wheels, way, None))
            reported.add(given)
            continue
        number = len(os.listdir(env_dir)) if is_there else 0
        if number:
            entries = "the 1 entry" if number == 1 else f"the {number} entries"
            print(f"Would {'delete' if clears else 'keep'} {entries} of {env_dir}")
        pip = f", with pip from {' and '.join(wheels) or 'ensurepip'}" if way else ", without pip"
        print(f"Would make {env_dir} of {base.title} ({base.base_executable}){pip}")


def _print(line: str) -> None:
    """Print a line at once: several threads do."""
    if sys.stdout is not None:  # it is closed, and `print` then prints nothing
        sys.stdout.write(line)
        sys.stdout.flush()

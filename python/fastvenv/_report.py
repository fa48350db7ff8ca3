"""What the command prints after success: a line on a terminal, and with `--verbose` why the call took long."""

import sys

from . import _native, _record, _seed, cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Optional


def report(
    env_dirs: "Sequence[str]", interpreter: "Optional[_native.Interpreter]", seconds: float, options: "dict[str, Any]"
) -> None:
    """Report success on the terminal.

    Args:
        env_dirs: the directories, as they were given.
        interpreter: the base of the environments; by default the running one.
        seconds: how long the call took.
        options: the options of the call.

    """
    base = interpreter or _record.current(options["use_cache"])
    line = _native.report_line(list(env_dirs), base, seconds, options["color"])
    try:
        sys.stderr.write(line)
        sys.stderr.flush()
    except (OSError, ValueError):  # the terminal is closed, or cannot encode the name
        pass


def explain(
    env_dirs: "Sequence[str]",
    interpreter: "Optional[_native.Interpreter]",
    options: "dict[str, Any]",
    pips: "Sequence[tuple[Optional[_native.Seed], Optional[str]]]",
    *,
    says_how: bool,
) -> None:
    """Print which Python was taken, and why the call took longer than it could.

    Args:
        env_dirs: the directories, as they were given.
        interpreter: the base of the environments; by default the running one.
        options: the options of the call.
        pips: what pip was installed from in each environment, and how.
        says_how: print how to activate each environment.

    """
    if says_how:
        for env_dir in env_dirs:
            print(_native.how_to_activate(env_dir))
    base = interpreter or _record.current(use_cache=options["use_cache"])
    print(f"The base is {base.title}: {base.base_executable}")
    if options["origins"]:
        print(f"Set by {', '.join(sorted(options['origins'].values()))}")
    if options["unread"]:
        print(f"{options['unread']} is not read: it, or a directory that cannot be opened, belongs to another user.")
    if not options["with_pip"]:
        return
    is_by_ensurepip = any(way == "ensurepip" for _, way in pips)
    reason = _why_by_ensurepip(base, interpreter, options, is_by_ensurepip)
    if reason is not None:
        print(f"pip was installed by ensurepip, which takes long: {reason}.")
    elif not options["use_cache"]:
        origin = options["origins"].get("use_cache")
        print(f"The cache is not used: {f'{origin} is set' if origin else '--no-cache was given'}.")
    elif fault := cache.fault(next((seed.fault for seed, _ in pips if seed and seed.fault), None)):
        print(fault)


def _why_by_ensurepip(
    base: "_native.Interpreter",
    interpreter: "Optional[_native.Interpreter]",
    options: "dict[str, Any]",
    is_by_ensurepip: bool,
) -> "Optional[str]":
    """Return why `ensurepip` installed pip; `None` if it did not."""
    reason = _seed.obstacle(interpreter)
    if reason is not None:
        return reason
    if base.wheels is None and options["pip_wheel"] is None:
        return "its wheel was not found"
    if is_by_ensurepip:
        return "the environment has another version of pip, or fastvenv does not know each part of the wheel"
    return None

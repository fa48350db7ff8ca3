"""The cache of prepared wheels: `fastvenv cache` shows, verifies and deletes it.

The cache is the folder `FASTVENV_CACHE_DIR`, or `fastvenv` in the user's folder for caches. It can be deleted at any
time; only environments that were made with the link mode `symlink` need it.
"""

import os

from . import _native
from ._annotations import Optional, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def directory() -> "Optional[str]":
    """Return the folder of the cache, which need not exist; `None` if the cache is turned off.

    `FASTVENV_CACHE_DIR` names the folder, and turns the cache off if it is empty. Otherwise the folder is in the user's
    folder for caches (`XDG_CACHE_HOME`, `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`), if that belongs to the user:
    with `sudo`, it may belong to another one.
    """
    return _native.cache_directory()


def fault(found: "Optional[str]" = None) -> "Optional[str]":
    """Return why the cache is not used, and what to do; `None` if it is used.

    Args:
        found: the reason, if it was found out when the cache was to be used.

    """
    folder = directory()
    if folder is None:
        return f"There is no cache: {_why_none()}"
    reason = found or _native.cache_fault(folder)
    return reason and f"The cache {folder} is not used: {reason}."


def _why_none() -> str:
    """Return why there is no folder for the cache, and what to do."""
    chosen = os.environ.get("FASTVENV_CACHE_DIR")
    if chosen == "":
        return "FASTVENV_CACHE_DIR is empty. Unset it, or set it to a directory of your own."
    if chosen is not None and chosen.startswith("~"):
        return f"FASTVENV_CACHE_DIR is {chosen}, and no shell replaced ~ by a home directory. Write the whole path."
    if chosen is not None:
        return f"FASTVENV_CACHE_DIR is {chosen}, and the current directory was deleted. Set it to an absolute path."
    return (
        "the user's directory for caches is not known, or belongs to another user. "
        "Set FASTVENV_CACHE_DIR to a directory of your own."
    )


def main(args: "Optional[Sequence[str]]" = None) -> None:
    """Run the command `fastvenv cache`, which is `python -m fastvenv.cache`, too.

    Args:
        args: the arguments; those of the process by default.

    Raises:
        SystemExit: the arguments are wrong (status 2), there is no cache (status 1), or help was asked for (status 0).
        OSError: something in the cache cannot be read or deleted.

    """
    from ._commands import parser

    whole, _ = parser("cache")
    options = whole.parse_args(args)
    folder = directory()
    if folder is None:
        raise SystemExit(f"Error: {fault()}")
    if options.command == "dir":
        print(folder)
        return
    reason = fault()
    if reason is not None:
        raise SystemExit(f"Error: {reason}")
    is_there = os.path.isdir(folder)
    if options.command == "info":
        _show(folder, _native.cache_entries(folder) if is_there else [], is_json=options.json)
    elif options.command == "verify":
        _verify(folder, _native.verify_cache(folder) if is_there else [])
    elif is_there:
        freed = _native.clear_cache(folder) if options.command == "clear" else _native.prune_cache(folder)
        print(f"Deleted {_size(freed)} from {folder}")
    else:
        print(f"Deleted nothing from {folder}, which is not there")


def _verify(folder: str, faults: "list[str]") -> None:
    """Print the files that are damaged, and exit with status 1 if there are any."""
    for text in faults:
        print(text)
    if faults:
        raise SystemExit(f"Error: {_wheels(len(faults))} damaged in {folder}; prune deletes what is damaged.")
    print(f"Every file in {folder} is what was written.")


def _show(folder: str, entries: "list[dict[str, Any]]", is_json: bool) -> None:
    if is_json:
        import json

        print(json.dumps({"directory": folder, "entries": entries}, indent=2))
        return
    import time

    print(f"{folder}: {_size(sum(entry['size'] for entry in entries))} in {_wheels(len(entries))}")
    for entry in entries:
        made = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry["made"]))
        facts = [_size(entry["size"]), f"made {made}"]
        if entry["wheel"] is None:
            facts.append("damaged, or of another version of fastvenv")
        else:
            facts.append(f"bytecode for {entry['interpreter']}" if entry["interpreter"] else "without bytecode")
            faults = (("sound", "damaged"), ("needed", "not needed any more"))
            facts += [text for key, text in faults if not entry[key]]
        if entry["due"]:
            facts.append("deleted when the next wheel is prepared")
        print(f"{entry['name']}: {', '.join(facts)}")
        if entry["wheel"] is not None:
            print(f"    {entry['wheel']} {entry['hash']}")


def _size(number: int) -> str:
    """Write a number of bytes for people, with the prefixes of IEC 80000-13."""
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} B"


def _wheels(number: int) -> str:
    return "1 wheel" if number == 1 else f"{number} wheels"


def _run() -> None:
    try:
        main()
    except OSError as error:
        raise SystemExit(f"Error: {error}") from None


if __name__ == "__main__":
    _run()

"""The broken promises after a run with a fault.

There is an error and nothing else, or a whole environment and no error; nothing is lost; and the next run and the cache
are right.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator

from bed import KILL, Bed, Sound
from conftest import Result
from trees import Tree, brief, changed, differences, is_as_expected, lost


def complaints(bed: Bed, sound: Sound, result: Result, error: str) -> Iterator[str]:
    """What is wrong after a run that a fault met; then the next run and the cache are looked at, too."""
    is_killed = error == KILL and result.status in {-9, 137}
    trees = bed.read_targets()
    for target, found, before, expected in zip(bed.targets, trees, sound.before, sound.after):
        yield from (f"{target.name}: {text}" for text in judge(bed, found, before, expected, result, is_killed))
    if not is_killed:
        yield from judge_words(bed, result)
        yield from judge_error(bed, sound, trees, result)
    yield from lost(bed.look_outside(), sound.outside, is_exact=not is_killed)
    again = bed.play()
    # Where the interpreter was copied, a second run warns again, as that of `venv` does.
    if (again.status, again.output, without_warnings(again)) != (0, "", []):
        yield f"the next run: {again}"
    for target, expected in zip(bed.targets, sound.after):
        for text in differences(bed.tree(target), expected, bed.executable):
            yield f"the next run: {target.name}: {text}"
    yield from (f"after the next run: {text}" for text in lost(bed.look_outside(), sound.outside, is_exact=True))
    yield from judge_cache(bed, sound)


def judge(bed: Bed, found: Tree, before: Tree, expected: Tree, result: Result, is_killed: bool) -> Iterator[str]:
    """What is wrong with a target."""
    if result.status == 0:
        yield from differences(found, expected, bed.executable)
        return
    if len(bed.targets) > 1 and not is_killed and not differences(found, expected, bed.executable):
        return  # the other one failed
    if not bed.scenario.clears:
        yield from changed(found, before, expected)
    if not is_killed:
        yield from left(bed, found, before, expected)


def left(bed: Bed, found: Tree, before: Tree, expected: Tree) -> Iterator[str]:
    """What a run that failed has left; in a directory that was there, there may be what belongs there."""
    for path in sorted(found.keys() - before.keys()):
        if bed.scenario.before == "nothing":
            yield f"{path or 'the directory'} is left"
        elif not is_as_expected(found[path], expected.get(path), bed.executable):
            yield f"{path} is left, {brief(found[path])}"


def judge_words(bed: Bed, result: Result) -> Iterator[str]:
    """What is wrong with what a run says."""
    lines = without_warnings(result)
    if result.status == 0:
        if result.output or lines:
            yield f"it says {result.output!r} {result.stderr!r}"
    elif result.status != 1:
        yield f"status {result.status}: {result.stderr!r}"
    elif result.output or len(lines) != 1:
        yield f"more than one line: {result.output!r} {result.stderr!r}"
    elif not lines[-1].startswith("Error: ") or not any(
        folder in lines[-1] for folder in (str(bed.field), bed.python.folder)
    ):
        yield f"no path: {lines[-1]}"


def judge_error(bed: Bed, sound: Sound, trees: list[Tree], result: Result) -> Iterator[str]:
    """What is wrong with an error: it is about something that did not matter, because all targets are as they are to be.

    Where an environment was there, such an error is right: the run could not look at a file, or write it again, and so does
    not know that the file is as it is to be.
    """
    wrong = [text for pair in zip(trees, sound.after) for text in differences(*pair, bed.executable)]
    if result.status == 1 and bed.scenario.makes_all and not wrong:
        yield f"an error though all is made: {result.stderr!r}"


def judge_cache(bed: Bed, sound: Sound) -> Iterator[str]:
    """What is wrong with the cache: names that do not belong there, files that are not the wheel's, and what it gives."""
    if not bed.cache.exists():
        return
    names = {name for name in os.listdir(bed.cache) if not name.startswith("making-")} - sound.cache
    yield from (f"the cache has {name}" for name in sorted(names))
    with zipfile.ZipFile(bed.wheel) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    for files in bed.cache.glob("[!m]*/files"):
        for path in files.rglob("*"):
            name = str(path.relative_to(files))
            if path.is_file() and path.suffix != ".pyc" and path.read_bytes() != contents.get(name):
                yield f"the cache has another {name}"
    bed.remove_targets()
    if bed.run(bed.targets[0]) != Result(0, "", ""):
        yield "no environment can be made with the cache"
    for text in differences(bed.tree(bed.targets[0]), sound.fresh[0], bed.executable):
        yield f"from the cache: {text}"


def without_warnings(result: Result) -> list[str]:
    """The lines on stderr, but for those that `venv` prints, too, where the interpreter cannot be linked and is copied."""
    return [line for line in result.stderr.splitlines() if not line.startswith("Unable to symlink ")]


def told(heading: str, found: list[str]) -> str:
    """The complaints about a run in a few lines."""
    lines = [heading, *(f"    {text[:300]}" for text in found[:4])]
    return "\n".join([*lines, f"    and {len(found) - 4} more"] if len(found) > 4 else lines)

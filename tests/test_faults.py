"""Failing system calls beyond the fault matrix: several faults in one run, and directories that are not environments.

That each call may fail is shown by test_matrix, with a pip of few modules, which takes the ways of the whole one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path

import pytest
from bed import Bed
from conftest import Interpreter, Result, at_night, snapshot
from scenarios import Scenario
from tracing import Call, calls, happened, injecting, strace, tracing
from wheels import assert_no_false_claim

# On every change each call meets one of them, at night each.
ERRORS = ["EIO", "EACCES", "EMFILE"]


@pytest.fixture
def bed(python: Interpreter, has_wheels: None, tmp_path: Path) -> Bed:
    strace()
    bed = Bed(python, tmp_path, Scenario("warm"))
    bed.lay_out()
    return bed


def places(bed: Bed, name: str) -> list[Call]:
    """The calls of a run whose names begin so, and which make or change something."""
    bed.prepare()
    assert bed.play(tracing(bed.log)) == Result(0, "", "")
    return [call for call in calls(bed.log, bed.field) if call.name.startswith(name)]


def faults(log: Path, root: Path, *, is_whole: bool) -> Iterator[str]:
    """The faults of the calls of a logged run that look at something below a folder."""
    looks = calls(log, root, is_reading=True)
    assert len(looks) >= 4
    for look, error in zip(looks, cycle(ERRORS)):
        yield from (look.fails(name) for name in (ERRORS if is_whole else [error]))


@pytest.mark.parametrize("error", ["EACCES", *at_night("ENOSPC", "EIO", "EXDEV", "EMLINK", "EROFS")])
def test_a_link_to_the_interpreter_cannot_be_made(bed: Bed, error: str) -> None:
    """Then it is copied with a warning, as by `venv`, and the copy works. Without `lib64` it is an error, as with `venv`."""
    [env_dir] = bed.targets
    links = places(bed, "symlink")
    assert len(links) >= 3
    for place in links:
        bed.prepare()
        result = bed.play(injecting(bed.log, place.fails(error)))
        assert happened(bed.log)
        if place is links[0]:
            assert result.status == 1
            assert result.stderr.startswith("Error: ") and f"'{env_dir}/lib64'" in result.stderr
            assert not env_dir.exists()
            continue
        assert result.status == 0
        assert [line for line in result.stderr.splitlines() if not line.startswith("Unable to symlink ")] == []
        for name in ("python", "python3"):
            inside = Interpreter(str(env_dir / "bin" / name), bed.python.folder, bed.python.home)
            assert inside.answer("import json, sys; print(json.dumps(sys.prefix))") == str(env_dir)


@pytest.mark.parametrize("is_full", [False, True], ids=["aside", "in place"])
def test_what_was_made_cannot_be_removed(bed: Bed, is_full: bool) -> None:
    """A late step fails, and so does the removal, from any file on: the remains do not count as a pip.

    What is removed is moved aside first, unless the disk is too full for another directory.
    """
    [env_dir] = bed.targets
    last = places(bed, "open")[-1].fails("EACCES")
    full = ["inject=mkdirat:error=ENOSPC"] if is_full else []
    found = set()
    for number in count(1, 3):
        bed.prepare()
        removal = f"inject=?unlink,unlinkat,?rmdir:error=EIO:when={number}+"
        result = bed.play(injecting(bed.log, last, removal, *full))
        assert result.status == 1
        assert result.stderr.splitlines()[-1].startswith("Error: ")
        if not env_dir.exists():
            break
        if not is_full:
            assert all(path.name.startswith(".removed.fastvenv-") for path in env_dir.iterdir())
            found = {True, False}
            continue
        claims = list(env_dir.glob("lib/*/site-packages/pip-*.dist-info/METADATA"))
        for metadata in claims:
            assert_no_false_claim(metadata)
        found.add(bool(claims))
    assert found == {True, False}, "pip was to be there, and not to be there any more"


# Files and directories whose status cannot be read


def test_clear_spares_what_it_cannot_look_at(is_whole: bool, python: Interpreter, tmp_path: Path) -> None:
    """If any call that reads the directory fails, it is not cleared: it has to be known as an environment."""
    project, log = tmp_path / "project", tmp_path / "log"
    for name in ("precious", "bin/tool", "lib/main.c"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    before = snapshot(project)
    command = ["-m", "fastvenv", "--without-pip", "--clear", str(project)]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}
    assert python.run(*command, env=variables, prefix=tracing(log)).status == 1
    for fault in faults(log, project, is_whole=is_whole):
        result = python.run(*command, env=variables, prefix=injecting(log, fault))
        assert happened(log)
        assert result.status == 1 and result.stderr.startswith("Error: "), fault
        assert snapshot(project) == before, fault


def test_a_link_that_cannot_be_looked_at_is_kept(
    is_whole: bool, python: Interpreter, made: Path, tmp_path: Path
) -> None:
    """An error does not mean that the link is wrong. Without the link, a working environment would be lost."""
    log = tmp_path / "log"
    links = {name: entry for name, entry in snapshot(made / "bin").items() if entry[0] == "link"}
    command = ["-m", "fastvenv", "--without-pip", "--upgrade", str(made)]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}
    assert python.run(*command, env=variables, prefix=tracing(log)) == Result(0, "", "")
    for fault in faults(log, made / "bin", is_whole=is_whole):
        result = python.run(*command, env=variables, prefix=injecting(log, fault))
        assert happened(log)
        assert result.status == 0 or result.stderr.startswith("Error: [Errno "), fault
        assert links.items() <= snapshot(made / "bin").items(), fault

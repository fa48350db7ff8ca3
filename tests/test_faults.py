"""Failing system calls beyond the fault matrix: a copied interpreter that works, the whole pip, a rollback that fails.

That each call may fail is shown by test_matrix, with a pip of few modules, which takes the ways of the whole one.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from conftest import SHARING, Interpreter, Result, snapshot
from tracing import Call, calls, happened, injecting, spread, strace, tracing
from wheels import CREATE_WITH, bundled_pip, record_hash, small_pip

ERRORS = ["ENOSPC", "EACCES", "EIO", "EXDEV", "EMLINK", "EROFS"]


@dataclass(frozen=True)
class Bed:
    """A folder in which environments always have the same name, so that they can be compared."""

    python: Interpreter
    root: Path
    wheel: Path
    way: str

    @property
    def env_dir(self) -> Path:
        return self.root / "env"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def log(self) -> Path:
        return self.root / "log"

    def create(self, *prefix: str) -> Result:
        """Make the environment."""
        variables = {
            **self.python.variables,
            "FASTVENV_CACHE_DIR": "" if self.way == "uncached" else str(self.cache),
            "FASTVENV_LINK_MODE": "copy" if self.way == "copied" else "hardlink",
        }
        return self.python.run(
            "-c", CREATE_WITH, self.env_dir, self.wheel, env=variables, prefix=list(prefix), umask=SHARING
        )

    def prepare(self) -> None:
        """Remove the result of the last run; and the cache, if it is to be empty."""
        shutil.rmtree(self.env_dir, ignore_errors=True)
        if self.way == "cold":
            shutil.rmtree(self.cache, ignore_errors=True)

    def sound(self) -> dict[str, tuple[str, ...]]:
        """The result of a run in which no call fails."""
        assert self.create() == Result(0, "", "")
        return snapshot(self.env_dir)

    def places(self, call: str) -> list[Call]:
        """The calls of such a run that may fail."""
        self.prepare()
        assert self.create(*tracing(self.log)) == Result(0, "", "")
        return [found for found in calls(self.log, self.root) if found.name.startswith(call)]

    def assert_whole_or_nothing(self, result: Result, sound: dict[str, tuple[str, ...]], note: str) -> None:
        """Assert that a run kept its promise, and that the next one works."""
        if result.status == 0:
            assert result == Result(0, "", ""), note
            assert snapshot(self.env_dir) == sound, note
        else:
            assert (result.status, result.output) == (1, ""), note
            assert result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1, note
            # The call may also be Python's own: the call of that number fails in each process.
            assert str(self.root) in result.stderr or self.python.folder in result.stderr, note
        left = {path.name for path in self.root.iterdir()} - {"cache", "log", self.wheel.name}
        assert left == ({"env"} if result.status == 0 else set()), note
        assert not list(self.root.glob("cache/making-*")), note
        shutil.rmtree(self.env_dir, ignore_errors=True)
        assert self.create() == Result(0, "", ""), f"the run after {note}"
        assert snapshot(self.env_dir) == sound, f"the run after {note}"


@pytest.fixture
def bed(request: pytest.FixtureRequest, python: Interpreter, has_wheels: None, tmp_path: Path) -> Bed:
    strace()
    return Bed(python, tmp_path, small_pip(python, tmp_path), request.param)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("bed", ["warm"], indirect=True)
def test_a_link_to_the_interpreter_cannot_be_made(bed: Bed, error: str) -> None:
    """Then it is copied with a warning, as by `venv`. If `lib64` cannot be made, it is an error, as with `venv`."""
    bed.sound()
    for place in bed.places("symlink"):
        bed.prepare()
        result = bed.create(*injecting(bed.log, place.fails(error)))
        assert happened(bed.log)
        if result.status != 0:
            assert place.number == 1, "lib64 is the first"
            assert result.stderr.startswith("Error: ") and f"'{bed.env_dir}/lib64'" in result.stderr
            assert not bed.env_dir.exists()
            continue
        assert [line for line in result.stderr.splitlines() if not line.startswith("Unable to symlink ")] == []
        for name in ("python", "python3"):
            inside = Interpreter(str(bed.env_dir / "bin" / name), bed.python.folder, bed.python.home)
            assert inside.answer("import json, sys; print(json.dumps(sys.prefix))") == str(bed.env_dir)


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("call", ["write", "link"])
def test_a_call_fails_that_the_whole_pip_takes(python: Interpreter, tmp_path: Path, call: str) -> None:
    """The promise is that of the small pip; and if an environment is made, its pip works."""
    strace()
    bed = Bed(python, tmp_path, bundled_pip(python), "warm")
    sound = bed.sound()
    places = bed.places(call)
    for place in spread(4, places):
        bed.prepare()
        result = bed.create(*injecting(bed.log, place.fails("ENOSPC")))
        assert happened(bed.log)
        # A file that cannot be linked is copied; one that cannot be written is missing.
        assert bed.env_dir.exists() == (call == "link")
        bed.assert_whole_or_nothing(result, sound, f"{place}: {result}")
        inside = Interpreter(str(bed.env_dir / "bin/python"), python.folder, python.home)
        assert inside.run("-m", "pip", "check") == Result(0, "No broken requirements found.\n", "")


def assert_no_false_claim(metadata: Path) -> None:
    """Assert that a distribution that counts as installed is whole."""
    packages = metadata.parents[1]
    for path, expected, _ in csv.reader(metadata.with_name("RECORD").read_text().splitlines()):
        assert (packages / path).exists(), f"{path} is missing"
        assert expected in {"", record_hash((packages / path).read_bytes())}


@pytest.mark.parametrize("bed", ["warm"], indirect=True)
def test_what_was_made_cannot_be_removed(bed: Bed) -> None:
    """A late step fails, and so does the removal, from any file on: the remains do not count as a pip."""
    bed.sound()
    last = bed.places("open")[-1].fails("EACCES")
    found = set()
    for number in count(1, 3):
        bed.prepare()
        result = bed.create(*injecting(bed.log, last, f"inject=?unlink,unlinkat,?rmdir:error=EIO:when={number}+"))
        assert result.status == 1
        assert result.stderr.splitlines()[-1].startswith("Error: ")
        if not bed.env_dir.exists():
            break
        claims = list(bed.env_dir.glob("lib/*/site-packages/pip-*.dist-info/METADATA"))
        for metadata in claims:
            assert_no_false_claim(metadata)
        found.add(bool(claims))
    assert found == {True, False}, "pip was to be there, and not to be there any more"


# Files and directories whose status cannot be read


@pytest.mark.parametrize("error", ["EIO", "EACCES", "EMFILE"])
def test_clear_spares_what_it_cannot_look_at(python: Interpreter, tmp_path: Path, error: str) -> None:
    """If any call that reads the directory fails, it is not cleared: it has to be known as an environment."""
    project = tmp_path / "project"
    for name in ("precious", "bin/tool", "lib/main.c"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    before = snapshot(project)
    command = ["-m", "fastvenv", "--without-pip", "--clear", str(project)]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}
    assert python.run(*command, env=variables, prefix=tracing(tmp_path / "log")).status == 1
    looks = calls(tmp_path / "log", project, is_reading=True)
    assert len(looks) >= 4
    for look in looks:
        result = python.run(*command, env=variables, prefix=injecting(tmp_path / "log", look.fails(error)))
        assert happened(tmp_path / "log")
        assert result.status == 1 and result.stderr.startswith("Error: "), look
        assert snapshot(project) == before, look


def test_a_link_that_cannot_be_looked_at_is_kept(python: Interpreter, made: Path, tmp_path: Path) -> None:
    """An error does not mean that the link is wrong. Without the link, a working environment would be lost."""
    before = snapshot(made / "bin")
    command = ["-m", "fastvenv", "--without-pip", "--upgrade", str(made)]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}
    assert python.run(*command, env=variables, prefix=tracing(tmp_path / "log")) == Result(0, "", "")
    for look in calls(tmp_path / "log", made / "bin", is_reading=True):
        for error in ("EACCES", "EIO", "EMFILE"):
            result = python.run(*command, env=variables, prefix=injecting(tmp_path / "log", look.fails(error)))
            assert happened(tmp_path / "log")
            assert result.status == 0 or result.stderr.startswith("Error: [Errno "), (look, error)
            links = {name: entry for name, entry in before.items() if entry[0] == "link"}
            assert links.items() <= snapshot(made / "bin").items(), (look, error)

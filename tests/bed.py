"""The fault matrix: what a run must have left when one call of it failed, or killed it.

A scenario is what is there before, and a command line. A bed is where it is played: a folder with the target, the cache,
and what belongs to others beside both. After each run that a fault met, `Bed.complaints` says in what it broke its promise:
there is an error and nothing else, or a whole environment; nothing is lost; and the next run and the cache are right.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from pathlib import Path

from conftest import SHARING, Entry, Interpreter, Result, describe, packages
from places import Event, Point, hit, points, things, watching
from wheels import CREATE_WITH, small_pip

ERRORS = ["ENOSPC", "EACCES", "EIO", "EMFILE", "EINTR"]
KILL = "SIGKILL"
# The number of attempts if no call had the fault: threads make their calls in any order.
ATTEMPTS = 2

Tree = dict[str, Entry]

# The meaning of bytecode in files: code that differs only in the path of its source is the same.
MEANINGS = """
import hashlib, json, marshal, sys, types
def meaning(value):
    if isinstance(value, types.CodeType):
        parts = (value.co_code, value.co_consts, value.co_names, value.co_varnames, value.co_flags, value.co_name)
        return ["code", value.co_firstlineno, *map(meaning, parts)]
    if isinstance(value, tuple):
        return [meaning(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    return repr(value)
def of(path):
    with open(path, "rb") as file:
        data = file.read()
    try:
        return hashlib.sha256(repr(meaning(marshal.loads(data[16:]))).encode()).hexdigest()
    except (EOFError, TypeError, ValueError) as error:
        return f"broken: {error}"
print(json.dumps([of(path) for path in sys.argv[1:]]))
"""


@dataclass(frozen=True)
class Scenario:
    """The files before a run, and the command line."""

    name: str
    options: tuple[str, ...] = ()
    targets: tuple[str, ...] = ("env",)
    # "cold" is empty, "none" is turned off.
    cache: str = "warm"
    link_mode: str = "hardlink"
    # "nothing", "files" of the user's, or an "environment" with files of the user's in it.
    before: str = "nothing"
    # What is damaged in that environment: a path, and whether it is missing or empty.
    damaged: tuple[str, str] | None = None

    @property
    def clears(self) -> bool:
        return "--clear" in self.options


SCENARIOS = [
    Scenario("warm"),
    Scenario("cold", cache="cold"),  # its bytecode is compiled
    Scenario("uncached", cache="none"),
    Scenario("copied", link_mode="copy"),
    Scenario("into a directory with files", before="files"),
    Scenario("clear", options=("--clear",), before="environment"),
    Scenario("upgrade", options=("--upgrade",), before="environment"),
    Scenario("rerun", before="environment"),
    Scenario("repair a module", before="environment", damaged=("packages/pip/__init__.py", "missing")),
    Scenario("repair a script", before="environment", damaged=("bin/pip", "empty")),
    Scenario("repair bytecode", before="environment", damaged=("packages/pip/__pycache__/__init__.*.pyc", "empty")),
    Scenario("two directories", targets=("env", "other")),
    Scenario("two directories, cold", targets=("env", "other"), cache="cold"),
]


@dataclass(frozen=True)
class Bed:
    """The folder of a scenario. The paths are always the same, so that trees can be compared."""

    python: Interpreter
    root: Path
    scenario: Scenario

    @property
    def field(self) -> Path:
        """The folder of everything that a run uses."""
        return self.root / "field"

    @property
    def targets(self) -> list[Path]:
        return [self.field / "place" / name for name in self.scenario.targets]

    @property
    def cache(self) -> Path:
        return self.field / "store/cache"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @cached_property
    def wheel(self) -> Path:
        return small_pip(self.python, self.field)

    def lay_out(self) -> None:
        """Make the files that belong to others, without the targets and the cache."""
        for name in ("place/neighbour", "store/neighbour"):
            (self.field / name).mkdir(parents=True)
            (self.field / name / "precious").write_text(name)
        assert self.wheel.exists()

    def run(self, *arguments: str | Path, prefix: list[str] | None = None) -> Result:
        """Run the command line of fastvenv, with the bed's wheel and cache."""
        variables = {
            **self.python.variables,
            "PYTHONHASHSEED": "0",  # the order of sets in bytecode
            "FASTVENV_CACHE_DIR": "" if self.scenario.cache == "none" else str(self.cache),
            "FASTVENV_LINK_MODE": self.scenario.link_mode,
        }
        return self.python.run("-c", CREATE_WITH, *arguments, self.wheel, env=variables, umask=SHARING, prefix=prefix)

    def play(self, prefix: list[str] | None = None) -> Result:
        """Run the command line of the scenario."""
        return self.run(*self.scenario.options, *self.targets, prefix=prefix)

    @cached_property
    def fresh(self) -> list[Tree]:
        """The result of a plain run for each target that does not exist."""
        self.remove_targets()
        assert self.run(*self.targets) == Result(0, "", "")
        return [self.tree(target) for target in self.targets]

    @cached_property
    def before(self) -> list[Tree]:
        """The files before the run."""
        self.prepare()
        return [self.tree(target) for target in self.targets]

    @cached_property
    def expected(self) -> list[Tree]:
        """The expected files after the run: those of a plain run, and those of the user."""
        fresh, before = self.fresh, self.before
        self.prepare()
        result = self.play()
        assert result == Result(0, "", ""), result
        expected = []
        for target, new, old in zip(self.targets, fresh, before):
            kept = {} if self.scenario.clears else {path: old[path] for path in old if path.startswith("mine")}
            # It says how it was made.
            settings = {"pyvenv.cfg": describe(target / "pyvenv.cfg")}
            expected.append({**new, **kept, **settings})
            wrong = differences(self.tree(target), expected[-1], self.executable)
            assert not wrong, f"{self.scenario.name}, without a fault: {wrong}"
        return expected

    @cached_property
    def outside(self) -> Tree:
        """The files beside the targets and the cache."""
        assert self.expected
        return self.look_outside()

    @cached_property
    def sound_cache(self) -> set[str]:
        """The names in a cache in which nothing failed."""
        assert self.expected
        return set(os.listdir(self.cache)) if self.cache.exists() else set()

    @cached_property
    def executable(self) -> bytes:
        """The interpreter, which is copied if it cannot be linked."""
        return Path(self.python.path).resolve().read_bytes()

    def remove_targets(self) -> None:
        for target in self.targets:
            shutil.rmtree(target, ignore_errors=True)

    def prepare(self) -> None:
        """Make the files before the run."""
        self.remove_targets()
        if self.scenario.cache == "cold":
            shutil.rmtree(self.cache, ignore_errors=True)
        elif self.scenario.cache == "warm" and not self.cache.exists():
            assert self.run(*self.targets) == Result(0, "", "")
            self.remove_targets()
        for target in self.targets:
            if self.scenario.before == "environment":
                assert self.run(target) == Result(0, "", "")
            if self.scenario.before != "nothing":
                (target / "mine").mkdir(parents=True)
                target.chmod(0o755)  # whatever the umask
                (target / "mine/notes").write_text("precious")
                (target / "mine/link").symlink_to(self.field / "place/neighbour")
            if self.scenario.damaged:
                damage(target, *self.scenario.damaged)

    def points(self) -> list[Point]:
        """The calls of a run, with their places."""
        assert self.expected
        paths = []
        for with_stacks in (False, True):
            self.prepare()
            assert self.play(watching(self.log, with_stacks=with_stacks)) == Result(0, "", "")
            paths.append(things(self.log))
        # strace would take the target of a link for the link.
        stable = {path for path in paths[0] & paths[1] if path == os.path.realpath(path)}
        return points(self.log, self.field, stable)

    def meet(self, points: list[Point], error: str) -> tuple[Result, Event] | None:
        """Let one of these calls fail or kill; `None` if the runs did not make it, or made it in another place."""
        for point in islice(cycle(points), ATTEMPTS):
            self.prepare()
            result = self.play(point.injecting(self.log, error))
            event = hit(self.log)
            if event is not None and event.is_below(str(self.field)):
                return result, event
        return None

    def complaints(self, result: Result, error: str) -> Iterator[str]:
        """The broken promises after a run with a fault; then the next run and the cache are checked, too."""
        is_killed = error == KILL and result.status in {-9, 137}
        for target, before, expected in zip(self.targets, self.before, self.expected):
            found = self.tree(target)
            yield from (f"{target.name}: {text}" for text in self.judge(found, before, expected, result, is_killed))
        if not is_killed:
            yield from self.judge_words(result)
        yield from lost(self.look_outside(), self.outside, is_exact=not is_killed)
        again = self.play()
        # If the interpreter was copied, a second run warns again, as that of `venv` does.
        if (again.status, again.output, without_warnings(again)) != (0, "", []):
            yield f"the next run: {again}"
        for target, expected in zip(self.targets, self.expected):
            for text in differences(self.tree(target), expected, self.executable):
                yield f"the next run: {target.name}: {text}"
        yield from (f"after the next run: {text}" for text in lost(self.look_outside(), self.outside, is_exact=True))
        yield from self.judge_cache()

    def judge(self, found: Tree, before: Tree, expected: Tree, result: Result, is_killed: bool) -> Iterator[str]:
        """What is wrong with a target."""
        if result.status == 0:
            yield from differences(found, expected, self.executable)
            return
        if len(self.targets) > 1 and not is_killed and not differences(found, expected, self.executable):
            return  # the other one failed
        if not self.scenario.clears:
            yield from changed(found, before, expected)
        if not is_killed:
            yield from self.left(found, before, expected)

    def left(self, found: Tree, before: Tree, expected: Tree) -> Iterator[str]:
        """The files that a failed run has left. A directory that existed before may have files of an environment."""
        for path in sorted(found.keys() - before.keys()):
            if self.scenario.before == "nothing":
                yield f"{path or 'the directory'} is left"
            elif not is_as_expected(found[path], expected.get(path), self.executable):
                yield f"{path} is left, {brief(found[path])}"

    def judge_words(self, result: Result) -> Iterator[str]:
        """What is wrong with the output."""
        lines = without_warnings(result)
        if result.status == 0:
            if result.output or lines:
                yield f"it says {result.output!r} {result.stderr!r}"
        elif result.status != 1:
            yield f"status {result.status}: {result.stderr!r}"
        elif result.output or len(lines) != 1:
            yield f"more than one line: {result.output!r} {result.stderr!r}"
        elif not lines[-1].startswith("Error: ") or not any(
            folder in lines[-1] for folder in (str(self.field), self.python.folder)
        ):
            yield f"no path: {lines[-1]}"

    def judge_cache(self) -> Iterator[str]:
        """What is wrong with the cache: names that do not belong there, files that are not the wheel's, and what it gives."""
        if not self.cache.exists():
            return
        left = {name for name in os.listdir(self.cache) if not name.startswith("making-")} - self.sound_cache
        yield from (f"the cache has {name}" for name in sorted(left))
        with zipfile.ZipFile(self.wheel) as archive:
            contents = {name: archive.read(name) for name in archive.namelist()}
        for files in self.cache.glob("[!m]*/files"):
            for path in files.rglob("*"):
                name = str(path.relative_to(files))
                if path.is_file() and path.suffix != ".pyc" and path.read_bytes() != contents.get(name):
                    yield f"the cache has another {name}"
        self.remove_targets()
        if self.run(self.targets[0]) != Result(0, "", ""):
            yield "no environment can be made with the cache"
        for text in differences(self.tree(self.targets[0]), self.fresh[0], self.executable):
            yield f"from the cache: {text}"

    def start_anew(self) -> None:
        """Remove the cache, which may be wrong after a fault."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def tree(self, root: Path) -> Tree:
        """The tree of a directory; empty if it is missing. Bytecode is compared by its meaning."""
        if not root.exists() and not root.is_symlink():
            return {}
        found = {"": describe(root)}
        for folder, directories, names in os.walk(root):
            for name in [*names, *directories]:
                path = Path(folder, name)
                found[str(path.relative_to(root))] = describe(path)
        bytecode = [path for path in found if path.endswith(".pyc")]
        meanings = self.meanings([root / path for path in bytecode])
        for key, meaning in zip(bytecode, meanings):
            kind, mode, header = found[key]
            found[key] = (kind, mode, f"{meaning} {header[:8]!r}")
        return found

    def meanings(self, paths: list[Path]) -> list[str]:
        """A hash of the code in each file of bytecode, without the times and places that are in it."""
        contents = [path.read_bytes() for path in paths]
        unknown = [path for path, data in zip(paths, contents) if data not in self.known]
        if unknown:
            self.known.update(zip(map(Path.read_bytes, unknown), self.python.answer(MEANINGS, *unknown)))
        return [self.known[data] for data in contents]

    @cached_property
    def known(self) -> dict[bytes, str]:
        """The hashes that were computed before: most files occur many times."""
        return {}

    def look_outside(self) -> Tree:
        own = {*self.targets, self.cache}
        found: Tree = {}
        for folder in (self.field, self.field / "place", self.field / "store"):
            for path in folder.iterdir():
                if path not in own:
                    found[str(path.relative_to(self.field))] = describe(path)
                    if path.name == "neighbour":
                        found[f"{path.relative_to(self.field)}/precious"] = describe(path / "precious")
        return found


def without_warnings(result: Result) -> list[str]:
    """The lines on stderr, but for those that `venv` prints, too, where the interpreter cannot be linked and is copied."""
    return [line for line in result.stderr.splitlines() if not line.startswith("Unable to symlink ")]


def damage(env_dir: Path, pattern: str, how: str) -> None:
    """Damage a file of an environment as a power failure may do, but not the file in the cache."""
    root, _, rest = pattern.partition("packages/") if pattern.startswith("packages/") else ("", "", pattern)
    [path] = (packages(env_dir) if pattern.startswith("packages/") else env_dir).glob(root + rest)
    mode = path.stat().st_mode
    path.unlink()
    if how == "empty":
        path.touch()
        path.chmod(mode)


def is_as_expected(found: Entry | None, expected: Entry | None, executable: bytes) -> bool:
    """Whether they are the same, or the interpreter is a copy in the place of a link."""
    if found == expected:
        return True
    is_copy = found is not None and found[0] == "file" and found[2] == executable.decode("latin-1")
    return is_copy and expected is not None and expected[0] == "link"


def changed(found: Tree, before: Tree, expected: Tree) -> Iterator[str]:
    """The files that are missing, and those that are neither unchanged nor as expected."""
    for path in sorted(before):
        if path not in found:
            yield f"{path} is lost"
        elif found[path] not in {before[path], expected.get(path)}:
            yield f"{path} was {brief(before[path])}, is {brief(found[path])}"


def differences(found: Tree, expected: Tree, executable: bytes) -> list[str]:
    """The differences between two trees."""
    return [
        f"{path or 'the directory'}: {brief(found.get(path))} in place of {brief(expected.get(path))}"
        for path in sorted(found.keys() | expected.keys())
        if not is_as_expected(found.get(path), expected.get(path), executable)
    ]


def lost(found: Tree, before: Tree, *, is_exact: bool) -> Iterator[str]:
    """The files of others that were changed; and, if asked, new files there."""
    for path in sorted(before.keys() | (found.keys() if is_exact else set())):
        if found.get(path) != before.get(path):
            yield f"outside: {path}: {brief(found.get(path))} in place of {brief(before.get(path))}"


def brief(entry: Entry | None) -> str:
    """An entry in few words."""
    if entry is None:
        return "nothing"
    if entry[0] == "file":
        return f"a file of mode {entry[1]} with {len(entry[2])} bytes {entry[2][:30]!r}"
    return " ".join(entry)

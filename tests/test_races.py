"""Many processes at once on one cache, or on one environment: none makes another one fail, each result is whole.

On every change a few processes run in few rounds; with `--whole` there are 64: `python -m nox -s races`.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from complaints import without_warnings
from conftest import Interpreter, Result, packages, snapshot
from trees import differences
from wheels import CREATE_WITH, small_pip

pytestmark = pytest.mark.usefixtures("has_wheels")

# Prints "missing" or "empty" once if a script is, until its standard input ends.
READER = """
import select, sys
while not select.select([sys.stdin], [], [], 0)[0]:
    try:
        with open(sys.argv[1]) as file:
            text = file.read()
    except FileNotFoundError:
        sys.exit("missing")
    if not text.endswith("sys.exit(main())\\n"):
        sys.exit(f"{len(text)} characters")
"""


@pytest.fixture
def processes(is_whole: bool) -> int:
    return 64 if is_whole else 8


@pytest.fixture
def rounds(is_whole: bool) -> int:
    return 20 if is_whole else 2


class Course:
    """The folder of the races, with one wheel and one cache."""

    def __init__(self, python: Interpreter, root: Path) -> None:
        self.python, self.root = python, root
        self.cache, self.place = root / "cache", root / "place"
        self.place.mkdir()
        (root / "neighbour").write_text("precious")
        self.wheel = small_pip(python, root)
        self.variables = {**python.variables, "FASTVENV_CACHE_DIR": str(self.cache)}

    def run(self, *arguments: str | Path) -> Result:
        return self.python.run("-c", CREATE_WITH, *arguments, self.wheel, env=self.variables)

    def race(self, commands: list[list[str | Path]]) -> list[Result]:
        """Run the command line with each of these arguments, all at once."""
        started = [
            subprocess.Popen(
                [self.python.path, "-c", CREATE_WITH, *arguments, self.wheel],
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for arguments in commands
        ]
        results = []
        for process in started:
            output, stderr = process.communicate(timeout=600)
            results.append(Result(process.returncode, output, stderr))
        return results

    def reference(self, env_dir: Path, *options: str) -> dict[str, tuple[str, ...]]:
        """The result of a run alone, with a cache of its own."""
        variables = {**self.variables, "FASTVENV_CACHE_DIR": ""}
        result = self.python.run("-c", CREATE_WITH, *options, env_dir, self.wheel, env=variables)
        assert result == Result(0, "", "")
        found = snapshot(env_dir)
        shutil.rmtree(env_dir)
        return found

    @contextmanager
    def in_a_loop(self, command: str | None) -> Iterator[None]:
        """Run `python -m fastvenv.cache` with a command, again and again. It must not fail."""
        end = threading.Event()
        failures: list[Result] = []

        def loop() -> None:
            while not end.is_set():
                result = self.python.run("-m", "fastvenv.cache", str(command), env=self.variables)
                if result.status != 0:
                    failures.append(result)

        thread = threading.Thread(target=loop)
        if command is not None:
            thread.start()
        try:
            yield
        finally:
            end.set()
            if command is not None:
                thread.join()
        assert not failures, failures[0]

    def assert_whole(self, env_dir: Path, reference: dict[str, tuple[str, ...]]) -> None:
        """Assert that an environment is the one of a run alone. The message has the path of a difference."""
        found = snapshot(env_dir)
        different = {path for path in found.keys() | reference.keys() if found.get(path) != reference.get(path)}
        assert different == set()

    def assert_clean(self) -> None:
        """Assert that the cache has no incomplete image, and that the neighbour is unchanged."""
        assert (self.root / "neighbour").read_text() == "precious"
        if self.cache.exists():
            names = [path.name for path in self.cache.iterdir() if path.is_dir()]
            assert [name for name in names if not name.startswith("pip-") or "." in name[-8:]] == []
            assert len(names) <= 1


@pytest.fixture
def course(python: Interpreter, tmp_path: Path) -> Course:
    return Course(python, tmp_path)


@pytest.mark.parametrize("beside", [None, "prune", "clear"])
def test_many_on_one_cache(course: Course, processes: int, rounds: int, beside: str | None) -> None:
    """The cache is empty at the start; each process makes its own environment."""
    env_dirs = [course.place / str(number) for number in range(processes)]
    reference = {env_dir: course.reference(env_dir) for env_dir in env_dirs[:1] + env_dirs[-1:]}
    for _ in range(rounds):
        shutil.rmtree(course.cache, ignore_errors=True)
        with course.in_a_loop(beside):
            results = course.race([[env_dir] for env_dir in env_dirs])
        assert set(results) == {Result(0, "", "")}
        for env_dir, expected in reference.items():
            course.assert_whole(env_dir, expected)
        pip = snapshot(packages(env_dirs[0]) / "pip")
        for env_dir in env_dirs:
            assert snapshot(packages(env_dir) / "pip") == pip
            shutil.rmtree(env_dir)
        course.assert_clean()


@pytest.mark.parametrize("beside", [None, "prune", "clear"])
def test_many_on_one_environment(course: Course, processes: int, rounds: int, beside: str | None) -> None:
    env_dir = course.place / "env"
    reference = course.reference(env_dir)
    for _ in range(rounds):
        with course.in_a_loop(beside):
            results = course.race([[env_dir]] * processes)
        assert set(results) == {Result(0, "", "")}
        course.assert_whole(env_dir, reference)
        course.assert_clean()
        shutil.rmtree(env_dir)


@pytest.mark.nightly
@pytest.mark.parametrize("beside", [None, "prune", "clear"])
def test_many_clear_one_environment(
    python: Interpreter, course: Course, processes: int, rounds: int, beside: str | None
) -> None:
    """Some may fail, with an error that names a path. A later run is right, and nothing outside is changed."""
    env_dir = course.place / "env"
    reference = course.reference(env_dir)
    for _ in range(rounds):
        with course.in_a_loop(beside):
            results = course.race([["--clear", env_dir]] * processes)
        for result in results:
            lines = without_warnings(result)
            assert (result.status, result.output, len(lines)) in {(0, "", 0), (1, "", 1)}, result
            assert all(line.startswith("Error: ") and f"{course.root}/" in line for line in lines), result
        last = course.run(env_dir)
        assert (last.status, last.output, without_warnings(last)) == (0, "", [])
        # If another process cleared a link meanwhile, it is a copy; and an environment that lost bytecode gets none.
        found = differences(snapshot(env_dir), reference, Path(python.path).resolve().read_bytes())
        assert [text for text in found if "__pycache__" not in text and "/RECORD: " not in text] == []
        course.assert_clean()
        assert [path.name for path in course.place.iterdir()] == ["env"]


def test_a_script_is_always_whole(course: Course, processes: int, rounds: int) -> None:
    """bin/pip of a whole environment can be started at any moment while other processes make the environment again."""
    env_dir = course.place / "env"
    assert course.run(env_dir) == Result(0, "", "")
    command = [course.python.path, "-c", READER, str(env_dir / "bin/pip")]
    reader = subprocess.Popen(command, env=course.variables, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(rounds):
            assert set(course.race([[env_dir]] * processes)) == {Result(0, "", "")}
    finally:
        _, words = reader.communicate(timeout=600)
    assert (reader.returncode, words) == (0, "")


@pytest.mark.parametrize("form", ["0", "999999"])
def test_a_cache_with_what_another_version_made(course: Course, processes: int, form: str) -> None:
    """Images and notes in another format are not read, and not removed."""
    env_dirs = [course.place / str(number) for number in range(processes)]
    reference = course.reference(env_dirs[0])
    assert course.run(env_dirs[0]) == Result(0, "", "")
    shutil.rmtree(env_dirs[0])
    foreign = []
    for path in list(course.cache.iterdir()):
        if path.is_dir():
            other = path.with_name(f"{path.name[:-4]}othr")
            shutil.copytree(path, other)
            manifest = (other / "manifest").read_text()
            first, _, rest = manifest.partition("\n")
            (other / "manifest").write_text(f"fastvenv image {form}\n{rest}")
            assert first != f"fastvenv image {form}"
            for module in other.glob("files/pip/*.py"):
                module.write_text("raise SystemExit('of another version')\n")
            foreign.append(other)
    assert foreign, "there was no image"
    before = {path: snapshot(path) for path in foreign}
    assert set(course.race([[env_dir] for env_dir in env_dirs])) == {Result(0, "", "")}
    course.assert_whole(env_dirs[0], reference)
    assert {path: snapshot(path) for path in foreign} == before

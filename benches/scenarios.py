"""The scenarios of the benchmarks: the runs that go side by side, and the goals between them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from .measure import Run, peak_memory
from .peers import IN_PROCESS

if TYPE_CHECKING:
    from pathlib import Path

    from .peers import Bed

# The names of runs, which goals use.
VENV = "python -m venv D"
VENV_BARE = "python -m venv --without-pip D"
VIRTUALENV = "virtualenv D"
UV = "uv venv D"
UV_SEED = "uv venv --seed --offline D"
FASTVENV = "python -m fastvenv D"
NATIVE = "fastvenv D"
NATIVE_NO_COMPILE = "fastvenv --no-compile D"
NATIVE_BARE = "fastvenv --without-pip D"
NATIVE_COLD = "fastvenv D, empty cache"
NATIVE_OTHER = "fastvenv -p 3.12 D"
UV_OTHER = "uv venv --seed --offline -p 3.12 D"
COLD = "python -m fastvenv D, empty cache"
NO_COMPILE = "python -m fastvenv --no-compile D, empty cache"
EMPTY = "python -m empty"
LOOP = "bare loop of mkdir + link"
IN_PROCESS_PIP = "fastvenv.EnvBuilder(symlinks=True, with_pip=True).create(D)"
IN_PROCESS_BARE = "fastvenv.EnvBuilder(symlinks=True).create(D)"
IN_PROCESS_VENV = "venv.EnvBuilder(symlinks=True).create(D)"

FILES = 20_000


@dataclass(frozen=True)
class Goal:
    """A bound for a ratio: the figure of the run `over`, divided by the sum of the figures of the runs `under`."""

    over: str
    under: tuple[str, ...]
    bound: float
    is_least: bool = False

    def is_met(self, figure: float) -> bool:
        """Whether a figure is within the bound."""
        return figure >= self.bound if self.is_least else figure <= self.bound


@dataclass(frozen=True)
class Scenario:
    """Runs that go side by side.

    Args:
        title: the result that the user gets.
        runs: each run by its name.
        rounds: the number of rounds that count.
        reference: the run that the others are compared with; without it, figures are reported in `unit`.
        unit: the unit of figures without a reference.
        goals: the bounds to reach.
        is_long: whether it takes more than a few minutes.

    """

    title: str
    runs: dict[str, Run]
    rounds: int
    reference: str | None = None
    unit: str = ""
    goals: list[Goal] = field(default_factory=list)
    is_long: bool = False


def scenarios(bed: Bed) -> list[Scenario]:
    """All scenarios, in a prepared bed."""
    with_pip = warm, another, cold
    others = without_pip, in_process, many, clear, first_use, memory, imports, size
    return [build(bed) for build in (*with_pip, *others)]


def warm(bed: Bed) -> Scenario:
    """An environment with pip, by tools whose caches are full."""
    programs = bed.programs
    return Scenario(
        "An environment with pip, warm caches",
        {
            VENV: command(bed, programs.python, "-m", "venv"),
            VIRTUALENV: command(bed, programs.virtualenv),
            UV_SEED: command(bed, *uv_venv(bed), "--seed", "--offline"),
            FASTVENV: command(bed, programs.python, "-m", "fastvenv"),
            NATIVE: command(bed, programs.fastvenv),
            NATIVE_NO_COMPILE: command(bed, programs.fastvenv, "--no-compile"),
            EMPTY: command(bed, programs.python, "-m", "empty"),
            LOOP: bare_loop(bed),
        },
        rounds=15,
        reference=NATIVE,
        goals=[
            Goal(NATIVE, (UV_SEED,), 0.35),
            Goal(VENV, (NATIVE,), 300, is_least=True),
            Goal(VIRTUALENV, (NATIVE,), 30, is_least=True),
            Goal(NATIVE, (LOOP,), 3),
            Goal(VENV, (FASTVENV,), 100, is_least=True),
            Goal(FASTVENV, (EMPTY, LOOP), 1.2),
            Goal(FASTVENV, (UV_SEED,), 0.9),
            Goal(FASTVENV, (VIRTUALENV,), 0.07),
        ],
    )


def another(bed: Bed) -> Scenario:
    """An environment of an interpreter that is not the one of the tools; they look for it on `PATH`."""
    programs = bed.programs
    asked = programs.other_version
    return Scenario(
        "An environment of another Python, warm caches",
        {
            UV_OTHER: command(bed, programs.uv, "venv", "--seed", "--offline", "-p", asked),
            NATIVE_OTHER: command(bed, programs.fastvenv, "-p", asked),
            "python -m fastvenv -p 3.12 D": command(bed, programs.python, "-m", "fastvenv", "-p", asked),
        },
        rounds=15,
        reference=NATIVE_OTHER,
        goals=[Goal(NATIVE_OTHER, (UV_OTHER,), 0.35)],
    )


def cold(bed: Bed) -> Scenario:
    """The first environment of a user: the caches of all tools are empty."""
    programs = bed.programs
    fastvenv = [programs.python, "-m", "fastvenv"]
    runs = {
        VENV: command(bed, programs.python, "-m", "venv"),
        "virtualenv D, empty cache": command(bed, programs.virtualenv, cache="VIRTUALENV_OVERRIDE_APP_DATA"),
        COLD: command(bed, *fastvenv, cache="FASTVENV_CACHE_DIR"),
        NATIVE_COLD: command(bed, programs.fastvenv, cache="FASTVENV_CACHE_DIR"),
    }
    if programs.knows_no_compile:
        runs[NO_COMPILE] = command(bed, *fastvenv, "--no-compile", cache="FASTVENV_CACHE_DIR")
    return Scenario(
        "An environment with pip, empty caches",
        runs,
        rounds=10,
        reference=COLD,
        goals=[
            Goal(NATIVE_COLD, (COLD,), 1.15),
            Goal(VENV, (COLD,), 5, is_least=True),
            Goal(VENV, (NO_COMPILE,), 12, is_least=True),
        ],
    )


def without_pip(bed: Bed) -> Scenario:
    """An environment without pip, which takes hardly longer than start-up."""
    python = bed.programs.python
    ours = "python -m fastvenv --without-pip D"
    return Scenario(
        "An environment without pip",
        {
            VENV_BARE: command(bed, python, "-m", "venv", "--without-pip"),
            "virtualenv --no-seed D": command(bed, bed.programs.virtualenv, "--no-seed"),
            UV: command(bed, *uv_venv(bed)),
            ours: command(bed, python, "-m", "fastvenv", "--without-pip"),
            NATIVE_BARE: command(bed, bed.programs.fastvenv, "--without-pip"),
            EMPTY: command(bed, python, "-m", "empty"),
        },
        rounds=30,
        reference=ours,
        goals=[Goal(NATIVE_BARE, (UV,), 0.15), Goal(ours, (EMPTY,), 1.25)],
    )


def in_process(bed: Bed) -> Scenario:
    """`EnvBuilder` in a running process: each figure is the median of seven environments, after a first one."""
    return Scenario(
        "In a process that runs already",
        {
            IN_PROCESS_PIP: builder(bed, "fastvenv", "with-pip"),
            LOOP: bare_loop(bed),
            IN_PROCESS_VENV: builder(bed, "venv", "bare"),
            IN_PROCESS_BARE: builder(bed, "fastvenv", "bare"),
        },
        rounds=15,
        reference=IN_PROCESS_BARE,
        goals=[Goal(IN_PROCESS_PIP, (LOOP,), 1.5), Goal(IN_PROCESS_VENV, (IN_PROCESS_BARE,), 1.2, is_least=True)],
    )


def many(bed: Bed) -> Scenario:
    """Several environments with pip by one command; the figure is the time for each of them."""

    def run(count: int) -> Run:
        def make(place: Path) -> float:
            env_dirs = [str(place / f"env{number}") for number in range(count)]
            return bed.time(bed.programs.python, "-m", "fastvenv", *env_dirs) / count

        return make

    runs = {f"python -m fastvenv, {count} at once, each": run(count) for count in (1, 10, 100, 1000)}
    return Scenario(
        "Many environments with pip in one call",
        {**runs, IN_PROCESS_PIP: builder(bed, "fastvenv", "with-pip")},
        rounds=3,
        reference=IN_PROCESS_PIP,
        is_long=True,
        goals=[Goal("python -m fastvenv, 1000 at once, each", (IN_PROCESS_PIP,), 0.7)],
    )


def clear(bed: Bed) -> Scenario:
    """An environment with many files, made again from scratch, beside commands that only delete it."""
    python = bed.programs.python

    def run(*words: str) -> Run:
        def make(place: Path) -> float:
            env_dir = place / "env"
            fill(bed, env_dir)
            return bed.time(*words, str(env_dir))

        return make

    ours = "python -m fastvenv --clear --without-pip D"
    return Scenario(
        f"An environment with {FILES} files, from scratch",
        {
            ours: run(python, "-m", "fastvenv", "--clear", "--without-pip"),
            "python -m venv --clear --without-pip D": run(python, "-m", "venv", "--clear", "--without-pip"),
            "rm -rf D": run("rm", "-rf"),
            "shutil.rmtree(D)": run(python, "-c", "import shutil, sys; shutil.rmtree(sys.argv[1])"),
        },
        rounds=10,
        reference=ours,
        goals=[Goal(ours, ("rm -rf D",), 0.7)],
        is_long=True,
    )


def first_use(bed: Bed) -> Scenario:
    """Make an environment and start its pip. A tool that compiles no bytecode loses time here."""

    def run(*words: str) -> Run:
        def make(place: Path) -> float:
            env_dir = place / "env"
            return bed.time(*words, str(env_dir)) + bed.time(str(env_dir / "bin/pip"), "--version")

        return make

    programs = bed.programs
    return Scenario(
        "An environment with pip and the first `bin/pip --version`, warm caches",
        {
            VENV: run(programs.python, "-m", "venv"),
            VIRTUALENV: run(programs.virtualenv),
            UV_SEED: run(*uv_venv(bed), "--seed", "--offline"),
            FASTVENV: run(programs.python, "-m", "fastvenv"),
        },
        rounds=10,
        reference=FASTVENV,
    )


def memory(bed: Bed) -> Scenario:
    """The peak of resident memory, less that of a Python that does nothing."""
    python = bed.programs.python

    def run(*words: str, cache: str | None = None) -> Run:
        def peak(place: Path) -> float:
            variables = {cache: str(place / "cache")} if cache else {}
            made = peak_memory(bed, *words, str(place / "env"), **variables)
            return made - peak_memory(bed, python, "-m", "empty")

        return peak

    return Scenario(
        "Peak memory above that of `python -m empty`",
        {
            VENV: run(python, "-m", "venv"),
            FASTVENV: run(python, "-m", "fastvenv"),
            COLD: run(python, "-m", "fastvenv", cache="FASTVENV_CACHE_DIR"),
            "python -m fastvenv --without-pip D": run(python, "-m", "fastvenv", "--without-pip"),
        },
        rounds=5,
        unit="MB",
        goals=[Goal(FASTVENV, (), 6)],
    )


def imports(bed: Bed) -> Scenario:
    """The time of importing the package, and of importing a name from it, which loads the modules."""

    def run(statement: str) -> Run:
        script = f"from time import perf_counter as now; start = now(); {statement}; print(now() - start)"
        return lambda _: float(bed.run(bed.programs.python, "-c", script))

    statements = ["import venv", "import fastvenv", "from fastvenv import EnvBuilder"]
    return Scenario(
        "Import",
        {statement: run(statement) for statement in statements},
        rounds=30,
        reference="from fastvenv import EnvBuilder",
    )


def size(bed: Bed) -> Scenario:
    """The size of the download."""
    wheel = "the wheel"
    kilobytes = bed.programs.wheel.stat().st_size / 1000
    return Scenario("Size", {wheel: lambda _: kilobytes}, rounds=1, unit="kB", goals=[Goal(wheel, (), 1300)])


def uv_venv(bed: Bed) -> tuple[str, ...]:
    """The command of uv, for the same interpreter as everything else."""
    return bed.programs.uv, "venv", "--python", str(bed.programs.base)


def command(bed: Bed, *words: str, cache: str | None = None) -> Run:
    """A command that makes one environment. If `cache` is the name of a variable, that cache is an empty folder."""

    def run(place: Path) -> float:
        variables = {cache: str(place / "cache")} if cache else {}
        return bed.time(*words, str(place / "env"), **variables)

    return run


def bare_loop(bed: Bed) -> Run:
    """The lower limit: the tree of an environment with pip, made again."""
    return of_eight(lambda env_dirs: bed.run(bed.programs.bare_loop, str(bed.tree), *env_dirs))


def builder(bed: Bed, module: str, extent: str) -> Run:
    """`EnvBuilder` of a module, in one process."""
    return of_eight(lambda env_dirs: bed.run(bed.programs.python, str(IN_PROCESS), module, extent, *env_dirs))


def of_eight(make: Callable[[list[str]], str]) -> Run:
    """The median of the seconds that a program prints for each of eight environments, without the first."""

    def run(place: Path) -> float:
        printed = make([str(place / f"env{number}") for number in range(8)])
        return statistics.median(map(float, printed.split()[1:]))

    return run


def fill(bed: Bed, env_dir: Path) -> None:
    """Make an environment without pip that has many files.

    The files are deleted before they are written to the disk. Otherwise the figure would show how long the disk takes
    to discard their blocks, which does not depend on the program.
    """
    bed.run(bed.programs.python, "-m", "fastvenv", "--without-pip", str(env_dir))
    [site_packages] = env_dir.glob("lib/python*/site-packages")
    contents = b"x = 1\n" * 200
    for package in range(FILES // 100):
        folder = site_packages / f"package{package}"
        folder.mkdir()
        for module in range(100):
            (folder / f"module{module}.py").write_bytes(contents)

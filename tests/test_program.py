"""The program `fastvenv`: without Python, it has the same results and output as `python -m fastvenv`."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from conftest import Entry, Interpreter, Result, at_night, examples, move_away, snapshot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from installed import Program, executed
from tracing import stopped
from trees import compared

ROOT = Path(__file__).parents[1]


def both_ways(
    program: Program, root: Path, arguments: list[str], prepare: str = "nothing"
) -> list[tuple[Result, dict[str, Entry]]]:
    """The output and the results of the program and of `python -m fastvenv`, in the same directory."""
    outcomes = []
    for way in (program.run, program.run_python):
        root.mkdir()
        PREPARATIONS[prepare](root, program)
        result = way(*arguments, cwd=root)
        # The error of `ensurepip` names a temporary folder.
        stderr = re.sub(r"/tmp/tmp\w+", "/tmp/...", result.stderr)
        outcomes.append((Result(result.status, result.output, stderr), snapshot(root)))
        move_away(root)
    return outcomes


def _file_in_the_way(root: Path, _: Program) -> None:
    (root / "env").write_text("precious")


def _link_in_the_way(root: Path, _: Program) -> None:
    (root / "other").mkdir()
    (root / "env").symlink_to("other")


def _project(root: Path, _: Program) -> None:
    (root / "env/src").mkdir(parents=True)
    (root / "env/src/main.py").write_text("precious")


def _environment(root: Path, program: Program) -> None:
    assert program.run_python("--without-pip", "env", cwd=root) == Result(0, "", "")


def _unwritable(root: Path, _: Program) -> None:
    root.chmod(0o555)


PREPARATIONS = {
    "nothing": lambda *_: None,
    "a file": _file_in_the_way,
    "a link": _link_in_the_way,
    "a project": _project,
    "an environment": _environment,
}

OPTIONS = [
    "--system-site-packages", "--symlinks", "--copies", "--clear", "--force", "--upgrade",
    "--without-scm-ignore-files", "--no-compile", "--quiet", "-q", "--prompt=x", "--prompt=it's", "--prompt=.",
    "--prompt=\u00e4", "--prompt=a\\b", '--prompt="', "--prompt", "--activators=bash, fish", "--activators=none",
    "--link-mode=copy", "--link-mode=none", "--upg", "--nonsense", "-h", "--version", "--relocatable",
    "--python=./env", "--python=env/bin/python", "--python=3.99", "--python=>=x", "--python=true", "--python=python3",
]  # fmt: skip
DIRECTORIES = ["env", "./a/../env", "a b", "it's", "\u00e9", "$x", "a:b", "", "env/x", ".", "x\ny"]


@example(arguments=["--copies", "--symlinks", "env"], prepare="nothing", with_pip=False)
@example(arguments=["env"], prepare="an environment", with_pip=True)
@example(arguments=["$x"], prepare="nothing", with_pip=True)
@example(arguments=["env", "a b"], prepare="a file", with_pip=False)
@example(arguments=["a b", "x\ny", "env/x"], prepare="a link", with_pip=False)
@given(
    arguments=st.lists(st.sampled_from(OPTIONS), max_size=3).flatmap(
        lambda options: st.lists(st.sampled_from(DIRECTORIES), min_size=0, max_size=3, unique=True).map(
            lambda directories: [*options, *directories]
        )
    ),
    prepare=st.sampled_from(sorted(PREPARATIONS)),
    with_pip=st.booleans(),
)
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_both_ways_are_the_same(
    small_program: Program, python: Interpreter, tmp_path: Path, arguments: list[str], prepare: str, with_pip: bool
) -> None:
    if not (with_pip and python.has_ensurepip):
        arguments = ["--without-pip", *arguments]
    native, by_python = both_ways(small_program, tmp_path / "root", arguments, prepare)
    if native[0].status != 0:
        without_what_is_chance(arguments, prepare, native[1], by_python[1])
    assert native == by_python


def without_what_is_chance(arguments: list[str], prepare: str, *trees: dict[str, Entry]) -> None:
    """Remove from the trees the environments that one way alone has made, or made again.

    If the creation of one environment fails, an environment that was begun at the same time is made whole, and one that was
    not begun is not made: which of the two is chance. An environment that was there before is made again, or left as it was.
    """
    is_several = len([argument for argument in arguments if argument in DIRECTORIES]) > 1
    for argument in arguments:
        env_dir = os.path.normpath(argument)
        if prepare == "a link" and env_dir.startswith("env/"):
            env_dir = env_dir.replace("env/", "other/", 1)
        first = env_dir.split("/")[0]
        was_there = prepare == "an environment" and first == "env" and is_several
        if was_there or len({f"{env_dir}/pyvenv.cfg" in tree for tree in trees}) == 2:
            for tree in trees:
                for name in [name for name in tree if name.split("/")[0] == first]:
                    del tree[name]


PLAIN = [
    [],
    ["--copies"],
    ["--system-site-packages"],
    ["--prompt=it's"],
    ["--prompt=."],
    ["--clear"],
    ["--upgrade"],
    ["--without-scm-ignore-files"],
]


@pytest.mark.parametrize(
    ("pip", "options"),
    [
        ("with pip", []),
        *(("without pip", options) for options in PLAIN),
        *at_night(("with pip", ["--copies"])),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_the_environment_is_that_of_venv(
    program: Program, python: Interpreter, tmp_path: Path, options: list[str], pip: str
) -> None:
    if pip == "with pip" and not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip")
    if "--without-scm-ignore-files" in options and python.version < (3, 13):
        pytest.skip("an option of later versions")
    if python.is_pypy and "--copies" in options:
        pytest.skip("copies of PyPy are made in Python")
    arguments = [*options, *(["--without-pip"] if pip == "without pip" else []), "env"]
    root = tmp_path / "root"
    trees = []
    for way in ("venv", "program"):
        root.mkdir()
        if way == "venv":
            assert program.run_python(*arguments, module="venv", cwd=root) == Result(0, "", "")
        else:
            assert not executed(program, *arguments, cwd=root)
            (root / "trace").unlink()
        trees.append(compared(root))
        move_away(root)
    # bpo-24875: pip's RECORD does not depend on the order or the time of a run.
    assert trees[0] == trees[1]


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--help"], {}),
        (["--upgrade-deps", "--help"], {}),
        (["--verbose", "env"], {}),
        (["--nonsense", "env"], {}),
        (["env/../../x:y"], {}),
        (["env"], {"PYTHONHOME": "/nowhere"}),
        (["env"], {"PYTHONOPTIMIZE": "1"}),
        (["env"], {"SOURCE_DATE_EPOCH": "1"}),
        (["env"], {"LC_ALL": "de_DE.ISO-8859-1"}),
        (["env"], {"FASTVENV_CACHE_DIR": ""}),
    ],
)
def test_what_is_not_plain_is_handed_over(
    program: Program, tmp_path: Path, arguments: list[str], variables: dict[str, str]
) -> None:
    assert executed(program, "--without-pip", *arguments, cwd=tmp_path, **variables)


def test_a_link_mode_that_does_not_exist_is_handed_over(program: Program, python: Interpreter, tmp_path: Path) -> None:
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip, and so no wheels")
    assert executed(program, "env", cwd=tmp_path, FASTVENV_LINK_MODE="nonsense")
    assert not executed(program, "env", cwd=tmp_path, FASTVENV_LINK_MODE="copy")


def test_an_empty_request_for_an_interpreter_is_an_error(program: Program, tmp_path: Path) -> None:
    """As after `-p "$VERSION"` without that variable."""
    results = [way("-p", "", "--without-pip", "env", cwd=tmp_path) for way in (program.run, program.run_python)]
    assert results[0] == results[1] and results[0].status == 1
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("options", [[], ["-p"]], ids=["its own", "another"])
def test_without_a_cache_nothing_is_read_from_one_or_written(
    program: Program, python: Interpreter, tmp_path: Path, options: list[str]
) -> None:
    chosen = [*options, python.path] if options else []
    env = {**program.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    for way in (program.run, program.run_python):
        env_dir = tmp_path / way.__name__
        assert way("--no-cache", "--without-pip", *chosen, env_dir, env=env) == Result(0, "", "")
        assert not (tmp_path / "cache").exists()


def test_several_environments_are_made_without_python(program: Program, tmp_path: Path) -> None:
    assert not executed(program, "--without-pip", "a", "b", "c/d", cwd=tmp_path)
    for name in ("a", "b", "c/d"):
        assert (tmp_path / name / "bin/python").exists() and (tmp_path / name / "pyvenv.cfg").exists()


def test_an_environment_that_holds_the_program_is_not_cleared(program: Program) -> None:
    env_dir = program.path.parents[1]
    before = snapshot(env_dir)
    for way in (program.run, program.run_python):
        result = way("--clear", "--without-pip", env_dir)
        assert result.status == 1
    assert snapshot(env_dir) == before


def signalled(program: Program, env_dir: Path, number: signal.Signals, log: Path, *, ignores: bool) -> int:
    """The status of the program after a signal while it makes an environment."""
    prepare = (lambda: signal.signal(number, signal.SIG_IGN)) if ignores else None
    command = [program.path, "--without-pip", env_dir]
    with stopped("symlink,symlinkat", log, command, env=program.variables, preexec_fn=prepare) as process:
        assert (env_dir / "include").exists()
        process.send(number)
        status, _, _ = process.go_on()
    return status


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_takes_back_what_was_made(program: Program, tmp_path: Path, number: signal.Signals) -> None:
    log = tmp_path / "log"
    assert signalled(program, tmp_path / "a/env", number, log, ignores=False) in {-number, 128 + number}
    assert list(tmp_path.iterdir()) == [log]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_is_ignored_stays_ignored(program: Program, tmp_path: Path, number: signal.Signals) -> None:
    assert signalled(program, tmp_path / "env", number, tmp_path / "log", ignores=True) == 0
    assert (tmp_path / "env/bin/python").exists()


def test_a_limit_on_the_size_of_files_is_an_error_and_takes_back_what_was_made(
    program: Program, tmp_path: Path
) -> None:
    """Where nothing handles the signal SIGXFSZ, it ends the process. Python ignores it."""
    limited = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh"]
    outcomes = [run("--without-pip", "env", cwd=tmp_path, prefix=limited) for run in (program.run, program.run_python)]
    assert outcomes[0] == outcomes[1]
    assert (outcomes[0].status, "File too large" in outcomes[0].stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_completion_script_that_cannot_be_written_is_an_error(program: Program, tmp_path: Path) -> None:
    result = program.run("completion", "bash", cwd=tmp_path, prefix=["sh", "-c", 'exec "$@" > /dev/full', "sh"])
    assert result == Result(1, "", "Error: cannot write to standard output: No space left on device\n")


def test_a_cache_that_is_gone_is_made_again(program: Program, python: Interpreter, tmp_path: Path) -> None:
    """The first run has no record, and so is Python's."""
    variables = {**program.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    options = ["--without-pip"] if not python.has_ensurepip else []
    for number in range(2):
        assert program.run(*options, tmp_path / str(number), env=variables) == Result(0, "", "")
    assert not executed(program, *options, tmp_path / "third", cwd=tmp_path, **variables)

"""The output of the command: one line on a terminal, nothing in a pipe, and the reasons with `--verbose`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import Interpreter, Result, at_night, move_away, packages, without_override
from installed import Program
from terminal import run_on_terminal, staying
from tracing import stopped


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


INTERRUPTED = "Interrupted. Unfinished environments were removed, except in directories that were not empty before.\n"
COLOR = re.compile(r"\x1b\[\d*m")


def on_terminal(command: list[str], cwd: Path, variables: dict[str, str]) -> str:
    """The output of a successful command that stays on a terminal."""
    text, status = run_on_terminal(command, variables, cwd)
    assert status == 0, text
    return staying(text.decode())


def commands(program: Program) -> list[list[str]]:
    return [[str(program.path)], [str(program.path.with_name("python")), "-m", "fastvenv"]]


def lines(program: Program, tmp_path: Path, *arguments: str, **variables: str) -> list[str]:
    """The output of each way on a terminal."""
    found = []
    for command in commands(program):
        folder = tmp_path / "place"
        folder.mkdir()
        found.append(on_terminal([*command, "--without-pip", *arguments], folder, {**program.variables, **variables}))
        move_away(folder)
    return found


def test_a_terminal_shows_what_was_made_and_how_to_activate_it(program: Program, tmp_path: Path) -> None:
    for line in lines(program, tmp_path, "a b", TERM="xterm"):
        assert COLOR.search(line)
        text = COLOR.sub("", line)
        assert re.fullmatch(r"Made a b with \w+ 3\.\d+\.\d+ in \d+ ms\. Activate it with: .*a b/bin/activate.*\n", text)


def test_several_are_named_in_one_line(program: Program, tmp_path: Path) -> None:
    for line in lines(program, tmp_path, "a", "b", "c", TERM="dumb"):
        assert re.fullmatch(r"Made a, b and c with \w+ 3\.\d+\.\d+ in \d+ ms\n", line)


@pytest.mark.parametrize(
    ("arguments", "variables", "is_coloured"),
    [
        ([], {"TERM": "xterm"}, True),
        ([], {"TERM": "dumb"}, False),
        ([], {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ([], {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (["--color=always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_as_wanted(
    program: Program,
    tmp_path: Path,
    arguments: list[str],
    variables: dict[str, str],
    is_coloured: bool,
) -> None:
    for line in lines(program, tmp_path, *arguments, "env", **variables):
        assert bool(COLOR.search(line)) is is_coloured


def test_quiet_says_nothing(program: Program, tmp_path: Path) -> None:
    assert lines(program, tmp_path, "-q", "env") == ["", ""]


def test_a_pipe_gets_nothing(program: Program, tmp_path: Path) -> None:
    assert program.run("--without-pip", "--color=always", tmp_path / "a") == Result(0, "", "")
    assert program.run_python("--without-pip", "--color=always", tmp_path / "b") == Result(0, "", "")


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize(
    ("arguments", "variables", "reason"),
    [
        ([], {"FASTVENV_CACHE_DIR": ""}, "There is no cache: FASTVENV_CACHE_DIR is empty"),
        ([], {"FASTVENV_CACHE_DIR": "~/c"}, "There is no cache: FASTVENV_CACHE_DIR is ~/c, and no shell replaced ~"),
        (["--no-cache"], {}, "The cache is not used: --no-cache was given."),
        ([], {"FASTVENV_NO_CACHE": "1"}, "The cache is not used: FASTVENV_NO_CACHE is set."),
    ],
)
def test_verbose_says_why_it_took_longer(
    python: Interpreter, tmp_path: Path, arguments: list[str], variables: dict[str, str], reason: str
) -> None:
    assert_verbose_says(reason, python, tmp_path, arguments, variables)


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("variable", ["PYTHONOPTIMIZE", *at_night("SOURCE_DATE_EPOCH")])
def test_verbose_says_why_ensurepip_installed_pip(whole_python: Interpreter, tmp_path: Path, variable: str) -> None:
    reason = f"pip was installed by ensurepip, which takes long: {variable} is set."
    assert_verbose_says(reason, whole_python, tmp_path, [], {variable: "1"})


def assert_verbose_says(
    reason: str, python: Interpreter, tmp_path: Path, arguments: list[str], variables: dict[str, str]
) -> None:
    environment = {**python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache"), **variables}
    result = python.run("-m", "fastvenv", "-v", *arguments, tmp_path / "env", env=environment)
    assert (result.status, result.stderr) == (0, "")
    first, second, *rest = result.output.splitlines()
    assert first.startswith("Activate it with: ") and second.startswith("The base is ")
    assert [line[: len(reason)] for line in rest if not line.startswith("Set by ")] == [reason]


@pytest.mark.usefixtures("has_wheels")
def test_verbose_says_that_there_is_another_pip(whole_python: Interpreter, tmp_path: Path) -> None:
    assert whole_python.run("-m", "fastvenv", tmp_path / "env").status == 0
    [metadata] = packages(tmp_path / "env").glob("pip-*.dist-info")
    text = (metadata / "METADATA").read_text(encoding="utf-8")
    (metadata / "METADATA").write_text(
        re.sub("^Version: .*$", "Version: 1", text, flags=re.MULTILINE), encoding="utf-8"
    )
    metadata.rename(metadata.with_name("pip-1.dist-info"))
    result = whole_python.run("-m", "fastvenv", "-v", tmp_path / "env")
    assert (result.status, result.stderr) == (0, "")
    assert "installed by ensurepip, which takes long: the environment has another version of pip" in result.output


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("is_program", [True, False], ids=["program", "python -m"])
@pytest.mark.parametrize("options", [[], ["--python"]], ids=" ".join)
@pytest.mark.parametrize(
    ("path", "is_there", "reason"),
    [
        ("cache", True, "{folder}/making-[0-9]+-[0-9]+: Permission denied"),
        ("closed/cache", False, "Permission denied"),
    ],
    ids=["closed", "not to be made"],
)
def test_verbose_says_why_the_cache_was_not_filled(
    program: Program,
    tmp_path: Path,
    path: str,
    is_there: bool,
    reason: str,
    options: list[str],
    is_program: bool,
) -> None:
    """Its folder, or the folder above, cannot be written to; pip is installed all the same."""
    folder = tmp_path / path
    variables = {**program.variables, "FASTVENV_CACHE_DIR": str(folder)}
    if is_there:
        assert program.run_python("--without-pip", tmp_path / "first", env=variables) == Result(0, "", "")
    closed = folder if is_there else folder.parent
    closed.mkdir(exist_ok=True)
    closed.chmod(0o500)
    run = program.run if is_program else program.run_python
    others: list[str | Path] = [*options, program.path.with_name("python")] if options else []
    result = run("-v", *others, tmp_path / "env", env=variables, prefix=without_override())
    closed.chmod(0o700)
    assert (result.status, result.stderr) == (0, "")
    last = result.output.splitlines()[-1]
    text = f"The cache {folder} is not used: {reason.format(folder=folder)}[.]"
    assert re.fullmatch(text, last), last
    assert (packages(tmp_path / "env") / "pip/__init__.py").exists()


def test_verbose_says_nothing_more_where_there_is_nothing(program: Program, tmp_path: Path) -> None:
    result = program.run("-v", "--without-pip", tmp_path / "env")
    assert (result.status, len(result.output.splitlines())) == (0, 2)


@pytest.mark.parametrize("option", ["--verbose", "--dry-run", "--json"])
def test_a_character_that_the_output_has_not_fails_no_call(program: Program, tmp_path: Path, option: str) -> None:
    """A pipe on Windows may have an old code page. JSON needs none of them."""
    name = "\u043f\u0440\u043e\u0435\u043a\u0442"
    command = [str(program.path.with_name("python")), "-m", "fastvenv", "--without-pip", option, name]
    variables = {**program.variables, "PYTHONIOENCODING": "cp1252"}
    process = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, check=False)
    assert (process.returncode, process.stderr) == (0, b"")
    assert name.encode("ascii", "backslashreplace") in process.stdout
    assert (tmp_path / name).exists() == (option != "--dry-run")


@pytest.mark.parametrize("is_program", [True, False], ids=["program", "python -m"])
def test_an_interrupt_is_one_line(program: Program, tmp_path: Path, is_program: bool) -> None:
    """Each environment is whole or absent, and the process ends by the signal, which a shell calls 130."""
    command = [*commands(program)[not is_program], "--clear", "--without-pip"]
    names = [str(tmp_path / f"first-{number}") for number in range(300)]
    with stopped("mkdir,mkdirat", tmp_path / "log", [*command, *names], env=program.variables) as first:
        first.send(signal.SIGINT)
        assert first.go_on() == (-signal.SIGINT, "", INTERRUPTED)
    assert_each_is_whole_or_absent(names)
    for delay in (0, 0.02, 0.05):
        names = [str(tmp_path / f"{delay}-{number}") for number in range(300)]
        with subprocess.Popen(
            [*command, *names], env=program.variables, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            # Before it makes the first directory, the process may not handle signals yet.
            while process.poll() is None and not Path(names[0]).exists():
                time.sleep(0.001)
            time.sleep(delay)
            os.killpg(process.pid, signal.SIGINT)
            _, stderr = process.communicate(timeout=600)
        assert (process.returncode, stderr) in [
            (-signal.SIGINT, INTERRUPTED),
            (0, ""),  # it was too late
        ]
        assert_each_is_whole_or_absent(names)


def assert_each_is_whole_or_absent(names: list[str]) -> None:
    for name in names:
        assert not Path(name).exists() or Path(name, "bin/activate").exists()

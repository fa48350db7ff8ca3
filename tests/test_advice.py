"""Errors of the command: each says what failed, on which path, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Result, snapshot
from installed import Program


def a_file(root: Path) -> None:
    (root / "env").write_text("precious")


def a_link(root: Path) -> None:
    (root / "other").mkdir()
    (root / "other/precious").write_text("precious")
    (root / "env").symlink_to("other")


def a_dangling_link(root: Path) -> None:
    (root / "env").symlink_to("nowhere")


def a_project(root: Path) -> None:
    (root / "env").mkdir()
    (root / "env/precious").write_text("precious")


ESCAPE = "\033[31m"


def a_link_in_red(root: Path) -> None:
    (root / "env").symlink_to(f"{ESCAPE}x")


def a_project_in_red(root: Path) -> None:
    (root / "env/bin").mkdir(parents=True)
    (root / f"env/bin/x\n{ESCAPE}").touch()


def a_setting_in_red(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.fastvenv]\n"\\u001b[31mx" = 1\n')


def nothing(root: Path) -> None:
    pass


FILE = "Error: Unable to create directory '{root}/env'\nA file has this name. Remove it, or choose another directory.\n"
NO_DIRECTORY = (
    "Error: [Errno 20] Not a directory: '{root}/env'\n{root}/env is a file. Remove it, or choose another directory.\n"
)
LINK = (
    "Error: Unable to create directory '{root}/env'\nIt is a link to other. Name that directory, or remove the link.\n"
)
DANGLING = (
    "Error: [Errno 17] File exists: '{root}/env'\n"
    "It is a link to nowhere, which is not there. Remove the link, or choose another directory.\n"
)
CASES: list[tuple[Callable[[Path], None], list[str], str]] = [
    (a_file, ["env"], FILE),
    (a_file, ["--clear", "env"], NO_DIRECTORY),
    (a_link, ["env"], LINK),
    (a_link, ["--clear", "env"], LINK),
    (a_dangling_link, ["env"], DANGLING),
    (
        a_project,
        ["--clear", "env"],
        (
            "Error: Refusing to clear {root}/env because it is not a virtual environment: it has no pyvenv.cfg and holds "
            "'precious'. To delete its contents all the same, add --force.\n"
        ),
    ),
    (
        a_link_in_red,
        ["env"],
        DANGLING.replace("nowhere", repr(f"{ESCAPE}x")),
    ),
    (
        a_project_in_red,
        ["--clear", "env"],
        (
            "Error: Refusing to clear {root}/env because it is not a virtual environment: it has no pyvenv.cfg and holds "
            "'bin/x\\n\\u{{1b}}[31m'. To delete its contents all the same, add --force.\n"
        ),
    ),
    (
        a_setting_in_red,
        ["env"],
        (
            "Error: {root}/pyproject.toml:2: there is no setting \\u{{1b}}[31mx; there are python, system-site-packages, "
            "prompt, relocatable, activators, without-pip\n"
        ),
    ),
    (
        nothing,
        ["--pip-wheel", "pip.whl", "env"],
        "Error: --pip-wheel names the pip to install, and --without-pip installs none. Give only one of them.\n",
    ),
    (
        nothing,
        ["--upgrade-deps", "env"],
        (
            "Error: --upgrade-deps runs the pip of the environment, and --without-pip installs none. Give only one of "
            "them. Both together upgrade an environment that has pip, and env does not exist.\n"
        ),
    ),
    (
        nothing,
        ["~/env"],
        (
            "Error: Refusing to create a venv in '~/env' because the shell did not replace ~ by a home directory. Write the "
            "whole path, or ./~/env if the directory really has that name.\n"
        ),
    ),
]
IDS = [" ".join([case[0].__name__, *case[1]]) for case in CASES]


@pytest.mark.parametrize(("prepare", "arguments", "expected"), CASES, ids=IDS)
def test_what_failed_and_what_to_do(
    program: Program,
    tmp_path: Path,
    prepare: Callable[[Path], None],
    arguments: list[str],
    expected: str,
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    prepare(root)
    before = snapshot(root)
    for way in (program.run, program.run_python):
        assert way("--without-pip", *arguments, cwd=root) == Result(1, "", expected.format(root=root))
    assert snapshot(root) == before


def test_a_current_directory_that_is_gone(program: Program, tmp_path: Path) -> None:
    for way in (program.run, program.run_python):
        gone = tmp_path / "gone"
        gone.mkdir()
        result = way("--without-pip", "env", cwd=gone, preexec_fn=gone.rmdir)
        assert result.status == 1
        assert result.stderr.endswith("The current directory was deleted. Change to another one.\n"), result.stderr
        # An absolute path needs no current directory.
        gone.mkdir()
        env_dir = tmp_path / way.__name__
        result = way("--without-pip", env_dir, "-v", cwd=gone, preexec_fn=gone.rmdir)
        assert result.status == 0 and "cache" not in result.output


def test_a_name_that_reads_like_a_message(program: Program, tmp_path: Path) -> None:
    for way in (program.run, program.run_python):
        result = way("--without-pip", "Unable to create directory x:y", cwd=tmp_path)
        assert result.status == 1 and "Traceback" not in result.stderr
        assert result.stderr.startswith("Error: Refusing to create a venv in ")


@pytest.mark.parametrize(
    ("option", "meant"), [("--claer", "--clear"), ("--without-pipp", "--without-pip"), ("--promt=x", "--prompt")]
)
def test_a_typo_gets_a_suggestion(program: Program, tmp_path: Path, option: str, meant: str) -> None:
    for way in (program.run, program.run_python):
        result = way(option, "env", cwd=tmp_path)
        assert (result.status, result.output) == (2, "")
        assert result.stderr.endswith(f"error: unrecognized arguments: {option} (did you mean {meant}?)\n")
    assert list(tmp_path.iterdir()) == []

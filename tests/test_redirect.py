"""`.venv` as a file that leads to an environment (PEP 832), by the program and by `python -m fastvenv`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Result, snapshot
from installed import Program

WITHOUT = "--without-pip"


def test_a_file_is_written_and_followed(program: Program, tmp_path: Path) -> None:
    for run, name in ((program.run, "a"), (program.run_python, "b")):
        project, env_dir = tmp_path / name, tmp_path / "environments" / name
        project.mkdir()
        assert run(WITHOUT, "--redirect", f"../environments/{name}", cwd=project) == Result(0, "", "")
        assert (project / ".venv").read_text() == f"{env_dir}\n"
        (env_dir / "pyvenv.cfg").unlink()
        (env_dir / "bin/activate").unlink()
        for path in sorted(env_dir.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        assert run(WITHOUT, cwd=project) == Result(0, "", "")
        assert (env_dir / "pyvenv.cfg").exists() and (project / ".venv").is_file()


def test_a_relative_path_is_from_the_folder_of_the_file(program: Program, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/.venv").write_text("../env")
    assert program.run(WITHOUT, "project/.venv", cwd=tmp_path) == Result(0, "", "")
    assert (tmp_path / "env/pyvenv.cfg").exists()


def test_a_byte_order_mark_is_no_part_of_the_path(program: Program, tmp_path: Path) -> None:
    (tmp_path / ".venv").write_text("env\n", encoding="utf-8-sig")
    assert program.run(WITHOUT, cwd=tmp_path) == Result(0, "", "")
    assert (tmp_path / "env/pyvenv.cfg").exists()


def test_the_settings_are_those_of_the_project_with_the_file(program: Program, tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project, elsewhere):
        folder.mkdir()
        (folder / "pyproject.toml").write_text(f"[tool.fastvenv]\nprompt = '{folder.name}'\n")
    (project / ".venv").write_text("../elsewhere/env")
    for run in (program.run, program.run_python):
        assert run(WITHOUT, cwd=project) == Result(0, "", "")
        assert "prompt = 'project'\n" in (elsewhere / "env/pyvenv.cfg").read_text()
        assert run(WITHOUT, elsewhere / "env", cwd=project) == Result(0, "", "")
        assert "prompt = 'elsewhere'\n" in (elsewhere / "env/pyvenv.cfg").read_text()


@pytest.mark.parametrize("text", ["", "\n", "a\nb\n", "x" * 5000, "a\0b"])
def test_a_file_that_leads_nowhere_is_in_the_way(program: Program, tmp_path: Path, text: str) -> None:
    file = tmp_path / ".venv"
    file.write_text(text)
    for run in (program.run, program.run_python):
        result = run(WITHOUT, cwd=tmp_path)
        assert result.status == 1 and result.stderr.startswith("Error: Unable to create directory")
        assert file.read_text() == text


def test_a_file_that_leads_to_something_else_is_an_error(program: Program, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/precious").write_text("x")
    for target in ("work", "work/precious"):
        (tmp_path / ".venv").write_text(target)
        before = snapshot(tmp_path)
        result = program.run(WITHOUT, "--clear", cwd=tmp_path)
        assert (result.status, result.output) == (1, "")
        assert result.stderr.startswith(f"Error: .venv leads to {tmp_path / target}, which is not ")
        assert snapshot(tmp_path) == before


@pytest.mark.as_root
@pytest.mark.parametrize("reason", ["belongs to another user", "can be changed by every user"])
def test_a_file_that_another_user_can_have_written_is_refused(program: Program, tmp_path: Path, reason: str) -> None:
    """Another user could so choose what is cleared."""
    assert program.run(WITHOUT, "env", cwd=tmp_path) == Result(0, "", "")
    file = tmp_path / ".venv"
    file.write_text("env")
    if reason == "can be changed by every user":
        file.chmod(0o666)
    elif os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    else:
        os.chown(file, 12345, 12345)
    before = snapshot(tmp_path)
    for run in (program.run, program.run_python):
        for options in (["--clear"], []):
            result = run(WITHOUT, *options, cwd=tmp_path)
            assert (result.status, result.output) == (1, "")
            assert result.stderr.startswith(f"Error: .venv leads to another directory, and {reason}. ")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("arguments", [[], [".venv"], ["a", "b"]], ids=" ".join)
def test_what_cannot_be_written_is_refused(program: Program, tmp_path: Path, arguments: list[str]) -> None:
    result = program.run(WITHOUT, "--redirect", *arguments, cwd=tmp_path)
    assert result.status == 1 and result.stderr.startswith("Error: --redirect ")
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_the_way_stays(program: Program, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    result = program.run(WITHOUT, "--redirect", "env", cwd=tmp_path)
    assert result.status == 1 and "is in the way" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".venv"]

"""Variables, the user's file and the project's: the settings that the program and `python -m fastvenv` read."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Result, without_override
from installed import Program, executed

PROJECT = "[tool.fastvenv]\n"
OF_ANOTHER_USER = "it, or a directory that cannot be opened, belongs to another user."


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def settled(program: Program, tmp_path: Path) -> Program:
    """The program, with an empty folder for the user's settings."""
    return replace(program, variables={**program.variables, "XDG_CONFIG_HOME": str(tmp_path / "config")})


def with_variables(program: Program, **variables: str) -> Program:
    return replace(program, variables={**program.variables, **variables})


def write_user_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config/fastvenv/fastvenv.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def run_both(program: Program, cwd: Path, *arguments: str, prefix: list[str] | None = None) -> Result:
    """Run the program, then `python -m fastvenv`, in the same place; return the result, which must be the same."""
    results: list[Result] = []
    for run in (program.run, program.run_python):
        if results:
            shutil.rmtree(cwd / ".venv", ignore_errors=True)
        results.append(run(*arguments, cwd=cwd, prefix=prefix))
    assert results[0] == results[1]
    return results[1]


def prompt(env_dir: Path) -> str | None:
    lines = (env_dir / "pyvenv.cfg").read_text().splitlines()
    return next((line.partition(" = ")[2].strip("'") for line in lines if line.startswith("prompt = ")), None)


def test_the_command_line_comes_before_variables_the_project_and_the_user(
    settled: Program, project: Path, tmp_path: Path
) -> None:
    def made(program: Program, *arguments: str) -> str | None:
        assert run_both(program, project, "--without-pip", *arguments) == Result(0, "", "")
        return prompt(project / ".venv")

    assert made(settled) is None
    write_user_file(tmp_path, "prompt = 'of the user'")
    assert made(settled) == "of the user"
    (project / "pyproject.toml").write_text(f"{PROJECT}prompt = 'of the project'")
    assert made(settled) == "of the project"
    variable = with_variables(settled, FASTVENV_PROMPT="of the variable")
    assert made(variable) == "of the variable"
    assert made(variable, "--prompt", "given") == "given"
    assert made(settled, "--no-config") is None
    assert made(with_variables(settled, FASTVENV_NO_CONFIG="1")) is None


def test_the_program_reads_settings_without_python(settled: Program, project: Path, tmp_path: Path) -> None:
    write_user_file(tmp_path, "link-mode = 'copy'")
    (project / "pyproject.toml").write_text(f"{PROJECT}without-pip = true\nactivators = ['bash']")
    assert not executed(settled, ".venv", cwd=project)
    names = os.listdir(project / ".venv/bin")
    assert "activate" in names and not {"activate.fish", "pip"} & set(names)


def test_a_flag_is_unset_by_a_variable(settled: Program, project: Path, has_wheels: None) -> None:
    (project / "pyproject.toml").write_text(f"{PROJECT}without-pip = true")
    assert run_both(with_variables(settled, FASTVENV_WITHOUT_PIP="0"), project) == Result(0, "", "")
    assert (project / ".venv/bin/pip").exists()


def test_the_nearest_project_above_the_directory_counts(settled: Program, project: Path) -> None:
    inner = project / "inner"
    inner.mkdir()
    (project / "pyproject.toml").write_text(f"{PROJECT}prompt = 'outer'\nwithout-pip = true")
    settled.run("inner/a/env", cwd=project)
    assert prompt(inner / "a/env") == "outer"
    # The nearest file counts, even if it has no settings.
    (inner / "pyproject.toml").write_text("[project]\nname = 'inner'\n")
    settled.run("--without-pip", "inner/b", cwd=project)
    assert prompt(inner / "b") is None


def test_each_directory_has_the_settings_of_its_project(settled: Program, project: Path) -> None:
    for name in ("a", "b"):
        (project / name).mkdir()
        (project / name / "pyproject.toml").write_text(f"{PROJECT}prompt = 'of {name}'")
    for run, env in ((settled.run, "x"), (settled.run_python, "y")):
        directories = [f"a/{env}1", f"a/{env}2", f"b/{env}"]
        assert run("--without-pip", *directories, cwd=project) == Result(0, "", "")
        assert [prompt(project / path) for path in directories] == ["of a", "of a", "of b"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("promt = 'x'", ":2: there is no setting promt; there are python, "),
        ("prompt = 1", ":2: prompt must be a string"),
        ("activators = ['bosh']", ":2: activators must be one of bash, "),
        ("\nlink-mode = 'copy'", ":3: link-mode is for the user's fastvenv.toml, not for a project"),
        ("upgrade = true", ":2: upgrade is for one call: give --upgrade on the command line"),
        ("prompt = ", ":2: "),
    ],
)
def test_a_mistake_in_a_file_is_reported_with_its_line(settled: Program, project: Path, text: str, fault: str) -> None:
    path = project / "pyproject.toml"
    path.write_text(PROJECT + text)
    result = run_both(settled, project)
    assert (result.status, result.output) == (1, "")
    assert result.stderr.startswith(f"Error: {path}{fault}")
    assert not (project / ".venv").exists()


def test_a_mistake_in_a_variable_is_reported(settled: Program, project: Path) -> None:
    result = run_both(with_variables(settled, FASTVENV_CLEAR="maybe"), project)
    assert result == Result(1, "", "Error: FASTVENV_CLEAR must be 1 or 0, not 'maybe'\n")


def test_settings_that_contradict_each_other_are_a_mistake(settled: Program, project: Path, tmp_path: Path) -> None:
    variables = with_variables(settled, FASTVENV_SYMLINKS="1", FASTVENV_COPIES="1")
    result = run_both(variables, project, "--without-pip")
    assert result == Result(1, "", "Error: FASTVENV_COPIES is not allowed with FASTVENV_SYMLINKS\n")
    path = write_user_file(tmp_path, "symlinks = true\ncopies = true\n")
    result = run_both(settled, project, "--without-pip")
    assert result == Result(1, "", f"Error: {path}:1: symlinks is not allowed with copies in {path}\n")
    path.write_text("copies = false\nsymlinks = true\n")
    assert run_both(settled, project, "--without-pip") == Result(0, "", "")
    # A variable comes before a file.
    path.write_text("symlinks = true\n")
    shutil.rmtree(project / ".venv")
    assert run_both(with_variables(settled, FASTVENV_COPIES="1"), project, "--without-pip") == Result(0, "", "")
    assert not (project / ".venv/bin/python").is_symlink()


def test_an_option_that_a_setting_excludes(settled: Program, project: Path) -> None:
    """The message names the setting, which the user may not know of."""
    path = project / "pyproject.toml"
    path.write_text(f"{PROJECT}without-pip = true")
    advice = "FASTVENV_WITHOUT_PIP=0 installs it in this call."
    expected = f"--pip-wheel names the pip to install, and without-pip in {path} installs none. {advice}\n"
    assert run_both(settled, project, "--pip-wheel", "x.whl") == Result(1, "", f"Error: {expected}")
    variable = with_variables(settled, FASTVENV_WITHOUT_PIP="1")
    expected = f"--upgrade-deps runs the pip of the environment, and FASTVENV_WITHOUT_PIP installs none. {advice} "
    assert run_both(variable, project, "--upgrade-deps").stderr.startswith(f"Error: {expected}Both together upgrade ")
    variable = with_variables(settled, FASTVENV_UPGRADE="1")
    expected = "Error: you cannot supply FASTVENV_UPGRADE and --clear together.\n"
    assert run_both(variable, project, "--clear") == Result(1, "", expected)


@pytest.mark.as_root
@pytest.mark.needs_root
def test_a_project_of_another_user_sets_nothing(settled: Program, project: Path) -> None:
    path = project / "pyproject.toml"
    path.write_text(f"{PROJECT}python = './evil'")
    os.chown(path, 12345, 12345)
    result = run_both(settled, project)
    assert (result.status, "belongs to another user" in result.stderr) == (1, True)
    path.write_text("[project]\nname = 'x'\n")
    assert run_both(settled, project, "--without-pip") == Result(0, "", "")


def test_a_project_that_everyone_may_write_to_sets_nothing(settled: Program, project: Path, tmp_path: Path) -> None:
    path = project / "pyproject.toml"
    path.write_text(f"{PROJECT}prompt = 'x'")
    path.chmod(0o666)
    result = run_both(settled, project)
    assert (result.status, "can be changed by every user" in result.stderr) == (1, True)
    assert run_both(settled, project, "--without-pip", "--no-config") == Result(0, "", "")
    path.unlink()
    write_user_file(tmp_path, "prompt = 'x'").chmod(0o666)
    result = run_both(settled, project)
    assert (result.status, "can be changed by every user" in result.stderr) == (1, True)


@pytest.mark.needs_root
def test_a_user_file_of_another_user_is_not_read_and_verbose_says_so(
    settled: Program, project: Path, tmp_path: Path
) -> None:
    """With `sudo`, the home may be that of another user."""
    path = write_user_file(tmp_path, "prompt = 'x'")
    os.chown(path, 12345, 12345)
    assert run_both(settled, project, "--without-pip") == Result(0, "", "")
    assert prompt(project / ".venv") is None
    shutil.rmtree(project / ".venv")
    result = run_both(settled, project, "--without-pip", "-v")
    assert f"{path} is not read: {OF_ANOTHER_USER}\n" in result.output


@pytest.mark.as_root
@pytest.mark.needs_root
def test_a_user_file_that_another_user_has_closed_is_not_read(settled: Program, project: Path, tmp_path: Path) -> None:
    """With `sudo`, the home may be that of another user, whose home nobody else can enter."""
    path = write_user_file(tmp_path, "prompt = 'x'")
    for closed in (path, path.parent, path.parent.parent):
        os.chown(closed, 12345, 12345)
        closed.chmod(0o700)
        result = run_both(settled, project, "--without-pip", "-v", prefix=without_override())
        assert (result.status, result.stderr) == (0, "")
        assert f"{path} is not read: {OF_ANOTHER_USER}\n" in result.output
        assert prompt(project / ".venv") is None
        shutil.rmtree(project / ".venv")
        os.chown(closed, os.geteuid(), os.getegid())
        closed.chmod(0)
        result = run_both(settled, project, "--without-pip", prefix=without_override())
        expected = f"Error: {path}: Permission denied. With --no-config, fastvenv does not read it\n"
        assert result == Result(1, "", expected)
        closed.chmod(0o700)


def test_verbose_says_what_was_set_where(settled: Program, project: Path) -> None:
    (project / "pyproject.toml").write_text(f"{PROJECT}without-pip = true\nprompt = 'x'")
    result = run_both(with_variables(settled, FASTVENV_NO_CACHE="1"), project, "-v", "--prompt", "y")
    assert f"Set by FASTVENV_NO_CACHE, without-pip in {project}/pyproject.toml\n" in result.output


def test_what_is_set_for_pip_does_not_disturb_a_call_without_pip(
    settled: Program, project: Path, tmp_path: Path
) -> None:
    write_user_file(tmp_path, "upgrade-deps = true\npip-wheel = 'wheels'")
    assert run_both(settled, project, "--without-pip") == Result(0, "", "")


def test_without_settings_no_file_is_opened_but_those_that_may_have_some(
    settled: Program, project: Path, tmp_path: Path
) -> None:
    """It looks for the user's file, and for `pyproject.toml` in each folder above the directory."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    prefix = ["strace", "-f", "-o", str(trace), "-e", "trace=open,openat"]
    settled.run("--without-pip", prefix=prefix, cwd=project)
    opened = [line for line in trace.read_text().splitlines() if ".toml" in line]
    folders = [project, *project.parents]
    expected = [
        str(tmp_path / "config/fastvenv/fastvenv.toml"),
        *(str(folder / "pyproject.toml") for folder in folders),
    ]
    assert [line.split('"')[1] for line in opened] == expected
    assert all("ENOENT" in line for line in opened)


def test_a_path_in_a_file_that_is_a_link_is_from_where_the_link_leads(settled: Program, tmp_path: Path) -> None:
    path = write_user_file(tmp_path, "pip-wheel = 'none.whl'")
    kept = tmp_path / "kept"
    kept.mkdir()
    path.rename(kept / "settings.toml")
    path.symlink_to(kept / "settings.toml")
    result = run_both(settled, tmp_path)
    assert result.status == 1 and f"{str(kept / 'none.whl')!r}" in result.stderr

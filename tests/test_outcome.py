"""`--json` and `--dry-run`: the report for programs, by the program and by `python -m fastvenv`."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import Interpreter, Result, snapshot
from installed import Program, executed


def objects(result: Result, status: int = 0) -> list[dict[str, Any]]:
    assert result.status == status, result.stderr
    return [json.loads(line) for line in result.output.splitlines()]


def test_an_environment_is_described(program: Program, python: Interpreter, tmp_path: Path, has_wheels: None) -> None:
    for run, name in ((program.run, "a"), (program.run_python, "b")):
        result = run("--json", name, cwd=tmp_path)
        [found] = objects(result)
        assert result.stderr == ""
        env_dir = tmp_path / name
        paths = Interpreter(found["python"], "", python.home).answer(
            "import json, sys, sysconfig; p = sysconfig.get_path;"
            "print(json.dumps([sys.prefix, p('scripts'), p('purelib'), p('platlib'), sys.version.split()[0]]))"
        )
        assert paths[:4] == [found["env_dir"], found["scripts"], found["purelib"], found["platlib"]]
        assert found["env_dir"] == str(env_dir) and found["base"]["version"] == paths[4].rstrip("+")
        assert found["error"] is None and 0 < found["ms"] < 300_000
        assert all(Path(path).exists() for path in found["pip"]["from"])
        # The files show how they were placed.
        [module] = env_dir.glob("lib/*/site-packages/pip/__init__.py")
        ways = {"hardlink"} if module.stat().st_nlink > 1 else {"clone", "copy"}
        assert found["pip"]["installed"] in ways


@pytest.mark.parametrize("mode", ["hardlink", "symlink", "copy"])
def test_the_link_mode_is_the_one_that_was_taken(program: Program, tmp_path: Path, mode: str, has_wheels: None) -> None:
    found = [objects(run("--json", "--link-mode", mode, name, cwd=tmp_path))[0]["pip"]["installed"]
            for run, name in ((program.run, "a"), (program.run_python, "b"))]  # fmt: skip
    [module] = tmp_path.glob("a/lib/*/site-packages/pip/__init__.py")
    kind = "symlink" if module.is_symlink() else "hardlink" if module.stat().st_nlink > 1 else "copy"
    assert found == [kind, kind]
    # If pip is installed already, nothing is placed.
    assert objects(program.run("--json", "a", cwd=tmp_path))[0]["pip"]["installed"] == "present"


def test_each_environment_has_a_line(program: Program, tmp_path: Path) -> None:
    for run in (program.run, program.run_python):
        found = objects(run("--json", "--without-pip", "a", "b", "c", cwd=tmp_path))
        assert sorted(item["env_dir"] for item in found) == [str(tmp_path / name) for name in "abc"]
        assert {item["pip"] for item in found} == {None}


def test_both_ways_say_the_same(program: Program, tmp_path: Path, has_wheels: None) -> None:
    outputs = [run("--json", "env", cwd=tmp_path).output for run in (program.run, program.run_python)]
    ours, theirs = (re.sub(r'"ms": [\d.]+|"installed": "\w+"', "", output) for output in outputs)
    assert ours == theirs


def test_the_program_reports_it_without_python(program: Program, tmp_path: Path) -> None:
    assert not executed(program, "--json", "--without-pip", "env", cwd=tmp_path)


def test_pip_by_ensurepip_is_reported(program: Program, tmp_path: Path, has_wheels: None) -> None:
    env = {**program.variables, "SOURCE_DATE_EPOCH": "1700000000"}
    [found] = objects(program.run("--json", "env", cwd=tmp_path, env=env))
    assert found["pip"] == {"from": [], "installed": "ensurepip"}


def test_a_failure_is_reported_with_its_path(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    for run in (program.run, program.run_python):
        result = run("--json", "--without-pip", "file", cwd=tmp_path)
        [found] = objects(result, status=1)
        path = str(tmp_path / "file")
        message = f"Unable to create directory {path!r}"
        assert found == {
            "env_dir": path,
            "error": {"kind": "ValueError", "message": message, "path": path, "errno": None},
        }
        assert result.stderr.startswith(f"Error: {message}\n")


def test_an_error_of_the_system_has_its_number(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    [found] = objects(program.run("--json", "--without-pip", "file/env", cwd=tmp_path), status=1)
    assert found["error"]["kind"] == "NotADirectoryError" and found["error"]["errno"] == 20
    assert found["error"]["path"].startswith(str(tmp_path / "file"))


@pytest.mark.parametrize(
    "options",
    [
        ["-p", "3.99"],
        ["-p", "x y"],
        ["--upgrade", "--clear"],
        ["--dry-run", "--upgrade", "--clear"],
        ["--dry-run", "-p", "3.99"],
        ["--without-pip", "--pip-wheel", "x"],
        ["--pip-wheel", "x"],
    ],
    ids=" ".join,
)
def test_each_environment_of_a_call_that_fails_early_has_a_line(
    program: Program,
    tmp_path: Path,
    options: list[str],
) -> None:
    results = [run("--json", *options, "a", "b", cwd=tmp_path) for run in (program.run, program.run_python)]
    assert results[0] == results[1]
    found = objects(results[0], status=1)
    assert [item["env_dir"] for item in found] == [str(tmp_path / name) for name in "ab"]
    for item in found:
        assert item["error"]["kind"] in {"ValueError", "FileNotFoundError"}
        assert results[0].stderr.startswith(f"Error: {item['error']['message']}")
    assert list(tmp_path.iterdir()) == []


def test_the_line_of_an_error_names_the_directory_that_a_file_leads_to(program: Program, tmp_path: Path) -> None:
    (tmp_path / ".venv").write_text("env")
    for run in (program.run, program.run_python):
        [found] = objects(run("--json", "-p", "3.99", cwd=tmp_path), status=1)
        assert found["env_dir"] == str(tmp_path / "env")


def test_the_lines_of_a_call_with_a_wrong_setting(program: Program, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.fastvenv]\nprompt = 1\n")
    for run in (program.run, program.run_python):
        [found] = objects(run("--json", "env", cwd=tmp_path), status=1)
        message = f"{tmp_path}/pyproject.toml:2: prompt must be a string"
        assert found["error"] == {"kind": "ValueError", "message": message, "path": None, "errno": None}


def test_a_closed_output_is_no_error(program: Program, tmp_path: Path) -> None:
    closed = ["sh", "-c", 'exec "$@" >&-', "sh"]
    for run, name in ((program.run, "a"), (program.run_python, "b")):
        assert run("--json", "--without-pip", name, cwd=tmp_path, prefix=closed) == Result(0, "", "")
        assert (tmp_path / name / "bin/activate").exists()


@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=" ".join)
def test_each_environment_has_one_line_if_one_fails(program: Program, tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "file").write_text("precious")
    names = ["a", "file", *(f"b{number}" for number in range(20))]
    for run in (program.run, program.run_python):
        found = objects(run("--json", "--without-pip", "--clear", *options, *names, cwd=tmp_path), status=1)
        assert sorted(item["env_dir"] for item in found) == sorted(str(tmp_path / name) for name in names)
        for item in found:
            is_made = (Path(item["env_dir"]) / "bin/activate").exists()
            assert is_made == (item["error"] is None) or options
        failed = {item["env_dir"] for item in found if item["error"] is not None}
        assert str(tmp_path / "file") in failed and str(tmp_path / "a") not in failed
        for name in names:
            if name != "file":
                shutil.rmtree(tmp_path / name, ignore_errors=True)


def test_what_was_made_before_one_fails_is_not_made_again(program: Program, tmp_path: Path, has_wheels: None) -> None:
    # The program hands over the rest, whose name is that of a command.
    (tmp_path / "cache").write_text("precious")
    for run, name in ((program.run, "a"), (program.run_python, "b")):
        result = run("--json", "--link-mode=copy", name, "cache", cwd=tmp_path)
        made, failed = sorted(objects(result, status=1), key=lambda item: item["error"] is not None)
        assert (made["env_dir"], made["pip"]["installed"]) == (str(tmp_path / name), "copy")
        assert failed["env_dir"] == str(tmp_path / "cache")


@pytest.mark.parametrize("options", [[], ["--without-pip"], ["--json"], ["--no-cache"], ["-p", "3"]], ids=" ".join)
def test_a_dry_run_touches_nothing(python: Interpreter, tmp_path: Path, options: list[str]) -> None:
    """It writes neither in the place of the environment, nor in the home, in which the cache would be made."""
    home = tmp_path / "home"
    home.mkdir()
    path = os.pathsep.join([str(Path(python.path).parent), "/usr/bin", "/bin"])
    env = {**python.variables, "HOME": str(home), "PATH": path}
    result = python.run("-m", "fastvenv", "--dry-run", *options, "env", cwd=tmp_path, env=env)
    assert (result.status, result.stderr) == (0, "")
    assert str(tmp_path / "env") in result.output
    assert sorted(snapshot(tmp_path)) == [".", "home"]


def test_a_dry_run_says_what_would_be_deleted(program: Program, tmp_path: Path) -> None:
    program.run("--without-pip", "env", cwd=tmp_path)
    before = snapshot(tmp_path)
    number = len(list((tmp_path / "env").iterdir()))
    for options, verb in (([], "keep"), (["--clear"], "delete")):
        result = program.run("--dry-run", "--without-pip", *options, "env", cwd=tmp_path)
        assert result.output.startswith(f"Would {verb} the {number} entries of {tmp_path / 'env'}\nWould make ")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("clears", [True, False])
def test_a_dry_run_refuses_what_the_call_would_refuse(program: Program, tmp_path: Path, clears: bool) -> None:
    options = ["--clear"] if clears else []
    env_dir = tmp_path / "env"
    if clears:
        env_dir.mkdir()
        (env_dir / "precious").write_text("x")
    else:
        env_dir.write_text("precious")
    dry = program.run("--dry-run", "--without-pip", *options, "env", cwd=tmp_path)
    assert dry == program.run("--without-pip", *options, "env", cwd=tmp_path)
    assert dry.status == 1

"""Environments that were moved: each shell notices it, and with `--relocatable` everything works in the new place."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Interpreter, Result, run_shell, shell, snapshot
from fastvenv import _native

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-eu", "-s"],
    "zsh": ["zsh", "-f", "-eu", "-s"],
    "dash": ["dash", "-eu", "-s"],
    "ksh": ["ksh93", "-eu", "-s"],
    "mksh": ["mksh", "-eu"],
    "yash": ["yash", "--norcfile", "-eu"],
    "busybox ash": ["busybox", "ash", "-eu"],
    "fish": ["fish", "-N"],
    "tcsh": ["tcsh", "-f"],
    "nushell": ["nu", "--no-config-file"],
    "xonsh": ["xonsh", "--no-rc"],
}
POSIX = ". '{}/bin/activate'\nprintf '%s\\n' \"$VIRTUAL_ENV\"\n"
SCRIPTS = {
    "fish": "source '{}/bin/activate.fish'\nprintf '%s\\n' $VIRTUAL_ENV\n",
    "tcsh": "source '{}/bin/activate.csh'\necho \"$VIRTUAL_ENV:q\"\n",
    "nushell": "overlay use '{}/bin/activate.nu'\nprint $env.VIRTUAL_ENV\n",
    "xonsh": "source '{}/bin/activate.xsh'\nprint($VIRTUAL_ENV)\n",
}
PYTHON = "python -c 'import sys; print(sys.prefix)'\n"


def activated(name: str, env_dir: Path, cwd: Path, rest: str = PYTHON) -> Result:
    """Activate the environment in the shell, and return `VIRTUAL_ENV` and the prefix of the interpreter."""
    script = SCRIPTS.get(name, POSIX).format(env_dir) + rest
    return run_shell([shell(SHELLS[name][0]), *SHELLS[name][1:]], script, cwd)


def make(python: Interpreter, env_dir: Path, *options: str) -> None:
    assert python.run("-m", "fastvenv", *options, env_dir) == Result(0, "", "")


@pytest.mark.parametrize("name", SHELLS)
def test_a_moved_environment_is_noticed(python: Interpreter, tmp_path: Path, name: str) -> None:
    old, new, link = tmp_path / "o ld", tmp_path / "ne$w", tmp_path / "link"
    make(python, old, "--without-pip")
    link.symlink_to(old)
    for path in (old, link):  # a link to the original place is not another place
        assert activated(name, path, tmp_path) == Result(0, f"{old}\n{old}\n", "")
    shutil.copytree(old, new, symlinks=True)
    copied = activated(name, new, tmp_path)
    shutil.rmtree(old)
    moved = activated(name, new, tmp_path)
    assert copied == moved == Result(0, f"{new}\n{new}\n", moved.stderr)
    assert moved.stderr.count("\n") == 1 and f"made in {old}, but now in {new}" in moved.stderr


@pytest.mark.parametrize("name", SHELLS)
def test_a_script_that_lies_in_no_environment_says_so(python: Interpreter, tmp_path: Path, name: str) -> None:
    """A copy of the script works as long as the environment exists."""
    env, copy = tmp_path / "env", tmp_path / "copy"
    make(python, env, "--without-pip")
    shutil.copytree(env / "bin", copy / "bin", symlinks=True)
    assert activated(name, copy, tmp_path) == Result(0, f"{env}\n{env}\n", "")
    shutil.rmtree(env)
    gone = activated(name, copy, tmp_path, "")
    message = gone.stderr.replace("\n  | ", "")  # Nushell breaks lines
    assert f"no environment in '{env}'" in message
    assert str(env) not in gone.output


@pytest.mark.parametrize("name", SHELLS)
def test_a_relocatable_environment_is_where_it_lies(python: Interpreter, tmp_path: Path, name: str) -> None:
    old, new = tmp_path / "o ld", tmp_path / "ne$w"
    make(python, old, "--without-pip", "--relocatable")
    assert "relocatable = true\n" in (old / "pyvenv.cfg").read_text()
    old.rename(new)
    assert activated(name, new, tmp_path) == Result(0, f"{new}\n{new}\n", "")
    # By a relative path too, and by a link to the script, from anywhere.
    (tmp_path / "link").mkdir()
    (tmp_path / "link/bin").symlink_to(new / "bin")
    for path in (Path(new.name), tmp_path / "link"):
        assert activated(name, path, tmp_path) == Result(0, f"{new}\n{new}\n", "")


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("place", ["new", "ne w", "n'e\"w$x`id`", "new" * 40])
def test_pip_of_a_relocatable_environment(python: Interpreter, tmp_path: Path, place: str) -> None:
    for name, options in (("other", []), ("old", ["--relocatable"])):  # both from the same cache
        make(python, tmp_path / name, *options)
    assert str(tmp_path / "other/bin/python").encode() in (tmp_path / "other/bin/pip").read_bytes()
    [record] = (tmp_path / "old").glob("lib/*/site-packages/pip-*/RECORD")
    for path, recorded, size in csv.reader(record.read_text().splitlines()):
        file = record.parents[1] / path
        if recorded:
            digest = base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).decode().rstrip("=")
            assert (recorded, size) == (f"sha256={digest}", str(file.stat().st_size)), path
    new = tmp_path / place
    (tmp_path / "old").rename(new)
    for file in new.rglob("*"):
        if file.is_file() and file.name != "pyvenv.cfg" and file.suffix != ".pyc":
            assert os.fsencode(tmp_path / "old") not in file.read_bytes(), file
    (tmp_path / "pip").symlink_to(new / "bin/pip")
    for command in (new / "bin/pip", tmp_path / "pip"):
        process = subprocess.run([command, "--version"], capture_output=True, text=True, check=True, cwd="/")
        assert str(new) in process.stdout


@pytest.mark.usefixtures("has_wheels")
def test_a_long_path_with_a_space_is_relocatable(python: Interpreter, tmp_path: Path) -> None:
    """For such a path, pip writes another first line."""
    old = tmp_path / ("a b" * 40)
    make(python, old, "--relocatable")
    old.rename(tmp_path / "new")
    process = subprocess.run([tmp_path / "new/bin/pip", "--version"], capture_output=True, text=True, check=True)
    assert str(tmp_path / "new") in process.stdout


def test_scripts_of_a_subclass_are_relocatable(python: Interpreter, tmp_path: Path) -> None:
    """Scripts that `post_setup` installs are relocatable if they run the interpreter of the environment."""
    script = """
import json, os, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        for name, first in (("mine", context.env_exec_cmd), ("other", "/usr/bin/python3")):
            with open(os.path.join(context.bin_path, name), "w") as file:
                file.write("#!" + first + "\\nimport sys\\nprint(sys.prefix)\\n")
            os.chmod(file.name, 0o750)
Builder(symlinks=True, relocatable=True).create(sys.argv[1])
print(json.dumps(True))
"""
    python.answer(script, tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    mine = tmp_path / "new/bin/mine"
    assert subprocess.run([mine], capture_output=True, text=True, check=True).stdout == f"{tmp_path / 'new'}\n"
    assert mine.stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "new/bin/other").read_text().startswith("#!/usr/bin/python3\n")


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("name", ["bash", "zsh", "dash", "ksh", "mksh", "yash", "busybox ash"])
def test_a_script_that_cannot_find_its_interpreter_runs_none(python: Interpreter, tmp_path: Path, name: str) -> None:
    """There is no `realpath`, and the current directory has another `python`."""
    make(python, tmp_path / "env", "--relocatable")
    for folder, program, text in (("here", "python", "echo hostile"), ("bin", "dirname", "echo .")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / program).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / folder / program).chmod(0o755)
        (tmp_path / folder / Path(python.path).name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / folder / Path(python.path).name).chmod(0o755)
    program, *options = SHELLS[name]
    script = str(tmp_path / "env/bin/pip")
    command = [shell(program), *(["ash"] if options[:1] == ["ash"] else []), script, "--version"]
    for path, is_found in ((f"{tmp_path}/bin", False), ("/usr/bin:/bin", True)):
        process = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path / "here", env={"PATH": path}
        )
        assert "hostile" not in process.stdout
        if is_found:
            assert process.stdout.startswith("pip ")
        else:
            # Some shells have a `realpath` of their own.
            assert (process.returncode, process.stdout) == (127, "") or process.stdout.startswith("pip ")
            assert process.returncode == 0 or "realpath" in process.stderr


@pytest.mark.usefixtures("has_wheels")
def test_the_lines_of_record_end_as_pip_ends_them(python: Interpreter, tmp_path: Path) -> None:
    make(python, tmp_path / "env", "--relocatable")
    [record] = (tmp_path / "env").glob("lib/*/site-packages/pip-*/RECORD")
    text = record.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") > 100


@pytest.mark.usefixtures("has_wheels")
def test_what_a_killed_run_left_is_no_obstacle(python: Interpreter, tmp_path: Path) -> None:
    make(python, tmp_path / "env", "--relocatable")
    before = snapshot(tmp_path / "env")
    for name in ("pip.new", ".pip.fastvenv-0"):
        (tmp_path / "env/bin" / name).write_text("half")
    (tmp_path / "env/bin/pip").unlink()
    make(python, tmp_path / "env", "--relocatable")
    (tmp_path / "env/bin/pip.new").unlink()
    assert snapshot(tmp_path / "env") == before


def test_a_failed_activation_changes_nothing(python: Interpreter, tmp_path: Path) -> None:
    env, copy = tmp_path / "env", tmp_path / "copy"
    make(python, env, "--without-pip")
    shutil.copytree(env / "bin", copy / "bin", symlinks=True)
    shutil.rmtree(env)
    script = "set > before; . copy/bin/activate; echo $?; set > after\n"
    assert run_shell([shell("dash"), "-s"], script, tmp_path).output == "1\n"
    before, after = ((tmp_path / name).read_text().splitlines() for name in ("before", "after"))
    assert [line for line in after if not line.startswith("_=")] == [line for line in before if line[:2] != "_="]


@pytest.mark.parametrize("name", ["bash", "zsh", "dash"])
@pytest.mark.parametrize("directory", ["C:\\e nv", "\\\\server\\share\\e nv"], ids=["drive", "UNC"])
def test_a_windows_path_is_translated(tmp_path: Path, name: str, directory: str) -> None:
    """Cygwin and MSYS need it. Their `cygpath` translates it, even if a function has that name."""
    (tmp_path / "e nv/Scripts").mkdir(parents=True)
    (tmp_path / "e nv/pyvenv.cfg").touch()
    template = Path(_native.__file__).parent / "scripts/common/activate"
    script = _native.render_script(
        template.read_text(), "activate", dir=directory, name="e", prompt="e", bin_name="Scripts", python="python"
    )
    (tmp_path / "e nv/Scripts/activate").write_text(script)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/cygpath").write_text(
        f"#!/bin/sh\ntest \"$1\" = '{directory}' && printf '%s\\n' '{tmp_path}/e nv'\n"
    )
    (tmp_path / "bin/cygpath").chmod(0o755)
    typed = "cygpath () { echo wrong; }\n. 'e nv/Scripts/activate'\nprintf '%s\\n' \"$VIRTUAL_ENV\" \"$PATH\"\n"
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    result = run_shell([shell(SHELLS[name][0]), *SHELLS[name][1:]], typed, tmp_path, PATH=path)
    assert result == Result(0, f"{tmp_path}/e nv\n{tmp_path}/e nv/Scripts:{path}\n", "")

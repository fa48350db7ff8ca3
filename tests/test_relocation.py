"""Environments that were moved: each shell notices, and with `--relocatable` everything works where it lies."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Interpreter, Result, run_shell, shell
from fastvenv import _native
from tracing import happened, injecting, tracing

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
    """Activate the environment in the shell; what `VIRTUAL_ENV` and the interpreter say then."""
    script = SCRIPTS.get(name, POSIX).format(env_dir) + rest
    return run_shell([shell(SHELLS[name][0]), *SHELLS[name][1:]], script, cwd)


def make(python: Interpreter, env_dir: Path, *options: str) -> None:
    assert python.run("-m", "fastvenv", *options, env_dir) == Result(0, "", "")


@pytest.mark.parametrize("name", SHELLS)
def test_a_moved_environment_is_noticed(python: Interpreter, tmp_path: Path, name: str) -> None:
    old, new, link = tmp_path / "o ld", tmp_path / "ne$w", tmp_path / "link"
    make(python, old, "--without-pip")
    link.symlink_to(old)
    for path in (old, link):  # a link to where it was made is no other place
        assert activated(name, path, tmp_path) == Result(0, f"{old}\n{old}\n", "")
    shutil.copytree(old, new, symlinks=True)
    copied = activated(name, new, tmp_path)
    shutil.rmtree(old)
    moved = activated(name, new, tmp_path)
    assert copied == moved == Result(0, f"{new}\n{new}\n", moved.stderr)
    assert moved.stderr.count("\n") == 1 and f"made in {old}, but now in {new}" in moved.stderr


@pytest.mark.parametrize("name", SHELLS)
def test_a_script_that_lies_in_no_environment_says_so(python: Interpreter, tmp_path: Path, name: str) -> None:
    """A copy of the script alone works as long as the environment is there."""
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
    shared = {**python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    for name, options in (("other", []), ("old", ["--relocatable"])):
        assert python.run("-m", "fastvenv", *options, tmp_path / name, env=shared) == Result(0, "", "")
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
    """There, pip writes another first line."""
    old = tmp_path / ("a b" * 40)
    make(python, old, "--relocatable")
    old.rename(tmp_path / "new")
    process = subprocess.run([tmp_path / "new/bin/pip", "--version"], capture_output=True, text=True, check=True)
    assert str(tmp_path / "new") in process.stdout


def test_scripts_of_a_subclass_are_relocatable(python: Interpreter, tmp_path: Path) -> None:
    """Whatever `post_setup` installs, as long as it runs the interpreter of the environment."""
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


MINE = """
import os, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        path = os.path.join(context.bin_path, "mine")
        with open(path, "w") as file:
            file.write("#!" + context.env_exec_cmd + "\\nimport sys\\nprint(sys.prefix, *sys.argv[1:])\\n")
        os.chmod(path, 0o750)
        dist_info = os.path.join(context.lib_path, "mine-1.dist-info")
        os.makedirs(dist_info, exist_ok=True)
        with open(os.path.join(dist_info, "RECORD"), "w", newline="") as file:
            file.write("a.py,,\\r\\n../../../bin/mine,sha256=x,1\\r\\nb.py,,\\r\\n")
sys._base_executable = sys.argv[2]
Builder(symlinks=True, relocatable=True).create(sys.argv[1])
print("true")
"""


def make_mine(python: Interpreter, env_dir: Path, base: str | Path | None = None) -> Path:
    """Make a relocatable environment with a script, and return the script."""
    python.answer(MINE, env_dir, base or python.path)
    return env_dir / "bin/mine"


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """A directory with a `python` that nobody should run."""
    folder = tmp_path / "away"
    folder.mkdir()
    for name in ("python", "python3", "python3.13"):
        (folder / name).write_text("#!/bin/sh\ntouch PWNED\n")
        (folder / name).chmod(0o755)
    return folder


def programs(tmp_path: Path, *names: str) -> str:
    """A folder for `PATH` with these programs alone."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shell(name))
    return str(folder)


RUNNERS = ["sh", "dash", "bash", "ksh93", "mksh", "yash", "busybox ash", "zsh"]


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("tools", [[], ["readlink"], ["ls"]], ids=["none", "readlink", "ls"])
def test_a_script_finds_its_interpreter(
    python: Interpreter, tmp_path: Path, away: Path, runner: str, tools: list[str]
) -> None:
    """Through links to it and to its folder, by paths that are relative or not, with few programs or none."""
    name, *options = runner.split()
    command = [shell(name), *options]
    mine = make_mine(python, tmp_path / "o ld")
    env = tmp_path / "n'e\"w$x -> y"
    mine.parents[1].rename(env)
    (away / "script").symlink_to(os.path.relpath(env / "bin/mine", away))
    (away / "again").symlink_to(away / "script")
    (away / "-folder").symlink_to(env / "bin")
    (away / "env").symlink_to(env)
    path = programs(tmp_path, *tools)

    def run(script: str, cwd: Path) -> tuple[int, str, str]:
        process = subprocess.run(
            [*command, script, "a b", ""], cwd=cwd, env={"PATH": path}, capture_output=True, text=True, check=False
        )
        assert not (away / "PWNED").exists()
        return process.returncode, process.stdout, process.stderr

    for script, cwd in (
        (f"{env}/bin/mine", away),
        (f"../{env.name}/bin/mine", away),
        ("./mine", env / "bin"),
        ("./-folder/mine", away),
        ("env/bin/mine", away),
    ):
        assert run(script, cwd) == (0, f"{env} a b \n", ""), script
    for script in ("./script", "./again", f"{away}/again"):
        status, output, error = run(script, away)
        if tools:
            assert (status, output, error) == (0, f"{env} a b \n", ""), script
        else:
            assert (status, output) == (127, ""), script
            assert (
                error
                == f"{script}: cannot find the directory of this script, which has its Python. Call it by its path.\n"
            )


def test_a_script_that_the_shell_found_on_path(python: Interpreter, tmp_path: Path, away: Path) -> None:
    """It is not told where it was found, and runs nothing of the current directory."""
    mine = make_mine(python, tmp_path / "env")
    process = subprocess.run(
        [shell("bash"), "mine"], cwd=away, env={"PATH": str(mine.parent)}, capture_output=True, text=True, check=False
    )
    assert not (away / "PWNED").exists()
    assert (process.returncode, process.stdout) == (127, "")


@pytest.mark.parametrize("name", ["python 3", "it's", 'a"$(touch PWNED)`b', "x\\u", "'''", "%s{}"])
def test_a_python_of_an_odd_name(python: Interpreter, tmp_path: Path, away: Path, name: str) -> None:
    base = tmp_path / "base" / name
    base.parent.mkdir()
    base.symlink_to(python.path)
    mine = make_mine(python, tmp_path / "env", base)
    assert mine.read_text().startswith("#!/bin/sh\n")
    process = subprocess.run([mine, "x"], cwd=away, capture_output=True, text=True, check=True)
    assert (process.stdout, process.stderr) == (f"{tmp_path}/env x\n", "")
    assert not (away / "PWNED").exists()


def test_a_script_is_python_without_warnings(python: Interpreter, tmp_path: Path) -> None:
    mine = make_mine(python, tmp_path / "env")
    result = python.run("-W", "error", mine, "x")
    assert (result.status, result.stderr) == (0, "")


def test_what_a_killed_run_left_is_no_matter(python: Interpreter, tmp_path: Path) -> None:
    env, log = tmp_path / "env", tmp_path / "log"
    assert python.run("-c", MINE, env, python.path, prefix=tracing(log)).status == 0
    renames = [line for line in log.read_text().splitlines() if " rename(" in line]
    [number] = [number for number, line in enumerate(renames, 1) if f'{env}/bin/mine"' in line]
    shutil.rmtree(env)
    killed = injecting(log, f"inject=rename:signal=KILL:when={number}")
    assert python.run("-c", MINE, env, python.path, prefix=killed).status != 0
    assert happened(log)
    (env / "bin/mine.new").write_text("left by others")
    mine = make_mine(python, env)
    assert mine.read_text().startswith("#!/bin/sh\n") and mine.stat().st_mode & 0o777 == 0o750


def test_a_record_keeps_its_line_ends(python: Interpreter, tmp_path: Path) -> None:
    mine = make_mine(python, tmp_path / "env")
    [record] = (tmp_path / "env").glob("lib/*/site-packages/mine-1.dist-info/RECORD")
    digest = base64.urlsafe_b64encode(hashlib.sha256(mine.read_bytes()).digest()).decode().rstrip("=")
    entry = f"../../../bin/mine,sha256={digest},{mine.stat().st_size}"
    assert record.read_bytes() == f"a.py,,\r\n{entry}\r\nb.py,,\r\n".encode()


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
def test_a_windows_path_is_translated(tmp_path: Path, name: str) -> None:
    """As Cygwin and MSYS want it: by their `cygpath`, whatever function has that name."""
    (tmp_path / "e nv/Scripts").mkdir(parents=True)
    (tmp_path / "e nv/pyvenv.cfg").touch()
    template = Path(_native.__file__).parent / "scripts/common/activate"
    script = _native.render_script(
        template.read_text(), "activate", dir="C:\\e nv", name="e", prompt="e", bin_name="Scripts", python="python"
    )
    (tmp_path / "e nv/Scripts/activate").write_text(script)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/cygpath").write_text(f"#!/bin/sh\ntest \"$1\" = 'C:\\e nv' && printf '%s\\n' '{tmp_path}/e nv'\n")
    (tmp_path / "bin/cygpath").chmod(0o755)
    typed = "cygpath () { echo wrong; }\n. 'e nv/Scripts/activate'\nprintf '%s\\n' \"$VIRTUAL_ENV\" \"$PATH\"\n"
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    result = run_shell([shell(SHELLS[name][0]), *SHELLS[name][1:]], typed, tmp_path, PATH=path)
    assert result == Result(0, f"{tmp_path}/e nv\n{tmp_path}/e nv/Scripts:{path}\n", "")

"""`--python`: environments of another interpreter are what that interpreter's own `venv` makes."""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Entry, Interpreter, Result, at_night, move_away, snapshot
from installed import Program
from tracing import strace
from trees import compared
from wheels import other_pip

Way = Callable[..., Result]


def ways(program: Program) -> dict[str, Way]:
    """The two ways in."""
    return {"program": program.run, "python -m": program.run_python}


def has(other: Path, module: str) -> bool:
    return subprocess.run([str(other), "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def version(python: Path) -> str:
    """The version that an interpreter reports."""
    script = "import sys; print('{}.{}'.format(*sys.version_info))"
    return subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def trees(program: Program, other: Path, root: Path, *arguments: str) -> dict[str, dict[str, Entry]]:
    """The environments that each way and the interpreter's own `venv` make in the same directory."""
    made = {}
    for name, way in [("venv", None), *ways(program).items()]:
        root.mkdir()
        if way is None:
            command = [str(other), "-m", "venv", *arguments]
            subprocess.run(command, cwd=root, env=program.variables, check=True, capture_output=True)
        else:
            assert way(f"--python={other}", *arguments, cwd=root) == Result(0, "", "")
        made[name] = compared(root)
        move_away(root)
    return made


@pytest.mark.parametrize(
    "options",
    [
        ["--system-site-packages", "--prompt=it's"],
        ["--copies"],
        *at_night(["--clear"], ["--upgrade"], ["--prompt=."]),
    ],
    ids=" ".join,
)
def test_without_pip_it_is_what_its_own_venv_makes(
    program: Program,
    other: Path,
    tmp_path: Path,
    options: list[str],
) -> None:
    if not has(other, "venv"):
        pytest.skip("it has no venv to compare with")
    made = trees(program, other, tmp_path / "root", "--without-pip", *options, "env")
    assert made["program"] == made["venv"]
    assert made["python -m"] == made["venv"]


def test_with_pip_it_is_what_its_own_venv_makes(program: Program, other: Path, tmp_path: Path) -> None:
    if not has(other, "ensurepip"):
        pytest.skip("it has no ensurepip to compare with")
    made = trees(program, other, tmp_path / "root", "env")
    assert any(path.endswith("site-packages/pip/__init__.py") for path in made["venv"])
    assert made["program"] == made["venv"]
    assert made["python -m"] == made["venv"]


@pytest.mark.parametrize(
    "options", [["--system-site-packages"], *at_night([])], ids=["with the packages of the base", "alone"]
)
def test_what_only_its_own_python_can_do_it_does(
    program: Program,
    other: Path,
    tmp_path: Path,
    options: list[str],
) -> None:
    """A setting that changes bytecode leaves pip to `ensurepip`, which must not find the pip of the base."""
    if not has(other, "ensurepip"):
        pytest.skip("it has no ensurepip")
    variables = {**program.variables, "PYTHONOPTIMIZE": "1"}
    assert program.run(f"--python={other}", *options, tmp_path / "env", env=variables) == Result(0, "", "")
    assert len(list((tmp_path / "env").glob("lib/*/site-packages/pip/__init__.py"))) == 1
    expected = str(bool(options)).lower()
    assert f"include-system-site-packages = {expected}" in (tmp_path / "env/pyvenv.cfg").read_text()
    assert (tmp_path / "env/bin/activate").exists()


def test_a_python_without_ensurepip_is_named(python: Interpreter, tmp_path: Path) -> None:
    """Its library has none, and no wheel of pip and no installed one was found."""
    script = """
import os, sys
from fastvenv import EnvBuilder, _native, _other, _probe
env_dir, library = sys.argv[1:]
facts = [line for line in _probe.describe().split("\\n") if not line.startswith("wheels\\t")]
facts = [line.rpartition("\\t")[0] + "\\t" + library if line.startswith("prefixes\\t") else line for line in facts]
builder = EnvBuilder(symlinks=True, with_pip=True)
_other.OtherBuilder(builder, _native.Interpreter("\\n".join(facts))).create(env_dir)
"""
    result = python.run("-c", script, tmp_path / "env", tmp_path)
    major, minor = python.version
    assert result.status == 1, result
    advice = f"comes without ensurepip, which installs pip. Install the package that has it (on Debian and Ubuntu: apt install python{major}.{minor}-venv)"
    assert advice in result.stderr.splitlines()[-1] and not (tmp_path / "env").exists()


def test_the_base_of_another_python_has_vanished(python: Interpreter, tmp_path: Path) -> None:
    """The error is that of a file that is not found, and nothing is left."""
    script = """
import json, sys
from fastvenv import EnvBuilder, _native, _other, _probe
env_dir, gone = sys.argv[1:]
facts = ["base-executable\\t" + gone if line.startswith("base-executable\\t") else line
         for line in _probe.describe().split("\\n")]
try:
    _other.OtherBuilder(EnvBuilder(symlinks=True), _native.Interpreter("\\n".join(facts))).create(env_dir)
except OSError as error:
    print(json.dumps([type(error).__name__, error.errno, error.filename]))
"""
    gone = str(tmp_path / "gone")
    assert python.answer(script, tmp_path / "env", gone) == ["FileNotFoundError", errno.ENOENT, gone]
    assert list(tmp_path.iterdir()) == []


def test_all_ways_to_ask_for_it(program: Program, other: Path, tmp_path: Path) -> None:
    expected = version(other)
    path = f"{other.parent}:{program.variables['PATH']}"
    is_pypy = "pypy" in other.name
    implementation = "pypy" if is_pypy else "cpython"
    subprocess.run([str(other), "-m", "venv", "--without-pip", str(tmp_path / "its")], check=False, capture_output=True)
    requests = [str(other), other.name, f"{implementation}{expected}", f"{implementation}>={expected},<{expected}.99"]
    if (tmp_path / "its/bin/python").exists():
        requests += [str(tmp_path / "its"), str(tmp_path / "its/bin/python"), "./its"]
    if not is_pypy:
        requests += [expected, f"python{expected}"]
    for index, request in enumerate(requests):
        variables = {**program.variables, "PATH": path}
        arguments: list[str | Path] = ["--python", request]
        if index % 2:
            arguments, variables["FASTVENV_PYTHON"] = [], request
        env_dir = tmp_path / str(index)
        result = program.run("--without-pip", *arguments, env_dir, env=variables, cwd=tmp_path)
        assert (result, version(env_dir / "bin/python")) == (Result(0, "", ""), expected), request


def test_the_python_of_fastvenv_is_found_where_no_other_fits(
    program: Program, python: Interpreter, tmp_path: Path
) -> None:
    """It need not be on PATH, and other Pythons come before it."""
    alone = replace(program, variables={**program.variables, "PATH": "/nowhere", "HOME": str(tmp_path)})
    own = version(Path(python.path))
    for name, way in ways(alone).items():
        assert way("--without-pip", f"--python={own}", f"env {name}", cwd=tmp_path) == Result(0, "", "")
        assert version(tmp_path / f"env {name}/bin/python") == own
        result = way("--without-pip", "--python=3.99", "none", cwd=tmp_path)
        assert result.status == 1 and result.stderr.count("fastvenv's own") == 1
        listed = json.loads(way("python", "list", "--json", cwd=tmp_path).output)
        assert [found["source"] for found in listed if found["default"]] == ["fastvenv's own"]


def test_the_option_comes_before_the_variable(program: Program, other: Path, tmp_path: Path) -> None:
    variables = {**program.variables, "FASTVENV_PYTHON": "/nowhere"}
    for index, way in enumerate(ways(program).values()):
        assert way("-p", other, "--without-pip", tmp_path / str(index), env=variables) == Result(0, "", "")
        assert way("--without-pip", tmp_path / "none", env=variables).status == 1


def test_several_environments_are_made_of_it(program: Program, other: Path, tmp_path: Path) -> None:
    options = [] if has(other, "ensurepip") else ["--without-pip"]
    for way in ways(program).values():
        assert way("-p", other, *options, "a", "b", "c", cwd=tmp_path) == Result(0, "", "")
        assert {version(tmp_path / name / "bin/python") for name in "abc"} == {version(other)}
        for name in "abc":
            move_away(tmp_path / name)


def test_pip_is_upgraded_and_the_environment_relocatable(
    program: Program,
    python: Interpreter,
    other: Path,
    tmp_path: Path,
    has_wheels: None,
) -> None:
    if not has(other, "ensurepip"):
        pytest.skip("it has no ensurepip")
    folder = tmp_path / "wheels"
    # The newest pip does not run on every Python, nor does every pip on the newest Python.
    other_pip(python if "pypy" in other.name else Interpreter(str(other), python.folder, python.home), folder)
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if version(other) in ("3.9", "3.10", "3.11"):  # setuptools is upgraded there, too
        pytest.skip("a setuptools on the index would be needed")
    variables = {**program.variables, **settings}
    result = program.run("-p", other, "--upgrade-deps", "--relocatable", tmp_path / "env", env=variables)
    assert result.status == 0, result.stderr
    (tmp_path / "env").rename(tmp_path / "moved")
    command = [str(tmp_path / "moved/bin/pip"), "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("pip 99.0 ")


def test_only_git_is_known_to_other_interpreters(python: Interpreter, tmp_path: Path) -> None:
    """The error is that of an environment of the running Python: the builder has no such method."""
    script = """
import sys, fastvenv
for options in ({}, {"python": sys.executable}):
    try:
        fastvenv.create(sys.argv[1], scm_ignore_files=["bzr"], **options)
    except AttributeError as error:
        print(error)
"""
    first, second = python.run("-c", script, tmp_path / "env").output.splitlines()
    assert first == second and "create_bzr_ignore_file" in first
    assert not list(tmp_path.iterdir())


def test_in_code(python: Interpreter, other: Path, tmp_path: Path) -> None:
    script = "import sys, fastvenv; fastvenv.create(sys.argv[1], python=sys.argv[2])"
    assert python.run("-c", script, tmp_path / "env", other) == Result(0, "", "")
    assert version(tmp_path / "env/bin/python") == version(other)
    script = (
        "import sys, pathlib, fastvenv; fastvenv.create(sys.argv[1], python=pathlib.Path(sys.argv[2]), with_pip=True)"
    )
    result = python.run("-c", script, tmp_path / "none", tmp_path / "nowhere")
    assert result.status == 1 and "ValueError: Unable to use" in result.stderr and not (tmp_path / "none").exists()


def test_what_it_depends_on_is_asked_anew(program: Program, other: Path, tmp_path: Path) -> None:
    """A link that leads to another interpreter now is another interpreter."""
    link = tmp_path / "bin/python3"
    link.parent.mkdir()
    [other_one] = [path for path in [program.path.with_name("python").resolve()] if path != other]
    for target in (other_one, other.resolve()):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        assert program.run("--clear", "-p", link, "--without-pip", tmp_path / "env") == Result(0, "", "")
        assert version(tmp_path / "env/bin/python") == version(target)


def test_the_interpreter_that_is_asked_for_is_not_cleared(
    program: Program,
    other: Path,
    tmp_path: Path,
) -> None:
    copy = tmp_path / "base/bin"
    copy.mkdir(parents=True)
    (copy / "python3").symlink_to(other.resolve())
    if version(copy / "python3") != version(other):
        pytest.skip("it does not run by a link")
    before = snapshot(tmp_path)
    options = ["--without-pip", "--clear", "--force", "-p", copy / "python3", tmp_path / "base"]
    one, *others = [way(*dry, *options) for way in ways(program).values() for dry in ([], ["--dry-run"])]
    assert one.status == 1 and "the interpreter" in one.stderr
    assert others == [one] * 3
    assert snapshot(tmp_path) == before


def test_programs_that_are_no_python_are_named(program: Program, tmp_path: Path) -> None:
    scripts = {"no-python": "echo hello", "crashes": "echo oops >&2; exit 3", "killed": "kill -SEGV $$"}
    for name, text in scripts.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    (tmp_path / "closed").touch()
    requests = [tmp_path / name for name in (*scripts, "closed", "missing", ".")]
    for request in requests:
        results = [way("-p", request, tmp_path / "env") for way in ways(program).values()]
        assert results[0] == results[1]
        assert results[0].status == 1 and results[0].stderr.startswith(f"Error: Unable to use {str(request)[:-1]}")
        assert not (tmp_path / "env").exists()


# It waits for its child, which has its output.
HANGS = "#!/bin/sh\nsleep 600\n"


@pytest.mark.parametrize("text", [HANGS, HANGS.replace("600", "600 &")], ids=["with its child", "and leaves a child"])
def test_one_that_hangs_is_given_up(program: Program, tmp_path: Path, text: str) -> None:
    path = tmp_path / "hangs"
    path.write_text(text)
    path.chmod(0o755)
    with no_process_left() as files:
        result = program.run("-p", path, tmp_path / "env", pass_fds=files)
    assert result == Result(1, "", f"Error: Unable to use {path}: it did not answer within 10 seconds\n")


@contextmanager
def no_process_left() -> Iterator[list[int]]:
    """Yield files for a process to inherit, and then check that it and all processes below it have ended."""
    read, write = os.pipe()
    try:
        yield [write]
        os.close(write)
        # The end comes when no process has the other side any more.
        assert select.select([read], [], [], 30)[0] == [read], "a process is left"
    finally:
        os.close(read)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "arguments", [["-p", "3.12", "env"], ["python", "find", "3.12"], ["python", "list"]], ids=" ".join
)
@pytest.mark.parametrize("way", ["program", "python -m"])
def test_a_signal_ends_the_search(
    program: Program,
    tmp_path: Path,
    way: str,
    arguments: list[str],
    number: signal.Signals,
) -> None:
    """The search would take ten seconds for each of the programs, and the signal ends these, too."""
    folders = [tmp_path / str(index) for index in range(6)]
    for folder in folders:
        folder.mkdir()
        (folder / "python3.12").write_text(HANGS.replace("\n", f"\necho > {tmp_path}/begun\n", 1))
        (folder / "python3.12").chmod(0o755)
    path = os.pathsep.join(map(str, [*folders, "/usr/bin", "/bin"]))
    variables = {**program.variables, "PATH": path}
    start = [program.path] if way == "program" else [program.path.with_name("python"), "-m", "fastvenv"]
    with no_process_left() as files:
        process = subprocess.Popen(
            [*start, *arguments], cwd=tmp_path, env=variables, pass_fds=files, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        try:
            assert process.wait(30) == -number
        finally:
            process.kill()
            process.wait()
    assert not (tmp_path / "env").exists()


def test_a_path_that_is_not_utf_8_is_refused(program: Program, other: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/not-\xff"
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    os.symlink(other, folder + b"/python")
    for way in ways(program).values():
        result = way("-p", folder + b"/python", "--without-pip", "env", cwd=tmp_path)
        assert (result.status, result.output) == (1, "")
        assert result.stderr.startswith("Error: Unable to use ")
        assert result.stderr.endswith("/python: it has a path that is not UTF-8\n")
        assert not (tmp_path / "env").exists()


def test_what_is_found_is_listed(program: Program, other: Path, tmp_path: Path) -> None:
    variables = {**program.variables, "PATH": str(other.parent), "HOME": str(tmp_path)}
    listed = json.loads(program.run("python", "list", "--json", env=variables).output)
    names = {"path", "source", "version", "implementation", "free_threaded", "default", "base", "error"}
    assert all(set(entry) == names for entry in listed)
    entries = [entry for entry in listed if entry["source"] == "PATH" and entry["error"] is None]
    assert version(other) in {entry["version"].rpartition(".")[0] for entry in entries}
    table = program.run("python", "list", env=variables)
    assert table.status == 0 and all(entry["path"] in table.output for entry in listed)


def test_the_choice_is_shown_with_its_reasons(program: Program, other: Path, tmp_path: Path) -> None:
    for way in ways(program).values():
        found = way("python", "find", other)
        assert (found.status, found.output.endswith("\n")) == (0, True)
        assert version(Path(found.output.strip())) == version(other)
        assert found.stderr.startswith(f"Taken {other}") and "(as given): it is " in found.stderr
        assert way("python", "find", "3.99", env={**program.variables, "PATH": str(other.parent)}).status == 1
        assert way("python", "find").status == 2


@pytest.mark.posix("strace traces no other system")
@pytest.mark.parametrize("thread", [1, 2])
def test_a_limit_of_processes_is_an_error(program: Program, python: Interpreter, tmp_path: Path, thread: int) -> None:
    """The interpreter starts, and then no thread that reads its output."""
    fault = f"inject=clone,clone3:error=EAGAIN:when={1 + thread}"
    prefix = [strace(), "-qq", "-o", os.devnull, "-e", "trace=clone,clone3", "-e", fault]
    variables = {**program.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}  # which has no record of it
    result = program.run(f"--python={python.path}", "--without-pip", tmp_path / "env", prefix=prefix, env=variables)
    reason = "it cannot be started: Resource temporarily unavailable"
    assert result == Result(1, "", f"Error: Unable to use {python.path}: {reason}\n")
    assert not (tmp_path / "env").exists()

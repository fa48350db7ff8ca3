"""A run that failed or was ended removes everything that it made, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import Interpreter, Result, snapshot
from tracing import stopped


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


FAIL = """
import sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def {hook}(self, *args, **kwargs):
        {before}
        raise {error}("stop")
builder = Builder(symlinks=True, system_site_packages=True)
try:
    builder.create(sys.argv[1])
except {error} as error:
    print(repr(str(error)), builder.system_site_packages)
"""


@pytest.mark.parametrize("error", ["RuntimeError", "KeyboardInterrupt", "SystemExit"])
@pytest.mark.parametrize("hook", ["ensure_directories", "create_configuration", "setup_scripts", "post_setup"])
def test_a_failure_leaves_nothing(python: Interpreter, tmp_path: Path, hook: str, error: str) -> None:
    script = FAIL.format(hook=hook, error=error, before="pass")
    assert python.run("-c", script, tmp_path / "new/deep/env") == Result(0, "'stop' True\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("end", "stays"), [("sys.exit(0)", True), ("sys.exit()", True), ("sys.exit(3)", False), ("sys.exit('')", False)]
)
def test_a_hook_that_ends_the_process_says_whether_all_went_well(
    python: Interpreter, tmp_path: Path, end: str, stays: bool
) -> None:
    script = f"""
import sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        {end}
Builder().create(sys.argv[1])
"""
    assert python.run("-c", script, tmp_path / "env").status == (0 if stays else 3 if "3" in end else 1)
    assert (tmp_path / "env").exists() == stays


@pytest.mark.parametrize("before", ["empty", "an environment"])
def test_a_failure_leaves_nothing_in_a_directory_that_was_emptied(
    python: Interpreter, tmp_path: Path, before: str
) -> None:
    """A directory may be a volume, or belong to a caller that removes it."""
    script = """
import sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        raise RuntimeError("stop")
if sys.argv[2] == "empty":
    import os
    os.mkdir(sys.argv[1])
else:
    fastvenv.create(sys.argv[1])
try:
    Builder(symlinks=True, clear=True).create(sys.argv[1])
except RuntimeError as error:
    print(error)
"""
    assert python.run("-c", script, tmp_path / "env", before) == Result(0, "stop\n", "")
    assert snapshot(tmp_path).keys() == {".", "env"}


def test_a_parent_that_others_use_by_then_stays(python: Interpreter, tmp_path: Path) -> None:
    script = FAIL.format(hook="post_setup", error="OSError", before="open(sys.argv[2], 'w').close()")
    result = python.run("-c", script, tmp_path / "new/deep/env", tmp_path / "new/theirs")
    assert result.status == 0
    assert snapshot(tmp_path).keys() == {".", "new", "new/theirs"}


def test_a_directory_that_was_there_keeps_what_it_had(python: Interpreter, tmp_path: Path) -> None:
    (tmp_path / "env/lib").mkdir(parents=True)
    (tmp_path / "env/lib/mine").write_text("mine")
    before = snapshot(tmp_path)
    assert (
        python.run("-c", FAIL.format(hook="post_setup", error="OSError", before="pass"), tmp_path / "env").status == 0
    )
    assert before.items() <= snapshot(tmp_path).items()


def test_what_another_process_has_made_there_stays(python: Interpreter, tmp_path: Path) -> None:
    """A second process uses the directory that the first one made, and has finished when the first one fails."""
    script = """
import subprocess, sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        subprocess.run([sys.executable, "-m", "fastvenv", "--without-pip", context.env_dir], check=True)
        raise RuntimeError("first")
try:
    Builder(symlinks=True).create(sys.argv[1])
except RuntimeError as error:
    print(error)
"""
    assert python.run("-c", script, tmp_path / "env") == Result(0, "first\n", "")
    assert (tmp_path / "env/bin/activate").exists()


def test_what_another_process_makes_during_the_removal_stays(python: Interpreter, tmp_path: Path) -> None:
    """The first process fails, and is stopped when it removes something; then a second one makes the environment."""
    script = """
import sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        raise RuntimeError("first")
try:
    Builder(symlinks=True).create(sys.argv[1])
except RuntimeError as error:
    print(error)
"""
    command = [python.path, "-c", script, tmp_path / "env"]
    with stopped("unlinkat", tmp_path / "log", command, env=python.variables) as first:
        assert python.run("-m", "fastvenv", "--without-pip", tmp_path / "env") == Result(0, "", "")
        assert first.go_on() == (0, "first\n", "")
    assert (tmp_path / "env/pyvenv.cfg").exists() and (tmp_path / "env/bin/activate").exists()


HOOKS = """
import os, sys, threading, fastvenv
root = sys.argv[1]
class Builder(fastvenv.EnvBuilder):
{hooks}
def attempt(env_dir, builder=Builder(symlinks=True)):
    try:
        builder.create(os.path.join(root, env_dir))
    except RuntimeError as error:
        print(error)
"""


def run_hooks(python: Interpreter, root: Path, hooks: str, calls: str) -> Result:
    script = HOOKS.format(hooks="".join(f"    {line}\n" for line in hooks.strip().splitlines()))
    return python.run("-c", script + calls, root)


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A directory with a file in it that no run has made."""
    (tmp_path / "have").mkdir()
    (tmp_path / "have/precious").write_text("precious")
    return tmp_path


@pytest.mark.parametrize("nested", ["have", "have/nested", "have/env/nested"])
def test_a_hook_that_makes_directories_costs_nothing_that_was_there(
    python: Interpreter, precious: Path, nested: str
) -> None:
    """Each directory is removed only if this call made it, even if `ensure_directories` was called for others."""
    before = snapshot(precious)
    hooks = f"""
def post_setup(self, context):
    self.ensure_directories(os.path.join(root, {nested!r}))
    raise RuntimeError("stop")
"""
    assert run_hooks(python, precious, hooks, "attempt('have/env')") == Result(0, "stop\n", "")
    after = snapshot(precious)
    assert before.items() <= after.items()
    assert not (precious / "have/env").exists()
    assert not (precious / "have/nested").exists()


def test_an_environment_that_was_there_stays_when_a_nested_one_fails(python: Interpreter, precious: Path) -> None:
    before = snapshot(precious)
    hooks = """
def post_setup(self, context):
    self.ensure_directories(os.path.join(root, "have/new"))
    raise RuntimeError("stop")
"""
    assert run_hooks(python, precious, hooks, "attempt('have')") == Result(0, "stop\n", "")
    assert before.items() <= snapshot(precious).items()
    assert not (precious / "have/new").exists()


def test_directories_that_are_made_elsewhere_are_taken_back_there(python: Interpreter, precious: Path) -> None:
    before = snapshot(precious)
    hooks = """
def ensure_directories(self, env_dir):
    return super().ensure_directories(os.path.join(root, "elsewhere/env"))
def post_setup(self, context):
    raise RuntimeError("stop")
"""
    assert run_hooks(python, precious, hooks, "attempt('have')") == Result(0, "stop\n", "")
    assert snapshot(precious) == before


def test_an_environment_that_a_hook_made_whole_stays(python: Interpreter, precious: Path) -> None:
    hooks = """
def post_setup(self, context):
    fastvenv.create(os.path.join(root, "other"), symlinks=True)
    raise RuntimeError("stop")
"""
    assert run_hooks(python, precious, hooks, "attempt('new')") == Result(0, "stop\n", "")
    assert (precious / "other/bin/activate").exists()
    assert not (precious / "new").exists()
    assert (precious / "have/precious").exists()


def test_one_builder_may_serve_several_threads(python: Interpreter, precious: Path) -> None:
    """The call that fails removes what it made, and not what the other call made or what existed before."""
    hooks = """
both = threading.Barrier(2)
def post_setup(self, context):
    self.both.wait(600)
    if context.env_name == "fails":
        raise RuntimeError("stop")
"""
    calls = """
threads = [threading.Thread(target=attempt, args=(name,)) for name in ("fails", "have")]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    for _ in range(5):
        assert run_hooks(python, precious, hooks, calls) == Result(0, "stop\n", "")
        assert (precious / "have/precious").exists() and (precious / "have/bin/activate").exists()
        assert not (precious / "fails").exists()


def test_a_directory_that_took_the_place_of_the_one_that_was_made_stays(python: Interpreter, precious: Path) -> None:
    before = snapshot(precious / "have")
    hooks = """
def post_setup(self, context):
    os.rename(context.env_dir, os.path.join(root, "aside"))
    os.rename(os.path.join(root, "have"), context.env_dir)
    raise RuntimeError("stop")
"""
    assert run_hooks(python, precious, hooks, "attempt('new')") == Result(0, "stop\n", "")
    assert snapshot(precious / "new") == before


def test_a_configuration_that_a_hook_adds_to_is_still_that_of_the_call(python: Interpreter, tmp_path: Path) -> None:
    hooks = """
def post_setup(self, context):
    with open(context.cfg_path, "a") as file:
        file.write("key = value\\n")
    raise RuntimeError("stop")
"""
    assert run_hooks(python, tmp_path, hooks, "attempt('new')") == Result(0, "stop\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "hook",
    [
        "open(context.cfg_path, 'w').write('home = elsewhere\\n')",
        "super().create_configuration(context); shutil.copy(context.cfg_path, 'file'); os.replace('file', context.cfg_path)",
    ],
    ids=["written", "replaced"],
)
@pytest.mark.parametrize("sees_base", [False, True])
def test_a_configuration_that_a_hook_writes_is_that_of_the_call(
    python: Interpreter, tmp_path: Path, hook: str, sees_base: bool
) -> None:
    script = f"""
import os, shutil, sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def create_configuration(self, context):
        context.cfg_path = os.path.join(context.env_dir, "pyvenv.cfg")
        {hook}
    def post_setup(self, context):
        raise RuntimeError("stop")
try:
    Builder(system_site_packages={sees_base}).create("new/env")
except RuntimeError as error:
    print(error)
"""
    assert python.run("-c", script, cwd=tmp_path) == Result(0, "stop\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may remove what is in a closed directory")
def test_no_pip_stays_where_something_cannot_be_removed(python: Interpreter, tmp_path: Path) -> None:
    """Neither directory can be moved aside or removed whole; the others are removed nevertheless."""
    script = """
import os, sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        os.makedirs(os.path.join(context.bin_path, "closed/file"))
        os.chmod(os.path.join(context.bin_path, "closed"), 0o555)
        os.chmod(os.path.join(context.env_dir, "lib"), 0o555)
        raise RuntimeError("stop")
try:
    Builder(with_pip=True).create(sys.argv[1])
except RuntimeError as error:
    print(error)
"""
    result = python.run("-c", script, tmp_path / "env")
    (tmp_path / "env/lib").chmod(0o755)
    assert (result.status, result.output) == (0, "stop\n") and "Unable to remove" in result.stderr
    assert not list(tmp_path.rglob("METADATA")) and not (tmp_path / "env/pyvenv.cfg").exists()
    for closed in tmp_path.rglob("closed"):
        closed.chmod(0o755)


# Signals that end a process

NAMES = [f"env{number}" for number in range(12)]


@pytest.mark.parametrize("names", [NAMES[:1], NAMES], ids=["one", "several"])
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_run_that_is_ended_by_a_signal_leaves_nothing_half_made(
    is_whole: bool, python: Interpreter, tmp_path: Path, ending: signal.Signals, names: list[str]
) -> None:
    """It ends by that signal, as its parent expects, at its first directory for certain, and at other moments by chance."""
    command = [python.path, "-m", "fastvenv", *names]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}
    folder = tmp_path / "first"
    folder.mkdir()
    with stopped("mkdir,mkdirat", tmp_path / "log", command, cwd=folder, env=variables) as first:
        first.send(ending)
        assert first.go_on() == (-ending, "", "")
    assert_each_is_whole(folder)
    for delay in (0.02, 0.04, 0.06, 0.08, 0.11, 0.15, 0.25) if is_whole else (0.02, 0.06, 0.11, 0.25):
        folder = tmp_path / str(delay)
        folder.mkdir()
        process = subprocess.Popen(
            command, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        time.sleep(delay)
        process.send_signal(ending)
        _, stderr = process.communicate(timeout=600)
        assert stderr == b""
        assert_each_is_whole(folder)
        assert process.returncode in {-ending, 0}
        assert process.returncode != 0 or {path.name for path in folder.iterdir()} == set(names)


def assert_each_is_whole(folder: Path) -> None:
    assert all((path / "bin/activate.xsh").exists() for path in folder.iterdir())


def test_a_second_signal_does_not_stop_the_removal(python: Interpreter, tmp_path: Path) -> None:
    """As systemd sends SIGHUP after SIGTERM. Both arrive while the process is stopped, so Python handles both at once."""
    log = tmp_path / "log"
    command = [python.path, "-m", "fastvenv", tmp_path / "env"]
    variables = {**python.variables, "FASTVENV_CACHE_DIR": ""}
    with stopped("symlink,symlinkat", log, command, env=variables) as process:
        process.send(signal.SIGTERM)
        process.send(signal.SIGHUP)
        assert process.go_on() in [(-signal.SIGTERM, "", ""), (-signal.SIGHUP, "", "")]
    assert list(tmp_path.iterdir()) == [log]


def test_a_signal_that_is_ignored_stays_ignored(python: Interpreter, tmp_path: Path) -> None:
    """As with `nohup`."""
    process = subprocess.Popen(
        ["sh", "-c", 'trap "" HUP; echo ignored; exec "$@"', "sh", python.path, "-m", "fastvenv", *NAMES],
        cwd=tmp_path,
        env={**python.variables, "FASTVENV_CACHE_DIR": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    while process.poll() is None:
        process.send_signal(signal.SIGHUP)
        time.sleep(0.01)
    assert (process.returncode, process.communicate()[1]) == (0, b"")
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES)


def test_further_interrupts_wait_for_what_was_begun(python: Interpreter, tmp_path: Path) -> None:
    """Otherwise Python would end while threads are working."""
    for delay in (0.05, 0.1, 0.15, 0.2):
        folder = tmp_path / str(delay)
        folder.mkdir()
        process = subprocess.Popen(
            [python.path, "-m", "fastvenv", *NAMES],
            cwd=folder,
            env={**python.variables, "FASTVENV_CACHE_DIR": ""},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        while process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.005)
        assert all((path / "bin/activate.xsh").exists() for path in folder.iterdir())

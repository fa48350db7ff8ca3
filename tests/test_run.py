"""`fastvenv run` and `fastvenv replace-venv`: fastvenv in the place of `venv`, in Pythons without fastvenv."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import SHARING, Interpreter, Result, packages, snapshot
from installed import Program, linked

WHICH = "import venv; print(venv.EnvBuilder.__module__)"


def variables(python: Interpreter) -> dict[str, str]:
    """The variables without the folder of fastvenv, so that no Python finds it by itself."""
    return {name: value for name, value in python.variables.items() if name != "PYTHONPATH"}


@pytest.fixture
def runner(python: Interpreter, tmp_path: Path) -> list[str]:
    """The command `fastvenv run --`. Only this command has the path of fastvenv."""
    code = f"import sys; sys.path.insert(0, {python.folder!r}); from fastvenv._cli import main; main()"
    return [str(python.path), "-c", code, "run", "--"]


def run(python: Interpreter, runner: list[str], *command: str | os.PathLike[str], **more: str) -> Result:
    env = {**variables(python), **more}
    done = subprocess.run(
        [*runner, *command], capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


def test_venv_is_fastvenv(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    assert run(python, runner, python.path, "-c", WHICH) == Result(0, "fastvenv\n", "")
    result = run(python, runner, python.path, "-m", "venv", "--without-pip", tmp_path / "env")
    assert result == Result(0, "", "")
    assert (tmp_path / "env/bin/activate.nu").exists()  # an option that venv does not have


def test_a_name_that_is_missing_is_one_of_venv(python: Interpreter, runner: list[str]) -> None:
    code = "import venv; venv.nothing"
    result = run(python, runner, python.path, "-c", code)
    assert result.stderr.splitlines()[-1] == "AttributeError: module 'venv' has no attribute 'nothing'"


def test_so_it_is_in_what_the_command_starts(python: Interpreter, runner: list[str]) -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WHICH!r}], check=True)"
    assert run(python, runner, python.path, "-c", code) == Result(0, "fastvenv\n", "")


# Replaces names of `venv`, and prints what that has changed.
REPLACING = """
import json, os, subprocess, sys, venv
from unittest import mock
os.chdir(os.path.dirname(sys.argv[1]))
seen = []
original = venv.EnvBuilder
class Builder(venv.EnvBuilder):
    def create(self, env_dir):
        seen.append(env_dir)
venv.EnvBuilder = Builder
venv.main(["--without-pip", "one"])
venv.create("two")
with mock.patch("venv.EnvBuilder") as mocked:
    venv.create("three")
    seen.append(mocked.call_count)
seen.append(venv.EnvBuilder is Builder)
venv.EnvBuilder = original
with mock.patch("venv.subprocess") as mocked:
    venv.create(sys.argv[1], symlinks=True, with_pip=True)
    seen.append(mocked.check_output.call_count)
seen.append(venv.subprocess is subprocess)
with mock.patch("venv.subprocess") as mocked, mock.patch("venv.logger") as logger, \
        mock.patch("venv.CORE_VENV_DEPS", ("spam",)):
    builder = venv.EnvBuilder()
    builder.upgrade_dependencies(builder.ensure_directories(sys.argv[1]))
    [call] = [*mocked.check_output.call_args_list, *mocked.check_call.call_args_list]
    seen += [call[0][0][1:], logger.debug.call_count]
with mock.patch("venv.main") as mocked:
    venv.main(["four"])
    seen.append(mocked.call_count)
venv.main(["--without-pip", "--clear", sys.argv[1]])
venv.mine = 1
seen += [venv.mine, "spam" in venv.CORE_VENV_DEPS, venv.logger.name]
print(json.dumps(seen))
"""


def test_a_name_that_is_replaced_has_the_same_effect(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    results = [run(python, way, python.path, "-c", REPLACING, tmp_path / "env") for way in ([], runner)]
    assert results[0] == results[1] and results[0].status == 0


def test_the_templates_are_beside_the_file(python: Interpreter, runner: list[str]) -> None:
    code = (
        "import os, venv; print(open(os.path.join(os.path.dirname(venv.__file__), 'scripts/common/activate')).read())"
    )
    result = run(python, runner, python.path, "-c", code)
    assert result.status == 0 and "__VENV_DIR__" in result.output


def test_a_python_without_site_has_it_too(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    """There is no `sitecustomize`, so the folder of ours is in the path until `venv` is imported."""
    assert run(python, runner, python.path, "-S", "-c", WHICH) == Result(0, "fastvenv\n", "")
    for arguments in (["--help"], ["--no-such-option"], ["--without-pip", str(tmp_path / "env")]):
        command = [python.path, "-S", "-m", "venv", *arguments]
        assert run(python, runner, *command) == run(python, [], *command)
    assert (tmp_path / "env/bin/activate.nu").exists()
    (tmp_path / "hook.py").write_text("print('mine')")
    result = run(python, runner, python.path, "-S", "-c", "import hook", PYTHONPATH=str(tmp_path))
    assert result == Result(0, "mine\n", "")


def test_venv_works_where_the_current_directory_was_deleted(
    python: Interpreter, runner: list[str], tmp_path: Path
) -> None:
    """With CPython 3.13.0, no module of PyO3 can be loaded there: the interpreter loses the exception."""
    code = f"import venv; venv.create({str(tmp_path / 'env')!r})"
    gone = tmp_path / "gone"
    gone.mkdir()
    command = ["sh", "-c", 'cd "$1" && rmdir "$1" && shift && exec "$@"', "sh", str(gone), python.path, "-c", code]
    assert run(python, runner, *command) == Result(0, "", "") and (tmp_path / "env/bin/activate").exists()


def test_no_folder_of_ours_is_in_the_path(python: Interpreter, runner: list[str]) -> None:
    code = "import json, sys; print(json.dumps([sys.path, sorted(sys.modules)]))"
    inside, outside = run(python, runner, python.path, "-c", code), run(python, [], python.path, "-c", code)
    assert python.folder not in inside.output
    assert inside.output.partition("], ")[0] == outside.output.partition("], ")[0]


def test_the_other_sitecustomize_is_run(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('customized')")
    result = run(python, runner, python.path, "-c", WHICH, PYTHONPATH=str(tmp_path))
    assert result == Result(0, "customized\nfastvenv\n", "")


@pytest.mark.parametrize("option", ["-I", "-E"])
def test_a_python_that_ignores_variables_has_its_own(python: Interpreter, runner: list[str], option: str) -> None:
    assert run(python, runner, python.path, option, "-c", WHICH) == Result(0, "venv\n", "")


def test_a_python_that_cannot_load_it_has_its_own(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    """Here the extension module is missing, as for PyPy, or for a Python before 3.9."""
    folder = tmp_path / "broken"
    ignored = shutil.ignore_patterns("_native*", "__pycache__")
    shutil.copytree(Path(python.folder, "fastvenv"), folder / "fastvenv", ignore=ignored)
    shim = str(folder / "fastvenv/_as_venv")
    result = run(
        python, [], python.path, "-c", f"{WHICH}; import sys; print('fastvenv' in sys.modules)", PYTHONPATH=shim
    )
    assert result == Result(0, "venv\nFalse\n", "")
    result = run(python, [], python.path, "-m", "venv", "--without-pip", str(tmp_path / "env"), PYTHONPATH=shim)
    assert result == Result(0, "", "") and not (tmp_path / "env/bin/activate.nu").exists()


def test_another_python_has_it_too(python: Interpreter, runner: list[str], other: Path) -> None:
    result = run(python, runner, other, "-c", WHICH)
    expected = "venv" if "pypy" in other.name else "fastvenv"
    assert result == Result(0, f"{expected}\n", "")


def test_it_does_what_venv_does(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    """Settings have no effect, and `--clear` empties a directory that is not an environment."""
    (tmp_path / "pyproject.toml").write_text("[tool.fastvenv]\nprompt = 'x'\n")
    env_dir = tmp_path / "env"
    env_dir.mkdir()
    (env_dir / "file").write_text("")
    result = run(python, runner, python.path, "-m", "venv", "--clear", "--without-pip", env_dir)
    assert result == Result(0, "", "")
    assert not (env_dir / "file").exists() and "prompt" not in (env_dir / "pyvenv.cfg").read_text()


# Each option has a variable; these would change what is made, or stop the call.
SET = {
    "FASTVENV_ACTIVATORS": "bash",
    "FASTVENV_CLEAR": "1",
    "FASTVENV_COLOR": "red",
    "FASTVENV_COPIES": "1",
    "FASTVENV_DRY_RUN": "1",
    "FASTVENV_JSON": "1",
    "FASTVENV_NO_COMPILE": "1",
    "FASTVENV_PIP_WHEEL": "/none",
    "FASTVENV_PROMPT": "x",
    "FASTVENV_PYTHON": "/none",
    "FASTVENV_RELOCATABLE": "1",
    "FASTVENV_SYSTEM_SITE_PACKAGES": "1",
    "FASTVENV_UPGRADE": "1",
    "FASTVENV_WITHOUT_PIP": "1",
    "FASTVENV_WITHOUT_SCM_IGNORE_FILES": "1",
}
# What makes the same environment.
CALLS = {
    "-m venv": ["-m", "venv"],
    "main": ["-c", "import sys, venv; venv.main(sys.argv[1:])"],
    "abbreviation": ["-m", "venv", "--sym"],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_variable_has_an_effect(python: Interpreter, runner: list[str], call: list[str], tmp_path: Path) -> None:
    env_dir = tmp_path / "env"
    made = []
    for variables in ({}, SET):
        result = run(python, runner, python.path, *call, "--without-pip", env_dir, **variables)
        assert result == Result(0, "", "")
        made.append(snapshot(env_dir))
        (env_dir / "precious").write_text("")
        result = run(python, runner, python.path, *call, "--without-pip", env_dir, **variables)
        assert result == Result(0, "", "") and (env_dir / "precious").exists()
        shutil.rmtree(env_dir)
    assert made[0] == made[1]


@pytest.mark.usefixtures("has_wheels")
def test_no_variable_changes_the_pip(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    made = []
    for variables in ({}, SET):
        for way in (["-m", "venv"], ["-c", "import sys, venv; venv.create(sys.argv[1], symlinks=True, with_pip=True)"]):
            assert run(python, runner, python.path, *way, tmp_path / "env", **variables) == Result(0, "", "")
            made.append({name: entry for name, entry in snapshot(tmp_path / "env").items() if "pip" in name})
            shutil.rmtree(tmp_path / "env")
    assert len(made[0]) > 100 and made[0] == made[1] == made[2] == made[3]


@pytest.mark.usefixtures("has_wheels")
@pytest.mark.parametrize("call", ["main(['env'])", "create('env', with_pip=True)"])
def test_two_variables_say_how_pip_gets_there(
    small_python: Interpreter, runner: list[str], call: str, tmp_path: Path
) -> None:
    more = {"FASTVENV_CACHE_DIR": str(tmp_path / "cache"), "FASTVENV_LINK_MODE": "symlink"}
    # With another umask, files are copied.
    code = f"import os, venv; os.umask({SHARING}); os.chdir({str(tmp_path)!r}); venv.{call}"
    assert run(small_python, runner, small_python.path, "-c", code, **more) == Result(0, "", "")
    assert (packages(tmp_path / "env") / "pip/__init__.py").resolve().is_relative_to(tmp_path / "cache")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--without-pip"],
        ["--prompt", ".venv"],
        ["-h"],
        ["--no-such-option", "env"],
        ["--dry-run", "env"],
        ["--json", "--without-pip", "env"],
        ["-p", "3.9", "env"],
        ["--link-mode=copy", "env"],
        ["env", "-q"],
        ["--upgrade", "--clear", "env"],
    ],
)
def test_help_and_mistakes_are_those_of_venv(
    python: Interpreter, runner: list[str], arguments: list[str], tmp_path: Path
) -> None:
    command = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(tmp_path), python.path, "-m", "venv", *arguments]
    expected = run(python, [], *command)
    assert run(python, runner, *command) == expected and expected.output + expected.stderr
    assert not os.listdir(tmp_path)


def test_an_option_of_a_later_venv_is_a_mistake(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    results = []
    for way in ([], runner):
        command = [python.path, "-m", "venv", "--without-pip", "--without-scm-ignore-files", str(tmp_path / "env")]
        results.append((run(python, way, *command), (tmp_path / "env/.gitignore").exists()))
    assert results[0] == results[1] and (results[0][0].status == 0) == (python.version >= (3, 13))


def test_a_directory_can_be_called_like_a_command(python: Interpreter, runner: list[str], tmp_path: Path) -> None:
    for name in ("cache", ".venv"):
        code = f"import os, venv; os.chdir({str(tmp_path)!r}); venv.main(['--without-pip', {name!r}])"
        assert run(python, runner, python.path, "-c", code) == Result(0, "", "")
        assert (tmp_path / name / "bin/activate.nu").exists()


def test_the_command_has_the_variables_of_the_user(python: Interpreter, program: Program) -> None:
    """Those that the program sets for Python are not among them."""
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    command = [python.path, "-S", "-c", code]
    for variables in (program.variables, {**program.variables, "PYTHONSAFEPATH": "1"}):
        result = program.run("run", "--", *command, env=variables)
        assert (result.status, result.stderr) == (0, "")
        found = json.loads(result.output)
        folder = found.pop("PYTHONPATH")
        assert Path(folder).name == "_as_venv"
        assert found == json.loads(subprocess.check_output(command, env=variables))


def test_what_the_program_starts_finds_the_modules_beside_it(
    python: Interpreter, program: Program, tmp_path: Path
) -> None:
    (tmp_path / "beside.py").write_text("print('found')")
    (tmp_path / "script.py").write_text("import beside")
    assert program.run("run", "--", python.path, tmp_path / "script.py") == Result(0, "found\n", "")


def test_the_program_imports_nothing_from_the_current_directory(
    python: Interpreter, program: Program, tmp_path: Path
) -> None:
    if python.version < (3, 11):
        pytest.skip("before Python 3.11, nothing keeps it from that")
    (tmp_path / "argparse.py").write_text("raise SystemExit('imported')")
    for value in ("", "1"):
        result = program.run("--help", cwd=tmp_path, env={**program.variables, "PYTHONSAFEPATH": value})
        assert result.status == 0 and result.output.startswith("usage")


def test_signals_have_their_default_effect(python: Interpreter, runner: list[str]) -> None:
    assert run(python, runner, "sh", "-c", "kill -PIPE $$; echo alive") == Result(-signal.SIGPIPE, "", "")
    assert run(python, runner, "sh", "-c", "kill -XFSZ $$; echo alive").status == -signal.SIGXFSZ


@pytest.mark.parametrize("paths", ["", ":", ":{0}", "{0}:", "{0}::{0}/other"])
def test_an_empty_entry_of_the_path_is_the_current_directory(
    python: Interpreter, runner: list[str], paths: str, tmp_path: Path
) -> None:
    code = "import json, os, sys; print(json.dumps(sys.path))"
    value = paths.format(tmp_path)
    nested = [*runner, *runner]
    inside, outside = (run(python, way, python.path, "-c", code, PYTHONPATH=value) for way in (nested, []))
    assert inside == outside and (not value or os.getcwd() in inside.output)


def test_the_status_is_that_of_the_command(python: Interpreter, runner: list[str]) -> None:
    assert run(python, runner, "sh", "-c", "exit 7").status == 7
    assert run(python, runner[:-1]).status == 2


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("no-such-command", "no directory of PATH has a program of this name."),
        ("{0}/none", "No such file or directory."),
        ("{0}", "it is a directory."),
        ("plain", "it may not be executed. To allow that: chmod +x {0}/bin/plain"),
        ("{0}/bin/plain", "it may not be executed. To allow that: chmod +x {0}/bin/plain"),
        ("{0}/bin/plain/x", "Not a directory."),
        (
            "bare",
            "it is no program of this system, and no script whose first line names its interpreter.",
        ),
        ("lost", "the interpreter that {0}/bin/lost names does not exist."),
    ],
)
def test_the_reason_why_a_command_cannot_be_started(
    python: Interpreter, program: Program, command: str, expected: str, tmp_path: Path
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text, mode in (("plain", "", 0o644), ("bare", "echo", 0o755), ("lost", "#!/none", 0o755)):
        (folder / name).write_text(text)
        (folder / name).chmod(mode)
    # The last entry is a file, and not a directory.
    variables = {**program.variables, "PATH": f"{folder}:/usr/bin:{folder}/plain"}
    name = command.format(tmp_path)
    result = program.run("run", "--", name, env=variables)
    assert result == Result(1, "", f"Error: {name} cannot be started: {expected.format(tmp_path)}\n")


def test_an_empty_command_is_none(python: Interpreter, runner: list[str]) -> None:
    result = run(python, runner, "")
    assert result.status == 2 and "a command is required" in result.stderr


@pytest.fixture
def installation(python: Interpreter, tmp_path: Path) -> Interpreter:
    """The interpreter with a `site-packages` of its own."""
    root = tmp_path / "installation"
    found, _ = linked(python, root, "site-packages")
    if found.run("-c", "import sys; print(sys.prefix)").output.strip() != str(root):
        pytest.skip("this Python cannot be installed by links")
    # Debian has another folder.
    purelib = found.answer("import json, sysconfig; print(json.dumps(sysconfig.get_path('purelib')))")
    Path(purelib).mkdir(parents=True, exist_ok=True)
    return found


def test_replace_venv_is_turned_on_and_off(installation: Interpreter, tmp_path: Path) -> None:
    def command(word: str) -> str:
        result = installation.run("-m", "fastvenv", "replace-venv", word)
        assert (result.status, result.stderr) == (0, "")
        return result.output

    def which(*options: str) -> str:
        done = subprocess.run(
            [installation.path, *options, "-c", WHICH],
            capture_output=True, text=True, check=True, env=variables(installation),
        )  # fmt: skip
        return done.stdout.strip()

    root = tmp_path / "installation"
    before = snapshot(root)
    assert which() == "venv" and "its own venv" in command("status")
    assert "runs fastvenv" in command("on") and "runs fastvenv" in command("status")
    assert which() == which("-I") == "fastvenv"
    # It has no effect in an environment of that interpreter.
    subprocess.run([installation.path, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    inner = subprocess.run([tmp_path / "env/bin/python", "-c", WHICH], capture_output=True, text=True, check=True)
    assert inner.stdout == "venv\n"
    assert "its own venv" in command("off") and "its own venv" in command("off")
    assert which() == "venv"
    assert snapshot(root) == before


def test_an_interpreter_that_lost_fastvenv_has_its_own_venv(installation: Interpreter, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(Path(installation.folder, "fastvenv"), copy / "fastvenv")
    there = Interpreter(installation.path, str(copy), installation.home)
    assert there.run("-m", "fastvenv", "replace-venv", "on").status == 0
    shutil.rmtree(copy)
    done = subprocess.run(
        [installation.path, "-c", WHICH], capture_output=True, text=True, check=True, env=variables(installation)
    )
    assert (done.stdout, done.stderr) == ("venv\n", "")


@pytest.fixture
def sitecustomize(installation: Interpreter) -> Path:
    """The path of the `sitecustomize` that the interpreter would load; there is none."""
    library = installation.answer("import json, os; print(json.dumps(os.path.dirname(os.__file__)))")
    path = Path(library, "sitecustomize.py")
    path.unlink(missing_ok=True)  # Debian's is a link
    return path


def test_replace_venv_asks_the_interpreter_alone(
    installation: Interpreter, sitecustomize: Path, tmp_path: Path
) -> None:
    """What its `sitecustomize` prints, and modules in the current directory, have no effect."""
    folder = installation.answer("import json, sysconfig; print(json.dumps(sysconfig.get_path('purelib')))")
    sitecustomize.write_text("print('hello'); print('no line', end='')")
    (tmp_path / "sysconfig.py").write_text("import os; open('imported', 'w').close(); get_path = lambda name: 'here'")
    runner = f"import sys; sys.path[:1] = [{installation.folder!r}]; from fastvenv._cli import main; main()"
    for word, state in (("on", "fastvenv"), ("status", "fastvenv"), ("off", "its own venv")):
        result = installation.run("-c", runner, "replace-venv", word, cwd=tmp_path)
        assert result.status == 0 and result.output.endswith(f" runs {state}\n"), result
        assert Path(folder, "fastvenv-replace-venv.pth").exists() == (state == "fastvenv")
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise SystemExit('out of order')", "it ended with status 1: SystemExit: out of order"),
        ("import sysconfig; sysconfig.get_path = lambda name: 'here'", "it names 'here', which is no directory."),
        ("import sysconfig; sysconfig.get_path = lambda name: '/none'", "it names '/none', which is no directory."),
    ],
)
def test_an_interpreter_whose_packages_are_not_found(
    python: Interpreter, installation: Interpreter, sitecustomize: Path, text: str, reason: str
) -> None:
    command = ["-m", "fastvenv", "replace-venv", "status", "--python", installation.path]
    assert python.run(*command).status == 0  # there is a record of it now
    sitecustomize.write_text(text)
    expected = f"Error: The packages of {installation.path} are not found: {reason}\n"
    assert python.run(*command) == Result(1, "", expected)


def test_no_start_of_the_interpreter_warns(installation: Interpreter) -> None:
    assert installation.run("-m", "fastvenv", "replace-venv", "on").status == 0
    options = ["-X", "dev", "-X", "warn_default_encoding", "-W", "error"]
    done = subprocess.run(
        [installation.path, *options, "-c", WHICH], capture_output=True, text=True, check=True,
        env=variables(installation),
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("fastvenv\n", "")


def test_no_start_below_the_command_warns(python: Interpreter, runner: list[str]) -> None:
    options = ["-X", "dev", "-X", "warn_default_encoding", "-W", "error"]
    assert run(python, runner, python.path, *options, "-c", WHICH) == Result(0, "fastvenv\n", "")

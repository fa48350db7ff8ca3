"""`fastvenv run` and `fastvenv replace-venv`: fastvenv in the place of `venv`, in Pythons without fastvenv."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Interpreter, Result, snapshot
from installed import linked

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


def test_so_it_is_in_what_the_command_starts(python: Interpreter, runner: list[str]) -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WHICH!r}], check=True)"
    assert run(python, runner, python.path, "-c", code) == Result(0, "fastvenv\n", "")


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


def test_the_status_is_that_of_the_command(python: Interpreter, runner: list[str]) -> None:
    assert run(python, runner, "sh", "-c", "exit 7").status == 7
    assert run(python, runner[:-1]).status == 2
    missing = run(python, runner, "no-such-command")
    assert missing.status == 1 and "no-such-command" in missing.stderr


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

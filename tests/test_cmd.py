"""`activate.bat` and `deactivate.bat` in the cmd.exe of Wine, for hostile names.

The scripts are made here for directories on Wine's drive Z:, which is this system's root: no Windows Python is needed. One
cmd.exe activates one environment after the other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from fastvenv import _native
from hostile_values import sample, values

TEMPLATES = Path(_native.__file__).parent / "scripts/nt"
# Characters that no file name on Windows has; and the percent sign, because Wine expands a value twice, which Windows
# does not. Prompts have it.
IMPOSSIBLE = {ord(mark): None for mark in '<>:"/\\|?*\t%'}
STEP = """
set > {number}.before
call "{number}\\Scripts\\activate.bat"
set > {number}.active
call "{number}\\Scripts\\deactivate.bat"
set > {number}.after
"""


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables to run Wine with, in a folder of its own."""
    if shutil.which("wine") is None:
        pytest.skip("wine is not installed")
    home = tmp_path_factory.mktemp("wine")
    return {"PATH": os.defpath, "HOME": str(home), "WINEPREFIX": str(home / "prefix"), "WINEDEBUG": "-all"}


def write_scripts(folder: Path, env_dir: str, prompt: str) -> None:
    (folder / "Scripts").mkdir(parents=True)
    for template in TEMPLATES.glob("*.bat"):
        script = _native.render_script(
            template.read_text(encoding="utf-8"),
            template.name,
            dir=env_dir,
            name="name",
            prompt=prompt,
            bin_name="Scripts",
            python="python.exe",
        )
        (folder / "Scripts" / template.name).write_text(script, encoding="utf-8", newline="\r\n")


def variables_in(path: Path) -> dict[str, str]:
    pairs = [line.partition("=") for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    return {name: value for name, _, value in pairs if name}


def run_cmd(script: str, folder: Path, wine: dict[str, str]) -> str:
    (folder / "run.bat").write_text("@echo off\r\n" + script.replace("\n", "\r\n"), encoding="utf-8")
    command = ["wine", "cmd", "/c", "run.bat"]
    process = subprocess.run(command, cwd=folder, env=wine, capture_output=True, timeout=300, check=False)
    return process.stdout.decode(errors="replace")


def shown(prompt: str) -> str:
    """The prompt that cmd.exe shows for a value of PROMPT."""
    codes = {"$": "$", "A": "&", "B": "|", "L": "<", "G": ">", "P": "C:\\"}
    text, characters = "", iter(prompt)
    for character in characters:
        text += codes[next(characters)] if character == "$" else character
    return text


def test_names_are_only_names(is_whole: bool, tmp_path: Path, wine: dict[str, str]) -> None:
    names = [name for name in (values() if is_whole else sample()) if name.isascii()]
    assert len(names) >= (180 if is_whole else 50)
    directories = [f"Z:\\tmp\\{number}{name.translate(IMPOSSIBLE)}" for number, name in enumerate(names)]
    for number, (name, directory) in enumerate(zip(names, directories)):
        write_scripts(tmp_path / str(number), directory, name)
    setup = "set PROMPT=$P$G\nset PYTHONHOME=C:\\home\n"
    run_cmd(setup + "".join(STEP.format(number=number) for number in range(len(names))), tmp_path, wine)
    wrong = {}
    for number, (name, directory) in enumerate(zip(names, directories)):
        before, active, after = (variables_in(tmp_path / f"{number}.{when}") for when in ("before", "active", "after"))
        expected = {
            "VIRTUAL_ENV": directory,
            "VIRTUAL_ENV_PROMPT": name,
            "PATH": f"{directory}\\Scripts;{before['PATH']}",
            "PYTHONHOME": None,
        }
        found = {variable: active.get(variable) for variable in expected}
        if found != expected or before != after or shown(active["PROMPT"]) != f"({name}) C:\\>":
            wrong[name] = (found, active.get("PROMPT"), set(before.items()) ^ set(after.items()))
    assert not wrong, list(wrong)
    assert not list(tmp_path.rglob("PWNED*"))


def test_what_was_not_there_is_not_there_again(tmp_path: Path, wine: dict[str, str]) -> None:
    """Without a prompt, and with a prompt that must not be changed."""
    write_scripts(tmp_path / "0", "Z:\\env", "p")
    lines = run_cmd("set PROMPT=\nset PYTHONHOME=\n" + STEP.format(number=0), tmp_path, wine)
    assert lines == ""
    before, active, after = (variables_in(tmp_path / f"0.{when}") for when in ("before", "active", "after"))
    assert before == after and "PROMPT" not in before
    assert active["PROMPT"] == "(p) $P$G"
    run_cmd("set PROMPT=mine\nset VIRTUAL_ENV_DISABLE_PROMPT=1\n" + STEP.format(number=0), tmp_path, wine)
    assert variables_in(tmp_path / "0.active")["PROMPT"] == "mine"


def test_again_and_over_another(tmp_path: Path, wine: dict[str, str]) -> None:
    for number in range(2):
        write_scripts(tmp_path / str(number), f"Z:\\env{number}", f"p{number}")
    activate = [f'call "{number}\\Scripts\\activate.bat"\n' for number in range(2)]
    run_cmd("".join([*activate, STEP.format(number=0)]).replace("set > 0.before\n", ""), tmp_path, wine)
    active, after = (variables_in(tmp_path / f"0.{when}") for when in ("active", "after"))
    assert active["PATH"] == f"Z:\\env0\\Scripts;{after['PATH']}" and "env" not in after["PATH"]
    assert active["PROMPT"] == f"(p0) {after['PROMPT']}"


def test_without_a_directory_it_is_where_the_script_lies(tmp_path: Path, wine: dict[str, str]) -> None:
    write_scripts(tmp_path / "0", "", "p")
    run_cmd(STEP.format(number=0), tmp_path, wine)
    folder = str(tmp_path / "0").replace("/", "\\")
    assert variables_in(tmp_path / "0.active")["VIRTUAL_ENV"] == f"Z:{folder}"

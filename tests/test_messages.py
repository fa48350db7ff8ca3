"""Every message of the command, in a terminal and in a pipe, as `messages.md` has it.

The program and `python -m fastvenv` run the lines of each section in a new directory, and print the same.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Interpreter, text_of, without_override
from installed import Program
from terminal import run_on_terminal, staying
from tracing import strace

DOCUMENT = Path(__file__).with_name("messages.md")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the document has what Linux prints: its errors, and the places of its interpreters"
)

# The programs of the system that the lines run. A whole directory on PATH would also have interpreters.
TOOLS = ["chmod", "ln", "mkdir", "rmdir", "sh", "touch"]
COLOURS = {"\x1b[1m": "<bold>", "\x1b[32m": "<green>", "\x1b[0m": "<plain>"}
# Text that differs from one run to the next.
VOLATILE = {
    r"\b\d+ ms\b": "<n> ms",
    r'"ms": [\d.]+': '"ms": <n>',
    r"\b[\d.]+ [KM]iB\b": "<size>",
    r"\bmade \d{4}-\d\d-\d\d \d\d:\d\d": "made <time>",
    r"\bfastvenv \d+\.\d+\S*$": "fastvenv <version>",
    r"\b(pip|setuptools)-[\d.]+(?=-)": r"\1-<version>",
    r"(?<=-none-any-)\w{16}": "<hash>",
    r"sha256=\S+": "sha256=<hash>",
    r"^.*\bgetcwd\b.*\n": "",  # a shell also reports that its directory is gone
}


@dataclass(frozen=True)
class Section:
    """A section of the document: the part up to the command's output is written by hand."""

    chapter: str
    title: str
    head: str
    text: str

    @property
    def lines(self) -> str:
        """The lines that are run, as a script."""
        return "".join(f"{line}\n" for line in re.findall(r"^\$ (.*)$", self.head, re.MULTILINE))


@dataclass(frozen=True)
class Printed:
    """The output of the lines, and their exit status."""

    terminal: str
    output: str
    stderr: str
    status: int

    def __str__(self) -> str:
        """The rest of the section."""
        return f"{self.terminal}```\n\n{self._description()}\n"

    def _description(self) -> str:
        status = f"Exit status {self.status}." if self.status else ""
        if not self.output + self.stderr:
            return f"{status} {'A pipe gets nothing.' if self.terminal else 'Nothing is printed.'}".strip()
        for name, text in (("output", self.output), ("error", self.stderr)):
            if text == self.terminal and text == self.output + self.stderr:
                return f"{status} A pipe gets the same, on standard {name}.".strip()
        texts = {"On standard output": self.output, "On standard error": self.stderr}
        blocks = [f"{name}, a pipe gets\n\n```text\n{text}```" for name, text in texts.items() if text]
        return "\n\n".join([status, *blocks] if status else blocks)


def sections() -> list[Section]:
    found = []
    for chapter in re.split(r"^(?=## )", DOCUMENT.read_text(), flags=re.MULTILINE)[1:]:
        name = chapter.partition("\n")[0].removeprefix("## ")
        for text in re.split(r"^(?=### )", chapter, flags=re.MULTILINE)[1:]:
            head = re.match(r"### (.*)\n(?:.*\n)*?```console\n(?:\$ .*\n)+", text)
            assert head, text
            found.append(Section(name, head[1], head[0], text))
    return found


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.title)
def test_a_message_is_that_of_the_document(
    section: Section, python: Interpreter, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    # If the lines run pip, they need a whole one.
    runs_pip = "by ensurepip," in section.text or "--upgrade-deps" in section.lines
    program: Program = request.getfixturevalue("program" if runs_pip else "small_program")
    wanted = re.search(r"\(Python (\d+)\.(\d+)\)", section.chapter)
    if wanted and python.version != tuple(map(int, wanted.groups())):
        pytest.skip(f"the document has the words of Python {'.'.join(wanted.groups())}")
    variables = surroundings(section, program, python, request)
    native, by_python = (
        run(section, variables, program, python, tmp_path, command)
        for command in (f'"{program.path}"', f'"{program.path.with_name("python")}" -m fastvenv')
    )
    assert native == by_python
    text = f"{section.head}{native}"
    if request.config.getoption("--update-messages"):
        whole = DOCUMENT.read_text()
        DOCUMENT.write_text(whole.replace(section.text.rstrip("\n") + "\n", text, 1))
    else:
        assert text == section.text.rstrip("\n") + "\n"


def test_titles_are_unique() -> None:
    titles = [section.title for section in sections()]
    assert len(titles) > 100 and len(set(titles)) == len(titles)


def surroundings(
    section: Section, program: Program, python: Interpreter, request: pytest.FixtureRequest
) -> dict[str, str]:
    """The variables that the lines run with. If the lines need something that is missing, the test is skipped."""
    old = request.config.getoption("--old-python")
    if "$OLD_PYTHON" in section.lines and not old:
        pytest.skip("there is no Python 3.8 (--old-python)")
    if "interrupted" in section.lines:
        strace()
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip, and so no wheels")
    return {**program.variables, "COLUMNS": "80", "TERM": "dumb", "PYTHON": base_of(program), "OLD_PYTHON": old or ""}


def base_of(program: Program) -> str:
    """The interpreter that environments are made of."""
    command = [str(program.path.with_name("python")), "-c", "import sys; print(sys._base_executable)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def run(
    section: Section, variables: dict[str, str], program: Program, python: Interpreter, tmp_path: Path, command: str
) -> Printed:
    """Run the lines with pipes, and then in a terminal, each time in a new directory."""
    printed: list[tuple[str, ...]] = []
    for has_terminal in (False, True):
        root = tmp_path / "root"
        folders = {name: root / name for name in ("project", "home", "bin", "tools")}
        for folder in folders.values():
            folder.mkdir(parents=True)
        (folders["project"] / "bin").symlink_to(folders["bin"])
        write_tools(folders["tools"], command)
        path = os.pathsep.join(str(folders[name]) for name in ("bin", "tools"))
        places = {
            **{str(folder): f"<{name}>" for name, folder in folders.items()},
            variables["FASTVENV_CACHE_DIR"]: "<cache>",
            str(program.path.parent.parent): "<installed>",
        }
        script = ["/bin/sh", "-c", f"set -e; umask 022\n{section.lines}exit $?\n"]
        outcome = (in_terminal if has_terminal else with_pipes)(
            [*without_override(), *script],
            folders["project"],
            {**variables, "HOME": str(folders["home"]), "PATH": path},
        )
        printed.append(tuple(neutral(text, places, variables, python) for text in outcome))
        shutil.rmtree(root)
    (output, stderr, status), (terminal, status_there) = printed
    assert status == status_there
    return Printed(terminal, output, stderr, int(status))


def write_tools(folder: Path, command: str) -> None:
    """Write the programs on PATH: those of the system, the command, and one that gives another one a Ctrl-C."""
    for name in TOOLS:
        (folder / name).symlink_to(str(shutil.which(name)))
    inject = "inject=symlink,symlinkat:signal=SIGINT:when=1"
    scripts = {
        "fastvenv": f'exec {command} "$@"',
        "interrupted": f'exec {shutil.which("strace")} -f -qq -o /dev/null -e {inject} "$@"',
    }
    for name, line in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)


def with_pipes(command: list[str], cwd: Path, variables: dict[str, str]) -> tuple[str, str, str]:
    """The output of a command into pipes, and its status."""
    process = subprocess.run(
        command, cwd=cwd, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
    )
    return text_of(process.stdout), text_of(process.stderr), str(process.returncode)


def in_terminal(command: list[str], cwd: Path, variables: dict[str, str]) -> tuple[str, str]:
    """The text on a terminal after a command, and its status."""
    output, status = run_on_terminal(command, variables, cwd, timeout=120)
    return staying(output.decode(errors="backslashreplace")), str(status)


def neutral(text: str, places: dict[str, str], variables: dict[str, str], python: Interpreter) -> str:
    """The text without what differs between machines, interpreters and runs."""
    base = variables["PYTHON"]
    prefix = str(Path(base).parents[1])
    known = {**COLOURS, **places, base: "<python>", variables["OLD_PYTHON"]: "<old python>", prefix: "<prefix>"}
    major, minor = python.version
    for found, name in known.items():
        text = text.replace(found, name) if found else text
    text = re.sub(rf"\b{major}\.{minor}\.\d+\b", "<version>", text)
    text = text.replace(f"/python{major}.{minor}", "/python<x.y>")
    for pattern, name in VOLATILE.items():
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text

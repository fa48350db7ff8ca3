"""Every command and example in README.md and docs/ runs, and prints what the page shows; README.md leads to answers.

A block of the language `console` holds commands, each after `$ ` (further lines of it after `> `), and what they print, in
which `…` stands for any text, and in a line of its own for any lines. A block `python` is a script. The blocks of a page run
one after the other, in one shell and one directory, with a home of their own. After the language a block can say `status=1`,
the exit status of its last command, or `not-run="…"`, the reason why it cannot run here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from installed import Program
from pages import sections

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "packaging"))

import addresses

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(console|python)\b(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
MARK = "--- status "


@dataclass(frozen=True)
class Block:
    """A block of a page."""

    language: str
    options: str
    text: str

    @property
    def reason(self) -> str:
        """Why it is not run; empty where it is."""
        found = re.search('not-run="(.+?)"', self.options)
        return found[1] if found else ""

    @property
    def status(self) -> int:
        found = re.search(r"status=(\d+)", self.options)
        return int(found[1]) if found else 0

    @property
    def commands(self) -> list[tuple[str, list[str], int]]:
        """The commands, each with the lines that it prints and its exit status."""
        if self.language == "python":
            return [(f"python - <<'END_OF_EXAMPLE'\n{self.text}END_OF_EXAMPLE", [], self.status)]
        found: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> "):
                found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
            elif line.strip():
                found[-1][1].append(line)
        return [(*command, self.status if command is found[-1] else 0) for command in found]


def blocks(page: Path) -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(page.read_text())]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def shell(program: Program, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables of a shell that has the program, its Python, and the other interpreters on PATH."""
    others = tmp_path / "others"
    for folder in (others, tmp_path / "home", tmp_path / "work"):
        folder.mkdir()
    for path in filter(None, request.config.getoption("--others").split(os.pathsep)):
        if (others / Path(path).name).exists():
            continue
        (others / Path(path).name).symlink_to(path)
    return {
        "PATH": os.pathsep.join([str(program.path.parent), str(others), "/usr/bin", "/bin"]),
        "HOME": str(tmp_path / "home"),
        "LANG": "C.UTF-8",
    }


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(not block.reason for block in blocks(page))], ids=name_of
)
def test_the_commands_of_a_page_do_what_it_says(
    page: Path, shell: dict[str, str], program: Program, tmp_path: Path
) -> None:
    expected = [command for block in blocks(page) if not block.reason for command in block.commands]
    if not any(command.startswith("fastvenv cache ") for command, _, _ in expected):
        # To prepare pip takes seconds, so these pages share a cache.
        shell = {**shell, "XDG_CACHE_HOME": program.variables["FASTVENV_CACHE_DIR"]}
    if "3.12" in page.read_text() and not (tmp_path / "others/python3.12").exists():
        pytest.skip("there is no python3.12 besides the interpreter under test")
    script = "".join(f"{command}\nprintf '\\n{MARK}%s\\n' $?\n" for command, _, _ in expected)
    process = subprocess.run(
        ["bash", "--norc", "-s"],
        input=script,
        env=shell,
        cwd=tmp_path / "work",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    answers = re.findall(rf"((?:.*\n)*?){MARK}(\d+)\n", process.stdout)
    assert len(answers) == len(expected), process.stdout
    for (command, lines, status), (output, got) in zip(expected, answers):
        assert int(got) == status, f"{command}\n{output}"
        assert not lines or is_shown(output, lines), f"{command}\nprints\n{output}"


def is_shown(output: str, lines: list[str]) -> bool:
    """Whether lines of a page show an output: all of its lines but the empty ones."""
    patterns = [r"(?:.*\n)*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r" *\n" for line in lines]
    printed = "".join(f"{line}\n" for line in output.splitlines() if line.strip())
    return re.fullmatch("".join(patterns), printed) is not None


def test_a_page_has_to_show_every_line() -> None:
    assert is_shown("a\n\nbc d\n", ["a", "b… d"]) and is_shown("a\nb\nc\n", ["a", "…"])
    assert not is_shown("a\nb\n", ["a"]) and not is_shown("11\n", ["1"]) and not is_shown("a\n", ["a", "b"])


def test_what_is_not_run_has_a_reason() -> None:
    """A page has console blocks that run; of those that do not, each says why."""
    found = [block for page in PAGES for block in blocks(page)]
    assert sum(len(block.commands) for block in found if not block.reason) > 40
    assert not [block for block in found if "not-run" in block.options and not block.reason]
    assert not [
        name_of(page)
        for page in PAGES
        if re.search(r"^(?:    |```(?:sh|bash|shell)\n)(?:\$ )?fastvenv ", page.read_text(), re.MULTILINE)
    ]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Getting started", "pipx install fastvenv"),
        ("Choose another Python", "fastvenv -p 3.12 .venv"),
        ("Speed up tox and other tools", "export VIRTUALENV_CREATOR=fastvenv VIRTUALENV_SEEDER=fastvenv"),
        ("What environments share", "Environments of the same user share the files of pip"),
        ("Why was this slow?", "fastvenv -v .venv"),
        ("Turn the cache off", "fastvenv --no-cache .venv"),
    ],
)
def test_a_link_of_the_readme_leads_to_the_answer(words: str, answer: str) -> None:
    """For a reader of `python -m venv` alone, one link is enough: the answer is above the next title of that page."""
    _, documentation = addresses.addresses()
    link = re.search(rf"\[{re.escape(words)}\]\({documentation}(\S+)\.html(?:#(\S+))?\)", PAGES[0].read_text())
    assert link, f"README.md has no link to the documentation with the words {words!r}"
    found = sections(ROOT / "docs" / f"{link[1]}.md")
    anchor = link[2] or next(iter(found))
    assert anchor in found, f"{link[1]}.md has no section {anchor!r} but {', '.join(found)}"
    assert answer in found[anchor]

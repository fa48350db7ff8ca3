"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = re.compile(r"`(test_\w+)(?:::(test_\w+))?`")
SOURCES = re.compile(r"`((?:src|tests|docs|benches|python|packaging)/[\w./]+)`")


@pytest.mark.parametrize(("document", "least"), [("README.md", 20), ("docs/trust.md", 20), ("CONTRIBUTING.md", 3)])
def test_every_test_and_file_that_is_named_exists(document: str, least: int) -> None:
    text = (ROOT / document).read_text()
    named = TESTS.findall(text)
    assert len(named) >= least
    for module, test in named:
        path = ROOT / "tests" / f"{module}.py"
        assert path.exists(), module
        assert f"def {test}(" in path.read_text() if test else True, test
    for name in SOURCES.findall(text):
        assert (ROOT / name).exists(), name


def test_each_row_of_the_trust_model_names_its_test() -> None:
    rows = [line for line in (ROOT / "docs/trust.md").read_text().splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith(("| promise", "| what"))]
    assert len(rows) > 15
    untested = [row for row in rows if "test_" not in row and "`src/" not in row]
    # What a test could only show by trusting it.
    assert [row[:30] for row in untested] == ["| the base interpreter and its"]


def test_each_folder_uses_those_below_it_alone() -> None:
    """The order is that of the table in CONTRIBUTING."""
    folders = re.findall(r"^\| `src/(\w+)/` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert sorted(folders) == sorted(
        path.name for path in (ROOT / "src").iterdir() if path.is_dir() and path.name != "bin"
    )
    for index, folder in enumerate(folders):
        text = "".join(path.read_text() for path in (ROOT / "src" / folder).rglob("*.rs"))
        used = set(re.findall(r"\bcrate::(\w+)", text))
        assert not used & set(folders[:index]), folder

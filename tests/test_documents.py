"""The tests, files and sessions that the documents name exist; the README is short, and has absolute links."""

from __future__ import annotations

import ast
import json
import re
import runpy
import sys
from pathlib import Path

import pytest
from pages import sections

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]

import addresses

from benches import report

README = (ROOT / "README.md").read_text()
RECORD = runpy.run_path(str(ROOT / ".ci/record.py"))
WHERE_IT_WORKS: Path = RECORD["PAGE"]
LINK = re.compile(r"\]\((\S+?)\)")
TESTS = re.compile(r"`(test_\w+)(?:::(test_\w+))?`")
ADDRESS = re.compile(r"https?://[^\s)\"'`>]*fastvenv[^\s)\"'`>]*")
SOURCES = re.compile(r"`((?:src|tests|docs|benches|python|packaging)/[\w./]+)`")


@pytest.mark.parametrize(
    ("document", "least"),
    [
        ("docs/explanation/differences.md", 20),
        ("docs/trust.md", 20),
        ("docs/where-it-works.md", 5),
        ("CONTRIBUTING.md", 3),
    ],
)
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


def test_where_it_works_is_what_the_sessions_run() -> None:
    """Each session on the page exists and runs when the page says; each interpreter of the sessions is on it."""
    modules = (ROOT / ".ci/sessions").glob("*.py")
    statements = [statement for module in modules for statement in ast.parse(module.read_text()).body]
    lists: dict[str, ast.expr] = {}
    for statement in statements:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            lists[statement.targets[0].id] = statement.value
    cpythons: list[str] = ast.literal_eval(lists["CPYTHONS"])
    others, at_night, platforms = (keys(lists[name]) for name in ("OTHERS", "OTHERS_AT_NIGHT", "PLATFORMS"))
    users = ["3.13, umask 077", "3.13, as root"]
    parameters = {
        "tests": [*cpythons, *others, *users],
        "nightly": [*cpythons, *others, *at_night, *users],
        "venv_suite": ["3.9.2", *cpythons, "3.14", "3.15"],
        "venv_suite_at_night": ["pypy", *at_night],
        "on_platform": platforms,
        "free_threaded": [""],
        "thread_sanitizer": [""],
        "wine": [""],
        "wine_whole": cpythons,
        "wine_rust": [""],
        "check": ast.literal_eval(lists["RUST_TARGETS"]),
    }
    decorators = {
        function.name: ast.unparse(function.decorator_list[0])
        for function in statements
        if isinstance(function, ast.FunctionDef) and function.decorator_list
    }
    before, _, after = RECORD["parts"](WHERE_IT_WORKS.read_text())
    named = {(*split(session), mark) for session, mark in RECORD["SESSION"].findall(before + after)}
    for session, parameter, mark in named:
        assert parameter in parameters[session], (session, parameter)
        assert (mark == "☾") == ("default=False" in decorators[session]), session
    assert {(session, parameter) for session, parameter, _ in named} == {
        (session, parameter) for session, found in parameters.items() for parameter in found
    }


def split(session: str) -> tuple[str, str]:
    """Return the name of a session and its parameter."""
    name, _, parameter = session.removesuffix(")").partition("(")
    return name, parameter


def test_where_it_works_has_the_results_of_sessions_without_a_failure() -> None:
    """They are as written by `.ci/record.py`, which also names the sessions without a result."""
    page = WHERE_IT_WORKS.read_text()
    found = RECORD["results_on"](page)
    assert found
    assert RECORD["parts"](page)[1] == RECORD["block"](found, page)
    assert found.keys() <= {session for session, _ in RECORD["SESSION"].findall(page)}
    for session, (passed, failed, _, _) in found.items():
        assert passed > 0 and failed == 0, session


LOG = """
nox > Running session on_platform(musllinux x86_64)
25 passed, 0 failed, 7 skipped, 2 as with venv
========= 2 failed, 60 passed, 3 skipped in 175.50s (0:02:55) =========
nox > Session on_platform(musllinux x86_64) failed.
nox > Running session wine_rust
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.40s
nox > Session wine_rust was successful in 2 minutes.
nox > Running session wine
nox > Session wine skipped: NOT RUN: Windows needs wine
nox > Running session matrix
2 passed in 1.00s
"""


def test_results_are_those_that_nox_printed() -> None:
    """A session that was skipped, or did not end, has none."""
    assert RECORD["results_of"](LOG, "today") == {
        "on_platform(musllinux x86_64)": (85, 2, 10, "today"),
        "wine_rust": (12, 0, 0, "today"),
    }


def test_where_it_works_has_every_wheel_of_a_release() -> None:
    tree = ast.parse((ROOT / ".ci/sessions/release.py").read_text())
    [targets] = [
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "WHEEL_TARGETS"
    ]
    rows = re.findall(r"^\| (\w+linux \w+|macos \w+|windows \w+) \|", WHERE_IT_WORKS.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(keys(targets))


def keys(table: ast.expr) -> list[str]:
    """Return the keys of a table that a session has."""
    assert isinstance(table, ast.Dict)
    return [ast.literal_eval(key) for key in table.keys if key is not None]


def test_each_row_of_the_trust_model_names_its_test() -> None:
    rows = [line for line in (ROOT / "docs/trust.md").read_text().splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith(("| promise", "| what"))]
    assert len(rows) > 15
    untested = [row for row in rows if "test_" not in row and "`src/" not in row]
    # A test of it would have to trust it.
    assert [row[:30] for row in untested] == ["| the base interpreter and its"]


def test_a_session_runs_each_file_of_tests() -> None:
    """Those that run on no interpreter of the list are named by a session of their own."""
    extent = runpy.run_path(str(ROOT / ".ci/sessions/extent.py"))
    files = {path.name for path in (ROOT / "tests").glob("test_*.py")}
    assert extent["EXTENT"].keys() | extent["EXTENT_AT_NIGHT"].keys() <= files
    own = [name for name, versions in extent["EXTENT"].items() if not versions]
    sessions = "".join(path.read_text() for path in (ROOT / ".ci/sessions").glob("*.py") if path.name != "extent.py")
    for name in own:
        assert name in extent["ON_WINDOWS"] or f"tests/{name}" in sessions, name


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


def test_every_address_of_the_project_is_that_in_pyproject() -> None:
    known = [*addresses.addresses(), addresses.raw(addresses.addresses()[0])]
    named = [(path.name, found) for path in addresses.files() for found in ADDRESS.findall(path.read_text())]
    assert len(named) > 5
    assert not [(name, found) for name, found in named if not found.startswith(tuple(known))]


def test_the_notices_name_the_crates_of_the_lock_file() -> None:
    """`packaging/notices.py --check`, which needs cargo, finds missing ones."""
    locked = set(re.findall('^name = "(.*)"\nversion = "(.*)"', (ROOT / "Cargo.lock").read_text(), re.MULTILINE))
    text = (ROOT / "THIRD-PARTY-NOTICES.txt").read_text()
    named = re.findall(r"^=+\n(\S+) (\S+): ", text, re.MULTILINE)
    assert len(named) > 20
    assert not set(named) - locked


def test_the_version_is_the_same_everywhere() -> None:
    [version] = re.findall('^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert f"\n## [{version}]" in changes or f"first release will be {version}" in changes


def test_the_readme_is_short() -> None:
    """At most 350 words before the benchmarks, code included; links and marks are none."""
    text = re.sub(r"\]\(\S*?\)|<!--.*?-->", "", README.partition("\n## Benchmarks\n")[0])
    words = [word for word in text.split() if re.search(r"\w", word)]
    assert 200 < len(words) <= 350


def test_every_link_of_the_readme_is_absolute_and_leads_to_a_page() -> None:
    """The package index shows the README, too; Sphinx itself finds the links between pages that lead nowhere."""
    links = LINK.findall(README)
    assert len(links) > 10
    assert not [link for link in links if not link.startswith("https://")]
    assert not re.findall(r"<(?:img|a)\b|^\[.+\]: ", README, re.MULTILINE)
    repository, documentation = addresses.addresses()
    for link in links:
        page, _, anchor = link.removeprefix(documentation).partition("#")
        if link.startswith(documentation):
            found = sections((ROOT / "docs" / (page.removesuffix(".html") or "index")).with_suffix(".md"))
            assert not anchor or anchor in found, link
        else:
            path = re.sub(rf"^(?:{repository}/blob|{addresses.raw(repository)})/main/", "", link)
            assert (ROOT / path).exists(), link


def test_the_readme_says_what_was_measured() -> None:
    found = json.loads((ROOT / "docs/benchmarks/results.json").read_text())
    assert report.summary(found) in README

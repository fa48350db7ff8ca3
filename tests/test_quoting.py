"""Any text as a name: each shell reads the quoted word as exactly that text.

A shell gets many values at once, so that hypothesis can try thousands.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fastvenv import _native
from hypothesis import given, settings
from hypothesis import strategies as st

# Line breaks and NUL are refused before anything is quoted, and a lone surrogate cannot be written.
REFUSED = "\n\r\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["=ls", "=0", "=nosuch", "%self", "%1", "~", "~root", "-x", "--", "@x", "+x", "a:=ls", "{a,b}", ""]
        ),
        st.text(st.characters(exclude_characters=REFUSED, exclude_categories=["Cs"]), max_size=20),
        st.text(st.sampled_from("'\"\\`$!%&|;<>(){}[]*?~#^=- a\té\u2019"), max_size=20),
    ),
    min_size=1,
    max_size=40,
)
ENDINGS = {"": ["sh", "bash --norc", "dash", "zsh -f", "ksh93", "mksh", "yash", "busybox ash"], ".fish": ["fish -N"]}
SHELLS = [(command, ending) for ending, commands in ENDINGS.items() for command in commands]


def word(value: str, ending: str, template: str = "__VENV_DIR__") -> str:
    return _native.render_script(
        template, f"activate{ending}", dir=value, name="n", prompt="a p", bin_name="bin", python="/env/bin/python"
    )


def arguments_of(command: str, lines: list[str]) -> list[str]:
    """The arguments that a program gets from a shell for each line."""
    name, *options = command.split()
    path = shutil.which(name, path="/usr/bin:/bin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    script = "".join(f"/usr/bin/printf '%s\\0' {line}\n" for line in lines)  # after the format, dashes begin no options
    process = subprocess.run(
        [path, *options],
        input=script.encode(),
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"},
    )
    assert (process.returncode, process.stderr) == (0, b"")
    return process.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize(("command", "ending"), SHELLS, ids=[command for command, _ in SHELLS])
@settings(max_examples=25)
@given(values=TEXTS)
def test_a_word_means_its_value(command: str, ending: str, values: list[str]) -> None:
    assert arguments_of(command, [word(value, ending) for value in values]) == values


@pytest.mark.parametrize(("command", "ending"), SHELLS, ids=[command for command, _ in SHELLS])
@pytest.mark.parametrize("mark", ["'", '"'])
@settings(max_examples=10)
@given(values=TEXTS)
def test_a_word_inside_a_string_of_the_template_means_its_value(
    command: str, ending: str, mark: str, values: list[str]
) -> None:
    lines = [word(value, ending, f"{mark}a __VENV_DIR__ b{mark}") for value in values]
    assert arguments_of(command, lines) == [f"a {value} b" for value in values]


@settings(max_examples=25)
@given(values=TEXTS)
def test_a_word_means_its_value_in_csh(values: list[str]) -> None:
    """Tcsh prints control characters and bytes differently, so only printable and non-empty values are compared."""
    printable = [value for value in values if value.isprintable() and value]
    assert arguments_of("tcsh -f", [word(value, ".csh") for value in printable]) == printable


@pytest.mark.parametrize("character", REFUSED)
def test_what_no_line_can_hold_is_refused(character: str) -> None:
    with pytest.raises(ValueError, match="must not contain"):
        word(f"a{character}b", "")


# A character by its number, a character without a meaning after a backtick, or a plain character.
EXPANDED = re.compile(r"\$\(\[char\]0x([0-9a-f]{4})\)|`([`$\"])|([^`$\"])")


@given(value=st.text(st.characters(exclude_characters=REFUSED, exclude_categories=["Cs"])))
def test_a_word_of_powershell_is_one_string_in_every_code_page(value: str) -> None:
    """By its rule, since no PowerShell is here: a quote in single quotes is doubled (`about_Quoting_Rules`)."""
    quoted = word(value, ".ps1")
    assert quoted.isascii()
    inside = quoted[1:-1]
    if quoted[0] == quoted[-1] == "'":
        assert "'" not in inside.replace("''", "")
        assert inside.replace("''", "'") == value
        return
    assert quoted[0] == quoted[-1] == '"'
    assert EXPANDED.sub("", inside) == ""
    units = [
        int(number, 16) if number else ord(escaped or plain) for number, escaped, plain in EXPANDED.findall(inside)
    ]
    assert b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le") == value


def test_the_scripts_parse() -> None:
    """ShellCheck, and the shells' own syntax checks, on the templates with plain values."""
    folder = Path(_native.__file__).parent / "scripts"
    checks = {
        "common/activate": ["bash -n", "dash -n", "zsh -n", "ksh93 -n", "shellcheck -s sh", "shellcheck -s bash"],
        "common/activate.fish": ["fish --no-execute"],
        "posix/activate.csh": ["tcsh -n"],
    }
    missing = []
    for template, commands in checks.items():
        script = word("/env", Path(template).suffix, (folder / template).read_text())
        for command in commands:
            name, *options = command.split()
            if shutil.which(name) is None:
                missing.append(name)
                continue
            stdin = ["-"] if name == "shellcheck" else []
            process = subprocess.run(
                [name, *options, *stdin], input=script, capture_output=True, text=True, check=False
            )
            assert (process.returncode, process.stdout + process.stderr) == (0, ""), command
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; the others passed")


@pytest.mark.parametrize("name", ["env", "it's \u2019", '$(x)`"', "\u2018'; exit; '"])
def test_the_script_of_powershell_parses(name: str) -> None:
    """It parses by the grammar for tree-sitter, because there is no PowerShell here."""
    grammar = pytest.importorskip("tree_sitter_powershell")
    tree_sitter = pytest.importorskip("tree_sitter")
    template = (Path(_native.__file__).parent / "scripts/common/Activate.ps1").read_text()
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    assert not parser.parse(word(f"/{name}", ".ps1", template).encode()).root_node.has_error
    broken = word(f"/{name}", ".ps1", template.replace("__VENV_DIR__", ") __VENV_DIR__"))
    assert parser.parse(broken.encode()).root_node.has_error
    assert word(f"/{name}", ".ps1", "__VENV_DIR__") in word(f"/{name}", ".ps1", template)


VALUES = st.lists(
    st.text(st.characters(exclude_characters=REFUSED, exclude_categories=["Cs"])), min_size=1, max_size=40
)


@settings(max_examples=50)
@given(values=VALUES)
def test_a_word_of_python_is_its_literal(values: list[str]) -> None:
    for value in values:
        assert ast.literal_eval(word(value, ".xsh")) == ast.literal_eval(word(value, ".py")) == value


@settings(max_examples=10)
@given(values=VALUES)
def test_a_word_of_nushell_is_its_value(values: list[str]) -> None:
    path = shutil.which("nu")
    if path is None:
        pytest.skip("nu is not installed")
    script = f"[{' '.join(word(value, '.nu') for value in values)}] | to json --raw"
    command = [path, "--no-config-file", "-c", script]
    process = subprocess.run(command, capture_output=True, check=True, env={"LANG": "C.UTF-8", "HOME": "/nonexistent"})
    assert json.loads(process.stdout) == values

"""Templates of a subclass, with any quotes around a placeholder: the shell reads a value unchanged, or it is refused.

The templates are drawn from the ways of quoting in a language, and the shells print the values that they read.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Interpreter, shell
from fastvenv import _native
from hostile_values import values
from hypothesis import example, given, settings
from hypothesis import strategies as st

P = "__VENV_DIR__"
REFUSED = "\n\r\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
HOSTILE = st.one_of(
    st.sampled_from(values()),
    st.text(st.sampled_from("'\"\\`$!(){};#&| a@"), min_size=1, max_size=12),
    st.sampled_from(["$(touch PWNED)", "`touch PWNED`", ";touch PWNED;", "';touch PWNED;'", '"$(touch PWNED)"']),
).filter(lambda value: re.fullmatch("[A-Za-z0-9@+:,./_-]+", value) is None)  # a plain value needs no quotes


class Word(NamedTuple):
    """A word of a template, and its meaning, with `{}` in the place of the value."""

    text: str
    meaning: str
    is_certain: bool = True

    def within(self, before: str, after: str, mark: str = "") -> Word:
        """The word with more text around it. Quotation marks are not a part of the meaning."""
        return Word(mark + before + self.text + after + mark, before + self.meaning + after, self.is_certain)

    def by(self, form: str, is_certain: bool = True) -> Word:
        """The word inside text that does not change its meaning."""
        return Word(form.replace("@", self.text), self.meaning, self.is_certain and is_certain)


def rendered(template: str, ending: str, value: str) -> str | None:
    """The script; `None` if the value is refused."""
    try:
        return _native.render_script(
            template, f"activate{ending}", dir=value, name="n", prompt="p", bin_name="bin", python="/python"
        )
    except ValueError:
        return None


BARE = Word(P, "{}")
IN_DOUBLE = ["", "a ", "it's ", "\\$", "# ", "("]
IN_SINGLE = ["", "a ", '"', "$(", "`", "\\", "# "]


def in_single(text: str) -> Word:
    return BARE.within(text, " b", "'")


def in_double(text: str) -> Word:
    word = BARE.within(text, " b", '"')
    return word._replace(meaning=word.meaning.replace("\\$", "$"))


STRINGS = st.one_of(st.just(BARE), st.sampled_from(IN_SINGLE).map(in_single), st.sampled_from(IN_DOUBLE).map(in_double))
# Text around a word that does not change it in POSIX shells, and whether fastvenv is always certain of that.
POSIX_FORMS = [
    ('"$(/usr/bin/printf %s @)"', True),
    ('"$(/usr/bin/printf %s "")"@', True),
    ("\"$( (/usr/bin/printf %s ')' > /dev/null); /usr/bin/printf %s @ )\"", True),
    ('"$(\n# it\'s "a" comment\n/usr/bin/printf %s @)"', True),
    ('"$(# it\'s "a" comment\n/usr/bin/printf %s @)"', False),
    ("''@", True),
    ('"`/usr/bin/printf %s @`"', False),
    ('"${NOT_SET:-@}"', False),
    ('"$(case a in a) /usr/bin/printf %s @ ;; esac)"', False),
    ('"$(cat <<END\n@\nEND\n)"', False),
]
POSIX_PREFACES = [
    "# it's \"a comment\n",
    ": a#it\\'s\n",
    "X='a\n\"b'\n",
    'X="a\nit\'s"\n',
    "X=`:`\n",
    'X="${X:-${Y-}}"\n',
    "case x in y) : ;; esac\n",
    "X=$((1 + 2))\n",
    ': $# $$ \\" \\\\\n',
    ": <<END\nit's\nEND\n",
    ": \"`: 'a'`\"\n",
    "f () { : '}'; }\n",
]


def words(forms: list[tuple[str, bool]]) -> st.SearchStrategy[Word]:
    forms_of = st.sampled_from(forms)
    return st.recursive(
        STRINGS, lambda inner: st.builds(lambda word, form: word.by(*form), inner, forms_of), max_leaves=4
    )


def read_by(command: list[str], scripts: list[str]) -> list[str]:
    """The values that a shell prints, each ended by a NUL, when it runs the scripts in order and no other command."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run(
            command,
            input="".join(scripts).encode(),
            capture_output=True,
            check=False,
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder},
        )
        assert [path.name for path in Path(folder).iterdir() if path.name == "PWNED"] == []
    assert (process.returncode, process.stderr) == (0, b"")
    return process.stdout.decode().split("\0")[:-1]


def check(command: list[str], ending: str, prefaces: list[str], drawn: list[tuple[str, Word, str]]) -> None:
    """Assert that the shell reads each value that is not refused, and that none is refused if the place is certain."""
    scripts, expected = [], []
    for preface, word, value in drawn:
        script = rendered(f"{preface}/usr/bin/printf '%s\\0' {word.text}\n", ending, value)
        assert script is not None or not (word.is_certain and preface in prefaces), (preface, word, value)
        if script is not None:
            scripts.append(script)
            expected.append(word.meaning.replace("{}", value))
    assert read_by(command, scripts) == expected


POSIX_SHELLS = ["sh", "bash --norc", "dash", "zsh -f", "ksh93", "mksh", "yash", "busybox ash"]
CERTAIN_PREFACES = [preface for preface in POSIX_PREFACES if "<<" not in preface and "`: '" not in preface] + [""]
POSIX = st.lists(
    st.tuples(st.sampled_from(["", *POSIX_PREFACES]), words(POSIX_FORMS), HOSTILE), min_size=1, max_size=20
)


def found(command: str) -> list[str]:
    name, *options = command.split()
    return [shell(name), *options]


@pytest.mark.parametrize("command", POSIX_SHELLS)
@settings(max_examples=40)
@given(drawn=POSIX)
@example(drawn=[("", in_double("").by(POSIX_FORMS[0][0]), "x$(touch PWNED)")])
def test_a_value_is_read_as_it_is_in_posix_shells(command: str, drawn: list[tuple[str, Word, str]]) -> None:
    check(found(command), "", CERTAIN_PREFACES, drawn)


FISH_FORMS = [
    ('"$(/usr/bin/printf %s @)"', True),
    ("(/usr/bin/printf %s ')' > /dev/null; /usr/bin/printf %s @)", True),
    ("''@", True),
]
FISH_PREFACES = [
    "",
    "# it's \"a comment\n",
    "set X 'it\\'s\n\"'\n",
    'set X "it\'s (a\n"\n',
    "echo a#it\\'s > /dev/null\n",
]


@settings(max_examples=40)
@given(drawn=st.lists(st.tuples(st.sampled_from(FISH_PREFACES), words(FISH_FORMS), HOSTILE), min_size=1, max_size=20))
def test_a_value_is_read_as_it_is_in_fish(drawn: list[tuple[str, Word, str]]) -> None:
    # In a string of fish, a backslash is one character only before some others, and a command prints lines.
    drawn = [item for item in drawn if "\\" not in item[1].text]
    check(found("fish -N"), ".fish", FISH_PREFACES, drawn)


CSH_PREFACES = ["", "# it's \"a comment\n", "set X = 'a\"b'\n", 'set X = "it\'s"\n', "set X = \"`echo 'a'`\"\n"]
CSH_WORDS = st.one_of(st.just(BARE), *[st.just(BARE.within("a ", " b", mark)) for mark in "'\""]) | st.just(
    BARE.by('"`/usr/bin/printf %s @`"', is_certain=False)
)


@settings(max_examples=40)
@given(drawn=st.lists(st.tuples(st.sampled_from(CSH_PREFACES), CSH_WORDS, HOSTILE), min_size=1, max_size=20))
def test_a_value_is_read_as_it_is_in_csh(drawn: list[tuple[str, Word, str]]) -> None:
    drawn = [item for item in drawn if item[2].isprintable()]
    check(found("tcsh -f"), ".csh", CSH_PREFACES, drawn)


# Expressions of Python, and whether a value can be written in each.
PYTHON = [
    (f"{P}", "{}", True),
    (f"'a {P} b'", "a {} b", True),
    (f'"it\'s {P} b"', "it's {} b", True),
    (f"'''it's\n{P} b'''", "it's\n{} b", True),
    (f"f'{{1}} ' + {P}", "1 {}", True),
    (f"r'\\' + ' + {P}", "\\' + {}", True),
    (f"# it's\n{P}", "{}", True),
    (f"f'{P}'", "{}", False),
    (f"f'{{{P}}}'", "{}", False),
    (f"r'{P}'", "{}", False),
    (f"''{P}", "{}", False),
]


@settings(max_examples=200)
@given(form=st.sampled_from(PYTHON), value=HOSTILE, ending=st.sampled_from([".py", ".xsh"]))
def test_a_value_is_read_as_it_is_in_python(form: tuple[str, str, bool], value: str, ending: str) -> None:
    template, meaning, is_certain = form
    script = rendered(f"(\n{template}\n)", ending, value)
    assert (script is not None) or not is_certain
    if script is not None:
        assert eval(script, {"__builtins__": {}}) == meaning.replace("{}", value)


NUSHELL = [
    (f"{P}", "{}", True),
    (f'"it\'s \\" {P} b"', "it's \" {} b", True),
    (f"$'(1) ' + {P}", "1 {}", True),
    (f"r#'it's'# + {P}", "it's{}", True),
    (f"# it's\n{P}", "{}", True),
    (f"'\\ {P}'", "\\ {}", False),
    (f"`{P}`", "{}", False),
    (f"$'{P}'", "{}", False),
    (f'$"({P})"', "{}", False),
]


@settings(max_examples=20)
@given(drawn=st.lists(st.tuples(st.sampled_from(NUSHELL), HOSTILE), min_size=1, max_size=30))
def test_a_value_is_read_as_it_is_in_nushell(drawn: list[tuple[tuple[str, str, bool], str]]) -> None:
    scripts, expected = [], []
    for (template, meaning, is_certain), value in drawn:
        script = rendered(f"(\n{template}\n)", ".nu", value)
        assert (script is not None) or not is_certain
        if script is not None:
            scripts.append(script)
            expected.append(meaning.replace("{}", value))
    command = [shell("nu"), "--no-config-file", "-c", f"[{chr(10).join(scripts)}] | to json --raw"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run(command, capture_output=True, check=True, cwd=folder, env={"HOME": folder})
        assert not (Path(folder) / "PWNED").exists()
    assert json.loads(process.stdout) == expected


# The grammar reads this as a comment, although it is in a string, after an escaped character.
HASH = re.compile('[$"\u201c\u201d\u201e].*#', re.DOTALL)
POWERSHELL = [f'"a {P} b"', f"'a {P} b'", f"{P}", f'"$(f "{P}")"', f"'it''s {P}'", f"# it's\n{P}"]


@settings(max_examples=200)
@given(
    template=st.sampled_from(POWERSHELL),
    value=HOSTILE.filter(lambda value: "`" not in value and not HASH.search(value)),
)
def test_a_value_is_text_alone_in_powershell(template: str, value: str) -> None:
    """There is no PowerShell here: by the grammar for tree-sitter, the script has the parts of a plain one.

    That grammar is wrong about a backtick before `$` or `"` in a string: after it, `#` begins a comment.
    """
    tree_sitter, grammar = pytest.importorskip("tree_sitter"), pytest.importorskip("tree_sitter_powershell")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))

    def parts(value: str) -> str:
        script = rendered(f"$x = {template}\n", ".ps1", value)
        assert script is not None
        # A character that is written by its number is a separate expression.
        plain = re.sub(r"\$\(\[char\]0x[0-9a-f]{4}\)", "x", script)
        assert not parser.parse(script.encode()).root_node.has_error
        return str(parser.parse(plain.encode()).root_node)

    assert parts(value) == parts("a b" if value.isascii() else "a \u00e9 b")


@pytest.mark.parametrize("template", [f"@'\n{P}\n'@", f'@"\n{P}\n"@', f"<# {P} #>", f'"${P}"', f"${{{P}}}"])
def test_a_value_is_refused_in_powershell(template: str) -> None:
    assert rendered(template, ".ps1", "a b") is None
    assert rendered(template, ".ps1", "plain") is not None


@pytest.mark.parametrize("form", [form for form, _ in POSIX_FORMS])
def test_a_plain_value_is_never_refused(form: str) -> None:
    assert rendered(form.replace("@", f'"{P}"'), "", "/plain") == form.replace("@", '"/plain"')


def test_a_refused_template_fails_the_run(python: Interpreter, tmp_path: Path) -> None:
    """The error has its path, its line and what to do; and nothing stays."""
    script = """
import json, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        self.install_scripts(context, sys.argv[2])
try:
    Builder(symlinks=True).create(sys.argv[1])
except ValueError as error:
    print(json.dumps(str(error)))
"""
    template = tmp_path / "templates/common/mine"
    template.parent.mkdir(parents=True)
    template.write_text("\ncat <<END\n__VENV_DIR__\nEND\n")
    message = python.answer(script, tmp_path / "a b", tmp_path / "templates")
    assert (
        f"line 3 of {template}, because of a here-document on line 2. Write the placeholder without quotes" in message
    )
    assert not (tmp_path / "a b").exists()

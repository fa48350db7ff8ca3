"""Hostile names: for prompts, and for the directories of environments."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

COMMANDS = [
    "$(touch PWNED)",
    "`touch PWNED`",
    "; touch PWNED;",
    "& touch PWNED &",
    "| touch PWNED",
    "|| touch PWNED",
    "&& touch PWNED",
    "'; touch PWNED; '",
    '"; touch PWNED; "',
    "'$(touch PWNED)'",
    '"$(touch PWNED)"',
    "\\'; touch PWNED #",
    '\\"; touch PWNED #',
    "'); touch PWNED; (",
    "(touch PWNED)",
    "{ touch PWNED; }",
    "<(touch PWNED)",
    ">PWNED",
    "${IFS:+$(touch PWNED)}",
    "$((a[$(touch PWNED)]))",
    "%{$(touch PWNED)%}",
    "\\$(touch PWNED)",
    "\\`touch PWNED\\`",
    "@(touch PWNED)",
    "(^touch PWNED)",
    "{touch PWNED}",
    "' + str(open('PWNED', 'w')) + '",
    '" + str(open("PWNED", "w")) + "',
]
OTHERS = [
    *[
        "%PATH%",
        "%%PATH%%",
        "!PATH!",
        "!!",
        "!x",
        "!$",
        "!touch",
        "a!",
        "a!b",
        "^a^b",
        "a^b",
        "50%",
        "%n",
        "%m%%",
        "%1v",
    ],
    *[
        "\\",
        "\\\\",
        "\\n",
        "\\x",
        "\\w\\u\\h",
        "\\[\\]",
        "\\e[31m",
        "\\033[31m",
        "x\\",
        "x\\'",
        "a'b\"c",
        "''",
        '""',
        "'\"",
    ],
    *[
        "-n",
        "-x",
        "--",
        "--help",
        "-e",
        "+x",
        "=ls",
        "=0",
        "~",
        "~root",
        "*",
        "?",
        "[a]",
        "[!a]",
        "{a,b}",
        "a b",
        "a  b",
    ],
    *[
        " lead",
        "trail ",
        " both ",
        "\ttab",
        "tab\t",
        "#x",
        "x #y",
        "$HOME",
        "${HOME}",
        "$$",
        "$?",
        "$x",
        "${x",
        "$",
        "$'a'",
    ],
    *[
        "é",
        "日本語",
        "😀",
        "👩‍👩‍👧",
        "e\u0301",
        "a\u0308\u0323",
        "\u202e",
        "\u2018\u2019\u201a\u201b",  # the quotes that PowerShell knows
        "“”„",
        "ß" * 90,
        "x" * 200,
        "$" * 200,
    ],
    *[
        "{RED}",
        "{x}",
        "{{x}}",
        "{",
        "}",
        "{env_name}",
        "{$HOME}",
        "%B",
        "%F{red}",
        "%(?.a.b)",
        "$P$G",
        "$_",
        "&amp;",
        "a=b",
    ],
]


def values() -> list[str]:
    """At least 200 names that are hostile to some shell."""
    marks = string.punctuation
    found = [*COMMANDS, *OTHERS]
    found += [form.format(mark) for mark in marks for form in ("{0}", "{0}x", "x{0}")]
    generator = random.Random(0)
    found += ["".join(generator.choices(marks + " ab", k=12)) for _ in range(20)]
    return [value for value in dict.fromkeys(found) if value != "."]  # which is the name of the current directory


def sample() -> list[str]:
    """A part of them: each command, and of the others one in six."""
    found = values()
    return [*found[: len(COMMANDS)], *found[len(COMMANDS) :: 6]]


def paths(names: Sequence[str]) -> list[str]:
    """A name for a directory for each, as near to it as there can be, and no two the same."""
    found: dict[str, None] = {}
    for number, name in enumerate(names):
        path = name.translate({ord("/"): None, ord(":"): None})
        path = path if len(path.encode()) <= 250 and path not in {"", ".", ".."} and path not in found else f"{number}"
        found[path] = None
    return list(found)

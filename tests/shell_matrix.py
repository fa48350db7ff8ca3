"""Activation in every shell, of environments whose paths and prompts are hostile: what is right, for each value.

A shell is one process, which activates one environment after the other and writes what it sees into a folder for each;
on a terminal, a second one shows its prompts. Where a script ends its shell, the value is counted as wrong, and the next
values get a new shell. The scripts under test can be those of any maker: `docs/activation.py` compares several.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shell:
    """A shell that can be run.

    Attributes:
        command: what runs it on a script, which it reads from its standard input or, with `is_file`, from a file.
        script: its activation script, below the folder of scripts.
        step: all that is done for a value, in the folder `OUT`, with the environment in `LINK`.
        dump: what defines how all that the shell knows is written to a file.
        prompt: what runs it on a terminal, and `setup` what is typed first; without that, `step` writes what the prompt
            shows.
        at_once: how many values it can take before it becomes slow.

    """

    name: str
    command: Sequence[str]
    script: str
    step: str
    dump: str = ""
    is_file: bool = False
    prompt: Sequence[str] = ()
    setup: Sequence[str] = ()
    at_once: int = 1000

    @property
    def is_there(self) -> bool:
        return shutil.which(self.command[0]) is not None


POSIX_STEP = """
(
cd OUT
dump > before
. LINK/bin/activate
python -c 'import sys; print(sys.prefix)' > prefix
deactivate
dump > after
) < /dev/null || :
"""
POSIX_DUMP = """
dump() {{ command set; command alias; command export -p; {functions}; command -v deactivate || :; }}
"""


def posix(name: str, *command: str, prompt: Sequence[str], functions: str = ":", options: str = "") -> Shell:
    dump = POSIX_DUMP.format(functions=functions).replace("command", "builtin" if "zsh" in command[0] else "command")
    dump = dump.replace("builtin -v", "command -v")
    return Shell(name, command, "activate", POSIX_STEP, options + dump, prompt=prompt, setup=["PS1='OLD> '"])


FISH = Shell(
    "fish",
    ["fish", "-N"],
    "activate.fish",
    """
cd OUT
dump > before
source LINK/bin/activate.fish
python -c 'import sys; print(sys.prefix)' > prefix
fish_prompt > prompt
deactivate
dump > after
""",
    """
function fish_prompt; echo -n "OLD> "; end
function dump; set; functions -n; functions fish_prompt | string match -v '# Defined *'; end
""",
    is_file=True,
)
CSH = Shell(
    "tcsh",
    ["tcsh", "-f"],
    "activate.csh",
    """
cd OUT
set > before
env >> before
alias >> before
source LINK/bin/activate.csh
python -c 'import sys; print(sys.prefix)' > prefix
deactivate
set > after
env >> after
alias >> after
""",
    prompt=["tcsh", "-f"],
    setup=["unset edit", "set prompt = 'OLD> '"],
)
NUSHELL = Shell(
    "nushell",
    ["nu", "--no-config-file"],
    "activate.nu",
    """
cd OUT
dump | save before
overlay use LINK/bin/activate.nu
^python -c 'import sys; print(sys.prefix)' | save prefix
do $env.PROMPT_COMMAND | save prompt
deactivate
cd OUT
dump | save after
""",
    """
$env.PROMPT_COMMAND = {|| "OLD> " }
def dump [] {
    let variables = ($env | reject --optional config CMD_DURATION_MS LAST_EXIT_CODE PWD OLDPWD DIRS_LIST)
    [
        ...($variables | items {|name value| [$name ($value | describe) ($value | to nuon --serialize)] })
        ...(scope aliases | each {|alias| [$alias.name $alias.expansion] })
        ...(scope commands | where type == custom | get name)
    ] | each { to nuon } | str join "\\n"
}
""",
    is_file=True,
    at_once=30,
)
XONSH = Shell(
    "xonsh",
    ["xonsh", "--no-rc"],
    "activate.xsh",
    """
XSH.env["PWD"] = OUT
os.chdir(OUT)
dump("before")
source LINK/bin/activate.xsh
python -c 'import sys; print(sys.prefix)' > prefix
write_prompt()
deactivate
dump("after")
""",
    """
import os
from xonsh.built_ins import XSH
from xonsh.ansi_colors import ansi_partial_color_format
$PROMPT = "{env_name}OLD> "

def dump(name):
    variables = {name: value for name, value in XSH.env.detype().items()}
    with open(name, "w") as file:
        for names in (variables, dict(XSH.aliases._raw), dict($PROMPT_FIELDS)):
            print(*(f"{name}={value!r}" for name, value in sorted(names.items())), sep="\\n", file=file)
        print(*sorted(XSH.ctx), sep="\\n", file=file)

def write_prompt():
    $PROMPT_FIELDS.reset()
    with open("prompt", "w") as file:
        file.write(ansi_partial_color_format(XSH.shell.prompt_formatter($PROMPT)))
""",
    is_file=True,
    at_once=20,
)

# How many seconds a shell may be silent on a terminal; what shows another prompt than the expected one costs as much.
PATIENCE = 10

BASH = ["bash", "--norc", "--noprofile"]
ZSH = ["zsh", "-f", "-i", "-o", "nozle", "-o", "nopromptsp", "-o", "nopromptcr"]
SHELLS = [
    posix("bash", *BASH, "-s", prompt=[*BASH, "-i"]),
    posix("zsh", "zsh", "-f", "-s", prompt=ZSH, functions="builtin functions"),
    posix("dash", "dash", "-s", prompt=["dash", "-i"]),
    posix("ksh", "ksh93", "-s", prompt=["ksh93", "-i"], functions="command typeset -f"),
    posix("mksh", "mksh", prompt=["mksh", "-i"], functions="command typeset -f"),
    posix("yash", "yash", "--norcfile", prompt=["yash", "--norcfile", "-i"], functions="command typeset -fp"),
    posix("busybox ash", "busybox", "ash", "-s", prompt=["busybox", "ash", "-i"]),
    FISH,
    CSH,
    NUSHELL,
    XONSH,
]

# What changes by itself from one command to the next.
VOLATILE = re.compile(
    r"_=|\$?_ |export _$|LINENO|RANDOM|SRANDOM|SECONDS|EPOCH|BASH_(ARG|LINENO|COMMAND|REMATCH)|PIPESTATUS|PPID|TTYIDLE|KSH_MATCH"
    r"|_AST_FEATURES|USER_ID|HISTCMD|'\?'|\?=|status|pipestatus|history|\.sh|CMD_DURATION|cmd\b|_\t|XONSH_CAPTURE_ALWAYS"
    r"|(declare -x |export |typeset -x )?(OLD)?PWD|(dir|o?wd|cwd|dirstack)\b|__name__|__file__|LAST_RETURN_CODE"
    r"|ZSH_SUBSHELL|ZSH_EXECUTION_STRING|OPTIND|OPTARG|_\b|FUNCTIONS_|jobstates|'_'|_xonsh|@"
)


@dataclass(frozen=True)
class Outcome:
    """What was right for one value."""

    runs_nothing: bool
    finds_the_environment: bool
    shows_the_prompt: bool
    restores: bool

    @property
    def is_right(self) -> bool:
        return self.runs_nothing and self.finds_the_environment and self.shows_the_prompt and self.restores


@dataclass(frozen=True)
class Environment:
    path: Path
    prompt: str


def outcomes(shell: Shell, environments: Sequence[Environment], folder: Path) -> list[Outcome]:
    """Activate each environment in the shell.

    Args:
        shell: the shell, which must be there.
        environments: the environments; where one has no script for this shell, nothing is right for it.
        folder: an empty folder to work in.

    """
    for number, environment in enumerate(environments):
        (folder / f"{number}").mkdir()
        (folder / f"{number}.link").symlink_to(environment.path)
    start = 0
    while start < len(environments):
        end = min(start + shell.at_once, len(environments))
        run_steps(shell, folder, range(start, end))
        # Behind a value that ended the shell, another goes on.
        started = [number for number in range(start, end) if (folder / f"{number}/before").exists()]
        start = max([start, *started]) + 1
    shown: dict[int, str] = {}
    if shell.prompt:
        start = 0
        while start < len(environments):
            shown |= prompts(shell, folder, range(start, len(environments)))
            start = max([start, *shown]) + 1
    found = []
    for number, environment in enumerate(environments):
        place = folder / f"{number}"
        if not shell.prompt and (place / "prompt").exists():
            text = (place / "prompt").read_text(errors="backslashreplace")
            # The line's end is none of the prompt's: fish drops it.
            shown[number] = re.sub("\x1b\\[[0-9;]*m|\x1b\\(B|\x0f", "", text).removesuffix("\n")
        before, after = (steady(place / name) for name in ("before", "after"))
        found.append(
            Outcome(
                not list(place.glob("PWNED*")),
                read(place / "prefix") == f"{environment.path}\n",
                shown.get(number) == f"({environment.prompt}) OLD> ",
                bool(before) and before == after,
            )
        )
    return found


def read(path: Path) -> str:
    return path.read_text(errors="backslashreplace") if path.exists() else ""


def steady(path: Path) -> list[str]:
    lines = read(path).splitlines()
    return sorted(line for line in lines if not VOLATILE.match(line))


def variables_of(shell: Shell, folder: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "dumb" if shell.prompt else "xterm",
        "PS1": "OLD> ",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run_steps(shell: Shell, folder: Path, numbers: Sequence[int]) -> None:
    steps = [
        shell.step.replace("LINK", f"{folder}/{number}.link").replace(
            "OUT", repr(f"{folder}/{number}") if shell.name == "xonsh" else f"{folder}/{number}"
        )
        for number in numbers
    ]
    script = shell.dump + "".join(steps)
    command = [shutil.which(shell.command[0]) or shell.command[0], *shell.command[1:]]
    if shell.is_file:
        (folder / "script").write_text(script)
        command.append(str(folder / "script"))
    with open(folder / "log", "ab") as log:
        subprocess.run(
            command,
            input=b"" if shell.is_file else script.encode(),
            stdout=log,
            stderr=log,
            env=variables_of(shell, folder),
            check=False,
            timeout=300,
        )


def prompts(shell: Shell, folder: Path, numbers: Sequence[int]) -> dict[int, str]:
    """What the prompt shows on a terminal while each environment is active, as far as the shell lives."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 2000, 0, 0))
    process = subprocess.Popen(
        [shutil.which(shell.prompt[0]) or shell.prompt[0], *shell.prompt[1:]],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=variables_of(shell, folder),
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(slave)
    source = "source" if shell.script.endswith("csh") else "."
    shown: dict[int, str] = {}
    seen = ""

    def until(mark: str) -> str:
        """What is shown before the mark, without what only moves the cursor."""
        nonlocal seen
        while mark not in seen:
            if not select.select([master], [], [], PATIENCE)[0]:
                raise TimeoutError(seen)
            seen += os.read(master, 65536).decode(errors="backslashreplace")
            seen = re.sub("\x1b\\[[0-9;]*[A-Za-z]|\x1b[=>]", "", seen)
        before, _, seen = seen.partition(mark)
        return before

    with contextlib.suppress(OSError):  # so the terminal says that the shell is gone, or nothing comes
        # The terminal also shows what is typed, which is not what the marks look like when they are printed.
        os.write(master, "".join(f"{line}\n" for line in [*shell.setup, "echo R''EADY"]).encode())
        until("READY\r\n")
        for number in numbers:
            until("OLD> ")
            link = f"{folder}/{number}.link/bin/{shell.script}"
            os.write(master, f"cd {folder}/{number}; {source} {link}; echo A''CTIVE\n".encode())
            until("ACTIVE\r\n")
            shown[number] = until("OLD> ") + "OLD> "
            os.write(master, b"deactivate; echo O''FF\n")
            until("OFF\r\n")
        os.write(master, b"exit\n")
    process.kill()
    os.close(master)
    process.wait(30)
    return shown

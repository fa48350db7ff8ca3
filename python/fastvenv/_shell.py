"""How to activate an environment in the shell that started this."""

import os
import sys

from . import _interpreter, _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# What is typed in each shell: the script, and the command in front of it. The path is quoted for the script's language.
_POSIX = ("activate", ". __VENV_DIR__")
_COMMANDS = {
    **dict.fromkeys(("sh", "ash", "bash", "busybox", "dash", "ksh", "ksh93", "mksh", "yash", "zsh"), _POSIX),
    "fish": ("activate.fish", "source __VENV_DIR__"),
    "csh": ("activate.csh", "source __VENV_DIR__"),
    "tcsh": ("activate.csh", "source __VENV_DIR__"),
    "nu": ("activate.nu", "overlay use __VENV_DIR__"),
    "xonsh": ("activate.xsh", "source __VENV_DIR__"),
    "pwsh": ("Activate.ps1", "& __VENV_DIR__"),
    "powershell": ("Activate.ps1", "& __VENV_DIR__"),
    "cmd": ("activate.bat", '"__VENV_DIR__"'),
}


def how_to_activate(env_dir: str) -> str:
    """One line that says what to type, in the shell that is running."""
    name = _running_shell()
    script, command = _COMMANDS[name]
    if not os.path.isabs(env_dir):
        env_dir = os.path.join(".", env_dir)  # neither an option nor looked for in PATH
    path = os.path.join(env_dir, "Scripts" if _interpreter.IS_WINDOWS else "bin", script)
    if not os.path.exists(path):
        return f"Made {env_dir}; it has no activation script for {name}."
    typed = _native.render_script(command, script, dir=path, name="", prompt="", bin_name="", python="")
    return f"Activate it with: {typed}"


def _running_shell() -> str:
    """The shell among the processes that led here, or `SHELL`; where neither is known, the platform's own."""
    candidates = [*_ancestors(), os.environ.get("SHELL", "")]
    if _interpreter.IS_WINDOWS:
        # PowerShell adds its own folders to this variable, which cmd.exe inherits from the system with fewer.
        is_powershell = os.environ.get("PSMODULEPATH", "").count(os.pathsep) > 1
        candidates.append("powershell" if is_powershell else "cmd")
    for candidate in candidates:
        name = os.path.basename(candidate).lstrip("-").lower().partition(".exe")[0]
        if name in _COMMANDS:
            return name
    return "sh"


def _ancestors() -> "Iterator[str]":
    """The names of the parent process, its parent, and so on, where the system shows them as Linux does."""
    process = os.getppid()
    while process > 1:
        try:
            with open(f"/proc/{process}/stat", encoding="utf-8", errors="surrogateescape") as file:
                # The name is in parentheses, and may have some in it.
                before, _, after = file.read().rpartition(")")
        except OSError:
            break
        yield _program(process, before.partition("(")[2])
        process = int(after.split()[1])
    else:
        return
    if sys.platform == "darwin":
        from fastvenv import subprocess

        command = ["ps", "-o", "comm=", "-p", str(os.getppid())]
        yield subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _program(process: int, name: str) -> str:
    """The name of a process, or what its interpreter runs: xonsh is a Python program."""
    if name.startswith("python"):
        try:
            with open(f"/proc/{process}/cmdline", encoding="utf-8", errors="surrogateescape") as file:
                arguments = file.read().split("\0")
        except OSError:
            return name
        return next((argument for argument in arguments[1:2] if argument.endswith("xonsh")), name)
    return name

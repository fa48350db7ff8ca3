"""What stands in `pyvenv.cfg` (PEP 405)."""

import os
import sys

from . import _interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace

    from ._builder import EnvBuilder


def entries_of(builder: "EnvBuilder", context: "SimpleNamespace") -> "list[tuple[str, str]]":
    """The keys and values for an environment, in the order of `venv`."""
    entries = [
        ("home", context.python_dir),
        ("include-system-site-packages", "true" if builder.system_site_packages else "false"),
        ("version", "{}.{}.{}".format(*sys.version_info[:3])),
    ]
    if builder.prompt is not None:
        entries.append(("prompt", repr(builder.prompt)))
    if _interpreter.HAS_VENV_SCHEME:
        entries.append(("executable", os.path.realpath(sys.executable)))
        entries.append(("command", _command(builder, context.env_dir)))
    if builder.relocatable:
        entries.append(("relocatable", "true"))
    return entries


def _command(builder: "EnvBuilder", env_dir: str) -> str:
    """The command that makes this environment again, in the words of `venv`, which tools look for."""
    words = [sys.executable, "-m", "venv"]
    if builder.symlinks and _interpreter.IS_WINDOWS:
        words.append("--symlinks")
    if not builder.symlinks and not _interpreter.IS_WINDOWS:
        words.append("--copies")
    if not builder.with_pip:
        words.append("--without-pip")
    if builder.system_site_packages:
        words.append("--system-site-packages")
    if builder.clear:
        words.append("--clear")
    if builder.upgrade:
        words.append("--upgrade")
    if builder.upgrade_deps:
        words.append("--upgrade-deps")
    if builder.orig_prompt is not None:
        words.append(f'--prompt="{builder.orig_prompt}"')
    if not builder.scm_ignore_files and _interpreter.IGNORES_SCM_BY_DEFAULT:
        words.append("--without-scm-ignore-files")
    return " ".join([*words, env_dir])

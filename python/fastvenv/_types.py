"""The types of the public interface. Python loads them for those alone that ask: `typing` takes long to load."""

import os
from types import SimpleNamespace
from typing import Literal, Protocol, Union

EnvDir = Union[str, os.PathLike[str]]
LinkMode = Literal["auto", "clone", "hardlink", "copy", "symlink"]
Activator = Literal["bash", "batch", "cshell", "fish", "nushell", "powershell", "python", "xonsh"]


class Context(Protocol):
    """The paths of an environment, which `EnvBuilder.ensure_directories` returns and every other hook gets.

    It is the context of `docs.python.org/library/venv`, and there as here it is a `types.SimpleNamespace`.

    Attributes:
        env_dir: the absolute path of the environment.
        env_name: the last part of that path.
        prompt: what the prompt shows; up to Python 3.12 in parentheses, with a space behind.
        executable: the base interpreter.
        python_dir: the directory of the base interpreter.
        python_exe: its name, which the interpreter of the environment has, too.
        bin_path: the directory of the scripts.
        bin_name: its path in the environment.
        env_exe: the interpreter of the environment.
        env_exec_cmd: the path that runs that interpreter; another one than `env_exe` where Python is from the Windows
            Store.
        inc_path: the directory of the headers.
        lib_path: the directory of the packages.
        platlib_path: the directory of the packages with compiled parts.
        cfg_path: `pyvenv.cfg`; `create_configuration` sets it.
        script_path: the template of the script that is written; `install_scripts` sets it, and `replace_variables`
            takes the language from it.

    """

    env_dir: str
    env_name: str
    prompt: str
    executable: str
    python_dir: str
    python_exe: str
    bin_path: str
    bin_name: str
    env_exe: str
    env_exec_cmd: str
    inc_path: str
    lib_path: str
    platlib_path: str
    cfg_path: str
    script_path: str


class ContextNamespace(SimpleNamespace, Context):
    """What hooks are declared to get. A hook that takes a `SimpleNamespace`, as for `venv`, overrides them, too."""

"""pip by running pip: `ensurepip` in the environment, or the pip in a wheel that the user chose."""

import os

from . import _interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import CalledProcessError
    from types import SimpleNamespace

    from ._builder import EnvBuilder


def run(builder: "EnvBuilder", context: "SimpleNamespace") -> None:
    """Run what installs pip, by the hook that subclasses override.

    Raises:
        subprocess.CalledProcessError: it failed; what it printed is its `output`, and from Python 3.11 on a note.

    """
    from fastvenv import subprocess

    arguments = _arguments(builder)
    try:
        if _interpreter.ISOLATES_ENSUREPIP:
            subprocess.check_output([context.env_exec_cmd, *_isolated(arguments)], stderr=subprocess.STDOUT)
        else:
            builder._call_new_python(context, *arguments, stderr=subprocess.STDOUT)  # noqa: SLF001 - a hook of `venv`
    except subprocess.CalledProcessError as error:
        output = output_of(error)
        if output and hasattr(error, "add_note"):  # the command line prints it on every Python
            error.add_note(output)
        raise


def load() -> None:
    """Load what runs it, before several threads do: what one of them is loading is not whole for the others."""
    import subprocess  # noqa: F401


def output_of(error: "CalledProcessError") -> str:
    """What a child process printed before it failed, as text without the last line's end."""
    output = error.output or ""
    return (output if isinstance(output, str) else output.decode(errors="backslashreplace")).rstrip()


def _arguments(builder: "EnvBuilder") -> "list[str]":
    if builder.pip_wheel is None:
        return ["-m", "ensurepip", "--upgrade", "--default-pip"]
    from ._wheels import find

    wheels = find(builder.pip_wheel, builder.use_cache) or []
    options = [] if builder.compile_bytecode else ["--no-compile"]
    # A wheel can be imported from, and pip has a program in its package.
    program = os.path.join(wheels[0], "pip")
    return [program, "install", "--no-index", "--no-deps", "--upgrade", *options, *wheels]


def _isolated(arguments: "list[str]") -> "list[str]":
    """The arguments of a child that ignores the user's settings, written as `venv` writes them."""
    return ["-Im", *arguments[1:]] if arguments[0] == "-m" else ["-I", *arguments]

"""Installs pip by running pip: `ensurepip` in the environment, or the pip in a wheel that the user chose."""

import os

from . import _interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from subprocess import CalledProcessError
    from typing import Optional

    from . import _native
    from ._annotations import ContextNamespace
    from ._builder import EnvBuilder

# Runs the pip in a wheel, as ensurepip does: on Windows, pip does not replace itself when its program is called `pip`.
# What the working directory holds is not imported.
_RUN_PIP_OF_WHEEL = (
    "import runpy, sys; sys.path[:] = [sys.argv.pop(1), *filter(None, sys.path)]; "
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)


def run(
    builder: "EnvBuilder", context: "ContextNamespace", interpreter: "Optional[_native.Interpreter]" = None
) -> None:
    """Run the program that installs pip, by the hook that subclasses override.

    Args:
        builder: the builder with the options.
        context: the paths in the environment.
        interpreter: the base of the environment; by default the running one.

    Raises:
        subprocess.CalledProcessError: the program failed; `output`, and from Python 3.11 on a note, is what it printed.

    """
    from fastvenv import subprocess

    arguments = _arguments(builder, interpreter)
    features = _interpreter.features_of(interpreter)
    try:
        if features.isolates_ensurepip:
            command = [_interpreter.command_of(context), *_isolated(arguments)]
            subprocess.check_output(command, stderr=subprocess.STDOUT)
        else:
            builder._call_new_python(context, *arguments, stderr=subprocess.STDOUT)  # noqa: SLF001 - a hook of `venv`
    except subprocess.CalledProcessError as error:
        output = output_of(error)
        if output and hasattr(error, "add_note"):  # the command line prints it on every Python
            error.add_note(output)
        raise


def load() -> None:
    """Load the modules that `run` needs, before several threads do: a module is incomplete while it is loaded."""
    import subprocess  # noqa: F401


def output_of(error: "CalledProcessError") -> str:
    """Return what a child process printed before it failed, as text without the end of the last line."""
    output = error.output or ""
    return (output if isinstance(output, str) else output.decode(errors="backslashreplace")).rstrip()


def upgrade(builder: "EnvBuilder", context: "ContextNamespace", distributions: "Sequence[str]", isolates: bool) -> None:
    """Upgrade distributions from the package index, with the pip of an environment.

    Args:
        builder: the builder with the hook that runs pip.
        context: the paths in the environment.
        distributions: their names.
        isolates: run pip without the hook, and let it print what it does.

    Raises:
        subprocess.CalledProcessError: pip failed.

    """
    from fastvenv import subprocess

    arguments = ["-m", "pip", "install", "--upgrade", *distributions]
    if isolates:
        python = _interpreter.command_of(context)
        if _interpreter.IS_BEFORE_3_9_8:
            python = os.path.join(context.bin_path, "python.exe" if _interpreter.IS_WINDOWS else "python")
        subprocess.check_call([python, *arguments])
    else:
        builder._call_new_python(context, *arguments)  # noqa: SLF001 - a hook of `venv`


def without_ensurepip(version: "Sequence[object]") -> str:
    """Return what to do if a Python of that version has no `ensurepip`, as words that follow its name."""
    package = "python{}.{}-venv".format(*version[:2])
    return (
        "comes without ensurepip, which installs pip. Install the package that has it "
        f"(on Debian and Ubuntu: apt install {package}), or leave pip out with --without-pip."
    )


def _arguments(builder: "EnvBuilder", interpreter: "Optional[_native.Interpreter]") -> "list[str]":
    if builder.pip_wheel is None:
        return ["-m", "ensurepip", "--upgrade", "--default-pip"]
    from ._wheels import find

    wheels = find(builder.pip_wheel, builder.use_cache, interpreter) or []
    options = [] if builder.compile_bytecode else ["--no-compile"]
    command = ["-c", _RUN_PIP_OF_WHEEL, wheels[0]]
    return [*command, "install", "--no-index", "--no-deps", "--upgrade", *options, *wheels]


def _isolated(arguments: "list[str]") -> "list[str]":
    """Return the arguments that isolate a child process from the user's settings, written as `venv` writes them."""
    return ["-Im", *arguments[1:]] if arguments[0] == "-m" else ["-I", *arguments]

"""pip by running pip: `ensurepip` in the environment, or the pip in a wheel that the user chose."""

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
    """Run what installs pip, by the hook that subclasses override.

    Args:
        builder: whose options say what is wanted.
        context: the paths in the environment.
        interpreter: the base of the environment; by default the running one.

    Raises:
        subprocess.CalledProcessError: it failed; what it printed is its `output`, and from Python 3.11 on a note.

    """
    from fastvenv import subprocess

    arguments = _arguments(builder, interpreter)
    features = _interpreter.features_of(interpreter)
    try:
        if features.isolates_ensurepip:
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


def upgrade(builder: "EnvBuilder", context: "ContextNamespace", distributions: "Sequence[str]", isolates: bool) -> None:
    """Run the pip of an environment, which upgrades these distributions from the package index.

    Args:
        builder: whose hook runs it, where it is not isolated.
        context: the paths in the environment.
        distributions: their names.
        isolates: the child is isolated, and shows what it does.

    Raises:
        subprocess.CalledProcessError: it failed.

    """
    from fastvenv import subprocess

    arguments = ["-m", "pip", "install", "--upgrade", *distributions]
    if isolates:
        subprocess.check_call([context.env_exec_cmd, *arguments])
    else:
        builder._call_new_python(context, *arguments)  # noqa: SLF001 - a hook of `venv`


def without_ensurepip(version: "Sequence[object]") -> str:
    """What to do about a Python of that version that has no `ensurepip`, as the words behind its name."""
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
    """The arguments of a child that ignores the user's settings, written as `venv` writes them."""
    return ["-Im", *arguments[1:]] if arguments[0] == "-m" else ["-I", *arguments]

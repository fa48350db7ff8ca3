"""`python -m fastvenv`: the command line of `venv`, and a few options more."""

import os
import sys

from . import _interpreter, _native, _record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from argparse import ArgumentParser
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, Optional, Union

    from typing_extensions import Self

    from ._builder import EnvBuilder
    from ._progress import Progress
else:
    import _signal  # what `signal` is made of, without the enumerations that it loads

# Modules that, where they are loaded, may have something to do when Python ends.
_LISTENERS = {"atexit", "sitecustomize", "threading", "usercustomize"}

# What is wanted where no option says otherwise. The options themselves are in a table of the native part.
_DEFAULTS: "dict[str, object]" = {
    "python": None,
    "system_site_packages": False,
    "symlinks": not _interpreter.IS_WINDOWS,
    "clear": False,
    "force": False,
    "upgrade": False,
    "with_pip": True,
    "prompt": None,
    "upgrade_deps": False,
    "git_ignore": None,  # as `venv` of that Python
    "use_cache": True,
    "compile_bytecode": True,
    "relocatable": False,
    "quiet": False,
    "verbose": False,
    "link_mode": None,
    "pip_wheel": None,
    "activators": None,
}
# What is for the command alone; the rest are parameters of `EnvBuilder`.
_OF_THE_COMMAND = {"dirs", "force", "git_ignore", "python", "quiet", "verbose"}
_EPILOG = (
    "Activate the environment with the script for your shell in its {bin} directory. "
    "fastvenv python list|find shows which interpreters there are; fastvenv cache info shows what is kept for the next "
    "environment. A directory of such a name is ./python, ./cache. "
    "Differences from python -m venv: {new} are new; without a directory, it is {default}; --clear asks for --force "
    "before it empties a directory that is not an environment; --upgrade and a second run repair links; a failed run "
    "leaves no new directory behind."
)


def main(args: "Optional[Sequence[str]]" = None) -> None:
    """Make the environments that the command line asks for.

    Args:
        args: the arguments; those of the process by default.

    Raises:
        SystemExit: the arguments are wrong (status 2), or asked for help or the version (status 0).
        ValueError: as from `EnvBuilder.create`; also for arguments that exclude each other.
        OSError: as from `EnvBuilder.create`.

    """
    arguments = sys.argv[1:] if args is None else list(args)
    if arguments and arguments[0] in ("cache", "python"):
        _command(arguments[0])(arguments[1:])
        return
    options = _plain(arguments)
    if options is None:
        options = vars(_parser().parse_args(arguments))
    if options["upgrade"] and options["clear"]:
        raise ValueError("you cannot supply --upgrade and --clear together.")
    _create_all(options)


def _command(name: str) -> "Callable[[Sequence[str]], None]":
    """The command of that name, which takes the arguments behind it."""
    if name == "cache":
        from . import cache

        return cache.main
    from . import _pythons

    return _pythons.main


class _Terminated(BaseException):
    """The process was asked to end."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal


def _terminate(signal: int, _frame: object) -> "NoReturn":
    raise _Terminated(signal)


def run() -> None:
    """Run the command line and exit: 0 when it went well, 1 with an error on stderr, 2 for wrong arguments.

    When the process is asked to end (SIGTERM, SIGHUP), what was made is removed before it does, by that signal.
    """
    try:
        _record.is_command = True
        _heed_signals()
        main()
    except _Terminated as end:
        _signal.signal(end.signal, _signal.SIG_DFL)
        os.kill(os.getpid(), end.signal)
    except Exception as error:  # noqa: BLE001 - as `venv` does: a message and status 1, whatever it was
        print(f"Error: {error}{_explanation(error)}", file=sys.stderr)
        sys.exit(1)
    _leave()


def _heed_signals() -> None:
    """Let signals that would end the process raise an exception; one that is ignored, as with `nohup`, stays so."""
    if not _interpreter.IS_WINDOWS:
        for signal in (_signal.SIGTERM, _signal.SIGHUP):
            if _signal.getsignal(signal) == _signal.SIG_DFL:
                _signal.signal(signal, _terminate)


def _leave() -> "NoReturn":
    """Exit with status 0, where that can be done without taking apart a Python that is about to be gone anyway.

    It cannot where another program runs the command (a profiler, a debugger), or where something may wait for the end:
    functions in `atexit`, threads, and what `sitecustomize` or `usercustomize` set up. C code is told in any case.
    """
    is_own = getattr(sys, "orig_argv", [])[1:] == ["-m", "fastvenv", *sys.argv[1:]]
    if is_own and not sys.flags.inspect and not _LISTENERS & sys.modules.keys() and not _is_watched():
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (AttributeError, OSError, ValueError):  # Python knows what to say
            sys.exit(0)
        _native.exit(0)
    sys.exit(0)


def _is_watched() -> bool:
    """Whether a tracer, a profiler, or another tool (PEP 669) sees what Python runs."""
    monitoring = getattr(sys, "monitoring", None)
    has_tool = monitoring is not None and any(map(monitoring.get_tool, range(6)))
    return bool(has_tool or sys.gettrace() or sys.getprofile())


def _create_all(options: "dict[str, Any]") -> None:
    """Make the environments: one after the other, or at the same time where nobody can tell."""
    from fastvenv import EnvBuilder

    from ._builder import EnvBuilder as Plain

    env_dirs = options["dirs"]
    is_together = EnvBuilder is Plain and _may_go_together(options)
    asked = options["python"] or os.environ.get("FASTVENV_PYTHON")
    create = _creator_of_other(asked, options, is_together) if asked else _creator(EnvBuilder, options, is_together)
    if is_together:
        from ._together import create_together

        with _progress(options) as progress:
            create_together(env_dirs, create, progress.tell)
        return
    for env_dir in env_dirs:
        with _progress(options) as progress:
            progress.tell(f"Creating {env_dir}")
            create(env_dir)
        if options["verbose"]:
            from ._shell import how_to_activate

            print(how_to_activate(env_dir))
    if options["verbose"] and options["with_pip"] and options["use_cache"]:
        from .cache import fault

        if reason := fault():
            print(reason)


def _creator(kind: "type[EnvBuilder]", options: "dict[str, Any]", is_shared: bool) -> "Callable[[str], None]":
    """What makes an environment of the running Python; several threads may call it where it is shared."""
    from ._builder import EnvBuilder as Plain

    builder = _builder(kind, options, _interpreter.IGNORES_SCM_BY_DEFAULT)
    if kind is Plain and options["with_pip"]:
        from ._seed import find

        # It is looked for while the rest is prepared, and once for all.
        builder._seed = find(builder, is_shared) or False  # noqa: SLF001
    if not is_shared:
        return builder.create
    from copy import copy

    if options["with_pip"] and not builder._seed:  # noqa: SLF001
        from ._installer import load

        load()
    return lambda env_dir: copy(builder).create(env_dir)


def _creator_of_other(asked: str, options: "dict[str, Any]", is_shared: bool) -> "Callable[[str], None]":
    """What makes an environment of the interpreter that is asked for; several threads may call it."""
    from . import _other
    from ._builder import EnvBuilder

    interpreter = _other.choose(asked, options["use_cache"])
    features = _native.Features(interpreter.version[1])
    builder = _builder(EnvBuilder, options, features.ignores_scm_by_default)
    return _other.OtherBuilder(builder, interpreter, is_shared).create


def _builder(kind: "type[EnvBuilder]", options: "dict[str, Any]", ignores_scm: bool) -> "EnvBuilder":
    """A builder with these options; `ignores_scm` is whether git is told to ignore the environment by default."""
    parameters = {name: value for name, value in options.items() if name not in _OF_THE_COMMAND}
    if options["git_ignore"] is not None:
        ignores_scm = options["git_ignore"]
    builder = kind(scm_ignore_files=frozenset(["git"] if ignores_scm else []), **parameters)
    builder._spares_other_directories = not options["force"]  # noqa: SLF001 - `venv` has no such thing
    return builder


def _may_go_together(options: "dict[str, Any]") -> bool:
    """Whether the environments are several, none in another, and nothing is printed that has an order."""
    _, *others = options["dirs"]
    if not others or options["upgrade_deps"] or options["verbose"]:
        return False
    from ._together import are_apart

    return are_apart(options["dirs"])


class _NoProgress:
    """In place of `Progress` where nothing is shown, and nothing is to be loaded."""

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, text: str) -> None:
        """Ignore what is being done."""


def _progress(options: "dict[str, Any]") -> "Union[Progress, _NoProgress]":
    """What shows the progress, where that is wanted and there is a terminal to show it on."""
    # Up to Python 3.9, the pip that upgrades itself shows what it does.
    is_silent = not (options["upgrade_deps"] and _interpreter.ISOLATES_ENSUREPIP)
    if options["quiet"] or not is_silent or sys.stderr is None or not sys.stderr.isatty():
        return _NoProgress()
    from ._progress import Progress

    return Progress()


def _plain(arguments: "Sequence[str]") -> "Optional[dict[str, Any]]":
    """The options of an ordinary call, or `None` where `argparse` has to decide: that takes long."""
    parsed = _native.parse_arguments(arguments)
    if parsed is None:
        return None
    dirs, flags, settings = parsed
    options = {**_DEFAULTS, **flags, **settings, "dirs": dirs}
    if options["activators"] is not None:
        options["activators"] = _names(settings["activators"])
    return options


def _names(value: str) -> "list[str]":
    """Names with commas between, and spaces where somebody likes them."""
    return [name.strip() for name in value.split(",") if name.strip()]


def _parser() -> "ArgumentParser":
    import argparse

    from fastvenv import CORE_VENV_DEPS

    details: dict[str, Any] = {}
    if sys.version_info >= (3, 14):
        details["color"] = True
    else:
        details["prog"] = "fastvenv"  # as `venv` names itself; later versions say how they were started
    options = _native.options()
    new = [option["names"][-1] for option in options if option["is_new"]] + ["--version"]
    bin_name = "Scripts" if _interpreter.IS_WINDOWS else "bin"
    parser = argparse.ArgumentParser(
        description="Make virtual Python environments, each in a directory of its own.",
        epilog=_EPILOG.format(bin=bin_name, new=", ".join(new), default=_native.DEFAULT_DIRECTORY),
        **details,
    )
    parser.set_defaults(**_DEFAULTS)
    parser.add_argument(
        "dirs",
        metavar="ENV_DIR",
        nargs="*",
        default=[_native.DEFAULT_DIRECTORY],
        help=f"a directory to make an environment in; {_native.DEFAULT_DIRECTORY} where none is given",
    )
    executables = parser.add_mutually_exclusive_group()
    facts = {"deps": ", ".join(CORE_VENV_DEPS), "modes": ", ".join(_native.LINK_MODES)}
    facts["activators"] = ", ".join(name for name, _ in _native.ACTIVATORS)
    special: dict[str, dict[str, Any]] = {"activators": {"type": _names}, "link_mode": {"choices": _native.LINK_MODES}}
    for option in options:
        dest, value, text = option["dest"], option["value"], option["help"].format(**facts)
        container = executables if dest == "symlinks" else parser
        if value is None:
            taken = special.get(dest, {})
            container.add_argument(*option["names"], dest=dest, metavar=option["metavar"], help=text, **taken)
        else:
            container.add_argument(*option["names"], dest=dest, action="store_const", const=value, help=text)
    parser.add_argument("--version", action="version", version=f"fastvenv {_native.__version__}")
    return parser


def _explanation(error: Exception) -> str:
    """What a child process printed before it failed, and what to do where `ensurepip` is missing."""
    if "subprocess" not in sys.modules:
        return ""
    from fastvenv import subprocess

    if not isinstance(error, subprocess.CalledProcessError):
        return ""
    from ._installer import output_of

    output = output_of(error)
    explanation = f"\n{output}" if output else ""
    if "No module named ensurepip" in output:
        from ._installer import without_ensurepip

        explanation += f"\nThis Python {without_ensurepip(sys.version_info)}"
    return explanation

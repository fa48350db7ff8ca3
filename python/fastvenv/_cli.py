"""`python -m fastvenv`: the command line of `venv`, and a few options more."""

import os
import sys

from . import _interpreter, _native, _record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from typing import Any, NoReturn, Optional, Union

    from typing_extensions import Self

    from ._builder import EnvBuilder
    from ._progress import Progress
else:
    import _signal  # what `signal` is made of, without the enumerations that it loads

# Modules that, where they are loaded, may have something to do when Python ends.
_LISTENERS = {"atexit", "sitecustomize", "threading", "usercustomize"}

# Each option: where its value goes, and the value. What differs from `venv` is in the epilog.
_FLAGS: "dict[str, tuple[str, object]]" = {
    "--system-site-packages": ("system_site", True),
    "--symlinks": ("symlinks", True),
    "--copies": ("symlinks", False),
    "--clear": ("clear", True),
    "--force": ("force", True),
    "--upgrade": ("upgrade", True),
    "--without-pip": ("with_pip", False),
    "--upgrade-deps": ("upgrade_deps", True),
    "--without-scm-ignore-files": ("scm_ignore_files", frozenset()),
    "--no-cache": ("use_cache", False),
    "--no-compile": ("compile_bytecode", False),
    "--relocatable": ("relocatable", True),
    "--quiet": ("quiet", True),
    "--verbose": ("verbose", True),
}
_NEW = (
    "--force",
    "--no-cache",
    "--no-compile",
    "--quiet",
    "--verbose",
    "--relocatable",
    "--link-mode",
    "--pip-wheel",
    "--activators",
    "--version",
)
_ALIASES = {"-q": "--quiet", "-v": "--verbose"}
# The options that take a value, and where it goes.
_VALUES = {"--prompt": "prompt", "--link-mode": "link_mode", "--pip-wheel": "pip_wheel"}
_DEFAULTS: "dict[str, object]" = {
    "system_site": False,
    "symlinks": not _interpreter.IS_WINDOWS,
    "clear": False,
    "force": False,
    "upgrade": False,
    "with_pip": True,
    "prompt": None,
    "upgrade_deps": False,
    "scm_ignore_files": frozenset(["git"]) if _interpreter.IGNORES_SCM_BY_DEFAULT else frozenset(),
    "use_cache": True,
    "link_mode": None,
    "compile_bytecode": True,
    "pip_wheel": None,
    "quiet": False,
    "activators": None,
    "relocatable": False,
    "verbose": False,
}
_HELP = {
    "--system-site-packages": "let the environment see the packages of the base installation",
    "--symlinks": "link to the base interpreter (the default but on Windows)",
    "--copies": "copy the base interpreter (the default on Windows)",
    "--clear": "delete what is in the directory first; refused for a directory that is not an environment",
    "--force": "with --clear, clear any directory",
    "--upgrade": "adapt an environment to this Python, after Python was upgraded; repairs its links",
    "--without-pip": "leave pip out",
    "--upgrade-deps": "upgrade {deps} to the newest on the package index",
    "--without-scm-ignore-files": "write no .gitignore",
    "--prompt": "what the prompt shows in place of the directory's name",
    "--no-cache": "unpack pip into the environment itself, and keep nothing for the next one",
    "--no-compile": "leave pip without bytecode: the first pip call is slower then",
    "--quiet": "show no progress on a terminal",
    "--relocatable": "let the environment be moved: its scripts find it by where they lie",
    "--verbose": "say how to activate the environment in the shell that is running",
    "--activators": "write the activation scripts of these alone, with commas between: {activators}",
    "--link-mode": "how pip's files come from the cache: {modes}",
    "--pip-wheel": "a wheel of pip, or a folder with one, in place of the one that Python comes with",
}
_EPILOG = (
    "Activate the environment with the script for your shell in its {bin} directory. "
    "Differences from python -m venv: {new} are new; --clear asks for --force before it empties a "
    "directory that is not an environment; --upgrade and a second run repair links; a failed run leaves no new "
    "directory behind."
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
    options = _plain(arguments)
    if options is None:
        options = vars(_parser().parse_args(arguments))
    if options["upgrade"] and options["clear"]:
        raise ValueError("you cannot supply --upgrade and --clear together.")
    _create_all(options)


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
    builder = _builder(EnvBuilder, options)
    builder._spares_other_directories = not options["force"]  # noqa: SLF001 - `venv` has no such thing
    is_plain = EnvBuilder is Plain
    is_together = is_plain and _may_go_together(options)
    if is_plain and options["with_pip"]:
        from ._seed import find

        # It is looked for while the rest is prepared, and once for all.
        builder._seed = find(builder, is_together) or False  # noqa: SLF001
    if is_together:
        from copy import copy

        from ._together import create_together

        if options["with_pip"] and not builder._seed:  # noqa: SLF001
            from ._installer import load

            load()

        with _progress(options) as progress:
            create_together(env_dirs, lambda env_dir: copy(builder).create(env_dir), progress.tell)
        return
    for env_dir in env_dirs:
        with _progress(options) as progress:
            progress.tell(f"Creating {env_dir}")
            builder.create(env_dir)
        if options["verbose"]:
            from ._shell import how_to_activate

            print(how_to_activate(env_dir))
    if options["verbose"] and options["with_pip"] and options["use_cache"]:
        from .cache import fault

        if reason := fault():
            print(reason)


def _builder(kind: "type[EnvBuilder]", options: "dict[str, Any]") -> "EnvBuilder":
    return kind(
        system_site_packages=options["system_site"],
        clear=options["clear"],
        symlinks=options["symlinks"],
        upgrade=options["upgrade"],
        with_pip=options["with_pip"],
        prompt=options["prompt"],
        upgrade_deps=options["upgrade_deps"],
        scm_ignore_files=options["scm_ignore_files"],
        link_mode=options["link_mode"],
        use_cache=options["use_cache"],
        compile_bytecode=options["compile_bytecode"],
        pip_wheel=options["pip_wheel"],
        activators=options["activators"],
        relocatable=options["relocatable"],
    )


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
    """The options of an ordinary call, or `None` where `argparse` has to decide.

    It knows whole options only, and directories that stand together; `argparse` costs as much as everything else.
    """
    options = dict(_DEFAULTS)
    dirs: list[str] = []
    seen: set[str] = set()
    after_dirs = False
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            if after_dirs:
                return None
            dirs.append(argument)
            continue
        after_dirs = bool(dirs)
        option = _ALIASES.get(argument, argument)
        seen.add(option)
        if option in _VALUES:
            value = next(rest, "-")
            if value.startswith("-") or (option == "--link-mode" and value not in _native.LINK_MODES):
                return None
            options[_VALUES[option]] = value
        elif argument.startswith("--activators="):
            options["activators"] = _names(argument.partition("=")[2])
        elif option in _FLAGS:
            name, flag = _FLAGS[option]
            options[name] = flag
        else:
            return None
    if not dirs or {"--symlinks", "--copies"} <= seen:
        return None
    options["dirs"] = dirs
    return options


def _names(value: str) -> "list[str]":
    """Names with commas between, and spaces where somebody likes them."""
    return [name.strip() for name in value.split(",") if name.strip()]


def _parser() -> "ArgumentParser":
    import argparse

    from fastvenv import CORE_VENV_DEPS

    from ._activation import ACTIVATORS

    details: dict[str, Any] = {}
    if sys.version_info >= (3, 14):
        details["color"] = True
    else:
        details["prog"] = "fastvenv"  # as `venv` names itself; later versions say how they were started
    parser = argparse.ArgumentParser(
        description="Make virtual Python environments, each in a directory of its own.",
        epilog=_EPILOG.format(bin="Scripts" if _interpreter.IS_WINDOWS else "bin", new=", ".join(_NEW)),
        **details,
    )
    parser.set_defaults(**_DEFAULTS)
    parser.add_argument("dirs", metavar="ENV_DIR", nargs="+", help="a directory to make an environment in")
    executables = parser.add_mutually_exclusive_group()
    facts = {"deps": ", ".join(CORE_VENV_DEPS), "modes": ", ".join(_native.LINK_MODES)}
    facts["activators"] = ", ".join(ACTIVATORS)
    texts = {option: text.format(**facts) for option, text in _HELP.items()}
    short = {option: alias for alias, option in _ALIASES.items()}
    for option, (name, value) in _FLAGS.items():
        container = executables if name == "symlinks" else parser
        flags = [short[option], option] if option in short else [option]
        container.add_argument(*flags, dest=name, action="store_const", const=value, help=texts[option])
        if option == "--without-pip":
            parser.add_argument("--prompt", help=texts["--prompt"])
    parser.add_argument("--link-mode", metavar="MODE", choices=_native.LINK_MODES, help=texts["--link-mode"])
    parser.add_argument("--pip-wheel", metavar="PATH", help=texts["--pip-wheel"])
    parser.add_argument("--activators", type=_names, metavar="NAMES", help=texts["--activators"])
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
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        explanation += (
            "\nThis Python comes without ensurepip, which installs pip. Install the package that has it "
            f"(on Debian and Ubuntu: apt install {package}), or leave pip out with --without-pip."
        )
    return explanation

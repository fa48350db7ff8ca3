"""`python -m fastvenv`: the command line of `venv`, and a few options more."""

import os
import sys
import time

from . import _interpreter, _native
from ._annotations import Optional, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Union

    from typing_extensions import Self

    from ._builder import EnvBuilder
    from ._progress import Progress

    # What pip is installed from, and how it got into an environment.
    _Pip = tuple[Optional[_native.Seed], Optional[str]]

# The values without options. The options themselves are in a table of the native part.
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
    "color": None,
    "config": True,
    "json": False,
    "dry_run": False,
    "redirect": False,
    "link_mode": None,
    "pip_wheel": None,
    "activators": None,
}
# The options of the command alone. The others are parameters of `EnvBuilder`.
_OF_THE_COMMAND = {
    "color",
    "config",
    "dirs",
    "dry_run",
    "force",
    "git_ignore",
    "json",
    "origins",
    "python",
    "quiet",
    "redirect",
    "unread",
    "verbose",
}


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
    if arguments and arguments[0] in _native.COMMANDS:
        _command(arguments[0])(arguments[1:])
        return
    given = _plain(arguments)
    if given is None:
        from ._parser import parser

        given = vars(parser().parse_args(arguments))
    _make(given)


main.__module__ = "fastvenv"


def _make(given: "dict[str, Any]") -> None:
    """Make the environments of a call. With `--json`, an error also gives a line to those that have none yet."""
    dirs, is_json = given["dirs"], given.get("json", False)
    reported: set[str] = set()
    try:
        calls = _calls(given)
        dirs, is_json = [env_dir for options in calls for env_dir in options["dirs"]], calls[0]["json"]
        for options in calls:
            _check(options)
        for options in calls:
            _create_all(options, reported)
    except Exception as error:
        if is_json:
            from ._outcome import print_failures

            print_failures([env_dir for env_dir in dirs if env_dir not in reported], error)
        raise


def make_as_venv(arguments: "Sequence[str]") -> bool:
    """Make the environments that a command line of `venv` asks for: no settings, and `--clear` empties any directory.

    Args:
        arguments: the arguments.

    Returns:
        Whether they were made. If not, the parser of `venv` has to decide: for abbreviations, for help, and for
        mistakes, such as no directory, or an option that only fastvenv or a later `venv` has.

    Raises:
        ValueError: as from `main`.
        OSError: as from `main`.

    """
    parsed = _native.parse_arguments(arguments)
    options = [argument.partition("=")[0] for argument in arguments if argument.startswith("-")]
    if parsed is None or not all(map(_interpreter.is_of_venv, options)):
        return False
    dirs, flags, settings = parsed
    default = _native.DEFAULT_DIRECTORY
    if dirs == [default] and (default not in arguments or default in settings.values()):
        return False  # no directory was given, or it is not certain that one was
    call = {**_DEFAULTS, **flags, **settings, "dirs": dirs, "force": True, "origins": {}, "unread": None}
    _check(call)
    _create_all(call, set())
    return True


def _calls(given: "dict[str, Any]") -> "list[dict[str, Any]]":
    """Return the options with those of variables and files, for each run of directories with the same options."""
    calls: list[dict[str, Any]] = []
    known: dict[str, Any] = {}  # the settings depend on the folder that a directory is in, or the file that leads to it
    for named in given["dirs"]:
        env_dir = _followed(named)
        try:
            path = os.path.abspath(named)  # a file `.venv` is in the project, wherever it leads to
        except FileNotFoundError:  # the current directory was deleted, which is an error when it is needed
            path = ""
        folder = os.path.dirname(path)
        if folder not in known:
            known[folder] = _native.settings(path, given.get("config", True)) if path else ({}, {}, {}, None)
        flags, settings, origins, unread = known[folder]
        origins = {name: origin for name, origin in origins.items() if name not in given}
        options = {**_DEFAULTS, **flags, **settings, **given, "origins": origins, "unread": unread}
        if not options["with_pip"]:
            # Settings for every environment do not concern an environment without pip.
            options.update((name, _DEFAULTS[name]) for name in ("pip_wheel", "upgrade_deps") if name in origins)
        if calls and calls[-1] == {**options, "dirs": calls[-1]["dirs"]}:
            calls[-1]["dirs"].append(env_dir)
        else:
            calls.append({**options, "dirs": [env_dir]})
    return calls


def _followed(env_dir: str) -> str:
    """Return the directory that a file `.venv` leads to; for any other path, the path itself."""
    if os.path.basename(env_dir) != _native.DEFAULT_DIRECTORY or not os.path.isfile(env_dir):
        return env_dir
    from ._redirect import target

    return target(env_dir)


def _check(options: "dict[str, Any]") -> None:
    """Raise `ValueError` if options exclude each other, or if a directory is unlikely to be meant."""
    origins = options["origins"]
    if options["upgrade"] and options["clear"]:
        upgrade, clear = origins.get("upgrade", "--upgrade"), origins.get("clear", "--clear")
        raise ValueError(f"you cannot supply {upgrade} and {clear} together.")
    without_pip, advice = "--without-pip", "Give only one of them."
    if "with_pip" in origins:
        without_pip, advice = origins["with_pip"], "FASTVENV_WITHOUT_PIP=0 installs it in this call."
    if not options["with_pip"] and options["pip_wheel"] is not None:
        raise ValueError(f"--pip-wheel names the pip to install, and {without_pip} installs none. {advice}")
    if options["redirect"]:
        from ._redirect import check

        check(options["dirs"])
    # With the packages of the base, its pip is one of the environment.
    lacks_pip = not (options["with_pip"] or options["system_site_packages"])
    for env_dir in options["dirs"]:
        if lacks_pip and options["upgrade_deps"] and not os.path.exists(env_dir):
            raise ValueError(
                f"--upgrade-deps runs the pip of the environment, and {without_pip} installs none. {advice} "
                f"Both together upgrade an environment that has pip, and {env_dir} does not exist."
            )
        if env_dir.startswith("~"):
            raise ValueError(
                f"Refusing to create a venv in {env_dir!r} because the shell did not replace ~ by a home directory. "
                f"Write the whole path, or ./{env_dir} if the directory really has that name."
            )


def _command(name: str) -> "Callable[[Sequence[str]], None]":
    """Return the function that runs a command; it takes the arguments after the name."""
    module, function = {
        "cache": ("cache", "main"),
        "completion": ("_completion", "main"),
        "python": ("_pythons", "main"),
        "replace-venv": ("_run", "replace_venv"),
        "run": ("_run", "run"),
    }[name]
    command: Callable[[Sequence[str]], None] = getattr(__import__(f"fastvenv.{module}", fromlist=[module]), function)
    return command


def _create_all(options: "dict[str, Any]", reported: "set[str]") -> None:
    """Make the environments: at the same time if the result is the same, else one after the other.

    Args:
        options: the options.
        reported: gets the directories about which a line of JSON was printed.

    """
    begin = time.perf_counter()
    _replace_what_has_no_code()
    from fastvenv import EnvBuilder

    from ._builder import EnvBuilder as Plain

    env_dirs = options["dirs"]
    is_together = EnvBuilder is Plain and _may_go_together(options)
    interpreter = None if options["python"] is None else _chosen(options)
    if options["dry_run"]:
        from ._outcome import print_plan

        print_plan(options, interpreter, reported)
        return
    make = _creator_of_other(interpreter, options, is_together) if interpreter else _creator(options, is_together)
    pips: list[_Pip] = []

    def create(env_dir: str) -> "_Pip":
        pip = make(env_dir)
        pips.append(pip)
        return pip

    create_one: Callable[[str], object] = create
    if options["json"]:
        from ._outcome import printing_outcome

        create_one = printing_outcome(create, interpreter, options["use_cache"], reported)
    if is_together:
        from ._together import create_together

        with _progress(options) as progress:
            create_together(env_dirs, create_one, progress.show)
    else:
        for env_dir in env_dirs:
            with _progress(options) as progress:
                progress.show(f"Creating {env_dir}")
                create_one(env_dir)
    if options["redirect"]:
        from ._redirect import write

        write(env_dirs[0])
    is_shown = not (options["quiet"] or options["json"]) and _is_on_terminal()
    if is_shown or (options["verbose"] and not options["json"]):
        from ._report import explain, report

        if is_shown:
            report(env_dirs, interpreter, time.perf_counter() - begin, options)
        if options["verbose"]:
            explain(env_dirs, interpreter, options, pips, says_how=not is_shown)


def _replace_what_has_no_code() -> None:
    """Let standard output replace characters that its encoding lacks, so that a report cannot fail the call."""
    if getattr(sys.stdout, "errors", None) == "strict" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def _creator(options: "dict[str, Any]", is_shared: bool) -> "Callable[[str], _Pip]":
    """Return a function that makes an environment of the running Python; if shared, several threads may call it."""
    from fastvenv import EnvBuilder

    from ._builder import EnvBuilder as Plain

    builder = _builder(EnvBuilder, options, _interpreter.IGNORES_SCM_BY_DEFAULT)
    if EnvBuilder is Plain and options["with_pip"]:
        from ._seed import find

        # One search for all environments. It goes on while the rest is prepared.
        builder._seed = find(builder, is_shared) or False  # noqa: SLF001
    if is_shared:
        import copy  # here, since threads must not import: an interrupt that comes meanwhile can be lost

        if options["with_pip"] and (not builder._seed or _interpreter.IS_BEFORE_3_9_8):  # noqa: SLF001
            from ._installer import load

            load()

    def create(env_dir: str) -> "_Pip":
        own = copy.copy(builder) if is_shared else builder
        own.create(env_dir)
        # A class that tests put in the place of ours has neither.
        return getattr(own, "_seed", None) or None, getattr(own, "_way", None)

    return create


def _chosen(options: "dict[str, Any]") -> "_native.Interpreter":
    from ._other import choose

    return choose(options["python"], options["use_cache"] and not options["dry_run"])


def _creator_of_other(
    interpreter: "_native.Interpreter", options: "dict[str, Any]", is_shared: bool
) -> "Callable[[str], _Pip]":
    """Return a function that makes an environment of another interpreter; several threads may call it."""
    from ._builder import EnvBuilder
    from ._other import OtherBuilder

    builder = _builder(EnvBuilder, options, _interpreter.features_of(interpreter).ignores_scm_by_default)
    other = OtherBuilder(builder, interpreter, is_shared)
    return lambda env_dir: (other.seed, other.create(env_dir))


def _builder(kind: "type[EnvBuilder]", options: "dict[str, Any]", ignores_scm: bool) -> "EnvBuilder":
    """Return a builder with these options. If `ignores_scm` is true, git ignores the environment by default."""
    from ._builder import without_defaults

    parameters = {name: value for name, value in options.items() if name not in _OF_THE_COMMAND}
    if options["activators"] is not None:
        from ._activation import names

        parameters["activators"] = names(options["activators"])
    if options["git_ignore"] is not None:
        ignores_scm = options["git_ignore"]
    parameters["scm_ignore_files"] = frozenset(["git"] if ignores_scm else [])
    builder = kind(**without_defaults(parameters))
    builder._spares_other_directories = not options["force"]  # noqa: SLF001 - `venv` has no such thing
    return builder


def _may_go_together(options: "dict[str, Any]") -> bool:
    """Whether the environments are several, none in another, and no pip prints what it does."""
    _, *others = options["dirs"]
    if not others or options["upgrade_deps"]:
        return False
    from ._together import are_apart

    return are_apart(options["dirs"])


class _NoProgress:
    """Has the methods of `Progress`, shows nothing, and loads no module."""

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, text: str) -> None:
        """Ignore what is being done."""


def _progress(options: "dict[str, Any]") -> "Union[Progress, _NoProgress]":
    """Return an object that shows the progress, or, without a terminal and with `--quiet`, one that shows nothing."""
    # Up to Python 3.9, the pip that upgrades itself shows what it does.
    is_silent = not (options["upgrade_deps"] and _interpreter.ISOLATES_ENSUREPIP)
    if options["quiet"] or not is_silent or not _is_on_terminal():
        return _NoProgress()
    from ._progress import Progress

    return Progress()


def _is_on_terminal() -> bool:
    """Whether a person reads what is written to standard error."""
    return sys.stderr is not None and sys.stderr.isatty()


def _plain(arguments: "Sequence[str]") -> "Optional[dict[str, Any]]":
    """Return what an ordinary call gives; `None` if `argparse` has to decide, which takes long to load."""
    parsed = _native.parse_arguments(arguments)
    if parsed is None:
        return None
    dirs, flags, settings = parsed
    return {**flags, **settings, "dirs": dirs}

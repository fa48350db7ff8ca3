"""
The native part of fastvenv: what touches the disk when a virtual environment is made.

Paths are `str`, as `os.fsdecode` gives them. A call that the operating system refuses raises `OSError` with its
`errno` and `filename`; a value that cannot be used raises `ValueError`.
"""

from _typeshed import Incomplete, SupportsGetItem
from os import PathLike
from typing import Final, SupportsFloat, SupportsIndex, final

__all__ = ["ACTIVATORS", "COLORS", "COMMANDS", "DEFAULT_DIRECTORY", "GIT_IGNORE", "INTERRUPTED", "LINK_MODES", "__version__", "Creation", "Environment", "Features", "Interpreter", "Seed", "available_parallelism", "cache_directory", "cache_entries", "cache_fault", "check_env_dir", "check_prompt", "check_target", "choose_python", "clear_cache", "clear_directory", "commands", "completion", "configuration_entries", "copy_file", "create_directory", "executable_names", "exit", "find_python", "how_to_activate", "is_in", "link_lib64", "list_pythons", "make_executable", "man_page", "options", "outcome", "parse_arguments", "prune_cache", "read_file", "relocate_scripts", "remove_stale_link", "render_script", "report_line", "script_templates", "settings", "signed_script", "symlink", "verify_cache", "windows_files", "windows_legacy_launcher", "windows_legacy_names", "without_directory", "without_parentheses", "write_script", "write_text"]

ACTIVATORS: Final[list[tuple[str, list[str]]]]
"""
The scripts of each activator; the names are those of `virtualenv --activators`.
"""

COLORS: Final[list[str]]
"""
When colours are used on a terminal.
"""

COMMANDS: Final[list[str]]
"""
The first arguments that are no directories, but commands of their own.
"""

DEFAULT_DIRECTORY: Final[str]
"""
The directory of an environment where none is named.
"""

GIT_IGNORE: Final[str]
"""
What `.gitignore` holds in an environment.
"""

INTERRUPTED: Final[str]
"""
What is said when it was interrupted.
"""

LINK_MODES: Final[list[str]]
"""
The ways to place files from the cache that one can ask for.
"""

__version__: Final[str]
"""
The version of fastvenv.
"""

@final
class Creation:
    """
    What one call of `EnvBuilder.create` makes and may take back.
    """
    def __new__(cls, /) -> Creation:
        """
        Nothing is made yet.
        """
    def create_directory(self, /, path: str | PathLike[str]) -> None:
        """
        Makes the directory of an environment, as `create_directory` does, and keeps in mind what it made.
        """
    def keep(self, /) -> None:
        """
        Lets everything that was made stay, and holds nothing any more.
        """
    def take_back(self, /) -> None:
        """
        Removes the directories that were made, with all that is in them, unless another process uses them by now.
        """
    def write_configuration(self, /, path: str | PathLike[str], entries: SupportsGetItem[int, tuple[str, str]]) -> None:
        """
        Writes a `pyvenv.cfg` of these keys and values. Where another process wrote one first, the directory is left to
        that.
        """

@final
class Environment:
    """
    An environment of another interpreter than the running one, made in `venv`'s steps.
    """
    def __new__(cls, /, creation: Creation, env_dir: str, interpreter: Interpreter, *, seed: Seed | None, prompt: tuple[str, str, str] | None, system_site_packages: bool, symlinks: bool, with_pip: bool, clear: bool, force: bool, upgrade: bool, upgrade_deps: bool, git_ignore: bool, activators: SupportsGetItem[int, str] | None, relocatable: bool) -> Environment:
        """
        Makes all but the activation scripts. What is made is kept in mind by `creation`. `prompt` is what was asked for, what
        is shown, and what `repr` makes of that.
        """
    @property
    def bin_path(self, /) -> str:
        """
        Where its scripts are.
        """
    @property
    def copied(self, /) -> list[tuple[str, str]]:
        """
        The links to the interpreter that had to be copies, each with what it should have led to.
        """
    def finish(self, /, creation: Creation) -> None:
        """
        Makes the activation scripts, and the `pyvenv.cfg` that stays, when pip is installed.
        """
    @property
    def lacks_pip(self, /) -> bool:
        """
        Whether pip was asked for, and is for `ensurepip` to install before the environment is finished.
        """
    @property
    def lib_path(self, /) -> str:
        """
        Where its packages are that are pure Python.
        """
    @property
    def pip(self, /) -> str | None:
        """
        How pip got into it: `present`, `written` or a link mode; `None` where it has none, or none yet.
        """
    @property
    def python(self, /) -> str:
        """
        Its interpreter.
        """

@final
class Features:
    """
    What the `venv` of Python 3 with that minor number does that others do not.
    """
    def __new__(cls, /, minor: SupportsIndex) -> Features: ...
    @property
    def brings_setuptools(self, /) -> bool:
        """
        setuptools comes with pip (gh-101039 ended that).
        """
    @property
    def decorates_prompt(self, /) -> bool:
        """
        The prompt is "(name) " and not the bare name (gh-89427).
        """
    @property
    def has_platlib(self, /) -> bool:
        """
        The platlib directory is made; before, a link `lib64` stood in for it (gh-137139).
        """
    @property
    def has_venv_scheme(self, /) -> bool:
        """
        `sysconfig` has a scheme of the name "venv", and `pyvenv.cfg` tells `executable` and `command` (bpo-45413).
        """
    @property
    def has_windows_table(self, /) -> bool:
        """
        Windows has its own table of executables (gh-103224).
        """
    @property
    def ignores_scm_by_default(self, /) -> bool:
        """
        The command line asks for a `.gitignore` (gh-83417).
        """
    @property
    def include_is_versioned(self, /) -> bool:
        """
        `include` comes from `sysconfig`, with a folder for the version in it.
        """
    @property
    def isolates_ensurepip(self, /) -> bool:
        """
        The child that installs pip runs with `-I`, and the one that upgrades it prints what it does (gh-98251).
        """

@final
class Interpreter:
    """
    The record of an interpreter: all that must be known of it to make environments of it.
    """
    def __new__(cls, /, text: str) -> Interpreter:
        """
        Reads what `_probe.describe` returns. `ValueError` where that is no record.
        """
    @property
    def base_executable(self, /) -> str:
        """
        What environments are made of (`sys._base_executable`).
        """
    @property
    def cache_tag(self, /) -> str:
        """
        What the names of bytecode files end in; empty where it writes none.
        """
    def can_be_placed(self, /, symlinks: bool) -> bool:
        """
        Whether it is known here how its `venv` places it, by links or by copies.
        """
    @property
    def description(self, /) -> str:
        """
        What it says about its version and its build (`sys.version`).
        """
    @property
    def executable(self, /) -> str:
        """
        How it was started (`sys.executable`).
        """
    @property
    def implementation(self, /) -> str:
        """
        What runs the code: `cpython`, `pypy` (`sys.implementation.name`).
        """
    def path(self, /, name: str) -> str | None:
        """
        The path of that name (`scripts`, `include`, `purelib`, `platlib`), relative to the environment; `None` for
        another name.
        """
    @property
    def prefixes(self, /) -> list[str]:
        """
        Where the base installation is, as the interpreter says; settings of the user can change that.
        """
    @staticmethod
    def recall(folder: str | PathLike[str], executable: str | PathLike[str]) -> Interpreter | None:
        """
        The record of the interpreter that is started by a path, from the cache in a folder; `None` where there is none,
        or something that it depends on has changed.
        """
    def remember(self, /, folder: str | PathLike[str]) -> None:
        """
        Keeps it in the cache in a folder, where that can be used.
        """
    @property
    def title(self, /) -> str:
        """
        What it is called: `CPython 3.13.0`.
        """
    @property
    def version(self, /) -> tuple[int, int, int]:
        """
        Its version: three numbers.
        """
    @property
    def wheels(self, /) -> list[str] | None:
        """
        What `ensurepip` would install, pip first; `None` where that is for `ensurepip` to find.
        """

@final
class Seed:
    """
    Wheels that are to be installed as `ensurepip` has pip do it, in as many environments as one likes; a `.dist-info`
    folder stands for what is installed there. With a `cache`, a folder, files come from there.
    """
    def __new__(cls, /, wheels: SupportsGetItem[int, str | PathLike[str]], interpreter: Interpreter, *, cache: str | PathLike[str] | None, link_mode: str, compiles: bool, is_shared: bool = False) -> Seed:
        """
        Begins to look for the wheels in the cache. Those that are shared are installed by several threads, in an
        environment each.
        """
    @property
    def fault(self, /) -> str | None:
        """
        Why the cache was not used, when wheels were installed; `None` if it was, or was not wanted.
        """
    def install(self, /, *, env_dir: str | PathLike[str], purelib: str | PathLike[str], platlib: str | PathLike[str], scripts: str | PathLike[str], python: str | PathLike[str]) -> str | None:
        """
        Installs the wheels in an environment. Returns how: `present`, `written` or a link mode; `None` for what is not known
        here, and for an environment with another version, which are left to `ensurepip`. `ValueError` for a wheel that is damaged.
        """
    @property
    def wheels(self, /) -> list[str]:
        """
        The wheels.
        """

def available_parallelism() -> int:
    """
    How many threads can run at the same time.
    """

def cache_directory() -> str | None:
    """
    The folder of the cache, there or not; `None` where there is to be none.
    """

def cache_entries(folder: str | PathLike[str]) -> list[Incomplete]:
    """
    What is in the cache in a folder: for each image its name, its wheel and the hash of that, when it was made in
    seconds since 1970, its size in bytes, the interpreter of its bytecode, whether it is sound, whether that wheel
    and that interpreter are still there, and whether it is removed when the next image is made.
    """

def cache_fault(folder: str | PathLike[str]) -> str | None:
    """
    Why the cache in a folder is not used, and what to do; `None` where it is used, and where there is no folder yet.
    """

def check_env_dir(env_dir: str) -> None:
    """
    Refuses, with `ValueError`, a directory that cannot hold an environment.
    """

def check_prompt(prompt: str) -> None:
    """
    Refuses, with `ValueError`, a prompt that cannot stand on one line.
    """

def check_target(path: str | PathLike[str], clears: bool, *, must_be_environment: bool, interpreter: Interpreter | None = None) -> bool:
    """
    Refuses what could not be made at an absolute path, or not cleared, as the calls that do so would, and writes nothing.
    Returns whether the directory is there. `interpreter` is the one that was asked for, if any.
    """

def choose_python(asked: str, cache: str | PathLike[str] | None) -> Interpreter:
    """
    Chooses the interpreter that `--python` asks for. `cache` is the folder of the cache, where there is one. `ValueError`
    where the request cannot be understood, or there is no such interpreter.
    """

def clear_cache(folder: str | PathLike[str]) -> int:
    """
    Removes every image from the cache in a folder, and returns how many bytes they had.
    """

def clear_directory(path: str | PathLike[str], *, must_be_environment: bool = False) -> None:
    """
    Removes everything in `path` but the directory itself, `pyvenv.cfg` last; with `must_be_environment`, `ValueError` for
    a directory that is none.
    """

def commands() -> dict[str, tuple[str, list[tuple[str, str, bool]]]]:
    """
    The commands beside making environments: for each what it does, and the words that follow it.
    """

def completion(shell: str) -> str | None:
    """
    What makes a shell complete the options; `None` for a shell that there is nothing for.
    """

def configuration_entries(*, home: str, version: tuple[SupportsIndex, SupportsIndex, SupportsIndex], executable: str, real_executable: str, env_dir: str, prompt: str | None, given_prompt: str | None, system_site_packages: bool, symlinks: bool, with_pip: bool, clear: bool, upgrade: bool, upgrade_deps: bool, scm_ignore: bool, relocatable: bool) -> list[tuple[str, str]]:
    """
    The keys and values of `pyvenv.cfg`, in the order of `venv`.
    """

def copy_file(source: str | PathLike[str], destination: str | PathLike[str]) -> None:
    """
    Copies the contents of a file; `shutil.SameFileError` where both are one file.
    """

def create_directory(path: str | PathLike[str]) -> None:
    """
    Makes `path` a directory, with the missing ones above it; `ValueError` for a file or a link in its place.
    """

def executable_names(minor: SupportsIndex, is_pypy: bool, has_utf8_names: bool) -> list[str]:
    """
    The names of the interpreter in `bin`, beside the one by which the base interpreter was started.
    """

def exit(status: SupportsIndex) -> None:
    """
    Ends the process with that status, after what C code wants to do at its end (`atexit`, open streams); Python takes
    nothing apart.
    """

def find_python(asked: str, cache: str | PathLike[str] | None) -> tuple[str, str]:
    """
    What `fastvenv python find` prints: the path of the interpreter that is taken, and why it is that one.
    """

def how_to_activate(env_dir: str) -> str:
    """
    What to type to activate an environment in the shell that is running, as a sentence.
    """

def is_in(file: str | PathLike[str], directory: str | PathLike[str]) -> bool:
    """
    Whether a file is in a directory, whatever their spelling, links followed.
    """

def link_lib64(env_dir: str | PathLike[str]) -> None:
    """
    Makes the link `lib64` of an environment, which 64-bit systems expect; a file system that has no links does without.
    """

def list_pythons(cache: str | PathLike[str] | None, default: Interpreter, *, as_json: bool) -> str:
    """
    What `fastvenv python list` prints: the interpreters of this machine and this user, as a table or as JSON. `default` is the
    one that is taken where none is asked for.
    """

def make_executable(path: str | PathLike[str]) -> None:
    """
    Gives a file that is not a link mode 0755, whatever the umask.
    """

def man_page() -> str:
    """
    The man page.
    """

def options() -> list[Incomplete]:
    """
    The options of the command line, in the order of the help.
    """

def outcome(env_dir: str, interpreter: Interpreter, wheels: SupportsGetItem[int, str | PathLike[str]], way: str | None, seconds: SupportsFloat | SupportsIndex | None) -> str:
    """
    The line that a program is told about an environment in an absolute directory. `wheels` are what pip was installed from,
    and `way` is how, or would be;
    `seconds` is `None` where it would be made.
    """

def parse_arguments(arguments: SupportsGetItem[int, str]) -> tuple[list[str], dict[str, bool], dict[str, str]] | None:
    """
    The directories, flags and settings of an ordinary call; `None` where `argparse` has to decide.
    """

def prune_cache(folder: str | PathLike[str]) -> int:
    """
    Removes what nobody needs from the cache in a folder, and returns how many bytes it had.
    """

def read_file(path: str | PathLike[str]) -> bytes:
    """
    The contents of a file.
    """

def relocate_scripts(scripts: str | PathLike[str], library: str | PathLike[str], python: str | PathLike[str]) -> None:
    """
    Lets the scripts in a directory that run an interpreter find it beside them, and RECORD in a library say what they are
    then.
    """

def remove_stale_link(path: str | PathLike[str], target: str | PathLike[str]) -> None:
    """
    Removes the link at `path` where it does not lead to the file `target`.
    """

def render_script(template: str, template_name: str, *, dir: str, name: str, prompt: str, bin_name: str, python: str) -> str:
    """
    The script that a template becomes: each placeholder replaced by its value, quoted for the script's language.
    """

def report_line(env_dirs: SupportsGetItem[int, str], interpreter: Interpreter, seconds: SupportsFloat | SupportsIndex, color: str | None) -> str:
    """
    The line that a terminal shows when it went well: what was made, of which interpreter, in how many seconds, and how to
    activate it.
    """

def script_templates(folder: str | PathLike[str], *, is_lenient: bool) -> list[list[str]]:
    """
    The script templates in a folder: the parts of the path of each below it. What cannot be listed raises `OSError`,
    or is passed over.
    """

def settings(env_dir: str | PathLike[str], reads_files: bool) -> tuple[dict[str, bool], dict[str, str], dict[str, str]]:
    """
    What variables and files set for an environment in an absolute directory: the flags, the settings, and where each was
    set. `reads_files` is false with `--no-config`.

    # Errors
    `ValueError`: a setting is not known or has a wrong value, or a file cannot be read or is another user's.
    """

def signed_script(library: str | PathLike[str], env_dir: str, prompt: tuple[str, str] | None) -> bytes | None:
    """
    The script for PowerShell that `venv` has on Windows, where it is signed and does what ours does. `library` is the
    standard library; `prompt` is the one that was asked for, and its `repr`.
    """

def symlink(target: str | PathLike[str], link: str | PathLike[str]) -> None:
    """
    Makes a symbolic link at `link` that holds the text `target`.
    """

def verify_cache(folder: str | PathLike[str]) -> list[str]:
    """
    Compares every file in the cache in a folder with its hash: what is wrong, for each image that is damaged.
    """

def windows_files(directory: str | PathLike[str], launchers: str | PathLike[str], minor: SupportsIndex, *, symlinks: bool, is_debug: bool, is_free_threaded: bool) -> list[tuple[str, str]]:
    """
    The files of `Scripts` on Windows from Python 3.13 on, and what each is made from: links to the base
    executables and DLLs with `symlinks`, else copies of the launchers.
    """

def windows_legacy_launcher(source: str | PathLike[str]) -> str:
    """
    The launcher that stands in for a base executable on Windows up to Python 3.12, beside that executable.
    """

def windows_legacy_names(directory: str | PathLike[str], executable: str, *, symlinks: bool, is_source_build: bool) -> list[str]:
    """
    The files in the base folder that `symlink_or_copy` is called for on Windows up to Python 3.12.
    """

def without_directory(template: str, template_name: str) -> str:
    """
    The template of an environment that can be moved: its script takes the directory it lies in.
    """

def without_parentheses(template: str) -> str:
    """
    The template as it is where the prompt comes with its parentheses, as it does up to Python 3.12.
    """

def write_script(path: str | PathLike[str], script: bytes, template: str | PathLike[str] | None = None) -> None:
    """
    Writes a script with the permission bits of its template, and the directories above it that are missing; without a
    template, one of fastvenv's own.
    """

def write_text(path: str | PathLike[str], text: str) -> None:
    """
    Writes a text file, with the system's ends of lines. A file that has the name is replaced, and not written to.
    """

"""
The native part of fastvenv: every access to the disk when a virtual environment is made.

Paths are `str`, as `os.fsdecode` gives them. A call that the operating system refuses raises `OSError` with its
`errno` and `filename`; a value that cannot be used raises `ValueError`.
"""

from _typeshed import Incomplete, SupportsGetItem
from os import PathLike
from typing import Final, SupportsFloat, SupportsIndex, final

__all__ = ["ACTIVATORS", "COLORS", "COMMANDS", "DEFAULT_DIRECTORY", "GIT_IGNORE", "INTERRUPTED", "LINK_MODES", "__version__", "Creation", "Environment", "Features", "Interpreter", "Seed", "available_parallelism", "cache_directory", "cache_entries", "cache_fault", "check_env_dir", "check_prompt", "check_target", "choose_python", "clear_cache", "clear_directory", "commands", "completion", "configuration_entries", "copy_file", "create_directory", "executable_names", "exit", "find_python", "how_to_activate", "is_in", "link_lib64", "list_pythons", "make_executable", "man_page", "options", "outcome", "parse_arguments", "prune_cache", "read_file", "read_settings", "relocate_scripts", "remove_stale_link", "render_script", "report_line", "script_templates", "settings", "signed_script", "symlink", "verify_cache", "windows_files", "windows_legacy_launcher", "windows_legacy_names", "without_directory", "without_parentheses", "write_script", "write_text"]

ACTIVATORS: Final[list[tuple[str, list[str]]]]
"""
The scripts of each activator; the names are those of `virtualenv --activators`.
"""

COLORS: Final[list[str]]
"""
The values of `--color`: when a terminal gets colours.
"""

COMMANDS: Final[list[str]]
"""
The first arguments that are commands, not directories.
"""

DEFAULT_DIRECTORY: Final[str]
"""
The default directory of an environment.
"""

GIT_IGNORE: Final[str]
"""
The contents of `.gitignore` in an environment.
"""

INTERRUPTED: Final[str]
"""
The message after an interrupt.
"""

LINK_MODES: Final[list[str]]
"""
The values of `--link-mode`: the ways to place files from the cache.
"""

__version__: Final[str]
"""
The version of fastvenv.
"""

@final
class Creation:
    """
    What one call of `EnvBuilder.create` has made. If the call fails, it is removed.
    """
    def __new__(cls, /) -> Creation:
        """
        Begins with nothing.
        """
    def adopt_configuration(self, /, path: str | PathLike[str]) -> None:
        """
        Takes a `pyvenv.cfg` that a hook wrote for one that this call wrote.
        """
    def create_directory(self, /, path: str | PathLike[str]) -> None:
        """
        Makes the directory of an environment, as `create_directory` does, and records what it made.
        """
    def keep(self, /) -> None:
        """
        Forgets everything that was made, so that it stays.
        """
    def take_back(self, /) -> None:
        """
        Removes the directories that were made, with their contents, unless another process uses them.
        """
    def write_configuration(self, /, path: str | PathLike[str], entries: SupportsGetItem[int, tuple[str, str]]) -> None:
        """
        Writes a `pyvenv.cfg` of these keys and values. If another process wrote one first, the directory is left to that
        process.
        """

@final
class Environment:
    """
    An environment of an interpreter that is not the running one, made by the steps of `venv`.
    """
    def __new__(cls, /, creation: Creation, env_dir: str, interpreter: Interpreter, *, seed: Seed | None, prompt: tuple[str, str, str] | None, system_site_packages: bool, symlinks: bool, with_pip: bool, clear: bool, force: bool, upgrade: bool, upgrade_deps: bool, git_ignore: bool, activators: SupportsGetItem[int, str] | None, relocatable: bool) -> Environment:
        """
        Makes everything that can precede `ensurepip`. `creation` records what is made. `prompt` is the option as it was given,
        the text that is shown, and the `repr` of that text.
        """
    @property
    def bin_path(self, /) -> str:
        """
        The directory of its scripts.
        """
    @property
    def copied(self, /) -> list[tuple[str, str]]:
        """
        The links to the interpreter that had to be copies, each with the target that it would have had.
        """
    def finish(self, /, creation: Creation) -> None:
        """
        Makes the rest after pip is installed: the final `pyvenv.cfg`, and scripts that can be moved.
        """
    @property
    def lacks_pip(self, /) -> bool:
        """
        Whether `ensurepip` has to install pip before the environment is finished.
        """
    @property
    def lib_path(self, /) -> str:
        """
        The directory of its packages that are pure Python.
        """
    @property
    def pip(self, /) -> str | None:
        """
        How pip was installed: `present`, `written` or a link mode; `None` if there is no pip, or not yet.
        """
    @property
    def python(self, /) -> str:
        """
        Its interpreter.
        """

@final
class Features:
    """
    The differences between the `venv` of Python 3 with that minor number and the `venv` of other versions.
    """
    def __new__(cls, /, minor: SupportsIndex) -> Features: ...
    @property
    def brings_setuptools(self, /) -> bool:
        """
        Whether setuptools comes with pip (gh-101039 ended that).
        """
    @property
    def decorates_prompt(self, /) -> bool:
        """
        Whether the prompt is "(name) " and not the bare name (gh-89427).
        """
    @property
    def has_platlib(self, /) -> bool:
        """
        Whether the platlib directory is made. Earlier, a link `lib64` took its place (gh-137139).
        """
    @property
    def has_venv_scheme(self, /) -> bool:
        """
        Whether `sysconfig` has a scheme of the name "venv", and `pyvenv.cfg` has `executable` and `command` (bpo-45413).
        """
    @property
    def has_windows_table(self, /) -> bool:
        """
        Whether Windows has its own table of executables (gh-103224).
        """
    @property
    def ignores_scm_by_default(self, /) -> bool:
        """
        Whether the command line asks for a `.gitignore` (gh-83417).
        """
    @property
    def include_is_versioned(self, /) -> bool:
        """
        Whether `include` comes from `sysconfig`, with a folder for the version in it.
        """
    @property
    def isolates_ensurepip(self, /) -> bool:
        """
        Whether the child that installs pip runs with `-I`, and the one that upgrades it prints what it does (gh-98251 ended
        both).
        """

@final
class Interpreter:
    """
    The record of an interpreter: everything that has to be known of it to make environments.
    """
    def __new__(cls, /, text: str) -> Interpreter:
        """
        Reads what `_probe.describe` returns. Raises `ValueError` if that is not a record.
        """
    @property
    def base_executable(self, /) -> str:
        """
        The interpreter that environments are made of (`sys._base_executable`).
        """
    @property
    def cache_tag(self, /) -> str:
        """
        The tag in the names of bytecode files (`sys.implementation.cache_tag`); empty if it writes no bytecode.
        """
    def can_be_placed(self, /, symlinks: bool) -> bool:
        """
        Whether fastvenv can place it as its `venv` does, by links or by copies.
        """
    @property
    def description(self, /) -> str:
        """
        Its version and its build as text (`sys.version`).
        """
    @property
    def executable(self, /) -> str:
        """
        The path by which it was started (`sys.executable`).
        """
    @property
    def implementation(self, /) -> str:
        """
        The implementation: `cpython`, `pypy` (`sys.implementation.name`).
        """
    def path(self, /, name: str) -> str | None:
        """
        A path by its name (`scripts`, `include`, `purelib`, `platlib`), relative to the environment; `None` for another name.
        """
    @property
    def prefixes(self, /) -> list[str]:
        """
        The prefixes of the base installation, as the interpreter reports them; settings of the user can change them.
        """
    @staticmethod
    def recall(folder: str | PathLike[str], executable: str | PathLike[str]) -> Interpreter | None:
        """
        The record of the interpreter that is started by a path, from the cache in a folder; `None` if there is none, or if
        something that it depends on has changed.
        """
    def remember(self, /, folder: str | PathLike[str]) -> None:
        """
        Keeps the record in the cache in a folder, if the cache can be used.
        """
    @property
    def title(self, /) -> str:
        """
        Its name: `CPython 3.13.0`.
        """
    @property
    def version(self, /) -> tuple[int, int, int]:
        """
        Its version: three numbers.
        """
    @property
    def wheels(self, /) -> list[str] | None:
        """
        The wheels that `ensurepip` would install, pip first; `None` if only `ensurepip` knows them.
        """

@final
class Seed:
    """
    Wheels to install, as pip installs them for `ensurepip`, in any number of environments. A `.dist-info` folder takes the
    place of a wheel: it stands for the distribution that is installed there. If `cache` is a folder, files come from there.
    """
    def __new__(cls, /, wheels: SupportsGetItem[int, str | PathLike[str]], interpreter: Interpreter, *, cache: str | PathLike[str] | None, link_mode: str, compiles: bool, is_shared: bool = False) -> Seed:
        """
        Begins to look for the wheels in the cache. `is_shared` means that several threads install them, each in its own
        environment.
        """
    @property
    def fault(self, /) -> str | None:
        """
        Why the cache was not used when wheels were installed; `None` if it was used, or was turned off.
        """
    def install(self, /, *, env_dir: str | PathLike[str], purelib: str | PathLike[str], platlib: str | PathLike[str], scripts: str | PathLike[str], python: str | PathLike[str]) -> str | None:
        """
        Installs the wheels in an environment, and returns how: `present`, `written` or a link mode. Returns `None`, and
        installs nothing, for a wheel with parts that are not known here and for an environment that has another version:
        `ensurepip` does that. Raises `ValueError` for a damaged wheel.
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
    The folder of the cache, which need not exist; `None` if the cache is turned off.
    """

def cache_entries(folder: str | PathLike[str]) -> list[Incomplete]:
    """
    The images in the cache in a folder. Each has its name, its wheel and the hash of the wheel, its time in seconds since
    1970, its size in bytes, the interpreter of its bytecode, whether it is sound, whether the wheel and the interpreter
    still exist, and whether the image is removed when the next one is made.
    """

def cache_fault(folder: str | PathLike[str]) -> str | None:
    """
    Why the cache in a folder is not used, and what to do; `None` if it is used, or if the folder does not exist yet.
    """

def check_env_dir(env_dir: str) -> None:
    """
    Raises `ValueError` for a directory that cannot hold an environment.
    """

def check_prompt(prompt: str) -> None:
    """
    Raises `ValueError` for a prompt that does not fit on one line.
    """

def check_target(path: str | PathLike[str], clears: bool, *, must_be_environment: bool, interpreter: Interpreter | None = None) -> bool:
    """
    Raises the errors that making an environment at an absolute path, or clearing it, would raise, and writes nothing.
    Returns whether the directory exists. `interpreter` is the value of `--python`, if there is one.
    """

def choose_python(asked: str, cache: str | PathLike[str] | None, own: str | PathLike[str] | None) -> Interpreter:
    """
    Chooses the interpreter that `--python` asks for. `cache` is the folder of the cache, if there is one, and `own` the running
    Python. Raises `ValueError` if the request cannot be understood, or if there is no such interpreter.
    """

def clear_cache(folder: str | PathLike[str]) -> int:
    """
    Removes every image from the cache in a folder, and returns the number of bytes.
    """

def clear_directory(path: str | PathLike[str], *, must_be_environment: bool = False) -> None:
    """
    Removes everything in `path` but the directory itself, `pyvenv.cfg` last; with `must_be_environment`, `ValueError` for a
    directory that is not an environment.
    """

def commands() -> dict[str, tuple[str, list[tuple[str, str, bool]]]]:
    """
    The commands other than making environments: for each, what it does, and the words that can follow it.
    """

def completion(shell: str) -> str | None:
    """
    The completion script for a shell; `None` for an unknown shell.
    """

def configuration_entries(*, home: str, version: tuple[SupportsIndex, SupportsIndex, SupportsIndex], executable: str, real_executable: str, env_dir: str, prompt: str | None, given_prompt: str | None, system_site_packages: bool, symlinks: bool, with_pip: bool, clear: bool, upgrade: bool, upgrade_deps: bool, scm_ignore: bool, relocatable: bool) -> list[tuple[str, str]]:
    """
    The keys and values of `pyvenv.cfg`, in the order of `venv`.
    """

def copy_file(source: str | PathLike[str], destination: str | PathLike[str]) -> None:
    """
    Copies the contents of a file. Raises `shutil.SameFileError` if both paths are those of one file.
    """

def create_directory(path: str | PathLike[str]) -> None:
    """
    Makes `path` a directory, with the missing ones above it; `ValueError` for a file or a link in its place.
    """

def executable_names(minor: SupportsIndex, is_pypy: bool, has_utf8_names: bool) -> list[str]:
    """
    The names of the interpreter in `bin` besides the one by which the base interpreter was started.
    """

def exit(status: SupportsIndex) -> None:
    """
    Ends the process with that status. C code runs what it has registered (`atexit`) and writes its open streams; Python's
    own shutdown does not run.
    """

def find_python(asked: str, cache: str | PathLike[str] | None, own: str | PathLike[str] | None) -> tuple[str, str]:
    """
    What `fastvenv python find` prints: the path of the chosen interpreter, and the reasons for the choice. The arguments are those
    of `choose_python`.
    """

def how_to_activate(env_dir: str) -> str:
    """
    The command that activates an environment in the running shell, as a sentence.
    """

def is_in(file: str | PathLike[str], directory: str | PathLike[str]) -> bool:
    """
    Whether a file is in a directory, whatever their spelling, links followed.
    """

def link_lib64(env_dir: str | PathLike[str]) -> None:
    """
    Makes the link `lib64` of an environment, which 64-bit systems expect. If the file system has no links, it makes none.
    """

def list_pythons(cache: str | PathLike[str] | None, default: Interpreter, *, as_json: bool) -> str:
    """
    What `fastvenv python list` prints: the interpreters of this machine and this user, as a table or as JSON. `default` is the
    interpreter that is used without `--python`.
    """

def make_executable(path: str | PathLike[str]) -> None:
    """
    Gives a file the mode 0755, whatever the umask. A link is left alone.
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
    The line of `--json` about an environment in an absolute directory. `wheels` and `way` say from which wheels and how pip was
    or would be installed; `seconds` is `None` if nothing was made.
    """

def parse_arguments(arguments: SupportsGetItem[int, str]) -> tuple[list[str], dict[str, bool], dict[str, str]] | None:
    """
    The directories, flags and settings of an ordinary call; `None` if `argparse` has to decide.
    """

def prune_cache(folder: str | PathLike[str]) -> int:
    """
    Removes images that are not needed from the cache in a folder, and returns the number of bytes.
    """

def read_file(path: str | PathLike[str]) -> bytes:
    """
    The contents of a file.
    """

def read_settings(path: str | PathLike[str]) -> tuple[bytes, str | None] | None:
    """
    The contents of a file of settings, and why it must not be believed, as words that follow its path; `None` if there is no
    file.
    """

def relocate_scripts(scripts: str | PathLike[str], library: str | PathLike[str], python: str | PathLike[str]) -> None:
    """
    Changes the scripts in a directory that run an interpreter, so that they find it beside them, and RECORD accordingly.
    """

def remove_stale_link(path: str | PathLike[str], target: str | PathLike[str]) -> None:
    """
    Removes the link at `path` if it does not lead to the file `target`.
    """

def render_script(template: str, template_name: str, *, dir: str, name: str, prompt: str, bin_name: str, python: str) -> str:
    """
    Makes a script of a template: each placeholder is replaced by its value, quoted for the language of the script.
    """

def report_line(env_dirs: SupportsGetItem[int, str], interpreter: Interpreter, seconds: SupportsFloat | SupportsIndex, color: str | None) -> str:
    """
    The line on a terminal after success: what was made, of which interpreter, in how many seconds, and how to activate it.
    """

def script_templates(folder: str | PathLike[str], *, is_lenient: bool) -> list[list[str]]:
    """
    The script templates in a folder: for each, the parts of its path below the folder. A folder that cannot be listed
    raises `OSError`; with `is_lenient`, it is skipped.
    """

def settings(env_dir: str | PathLike[str], reads_files: bool) -> tuple[dict[str, bool], dict[str, str], dict[str, str], str | None]:
    """
    The settings from variables and files for an environment in an absolute directory: the flags, the settings with a value,
    where each was set, and the user's file if it was not read. `reads_files` is false with `--no-config`.

    # Errors
    `ValueError`: a setting is unknown or has a wrong value, or a file cannot be read or belongs to another user.
    """

def signed_script(library: str | PathLike[str], env_dir: str, prompt: tuple[str, str] | None) -> bytes | None:
    """
    The script for PowerShell that `venv` has on Windows, if it is signed and does the same as the one of fastvenv.
    `library` is the folder of the standard library; `prompt` is the option as it was given, and its `repr`.
    """

def symlink(target: str | PathLike[str], link: str | PathLike[str]) -> None:
    """
    Makes a symbolic link at `link` that holds the text `target`.
    """

def verify_cache(folder: str | PathLike[str]) -> list[str]:
    """
    Compares every file in the cache in a folder with its hash, and returns what is wrong with each damaged image.
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
    The template for an environment that can be moved: the script finds the directory that it is in.
    """

def without_parentheses(template: str) -> str:
    """
    The template for a prompt that has its parentheses already, as up to Python 3.12.
    """

def write_script(path: str | PathLike[str], script: bytes, template: str | PathLike[str] | None = None) -> None:
    """
    Writes a script and the missing directories above it. The script gets the permission bits of its template; without
    `template`, those of fastvenv's own scripts.
    """

def write_text(path: str | PathLike[str], text: str) -> None:
    """
    Writes a text file, with the line ends of the system. An existing file is replaced by a rename.
    """

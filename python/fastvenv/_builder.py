"""`EnvBuilder`: the hooks of `venv.EnvBuilder`, in its order, each a few lines over a native call.

All state is in the builder's attributes, which are read when they are used: there are subclasses that never call
`super().__init__`, that set attributes after construction, and that call single hooks on their own.
"""

import _thread
import os
import sys

from . import _interpreter, _native
from ._annotations import Activator, Any, EnvDir, Iterable, LinkMode, Literal, Optional, Union
from ._annotations import ContextNamespace as Context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace
else:
    SimpleNamespace = type(sys.implementation)  # `types` has it from there, and takes a millisecond to load

# For each thread, what the running call of `create` has made. A builder cannot hold it: several threads may use it,
# and a hook may call `create` again.
_running = _thread._local()

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scripts")


class EnvBuilder:
    """Makes virtual environments; every step is a method that a subclass can override.

    The parameters are those of `venv.EnvBuilder` in the newest Python, and work on every Python.

    Args:
        system_site_packages: the base installation's packages can be imported in the environment.
        clear: first delete what is in the directory.
        symlinks: link to the base interpreter instead of copying it, where that is possible.
        upgrade: adapt an environment that exists to the running Python; scripts are not written again.
        with_pip: install pip, from the wheel that `ensurepip` has.
        prompt: what the shell's prompt shows in place of the directory's name; `"."` is the current directory's name.
        upgrade_deps: upgrade `CORE_VENV_DEPS` to what the package index offers.
        scm_ignore_files: the version control systems that have to ignore the environment; `"git"` is known, and a
            subclass can add `create_<name>_ignore_file(context)`.
        activators: the shells to write activation scripts for: `"bash"`, `"batch"`, `"cshell"`, `"fish"`, `"nushell"`,
            `"powershell"`, `"python"`, `"xonsh"`; by default all that the platform has.
        relocatable: let the environment be moved: its scripts find it by their own place.
        link_mode: how pip's files come from the cache: `"clone"`, `"hardlink"`, `"symlink"`, `"copy"`, or `"auto"`, the
            best that works; by default what `FASTVENV_LINK_MODE` says, or `"auto"`.
        use_cache: keep pip unpacked and compiled in the cache, for the next environment.
        compile_bytecode: give pip's modules their bytecode, as `ensurepip` does.
        pip_wheel: a wheel of pip, or a folder with one, to be installed in place of the one that Python comes with.

    """

    __module__ = "fastvenv"

    # The defaults for subclasses that do not call this __init__, or that know only the parameters of an older `venv`.
    system_site_packages: bool = False
    clear: bool = False
    symlinks: bool = False
    upgrade: bool = False
    with_pip: bool = False
    prompt: "Optional[str]" = None
    orig_prompt: "Optional[str]" = None
    upgrade_deps: bool = False
    scm_ignore_files: "frozenset[str]" = frozenset()
    activators: "Optional[frozenset[Activator]]" = None
    relocatable: bool = False
    link_mode: "Optional[LinkMode]" = None
    use_cache: bool = True
    compile_bytecode: bool = True
    pip_wheel: "Optional[str]" = None

    # The wheels of pip, if they were found before `create`; false if `ensurepip` installs pip.
    _seed: "Union[_native.Seed, Literal[False], None]" = None
    # How pip got into the last environment: the result of `Seed.install`, or `ensurepip`.
    _way: "Optional[str]" = None
    # Whether `clear` refuses a directory that is not an environment, as the command line does.
    _spares_other_directories: bool = False

    def __init__(
        self,
        system_site_packages: bool = False,
        clear: bool = False,
        symlinks: bool = False,
        upgrade: bool = False,
        with_pip: bool = False,
        prompt: "Optional[str]" = None,
        upgrade_deps: bool = False,
        *,
        scm_ignore_files: "Iterable[str]" = frozenset(),
        activators: "Optional[Iterable[Activator]]" = None,
        relocatable: bool = False,
        link_mode: "Optional[LinkMode]" = None,
        use_cache: bool = True,
        compile_bytecode: bool = True,
        pip_wheel: "Optional[EnvDir]" = None,
    ) -> None:
        self.system_site_packages = system_site_packages
        self.clear = clear
        self.symlinks = symlinks
        self.upgrade = upgrade
        self.with_pip = with_pip
        self.orig_prompt = prompt
        self.prompt = os.path.basename(os.getcwd()) if prompt == "." else prompt
        self.upgrade_deps = upgrade_deps
        self.scm_ignore_files = frozenset(map(str.lower, scm_ignore_files))
        if isinstance(activators, str):
            raise TypeError(f"activators is a collection of names: ({activators!r},) in place of {activators!r}")
        self.activators = None if activators is None else frozenset(activators)
        self.relocatable = relocatable
        self.link_mode = link_mode
        self.use_cache = use_cache
        self.compile_bytecode = compile_bytecode
        self.pip_wheel = None if pip_wheel is None else os.fspath(pip_wheel)

    def create(self, env_dir: "EnvDir") -> None:
        """Make an environment in a directory, which is made if it is missing.

        If the call fails or is interrupted, the directories that it made are removed, and a directory that was
        empty is empty again.

        Args:
            env_dir: the directory, relative to the current one.

        Raises:
            ValueError: there can be no environment of that name, or a file is in its way.
            OSError: the operating system refused something; `filename` is the path.
            subprocess.CalledProcessError: pip could not be installed; `output` says why.

        """
        env_dir = self._checked(env_dir)
        # Hooks may call `create`, too.
        outer = getattr(_running, "creation", None)
        creation = _running.creation = _native.Creation()
        try:
            context = self.ensure_directories(env_dir)
            for scm in self.scm_ignore_files:
                getattr(self, f"create_{scm}_ignore_file")(context)
            self._fill(context)
        except BaseException as error:
            if isinstance(error, SystemExit) and error.code in (None, 0):
                creation.keep()  # a hook ends the process, and says that all went well
            else:
                _take_back(creation)
            raise
        else:
            creation.keep()
        finally:
            _running.creation = outer

    def _checked(self, env_dir: "EnvDir") -> str:
        """Return the absolute path of a directory. Raise `ValueError` for a path or a name that cannot be used."""
        if not os.fspath(env_dir):
            raise ValueError("Refusing to create a venv in '' because the path is empty.")
        if self.activators is not None:
            from ._activation import check_names

            check_names(self.activators)
        return os.path.abspath(env_dir)

    def _fill(self, context: "Context") -> None:
        """Write everything that the directories hold."""
        # pip must not find itself in the base installation, or it would not be installed (bpo-24875).
        wants_system_site_packages = self.system_site_packages
        self.system_site_packages = False
        try:
            self._configure(context)
            self.setup_python(context)
            if self.with_pip:
                self._setup_pip(context)
            if not self.upgrade:
                self.setup_scripts(context)
                self.post_setup(context)
        finally:
            if wants_system_site_packages:
                self.system_site_packages = True
        if wants_system_site_packages:
            self._configure(context)
        if self.upgrade_deps:
            self.upgrade_dependencies(context)
        if self.relocatable:
            library = getattr(context, "lib_path", None) or self._venv_path(context.env_dir, "purelib")
            _native.relocate_scripts(context.bin_path, library, _interpreter.command_of(context))

    def _configure(self, context: "Context") -> None:
        """Write `pyvenv.cfg`. If a subclass writes it, the file is removed with what else a failed call made, too."""
        self.create_configuration(context)
        if is_overridden(self, "create_configuration"):
            _creation().adopt_configuration(os.path.join(context.env_dir, "pyvenv.cfg"))

    def clear_directory(self, path: "EnvDir") -> None:
        """Delete everything in a directory, `pyvenv.cfg` last, but not the directory itself."""
        _native.clear_directory(path, must_be_environment=self._spares_other_directories)

    def _venv_path(self, env_dir: "EnvDir", name: str) -> str:
        """Where `sysconfig` places a path (`scripts`, `purelib`, …) in an environment."""
        from . import _record

        return _record.path(os.fspath(env_dir), name, self.use_cache)

    @classmethod
    def _same_path(cls, path1: str, path2: str) -> bool:
        """Return whether two paths are the same; on Windows, differences in case and short names do not count."""
        if not _interpreter.IS_WINDOWS:
            return path1 == path2
        from ._windows import same_path

        return same_path(path1, path2)

    def ensure_directories(self, env_dir: "EnvDir") -> "Context":
        """Make the directories of the environment.

        It may be called on its own, and again.

        Returns:
            The paths in the environment, which every other hook gets as its context. The attributes are those of
            `fastvenv.Context`.

        """
        _native.check_env_dir(os.fspath(env_dir))
        if self.prompt is not None:
            _native.check_prompt(str(self.prompt).encode("utf-8", "replace").decode())
        executable = _interpreter.base_executable()
        if self.clear:
            self._clear(env_dir)
        context: Context = SimpleNamespace()  # type: ignore[assignment] # `venv` has this very class
        context.env_dir = env_dir  # type: ignore[assignment] # `create` gives a string
        context.env_name = os.path.split(env_dir)[1]
        prompt = self.prompt if self.prompt is not None else context.env_name
        context.prompt = f"({prompt}) " if _interpreter.DECORATES_PROMPT else prompt
        make_directory(_creation(), env_dir)
        context.executable = executable
        context.python_dir, context.python_exe = _interpreter.directory_and_name(executable)
        context.bin_path = self._venv_path(env_dir, "scripts")
        context.bin_name = os.path.relpath(context.bin_path, env_dir)
        context.env_exe = os.path.join(context.bin_path, context.python_exe)
        context.inc_path = self._include_path(env_dir)
        context.lib_path = self._venv_path(env_dir, "purelib")
        if _interpreter.HAS_PLATLIB:
            context.platlib_path = self._venv_path(env_dir, "platlib")
        else:
            context.platlib_path = EnvBuilder._venv_path(self, env_dir, "platlib")  # no call that `venv` does not make
        _native.create_directory(context.inc_path)
        _native.create_directory(context.lib_path)
        if _interpreter.LINKS_LIB64:
            _native.link_lib64(env_dir)
        if _interpreter.HAS_PLATLIB:
            _native.create_directory(context.platlib_path)
        _native.create_directory(context.bin_path)
        context.env_exec_cmd = context.env_exe
        if _interpreter.IS_WINDOWS:
            from ._windows import redirected

            context.env_exec_cmd = redirected(self, context.env_exe)
        return context

    def _clear(self, env_dir: "EnvDir") -> None:
        """Clear the directory where that is safe; a link is refused before what it leads to is lost."""
        try:
            os.lstat(env_dir)
        except FileNotFoundError:
            return
        if os.path.islink(env_dir):
            _native.create_directory(env_dir)
        refuse_to_clear_itself(env_dir)
        self.clear_directory(os.path.realpath(env_dir) if _is_junction(env_dir) else env_dir)

    def _include_path(self, env_dir: "EnvDir") -> str:
        if _interpreter.INCLUDE_IS_VERSIONED:
            return self._venv_path(env_dir, "include")
        return os.path.join(env_dir, "Include" if _interpreter.IS_WINDOWS else "include")

    def create_configuration(self, context: "Context") -> None:
        """Write `pyvenv.cfg`: where the environment's Python comes from, and what it may see of the base."""
        context.cfg_path = os.path.join(context.env_dir, "pyvenv.cfg")
        entries = _native.configuration_entries(
            home=str(context.python_dir),
            version=sys.version_info[:3],
            executable=sys.executable,
            real_executable=os.path.realpath(sys.executable),
            env_dir=context.env_dir,
            prompt=None if self.prompt is None else repr(self.prompt),
            given_prompt=None if self.orig_prompt is None else str(self.orig_prompt),
            system_site_packages=bool(self.system_site_packages),
            symlinks=bool(self.symlinks),
            with_pip=bool(self.with_pip),
            clear=bool(self.clear),
            upgrade=bool(self.upgrade),
            upgrade_deps=bool(self.upgrade_deps),
            scm_ignore=bool(self.scm_ignore_files),
            relocatable=bool(self.relocatable),
        )
        for key, value in entries:
            f"{key} = {value}\n".encode()  # the file is UTF-8: a value that is not raises what `venv` raises
        _creation().write_configuration(context.cfg_path, entries)

    def create_git_ignore_file(self, context: "Context") -> None:
        """Write a `.gitignore` that makes git ignore the whole environment."""
        path = os.path.join(context.env_dir, ".gitignore")
        _native.write_text(path, _native.GIT_IGNORE)

    def symlink_or_copy(self, src: str, dst: str, relative_symlinks_ok: bool = False) -> None:
        """Link to a file of the base installation, or copy it where links are unwanted or impossible.

        A link that is there is kept.

        Args:
            src: the file.
            dst: where the link or the copy goes.
            relative_symlinks_ok: both are in one directory, and the link may hold the name alone.

        """
        if _interpreter.IS_WINDOWS:
            from ._windows import symlink_or_copy
        else:
            from ._posix import symlink_or_copy
        symlink_or_copy(self, src, dst, relative_symlinks_ok)

    def setup_python(self, context: "Context") -> None:
        """Put the interpreter into the environment, under each of its names.

        Links of an earlier run that lead nowhere by now, or to another Python, are made again.
        """
        if _interpreter.IS_WINDOWS:
            from ._windows import setup_python
        else:
            from ._posix import setup_python
        setup_python(self, context)

    def _call_new_python(self, context: "Context", *py_args: str, **kwargs: "Any") -> None:
        """Run the environment's Python, with the user's settings but for those that say where modules are.

        The reason not to use `-I` is that it would mask them all (gh-98251).
        """
        from fastvenv import subprocess

        env = os.environ.copy()
        env["VIRTUAL_ENV"] = context.env_dir
        env.pop("PYTHONHOME", None)
        env.pop("PYTHONPATH", None)
        command = _interpreter.command_of(context)
        kwargs.update(env=env, cwd=context.env_dir, executable=command)
        subprocess.check_output([command, *py_args], **kwargs)

    def _setup_pip(self, context: "Context") -> None:
        """Install the pip of `ensurepip`: without running pip if the result is known, otherwise by `ensurepip`."""
        if not is_overridden(self, "_call_new_python"):  # which observes, or prevents, that a child installs pip
            from ._seed import install

            self._way = install(self, context)
            if self._way:
                return
        from ._installer import run

        run(self, context)
        self._way = "ensurepip"

    def setup_scripts(self, context: "Context") -> None:
        """Install the activation scripts, from the templates in this package."""
        self.install_scripts(context, SCRIPTS)

    def post_setup(self, context: "Context") -> None:
        """Do nothing; for subclasses, which can install packages or scripts here."""

    def replace_variables(self, text: str, context: "Context") -> str:
        """Replace the placeholders of a script template by their values, quoted for the script's language.

        The placeholders are `__VENV_DIR__`, `__VENV_NAME__`, `__VENV_PROMPT__`, `__VENV_BIN_NAME__` and
        `__VENV_PYTHON__`. `context.script_path` tells the language; without one it is a POSIX shell's.
        """
        if "__VENV_" not in text:
            return text  # even where a value could not be written, as in a path that is not UTF-8
        return _native.render_script(
            text,
            getattr(context, "script_path", ""),
            dir=context.env_dir,
            name=context.env_name,
            prompt=context.prompt,
            bin_name=context.bin_name,
            python=context.env_exe,
        )

    def install_scripts(self, context: "Context", path: str) -> None:
        """Install scripts from a folder of templates.

        Args:
            context: the context of the environment.
            path: the folder; of its sub-folders, `common` and the one named like the platform (`os.name`) are used.

        """
        templates = _native.script_templates(path, is_lenient=path != SCRIPTS)
        if self.activators is not None and path == SCRIPTS:
            from ._activation import selected

            templates = selected(templates, self.activators)
        for folder, *parts in templates:
            template = os.path.join(path, folder, *parts)
            context.script_path = template
            script = _native.read_file(template)
            if not (_interpreter.IS_WINDOWS and template.endswith((".exe", ".pdb"))):
                try:
                    text = script.decode("utf-8")
                    if _interpreter.DECORATES_PROMPT and path == SCRIPTS:
                        text = _native.without_parentheses(text)
                    if path == SCRIPTS and (self.relocatable or self._has_no_name_for(template, context)):
                        text = _native.without_directory(text, template)
                    script = self.replace_variables(text, context).encode("utf-8")
                except UnicodeError as error:
                    from fastvenv import logger

                    logger.warning("unable to copy script %r, may be binary: %s", template, error)
                    continue
            if path == SCRIPTS and _interpreter.IS_WINDOWS and parts == ["Activate.ps1"]:
                from ._windows import signed_script

                script = signed_script(self, context) or script
            source = None if path == SCRIPTS else template
            _native.write_script(os.path.join(context.bin_path, *parts), script, source)

    def _has_no_name_for(self, template: str, context: "Context") -> bool:
        """Return whether the script is PowerShell's and cannot hold the environment's names, which are not UTF-8."""
        if not template.endswith(".ps1"):
            return False
        names = f"{context.env_dir}{getattr(context, 'prompt', '')}"  # an override of `replace_variables` needs none
        return names.encode("utf-8", "replace").decode() != names

    def upgrade_dependencies(self, context: "Context") -> None:
        """Upgrade `CORE_VENV_DEPS` with the environment's pip."""
        from fastvenv import CORE_VENV_DEPS, logger

        from ._installer import upgrade

        logger.debug("Upgrading %s packages in %s", CORE_VENV_DEPS, context.bin_path)
        upgrade(self, context, CORE_VENV_DEPS, _interpreter.ISOLATES_ENSUREPIP)


def _is_junction(env_dir: "EnvDir") -> bool:
    """Return whether a directory is a junction or a mounted volume of Windows; `venv` treats it as a directory."""
    if not _interpreter.IS_WINDOWS:
        return False
    from ._windows import is_junction

    return is_junction(env_dir)


def make_directory(creation: "_native.Creation", env_dir: "EnvDir") -> None:
    """Make the directory of an environment if it is missing, and refuse a symbolic link; a junction is accepted."""
    if not _is_junction(env_dir):
        creation.create_directory(env_dir)


def _creation() -> "_native.Creation":
    """Return the record of what the running call of `create` has made; outside of a call, a new record."""
    return getattr(_running, "creation", None) or _native.Creation()


def refuse_to_clear_itself(env_dir: "EnvDir") -> None:
    """Refuse, with `ValueError`, to clear a directory that this package is in."""
    if _native.is_in(SCRIPTS, env_dir):
        raise ValueError(f"Refusing to clear {env_dir} because fastvenv itself is installed in it.")


def _take_back(creation: "_native.Creation") -> None:
    """Remove what a call of `create` has made, even if interrupts come meanwhile."""
    while True:
        try:
            creation.take_back()
        except Exception as error:  # noqa: BLE001 - the one that led here matters more
            from fastvenv import logger

            logger.warning("Unable to remove the incomplete environment: %s", error)
        except BaseException:  # noqa: BLE001, S112 - an interrupt, which comes before the call or after it
            continue
        return


def without_defaults(options: "dict[str, Any]") -> "dict[str, Any]":
    """Return the options without those of fastvenv that have their default.

    What is in the place of `EnvBuilder` may be a class that was written for `venv`, and know no others.
    """
    defaults: dict[str, object] = EnvBuilder.__init__.__kwdefaults__ or {}
    return {name: value for name, value in options.items() if name not in defaults or value != defaults[name]}


def is_overridden(builder: EnvBuilder, *hooks: str) -> bool:
    """Return whether a subclass, an instance or a test has put others in the place of these hooks."""
    return any(getattr(type(builder), hook) is not _HOOKS[hook] or hook in vars(builder) for hook in hooks)


_HOOKS = dict(vars(EnvBuilder))

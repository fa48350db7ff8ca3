"""Environments of another interpreter than the running one (`--python`).

They have no hooks. The steps are native; the interpreter itself is run for what only it can do. The module is loaded
only for `--python`.
"""

import os
import sys
from types import SimpleNamespace

from . import _installer, _interpreter, _native, _seed, cache
from ._builder import _take_back, make_directory, refuse_to_clear_itself

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from ._annotations import ContextNamespace, EnvDir
    from ._builder import EnvBuilder


def choose(asked: str, use_cache: bool) -> "_native.Interpreter":
    """Choose the interpreter that `--python` names.

    Args:
        asked: a path, a name, a version, a range or an implementation.
        use_cache: take the records of interpreters from the cache, and keep new ones there.

    Raises:
        ValueError: the name cannot be understood, or there is no such interpreter.

    """
    return _native.choose_python(asked, cache.directory() if use_cache else None, sys.executable or None)


class OtherBuilder:
    """Makes environments of an interpreter. Several threads may use it at the same time.

    Args:
        builder: the builder with the options.
        interpreter: the interpreter.
        is_shared: several threads call `create`.

    Attributes:
        seed: what pip is installed from; `None` where it is left to `ensurepip`.

    """

    def __init__(self, builder: "EnvBuilder", interpreter: "_native.Interpreter", is_shared: bool = False) -> None:
        for scm in builder.scm_ignore_files:
            getattr(builder, f"create_{scm}_ignore_file")  # the error is that of environments of the running Python
        self._builder = builder
        self._interpreter = interpreter
        self._features = _interpreter.features_of(interpreter)
        self._is_native = interpreter.can_be_placed(bool(builder.symlinks))
        if not self._is_native:
            self._check_that_venv_can()
        wants_seed = builder.with_pip and self._is_native
        self.seed = _seed.find(builder, is_shared, interpreter) if wants_seed else None
        if is_shared:
            _installer.load()

    def create(self, env_dir: "EnvDir") -> "Optional[str]":
        """Make an environment in a directory.

        If the call fails or is interrupted, the directories that it made are removed, and a directory that was
        empty is empty again.

        Args:
            env_dir: the directory, relative to the current one.

        Returns:
            How pip got into it: what `Seed.install` returns, or `ensurepip`; `None` without pip.

        Raises:
            ValueError: an environment cannot have that name, or a file is in the way.
            OSError: the operating system refused a call; `filename` is the path.
            subprocess.CalledProcessError: pip could not be installed; `output` says why.

        """
        env_dir = self._builder._checked(env_dir)  # noqa: SLF001
        creation = _native.Creation()
        try:
            is_native = self._is_native and not self._is_redirected(creation, env_dir)
            way = self._create(creation, env_dir) if is_native else self._create_by_venv(creation, env_dir)
        except BaseException:
            _take_back(creation)
            raise
        else:
            creation.keep()
            return way

    def _is_redirected(self, creation: "_native.Creation", env_dir: str) -> bool:
        """Return whether the system keeps the directory elsewhere, as for a Python of the Store: that is for `venv`."""
        if not _interpreter.IS_WINDOWS:
            return False
        _native.check_env_dir(env_dir)
        make_directory(creation, env_dir)
        if self._builder._same_path(os.path.realpath(env_dir), env_dir):  # noqa: SLF001
            return False
        self._check_that_venv_can()
        return True

    def _create(self, creation: "_native.Creation", env_dir: str) -> "Optional[str]":
        builder = self._builder
        if builder.clear:
            refuse_to_clear_itself(env_dir)
        prompt = None
        if builder.prompt is not None:
            prompt = (str(builder.orig_prompt), str(builder.prompt), repr(builder.prompt))
        environment = _native.Environment(
            creation,
            env_dir,
            self._interpreter,
            seed=self.seed,
            prompt=prompt,
            system_site_packages=bool(builder.system_site_packages),
            symlinks=bool(builder.symlinks),
            with_pip=bool(builder.with_pip),
            clear=bool(builder.clear),
            force=not builder._spares_other_directories,  # noqa: SLF001
            upgrade=bool(builder.upgrade),
            upgrade_deps=bool(builder.upgrade_deps),
            git_ignore="git" in builder.scm_ignore_files,
            activators=None if builder.activators is None else list(builder.activators),
            relocatable=bool(builder.relocatable),
        )
        for source, path in environment.copied:
            from fastvenv import logger

            logger.warning("Unable to symlink %r to %r", source, path)
        context: ContextNamespace = SimpleNamespace(  # type: ignore[assignment]
            env_dir=env_dir,
            env_exec_cmd=environment.python,
            bin_path=environment.bin_path,
            lib_path=environment.lib_path,
        )
        if environment.lacks_pip:
            self._install_pip(context)
        environment.finish(creation)
        if builder.upgrade_deps:
            distributions = _interpreter.core_dependencies(self._features)
            _installer.upgrade(builder, context, distributions, self._features.isolates_ensurepip)
            if builder.relocatable:
                _native.relocate_scripts(context.bin_path, context.lib_path, context.env_exec_cmd)
        return "ensurepip" if environment.lacks_pip else environment.pip

    def _install_pip(self, context: "ContextNamespace") -> None:
        """Let the interpreter install pip."""
        interpreter = self._interpreter
        *_, library = interpreter.prefixes
        if self._builder.pip_wheel is None and not os.path.isdir(os.path.join(library, "ensurepip")):
            advice = _installer.without_ensurepip(interpreter.version)
            raise ValueError(f"{interpreter.base_executable} {advice}")
        _installer.run(self._builder, context, interpreter)

    def _check_that_venv_can(self) -> None:
        """Raise `ValueError` if the interpreter's own `venv` has no option for what the builder asks for."""
        builder = self._builder
        unknown = {
            "activators": builder.activators is not None,
            "pip_wheel": builder.pip_wheel is not None,
            "relocatable": builder.relocatable,
        }
        names = [name for name, is_wanted in unknown.items() if is_wanted]
        if names:
            executable = self._interpreter.executable
            raise ValueError(f"{executable} can only make it by its own venv, which has no {' and no '.join(names)}.")

    def _create_by_venv(self, creation: "_native.Creation", env_dir: str) -> "Optional[str]":
        """Let the interpreter's own `venv` make the environment."""
        from fastvenv import subprocess

        builder = self._builder
        _native.check_env_dir(env_dir)
        if builder.clear:
            builder._clear(env_dir)  # noqa: SLF001 - it refuses a directory that is not an environment
        make_directory(creation, env_dir)
        wanted = {
            "--system-site-packages": builder.system_site_packages,
            "--clear": builder.clear,
            "--upgrade": builder.upgrade,
            "--without-pip": not builder.with_pip,
            "--upgrade-deps": builder.upgrade_deps,
            "--without-scm-ignore-files": self._features.ignores_scm_by_default and not builder.scm_ignore_files,
        }
        options = [option for option, is_wanted in wanted.items() if is_wanted]
        options.append("--symlinks" if builder.symlinks else "--copies")
        if builder.prompt is not None:
            options.append(f"--prompt={builder.prompt}")
        command = [self._interpreter.executable, "-m", "venv", *options, env_dir]
        subprocess.check_output(command, stderr=subprocess.STDOUT)
        way = "ensurepip" if builder.with_pip else None
        if "git" in builder.scm_ignore_files and not self._features.ignores_scm_by_default:
            _native.write_text(os.path.join(env_dir, ".gitignore"), _native.GIT_IGNORE)
        return way

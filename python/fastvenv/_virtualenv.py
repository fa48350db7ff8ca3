"""A creator and a seeder for `virtualenv`: `VIRTUALENV_CREATOR=fastvenv`, `VIRTUALENV_SEEDER=fastvenv`.

tox, hatch, poetry, pdm and pre-commit make environments by `virtualenv`, and take both from these variables. Each run
of `virtualenv` loads the module, to see what there is, and so it loads little itself.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from virtualenv.create.via_global_ref.api import ViaGlobalRefApi
from virtualenv.create.via_global_ref.venv import Venv
from virtualenv.seed.embed.via_app_data.via_app_data import FromAppData

if TYPE_CHECKING:
    from typing import Optional

    from . import _native


class Creator(Venv):
    """Makes the directories, the interpreter and `pyvenv.cfg`; `virtualenv` writes its own keys, and its scripts."""

    @classmethod
    def can_create(cls, interpreter: "Any") -> "Any":
        """Return what `virtualenv` knows of the interpreter; `None` where the creator `venv` has to do it.

        Args:
            interpreter: the interpreter, as `virtualenv` found it.

        """
        is_known = os.name == "posix" and interpreter.implementation in ("CPython", "PyPy")
        return super().can_create(interpreter) if is_known else None

    def create(self) -> None:
        """Make the environment.

        Raises:
            ValueError: there can be no environment in that directory.
            OSError: the operating system refused a call.

        """
        if self.interpreter.implementation == "PyPy" and not self.symlinks:
            super().create()  # the interpreter's own `venv` knows what has to be copied
            return
        from ._builder import EnvBuilder
        from ._other import OtherBuilder

        builder = EnvBuilder(
            system_site_packages=self.enable_system_site_package, symlinks=self.symlinks, activators=()
        )
        OtherBuilder(builder, _record(self.interpreter)).create(self.dest)
        # What `virtualenv` adds to every environment; not what it does to those of `venv`.
        ViaGlobalRefApi.create(self)


class Seeder(FromAppData):
    """Installs the wheels that `virtualenv` brings, or finds in `--extra-search-dir`, through the cache of fastvenv."""

    def run(self, creator: "Any") -> None:
        """Install the wheels. Where one has to be downloaded, or is not understood, the seeder `app-data` does it.

        Args:
            creator: the creator, which has made the environment.

        Raises:
            RuntimeError: as from the seeder `app-data`.
            OSError: the operating system refused a call.

        """
        if not self.enabled:
            return
        wheels = None if self.download else self._wheels(creator)
        if wheels is None or not self._install(wheels, creator):
            super().run(creator)

    def _wheels(self, creator: "Any") -> "Optional[list[Path]]":
        """Return the wheels that are asked for; `None` where one is not on this machine."""
        from virtualenv.seed.wheels import get_wheel

        wheels = []
        for distribution, version in self.distribution_to_versions().items():
            wheel = get_wheel(
                distribution=distribution,
                version=version,
                for_py_version=creator.interpreter.version_release_str,
                search_dirs=self.extra_search_dir,
                download=False,
                app_data=self.app_data,
                do_periodic_update=self.periodic_update,
                env=self.env,
            )
            if wheel is None:
                return None
            wheels.append(wheel.path)
        return wheels

    def _install(self, wheels: "list[Path]", creator: "Any") -> bool:
        """Install wheels, without bytecode as `app-data` does, and return whether that was possible."""
        from . import _native, _seed, cache

        interpreter, mode = _record(creator.interpreter), _seed.link_mode()
        seed = _native.Seed(wheels, interpreter, cache=cache.directory(), link_mode=mode, compiles=False)
        way = seed.install(
            env_dir=creator.dest,
            purelib=creator.purelib,
            platlib=creator.platlib,
            scripts=creator.script_dir,
            python=creator.exe,
        )
        return way is not None


def _record(interpreter: "Any") -> "_native.Interpreter":
    """Return the record of an interpreter that `virtualenv` has found."""
    from ._other import choose

    return choose(interpreter.system_executable, use_cache=True)

"""Uses of the public interface. A type checker has to report the lines with `# wrong`, and no other."""

from pathlib import Path
from types import SimpleNamespace

import fastvenv
import fastvenv.cache
from fastvenv import EnvBuilder


class OfVenv(EnvBuilder):
    """As it is written for `venv`."""

    def post_setup(self, context: SimpleNamespace) -> None:
        """Use it."""
        print(context.env_dir, context.anything)


class OfFastvenv(EnvBuilder):
    """With a type that editors know."""

    def post_setup(self, context: fastvenv.Context) -> None:
        """Use it."""
        print(context.env_dir.upper())
        print(context.env_dri)  # wrong

    def setup_python(self, context: int) -> None:  # wrong
        """Take what no hook gets."""


builder = EnvBuilder(symlinks=True, with_pip=True, link_mode="hardlink", activators={"bash", "fish"})
builder.create(Path("env"))
context = builder.ensure_directories("env")
context.of_a_subclass = context.bin_path.upper()
fastvenv.create("env", pip_wheel=Path("pip.whl"), python="3.12")
fastvenv.main(["env"])
dependencies: "tuple[str, ...]" = fastvenv.CORE_VENV_DEPS
folder: "str | None" = fastvenv.cache.directory()
fastvenv.logger.setLevel("ERROR")

fastvenv.EnvBulider()  # wrong
EnvBuilder(activators="bash")  # wrong
EnvBuilder(activators=["bosh"])  # wrong
EnvBuilder(link_mode="none")  # wrong
EnvBuilder(with_pop=True)  # wrong
fastvenv.create(1)  # wrong

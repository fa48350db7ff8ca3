"""The function `create`, as in `venv`."""

import os

from ._annotations import Activator, EnvDir, Iterable, LinkMode, Optional


def create(
    env_dir: "EnvDir",
    system_site_packages: bool = False,
    clear: bool = False,
    symlinks: bool = False,
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
    python: "Optional[EnvDir]" = None,
) -> None:
    """Make a virtual environment. The parameters are those of `EnvBuilder`, except `upgrade`, as in `venv`.

    Args:
        python: the base interpreter, in any form that `--python` allows; by default the running one.

    Raises:
        ValueError: as from `EnvBuilder.create`; also if there is no such interpreter.
        OSError: as from `EnvBuilder.create`.
        subprocess.CalledProcessError: as from `EnvBuilder.create`.

    """
    from fastvenv import EnvBuilder  # by this name, which tools and tests replace, as with `venv`

    from ._builder import without_defaults

    options = {
        "scm_ignore_files": scm_ignore_files,
        "activators": activators,
        "relocatable": relocatable,
        "link_mode": link_mode,
        "use_cache": use_cache,
        "compile_bytecode": compile_bytecode,
        "pip_wheel": pip_wheel,
    }
    builder = EnvBuilder(
        system_site_packages=system_site_packages,
        clear=clear,
        symlinks=symlinks,
        with_pip=with_pip,
        prompt=prompt,
        upgrade_deps=upgrade_deps,
        **without_defaults(options),
    )
    if python is None:
        builder.create(env_dir)
        return
    from ._other import OtherBuilder, choose

    OtherBuilder(builder, choose(os.fspath(python), use_cache)).create(env_dir)


create.__module__ = "fastvenv"

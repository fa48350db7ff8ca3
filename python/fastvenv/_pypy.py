"""What the `venv` of PyPy copies besides the executable, on POSIX. The module is loaded only there."""

import os
import sys

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace

    from ._builder import EnvBuilder


def copy(src: str, dst: str) -> None:
    """Copy a file or a folder. For a link, make a link to the same target.

    The executable looks for its library beside the real file, so a copy of what the link leads to would not start.
    """
    if os.path.isdir(src):
        from fastvenv import shutil

        shutil.copytree(src, dst)
    elif os.path.islink(src):
        _native.symlink(os.path.realpath(src), dst)
    else:
        _native.copy_file(src, dst)


def copy_libraries(builder: "EnvBuilder", context: "SimpleNamespace") -> None:
    """Copy the main library, and the libraries that the list of a portable build names."""
    name = "libpypy{}.{}-c".format(*sys.version_info[:2])
    for library in (f"{name}.so", f"{name}.dylib"):
        source = os.path.join(os.path.dirname(context.executable), library)
        destination = os.path.join(context.bin_path, library)
        if os.path.exists(source) and not os.path.exists(destination):
            builder.symlink_or_copy(source, destination)
            _native.make_executable(destination)
    folder = os.path.join(context.python_dir, "..", "lib")
    listing = os.path.join(folder, "PYPY_PORTABLE_DEPS.txt")
    if os.path.exists(listing):
        with open(listing, encoding="utf-8") as file:
            names = [line.strip() for line in file]
        for name in names:
            source = os.path.join(folder, name)
            destination = os.path.join(context.env_dir, "lib", name)
            if os.path.exists(source) and not os.path.exists(destination):
                builder.symlink_or_copy(source, destination)

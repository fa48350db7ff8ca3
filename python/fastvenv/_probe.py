"""Prints what fastvenv has to know of a Python to make environments of it.

The running Python imports this module; any other one, CPython or not, runs it as a script, with nothing but the
standard library. `src/interpreter/record.rs` reads the output: one line for each fact, with its name, and a tab before
each value.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

# The first line of the output, which changes when the meaning of the others does. A `sitecustomize` may print before
# it.
FORMAT = "fastvenv interpreter 1"

_VERSION = sys.version_info[:2]

_PATHS = ("scripts", "include", "purelib", "platlib")

# Stands for the directory of an environment while paths are looked up.
_ANYWHERE = os.path.abspath(os.sep + "env")


def describe() -> str:
    """Return the facts as text. For a Python that is too old, or not Python 3, they are only its version."""
    facts = [
        ["version", *map(str, sys.version_info[:3])],
        ["implementation", sys.implementation.name],
        ["description", sys.version],
    ]
    if _VERSION >= (3, 9):
        facts += _details()
    lines = ["\t".join(map(_escape, fact)) for fact in facts]
    return "\n".join([FORMAT, *lines, "end", ""])


def _details() -> "list[list[str]]":
    import sysconfig

    library = os.path.dirname(os.__file__)
    base: str = getattr(sys, "_base_executable", sys.executable) or ""
    files = [sys.executable, base, os.path.realpath(base)]
    for executable in (sys.executable, base):
        folder = os.path.dirname(executable)
        files += [os.path.join(folder, "pyvenv.cfg"), os.path.join(os.path.dirname(folder), "pyvenv.cfg")]
    data = "_sysconfigdata_{}_{}_{}.py".format(
        getattr(sys, "abiflags", ""), sys.platform, getattr(sys.implementation, "_multiarch", "")
    )
    files += [
        os.path.join(library, name)
        for name in ("os.py", "sysconfig.py", os.path.join("sysconfig", "__init__.py"), data)
    ]
    wheels, looked_into = _wheels(library, sysconfig.get_config_var("WHEEL_PKG_DIR"))
    cache_tag: Optional[str] = sys.implementation.cache_tag
    return [
        ["executable", sys.executable],
        ["base-executable", base],
        ["real-executable", os.path.realpath(sys.executable)],
        ["prefixes", *prefixes()],
        *([["cache-tag", cache_tag]] if cache_tag is not None else []),
        # the interpreter itself uses this module
        ["magic-number", sys.modules["_frozen_importlib_external"].MAGIC_NUMBER.hex()],
        ["bits", "64" if sys.maxsize > 2**32 else "32"],
        ["free-threaded", "1" if sysconfig.get_config_var("Py_GIL_DISABLED") else "0"],
        ["debug", "1" if hasattr(sys, "gettotalrefcount") else "0"],
        *(["path", name, path] for name, path in _paths().items()),
        *([["wheels", *wheels]] if wheels is not None else []),
        *(["file", file] for file in dict.fromkeys([*files, *looked_into])),
    ]


def prefixes() -> "list[str]":
    """Return where the base installation is. Settings of the user can change it."""
    return [sys.base_prefix, sys.base_exec_prefix, getattr(sys, "platlibdir", ""), os.path.dirname(os.__file__)]


def path(env_dir: str, name: str) -> str:
    """Return the path of that name (`scripts`, `purelib`, ...) in an environment, by the scheme `venv` (bpo-45413).

    Raises:
        KeyError: there is no such path.

    """
    import sysconfig

    variables = {"base": env_dir, "platbase": env_dir}
    if (3, 11) <= _VERSION < (3, 14):  # `include` then has a folder for the version
        variables.update(installed_base=env_dir, installed_platbase=env_dir)
    return sysconfig.get_path(name, scheme="venv", vars=variables)


def _paths() -> "dict[str, str]":
    """Return each path relative to the environment, or none if `sysconfig` has no scheme for environments."""
    if _VERSION < (3, 11):
        return {}
    return {name: os.path.relpath(path(_ANYWHERE, name), _ANYWHERE) for name in _PATHS}


def _wheels(library: str, folder: "Optional[str]") -> "tuple[Optional[list[str]], list[str]]":
    """Find what `ensurepip` would install: the wheels of the distribution's folder if it has all, else its own.

    If there is no `ensurepip`, the metadata of an installed pip takes the place of the wheels.

    Returns:
        The paths, pip's first, and the files and folders that were looked into. There are no paths if `ensurepip` may
        have wheels that are not found here.

    """
    program = os.path.join(library, "ensurepip", "__main__.py")
    bundled = os.path.join(library, "ensurepip", "_bundled")
    looked_into = [program, bundled]
    found = None
    if folder and _VERSION >= (3, 10):  # bpo-42856
        looked_into.append(folder)
        found = _all_in(folder, is_single=False)
    if found is None:
        found = _all_in(bundled, is_single=True)
    if found is None and not os.path.exists(program):
        libraries = base_libraries()
        looked_into += libraries
        found = _installed(libraries)
    return found, looked_into


def _distributions() -> "list[str]":
    return ["pip"] if _VERSION >= (3, 12) else ["pip", "setuptools"]  # gh-101039


def _all_in(folder: str, is_single: bool) -> "Optional[list[str]]":
    """Return the last wheel of each distribution in a folder; `None` if a distribution has none.

    Only `ensurepip` knows which version is its own, if its folder has several.
    """
    found = []
    for name in _distributions():
        wheels = [file for file in _names(folder) if file.startswith(name + "-") and file.endswith(".whl")]
        if not wheels or (is_single and len(wheels) > 1):
            return None
        found.append(os.path.join(folder, max(wheels)))
    return found


def base_libraries() -> "list[str]":
    """Return the folders in which the base installation may have packages; modules may come from others, too."""
    own = [entry for entry in sys.path if os.path.basename(entry) in ("site-packages", "dist-packages")]
    version = "python{}.{}".format(*_VERSION)
    places = [("lib", version, "site-packages"), ("lib", "python3", "dist-packages"), ("Lib", "site-packages")]
    return own + [os.path.join(sys.base_prefix, *parts) for parts in places]


def _installed(libraries: "list[str]") -> "Optional[list[str]]":
    """Return the metadata of the installed distributions; `None` if pip is not among them."""
    found: dict[str, str] = {}
    for library in libraries:
        for name in _distributions():
            folders = [file for file in _names(library) if file.startswith(name + "-") and file.endswith(".dist-info")]
            if len(folders) == 1 and os.path.exists(os.path.join(library, folders[0], "RECORD")):
                found.setdefault(name, os.path.abspath(os.path.join(library, folders[0])))
    return [found[name] for name in _distributions() if name in found] if "pip" in found else None


def _names(folder: str) -> "list[str]":
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _escape(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return value


if __name__ == "__main__":
    # A path that is not UTF-8 is written as it is; the reader refuses it.
    sys.stdout.buffer.write(describe().encode("utf-8", "surrogateescape"))

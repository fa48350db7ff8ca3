"""The options that `venv` does not have: each has its effect."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import SHARING, Interpreter, Result, describe, packages, snapshot
from terminal import WATCHING, on_terminal
from wheels import bundled_pip, other_pip

pytestmark = pytest.mark.usefixtures("has_wheels")


@pytest.fixture(scope="session")
def python(small_python: Interpreter) -> Interpreter:
    return small_python


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def create(
    python: Interpreter, *arguments: str | Path, cache: Path, prefix: list[str] | None = None, umask: int = -1
) -> Result:
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    return python.run("-m", "fastvenv", *arguments, env=variables, prefix=prefix, umask=umask)


def tree(env_dir: Path) -> dict[str, tuple[str, ...]]:
    """The contents of an environment, links followed, without the text that depends on its place and its options."""
    found = {}
    for path in packages(env_dir).rglob("*"):
        if path.is_file() and path.name != "RECORD":
            found[str(path.relative_to(env_dir))] = describe(path.resolve())
    return found


@pytest.mark.parametrize("mode", ["auto", "clone", "hardlink", "symlink", "copy"])
def test_every_link_mode_gives_the_same_pip(python: Interpreter, tmp_path: Path, cache: Path, mode: str) -> None:
    assert create(python, tmp_path / "plain", cache=cache, umask=SHARING) == Result(0, "", "")
    assert create(python, "--link-mode", mode, tmp_path / "env", cache=cache, umask=SHARING) == Result(0, "", "")
    assert tree(tmp_path / "env") == tree(tmp_path / "plain")
    module = packages(tmp_path / "env") / "pip/__init__.py"
    assert module.is_symlink() == (mode == "symlink")
    if mode == "hardlink":
        assert module.stat().st_nlink > 2
    if mode in ("clone", "copy"):
        assert module.stat().st_nlink == 1
    record = next(packages(tmp_path / "env").glob("pip-*.dist-info/RECORD"))
    assert not record.is_symlink() and record.stat().st_nlink == 1


def test_pip_works_where_it_is_links_to_the_cache(whole_python: Interpreter, tmp_path: Path) -> None:
    result = whole_python.run("-m", "fastvenv", "--link-mode=symlink", tmp_path / "env", umask=SHARING)
    assert result == Result(0, "", "")
    assert (packages(tmp_path / "env") / "pip/__init__.py").is_symlink()
    assert whole_python.inside(tmp_path / "env").run("-m", "pip", "list").status == 0


@pytest.mark.needs_root
@pytest.mark.parametrize("system", ["btrfs", "xfs"])
def test_files_are_cloned_where_the_file_system_can(whole_python: Interpreter, tmp_path: Path, system: str) -> None:
    """`auto` clones there: a file of its own for each environment, which shares the blocks with the cache."""
    maker = shutil.which(f"mkfs.{system}", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if maker is None or not Path("/usr/sbin/filefrag").exists():
        pytest.skip(f"mkfs.{system} or filefrag is not installed")
    image, mounted = tmp_path / "image", tmp_path / "mounted"
    with image.open("wb") as file:
        file.truncate(400 << 20)
    subprocess.run([maker, str(image)], check=True, capture_output=True)
    mounted.mkdir()
    script = f'mount -o loop "{image}" "{mounted}" || exit 77; "$@"; status=$?; sync; /usr/sbin/filefrag -v "$MODULE"; exit $status'
    prefix = ["unshare", "-m", "sh", "-c", script, "sh"]
    modules = {}
    for name in ("one", "two"):
        env_dir = mounted / name
        version = "{}{}.{}".format("pypy" if whole_python.is_pypy else "python", *whole_python.version)
        module = env_dir / "lib" / version / "site-packages/pip/_internal/cli/cmdoptions.py"
        variables = {**whole_python.variables, "FASTVENV_CACHE_DIR": str(mounted / "cache"), "MODULE": str(module)}
        result = whole_python.run("-m", "fastvenv", env_dir, env=variables, prefix=prefix)
        if result.status == 77:
            pytest.skip(f"{system} cannot be mounted here: {result.stderr}")
        assert (result.status, result.stderr) == (0, "")
        modules[name] = result.output
    assert all("shared" in output for output in modules.values()), modules


def test_without_a_cache_nothing_is_kept(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    assert create(python, "--no-cache", tmp_path / "env", cache=cache) == Result(0, "", "")
    assert not cache.exists()
    assert {path.stat().st_nlink for path in packages(tmp_path / "env").rglob("*") if path.is_file()} == {1}


@pytest.mark.parametrize("with_cache", [True, False])
def test_without_bytecode(python: Interpreter, tmp_path: Path, cache: Path, with_cache: bool) -> None:
    options = [] if with_cache else ["--no-cache"]
    assert create(python, *options, "--no-compile", tmp_path / "env", cache=cache) == Result(0, "", "")
    assert create(python, tmp_path / "compiled", cache=cache) == Result(0, "", "")
    bytecode = {path for path in tree(tmp_path / "compiled") if path.endswith(".pyc")}
    assert bytecode
    assert tree(tmp_path / "env").keys() == tree(tmp_path / "compiled").keys() - bytecode
    record = next(packages(tmp_path / "env").glob("pip-*.dist-info/RECORD")).read_text()
    assert ".pyc" not in record
    variables = {**python.variables, "PYTHONDONTWRITEBYTECODE": "1"}
    assert python.inside(tmp_path / "env").run("-c", "import pip.__main__", env=variables).status == 0


def test_a_thread_that_cannot_be_had_shows_no_progress(python: Interpreter, tmp_path: Path) -> None:
    script = """
import _thread, sys
def refuse(*arguments):
    raise RuntimeError("can't start new thread")
_thread.start_new_thread = refuse
from fastvenv import __main__
__main__.run()
"""
    shown = on_terminal(python, "-c", script, "--without-pip", tmp_path / "env")
    assert "Traceback" not in shown and "Error" not in shown
    assert (tmp_path / "env/bin/activate.csh").exists()


def test_bytecode_is_what_python_loads(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """With and without the cache; tracebacks show the file in the environment."""
    assert create(python, "--no-cache", tmp_path / "uncached", cache=cache) == Result(0, "", "")
    assert create(python, tmp_path / "cached", cache=cache) == Result(0, "", "")
    assert tree(tmp_path / "uncached").keys() == tree(tmp_path / "cached").keys()
    script = "import json, pip; print(json.dumps([pip.__spec__.cached, pip.main.__code__.co_filename]))"
    for name in ("uncached", "cached"):
        cached, file_name = python.inside(tmp_path / name).answer(script)
        assert cached.startswith(str(tmp_path / name)) and file_name.startswith(str(tmp_path / name))
        verbose = python.inside(tmp_path / name).run("-v", "-c", "import pip")
        if not python.is_pypy:
            assert f"code object from '{cached}'" in verbose.stderr


@pytest.mark.nightly  # `ensurepip` then installs pip, which test_pip shows of each such setting
def test_a_prefix_for_bytecode_moves_it(whole_python: Interpreter, tmp_path: Path) -> None:
    """`PYTHONPYCACHEPREFIX`: the files are where `venv` puts them, whose pip ignores the variable up to Python 3.9."""
    found = []
    for module in ("venv", "fastvenv"):
        variables = {**whole_python.variables, "PYTHONPYCACHEPREFIX": str(tmp_path / "prefix")}
        assert whole_python.run("-m", module, tmp_path / "env", env=variables).status == 0
        modules = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("pip/**/*.pyc")}
        assert {path.split("/")[0] for path in modules} == {"env" if whole_python.version < (3, 10) else "prefix"}
        found.append(modules)
        for folder in ("env", "prefix"):
            shutil.rmtree(tmp_path / folder, ignore_errors=True)
    assert found[0] == found[1]


@pytest.mark.parametrize("is_folder", [True, False])
def test_another_pip_can_be_chosen(python: Interpreter, tmp_path: Path, cache: Path, is_folder: bool) -> None:
    wheel = other_pip(python, tmp_path / "wheels")
    shutil.copy(bundled_pip(python), tmp_path / "wheels")  # an older pip
    chosen = wheel.parent if is_folder else wheel
    assert create(python, "--pip-wheel", chosen, tmp_path / "env", cache=cache) == Result(0, "", "")
    assert python.inside(tmp_path / "env").answer("import json, pip; print(json.dumps(pip.__version__))") == "99.0"
    assert next(packages(tmp_path / "env").glob("pip-*")).name == "pip-99.0.dist-info"


def test_the_pip_that_is_chosen_replaces_another_version(whole_python: Interpreter, tmp_path: Path) -> None:
    """There, pip replaces itself."""
    wheel = other_pip(whole_python, tmp_path / "wheels")
    for arguments in (["env"], ["--pip-wheel", str(wheel), "env"]):
        assert whole_python.run("-m", "fastvenv", *arguments, cwd=tmp_path) == Result(0, "", "")
    version = whole_python.inside(tmp_path / "env").run("-m", "pip", "--version").output
    assert version.startswith("pip 99.0 from ")


def test_a_chosen_pip_that_is_not_there(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.whl").touch()
    for path in (tmp_path / "empty", tmp_path / "missing", tmp_path / "other.whl", tmp_path / "pip-1-py3-none-any.whl"):
        result = create(python, "--pip-wheel", path, tmp_path / "env", cache=cache)
        assert result == Result(1, "", f"Error: There is no wheel of pip (pip-*.whl) at {str(path)!r}.\n")
        assert not (tmp_path / "env").exists()


def test_a_pip_for_another_python(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """It is refused by name, as pip would."""
    wheel = other_pip(python, tmp_path / "wheels", requires_python=">=3.99")
    result = create(python, "--pip-wheel", wheel, tmp_path / "env", cache=cache)
    assert result.status == 1
    version = "{}.{}".format(*python.version)
    assert result.stderr == (
        f"Error: The wheel {wheel} cannot be installed: it needs Python >=3.99, and this is {version}\n"
        "Give another wheel with --pip-wheel.\n"
    )
    assert not (tmp_path / "env").exists()


def test_pip_can_come_from_an_installation(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    """If there is neither a wheel nor ensurepip, an installed pip takes their place, unless it was changed."""
    assert create(python, "--no-cache", tmp_path / "base", cache=tmp_path).status == 0
    base = packages(tmp_path / "base")
    script = f"""
import sys
from fastvenv import __main__, _probe
_probe._all_in = lambda folder, is_single: None
exists = _probe.os.path.exists
_probe.os.path.exists = lambda path: not path.endswith("__main__.py") and exists(path)
_probe.base_libraries = lambda: [{str(base)!r}]
sys.path = [entry for entry in sys.path if not entry.endswith("-packages")]
sys.argv[0] = "fastvenv"
__main__.run()
"""
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    for name in ("env", "again"):
        assert python.run("-c", script, tmp_path / name, env=variables) == Result(0, "", "")
        assert tree(tmp_path / name) == tree(tmp_path / "base")
    first = (tmp_path / "env/bin/pip").read_text().splitlines()[0]
    assert first == f"#!{tmp_path}/env/bin/{os.path.basename(first)}"
    (base / "pip/__init__.py").write_text("# edited\n")
    shutil.rmtree(cache)
    result = python.run("-c", script, tmp_path / "edited", env=variables)
    assert result.status == 1
    assert re.fullmatch(
        rf"Error: The wheel {re.escape(str(base))}/pip-[^/]+ cannot be installed: pip/__init__.py: "
        r"its hash is not the one in RECORD\nGive another wheel with --pip-wheel\.\n",
        result.stderr,
    )
    assert not (tmp_path / "edited").exists()


def test_progress_is_shown_on_a_terminal_alone(python: Interpreter, tmp_path: Path) -> None:
    """It appears after a while, and is removed at the end."""
    script = f"""{WATCHING}
import sys
import fastvenv
from fastvenv import __main__
patience, pictures = map(float, sys.argv[-2:])
del sys.argv[-2:]
_progress._PATIENCE = patience
class Slow(fastvenv.EnvBuilder):
    def post_setup(self, context):
        if pictures:
            wait_for_pictures(pictures)
        else:
            time.sleep(0.5)
fastvenv.EnvBuilder = Slow
__main__.run()
"""
    shown = {
        "slow": on_terminal(python, "-c", script, "--without-pip", tmp_path / "a", "0.1", "3"),
        "quiet": on_terminal(python, "-c", script, "-q", "--without-pip", tmp_path / "b", "0.1", "0"),
        "fast": on_terminal(python, "-c", script, "--without-pip", tmp_path / "c", "600", "0"),
    }
    assert (shown["quiet"], shown["fast"].count("\n"), shown["fast"][:5]) == ("", 1, "Made ")
    progress, made, _ = shown["slow"].partition("Made ")
    assert made
    pictures = progress.split("\r")
    assert f"Creating {tmp_path}/a" in pictures[0]
    assert len(pictures) > 3
    assert pictures[-2].strip() == "" and len(pictures[-2]) == len(pictures[0]) and pictures[-1] == ""
    result = python.run("-c", script, "--without-pip", tmp_path / "d", "0.1", "0")
    assert result == Result(0, "", "")


@pytest.mark.parametrize("names", [["env"], ["a", "b"]])
def test_without_a_thread_no_progress_is_shown(python: Interpreter, tmp_path: Path, names: list[str]) -> None:
    """The system, or a limit of the user, may allow no thread."""
    script = """
import _thread, sys, time
import fastvenv
from fastvenv import __main__
def refuse(*_):
    raise RuntimeError("can't start new thread")
class Slow(fastvenv.EnvBuilder):
    def post_setup(self, context):
        time.sleep(0.7)
fastvenv.EnvBuilder = Slow
_thread.start_new_thread = refuse
__main__.run()
"""
    env_dirs = [tmp_path / name for name in names]
    shown = on_terminal(python, "-c", script, "--without-pip", *env_dirs)
    assert (shown.count("\n"), shown[:5]) == (1, "Made ")
    assert all((env_dir / "bin/activate.csh").exists() for env_dir in env_dirs)


def test_the_options_work_in_code(python: Interpreter, tmp_path: Path, cache: Path) -> None:
    script = """
import sys, fastvenv
fastvenv.EnvBuilder(with_pip=True, link_mode="copy", use_cache=False, compile_bytecode=False).create(sys.argv[1])
try:
    fastvenv.EnvBuilder(with_pip=True, link_mode="magic").create(sys.argv[2])
except ValueError as error:
    print(error)
"""
    variables = {**python.variables, "FASTVENV_CACHE_DIR": str(cache)}
    result = python.run("-c", script, tmp_path / "env", tmp_path / "wrong", env=variables)
    assert result == Result(0, "link_mode must be one of auto, clone, hardlink, copy, symlink, not 'magic'\n", "")
    assert not any(path.suffix == ".pyc" for path in packages(tmp_path / "env").rglob("*"))
    assert [path for path in cache.glob("*") if path.is_dir()] == []
    assert not (tmp_path / "wrong").exists()
    assert stat.S_IMODE((tmp_path / "env/bin/pip").stat().st_mode) & 0o111
    assert snapshot(tmp_path / "env")

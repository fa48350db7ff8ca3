"""For bad input, the error is that of `venv`, no file is lost, and nothing incomplete stays.

Each case prepares a directory, makes an environment at a path in it by both modules, and compares type, `errno`,
`filename` and text. What `venv` accepts or does worse is compared with what the
documentation of the differences promises instead.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ADDED_SCRIPTS, BIN, IS_WINDOWS, Interpreter, Result, make_link, snapshot, without_override
from tracing import injecting

pytestmark = pytest.mark.as_root

CREATE = """
import importlib, json, os, sys
module = importlib.import_module(sys.argv[1])
path, options = sys.argv[2], json.loads(sys.argv[3])
if "base" in options:
    sys._base_executable = options.pop("base")
try:
    module.EnvBuilder(**options).create(path)
except Exception as error:
    print(json.dumps([type(error).__name__, getattr(error, "errno", None), getattr(error, "filename", None), str(error)]))
else:
    print(json.dumps(None))
"""


def error_of(
    python: Interpreter, module: str, path: str | Path, prefix: list[str] | None = None, **options: Any
) -> Any:
    """The error of making an environment: type, errno, filename, text; `None` if there is none."""
    return python.answer(CREATE, module, path, json.dumps(options), prefix=prefix, cwd=python.home)


def refused(path: str, why: str) -> list[object]:
    return ["ValueError", None, None, f"Refusing to create a venv in {path} because {why}."]


def file(root: Path) -> Path:
    (root / "file").write_text("contents")
    return root / "file"


def below_a_file(root: Path) -> Path:
    return file(root) / "below/deep"


def link(root: Path) -> Path:
    (root / "target").mkdir()
    (root / "target/precious").write_text("contents")
    make_link(root / "link", "target")
    return root / "link"


def dangling(root: Path) -> Path:
    make_link(root / "dangling", "nowhere")
    return root / "dangling"


def below_dangling(root: Path) -> Path:
    return dangling(root) / "x"


def too_long(root: Path) -> Path:
    return root / ("x" * 300)


def bin_is_a_file(root: Path) -> Path:
    (root / "env").mkdir()
    (root / "env" / BIN).write_text("contents")
    return root / "env"


def lib_is_a_link(root: Path) -> Path:
    env_dir = link(root).with_name("env")
    env_dir.mkdir()
    make_link(env_dir / BIN, "../target")
    return env_dir


@pytest.mark.parametrize(
    "prepare", [file, below_a_file, link, dangling, below_dangling, too_long, bin_is_a_file, lib_is_a_link]
)
@pytest.mark.parametrize("options", [{}, {"symlinks": True, "with_pip": True}], ids=["copies", "links and pip"])
def test_the_error_is_that_of_venv(
    python: Interpreter, tmp_path: Path, prepare: Callable[[Path], Path], options: dict[str, Any]
) -> None:
    env_dir = prepare(tmp_path)
    before = snapshot(tmp_path)
    ours = error_of(python, "fastvenv", env_dir, **options)
    if prepare not in (bin_is_a_file, lib_is_a_link):  # a directory that existed may have more entries than before
        assert snapshot(tmp_path) == before
    else:
        assert before.items() <= snapshot(tmp_path).items()
    assert ours == error_of(python, "venv", env_dir, **options)
    assert ours is not None


@pytest.mark.posix("permissions are no bits there; see test_clear_names_what_is_held_open")
def test_what_cannot_be_cleared_is_named(python: Interpreter, tmp_path: Path) -> None:
    deep = tmp_path / "env/lib/a"
    (deep / "b").mkdir(parents=True)
    deep.chmod(0o555)
    ours = error_of(python, "fastvenv", tmp_path / "env", without_override(), clear=True)
    theirs = error_of(python, "venv", tmp_path / "env", without_override(), clear=True)
    deep.chmod(0o755)
    assert ours[:3] == ["PermissionError", errno.EACCES, str(deep / "b")]
    assert ours[:2] == theirs[:2]
    assert Path(theirs[2]).name == "b"  # older versions give the name alone


@pytest.mark.skipif(not IS_WINDOWS, reason="an open file can be deleted here")
def test_clear_names_what_is_held_open(python: Interpreter, tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    with (tmp_path / "env/held").open("w"):
        answers = [error_of(python, module, tmp_path / "env", clear=True) for module in ("fastvenv", "venv")]
    assert answers[0] == answers[1]
    assert answers[0][:3] == ["PermissionError", errno.EACCES, str(tmp_path / "env/held")]


@pytest.mark.posix("there, the hook is for the interpreter's own files alone")
def test_a_folder_is_no_executable(python: Interpreter, tmp_path: Path) -> None:
    """It is refused; PyPy copies folders, because its standard library is in one."""
    script = """
import importlib, json, os, sys
module = importlib.import_module(sys.argv[1])
error = None
try:
    module.EnvBuilder().symlink_or_copy(sys.argv[2], sys.argv[3])
except OSError as raised:
    error = [raised.errno, raised.filename]
print(json.dumps([error, os.path.exists(sys.argv[3])]))
"""
    folder = tmp_path / "folder"
    folder.mkdir()
    answers = [python.answer(script, name, folder, tmp_path / name) for name in ("venv", "fastvenv")]
    expected = [None, True] if python.is_pypy else [[errno.EISDIR, str(folder)], False]
    assert answers == [expected] * 2


def test_a_configuration_has_no_directory_to_go_to(python: Interpreter, tmp_path: Path) -> None:
    script = """
import importlib, json, os, shutil, sys
builder = importlib.import_module(sys.argv[1]).EnvBuilder()
context = builder.ensure_directories(sys.argv[2])
shutil.rmtree(sys.argv[2])
try:
    builder.create_configuration(context)
except OSError as error:
    print(json.dumps([error.errno, error.filename, os.path.exists(sys.argv[2])]))
"""
    answers = [python.answer(script, module, tmp_path / "env") for module in ("venv", "fastvenv")]
    assert answers == [[errno.ENOENT, str(tmp_path / "env/pyvenv.cfg"), False]] * 2


@pytest.mark.posix("the current directory cannot be deleted there")
@pytest.mark.parametrize("names", [["{root}/a", "{root}/b"], ["{root}/a", "b"], ["b", "{root}/a"], ["b"]], ids=" ".join)
def test_a_current_directory_that_is_gone(python: Interpreter, tmp_path: Path, names: list[str]) -> None:
    """Environments that do not need it are made, up to the first that does."""
    outcomes = []
    for module in ("venv", "fastvenv"):
        root, gone = tmp_path / module, tmp_path / module / "gone"
        gone.mkdir(parents=True)
        arguments = [name.format(root=root) for name in names]
        result = python.run("-m", module, "--without-pip", *arguments, cwd=gone, preexec_fn=gone.rmdir)
        outcomes.append((result.status, result.stderr.partition("\n")[0], sorted(path.name for path in root.iterdir())))
    assert outcomes[1] == outcomes[0]


def test_clear_on_a_file(python: Interpreter, tmp_path: Path) -> None:
    ours = error_of(python, "fastvenv", file(tmp_path), clear=True)
    theirs = error_of(python, "venv", tmp_path / "file", clear=True)
    assert ours == theirs or IS_WINDOWS  # Wine has another error for a file that is no directory
    assert ours[1] == errno.ENOTDIR


def test_clear_on_a_link_deletes_nothing(python: Interpreter, tmp_path: Path) -> None:
    """The error is that of `venv`, which has emptied the target by then."""
    env_dir = link(tmp_path)
    ours = error_of(python, "fastvenv", env_dir, clear=True)
    assert (tmp_path / "target/precious").read_text() == "contents"
    assert ours == error_of(python, "venv", env_dir, clear=True)


@pytest.mark.parametrize("path", ["", os.path.abspath("/")])
@pytest.mark.parametrize("clear", [False, True])
def test_a_path_that_names_no_directory_of_its_own(python: Interpreter, path: str, clear: bool) -> None:
    shown, why = (path, "it is the root of a file system") if path else ("''", "the path is empty")
    assert error_of(python, "fastvenv", path, clear=clear) == refused(shown, why)


@pytest.mark.parametrize("name", [f"a{os.pathsep}b", "a\nb", "a\rb", "a\0b", "a\u2028b"])
def test_a_path_that_no_file_could_hold(python: Interpreter, tmp_path: Path, name: str) -> None:
    separator = os.pathsep
    what = {separator: f"the PATH separator {separator}", "\0": "an embedded null byte"}.get(name[1], "a line break")
    script = CREATE.replace("sys.argv[2]", f"{str(tmp_path / name)!r}")
    ours = python.answer(script, "fastvenv", "-", "{}")
    assert ours == refused(f"{tmp_path}{os.sep}{name}", f"it contains {what}")
    assert list(tmp_path.iterdir()) == []
    if name[1] == separator and python.version >= (3, 11):
        assert ours == python.answer(script, "venv", "-", "{}")


@pytest.mark.parametrize("prompt", ["a\nb", "a\rb", "a\0b"])
def test_a_prompt_that_no_line_could_hold(python: Interpreter, tmp_path: Path, prompt: str) -> None:
    kind, *_, text = error_of(python, "fastvenv", tmp_path / "env", prompt=prompt)
    assert (kind, text[:24]) == ("ValueError", "the prompt must not cont")
    assert list(tmp_path.iterdir()) == []


def test_bytes_are_no_path(python: Interpreter, tmp_path: Path) -> None:
    script = CREATE.replace("sys.argv[2]", "os.fsencode(sys.argv[2])")
    types = {python.answer(script, module, tmp_path / module, "{}")[0] for module in ("venv", "fastvenv")}
    assert types == {"TypeError"}


@pytest.mark.posix("names are Unicode there")
def test_a_path_that_is_not_utf8(python: Interpreter, tmp_path: Path) -> None:
    """As `venv` does: up to Python 3.10 an environment without the scripts that name it, from 3.11 on an error."""
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    outcomes = []
    for module in ("venv", "fastvenv"):
        error = error_of(python, module, path)
        outcomes.append((error, {*os.listdir(path + "/bin")} if error is None else None))
        if module == "fastvenv":
            assert os.path.exists(path) == (error is None)
        shutil.rmtree(path, ignore_errors=True)
    assert outcomes[0] == outcomes[1]
    assert (outcomes[0][0] is None) == (python.version < (3, 11))


@pytest.mark.posix("names are Unicode there")
def test_a_prompt_that_is_not_utf8(python: Interpreter, tmp_path: Path) -> None:
    script = CREATE.replace("json.loads(sys.argv[3])", "{'prompt': os.fsdecode(b'\\xff')}")
    outcomes = []
    for module in ("venv", "fastvenv"):
        error = python.answer(script, module, tmp_path / "env")
        outcomes.append(
            (
                error,
                {*os.listdir(tmp_path / "env/bin")} - {*map(os.path.basename, ADDED_SCRIPTS)}
                if error is None
                else None,
            )
        )
        shutil.rmtree(tmp_path / "env", ignore_errors=True)
    assert outcomes[0] == outcomes[1]


@pytest.mark.posix("names are Unicode there")
@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LC_ALL": "fastvenv.ISO-8859-1"}],
    ids=["ASCII", "Latin-1"],
)
def test_a_locale_that_is_not_utf8(python: Interpreter, tmp_path: Path, locale: dict[str, str]) -> None:
    """The locale decodes names from bytes; pyvenv.cfg is UTF-8 in any case."""
    if "Latin" in str(locale) or "ISO" in str(locale):
        localedef = shutil.which("localedef")
        made = localedef and subprocess.run(
            [localedef, "-i", "en_US", "-f", "ISO-8859-1", tmp_path / "fastvenv.ISO-8859-1"],
            capture_output=True,
            check=False,
        )
        if not made or not (tmp_path / "fastvenv.ISO-8859-1").exists():
            pytest.skip("no Latin-1 locale can be made here (localedef, or its sources, are not installed)")
    variables = {**python.variables, "LOCPATH": str(tmp_path), **locale}
    script = CREATE.replace("sys.argv[2]", "os.fsdecode(os.fsencode(sys.argv[2]) + b'/l\\xe9')")
    outcomes = []
    for module in ("venv", "fastvenv"):
        (tmp_path / "root").mkdir()
        error = python.answer(script, module, tmp_path / "root", "{}", env=variables)
        paths = sorted(os.fsencode(path.relative_to(tmp_path)) for path in tmp_path.glob("root/*/pyvenv.cfg"))
        outcomes.append((error, paths if error is None else None))
        shutil.rmtree(tmp_path / "root")
    assert outcomes[0] == outcomes[1]


def test_no_base_executable(python: Interpreter, tmp_path: Path) -> None:
    ours = error_of(python, "fastvenv", tmp_path / "env", base="")
    assert ours[:3] == ["ValueError", None, None]
    assert ours[3].startswith("Unable to determine path to the running Python interpreter.")
    assert list(tmp_path.iterdir()) == []
    if python.version >= (3, 10):
        assert ours == error_of(python, "venv", tmp_path / "env", base="")


@pytest.mark.parametrize("symlinks", [False, True])
def test_the_base_executable_has_vanished(python: Interpreter, tmp_path: Path, symlinks: bool) -> None:
    """With links or launchers, `venv` makes an environment that cannot run, without an error."""
    gone = str(tmp_path / "gone")
    ours = error_of(python, "fastvenv", tmp_path / "env", base=gone, symlinks=symlinks)
    assert ours[:3] == ["FileNotFoundError", errno.ENOENT, gone]
    assert list(tmp_path.iterdir()) == []
    if not symlinks and not IS_WINDOWS:  # if `venv` copies launchers, it does not check
        assert ours == error_of(python, "venv", tmp_path / "env", base=gone)


@pytest.mark.posix("links need a privilege there, and copies are of another file")
def test_copies_over_links_to_the_same_file(python: Interpreter, tmp_path: Path) -> None:
    env_dir = tmp_path / "env"
    assert error_of(python, "fastvenv", env_dir, symlinks=True) is None
    before = snapshot(env_dir)
    ours = error_of(python, "fastvenv", env_dir)
    assert ours == error_of(python, "venv", env_dir)
    assert ours[0] == "SameFileError"
    assert snapshot(env_dir)["bin"] == before["bin"]


@pytest.mark.posix("there are no named pipes in directories")
@pytest.mark.parametrize("symlinks", [False, True], ids=["copies", "links"])
def test_a_named_pipe_in_place_of_the_interpreter(python: Interpreter, tmp_path: Path, symlinks: bool) -> None:
    """It is refused: opening it would wait until another process writes to it."""
    env_dir = tmp_path / "env"
    assert error_of(python, "fastvenv", env_dir, symlinks=symlinks) is None
    path = env_dir / BIN / Path(python.path).name
    path.unlink()
    os.mkfifo(path)
    patience = ["timeout", "--signal=KILL", "600"]
    kind, *_, text = error_of(python, "fastvenv", env_dir, prefix=patience, symlinks=symlinks)
    assert (kind, text) == ("OSError", f"{path}: it is not a regular file")
    kind, *_, text = error_of(python, "venv", env_dir, prefix=patience, symlinks=symlinks)
    assert (kind, text) == ("SpecialFileError", f"`{path}` is a named pipe")
    assert path.is_fifo()


@pytest.mark.posix("permissions are no bits there")
@pytest.mark.parametrize("name", ["new/deep", "there"])
def test_no_permission(python: Interpreter, tmp_path: Path, name: str) -> None:
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "there", tmp_path):
        folder.chmod(0o555)
    ours = error_of(python, "fastvenv", tmp_path / name, without_override())
    assert ours == error_of(python, "venv", tmp_path / name, without_override())
    assert ours[:2] == ["PermissionError", errno.EACCES]
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def mounted(tmp_path: Path, options: str, then: str = "true") -> list[str]:
    """The prefix of a command that has a file system of its own at `tmp_path` as long as it runs."""
    return ["unshare", "-m", "sh", "-ec", f'mount -t tmpfs -o {options} none "{tmp_path}"; {then}; exec "$@"', "sh"]


@pytest.mark.needs_root
def test_a_read_only_file_system(python: Interpreter, tmp_path: Path) -> None:
    prefix = mounted(tmp_path, "ro")
    ours = error_of(python, "fastvenv", tmp_path / "env", prefix)
    assert ours == error_of(python, "venv", tmp_path / "env", prefix)
    assert ours[1] == errno.EROFS


@pytest.mark.needs_root
@pytest.mark.parametrize("limit", ["size=64k", "size=1m,nr_inodes=9"])
@pytest.mark.parametrize("fill", ["true", "fill"])
def test_a_full_disk(python: Interpreter, tmp_path: Path, limit: str, fill: str) -> None:
    """If bytes or inodes run out: an error with the path that could not be written, and nothing stays."""
    filler = f'head -c 60k /dev/zero > "{tmp_path}/filler"' if fill == "fill" else "true"
    prefix = mounted(tmp_path, limit, filler)
    script = CREATE + "print(json.dumps(os.listdir(os.path.dirname(path))), file=sys.stderr)"
    result = python.run("-c", script, "fastvenv", tmp_path / "env", "{}", prefix=prefix)
    error, left = json.loads(result.output), json.loads(result.stderr)
    assert error[1] == errno.ENOSPC
    assert error[2].startswith(str(tmp_path / "env"))
    assert left in ([], ["filler"])


@pytest.mark.posix("strace is needed")
def test_a_base_executable_that_cannot_be_read_to_its_end(python: Interpreter, tmp_path: Path) -> None:
    """The error names the file that cannot be read, and not the one that is written."""
    base = tmp_path.resolve() / f"base/{Path(python.path).name}"
    base.parent.mkdir()
    base.write_bytes(bytes(100_000))
    calls = ("read", "copy_file_range", "sendfile", "splice")
    # The first call finds out whether it can be read at all.
    faults = [f"inject={call}:error=EIO:when={'2+' if call == 'read' else '1+'}" for call in calls]
    prefix = [*injecting(tmp_path / "log", *faults), "-P", str(base)]
    ours = error_of(python, "fastvenv", tmp_path / "env", prefix, base=str(base), symlinks=False)
    assert ours[:3] == ["OSError", errno.EIO, str(base)]
    assert not (tmp_path / "env").exists()


CALLS: list[list[str]] = [
    ["--upgrade", "--clear", "env"],
    ["--nonsense", "env"],
    ["--symlinks", "--copies", "env"],
    ["--prompt"],
    ["env", "--without-pip", "other"],
]


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_wrong_arguments(python: Interpreter, tmp_path: Path, arguments: list[str]) -> None:
    """Exit code and message are those of `venv`; the usage above the message differs by the two new options."""
    ours, theirs = (python.run("-m", module, *arguments, cwd=tmp_path) for module in ("fastvenv", "venv"))

    def outcome(result: Result) -> tuple[int, str, str]:
        return result.status, result.output, result.stderr.splitlines()[-1].replace("fastvenv", "venv")

    assert outcome(ours) == outcome(theirs)
    assert ours.status == (1 if arguments[:1] == ["--upgrade"] else 2)
    assert list(tmp_path.iterdir()) == []


def test_the_first_error_stops_and_what_was_made_before_stays(python: Interpreter, tmp_path: Path) -> None:
    """What another thread has begun meanwhile is made, too: it is whole."""
    later = {f"later{number}" for number in range(50)}
    for module in ("venv", "fastvenv"):
        folder = tmp_path / module
        folder.mkdir()
        file(folder)
        result = python.run("-m", module, "--without-pip", "one", "file", *sorted(later), cwd=folder)
        message = f"Error: Unable to create directory {str(folder / 'file')!r}"
        advice = {"venv": "", "fastvenv": "A file has this name. Remove it, or choose another directory.\n"}[module]
        assert result == Result(1, "", f"{message}\n{advice}")
        made = set(os.listdir(folder)) - {"file", "one"}
        assert made < later if module == "fastvenv" else not made
        for name in {"one", *made}:
            assert (folder / name / BIN / "activate").exists()

"""Differences from `venv` that protect users: nothing is lost, nothing incomplete stays, links are repaired."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Interpreter, Result, make_link, snapshot, without_override
from tracing import strace

pytestmark = pytest.mark.as_root

# --clear on the command line


@pytest.mark.parametrize("options", [[], ["--force"]], ids=["asked", "forced"])
def test_clear_spares_what_is_no_environment(python: Interpreter, tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/main.py").write_text("precious")
    before = snapshot(tmp_path)
    result = python.run("-m", "fastvenv", "--without-pip", "--clear", *options, ".", cwd=tmp_path)
    if options:
        assert result == Result(0, "", "")
        assert not (tmp_path / "src").exists() and (tmp_path / "pyvenv.cfg").exists()
    else:
        assert (result.status, result.output) == (1, "")
        assert result.stderr.startswith(f"Error: Refusing to clear {tmp_path} because it is not a virtual environment")
        assert "'src'" in result.stderr and "--force" in result.stderr
        assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "contents",
    [[], ["pyvenv.cfg", "foreign"], ["bin/python", "include/site", "lib/python3.13/site-packages"]],
    ids=" ".join,
)
def test_clear_takes_an_environment_whole_or_cut_short(
    python: Interpreter, tmp_path: Path, contents: list[str]
) -> None:
    for name in contents:
        (tmp_path / name / "old").mkdir(parents=True)
    assert python.run("-m", "fastvenv", "--without-pip", "--clear", tmp_path) == Result(0, "", "")
    assert not list(tmp_path.rglob("old"))


def test_a_dry_run_looks_at_what_clear_would_delete(python: Interpreter, tmp_path: Path) -> None:
    """Among it are files and links in the place of which an environment may have a directory."""
    for name in ("bin", "lib", "include"):
        (tmp_path / name).mkdir()
    (tmp_path / ".gitignore").write_text("*")
    make_link(tmp_path / "lib64", "lib")
    before = snapshot(tmp_path)
    arguments = ["-m", "fastvenv", "--without-pip", "--clear", str(tmp_path)]
    assert python.run(*arguments, "--dry-run").status == 0
    assert snapshot(tmp_path) == before
    assert python.run(*arguments) == Result(0, "", "")


def test_clear_spares_a_project_that_only_looks_like_an_environment(python: Interpreter, tmp_path: Path) -> None:
    for path in ("bin/tool", "include/api.h", "lib/main.c"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).touch()
    before = snapshot(tmp_path)
    result = python.run("-m", "fastvenv", "--without-pip", "--clear", tmp_path)
    assert result.status == 1 and "'bin/tool', 'include/api.h', 'lib/main.c'" in result.stderr
    assert snapshot(tmp_path) == before


def test_clear_in_code_is_what_it_is_in_venv(python: Interpreter, tmp_path: Path) -> None:
    (tmp_path / "anything").touch()
    python.answer("import fastvenv, sys; fastvenv.create(sys.argv[1], clear=True); print(1)", tmp_path)
    assert not (tmp_path / "anything").exists()


def test_clear_keeps_the_directory_itself_and_follows_no_link(python: Interpreter, made: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/precious").touch()
    (made / "lib/link").symlink_to(tmp_path / "outside")
    (made / "link").symlink_to(tmp_path / "outside")
    inode = made.stat().st_ino
    assert python.run("-m", "fastvenv", "--without-pip", "--clear", made) == Result(0, "", "")
    assert made.stat().st_ino == inode
    assert (tmp_path / "outside/precious").exists() and not (made / "link").exists()


SWAP = """
import os, random, sys
packages, aside, outside = sys.argv[1:]
print("swapping", flush=True)
while True:
    name = f"package{random.randrange(200)}"
    try:
        if random.random() < 0.5:
            os.rename(f"{packages}/{name}", f"{aside}/{name}")
            os.symlink(outside, f"{packages}/{name}")
        else:
            os.unlink(f"{packages}/{name}")
            os.rename(f"{aside}/{name}", f"{packages}/{name}")
    except OSError:
        pass
"""


def large(env_dir: Path) -> Path:
    """Make an environment that is so large that several threads clear it, and return the folder of its packages."""
    packages = env_dir / "lib/python3.13/site-packages"
    for number in range(200):
        for folder in (packages / f"package{number}/inner", packages / f"package{number}-1.dist-info"):
            folder.mkdir(parents=True)
            for file in ("METADATA", "first.py", "second.py"):
                (folder / file).touch()
    (env_dir / "pyvenv.cfg").touch()
    return packages


def test_clear_follows_no_link_that_appears_meanwhile(is_whole: bool, python: Interpreter, tmp_path: Path) -> None:
    """While several threads clear, another process replaces directories by links to a folder outside."""
    outside = tmp_path / "outside"
    large(outside)
    before = snapshot(outside)
    for number in range(10 if is_whole else 3):
        env_dir, aside = tmp_path / f"env{number}", tmp_path / f"aside{number}"
        aside.mkdir()
        folders = [large(env_dir), aside, outside / "lib/python3.13/site-packages"]
        command = [python.path, "-c", SWAP, *map(str, folders)]
        with subprocess.Popen(command, env=python.variables, stdout=subprocess.PIPE) as swapping:
            try:
                assert swapping.stdout is not None
                swapping.stdout.readline()
                result = python.run("-m", "fastvenv", "--without-pip", "--clear", env_dir)
            finally:
                swapping.kill()
        assert snapshot(outside) == before
        # The error may name a directory that is a link now, or gone.
        assert result.status == 0 or result.stderr.startswith("Error: [Errno "), result


SWAP_ALL = """
import os, sys
env_dir, aside, outside = sys.argv[1:]
print("swapping", flush=True)
while True:
    try:
        os.rename(env_dir, aside)
        os.symlink(outside, env_dir)
        os.unlink(env_dir)
        os.rename(aside, env_dir)
    except OSError:
        pass
"""


def test_what_is_cleared_is_what_was_checked(is_whole: bool, python: Interpreter, tmp_path: Path) -> None:
    """Another process replaces the environment by a link to a project, also between check and deletion."""
    outside, env_dir = tmp_path / "project", tmp_path / "env"
    large(outside)
    (outside / "pyvenv.cfg").unlink()
    (outside / "precious").touch()
    env_dir.mkdir()
    before = snapshot(outside)
    command = [python.path, "-c", SWAP_ALL, str(env_dir), str(tmp_path / "aside"), str(outside)]
    with subprocess.Popen(command, env=python.variables, stdout=subprocess.PIPE) as swapping:
        try:
            assert swapping.stdout is not None
            swapping.stdout.readline()
            for _ in range(30 if is_whole else 8):
                python.run("-m", "fastvenv", "--without-pip", "--clear", env_dir)
                assert before.items() <= snapshot(outside).items()
        finally:
            swapping.kill()


@pytest.mark.parametrize("contents", ["lib64/data", ".gitignore/data"])
def test_clear_looks_into_what_an_environment_has_as_a_link_or_a_file(
    python: Interpreter, tmp_path: Path, contents: str
) -> None:
    (tmp_path / contents).parent.mkdir(parents=True)
    path = tmp_path / contents
    path.write_text("precious")
    result = python.run("-m", "fastvenv", "--without-pip", "--clear", tmp_path)
    assert result.status == 1 and f"holds '{path.relative_to(tmp_path)}'" in result.stderr
    assert path.read_text() == "precious"


def test_a_failure_among_many_packages_is_named(is_whole: bool, python: Interpreter, tmp_path: Path) -> None:
    """The error of one of several threads is reported, and no package whose files are left counts as installed."""
    for number in range(10) if is_whole else (0, 4, 9):
        env_dir = tmp_path / f"env{number}"
        packages = large(env_dir)
        stuck = packages / f"package{number * 20}/inner"
        shutil.rmtree(stuck)
        (stuck / "directory").mkdir(parents=True)
        stuck.chmod(0o555)
        result = python.run("-m", "fastvenv", "--without-pip", "--clear", env_dir, prefix=without_override())
        stuck.chmod(0o755)
        assert (result.status, result.stderr) == (1, f"Error: [Errno 13] Permission denied: '{stuck}/directory'\n")
        assert (env_dir / "pyvenv.cfg").exists()
        assert not list(packages.glob("*.dist-info"))


def test_the_configuration_is_cleared_last(python: Interpreter, made: Path) -> None:
    """If something cannot be deleted, the directory is still recognised as an environment.

    The unit tests show that the order does not depend on the file system's.
    """
    shutil.rmtree(made / "bin")
    (made / "bin/old").mkdir(parents=True)
    blocked = str(made / "bin/old")
    (made / "bin").chmod(0o555)
    result = python.run("-m", "fastvenv", "--without-pip", "--clear", made, prefix=without_override())
    (made / "bin").chmod(0o755)
    assert (result.status, result.stderr) == (1, f"Error: [Errno 13] Permission denied: {blocked!r}\n")
    assert (made / "pyvenv.cfg").exists()
    assert python.run("-m", "fastvenv", "--without-pip", "--clear", made) == Result(0, "", "")


@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=["clear", "dry run"])
def test_fastvenv_does_not_clear_what_it_runs_from(python: Interpreter, made: Path, options: list[str]) -> None:
    inside = made / "lib/fastvenv-is-here"
    shutil.copytree(Path(python.folder) / "fastvenv", inside / "fastvenv")
    before = snapshot(made)
    command = Interpreter(python.path, str(inside), python.home)
    result = command.run("-m", "fastvenv", "--without-pip", "--clear", *options, made)
    assert (result.status, result.output) == (1, "")
    assert result.stderr == f"Error: Refusing to clear {made} because fastvenv itself is installed in it.\n"
    assert snapshot(made) == before


# Running again


@pytest.mark.parametrize("options", [[], ["--upgrade"]], ids=["again", "upgrade"])
@pytest.mark.parametrize("target", ["gone", "/bin/sh"], ids=["dangling", "another"])
def test_stale_links_are_repaired(python: Interpreter, made: Path, options: list[str], target: str) -> None:
    before = snapshot(made)
    links = [path for path in (made / "bin").iterdir() if path.name.startswith("py")]
    assert len(links) >= 3
    for path in links:
        path.unlink()
        path.symlink_to(target)
    assert python.run("-m", "fastvenv", "--without-pip", *options, made) == Result(0, "", "")
    after = snapshot(made)
    assert {path: after[path] for path in after if "/py" in path} == {p: before[p] for p in before if "/py" in p}


def test_a_link_by_another_way_to_the_same_python_is_kept(python: Interpreter, made: Path, tmp_path: Path) -> None:
    base = os.readlink(made / "bin" / Path(python.path).name)
    (tmp_path / "alias").symlink_to(base)
    path = made / "bin" / Path(python.path).name
    path.unlink()
    path.symlink_to(tmp_path / "alias")
    assert python.run("-m", "fastvenv", "--without-pip", made) == Result(0, "", "")
    assert os.readlink(path) == str(tmp_path / "alias")


def test_links_are_repaired_by_copies_too(python: Interpreter, made: Path) -> None:
    for path in (made / "bin").iterdir():
        if path.is_symlink():
            path.unlink()
            path.symlink_to("gone")
    assert python.run("-m", "fastvenv", "--without-pip", "--copies", made) == Result(0, "", "")
    copy = made / "bin" / Path(python.path).name
    assert not copy.is_symlink() and copy.stat().st_mode & 0o777 == 0o755


def test_an_environment_whose_interpreter_leads_nowhere_is_an_error(python: Interpreter, tmp_path: Path) -> None:
    script = """
import os, sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def symlink_or_copy(self, src, dst, relative_symlinks_ok=False):
        os.symlink("/nowhere/python", dst)
try:
    Builder(symlinks=True).create(sys.argv[1])
except FileNotFoundError as error:
    print(os.path.relpath(error.filename, sys.argv[1]))
"""
    env_dir = tmp_path / "env"
    result = python.run("-c", script, env_dir)
    assert (result.status, result.stderr) == (0, "")
    assert result.output.startswith("bin/")
    assert not env_dir.exists()


# Where links cannot be made


def without_links(errno: str) -> list[str]:
    """Makes each attempt to make a symbolic link fail."""
    return [strace(), "-f", "-qq", "-o", os.devnull, "-e", f"inject=symlink,symlinkat:error={errno}"]


@pytest.mark.parametrize("errno", ["EPERM", "ENOSYS", "EOPNOTSUPP", "ENODATA"])
def test_a_file_system_without_links(python: Interpreter, tmp_path: Path, errno: str) -> None:
    """With --copies it needs no links; without, it warns as `venv` does, and copies."""
    command = ("-m", "fastvenv", "--without-pip")
    quiet = python.run(*command, "--copies", tmp_path / "copies", prefix=without_links(errno))
    assert quiet == Result(0, "", "")
    loud = python.run(*command, tmp_path / "links", prefix=without_links(errno))
    assert loud.status == 0
    assert loud.stderr.count("Unable to symlink ") == len(loud.stderr.splitlines()) >= 3
    for name in ("copies", "links"):
        assert not (tmp_path / name / "lib64").exists()
        assert not (tmp_path / name / "bin/python").is_symlink()


def test_an_error_that_is_not_about_links_is_raised(python: Interpreter, tmp_path: Path) -> None:
    command = ("-m", "fastvenv", "--without-pip", "--copies", tmp_path / "env")
    result = python.run(*command, prefix=without_links("EIO"))
    if python.version >= (3, 15):
        assert result == Result(0, "", "")  # it makes no lib64
    else:
        assert "Input/output error" in result.stderr and not (tmp_path / "env").exists()


@pytest.mark.needs_root
def test_a_real_file_system_without_links(python: Interpreter, tmp_path: Path) -> None:
    tools = [shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin") for tool in ("mkfs.exfat", "mount.exfat-fuse")]
    if None in tools or not Path("/dev/fuse").exists():
        pytest.skip("exfat-fuse and exfatprogs are not installed, or FUSE is not to be had")
    make, mount = tools
    image, folder = tmp_path / "image", tmp_path / "mounted"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(64 << 20)
    steps = (
        f'PATH=$PATH:/usr/sbin:/sbin; {make} "{image}" >&2; device=$(losetup -f --show "{image}"); '
        f'trap \'umount "{folder}"; losetup -d $device\' EXIT; {mount} $device "{folder}" >&2; "$@"; '
        f'test ! -e "{folder}/env/lib64" && "{folder}/env/bin/python" -c "import sys; print(sys.prefix)"'
    )
    prefix = ["unshare", "-m", "sh", "-ec", steps, "sh"]
    result = python.run("-m", "fastvenv", "--without-pip", "--copies", folder / "env", prefix=prefix)
    assert (result.status, result.output) == (0, f"{folder}/env\n"), result.stderr

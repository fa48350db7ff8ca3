"""The program, as each installer installs it: it makes environments of the Python that it was installed for.

They need a wheel, interpreters of two versions, and pipx and uv; `nox -s ways_to_install` has all of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Result

ROOT = Path(__file__).parents[1]

# The lines of pyvenv.cfg that show the interpreter.
KEYS = ("home", "version", "executable")


@dataclass(frozen=True)
class Home:
    """A user's home, in which only installers write, and variables that lead nowhere else."""

    path: Path

    @property
    def variables(self) -> dict[str, str]:
        kept = ("CARGO_TARGET_DIR", "CARGO_HOME", "RUSTUP_HOME", "PIP_CERT", "PIP_FIND_LINKS", "SSL_CERT_FILE")
        variables = {name: os.environ[name] for name in kept if name in os.environ}
        return {
            **variables,
            "HOME": str(self.path),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "CARGO_HOME": os.environ.get("CARGO_HOME", str(Path.home() / ".cargo")),
            "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
        }

    def run(self, *command: str | os.PathLike[str], **variables: str) -> Result:
        process = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**self.variables, **variables},
            cwd=self.path,
            check=False,
        )
        return Result(process.returncode, process.stdout, process.stderr)

    def do(self, *command: str | os.PathLike[str], **variables: str) -> None:
        """Run a command that has to succeed."""
        result = self.run(*command, **variables)
        assert result.status == 0, result

    def interpreter_of(self, *command: str | os.PathLike[str], **variables: str) -> list[str]:
        """The interpreter in the configuration of the environments that a command makes."""
        found = []
        # If Python makes the first, the program can make the second without it.
        for _ in range(2):
            env_dir = self.path / "made"
            assert self.run(*command, "--without-pip", env_dir, **variables) == Result(0, "", "")
            lines = (env_dir / "pyvenv.cfg").read_text().splitlines()
            found.append([line for line in lines if line.split(" ")[0] in KEYS])
            shutil.rmtree(env_dir)
        assert found[0] == found[1]
        return found[0]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    path = tmp_path / "home"
    path.mkdir()
    return Home(path)


def option(request: pytest.FixtureRequest, name: str) -> Path:
    value = request.config.getoption(name)
    if value is None:
        pytest.fail(f"{name} is needed")
    return Path(value).resolve()


@pytest.fixture(scope="module")
def wheel(request: pytest.FixtureRequest) -> Path:
    return option(request, "--wheel")


@pytest.fixture(scope="module")
def base(request: pytest.FixtureRequest) -> Path:
    return option(request, "--python")


@pytest.fixture(scope="module")
def second(request: pytest.FixtureRequest) -> Path:
    return option(request, "--other-python")


@pytest.fixture
def prefix(base: Path, second: Path, tmp_path: Path) -> Path:
    """Two interpreters in one `bin`, as of a system, each with a pip of its own."""
    prefix = tmp_path / "usr"
    for python in (base, second):
        install_interpreter(python, prefix)
        python_there = prefix / "bin" / python.name
        subprocess.run([python_there, "-m", "ensurepip"], check=True, capture_output=True)
    return prefix


def install_interpreter(python: Path, prefix: Path) -> None:
    """Let an interpreter have another prefix: a copy of the program, and links to its library."""
    (prefix / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(python, prefix / "bin")
    [library] = (python.parents[1] / "lib").glob(f"{python.name}/")
    packages = prefix / "lib" / python.name / "site-packages"
    packages.mkdir(parents=True)
    for path in library.iterdir():
        if path.name != packages.name:
            (packages.parent / path.name).symlink_to(path)


def pip_install(home: Home, python: Path, *arguments: str | Path, **variables: str) -> None:
    home.do(python, "-m", "pip", "install", "--quiet", *arguments, **variables)


def venv_of(home: Home, python: Path) -> list[str]:
    """The interpreter in the configuration of the environments that its `venv` makes."""
    return home.interpreter_of(python, "-m", "venv")


def test_pip_in_an_environment(home: Home, base: Path, wheel: Path) -> None:
    env_dir = home.path / "env"
    home.do(base, "-m", "venv", env_dir)
    pip_install(home, env_dir / "bin/python", "--no-index", wheel)
    assert home.interpreter_of(env_dir / "bin/fastvenv") == venv_of(home, base)
    # By a link, as people make them.
    (home.path / "link").symlink_to("env/bin/fastvenv")
    assert home.interpreter_of(home.path / "link") == venv_of(home, base)


def test_pip_for_a_user(home: Home, prefix: Path, base: Path, wheel: Path) -> None:
    pip_install(home, prefix / "bin" / base.name, "--user", "--no-index", wheel)
    program = home.path / ".local/bin/fastvenv"
    path = f"{prefix}/bin:/usr/bin:/bin"
    assert home.interpreter_of(program, PATH=path) == venv_of(home, prefix / "bin" / base.name)
    # The Python of an active environment, which cannot import a user's packages, is passed over.
    home.do(prefix / "bin" / base.name, "-m", "venv", "--without-pip", home.path / "active")
    path = f"{home.path}/active/bin:{path}"
    assert home.interpreter_of(program, PATH=path) == venv_of(home, prefix / "bin" / base.name)
    (prefix / "bin" / base.name).unlink()
    result = home.run(program, "env", PATH=f"{prefix}/bin")
    assert (result.status, result.output) == (1, "")
    assert f"there is no {home.path}/.local/bin/{base.name} and none of that name on PATH" in result.stderr


def test_pip_with_a_prefix(home: Home, base: Path, wheel: Path) -> None:
    elsewhere = home.path / "elsewhere"
    pip_install(home, base, "--prefix", elsewhere, "--no-index", wheel, PIP_BREAK_SYSTEM_PACKAGES="1")
    [packages] = elsewhere.glob("**/fastvenv/__init__.py")
    variables = {"PATH": f"{base.parent}:/usr/bin:/bin", "PYTHONPATH": str(packages.parents[1])}
    [program] = elsewhere.glob("**/bin/fastvenv")
    assert home.interpreter_of(program, **variables) == venv_of(home, base)


def test_pip_in_a_system_with_several_pythons(home: Home, prefix: Path, base: Path, second: Path, wheel: Path) -> None:
    program = prefix / "bin/fastvenv"
    for python, rest in ((base, second), (second, base)):
        pip_install(home, prefix / "bin" / python.name, "--no-index", "--force-reinstall", wheel)
        assert home.interpreter_of(program) == venv_of(home, prefix / "bin" / python.name)
        # After an installation for the other interpreter, over the first, the program belongs to the other one.
        pip_install(home, prefix / "bin" / rest.name, "--no-index", "--force-reinstall", wheel)
        assert home.interpreter_of(program) == venv_of(home, prefix / "bin" / rest.name)
        home.do(prefix / "bin" / rest.name, "-m", "pip", "uninstall", "--quiet", "--yes", "fastvenv")
    (prefix / "bin" / base.name).unlink()
    pip_install(home, prefix / "bin" / second.name, "--no-index", "--force-reinstall", wheel)
    assert home.interpreter_of(program) == venv_of(home, prefix / "bin" / second.name)


def test_pipx(home: Home, prefix: Path, base: Path, wheel: Path) -> None:
    python = prefix / "bin" / base.name
    pipx = [sys.executable, "-m", "pipx"]
    home.do(*pipx, "install", "--python", python, "--pip-args=--no-index", wheel)
    program = home.path / ".local/bin/fastvenv"
    assert home.interpreter_of(program) == venv_of(home, python)
    python.unlink()
    tool = home.path / ".local/share/pipx/venvs/fastvenv"
    check_gone(home, program, tool, python, "pipx reinstall fastvenv")


@pytest.mark.parametrize("mode", ["clone", "copy", "hardlink", "symlink"])
def test_uv_tool(home: Home, prefix: Path, base: Path, wheel: Path, mode: str) -> None:
    python = prefix / "bin" / base.name
    uv = Path(sys.executable).with_name("uv")
    home.do(uv, "tool", "install", "--no-index", "--python", python, "--link-mode", mode, wheel)
    program = home.path / ".local/bin/fastvenv"
    assert home.interpreter_of(program) == venv_of(home, python)
    # The program by its name alone.
    path = f"{program.parent}:/usr/bin:/bin"
    assert home.interpreter_of("/bin/sh", "-c", 'fastvenv "$@"', "sh", PATH=path) == venv_of(home, python)
    python.unlink()
    tool = home.path / ".local/share/uv/tools/fastvenv"
    check_gone(home, program, tool, python, "uv tool install --force fastvenv")


def test_a_copy_of_the_program_of_a_tool(home: Home, base: Path, wheel: Path) -> None:
    """Both pipx and uv copy the program if they cannot make links."""
    uv = Path(sys.executable).with_name("uv")
    home.do(uv, "tool", "install", "--no-index", "--python", base, wheel)
    program = home.path / ".local/bin/fastvenv"
    original = program.resolve()
    program.unlink()
    shutil.copy(original, program)
    assert home.interpreter_of(program) == venv_of(home, base)


def check_gone(home: Home, program: Path, env_dir: Path, python: Path, remedy: str) -> None:
    """The program says that the Python of its environment is gone, and what to do."""
    result = home.run(program, home.path / "made")
    reason = f"nothing is behind {env_dir}/bin/python, which leads to {python}"
    assert result == Result(
        1,
        "",
        f"Error: the Python that fastvenv was installed for is gone: {reason}. To install fastvenv again: {remedy}\n",
    )
    assert not (home.path / "made").exists()


def test_an_environment_of_which_the_python_is_gone(home: Home, prefix: Path, base: Path, wheel: Path) -> None:
    python, env_dir = prefix / "bin" / base.name, home.path / "env dir"
    home.do(python, "-m", "venv", env_dir)
    pip_install(home, env_dir / "bin/python", "--no-index", wheel)
    python.unlink()
    remedy = f"make the environment {env_dir} again, and run pip install fastvenv in it"
    check_gone(home, env_dir / "bin/fastvenv", env_dir, python, remedy)


def test_a_python_that_cannot_be_started(home: Home, base: Path, wheel: Path) -> None:
    env_dir = home.path / "env"
    home.do(base, "-m", "venv", env_dir)
    pip_install(home, env_dir / "bin/python", "--no-index", wheel)
    python = env_dir / "bin/python"
    python.unlink()
    python.write_text("#!/nowhere\n")
    python.chmod(0o755)
    result = home.run(env_dir / "bin/fastvenv", "made")
    assert result.status == 1
    assert result.stderr.startswith(
        f"Error: the Python that fastvenv was installed for cannot be started: {python}: No such file or directory"
    )


def test_a_module_in_the_current_directory_is_not_run(home: Home, base: Path, wheel: Path) -> None:
    env_dir = home.path / "env"
    home.do(base, "-m", "venv", env_dir)
    pip_install(home, env_dir / "bin/python", "--no-index", wheel)
    for name in ("signal", "fastvenv", "argparse"):
        (home.path / f"{name}.py").write_text("raise SystemExit(3)")
    assert home.run(env_dir / "bin/fastvenv", "--help").status == 0


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist of the tree as it is."""
    folder = tmp_path_factory.mktemp("sdist")
    Home(folder).do(sys.executable, "-m", "build", "--sdist", "--outdir", folder, ROOT, PATH=os.environ["PATH"])
    [sdist] = folder.glob("*.tar.gz")
    return sdist


def test_sdist(home: Home, base: Path, sdist: Path) -> None:
    env_dir = home.path / "env"
    home.do(base, "-m", "venv", env_dir)
    pip_install(home, env_dir / "bin/python", sdist, PATH=os.environ["PATH"])
    assert home.interpreter_of(env_dir / "bin/fastvenv") == venv_of(home, base)


def test_editable(home: Home, base: Path, sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(home.path)
    tree = home.path / sdist.name.removesuffix(".tar.gz")
    env_dir = home.path / "env"
    home.do(base, "-m", "venv", env_dir)
    pip_install(home, env_dir / "bin/python", "--editable", tree, PATH=os.environ["PATH"])
    assert home.interpreter_of(env_dir / "bin/fastvenv") == venv_of(home, base)
    where = home.run(env_dir / "bin/python", "-c", "import fastvenv; print(fastvenv.__file__)")
    assert where.output == f"{tree}/python/fastvenv/__init__.py\n"
    # The files that were built only for the wheel are gone.
    assert not list(tree.glob("*.data"))


def test_what_maturin_installs_has_no_program(home: Home, base: Path, sdist: Path) -> None:
    """If it is called directly, maturin builds only the module."""
    with tarfile.open(sdist) as archive:
        archive.extractall(home.path)
    tree = home.path / sdist.name.removesuffix(".tar.gz")
    env_dir = home.path / "env"
    home.do(base, "-m", "venv", env_dir)
    pip_install(home, env_dir / "bin/python", "maturin")
    path = f"{env_dir}/bin:{os.environ['PATH']}"
    home.do("maturin", "develop", "-r", "-m", tree / "Cargo.toml", PATH=path, VIRTUAL_ENV=str(env_dir))
    assert home.interpreter_of(env_dir / "bin/python", "-m", "fastvenv") == venv_of(home, base)
    assert not (env_dir / "bin/fastvenv").exists()

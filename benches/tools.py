"""`python -m benches.tools`: tools that make environments, without fastvenv and with it.

The tools, `virtualenv` and fastvenv are installed beside the Python that runs this. Each tool makes an environment of a
small project that needs nothing from a package index. The result has to be the same both ways: the packages, and a
Python that runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from .measure import note

RESULTS = Path(__file__).parents[1] / "docs/explanation/tools.md"
VIRTUALENV = {"VIRTUALENV_CREATOR": "fastvenv", "VIRTUALENV_SEEDER": "fastvenv"}
RUN = ["fastvenv", "run", "--"]

BACKEND = """
import zipfile

def get_requires_for_build_wheel(config_settings=None):
    return []

def build_wheel(directory, config_settings=None, metadata_directory=None):
    info = "small-1.0.dist-info/"
    files = {
        "small.py": "def main(): print('small')",
        info + "METADATA": "Metadata-Version: 2.1\\\\nName: small\\\\nVersion: 1.0\\\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\\\nGenerator: small\\\\nRoot-Is-Purelib: true\\\\nTag: py3-none-any\\\\n",
        info + "entry_points.txt": "[console_scripts]\\\\nsmall = small:main\\\\n",
    }
    record = "".join(f"{name},,\\\\n" for name in [*files, info + "RECORD"])
    name = "small-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{directory}/{name}", "w") as archive:
        for path, text in {**files, info + "RECORD": record}.items():
            archive.writestr(path, text)
    return name
"""
PROJECT = {
    "pyproject.toml": """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "small"
version = "1.0"
requires-python = ">=3.9"

[tool.hatch.envs.default]
skip-install = true

[tool.poetry]
package-mode = false
""",
    "backend.py": BACKEND.replace("\\\\n", "\\n"),
    "noxfile.py": """
import nox

@nox.session
def empty(session):
    pass
""",
    "tox.ini": """
[testenv]
skip_install = true
commands = python -c pass
""",
    "hooks/.pre-commit-hooks.yaml": """
- id: small
  name: small
  entry: small
  language: python
""",
}

# Makes an interpreter with a `site-packages` of its own: a copy of the executable, and links to the library.
INSTALLATION = """
mkdir -p installation/bin "installation/lib/$3/site-packages"
cp "$1" "installation/bin/$3"
ln -s "$3" installation/bin/python3
for path in "$2"/*; do
    [ "${path##*/}" = site-packages ] || ln -s "$path" "installation/lib/$3"
done
"""


@dataclass(frozen=True)
class Tool:
    """A tool, and how it is made to use fastvenv."""

    name: str
    # The command that makes the environment, in the folder of the project.
    command: list[str]
    # The path of the environment; `None` if the tool removes it.
    environment: str | None
    # How the tool is made to use fastvenv, in words.
    way: str
    # The command before the command.
    prefix: list[str] = field(default_factory=list)
    # A command that runs before the tool with fastvenv, and is not measured.
    switch: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    # A command that runs first, both ways, and is not measured.
    before: list[str] = field(default_factory=list)


def of_virtualenv(name: str, command: list[str], environment: str, *before: str) -> Tool:
    """A tool that makes environments by `virtualenv`."""
    way = "`VIRTUALENV_CREATOR`, `VIRTUALENV_SEEDER`"
    return Tool(name, command, environment, way, variables=VIRTUALENV, before=list(before))


def of_venv(name: str, command: list[str], environment: str | None, *before: str) -> Tool:
    """A tool that makes environments by `venv`."""
    return Tool(name, command, environment, "`fastvenv run --`", prefix=RUN, before=list(before))


def of_isolated_venv(name: str, command: list[str], environment: str, python: str) -> Tool:
    """A tool that runs `python -I -m venv`, with an interpreter in the folder of the project."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    switch = ["fastvenv", "replace-venv", "on", "--python", python]
    before = ["sh", "-euc", INSTALLATION, "sh", os.path.realpath(sys.executable), sysconfig.get_path("stdlib"), version]
    return Tool(name, command, environment, "`fastvenv replace-venv on`", switch=switch, before=before)


def tools() -> list[Tool]:
    """All tools."""
    nox = ["nox", "--session", "empty"]
    pipx = ["pipx", "install", "--force", "."]
    python = "installation/bin/python3"
    hook = "repos: [{repo: ./hooks, rev: HEAD, hooks: [{id: small}]}]"
    commit = "git add . && git -c user.name=x -c user.email=x@x commit -qm x"
    revision = "$(git -C hooks rev-parse HEAD)"
    repository = (
        f"cp pyproject.toml backend.py hooks && cd hooks && git init -q && {commit} && cd .. && git init -q && "
        f"echo '{hook}' | sed \"s/HEAD/{revision}/\" > .pre-commit-config.yaml"
    )
    return [
        of_virtualenv("virtualenv", ["virtualenv", "env"], "env"),
        of_virtualenv("tox", ["tox", "run", "-e", "py"], ".tox/py"),
        of_virtualenv("nox, by virtualenv", [*nox, "--default-venv-backend", "virtualenv"], ".nox/empty"),
        of_venv("nox, by venv", [*nox, "--default-venv-backend", "venv"], ".nox/empty"),
        of_virtualenv("hatch", ["hatch", "env", "create"], "home/hatch"),
        of_virtualenv("poetry", ["poetry", "install", "--no-interaction"], ".venv"),
        of_virtualenv("pre-commit", ["pre-commit", "install-hooks"], "home/pre-commit", "sh", "-c", repository),
        of_venv("build", [sys.executable, "-m", "build", "--wheel"], None),
        of_venv("pipx", pipx, "home/pipx/venvs/small", *pipx),
        of_isolated_venv("pex", ["pex3", "venv", "create", "-d", "env", "--python", python], "env", python),
    ]


def main() -> None:
    """Measure each tool, compare its results, and print a table; exit with status 1 if they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", help="the name of a tool")
    parser.add_argument("--out", type=Path, help=f"a file for the table, such as {RESULTS}")
    options = parser.parse_args()
    rows = []
    for tool in tools():
        if options.only in (None, tool.name):
            note(f"{tool.name}, {options.rounds} rounds")
            rows.append(measured(tool, options.rounds))
    table = "| tool | by | before | with fastvenv | ratio |\n|---|---|---|---|---|\n" + "".join(rows)
    print(table)
    if options.out:
        text = options.out.read_text()
        head, _, _ = text.partition("| tool |")
        options.out.write_text(head + table)


def measured(tool: Tool, rounds: int) -> str:
    """The row of a tool: the medians of the rounds. The first round fills the caches and does not count."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base, prefix="tools") as folder:
        times: dict[bool, list[float]] = {False: [], True: []}
        made: dict[bool, object] = {}
        for number in range(rounds + 1):
            for is_fast in (False, True):
                seconds, made[is_fast] = run(tool, Path(folder), is_fast=is_fast)
                if number:
                    times[is_fast].append(seconds)
            if made[False] != made[True]:
                sys.exit(f"{tool.name} makes {made[True]} in place of {made[False]}")
    before, after = (statistics.median(times[is_fast]) for is_fast in (False, True))
    return f"| {tool.name} | {tool.way} | {before * 1000:.0f} ms | {after * 1000:.0f} ms | {before / after:.2f} |\n"


def run(tool: Tool, folder: Path, *, is_fast: bool) -> tuple[float, object]:
    """Run a tool in a new project. Returns the seconds and the result."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    for name, text in PROJECT.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    home = project / "home"
    home.mkdir()
    (folder / "cache").mkdir(exist_ok=True)
    env = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_DATA_HOME": str(folder / "cache/data"),
        "HATCH_ENV_TYPE_VIRTUAL_PATH": str(home / "hatch"),
        "PEX_ROOT": str(home / "pex"),
        "PIPX_HOME": str(home / "pipx"),
        "PIPX_SHARED_LIBS": str(folder / "cache/shared"),
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    if tool.before:
        finish(tool.before, project, env)
    if is_fast:
        env.update(tool.variables)
        if tool.switch:
            finish(tool.switch, project, env)
    begin = time.perf_counter()
    finish([*(tool.prefix if is_fast else []), *tool.command], project, env)
    seconds = time.perf_counter() - begin
    return seconds, made_by(tool, project, env, is_fast=is_fast)


def finish(command: list[str], project: Path, env: dict[str, str]) -> None:
    """Run a command to its end. If it fails, its output is printed."""
    done = subprocess.run(command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout.decode(errors='replace')}")


def made_by(tool: Tool, project: Path, env: dict[str, str], *, is_fast: bool) -> object:
    """The parts of a tool's result that must not depend on fastvenv: the packages, and whether Python runs.

    fastvenv has made it if it has a script that only fastvenv writes, or no file of virtualenv's own seeder.
    """
    if tool.environment is None:
        return sorted(path.name for path in (project / "dist").iterdir())
    [python] = sorted((project / tool.environment).rglob("bin/python"))[:1]
    root = python.parent.parent
    code = (
        "import sys, importlib.metadata as m; print(sys.prefix, sorted(d.metadata['Name'] for d in m.distributions()))"
    )
    printed = subprocess.check_output([python, "-I", "-c", code], env=env, text=True)
    if is_fast:
        is_by_venv = tool.prefix or tool.switch
        is_ours = (root / "bin/activate.nu").exists() if is_by_venv else not list(root.rglob("*.virtualenv"))
        if not is_ours:
            sys.exit(f"{tool.name} did not take fastvenv")
    return printed.replace(str(root), "ROOT")


if __name__ == "__main__":
    main()

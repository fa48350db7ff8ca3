"""pip and fastvenv, installing wheels into one environment, without starting a Python for each wheel."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Entry, Interpreter, Result, snapshot
from wheels import bundled_pip, small_pip

# Runs in the environment that both install into. It knows pip and fastvenv, and forks for each installation.
INSTALLER = """
import json, os, sys, sysconfig
sys.path.insert(0, sys.argv[1])
import pip._internal.commands.install, pip._internal.metadata.importlib, pip._internal.resolution.resolvelib.resolver
from pip._internal.cli.main import main
from fastvenv import _native, _probe

INTERPRETER = _native.Interpreter(_probe.describe())

def with_pip(name, folder, *more):
    options = ["--quiet", "--no-deps", "--no-index", "--no-cache-dir", "--disable-pip-version-check", *more]
    return main(["install", *options, "--root-user-action=ignore", "--find-links", folder, name])

def natively(wheels, cache, compiles=True):
    path = sysconfig.get_path
    seed = _native.Seed(wheels, INTERPRETER, cache=cache, link_mode="hardlink", compiles=compiles)
    return seed.install(
        env_dir=sys.prefix, purelib=path("purelib"), platlib=path("platlib"), scripts=path("scripts"),
        python=sys.executable,
    )

for line in sys.stdin:
    name, *arguments = json.loads(line)
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            answer = [globals()[name](*arguments), None]
        except BaseException as error:
            answer = [None, f"{type(error).__name__}: {error}"]
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with open(read, "rb") as file:
        answer = file.read().decode()
    os.wait()
    print("answer", answer, flush=True)
"""


@dataclass(eq=False, repr=False)
class Installers:
    """An environment without pip, and the installers for it."""

    env_dir: Path
    pip: Path
    root: Path
    process: subprocess.Popen[str]
    before: dict[str, Entry]

    def __repr__(self) -> str:
        return str(self.env_dir)

    def ask(self, *request: Any) -> Any:
        """Let an installer install something, and return its result or its error."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps(request), file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            if line.startswith("answer "):
                return json.loads(line[len("answer ") :])
        raise AssertionError("the installer has ended")

    def added(self) -> dict[str, Entry]:
        """The files that an installation has added or changed, without those of pip."""
        found = {path: entry for path, entry in snapshot(self.env_dir).items() if self.before.get(path) != entry}
        return {path: entry for path, entry in found.items() if not is_of_pip(path)}

    def reset(self) -> None:
        """Remove what was installed, and put back what was replaced."""
        for path in sorted(self.env_dir.rglob("*"), reverse=True):
            if str(path.relative_to(self.env_dir)) not in self.before:
                if path.is_dir() and not path.is_symlink():
                    path.rmdir()
                else:
                    path.unlink()
        if snapshot(self.env_dir) != self.before:
            shutil.rmtree(self.env_dir)
            shutil.copytree(self.root / "kept", self.env_dir, symlinks=True)
        assert snapshot(self.env_dir) == self.before


def is_of_pip(path: str) -> bool:
    """Whether the file belongs to the pip that is installed along, for the text of its scripts."""
    parts = path.split("/")
    if parts[0] == "bin":
        return parts[-1] in {"pip", "pip3", "pip3.13"}
    return len(parts) > 3 and (parts[3] == "pip" or parts[3].startswith("pip-"))


@pytest.fixture(scope="module")
def installers(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installers]:
    """An environment in `around/env`, with the installers."""
    root = tmp_path_factory.mktemp("wheels")
    if not python.has_ensurepip:
        pytest.skip("this Python has no ensurepip, and so no pip to compare with")
    env_dir = root / "around" / "env"
    assert python.run("-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    shutil.copytree(env_dir, root / "kept", symlinks=True)
    shutil.unpack_archive(bundled_pip(python), root / "pip", "zip")
    command = [str(env_dir / "bin/python"), "-c", INSTALLER, str(root / "pip")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=python.variables, stdin=pipe, stdout=pipe, text=True) as process:
        yield Installers(env_dir, small_pip(python, root), root, process, snapshot(env_dir))
        assert process.stdin is not None
        process.stdin.close()

"""Compares what type checkers and editors report of the public interface. The session `types` runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jedi

USES = Path(__file__).with_name("uses.py")
PUBLIC = {"CORE_VENV_DEPS", "Context", "EnvBuilder", "create", "logger", "main"}


def main() -> None:
    wrong = [number for number, line in enumerate(USES.read_text().splitlines(), 1) if line.endswith("# wrong")]
    expect(lines_of_mypy(), wrong)
    expect(lines_of_pyright(), wrong)
    report = pyright("--ignoreexternal", "--verifytypes", "fastvenv")["typeCompleteness"]
    symbols = [symbol["name"] for symbol in report["symbols"] if symbol["isExported"] and not symbol["isTypeKnown"]]
    expect((report["completenessScore"], symbols), (1, []))
    expect(PUBLIC - completions("import fastvenv\nfastvenv."), set())
    expect({"create", "post_setup", "setup_scripts"} - completions("import fastvenv\nfastvenv.EnvBuilder()."), set())


def expect(found: object, expected: object) -> None:
    if found != expected:
        sys.exit(f"{found} in place of {expected}")


def lines_of_mypy() -> list[int]:
    """The lines of `USES` that mypy reports, once each."""
    options = ["--strict", "--no-incremental", "--config-file", os.devnull, "--no-error-summary"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, USES], stdout=subprocess.PIPE, text=True, check=False
    )
    return sorted({int(number) for number in re.findall(r":(\d+): error:", done.stdout)})


def lines_of_pyright() -> list[int]:
    """The lines of `USES` that pyright reports."""
    found = pyright("-p", str(USES.parent))["generalDiagnostics"]
    return sorted({item["range"]["start"]["line"] + 1 for item in found if item["severity"] == "error"})


def pyright(*arguments: str) -> Any:
    # It asks the first Python on PATH where packages are.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ["pyright", "--outputjson", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, "PATH": path}, check=False)
    return json.loads(done.stdout)


def completions(source: str) -> set[str]:
    """What an editor with jedi offers after the source."""
    environment = jedi.create_environment(sys.prefix, safe=False)
    return {completion.name for completion in jedi.Script(source, environment=environment).complete()}


if __name__ == "__main__":
    main()

"""Writes THIRD-PARTY-NOTICES.txt: the licences of the crates that are linked into the module and the program.

`python packaging/notices.py` writes the file; with `--check` it says whether the file is current. The crates are those
that `cargo metadata` has for any target, without those that only build: procedural macros, build scripts and tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NOTICES = ROOT / "THIRD-PARTY-NOTICES.txt"
RULE = "=" * 100
# Of a crate that offers several licences, the first of these is taken.
PREFERRED = ["LICENSE-MIT", "license-mit", "LICENSE", "LICENSE.txt", "LICENSE-BOOST"]


def main() -> None:
    """Write the file, or compare it."""
    text = notices(metadata())
    if "--check" not in sys.argv[1:]:
        NOTICES.write_text(text, encoding="utf-8")
    elif NOTICES.read_text(encoding="utf-8") != text:
        sys.exit(f"{NOTICES.name} is not current: python packaging/notices.py")


def metadata() -> dict[str, Any]:
    """What cargo says of the packages and of who depends on whom, for every target."""
    command = ["cargo", "metadata", "--locked", "--format-version=1"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def notices(found: dict[str, Any]) -> str:
    """The text of the file."""
    packages = {package["id"]: package for package in found["packages"]}
    chosen = sorted((packages[name] for name in linked(found, packages)), key=lambda package: str(package["name"]))
    head = (
        "The native module and the program of fastvenv contain the Rust crates below, and Rust's standard library\n"
        "(MIT OR Apache-2.0, https://github.com/rust-lang/rust). fastvenv itself is under the MIT licence: LICENSE.\n"
    )
    return "\n".join([head, *map(notice, chosen)])


def linked(found: dict[str, Any], packages: dict[str, Any]) -> set[str]:
    """The crates that the root crate links, with those that they link."""
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    root = found["resolve"]["root"]
    seen: set[str] = set()
    waiting = [root]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            name = dependency["pkg"]
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            is_macro = any("proc-macro" in target["kind"] for target in packages[name]["targets"])
            if is_linked and not is_macro and name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def notice(package: dict[str, Any]) -> str:
    """The name, the licence and the address of a crate, and the text that has to go with it."""
    folder = Path(package["manifest_path"]).parent
    paths = [folder / name for name in PREFERRED if (folder / name).is_file()]
    if not paths:
        sys.exit(f"{package['name']} has none of {', '.join(PREFERRED)}")
    text = "\n".join(line.rstrip() for line in paths[0].read_text(encoding="utf-8").strip().splitlines())
    return f"{RULE}\n{package['name']} {package['version']}: {package['license']}\n{package['repository']}\n\n{text}\n"


if __name__ == "__main__":
    main()

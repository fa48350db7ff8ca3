"""Write the inputs that the fuzzers begin with: sound files of each kind, made here."""

from __future__ import annotations

import base64
import hashlib
import io
import sys
import zipfile
from pathlib import Path

FILES = {
    "a/__init__.py": b"def main() -> None: ...\n",
    "a/data, with a comma.txt": b"x" * 300,
    "a-1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: a\nVersion: 1\n",
    "a-1.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "a-1.dist-info/entry_points.txt": b"[console_scripts]\na = a:main\n",
}
ENTRY_POINTS = {
    "plain": "[console_scripts]\na = a:main\nb-c.d = a.b:App.run [extra]\n",
    "groups": "# comment\n[gui_scripts]\nw = v:u\n\n[other]\nany = thing\n",
    "pip": "[console_scripts]\npip = pip._internal.cli.main:main\npip3 = pip._internal.cli.main:main\n",
}
RECORDS = {
    "plain": "a.py,sha256=x,3\r\nb/c.py,,\r\n",
    "quoted": '"a,b.py",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"a ""b"".py",,\n',
}
FORMAT_LINE = "src/cache/manifest.rs", 'FORMAT: &str = "'


def record_hash(contents: bytes) -> str:
    """A hash as RECORD has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()


def wheel(method: int) -> bytes:
    """A sound wheel."""
    rows = "".join(f'"{path}",{record_hash(text)},{len(text)}\n' for path, text in FILES.items())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for path, text in {**FILES, "a-1.dist-info/RECORD": f"{rows}a-1.dist-info/RECORD,,\n".encode()}.items():
            archive.writestr(zipfile.ZipInfo(path), text, method)
    return buffer.getvalue()


def manifest(root: Path) -> str:
    """A manifest in the form that the code has now."""
    path, assignment = FORMAT_LINE
    form = (root / path).read_text().split(assignment)[1].split('"')[0]
    template = r"# -*- coding: utf-8 -*-\nfrom %(module)s import %(import_name)s\nsys.exit(%(func)s())\n"
    return (
        f"{form}\nmade\t1700000000\nwheel\t/wheels/a-1-py3-none-any.whl\t7\t1700000000000000000\t{record_hash(b'')}\n"
        "interpreter\t/bin/python\t9\t1700000000000000000\t3.13.0 (main)\\n[GCC]\n"
        f"metadata\ta-1.dist-info\t1\t{template}\nscript\ta\ta.b\tApp.run\t0\n"
        f"file\ta/__init__.py\t{record_hash(b'')}\t0\t0\t1700000000000000000\t420\n"
        "file\ta/__pycache__/__init__.cpython-313.pyc\t\t0\t100\t1700000000000000001\t420\nend\n"
    )


def main(corpus: Path) -> None:
    """Write them below a folder."""
    seeds: dict[str, dict[str, bytes]] = {
        "wheel": {"stored": wheel(zipfile.ZIP_STORED), "deflated": wheel(zipfile.ZIP_DEFLATED)},
        "record": {name: text.encode() for name, text in RECORDS.items()},
        "entry_points": {name: text.encode() for name, text in ENTRY_POINTS.items()},
        "manifest": {"plain": manifest(Path(__file__).parents[1]).encode()},
    }
    for target, files in seeds.items():
        (corpus / target).mkdir(parents=True, exist_ok=True)
        for name, contents in files.items():
            (corpus / target / name).write_bytes(contents)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Makes the list of what a wheel contains (its SBOM, PEP 770) the same in each build.

maturin writes the list with a random number, the time of the build and the path of the checkout. Here the number is
made of the contents, the time is `SOURCE_DATE_EPOCH` or left out, and the path is replaced.
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import io
import json
import os
import uuid
import zipfile
from pathlib import Path

# What stands in the place of the path of the checkout.
PLACE = "file:///fastvenv"


def settle(wheel: Path, checkout: Path) -> None:
    """Rewrite the lists in a wheel, and what RECORD says of them."""
    with zipfile.ZipFile(wheel) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    changed = {}
    for info, content in entries:
        if ".dist-info/sboms/" in info.filename:
            changed[info.filename] = settled(content.decode(), checkout).encode()
    [record] = [info.filename for info, _ in entries if info.filename.endswith(".dist-info/RECORD")]
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for info, content in entries:
            text = recorded(content.decode(), changed).encode() if info.filename == record else None
            archive.writestr(info, text or changed.get(info.filename, content), compresslevel=9)


def settled(text: str, checkout: Path) -> str:
    """The list without what differs between builds."""
    bill = json.loads(text.replace(checkout.as_uri(), PLACE))
    bill.pop("serialNumber", None)
    bill["metadata"].pop("timestamp", None)
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        bill["metadata"]["timestamp"] = dt.datetime.fromtimestamp(int(epoch), dt.timezone.utc).isoformat()
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))
    return json.dumps({"serialNumber": f"urn:uuid:{number}", **bill}, indent=2) + "\n"


def recorded(record: str, changed: dict[str, bytes]) -> str:
    """RECORD with the hashes and sizes of the files that have changed."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for name, digest, size in csv.reader(record.splitlines()):
        content = changed.get(name)
        writer.writerow([name, digest, size] if content is None else [name, hash_of(content), len(content)])
    return lines.getvalue()


def hash_of(content: bytes) -> str:
    """The hash of a file as RECORD has it."""
    return f"sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()}"

"""`python .ci/record.py LOG...`: write the results of sessions into `docs/where-it-works.md`, from what nox printed.

A LOG is the output of `python -m nox -s NAME…`, or of `.ci/run`. Its results replace those that the page has of the
same sessions; the others stay.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/where-it-works.md"
# The comments around what is written here.
MARKS = ("<!-- results -->\n", "<!-- /results -->\n")
HEAD = "| session | passed | failed | skipped | day |\n|---|---|---|---|---|\n"
# A session on the page: its name, its parameter, and the mark of those that run at night.
SESSION = re.compile(
    r"`((?:tests|nightly|venv_suite\w*|on_platform|free_threaded|thread_sanitizer|wine\w*|check)(?:\([^)`]+\))?)`(☾?)"
)
ROW = re.compile(r"^\| `(.+)` \| (\d+) \| (\d+) \| (\d+) \| (\S+) \|$", re.MULTILINE)
# How nox begins and ends a session; the closing lines of pytest, cargo and tests/venv_suite.py; and what they count.
BEGIN = re.compile(r"nox > Running session (.+)")
END = re.compile(r"nox > Session (.+) (was successful|failed)\b")
CLOSING = re.compile(r"=* ?\d+ (?:passed|failed)|test result:")
COUNT = re.compile(r"(\d+) (passed|failed|skipped)")

# What passed, failed and was skipped in a session, and the day.
Results = dict[str, tuple[int, int, int, str]]


def results_of(log: str, day: str) -> Results:
    """The results of the sessions in a log that ran to their end."""
    results: Results = {}
    counts: Counter[str] = Counter()
    for line in log.splitlines():
        if BEGIN.match(line):
            counts.clear()
        elif CLOSING.match(line):
            for number, kind in COUNT.findall(line):
                counts[kind] += int(number)
        elif (match := END.match(line)) and counts:
            results[match[1]] = (counts["passed"], counts["failed"], counts["skipped"], day)
    return results


def parts(page: str) -> tuple[str, str, str]:
    """What is before the marks, between them, and after them."""
    before, _, rest = page.partition(MARKS[0])
    return (before, *rest.partition(MARKS[1])[::2])


def results_on(page: str) -> Results:
    """The results that the page has."""
    return {
        session: (int(passed), int(failed), int(skipped), day)
        for session, passed, failed, skipped, day in ROW.findall(parts(page)[1])
    }


def block(results: Results, page: str) -> str:
    """The table of the results, and the sessions of the page that have none. `check` counts nothing."""
    before, _, after = parts(page)
    rows = [f"| `{session}` | {' | '.join(map(str, result))} |\n" for session, result in sorted(results.items())]
    named = {session for session, _ in SESSION.findall(before + after) if not session.startswith("check")}
    missing = ", ".join(f"`{session}`" for session in sorted(named - results.keys()))
    return f"{HEAD}{''.join(rows)}\nWithout a result: {missing or 'none'}.\n"


def main(logs: list[str]) -> None:
    """Write the results of the logs into the page."""
    page = PAGE.read_text(encoding="utf-8")
    results = results_on(page)
    named = {session for session, _ in SESSION.findall(page)}
    for log in map(Path, logs):
        day = datetime.fromtimestamp(log.stat().st_mtime, tz=timezone.utc).date().isoformat()
        found = results_of(log.read_text(encoding="utf-8", errors="replace"), day)
        results.update({session: result for session, result in found.items() if session in named})
    before, _, after = parts(page)
    PAGE.write_text(f"{before}{MARKS[0]}{block(results, page)}{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

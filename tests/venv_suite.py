"""Run the interpreter's own `test.test_venv` against fastvenv. A test may be skipped only if it is skipped with `venv`, too.

    python tests/venv_suite.py FOLDER [--as-venv]

FOLDER is where fastvenv is installed. The interpreter that runs this is the one that is tested. With `--as-venv`, a test may
fail that fails with `venv`, too, as under Wine. Only the tests that did not pass are run with `venv`.
"""

import importlib
import sys
import unittest
from collections.abc import Iterator
from types import ModuleType


def tests_of(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def run(module: ModuleType, chosen: "set[str] | None" = None) -> unittest.TestResult:
    """Run the suite, or the chosen tests of it, with `sys.modules["venv"]` being that module."""
    sys.modules["venv"] = module
    sys.modules.pop("test.test_venv", None)
    suite_module = importlib.import_module("test.test_venv")
    assert suite_module.venv is module
    suite = unittest.TestLoader().loadTestsFromModule(suite_module)
    if chosen is not None:
        suite = unittest.TestSuite(test for test in tests_of(suite) if test.id() in chosen)
    print(f"{sys.version.split()[0]}: test.test_venv on {module.__name__}", file=sys.stderr, flush=True)
    return unittest.TextTestRunner(verbosity=1, stream=sys.stderr).run(suite)


def skips(result: unittest.TestResult) -> set[str]:
    return {test.id() for test, _ in result.skipped}


def failures(result: unittest.TestResult) -> set[str]:
    return {test.id() for test, _ in [*result.failures, *result.errors]}


def main() -> int:
    sys.path.insert(0, sys.argv[1])
    if sys.implementation.name == "pypy":
        # PyPy compiles this module from a C file, which Debian leaves out; without the module, tests skip what needs it.
        sys.modules["_testcapi"] = None  # type: ignore[assignment]
    from test import support  # type: ignore[import-not-found]  # the stub package has none

    support.use_resources = ["cpu"]
    support.verbose = False
    import venv

    import fastvenv

    ours = run(fastvenv)
    theirs = run(venv, skips(ours) | failures(ours))
    new_skips = skips(ours) - skips(theirs)
    if new_skips:
        print("skipped on fastvenv only:", *sorted(new_skips), file=sys.stderr)
    failed = failures(ours)
    as_venv = failed & failures(theirs) if "--as-venv" in sys.argv else set()
    if as_venv:
        print("fail with venv, too:", *sorted(as_venv), file=sys.stderr)
    passed = ours.testsRun - len(failed) - len(ours.skipped)
    print(f"{passed} passed, {len(failed - as_venv)} failed, {len(ours.skipped)} skipped, {len(as_venv)} as with venv")
    return 0 if passed > 0 and failed == as_venv and not new_skips else 1


if __name__ == "__main__":
    sys.exit(main())

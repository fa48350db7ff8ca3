"""Which tests run where, and when."""

from __future__ import annotations

# The interpreters that a file of tests runs on. Files that are not listed run on all of them, because
# their results depend on the interpreter.
EXTENT: dict[str, list[str]] = {
    "test_on_windows.py": [],  # the sessions of Wine run it
    "test_quoting.py": ["3.13"],
    "test_templates.py": ["3.13"],
    "test_cmd.py": ["3.13"],
    "test_documents.py": ["3.13"],
    "test_documentation.py": ["3.13"],
    "test_hostile_names.py": ["3.13"],
    "test_relocation.py": ["3.13"],
    "test_activators.py": ["3.9", "3.12", "3.13"],
    "test_cache.py": ["3.13"],
    "test_faults.py": ["3.13"],
    "test_matrix.py": ["3.13"],
    "test_races.py": ["3.13"],
    "test_wheels.py": ["3.13"],
    "test_malicious_wheels.py": ["3.13"],
    "test_interrupts.py": ["3.13"],
    "test_cache_command.py": ["3.13", "debian"],
    "test_program.py": ["3.9", "3.13", "3.15"],
    "test_records.py": ["3.10", "3.13", "debian"],
    "test_other_pythons.py": ["3.13"],
    "test_advice.py": ["3.13"],
    "test_messages.py": ["3.13"],
    "test_api.py": ["3.9", "3.13", "3.15"],
    "test_report.py": ["3.13"],
    "test_options.py": ["3.9", "3.13", "debian"],
    "test_settings.py": ["3.13"],
    "test_completion.py": ["3.13"],
    "test_redirect.py": ["3.13"],
    "test_run.py": ["3.9", "3.13", "3.15", "debian"],
    "test_outcome.py": ["3.13"],
    "test_existing_pip.py": ["3.13"],
    "test_pip_at_work.py": ["3.13"],
    "test_planted_links.py": ["3.13"],
    "test_rollback.py": ["3.13"],
    "test_safety.py": ["3.9", "3.13", "3.15"],
    "test_threads.py": ["3.9", "3.13", "3.15"],
    "test_together.py": ["3.9", "3.9.2", "3.13", "3.15"],
    "test_trust.py": ["3.13"],
    "test_installation.py": [],  # it has a session of its own: ways_to_install
    "test_windows.py": ["3.9", "3.12", "3.13", "3.15"],  # each form of its table
    "test_shells.py": ["3.12", "3.13"],  # before and after the prompt lost its parentheses
}
# Further interpreters that a file of tests runs on at night. At night, `--whole` also adds the tests with the mark
# `nightly`, and more names, moments, rounds and processes in tests that use `is_whole`.
EXTENT_AT_NIGHT = {
    "test_advice.py": ["3.9"],
    "test_existing_pip.py": ["3.9", "debian"],
    "test_messages.py": ["3.9"],
    "test_options.py": ["3.15"],
    "test_other_pythons.py": ["3.9", "3.12", "3.15", "pypy", "debian-without-venv"],
    "test_outcome.py": ["3.9"],
    "test_pip_at_work.py": [
        *["3.9", "3.9.2", "3.10", "3.11", "3.12", "3.14", "3.15", "pypy", "debian", "debian-without-venv"],
        *["debian 13", "3.13 debug", "3.14 debug", "3.15 debug"],
    ],
    "test_planted_links.py": ["3.9"],
    "test_program.py": ["3.10", "3.11", "3.12", "3.14", "pypy", "debian"],
    "test_redirect.py": ["3.9"],
    "test_report.py": ["3.9"],
    "test_rollback.py": ["3.9", "3.15"],
    "test_safety.py": ["3.12", "pypy", "debian"],
    "test_settings.py": ["3.9"],
    "test_threads.py": ["3.11", "3.12", "3.14", "pypy", "debian", "debian-without-venv", "3.13 debug", "3.15 debug"],
    "test_together.py": ["3.10", "3.11", "3.12", "3.14", "pypy", "debian", "debian-without-venv"],
}
# The tests that also run in Wine: the first list on every change, the second one at night.
ON_WINDOWS = [
    "test_on_windows.py",
    "test_tree.py::test_with_pip",
    "test_windows.py::test_the_signed_script_of_powershell",
]
ON_WINDOWS_AT_NIGHT = [
    "test_errors.py",
    "test_hooks.py",
    "test_on_windows.py",
    "test_pip.py",
    "test_pip_at_work.py",
    "test_tree.py",
    "test_windows.py",
]
# The tests of a release's wheel on another platform, and in an emulator, where starting Python takes seconds.
ON_OTHER_PLATFORMS = [
    "test_errors.py",
    "test_hooks.py",
    "test_pip.py",
    "test_pip_at_work.py",
    "test_program.py",
    "test_shells.py",
    "test_threads.py",
    "test_together.py",
    "test_tree.py",
]
EMULATED = [
    "test_pip.py::test_pip_works",
    "test_program.py::test_several_environments_are_made_without_python",
    "test_program.py::test_the_environment_is_that_of_venv[without pip-]",
    "test_shells.py::test_posix[plain-dash-once-]",
    "test_tree.py::test_the_environment_is_one",
    "test_tree.py::test_with_pip",
    "test_tree.py::test_without_pip[--copies]",
]
# The tests of a build for free-threaded Pythons, and those of the program that ThreadSanitizer looks at.
WITHOUT_GIL = ["test_threads.py", "test_together.py", "test_tree.py"]
SANITIZED = [
    "test_program.py::test_several_environments_are_made_without_python",
    "test_program.py::test_the_environment_is_that_of_venv",
    "test_program.py::test_a_cache_that_is_gone_is_made_again",
]
# The tests whose results depend on permissions. They also run with umask 077. Tests that also run as root have a mark.
PERMISSIONS = [
    "test_safety.py",
    "test_trust.py",
    "test_pip.py",
    "test_tree.py",
    "test_existing_pip.py",
]


def paths(tests: list[str]) -> list[str]:
    """Return the paths of tests, as arguments of pytest."""
    return [f"tests/{name}" for name in tests]

"""The sessions of nox, a module for each purpose; they share interpreters, builds, and the extent of the tests."""

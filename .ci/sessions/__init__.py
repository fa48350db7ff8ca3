"""The sessions of nox, by what they are for, and what they share: interpreters, builds, and the extent of the tests."""

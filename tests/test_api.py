"""The interface as editors and `help` show it, in the Python under test."""

from __future__ import annotations

import pytest
from conftest import Interpreter

PUBLIC = ["CORE_VENV_DEPS", "Context", "EnvBuilder", "create", "logger", "main"]


def output(python: Interpreter, code: str) -> str:
    done = python.run("-c", code)
    assert done.status == 0, done.stderr
    return done.output


def test_help_shows_what_is_public(python: Interpreter) -> None:
    shown = output(python, "import fastvenv; help(fastvenv)")
    for name in ("class EnvBuilder", "class Context", "create(", "main("):
        assert name in shown
    for name in ("setup_python", "post_setup", "upgrade_dependencies", "system_site_packages: the base"):
        assert name in shown


def test_a_star_import_gives_what_is_public(python: Interpreter) -> None:
    code = "from fastvenv import *; print(*sorted(name for name in globals() if name[:2] != '__'))"
    assert output(python, code).split() == PUBLIC


def test_names_are_of_the_package_and_can_be_pickled(python: Interpreter) -> None:
    code = """
import pickle, fastvenv
for name in ("EnvBuilder", "create", "main", "Context"):
    value = getattr(fastvenv, name)
    assert value.__module__.startswith("fastvenv"), value.__module__
    assert pickle.loads(pickle.dumps(value)) is value
print(fastvenv.EnvBuilder.__module__, fastvenv.create.__module__, fastvenv.main.__module__)
"""
    assert output(python, code).split() == ["fastvenv"] * 3


def test_annotations_are_evaluated(python: Interpreter) -> None:
    """`typing.get_type_hints` works on each public function and method, though `typing` is not loaded before."""
    code = """
import sys, fastvenv, fastvenv.cache
from fastvenv import EnvBuilder, create, main
assert "typing" not in sys.modules
import typing
found = {}
functions = [create, main, fastvenv.cache.directory, fastvenv.cache.fault, fastvenv.cache.main]
functions += [value for name, value in vars(EnvBuilder).items() if callable(value)]
for function in functions:
    found[function.__qualname__] = typing.get_type_hints(function)
print(len(found))
print(found["create"]["link_mode"])
print(found["create"]["env_dir"])
print(found["EnvBuilder.post_setup"]["context"].__mro__[1].__name__)
"""
    number, link_mode, env_dir, context = output(python, code).splitlines()
    assert int(number) > 20
    assert all(word in link_mode for word in ("Literal", "hardlink", "symlink"))
    assert "PathLike" in env_dir
    assert context == "SimpleNamespace"


def test_the_types_name_what_the_program_takes(python: Interpreter) -> None:
    code = """
import typing
from fastvenv import _native, _types
print(list(typing.get_args(_types.LinkMode)) == list(_native.LINK_MODES))
print(list(typing.get_args(_types.Activator)) == [name for name, _ in _native.ACTIVATORS])
"""
    assert output(python, code).split() == ["True", "True"]


def test_the_context_has_what_its_type_says(python: Interpreter) -> None:
    code = """
import os, tempfile, types, typing, fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        assert type(context) is types.SimpleNamespace
        print(sorted(vars(context)) == sorted(typing.get_type_hints(fastvenv.Context)))
with tempfile.TemporaryDirectory() as folder:
    Builder(symlinks=os.name != "nt").create(os.path.join(folder, "env"))
"""
    assert output(python, code).split() == ["True"]


@pytest.mark.parametrize("name", ["bash", "bash,fish"])
def test_a_string_of_activators_is_refused(python: Interpreter, name: str) -> None:
    done = python.run("-c", f"import fastvenv; fastvenv.create('env', activators={name!r})")
    assert done.status == 1
    assert f"TypeError: activators is a collection of names: ({name!r},) in place of {name!r}" in done.stderr

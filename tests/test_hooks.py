"""Subclasses of `fastvenv.EnvBuilder` see what subclasses of `venv.EnvBuilder` see.

A script in the Python under test makes an environment with a builder that records every call of a hook: its arguments,
the context, and the builder's attributes. It is run for both modules at the same path.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import BIN, EXE, IS_WINDOWS, Interpreter, move_away

HOOKS = [
    "ensure_directories",
    "clear_directory",
    "create_git_ignore_file",
    "create_configuration",
    "setup_python",
    "symlink_or_copy",
    "_setup_pip",
    "_call_new_python",
    "_venv_path",
    "setup_scripts",
    "install_scripts",
    "replace_variables",
    "post_setup",
    "upgrade_dependencies",
]

RECORDER = """
import importlib, json, os, sys, venv

name, hooks, env_dir = sys.argv[1], sys.argv[2].split(","), sys.argv[3]
options = json.loads(sys.argv[4])
module = importlib.import_module(name)
trace = []

def shown(value):
    if isinstance(value, (str, bool, int, type(None))):
        return value
    if isinstance(value, (tuple, list, set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, dict):
        return {str(key): shown(item) for key, item in value.items() if key != "env"}
    if hasattr(value, "env_dir"):
        return {"context": {key: shown(item) for key, item in vars(value).items()}}
    return str(value)

def recording(hook):
    original = getattr(module.EnvBuilder, hook)
    def method(self, *args, **kwargs):
        seen = [shown(argument) for argument in args]
        if hook == "replace_variables":
            seen[0] = "<template>"
        if hook == "install_scripts":
            seen[1] = "<scripts>" if seen[1] == os.path.join(os.path.dirname(module.__file__), "scripts") else seen[1]
        attributes = {key: shown(value) for key, value in vars(self).items() if not key.startswith("_")}
        trace.append([hook, seen, shown(kwargs), attributes])
        if hook != "_call_new_python":  # which would run pip
            return original(self, *args, **kwargs)
    return method

# Hooks of a newer venv are called on every Python; subclasses for an older one cannot have overridden them.
namespace = {hook: recording(hook) for hook in hooks if hasattr(venv.EnvBuilder, hook)}
if "_call_new_python" not in hooks:
    namespace["_call_new_python"] = lambda self, *args, **kwargs: None
if sys.version_info < (3, 10):  # whose hooks run the child themselves
    import subprocess
    def called(command, **kwargs):
        kwargs.pop("universal_newlines", None)  # Debian 11 wants text, for a message of its own
        trace.append(["child", command, shown(kwargs), {}])
    subprocess.check_output = subprocess.check_call = called
# The scripts that venv has too; on Windows, that of fish came later.
has_fish = os.name != "nt" or os.path.exists(os.path.join(os.path.dirname(venv.__file__), "scripts/common/activate.fish"))
namespace["activators"] = frozenset(["bash", "batch", "cshell", "powershell", *(["fish"] if has_fish else [])])
builder = type("Recorder", (module.EnvBuilder,), namespace)(**options)
# Attributes that this Python's venv does not have, and so no subclass that was written for it.
for attribute in set(vars(builder)) - set(vars(venv.EnvBuilder())):
    del vars(builder)[attribute]
builder.create(env_dir)
print(json.dumps([trace, {key: shown(value) for key, value in vars(builder).items() if not key.startswith("_")}]))
"""

OPTIONS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "links and pip": {"symlinks": True, "with_pip": True},
    "everything": {
        "symlinks": True,
        "with_pip": True,
        "system_site_packages": True,
        "clear": True,
        "prompt": "my prompt",
        "upgrade_deps": True,
    },
    "upgrade": {"upgrade": True, "with_pip": True, "prompt": "."},
}


def assert_same_trace(python: Interpreter, tmp_path: Path, hooks: list[str], options: dict[str, Any]) -> list[Any]:
    env_dir = tmp_path / "env"
    traces = []
    for module in ("venv", "fastvenv"):
        (env_dir / "old").mkdir(parents=True)
        traces.append(python.answer(RECORDER, module, ",".join(hooks), env_dir, json.dumps(options), cwd=tmp_path))
        move_away(env_dir)
    theirs, ours = (trace[0] for trace in traces)
    known = {key for context in contexts(theirs) for key in context}
    for context in contexts(ours):
        # Every Python gets the attributes of newer versions; those of its own version must be the same.
        for key in {"lib_path", "platlib_path", "env_exec_cmd", "script_path"} - known:
            context.pop(key, None)
    for context in [*contexts(theirs), *contexts(ours)]:
        context.pop("script_path", None)  # in the package of either module
    assert in_order(ours) == in_order(theirs)
    assert traces[1][1] == traces[0][1]
    calls: list[Any] = theirs
    return calls


def in_order(calls: list[Any]) -> list[Any]:
    """The calls. On Windows, those that copy an interpreter are sorted: `venv` has the names in a set."""
    if not IS_WINDOWS:
        return calls
    copies = iter(sorted((call for call in calls if call[0] == "symlink_or_copy"), key=lambda call: str(call[1])))
    return [next(copies) if call[0] == "symlink_or_copy" else call for call in calls]


def contexts(calls: list[Any]) -> list[dict[str, Any]]:
    """The contexts that were passed to hooks."""
    arguments = [argument for call in calls for argument in call[1]]
    return [argument["context"] for argument in arguments if isinstance(argument, dict) and "context" in argument]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_all_hooks(python: Interpreter, tmp_path: Path, options: dict[str, Any]) -> None:
    calls = assert_same_trace(python, tmp_path, HOOKS, options)
    names = {call[0] for call in calls}
    assert {"ensure_directories", "create_configuration", "setup_python"} <= names
    assert ("symlink_or_copy" in names) == (not IS_WINDOWS or python.version < (3, 13))


@pytest.mark.parametrize("hook", HOOKS)
def test_one_hook(python: Interpreter, tmp_path: Path, hook: str) -> None:
    assert_same_trace(python, tmp_path, [hook], OPTIONS["everything"])


def test_scm_hooks(python: Interpreter, tmp_path: Path) -> None:
    """Each version control system has its own hook, on every Python; a system without a hook is an error."""
    script = """
import json, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def create_bzr_ignore_file(self, context):
        open(context.env_dir + "/.bzrignore", "w").close()
Builder(scm_ignore_files=["GIT", "bzr"]).create(sys.argv[1])
try:
    Builder(scm_ignore_files=["cvs"]).create(sys.argv[2])
except AttributeError as error:
    print(json.dumps(str(error)))
"""
    message = python.answer(script, tmp_path / "env", tmp_path / "none")
    assert "create_cvs_ignore_file" in message
    assert (tmp_path / "env/.gitignore").read_text().endswith("\n*\n")
    assert (tmp_path / "env/.bzrignore").exists()
    assert not (tmp_path / "none").exists()


def test_a_subclass_without_our_init(python: Interpreter, tmp_path: Path) -> None:
    """It may have fewer attributes than fastvenv, set them late, and call hooks itself, more than once."""
    script = """
import json, os, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def __init__(self):
        self.symlinks = True
builder = Builder()
first = builder.ensure_directories(sys.argv[1])
builder.prompt = "late"
context = builder.ensure_directories(sys.argv[1])
builder.create_configuration(context)
builder.setup_python(context)
builder.setup_scripts(context)
builder.create(sys.argv[1])
print(json.dumps([first.prompt, context.prompt, sorted(os.listdir(context.bin_path)), open(context.cfg_path).read()]))
"""
    first, late, names, configuration = python.answer(script, tmp_path / "env")
    decorated = "({}) " if python.version < (3, 13) else "{}"
    assert (first, late) == (decorated.format("env"), decorated.format("late"))
    assert {"activate", "activate.fish", f"python{EXE}"} <= set(names)
    assert "prompt = 'late'\n" in configuration


def test_attributes_are_read_when_they_are_used(python: Interpreter, tmp_path: Path) -> None:
    """A hook may set an attribute that a later one reads; the configuration then has it, as with `venv`."""
    script = """
import importlib, json, sys
module = importlib.import_module(sys.argv[1])
class Builder(module.EnvBuilder):
    def ensure_directories(self, env_dir):
        self.system_site_packages = self.symlinks = True
        return super().ensure_directories(env_dir)
    def setup_python(self, context):
        self.prompt = "late"
        super().setup_python(context)
builder = Builder()
builder.create(sys.argv[2])
print(json.dumps([open(sys.argv[2] + "/pyvenv.cfg").read(), builder.system_site_packages]))
"""
    answers = []
    for module in ("venv", "fastvenv"):
        answers.append(python.answer(script, module, tmp_path / "env"))
        move_away(tmp_path / "env")
    assert answers[0] == answers[1]
    assert "include-system-site-packages = true\n" in answers[0][0]


def test_the_context_has_what_newer_versions_have(python: Interpreter, tmp_path: Path) -> None:
    script = """
import json, sys
import fastvenv
context = fastvenv.EnvBuilder().ensure_directories(sys.argv[1])
print(json.dumps([type(context).__name__, context.lib_path, context.platlib_path, context.env_exec_cmd, context.env_exe]))
"""
    kind, lib_path, platlib_path, env_exec_cmd, env_exe = python.answer(script, tmp_path / "env")
    assert kind == "SimpleNamespace"
    assert lib_path.startswith(str(tmp_path / "env")) and lib_path.endswith("site-packages")
    assert Path(platlib_path).is_dir()
    assert env_exec_cmd == env_exe


@pytest.mark.parametrize("mark", ['"', "'", ""], ids=["double", "single", "bare"])
def test_templates_of_the_caller(python: Interpreter, tmp_path: Path, mark: str) -> None:
    """A folder of templates works, with quotes of its own (as `venv` needed them before gh-124651) or without."""
    templates = tmp_path / "templates"
    contents: dict[str, str | bytes] = {
        "common/show": f"DIR={mark}__VENV_DIR__{mark}\nprintf '%s\\n' \"$DIR\"\n",
        "common/below/plain": "nothing to replace",
        "common/binary": b"\xff__VENV_DIR__",
        f"{os.name}/own.fish": "__VENV_BIN_NAME__ __VENV_NAME__",
        f"{'posix' if IS_WINDOWS else 'nt'}/elsewhere": "not here",
        "top": "nor this",
    }
    for path, text in contents.items():
        (templates / path).parent.mkdir(parents=True, exist_ok=True)
        (templates / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    (templates / "common/show").chmod(0o751)
    script = """
import json, os, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def setup_scripts(self, context):
        self.install_scripts(context, sys.argv[2])
Builder().create(sys.argv[1])
print(json.dumps(None))
"""
    env_dir = tmp_path / "sp ace"
    result = python.run("-c", script, env_dir, templates)
    assert result.stderr.startswith(f"unable to copy script {str(templates / 'common/binary')!r}, may be binary: ")
    scripts = env_dir / BIN
    if not IS_WINDOWS:
        shown = subprocess.run(["sh", scripts / "show"], capture_output=True, text=True, check=True)
        assert shown.stdout == f"{env_dir}\n"
        assert (scripts / "show").stat().st_mode & 0o777 == 0o751
    assert (scripts / "below/plain").read_text() == "nothing to replace"
    assert (scripts / "own.fish").read_text() == f"{BIN} 'sp ace'"
    assert not [name for name in ("binary", "elsewhere", "top") if (scripts / name).exists()]


def test_an_override_of_replace_variables_needs_only_the_five_placeholders(python: Interpreter, tmp_path: Path) -> None:
    script = """
import json, os, re, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def replace_variables(self, text, context):
        for name, value in [("DIR", context.env_dir), ("NAME", context.env_name), ("PROMPT", "X"),
                            ("BIN_NAME", context.bin_name), ("PYTHON", context.env_exe)]:
            text = text.replace("__VENV_%s__" % name, value)
        return text
Builder().create(sys.argv[1])
bin_path = os.path.join(sys.argv[1], sys.argv[2])
texts = [open(os.path.join(bin_path, name), encoding="utf-8").read() for name in os.listdir(bin_path) if "ctivate" in name]
print(json.dumps([len(texts), [name for text in texts for name in re.findall("__VENV_[A-Z_]+__", text)]]))
"""
    # cmd has one for each direction.
    assert python.answer(script, tmp_path / "env", BIN) == [8 if IS_WINDOWS else 7, []]


def test_names_can_be_patched(python: Interpreter, tmp_path: Path) -> None:
    """Tests and tools replace names in `venv`; replacing them in `fastvenv` has the same effect."""
    script = """
import json, sys
from unittest import mock
import fastvenv
seen = []
with mock.patch("fastvenv.subprocess") as subprocess:
    subprocess.CalledProcessError = OSError
    fastvenv.EnvBuilder(with_pip=True).create(sys.argv[1])
    seen.append(subprocess.check_output.call_count)
with mock.patch("fastvenv.EnvBuilder.create") as create:
    fastvenv.create(sys.argv[2])
    fastvenv.main([sys.argv[2], "--without-pip"])
    seen.append(create.call_count)
with mock.patch("fastvenv.EnvBuilder") as builder:
    fastvenv.create(sys.argv[2])
    fastvenv.main([sys.argv[2], "--without-pip"])
    seen.append(builder.call_count)
with mock.patch("fastvenv.logger") as logger, mock.patch("fastvenv._native.symlink", side_effect=OSError(1, "no")):
    fastvenv.create(sys.argv[3], symlinks=True)
    seen.append(logger.warning.call_args_list[0][0][0])
with mock.patch("fastvenv.CORE_VENV_DEPS", ("spam",)), mock.patch("subprocess.check_output") as output, \\
        mock.patch("subprocess.check_call") as call:
    builder = fastvenv.EnvBuilder()
    builder.upgrade_dependencies(builder.ensure_directories(sys.argv[1]))
    seen.append([*output.call_args_list, *call.call_args_list][0][0][0][1:])
print(json.dumps(seen))
"""
    assert python.answer(script, tmp_path / "a", tmp_path / "b", tmp_path / "c") == [
        1,
        2,
        2,
        "Unable to symlink %r to %r",
        ["-m", "pip", "install", "--upgrade", "spam"],
    ]


def test_a_class_in_the_place_of_the_builder_needs_only_the_parameters_of_venv(
    python: Interpreter, tmp_path: Path
) -> None:
    script = """
import importlib, json, sys, venv
module = importlib.import_module(sys.argv[1])
given = []
class Builder(venv.EnvBuilder):
    def create(self, env_dir):
        names = ["system_site_packages", "clear", "symlinks", "upgrade", "with_pip", "prompt", "upgrade_deps"]
        given.append([env_dir, *(getattr(self, name) for name in names), *getattr(self, "scm_ignore_files", [])])
module.EnvBuilder = Builder
module.create("env")
module.create("env", True, with_pip=True)
module.main(["env"])
module.main(["--copies", "--without-pip", "--prompt", "x", "env"])
print(json.dumps(given))
"""
    assert python.answer(script, "fastvenv", cwd=tmp_path) == python.answer(script, "venv", cwd=tmp_path)


@pytest.mark.parametrize("name", ["check_output", "run", "Popen"])
def test_a_function_of_subprocess_that_is_replaced_is_called(python: Interpreter, tmp_path: Path, name: str) -> None:
    script = """
import importlib, json, sys
from unittest import mock
module = importlib.import_module(sys.argv[1])
with mock.patch("subprocess." + sys.argv[2]) as replaced:
    process = replaced.return_value.__enter__.return_value
    process.communicate.return_value, process.poll.return_value = (b"", b""), 0
    module.create(sys.argv[3], symlinks=True, with_pip=True)
print(json.dumps([call[0][0][1:] for call in replaced.call_args_list]))
"""
    found = []
    for module in ("venv", "fastvenv"):
        found.append(python.answer(script, module, name, tmp_path / "env"))
        move_away(tmp_path / "env")
    assert found[0] == found[1] and len(found[0]) == 1


def test_the_pip_of_the_base_upgrades_an_environment_that_sees_it(python: Interpreter, tmp_path: Path) -> None:
    script = """
import importlib, json, sys
from unittest import mock
module = importlib.import_module(sys.argv[1])
with mock.patch(sys.argv[1] + ".subprocess") as replaced:
    module.main(["--without-pip", "--system-site-packages", "--upgrade-deps", sys.argv[2]])
print(json.dumps([call[0][0] for call in [*replaced.check_output.call_args_list, *replaced.check_call.call_args_list]]))
"""
    found = []
    for module in ("venv", "fastvenv"):
        found.append(python.answer(script, module, tmp_path / "env"))
        move_away(tmp_path / "env")
    assert found[0] == found[1] and len(found[0]) == 1


def test_the_surface_is_that_of_venv(python: Interpreter) -> None:
    """Every public name of `venv` exists, with the same signature; newer parameters may be added at the end."""
    script = """
import inspect, json, venv
import fastvenv
def parameters(function):
    return [(name, item.kind.name) for name, item in inspect.signature(function).parameters.items()]
missing = [name for name in dir(venv) if not name.startswith("__") and not hasattr(fastvenv, name)
           and name != "IS_PYPY"]  # PyPy's own
hooks = [name for name in dir(venv.EnvBuilder) if not name.startswith("__")]
missing += [name for name in hooks if not hasattr(fastvenv.EnvBuilder, name)]
differing = [name for name in [*hooks, "__init__"] if name in dir(fastvenv.EnvBuilder)
             and callable(getattr(venv.EnvBuilder, name)) and
             parameters(getattr(fastvenv.EnvBuilder, name))[:len(parameters(getattr(venv.EnvBuilder, name)))]
             != parameters(getattr(venv.EnvBuilder, name))]
differing += [name for name in ("create", "main")
              if parameters(getattr(fastvenv, name))[:len(parameters(getattr(venv, name)))] != parameters(getattr(venv, name))]
print(json.dumps([missing, differing, fastvenv.CORE_VENV_DEPS == venv.CORE_VENV_DEPS, fastvenv.logger is venv.logger]))
"""
    assert python.answer(script) == [[], [], True, True]


def test_create_has_what_the_builder_has(python: Interpreter, tmp_path: Path) -> None:
    """`create` lacks `upgrade`, as `venv.create` does, and adds `python`, which has no hooks; each value is passed."""
    script = """
import fastvenv, inspect, json, sys
def parameters(function):
    found = [(name, item.kind.name, repr(item.default)) for name, item in inspect.signature(function).parameters.items()]
    return [item for item in found[1:] if item[0] not in ("upgrade", "python")]
given = {}
class Builder(fastvenv.EnvBuilder):
    def __init__(self, **options):
        given.update(options)
    def create(self, env_dir):
        pass
assert parameters(fastvenv.create) == parameters(fastvenv.EnvBuilder.__init__)
values = {name: name for name, _, _ in parameters(fastvenv.create)}
fastvenv.EnvBuilder = Builder
fastvenv.create(sys.argv[1], **values)
print(json.dumps(given == values))
"""
    assert python.answer(script, tmp_path / "env") is True


@pytest.mark.posix("an override of setup_python is told by a link")
@pytest.mark.usefixtures("has_wheels")
def test_a_context_with_the_usual_paths_needs_no_ensurepip(python: Interpreter, tmp_path: Path) -> None:
    script = """
import json, sys, fastvenv
class Builder(fastvenv.EnvBuilder):
    def ensure_directories(self, env_dir):
        context = super().ensure_directories(env_dir)
        del context.lib_path, context.platlib_path, context.env_exec_cmd  # as in the `venv` of Python 3.9.0
        context.mine = "more"
        return context
    def setup_python(self, context):
        super().setup_python(context)
Builder(symlinks=True, with_pip=True, relocatable=True).create(sys.argv[1])
print(json.dumps("subprocess" in sys.modules))
"""
    assert python.run("-m", "fastvenv", tmp_path / "first").status == 0  # the cache has pip now
    assert python.answer(script, tmp_path / "env") is False


def test_the_configuration_names_what_the_context_has(python: Interpreter, tmp_path: Path) -> None:
    script = """
import importlib, json, pathlib, sys
builder = importlib.import_module(sys.argv[1]).EnvBuilder()
context = builder.ensure_directories(sys.argv[2])
homes = []
for home in (pathlib.Path("/opt/bin"), None):
    context.python_dir = home
    builder.create_configuration(context)
    homes.append(open(context.cfg_path).readline())
print(json.dumps(homes))
"""
    ours, theirs = (python.answer(script, module, tmp_path / module) for module in ("fastvenv", "venv"))
    assert ours == theirs


def test_directories_are_made_at_any_path(python: Interpreter, tmp_path: Path) -> None:
    """`create` makes its path absolute; a caller of the hook need not."""
    script = """
import importlib, json, os, pathlib, sys
module = importlib.import_module(sys.argv[1])
os.chdir(sys.argv[2])
names = ["rel", os.path.join(".", "dot", "."), os.path.join(".", "rel", "..", "x"), "y" + os.sep, os.path.join(os.getcwd(), "z", ""), pathlib.Path("w")]
contexts = [vars(module.EnvBuilder(prompt="x").ensure_directories(name)) for name in names]
made = sorted(os.path.join(folder, name) for folder, *found in os.walk(".") for name in sum(found, []))
print(json.dumps([[{key: str(value) for key, value in context.items()} for context in contexts], made]))
"""
    answers = []
    for module in ("venv", "fastvenv"):
        (tmp_path / "work").mkdir()
        answers.append(python.answer(script, module, tmp_path / "work"))
        move_away(tmp_path / "work")
    (theirs, made_by_theirs), (ours, made_by_ours) = answers
    assert made_by_ours == made_by_theirs
    assert [{key: value for key, value in one.items() if key in theirs[0]} for one in ours] == theirs

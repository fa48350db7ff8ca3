# Activates this virtual environment in csh or tcsh:
#
#     source bin/activate.csh          and later          deactivate

# An alias is one line, in which a variable that is not set may not even be mentioned: each part is a command of its
# own behind a test.
alias deactivate 'test $?_OLD_VIRTUAL_PATH != 0 && setenv PATH "$_OLD_VIRTUAL_PATH:q" && unset _OLD_VIRTUAL_PATH; rehash; test $?_OLD_VIRTUAL_PYTHONHOME != 0 && setenv PYTHONHOME "$_OLD_VIRTUAL_PYTHONHOME:q" && unset _OLD_VIRTUAL_PYTHONHOME; test $?_OLD_VIRTUAL_PROMPT != 0 && set prompt="$_OLD_VIRTUAL_PROMPT:q" && unset _OLD_VIRTUAL_PROMPT; test $?_VIRTUAL_ENV_PYDOC != 0 && unalias pydoc && unset _VIRTUAL_ENV_PYDOC; unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; test "\!:*" != "nondestructive" && unalias deactivate'

# Leave an environment that is active now.
deactivate nondestructive

setenv VIRTUAL_ENV __VENV_DIR__
setenv VIRTUAL_ENV_PROMPT __VENV_PROMPT__

set _OLD_VIRTUAL_PATH="$PATH:q"
setenv PATH "$VIRTUAL_ENV:q/"__VENV_BIN_NAME__":$PATH:q"

if ($?PYTHONHOME) then
    set _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME:q"
    unsetenv PYTHONHOME
endif

# A shell that runs a script has no prompt.
if ($?prompt) then
    if (! $?VIRTUAL_ENV_DISABLE_PROMPT) then
        set _OLD_VIRTUAL_PROMPT="$prompt:q"
        # In a prompt, % ! ^ and \ have a meaning; doubled or behind a backslash they have none.
        setenv _VIRTUAL_ENV_PS1 "("__VENV_PROMPT__") "
        set prompt = "`printenv _VIRTUAL_ENV_PS1 | sed -e 's/[\\^]/\\&/g' -e 's/%/%%/g' -e 's/'\!'/\\&/g'`$prompt:q"
        unsetenv _VIRTUAL_ENV_PS1
    endif
endif

if ("`alias pydoc`" == "") then
    alias pydoc 'python -m pydoc'
    set _VIRTUAL_ENV_PYDOC
endif

rehash

# Activates this virtual environment in csh or tcsh:
#
#     source bin/activate.csh          and later          deactivate
#
# A backslash before the name of a program keeps an alias of that name away. (Before that of a builtin it cannot stand.)

# An alias is one line, in which a variable that is not set may not even be mentioned: each part is a command of its
# own behind a test.
alias deactivate '\test $?_OLD_VIRTUAL_PATH != 0 && setenv PATH "$_OLD_VIRTUAL_PATH:q" && unset _OLD_VIRTUAL_PATH; rehash; \test $?_OLD_VIRTUAL_PYTHONHOME != 0 && setenv PYTHONHOME "$_OLD_VIRTUAL_PYTHONHOME:q" && unset _OLD_VIRTUAL_PYTHONHOME; \test $?_OLD_VIRTUAL_PROMPT != 0 && set prompt="$_OLD_VIRTUAL_PROMPT:q" && unset _OLD_VIRTUAL_PROMPT; \test $?_VIRTUAL_ENV_PYDOC != 0 && unalias pydoc && unset _VIRTUAL_ENV_PYDOC; unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; \test "\!:*" != "nondestructive" && unalias deactivate'

# Leave an environment that is active now.
deactivate nondestructive

setenv VIRTUAL_ENV __VENV_DIR__

# Where this script lies: the shell does not tell, but has it open while it reads it, as Linux shows. That is not where
# the environment was made when it was moved, or when this is a copy of the script alone.
set _VIRTUAL_ENV_SCRIPT = ""
if (-d /proc/$$/fd) then
    set _VIRTUAL_ENV_SCRIPT = "`\ls -l /proc/$$/fd | \sed -n 's#^[^>]*> \(/.*\)/[^/]*/activate[.]csh"\$"#\1#p' | \tail -n 1`"
endif
if (-f "$_VIRTUAL_ENV_SCRIPT:q/pyvenv.cfg") then
    if (! { \test "$_VIRTUAL_ENV_SCRIPT:q" -ef "$VIRTUAL_ENV:q" }) then
        if ("$VIRTUAL_ENV:q" != "") then
            \sh -c 'printf "%s\n" "$*" >&2' - "activate: made in $VIRTUAL_ENV:q, but now in $_VIRTUAL_ENV_SCRIPT:q; its scripts, like pip, look for the old place"
        endif
        setenv VIRTUAL_ENV "$_VIRTUAL_ENV_SCRIPT:q"
    endif
endif
unset _VIRTUAL_ENV_SCRIPT

if (! -d "$VIRTUAL_ENV:q") then
    \sh -c 'printf "%s\n" "$*" >&2' - "activate: no environment in '$VIRTUAL_ENV:q'"
    deactivate
else
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
            set prompt = "`\printenv _VIRTUAL_ENV_PS1 | \sed -e 's/[\\^]/\\&/g' -e 's/%/%%/g' -e 's/'\!'/\\&/g'`$prompt:q"
            unsetenv _VIRTUAL_ENV_PS1
        endif
    endif

    if ("`alias pydoc`" == "") then
        alias pydoc 'python -m pydoc'
        set _VIRTUAL_ENV_PYDOC
    endif

    rehash
endif

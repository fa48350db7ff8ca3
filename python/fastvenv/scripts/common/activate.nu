# Activates this virtual environment in Nushell, 0.101 or newer:
#
#     overlay use bin/activate.nu          and later          deactivate

# Where this script lies.
const script = path self

# What the environment sets is in the overlay, and goes when the overlay is hidden; what was there comes back then.
export-env {
    let recorded = __VENV_DIR__
    let bin_name = __VENV_BIN_NAME__
    let prompt = "(" + __VENV_PROMPT__ + ") "

    let place = ($script | path expand)
    let directory = ($place | path dirname | path dirname)
    let is_there = ($recorded | is-not-empty) and (
        $place == ($recorded | path join $bin_name ($script | path basename) | path expand))
    let is_moved = not $is_there and ($directory | path join "pyvenv.cfg" | path exists)
    if $is_moved and ($recorded | is-not-empty) {
        print --stderr (
            "activate: made in " + $recorded + ", but now in " + $directory +
            ": its scripts, like pip, look for the old place")
    }
    let environment = (if $is_moved { $directory } else { $recorded })
    if not ($environment | path join "pyvenv.cfg" | path exists) {
        error make --unspanned { msg: ("activate: no environment in '" + $environment + "'") }
    }

    # Over an environment that is active, its directory goes from PATH.
    let path_name = (if "Path" in $env { "Path" } else { "PATH" })
    let old_bin = (if "VIRTUAL_ENV" in $env { [($env.VIRTUAL_ENV | path join $bin_name)] } else { [] })
    let path = ($env | get --optional $path_name | default [])
    let path = (if ($path | describe) == "string" { $path | split row (char esep) } else { $path })
    let path = ($path | where {|entry| $entry not-in $old_bin } | prepend ($environment | path join $bin_name))

    load-env {
        VIRTUAL_ENV: $environment
        VIRTUAL_ENV_PROMPT: __VENV_PROMPT__
        $path_name: $path
    }
    if "PYTHONHOME" in $env {
        # Programs do not see it then; a hidden one would not come back.
        load-env { PYTHONHOME: null }
    }

    if ($env.VIRTUAL_ENV_DISABLE_PROMPT? | is-empty) {
        # A record distinguishes a closure from the absence of one.
        let old = ($env._OLD_VIRTUAL_PROMPT? | default { prompt: $env.PROMPT_COMMAND? })
        load-env {
            _OLD_VIRTUAL_PROMPT: $old
            PROMPT_COMMAND: {||
                let rest = (match ($old.prompt | describe) {
                    "closure" => { do $old.prompt }
                    "nothing" => { pwd }
                    _ => { $old.prompt }
                })
                $prompt + $rest
            }
        }
    }
}

export alias deactivate = overlay hide activate --keep-custom

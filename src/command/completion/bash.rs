//! Completion for bash, without the package `bash-completion`.

use std::fmt::Write;

use super::quoted;
use crate::command::commands::COMMANDS;
use crate::command::options::{Action, OptionSpec, Values, options};

const HEAD: &str = r#"# Completion of fastvenv for bash.
# Offers what `compgen` finds, a name in each line: names have spaces and stars.
_fastvenv_offer() {
    local found
    while IFS= read -r found; do
        COMPREPLY+=("$found")
    done < <(compgen "$@")
}
_fastvenv() {
    local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} first=${COMP_WORDS[1]}
    COMPREPLY=()
    # bash takes --option=value for three words.
    if [[ $word == = ]]; then
        word=
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
"#;

const TAIL: &str = r#"    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    else
        compopt -o filenames 2> /dev/null # bash 3.2 has none
        _fastvenv_offer -d -- "$word"
        if ((COMP_CWORD == 1)); then
            COMPREPLY+=($(compgen -W "$commands" -- "$word"))
        fi
    fi
}
complete -F _fastvenv fastvenv
"#;

pub(super) fn script() -> String {
    let mut text = HEAD.to_owned();
    // Writing to a string cannot fail.
    let names = options().flat_map(OptionSpec::names);
    let names: Vec<_> = names.chain(["-h", "--help", "--version"]).collect();
    let _ = writeln!(text, "    local options={}", quoted(&names.join(" ")));
    let commands: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
    let _ = writeln!(text, "    local commands={}", quoted(&commands.join(" ")));
    text += "    if ((COMP_CWORD == 2)); then\n        case $first in\n";
    for command in COMMANDS.iter().filter(|command| !command.subcommands.is_empty()) {
        let words: Vec<_> = command.subcommands.iter().map(|subcommand| subcommand.name).collect();
        let reply = format!(r#"COMPREPLY=($(compgen -W {} -- "$word"))"#, quoted(&words.join(" ")));
        let _ = writeln!(text, "            {}) {reply}; return ;;", command.name);
    }
    text += "        esac\n    fi\n    case $option in\n";
    for option in options() {
        let Action::Take(_, _, values) = option.action else { continue };
        let names: Vec<_> = option.names().collect();
        let words = quoted(&values.known().join(" "));
        let reply = match values {
            Values::Text => "return".to_owned(),
            Values::Path => r#"compopt -o filenames 2> /dev/null; _fastvenv_offer -f -- "$word"; return"#.to_owned(),
            Values::Interpreter => {
                r#"compopt -o filenames 2> /dev/null; _fastvenv_offer -c -- "${word:-python}"; _fastvenv_offer -f -- "$word"; return"#
                    .to_owned()
            }
            Values::OneOf(_) => format!(r#"COMPREPLY=($(compgen -W {words} -- "$word")); return"#),
            // The names before the last comma stay.
            Values::Activators => format!(
                r#"COMPREPLY=($(compgen -P "${{word%"${{word##*,}}"}}" -W {words} -- "${{word##*,}}")); return"#
            ),
        };
        let _ = writeln!(text, "        {}) {reply} ;;", names.join(" | "));
    }
    text + "    esac\n" + TAIL
}

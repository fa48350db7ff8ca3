//! Completion for zsh, by its own `_arguments`.

use std::fmt::Write;

use super::{description, quoted};
use crate::command::commands::{COMMANDS, Command};
use crate::command::options::{Action, OptionSpec, Values, options};

pub(super) fn script() -> String {
    let mut text = "#compdef fastvenv\n# Completion of fastvenv for zsh.\n_fastvenv() {\n".to_owned();
    text += "    if ((CURRENT == 3)); then\n        local -a words_of_command\n        case $words[2] in\n";
    for command in COMMANDS.iter().filter(|command| !command.subcommands.is_empty()) {
        let words: Vec<_> = command.subcommands.iter().map(|word| described(word.name, word.help)).collect();
        let _ = writeln!(text, "            {}) words_of_command=({}) ;;", command.name, words.join(" "));
    }
    text += "        esac\n        if (($#words_of_command)); then\n";
    text += "            _describe command words_of_command\n            return\n        fi\n    fi\n";
    let commands: Vec<_> = COMMANDS.iter().map(|Command { name, help, .. }| described(name, help)).collect();
    let _ = writeln!(text, "    local -a commands=({})", commands.join(" "));
    text += "    local context state line\n    local -A opt_args\n    _arguments -S \\\n";
    for option in options() {
        let _ = writeln!(text, "        {} \\", argument(option));
    }
    text += "        '(- *)'{-h,--help}'[show the help]' \\\n        '(- *)--version[show the version]' \\\n";
    text += "        '*:environment:->environment'\n";
    text +=
        "    if [[ $state == environment ]]; then\n        ((CURRENT == 2)) && _describe command commands\n";
    text += "        _directories\n    fi\n}\n";
    // zsh runs a file of $fpath as the function that it defines; a file that is sourced names the function.
    text + "if [[ $funcstack[1] == _fastvenv ]]; then\n    _fastvenv \"$@\"\nelse\n    compdef _fastvenv fastvenv\nfi\n"
}

/// An option, in the format of `_arguments`.
fn argument(option: &OptionSpec) -> String {
    let sets_the_same = |other: &&OptionSpec| flag(other).is_some() && flag(other) == flag(option);
    let excluded = options().filter(|other| other.name == option.name || sets_the_same(other));
    let excluded: Vec<_> = excluded.flat_map(OptionSpec::names).collect();
    let equals = if flag(option).is_some() { "" } else { "=" };
    let names = match option.alias {
        Some(alias) => format!("{{{alias},{}{equals}}}", option.name),
        None => format!("{}{equals}", option.name),
    };
    let help = description(option).replace(['[', ']'], "");
    let value = match option.action {
        Action::Set(..) => String::new(),
        Action::Take(_, metavar, values) => format!(":{metavar}:{}", completed(values)),
    };
    format!("{}{names}{}", quoted(&format!("({})", excluded.join(" "))), quoted(&format!("[{help}]{value}")))
}

fn flag(option: &OptionSpec) -> Option<&'static str> {
    match option.action {
        Action::Set(flag, _) => Some(flag),
        Action::Take(..) => None,
    }
}

fn completed(values: Values) -> String {
    match values {
        Values::Text => " ".to_owned(),
        Values::Path => "_files".to_owned(),
        Values::Interpreter => "_command_names -e".to_owned(),
        Values::OneOf(known) => format!("({})", known.join(" ")),
        Values::Activators => format!("_values -s , activator {}", values.known().join(" ")),
    }
}

/// A word and what it does, in the format of `_describe`.
fn described(word: &str, help: &str) -> String {
    quoted(&format!("{word}:{help}"))
}

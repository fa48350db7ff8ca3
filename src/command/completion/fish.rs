//! Completion for fish.

use std::fmt::Write;

use super::description;
use crate::command::commands::COMMANDS;
use crate::command::options::{Action, Values, options};

pub(super) fn script() -> String {
    let mut text = "# Completion of fastvenv for fish.\n".to_owned();
    let names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
    // After a command, only its own words are completed.
    let _ = writeln!(text, "set -l is_call 'not __fish_seen_subcommand_from {}'", names.join(" "));
    text += "complete -c fastvenv -f -n \"$is_call\" -a '(__fish_complete_directories)'\n";
    for command in COMMANDS {
        let line = format!("complete -c fastvenv -f -n __fish_is_first_arg -a {}", command.name);
        let _ = writeln!(text, "{line} -d {}", quoted(command.help));
        for word in command.subcommands {
            let condition = format!("'__fish_seen_subcommand_from {}'", command.name);
            let line = format!("complete -c fastvenv -f -n {condition} -a {}", word.name);
            let _ = writeln!(text, "{line} -d {}", quoted(word.help));
        }
    }
    for option in options() {
        let short =
            option.alias.map(|alias| format!(" -s {}", alias.trim_start_matches('-'))).unwrap_or_default();
        let values = match option.action {
            Action::Set(..) => String::new(),
            Action::Take(_, _, values) => completed(values),
        };
        let line = format!("complete -c fastvenv -n \"$is_call\"{short} -l {}{values}", option.key());
        let _ = writeln!(text, "{line} -d {}", quoted(&description(option)));
    }
    text += "complete -c fastvenv -n \"$is_call\" -s h -l help -d 'show the help'\n";
    text + "complete -c fastvenv -n \"$is_call\" -l version -d 'show the version'\n"
}

fn completed(values: Values) -> String {
    match values {
        Values::Text => " -x".to_owned(),
        Values::Path => " -rF".to_owned(),
        Values::Interpreter => " -rF -a '(__fish_complete_command)'".to_owned(),
        Values::OneOf(known) => format!(" -x -a '{}'", known.join(" ")),
        Values::Activators => format!(" -x -a '(__fish_append , {})'", values.known().join(" ")),
    }
}

/// A string in single quotes, in which a backslash escapes, too.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

//! Completion for PowerShell 5.1 and later.

use std::fmt::Write;

use super::description;
use crate::command::commands::COMMANDS;
use crate::command::options::{Action, options};

const TAIL: &str = r"    $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
    $before = if ($wordToComplete) { $words[-2] } else { $words[-1] }
    $position = if ($wordToComplete) { $words.Count - 1 } else { $words.Count }
    $found = if ($position -eq 2 -and $commands.ContainsKey($words[1])) {
        $commands[$words[1]]
    } elseif ($values.ContainsKey($before)) {
        $values[$before]
    } elseif ($wordToComplete -like '-*') {
        $options
    } elseif ($position -eq 1) {
        $names
    }
    foreach ($item in $found) {
        if ($item[0] -like $wordToComplete + '*') {
            [System.Management.Automation.CompletionResult]::new($item[0], $item[0], 'ParameterValue', $item[1])
        }
    }
}
";

pub(super) fn script() -> String {
    let mut text =
        "# Completion of fastvenv for PowerShell. Where nothing is found, PowerShell offers files.\n\
        Register-ArgumentCompleter -Native -CommandName fastvenv -ScriptBlock {\n    \
        param($wordToComplete, $commandAst, $cursorPosition)\n"
            .to_owned();
    let mut listed: Vec<(&str, String)> = Vec::new();
    for option in options() {
        listed.extend(option.names().map(|name| (name, description(option))));
    }
    listed.push(("--help", "show the help".to_owned()));
    listed.push(("--version", "show the version".to_owned()));
    let _ = writeln!(text, "    $options = {}", pairs(listed.iter().map(|(name, help)| (*name, &**help))));
    let names = pairs(COMMANDS.iter().map(|command| (command.name, command.help)));
    let _ = writeln!(text, "    $names = {names}");
    text += "    $commands = @{\n";
    for command in COMMANDS {
        let words = pairs(command.subcommands.iter().map(|word| (word.name, word.help)));
        let _ = writeln!(text, "        {} = {words}", quoted(command.name));
    }
    text += "    }\n    $values = @{\n";
    for option in options() {
        let Action::Take(_, metavar, values) = option.action else { continue };
        let known = values.known();
        if !known.is_empty() {
            let words = pairs(known.into_iter().map(|value| (value, metavar)));
            let _ = writeln!(text, "        {} = {words}", quoted(option.name));
        }
    }
    text + "    }\n" + TAIL
}

/// Words, each with what it does, as an array of arrays.
fn pairs<'a>(items: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let items: Vec<_> = items.map(|(word, help)| format!("@({}, {})", quoted(word), quoted(help))).collect();
    format!("@({})", items.join(", "))
}

/// A string in single quotes, in which no other character has a meaning.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

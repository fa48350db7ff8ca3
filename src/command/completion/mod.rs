//! Scripts that let shells complete the options, their values, and the commands.

mod bash;
mod fish;
mod powershell;
mod zsh;

use super::options::OptionSpec;

/// The script for a shell; `None` for an unknown shell.
#[must_use]
pub fn script(shell: &str) -> Option<String> {
    match shell {
        "bash" => Some(bash::script()),
        "fish" => Some(fish::script()),
        "powershell" => Some(powershell::script()),
        "zsh" => Some(zsh::script()),
        _ => None,
    }
}

/// What an option does, in words that fit every Python.
fn description(option: &OptionSpec) -> String {
    option.help.replace("{deps}", "pip")
}

/// A string in single quotes, for bash and zsh.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::commands::{COMMANDS, named};
    use crate::command::options::options;

    #[test]
    fn each_script_has_every_option_and_command() {
        let shells = named("completion").unwrap().subcommands;
        for shell in shells {
            let script = script(shell.name).unwrap();
            // fish names long options without their hyphens.
            let names = options().map(|option| if shell.name == "fish" { option.key() } else { option.name });
            let commands = COMMANDS.iter().flat_map(|command| {
                command.subcommands.iter().map(|subcommand| subcommand.name).chain([command.name])
            });
            for name in names.chain(commands) {
                assert!(script.contains(name), "{name} for {}", shell.name);
            }
        }
        assert_eq!(script("tcsh"), None);
    }
}

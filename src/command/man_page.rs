//! The man page, from the tables of options and commands.

use std::fmt::Write;

use super::arguments::DEFAULT_DIRECTORY;
use super::commands::COMMANDS;
use super::options::{Action, GROUPS, OptionSpec, Scope, Values};

const DESCRIPTION: &str = "makes virtual Python environments (PEP 405) as the module \\fIvenv\\fR of the standard library does, each in a \
directory of its own, with pip installed natively.";

const FILES: &str = ".TP
.I ~/.config/fastvenv/fastvenv.toml
The settings of the user: the long names of options without their hyphens, as keys of TOML. On macOS, the folder is \
~/Library/Application Support/fastvenv, on Windows %APPDATA%\\\\fastvenv.
.TP
.I pyproject.toml
The nearest one above the directory of the environment: its table [tool.fastvenv] has what belongs to the project.
.TP
.I ~/.cache/fastvenv
The cache of prepared wheels, which can be deleted at any time. On macOS, it is ~/Library/Caches/fastvenv, on Windows \
%LOCALAPPDATA%\\\\fastvenv\\\\cache.
";

const ENVIRONMENT: &str = ".TP
.B FASTVENV_CACHE_DIR
The folder of the cache; empty, there is none.
.TP
.BR NO_COLOR \", \" FORCE_COLOR
No colours, or colours whatever the terminal; \\fB--color\\fR comes before both.
.PP
Each option has a variable, which is named with it. It is set to 1 or 0, or to the value of the option, and counts unless it is \
empty. The command line comes before variables, variables before the project, and the project before the user.
";

const EXIT_STATUS: &str = "0 where every environment was made, 1 where one was not, 2 for wrong arguments. A signal that ends the process \
ends it after what was not whole was removed.
";

const EXAMPLES: &str = ".TP
.B fastvenv
makes .venv, with pip, of the Python that fastvenv was installed for.
.TP
.B fastvenv --python 3.12 --prompt work env
makes env of the newest Python 3.12 that is found.
.TP
.B fastvenv --clear --without-pip env
empties env, if it is an environment, and makes it again without pip.
";

/// The page, for `man`.
#[must_use]
pub fn man_page() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!(
        ".TH FASTVENV 1 \"\" \"fastvenv {version}\" \"User Commands\"\n.SH NAME\nfastvenv \\- make virtual Python environments\n\
         .SH SYNOPSIS\n.B fastvenv\n[\\fIOPTION\\fR]... [\\fIENV_DIR\\fR]...\n"
    );
    for command in COMMANDS {
        let words: Vec<_> = command.subcommands.iter().map(|word| format!("\\fB{}\\fR", word.name)).collect();
        let words = if words.is_empty() { "-- \\fICOMMAND\\fR".to_owned() } else { words.join("|") };
        // Writing to a string cannot fail.
        let _ = writeln!(text, ".br\n.B fastvenv {}\n{}", escaped(command.name), words.replace('-', "\\-"));
    }
    let _ = writeln!(
        text,
        ".SH DESCRIPTION\n.B fastvenv\n{DESCRIPTION} Without a directory, it is {DEFAULT_DIRECTORY}."
    );
    text += ".SH OPTIONS\n";
    for group in GROUPS {
        let _ = writeln!(text, ".SS {}", group.title);
        group.options.iter().for_each(|option| entry(&mut text, option));
    }
    text += ".SH COMMANDS\nA directory with the name of a command is written ./\\fIname\\fR.\n";
    for command in COMMANDS {
        let _ = writeln!(text, ".SS fastvenv {}\n{}", command.name, escaped(command.help));
        for word in command.subcommands {
            let json = if word.has_json { " [\\fB--json\\fR]" } else { "" };
            let _ = writeln!(text, ".TP\n\\fB{}\\fR{json}\n{}.", word.name, capitalized(&escaped(word.help)));
        }
    }
    for (title, contents) in
        [("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES), ("EXIT STATUS", EXIT_STATUS), ("EXAMPLES", EXAMPLES)]
    {
        let _ = write!(text, ".SH {title}\n{}", contents.replace('-', "\\-"));
    }
    text + ".SH SEE ALSO\n.BR python3 (1)\n"
}

/// Writes what an option does, its values, its variable, and the files in which it can be set.
fn entry(text: &mut String, option: &OptionSpec) {
    let names: Vec<_> = option.names().map(|name| format!("\\fB{}\\fR", escaped(name))).collect();
    let names = names.join(", ");
    let (metavar, values) = match option.action {
        Action::Set(..) => (String::new(), Vec::new()),
        Action::Take(_, metavar, values) => (format!(" \\fI{metavar}\\fR"), listed(values)),
    };
    let help = capitalized(&escaped(&option.help.replace("{deps}", "pip")));
    let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
    let place = match option.scope {
        Scope::Call => "",
        Scope::User => "; the user's file can set it",
        Scope::Project => "; the user's file and the project's can set it",
    };
    let _ = writeln!(
        text,
        ".TP\n{names}{metavar}\n{help}{values}. The variable is {}{place}.",
        option.variable()
    );
}

/// The values that an option allows, and its default.
fn listed(values: Values) -> Vec<String> {
    let mut known: Vec<_> = values.known().into_iter().map(ToOwned::to_owned).collect();
    if let (Values::OneOf(_), [first, ..]) = (values, &mut known[..]) {
        first.push_str(" (the default)");
    }
    known
}

/// A text in which no character has a meaning for `man`.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('-', "\\-")
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

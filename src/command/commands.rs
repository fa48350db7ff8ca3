//! The commands other than making environments: one table, for the program, `argparse`, completion and the man page.

/// A command: the first argument, in the place of a directory.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name. A directory of that name is given as `./name`.
    pub name: &'static str,
    /// What it does.
    pub help: &'static str,
    /// The words that can follow it.
    pub subcommands: &'static [Subcommand],
}

/// A word that follows a command.
#[derive(Clone, Copy, Debug)]
pub struct Subcommand {
    /// The word.
    pub name: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Whether it takes `--json`.
    pub has_json: bool,
}

/// The commands.
pub const COMMANDS: [Command; 5] = [
    Command {
        name: "python",
        help: "Show the interpreters that environments can be made of.",
        subcommands: &[
            with_json("list", "show what is found; the one with a star is taken where none is asked for"),
            plain("find", "show which one is taken for --python PYTHON, and why"),
        ],
    },
    Command {
        name: "cache",
        help: "Show what is in the cache of prepared wheels, or delete it.",
        subcommands: &[
            plain("dir", "show where it is"),
            with_json("info", "show what is in it: each wheel, its size, and what it is for"),
            plain("clear", "delete all of it; environments made with --link-mode symlink need it"),
            plain("verify", "compare every file with its hash; exit with status 1 if one was changed"),
            plain(
                "prune",
                "delete what is damaged, and what no interpreter that is installed needs; environments made with \
                 --link-mode symlink may need it",
            ),
        ],
    },
    Command {
        name: "completion",
        help: "Print what makes a shell complete the options of fastvenv.",
        subcommands: &[
            plain(
                "bash",
                "for ~/.local/share/bash-completion/completions/fastvenv, or to be sourced in ~/.bashrc",
            ),
            plain("fish", "for ~/.config/fish/completions/fastvenv.fish"),
            plain("powershell", "for the file that $PROFILE names"),
            plain("zsh", "for the file _fastvenv in a folder of $fpath"),
        ],
    },
    Command {
        name: "run",
        help: "Run a command, every Python of which takes fastvenv for venv: fastvenv run -- COMMAND.",
        subcommands: &[],
    },
    Command {
        name: "replace-venv",
        help: "Let one interpreter take fastvenv for venv.",
        subcommands: &[
            plain("on", "from now on, python -m venv runs fastvenv"),
            plain("off", "python -m venv runs venv again"),
            plain("status", "show which one it runs"),
        ],
    },
];

/// Their names.
pub const NAMES: [&str; COMMANDS.len()] = {
    let mut names = [""; COMMANDS.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = COMMANDS[index].name;
        index += 1;
    }
    names
};

/// The command of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

const fn plain(name: &'static str, help: &'static str) -> Subcommand {
    Subcommand { name, help, has_json: false }
}

const fn with_json(name: &'static str, help: &'static str) -> Subcommand {
    Subcommand { name, help, has_json: true }
}

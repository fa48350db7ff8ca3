//! The report on a terminal after success.

use std::ffi::OsString;
use std::time::Duration;

use super::shell;

/// The values of `--color`.
pub const COLORS: [&str; 3] = ["auto", "always", "never"];

/// The message after an interrupt.
pub const INTERRUPTED: &str =
    "Interrupted. Unfinished environments were removed, except in directories that were not empty before.";

/// One line: what was made, of which interpreter, how long it took, and how to activate it.
///
/// `color` is one of [`COLORS`], and `variable` gives the variables of the process.
pub fn line(
    env_dirs: &[String],
    interpreter: &str,
    elapsed: Duration,
    color: Option<&str>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> String {
    let (bold, green, plain) =
        if is_coloured(color, &variable) { ("\x1b[1m", "\x1b[32m", "\x1b[0m") } else { ("", "", "") };
    let names: Vec<_> = env_dirs.iter().map(|env_dir| format!("{bold}{env_dir}{plain}")).collect();
    let names = match &names[..] {
        [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        names => names.join(""),
    };
    let time = elapsed.as_millis();
    let how = match env_dirs {
        [env_dir] => match shell::how_to_activate(env_dir, variable) {
            Ok(typed) => format!(". Activate it with: {green}{typed}{plain}"),
            Err(shell) => format!("; it has no activation script for {shell}"),
        },
        _ => String::new(),
    };
    format!("Made {names} with {interpreter} in {time} ms{how}\n")
}

/// Whether a terminal gets colours: `NO_COLOR` (no-color.org) and `FORCE_COLOR` (force-color.org) decide unless they are empty,
/// and a terminal of the type `dumb` gets none.
fn is_coloured(color: Option<&str>, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    match color {
        Some("always") => true,
        Some("never") => false,
        _ => {
            !is_set("NO_COLOR")
                && (is_set("FORCE_COLOR") || variable("TERM").is_none_or(|term| term != "dumb"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_made_of_what() {
        let line = |env_dirs: &[&str]| {
            let env_dirs: Vec<_> = env_dirs.iter().map(|env_dir| (*env_dir).to_owned()).collect();
            line(&env_dirs, "CPython 3.13.0", Duration::from_micros(7900), Some("never"), |_| None)
        };
        assert!(
            line(&["none"])
                .starts_with("Made none with CPython 3.13.0 in 7 ms; it has no activation script for ")
        );
        assert_eq!(line(&["a", "b"]), "Made a and b with CPython 3.13.0 in 7 ms\n");
        assert_eq!(line(&["a", "b", "c"]), "Made a, b and c with CPython 3.13.0 in 7 ms\n");
    }

    #[test]
    fn the_option_comes_before_the_variables() {
        let coloured = |color, pairs: &[(&str, &str)]| {
            is_coloured(color, |name| {
                pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
            })
        };
        assert!(coloured(None, &[]) && coloured(Some("auto"), &[("TERM", "xterm"), ("NO_COLOR", "")]));
        assert!(
            coloured(Some("always"), &[("NO_COLOR", "1")])
                && coloured(None, &[("TERM", "dumb"), ("FORCE_COLOR", "1")])
        );
        assert!(!coloured(Some("never"), &[("FORCE_COLOR", "1")]) && !coloured(None, &[("TERM", "dumb")]));
        assert!(!coloured(None, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
    }
}

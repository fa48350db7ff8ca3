//! The quoting rule of each language: it makes a word of a value that the language reads as that value.
//!
//! Values contain no line break and no NUL: [`super::render`] refuses them, because not every language can write them.

use std::fmt::Write;

use super::place::{Place, Scanner};

/// The language of a script, which the end of its name shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A POSIX shell, and anything else: `activate`.
    Posix,
    /// `activate.fish`.
    Fish,
    /// csh and tcsh: `activate.csh`.
    Csh,
    /// PowerShell: `Activate.ps1`.
    PowerShell,
    /// The Windows command interpreter: `activate.bat`.
    Batch,
    /// Nushell: `activate.nu`.
    Nushell,
    /// Python, and xonsh, whose strings are Python's: `activate_this.py`, `activate.xsh`.
    Python,
}

impl Language {
    /// The language of the script with this name or path.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("fish") => Self::Fish,
            Some("csh") => Self::Csh,
            Some("ps1") => Self::PowerShell,
            Some("bat") => Self::Batch,
            Some("nu") => Self::Nushell,
            Some("py" | "xsh") => Self::Python,
            _ => Self::Posix,
        }
    }

    /// The value as a word of the language, for a place outside of strings.
    #[must_use]
    pub fn quote(self, value: &str) -> String {
        match self {
            Self::Batch => batch(value),
            Self::PowerShell => powershell(value),
            Self::Nushell => nushell(value),
            Self::Python => python(value),
            _ if is_plain(value) => value.to_owned(),
            Self::Posix => posix(value),
            Self::Fish => fish(value),
            Self::Csh => csh(value),
        }
    }

    /// The value as it has to be written at a place; `None` if a string cannot hold it. Shells join a word with the
    /// parts of a string before and behind it; elsewhere the value is escaped.
    pub(super) fn quote_at(self, place: Place, value: &str) -> Option<String> {
        match (self, place) {
            (_, Place::Closed(_)) => None,
            (_, Place::Code | Place::Comment) | (Self::Batch, _) => Some(self.quote(value)),
            (Self::Posix | Self::Fish | Self::Csh, Place::Quoted(mark)) => {
                Some(format!("{mark}{}{mark}", self.quote(value)))
            }
            (Self::PowerShell, Place::Quoted('\'')) => Some(powershell_verbatim(value)),
            (Self::PowerShell, Place::Quoted(_)) => Some(powershell_expandable(value)),
            (Self::Nushell, Place::Quoted('\'')) => (!value.contains('\'')).then(|| value.to_owned()),
            (Self::Nushell, Place::Quoted(_)) => Some(inside(&nushell(value)).to_owned()),
            (Self::Python, Place::Quoted(_)) => Some(inside(&python(value)).replace('"', "\\\"")),
        }
    }

    /// The value as it has to be written after `line`, the part of the line before it, if that is enough to decide: for a
    /// plain value, which is written as it is in strings and comments, and in a batch file, where a value in `PROMPT` is
    /// written for the prompt.
    pub(super) fn quote_behind(self, line: &str, value: &str) -> Option<String> {
        match self {
            Self::Batch if line.contains("set \"PROMPT=") => Some(self.quote(&batch_prompt(value))),
            Self::Batch => Some(self.quote(value)),
            _ if !is_plain(value) => None,
            Self::PowerShell | Self::Nushell | Self::Python if Scanner::new(self, line).ends_in_code() => {
                Some(self.quote(value))
            }
            _ => Some(value.to_owned()),
        }
    }
}

/// Whether every shell reads the value as it is. Python's `shlex.quote` also leaves `=` and `%` unquoted, which
/// mean something at the start of a word: `=ls` in zsh, `=0` in tcsh, `%self` in fish.
fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@+:,./_-".contains(&byte))
}

/// POSIX shell command language, 2.2.2: in single quotes every character is read as it is, and a single quote cannot
/// occur; it is written in double quotes, as by `shlex.quote`.
fn posix(value: &str) -> String {
    format!("'{}'", value.replace('\'', r#"'"'"'"#))
}

/// fish, "Quotes": in single quotes, `\'` and `\\` are the only escapes.
fn fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

/// csh, "History substitutions": single quotes do not keep `!` from being replaced; a backslash outside does.
fn csh(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''").replace('!', r"'\!'"))
}

/// PowerShell, `about_Quoting_Rules`: in single quotes every character is read as it is, and a doubled quote is a quote. A
/// value that is not ASCII is written in double quotes.
fn powershell(value: &str) -> String {
    if value.is_ascii() {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{}\"", powershell_expandable(value))
    }
}

/// PowerShell, `about_Special_Characters`: in double quotes, a backtick removes the meaning of the character after it.
/// Characters beyond ASCII are written as numbers (`about_Character_Encoding`): Windows PowerShell reads a script without a
/// mark of UTF-8 in the code page of the system, in which other characters may be quotes.
fn powershell_expandable(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if character.is_ascii() {
            if matches!(character, '`' | '$' | '"') {
                escaped.push('`');
            }
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "$([char]0x{unit:04x})");
            }
        }
    }
    escaped
}

/// PowerShell, for the inside of single quotes, in which characters cannot be written as numbers: a doubled quote is a quote,
/// and typographic quotes count as quotes, too.
fn powershell_verbatim(value: &str) -> String {
    value.chars().fold(String::with_capacity(value.len()), |mut quoted, character| {
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(character);
        }
        quoted.push(character);
        quoted
    })
}

/// The text between the quotation marks of a word.
fn inside(word: &str) -> &str {
    &word[1..word.len() - 1]
}

/// cmd.exe, for the inside of `set "NAME=…"`: `%` is doubled; if a quotation mark of the value ends the string, the
/// operators are escaped by `^` up to the next one.
fn batch(value: &str) -> String {
    let mut in_string = true;
    let mut quoted = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '%' => quoted.push('%'),
            '"' => in_string = !in_string,
            '&' | '|' | '<' | '>' | '^' | '(' | ')' if !in_string => quoted.push('^'),
            _ => {}
        }
        quoted.push(character);
    }
    quoted
}

/// cmd.exe, `prompt /?`: a `$` begins a code. The operators are written as codes, so that a `PROMPT` that other
/// scripts expand does not run anything either.
fn batch_prompt(value: &str) -> String {
    value.chars().fold(String::with_capacity(value.len()), |mut shown, character| {
        match character {
            '$' => shown.push_str("$$"),
            '&' => shown.push_str("$A"),
            '|' => shown.push_str("$B"),
            '<' => shown.push_str("$L"),
            '>' => shown.push_str("$G"),
            _ => shown.push(character),
        }
        shown
    })
}

/// Nushell, "Working with strings": in double quotes, a backslash begins an escape, and nothing is interpolated without
/// a `$` before the quotes.
fn nushell(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', r"\\").replace('"', r#"\""#))
}

/// Python, "String and Bytes literals": without a prefix, a backslash begins an escape and nothing else has a meaning.
fn python(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_language() {
        for (name, language) in [
            ("/x.y/activate", Language::Posix),
            ("activate.fish", Language::Fish),
            ("/x/activate.csh", Language::Csh),
            ("Activate.ps1", Language::PowerShell),
            ("deactivate.bat", Language::Batch),
            ("activate.nu", Language::Nushell),
            ("activate.xsh", Language::Python),
            ("activate_this.py", Language::Python),
        ] {
            assert_eq!(Language::of(name), language, "{name}");
        }
    }

    #[test]
    fn plain_words_stay_bare_in_the_shells() {
        for language in [Language::Posix, Language::Fish, Language::Csh] {
            assert_eq!(language.quote("/usr/a-b_c.d@e+g:i,j"), "/usr/a-b_c.d@e+g:i,j");
            assert_eq!(language.quote("=ls"), "'=ls'");
            assert_eq!(language.quote("%self"), "'%self'");
            assert_eq!(language.quote(""), "''");
            assert_eq!(language.quote("\u{e9}"), "'\u{e9}'");
        }
    }

    #[test]
    fn each_language_has_its_escapes() {
        let value = r#"a'b"c\d!e%f`g$h"#;
        assert_eq!(Language::Posix.quote(value), r#"'a'"'"'b"c\d!e%f`g$h'"#);
        assert_eq!(Language::Fish.quote(value), r#"'a\'b"c\\d!e%f`g$h'"#);
        assert_eq!(Language::Csh.quote(value), r#"'a'\''b"c\d'\!'e%f`g$h'"#);
        assert_eq!(Language::PowerShell.quote(value), r#"'a''b"c\d!e%f`g$h'"#);
        assert_eq!(Language::PowerShell.quote("NU\u{d1}EZ $x"), "\"NU$([char]0x00d1)EZ `$x\"");
        assert_eq!(Language::PowerShell.quote("\u{1d70b}"), "\"$([char]0xd835)$([char]0xdf0b)\"");
        assert_eq!(Language::Nushell.quote(value), r#""a'b\"c\\d!e%f`g$h""#);
        assert_eq!(Language::Python.quote(value), r#"'a\'b"c\\d!e%f`g$h'"#);
        assert_eq!(Language::Batch.quote("50%&a"), "50%%&a");
        assert_eq!(Language::Batch.quote(r#"a"&b"&c"#), r#"a"^&b"&c"#);
    }

    #[test]
    fn a_prompt_of_cmd_has_codes_for_the_operators() {
        let behind = |line, value| Language::Batch.quote_behind(line, value).unwrap();
        assert_eq!(behind("set \"PROMPT=(", "50% $a\"&b|c<d>"), "50%% $$a\"$Ab$Bc$Ld$G");
        assert_eq!(behind("set \"A=", "$a&b"), "$a&b");
    }

    #[test]
    fn a_plain_value_joins_a_string_or_a_comment_that_is_open() {
        for (language, line, word) in [
            (Language::Python, "X = ", "'/a'"),
            (Language::Python, "X = \"", "/a"),
            (Language::Python, "#!", "/a"),
            (Language::Nushell, "let x = '", "/a"),
            (Language::PowerShell, "$x = \"", "/a"),
            (Language::PowerShell, "$x = ", "'/a'"),
            (Language::Posix, "echo \"`", "/a"),
        ] {
            assert_eq!(language.quote_behind(line, "/a").unwrap(), word, "{line}");
        }
        assert_eq!(Language::Posix.quote_behind("A=", "a b"), None);
    }

    #[test]
    fn a_string_gets_the_value_with_its_own_escapes() {
        let value = r#"a'b"c\d$(e)`f"#;
        for (language, mark, written) in [
            (Language::Posix, '"', Some(r#""'a'"'"'b"c\d$(e)`f'""#)),
            (Language::PowerShell, '\'', Some(r#"a''b"c\d$(e)`f"#)),
            (Language::PowerShell, '"', Some(r#"a'b`"c\d`$(e)``f"#)),
            (Language::PowerShell, '\u{201d}', Some(r#"a'b`"c\d`$(e)``f"#)),
            (Language::Nushell, '"', Some(r#"a'b\"c\\d$(e)`f"#)),
            (Language::Nushell, '\'', None),
            (Language::Python, '"', Some(r#"a\'b\"c\\d$(e)`f"#)),
        ] {
            assert_eq!(language.quote_at(Place::Quoted(mark), value).as_deref(), written, "{language:?}");
        }
        let typographic = |mark| Language::PowerShell.quote_at(Place::Quoted(mark), "\u{2019}").unwrap();
        assert_eq!([typographic('\''), typographic('"')], ["\u{2019}\u{2019}", "$([char]0x2019)"]);
        assert_eq!(Language::Posix.quote_at(Place::Closed("backquotes"), value), None);
    }
}

//! Writes JSON (RFC 8259). fastvenv reads none, so a crate for it would be too much.

use std::fmt::Write;

/// An object. Its values are JSON; `None` becomes `null`.
#[must_use]
pub fn object(members: &[(&str, Option<String>)]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("{}: {}", quote(name), value.as_deref().unwrap_or("null")))
        .collect();
    format!("{{{}}}", members.join(", "))
}

/// A string, as Python's `json.dumps` writes it.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            '\x08' => quoted += "\\b",
            '\x0c' => quoted += "\\f",
            // Every encoding has the printable characters of ASCII.
            '\0'..='\x1f' | '\x7f'.. => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_its_members_in_order() {
        assert_eq!(object(&[("b", Some("1".to_owned())), ("a", None)]), r#"{"b": 1, "a": null}"#);
    }

    #[test]
    fn a_string_of_json_holds_any_text() {
        assert_eq!(quote("a\"b\\c\n\r\t\u{8}\u{c}\u{1b}\u{7f}"), r#""a\"b\\c\n\r\t\b\f\u001b\u007f""#);
        assert_eq!(quote("é🐍"), r#""\u00e9\ud83d\udc0d""#);
    }
}

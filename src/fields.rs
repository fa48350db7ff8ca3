//! Lines of fields, separated by tabs: the format of manifests and records.

/// Escapes the characters that separate fields and lines.
pub(crate) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// Reverses [`escape`]; `None` for a text that it cannot have made.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                '\\' => '\\',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_holds_any_text() {
        for text in ["", "plain", "a\tb\nc\rd\\e\\n", "\\"] {
            let field = escape(text);
            assert!(!field.contains(['\t', '\n', '\r']));
            assert_eq!(unescape(&field).as_deref(), Some(text));
        }
        assert_eq!(unescape("\\x"), None);
        assert_eq!(unescape("a\\"), None);
    }
}

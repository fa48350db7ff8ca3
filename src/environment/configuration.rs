//! `pyvenv.cfg`: the text of the file that makes a directory an environment (PEP 405). Pure.

use std::ffi::OsStr;
use std::fmt::Write;

use super::layout::check_line;
use crate::error::Result;

/// The text of a `pyvenv.cfg`: a line `key = value` for each pair, in order.
///
/// # Errors
/// [`crate::error::Error::Unwritable`] for a value with a line break or a NUL, which would make further keys of its
/// rest.
pub fn render(entries: &[(String, String)]) -> Result<String> {
    let mut text = String::new();
    for (key, value) in entries {
        check_line(key, OsStr::new(value))?;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{key} = {value}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn entry(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn a_line_for_each_entry_in_order() {
        let text = render(&[entry("home", "/usr/bin"), entry("prompt", "'ä b'")]).unwrap();
        assert_eq!(text, "home = /usr/bin\nprompt = 'ä b'\n");
    }

    #[test]
    fn no_value_can_spill_into_a_further_key() {
        for value in ["x\nhome = /evil", "x\rhome = /evil", "x\u{b}home = /evil", "x\0"] {
            let error = render(&[entry("command", value)]).unwrap_err();
            assert!(matches!(&error, Error::Unwritable { name, .. } if name == "command"), "{error}");
        }
    }
}

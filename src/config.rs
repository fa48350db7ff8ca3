//! `pyvenv.cfg`: the text of the file that makes a directory an environment (PEP 405). Pure.

use std::ffi::{OsStr, OsString};

use crate::error::{Error, Result};
use crate::layout::check_line;

/// The text of a `pyvenv.cfg`: a line `key = value` for each pair, in order.
///
/// # Errors
/// [`Error::Unwritable`] for a value with a line break or a NUL, which would make further keys of its rest;
/// [`Error::NotUtf8`] for a line that is not UTF-8, the encoding in which `site` reads the file.
pub fn render<'a>(entries: impl IntoIterator<Item = (&'a str, &'a OsStr)>) -> Result<String> {
    let mut text = String::new();
    for (key, value) in entries {
        check_line(key, value)?;
        let mut line = OsString::from(key);
        line.push(" = ");
        line.push(value);
        line.push("\n");
        text.push_str(&line.into_string().map_err(Error::NotUtf8)?);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_entry_in_order() {
        let text = render([("home", OsStr::new("/usr/bin")), ("prompt", OsStr::new("'ä b'"))]).unwrap();
        assert_eq!(text, "home = /usr/bin\nprompt = 'ä b'\n");
    }

    #[test]
    fn no_value_can_spill_into_a_further_key() {
        for value in ["x\nhome = /evil", "x\rhome = /evil", "x\0"] {
            let error = render([("command", OsStr::new(value))]).unwrap_err();
            assert!(matches!(&error, Error::Unwritable { name, .. } if name == "command"), "{error}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_line_that_is_not_utf8_is_given_back() {
        use std::os::unix::ffi::OsStrExt;
        let error = render([("home", OsStr::from_bytes(b"/\xff"))]).unwrap_err();
        let Error::NotUtf8(line) = error else { panic!("{error}") };
        assert_eq!(line.as_bytes(), b"home = /\xff\n");
    }
}

//! What is costly to find out about an interpreter, kept in the cache.
//!
//! A note lies under a name made of its key, which says all that it depends on, and begins with a hash of the key and the
//! text: it cannot be taken for another, nor for whole where it is not, and a key that has changed finds nothing.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::fs;

/// How the name of a note begins.
const PREFIX: &str = "note-";

/// What was kept under a key in a folder; `None` where there is nothing, or others could have changed it.
#[must_use]
pub fn recall(folder: &Path, key: &str) -> Option<String> {
    if !fs::is_private(folder) {
        return None;
    }
    let note = String::from_utf8(fs::read(&path(folder, key)).ok()?).ok()?;
    let (header, text) = note.split_once('\n')?;
    (header == hash(&[key, text])).then(|| text.to_owned())
}

/// Keeps a text under a key in a folder, which is made where it is missing. Where that cannot be done, nothing is kept.
pub fn remember(folder: &Path, key: &str, text: &str) {
    if !fs::create_private_directory(folder) {
        return;
    }
    let path = path(folder, key);
    let aside = path.with_extension(std::process::id().to_string());
    let written = fs::write(&aside, format!("{}\n{text}", hash(&[key, text])).as_bytes())
        .and_then(|()| fs::rename(&aside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&aside);
    }
}

/// Whether a file of that name is a note.
#[must_use]
pub fn is_note(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.get(..16))
        .is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{PREFIX}{}", &hash(&[key])[..16]))
}

/// A hash of several texts, as hexadecimal digits.
fn hash(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    HEXLOWER.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_found_by_its_key_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("cache");
        assert_eq!(recall(&folder, "key"), None);
        remember(&folder, "key", "text\n");
        remember(&folder, "other", "");
        assert_eq!(recall(&folder, "key").unwrap(), "text\n");
        assert_eq!(recall(&folder, "other").unwrap(), "");
        assert_eq!(recall(&folder, "ke"), None);
        let names = fs::names(&folder).unwrap();
        assert!(names.len() == 2 && names.iter().all(|name| is_note(name.to_str().unwrap())));
        let note = fs::read(&path(&folder, "key")).unwrap();
        for length in 0..note.len() {
            fs::write(&path(&folder, "key"), &note[..length]).unwrap();
            assert_eq!(recall(&folder, "key"), None);
        }
        for name in ["note-", "note-x", "other", "note-0123456789abcdeg"] {
            assert!(!is_note(name), "{name}");
        }
    }
}

//! Notes in the cache keep facts that take long to find out: the records of interpreters, and the hashes of wheels.
//!
//! The name of a note is made of its key, which contains everything that the note depends on. A note begins with a hash of
//! the key and the text, so that it is not confused with another one, and is known to be whole.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::trust;
use crate::fs;

/// The beginning of the name of a note.
const PREFIX: &str = "note-";

/// The number of digits of a hash in the name.
const DIGITS: usize = 16;

/// The text under a key in a folder; `None` if there is none, or if another user can have written it.
///
/// The owner of the note is checked, too: another user may have written it before the folder was closed to others, or may own
/// the folder above and put another folder in its place after the check.
#[must_use]
pub fn recall(folder: &Path, key: &str) -> Option<String> {
    trust::check(folder).ok()?;
    let note = String::from_utf8(fs::read_private(&path(folder, key))?).ok()?;
    let (header, text) = note.split_once('\n')?;
    (header == hash(&[key, text])).then(|| text.to_owned())
}

/// Keeps a text under a key in a folder, which is made if it is missing. If that is not possible, nothing is kept.
pub fn remember(folder: &Path, key: &str, text: &str) {
    if trust::prepare(folder).is_ok() {
        let note = format!("{}\n{text}", hash(&[key, text]));
        let _ = fs::write_as(&path(folder, key), note.as_bytes(), fs::Mode::Exactly(fs::shared_mode(false)));
    }
}

/// Whether a file of that name is a note, or one that was being written.
#[must_use]
pub fn is_note(name: &str) -> bool {
    let name = fs::parts_of_aside(name).map_or(name, |(name, _)| name);
    name.strip_prefix(PREFIX)
        .is_some_and(|hash| hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{PREFIX}{}", &hash(&[key])[..DIGITS]))
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
        let mut names = fs::names(&folder).unwrap();
        names.retain(|name| name != trust::MARKER);
        assert!(names.len() == 2 && names.iter().all(|name| is_note(name.to_str().unwrap())));
        let note = fs::read(&path(&folder, "key")).unwrap();
        for length in 0..note.len() {
            fs::write(&path(&folder, "key"), &note[..length]).unwrap();
            assert_eq!(recall(&folder, "key"), None);
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_note_that_another_user_can_have_written_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("cache");
        remember(&folder, "key", "text");
        let note = path(&folder, "key");
        for (mode, is_used) in [(0o664, false), (0o646, false), (0o644, true)] {
            #[expect(clippy::disallowed_methods, reason = "a mode that fastvenv never sets")]
            std::fs::set_permissions(&note, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(recall(&folder, "key").is_some(), is_used, "{mode:o}");
        }
        let elsewhere = dir.path().join("elsewhere");
        fs::rename(&note, &elsewhere).unwrap();
        fs::symlink(&elsewhere, &note).unwrap();
        assert_eq!(recall(&folder, "key"), None);
    }

    #[test]
    fn only_the_names_of_notes_are_names_of_notes() {
        assert!(is_note(".note-0123456789abcdef.fastvenv-0"));
        for name in [
            "note-",
            "note-x",
            "other",
            "note-0123456789abcdeg",
            "note-0123456789abcdef-of-mine",
            ".note-x.fastvenv-0",
        ] {
            assert!(!is_note(name), "{name}");
        }
    }
}

//! Whose files are on Windows, by their place: in the user's profile or not.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::env;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::system::{identity, identity_of_target};
use super::{Ownership, Writers};

/// Whether a path is in the user's profile, where Windows lets only the user and administrators write.
///
/// Outside the profile, other users may be able to write: by default, every user can change files in the root of a volume.
/// Owners and access control lists are not read, because no maintained crate reads them without unsafe code of ours.
#[must_use]
pub fn is_own(path: &Path) -> bool {
    let Some(profile) = env::home_dir().filter(|profile| profile.is_absolute()) else { return false };
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return false;
    }
    if lowered(path).starts_with(lowered(&profile)) {
        return true;
    }
    // A short name (`RUNNER~1`) leads to the same directory. So does a link outside the profile, but other users may change its
    // target.
    let Ok(wanted) = identity_of_target(&profile) else { return false };
    path.ancestors().any(|folder| identity(folder).is_ok_and(|found| found == wanted))
}

/// Whether a directory that is made at a path is in the user's profile.
#[must_use]
pub fn becomes_own(path: &Path) -> bool {
    is_own(path)
}

/// Always false: all names of a file have one access control list, and rights to a directory are also given to the files in it,
/// under each of their names. So files are shared only with directories in the user's profile.
#[must_use]
pub fn shares_anywhere() -> bool {
    false
}

/// The users who can write to a file. Outside the user's profile they are not known.
pub(super) fn writers(path: &Path, _metadata: &fs::Metadata) -> Writers {
    if is_own(path) { Writers::Trusted } else { Writers::Unknown }
}

/// The ownership of the file or directory at `path`. Only its place decides ([`is_own`]).
pub(super) fn ownership(path: &Path) -> io::Result<Ownership> {
    Ok(ownership_of(path, &fs::symlink_metadata(path)?))
}

/// The ownership of the file or directory at `path`, which has this metadata.
pub(super) fn ownership_of(path: &Path, found: &fs::Metadata) -> Ownership {
    Ownership { is_directory: found.is_dir(), is_own: is_own(path), mode: 0 }
}

/// The path with its ASCII letters in lower case.
fn lowered(path: &Path) -> PathBuf {
    path.as_os_str().to_ascii_lowercase().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_profile_is_the_users_own() {
        let profile = env::home_dir().unwrap();
        let (upper, below) = (profile.as_os_str().to_ascii_uppercase(), profile.join("none/env"));
        assert!(is_own(&profile) && is_own(&below) && is_own(Path::new(&upper)));
        assert!(ownership(&profile).unwrap().is_own);
        let root = profile.ancestors().last().unwrap();
        let beside = PathBuf::from(format!("{}2", profile.display()));
        for path in [root, &root.join("none"), profile.parent().unwrap(), &beside, &profile.join("../other")]
        {
            assert!(!is_own(path), "{}", path.display());
        }
        assert!(!is_own(Path::new("relative")));
    }
}

//! The names of the folders in the cache: those of images, and those of folders that are being made or removed.

use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::now;
use crate::wheel::record;

/// The beginning of the name of a folder in which an image is being made or removed.
const MAKING: &str = "making-";

/// The number of digits of a hash at the end of the name of an image.
const DIGITS: usize = 16;

/// The name of the image of a wheel: the name of the wheel, and digits of a hash of everything that the image depends on.
pub(super) fn of_image(wheel: &str, parts: &[u8]) -> Option<String> {
    let hash = record::hash(parts);
    let (_, digits) = hash.split_once('=')?;
    Some(format!("{wheel}-{}", digits.get(..DIGITS)?))
}

/// Whether a name is that of an image: of a wheel or of metadata, and digits of a hash. The name of a folder that is being made
/// is not one, although the time in it may have as many digits.
pub(super) fn is_image(name: &str) -> bool {
    let split = name.len().checked_sub(DIGITS + 1).and_then(|position| name.split_at_checked(position));
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let has_digits = split.is_some_and(|(wheel, digits)| {
        wheel.contains('-') && digits.starts_with('-') && digits.bytes().all(is_digit)
    });
    has_digits && begun(name).is_none()
}

/// A name for a folder that is being made, or being removed. No other call gets it.
pub(super) fn aside(folder: &Path) -> PathBuf {
    folder.join(format!("{MAKING}{}-{}", process::id(), moment(now())))
}

/// A time in nanoseconds, or the first one after it that no other call has got: a clock may stand still.
fn moment(now: Duration) -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(now.as_nanos()).unwrap_or_default();
    let after = |last: u64| now.max(last.saturating_add(1));
    let (Ok(last) | Err(last)) =
        LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
    after(last)
}

/// The time when an image was begun in a folder of that name; `None` if it is another name.
pub(super) fn begun(name: &str) -> Option<Duration> {
    let (process, begun) = name.strip_prefix(MAKING)?.split_once('-')?;
    process.parse::<u32>().ok()?;
    begun.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_folders_are_begun_at_the_same_moment() {
        let now = now();
        let mut moments: Vec<_> = (0..100).map(|_| moment(now)).collect();
        assert!(moments[0] >= u64::try_from(now.as_nanos()).unwrap());
        moments.dedup();
        assert_eq!(moments.len(), 100);
        assert!(moments.is_sorted());
    }

    #[test]
    fn names_show_what_fastvenv_made() {
        assert!(is_image("pip-24.2-py3-none-any-aB3_-bCdEfGh01x9"));
        assert!(is_image(&of_image("pip-24.2-py3-none-any", b"").unwrap()));
        for name in [
            "pip-24.2",
            "project-0123456789abcde",
            "0123456789abcdefg",
            "making-coffee-2024",
            "making-12-1700000000000000",
            "p-1\u{e9}-0123456789abcde",
        ] {
            assert!(!is_image(name), "{name}");
        }
        assert_eq!(begun("making-12-1700000000000000000"), Some(Duration::from_secs(1_700_000_000)));
        for name in ["making-coffee-2024", "making-1", "making-1-x", "making--1-5", "other"] {
            assert_eq!(begun(name), None, "{name}");
        }
    }
}

//! The name and the version of a distribution. A wheel contains them three times: in the name of the file, in the name of
//! the folder of its metadata, and in METADATA.

/// A name with a version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release<'a> {
    name: &'a str,
    version: &'a str,
}

impl<'a> Release<'a> {
    /// The release in METADATA.
    pub(crate) fn new(name: &'a str, version: &'a str) -> Self {
        Self { name, version }
    }

    /// The release in the name of a wheel (binary distribution format, "File name convention"); `None` for another file.
    pub(crate) fn of_wheel(file_name: &'a str) -> Option<Self> {
        let parts: Vec<_> = file_name.strip_suffix(".whl")?.split('-').collect();
        let [name, version, ..] = parts[..] else { return None };
        (5..=6).contains(&parts.len()).then_some(Self { name, version })
    }

    /// The release in the name of a folder of metadata; `None` for another folder.
    pub(crate) fn of_folder(folder: &'a str) -> Option<Self> {
        let (name, version) = folder.strip_suffix(".dist-info")?.split_once('-')?;
        Some(Self { name, version })
    }

    /// The name of the folder of metadata.
    pub(crate) fn folder(self) -> String {
        format!("{}-{}.dist-info", self.name, self.version)
    }

    /// Whether two releases are the same; `None` if the versions are written differently and their numbers are not enough to
    /// decide (PEP 440).
    pub(crate) fn is(self, other: Release<'_>) -> Option<bool> {
        if normal_name(self.name) != normal_name(other.name) {
            return Some(false);
        }
        let [version, other_version] = [self.version, other.version].map(|version| version.replace('_', "-"));
        if version.eq_ignore_ascii_case(&other_version) {
            return Some(true);
        }
        (release(self.version)? != release(other.version)?).then_some(false)
    }
}

/// A name in the form in which its spellings are compared (PEP 503).
fn normal_name(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// The epoch and the numbers at the beginning of a version, without zeros at the end; `None` if there are none.
fn release(version: &str) -> Option<(u64, Vec<u64>)> {
    let version = version.trim_start_matches(['v', 'V']);
    let (epoch, version) = version.split_once('!').unwrap_or(("0", version));
    let end = version.find(|character: char| !matches!(character, '0'..='9' | '.')).unwrap_or(version.len());
    let numbers = version[..end].trim_end_matches('.').split('.');
    let mut numbers = numbers.map(|number| number.parse().ok()).collect::<Option<Vec<_>>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some((epoch.parse().ok()?, numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_files_and_folders() {
        let wheel = Release::of_wheel("A_b-1.0-py3-none-any.whl").unwrap();
        assert_eq!((wheel.name, wheel.version), ("A_b", "1.0"));
        assert_eq!(wheel.folder(), "A_b-1.0.dist-info");
        assert!(Release::of_wheel("a-1-1-py3-none-any.whl").is_some());
        for other in ["a.whl", "a-1-py3-none-any.zip", "a-1-2-3-py3-none-any.whl"] {
            assert!(Release::of_wheel(other).is_none(), "{other}");
        }
        let folder = Release::of_folder("a-1.dist-info").unwrap();
        assert_eq!((folder.name, folder.version), ("a", "1"));
        assert!(Release::of_folder("a.dist-info").is_none() && Release::of_folder("a-1").is_none());
    }

    #[test]
    fn one_distribution_has_many_spellings() {
        let is = |one: (&str, &str), other: (&str, &str)| {
            Release::new(one.0, one.1).is(Release::new(other.0, other.1))
        };
        assert_eq!(is(("A.b_c", "1.0"), ("a--B-c", "1.0")), Some(true));
        assert_eq!(is(("a", "1.0+l_1"), ("a", "1.0+L-1")), Some(true));
        assert_eq!(is(("a", "1"), ("ab", "1")), Some(false));
        for other in ["2", "1.0.1", "1!1", "0.1"] {
            assert_eq!(is(("a", "1.0"), ("a", other)), Some(false), "{other}");
        }
        for other in ["1", "v1.0.0", "1.0.post1", "1.0-rc1", "01.0", "x", ""] {
            assert_eq!(is(("a", "1.0"), ("a", other)), None, "{other}");
        }
    }
}

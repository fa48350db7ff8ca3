//! The place of each file of a wheel (binary distribution format, "The .data directory").

/// The place of a file of a wheel, with its path there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place<'a> {
    /// `site-packages`.
    Library(&'a str),
    /// The directory of the scripts, which are written anew for each environment.
    Scripts(&'a str),
    /// The folder of the distribution's headers.
    Headers(&'a str),
    /// The environment itself.
    Data(&'a str),
}

impl<'a> Place<'a> {
    /// The place of the file at `path` in a wheel; `None` for a category that the format does not know.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let Some((folder, rest)) = path.split_once('/') else { return Some(Self::Library(path)) };
        if folder.rsplit_once('.').is_none_or(|(_, ending)| ending != "data") {
            return Some(Self::Library(path));
        }
        let (category, path) = rest.split_once('/')?;
        match category {
            "purelib" | "platlib" => Some(Self::Library(path)),
            "scripts" => Some(Self::Scripts(path)),
            "headers" => Some(Self::Headers(path)),
            "data" => Some(Self::Data(path)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_its_place() {
        assert_eq!(Place::of("a.py"), Some(Place::Library("a.py")));
        assert_eq!(Place::of("a/b.data/scripts/c"), Some(Place::Library("a/b.data/scripts/c")));
        assert_eq!(Place::of("a-1.data/purelib/a/b.py"), Some(Place::Library("a/b.py")));
        assert_eq!(Place::of("a-1.data/platlib/b.py"), Some(Place::Library("b.py")));
        assert_eq!(Place::of("a-1.data/scripts/c"), Some(Place::Scripts("c")));
        assert_eq!(Place::of("a-1.data/headers/c.h"), Some(Place::Headers("c.h")));
        assert_eq!(Place::of("a-1.data/data/share/c"), Some(Place::Data("share/c")));
        for unknown in ["a-1.data/c", "a-1.data/other/c"] {
            assert_eq!(Place::of(unknown), None, "{unknown}");
        }
    }
}

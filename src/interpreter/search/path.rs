//! Programs in the directories of `PATH`.

use std::env::consts::EXE_SUFFIX;
use std::iter;
use std::path::{Path, PathBuf};

use super::{Candidate, Source, Surroundings};
use crate::fs;
use crate::interpreter::Wanted;
use crate::interpreter::label::Label;

/// The programs of that name.
pub(super) fn named<'a>(
    name: &'a str,
    surroundings: &'a Surroundings,
) -> impl Iterator<Item = Candidate> + 'a {
    let paths = surroundings.path.iter().filter_map(move |directory| program(directory, name));
    paths.map(|path| Candidate { path, source: Source::Path })
}

/// The programs that may fulfil conditions, directory by directory.
pub(super) fn programs<'a>(
    wanted: &'a Wanted,
    surroundings: &'a Surroundings,
) -> impl Iterator<Item = Candidate> + 'a {
    let paths = surroundings.path.iter().flat_map(move |directory| {
        let exact = wanted.exact_name().and_then(|name| program(directory, &name));
        let others = if exact.is_some() { Vec::new() } else { wanted.plain_names() };
        let others = others.into_iter().filter_map(move |name| program(directory, &name));
        // A directory of programs has many names, so it is read only if the program cannot be found by its exact name.
        let versions =
            iter::once_with(move || if wanted.is_open() { versions(directory, wanted) } else { Vec::new() });
        exact.into_iter().chain(others).chain(versions.flatten())
    });
    paths.map(|path| Candidate { path, source: Source::Path })
}

/// The programs in a directory that have a minor version in their name, the newest first.
pub(super) fn versions(directory: &Path, wanted: &Wanted) -> Vec<PathBuf> {
    let names = fs::names(directory).unwrap_or_default();
    let mut labelled: Vec<_> = names
        .iter()
        .filter_map(|name| name.to_str()?.strip_suffix(EXE_SUFFIX))
        .filter_map(|name| Label::parse(name).map(|label| (label, name)))
        .filter(|(label, _)| label.is_program && label.version.len() == 2 && wanted.may_be(label))
        .collect();
    labelled.sort_by_cached_key(|(label, _)| wanted.rank(label));
    labelled.into_iter().filter_map(|(_, name)| program(directory, name)).collect()
}

/// The program of that name in a directory, if there is one.
pub(super) fn program(directory: &Path, name: &str) -> Option<PathBuf> {
    let path = directory.join(if name.ends_with(EXE_SUFFIX) {
        name.to_owned()
    } else {
        format!("{name}{EXE_SUFFIX}")
    });
    fs::is_program(&path).then_some(path)
}

//! The readers of wheels and manifests as the fuzzers in `fuzz/` see them: plain values of what was accepted.
//!
//! It exists only with the feature `fuzzing`, and is not a part of the crate's interface.

use std::path::Path;

use crate::cache::manifest::Manifest;
use crate::wheel::Wheel;
use crate::wheel::entry_points::{self, EntryPoint};
use crate::wheel::record::{self, Record, Row};

/// A line of RECORD: path, hash and size.
pub type RecordRow = (String, String, Option<u64>);

/// A script: name, module and function.
pub type Script = (String, String, String);

/// The files of a wheel of that name, each with its path, its contents and the hash that RECORD has for it; `None` for a wheel
/// that is refused.
#[must_use]
pub fn wheel(name: &str, archive: &[u8]) -> Option<Vec<(String, Vec<u8>, String)>> {
    let wheel = Wheel::read(Path::new(name), archive).ok()?;
    let files = wheel.files().iter();
    Some(files.map(|file| (file.path.clone(), file.contents.clone(), file.hash.clone())).collect())
}

/// The rows of a RECORD.
#[must_use]
pub fn record(text: &[u8]) -> Option<Vec<RecordRow>> {
    let rows = record::parse(text).ok()?;
    Some(
        rows.into_iter()
            .map(|Row { path, hash, size }| (path.into_owned(), hash.into_owned(), size))
            .collect(),
    )
}

/// A RECORD of these rows.
#[must_use]
pub fn write_record(rows: &[RecordRow]) -> Vec<u8> {
    let mut record = Record::default();
    for (path, hash, size) in rows {
        record.add_row(path.as_str(), hash, *size);
    }
    record.into_csv()
}

/// The scripts of an `entry_points.txt`.
#[must_use]
pub fn entry_points(text: &str) -> Option<Vec<Script>> {
    Some(entry_points::parse(text).ok()?.into_iter().map(script).collect())
}

/// The scripts, the paths of the files, and the number of stamps in the manifest of an image; the first path is the
/// folder of the metadata, which has no stamp.
#[must_use]
pub fn manifest(text: &str) -> Option<(Vec<Script>, Vec<String>, usize)> {
    let Manifest { distribution, stamps, .. } = Manifest::parse(text.to_owned())?;
    let mut paths = vec![distribution.dist_info.clone()];
    paths.extend(distribution.files().map(|file| file.path.to_string()));
    Some((distribution.entry_points.into_iter().map(script).collect(), paths, stamps.len()))
}

fn script(EntryPoint { name, module, function, .. }: EntryPoint) -> Script {
    (name, module, function)
}

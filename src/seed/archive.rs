//! The ZIP archive that a wheel is: its files, unpacked into memory, with nothing in it that could do harm.

use std::collections::HashSet;
use std::io::Read;

use rawzip::{CompressionMethod, ZipArchive};

use super::record;
use crate::error::{Error, Result};

/// No wheel that is installed here comes near: pip has 12 MB, its largest file less than 1 MB.
const MAX_TOTAL_SIZE: u64 = 256 << 20;

// The bits of a mode that tell what kind of file it is, and two of the kinds.
const FILE_TYPE: u32 = 0o170_000;
const REGULAR_FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// A file of a wheel.
#[derive(Debug)]
pub(super) struct File {
    /// The path in the wheel, which is the one below `site-packages`.
    pub(super) path: String,
    /// What is in it.
    pub(super) contents: Vec<u8>,
    /// The hash of that, as RECORD has it.
    pub(super) hash: String,
    /// Whether the archive says that it can be executed.
    pub(super) is_executable: bool,
}

/// Makes the error of what is refused: the entry, where the trouble is with one, and the reason.
pub(super) type Refused<'a> = &'a dyn Fn(Option<&str>, &str) -> Error;

/// Every file of the archive, unpacked into memory.
pub(super) fn unpack(archive: &[u8], refused: Refused<'_>) -> Result<Vec<File>> {
    let broken = |error: rawzip::Error| refused(None, &format!("the archive is broken: {error}"));
    let archive = ZipArchive::from_slice(archive).map_err(broken)?;
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    let mut left = MAX_TOTAL_SIZE;
    let mut number = 0;
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(broken)? {
        number += 1;
        let raw = entry.file_path();
        let Ok(path) = std::str::from_utf8(raw.as_ref()) else {
            return Err(refused(None, "the name of an entry is not UTF-8"));
        };
        let is_directory = path.ends_with('/');
        if let Some(reason) = fault_of(path.strip_suffix('/').unwrap_or(path)) {
            return Err(refused(Some(path), reason));
        }
        // Whatever system the archive says it was made on: as pip takes it.
        let mode = entry.external_attributes() >> 16;
        if mode & FILE_TYPE == LINK {
            return Err(refused(Some(path), "it is a link"));
        }
        if !seen.insert(path.trim_end_matches('/').to_owned()) {
            return Err(refused(Some(path), "it occurs twice"));
        }
        if is_directory {
            continue;
        }
        let data = archive.get_entry(entry.wayfinder()).map_err(broken)?;
        let mut contents = Vec::new();
        let read = match entry.compression_method() {
            CompressionMethod::STORE => {
                data.verifying_reader(data.data()).take(left + 1).read_to_end(&mut contents)
            }
            CompressionMethod::DEFLATE => {
                let inflated = flate2::bufread::DeflateDecoder::new(data.data());
                data.verifying_reader(inflated).take(left + 1).read_to_end(&mut contents)
            }
            _ => return Err(refused(Some(path), "it is compressed in a way that wheels do not use")),
        };
        read.map_err(|error| refused(Some(path), &format!("it cannot be unpacked: {error}")))?;
        left = left
            .checked_sub(contents.len() as u64)
            .ok_or_else(|| refused(Some(path), "the wheel unpacks to more than 256 MiB"))?;
        let is_executable = mode & FILE_TYPE == REGULAR_FILE && mode & 0o111 != 0;
        let hash = record::hash(&contents);
        files.push(File { path: path.to_owned(), contents, hash, is_executable });
    }
    if number != archive.entries_hint() {
        return Err(refused(None, "the archive is broken: it does not have as many entries as it says"));
    }
    let paths: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let lies_in_a_file = |path: &str| path.match_indices('/').any(|(end, _)| paths.contains(&path[..end]));
    match files.iter().find(|file| lies_in_a_file(&file.path)) {
        Some(file) => Err(refused(Some(&file.path), "what should be its folder is a file")),
        None => Ok(files),
    }
}

/// Why a path cannot be one below a directory.
pub(super) fn fault_of(path: &str) -> Option<&'static str> {
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Some("its path leaves the wheel");
    }
    let is_bad = |character: char| matches!(character, '\\' | ':') || character.is_control();
    path.contains(is_bad).then_some("its path is not one of a wheel")
}

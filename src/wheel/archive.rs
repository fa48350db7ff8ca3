//! Unpacks the ZIP archive of a wheel into memory, and refuses one that could do harm.

use std::collections::HashSet;
use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::CompressionMethod;

use super::zip::{self, Entry};
use crate::error::{Error, Result};

/// The limit is far above every wheel that is installed here: pip has 12 MB, and its largest file less than 1 MB.
const MAX_TOTAL_SIZE: u64 = 256 << 20;

// The bits of a mode that are the type of a file, and two of the types.
const FILE_TYPE: u32 = 0o170_000;
const REGULAR_FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// A file of a wheel.
#[derive(Debug)]
pub(crate) struct File {
    /// The path in the wheel, which is the one below `site-packages`.
    pub(crate) path: String,
    /// Its contents.
    pub(crate) contents: Vec<u8>,
    /// The hash of the contents in the wheel's RECORD; empty until both were compared.
    pub(crate) hash: String,
    /// Whether the archive marks it as executable.
    pub(crate) is_executable: bool,
}

/// Makes the error for a refused archive: the entry, if the fault is in one, and the reason.
pub(crate) type Refused<'a> = &'a dyn Fn(Option<&str>, &str) -> Error;

/// Every file of the archive, unpacked into memory, and the paths of those folders that are entries.
///
/// # Errors
/// [`Error::Wheel`] if the archive is broken, if readers understand it in different ways, if a path leaves the root, if an
/// entry is a link or occurs twice, or if the files have more than [`MAX_TOTAL_SIZE`] bytes.
pub(crate) fn unpack(archive: &[u8], refused: Refused<'_>) -> Result<(Vec<File>, Vec<String>)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut left = MAX_TOTAL_SIZE;
    let archive = zip::open(archive, refused)?;
    for entry in zip::entries(&archive, refused)? {
        let folder = entry.path.strip_suffix('/');
        let path = folder.unwrap_or(&entry.path);
        if let Some(reason) = fault_of(path) {
            return Err(refused(Some(&entry.path), reason));
        }
        // Like pip, without regard to the system on which the archive was made.
        if entry.mode & FILE_TYPE == LINK {
            return Err(refused(Some(path), "it is a link"));
        }
        if !seen.insert(path.to_owned()) {
            return Err(refused(Some(path), "it occurs twice"));
        }
        if let Some(folder) = folder {
            folders.push(folder.to_owned());
            continue;
        }
        // No more than the stated size is read; one byte more shows that the size is wrong.
        left = left
            .checked_sub(entry.size)
            .ok_or_else(|| refused(Some(path), "the wheel unpacks to more than 256 MiB"))?;
        let contents = contents(&entry).map_err(|reason| refused(Some(path), &reason))?;
        let is_executable = entry.mode & FILE_TYPE == REGULAR_FILE && entry.mode & 0o111 != 0;
        files.push(File { path: entry.path, contents, hash: String::new(), is_executable });
    }
    let paths: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let lies_in_a_file = |path: &str| path.match_indices('/').any(|(end, _)| paths.contains(&path[..end]));
    match files.iter().find(|file| lies_in_a_file(&file.path)) {
        Some(file) => Err(refused(Some(&file.path), "what should be its folder is a file")),
        None => Ok((files, folders)),
    }
}

/// The contents of an entry.
///
/// # Errors
/// Why it cannot be unpacked, or how it differs from its header.
fn contents(entry: &Entry<'_>) -> std::result::Result<Vec<u8>, String> {
    let data = entry.data.data();
    let mut contents = Vec::new();
    let read = match entry.method {
        CompressionMethod::STORE => entry.data.verifying_reader(data).read_to_end(&mut contents),
        CompressionMethod::DEFLATE => {
            let mut inflated = DeflateDecoder::new(data);
            let read = entry.data.verifying_reader(&mut inflated).read_to_end(&mut contents);
            // A reader that looks for the end of the compressed data would continue in the middle of the entry.
            if read.is_ok() && !inflated.into_inner().is_empty() {
                return Err("something follows its compressed data".to_owned());
            }
            read
        }
        _ => return Err("it is compressed in a way that wheels do not use".to_owned()),
    };
    match read {
        Ok(_) => Ok(contents),
        Err(error) => Err(format!("it cannot be unpacked: {error}")),
    }
}

/// Why a path cannot be below a directory.
pub(crate) fn fault_of(path: &str) -> Option<&'static str> {
    if path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return Some("its path leaves the wheel");
    }
    (!path.split('/').all(is_name)).then_some("its path is not one of a wheel")
}

/// Whether a part of a path in a wheel can be the name of a file or a folder on every system.
pub(crate) fn is_name(part: &str) -> bool {
    let is_bad = |byte: u8| matches!(byte, b'/' | b'\\' | b':') || byte.is_ascii_control();
    let has_control = || !part.is_ascii() && part.chars().any(char::is_control);
    !matches!(part, "" | "." | "..") && !part.bytes().any(is_bad) && !has_control()
}

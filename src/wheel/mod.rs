//! A wheel: its files, which are checked against its RECORD when they are unpacked.

pub(crate) mod archive;
mod distribution;
pub(crate) mod entry_points;
pub(crate) mod installed;
mod pip;
mod place;
mod portable;
pub(crate) mod record;
mod release;
mod requires_python;
mod text;
mod zip;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::{self, Mode};
use crate::interpreter::bytecode::{self, Module};
use archive::{File, Refused};
use release::Release;

pub(crate) use distribution::{Distribution, DistributionFile};
pub(crate) use entry_points::EntryPoint;
pub(crate) use place::Place;
pub(crate) use text::Text;

/// A wheel that was read and checked. RECORD is not among its files.
#[derive(Debug)]
pub(crate) struct Wheel {
    path: PathBuf,
    /// `{distribution}-{version}.dist-info`.
    dist_info: String,
    files: Vec<File>,
    /// The hash of the archive, or of the RECORD of an installed distribution, as RECORD has hashes.
    hash: String,
    /// Whether its metadata has only one meaning, so that pip's treatment of it is certain.
    is_plain: bool,
}

impl Wheel {
    /// Reads a wheel, and checks every file of it.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Wheel`] if the archive is broken or readers understand it in different
    /// ways, if a path leaves the root, if an entry is a link, occurs twice or is too large, if anything differs from RECORD,
    /// or if the metadata is missing or that of another distribution.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::read(path, &fs::read(path)?)
    }

    /// Reads a wheel with this name and these contents.
    pub(crate) fn read(path: &Path, archive: &[u8]) -> Result<Self> {
        let refused = |entry: Option<&str>, reason: &str| Error::wheel(path, entry, reason);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(release) = Release::of_wheel(name) else {
            return Err(refused(None, "its name is not that of a wheel"));
        };
        let (mut files, folders) = archive::unpack(archive, &refused)?;
        let dist_info = metadata_folder(&files, &folders, &refused)?;
        let is_own = Release::of_folder(&dist_info).map_or(Some(false), |folder| folder.is(release));
        if is_own == Some(false) {
            return Err(refused(Some(&dist_info), "it is the metadata of another distribution"));
        }
        let record_path = format!("{dist_info}/RECORD");
        let Some(position) = files.iter().position(|file| file.path == record_path) else {
            return Err(refused(Some(&record_path), "it is missing"));
        };
        let record = files.swap_remove(position);
        let has_plain_record = compare_with_record(&mut files, &record.contents, &dist_info, &refused)?;
        let mut wheel = Self::new(path, &dist_info, files, record::hash(archive));
        wheel.is_plain =
            wheel.check_metadata(release, &refused)? && has_plain_record && dist_info == release.folder();
        Ok(wheel)
    }

    /// A wheel of files that were checked.
    pub(crate) fn new(path: &Path, dist_info: &str, mut files: Vec<File>, hash: String) -> Self {
        files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Self { path: path.to_owned(), dist_info: dist_info.to_owned(), files, hash, is_plain: true }
    }

    /// The hash of the archive, or of the RECORD of an installed distribution.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// The files by path, without RECORD and its signatures.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// The file at a path, if there is one.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        let position = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        Some(&self.files[position])
    }

    /// The contents of a text file, if there is one.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.file(path).and_then(|file| std::str::from_utf8(&file.contents).ok())
    }

    /// The path of a file of the wheel's metadata.
    pub(crate) fn metadata_path(&self, name: &str) -> String {
        format!("{}/{name}", self.dist_info)
    }

    /// A field of a file of the metadata, with its continuation lines. The fields end at the first line that is not one, as in
    /// a message (core metadata).
    fn field(&self, file: &str, key: &str) -> Option<String> {
        let text = self.text(&self.metadata_path(file))?.replace("\r\n", "\n");
        let mut value: Option<String> = None;
        for line in text.split(['\n', '\r']) {
            if line.starts_with([' ', '\t']) {
                value = value.map(|value| format!("{value}\n{line}"));
                continue;
            }
            if value.is_some() {
                break;
            }
            let (name, rest) = line.split_once(':')?;
            value = name.eq_ignore_ascii_case(key).then(|| rest.trim().to_owned());
        }
        value
    }

    /// Checks that METADATA exists and is that of the distribution, and that WHEEL exists and has a known version of the
    /// format. Returns whether both have only one meaning.
    ///
    /// # Errors
    /// [`Error::Wheel`] if pip refuses the wheel, too.
    fn check_metadata(&self, release: Release<'_>, refused: Refused<'_>) -> Result<bool> {
        for name in ["METADATA", "WHEEL"] {
            let path = self.metadata_path(name);
            let fault = match self.file(&path) {
                None => "it is missing",
                Some(_) if self.text(&path).is_none() => "it is not UTF-8",
                Some(_) => continue,
            };
            return Err(refused(Some(&path), fault));
        }
        let path = self.metadata_path("METADATA");
        let [name, version] = ["Name", "Version"].map(|key| self.field("METADATA", key));
        let (Some(name), Some(version)) = (name, version) else {
            return Err(refused(Some(&path), "it has no name or no version"));
        };
        let is_own = Release::new(&name, &version).is(release);
        if is_own == Some(false) {
            return Err(refused(Some(&path), &format!("it is about another distribution: {name} {version}")));
        }
        let format = self.field("WHEEL", "Wheel-Version").unwrap_or_default();
        if !matches!(format.split('.').next().map(str::parse::<u32>), Some(Ok(0 | 1))) {
            let reason = format!("its version of the wheel format is not known: {format:?}");
            return Err(refused(Some(&self.metadata_path("WHEEL")), &reason));
        }
        Ok(is_own == Some(true))
    }

    /// The modules, each of which gets its bytecode.
    pub(crate) fn modules(&self) -> impl Iterator<Item = Module<'_>> {
        let modules = self.files.iter().filter(|file| bytecode::is_source(&file.path));
        modules.map(|file| (file.path.as_str(), file.contents.as_slice()))
    }

    /// Writes the files at these paths in the wheel, if they have a destination.
    ///
    /// # Errors
    /// [`Error::Io`] with the path that could not be written.
    pub(crate) fn unpack<'a>(
        &self,
        paths: impl Iterator<Item = &'a str>,
        destination: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<()> {
        for file in paths.filter_map(|path| self.file(path)) {
            if let Some(path) = destination(&file.path) {
                let mode = if file.is_executable { Mode::Executable } else { Mode::Plain };
                fs::write_as_with_parents(&path, &file.contents, mode)?;
            }
        }
        Ok(())
    }
}

/// The only folder of metadata. Like pip, this looks for it among the names of all entries.
fn metadata_folder(files: &[File], folders: &[String], refused: Refused<'_>) -> Result<String> {
    let paths = files.iter().map(|file| &file.path).chain(folders);
    let tops = paths.filter_map(|path| path.split('/').next());
    let found = tops.filter(|name| ends_in(name, "dist-info"));
    let Some(folder) = found.clone().min() else {
        return Err(refused(None, "it has no folder of metadata"));
    };
    match found.filter(|name| *name != folder).min() {
        None => Ok(folder.to_owned()),
        Some(second) => Err(refused(Some(second), "it is a second folder of metadata")),
    }
}

/// Compares the files with the wheel's RECORD: each file has a line with its hash, which is kept, and each line has a file.
/// Returns whether pip would keep those lines as they are written here: with a size for each file, and none for RECORD.
fn compare_with_record(
    files: &mut [File],
    record: &[u8],
    dist_info: &str,
    refused: Refused<'_>,
) -> Result<bool> {
    let record_path = format!("{dist_info}/RECORD");
    let rows = record::parse(record).map_err(|reason| refused(Some(&record_path), &reason))?;
    let mut expected: HashMap<&str, &record::Row> = HashMap::new();
    for row in &rows {
        if expected.insert(&row.path, row).is_some() {
            return Err(refused(Some(&row.path), "RECORD has it twice"));
        }
    }
    let mut is_plain = true;
    for file in files {
        let is_unhashed = is_signature(&file.path, dist_info);
        let row = expected.remove(file.path.as_str());
        match row {
            None if is_unhashed => {}
            None => return Err(refused(Some(&file.path), "it is not in RECORD")),
            Some(row) if row.hash.is_empty() && is_unhashed => {}
            Some(row) if !record::fits(&row.hash, &file.contents) => {
                return Err(refused(Some(&file.path), &record::misfit(&row.hash)));
            }
            Some(row) if row.size.is_some_and(|size| size != file.contents.len() as u64) => {
                return Err(refused(Some(&file.path), "its size is not the one in RECORD"));
            }
            Some(row) => file.hash = row.hash.clone().into_owned(),
        }
        is_plain &= !is_unhashed && row.is_some_and(|row| row.size.is_some());
    }
    if let Some(row) = expected.remove(record_path.as_str()) {
        is_plain &= row.hash.is_empty() && row.size.is_none();
    }
    match expected.keys().min() {
        Some(missing) => Err(refused(Some(missing), "RECORD has it, but the archive does not")),
        None => Ok(is_plain),
    }
}

/// Signatures of RECORD, whose hash it cannot contain (binary distribution format).
fn is_signature(path: &str, dist_info: &str) -> bool {
    path.strip_prefix(dist_info).is_some_and(|name| matches!(name, "/RECORD.jws" | "/RECORD.p7s"))
}

fn ends_in(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, found)| found == ending)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use rawzip::ZipArchiveWriter;
    use std::io::Write;

    /// An archive of stored entries.
    pub(crate) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut output = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut output);
        for (name, contents) in entries {
            let (mut entry, config) = archive.new_file(name).start().unwrap();
            let mut writer = config.wrap(&mut entry);
            writer.write_all(contents).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        output
    }

    const METADATA: (&str, &[u8]) =
        ("a-1.dist-info/METADATA", b"Metadata-Version: 2.1\nName: A\nVersion: 1\n");
    const WHEEL: (&str, &[u8]) = ("a-1.dist-info/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n");

    /// The archive of a wheel with these files and a RECORD that fits them, but for `edit`.
    fn archive_with_record(files: &[(&str, &[u8])], edit: impl Fn(String) -> String) -> Vec<u8> {
        let rows: String = files
            .iter()
            .map(|(path, text)| format!("{path},{},{}\n", record::hash(text), text.len()))
            .collect();
        let record = edit(format!("{rows}a-1.dist-info/RECORD,,\n"));
        archive(&[files, &[("a-1.dist-info/RECORD", record.as_bytes())]].concat())
    }

    /// A wheel with these files beside its metadata, and a RECORD that fits them, but for `edit`.
    pub(crate) fn wheel(files: &[(&str, &[u8])], edit: impl Fn(String) -> String) -> Result<Wheel> {
        open("a-1-py3-none-any.whl", &archive_with_record(&[files, &[METADATA, WHEEL]].concat(), edit))
    }

    fn open(name: &str, archive: &[u8]) -> Result<Wheel> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(&dir.path().join(name), archive).unwrap();
        Wheel::open(&dir.path().join(name))
    }

    fn reason(wheel: Result<Wheel>) -> String {
        let message = wheel.unwrap_err().to_string();
        message.split_once("cannot be installed: ").expect("the message names the wheel").1.to_owned()
    }

    #[test]
    fn a_sound_wheel_has_its_files_and_no_record() {
        let wheel = wheel(&[("a/b.py", b"b"), ("a/__init__.py", b"")], |record| record).unwrap();
        let paths: Vec<_> = wheel.files().iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [METADATA.0, WHEEL.0, "a/__init__.py", "a/b.py"]);
        assert_eq!(wheel.text("a/b.py"), Some("b"));
        assert!(wheel.is_known());
    }

    #[test]
    fn what_differs_from_record_is_refused() {
        let with = |edit: &dyn Fn(String) -> String| reason(wheel(&[("a.py", b"a")], edit));
        assert_eq!(
            with(&|record| record.replacen("sha256=", "sha256=x", 1)),
            "a.py: its hash is not the one in RECORD"
        );
        assert_eq!(
            with(&|record| record.replacen(",1\n", ",2\n", 1)),
            "a.py: its size is not the one in RECORD"
        );
        assert_eq!(with(&|record| record.replacen("a.py", "b.py", 1)), "a.py: it is not in RECORD");
        assert_eq!(with(&|record| record + "b.py,,\n"), "b.py: RECORD has it, but the archive does not");
        assert_eq!(
            with(&|record| format!("{record}{}", record.lines().next().unwrap())),
            "a.py: RECORD has it twice"
        );
        assert!(with(&|_| "a.py\n".to_owned()).starts_with("a-1.dist-info/RECORD: "));
    }

    fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut text = text.to_owned();
        for start in 0..=text.len() - from.len() {
            if text[start..].starts_with(from) {
                text[start..start + from.len()].copy_from_slice(to);
            }
        }
        text
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for path in ["../a", "a/../b", "/a", "a//b", "./a", "a\\b", "c:a", "a\nb", ".."] {
            // The writer makes paths harmless, so they are inserted afterwards.
            let placeholder = "@".repeat(path.len());
            let harmless = archive(&[(&placeholder, b"")]);
            let harmful = replaced(&harmless, placeholder.as_bytes(), path.as_bytes());
            let message = reason(open("a-1-py3-none-any.whl", &harmful));
            assert!(message.contains("its path"), "{path}: {message}");
        }
    }

    #[test]
    fn what_is_no_wheel_is_refused() {
        let empty = archive(&[]);
        assert_eq!(reason(open("a.whl", &empty)), "its name is not that of a wheel");
        assert_eq!(reason(open("a-1-py3-none-any.zip", &empty)), "its name is not that of a wheel");
        assert_eq!(reason(open("a-1-py3-none-any.whl", &empty)), "it has no folder of metadata");
        let unrecorded = archive(&[METADATA, WHEEL]);
        assert_eq!(reason(open("a-1-py3-none-any.whl", &unrecorded)), "a-1.dist-info/RECORD: it is missing");
        assert!(reason(open("a-1-py3-none-any.whl", b"no zip")).starts_with("the archive is broken: "));
        let twice = archive(&[("a", b""), ("a", b"")]);
        assert_eq!(reason(open("a-1-py3-none-any.whl", &twice)), "a: it occurs twice");
        let nested = archive(&[("a/b", b""), ("a/b/c", b"")]);
        let message = "a/b/c: what should be its folder is a file";
        assert_eq!(reason(open("a-1-py3-none-any.whl", &nested)), message);
    }

    #[test]
    fn a_damaged_archive_is_refused_wherever_the_damage_is() {
        let files: &[(&str, &[u8])] = &[("a.py", b"contents of a"), ("b.py", b"contents of b")];
        let sound = archive_with_record(&[files, &[METADATA, WHEEL]].concat(), |record| record);
        for length in 0..sound.len() {
            assert!(open("a-1-py3-none-any.whl", &sound[..length]).is_err(), "cut at {length}");
        }
        let contents = sound.windows(13).position(|window| window == b"contents of a").unwrap();
        let mut changed = sound.clone();
        changed[contents] ^= 1;
        assert!(reason(open("a-1-py3-none-any.whl", &changed)).starts_with("a.py: "));
    }

    #[test]
    fn metadata_has_to_be_that_of_the_wheel() {
        let open = |metadata: &str, wheel: &str| {
            let files = [(METADATA.0, metadata.as_bytes()), (WHEEL.0, wheel.as_bytes())];
            open("a-1-py3-none-any.whl", &archive_with_record(&files, |record| record))
        };
        let (metadata, wheel) = ("Name: a\nVersion: 1\n", "Wheel-Version: 1.0\n");
        assert!(open(metadata, wheel).unwrap().is_plain);
        assert!(open("NAME:A\r\nVersion: 1\r\n\r\nName: b\n", wheel).unwrap().is_plain);
        for doubtful in ["Name: a\nVersion: 1.0\n", "Name: a\nVersion: 1rc1\n"] {
            assert!(!open(doubtful, wheel).unwrap().is_plain, "{doubtful}");
        }
        for other in ["Name: b\nVersion: 1\n", "Name: a\nVersion: 2\n", "Name: a\n  b\nVersion: 1\n"] {
            assert!(reason(open(other, wheel)).contains("it is about another distribution"), "{other}");
        }
        // After the first line that is not a field, everything belongs to the text.
        for nameless in ["", "Name: a\n", "Name: a\n\nVersion: 1\n", "text\nName: a\nVersion: 1\n"] {
            assert!(reason(open(nameless, wheel)).ends_with("it has no name or no version"), "{nameless}");
        }
        for version in ["", "Wheel-Version: 2.0\n", "Wheel-Version: x\n", "\nWheel-Version: 1.0\n"] {
            assert!(reason(open(metadata, version)).contains("its version of the wheel format"), "{version}");
        }
    }

    #[test]
    fn one_folder_of_metadata_has_to_be_that_of_the_wheel() {
        let files = [METADATA, WHEEL, ("b-1.dist-info/x", b"")];
        let two = archive_with_record(&files, |record| record);
        let message = "b-1.dist-info: it is a second folder of metadata";
        assert_eq!(reason(open("a-1-py3-none-any.whl", &two)), message);
        let one = archive_with_record(&[METADATA, WHEEL], |record| record);
        for name in ["b-1-py3-none-any.whl", "a-2-py3-none-any.whl", "ab-1-py3-none-any.whl"] {
            let message = "a-1.dist-info: it is the metadata of another distribution";
            assert_eq!(reason(open(name, &one)), message, "{name}");
        }
        assert!(!open("A-1-py3-none-any.whl", &one).unwrap().is_plain);
    }

    #[test]
    fn what_pip_changes_in_record_is_left_to_pip() {
        let is_plain = |edit: &dyn Fn(String) -> String| wheel(&[("a.py", b"a")], edit).unwrap().is_plain;
        assert!(is_plain(&|record| record));
        assert!(is_plain(&|record| record.replace("a-1.dist-info/RECORD,,\n", "")));
        assert!(!is_plain(&|record| record.replacen(",1\n", ",\n", 1)));
        assert!(!is_plain(&|record| record.replace("RECORD,,", "RECORD,sha256=x,")));
    }
}

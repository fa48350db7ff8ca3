//! The manifest of an image: its wheel, the interpreter that it is for, and a line for each script, each folder and each
//! file in it.
//!
//! Fields are separated by tabs. The last line has a checksum of the others, which shows that the manifest is whole.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fields::{escape, unescape};
use crate::fs::{self, Stamp};
use crate::wheel::{Distribution, DistributionFile, EntryPoint, archive};

/// The version of the format. No version of fastvenv reads images of another format.
pub(crate) const FORMAT: &str = "fastvenv image 5";

/// The beginning of a line about a file of the wheel, or about bytecode.
const FILE: &str = "file";
const BYTECODE: &str = "bytecode";

/// The beginning of the last line.
const END: &str = "end\t";

/// The most fields that a line can have.
const MOST_FIELDS: usize = 7;

/// The contents of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) origin: Origin,
    pub(crate) distribution: Distribution,
    /// The stamp of each file of the distribution when it was written.
    pub(crate) stamps: Vec<Stamp>,
}

/// The origin of an image, and the interpreter that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The wheel, or the folder of metadata, with the size and time that it had.
    pub(crate) wheel: Stamped,
    /// The hash of the wheel, or of RECORD, as RECORD has hashes.
    pub(crate) hash: String,
    /// When the image was made, in seconds since 1970.
    pub(crate) made: u64,
    /// The interpreter of the bytecode, and its version; none for an image without bytecode.
    pub(crate) interpreter: Option<(Stamped, String)>,
}

/// A file with the size and time that it had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamped {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) modified: u64,
}

impl Manifest {
    /// The text of the manifest of an image whose files lie in `files`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the file that is not there.
    pub(crate) fn render(origin: &Origin, distribution: &Distribution, files: &Path) -> Result<String> {
        let mut text = format!("{FORMAT}\n");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "made\t{}", origin.made);
        let _ = writeln!(text, "wheel\t{}\t{}", origin.wheel.render(), origin.hash);
        if let Some((interpreter, description)) = &origin.interpreter {
            let _ = writeln!(text, "interpreter\t{}\t{}", interpreter.render(), escape(description));
        }
        let Distribution { dist_info, is_pure, template, .. } = distribution;
        let template = escape(template.as_deref().unwrap_or_default());
        let _ = writeln!(text, "metadata\t{dist_info}\t{}\t{template}", u8::from(*is_pure));
        for EntryPoint { name, module, function, is_graphical } in &distribution.entry_points {
            let _ = writeln!(text, "script\t{name}\t{module}\t{function}\t{}", u8::from(*is_graphical));
        }
        for folder in distribution.folders() {
            let path = folder[0].folder();
            let _ = writeln!(text, "folder\t{path}");
            for file in folder {
                let Stamp { size, modified, mode, .. } = Stamp::of(&files.join(&file.path))?;
                let DistributionFile { hash, is_executable, .. } = file;
                let kind = if file.size.is_some() { FILE } else { BYTECODE };
                let (name, executable) = (file.name(), u8::from(*is_executable));
                let _ = writeln!(text, "{kind}\t{name}\t{hash}\t{executable}\t{size}\t{modified}\t{mode}");
            }
        }
        let checksum = rawzip::crc32(text.as_bytes());
        let _ = writeln!(text, "{END}{checksum:08x}");
        Ok(text)
    }

    /// Reads a manifest; `None` if it was cut, has another format, or names a path outside its folders.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = checked(text)?.lines();
        if lines.next()? != FORMAT {
            return None;
        }
        let mut origin = Origin::parse(lines.next()?, lines.next()?)?;
        let mut distribution = Distribution::default();
        let mut stamps = Vec::new();
        let owner = fs::user();
        let mut folder = None;
        for line in lines {
            let (fields, number) = split(line);
            match fields[..number] {
                ["interpreter", path, size, modified, description] => {
                    origin.interpreter =
                        Some((Stamped::parse(path, size, modified)?, unescape(description)?));
                }
                ["metadata", dist_info, is_pure, template] if archive::fault_of(dist_info).is_none() => {
                    dist_info.clone_into(&mut distribution.dist_info);
                    distribution.is_pure = is_pure == "1";
                    distribution.template = (!template.is_empty()).then(|| unescape(template)).flatten();
                }
                ["script", name, module, function, graphical] => {
                    let script = EntryPoint::new(name, module, function, graphical == "1")?;
                    distribution.entry_points.push(script);
                }
                ["folder", ""] => folder = Some(String::new()),
                ["folder", path] if archive::fault_of(path).is_none() => folder = Some(format!("{path}/")),
                [FILE | BYTECODE, ..] => {
                    let (file, stamp) = file(folder.as_deref()?, fields, owner)?;
                    distribution.files.push(file);
                    stamps.push(stamp);
                }
                _ => return None,
            }
        }
        (!distribution.dist_info.is_empty()).then_some(Self { origin, distribution, stamps })
    }

    /// How many bytes the files have.
    pub(crate) fn size(&self) -> u64 {
        self.stamps.iter().map(|stamp| stamp.size).sum()
    }
}

impl Origin {
    /// Reads the lines with the time and the wheel.
    fn parse(made: &str, wheel: &str) -> Option<Self> {
        let made = made.strip_prefix("made\t")?.parse().ok()?;
        let (fields, number) = split(wheel);
        let ["wheel", path, size, modified, hash] = fields[..number] else { return None };
        let wheel = Stamped::parse(path, size, modified)?;
        Some(Self { wheel, hash: hash.to_owned(), made, interpreter: None })
    }
}

impl Stamped {
    /// The file at `path`, links followed.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is none.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let Stamp { size, modified, .. } = Stamp::of_target(path)?;
        Ok(Self { path: path.to_owned(), size, modified })
    }

    /// Whether the file exists and is unchanged.
    pub(crate) fn is_current(&self) -> bool {
        Self::of(&self.path).is_ok_and(|found| found == *self)
    }

    fn render(&self) -> String {
        format!("{}\t{}\t{}", escape(&self.path.to_string_lossy()), self.size, self.modified)
    }

    fn parse(path: &str, size: &str, modified: &str) -> Option<Self> {
        let path = PathBuf::from(<str as AsRef<OsStr>>::as_ref(&unescape(path)?));
        Some(Self { path, size: size.parse().ok()?, modified: modified.parse().ok()? })
    }
}

/// The text before the last line; `None` if it does not have the checksum in that line.
fn checked(text: &str) -> Option<&str> {
    let (text, checksum) = text.strip_suffix('\n')?.rsplit_once(END)?;
    (u32::from_str_radix(checksum, 16) == Ok(rawzip::crc32(text.as_bytes()))).then_some(text)
}

/// Reads the line of a file in a folder, whose path ends with a slash. The file must have that owner: with another one, it counts
/// as changed.
fn file(folder: &str, fields: [&str; MOST_FIELDS], owner: u32) -> Option<(DistributionFile, Stamp)> {
    let [kind, name, hash, executable, size, modified, mode] = fields;
    if name.contains('/') || archive::fault_of(name).is_some() {
        return None;
    }
    let size = size.parse().ok()?;
    let stamp = Stamp { size, modified: modified.parse().ok()?, mode: mode.parse().ok()?, owner };
    let file = DistributionFile {
        path: [folder, name].concat(),
        hash: hash.to_owned(),
        size: (kind == FILE).then_some(size),
        is_executable: executable == "1",
    };
    Some((file, stamp))
}

/// The fields of a line, filled up to the number of the longest line; none if the line has more.
fn split(line: &str) -> ([&str; MOST_FIELDS], usize) {
    let mut fields = [""; MOST_FIELDS];
    let (mut number, mut start) = (0, 0);
    for end in memchr::memchr_iter(b'\t', line.as_bytes()).chain([line.len()]) {
        let Some(field) = fields.get_mut(number) else { return (fields, 0) };
        *field = &line[start..end];
        (number, start) = (number + 1, end + 1);
    }
    (fields, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> (tempfile::TempDir, String, Manifest) {
        let dir = tempfile::tempdir().unwrap();
        fs::write_with_parents(&dir.path().join("pip/a.py"), b"a").unwrap();
        let stamped = |path: &str| Stamped { path: path.into(), size: 7, modified: 8 };
        let origin = Origin {
            wheel: stamped("/a\tb/w\n.whl"),
            hash: "sha256=y".into(),
            made: 9,
            interpreter: Some((stamped("/bin/python"), "3.13\n[GCC]".into())),
        };
        let distribution = Distribution {
            dist_info: "pip-1.dist-info".into(),
            is_pure: true,
            template: Some("a \\ 'b' \"c\"\r\n\td\n".into()),
            entry_points: vec![EntryPoint {
                name: "pip".into(),
                module: "pip".into(),
                function: "main".into(),
                is_graphical: true,
            }],
            files: vec![DistributionFile {
                path: "pip/a.py".into(),
                hash: "sha256=x".into(),
                size: Some(1),
                is_executable: false,
            }],
        };
        let text = Manifest::render(&origin, &distribution, dir.path()).unwrap();
        let stamps = vec![Stamp::of(&dir.path().join("pip/a.py")).unwrap()];
        (dir, text, Manifest { origin, distribution, stamps })
    }

    #[test]
    fn a_manifest_says_what_was_written() {
        let (_dir, text, manifest) = manifest();
        assert_eq!(Manifest::parse(&text), Some(manifest));
        for length in 0..text.len() {
            assert_eq!(Manifest::parse(&text[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn a_manifest_that_was_changed_is_none() {
        let (_dir, text, _) = manifest();
        for position in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[position] ^= 1;
            assert_eq!(std::str::from_utf8(&changed).ok().and_then(Manifest::parse), None, "at {position}");
        }
    }

    #[test]
    fn what_is_no_manifest_is_none() {
        let (_dir, text, _) = manifest();
        for (from, to) in [
            ("image 5", "image 1"),
            ("made\t9", "made\tx"),
            ("pip-1.dist-info", ""),
            ("metadata\t", "other\t"),
            ("\\n[GCC]", "\\x"),
            ("sha256=x\t0\t1", "sha256=x\t0\t-1"),
            ("pip-1.dist-info", "../pip-1.dist-info"),
            ("folder\tpip", "folder\t../pip"),
            ("folder\tpip\n", ""),
            ("a.py", "../a.py"),
            ("a.py", "b/a.py"),
            ("file\ta.py", "file\ta.py\t\t"),
            ("script\tpip", "script\t../pip"),
        ] {
            let (text, _) = text.rsplit_once(END).unwrap();
            let changed = text.replacen(from, to, 1);
            let checksum = rawzip::crc32(changed.as_bytes());
            assert_eq!(Manifest::parse(&format!("{changed}{END}{checksum:08x}\n")), None, "{to:?}");
        }
    }
}

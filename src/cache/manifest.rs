//! The manifest of an image: its wheel, the interpreter that it is for, and a line for each script and each file in it.
//!
//! Fields are separated by tabs. The last line has a checksum of the others, which shows that the manifest is whole. A file that
//! has the time and the mode of the file before it has no fields for them.

use std::ffi::OsStr;
use std::fmt::Write;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Crc;

use crate::error::Result;
use crate::fields::{escape, unescape};
use crate::fs::{self, Stamp};
use crate::wheel::{Distribution, DistributionFile, EntryPoint, Text, archive};

/// The version of the format. No version of fastvenv reads images of another format.
pub(crate) const FORMAT: &str = "fastvenv image 7";

/// The beginning of a line about a file of the wheel, or about bytecode.
const FILE: &str = "file";
const BYTECODE: &str = "bytecode";

/// The line before the rows of RECORD, which are last.
const ROWS: &str = "rows";

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
    /// The rows of RECORD that are the same in every environment: [`Distribution::rows`].
    pub(crate) rows: Option<Text>,
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
        let mut before = None;
        for DistributionFile { path, hash, size: recorded, is_executable, .. } in distribution.files() {
            let Stamp { size, modified, mode, .. } = Stamp::of(&files.join(&**path))?;
            let kind = if recorded.is_some() { FILE } else { BYTECODE };
            let _ = write!(text, "{kind}\t{}\t{}\t{}\t{size}", &**path, &**hash, u8::from(*is_executable));
            if before.replace((modified, mode)) != Some((modified, mode)) {
                let _ = write!(text, "\t{modified}\t{mode}");
            }
            text.push('\n');
        }
        if let Some(rows) = distribution.rows() {
            let _ = write!(text, "{ROWS}\n{rows}");
        }
        let checksum = checksum(&text);
        let _ = writeln!(text, "{END}{checksum:08x}");
        Ok(text)
    }

    /// Reads a manifest; `None` if it was cut, has another format, or has a path that leaves its folder.
    pub(crate) fn parse(text: String) -> Option<Self> {
        let text = Arc::new(text);
        let mut rest = checked(&text)?;
        if take_line(&mut rest)?.fields() != [FORMAT] {
            return None;
        }
        let mut origin = Origin::parse(&take_line(&mut rest)?, &take_line(&mut rest)?)?;
        let mut distribution = Distribution::default();
        let (mut stamps, mut rows) = (Vec::new(), None);
        let owner = fs::user();
        while let Some(line) = take_line(&mut rest) {
            match *line.fields() {
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
                [kind @ (FILE | BYTECODE), path, hash, executable, size, ref rest @ ..] => {
                    let size = size.parse().ok()?;
                    stamps.push(match rest {
                        [] => Stamp { size, ..*stamps.last()? },
                        [modified, mode] => {
                            let (modified, mode) = (modified.parse().ok()?, mode.parse().ok()?);
                            // With another owner, the file counts as changed.
                            Stamp { size, modified, mode, owner }
                        }
                        _ => return None,
                    });
                    let part = |field| Text::part(&text, field);
                    let size = (kind == FILE).then_some(size);
                    let file = DistributionFile::new(part(path)?, part(hash)?, size, executable == "1");
                    // The path of a folder is checked once, with its first file.
                    let is_sound = if distribution.add(file) {
                        archive::fault_of(path).is_none()
                    } else {
                        path.rsplit('/').next().is_some_and(archive::is_name)
                    };
                    // The paths in an image are portable, and so ASCII.
                    if !(is_sound && path.is_ascii()) {
                        return None;
                    }
                }
                [ROWS] => rows = Some(Text::part(&text, mem::take(&mut rest))?),
                _ => return None,
            }
        }
        let is_whole = rest.is_empty() && !distribution.dist_info.is_empty();
        is_whole.then_some(Self { origin, distribution, stamps, rows })
    }

    /// How many bytes the files have.
    pub(crate) fn size(&self) -> u64 {
        self.stamps.iter().map(|stamp| stamp.size).sum()
    }
}

impl Origin {
    /// Reads the lines with the time and the wheel.
    fn parse(made: &Line<'_>, wheel: &Line<'_>) -> Option<Self> {
        let ["made", made] = *made.fields() else { return None };
        let made = made.parse().ok()?;
        let ["wheel", path, size, modified, hash] = *wheel.fields() else { return None };
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
    (u32::from_str_radix(checksum, 16) == Ok(self::checksum(text))).then_some(text)
}

fn checksum(text: &str) -> u32 {
    let mut checksum = Crc::new();
    checksum.update(text.as_bytes());
    checksum.sum()
}

/// The fields of a line, filled up to the number of the longest line.
struct Line<'a> {
    filled: [&'a str; MOST_FIELDS],
    number: usize,
}

impl<'a> Line<'a> {
    /// The fields; none if there are more than the longest line has.
    fn fields(&self) -> &[&'a str] {
        self.filled.get(..self.number).unwrap_or_default()
    }
}

/// Takes the first line off a text; `None` if no line is left.
fn take_line<'a>(text: &mut &'a str) -> Option<Line<'a>> {
    let whole = *text;
    let mut line = Line { filled: [""; MOST_FIELDS], number: 0 };
    let mut start = 0;
    for end in memchr::memchr2_iter(b'\t', b'\n', whole.as_bytes()) {
        if let Some(field) = line.filled.get_mut(line.number) {
            *field = &whole[start..end];
        }
        (line.number, start) = (line.number + 1, end + 1);
        if whole.as_bytes()[end] == b'\n' {
            *text = &whole[start..];
            return Some(line);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Mode;

    /// The paths, modes and times of three files. Only the last one has another time and another mode than the one before it.
    const FILES: [(&str, Mode, u64); 3] = [
        ("pip/a.py", Mode::Exactly(0o644), 1),
        ("pip/b.py", Mode::Exactly(0o644), 1),
        ("c", Mode::Exactly(0o755), 2),
    ];

    fn manifest() -> (tempfile::TempDir, String, Manifest) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_directory(&dir.path().join("pip")).unwrap();
        for (path, mode, time) in FILES {
            fs::write_dated(&dir.path().join(path), b"a", mode, time).unwrap();
        }
        let file = |(path, ..): (&str, _, _)| {
            DistributionFile::new(path.to_owned().into(), "sha256=x".to_owned().into(), Some(1), path == "c")
        };
        let stamped = |path: &str| Stamped { path: path.into(), size: 7, modified: 8 };
        let origin = Origin {
            wheel: stamped("/a\tb/w\n.whl"),
            hash: "sha256=y".into(),
            made: 9,
            interpreter: Some((stamped("/bin/python"), "3.13\n[GCC]".into())),
        };
        let mut distribution = Distribution {
            dist_info: "pip-1.dist-info".into(),
            is_pure: true,
            template: Some("a \\ 'b' \"c\"\r\n\td\n".into()),
            entry_points: vec![EntryPoint {
                name: "pip".into(),
                module: "pip".into(),
                function: "main".into(),
                is_graphical: true,
            }],
            folders: Vec::new(),
        };
        assert_eq!(FILES.map(file).map(|file| distribution.add(file)), [true, false, true]);
        let text = Manifest::render(&origin, &distribution, dir.path()).unwrap();
        let stamps = FILES.map(|(path, ..)| Stamp::of(&dir.path().join(path)).unwrap()).into();
        let rows = Some("c,sha256=x,1\r\npip/a.py,sha256=x,1\r\npip/b.py,sha256=x,1\r\n".to_owned().into());
        (dir, text, Manifest { origin, distribution, stamps, rows })
    }

    #[test]
    fn a_manifest_says_what_was_written() {
        let (_dir, text, manifest) = manifest();
        assert_eq!(Manifest::parse(text.clone()), Some(manifest));
        for length in 0..text.len() {
            assert_eq!(Manifest::parse(text[..length].to_owned()), None, "cut at {length}");
        }
    }

    #[test]
    fn a_manifest_that_was_changed_is_none() {
        let (_dir, text, _) = manifest();
        for position in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[position] ^= 1;
            assert_eq!(String::from_utf8(changed).ok().and_then(Manifest::parse), None, "at {position}");
        }
    }

    #[test]
    fn what_is_no_manifest_is_none() {
        let (_dir, text, Manifest { stamps, .. }) = manifest();
        let time = format!("\t{}", stamps[0].modified);
        let time_and_mode = format!("{time}\t{}", stamps[0].mode);
        for (from, to) in [
            ("image 7", "image 1"),
            ("made\t9", "made\tx"),
            ("pip-1.dist-info", ""),
            ("metadata\t", "other\t"),
            ("\\n[GCC]", "\\x"),
            ("sha256=x\t0\t1", "sha256=x\t0\t-1"),
            ("pip-1.dist-info", "../pip-1.dist-info"),
            ("pip/a.py", "../a.py"),
            ("pip/a.py", ""),
            ("pip/b.py", "pip/.."),
            ("pip/b.py", "pip/"),
            ("pip/b.py", "pip/b\\y"),
            ("pip/b.py", "pip/é"),
            ("pip/a.py", "pip/é"),
            ("file\tpip/a.py", "file\tpip/a.py\t"),
            (&time_and_mode, ""),
            (&time_and_mode, &time),
            ("script\tpip", "script\t../pip"),
            ("\nrows\n", "\n"),
            ("\nrows\n", "\nrows"),
        ] {
            let (text, _) = text.rsplit_once(END).unwrap();
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from:?}");
            let checksum = checksum(&changed);
            assert_eq!(Manifest::parse(format!("{changed}{END}{checksum:08x}\n")), None, "{to:?}");
        }
    }
}

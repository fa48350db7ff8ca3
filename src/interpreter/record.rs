//! The record of an interpreter, as `python/fastvenv/_probe.py` writes it: a line for each fact.

use std::fmt;
use std::path::PathBuf;

use super::{Interpreter, Paths};
use crate::fields::{escape, unescape};

/// The first line. It changes if the meaning of the others changes.
const FORMAT: &str = "fastvenv interpreter 1";

/// The last line. If it is missing, the record was cut.
const END: &str = "end";

/// The oldest Python 3 that is supported, by its minor number.
pub const OLDEST: u8 = 9;

/// Why a text cannot be used as a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not a record, or not a whole one.
    Unreadable,
    /// A path in it is not UTF-8.
    NotUtf8,
    /// It is the record of an older Python, or not of Python 3; its version.
    Unsupported(String),
}

impl fmt::Display for Fault {
    /// The reason why the program that printed the text cannot be used, as words that follow its path and a colon.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => write!(formatter, "it is not a Python interpreter"),
            Self::NotUtf8 => write!(formatter, "it has a path that is not UTF-8"),
            Self::Unsupported(version) => {
                write!(formatter, "it is Python {version}, and Python 3.{OLDEST} or later is needed")
            }
        }
    }
}

impl Interpreter {
    /// Reads the record in the output of a Python. What comes before the record is ignored.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn parse(output: impl AsRef<[u8]>) -> Result<Self, Fault> {
        let output = output.as_ref();
        let begin = if output.starts_with(FORMAT.as_bytes()) {
            Some(0)
        } else {
            memchr::memmem::find(output, format!("\n{FORMAT}\n").as_bytes())
        };
        let record = begin.map(|begin| output[begin..].trim_ascii_start()).ok_or(Fault::Unreadable)?;
        let record = str::from_utf8(record).map_err(|_| Fault::NotUtf8)?;
        let facts = Facts::parse(record).ok_or(Fault::Unreadable)?;
        match facts.version {
            [3, minor, _] if minor >= OLDEST => facts.into_interpreter().ok_or(Fault::Unreadable),
            version => Err(Fault::Unsupported(version.map(|number| number.to_string()).join("."))),
        }
    }

    /// The text that [`Self::parse`] reads.
    #[must_use]
    pub fn render(&self) -> String {
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        let flag = |flag: bool| u8::from(flag).to_string();
        let Self { paths, .. } = self;
        let mut facts = vec![
            vec![
                "version".to_owned(),
                self.version.0.to_string(),
                self.version.1.to_string(),
                self.micro.to_string(),
            ],
            vec!["implementation".to_owned(), self.implementation.clone()],
            vec!["description".to_owned(), self.description.clone()],
            vec!["executable".to_owned(), path(&self.executable)],
            vec!["base-executable".to_owned(), path(&self.base_executable)],
            vec!["real-executable".to_owned(), path(&self.real_executable)],
            [vec!["prefixes".to_owned()], self.prefixes.clone()].concat(),
            vec!["magic-number".to_owned(), data_encoding::HEXLOWER.encode(&self.magic_number)],
            vec!["cache-tag".to_owned(), self.cache_tag.clone()],
            vec!["bits".to_owned(), if self.is_64_bit { "64" } else { "32" }.to_owned()],
            vec!["free-threaded".to_owned(), flag(self.is_free_threaded)],
            vec!["debug".to_owned(), flag(self.is_debug)],
        ];
        let named = [
            ("scripts", &paths.scripts),
            ("include", &paths.include),
            ("purelib", &paths.purelib),
            ("platlib", &paths.platlib),
        ];
        facts.extend(named.map(|(name, path)| vec!["path".to_owned(), name.to_owned(), path.clone()]));
        facts.extend(
            self.wheels
                .iter()
                .map(|wheels| [vec!["wheels".to_owned()], wheels.iter().map(path).collect()].concat()),
        );
        facts.extend(self.files.iter().map(|file| vec!["file".to_owned(), path(file)]));
        let lines = facts.iter().map(|fact| {
            format!("{}\n", fact.iter().map(|field| escape(field)).collect::<Vec<_>>().join("\t"))
        });
        format!("{FORMAT}\n{}{END}\n", lines.collect::<String>())
    }
}

/// The facts as they are written in the text.
#[derive(Debug, Default)]
struct Facts {
    version: [u8; 3],
    implementation: Option<String>,
    description: Option<String>,
    executable: Option<PathBuf>,
    base_executable: Option<PathBuf>,
    real_executable: Option<PathBuf>,
    prefixes: Vec<String>,
    cache_tag: String,
    magic_number: Option<Vec<u8>>,
    is_64_bit: bool,
    is_free_threaded: bool,
    is_debug: bool,
    paths: Vec<(String, String)>,
    wheels: Option<Vec<PathBuf>>,
    files: Vec<PathBuf>,
}

impl Facts {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != FORMAT {
            return None;
        }
        let mut facts = Self::default();
        for line in lines {
            if line == END {
                return Some(facts);
            }
            let fields: Vec<String> = line.split('\t').map(unescape).collect::<Option<_>>()?;
            let (name, values) = fields.split_first()?;
            facts.add(name, values)?;
        }
        None
    }

    /// Keeps one fact; `None` if its name is unknown, or if its values cannot be read.
    fn add(&mut self, name: &str, values: &[String]) -> Option<()> {
        let paths = || values.iter().map(PathBuf::from).collect::<Vec<_>>();
        match (name, values) {
            ("version", [major, minor, micro]) => {
                self.version = [major.parse().ok()?, minor.parse().ok()?, micro.parse().ok()?];
            }
            ("implementation", [name]) => self.implementation = Some(name.clone()),
            ("description", [text]) => self.description = Some(text.clone()),
            ("executable", [path]) => self.executable = Some(path.into()),
            ("base-executable", [path]) => self.base_executable = Some(path.into()),
            ("real-executable", [path]) => self.real_executable = Some(path.into()),
            ("prefixes", values) => self.prefixes = values.to_vec(),
            ("cache-tag", [tag]) => self.cache_tag.clone_from(tag),
            ("magic-number", [digits]) => {
                self.magic_number = Some(data_encoding::HEXLOWER.decode(digits.as_bytes()).ok()?);
            }
            ("bits", [bits]) => self.is_64_bit = bits == "64",
            ("free-threaded", [flag]) => self.is_free_threaded = flag == "1",
            ("debug", [flag]) => self.is_debug = flag == "1",
            ("path", [name, path]) => self.paths.push((name.clone(), path.clone())),
            ("wheels", _) => self.wheels = Some(paths()),
            ("file", [path]) => self.files.push(path.into()),
            _ => return None,
        }
        Some(())
    }

    fn into_interpreter(self) -> Option<Interpreter> {
        let [major, minor, micro] = self.version;
        let version = (major, minor);
        let path = |name: &str| match self.paths.iter().find(|(found, _)| found == name) {
            Some((_, path)) => Some(path.clone()),
            None => Paths::fixed(name, version),
        };
        let paths = Paths {
            scripts: path("scripts")?,
            include: path("include")?,
            purelib: path("purelib")?,
            platlib: path("platlib")?,
        };
        Some(Interpreter {
            executable: self.executable?,
            base_executable: self.base_executable?,
            real_executable: self.real_executable?,
            prefixes: self.prefixes,
            version,
            micro,
            implementation: self.implementation?,
            description: self.description?,
            cache_tag: self.cache_tag,
            magic_number: self.magic_number?,
            is_64_bit: self.is_64_bit,
            is_free_threaded: self.is_free_threaded,
            is_debug: self.is_debug,
            paths,
            wheels: self.wheels,
            files: self.files,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The record that a Python 3.9 prints.
    pub(crate) const TEXT: &str = "noise\nfastvenv interpreter 1\nversion\t3\t9\t18\nimplementation\tcpython\n\
        description\t3.9.18 (main)\\n[GCC]\nexecutable\t/v/bin/python\nbase-executable\t/usr/bin/python3.9\n\
        real-executable\t/usr/bin/python3.9\nprefixes\t/usr\t/usr\tlib\t/usr/lib/python3.9\ncache-tag\tcpython-39\n\
        magic-number\t610d0d0a\nbits\t64\nfree-threaded\t0\ndebug\t0\nwheels\t/w/pip-1-py3-none-any.whl\n\
        file\t/usr/bin/python3.9\nend\n";

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let interpreter = Interpreter::parse(TEXT).unwrap();
        assert_eq!(interpreter.version, (3, 9));
        assert_eq!(interpreter.description, "3.9.18 (main)\n[GCC]");
        assert_eq!(interpreter.paths.purelib, Paths::fixed("purelib", (3, 9)).unwrap());
        assert_eq!(Interpreter::parse(interpreter.render()).unwrap(), interpreter);
    }

    #[test]
    fn a_record_that_is_cut_short_is_none() {
        let begin = TEXT.find("fastvenv").unwrap();
        for length in begin..TEXT.len() - 1 {
            assert_eq!(Interpreter::parse(&TEXT[..length]), Err(Fault::Unreadable), "cut at {length}");
        }
    }

    #[test]
    fn a_fact_that_is_missing_or_wrong_is_noticed() {
        let lines = TEXT.lines().filter(|line| {
            !["noise", "fastvenv", "wheels", "file", "cache-tag", "bits", "free", "debug", "prefixes", "end"]
                .iter()
                .any(|begin| line.starts_with(begin))
        });
        for line in lines {
            let shorter = TEXT.replacen(&format!("{line}\n"), "", 1);
            assert!(Interpreter::parse(&shorter).is_err(), "without {line}");
        }
        for (from, to) in [("610d0d0a", "x"), ("\t18", ""), ("[GCC]", "\\"), ("bits", "bites")] {
            assert_eq!(Interpreter::parse(TEXT.replacen(from, to, 1)), Err(Fault::Unreadable), "{to}");
        }
    }

    #[test]
    fn an_old_python_reports_its_version() {
        for version in ["2\t7\t18", "3\t8\t20", "4\t0\t0"] {
            let text = format!("{FORMAT}\nversion\t{version}\nimplementation\tcpython\nend\n");
            assert_eq!(Interpreter::parse(&text), Err(Fault::Unsupported(version.replace('\t', "."))));
        }
    }
}

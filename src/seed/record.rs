//! RECORD: the list of what is installed, with a hash of each file (PEP 376, "Recording installed projects").

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// A line of RECORD.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row<'a> {
    /// The path, relative to `site-packages`.
    pub(super) path: Cow<'a, str>,
    /// `sha256=` and the hash, or nothing.
    pub(super) hash: Cow<'a, str>,
    /// The size in bytes, where it is told.
    pub(super) size: Option<u64>,
}

/// The rows of a wheel's RECORD.
///
/// # Errors
/// What is wrong, where it is not a RECORD.
pub(super) fn parse(text: &[u8]) -> Result<Vec<Row<'static>>, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| format!("it is not a list of files: {error}"))?;
        let [path, hash, size] = [0, 1, 2].map(|column| row.get(column));
        let (Some(path), Some(hash), Some(size)) = (path, hash, size) else {
            return Err("it has a line without a path, a hash and a size".to_owned());
        };
        let size = match size {
            "" => None,
            digits => {
                Some(digits.parse().map_err(|_| format!("it has a size that is no number: {digits:?}"))?)
            }
        };
        rows.push(Row { path: path.to_owned().into(), hash: hash.to_owned().into(), size });
    }
    Ok(rows)
}

/// The hash of a file as RECORD has it.
pub(super) fn hash(contents: &[u8]) -> String {
    format!("sha256={}", BASE64URL_NOPAD.encode(&Sha256::digest(contents)))
}

/// A RECORD that is being made.
#[derive(Debug, Default)]
pub(super) struct Record<'a>(Vec<Row<'a>>);

impl<'a> Record<'a> {
    /// Adds a file with its hash and size.
    pub(super) fn add(&mut self, path: impl Into<Cow<'a, str>>, contents: &[u8]) {
        let size = Some(contents.len() as u64);
        self.0.push(Row { path: path.into(), hash: hash(contents).into(), size });
    }

    /// Adds a file that has neither: bytecode, and RECORD itself.
    pub(super) fn add_unhashed(&mut self, path: impl Into<Cow<'a, str>>) {
        self.add_row(path, "", None);
    }

    /// Adds a file of which the row is known.
    pub(super) fn add_row(&mut self, path: impl Into<Cow<'a, str>>, hash: &'a str, size: Option<u64>) {
        self.0.push(Row { path: path.into(), hash: hash.into(), size });
    }

    /// The text of the file: rows by path, lines that end as Python's `csv` ends them.
    pub(super) fn into_csv(mut self) -> Vec<u8> {
        self.0.sort();
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        for row in &self.0 {
            let size = row.size.map_or(String::new(), |size| size.to_string());
            // Writing to memory cannot fail.
            let _ = writer.write_record([&*row.path, &*row.hash, &size]);
        }
        writer.into_inner().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_and_without_hash() {
        let rows = parse(b"a.py,sha256=x,3\r\n\"a,b.py\",,\n").unwrap();
        assert_eq!(rows[0], Row { path: "a.py".into(), hash: "sha256=x".into(), size: Some(3) });
        assert_eq!(rows[1], Row { path: "a,b.py".into(), hash: "".into(), size: None });
        assert_eq!(parse(b"").unwrap(), []);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for text in [&b"a.py\n"[..], b"a,b\n", b"a,,x\n", b"a,,-1\n", b"\xff,,\n", b"a,,\nb\n"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn it_is_written_as_pip_writes_it() {
        let mut record = Record::default();
        record.add("b.py", b"pip\n");
        record.add("../../../bin/a", b"");
        record.add_unhashed("a,\"b\".pyc");
        let expected = "../../../bin/a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n\
                        \"a,\"\"b\"\".pyc\",,\r\n\
                        b.py,sha256=zuuue4knoyJ-UwPPXg8fezS7VCrXJQrAP7zeNuwvFQg,4\r\n";
        assert_eq!(String::from_utf8(record.into_csv()).unwrap(), expected);
    }
}

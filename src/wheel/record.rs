//! RECORD: the list of what is installed, with a hash of each file (PEP 376, "Recording installed projects").

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// At the beginning of the text, some readers take this mark as a part of the first path, and others do not.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A line of RECORD.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// The path, relative to `site-packages`.
    pub(crate) path: Cow<'a, str>,
    /// The name of an algorithm, `=` and the hash; or nothing.
    pub(crate) hash: Cow<'a, str>,
    /// The size in bytes, if it is given.
    pub(crate) size: Option<u64>,
}

/// The rows of a wheel's RECORD.
///
/// # Errors
/// What is wrong: it is not a RECORD, or Python's `csv`, with which pip reads it, would read something else.
pub(crate) fn parse(text: &[u8]) -> Result<Vec<Row<'static>>, String> {
    if text.starts_with(BYTE_ORDER_MARK.as_bytes()) {
        return Err("it begins with a byte order mark".to_owned());
    }
    if text.split(|byte| *byte == b'\n').rev().skip(1).any(|line| matches!(line, b"" | b"\r")) {
        return Err("it has an empty line".to_owned());
    }
    if text.split(|byte| *byte == b'\r').skip(1).any(|rest| rest.first() != Some(&b'\n')) {
        return Err("it has a carriage return that ends no line".to_owned());
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| format!("it is not a list of files: {error}"))?;
        let columns: Vec<_> = row.iter().collect();
        let [path, hash, size] = columns[..] else {
            return Err("it has a line that is not a path, a hash and a size".to_owned());
        };
        if path.starts_with(BYTE_ORDER_MARK) {
            return Err("it has a path that begins with a byte order mark".to_owned());
        }
        let size = match size {
            "" => None,
            digits => Some(
                digits
                    .parse()
                    .ok()
                    .filter(|size: &u64| size.to_string() == digits)
                    .ok_or_else(|| format!("it has a size that is no number: {digits:?}"))?,
            ),
        };
        rows.push(Row { path: path.to_owned().into(), hash: hash.to_owned().into(), size });
    }
    Ok(rows)
}

/// Whether a hash fits these contents. RECORD can have any algorithm of `hashlib` that is no worse than sha256 (binary
/// distribution format, "Signed wheel files"). An unknown algorithm never fits.
pub(crate) fn fits(hash: &str, contents: &[u8]) -> bool {
    let Some((algorithm, digest)) = hash.split_once('=') else { return false };
    let digest_of_contents = match algorithm {
        "sha256" => BASE64URL_NOPAD.encode(&Sha256::digest(contents)),
        "sha384" => BASE64URL_NOPAD.encode(&Sha384::digest(contents)),
        "sha512" => BASE64URL_NOPAD.encode(&Sha512::digest(contents)),
        _ => return false,
    };
    digest == digest_of_contents
}

/// The reason why a file does not fit its hash in RECORD.
pub(crate) fn misfit(hash: &str) -> String {
    match hash.split_once('=') {
        None => "RECORD has no hash of it".to_owned(),
        Some(("sha256" | "sha384" | "sha512", _)) => "its hash is not the one in RECORD".to_owned(),
        Some((algorithm @ ("md5" | "sha1"), _)) => {
            format!("its hash in RECORD is {algorithm}, which can be forged")
        }
        Some((algorithm, _)) => format!("its hash in RECORD is {algorithm:?}, which is not known here"),
    }
}

/// The hash of a file as RECORD has it.
pub(crate) fn hash(contents: &[u8]) -> String {
    format!("sha256={}", BASE64URL_NOPAD.encode(&Sha256::digest(contents)))
}

/// A RECORD that is being written.
#[derive(Debug, Default)]
pub(crate) struct Record<'a> {
    rows: Vec<Row<'a>>,
    /// The text of further rows, which are sorted by path and have no quotes.
    library: &'a str,
}

impl<'a> Record<'a> {
    /// A RECORD with the rows of the files in `site-packages`: their text, which is sorted by path and has no quotes.
    pub(crate) fn with(library: &'a str) -> Self {
        Self { rows: Vec::new(), library }
    }

    /// Whether it was made with the rows of the files in `site-packages`.
    pub(crate) fn has_library(&self) -> bool {
        !self.library.is_empty()
    }

    /// Adds a file with its hash and size.
    pub(crate) fn add(&mut self, path: impl Into<Cow<'a, str>>, contents: &[u8]) {
        let size = Some(contents.len() as u64);
        self.rows.push(Row { path: path.into(), hash: hash(contents).into(), size });
    }

    /// Adds a file without hash and size: bytecode, and RECORD itself.
    pub(crate) fn add_unhashed(&mut self, path: impl Into<Cow<'a, str>>) {
        self.add_row(path, "", None);
    }

    /// Adds a file whose row is known.
    pub(crate) fn add_row(&mut self, path: impl Into<Cow<'a, str>>, hash: &'a str, size: Option<u64>) {
        self.rows.push(Row { path: path.into(), hash: hash.into(), size });
    }

    /// The text of the file: rows sorted by path, with the line ends of Python's `csv`.
    pub(crate) fn into_csv(mut self) -> Vec<u8> {
        self.rows.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        let library = self.library.as_bytes();
        let position_of = |row: &Row<'_>| position(library, row.path.as_bytes());
        let (mut text, mut start) = (Vec::new(), 0);
        for rows in self.rows.chunk_by(|one, other| position_of(one) == position_of(other)) {
            let end = position_of(&rows[0]);
            text.extend_from_slice(&library[start..end]);
            text.extend(csv(rows));
            start = end;
        }
        text.extend_from_slice(&library[start..]);
        text
    }
}

/// The text of rows.
fn csv(rows: &[Row<'_>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        let size = row.size.map_or(String::new(), |size| size.to_string());
        // Writing to memory cannot fail.
        let _ = writer.write_record([&*row.path, &*row.hash, &size]);
    }
    writer.into_inner().unwrap_or_default()
}

/// The position, in the text of sorted rows without quotes, at which a row with that path belongs.
fn position(rows: &[u8], path: &[u8]) -> usize {
    let (mut start, mut end) = (0, rows.len());
    while start < end {
        // The row that the middle is in.
        let middle = start + (end - start) / 2;
        let first = memchr::memrchr(b'\n', &rows[start..middle]).map_or(start, |found| start + found + 1);
        let last = memchr::memchr(b'\n', &rows[middle..end]).map_or(end, |found| middle + found + 1);
        let row = &rows[first..last];
        if row.split(|byte| *byte == b',').next() < Some(path) { start = last } else { end = first }
    }
    start
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
        for text in [
            &b"a.py\n"[..],
            b"a,b\n",
            b"a,,x\n",
            b"a,,-1\n",
            b"a,,+1\n",
            b"a,,01\n",
            b"\xff,,\n",
            b"a,,\nb\n",
            b"a,,\n\nb,,\n",
            b"a,,\r\n\r\n",
            b"a,,\rb,,\n",
            b"a,,,\n",
            b"\xef\xbb\xbfa,,\n",
            b"\"\xef\xbb\xbfa\",,\n",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_hash_fits_by_any_algorithm_that_is_no_worse_than_sha256() {
        let empty = [
            "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
            "sha384=OLBgp1GsljhM2TJ-sbHjaiH9txEUvgdDTAzHv2P24donTt6_529l-9Ua0vFImLlb",
            "sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg",
        ];
        assert_eq!(hash(b""), empty[0]);
        for hash in empty {
            assert!(fits(hash, b"") && !fits(hash, b"x"), "{hash}");
            assert!(!fits(&hash[..hash.len() - 1], b"") && !fits(&format!("{hash}="), b""), "{hash}");
        }
        for hash in
            ["", "sha256", "sha256=", "md5=1B2M2Y8AsgTpgAmY7PhCfg", "sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk"]
        {
            assert!(!fits(hash, b""), "{hash}");
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

    #[test]
    fn rows_whose_text_is_there_are_written_among_the_others() {
        let paths = ["../a", "a", "a/b.py", "a-b", "a,b", "b", "b/c.py", "é"];
        let text = |mut record: Record<'_>, is_wanted: &dyn Fn(&str) -> bool| {
            for (position, path) in paths.into_iter().enumerate().filter(|(_, path)| is_wanted(path)) {
                record.add_row(path, "sha256=x", Some(position as u64));
            }
            String::from_utf8(record.into_csv()).unwrap()
        };
        for chosen in 0..1 << paths.len() {
            let is_there = |path: &str| {
                let position = paths.iter().position(|other| *other == path).unwrap();
                chosen & 1 << position != 0 && path != "a,b"
            };
            let library = text(Record::default(), &is_there);
            let whole = text(Record::with(&library), &|path| !is_there(path));
            assert_eq!(whole, text(Record::default(), &|_| true), "{library}");
        }
    }
}

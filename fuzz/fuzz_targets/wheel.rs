//! A wheel: of any bytes, or of entries with a RECORD that fits them, so that not every input ends at the first hash.
#![no_main]

use std::collections::HashSet;

use _native::fuzzing::wheel;
use data_encoding::BASE64URL_NOPAD;
use libfuzzer_sys::arbitrary::{self, Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use promises::assert_stays_below;
use sha2::{Digest, Sha256, Sha384, Sha512};

const NAME: &str = "a-1-py3-none-any.whl";
const RECORD: &str = "a-1.dist-info/RECORD";
/// What every wheel has.
const METADATA: [(&str, &str); 2] = [
    ("a-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: a\nVersion: 1\n"),
    ("a-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"),
];

#[derive(Arbitrary, Debug)]
struct Entry {
    path: String,
    contents: Vec<u8>,
    mode: u16,
    /// What RECORD says in place of the truth.
    lie: Option<String>,
    /// Which of its hashes RECORD has.
    hash: u8,
}

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        check(wheel(NAME, data));
    } else if let Ok(entries) = Vec::<Entry>::arbitrary(&mut Unstructured::new(data)) {
        check(wheel(NAME, &archive(entries)));
    }
});

/// Asserts what is promised about the files of a wheel that was accepted.
fn check(files: Option<Vec<(String, Vec<u8>, String)>>) {
    let Some(files) = files else { return };
    let paths: HashSet<&str> = files.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(paths.len(), files.len(), "a path occurs twice");
    let folders: HashSet<&str> = paths.iter().filter_map(|path| path.split('/').next()).collect();
    let dist_info: Vec<_> = folders.iter().filter(|folder| folder.ends_with(".dist-info")).collect();
    let [dist_info] = dist_info[..] else { panic!("not one folder of metadata: {dist_info:?}") };
    for name in ["METADATA", "WHEEL"] {
        assert!(paths.contains(&*format!("{dist_info}/{name}")), "{name} is missing");
    }
    for (path, contents, hash) in &files {
        assert_stays_below(path);
        assert_ne!(path, &format!("{dist_info}/RECORD"));
        let is_signature = ["jws", "p7s"].iter().any(|kind| *path == format!("{dist_info}/RECORD.{kind}"));
        assert!(is_signature && hash.is_empty() || hashes_of(contents).contains(hash), "{path}: {hash}");
        for (end, _) in path.match_indices('/') {
            assert!(!paths.contains(&path[..end]), "{path:?} lies in a file");
        }
    }
}

/// What RECORD can say of a file.
fn hashes_of(contents: &[u8]) -> [String; 3] {
    let digests = [
        ("sha256", BASE64URL_NOPAD.encode(&Sha256::digest(contents))),
        ("sha384", BASE64URL_NOPAD.encode(&Sha384::digest(contents))),
        ("sha512", BASE64URL_NOPAD.encode(&Sha512::digest(contents))),
    ];
    digests.map(|(algorithm, digest)| format!("{algorithm}={digest}"))
}

/// An archive of stored entries, whatever their paths, with the metadata that a wheel has.
fn archive(mut entries: Vec<Entry>) -> Vec<u8> {
    entries.extend(METADATA.map(|(path, text)| Entry {
        path: path.into(),
        contents: text.into(),
        mode: 0o100_644,
        lie: None,
        hash: 0,
    }));
    let rows = entries.iter().map(|Entry { path, contents, lie, hash, .. }| {
        let truth = || format!("{},{}", hashes_of(contents)[usize::from(*hash) % 3], contents.len());
        format!("\"{}\",{}\n", path.replace('"', "\"\""), lie.clone().unwrap_or_else(truth))
    });
    let contents = format!("{}{RECORD},,\n", rows.collect::<String>()).into_bytes();
    entries.push(Entry { path: RECORD.into(), contents, mode: 0o100_644, lie: None, hash: 0 });
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for Entry { path, contents, mode, .. } in &entries {
        let path = &path[..path.floor_char_boundary(1000)];
        let offset = u32::try_from(files.len()).unwrap();
        let size = u32::try_from(contents.len()).unwrap().to_le_bytes();
        // From the version that is needed, by way of flags (UTF-8 names), method and time, to the length of the path.
        let mut common =
            [[20, 0, 0, 8, 0, 0, 0, 0, 33, 0].as_slice(), &crc32fast::hash(contents).to_le_bytes()].concat();
        common.extend([size, size].concat());
        common.extend(u16::try_from(path.len()).unwrap().to_le_bytes());
        files.extend([b"PK\x03\x04", &*common, &[0; 2], path.as_bytes(), contents].concat());
        let attributes = (u32::from(*mode) << 16).to_le_bytes();
        directory
            .extend([b"PK\x01\x02\x14\x03", &*common, &[0; 8], &attributes, &offset.to_le_bytes()].concat());
        directory.extend(path.as_bytes());
    }
    let number = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let [size, offset] = [&directory, &files].map(|part| u32::try_from(part.len()).unwrap().to_le_bytes());
    [&*files, &directory, b"PK\x05\x06", &[0; 4], &number, &number, &size, &offset, &[0; 2]].concat()
}

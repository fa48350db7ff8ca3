//! Checks the form of a ZIP archive, so that every reader finds the same entries.
//!
//! A ZIP archive contains almost everything twice: in its directory, at the end, and in the header before each entry. If
//! they differ, a reader that begins with the one finds other files than a reader that begins with the other, and a file
//! that was examined is not the file that is installed. Here both have to agree, and each byte of the archive belongs to
//! exactly one entry, to the directory, or to its end (APPNOTE.TXT, sections 4.3 and 4.4).

use rawzip::extra_fields::ExtraFieldId;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive, ZipSliceEntry};

use super::archive::Refused;
use crate::error::{Error, Result};

/// The length of a record of the directory without its name, extra fields and comment.
const RECORD_LENGTH: u64 = 46;

/// The place in a record of the version of the format that is needed to read the entry.
const VERSION: u64 = 6;

/// The newest version that pip's reader accepts, 6.3. The meaning of later ones is not known.
const NEWEST_VERSION: u8 = 63;

/// The mark that precedes the end of an archive with more than 4 GiB or more than 65535 entries, and the length of its record.
const LOCATOR: (&[u8], usize) = (b"PK\x06\x07", 20);

// The flags that a wheel can have: the level of compression, that sizes follow the data, and names in UTF-8.
const EFFORT: u16 = 0b110;
const SIZES_FOLLOW: u16 = 1 << 3;
const UTF_8: u16 = 1 << 11;

/// A file or folder of an archive.
pub(crate) struct Entry<'a> {
    /// Its name; that of a folder ends with a slash.
    pub(crate) path: String,
    pub(crate) method: CompressionMethod,
    /// The mode on the system on which it was made, if it is given.
    pub(crate) mode: u32,
    /// Its size when it is unpacked.
    pub(crate) size: u64,
    pub(crate) data: ZipSliceEntry<'a>,
    /// The position of its header.
    start: u64,
    /// The position of its end, including the sizes that may follow the data.
    end: u64,
}

/// Opens an archive. Only its end is read.
///
/// # Errors
/// [`Error::Wheel`] if it is not an archive.
pub(crate) fn open<'a>(bytes: &'a [u8], refused: Refused<'_>) -> Result<ZipSliceArchive<&'a [u8]>> {
    ZipArchive::from_slice(bytes).map_err(|error| broken(&error, refused))
}

fn broken(error: &rawzip::Error, refused: Refused<'_>) -> Error {
    refused(None, &format!("the archive is broken: {error}"))
}

/// The entries of an archive, in the order of its directory.
///
/// # Errors
/// [`Error::Wheel`] if another reader may understand the archive in another way.
pub(crate) fn entries<'a>(
    archive: &'a ZipSliceArchive<&[u8]>,
    refused: Refused<'_>,
) -> Result<Vec<Entry<'a>>> {
    let broken = |error| broken(&error, refused);
    let bytes = archive.get_ref();
    let (start, mut end) = (archive.directory_offset(), archive.directory_offset());
    let mut entries = Vec::new();
    let mut records = archive.entries();
    while let Some(record) = records.next_entry().map_err(broken)? {
        let Ok(path) = String::from_utf8(record.file_path().as_ref().to_owned()) else {
            return Err(refused(None, "the name of an entry is not UTF-8"));
        };
        let data = archive.get_entry(record.wayfinder()).map_err(broken)?;
        end += length(&record);
        entries.push(entry(bytes, path, &record, data, refused)?);
    }
    let found = archive.eocd_offset();
    if archive.end_offset() != bytes.len() as u64 {
        return Err(refused(None, "something follows the end of the archive"));
    }
    // pip reads the record before this mark; other readers follow the position in it.
    if at(bytes, found.saturating_sub(LOCATOR.1 as u64)).starts_with(LOCATOR.0) {
        return Err(refused(None, "the archive has the form of one of more than 4 GiB"));
    }
    let is_right = end == found
        && end_record(entries.len(), start, end).is_some_and(|record| at(bytes, found).starts_with(&record));
    if !is_right {
        return Err(refused(None, "the archive is broken: its end does not tell where its entries are"));
    }
    check_order(&entries, start, refused)?;
    Ok(entries)
}

/// One entry, for which the directory and the header agree.
fn entry<'a>(
    bytes: &[u8],
    path: String,
    record: &ZipFileHeaderRecord<'_>,
    data: ZipSliceEntry<'a>,
    refused: Refused<'_>,
) -> Result<Entry<'a>> {
    if let Some(reason) = fault_of(bytes, &path, record, &data) {
        return Err(refused(Some(&path), reason));
    }
    let (_, end_of_data) = data.compressed_data_range();
    let length = if record.flags().has_data_descriptor() {
        let descriptors = descriptors(record);
        let Some(descriptor) = descriptors.iter().find(|one| at(bytes, end_of_data).starts_with(one)) else {
            return Err(refused(Some(&path), "the sizes behind its data are not those in the directory"));
        };
        descriptor.len() as u64
    } else {
        0
    };
    Ok(Entry {
        path,
        method: record.compression_method(),
        mode: record.external_attributes() >> 16,
        size: record.uncompressed_size_hint(),
        data,
        start: record.local_header_offset(),
        end: end_of_data + length,
    })
}

/// Why an entry cannot be in a wheel, or differs between readers.
fn fault_of(
    bytes: &[u8],
    path: &str,
    record: &ZipFileHeaderRecord<'_>,
    data: &ZipSliceEntry<'_>,
) -> Option<&'static str> {
    let header = data.local_header();
    let (flags, flags_of_header) = (record.flags().bits(), header.flags().bits());
    let follows = flags & SIZES_FOLLOW != 0;
    // If the sizes follow the data, the header may leave them out.
    let is_same =
        |value: u64, value_of_header: u64| value == value_of_header || (follows && value_of_header == 0);
    let has_another_name = |(id, _)| id == ExtraFieldId::INFO_ZIP_UNICODE_PATH;
    let mut fields = record.extra_fields();
    if record.flags().is_encrypted() || header.flags().is_encrypted() {
        Some("it is encrypted")
    } else if header.file_path().as_ref() != path.as_bytes() {
        Some("the header before its data has another name")
    } else if (flags ^ flags_of_header) & !EFFORT != 0 {
        Some("the header before its data has other flags")
    } else if flags & !(EFFORT | SIZES_FOLLOW | UTF_8) != 0 {
        Some("it has flags that wheels do not use")
    } else if header.compression_method() != record.compression_method() {
        Some("the header before its data says that it is compressed in another way")
    } else if !is_same(record.compressed_size_hint(), header.compressed_size_hint())
        || !is_same(record.uncompressed_size_hint(), header.uncompressed_size_hint())
    {
        Some("the header before its data has another size")
    } else if !is_same(u64::from(record.crc32()), u64::from(header.crc32())) {
        Some("the header before its data has another checksum")
    } else if !path.is_ascii() && flags & UTF_8 == 0 {
        // pip reads the bytes of such a name as those of another character set.
        Some("its name is not ASCII, and not marked as UTF-8")
    } else if fields.any(has_another_name) || header.extra_fields().any(has_another_name) {
        Some("it has a second name")
    } else if fields.remaining_bytes().len() >= 4 {
        Some("its extra fields are cut short")
    } else if at(bytes, record.central_directory_offset() + VERSION).first() > Some(&NEWEST_VERSION) {
        Some("it needs a newer version of the ZIP format")
    } else {
        None
    }
}

/// The forms in which the checksum and the sizes of an entry can follow its data, the longest first: sizes of 8 or 4 bytes,
/// with or without a mark before them.
fn descriptors(record: &ZipFileHeaderRecord<'_>) -> Vec<Vec<u8>> {
    let mark: &[u8] = b"PK\x07\x08";
    let checksum = record.crc32().to_le_bytes();
    let sizes = [record.compressed_size_hint(), record.uncompressed_size_hint()];
    let long = sizes.map(u64::to_le_bytes).concat();
    let short = sizes.map(|size| size.to_le_bytes()[..4].to_owned()).concat();
    [&long, &short]
        .into_iter()
        .flat_map(|sizes| [[mark, &checksum, sizes].concat(), [&checksum, sizes.as_slice()].concat()])
        .collect()
}

/// Checks that the entries follow one another from the first byte to the directory: none overlaps another, and nothing
/// lies between them.
fn check_order(entries: &[Entry<'_>], directory: u64, refused: Refused<'_>) -> Result<()> {
    let overlaps = "its data overlap those of another entry";
    let mut order: Vec<_> = entries.iter().collect();
    order.sort_unstable_by_key(|entry| entry.start);
    let mut end = 0;
    for entry in order {
        if entry.start < end || entry.end > directory {
            return Err(refused(Some(&entry.path), overlaps));
        }
        if entry.start > end {
            return Err(refused(Some(&entry.path), "before it lies something that belongs to no entry"));
        }
        end = entry.end;
    }
    if end == directory {
        Ok(())
    } else {
        Err(refused(None, "before the directory of the archive lies something that belongs to no entry"))
    }
}

/// The length of a record of the directory.
fn length(record: &ZipFileHeaderRecord<'_>) -> u64 {
    let parts = [
        record.file_path().as_ref().len(),
        record.extra_fields().remaining_bytes().len(),
        record.comment().as_bytes().len(),
    ];
    RECORD_LENGTH + parts.iter().sum::<usize>() as u64
}

/// The end of an archive on one disk, up to its comment; `None` if the archive is too large for this form.
fn end_record(number: usize, start: u64, end: u64) -> Option<Vec<u8>> {
    let number = u16::try_from(number).ok()?.to_le_bytes();
    let size = u32::try_from(end - start).ok()?.to_le_bytes();
    let start = u32::try_from(start).ok()?.to_le_bytes();
    Some([b"PK\x05\x06".as_slice(), &[0; 4], &number, &number, &size, &start].concat())
}

/// The bytes from a position on, which may be past the end.
fn at(bytes: &[u8], position: u64) -> &[u8] {
    usize::try_from(position).ok().and_then(|position| bytes.get(position..)).unwrap_or_default()
}

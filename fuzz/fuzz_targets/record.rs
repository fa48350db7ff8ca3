//! RECORD: the rows that are read are the rows that are read again, when they are written as pip writes them.
#![no_main]

use _native::fuzzing::{record, write_record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Some(mut rows) = record(text) else { return };
    let written = write_record(&rows);
    rows.sort();
    assert_eq!(record(&written).as_ref(), Some(&rows));
    assert_eq!(write_record(&rows), written);
});

//! The manifest of an image: what is accepted stays below its folders, and is not accepted when it is cut short.
#![no_main]

use _native::fuzzing::manifest;
use libfuzzer_sys::fuzz_target;
use promises::{assert_is_script, assert_stays_below};

fuzz_target!(|text: &str| {
    let Some((scripts, paths, stamps)) = manifest(text) else { return };
    scripts.iter().for_each(assert_is_script);
    paths.iter().for_each(|path| assert_stays_below(path));
    assert_eq!(paths.len(), stamps + 1);
    let whole_lines = text.trim_end_matches(['\r', '\n']);
    let (without_the_last, _) = whole_lines.rsplit_once('\n').unwrap_or_default();
    if !without_the_last.lines().next_back().is_some_and(|line| line == "end") {
        assert_eq!(manifest(without_the_last), None);
    }
});

//! `entry_points.txt`: what is accepted can be written as a script, and is read the same when it is written again.
#![no_main]

use _native::fuzzing::entry_points;
use libfuzzer_sys::fuzz_target;
use promises::assert_is_script;

fuzz_target!(|text: &str| {
    let Some(scripts) = entry_points(text) else { return };
    scripts.iter().for_each(assert_is_script);
    let lines = scripts.iter().map(|(name, module, function)| format!("{name} = {module}:{function}\n"));
    let again = format!("[console_scripts]\n{}", lines.collect::<String>());
    assert_eq!(entry_points(&again), Some(scripts));
});

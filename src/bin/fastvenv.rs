//! The program `fastvenv`.

use std::ffi::OsString;
use std::process::exit;

fn main() {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    exit(_native::command::run(&arguments));
}

//! The program `fastvenv`.

use std::ffi::OsString;
use std::process::exit;

/// musl's own allocator is slow when threads use it.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    exit(_native::command::run(&arguments));
}

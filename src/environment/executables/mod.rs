//! The interpreter in `bin` or `Scripts`: under which names, and from which files. Pure; a file for each platform.

pub mod unix;
pub mod windows;

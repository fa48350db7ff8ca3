//! The interpreter in `bin` or `Scripts`: its names, and the files that it is made of. One file for each platform.

pub mod unix;
pub mod windows;

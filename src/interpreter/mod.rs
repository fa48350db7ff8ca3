//! The base Python: what must be known of it to make environments, and the bytecode that it alone can make.

pub mod bytecode;

use std::path::PathBuf;

pub use bytecode::Compiler;

/// What must be known of the base interpreter.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// Where it is.
    pub executable: PathBuf,
    /// Its version: major and minor number.
    pub version: (u8, u8),
    /// All that it says about its version and its build (`sys.version`).
    pub description: String,
    /// What the names of bytecode files end in (`sys.implementation.cache_tag`).
    pub cache_tag: String,
    /// What bytecode begins with (`importlib.util.MAGIC_NUMBER`).
    pub magic_number: Vec<u8>,
}

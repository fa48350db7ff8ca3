//! The Python that the program was installed for.

use std::path::PathBuf;

use crate::fs;
use crate::fs::CONFIGURATION_FILE;

/// Where the program is, and whose it is.
#[derive(Debug)]
pub(super) struct Installation {
    /// The program, its links followed.
    pub(super) program: PathBuf,
    /// The interpreter that has fastvenv installed.
    pub(super) python: PathBuf,
}

impl Installation {
    /// Finds the interpreter from where the program lies.
    ///
    /// # Errors
    /// What was looked for, and what to do.
    pub(super) fn find() -> Result<Self, String> {
        let own = std::env::current_exe().map_err(|error| format!("fastvenv cannot find itself: {error}"))?;
        let program = fs::real(&own).unwrap_or(own);
        let bin = program.parent().unwrap_or(&program);
        let python = bin.join("python");
        if bin.with_file_name(CONFIGURATION_FILE).exists() && python.exists() {
            return Ok(Self { program, python });
        }
        Err(format!("there is no Python beside {}", program.display()))
    }
}

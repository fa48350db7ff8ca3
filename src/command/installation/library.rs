//! The folders of packages that fastvenv is installed in.

use std::path::{Path, PathBuf};

use crate::fs;
use crate::wheel::record;

/// A folder of packages that has fastvenv in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Library {
    /// The name of the interpreter that it belongs to: `python3.13`, `pypy3.11`.
    pub(super) python: String,
    /// The folder.
    pub(super) packages: PathBuf,
    /// The folder of the metadata; a package of a Linux distribution may have none.
    dist_info: Option<PathBuf>,
}

impl Library {
    /// A folder of packages; `None` if fastvenv is not in it, and nothing in it leads to fastvenv.
    pub(super) fn new(python: &str, packages: PathBuf) -> Option<Self> {
        let names = fs::names(&packages).ok()?;
        let mut names = names.iter().filter_map(|name| name.to_str());
        let is_metadata = |name: &str| name.starts_with("fastvenv-") && name.ends_with(".dist-info");
        let dist_info = names.find(|name| is_metadata(name)).map(|name| packages.join(name));
        let is_installed = dist_info.is_some() || fs::exists(&packages.join("fastvenv/__init__.py"));
        is_installed.then(|| Self { python: python.to_owned(), packages, dist_info })
    }

    /// The library that a program belongs to.
    ///
    /// If there are several, it is one whose RECORD lists the program. If several list it, each was installed over the other:
    /// the last one has the hash of the program in its RECORD; if all have that hash, the time decides.
    pub(super) fn of(program: &Path, mut libraries: Vec<Self>) -> Option<Self> {
        if libraries.len() < 2 {
            return libraries.pop();
        }
        let contents = fs::read(program).unwrap_or_default();
        libraries.into_iter().max_by_key(|library| library.rank(program, &contents))
    }

    /// A larger value means that a program with these contents is more likely to belong to this package.
    fn rank(&self, program: &Path, contents: &[u8]) -> (bool, bool, u64) {
        let record = self.dist_info.as_ref().map(|dist_info| dist_info.join("RECORD"));
        let text = record.as_ref().and_then(|record| fs::read(record).ok()).unwrap_or_default();
        let rows = record::parse(&text).unwrap_or_default();
        let real = fs::real(program).ok();
        let is_program = |path: &str| {
            let path = Path::new(path);
            path.file_name() == program.file_name()
                && real.is_some()
                && fs::real(&self.packages.join(path)).ok() == real
        };
        let row = rows.iter().find(|row| is_program(&row.path));
        let fits = row.is_some_and(|row| record::fits(&row.hash, contents));
        let installed = record.and_then(|record| fs::modified(&record).ok()).unwrap_or_default();
        (row.is_some(), fits, installed)
    }
}

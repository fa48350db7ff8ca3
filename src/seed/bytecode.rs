//! Bytecode, which only Python can make: taken from the base installation where it has the same modules, else compiled by
//! as many interpreters as there are processors.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::wheel::Wheel;
use super::{Interpreter, Target, record};
use crate::error::{AtPath, Result};
use crate::fs::{self, Stamp};
use crate::threads;

/// Compiles the files whose names come on standard input. A file that is no valid Python on this version stays as it
/// is, as it does when pip compiles. The names in tracebacks are set when a module is loaded.
const PROGRAM: &str = "\
import os, py_compile, sys
for path in sys.stdin.buffer.read().split(b'\\0'):
    try:
        py_compile.compile(os.fsdecode(path), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    except (py_compile.PyCompileError, RecursionError):
        pass
";

/// Whether the file is a module, which has bytecode.
pub(super) fn is_source(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending == "py")
}

/// The path of a module's bytecode beside it (PEP 3147).
pub(super) fn path(source: &str, cache_tag: &str) -> String {
    let (folder, name) = source.rsplit_once('/').map_or(("", source), |(folder, name)| (folder, name));
    let separator = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{separator}__pycache__/{}.{cache_tag}.pyc", name.strip_suffix(".py").unwrap_or(name))
}

/// Makes the bytecode of modules of a wheel, each of which `locate` finds by its path in the wheel.
///
/// # Errors
/// [`crate::error::Error::Io`] with the interpreter that could not be started, or ended with an error.
pub(super) fn make(
    target: &Target,
    wheel: &Wheel,
    sources: &[&str],
    locate: impl Fn(&str) -> PathBuf,
) -> Result<()> {
    let base = Base::find(target, wheel);
    let is_given = |source: &&str| base.as_ref().is_some_and(|base| base.give(source, &locate).is_some());
    let missing: Vec<_> =
        sources.iter().filter(|source| !is_given(source)).map(|source| locate(source)).collect();
    compile(&target.python, &missing)
}

/// The bytecode that the modules of a wheel have, each beside its module.
///
/// # Errors
/// [`crate::error::Error::Io`] with the file that cannot be looked at.
pub(super) fn find(target: &Target, wheel: &Wheel, locate: impl Fn(&str) -> PathBuf) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for path in wheel.sources().map(|source| path(source, &target.interpreter.cache_tag)) {
        if fs::try_exists(&locate(&path))? {
            found.push(path);
        }
    }
    Ok(found)
}

/// The same distribution in the base installation, whose bytecode the interpreter itself would use.
struct Base<'a> {
    library: &'a Path,
    interpreter: &'a Interpreter,
    wheel: &'a Wheel,
}

impl<'a> Base<'a> {
    fn find(target: &'a Target, wheel: &'a Wheel) -> Option<Self> {
        let interpreter = &*target.interpreter;
        let is_there = |library: &&PathBuf| fs::exists(&library.join(wheel.metadata_path("RECORD")));
        let library = interpreter.libraries.iter().find(is_there)?;
        Some(Self { library, interpreter, wheel })
    }

    /// Writes the bytecode of a module, if the base installation has the same module with valid bytecode.
    fn give(&self, source: &str, locate: impl Fn(&str) -> PathBuf) -> Option<()> {
        let Interpreter { cache_tag, magic_number, .. } = self.interpreter;
        let module = self.library.join(source);
        let bytecode = path(source, cache_tag);
        let mut code = fs::read(&self.library.join(&bytecode)).ok()?;
        if code.get(..16)? != header(magic_number, Stamp::of(&module).ok()?) {
            return None;
        }
        if !record::fits(&self.wheel.file(source)?.hash, &fs::read(&module).ok()?) {
            return None;
        }
        code[..16].copy_from_slice(&header(magic_number, Stamp::of(&locate(source)).ok()?));
        fs::replace_with_parents(&locate(&bytecode), &code).ok()
    }
}

/// How bytecode begins that is valid as long as its source has the time and the size that it had (PEP 552).
fn header(magic_number: &[u8], source: Stamp) -> Vec<u8> {
    let seconds = source.modified / 1_000_000_000;
    // Both are cut to 32 bits, which is what Python compares.
    let fields = [0, seconds & 0xffff_ffff, source.size & 0xffff_ffff];
    let bytes = fields.iter().flat_map(|field| field.to_le_bytes().into_iter().take(4));
    magic_number.iter().copied().chain(bytes).collect()
}

/// Compiles modules, each beside itself.
fn compile(python: &Path, sources: &[PathBuf]) -> Result<()> {
    let workers = threads::available().min(sources.len());
    let mut children = Workers((0..workers).map(|_| start(python)).collect::<Result<_>>()?);
    // Every worker gets every so-manieth file: large modules lie side by side.
    let mut fed = Ok(());
    for (first, child) in children.0.iter_mut().enumerate() {
        let paths = sources.iter().skip(first).step_by(workers);
        let list = paths.map(|path| path.as_os_str().as_encoded_bytes()).collect::<Vec<_>>().join(&0);
        fed = fed.and(feed(child, &list));
    }
    for child in &mut children.0 {
        let status = child.wait().at(python)?;
        if !status.success() {
            return Err(io::Error::other(format!("compiling the bytecode of pip ended with {status}")))
                .at(python);
        }
    }
    // One that ended before it had read everything says so by its status.
    fed.at(python)
}

/// The processes that compile; none outlives a failure, to write where everything is about to be removed.
struct Workers(Vec<Child>);

impl Drop for Workers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // One that has ended can neither be killed nor waited for again, and need not.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start(python: &Path) -> Result<Child> {
    Command::new(python)
        .args(["-I", "-S", "-W", "ignore", "-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .at(python)
}

/// Writes the list and closes the pipe.
fn feed(child: &mut Child, list: &[u8]) -> io::Result<()> {
    child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytecode_lies_in_a_folder_beside_the_module() {
        assert_eq!(path("pip/a.py", "cpython-313"), "pip/__pycache__/a.cpython-313.pyc");
        assert_eq!(path("a.b.py", "pypy311"), "__pycache__/a.b.pypy311.pyc");
    }

    #[test]
    fn a_header_has_the_time_and_the_size_of_the_source() {
        let source = Stamp { size: 258, modified: 1_000_000_001_999_999_999, mode: 0 };
        assert_eq!(header(b"\xf3\x0d\r\n", source), b"\xf3\x0d\r\n\0\0\0\0\x01\xca\x9a\x3b\x02\x01\0\0");
    }
}

//! Bytecode, which only Python can make: it is compiled by as many interpreters as there are processors.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;

use super::Target;
use super::wheel::Wheel;
use crate::error::{AtPath, Result};
use crate::fs;

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
fn path(source: &str, cache_tag: &str) -> String {
    let (folder, name) = source.rsplit_once('/').map_or(("", source), |(folder, name)| (folder, name));
    let separator = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{separator}__pycache__/{}.{cache_tag}.pyc", name.strip_suffix(".py").unwrap_or(name))
}

/// Compiles the modules of a wheel that was unpacked below `root`, and returns the paths of what came of it.
///
/// # Errors
/// [`crate::error::Error::Io`] with the interpreter that could not be started, or ended with an error, or with the file
/// that cannot be looked at.
pub(super) fn compile(target: &Target, root: &Path, wheel: &Wheel) -> Result<Vec<String>> {
    let sources: Vec<&str> = wheel.sources().collect();
    let python = target.python.as_path();
    let workers = available_parallelism().map_or(1, usize::from).min(sources.len());
    let mut children = Workers((0..workers).map(|_| start(python)).collect::<Result<_>>()?);
    // Every worker gets every so-manieth file: large modules lie side by side.
    for (first, child) in children.0.iter_mut().enumerate() {
        let paths = sources.iter().skip(first).step_by(workers).map(|source| root.join(source));
        let list = paths.map(|path| path.into_os_string().into_encoded_bytes()).collect::<Vec<_>>().join(&0);
        feed(child, &list);
    }
    for child in &mut children.0 {
        let status = child.wait().at(python)?;
        if !status.success() {
            return Err(io::Error::other(format!("compiling the bytecode of pip ended with {status}")))
                .at(python);
        }
    }
    let mut made = Vec::new();
    for path in sources.into_iter().map(|source| path(source, &target.cache_tag)) {
        if fs::try_exists(&root.join(&path))? {
            made.push(path);
        }
    }
    Ok(made)
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

/// Writes the list and closes the pipe; a child that does not read it to its end says so by its status.
fn feed(child: &mut Child, list: &[u8]) {
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(list);
    }
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn bytecode_lies_in_a_folder_beside_the_module() {
        assert_eq!(path("pip/a.py", "cpython-313"), "pip/__pycache__/a.cpython-313.pyc");
        assert_eq!(path("a.b.py", "pypy311"), "__pycache__/a.b.pypy311.pyc");
    }
}

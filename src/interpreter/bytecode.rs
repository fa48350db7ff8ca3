//! Bytecode, which only Python can make: it is compiled from the sources in a wheel, by several interpreters at once.
//!
//! An interpreter gets sources and gives bytecode; it reads and writes no file.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::sync::Mutex;

use super::Interpreter;
use crate::error::{AtPath, Error, Result};
use crate::fs::{self, Stamp};
use crate::process::{self, Inherited, read_aside};
use crate::threads;

/// Compiles modules. Each is read from standard input and written to standard output, after its length in eight bytes. A
/// module that is not valid on this version gets no bytecode, as when pip compiles. The name that tracebacks show is set
/// when a module is loaded. What is written first shows which interpreters can load the bytecode.
///
/// A file in the current directory may have the name of a module that Python imports, as it does after an interrupt.
/// `PYTHONSAFEPATH` excludes that directory only from Python 3.11 on.
const PROGRAM: &str = "\
import gc, marshal, sys
sys.path = [folder for folder in sys.path if folder]
gc.disable()
data = memoryview(sys.stdin.buffer.read())
output = sys.stdout.buffer
def field():
    global data
    end = 8 + int.from_bytes(data[:8], 'little')
    value, data = bytes(data[8:end]), data[end:]
    return value
def write(value):
    output.write(len(value).to_bytes(8, 'little') + value)
write(sys.modules['_frozen_importlib_external'].MAGIC_NUMBER)
write(str(sys.implementation.cache_tag).encode())
while data:
    name, source = field().decode(), field()
    try:
        code = marshal.dumps(compile(source, name, 'exec', dont_inherit=True))
    except Exception:
        code = b''
    write(code)
output.flush()
";

/// With fewer modules for each interpreter, its start takes longer than it saves.
const ENOUGH: usize = 16;

/// With more interpreters, they wait for each other, for the disk and for memory.
const MOST: usize = 16;

/// A module: the path of its source in a wheel, and its contents.
pub type Module<'a> = (&'a str, &'a [u8]);

/// A module, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The path of the source in the wheel.
    pub(crate) source: String,
    /// The code, without the header that says which source it belongs to.
    code: Vec<u8>,
}

impl Compiled {
    /// The contents of the bytecode file of a source with that stamp.
    pub(crate) fn contents(&self, interpreter: &Interpreter, source: Stamp) -> Vec<u8> {
        [&header(&interpreter.magic_number, source), &self.code[..]].concat()
    }
}

/// Whether the file is a module, and so has bytecode.
pub(crate) fn is_source(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending == "py")
}

/// The path of a module's bytecode beside it (PEP 3147).
pub(crate) fn path(source: &str, cache_tag: &str) -> String {
    let (folder, name) = source.rsplit_once('/').map_or(("", source), |(folder, name)| (folder, name));
    let separator = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{separator}__pycache__/{}.{cache_tag}.pyc", name.strip_suffix(".py").unwrap_or(name))
}

/// Whether Python accepts a bytecode file for its source.
pub(crate) fn is_valid(path: &Path, source: &Path, magic_number: &[u8]) -> bool {
    let Ok(stamp) = Stamp::of_target(source) else { return false };
    let header = header(magic_number, stamp);
    fs::read(path).is_ok_and(|contents| contents.len() > header.len() && contents.starts_with(&header))
}

/// The beginning of bytecode that is valid as long as the time and the size of its source do not change (PEP 552).
fn header(magic_number: &[u8], source: Stamp) -> Vec<u8> {
    let seconds = source.modified / 1_000_000_000;
    // Both are cut to 32 bits, which is what Python compares.
    let fields = [0, seconds & 0xffff_ffff, source.size & 0xffff_ffff];
    let bytes = fields.iter().flat_map(|field| field.to_le_bytes().into_iter().take(4));
    magic_number.iter().copied().chain(bytes).collect()
}

/// The interpreter of an environment, which compiles modules.
#[derive(Clone, Copy, Debug)]
pub struct Compiler<'a> {
    /// The path by which it is started.
    pub python: &'a Path,
    /// Its record.
    pub interpreter: &'a Interpreter,
    /// The variables that it inherits.
    pub inherited: &'a Inherited,
}

impl Compiler<'_> {
    /// Compiles modules. A module that is not valid on this version is not among the results.
    ///
    /// # Errors
    /// [`Error::Io`] with the interpreter that could not be started, or ended with an error; the error contains its output.
    /// [`Error::OtherPython`] if it is not the one of the record.
    pub(crate) fn compile(self, modules: &[Module]) -> Result<Vec<Compiled>> {
        let workers = threads::available().min(MOST).min(modules.len().div_ceil(ENOUGH));
        // Modules are dealt out in turn, because large ones are next to each other.
        let shares: Vec<Vec<Module>> = (0..workers)
            .map(|first| modules.iter().skip(first).step_by(workers).copied().collect())
            .collect();
        let compiled = Mutex::new(Vec::with_capacity(modules.len()));
        threads::share(&shares, workers, |share| {
            let codes = self.compile_share(share)?;
            let found = share.iter().zip(codes).filter(|(_, code)| !code.is_empty());
            let found = found.map(|((source, _), code)| Compiled { source: (*source).to_owned(), code });
            compiled.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(found);
            Ok(())
        })?;
        let mut compiled = compiled.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        compiled.sort_unstable_by(|one, other| one.source.cmp(&other.source));
        Ok(compiled)
    }

    /// Compiles modules with one process, and returns the code of each, in order.
    fn compile_share(self, modules: &[Module]) -> Result<Vec<Vec<u8>>> {
        let Self { python, interpreter, inherited } = self;
        let mut input = Vec::new();
        for (source, contents) in modules {
            for field in [source.as_bytes(), contents] {
                input.extend((field.len() as u64).to_le_bytes());
                input.extend(field);
            }
        }
        let mut child = start(python, inherited).at(python)?;
        let fed = feed(&mut child, &input);
        let output = output(&mut child).at(python)?;
        // If the interpreter ended before it had read everything, its status shows that.
        let mut kind =
            fields(&output, 2 + modules.len()).and_then(|fields| fed.map(|()| fields)).at(python)?;
        let codes = kind.split_off(2);
        if kind == [&interpreter.magic_number[..], interpreter.cache_tag.as_bytes()] {
            Ok(codes)
        } else {
            Err(Error::OtherPython(python.to_owned()))
        }
    }
}

fn start(python: &Path, inherited: &Inherited) -> io::Result<Child> {
    // The user's settings could change the result. `-I` would ignore them, but also the seed, without which sets of constants
    // have another order in each run.
    inherited
        .command(python, |name| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"PYTHON")))
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONSAFEPATH", "1")
        .args(["-s", "-S", "-W", "ignore", "-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Writes to an interpreter and closes the pipe.
fn feed(child: &mut Child, input: &[u8]) -> io::Result<()> {
    child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input))
}

/// What an interpreter prints until it ends, and its status.
fn output(child: &mut Child) -> io::Result<Output> {
    let mut stdout = Vec::new();
    // Both are read at the same time, because the interpreter waits if a pipe is full.
    let stderr = read_aside(child.stderr.take());
    child.stdout.take().map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut stdout))?;
    let status = process::wait(child)?;
    Ok(Output { status, stdout, stderr: stderr?.recv().unwrap_or_default() })
}

/// The fields that an interpreter has written; their number is known.
fn fields(output: &Output, number: usize) -> io::Result<Vec<Vec<u8>>> {
    let mut rest = output.stdout.as_slice();
    let mut next = || {
        let (length, behind) = rest.split_first_chunk::<8>()?;
        let (field, behind) = behind.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        rest = behind;
        Some(field.to_owned())
    };
    let found: Vec<_> = (0..number).map_while(|_| next()).collect();
    if output.status.success() && found.len() == number && rest.is_empty() {
        return Ok(found);
    }
    // The last line of a traceback has the error.
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim_end().lines().last().map_or(String::new(), |line| format!(": {line}"));
    Err(io::Error::other(format!("compiling the bytecode of pip ended with {}{said}", output.status)))
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
        let source = Stamp { size: 258, modified: 1_000_000_001_999_999_999, mode: 0, owner: 0 };
        assert_eq!(header(b"\xf3\x0d\r\n", source), b"\xf3\x0d\r\n\0\0\0\0\x01\xca\x9a\x3b\x02\x01\0\0");
    }

    #[test]
    fn bytecode_is_valid_for_the_source_that_it_was_made_of() {
        let dir = tempfile::tempdir().unwrap();
        let [source, bytecode] = ["a.py", "a.pyc"].map(|name| dir.path().join(name));
        fs::write(&source, b"x").unwrap();
        let header = header(b"magi", Stamp::of(&source).unwrap());
        for (contents, expected) in [
            ([&header[..], b"code"].concat(), true),
            (header.clone(), false),
            (Vec::new(), false),
            (vec![0; 40], false),
        ] {
            fs::write(&bytecode, &contents).unwrap();
            assert_eq!(is_valid(&bytecode, &source, b"magi"), expected);
        }
        fs::write(&bytecode, &[&header[..], b"code"].concat()).unwrap();
        assert!(!is_valid(&bytecode, &source, b"MAGI"));
        fs::write(&source, b"xy").unwrap();
        assert!(!is_valid(&bytecode, &source, b"magi"));
    }

    /// A program that stands for an interpreter whose bytecode begins with `magi`, and that compiles each of two modules to `x`.
    #[cfg(unix)]
    const STAND_IN: &str = r"#!/bin/sh
cat > /dev/null
printf '\4\0\0\0\0\0\0\0magi\7\0\0\0\0\0\0\0test-31\1\0\0\0\0\0\0\0x\1\0\0\0\0\0\0\0x'
";

    #[test]
    #[cfg(unix)]
    fn another_python_than_that_of_the_record_compiles_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let python = dir.path().join("python");
        fs::write_as(&python, STAND_IN.as_bytes(), fs::Mode::Executable).unwrap();
        let record = Interpreter::parse(crate::interpreter::tests::TEXT).unwrap();
        for (magic_number, cache_tag, is_right) in
            [("magi", "test-31", true), ("magic", "test-31", false), ("magi", "test-32", false)]
        {
            let interpreter = &Interpreter {
                magic_number: magic_number.into(),
                cache_tag: cache_tag.to_owned(),
                ..record.clone()
            };
            let compiled = Compiler { python: &python, interpreter, inherited: &Inherited::read() }
                .compile(&[("a.py", b""), ("b.py", b"")]);
            match compiled {
                Ok(compiled) => assert_eq!((is_right, compiled.len()), (true, 2)),
                Err(Error::OtherPython(path)) => assert_eq!((is_right, &path), (false, &python)),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_an_interpreter_prints_belongs_to_the_error() {
        use std::os::unix::process::ExitStatusExt;
        let output = |status, stdout: &[u8], stderr: &[u8]| Output {
            status: std::process::ExitStatus::from_raw(status),
            stdout: stdout.into(),
            stderr: stderr.into(),
        };
        let whole = [&2_u64.to_le_bytes()[..], b"ab", &[0; 8]].concat();
        assert_eq!(fields(&output(0, &whole, b""), 2).unwrap(), [b"ab".to_vec(), Vec::new()]);
        for (status, stdout) in [(256, &whole[..]), (0, &whole[..9]), (0, &[]), (9, &whole)] {
            let message =
                fields(&output(status, stdout, b"Traceback\nMemoryError\n"), 2).unwrap_err().to_string();
            assert!(message.ends_with(": MemoryError") && !message.contains('\n'), "{message}");
        }
        assert!(fields(&output(0, &whole, b""), 1).is_err());
    }
}

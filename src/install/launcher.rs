//! Scripts on Windows: a program that starts the interpreter, followed by an archive whose `__main__.py` is the script.
//!
//! The programs are in distlib, which pip brings along.

use crate::interpreter::Interpreter;

/// The name of the program in pip's wheel that starts a script, with or without a console. The interpreter decides, as for
/// distlib: it may be built for another processor than fastvenv.
pub(crate) fn path_in_pip(interpreter: &Interpreter, is_graphical: bool) -> String {
    let kind = if is_graphical { 'w' } else { 't' };
    let bits = if interpreter.is_64_bit { 64 } else { 32 };
    let suffix = if is_for_arm(&interpreter.description) { "-arm" } else { "" };
    format!("pip/_vendor/distlib/{kind}{bits}{suffix}.exe")
}

/// Whether a Python with that `sys.version` is built for ARM64: `sysconfig.get_platform` looks for the same words.
fn is_for_arm(description: &str) -> bool {
    let description = description.to_lowercase();
    !description.contains("amd64") && description.contains("(arm64)")
}

/// The module of distlib in pip's wheel that makes these programs.
pub(crate) const DISTLIB: &str = "pip/_vendor/distlib/scripts.py";

/// The end of the line that names the interpreter, as that module writes it. Up to distlib 0.3.8, the line end of the system
/// follows the one that the line has.
pub(crate) fn line_end(distlib: &[u8]) -> &'static str {
    if distlib.windows(b"os.linesep".len()).any(|part| part == b"os.linesep") { "\n\r\n" } else { "\n" }
}

/// An executable: the program, the line that names the interpreter, and the script in an archive.
pub(crate) fn executable(
    program: &[u8],
    python: &str,
    line_end: &str,
    is_graphical: bool,
    script: &[u8],
) -> Vec<u8> {
    let python = if is_graphical { without_console(python) } else { python.to_owned() };
    let python = if python.contains(' ') { format!("\"{python}\"") } else { python };
    let line = format!("#!{python}{line_end}");
    [program, line.as_bytes(), &archive(script)].concat()
}

/// The interpreter without a console that is beside an interpreter: `pythonw.exe` beside `python.exe`.
fn without_console(python: &str) -> String {
    let (folder, name) = python.split_at(python.rfind(['\\', '/']).map_or(0, |position| position + 1));
    format!("{folder}{}", name.replace("python", "pythonw"))
}

/// A ZIP archive with one stored file, `__main__.py`, which has the earliest time of the format.
fn archive(script: &[u8]) -> Vec<u8> {
    const NAME: &[u8] = b"__main__.py";
    const VERSION: u16 = 20;
    const FIRST_OF_JANUARY_1980: u16 = 0x21;
    const READ_AND_WRITE: u32 = 0o600 << 16;
    // A script is smaller than four gigabytes.
    let size = u32::try_from(script.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut entry = Vec::new();
    for field in [VERSION, 0, 0, 0, FIRST_OF_JANUARY_1980] {
        entry.extend(field.to_le_bytes());
    }
    entry.extend(rawzip::crc32(script).to_le_bytes());
    entry.extend(size);
    entry.extend(size);
    entry.extend([11, 0, 0, 0]); // the length of the name, and of what may follow it
    let local = [b"PK\x03\x04", entry.as_slice(), NAME, script].concat();
    let mut central = [b"PK\x01\x02", VERSION.to_le_bytes().as_slice(), &entry, &[0; 6]].concat();
    central.extend(READ_AND_WRITE.to_le_bytes());
    central.extend([0; 4]);
    central.extend(NAME);
    let [central_size, start] =
        [&central, &local].map(|part| u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
    let end = [b"PK\x05\x06".as_slice(), &[0; 4], &[1, 0, 1, 0], &central_size, &start, &[0; 2]].concat();
    [local, central, end].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpreter;

    /// The output of distlib 0.3.8 for the same script, with `os.name` of Windows and a clock in 1980.
    const MADE_BY_DISTLIB: &[u8] = b"LAUNCHER#!C:\\env\\python.exe\n\r\n\
        PK\x03\x04\x14\0\0\0\0\0\0\0!\0l\x98\xb6\xc2\x0b\0\0\0\x0b\0\0\0\x0b\0\0\0__main__.pypip.x main\n\
        PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0!\0l\x98\xb6\xc2\x0b\0\0\0\x0b\0\0\0\x0b\0\0\0\0\0\0\0\0\0\0\0\x80\x01\
        \0\0\0\0__main__.pyPK\x05\x06\0\0\0\0\x01\0\x01\x009\0\0\x004\0\0\0\0\0";

    #[test]
    fn an_executable_is_what_distlib_makes() {
        let made = executable(b"LAUNCHER", r"C:\env\python.exe", "\n\r\n", false, b"pip.x main\n");
        assert_eq!(made, MADE_BY_DISTLIB);
    }

    #[test]
    fn a_line_ends_as_that_distlib_ends_it() {
        assert_eq!(line_end(b"import os\n    linesep = os.linesep.encode('utf-8')\n"), "\n\r\n");
        assert_eq!(line_end(b"import os\n"), "\n");
        assert!(executable(b"", "python", "\n", false, b"").starts_with(b"#!python\nPK"));
    }

    #[test]
    fn a_graphical_script_has_no_console_and_a_space_is_quoted() {
        let made = executable(b"", r"C:\my python\python.exe", "\n", true, b"");
        assert!(made.starts_with(b"#!\"C:\\my python\\pythonw.exe\"\nPK"));
    }

    #[test]
    fn the_program_is_for_the_processor_of_the_interpreter() {
        let mut interpreter = Interpreter::parse(interpreter::tests::TEXT).unwrap();
        for (compiler, is_64_bit, name) in [
            ("MSC v.1943 64 bit (AMD64)", true, "64"),
            ("MSC v.1943 32 bit (Intel)", false, "32"),
            ("MSC v.1943 64 bit (ARM64)", true, "64-arm"),
            ("MSC v.1943 32 bit (ARM)", false, "32"),
        ] {
            interpreter.description =
                format!("3.13.5 (tags/v3.13.5:6cb20a2, Jun 11 2025, 16:15:46) [{compiler}]");
            interpreter.is_64_bit = is_64_bit;
            for (kind, is_graphical) in [('t', false), ('w', true)] {
                let expected = format!("pip/_vendor/distlib/{kind}{name}.exe");
                assert_eq!(path_in_pip(&interpreter, is_graphical), expected);
            }
        }
    }
}

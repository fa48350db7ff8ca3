//! How to activate an environment in the shell that started the process.

use std::ffi::OsString;
use std::path::{MAIN_SEPARATOR, Path};

use crate::environment::activation::{self, Values};
use crate::fs;

/// A shell: its names, its script, and the command that the user types. The path of the script is quoted for that shell.
struct Shell {
    names: &'static [&'static str],
    script: &'static str,
    command: &'static str,
}

/// The shells. The first one is the default.
const SHELLS: [Shell; 7] = [
    Shell {
        names: &["sh", "ash", "bash", "busybox", "dash", "ksh", "ksh93", "mksh", "yash", "zsh"],
        script: "activate",
        command: ". __VENV_DIR__",
    },
    Shell { names: &["fish"], script: "activate.fish", command: "source __VENV_DIR__" },
    Shell { names: &["csh", "tcsh"], script: "activate.csh", command: "source __VENV_DIR__" },
    Shell { names: &["nu"], script: "activate.nu", command: "overlay use __VENV_DIR__" },
    Shell { names: &["xonsh"], script: "activate.xsh", command: "source __VENV_DIR__" },
    Shell { names: &["pwsh", "powershell"], script: "Activate.ps1", command: "& __VENV_DIR__" },
    Shell { names: &["cmd"], script: "activate.bat", command: "\"__VENV_DIR__\"" },
];

/// The command that activates an environment in the running shell. `variable` returns the variables of the process.
///
/// # Errors
/// The name of the shell, if the environment has no script for it.
pub fn how_to_activate(env_dir: &str, variable: impl Fn(&str) -> Option<OsString>) -> Result<String, String> {
    let (name, shell) = running(ancestors(), variable);
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    // A path that begins with a directory is not an option, and is not looked for in PATH.
    let start = if Path::new(env_dir).is_absolute() { String::new() } else { format!(".{MAIN_SEPARATOR}") };
    let path = format!("{start}{env_dir}{MAIN_SEPARATOR}{bin}{MAIN_SEPARATOR}{}", shell.script);
    if !fs::exists(Path::new(&path)) {
        return Err(name);
    }
    Ok(typed(shell, path))
}

/// The command that runs the script at a path in a shell.
fn typed(shell: &Shell, path: String) -> String {
    if shell.script == "activate.bat" {
        // In a script, cmd reads a doubled percent sign as one; on its command line it does not.
        return shell.command.replace("__VENV_DIR__", &path);
    }
    let values = Values { dir: &path, name: "", prompt: "", bin_name: "", python: "" };
    activation::render(shell.command, shell.script, values).unwrap_or(path)
}

/// The nearest shell among the ancestors of the process, or `SHELL`; if neither is known, the default shell of the platform.
fn running(
    ancestors: impl Iterator<Item = String>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> (String, &'static Shell) {
    let text = |name| variable(name).map(|value: OsString| value.to_string_lossy().into_owned());
    let of_platform = || {
        if cfg!(windows) {
            // PowerShell adds its own folders to this variable, which cmd.exe inherits from the system with fewer.
            let is_powershell = text("PSMODULEPATH").is_some_and(|path| path.matches(';').count() > 1);
            Some(if is_powershell { "powershell" } else { "cmd" }.to_owned())
        } else {
            None
        }
    };
    let candidates = ancestors.chain(text("SHELL")).chain(of_platform());
    let mut known = candidates.filter_map(|candidate| {
        let name = candidate.rsplit(['/', '\\']).next()?.trim_start_matches('-').to_lowercase();
        let name = name.strip_suffix(".exe").unwrap_or(&name).to_owned();
        let shell = SHELLS.iter().find(|shell| shell.names.contains(&name.as_str()))?;
        Some((name, shell))
    });
    known.next().unwrap_or_else(|| ("sh".to_owned(), &SHELLS[0]))
}

/// The names of the parent process, its parent, and so on, if the system shows them as Linux does; on macOS, only of the
/// parent.
fn ancestors() -> impl Iterator<Item = String> {
    let own = process("self");
    let of_linux = std::iter::successors(own, |(_, parent)| process(parent)).skip(1).map(|(name, _)| name);
    of_linux.chain(parent_by_ps())
}

/// The name of a process, or of the program that it runs as an interpreter, and the number of its parent.
fn process(id: &str) -> Option<(String, String)> {
    let file = |name: &str| {
        let contents = fs::read(Path::new(&format!("/proc/{id}/{name}"))).ok()?;
        Some(String::from_utf8_lossy(&contents).into_owned())
    };
    let status = file("stat")?;
    // The name is in parentheses, and may contain parentheses.
    let (before, after) = status.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let parent = after.split_whitespace().nth(1).filter(|parent| *parent != "0")?;
    // xonsh is a Python program.
    let runs_xonsh = || {
        file("cmdline")
            .is_some_and(|line| line.split('\0').nth(1).is_some_and(|file| file.ends_with("xonsh")))
    };
    let name = if name.starts_with("python") && runs_xonsh() { "xonsh" } else { name };
    Some((name.to_owned(), parent.to_owned()))
}

#[cfg(not(target_os = "macos"))]
fn parent_by_ps() -> Option<String> {
    None
}

#[cfg(target_os = "macos")]
fn parent_by_ps() -> Option<String> {
    let parent = std::os::unix::process::parent_id().to_string();
    let mut ps = crate::process::Inherited::read().command(Path::new("ps"), |_| false);
    let output = ps.args(["-o", "comm=", "-p", &parent]).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn named(ancestors: &[&str], shell: Option<&str>) -> String {
        let ancestors = ancestors.iter().map(|name| (*name).to_owned());
        running(ancestors, |name| shell.filter(|_| name == "SHELL").map(OsString::from)).0
    }

    #[test]
    fn the_nearest_shell_is_taken_then_the_variable_then_sh() {
        assert_eq!(named(&["make", "fish", "bash"], Some("/bin/zsh")), "fish");
        assert_eq!(named(&["-zsh"], None), "zsh");
        assert_eq!(named(&["login", "cron"], Some("/usr/bin/tcsh")), "tcsh");
        assert_eq!(named(&[], Some("/opt/unknown")), "sh");
        assert_eq!(named(&[], None), "sh");
    }

    #[test]
    fn what_is_typed_in_cmd_is_no_script() {
        let cmd = SHELLS.iter().find(|shell| shell.names.contains(&"cmd")).unwrap();
        assert_eq!(
            typed(cmd, r".\50% off\Scripts\activate.bat".to_owned()),
            r#"".\50% off\Scripts\activate.bat""#
        );
    }

    #[test]
    fn what_is_typed_fits_the_shell_and_the_path() {
        let dir = tempfile::tempdir().unwrap();
        let env_dir = dir.path().join("it's");
        for shell in &SHELLS {
            fs::write_with_parents(&env_dir.join("bin").join(shell.script), b"").unwrap();
        }
        let typed = how_to_activate(env_dir.to_str().unwrap(), |_| None).unwrap();
        assert!(typed.contains("it") && typed.contains("activate"), "{typed}");
        let missing = dir.path().join("none");
        assert!(how_to_activate(missing.to_str().unwrap(), |_| None).is_err());
    }
}

//! The lower limit: makes a tree again by `mkdir`, `link` and `symlink` alone, with one call for each entry.
//!
//! `bare_loop TREE NEW...` prints the seconds of the calls for each new tree. The tree is read before.
#![allow(
    clippy::disallowed_methods,
    reason = "the ban is for the crate; this is what it is measured against"
)]
#![allow(clippy::print_stdout, reason = "its result")]

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One entry of the tree: its path in the tree, and the call that makes it.
enum Step {
    Directory(PathBuf),
    /// A file that gets one more name.
    Link(PathBuf, PathBuf),
    /// A symbolic link and its target.
    Symlink(PathBuf, PathBuf),
}

fn main() -> io::Result<()> {
    let mut paths = env::args_os().skip(1).map(PathBuf::from);
    let tree = paths.next().ok_or_else(|| io::Error::other("usage: bare_loop TREE NEW..."))?;
    let mut steps = Vec::new();
    list(&tree, Path::new(""), &mut steps)?;
    for new in paths {
        let start = Instant::now();
        make(&steps, &new)?;
        println!("{}", start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Collects the steps for a directory, each directory before its entries.
fn list(tree: &Path, directory: &Path, steps: &mut Vec<Step>) -> io::Result<()> {
    steps.push(Step::Directory(directory.to_owned()));
    for entry in fs::read_dir(tree.join(directory))? {
        let entry = entry?;
        let path = directory.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(tree, &path, steps)?;
        } else if kind.is_symlink() {
            steps.push(Step::Symlink(fs::read_link(entry.path())?, path));
        } else {
            steps.push(Step::Link(entry.path(), path));
        }
    }
    Ok(())
}

fn make(steps: &[Step], new: &Path) -> io::Result<()> {
    for step in steps {
        match step {
            Step::Directory(path) => fs::create_dir(new.join(path))?,
            Step::Link(source, path) => fs::hard_link(source, new.join(path))?,
            Step::Symlink(target, path) => symlink(target, new.join(path))?,
        }
    }
    Ok(())
}

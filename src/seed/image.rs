//! The cache: a wheel unpacked, with its bytecode, ready to be linked into environments.
//!
//! An image is a folder that is made aside and renamed into place, so that it is there whole or not at all, however
//! many processes make it at once. It is never trusted blindly: it belongs to the user, nobody else may write to it,
//! and each file has the size, time and mode that it had when it was written; otherwise it is made anew. It is never
//! needed: whatever goes wrong with it, the wheel is installed without.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::entry_points::EntryPoint;
use super::wheel::{self, Wheel};
use super::{Distribution, Installed, Target, bytecode, record};
use crate::error::Result;
use crate::fs::{self, LinkMode, Linker, Stamp};

/// Changes with the form of images, so that no version reads what another wrote.
const FORMAT: &str = "fastvenv image 1";
const FILES: &str = "files";
const MANIFEST: &str = "manifest";

/// A folder of images.
#[derive(Debug)]
pub(super) struct Cache<'a> {
    folder: &'a Path,
    /// What the bytecode is for: the interpreter's tag and magic number.
    bytecode_tag: &'a str,
}

/// A prepared wheel.
#[derive(Debug)]
pub(super) struct Image {
    folder: PathBuf,
    distribution: Distribution,
    stamps: Vec<Stamp>,
}

impl<'a> Cache<'a> {
    /// The cache in a folder, which is made where it is missing; `None` where it cannot be used: it cannot be made, is
    /// somebody else's, or others may write to it.
    pub(super) fn open(folder: &'a Path, bytecode_tag: &'a str) -> Option<Self> {
        fs::create_directory(folder).ok()?;
        fs::is_private(folder).then_some(Self { folder, bytecode_tag })
    }

    /// The image of a wheel, where there is a sound one.
    pub(super) fn find(&self, wheel: &Path) -> Option<Image> {
        let folder = self.path(wheel)?;
        let manifest = fs::read(&folder.join(MANIFEST)).ok()?;
        let (distribution, stamps) = parse(std::str::from_utf8(&manifest).ok()?)?;
        let image = Image { folder, distribution, stamps };
        if image.is_sound() {
            return Some(image);
        }
        // What was changed is not used again by anybody.
        let _ = fs::remove_created(&image.folder, 0);
        None
    }

    /// Makes the image of a wheel; somebody else's, where that was there first.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where it cannot be made.
    pub(super) fn make(
        &self,
        path: &Path,
        wheel: &Wheel,
        distribution: &Distribution,
        target: &Target,
    ) -> Result<Option<Image>> {
        let Some(folder) = self.path(path) else { return Ok(None) };
        self.remove_leftovers();
        let staging = self.folder.join(format!("making-{}-{}", std::process::id(), now().as_nanos()));
        let made = fill(&staging, path, wheel, distribution.clone(), target);
        if let Err(error) = made.and_then(|()| fs::rename(&staging, &folder)) {
            let _ = fs::remove_created(&staging, 0);
            // Somebody else's has the name by now, or there is a real reason.
            return self.find(path).map_or(Err(error), |image| Ok(Some(image)));
        }
        Ok(self.find(path))
    }

    /// Where the image of a wheel lies: under a name made of all that it depends on.
    fn path(&self, wheel: &Path) -> Option<PathBuf> {
        let stamp = Stamp::of(wheel).ok()?;
        let name = wheel.file_stem()?.to_str()?;
        let key = format!("{FORMAT}\n{name}\n{}\n{}\n{}", stamp.size, stamp.modified, self.bytecode_tag);
        let hash = record::hash(key.as_bytes());
        Some(self.folder.join(format!("{name}-{}", hash.get(7..23)?)))
    }

    /// Removes what processes that were killed have left, an hour after.
    fn remove_leftovers(&self) {
        let an_hour_ago = now().saturating_sub(Duration::from_secs(3600)).as_nanos();
        for name in fs::names(self.folder).unwrap_or_default() {
            let name = name.to_string_lossy();
            let begun = name
                .strip_prefix("making-")
                .and_then(|rest| rest.split_once('-'))
                .and_then(|(_, begun)| begun.parse::<u128>().ok());
            if begun.is_some_and(|begun| begun < an_hour_ago) {
                let _ = fs::remove_created(&self.folder.join(&*name), 0);
            }
        }
    }
}

/// Writes the files, the bytecode and the manifest of an image.
fn fill(
    staging: &Path,
    path: &Path,
    wheel: &Wheel,
    mut distribution: Distribution,
    target: &Target,
) -> Result<()> {
    let files = staging.join(FILES);
    for file in wheel.files() {
        let path = files.join(&file.path);
        fs::write_with_parents(&path, &file.contents)?;
        fs::set_mode(&path, file.is_executable)?;
    }
    for path in bytecode::compile(target, &files, wheel)? {
        fs::set_mode(&files.join(&path), false)?;
        distribution.files.push(Installed { path, hash: String::new(), size: None, is_executable: false });
    }
    fs::write(&staging.join(MANIFEST), render(&distribution, path, &files)?.as_bytes())
}

impl Image {
    /// What is in it.
    pub(super) fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// Links, or copies, those of its files that are wanted into `site_packages`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be made.
    pub(super) fn place(
        &self,
        site_packages: &Path,
        mode: LinkMode,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let files = self.folder.join(FILES);
        let mut linker = Linker::new(mode);
        let mut last_parent = PathBuf::new();
        for file in self.distribution.files.iter().filter(|file| is_wanted(&file.path)) {
            let destination = site_packages.join(&file.path);
            if let Some(parent) = destination.parent()
                && parent != last_parent
            {
                fs::create_directory(parent)?;
                parent.clone_into(&mut last_parent);
            }
            linker.place(&files.join(&file.path), &destination, file.is_executable)?;
        }
        Ok(())
    }

    /// Whether every file is what it was, and nobody else could have changed it.
    fn is_sound(&self) -> bool {
        let files = self.folder.join(FILES);
        let pairs = self.distribution.files.iter().zip(&self.stamps);
        fs::is_private(&self.folder)
            && pairs
                .into_iter()
                .all(|(file, stamp)| Stamp::of(&files.join(&file.path)).is_ok_and(|found| found == *stamp))
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The manifest: what the image is of, and a line for each script and each file. No value has a tab or a line break.
fn render(distribution: &Distribution, wheel: &Path, files: &Path) -> Result<String> {
    let mut text = format!("{FORMAT}\n# {} at {}\n", wheel.display(), now().as_secs());
    let template = distribution.template.as_deref().unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "metadata\t{}\t{}", distribution.dist_info, template.escape_default());
    for EntryPoint { name, module, function } in &distribution.entry_points {
        let _ = writeln!(text, "script\t{name}\t{module}\t{function}");
    }
    for Installed { path, hash, is_executable, .. } in &distribution.files {
        let stamp = Stamp::of(&files.join(path))?;
        let Stamp { size, modified, mode } = stamp;
        let _ =
            writeln!(text, "file\t{path}\t{hash}\t{}\t{size}\t{modified}\t{mode}", u8::from(*is_executable));
    }
    text.push_str("end\n");
    Ok(text)
}

/// What a manifest says; `None` for one that is cut short, or of another form, or that leads out of its folders.
pub(super) fn parse(text: &str) -> Option<(Distribution, Vec<Stamp>)> {
    let mut lines = text.lines();
    if lines.next()? != FORMAT || text.lines().next_back()? != "end" {
        return None;
    }
    let mut distribution = Distribution::default();
    let mut stamps = Vec::new();
    for line in lines {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["metadata", dist_info, template] if wheel::fault_of(dist_info).is_none() => {
                dist_info.clone_into(&mut distribution.dist_info);
                distribution.template = (!template.is_empty()).then(|| unescape(template)).flatten();
            }
            ["script", name, module, function] => {
                distribution.entry_points.push(EntryPoint::new(name, module, function)?);
            }
            ["file", path, hash, executable, size, modified, mode] if wheel::fault_of(path).is_none() => {
                let stamp = Stamp {
                    size: size.parse().ok()?,
                    modified: modified.parse().ok()?,
                    mode: mode.parse().ok()?,
                };
                distribution.files.push(Installed {
                    path: path.to_owned(),
                    hash: hash.to_owned(),
                    size: (!hash.is_empty()).then_some(stamp.size),
                    is_executable: executable == "1",
                });
                stamps.push(stamp);
            }
            ["end"] => {}
            [comment] if comment.starts_with('#') => {}
            _ => return None,
        }
    }
    (!distribution.dist_info.is_empty()).then_some((distribution, stamps))
}

/// Undoes [`str::escape_default`], as far as a template needs it.
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                'n' => '\n',
                't' => '\t',
                same @ ('\\' | '\'' | '"') => same,
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_what_was_written() {
        let dir = tempfile::tempdir().unwrap();
        fs::write_with_parents(&dir.path().join("pip/a.py"), b"a").unwrap();
        let distribution = Distribution {
            dist_info: "pip-1.dist-info".into(),
            template: Some("a \\ 'b' \"c\"\n\tд?\n".replace('д', "d")),
            entry_points: vec![EntryPoint {
                name: "pip".into(),
                module: "pip".into(),
                function: "main".into(),
            }],
            files: vec![Installed {
                path: "pip/a.py".into(),
                hash: "sha256=x".into(),
                size: Some(1),
                is_executable: false,
            }],
        };
        let text = render(&distribution, Path::new("/w.whl"), dir.path()).unwrap();
        let (parsed, stamps) = parse(&text).unwrap();
        assert_eq!(parsed, distribution);
        assert_eq!(stamps, [Stamp::of(&dir.path().join("pip/a.py")).unwrap()]);
        for length in 0..text.len() - 1 {
            assert_eq!(parse(&text[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn what_is_no_manifest_is_none() {
        for text in [
            "",
            "fastvenv image 0\nend\n",
            "fastvenv image 1\nfile\tx\nend\n",
            "fastvenv image 1\nmetadata\td\t\\x\n",
            "fastvenv image 1\nmetadata\t../d\t\nend\n",
            "fastvenv image 1\nend\n",
            "fastvenv image 1\nmetadata\td\t\nfile\t../x\t\t0\t0\t0\t0\nend\n",
            "fastvenv image 1\nmetadata\td\t\nscript\t../x\ta\tb\nend\n",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}

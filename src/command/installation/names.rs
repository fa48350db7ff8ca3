//! The names of the interpreters on Windows that packages belong to.

use std::path::{Path, PathBuf};

use crate::fs;

/// The names that the interpreter of a folder of packages may have, the likeliest first.
///
/// The installer of python.org adds the free-threaded build to the folder of the other one, and both use the same packages. So
/// the native module tells for which of them fastvenv was installed.
pub(super) fn programs(packages: &Path) -> Vec<String> {
    let names = fs::names(&packages.join("fastvenv")).unwrap_or_default();
    let names = names.iter().filter_map(|name| name.to_str());
    let tags = names.filter_map(|name| name.strip_prefix("_native")?.strip_suffix(".pyd"));
    let versions: Option<Vec<String>> = tags.map(free_threaded).collect();
    let threaded =
        versions.unwrap_or_default().into_iter().max().map(|version| format!("python{version}t.exe"));
    threaded.into_iter().chain(["python.exe".to_owned()]).collect()
}

/// The version of the free-threaded Python that a native module is for, by the tag in its name: `3.13` for `.cp313t-win_amd64`;
/// `None` if others can load it, too.
fn free_threaded(tag: &str) -> Option<String> {
    let (tag, _) = tag.strip_prefix(".cp")?.split_once('-')?;
    let (major, minor) = tag.strip_suffix('t')?.split_at_checked(1)?;
    Some(format!("{major}.{minor}"))
}

/// The program that starts a Python of the Store, from the folder that has its packages: for
/// `Packages\NAME\LocalCache\local-packages\Python313`, it is `Microsoft\WindowsApps\NAME\python.exe`.
pub(super) fn of_store(prefix: &Path) -> Option<PathBuf> {
    let mut above = prefix.ancestors().skip(1);
    let mut next = |wanted: &str| {
        let folder = above.next()?;
        let name = folder.file_name()?;
        (wanted.is_empty() || name.eq_ignore_ascii_case(wanted)).then_some(folder)
    };
    next("local-packages")?;
    next("LocalCache")?;
    let name = next("")?.file_name()?;
    let programs = next("Packages")?.with_file_name("Microsoft").join("WindowsApps");
    Some(programs.join(name).join("python.exe"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_native_module_tells_a_free_threaded_python() {
        let dir = tempfile::tempdir().unwrap();
        for (number, (modules, expected)) in [
            (&["_native.pyd"][..], &["python.exe"][..]),
            (&["_native.cp313t-win_amd64.pyd", "other.pyd"], &["python3.13t.exe", "python.exe"]),
            (&["_native.cp313t-win_amd64.pyd", "_native.pyd"], &["python.exe"]),
            (&["_native.cp314-win32.pyd"], &["python.exe"]),
            (&["_native.abi3t.pyd"], &["python.exe"]),
            (&[], &["python.exe"]),
        ]
        .into_iter()
        .enumerate()
        {
            let packages = dir.path().join(number.to_string());
            for module in modules {
                fs::write_with_parents(&packages.join("fastvenv").join(module), b"").unwrap();
            }
            assert_eq!(programs(&packages), expected, "{modules:?}");
        }
    }

    #[test]
    fn a_python_of_the_store_is_found_from_its_packages() {
        let name = "PythonSoftwareFoundation.Python.3.13_qbz5n2kfra8p0";
        let local = Path::new("Users").join("me").join("AppData").join("Local");
        let packages = local.join("Packages").join(name).join("LocalCache").join("local-packages");
        let expected = local.join("Microsoft").join("WindowsApps").join(name).join("python.exe");
        assert_eq!(of_store(&packages.join("Python313")), Some(expected));
        assert_eq!(of_store(&packages), None);
        assert_eq!(of_store(&local.join("Programs").join("Python").join("Python313")), None);
    }
}

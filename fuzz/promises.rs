//! What the readers promise about everything that they accept.

/// A path stays below the folder that it is joined to, on every system.
pub fn assert_stays_below(path: &str) {
    assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")), "{path:?} leaves its folder");
    assert!(
        !path.contains(|c: char| matches!(c, '\\' | ':') || c.is_control()),
        "{path:?} means something elsewhere"
    );
}

/// A script's name is that of a file, and its function can be written in Python.
pub fn assert_is_script((name, module, function): &(String, String, String)) {
    assert_stays_below(name);
    assert!(!name.contains('/') && !name.contains(['"', '\'', '\n', '\t']), "{name:?} is no file name");
    assert_eq!(name, name.trim());
    for dotted in [module, function] {
        for part in dotted.split('.') {
            assert!(!part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'), "{dotted:?}");
        }
    }
}

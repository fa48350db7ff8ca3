//! `Requires-Python`: the versions of Python that a distribution is for (core metadata, PEP 440 version specifiers).

use crate::interpreter::Specifiers;

/// Whether specifiers allow a version of Python; `None` if that depends on more than its two numbers, or on a specifier that is
/// not understood.
pub(crate) fn allows(specifiers: &str, version: (u8, u8)) -> Option<bool> {
    let mut answer = Some(true);
    for specifier in specifiers.split(',') {
        match Specifiers::parse(specifier).and_then(|specifier| specifier.allow_all(version)) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => answer = None,
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_two_numbers() {
        for (specifiers, expected) in [
            ("", Some(true)),
            (">=3.8", Some(true)),
            (">= 3.9", Some(true)),
            (">=3.10", Some(false)),
            (">=3.7, !=3.9.*, <4", Some(false)),
            (">=3.7,!=3.8.*,<4", Some(true)),
            ("==3.*", Some(true)),
            ("<3.9", Some(false)),
            ("<3.10", Some(true)),
            (">3.9", None),
            (">=3.9.2", None),
            (">=3.9.2,<3", Some(false)),
            ("!=3.9.1.*", None),
            ("!=3.8.1.*", Some(true)),
            ("~=3.9", Some(true)),
            ("~=3.9.2", None),
            ("nonsense", None),
            ("nonsense,<3", Some(false)),
            (">=3.x", None),
        ] {
            assert_eq!(allows(specifiers, (3, 9)), expected, "{specifiers}");
        }
    }
}

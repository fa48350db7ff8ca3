//! Version specifiers (PEP 440) for versions of Python, which consist only of numbers.

use std::cmp::Ordering;

/// Specifiers, all of which a version has to fulfil: `>=3.11,<3.14`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specifiers(Vec<Specifier>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Specifier {
    /// The comparison of the version with these numbers has one of those results.
    Order(Vec<u8>, &'static [Ordering]),
    /// The version begins with these numbers, or with `false` does not.
    Begins(Vec<u8>, bool),
    /// The version is at least this one, and begins with all of its numbers but the last.
    Compatible(Vec<u8>),
}

impl Specifiers {
    /// Reads specifiers with commas between them; `None` if one is not understood, as those of pre-releases are not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let specifiers = text.split(',').map(str::trim).filter(|specifier| !specifier.is_empty());
        specifiers.map(Specifier::parse).collect::<Option<_>>().map(Self)
    }

    /// Whether they allow a version.
    #[must_use]
    pub fn allow(&self, version: [u8; 3]) -> bool {
        self.0.iter().all(|specifier| specifier.allows(version))
    }

    /// Whether they allow the versions that begin with those two numbers; `None` if they allow only some of them.
    #[must_use]
    pub fn allow_all(&self, (major, minor): (u8, u8)) -> Option<bool> {
        let first = self.allow([major, minor, 0]);
        (1..=u8::MAX).all(|micro| self.allow([major, minor, micro]) == first).then_some(first)
    }
}

impl Specifier {
    fn parse(text: &str) -> Option<Self> {
        use Ordering::{Equal, Greater, Less};
        let end = text.find(|character: char| !"<>=!~".contains(character))?;
        let (operator, operand) = text.split_at(end);
        let operand = operand.trim();
        if let Some(prefix) = operand.strip_suffix(".*") {
            return match operator {
                "==" => Some(Self::Begins(numbers(prefix)?, true)),
                "!=" => Some(Self::Begins(numbers(prefix)?, false)),
                _ => None,
            };
        }
        let numbers = numbers(operand)?;
        let orders: &'static [Ordering] = match operator {
            "==" => &[Equal],
            "!=" => &[Less, Greater],
            ">=" => &[Greater, Equal],
            "<=" => &[Less, Equal],
            ">" => &[Greater],
            "<" => &[Less],
            "~=" if numbers.len() > 1 => return Some(Self::Compatible(numbers)),
            _ => return None,
        };
        Some(Self::Order(numbers, orders))
    }

    fn allows(&self, version: [u8; 3]) -> bool {
        match self {
            Self::Order(numbers, orders) => orders.contains(&order(version, numbers)),
            Self::Begins(numbers, answer) => begins(version, numbers) == *answer,
            Self::Compatible(numbers) => {
                order(version, numbers) != Ordering::Less && begins(version, &numbers[..numbers.len() - 1])
            }
        }
    }
}

/// The numbers of a version: `3.12.1`. `None` for anything else.
pub(super) fn numbers(text: &str) -> Option<Vec<u8>> {
    let is_number = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').map(|number| Some(number).filter(is_number)?.parse().ok()).collect()
}

/// Compares versions. Missing numbers count as zero.
fn order(version: [u8; 3], numbers: &[u8]) -> Ordering {
    let number = |index: usize| numbers.get(index).copied().unwrap_or(0);
    let rest =
        if numbers.iter().skip(3).any(|number| *number != 0) { Ordering::Less } else { Ordering::Equal };
    version.cmp(&[number(0), number(1), number(2)]).then(rest)
}

/// Whether a version, continued with zeros, begins with those numbers.
fn begins(version: [u8; 3], numbers: &[u8]) -> bool {
    let version = version.into_iter().chain(std::iter::repeat(0));
    version.zip(numbers).all(|(one, other)| one == *other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_number_by_number() {
        let version = [3, 9, 2];
        for (text, expected) in [
            ("", true),
            (">=3.9", true),
            (">= 3.9.2 ", true),
            (">=3.9.3", false),
            (">3.9", true),
            (">3.9.2", false),
            ("<3.10", true),
            ("<3.9.2", false),
            ("<=3.9", false),
            ("<=3.9.2.0", true),
            ("<3.9.2.1", true),
            ("==3.9", false),
            ("==3.9.2", true),
            ("==3.9.2.0", true),
            ("!=3.9", true),
            ("==3.*", true),
            ("==3.9.2.0.*", true),
            ("!=3.9.*", false),
            ("!=3.8.*", true),
            ("~=3.9", true),
            ("~=3.8", true),
            ("~=3.9.0", true),
            ("~=3.9.3", false),
            ("~=3.8.1", false),
            ("~=2.7", false),
            (">=3.9,<3.9.2", false),
            (">=3.9,,<4,", true),
        ] {
            assert_eq!(Specifiers::parse(text).unwrap().allow(version), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_specifier_for_python_is_not_understood() {
        for text in [
            "3.9",
            ">=",
            ">=3.x",
            ">=3.9.*",
            "===3.9",
            "~=3",
            ">=3.14rc1",
            ">=+3",
            ">=300",
            ">=3.9,x",
            "nonsense",
        ] {
            assert_eq!(Specifiers::parse(text), None, "{text}");
        }
    }

    #[test]
    fn some_allow_a_part_of_the_versions_of_a_branch() {
        for (text, expected) in [
            (">=3.9", Some(true)),
            ("<3.9", Some(false)),
            (">3.9,<=3.9", Some(false)),
            (">3.9", None),
            (">=3.9.2", None),
            ("!=3.9.255", None),
        ] {
            assert_eq!(Specifiers::parse(text).unwrap().allow_all((3, 9)), expected, "{text}");
        }
    }
}

//! `Requires-Python`: for which versions a distribution is meant (core metadata, PEP 440 version specifiers).

use std::cmp::Ordering;

/// Whether a version of Python is one of those; `None` where that depends on more than its two numbers, or on a
/// specifier that is not understood.
pub(crate) fn allows(specifiers: &str, version: (u8, u8)) -> Option<bool> {
    let mut answer = Some(true);
    for specifier in specifiers.split(',').map(str::trim).filter(|specifier| !specifier.is_empty()) {
        match allows_one(specifier, version) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => answer = None,
        }
    }
    answer
}

fn allows_one(specifier: &str, version: (u8, u8)) -> Option<bool> {
    let end = specifier.find(|character: char| !"<>=!~".contains(character))?;
    let (operator, operand) = specifier.split_at(end);
    let operand = operand.trim();
    let (numbers, is_prefix) = operand.strip_suffix(".*").map_or((operand, false), |prefix| (prefix, true));
    let numbers = numbers.split('.').map(|number| number.parse::<u8>().ok()).collect::<Option<Vec<_>>>()?;
    let own = [version.0, version.1];
    if is_prefix {
        let matches = own.iter().zip(&numbers).all(|(one, other)| one == other);
        return match operator {
            _ if numbers.len() > own.len() => (!matches).then_some(operator == "!="),
            "==" => Some(matches),
            "!=" => Some(!matches),
            _ => None,
        };
    }
    let [major, minor] = [numbers.first().copied()?, numbers.get(1).copied().unwrap_or(0)];
    let third = numbers.get(2).copied().unwrap_or(0);
    match (operator, own.cmp(&[major, minor])) {
        (">=" | ">", Ordering::Greater) | ("<=" | "<", Ordering::Less) => Some(true),
        (">=" | ">", Ordering::Less) | ("<=" | "<", Ordering::Greater) => Some(false),
        // 3.9.5 is at least 3.9, and not below it; of 3.9.2 nothing is known here.
        (">=", Ordering::Equal) if third == 0 => Some(true),
        ("<", Ordering::Equal) if third == 0 => Some(false),
        _ => None,
    }
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
            ("~=3.9", None),
            ("nonsense", None),
            (">=3.x", None),
        ] {
            assert_eq!(allows(specifiers, (3, 9)), expected, "{specifiers}");
        }
    }
}

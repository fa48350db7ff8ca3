//! pip: the text of the scripts that it makes of entry points, which differs between its versions.

use super::Wheel;

/// The text of the scripts that the pip in a wheel makes; `None` for another wheel, or if the text is not in a known place.
pub(crate) fn script_template(wheel: &Wheel) -> Option<String> {
    // Newer versions have their own template in place of the one in their copy of distlib.
    template(wheel.text("pip/_internal/operations/install/wheel.py")?, "script_template = ")
        .or_else(|| template(wheel.text("pip/_vendor/distlib/scripts.py")?, "SCRIPT_TEMPLATE = "))
}

/// The string in triple quotes that is assigned at `assignment` in Python source, without the indentation of its
/// lines; `None` if there is none, or if it has escapes.
fn template(source: &str, assignment: &str) -> Option<String> {
    let (_, value) = source.split_once(assignment)?;
    let start = value.find(['"', '\''])?;
    if !matches!(&value[..start], "" | "r" | "textwrap.dedent(" | "textwrap.dedent(r") {
        return None;
    }
    let mark = value.get(start..start + 3).filter(|mark| matches!(*mark, "\"\"\"" | "'''"))?;
    let (text, _) = value[start + 3..].split_once(mark)?;
    let is_raw = value[..start].ends_with('r');
    let text = if is_raw { text } else { text.strip_prefix("\\\n").unwrap_or(text) };
    let is_known = text.contains("%(module)s") && text.contains("%(func)s") && text.ends_with('\n');
    if !is_known || (!is_raw && text.contains('\\')) {
        return None;
    }
    let indent = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()?;
    Some(text.lines().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_taken_from_the_source() {
        let plain = "X = 1\nSCRIPT_TEMPLATE = r'''a %(module)s\n    \\. %(func)s\n'''\n";
        assert_eq!(template(plain, "SCRIPT_TEMPLATE = ").unwrap(), "a %(module)s\n    \\. %(func)s\n");
        let indented =
            "  script_template = textwrap.dedent(\"\"\"\\\n    a %(module)s\n        %(func)s\n\"\"\")\n";
        assert_eq!(template(indented, "script_template = ").unwrap(), "a %(module)s\n    %(func)s\n");
    }

    #[test]
    fn a_template_that_is_not_understood_is_none() {
        for source in [
            "",
            "T = 1",
            "T = f'''%(module)s %(func)s\n'''",
            "T = '''%(module)s\n'''",
            "T = '''\\t%(module)s%(func)s\n'''",
        ] {
            assert_eq!(template(source, "T = "), None, "{source}");
        }
    }
}

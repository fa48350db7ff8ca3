//! Finds out whether a placeholder in a template is in code, in a string or in a comment, if that is certain.
//!
//! A template is read from its beginning, because a string can have many lines and other strings in it. The tables of
//! [`super::grammar`] describe the languages. They contain less than the whole grammar of a shell, and mark the places where
//! that is not enough.

use super::grammar::{Grammar, Meaning, Span};
use super::quote::Language;

/// The place of a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Code: the value becomes a word.
    Code,
    /// A comment, up to the end of its line.
    Comment,
    /// A string with this quotation mark.
    Quoted(char),
    /// A place in which some values cannot be written so that the language reads them unchanged.
    Closed(&'static str),
}

/// Why it is not certain how a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    /// The text of the template there.
    pub(super) what: &'static str,
    /// The line on which it begins; the first one is 1.
    pub(super) line: usize,
}

/// The character before it that changes its meaning.
const NO_MEANING: char = '\0';

/// Reads a template, from placeholder to placeholder.
pub(super) struct Scanner<'a> {
    template: &'a str,
    grammar: &'static Grammar,
    position: usize,
    line: usize,
    /// The character that was read last; `None` at the beginning.
    before: Option<char>,
    /// The open spans, and the lines on which they began.
    open: Vec<(&'static Span, usize)>,
    obstacle: Option<Obstacle>,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning of a template.
    pub(super) fn new(language: Language, template: &'a str) -> Self {
        let grammar = Grammar::of(language);
        Self { template, grammar, position: 0, line: 1, before: None, open: Vec::new(), obstacle: None }
    }

    /// The place of the placeholder at `offset`, with `length` bytes. Each call has a larger offset.
    ///
    /// # Errors
    /// The reason why the place is not certain.
    pub(super) fn place(&mut self, offset: usize, length: usize) -> Result<Place, Obstacle> {
        self.read_up_to(offset)?;
        let (span, line) = self.innermost();
        let after = self.template[offset + length..].chars().next();
        let is_escaped = self.position > offset;
        if is_escaped || self.grammar.changes_what_follows(span.place, self.before) {
            return Err(Obstacle { what: "the character before it", line: self.line });
        }
        if span.place == Place::Code && self.grammar.joins_what_precedes(after) {
            return Err(Obstacle { what: "the character behind it", line: self.line });
        }
        match span.place {
            Place::Closed(what) => Err(Obstacle { what, line }),
            place => Ok(place),
        }
    }

    /// Whether the text ends outside of strings and comments, or in a place that is not certain.
    pub(super) fn ends_in_code(mut self) -> bool {
        self.read_up_to(self.template.len()).is_err() || self.innermost().0.place == Place::Code
    }

    /// Reads the rest of the template.
    ///
    /// # Errors
    /// The span that is open at the end, because the template has a mistake, or is not understood here.
    pub(super) fn finish(mut self) -> Result<(), Obstacle> {
        if self.read_up_to(self.template.len()).is_err() {
            return Ok(()); // the text after a placeholder does not change its place
        }
        match self.open.last() {
            Some((span, line)) if span.place != Place::Comment => {
                Err(Obstacle { what: "something that has no end", line: *line })
            }
            _ => Ok(()),
        }
    }

    fn innermost(&self) -> (&'static Span, usize) {
        self.open.last().copied().unwrap_or((self.grammar.code, 1))
    }

    fn read_up_to(&mut self, offset: usize) -> Result<(), Obstacle> {
        while self.position < offset && self.obstacle.is_none() {
            self.step();
        }
        self.obstacle.map_or(Ok(()), Err)
    }

    fn step(&mut self) {
        let rest = &self.template[self.position..];
        let (span, _) = self.innermost();
        if let Some(end) = span.end_of(rest) {
            if let Some(second) = span.end_of(&rest[end..]).filter(|_| span.is_doubled) {
                self.read_without_meaning(end + second);
            } else {
                self.open.pop();
                self.read(end);
            }
            return;
        }
        match span.rule_of(rest) {
            Some((text, meaning)) => self.apply(text, meaning),
            None => self.read(first_length(rest)),
        }
    }

    fn apply(&mut self, text: &str, meaning: &Meaning) {
        let length = text.len();
        match *meaning {
            Meaning::Begins(span) => self.begin(span, length),
            Meaning::BeginsString { plain, prefixed } => {
                self.begin(if is_word(self.before) { prefixed } else { plain }, length);
            }
            Meaning::BeginsComment { span, words_have_it } => match self.before {
                None | Some(' ' | '\t' | '\n') => self.begin(span, length),
                Some('/' | '.' | '-') if words_have_it => self.read(length),
                before if words_have_it && is_word(before) => self.read(length),
                _ => self.stop("a # that may begin a comment"),
            },
            Meaning::Escapes => {
                let escaped = first_length(&self.template[self.position + length..]);
                self.read_without_meaning(length + escaped);
            }
            Meaning::Nothing => self.read_without_meaning(length),
            Meaning::EndsAll => {
                self.open.clear();
                self.read(length);
            }
            Meaning::Stops(what) => self.stop(what),
            Meaning::KeywordStops(what) => {
                let after = self.template[self.position + length..].chars().next();
                if is_word(self.before) || is_word(after) {
                    self.read(length);
                } else {
                    self.stop(what);
                }
            }
        }
    }

    fn begin(&mut self, span: &'static Span, length: usize) {
        self.open.push((span, self.line));
        self.read(length);
    }

    fn stop(&mut self, what: &'static str) {
        self.obstacle = Some(Obstacle { what, line: self.line });
    }

    fn read(&mut self, length: usize) {
        let text = &self.template[self.position..self.position + length];
        self.line += text.matches('\n').count();
        self.before = text.chars().next_back();
        self.position += length;
    }

    fn read_without_meaning(&mut self, length: usize) {
        self.read(length);
        self.before = Some(NO_MEANING);
    }
}

/// Whether the character is part of a name.
pub(super) fn is_word(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_alphanumeric() || character == '_')
}

/// The number of bytes of the first character; 0 if there is none.
fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of the placeholder `@@` in a template. The rest of the template must be readable.
    fn place(language: Language, template: &str) -> Result<Place, Obstacle> {
        let mut scanner = Scanner::new(language, template);
        let place = scanner.place(template.find("@@").unwrap(), 2)?;
        scanner.finish().map(|()| place)
    }

    fn places(language: Language, expected: Place, templates: &[&str]) {
        for template in templates {
            assert_eq!(place(language, template), Ok(expected), "{language:?}: {template}");
        }
    }

    fn refused(language: Language, templates: &[&str]) {
        for template in templates {
            assert!(place(language, template).is_err(), "{language:?}: {template}");
        }
    }

    const SINGLE: Place = Place::Quoted('\'');
    const DOUBLE: Place = Place::Quoted('"');

    #[test]
    fn strings_of_posix_shells_nest_in_commands() {
        let language = Language::Posix;
        places(
            language,
            Place::Code,
            &[
                "A=@@",
                "A='x\\' B=@@",
                "A=\\\"@@",
                r#""$(dirname @@)""#,
                r#""$(a "$(b 'c)' @@)")""#,
                "echo it\\'s @@",
                "echo a#'b' @@",
                "# it's\necho @@",
                "A=\"${B:-${C}}\" @@",
                "A=`b` $((1 + 2)) @@",
                "case x in a) @@ ;; esac",
                "$$@@ $#",
                "A='b\nc' @@",
            ],
        );
        places(
            language,
            DOUBLE,
            &[r#""a@@""#, r#""$(dirname "@@")""#, r#""$(echo ')')@@""#, "\"it's @@\"", "\"a\n@@\""],
        );
        places(language, SINGLE, &["'a\n\"@@'", "\"$(echo '@@')\""]);
        places(language, Place::Comment, &["# it's @@", "a # \"@@\n"]);
        refused(
            language,
            &[
                "`@@`",
                "\"`\"a\"` @@\"",
                "\"${A:-@@}\"",
                "\"${A:-'}'}@@\"",
                "cat <<E\n@@\nE\n",
                "cat <<E\nit's\nE\n@@",
                "\"$(case a in a) echo @@;; esac)\"",
                "\\@@",
                "\"\\@@\"",
                "$@@",
                "$'a\\'b' @@",
                "$'@@'",
                "$((@@))",
                "((a = @@))",
                "(#it's\n@@",
                "echo 'x\nA=@@",
                "echo @@ it's",
                "a \\\n# it's\n@@",
            ],
        );
    }

    #[test]
    fn an_obstacle_has_the_line_on_which_it_begins() {
        let error = |template| place(Language::Posix, template).unwrap_err();
        assert_eq!(error("\ncat <<E\n@@\n"), Obstacle { what: "a here-document", line: 2 });
        assert_eq!(error("\n\n@@\necho it's\n"), Obstacle { what: "something that has no end", line: 4 });
        assert_eq!(error("\n`a\n@@`"), Obstacle { what: "backquotes", line: 2 });
    }

    #[test]
    fn fish_has_commands_in_parentheses() {
        let language = Language::Fish;
        places(language, Place::Code, &["\"$(dirname @@)\"", "a (b @@)", "'it\\'s' @@", "# it's\n@@"]);
        places(language, DOUBLE, &["\"$(dirname \"@@\")\"", "\"(@@\"", "\"$(a ')')@@\""]);
        refused(language, &["\\@@", "$@@", "'@@", "(a @@"]);
    }

    #[test]
    fn a_string_of_csh_ends_in_its_line() {
        let language = Language::Csh;
        places(language, Place::Code, &["a `b '\"' it's`\n@@", "it's\necho @@", "a \"\\\"\"\n@@"]);
        places(language, DOUBLE, &["\"a `b` @@\"", "\"a\\\n@@\""]);
        refused(language, &["`@@`", "\"`a 'b'` @@\"\n", "'\\' @@\n", "# a\\\nit's @@\n", "a#'\n@@"]);
    }

    #[test]
    fn powershell_has_doubled_quotes_and_here_strings() {
        let language = Language::PowerShell;
        let code = ["$a = @@", "\"$(a (b) @@ )\"", "'it''s' + @@", "<# it's #> @@", "@'\nit's\n'@ + @@"];
        places(language, Place::Code, &code);
        places(language, DOUBLE, &["\"a`\"@@\"", "\"$(a \"@@\")\"", "\u{201c}a@@\u{201d}", "\"it's @@\""]);
        places(language, SINGLE, &["'a''@@'", "'\"@@\u{2019}"]);
        refused(language, &["@'\n@@\n'@", "@\"\n@@\n\"@", "<# @@ #>", "${@@}", "\"$@@\"", "$@@"]);
        refused(language, &["'a'@@", "@@'a'", "`@@", "a#'\n@@", "x --% ' @@"]);
    }

    #[test]
    fn nushell_has_strings_of_four_kinds() {
        let language = Language::Nushell;
        places(
            language,
            Place::Code,
            &["let a = @@", "'\\' + @@", "$'(a)' + @@", "# it's\n@@", "r#'a'b'# + @@"],
        );
        places(language, DOUBLE, &["\"\\\"@@\""]);
        places(language, SINGLE, &["'\"@@'"]);
        refused(language, &["`@@`", "$'@@'", "$\"(@@)\"", "$\"(a \")\")\" @@", "$@@", "r#'@@'#", "a@@"]);
    }

    #[test]
    fn python_has_long_strings_and_prefixes() {
        let language = Language::Python;
        places(
            language,
            Place::Code,
            &["a = @@", "'''it's''' + @@", "f'{a}' + @@", "r'\\'' + @@", "# it's\n@@", "'' + @@"],
        );
        places(language, DOUBLE, &["\"\"\"a\"b\n@@\"\"\"", "\"it's\\\"@@\""]);
        places(language, SINGLE, &["'''it's @@'''"]);
        refused(language, &["f'@@'", "r\"@@\"", "b'@@'", "f\"{a['b']}\" + @@", "f@@", "''@@"]);
        refused(language, &["'a\n' + @@", "\"\\@@\""]);
    }
}

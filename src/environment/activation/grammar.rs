//! Tables for [`super::place::Scanner`]: the texts that begin and end strings, comments and code in each language.
//!
//! If shells of one family differ, or a whole parser would be needed, a table has [`Meaning::Stops`]: the meaning of what
//! follows is not certain. This applies to quotes in backquotes, in `${…}` and in arithmetic.

use super::place::{Place, is_word};
use super::quote::Language;

/// A part of a script with rules of its own.
pub(super) struct Span {
    pub(super) place: Place,
    /// The texts that end it.
    ends: &'static [&'static str],
    /// Whether the end written twice is a character of the text and does not end it.
    pub(super) is_doubled: bool,
    /// The texts with a meaning in it. The first one that fits is taken.
    own: Rules,
    shared: &'static [&'static Rules],
}

/// A text, and what it means.
type Rule = (&'static str, Meaning);
type Rules = &'static [Rule];

/// What a text means.
pub(super) enum Meaning {
    /// It begins another span.
    Begins(&'static Span),
    /// It begins a string, which a prefix such as `f` changes.
    BeginsString { plain: &'static Span, prefixed: &'static Span },
    /// It begins a comment if a word can begin there; inside a word it may have no meaning.
    BeginsComment { span: &'static Span, words_have_it: bool },
    /// The next character has no meaning.
    Escapes,
    /// It has no meaning.
    Nothing,
    /// It ends everything that has begun.
    EndsAll,
    /// The meaning of what follows is not certain.
    Stops(&'static str),
    /// If it is a whole word, the meaning of what follows is not certain.
    KeywordStops(&'static str),
}
use Meaning::{Begins, BeginsComment, BeginsString, EndsAll, Escapes, KeywordStops, Nothing, Stops};

impl Span {
    const fn new(
        place: Place,
        ends: &'static [&'static str],
        own: Rules,
        shared: &'static [&'static Rules],
    ) -> Self {
        Self { place, ends, is_doubled: false, own, shared }
    }

    /// The token at the beginning of the text, if there is one.
    pub(super) fn rule_of(&self, text: &str) -> Option<&'static Rule> {
        self.own
            .iter()
            .chain(self.shared.iter().copied().copied().flatten())
            .find(|(start, _)| text.starts_with(start))
    }

    /// The length of the end at the beginning of the text.
    pub(super) fn end_of(&self, text: &str) -> Option<usize> {
        self.ends.iter().find(|end| text.starts_with(**end)).map(|end| end.len())
    }
}

/// A language.
pub(super) struct Grammar {
    /// The span outside of all others.
    pub code: &'static Span,
    /// The characters that change the meaning of a quotation mark after them.
    changing: &'static str,
    /// Whether a name before a quotation mark changes its meaning, too, and two adjacent strings are not one word.
    stands_alone: bool,
}

impl Grammar {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Posix => &POSIX,
            Language::Fish => &FISH,
            Language::Csh => &CSH,
            Language::PowerShell => &POWERSHELL,
            Language::Batch => &BATCH,
            Language::Nushell => &NUSHELL,
            Language::Python => &PYTHON,
        }
    }

    /// Whether a value has another meaning after that character, at that place, than alone.
    pub(super) fn changes_what_follows(&self, place: Place, before: Option<char>) -> bool {
        let Some(character) = before else { return false };
        match place {
            Place::Code => {
                self.changing.contains(character)
                    || (self.stands_alone && (is_word(before) || is_mark(character)))
            }
            Place::Quoted(_) => self.changing.contains(character),
            Place::Comment | Place::Closed(_) => false,
        }
    }

    /// Whether a word before that character is joined with what follows.
    pub(super) fn joins_what_precedes(&self, after: Option<char>) -> bool {
        self.stands_alone && after.is_some_and(is_mark)
    }
}

/// Whether the character is a quotation mark in some language.
fn is_mark(character: char) -> bool {
    matches!(character, '\'' | '"' | '`' | '\u{2018}'..='\u{201e}')
}

static POSIX: Grammar = Grammar { code: &posix::CODE, changing: "$", stands_alone: false };
static FISH: Grammar = Grammar { code: &fish::CODE, changing: "$", stands_alone: false };
static CSH: Grammar = Grammar { code: &csh::CODE, changing: "$", stands_alone: false };
static POWERSHELL: Grammar = Grammar { code: &powershell::CODE, changing: "$@", stands_alone: true };
static NUSHELL: Grammar = Grammar { code: &nushell::CODE, changing: "$", stands_alone: true };
static PYTHON: Grammar = Grammar { code: &python::CODE, changing: "", stands_alone: true };
/// Every value is written as for the inside of a string.
static BATCH: Grammar =
    Grammar { code: &Span::new(Place::Code, &[], &[], &[]), changing: "", stands_alone: false };

static COMMENT: Span = Span::new(Place::Comment, &["\n"], &[], &[]);

const BACKQUOTES: Place = Place::Closed("backquotes");
const QUOTES_INSIDE: Meaning = Stops("quotes or parentheses inside something else");
/// The tokens of texts that shells read in different ways if these tokens are in them.
static SIMPLE: Rules = &[
    ("'", QUOTES_INSIDE),
    ("\"", QUOTES_INSIDE),
    ("\\", Stops("a backslash inside something else")),
    ("`", Stops("backquotes inside something else")),
    ("(", QUOTES_INSIDE),
    ("<<", Stops("a here-document")),
    (" #", Stops("a # that may begin a comment")),
    ("\n#", Stops("a # that may begin a comment")),
];

/// POSIX shell command language, 2.2 and 2.6, and what bash, zsh and ksh add.
mod posix {
    use super::{
        BACKQUOTES, Begins, BeginsComment, COMMENT, Escapes, KeywordStops, Nothing, Place, Rules, SIMPLE,
        Span, Stops,
    };

    pub(super) static CODE: Span = Span::new(Place::Code, &[], &[], &[&EXPANSIONS, &WORDS]);
    static COMMAND: Span = Span::new(Place::Code, &[")"], NESTED, &[&EXPANSIONS, &WORDS]);
    static SINGLE: Span = Span::new(Place::Quoted('\''), &["'"], &[], &[]);
    static DOUBLE: Span = Span::new(Place::Quoted('"'), &["\""], &[("\\", Escapes)], &[&EXPANSIONS]);
    // Only some shells know this string: after a backslash in it, it is not certain where the string ends.
    static DOLLAR_SINGLE: Span =
        Span::new(Place::Closed("$'…'"), &["'"], &[("\\", Stops("a backslash in $'…'"))], &[]);
    static PARAMETER: Span =
        Span::new(Place::Closed("${…}"), &["}"], &[("${", Begins(&PARAMETER))], &[&SIMPLE]);
    static ARITHMETIC: Span = Span::new(Place::Closed("arithmetic"), &["))"], &[], &[&SIMPLE]);
    static BACKQUOTED: Span = Span::new(BACKQUOTES, &["`"], &[], &[&SIMPLE]);

    static EXPANSIONS: Rules = &[
        ("$((", Begins(&ARITHMETIC)),
        ("$(", Begins(&COMMAND)),
        ("${", Begins(&PARAMETER)),
        ("$[", Stops("arithmetic in brackets")),
        ("$$", Nothing),
        ("$#", Nothing),
        ("`", Begins(&BACKQUOTED)),
    ];
    static WORDS: Rules = &[
        ("$'", Begins(&DOLLAR_SINGLE)),
        ("'", Begins(&SINGLE)),
        ("\"", Begins(&DOUBLE)),
        ("\\", Escapes),
        ("((", Begins(&ARITHMETIC)),
        ("<<<", Nothing),
        ("<<", Stops("a here-document")),
        ("#", BeginsComment { span: &COMMENT, words_have_it: true }),
    ];
    static NESTED: Rules = &[("(", Begins(&COMMAND)), ("case", KeywordStops("case inside $(…)"))];
}

/// fish, "Quotes" and "Command substitution".
mod fish {
    use super::{Begins, BeginsComment, COMMENT, Escapes, Place, Rules, Span};

    pub(super) static CODE: Span = Span::new(Place::Code, &[], &[], &[&WORDS]);
    static COMMAND: Span = Span::new(Place::Code, &[")"], &[], &[&WORDS]);
    static SINGLE: Span = Span::new(Place::Quoted('\''), &["'"], &[("\\", Escapes)], &[]);
    static DOUBLE: Span =
        Span::new(Place::Quoted('"'), &["\""], &[("$(", Begins(&COMMAND)), ("\\", Escapes)], &[]);

    static WORDS: Rules = &[
        ("'", Begins(&SINGLE)),
        ("\"", Begins(&DOUBLE)),
        ("(", Begins(&COMMAND)),
        ("\\", Escapes),
        ("#", BeginsComment { span: &COMMENT, words_have_it: true }),
    ];
}

/// csh, "Lexical structure": a string ends in its line, so everything is certain at the end of a line.
mod csh {
    use super::{BACKQUOTES, Begins, BeginsComment, EndsAll, Escapes, Nothing, Place, Rules, Span, Stops};

    pub(super) static CODE: Span = Span::new(Place::Code, &[], &[], &[&WORDS]);
    static SINGLE: Span = Span::new(Place::Quoted('\''), &["'"], &[("\\'", Begins(&UNCERTAIN))], &[&LINE]);
    static DOUBLE: Span = Span::new(
        Place::Quoted('"'),
        &["\""],
        &[("`", Begins(&BACKQUOTED)), ("\\\"", Begins(&UNCERTAIN)), ("\\`", Begins(&UNCERTAIN))],
        &[&LINE],
    );
    static BACKQUOTED: Span = Span::new(
        BACKQUOTES,
        &["`"],
        &[
            ("\\\n", Nothing),
            ("'", Begins(&UNCERTAIN)),
            ("\"", Begins(&UNCERTAIN)),
            ("\\", Begins(&UNCERTAIN)),
        ],
        &[&LINE],
    );
    static UNCERTAIN: Span = Span::new(Place::Closed("quotes inside quotes"), &[], &[], &[&LINE]);
    static CSH_COMMENT: Span =
        Span::new(Place::Comment, &["\n"], &[("\\\n", Stops("a comment that ends with a backslash"))], &[]);

    static LINE: Rules = &[("\\\n", Nothing), ("\n", EndsAll)];
    static WORDS: Rules = &[
        ("'", Begins(&SINGLE)),
        ("\"", Begins(&DOUBLE)),
        ("`", Begins(&BACKQUOTED)),
        ("\\", Escapes),
        ("<<", Stops("a here-document")),
        ("$#", Nothing),
        ("#", BeginsComment { span: &CSH_COMMENT, words_have_it: false }),
    ];
}

/// PowerShell, `about_Quoting_Rules` and `about_Comments`; typographic quotation marks count, too.
mod powershell {
    use super::{Begins, BeginsComment, COMMENT, Escapes, Place, Rules, SIMPLE, Span, Stops};

    pub(super) static CODE: Span = Span::new(Place::Code, &[], &[], &[&WORDS]);
    static COMMAND: Span = Span::new(Place::Code, &[")"], &[], &[&WORDS]);
    static SINGLE: Span = Span {
        is_doubled: true,
        ..Span::new(Place::Quoted('\''), &["'", "\u{2018}", "\u{2019}", "\u{201a}", "\u{201b}"], &[], &[])
    };
    static DOUBLE: Span = Span {
        is_doubled: true,
        ..Span::new(Place::Quoted('"'), &["\"", "\u{201c}", "\u{201d}", "\u{201e}"], &[], &[&EXPANSIONS])
    };
    static VARIABLE: Span = Span::new(Place::Closed("${…}"), &["}"], &[], &[&SIMPLE]);
    static LITERAL: Span = Span::new(Place::Closed("a here-string"), &["\n'@"], &[], &[]);
    static EXPANDABLE: Span = Span::new(
        Place::Closed("a here-string"),
        &["\n\"@"],
        &[("$(", Stops("$(…) in a here-string")), ("`", Escapes)],
        &[],
    );
    static BLOCK: Span = Span::new(Place::Closed("a comment in <# and #>"), &["#>"], &[], &[]);

    static EXPANSIONS: Rules = &[("$(", Begins(&COMMAND)), ("${", Begins(&VARIABLE)), ("`", Escapes)];
    static WORDS: Rules = &[
        ("@'", Begins(&LITERAL)),
        ("@\"", Begins(&EXPANDABLE)),
        ("@\u{2018}", Stops("a here-string")),
        ("@\u{2019}", Stops("a here-string")),
        ("@\u{201a}", Stops("a here-string")),
        ("@\u{201b}", Stops("a here-string")),
        ("@\u{201c}", Stops("a here-string")),
        ("@\u{201d}", Stops("a here-string")),
        ("@\u{201e}", Stops("a here-string")),
        ("'", Begins(&SINGLE)),
        ("\u{2018}", Begins(&SINGLE)),
        ("\u{2019}", Begins(&SINGLE)),
        ("\u{201a}", Begins(&SINGLE)),
        ("\u{201b}", Begins(&SINGLE)),
        ("\"", Begins(&DOUBLE)),
        ("\u{201c}", Begins(&DOUBLE)),
        ("\u{201d}", Begins(&DOUBLE)),
        ("\u{201e}", Begins(&DOUBLE)),
        ("${", Begins(&VARIABLE)),
        ("(", Begins(&COMMAND)),
        ("`", Escapes),
        ("--%", Stops("--%, behind which nothing is parsed")),
        ("<#", Begins(&BLOCK)),
        ("#", BeginsComment { span: &COMMENT, words_have_it: false }),
    ];
}

/// Nushell, "Working with strings": only strings in double quotes have escapes.
mod nushell {
    use super::{BACKQUOTES, Begins, BeginsComment, COMMENT, Escapes, Place, Rules, SIMPLE, Span, Stops};

    pub(super) static CODE: Span = Span::new(Place::Code, &[], &[], &[&WORDS]);
    static SINGLE: Span = Span::new(Place::Quoted('\''), &["'"], &[], &[]);
    static DOUBLE: Span = Span::new(Place::Quoted('"'), &["\""], &[("\\", Escapes)], &[]);
    static BARE: Span = Span::new(BACKQUOTES, &["`"], &[], &[]);
    static RAW: Span = Span::new(Place::Closed("a raw string"), &["'#"], &[], &[]);
    const INTERPOLATED: Place = Place::Closed("a string with expressions");
    static DOLLAR_SINGLE: Span = Span::new(INTERPOLATED, &["'"], &[("(", Begins(&EXPRESSION))], &[]);
    static DOLLAR_DOUBLE: Span =
        Span::new(INTERPOLATED, &["\""], &[("(", Begins(&EXPRESSION)), ("\\", Escapes)], &[]);
    static EXPRESSION: Span = Span::new(INTERPOLATED, &[")"], &[], &[&SIMPLE]);

    static WORDS: Rules = &[
        ("$'", Begins(&DOLLAR_SINGLE)),
        ("$\"", Begins(&DOLLAR_DOUBLE)),
        ("r##", Stops("a raw string")),
        ("r#'", Begins(&RAW)),
        ("'", Begins(&SINGLE)),
        ("\"", Begins(&DOUBLE)),
        ("`", Begins(&BARE)),
        ("#", BeginsComment { span: &COMMENT, words_have_it: true }),
    ];
}

/// Python, "String and Bytes literals" and "Formatted string literals"; in xonsh, backquotes hold a pattern.
mod python {
    use super::{
        BACKQUOTES, Begins, BeginsString, COMMENT, Escapes, Nothing, Place, Rules, SIMPLE, Span, Stops,
    };

    pub(super) static CODE: Span = Span::new(
        Place::Code,
        &[],
        &[
            ("'''", BeginsString { plain: &LONG_SINGLE, prefixed: &LONG_PREFIXED_SINGLE }),
            ("\"\"\"", BeginsString { plain: &LONG_DOUBLE, prefixed: &LONG_PREFIXED_DOUBLE }),
            ("'", BeginsString { plain: &SINGLE, prefixed: &PREFIXED_SINGLE }),
            ("\"", BeginsString { plain: &DOUBLE, prefixed: &PREFIXED_DOUBLE }),
            ("`", Begins(&PATTERN)),
            ("\\", Escapes),
            ("#", Begins(&COMMENT)),
        ],
        &[],
    );
    static SINGLE: Span = Span::new(Place::Quoted('\''), &["'"], &[], &[&ESCAPES, &LINE]);
    static DOUBLE: Span = Span::new(Place::Quoted('"'), &["\""], &[], &[&ESCAPES, &LINE]);
    static LONG_SINGLE: Span = Span::new(Place::Quoted('\''), &["'''"], &[], &[&ESCAPES]);
    static LONG_DOUBLE: Span = Span::new(Place::Quoted('"'), &["\"\"\""], &[], &[&ESCAPES]);
    const PREFIXED: Place = Place::Closed("a string with a prefix");
    static PREFIXED_SINGLE: Span = Span::new(PREFIXED, &["'"], &[], &[&ESCAPES, &FIELDS, &LINE]);
    static PREFIXED_DOUBLE: Span = Span::new(PREFIXED, &["\""], &[], &[&ESCAPES, &FIELDS, &LINE]);
    static LONG_PREFIXED_SINGLE: Span = Span::new(PREFIXED, &["'''"], &[], &[&ESCAPES, &FIELDS]);
    static LONG_PREFIXED_DOUBLE: Span = Span::new(PREFIXED, &["\"\"\""], &[], &[&ESCAPES, &FIELDS]);
    static FIELD: Span = Span::new(PREFIXED, &["}"], &[("{", Begins(&FIELD))], &[&SIMPLE]);
    static PATTERN: Span = Span::new(BACKQUOTES, &["`"], &[], &[&SIMPLE]);

    static ESCAPES: Rules = &[("\\", Escapes)];
    static FIELDS: Rules = &[("{{", Nothing), ("{", Begins(&FIELD))];
    static LINE: Rules = &[("\n", Stops("a string that does not end in its line"))];
}

//! A text that is a part of another one, and shares its memory.
//!
//! The manifest of an image, which every call reads, has two such parts for each file.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A part of a text that other parts share.
#[derive(Clone)]
pub(crate) struct Text {
    whole: Arc<String>,
    range: Range<usize>,
}

impl Text {
    /// The text that a slice of `whole` has; `None` for a slice of another text.
    pub(crate) fn part(whole: &Arc<String>, slice: &str) -> Option<Self> {
        let start = slice.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
        let range = start..start.checked_add(slice.len())?;
        whole.get(range.clone())?;
        Some(Self { whole: Arc::clone(whole), range })
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        let range = 0..text.len();
        Self { whole: Arc::new(text), range }
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.whole[self.range.clone()]
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_slice_of_its_text() {
        let whole = Arc::new("one, two".to_owned());
        assert_eq!(Text::part(&whole, &whole[5..]), Some("two".to_owned().into()));
        assert_eq!(Text::part(&whole, &whole.clone()[..0]).as_deref(), Some(""));
        assert_eq!(Text::part(&whole, "two"), None);
    }
}

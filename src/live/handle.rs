//! TikTok handles in their one stored form.

use serde::{Deserialize, Serialize};

/// A TikTok handle: lower case, without `@`, 2 to 24 of `a-z 0-9 . _` (`D-14`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// A text that is no handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a TikTok handle has 2 to 24 letters, digits, dots or underscores")]
pub struct NotAHandle;

impl Handle {
    /// The shortest handle, and the shortest beginning that autocomplete answers to (`M-LNK-04`).
    pub const MIN_CHARS: usize = 2;
    const MAX_CHARS: usize = 24;

    /// Reads what a person or the live wrote: surrounding space and a leading `@` are dropped, capitals made small.
    pub fn parse(text: &str) -> Result<Self, NotAHandle> {
        let trimmed = text.trim();
        let name = trimmed.strip_prefix('@').unwrap_or(trimmed).to_ascii_lowercase();
        let fits = (Self::MIN_CHARS..=Self::MAX_CHARS).contains(&name.len()) && name.bytes().all(Self::may_contain);
        if fits { Ok(Self(name)) } else { Err(NotAHandle) }
    }

    /// The beginning of a handle as typed so far, in stored form; `None` when no handle can begin so.
    pub fn beginning(text: &str) -> Option<String> {
        let trimmed = text.trim();
        let typed = trimmed.strip_prefix('@').unwrap_or(trimmed).to_ascii_lowercase();
        (typed.len() <= Self::MAX_CHARS && typed.bytes().all(Self::may_contain)).then_some(typed)
    }

    /// The handle without `@`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    const fn may_contain(byte: u8) -> bool {
        matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_')
    }
}

impl std::fmt::Display for Handle {
    /// With `@`, as people write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{}", self.0)
    }
}

impl TryFrom<String> for Handle {
    type Error = NotAHandle;

    fn try_from(text: String) -> Result<Self, NotAHandle> {
        Self::parse(&text)
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_stored_in_one_form() {
        for typed in ["@Bass.Ann", " bass.ann ", "BASS.ANN"] {
            assert_eq!(Handle::parse(typed).unwrap().as_str(), "bass.ann", "{typed:?}");
        }
    }

    #[test]
    fn what_tiktok_does_not_allow_is_no_handle() {
        for typed in ["", "@", "a", "@@ann", "ann smith", "ann-smith", "änn", "a@b", "1234567890123456789012345"] {
            assert_eq!(Handle::parse(typed), Err(NotAHandle), "{typed:?}");
        }
    }
}

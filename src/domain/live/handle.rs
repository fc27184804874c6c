//! TikTok handles in their one stored form, and what people type for one.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::kernel::sentence::{Sentence, Slot};
use crate::slots_by_display;

/// The hosts of TikTok's own pages.
const HOSTS: [&str; 3] = ["www.tiktok.com", "tiktok.com", "m.tiktok.com"];
/// The hosts of links that lead to a page without naming whose.
const SHORT_HOSTS: [&str; 2] = ["vm.tiktok.com", "vt.tiktok.com"];
/// How the handle of nobody begins, in front of a number and a dot. With the longest number it is still a handle.
const NOBODY: &str = "x.";

/// What stands between a name that its account lost and the number of that account here. No name on TikTok has it.
const FORMER: char = '~';
/// So many more of them may be there.
const MOST_MARKS: usize = 32;

/// A TikTok handle: lower case, without `@`, 2 to 24 of `a-z 0-9 . _` (`D-14`).
///
/// An account that lost its name to another one and was not seen since has a [former name](Self::former) instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// A text that is no handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a TikTok handle has 2 to 24 letters, digits, dots or underscores")]
pub struct NotAHandle;

/// Why what a person typed names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamesNobody {
    /// It is neither a handle nor the address of a profile.
    #[error("Write the handle as on the profile, with or without @: 2 to 24 letters, digits, dots and underscores.")]
    NotAHandle,
    /// It is one of TikTok's short links, which only TikTok can read.
    #[error("A short link does not say whose it is. Open it, and copy the name that begins with @ on the profile.")]
    ShortLink,
}

slots_by_display!(NamesNobody);

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

    /// Reads what a person typed or copied: a handle in any of its forms, or the address of a profile, a live or a video.
    ///
    /// What phones and keyboards put around it is dropped: spaces, marks that nobody sees, `<` and `>`, an `@` of full
    /// width. Only TikTok's own hosts are addresses, by name.
    pub fn typed(text: &str) -> Result<Self, NamesNobody> {
        let typed = bare(text);
        // A share button writes a sentence that ends with the address.
        let last = typed.rsplit_once(char::is_whitespace).map(|(_, last)| last);
        let name = last.filter(|last| last.contains("://")).unwrap_or(typed);
        let handle = match address(name) {
            Some(url) => Self::of_profile(&url)?,
            None => Self::parse(&name.replacen(is_wide_at, "@", 1)).map_err(|NotAHandle| NamesNobody::NotAHandle)?,
        };
        if handle.is_nobodys() { Err(NamesNobody::NotAHandle) } else { Ok(handle) }
    }

    /// Whose page an address leads to.
    fn of_profile(url: &Url) -> Result<Self, NamesNobody> {
        let Some(Host::Domain(host)) = url.host() else { return Err(NamesNobody::NotAHandle) };
        let is_plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        let mut path = url.path_segments().into_iter().flatten();
        let first = path.next().unwrap_or_default();
        if !is_plain || !(HOSTS.contains(&host) || SHORT_HOSTS.contains(&host)) {
            return Err(NamesNobody::NotAHandle);
        }
        if SHORT_HOSTS.contains(&host) || (first == "t" && path.next().is_some_and(|code| !code.is_empty())) {
            return Err(NamesNobody::ShortLink);
        }
        Self::parse(&first.replacen("%40", "@", 1)).map_err(|NotAHandle| NamesNobody::NotAHandle)
    }

    /// The beginning of a handle as typed so far, in stored form; `None` when no handle can begin so.
    pub fn beginning(text: &str) -> Option<String> {
        let trimmed = bare(text);
        if address(trimmed).is_some() {
            return Self::typed(trimmed).ok().map(String::from);
        }
        let typed = trimmed.strip_prefix(is_at).unwrap_or(trimmed).to_ascii_lowercase();
        (typed.len() <= Self::MAX_CHARS && typed.bytes().all(Self::may_contain)).then_some(typed)
    }

    /// What stands for a handle that must not be told any more, of an account that has this number here. TikTok gives no
    /// name that ends with a dot, and nobody can type this one.
    pub fn of_nobody(number: u64) -> Self {
        Self(format!("{NOBODY}{number}."))
    }

    fn is_nobodys(&self) -> bool {
        let number = self.0.strip_prefix(NOBODY).and_then(|rest| rest.strip_suffix('.'));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Whether a text names the handle: with `@`, in any case and escaped or not, or as the whole of a text in JSON.
    pub fn is_named_in(&self, text: &str) -> bool {
        // Marks that are put into a handle where it is shown: backslashes, and a space that nobody sees.
        let text = text.replace(['\\', '\u{200B}'], "").to_ascii_lowercase();
        let name = self.to_string();
        let is_shown = text.match_indices(&name).any(|(at, _)| {
            let rest = text.get(at + name.len()..).unwrap_or_default();
            // A dot behind it may end the sentence.
            rest.bytes().take_while(|byte| Self::may_contain(*byte)).all(|byte| byte == b'.')
        });
        is_shown || text.contains(&format!("\"{}\"", self.0))
    }

    /// By what an account is known whose name another one has now: that name, marked as former by a sign that no name
    /// has, and the number of the account here. `nth` is for a form that is taken.
    pub fn former(name: &Self, number: u64, nth: usize) -> Self {
        let marks = String::from(FORMER).repeat(nth + 1);
        Self(format!("{}{marks}{number}", name.last_name()))
    }

    /// A former name as it is stored.
    pub fn former_typed(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, number) = text.strip_prefix('@').unwrap_or(text).split_once(FORMER)?;
        let digits = number.trim_start_matches(FORMER);
        let is_number = (1..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let marks = number.len() - digits.len();
        (is_number && marks <= MOST_MARKS).then(|| Self::parse(name).ok()).flatten().map(|name| {
            let (name, mark) = (name.0, FORMER);
            Self(format!("{name}{mark}{number}"))
        })
    }

    /// The name that it is, or was.
    pub fn last_name(&self) -> &str {
        self.0.split(FORMER).next().unwrap_or_default()
    }

    /// As people read it, without `@`: a former name says that it is one.
    pub fn shown(&self) -> Cow<'_, str> {
        if self.0.contains(FORMER) {
            Cow::Owned(format!("{} (former name)", self.last_name()))
        } else {
            Cow::Borrowed(&self.0)
        }
    }

    /// The same of a handle as it is stored, or of whatever else was typed for one.
    pub fn shown_of(stored: &str) -> String {
        Self::former_typed(stored).map_or_else(|| stored.to_owned(), |former| former.shown().into_owned())
    }

    /// The handle without `@`; of a former name, the form that is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    const fn may_contain(byte: u8) -> bool {
        matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_')
    }
}

/// What was typed, without what nobody typed on purpose.
fn bare(text: &str) -> &str {
    let is_around = |c: char| {
        let is_unseen =
            matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
        c.is_whitespace() || is_unseen
    };
    text.trim_matches(is_around)
}

/// The address that was typed, with or without its scheme, also between the `<` and `>` that keep Discord from showing
/// its page; `None` for what is none.
fn address(typed: &str) -> Option<Url> {
    let typed = typed.strip_prefix('<').and_then(|typed| typed.strip_suffix('>')).unwrap_or(typed);
    if typed.contains("://") {
        return Url::parse(typed).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    }
    // Without a scheme only what begins with one of the hosts: `tiktok.com` by itself is a handle as any other.
    let host = typed.split_once('/')?.0.to_ascii_lowercase();
    let is_tiktok = HOSTS.iter().chain(&SHORT_HOSTS).any(|known| *known == host);
    is_tiktok.then(|| Url::parse(&format!("https://{typed}")).ok()).flatten()
}

const fn is_wide_at(c: char) -> bool {
    matches!(c, '\u{FF20}' | '\u{FE6B}')
}

const fn is_at(c: char) -> bool {
    c == '@' || is_wide_at(c)
}

impl std::fmt::Display for Handle {
    /// With `@`, as people write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{}", self.shown())
    }
}

impl Slot for Handle {
    fn to_sentence(&self) -> Sentence {
        Sentence::typed(&self.to_string())
    }
}

impl TryFrom<String> for Handle {
    type Error = NotAHandle;

    fn try_from(text: String) -> Result<Self, NotAHandle> {
        Self::former_typed(&text).map_or_else(|| Self::parse(&text), Ok)
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

    #[test]
    fn what_people_copy_for_a_name_is_read() {
        for typed in [
            "night.owl",
            "@Night.Owl",
            " @night.owl ",
            "＠night.owl",
            "﹫NIGHT.OWL",
            "\u{200E}@night.owl\u{200B}",
            "\u{2068}night.owl\u{2069}",
            "https://www.tiktok.com/@night.owl",
            "https://www.tiktok.com/@night.owl?lang=de-DE&_t=8abc&_r=1",
            "https://www.tiktok.com/@night.owl/live",
            "https://www.tiktok.com/@night.owl/live/?lang=en",
            "https://www.tiktok.com/@night.owl/video/7300000000000000001?is_from_webapp=1",
            "https://www.tiktok.com/%40night.owl#top",
            "HTTPS://WWW.TikTok.com/@Night.Owl/",
            "<https://m.tiktok.com/@night.owl>",
            "http://tiktok.com/@night.owl",
            "tiktok.com/@night.owl/",
            "www.tiktok.com/night.owl",
            "Check out Night Owl on TikTok! 🎵 https://www.tiktok.com/@night.owl?_t=8abc&_r=1",
            "Sieh dir Night Owl an\nhttps://www.tiktok.com/@night.owl",
        ] {
            assert_eq!(Handle::typed(typed).as_ref().map(Handle::as_str), Ok("night.owl"), "{typed}");
        }
        assert_eq!(Handle::typed("tiktok.com").unwrap().as_str(), "tiktok.com", "a handle may look like this");
    }

    #[test]
    fn what_names_nobody_is_told_apart() {
        for typed in [
            "",
            "@",
            "@@ann",
            "night owl",
            "night/../owl",
            "<@1>",
            "@everyone!",
            "https://evil.example/@night.owl",
            "https://www.tiktok.com.evil.example/@night.owl",
            "https://www.tiktok.com@evil.example/@night.owl",
            "https://ann@www.tiktok.com/@night.owl",
            "https://www.tiktok.com:8443/@night.owl",
            "https://tikt\u{3BF}k.com/@night.owl",
            "https://www.tiktok.com/",
            "https://www.tiktok.com/@",
            "https://www.tiktok.com/@night owl",
            "https://www.tiktok.com/@night.owl is me",
            "see https://evil.example/@night.owl",
            "ftp://www.tiktok.com/@night.owl",
            "javascript://www.tiktok.com/@night.owl",
        ] {
            assert_eq!(Handle::typed(typed), Err(NamesNobody::NotAHandle), "{typed}");
        }
        for typed in ["https://vm.tiktok.com/ZMabc123/", "vt.tiktok.com/ZSRT6Wqvf", "https://www.tiktok.com/t/ZTabc/"] {
            assert_eq!(Handle::typed(typed), Err(NamesNobody::ShortLink), "{typed}");
        }
    }

    #[test]
    fn the_handle_of_nobody_is_stored_as_any_and_cannot_be_typed() {
        for number in [0, 17, u64::MAX] {
            let nobody = Handle::of_nobody(number);
            assert_eq!(Handle::parse(nobody.as_str()).as_ref(), Ok(&nobody));
            let typed = [nobody.to_string(), nobody.as_str().to_uppercase(), format!("tiktok.com/{nobody}/live")];
            for typed in typed {
                assert_eq!(Handle::typed(&typed), Err(NamesNobody::NotAHandle), "{typed}");
            }
        }
        for typed in ["x.", "x.1", "x..", "x.a.", "ax.1."] {
            assert!(Handle::typed(typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn a_former_name_says_that_it_is_one_and_no_live_can_tell_it() {
        let ann = Handle::parse("ann_new").unwrap();
        let former = Handle::former(&ann, 17, 0);
        assert_eq!((former.as_str(), former.to_string().as_str()), ("ann_new~17", "@ann_new (former name)"));
        assert_eq!(Handle::former(&former, 17, 1).as_str(), "ann_new~~17", "of a former name it is the same name");
        for stored in [former.as_str(), "ann_new~~17"] {
            assert_eq!(Handle::try_from(stored.to_owned()).unwrap().as_str(), stored);
            assert_eq!(Handle::parse(stored), Err(NotAHandle));
            assert_eq!(Handle::typed(stored), Err(NamesNobody::NotAHandle));
        }
        for text in ["ann", "ann~", "~1", "ann~x", "ann~1x", "ann smith~1", "ann~1~2", "ann~123456789012345678901"] {
            assert_eq!(Handle::former_typed(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_names_a_handle_by_the_whole_of_it() {
        let handle = Handle::parse("ann_x").unwrap();
        for text in [
            "Rose ×1 by @ann_x",
            "**@ann\\_x** linked",
            "it is @Ann_X. And then",
            "@ann_x's",
            r#"{"user":5,"handle":"ann_x"}"#,
            r#"{"text":"**@ann\\_x** linked"}"#,
        ] {
            assert!(handle.is_named_in(text), "{text}");
        }
        for text in ["", "ann_x", "@ann", "@ann_xy", "@ann_x.y", "@ann_x..y", "@joann_x", r#""ann_x is""#] {
            assert!(!handle.is_named_in(text), "{text}");
        }
        assert!(Handle::parse("here").unwrap().is_named_in("@\u{200B}here"));
    }

    #[test]
    fn an_address_completes_as_the_handle_that_it_names() {
        assert_eq!(Handle::beginning("https://www.tiktok.com/@Ann.S").as_deref(), Some("ann.s"));
        assert_eq!(Handle::beginning("＠an").as_deref(), Some("an"));
        assert_eq!(Handle::beginning("https://evil.example/@ann"), None);
    }
}

//! Names of servers, how those of members are shown, overlays, goals.

use std::fmt;
use std::str::FromStr;

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::kernel::digest::Digest;
use crate::kernel::text::hex;
use crate::{refusals, text_setting};

/// The name under which anybody finds the queue of a server: `night-owl` in `/q/night-owl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicName(String);

impl PublicName {
    /// As it stands in the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PublicName {
    type Err = PublicRefusal;

    /// Reads what people type; large letters are taken as small ones.
    fn from_str(text: &str) -> Result<Self, PublicRefusal> {
        let name = text.trim().to_ascii_lowercase();
        let is_fit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let has_length = (3..=32).contains(&name.len());
        let has_edges = !name.starts_with('-') && !name.ends_with('-');
        if has_length && has_edges && name.bytes().all(is_fit) { Ok(Self(name)) } else { Err(PublicRefusal::NotAName) }
    }
}

/// How the names of members are shown to people who are not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum NamesShown {
    /// Whole.
    Full,
    /// The first letter of each of the first words.
    Initials,
    /// Not at all.
    Hidden,
}

impl NamesShown {
    /// A name as it is shown; `None` where it is not.
    pub fn show(self, name: &str) -> Option<String> {
        const LETTERS: usize = 2;
        match self {
            Self::Full => Some(name.to_owned()),
            Self::Hidden => None,
            Self::Initials => {
                let first = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
                let letters = name.split_whitespace().filter_map(first).take(LETTERS);
                let shown: String =
                    letters.flat_map(|letter| letter.to_uppercase().chain(std::iter::once('.'))).collect();
                Some(shown).filter(|shown| !shown.is_empty())
            }
        }
    }

    /// The stored name.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// By what an overlay's secret address is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayKey(String);

impl OverlayKey {
    /// Of the digest of the secret in the address.
    pub fn of(digest: &Digest) -> Self {
        Self(hex(digest.bytes()))
    }
}

impl fmt::Display for OverlayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for OverlayKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_digest { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

/// What of a live is measured against a number (`D-110`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Measure {
    /// Taps on the heart.
    Likes,
    /// What gifts were worth, in TikTok's coins.
    Coins,
    /// New followers.
    Follows,
}

impl Measure {
    /// The stored name.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// What the overlay `goal` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What is counted.
    pub of: Measure,
    /// How much of it is wanted.
    pub wanted: u32,
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.of, self.wanted)
    }
}

impl FromStr for Goal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (of, wanted) = text.split_once(' ').ok_or(())?;
        let wanted = wanted.parse().ok().filter(|wanted| *wanted > 0).ok_or(())?;
        Ok(Self { of: of.parse().map_err(|_| ())?, wanted })
    }
}

text_setting!(PublicName, NamesShown, OverlayKey, Goal);

refusals! {
    /// What cannot be shown.
    pub enum PublicRefusal {
        /// It is no name for an address.
        NotAName => "public.not_a_name" as NotValid,
            "A name has 3 to 32 letters from a to z, digits and `-`, and begins and ends with a letter or a digit.";
        /// Another server has that name.
        NameTaken => "public.name_taken", "Another server here has that name. Please choose another.";
        /// How names are shown is none of the three ways.
        NoSuchWay => "public.no_such_way" as NotValid, "Names can be shown `full`, as `initials`, or `hidden`.";
        /// What is counted, or the number, is none.
        NotAGoal => "public.not_a_goal" as NotValid,
            "A goal counts `likes`, `coins` or `follows`, and is a whole number above 0.";
    }
}

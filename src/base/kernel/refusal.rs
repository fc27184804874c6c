//! Refusals: why something that somebody asked for is not possible, and what would work.
//!
//! A feature declares its refusals once, as a table ([`refusals!`](crate::refusals)). Whoever refuses names the row and
//! gives its values; the sentence is made of them, and drawn where it is read.

use super::error::Error;
use super::sentence::Sentence;

/// A stable code and one helpful sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, for tests, logs and the API: `queue.empty`.
    pub code: &'static str,
    /// What a person reads.
    pub sentence: Sentence,
    /// What kind of no it is.
    pub class: Class,
}

/// What kind of no a refusal is, for programs that ask: over HTTP it decides the status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Class {
    /// It would be possible, but not as things stand. What no table says otherwise.
    #[default]
    NotNow,
    /// What it is about is not there.
    NotThere,
    /// Whoever asks may not.
    NotAllowed,
    /// What was typed has no meaning, or lies outside of what is allowed.
    NotValid,
    /// It was asked for too often.
    TooOften,
}

impl Refusal {
    /// Whether it is this row of a table, whatever its values.
    pub fn is(&self, refusal: &impl Refuse) -> bool {
        self.code == refusal.code()
    }
}

/// A row of a table of refusals, before anybody gave it values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The stable code.
    pub code: &'static str,
    /// What kind of no it is.
    pub class: Class,
    /// The sentence, with its slots as they are written.
    pub text: &'static str,
}

/// The refusals of a feature, as [`refusals!`](crate::refusals) declares them.
pub trait Refuse {
    /// All rows of the table.
    const ROWS: &'static [Row];

    /// The stable code of this refusal.
    fn code(&self) -> &'static str;

    /// What a person reads.
    fn sentence(&self) -> Sentence;

    /// What kind of no it is.
    fn class(&self) -> Class;
}

impl<R: Refuse> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::Refused(Refusal { code: refusal.code(), sentence: refusal.sentence(), class: refusal.class() })
    }
}

/// A code of the form `feature.what_is_wrong`.
///
/// # Panics
///
/// Where it has another form. For constants, which therefore do not compile then.
#[allow(clippy::uninlined_format_args, reason = "a constant can show a text as it is, and format none")]
pub const fn checked_code(code: &'static str) -> &'static str {
    let mut rest = code.as_bytes();
    let mut last = b'.';
    let mut dots = 0;
    while let [byte, after @ ..] = rest {
        let may_follow = matches!(*byte, b'.' | b'_' | b'0'..=b'9') && last != b'.';
        assert!(byte.is_ascii_lowercase() || may_follow, "{}", code);
        if *byte == b'.' {
            dots += 1;
        }
        last = *byte;
        rest = after;
    }
    assert!(dots == 1 && last != b'.' && last != b'_', "{}", code);
    code
}

/// Declares the refusals of a feature: each with its values, its code, and its sentence as a text with slots
/// ([`Template`](crate::kernel::sentence::Template)).
///
/// Each value is a slot of its name, and the text has to have all of them. Where something else than the values is to be
/// read, the slots stand behind the text: a name alone is the value of that name, and `name = …` is made of the values.
/// Behind the code stands what [kind of no](Class) it is, unless it is [`Class::NotNow`].
///
/// ```ignore
/// refusals! {
///     /// What the queue refuses.
///     pub enum QueueRefusal {
///         /// Nothing to play.
///         Empty {
///             /// How many songs wait for a reviewer.
///             pending: u64,
///         } => "queue.empty", "The queue is empty.{hint}", hint = pending_hint(*pending);
///         /// No song has this number.
///         NoSuchSong(public_id: PublicId) => "queue.no_such_song" as NotThere, "There is no song **{public_id}**. Use {/queue}.";
///     }
/// }
/// ```
///
/// is short for:
///
/// ```ignore
/// /// What the queue refuses.
/// #[derive(Clone, Debug, PartialEq, Eq)]
/// pub enum QueueRefusal {
///     /// Nothing to play.
///     Empty {
///         /// How many songs wait for a reviewer.
///         pending: u64,
///     },
///     /// No song has this number.
///     NoSuchSong(PublicId),
/// }
///
/// impl Refuse for QueueRefusal {
///     const ROWS: &'static [Row] = &[
///         Row { code: "queue.empty", class: Class::NotNow, text: "The queue is empty.{hint}" },
///         Row { code: "queue.no_such_song", class: Class::NotThere, text: "There is no song **{public_id}**. Use {/queue}." },
///     ];
///
///     fn code(&self) -> &'static str {
///         match self {
///             Self::Empty { .. } => const { checked_code("queue.empty") },
///             Self::NoSuchSong { .. } => const { checked_code("queue.no_such_song") },
///         }
///     }
///
///     fn sentence(&self) -> Sentence {
///         match self {
///             Self::Empty { pending } => sentence!("The queue is empty.{hint}", hint = pending_hint(*pending)),
///             Self::NoSuchSong(public_id) => sentence!("There is no song **{public_id}**. Use {/queue}.", public_id),
///         }
///     }
///
///     fn class(&self) -> Class {
///         match self {
///             Self::Empty { .. } => Class::NotNow,
///             Self::NoSuchSong { .. } => Class::NotThere,
///         }
///     }
/// }
/// ```
///
/// So a text that lacks a value, or has a slot that nothing fills, does not compile; a value that neither a slot nor a
/// `name = …` uses is an unused variable.
#[macro_export]
macro_rules! refusals {
    (@class) => { $crate::kernel::refusal::Class::NotNow };
    (@class $class:ident) => { $crate::kernel::refusal::Class::$class };
    (@sentence $text:literal []) => { $crate::sentence!($text) };
    (@sentence $text:literal [$($value:ident)+]) => { $crate::sentence!($text, $($value),+) };
    (@sentence $text:literal [$($value:ident)*] $($slot:ident $(= $made:expr)?),+) => {
        $crate::sentence!($text, $($slot $(= $made)?),+)
    };
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident {
            $(
                $(#[$about_variant:meta])*
                $variant:ident
                $({ $($(#[$about_field:meta])* $field:ident: $type:ty),+ $(,)? })?
                $(($inner:ident: $inner_type:ty))?
                => $code:literal $(as $class:ident)?, $text:literal $(, $slot:ident $(= $made:expr)?)*;
            )+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $visibility enum $name {
            $(
                $(#[$about_variant])*
                $variant $({ $($(#[$about_field])* $field: $type),+ })? $(($inner_type))?,
            )+
        }

        impl $crate::kernel::refusal::Refuse for $name {
            const ROWS: &'static [$crate::kernel::refusal::Row] = &[
                $($crate::kernel::refusal::Row { code: $code, class: $crate::refusals!(@class $($class)?), text: $text },)+
            ];

            fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => const { $crate::kernel::refusal::checked_code($code) },)+
                }
            }

            fn sentence(&self) -> $crate::kernel::sentence::Sentence {
                match self {
                    $(
                        Self::$variant $({ $($field),+ })? $(($inner))? => $crate::refusals!(
                            @sentence $text [$($($field)+)? $($inner)?] $($slot $(= $made)?),*
                        ),
                    )+
                }
            }

            fn class(&self) -> $crate::kernel::refusal::Class {
                match self {
                    $(Self::$variant { .. } => $crate::refusals!(@class $($class)?),)+
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;
    use crate::kernel::ids::ChannelId;
    use crate::kernel::sentence::NO_COMMANDS;

    refusals! {
        /// What a shop refuses.
        enum ShopRefusal {
            /// Nobody is there.
            Closed => "shop.closed", "The shop is closed. Come back with {/shop}.";
            /// There is less than wanted.
            SoldOut {
                /// What is wanted.
                item: String,
                /// How many there are.
                left: u32,
            } => "shop.sold_out", "There are only {left} of **{item}**.";
            /// One has to go elsewhere.
            Elsewhere(channel: ChannelId) => "shop.elsewhere" as NotAllowed, "Go to {channel}.";
            /// Too few of them were wanted.
            TooFew {
                /// How many were wanted.
                wanted: u32,
                /// How many have to be, at the least.
                least: u32,
            } => "shop.too_few", "{wanted} is {missing} too few{rule}.",
                wanted, missing = least - wanted, rule = (*least > 1).then(|| crate::sentence!(": take **{least}**", least));
        }
    }

    #[test]
    fn a_row_of_the_table_gives_the_code_and_the_sentence() {
        let rows = [
            ShopRefusal::Closed,
            ShopRefusal::SoldOut { item: "a*b".into(), left: 2 },
            ShopRefusal::Elsewhere(ChannelId::new(7)),
            ShopRefusal::TooFew { wanted: 1, least: 3 },
        ];
        let told = rows.map(|row| format!("{}: {}", row.code(), row.sentence().markdown(NO_COMMANDS)));
        assert_eq!(
            told,
            [
                "shop.closed: The shop is closed. Come back with **/shop**.",
                r"shop.sold_out: There are only 2 of **a\*b**.",
                "shop.elsewhere: Go to <#7>.",
                "shop.too_few: 1 is 2 too few: take **3**.",
            ]
        );
    }

    #[test]
    fn a_refusal_is_known_by_its_row() {
        let Error::Refused(refusal) = Error::from(ShopRefusal::Elsewhere(ChannelId::new(7))) else {
            panic!("it is no failure")
        };
        assert!(refusal.is(&ShopRefusal::Elsewhere(ChannelId::new(8))) && !refusal.is(&ShopRefusal::Closed));
        assert_eq!(Error::from(ShopRefusal::Elsewhere(ChannelId::new(7))).to_string(), "Go to channel 7.");
    }

    #[test]
    fn a_table_is_known_without_any_values() {
        let row = |code, class, text| Row { code, class, text };
        assert_eq!(
            ShopRefusal::ROWS,
            [
                row("shop.closed", Class::NotNow, "The shop is closed. Come back with {/shop}."),
                row("shop.sold_out", Class::NotNow, "There are only {left} of **{item}**."),
                row("shop.elsewhere", Class::NotAllowed, "Go to {channel}."),
                row("shop.too_few", Class::NotNow, "{wanted} is {missing} too few{rule}."),
            ]
        );
        assert_eq!(ShopRefusal::Closed.class(), Class::NotNow);
        assert_eq!(ShopRefusal::Elsewhere(ChannelId::new(7)).class(), Class::NotAllowed);
    }

    /// What a constant would not compile with.
    #[test]
    fn a_code_is_a_feature_and_what_is_wrong() {
        let is_code = |code: &'static str| catch_unwind(|| checked_code(code)).is_ok();
        for code in ["queue.empty", "debug_channel.none", "a.b2"] {
            assert!(is_code(code), "{code}");
        }
        for code in ["", "queue", ".empty", "queue.", "queue.a.b", "Queue.empty", "queue.not there", "a._b", "a.b_"] {
            assert!(!is_code(code), "{code}");
        }
    }
}

//! What can stand in a slot of a sentence.

use super::{Mention, Part, Sentence};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, RoleId, UserId};
use crate::kernel::text::MomentStyle;
use crate::kernel::time::Timestamp;

/// A value that knows what it means in a sentence.
pub trait Slot {
    /// The value as a part of a sentence.
    fn to_sentence(&self) -> Sentence;
}

/// Lets values stand in slots as their `Display` writes them: numbers, and names that are words of ours. Not for what
/// holds anything that a person wrote.
///
/// `slots_by_display!(Line);` is short for:
///
/// ```ignore
/// impl Slot for Line {
///     fn to_sentence(&self) -> Sentence {
///         Sentence::words(self.to_string())
///     }
/// }
/// ```
#[macro_export]
macro_rules! slots_by_display {
    ($($value:ty),+ $(,)?) => {$(
        impl $crate::kernel::sentence::Slot for $value {
            fn to_sentence(&self) -> $crate::kernel::sentence::Sentence {
                $crate::kernel::sentence::Sentence::words(self.to_string())
            }
        }
    )+};
}

slots_by_display!(u16, u32, u64, usize, i64, Amount);

/// Words of ours: they stand in the source.
impl Slot for &'static str {
    fn to_sentence(&self) -> Sentence {
        Sentence::words(*self)
    }
}

/// Text from outside.
impl Slot for String {
    fn to_sentence(&self) -> Sentence {
        Sentence::typed(self)
    }
}

impl Slot for Sentence {
    fn to_sentence(&self) -> Sentence {
        self.clone()
    }
}

/// Nothing, where there is none.
impl<T: Slot> Slot for Option<T> {
    fn to_sentence(&self) -> Sentence {
        self.as_ref().map(Slot::to_sentence).unwrap_or_default()
    }
}

impl Slot for Mention {
    fn to_sentence(&self) -> Sentence {
        Sentence(vec![Part::Mention(*self)])
    }
}

impl Slot for UserId {
    fn to_sentence(&self) -> Sentence {
        Mention::User(*self).to_sentence()
    }
}

/// A member whose number Discord shows beside them: for lines that are read long after the member is gone. Whoever draws by
/// names shows the name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered(pub UserId);

impl Slot for Numbered {
    fn to_sentence(&self) -> Sentence {
        Sentence(vec![Part::Numbered(self.0)])
    }
}

impl Slot for ChannelId {
    fn to_sentence(&self) -> Sentence {
        Mention::Channel(*self).to_sentence()
    }
}

impl Slot for RoleId {
    fn to_sentence(&self) -> Sentence {
        Mention::Role(*self).to_sentence()
    }
}

impl Slot for Timestamp {
    fn to_sentence(&self) -> Sentence {
        Sentence::moment(*self, MomentStyle::ShortDateTime)
    }
}

//! One value of a row, on its way from a record to a bound parameter.

use std::borrow::Cow;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::time::Timestamp;

/// A value as SQLite stores it.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlValue<'v> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(Cow<'v, str>),
}

impl SqlValue<'_> {
    /// A number that is an id. Ids of Discord are below 2^63 and stay exact; the bits of larger ones are kept.
    pub const fn id(raw: u64) -> Self {
        Self::Integer(raw.cast_signed())
    }
}

impl ToSql for SqlValue<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl<'v> From<&'v str> for SqlValue<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'v> From<&'v String> for SqlValue<'v> {
    fn from(text: &'v String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for SqlValue<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<Timestamp> for SqlValue<'_> {
    fn from(moment: Timestamp) -> Self {
        moment.rfc3339_in_order().into()
    }
}

impl From<Amount> for SqlValue<'_> {
    fn from(amount: Amount) -> Self {
        Self::Integer(amount.get())
    }
}

impl From<f64> for SqlValue<'_> {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<bool> for SqlValue<'_> {
    fn from(truth: bool) -> Self {
        Self::Integer(truth.into())
    }
}

impl<'v, T: Into<SqlValue<'v>>> From<Option<T>> for SqlValue<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for SqlValue<'_> {
            fn from(number: $number) -> Self {
                Self::Integer(number.into())
            }
        }
    )+};
}

whole_numbers!(i64, i32, u32, u16, u8);

macro_rules! ids {
    ($($id:ty),+) => {$(
        impl From<$id> for SqlValue<'_> {
            fn from(id: $id) -> Self {
                Self::id(id.get())
            }
        }
    )+};
}

ids!(GuildId, UserId, ChannelId, MessageId);

//! How values become stored entries and come back.

use super::Setting;
use super::tables::Entry;
use crate::kernel::calendar::Zone;
use crate::kernel::ids::{ChannelId, RoleId};
use crate::store::form::Carried;

/// A type that a setting can have.
pub trait SettingValue: Clone + Send + Sync + 'static {
    /// Reads a stored entry; `None` when it holds something else.
    fn load(entry: &Entry) -> Option<Self>;

    /// What is stored; `None` when the setting is to be absent.
    fn store(&self) -> Option<Entry>;
}

/// The value that is stored as this text.
pub(super) fn load<T: SettingValue>(text: &str) -> Option<T> {
    T::load(&Entry { value: Some(text.to_owned()), channel: text.parse().ok(), message: None })
}

impl<T: SettingValue> Carried for Setting<T> {
    fn name(&self) -> &'static str {
        self.key
    }

    /// Its default, where that is stored as a text.
    fn samples(&self) -> Result<Vec<String>, String> {
        let text = self.default.store().and_then(|entry| entry.value);
        Ok(text.into_iter().filter(|text| !text.is_empty()).collect())
    }

    fn again(&self, text: &str) -> Result<String, String> {
        let value: T = load(text).ok_or("the setting does not know it")?;
        value.store().and_then(|entry| entry.value).ok_or_else(|| "it is stored as nothing".to_owned())
    }
}

impl SettingValue for Option<ChannelId> {
    fn load(entry: &Entry) -> Option<Self> {
        entry.channel.map(Some)
    }

    fn store(&self) -> Option<Entry> {
        self.map(|channel| Entry { value: Some(channel.to_string()), channel: Some(channel), message: None })
    }
}

/// Implements [`SettingValue`] for types that are written with `Display` and read with `FromStr`.
///
/// `text_setting!(Goal);` is short for:
/// ```ignore
/// impl SettingValue for Goal {
///     fn load(entry: &Entry) -> Option<Self> {
///         entry.value.as_deref()?.parse().ok()
///     }
///
///     fn store(&self) -> Option<Entry> {
///         Some(Entry { value: Some(self.to_string()), ..Entry::default() })
///     }
/// }
///
/// impl SettingValue for Option<Goal> { … } // the same, and nothing is stored for `None`
/// ```
#[macro_export]
macro_rules! text_setting {
    ($($value:ty),+ $(,)?) => {$(
        impl $crate::settings::SettingValue for $value {
            fn load(entry: &$crate::settings::Entry) -> Option<Self> {
                entry.value.as_deref()?.parse().ok()
            }

            fn store(&self) -> Option<$crate::settings::Entry> {
                Some($crate::settings::Entry { value: Some(self.to_string()), ..Default::default() })
            }
        }

        impl $crate::settings::SettingValue for Option<$value> {
            fn load(entry: &$crate::settings::Entry) -> Option<Self> {
                <$value as $crate::settings::SettingValue>::load(entry).map(Some)
            }

            fn store(&self) -> Option<$crate::settings::Entry> {
                self.as_ref().and_then(<$value as $crate::settings::SettingValue>::store)
            }
        }
    )+};
}

text_setting!(bool, u32, String, RoleId, Zone);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were_stored() {
        for value in [true, false] {
            assert_eq!(bool::load(&value.store().unwrap()), Some(value));
        }
        let channel = Some(ChannelId::new(7));
        let entry = channel.store().unwrap();
        assert_eq!(entry.value.as_deref(), Some("7"), "the number is kept as text too");
        assert_eq!(<Option<ChannelId>>::load(&entry), Some(channel));
        assert_eq!(None::<ChannelId>.store(), None);
    }

    #[test]
    fn a_value_that_cannot_be_read_counts_as_absent() {
        let damaged = Entry { value: Some("perhaps".into()), ..Entry::default() };
        assert_eq!(bool::load(&damaged), None);
        assert_eq!(u32::load(&damaged), None);
    }
}

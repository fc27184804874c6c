//! The settings of displays.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::display::RECREATE_CHANNELS;
use crate::settings::{Area, Control, Limits, Listed, Setting, Typed};
use crate::text_setting;

/// How displays look (`M-HNT-07`, `C-53`).
pub static EMBED_CONFIGS: Setting<EmbedConfigs> = Setting::new("embed_configs", EmbedConfigs { page_size: 10 });

/// The fewest and the most songs on a page. Fifteen of the longest titles still fit one embed.
const PAGE_SIZES: std::ops::RangeInclusive<u8> = 5..=15;

/// How displays look, kept as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedConfigs {
    /// Songs on a page of the live queue.
    pub page_size: u8,
}

/// The settings of displays, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(
        &RECREATE_CHANNELS,
        Area::Music,
        "Selfheal Recreates Channels",
        "Whether a public display whose channel was deleted gets a new one. It needs **Manage Channels**.",
    )
    .detail(),
    Listed::new(&EMBED_CONFIGS, Area::Music, "Songs per Page", "How many songs a page of the live queue shows.")
        .detail(),
];

impl Typed for EmbedConfigs {
    fn shown(&self, _: Limits) -> String {
        self.page_size.to_string()
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        typed.parse().ok().filter(|size| PAGE_SIZES.contains(size)).map(|page_size| Self { page_size })
    }

    fn to_typed(&self) -> String {
        self.page_size.to_string()
    }

    fn control(_: Limits) -> Control {
        let (smallest, largest) = (u32::from(*PAGE_SIZES.start()), u32::from(*PAGE_SIZES.end()));
        Control::Number(Limits { smallest, largest, ..Limits::ANY })
    }

    fn allowed(_: Limits) -> String {
        format!("a whole number from {} to {}", PAGE_SIZES.start(), PAGE_SIZES.end())
    }
}

impl fmt::Display for EmbedConfigs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for EmbedConfigs {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let configs: Self = serde_json::from_str(text).map_err(|_| ())?;
        if PAGE_SIZES.contains(&configs.page_size) { Ok(configs) } else { Err(()) }
    }
}

text_setting!(EmbedConfigs);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingValue;

    #[test]
    fn it_is_stored_as_json_and_what_does_not_fit_counts_as_absent() {
        let configs = EmbedConfigs { page_size: 15 };
        let entry = configs.store().unwrap();
        assert_eq!(entry.value.as_deref(), Some(r#"{"page_size":15}"#));
        assert_eq!(EmbedConfigs::load(&entry), Some(configs));
        for damaged in ["", "15", "{}", r#"{"page_size":0}"#, r#"{"page_size":255}"#, r#"{"page_size":10,"x":1}"#] {
            assert_eq!(damaged.parse::<EmbedConfigs>(), Err(()), "{damaged}");
        }
        assert_eq!(EmbedConfigs::parse("4", Limits::ANY), None);
        assert_eq!(EmbedConfigs::parse("16", Limits::ANY), None);
        assert_eq!(EmbedConfigs::parse("5", Limits::ANY), Some(EmbedConfigs { page_size: 5 }));
    }
}

//! What decides how much a live pays, besides what happens on it: settings of the server, and whose the handles are.
//!
//! A recording holds it, and a replay begins with it.

use std::collections::BTreeMap;

use crate::features::coins::settings::LUXURY_ENABLED;
use crate::features::engagement::settings::{
    GIFT_CREDIT_CARRY, GIFT_RATE, POINTS_COMMENT, POINTS_FOLLOW, POINTS_LIKE, POINTS_SHARE, POINTS_SUBSCRIBE,
    WATCH_IDLE_SECONDS, WATCH_MINUTES,
};
use crate::features::handles;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::live::Handle;
use crate::refusals;
use crate::settings::{self, Changeable};
use crate::store::{Change, Read, Tx};

/// The settings that decide about payment.
static SETTINGS: [&dyn Changeable; 10] = [
    &POINTS_LIKE,
    &POINTS_COMMENT,
    &POINTS_SHARE,
    &POINTS_FOLLOW,
    &POINTS_SUBSCRIBE,
    &GIFT_RATE,
    &GIFT_CREDIT_CARRY,
    &WATCH_IDLE_SECONDS,
    &WATCH_MINUTES,
    &LUXURY_ENABLED,
];

/// The terms of a guild at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The settings by key, as people type them.
    pub settings: BTreeMap<String, String>,
    /// The linked handles with their members.
    pub links: BTreeMap<Handle, UserId>,
}

refusals! {
    /// What a change of the terms refuses.
    pub enum TermRefusal {
        /// The setting does not exist, or decides nothing about payment.
        Unknown(typed: String)
            => "terms.unknown" as NotThere,
            "There is no setting \"{typed}\" that decides about payment. There are: {keys}.",
            typed, keys = Sentence::words(keys().join(", "));
        /// The value does not fit.
        NotAllowed {
            /// The setting.
            key: &'static str,
            /// What it can be.
            allowed: String,
        } => "terms.not_allowed" as NotValid, "{key} can be {allowed}.";
    }
}

/// The keys of the settings that decide about payment.
fn keys() -> Vec<&'static str> {
    SETTINGS.iter().map(|setting| setting.key()).collect()
}

/// Whether a change can concern the terms of its guild.
pub fn may_concern(change: &Change) -> bool {
    [settings::CHANGED, handles::tables::CHANGED].contains(&change.topic)
}

/// The terms of a guild now.
pub fn of(read: &dyn Read, guild: GuildId) -> Result<Terms> {
    let mut terms = Terms::default();
    for setting in SETTINGS {
        terms.settings.insert(setting.key().to_owned(), setting.shown(read, guild)?);
    }
    handles::queries::for_each_linked(read, guild, |user, account| {
        terms.links.insert(account.handle, user);
        Ok(())
    })?;
    Ok(terms)
}

/// Changes a setting to what was typed. Refuses other settings than those that decide about payment, and what they
/// cannot be.
pub fn change(tx: &Tx<'_>, guild: GuildId, key: &str, typed: &str) -> Result<()> {
    let setting = SETTINGS.into_iter().find(|setting| setting.key() == key);
    let setting = setting.ok_or_else(|| TermRefusal::Unknown(key.to_owned()))?;
    if setting.set_typed(tx, guild, typed)? {
        return Ok(());
    }
    Err(TermRefusal::NotAllowed { key: setting.key(), allowed: setting.allowed() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::flows::handle_links;

    #[test]
    fn the_terms_of_one_guild_can_be_given_to_another() {
        let store = TestStore::new();
        let (other, ann) = (GuildId::new(9), UserId::new(1));
        let handle = Handle::parse("ann.live").unwrap();
        store.write(|tx| change(tx, GUILD, "points_like", " 7 ")).unwrap();
        store.write(|tx| change(tx, GUILD, "features.luxury", "off")).unwrap();
        store.write(move |tx| handle_links::admin_link(tx, GUILD, ann, ann, &handle).map(drop)).unwrap();
        let terms = store.read(|read| of(read, GUILD));
        assert_eq!((terms.settings["points_like"].as_str(), terms.settings.len()), ("7", SETTINGS.len()));
        assert_eq!(terms.links.values().collect::<Vec<_>>(), [&ann]);
        let given = terms.settings.clone();
        store.write(move |tx| given.iter().try_for_each(|(key, value)| change(tx, other, key, value))).unwrap();
        assert_eq!(store.read(|read| of(read, other)).settings, terms.settings);
    }

    #[test]
    fn what_decides_nothing_or_does_not_fit_is_refused_with_what_would() {
        let store = TestStore::new();
        let refused = |key: &'static str, typed: &'static str| {
            store.write(move |tx| change(tx, GUILD, key, typed)).unwrap_err().to_string()
        };
        let unknown = refused("gift_rat", "3");
        assert!(unknown.contains("\"gift_rat\"") && unknown.contains("gift_rate, gift_credit_carry"), "{unknown}");
        assert_eq!(refused("gift_rate", "many"), "gift_rate can be a whole number from 0 to 1000.");
        assert_eq!(refused("gift_rate", "1001"), "gift_rate can be a whole number from 0 to 1000.");
        assert_eq!(refused("features.luxury", "2"), "features.luxury can be Yes or No.");
    }
}

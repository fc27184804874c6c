//! Several settings at once, as a form or a program sends them: all of them or none.
//!
//! What was typed is read before anything is written ([`wanted`]), so that each mistake is told at its own place. A form says
//! as well what it showed; what somebody else changed meanwhile is then not overwritten without a word.

use std::collections::BTreeSet;

use super::change::{Change, NewValue, change};
use super::control::Control;
use super::listed::{Listed, SettingRefusal};
use crate::access::Level;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::store::{Read, Tx};

/// What somebody wants a setting to be.
#[derive(Clone)]
pub struct Wanted {
    /// The setting.
    pub listed: &'static Listed,
    /// The value.
    pub value: NewValue,
    /// What it was when they were shown it, as somebody would type it, where they say so.
    pub shown: Option<String>,
}

/// A setting that was changed.
#[derive(Clone)]
pub struct Changed {
    /// The setting.
    pub listed: &'static Listed,
    /// From what to what.
    pub change: Change,
}

/// What somebody of a level wants, from what they typed; `None` is what counts without a value of the server's own. `shown`
/// is what a form showed: what was left as it was is not wanted, so `Ok(None)`.
pub fn wanted(
    listed: &'static Listed,
    level: Level,
    typed: Option<&str>,
    shown: Option<&str>,
) -> Result<Option<Wanted>, SettingRefusal> {
    if let (Some(typed), Some(shown)) = (typed, shown)
        && is_same(&listed.setting.control(), typed, shown)
    {
        return Ok(None);
    }
    listed.require(level)?;
    let value = match typed {
        Some(typed) => listed.read_typed(typed)?,
        None => NewValue::Default,
    };
    Ok(Some(Wanted { listed, value, shown: shown.map(str::to_owned) }))
}

/// Whether two texts say the same. Several things are chosen in no order.
fn is_same(control: &Control, typed: &str, shown: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    typed == shown || (control.takes_many() && words(typed) == words(shown))
}

/// Changes several settings of a guild at somebody's word. Refuses, and changes nothing, where one of them is not what was
/// shown any more. Answers those that are something else now.
pub fn change_all(tx: &Tx<'_>, guild: GuildId, by: Actor, wanted: &[Wanted]) -> Result<Vec<Changed>> {
    wanted.iter().try_for_each(|wanted| wanted.require_unchanged(tx, guild))?;
    let mut changed = Vec::new();
    for Wanted { listed, value, .. } in wanted {
        if is_so(tx, guild, listed, value)? {
            continue;
        }
        let change = change(tx, guild, by, listed.setting, value)?;
        changed.extend(change.is_any().then_some(Changed { listed, change }));
    }
    Ok(changed)
}

/// Whether a guild has it so already: nobody gets a value of their own by saving what counts anyway.
fn is_so(read: &dyn Read, guild: GuildId, listed: &Listed, value: &NewValue) -> Result<bool> {
    match value {
        NewValue::Own(entry) => Ok(listed.setting.stored(read, guild)? == entry.value),
        NewValue::Default => Ok(!listed.setting.is_own(read, guild)?),
    }
}

impl Wanted {
    fn require_unchanged(&self, read: &dyn Read, guild: GuildId) -> Result<()> {
        let Some(shown) = &self.shown else { return Ok(()) };
        let setting = self.listed.setting;
        if setting.typed(read, guild)? == *shown {
            return Ok(());
        }
        let now = Sentence::read(&setting.shown(read, guild)?);
        Err(SettingRefusal::ChangedMeanwhile { title: self.listed.title, now }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::{Filter, newest};
    use crate::features::coins::settings as coins;
    use crate::features::submissions::settings as submissions;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::ids::UserId;

    const ANN: Actor = Actor::Member(UserId::new(1));

    fn listed(key: &str) -> &'static Listed {
        let mut all = coins::LISTED.iter().chain(submissions::LISTED);
        all.find(|listed| listed.setting.key() == key).unwrap()
    }

    fn want(key: &str, typed: &str, shown: Option<&str>) -> Option<Wanted> {
        wanted(listed(key), Level::Owner, Some(typed), shown).unwrap()
    }

    fn save(store: &TestStore, wanted: Vec<Option<Wanted>>) -> Result<Vec<&'static str>> {
        let wanted: Vec<Wanted> = wanted.into_iter().flatten().collect();
        let changed = store.write(move |tx| change_all(tx, GUILD, ANN, &wanted))?;
        Ok(changed.into_iter().map(|changed| changed.listed.setting.key()).collect())
    }

    #[test]
    fn only_what_differs_is_written_and_each_of_it_is_an_activity() {
        let store = TestStore::new();
        let form = vec![
            want("skip_price", "800", Some("1000")),
            want("max_active_submissions", "0", Some("0")),
            // Without a word of what was shown, the default is not made the server's own.
            want("features.luxury", "yes", None),
        ];
        assert!(form[1].is_none());
        assert_eq!(save(&store, form).unwrap(), ["skip_price"]);
        assert_eq!(store.read(|read| coins::SKIP_PRICE.get(read, GUILD)), 800);
        assert!(!store.read(|read| listed("features.luxury").setting.is_own(read, GUILD)));
        assert_eq!(store.read(|read| newest(read, GUILD, &Filter::default(), None, 10)).rows.len(), 1);
    }

    #[test]
    fn what_somebody_else_changed_meanwhile_is_not_overwritten_and_nothing_else_is_saved() {
        let store = TestStore::new();
        save(&store, vec![want("skip_price", "500", None)]).unwrap();
        let stale = vec![want("max_active_submissions", "3", Some("0")), want("skip_price", "800", Some("1000"))];
        let refused = save(&store, stale).unwrap_err().to_string();
        assert!(refused.contains("Price of a Skip was changed meanwhile and is 500 now."), "{refused}");
        assert_eq!(store.read(|read| submissions::MAX_ACTIVE.get(read, GUILD)), 0);
        // Somebody who left it alone has nothing against it.
        assert!(want("skip_price", "1000", Some("1000")).is_none());
    }

    #[test]
    fn what_cannot_be_or_may_not_be_is_refused_before_anything_is_written() {
        let refused = |key: &str, level: Level, typed: &str| wanted(listed(key), level, Some(typed), None).err();
        let not_allowed = refused("skip_price", Level::Owner, "many");
        assert!(matches!(not_allowed, Some(SettingRefusal::NotAllowed { title: "Price of a Skip", .. })));
        let not_yours = refused("submission_channel_id", Level::Admin, "5");
        assert!(matches!(not_yours, Some(SettingRefusal::NotYours { title: "Submissions Channel", .. })));
        assert!(refused("submission_channel_id", Level::Administrator, "5").is_none());
        // What somebody may not change is in their form all the same, as it was.
        let left_alone = wanted(listed("submission_channel_id"), Level::Admin, Some("none"), Some("none"));
        assert!(matches!(left_alone, Ok(None)));
    }

    #[test]
    fn what_follows_from_a_change_follows_whichever_way_it_is_made() {
        let store = TestStore::new();
        save(&store, vec![want("submission_channel_id", "7", Some("none"))]).unwrap();
        let jobs = |store: &TestStore| store.read(|read| crate::jobs::due_by(read, store.now(), 1_000)).len();
        let before = jobs(&store);
        save(&store, vec![want("submissions_open", "no", Some("true"))]).unwrap();
        assert_eq!(jobs(&store), before + 1, "the channel is told");
        save(&store, vec![want("submissions_open", "no", None)]).unwrap();
        assert_eq!(jobs(&store), before + 1, "nothing changed");
    }

    #[test]
    fn without_a_value_the_default_counts_again() {
        let store = TestStore::new();
        save(&store, vec![want("skip_price", "500", None)]).unwrap();
        let reset = wanted(listed("skip_price"), Level::Admin, None, None).unwrap();
        assert_eq!(save(&store, vec![reset.clone()]).unwrap(), ["skip_price"]);
        assert_eq!(store.read(|read| coins::SKIP_PRICE.get(read, GUILD)), 1_000);
        assert!(save(&store, vec![reset]).unwrap().is_empty());
    }
}

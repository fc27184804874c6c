//! Taking a change of a setting back: a change of its own, which is possible as long as nothing else changed it since.

use std::collections::VecDeque;

use super::change::{Change, NewValue, SETTING_CHANGED, change};
use super::listed::{Listed, SettingRefusal};
use super::together::Changed;
use crate::activity::{self, Activity, ActivityId, Subject};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::store::{Read, Tx};

/// Changes that one act has at most.
const MOST_OF_AN_ACT: usize = 200;

/// Whether a change of this setting can be taken back: what it led to still counts, and something was before.
pub fn is_undoable(read: &dyn Read, guild: GuildId, listed: &Listed, changed: &Activity) -> Result<bool> {
    Ok(is_of(listed, changed)
        && changed.before != changed.after
        && listed.setting.stored(read, guild)? == changed.after
        && value_before(read, listed, changed)?.is_some())
}

/// Takes a change of this setting back at somebody's word. Refuses where it is something else by now.
pub fn undo(tx: &Tx<'_>, guild: GuildId, by: Actor, listed: &'static Listed, id: ActivityId) -> Result<Change> {
    let value = undone_to(tx, guild, listed, id)?;
    change(tx, guild, by, listed.setting, &value)
}

/// What became of several changes that were to be taken back.
#[derive(Clone, Default)]
pub struct TakenBack {
    /// What is as before.
    pub changed: Vec<Changed>,
    /// What was changed since, and stays as it is.
    pub left: Vec<&'static Listed>,
}

/// Takes several changes back, as far as nothing changed them since. Refuses where all of them are something else by now.
pub fn undo_all(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    changes: &[(&'static Listed, ActivityId)],
) -> Result<TakenBack> {
    let (mut values, mut refused, mut taken_back) = (Vec::new(), None, TakenBack::default());
    for (listed, id) in changes {
        match undone_to(tx, guild, listed, *id) {
            Ok(value) => values.push((*listed, value)),
            Err(refusal @ Error::Refused(_)) => {
                taken_back.left.push(*listed);
                refused.get_or_insert(refusal);
            }
            Err(failure) => return Err(failure),
        }
    }
    if let Some(refusal) = refused.filter(|_| values.is_empty()) {
        return Err(refusal);
    }
    for (listed, value) in values {
        let change = change(tx, guild, by, listed.setting, &value)?;
        taken_back.changed.extend(change.is_any().then_some(Changed { listed, change }));
    }
    Ok(taken_back)
}

/// What a setting is once a change of it is taken back.
fn undone_to(read: &dyn Read, guild: GuildId, listed: &'static Listed, id: ActivityId) -> Result<NewValue> {
    let found = activity::get(read, guild, id)?.filter(|found| is_of(listed, found));
    let Some(changed) = found else { return Err(SettingRefusal::NoSuchChange.into()) };
    if !is_undoable(read, guild, listed, &changed)? {
        let now = Sentence::read(&listed.setting.shown(read, guild)?);
        return Err(SettingRefusal::ChangedSince { title: listed.title, now }.into());
    }
    Ok(value_before(read, listed, &changed)?.ok_or(SettingRefusal::NoSuchChange)?)
}

/// The changes that somebody made at once with this one, the earliest first: those beside it, by the same hand, each of
/// another setting. What one transaction notes stands next to each other.
pub fn act_of(read: &dyn Read, guild: GuildId, id: ActivityId) -> Result<Vec<(ActivityId, Activity)>> {
    let at = |id| Ok::<_, Error>(activity::get(read, guild, id)?.filter(|found| found.kind == SETTING_CHANGED.name()));
    let Some(found) = at(id)? else { return Ok(Vec::new()) };
    let by = found.actor;
    let mut act = VecDeque::from([(id, found)]);
    for is_backwards in [true, false] {
        let mut last = id.get();
        while act.len() < MOST_OF_AN_ACT {
            last = if is_backwards { last.saturating_sub(1) } else { last.saturating_add(1) };
            let beside = ActivityId::new(last);
            let belongs =
                |found: &Activity| found.actor == by && act.iter().all(|(_, known)| known.subject != found.subject);
            let Some(found) = at(beside)?.filter(belongs) else { break };
            if is_backwards {
                act.push_front((beside, found));
            } else {
                act.push_back((beside, found));
            }
        }
    }
    Ok(act.into())
}

fn is_of(listed: &Listed, activity: &Activity) -> bool {
    let is_about = matches!(&activity.subject, Some(Subject::Setting(key)) if key == listed.setting.key());
    activity.kind == SETTING_CHANGED.name() && is_about
}

/// What counted before. Whether that was the server's own is not kept: what counts without a value is not made its own.
fn value_before(read: &dyn Read, listed: &Listed, changed: &Activity) -> Result<Option<NewValue>> {
    if listed.setting.inherited(read)? == changed.before {
        return Ok(Some(NewValue::Default));
    }
    Ok(listed.setting.read_stored(changed.before.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::{Filter, newest};
    use crate::features::coins::settings::{LISTED, LUXURY_ENABLED, SKIP_PRICE};
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::ids::UserId;

    const ANN: Actor = Actor::Member(UserId::new(1));
    const KIM: Actor = Actor::Member(UserId::new(2));

    fn price() -> &'static Listed {
        LISTED.iter().find(|listed| listed.setting.key() == SKIP_PRICE.key()).unwrap()
    }

    fn set(store: &TestStore, value: u32) -> ActivityId {
        store.write(move |tx| SKIP_PRICE.change(tx, GUILD, ANN, &value).map(drop)).unwrap();
        store.read(|read| newest(read, GUILD, &Filter::default(), None, 1)).rows[0].0
    }

    fn take_back(store: &TestStore, id: ActivityId) -> Result<Change> {
        store.write(move |tx| undo(tx, GUILD, KIM, price(), id))
    }

    #[test]
    fn a_change_is_taken_back_by_another_one_which_can_be_taken_back_as_well() {
        let store = TestStore::new();
        set(&store, 500);
        let second = set(&store, 800);
        let undone = take_back(&store, second).unwrap();
        assert_eq!((undone.before.as_deref(), undone.after.as_deref()), (Some("800"), Some("500")));
        let (again, noted) = store.read(|read| newest(read, GUILD, &Filter::default(), None, 1)).rows.remove(0);
        assert_eq!(noted.actor, KIM);
        take_back(&store, again).unwrap();
        assert_eq!(store.read(|read| SKIP_PRICE.get(read, GUILD)), 800);
    }

    #[test]
    fn what_was_changed_at_once_is_taken_back_at_once_as_far_as_nothing_changed_it_since() {
        let store = TestStore::new();
        let switch = LISTED.iter().find(|listed| listed.setting.key() == LUXURY_ENABLED.key()).unwrap();
        let both = |tx: &Tx<'_>| {
            SKIP_PRICE.change(tx, GUILD, ANN, &700)?;
            LUXURY_ENABLED.change(tx, GUILD, ANN, &false).map(drop)
        };
        store.write(both).unwrap();
        let last = store.read(|read| newest(read, GUILD, &Filter::default(), None, 1)).rows[0].0;
        let act = store.read(|read| act_of(read, GUILD, last));
        let changes: Vec<_> = [price(), switch].into_iter().zip(act.iter().map(|(id, _)| *id)).collect();
        assert_eq!(changes.len(), act.len());
        let all = changes.clone();
        store.write(move |tx| undo_all(tx, GUILD, KIM, &all).map(drop)).unwrap();
        let now = |store: &TestStore| {
            store.read(|read| Ok((SKIP_PRICE.get(read, GUILD)?, LUXURY_ENABLED.get_own(read, GUILD)?)))
        };
        assert_eq!(now(&store), (1_000, None));
        store.write(|tx| LUXURY_ENABLED.change(tx, GUILD, ANN, &false).map(drop)).unwrap();
        let again = changes.clone();
        // Both are something else by now than what the first act made of them.
        store.write(|tx| SKIP_PRICE.change(tx, GUILD, ANN, &700).map(drop)).unwrap();
        store.write(|tx| LUXURY_ENABLED.change(tx, GUILD, ANN, &true).map(drop)).unwrap();
        let taken_back = store.write(move |tx| undo_all(tx, GUILD, KIM, &again)).unwrap();
        assert_eq!((taken_back.changed.len(), taken_back.left.len()), (1, 1));
        assert_eq!(taken_back.left[0].setting.key(), LUXURY_ENABLED.key());
        assert_eq!(now(&store), (1_000, Some(true)), "what was changed since is left alone");
        store.write(move |tx| undo_all(tx, GUILD, KIM, &changes).map(drop)).unwrap_err();
        assert_eq!(now(&store), (1_000, Some(true)));
    }

    #[test]
    fn what_was_changed_since_is_left_as_it_is_with_a_reason() {
        let store = TestStore::new();
        let first = set(&store, 500);
        set(&store, 800);
        let refused = take_back(&store, first).unwrap_err().to_string();
        assert!(refused.contains("Price of a Skip was changed since and is 800 now"), "{refused}");
        assert_eq!(store.read(|read| SKIP_PRICE.get(read, GUILD)), 800);
        let gone = take_back(&store, ActivityId::new(1)).unwrap_err().to_string();
        assert!(gone.contains("not kept any more"), "{gone}");
    }

    #[test]
    fn what_was_the_default_becomes_the_default_and_not_a_value_of_its_own() {
        let store = TestStore::new();
        let only = set(&store, 500);
        take_back(&store, only).unwrap();
        assert_eq!(store.read(|read| SKIP_PRICE.get_own(read, GUILD)), None);
    }
}

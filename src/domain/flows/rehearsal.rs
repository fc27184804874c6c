//! Events of a live that an administrator makes up, to see what they would do (`M-HNT-05`).
//!
//! They go the way of real ones and pay like them. Where a live is followed they count in its session; elsewhere in one
//! of a name that nobody has, [`streamer`], which begins by itself. Nobody records them.

use crate::features::engagement::model::AccountRef;
use crate::features::queue::service::Moved;
use crate::features::tiktok::activity::{SIMULATED, SimulatedEvent};
use crate::features::{engagement, handles, tiktok};
use crate::flows::{followed_live, live_events};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::{Gift, Handle, LiveEvent, Occurrence};
use crate::store::{Read, Tx};

/// What came of an event.
#[derive(Debug)]
pub struct Rehearsed {
    /// On whose live it happened.
    pub streamer: Handle,
    /// Whether a session was begun for it.
    pub has_begun: bool,
    /// Whether it came to nothing, because there is no connection to that live.
    pub is_dropped: bool,
    /// Points that its handle got.
    pub points: i64,
    /// Luxury Coins that were earned, by anyone.
    pub luxury: i64,
    /// Songs that were lifted.
    pub lifted: Vec<Moved>,
}

/// The name of the live that is made up where none is followed.
pub fn streamer() -> Result<Handle, crate::live::handle::NotAHandle> {
    Handle::parse("simulated.live")
}

/// Something happens, at the word of an administrator. A gift that belongs to a streak ([`Gift::group`] is not 0) joins the
/// streak of its sender that goes on, or begins one.
pub fn run(tx: &Tx<'_>, guild: GuildId, by: UserId, what: &Occurrence) -> Result<Rehearsed> {
    let followed = tiktok::queries::follow(tx, guild)?.map(|follow| follow.streamer);
    let is_followed = followed.is_some();
    let streamer = match followed {
        Some(followed) => followed,
        None => streamer().map_err(crate::kernel::error::Error::failed)?,
    };
    let session = engagement::queries::open_session(tx, guild)?.map(|(_, session)| session);
    let is_connected = session.is_some_and(|session| session.streamer == streamer && session.is_connected);
    let is_about_connection = matches!(what, Occurrence::Connected | Occurrence::Disconnected | Occurrence::Ended);
    let has_begun = !is_connected && !is_followed && !is_about_connection;

    let before = points_of(tx, guild, what)?;
    let mut events = Vec::new();
    if has_begun {
        events.push(LiveEvent::new(tx.now(), Occurrence::Connected));
    }
    events.push(LiveEvent::new(tx.now(), joined_to_streak(tx, guild, what)?));
    let effects = live_events::run(tx, guild, &streamer, &events)?;
    if is_followed {
        followed_live::tell(tx, guild, &streamer, &events)?;
    }
    SIMULATED.with(SimulatedEvent::from(what)).by(Actor::Member(by)).note(tx, guild)?;
    Ok(Rehearsed {
        has_begun,
        is_dropped: effects.dropped > 0,
        points: points_of(tx, guild, what)? - before,
        luxury: effects.luxury,
        lifted: effects.lifted,
        streamer,
    })
}

fn points_of(read: &dyn Read, guild: GuildId, what: &Occurrence) -> Result<i64> {
    let Some(viewer) = what.viewer() else { return Ok(0) };
    let Some(handle) = &viewer.handle else { return Ok(0) };
    Ok(handles::queries::account(read, guild, handle)?.map_or(0, |account| account.points.get()))
}

/// A gift of a streak gets the number of the one that goes on, or a new one.
fn joined_to_streak(tx: &Tx<'_>, guild: GuildId, what: &Occurrence) -> Result<Occurrence> {
    let Occurrence::Gifted(viewer, gift) = what else { return Ok(what.clone()) };
    if gift.group == 0 {
        return Ok(what.clone());
    }
    let account = match &viewer.handle {
        Some(handle) => handles::queries::account_id(tx, guild, handle)?.map(|id| AccountRef::new(id.get())),
        None => None,
    };
    let under_way = match engagement::queries::open_session(tx, guild)? {
        Some((session, _)) => {
            let end = Timestamp::from_micros(i64::MAX);
            engagement::tables::unfinished_until(tx, guild, session, end)?
        }
        None => Vec::new(),
    };
    let joined = under_way.into_iter().find(|streak| Some(streak.account) == account && streak.gift == gift.id);
    let group = match joined {
        Some(streak) => streak.group,
        None => tx.next_id(guild, "tiktok.simulated_streaks")?,
    };
    Ok(Occurrence::Gifted(viewer.clone(), Gift { group, ..gift.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::live::Viewer;

    fn gift(count: u32, is_streaking: bool, group: u64) -> Occurrence {
        let viewer = Viewer::named(Handle::parse("ann.live").unwrap());
        Occurrence::Gifted(viewer, Gift { id: 1, name: "Gift".into(), unit_coins: 10, count, is_streaking, group })
    }

    fn simulate(store: &TestStore, what: Occurrence) -> Rehearsed {
        store.write(move |tx| run(tx, GUILD, UserId::new(1), &what)).unwrap()
    }

    #[test]
    fn without_a_followed_live_a_session_begins_by_itself_and_ends_at_a_word() {
        let store = TestStore::new();
        assert!(!simulate(&store, Occurrence::Ended).has_begun);
        let first = simulate(&store, gift(1, false, 0));
        assert_eq!((first.has_begun, first.points, first.streamer.as_str()), (true, 20, "simulated.live"));
        let again = simulate(&store, gift(1, false, 0));
        assert_eq!((again.has_begun, again.points), (false, 20), "each single gift counts");
        simulate(&store, Occurrence::Ended);
        assert_eq!(store.read(|read| engagement::queries::open_session(read, GUILD)), None);
        store.check();
    }

    #[test]
    fn a_streak_that_is_made_up_pays_once_at_its_end_and_the_next_one_again() {
        let store = TestStore::new();
        for _ in 0..2 {
            let steps = [(1, true), (3, true), (4, false)]
                .map(|(count, goes_on)| simulate(&store, gift(count, goes_on, 1)).points);
            assert_eq!(steps, [0, 0, 80]);
        }
        store.check();
    }
}

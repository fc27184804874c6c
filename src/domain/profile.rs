//! What a member chose for themselves (`D-108`), and the time zone by which somebody plans (`D-69`).
//!
//! What a member types as a moment is meant in their own time zone; otherwise in that of the server, the setting `timezone`,
//! which is UTC by default. What is chosen in direct messages, guild 0, counts wherever nothing else was chosen.
//!
//! Table: `profile.profiles`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::kernel::calendar::Zone;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::one_line;
use crate::settings::{Area, Listed, Setting};
use crate::store::{AnyTable, Direction, ErasureAction, Index, Read, Table, Tx};
use crate::{fields, refusals};

/// The time zone of a guild.
pub static TIMEZONE: Setting<Zone> = Setting::new("timezone", Zone::UTC);
/// The settings of this module, as administrators meet them.
pub const LISTED: &[Listed] = &[Listed::new(
    &TIMEZONE,
    Area::General,
    "Time Zone",
    "In which time zone times are meant, where a member has no other one in `/profile`.",
)];
/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&PROFILES];

static PROFILES: Table<(GuildId, UserId), Profile> = Table::new("profile.profiles", &[&HIDDEN])
    .erasing(|(_, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));

/// Who chose whether to be hidden from leaderboards, and what.
static HIDDEN: Index<(GuildId, bool, UserId), (GuildId, UserId), Profile> =
    Index::new("profile.hidden", |(guild, user), profile| {
        profile.is_hidden.map(|is_hidden| (*guild, is_hidden, *user))
    });

/// What a member chose. More choices are later fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Profile {
    /// The name of their time zone.
    zone: Option<String>,
    /// Whether they are in no leaderboard; `None` where they chose nothing.
    is_hidden: Option<bool>,
}

fields!(Profile: is_hidden since 2 = None);

/// The time zone by which a member plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberZone {
    /// The zone.
    pub zone: Zone,
    /// Whether the member chose it.
    pub is_own: bool,
}

refusals! {
    /// Why a choice is not taken.
    pub enum ProfileRefusal {
        /// There is no such time zone.
        NoSuchZone {
            /// What was typed.
            typed: String,
        } => "profile.no_such_zone" as NotValid,
            "There is no time zone **{typed}**. Choose one from the list that appears while you \
            type, such as `Europe/Berlin`, or write how far your clock is ahead of UTC, such as `UTC+2`.";
    }
}

/// The time zone by which a member plans in a guild.
pub fn zone_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<MemberZone> {
    for place in [guild, GuildId::INSTANCE] {
        let profile = PROFILES.get(read, &(place, user))?.unwrap_or_default();
        if let Some(zone) = profile.zone.and_then(|name| Zone::named(&name)) {
            return Ok(MemberZone { zone, is_own: true });
        }
    }
    Ok(MemberZone { zone: TIMEZONE.get(read, guild)?, is_own: false })
}

/// Gives a member the time zone that they typed, with `none` none of their own. What their clock shows is a time zone as
/// well, and so is what is like one zone alone.
pub fn choose_zone(tx: &Tx<'_>, guild: GuildId, user: UserId, typed: &str) -> Result<MemberZone> {
    let meant =
        || Zone::meant(typed, tx.now()).ok_or_else(|| ProfileRefusal::NoSuchZone { typed: one_line(typed, 60) });
    let zone = if typed.eq_ignore_ascii_case("none") { None } else { Some(meant()?.to_string()) };
    let mut profile = PROFILES.get(tx, &(guild, user))?.unwrap_or_default();
    profile.zone = zone;
    PROFILES.put(tx, &(guild, user), &profile)?;
    zone_of(tx, guild, user)
}

/// Whether a member is in no leaderboard of a guild.
pub fn is_hidden(read: &dyn Read, guild: GuildId, user: UserId) -> Result<bool> {
    for place in [guild, GuildId::INSTANCE] {
        let profile = PROFILES.get(read, &(place, user))?.unwrap_or_default();
        if let Some(is_hidden) = profile.is_hidden {
            return Ok(is_hidden);
        }
    }
    Ok(false)
}

/// All who are in no leaderboard of a guild. Who chose so in direct messages is among them, wherever else they are.
pub fn hidden(read: &dyn Read, guild: GuildId) -> Result<BTreeSet<UserId>> {
    let chose = |place: GuildId, is_hidden: bool| HIDDEN.page(read, (place, is_hidden), Direction::Forward, usize::MAX);
    let mut hidden: BTreeSet<_> = chose(GuildId::INSTANCE, true)?.into_iter().map(|(.., user)| user).collect();
    for (.., user) in chose(guild, false)? {
        hidden.remove(&user);
    }
    hidden.extend(chose(guild, true)?.into_iter().map(|(.., user)| user));
    Ok(hidden)
}

/// Hides a member from the leaderboards of a guild, or shows them there.
pub fn choose_hidden(tx: &Tx<'_>, guild: GuildId, user: UserId, is_hidden: bool) -> Result<()> {
    let profile = PROFILES.get(tx, &(guild, user))?.unwrap_or_default();
    PROFILES.put(tx, &(guild, user), &Profile { is_hidden: Some(is_hidden), ..profile })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore, said};
    use crate::settings::Changeable;

    const ANN: UserId = UserId::new(1);
    const OTHER: GuildId = GuildId::new(6);

    fn zone(store: &TestStore, guild: GuildId) -> (String, bool) {
        let MemberZone { zone, is_own } = store.read(|read| zone_of(read, guild, ANN));
        (zone.to_string(), is_own)
    }

    #[test]
    fn a_member_plans_by_their_own_zone_otherwise_by_that_of_direct_messages_or_of_the_server() {
        let store = TestStore::new();
        assert_eq!(zone(&store, GUILD), ("UTC".to_owned(), false));
        store.write(|tx| TIMEZONE.set(tx, GUILD, &Zone::named("Asia/Tokyo").unwrap())).unwrap();
        assert_eq!(zone(&store, GUILD), ("Asia/Tokyo".to_owned(), false));
        store.write(|tx| choose_zone(tx, GuildId::INSTANCE, ANN, "new york")).unwrap();
        assert_eq!(zone(&store, GUILD), ("America/New_York".to_owned(), true));
        store.write(|tx| choose_zone(tx, GUILD, ANN, "Europe/Berlin · 21:15")).unwrap();
        assert_eq!(zone(&store, GUILD), ("Europe/Berlin".to_owned(), true));
        assert_eq!(
            zone(&store, OTHER),
            ("America/New_York".to_owned(), true),
            "no server knows what was chosen in another"
        );
        for guild in [GUILD, GuildId::INSTANCE] {
            store.write(move |tx| choose_zone(tx, guild, ANN, "None")).unwrap();
        }
        assert_eq!(zone(&store, GUILD), ("Asia/Tokyo".to_owned(), false));
        store.check();
    }

    #[test]
    fn whoever_hides_does_so_in_one_server_or_everywhere_else() {
        let store = TestStore::new();
        let hide = |guild, user, is_hidden| store.write(move |tx| choose_hidden(tx, guild, user, is_hidden)).unwrap();
        let found = |guild| store.read(|read| hidden(read, guild)).into_iter().map(UserId::get).collect::<Vec<_>>();
        let bob = UserId::new(2);
        hide(GUILD, bob, true);
        hide(GuildId::INSTANCE, ANN, true);
        hide(OTHER, ANN, false);
        assert_eq!((found(GUILD), found(OTHER)), (vec![1, 2], vec![]));
        for (guild, user, expected) in
            [(GUILD, ANN, true), (OTHER, ANN, false), (GUILD, bob, true), (OTHER, bob, false)]
        {
            assert_eq!(store.read(|read| is_hidden(read, guild, user)), expected, "{user} in {guild}");
        }
        hide(GUILD, bob, false);
        store.write(|tx| choose_zone(tx, GUILD, ANN, "Berlin")).unwrap();
        assert_eq!(found(GUILD), [1], "another choice leaves it as it is");
        store.check();
    }

    #[test]
    fn a_zone_is_chosen_by_city_name_distance_and_clock() {
        let store = TestStore::new();
        // It is 20:15 in UTC.
        for (typed, name) in [
            ("München", "Europe/Berlin"),
            ("zurich", "Europe/Zurich"),
            ("york", "America/New_York"),
            ("Europe/Berlin · 21:15", "Europe/Berlin"),
            ("UTC+2", "UTC+02:00"),
            ("21:15", "UTC+01:00"),
            ("21:17", "UTC+01:00"),
        ] {
            let chosen = store.write(move |tx| choose_zone(tx, GUILD, ANN, typed)).unwrap();
            assert_eq!((chosen.zone.to_string().as_str(), chosen.is_own), (name, true), "{typed}");
            assert_eq!(zone(&store, GUILD), (name.to_owned(), true), "what is stored is read again");
        }
    }

    #[test]
    fn a_server_types_its_zone_as_members_do() {
        let store = TestStore::new();
        for (typed, name) in [("Berlin", "Europe/Berlin"), ("zürich", "Europe/Zurich"), ("GMT-5", "UTC-05:00")] {
            assert!(store.write(move |tx| TIMEZONE.set_typed(tx, GUILD, typed)).unwrap(), "{typed}");
            assert_eq!(store.read(|read| TIMEZONE.get(read, GUILD)).to_string(), name);
        }
        for typed in ["Atlantis", "Factory", "posixrules", "21:15"] {
            assert!(!store.write(move |tx| TIMEZONE.set_typed(tx, GUILD, typed)).unwrap(), "{typed}");
        }
    }

    #[test]
    fn what_names_no_zone_or_several_is_refused() {
        let store = TestStore::new();
        for typed in ["", "Atlantis", "america", "*x*", "Factory", "25:00"] {
            let refused = store.write(move |tx| choose_zone(tx, GUILD, ANN, typed)).unwrap_err();
            assert_eq!(refused.code(), "profile.no_such_zone", "{typed}");
        }
        let refused = store.write(|tx| choose_zone(tx, GUILD, ANN, "*x*")).unwrap_err();
        assert!(said(refused).starts_with(r"There is no time zone **\*x\***."));
    }
}

//! What a member chose for themselves (`D-108`), and the time zone by which somebody plans (`D-69`).
//!
//! What a member types as a moment is meant in their own time zone; otherwise in that of the server, the setting `timezone`,
//! which is UTC by default. What is chosen in direct messages, guild 0, counts wherever nothing else was chosen.
//!
//! Table: `profile.profiles`.

use serde::{Deserialize, Serialize};

use crate::kernel::calendar::Zone;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::settings::{Area, Limits, Listed, Setting, Typed};
use crate::store::{AnyTable, Fate, Read, Record, Table, Tx};
use crate::{refusals, text_setting};

/// The time zone of a guild.
static TIMEZONE: Setting<Zone> = Setting::new("timezone", Zone::UTC);
/// The settings of this module, as administrators meet them.
pub const LISTED: &[Listed] = &[Listed::new(
    &TIMEZONE,
    Area::General,
    "Time Zone",
    "In which time zone times are meant, where a member has no other one in `/profile`.",
)];
/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&PROFILES];

/// By which a member says that they have no time zone of their own.
pub const NO_ZONE: &str = "none";

static PROFILES: Table<(GuildId, UserId), Profile> =
    Table::new("profile.profiles", &[]).erasing(|(_, user), _, erasure| Fate::goes_if(*user == erasure.member));

/// What a member chose. More choices are later fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Profile {
    /// The name of their time zone.
    zone: Option<String>,
}

impl Record for Profile {}

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
        } => "profile.no_such_zone", "There is no time zone **{typed}**. Choose one from the list that appears while you \
            type, such as `Europe/Berlin`.";
    }
}

text_setting!(Zone);

impl Typed for Zone {
    fn shown(&self, _: Limits) -> String {
        self.to_string()
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        Self::named(typed)
    }

    fn offered() -> Vec<&'static str> {
        Vec::new()
    }

    fn allowed(_: Limits) -> String {
        "the name of a time zone, such as Europe/Berlin or UTC".to_owned()
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

/// Gives a member the time zone of this name, or the only one that is like what was typed; with [`NO_ZONE`] none of their own.
pub fn choose_zone(tx: &Tx<'_>, guild: GuildId, user: UserId, typed: &str) -> Result<MemberZone> {
    let zone = if typed.eq_ignore_ascii_case(NO_ZONE) { None } else { Some(meant(typed, tx.now())?.to_string()) };
    let mut profile = PROFILES.get(tx, &(guild, user))?.unwrap_or_default();
    profile.zone = zone;
    PROFILES.put(tx, &(guild, user), &profile)?;
    zone_of(tx, guild, user)
}

/// The time zones whose name or present time contains what was typed, each with that time.
pub fn zones_like(typed: &str, now: Timestamp) -> Vec<(Zone, String)> {
    let words = |text: &str| text.to_lowercase().replace('_', " ");
    let typed = words(typed.trim());
    let with_time = Zone::all().filter_map(|zone| {
        let shown = format!("{zone} · {}", zone.local(now)?.strftime("%H:%M"));
        Some((zone, shown))
    });
    with_time.filter(|(_, shown)| words(shown).contains(&typed)).collect()
}

fn meant(typed: &str, now: Timestamp) -> Result<Zone> {
    // What is shown while somebody types begins with the name.
    let name = typed.split_whitespace().next().unwrap_or_default();
    let named = Zone::named(name).or_else(|| match zones_like(typed, now).as_slice() {
        [(zone, _)] => Some(zone.clone()),
        _ => None,
    });
    Ok(named.ok_or_else(|| ProfileRefusal::NoSuchZone { typed: one_line(typed, 60) })?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore, said};

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
    fn a_zone_is_found_by_its_place_and_by_what_its_clock_shows() {
        let now = Timestamp::from_rfc3339("2026-11-21T20:00:00Z").unwrap();
        let shown = |typed: &str| zones_like(typed, now).into_iter().map(|(_, shown)| shown).collect::<Vec<_>>();
        assert_eq!(shown("berlin"), ["Europe/Berlin · 21:00"]);
        assert_eq!(shown(" New York "), ["America/New_York · 15:00"]);
        assert!(shown("01:45").iter().all(|shown| shown.starts_with("Asia/Ka")), "{:?}", shown("01:45"));
        assert!(shown("").len() > 400 && shown("atlantis").is_empty());
    }

    #[test]
    fn what_names_no_zone_or_several_is_refused() {
        let store = TestStore::new();
        for typed in ["", "Atlantis", "america", "*x*"] {
            let refused = store.write(move |tx| choose_zone(tx, GUILD, ANN, typed)).unwrap_err();
            assert_eq!(refused.code(), "profile.no_such_zone", "{typed}");
        }
        let refused = store.write(|tx| choose_zone(tx, GUILD, ANN, "*x*")).unwrap_err();
        assert!(said(refused).starts_with(r"There is no time zone **\*x\***."));
    }
}

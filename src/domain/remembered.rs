//! What is remembered of members who were erased: the limits of theirs that still run, so that erasing oneself is no way to
//! claim, redeem or finish something once more.
//!
//! A limit is kept under a digest of its member, which a random key of the server goes into. No row holds an id, the same
//! member has another digest for each limit, and whoever has no key cannot even try ids. Features ask here wherever they
//! judge such a limit; the flow `limits_remembered` keeps them at an erasure and forgets each when it is over.
//!
//! Tables: `remembered.keys`, `remembered.marks`. Both go with the server.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, Read, Record, Span, Table, Tx};

/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&KEYS, &MARKS];

/// The key of each guild in which somebody was erased who had a limit.
static KEYS: Table<GuildId, MarkKey> = Table::new("remembered.keys", &[]).without_members();
/// By guild, kind and number of the limit, and the digest of its member.
static MARKS: Table<Place, Mark> = Table::new("remembered.marks", &[]).without_members();

type Place = (GuildId, u8, u64, Digest);

/// A limit of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// The time between two daily claims.
    Daily,
    /// The wrong codes that they may type.
    Guesses,
    /// A code, which each redeems once.
    Code(u64),
    /// An item, of which each may buy so many.
    Item(u64),
    /// A task, which each finishes once.
    Task(u64),
}

impl Limit {
    // The numbers are parts of stored keys: none ever changes.
    const fn place(self) -> (u8, u64) {
        match self {
            Self::Daily => (1, 0),
            Self::Guesses => (2, 0),
            Self::Code(code) => (3, code),
            Self::Item(item) => (4, item),
            Self::Task(task) => (5, task),
        }
    }

    const fn at_place(kind: u8, number: u64) -> Option<Self> {
        match kind {
            1 => Some(Self::Daily),
            2 => Some(Self::Guesses),
            3 => Some(Self::Code(number)),
            4 => Some(Self::Item(number)),
            5 => Some(Self::Task(number)),
            _ => None,
        }
    }

    /// Whether it ends for each member at a moment of their own, and not for all at once.
    const fn is_timed(self) -> bool {
        matches!(self, Self::Daily | Self::Guesses)
    }
}

/// What counts for a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When it was done, or began.
    pub at: Timestamp,
    /// How often; 1 of what is done once.
    pub count: u32,
    /// The last row that is counted, where rows are: what comes behind it is not. Of a task, the round in which it was finished.
    pub through: u64,
}

impl Record for Mark {}

impl Mark {
    /// Something that is done once.
    pub const fn once(at: Timestamp) -> Self {
        Self { at, count: 1, through: 0 }
    }
}

/// A random key. It tells nothing by itself, and is in no export.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MarkKey {
    bytes: Vec<u8>,
}

impl Record for MarkKey {}

impl std::fmt::Debug for MarkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// What is remembered of a member for a limit. Nothing of who was not erased.
pub fn of(read: &dyn Read, guild: GuildId, user: UserId, limit: Limit) -> Result<Option<Mark>> {
    let Some(key) = KEYS.get(read, &guild)? else { return Ok(None) };
    MARKS.get(read, &place(guild, &key, user, limit))
}

/// Remembers something of a member who is being erased, instead of what was known before. `fresh` are random bytes, which
/// become the key of a guild that has none.
pub fn keep(tx: &Tx<'_>, guild: GuildId, user: UserId, fresh: &[u8; 32], (limit, mark): (Limit, Mark)) -> Result<()> {
    let known = KEYS.get(tx, &guild)?;
    let is_new = known.is_none();
    let key = known.unwrap_or_else(|| MarkKey { bytes: fresh.to_vec() });
    if is_new {
        KEYS.put(tx, &guild, &key)?;
    }
    MARKS.put(tx, &place(guild, &key, user, limit), &mark)
}

/// Every part has a fixed length, so nothing else has the same digest.
fn place(guild: GuildId, key: &MarkKey, user: UserId, limit: Limit) -> Place {
    let (kind, number) = limit.place();
    let parts: [&[u8]; 5] =
        [&key.bytes, &guild.get().to_be_bytes(), &user.get().to_be_bytes(), &kind.to_be_bytes(), &number.to_be_bytes()];
    (guild, kind, number, Digest::of_parts(&parts))
}

/// The guilds that remember something.
pub fn guilds(read: &dyn Read) -> Result<BTreeSet<GuildId>> {
    let mut guilds = BTreeSet::new();
    MARKS.guilds(read, &mut guilds)?;
    Ok(guilds)
}

/// Something that is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered(Place);

/// What is over, at most `most`. `is_over` is asked with the moment of the mark, or once where a limit ends for all.
pub fn over(
    read: &dyn Read,
    guild: GuildId,
    most: usize,
    mut is_over: impl FnMut(Limit, Timestamp) -> Result<bool>,
) -> Result<Vec<Remembered>> {
    let (mut found, mut rest) = (Vec::new(), Span::of(guild));
    while let Some(((_, kind, number, _), first)) = MARKS.first(read, rest, Direction::Forward)? {
        let limit = Limit::at_place(kind, number);
        let all = match limit {
            Some(limit) if limit.is_timed() => usize::MAX,
            Some(limit) if is_over(limit, first.at)? => most,
            _ => 0,
        };
        if let Some(limit) = limit.filter(|_| all > 0) {
            for (place, mark) in MARKS.page(read, (guild, kind, number), Direction::Forward, all)? {
                if !limit.is_timed() || is_over(limit, mark.at)? {
                    found.push(Remembered(place));
                }
            }
        }
        if found.len() >= most {
            found.truncate(most);
            break;
        }
        rest = Span::of(guild).after((guild, kind, number));
    }
    Ok(found)
}

/// Forgets these.
pub fn forget(tx: &Tx<'_>, what: &[Remembered]) -> Result<()> {
    what.iter().try_for_each(|Remembered(place)| MARKS.remove(tx, place).map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};

    const ANN: UserId = UserId::new(701_234_567_890_123_451);
    const BOB: UserId = UserId::new(702_234_567_890_123_452);
    const OTHER: GuildId = GuildId::new(6);
    const ALL: [Limit; 5] = [Limit::Daily, Limit::Guesses, Limit::Code(7), Limit::Item(7), Limit::Task(7)];

    fn keeps(store: &TestStore, guild: GuildId, user: UserId, fresh: u8) {
        let keeps = move |tx: &Tx<'_>| {
            let mark = |limit| (limit, Mark::once(tx.now()));
            ALL.into_iter().try_for_each(|limit| keep(tx, guild, user, &[fresh; 32], mark(limit)))
        };
        store.write(keeps).unwrap();
    }

    #[test]
    fn a_limit_is_found_by_its_member_alone_and_no_row_holds_an_id() {
        let store = TestStore::new();
        let known = |guild, user, limit| store.read(|read| of(read, guild, user, limit)).is_some();
        assert!(!known(GUILD, ANN, Limit::Daily));
        keeps(&store, GUILD, ANN, 1);
        keeps(&store, OTHER, BOB, 2);
        for limit in ALL {
            let [own, others, elsewhere] =
                [(GUILD, ANN), (GUILD, BOB), (OTHER, ANN)].map(|(guild, user)| known(guild, user, limit));
            assert_eq!((own, others, elsewhere), (true, false, false), "{limit:?}");
        }
        assert!(!known(GUILD, ANN, Limit::Code(8)));
        let mut digests = BTreeSet::new();
        let look = |read: &dyn Read| {
            MARKS.for_each(read, GUILD, |(.., digest), _| {
                digests.insert(digest);
                Ok(())
            })
        };
        store.read(look);
        assert_eq!(digests.len(), ALL.len(), "nothing tells that they are of the same member");
        // Another key is another digest, so a copy of the marks alone tells nothing.
        let (one, other) = (MarkKey { bytes: vec![1; 32] }, MarkKey { bytes: vec![2; 32] });
        assert_ne!(place(GUILD, &one, ANN, Limit::Daily), place(GUILD, &other, ANN, Limit::Daily));
        assert_eq!(format!("{one:?}"), "[secret]");
    }

    #[test]
    fn what_is_over_is_forgotten_and_nothing_else() {
        let store = TestStore::new();
        keeps(&store, GUILD, ANN, 1);
        store.advance(std::time::Duration::from_hours(1));
        keeps(&store, GUILD, BOB, 1);
        let now = store.now();
        let ends = |limit: Limit, at: Timestamp| Ok(limit == Limit::Code(7) || (limit == Limit::Daily && at < now));
        let found = store.read(|read| over(read, GUILD, 10, ends));
        assert_eq!(found.len(), 3, "a claim of one, and the code of both");
        assert_eq!(store.read(|read| over(read, GUILD, 2, ends)).len(), 2);
        store.write(move |tx| forget(tx, &found)).unwrap();
        let known = |user, limit| store.read(|read| of(read, GUILD, user, limit)).is_some();
        let left = ALL.map(|limit| (known(ANN, limit), known(BOB, limit)));
        assert_eq!(left, [(false, true), (true, true), (false, false), (true, true), (true, true)]);
        assert_eq!(store.read(|read| over(read, GUILD, 10, ends)).len(), 0);
    }
}

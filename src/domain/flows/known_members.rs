//! Who is known to a server: whoever has a balance, a linked handle or a song here. There is no list of members, and Discord is
//! not asked for one, so whoever did nothing of that is not known.

use std::collections::HashMap;

use super::erasure::{is_erased, last_pseudonym};
use crate::features::coins::model::Currency;
use crate::features::handles::model::{Account, KnownAccount};
use crate::features::handles::queries::Whose;
use crate::features::queue::model::Song;
use crate::features::{coins, handles, queue};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// Handles that are looked at for a name that is searched for.
const HANDLES: usize = 50;
/// Members among whom somebody is looked for who is named.
const NAMED: usize = 200;

/// What is known of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMember {
    /// Who.
    pub user: UserId,
    /// What they were called at their latest song; not escaped.
    pub name: Option<String>,
    /// How much they have of the server's own currency.
    pub server: Amount,
    /// Their Luxury Coins.
    pub luxury: Amount,
    /// Their points.
    pub points: Amount,
    /// Their linked handles, in the order in which they became known.
    pub handles: Vec<Account>,
    /// How many songs they submitted.
    pub songs: u64,
}

impl KnownMember {
    /// The name by which people know them best: that of their latest song, else a handle, else the number.
    pub fn called(&self) -> String {
        let handle = || self.handles.first().map(|account| account.handle.to_string());
        self.name.clone().or_else(handle).unwrap_or_else(|| self.user.to_string())
    }

    /// Whether anything is known of them at all.
    pub fn is_known(&self) -> bool {
        let has_any = [self.server, self.luxury, self.points].iter().any(|amount| *amount > Amount::ZERO);
        self.songs > 0 || !self.handles.is_empty() || has_any
    }
}

/// What members have who are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Having {
    /// Something by which they are known.
    #[default]
    Anything,
    /// A linked handle.
    Handles,
    /// A song that they submitted.
    Songs,
}

/// Who is meant by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This member.
    One(UserId),
    /// One of these, who are all called exactly so.
    Several(Vec<UserId>),
    /// Nobody is called exactly so; these have it in their name, or a handle that begins so.
    Alike(Vec<UserId>),
    /// Nobody who is known.
    Nobody,
}

/// What is known of a member.
pub fn one(read: &dyn Read, guild: GuildId, user: UserId) -> Result<KnownMember> {
    let erased = is_erased(read, guild, user)?.then(|| Song::ERASED.to_owned());
    Ok(KnownMember {
        user,
        name: erased.map_or_else(|| queue::queries::name_of(read, guild, user), |name| Ok(Some(name)))?,
        server: coins::queries::balance(read, guild, Currency::Server, user)?,
        luxury: coins::queries::balance(read, guild, Currency::Luxury, user)?,
        points: coins::queries::balance(read, guild, Currency::Points, user)?,
        handles: handles::queries::linked_handles(read, guild, user)?,
        songs: queue::queries::count_of(read, guild, user)?,
    })
}

/// The name by which people know a member best.
pub fn called(read: &dyn Read, guild: GuildId, user: UserId) -> Result<String> {
    if is_erased(read, guild, user)? {
        return Ok(Song::ERASED.to_owned());
    }
    called_otherwise(read, guild, user)
}

/// The same of each of these, for the rows of a list: whoever comes again is looked up once.
pub fn all_called(read: &dyn Read, guild: GuildId, users: impl IntoIterator<Item = UserId>) -> Result<Vec<String>> {
    let last_erased = last_pseudonym(read, guild)?;
    let mut known: HashMap<UserId, String> = HashMap::new();
    let name_of = |user: UserId| {
        if let Some(name) = known.get(&user) {
            return Ok(name.clone());
        }
        let is_erased = user.get() > 0 && user <= last_erased;
        let name = if is_erased { Song::ERASED.to_owned() } else { called_otherwise(read, guild, user)? };
        known.insert(user, name.clone());
        Ok(name)
    };
    users.into_iter().map(name_of).collect()
}

/// The name of somebody who was not erased.
fn called_otherwise(read: &dyn Read, guild: GuildId, user: UserId) -> Result<String> {
    if let Some(name) = queue::queries::name_of(read, guild, user)? {
        return Ok(name);
    }
    let handle = handles::queries::first_linked(read, guild, user)?;
    Ok(handle.map_or_else(|| user.to_string(), |handle| handle.to_string()))
}

/// Members by their ids, behind one of them, at most `limit`. Whoever was erased is nobody here.
pub fn behind(
    read: &dyn Read,
    guild: GuildId,
    having: Having,
    behind: Option<UserId>,
    limit: usize,
) -> Result<Vec<UserId>> {
    let mut members: Vec<UserId> = Vec::new();
    let first = behind.max(Some(last_pseudonym(read, guild)?));
    while members.len() < limit {
        let last = members.last().copied().or(first);
        let next = match having {
            Having::Handles => handles::queries::next_member(read, guild, last)?,
            Having::Songs => queue::queries::next_member(read, guild, last)?,
            Having::Anything => {
                let of_each = [
                    coins::queries::holders::next_member(read, guild, last)?,
                    handles::queries::next_member(read, guild, last)?,
                    queue::queries::next_member(read, guild, last)?,
                ];
                of_each.into_iter().flatten().min()
            }
        };
        let Some(next) = next else { break };
        members.push(next);
    }
    Ok(members)
}

/// Members that a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// The members.
    pub members: Vec<UserId>,
    /// Whether only a part of what is known was looked at, and there was room for more.
    pub is_partial: bool,
}

/// Who is meant by a text: a number or a mention, a name or a TikTok handle, with or without `@`. Who is called exactly so comes
/// before those whose name or handle only has this in it.
pub fn meant(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Meant> {
    let typed = typed.trim();
    let number = typed.trim_start_matches("<@").trim_end_matches('>');
    if number.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(user) = number.parse()
    {
        return Ok(Meant::One(user));
    }
    let found = matching(read, guild, typed, NAMED)?.members;
    let name = typed.trim_start_matches('@').to_lowercase();
    let mut exactly = Vec::new();
    for user in &found {
        let member = one(read, guild, *user)?;
        let has_handle = member.handles.iter().any(|account| account.handle.as_str() == name);
        if has_handle || member.name.is_some_and(|called| called.to_lowercase() == name) {
            exactly.push(*user);
        }
    }
    Ok(Meant::of(exactly, found))
}

impl Meant {
    /// Of those who are called exactly so, and of those who are called like it.
    pub fn of(exactly: Vec<UserId>, alike: Vec<UserId>) -> Self {
        match exactly.as_slice() {
            [user] => Self::One(*user),
            [] if alike.is_empty() => Self::Nobody,
            [] => Self::Alike(alike),
            _ => Self::Several(exactly),
        }
    }
}

/// Members whose id is this, whose handle begins so, or whose name at one of the latest songs has this in it. Whoever was
/// erased is not among them. However many there are, 50 handles and 5,000 songs are looked at.
pub fn matching(read: &dyn Read, guild: GuildId, typed: &str, limit: usize) -> Result<Matching> {
    let typed = typed.trim().trim_start_matches("<@").trim_end_matches('>');
    let (mut found, mut is_partial): (Vec<UserId>, bool) = (Vec::new(), false);
    if let Ok(user) = typed.parse::<UserId>()
        && one(read, guild, user)?.is_known()
    {
        found.push(user);
    }
    if !typed.is_empty() {
        let handles = handles::queries::listed(read, guild, typed, Whose::Linked, None, HANDLES)?;
        is_partial |= handles.next.is_some();
        found.extend(handles.rows.into_iter().filter_map(|KnownAccount { account, .. }| account.linked));
    }
    let (called, has_more) = queue::queries::members_called(read, guild, typed.trim_start_matches('@'), limit)?;
    is_partial |= has_more;
    found.extend(called);
    let erased = last_pseudonym(read, guild)?;
    let mut members: Vec<UserId> = Vec::new();
    for user in found.into_iter().filter(|user| *user > erased) {
        if !members.contains(&user) && members.len() < limit {
            members.push(user);
        }
    }
    is_partial &= members.len() < limit;
    Ok(Matching { members, is_partial })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::{EntryKind, Posting};
    use crate::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
    use crate::features::testing::{GUILD, TestStore};
    use crate::flows::handle_links;
    use crate::kernel::actor::Actor;
    use crate::live::Handle;

    /// 1 has coins, 2 a handle, 3 points and two handles.
    fn town() -> TestStore {
        let store = TestStore::new();
        store.write(|tx| ALLOW_ANY_HANDLE_LINKING.set(tx, GUILD, &true)).unwrap();
        for (user, currency) in [(1, Currency::Luxury), (3, Currency::Points)] {
            let (kind, reason, actor) = (EntryKind::AdminAdd, "quiz".to_owned(), Actor::System);
            let posting = Posting { currency, user: UserId::new(user), delta: 5, kind, reason, actor };
            store.write(move |tx| coins::service::apply(tx, GUILD, &posting).map(drop)).unwrap();
        }
        for (user, handle) in [(3, "zoe"), (3, "dj_zoe"), (2, "zara")] {
            let handle = Handle::parse(handle).unwrap();
            store.write(move |tx| handle_links::link(tx, GUILD, UserId::new(user), &handle).map(drop)).unwrap();
        }
        store
    }

    #[test]
    fn whoever_has_anything_here_is_known_once_and_in_order() {
        let store = town();
        let ids = |behind_user: Option<u64>, limit| {
            let found = store.read(|read| behind(read, GUILD, Having::Anything, behind_user.map(UserId::new), limit));
            found.into_iter().map(UserId::get).collect::<Vec<_>>()
        };
        assert_eq!(ids(None, 10), [1, 2, 3]);
        assert_eq!((ids(None, 2), ids(Some(2), 2)), (vec![1, 2], vec![3]));
        assert!(ids(Some(3), 2).is_empty());
        let with_handles = store.read(|read| behind(read, GUILD, Having::Handles, None, 10));
        assert_eq!(with_handles, [UserId::new(2), UserId::new(3)]);
        assert!(store.read(|read| behind(read, GUILD, Having::Songs, None, 10)).is_empty());
    }

    #[test]
    fn whoever_is_named_is_one_or_several_or_nobody() {
        let store = town();
        let meant = |typed: &'static str| store.read(|read| meant(read, GUILD, typed));
        let user = |user| Meant::One(UserId::new(user));
        for (typed, expected) in [
            (" 7 ", user(7)),
            ("<@1>", user(1)),
            ("zoe", user(3)),
            ("@Zara", user(2)),
            ("dj", Meant::Alike(vec![UserId::new(3)])),
            ("z", Meant::Alike(vec![UserId::new(2), UserId::new(3)])),
            ("nobody", Meant::Nobody),
            ("", Meant::Nobody),
            ("+7", Meant::Nobody),
        ] {
            assert_eq!(meant(typed), expected, "{typed}");
        }
    }

    #[test]
    fn whoever_was_erased_is_offered_to_nobody_and_their_rows_say_so() {
        let store = town();
        store.write(|tx| super::super::erasure::begin(tx, GUILD, UserId::new(1)).map(drop)).unwrap();
        // The first number that nobody has stands for them.
        assert_eq!(store.read(|read| last_pseudonym(read, GUILD)), UserId::new(2));
        assert_eq!(store.read(|read| called(read, GUILD, UserId::new(2))), Song::ERASED);
        let all = store.read(|read| all_called(read, GUILD, [2, 3].map(UserId::new)));
        assert_eq!(all, [Song::ERASED, "@zoe"]);
        let ids = |found: Vec<UserId>| found.into_iter().map(UserId::get).collect::<Vec<_>>();
        assert_eq!(ids(store.read(|read| behind(read, GUILD, Having::Anything, None, 10))), [3]);
        assert_eq!(ids(store.read(|read| matching(read, GUILD, "z", 10)).members), [3]);
    }

    #[test]
    fn a_search_looks_at_so_much_and_says_where_there_is_more() {
        let store = town();
        let link = |tx: &crate::store::Tx<'_>| {
            for user in 100..160 {
                let handle = Handle::parse(&format!("crowd{user}")).unwrap();
                handle_links::link(tx, GUILD, UserId::new(user), &handle)?;
            }
            Ok(())
        };
        store.write(link).unwrap();
        let found = |typed: &'static str, limit| store.read(|read| matching(read, GUILD, typed, limit));
        let crowd = found("crowd", 200);
        assert_eq!((crowd.members.len(), crowd.is_partial), (HANDLES, true));
        assert!(!found("crowd", 10).is_partial, "there is no room for more");
        assert!(!found("zara", 200).is_partial);
    }

    #[test]
    fn members_are_found_by_id_and_handle() {
        let store = town();
        let ids = |typed: &'static str| {
            let found = store.read(|read| matching(read, GUILD, typed, 10));
            found.members.into_iter().map(UserId::get).collect::<Vec<_>>()
        };
        for (typed, found) in [
            ("1", vec![1]),
            ("<@1>", vec![1]),
            ("z", vec![2, 3]),
            ("@ZO", vec![3]),
            ("dj_", vec![3]),
            ("4", vec![]),
            ("", vec![]),
            ("nobody", vec![]),
        ] {
            assert_eq!(ids(typed), found, "{typed}");
        }
        let called = |user| store.read(|read| called(read, GUILD, UserId::new(user)));
        assert_eq!([called(1), called(2), called(3)], ["1", "@zara", "@zoe"]);
        let members = [3, 1, 3, 2].map(UserId::new);
        let all = store.read(move |read| all_called(read, GUILD, members));
        assert_eq!(all, ["@zoe", "1", "@zoe", "@zara"]);
    }
}

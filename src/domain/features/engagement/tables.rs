//! The tables of engagement, and whatever is done to them beyond one row.

use std::collections::BTreeSet;

use super::model::{
    AccountRef, Credit, Interaction, InteractionKind, InteractionNumber, Interruptions, KnownGifts, MessageChunk,
    Numbers, Participant, Session, SessionId, SnapshotNumber, SongRef, Streak, StreakKey, ViewerSnapshot,
};
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::{AnyTable, Direction, ErasureAction, Index, Read, Selection, Span, Table, Topic, Tx, UniqueIndex};

/// Something happened on a live of a guild.
pub const CHANGED: Topic = Topic::new("engagement.changed");

/// A session begins.
pub const SESSION_BEGUN: Topic = Topic::new("engagement.session_begun");

/// Sessions by guild and number (`M-DB-02`). Where the host is a member, the flow `erasure` takes the name out.
pub static SESSIONS: Table<(GuildId, SessionId), Session> =
    Table::new("engagement.sessions", &[&OPEN]).held_back().without_members();
/// The sessions that did not end. The rules keep it to one of each guild.
static OPEN: Index<(GuildId, SessionId), (GuildId, SessionId), Session> =
    Index::new("engagement.sessions_open", |key, session| session.ended_at.is_none().then_some(*key));

/// Interactions by guild, session and number (`M-DB-04`, `M-DB-17`).
pub static INTERACTIONS: Table<(GuildId, SessionId, InteractionNumber), Interaction> =
    Table::new("engagement.interactions", &[&BY_ACCOUNT]).erasing(|key, interaction, erasure| {
        if !interaction.account.is_some_and(|account| erasure.owns(account.get())) {
            return ErasureAction::Keep;
        }
        ErasureAction::from((key, interaction), *key, interaction.without_words())
    });
/// What a handle did (`M-DB-18`).
static BY_ACCOUNT: Index<ByAccount, (GuildId, SessionId, InteractionNumber), Interaction> =
    Index::new("engagement.interactions_by_account", |(guild, session, number), interaction| {
        Some((*guild, interaction.account?, *session, *number))
    });

/// Viewer counts by guild, session and number (`M-DB-05`).
pub static VIEWER_SNAPSHOTS: Table<(GuildId, SessionId, SnapshotNumber), ViewerSnapshot> =
    Table::new("engagement.viewer_snapshots", &[]).without_members();

/// The people of a session, by guild, session and handle (`M-DB-22`).
pub static PARTICIPANTS: Table<ParticipantKey, Participant> =
    Table::new("engagement.participants", &[&ON_WATCH]).held_back().erasing(|key, person, erasure| {
        ErasureAction::from((key, person), *key, person.clone().linked_as(|user| erasure.of(user)))
    });
/// The people whose watch time is to be counted.
static ON_WATCH: Index<ParticipantKey, ParticipantKey, Participant> =
    Index::new("engagement.participants_on_watch", |key, participant| participant.watch.is_open().then_some(*key));

/// What gifts were worth in each minute of a session, the first being 0.
pub static COINS_BY_MINUTE: Table<(GuildId, SessionId, u32), Amount> =
    Table::new("engagement.coins_by_minute", &[]).held_back().without_members();

/// Streaks of the open session: whose, of which gift, in which group.
pub static STREAKS: Table<StreakRow, Streak> =
    Table::new("engagement.streaks", &[&UNFINISHED]).erasing(|key, streak, erasure| {
        let level = streak.level.filter(|_| !erasure.owns(key.2.get()));
        ErasureAction::from((key, streak), *key, Streak { level, ..streak.clone() })
    });
/// Streaks that did not end, the one that is silent the longest first.
static UNFINISHED: Index<UnfinishedStreak, StreakRow, Streak> =
    Index::new("engagement.streaks_unfinished", |(guild, session, account, gift, group), streak| {
        (streak.seen > streak.paid).then_some((*guild, *session, streak.last_step_at, *account, *gift, *group))
    });

/// What pays once in a session and for a handle, and has paid.
static PAID_ONCE: Table<(GuildId, SessionId, AccountRef, u8), ()> =
    Table::new("engagement.paid_once", &[]).without_members();

/// Credits of the open session by member (`C-29`).
pub static CREDITS: Table<(GuildId, SessionId, UserId), Credit> = Table::new("engagement.credits", &[&BY_SONG])
    .erasing(|(_, _, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));
/// The credit that lifted a song.
static BY_SONG: UniqueIndex<(GuildId, SongRef), (GuildId, SessionId, UserId), Credit> =
    UniqueIndex::new("engagement.credits_by_song", |(guild, ..), credit| Some((*guild, credit.song?)));

/// What a member's credit was when a reviewer last put its song below the tier that it led to then (`C-29`).
pub static CREDITS_HELD: Table<(GuildId, SessionId, UserId), Amount> = Table::new("engagement.credits_held", &[])
    .erasing(|(_, _, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));
/// The credit that a song used up by being played or removed, in the open session: what a dead link gives back.
static CREDITS_USED: Table<(GuildId, SessionId, SongRef), Amount> =
    Table::new("engagement.credits_used", &[]).without_members();

/// The messages that the open session took, in numbered chunks: what comes again is recognised by them.
pub static MESSAGES: Table<(GuildId, SessionId, u64), MessageChunk> =
    Table::new("engagement.messages", &[]).held_back().without_members();

/// When the open session was told nothing.
pub static INTERRUPTIONS: Table<(GuildId, SessionId), Interruptions> =
    Table::new("engagement.interruptions", &[]).without_members();

/// What the open session was told of gifts.
pub static TOLD_GIFTS: Table<(GuildId, SessionId), KnownGifts> =
    Table::new("engagement.told_gifts", &[]).without_members();

/// The last numbers given, by guild.
pub static NUMBERS: Table<GuildId, Numbers> = Table::new("engagement.numbers", &[]).held_back().without_members();

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[
    &SESSIONS,
    &INTERACTIONS,
    &VIEWER_SNAPSHOTS,
    &PARTICIPANTS,
    &COINS_BY_MINUTE,
    &STREAKS,
    &PAID_ONCE,
    &CREDITS,
    &CREDITS_HELD,
    &CREDITS_USED,
    &MESSAGES,
    &INTERRUPTIONS,
    &TOLD_GIFTS,
    &NUMBERS,
];

type ParticipantKey = (GuildId, SessionId, AccountRef);
type ByAccount = (GuildId, AccountRef, SessionId, InteractionNumber);
type StreakRow = (GuildId, SessionId, AccountRef, u64, u64);
type UnfinishedStreak = (GuildId, SessionId, Timestamp, AccountRef, u64, u64);

fn streak_row(guild: GuildId, session: SessionId, key: StreakKey) -> StreakRow {
    (guild, session, key.account, key.gift, key.group)
}

/// The open session of a guild.
pub fn open_session(read: &dyn Read, guild: GuildId) -> Result<Option<(SessionId, Session)>> {
    let Some((_, id)) = OPEN.first(read, guild, Direction::Backward)? else { return Ok(None) };
    let session = SESSIONS.get(read, &(guild, id))?;
    let missing = || Error::failed(format!("the open session {id} of guild {guild} is not there"));
    Ok(Some((id, session.ok_or_else(missing)?)))
}

/// The guilds with an open session, as the index tells.
pub fn guilds_with_open_session(read: &dyn Read) -> Result<Vec<GuildId>> {
    let mut guilds = Vec::new();
    OPEN.for_each(read, Span::all(), |(guild, _)| {
        guilds.push(guild);
        Ok(())
    })?;
    guilds.dedup();
    Ok(guilds)
}

/// How many sessions of a guild are open; counts to two.
pub fn open_count(read: &dyn Read, guild: GuildId) -> Result<usize> {
    Ok(OPEN.page(read, guild, Direction::Forward, 2)?.len())
}

/// Adds a session.
pub fn add_session(tx: &Tx<'_>, guild: GuildId, session: &Session) -> Result<SessionId> {
    let id = SessionId::new(tx.next_id(guild, "engagement.sessions")?);
    SESSIONS.insert(tx, &(guild, id), session)?;
    Ok(id)
}

/// Shows the lives of these hosts under another name.
pub fn rename_streamer(tx: &Tx<'_>, guild: GuildId, names: &[Handle], name: &Handle) -> Result<()> {
    SESSIONS.for_each(tx, guild, |(_, id), session| {
        if names.contains(&session.streamer) {
            SESSIONS.put(tx, &(guild, id), &Session { streamer: name.clone(), ..session })?;
        }
        Ok(())
    })
}

/// The last numbers given.
pub fn numbers(read: &dyn Read, guild: GuildId) -> Result<Numbers> {
    Ok(NUMBERS.get(read, &guild)?.unwrap_or_default())
}

/// The latest interactions of a kind in a session, the last one first, among the last 2,000.
pub fn latest_of(
    read: &dyn Read,
    guild: GuildId,
    session: SessionId,
    kind: InteractionKind,
    limit: usize,
) -> Result<Vec<Interaction>> {
    const LOOKED_AT: usize = 2_000;
    let selection = Selection::of((guild, session)).backward().limit(limit).scanning_at_most(LOOKED_AT);
    let found = INTERACTIONS.select(read, &selection, |_, interaction| interaction.kind == kind)?;
    Ok(found.rows.into_iter().map(|(_, interaction)| interaction).collect())
}

/// Whether anything was written down of a session.
pub fn has_interactions(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<bool> {
    Ok(INTERACTIONS.first(read, (guild, session), Direction::Forward)?.is_some())
}

/// Changes someone of a session; whoever is new there has the number that comes next, which is given by that.
pub fn change_participant(
    tx: &Tx<'_>,
    key: (GuildId, SessionId, AccountRef),
    numbers: &mut Numbers,
    change: impl FnOnce(&mut Participant),
) -> Result<()> {
    let next = numbers.participant + 1;
    let new = || Participant { number: next, ..Participant::default() };
    let number = PARTICIPANTS.change(tx, &key, new, |person| {
        change(person);
        person.number
    })?;
    if number == next {
        numbers.participant = next;
        NUMBERS.put(tx, &key.0, numbers)?;
    }
    Ok(())
}

/// Adds to what gifts of a minute of a session were worth.
pub fn add_coins(tx: &Tx<'_>, guild: GuildId, session: SessionId, minute: u32, coins: Amount) -> Result<()> {
    let add = |sum: &mut Amount| *sum = sum.clamped_change(coins.get());
    COINS_BY_MINUTE.change(tx, &(guild, session, minute), Amount::default, add)
}

/// People of a session whose watch time is to be counted, in the order of their accounts, behind one of them.
pub fn on_watch(
    read: &dyn Read,
    guild: GuildId,
    session: SessionId,
    behind: Option<AccountRef>,
    limit: usize,
) -> Result<Vec<AccountRef>> {
    let all = Span::of((guild, session));
    let rest = match behind {
        Some(account) => all.after((guild, session, account)),
        None => all,
    };
    let found = ON_WATCH.page(read, rest, Direction::Forward, limit)?;
    Ok(found.into_iter().map(|(.., account)| account).collect())
}

/// The sessions of all guilds with people whose watch time is to be counted. Looks once into each of them.
pub fn sessions_on_watch(read: &dyn Read) -> Result<Vec<(GuildId, SessionId)>> {
    let mut sessions = Vec::new();
    let mut rest = Span::all();
    while let Some((guild, session, _)) = ON_WATCH.first(read, rest.clone(), Direction::Forward)? {
        sessions.push((guild, session));
        rest = rest.after((guild, session));
    }
    Ok(sessions)
}

/// Remembers that something that pays once has paid; false when it had.
pub fn mark_paid(
    tx: &Tx<'_>,
    guild: GuildId,
    session: SessionId,
    account: AccountRef,
    kind: InteractionKind,
) -> Result<bool> {
    let key = (guild, session, account, kind as u8);
    if PAID_ONCE.contains(tx, &key)? {
        return Ok(false);
    }
    PAID_ONCE.insert(tx, &key, &())?;
    Ok(true)
}

/// A streak.
pub fn streak(read: &dyn Read, guild: GuildId, session: SessionId, key: StreakKey) -> Result<Option<Streak>> {
    STREAKS.get(read, &streak_row(guild, session, key))
}

/// The gift of a streak of which only its number is told.
pub fn gift_of_streak(
    read: &dyn Read,
    guild: GuildId,
    session: SessionId,
    account: AccountRef,
    group: u64,
) -> Result<Option<u64>> {
    let mut found = None;
    STREAKS.for_each(read, (guild, session, account), |(.., gift, number), _| {
        found = found.or((number == group).then_some(gift));
        Ok(())
    })?;
    Ok(found)
}

/// Writes a streak.
pub fn set_streak(tx: &Tx<'_>, guild: GuildId, session: SessionId, key: StreakKey, streak: &Streak) -> Result<()> {
    STREAKS.put(tx, &streak_row(guild, session, key), streak)
}

/// Forgets a streak.
pub fn remove_streak(tx: &Tx<'_>, guild: GuildId, session: SessionId, key: StreakKey) -> Result<()> {
    STREAKS.remove(tx, &streak_row(guild, session, key)).map(drop)
}

/// The streaks of a session that did not end and whose last step came by a moment, that step first which came first.
pub fn unfinished_until(
    read: &dyn Read,
    guild: GuildId,
    session: SessionId,
    moment: Timestamp,
) -> Result<Vec<StreakKey>> {
    let mut keys = Vec::new();
    let until = Span::of((guild, session)).through((guild, session, moment));
    UNFINISHED.for_each(read, until, |(.., account, gift, group)| {
        keys.push(StreakKey { account, gift, group });
        Ok(())
    })?;
    Ok(keys)
}

/// The last step of that streak of a session which is silent the longest.
pub fn first_unfinished(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<Option<Timestamp>> {
    Ok(UNFINISHED.first(read, (guild, session), Direction::Forward)?.map(|(_, _, at, ..)| at))
}

/// Takes a member's credit away, and what a reviewer did to its song.
pub fn remove_credit(tx: &Tx<'_>, guild: GuildId, session: SessionId, user: UserId) -> Result<()> {
    set_held(tx, guild, session, user, None)?;
    CREDITS.remove(tx, &(guild, session, user)).map(drop)
}

/// Notes what a member's credit is while a reviewer puts its song down, or that no reviewer did.
pub fn set_held(tx: &Tx<'_>, guild: GuildId, session: SessionId, user: UserId, coins: Option<Amount>) -> Result<()> {
    match coins {
        Some(coins) => CREDITS_HELD.put(tx, &(guild, session, user), &coins),
        None => CREDITS_HELD.remove(tx, &(guild, session, user)).map(drop),
    }
}

/// Adds to the credit that a song used up.
pub fn add_used(tx: &Tx<'_>, guild: GuildId, session: SessionId, song: SongRef, coins: Amount) -> Result<()> {
    let key = (guild, session, song);
    let before = CREDITS_USED.get(tx, &key)?.unwrap_or_default();
    CREDITS_USED.put(tx, &key, &before.clamped_change(coins.get()))
}

/// Takes the credit that a song used up.
pub fn take_used(tx: &Tx<'_>, guild: GuildId, session: SessionId, song: SongRef) -> Result<Amount> {
    Ok(CREDITS_USED.remove(tx, &(guild, session, song))?.unwrap_or_default())
}

/// The credit that a song used up.
pub fn used(read: &dyn Read, guild: GuildId, session: SessionId, song: SongRef) -> Result<Amount> {
    Ok(CREDITS_USED.get(read, &(guild, session, song))?.unwrap_or_default())
}

/// The songs that have a credit in a session.
pub fn songs_with_credit(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<Vec<SongRef>> {
    let mut songs = Vec::new();
    CREDITS.for_each(read, (guild, session), |_, credit| {
        songs.extend(credit.song);
        Ok(())
    })?;
    Ok(songs)
}

/// Whose credit lifted a song, and in which session.
pub fn credit_of_song(read: &dyn Read, guild: GuildId, song: SongRef) -> Result<Option<(SessionId, UserId)>> {
    Ok(BY_SONG.get(read, &(guild, song))?.map(|(_, session, user)| (session, user)))
}

/// The number of the newest chunk of messages of a session.
pub fn newest_chunk(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<u64> {
    let newest = MESSAGES.first(read, (guild, session), Direction::Backward)?;
    Ok(newest.map_or(0, |((.., number), _)| number))
}

/// When a session was told nothing.
pub fn interruptions(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<Interruptions> {
    Ok(INTERRUPTIONS.get(read, &(guild, session))?.unwrap_or_default())
}

/// What a session was told of gifts.
pub fn told_gifts(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<KnownGifts> {
    Ok(TOLD_GIFTS.get(read, &(guild, session))?.unwrap_or_default())
}

/// Forgets what only an open session needs: its streaks, credits, messages, interruptions, what it was told of gifts and
/// what has paid once.
pub fn forget_open_state(tx: &Tx<'_>, guild: GuildId, session: SessionId) -> Result<()> {
    STREAKS.for_each(tx, (guild, session), |key, _| STREAKS.remove(tx, &key).map(drop))?;
    PAID_ONCE.for_each(tx, (guild, session), |key, ()| PAID_ONCE.remove(tx, &key).map(drop))?;
    MESSAGES.for_each(tx, (guild, session), |key, _| MESSAGES.remove(tx, &key).map(drop))?;
    INTERRUPTIONS.remove(tx, &(guild, session))?;
    TOLD_GIFTS.remove(tx, &(guild, session))?;
    CREDITS_HELD.for_each(tx, (guild, session), |key, _| CREDITS_HELD.remove(tx, &key).map(drop))?;
    CREDITS_USED.for_each(tx, (guild, session), |key, _| CREDITS_USED.remove(tx, &key).map(drop))?;
    CREDITS.for_each(tx, (guild, session), |key, _| CREDITS.remove(tx, &key).map(drop))
}

/// The sessions that streaks, credits, messages, interruptions, gifts that were told of and marks belong to.
pub fn sessions_with_open_state(read: &dyn Read, guild: GuildId) -> Result<BTreeSet<SessionId>> {
    let mut found = BTreeSet::new();
    let mut note = |session| {
        found.insert(session);
        Ok(())
    };
    STREAKS.for_each(read, guild, |(_, session, ..), _| note(session))?;
    PAID_ONCE.for_each(read, guild, |(_, session, ..), ()| note(session))?;
    MESSAGES.for_each(read, guild, |(_, session, _), _| note(session))?;
    INTERRUPTIONS.for_each(read, guild, |(_, session), _| note(session))?;
    TOLD_GIFTS.for_each(read, guild, |(_, session), _| note(session))?;
    CREDITS.for_each(read, guild, |(_, session, _), _| note(session))?;
    CREDITS_HELD.for_each(read, guild, |(_, session, _), _| note(session))?;
    CREDITS_USED.for_each(read, guild, |(_, session, _), _| note(session))?;
    Ok(found)
}

//! Rows of another bot come in: handles, points, songs, lives and what happened on them.
//!
//! Each row is decided by itself, in the transaction that also remembers it by its source, so the same import twice changes
//! nothing, and one that was cut off goes on where it stopped. What is here already is never overwritten. Nothing that comes
//! in is announced, and nobody is written to.
//!
//! The rows of our own files of points are rows of here at another moment. So they are known by what they are, the handle
//! and the member, and need no memory: points of a handle rise to what the file says and are never added or lowered.
//!
//! Nothing goes in silence. A handle whose link cannot come, because it is somebody else's here, brings its points, and the
//! link is told as left out. Two rows of one thing in one file ([`Row::subject`]) are not added: they tell of what somebody
//! has, not of what came to it, so the first counts and the other is left out. Two handles with numbers of their own there
//! that are one handle here are no such rows: each earned its points, and these are added.
//!
//! A member's points are what their handles hold (`C-34`); so points of another bot come with its handles, and what a member
//! had beyond them goes to the handle that became known first.

use crate::features::coins::model::{Currency, EntryKind, Posting};
use crate::features::engagement::model::{AccountRef, Interaction, Session, SessionId};
use crate::features::handles::model::{Account, AccountId};
use crate::features::handles::rules::MOST_HANDLES;
use crate::features::handles::service::ImportedAccount;
use crate::features::queue::model::{Line, Place, PublicId, Song};
use crate::features::{coins, engagement, handles, imports, queue};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::settings::{Changeable, Setting};
use crate::store::Tx;

/// The reason in the ledger for what comes from another bot.
const FROM_ANOTHER: &str = "brought from another bot";
/// The reason in the ledger for what comes back from a file of our own.
const FROM_OURS: &str = "brought back from a backup";

/// A row of another bot, cleaned and in our types. `source` is its name there, the same each time it is read.
pub enum Row {
    /// A setting of the server.
    Setting(&'static dyn Changeable, String),
    /// A channel that is used for something.
    Channel(&'static Setting<Option<ChannelId>>, ChannelId),
    /// A handle.
    Account(String, ImportedAccount),
    /// A handle in a file of our own.
    OwnAccount(ImportedAccount),
    /// A member's points in a file of our own.
    OwnPoints(UserId, Amount),
    /// A member's points.
    Points(String, UserId, Amount),
    /// A member's Luxury Coins.
    Coins(String, UserId, Amount),
    /// A song; without a number that fits it gets another one.
    Song(String, Box<Song>, Place, Option<PublicId>),
    /// A live.
    Session(String, Box<Session>),
    /// What happened on a live.
    Interaction {
        /// The source of its live.
        session: String,
        /// Its number there; those of a live come in the order of their numbers.
        number: u64,
        /// The source of whoever did it.
        account: Option<String>,
        /// What was done; by whom is filled in.
        interaction: Interaction,
    },
}

impl Row {
    /// What the row tells of, among the rows of its table: two rows of one subject tell of it twice.
    pub fn subject(&self) -> String {
        match self {
            Self::Setting(setting, _) => setting.key().to_owned(),
            Self::Channel(channel, _) => channel.key().to_owned(),
            Self::Account(source, _)
            | Self::Points(source, ..)
            | Self::Coins(source, ..)
            | Self::Song(source, ..)
            | Self::Session(source, _) => source.clone(),
            Self::OwnAccount(account) => account.handle.to_string(),
            Self::OwnPoints(user, _) => user.to_string(),
            Self::Interaction { session, number, .. } => format!("{session}/{number}"),
        }
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It is here now.
    Imported,
    /// It was here already, from an earlier import.
    AlreadyPresent,
    /// It is here now, without a part of it, for this reason.
    ImportedInPart(String),
    /// It was here already, without a part of it, for this reason.
    PresentInPart(String),
    /// It stays out, for this reason.
    Skipped(String),
}

impl ImportOutcome {
    /// The outcome of a row of which a part stays out, if there is a reason for that.
    fn without(self, part: Option<String>) -> Self {
        match (self, part) {
            (Self::Imported, Some(reason)) => Self::ImportedInPart(reason),
            (Self::AlreadyPresent, Some(reason)) => Self::PresentInPart(reason),
            (outcome, _) => outcome,
        }
    }
}

/// Brings some rows in, and says what became of each.
pub fn run(tx: &Tx<'_>, guild: GuildId, rows: &[Row]) -> Result<Vec<ImportOutcome>> {
    rows.iter().map(|row| bring(tx, guild, row)).collect()
}

fn bring(tx: &Tx<'_>, guild: GuildId, row: &Row) -> Result<ImportOutcome> {
    match row {
        Row::Setting(setting, value) => bring_setting(tx, guild, *setting, value),
        Row::Channel(setting, channel) => bring_channel(tx, guild, setting, *channel),
        Row::Interaction { session, number, account, interaction } => {
            bring_interaction(tx, guild, (session, *number), account.as_deref(), interaction)
        }
        Row::OwnAccount(account) => bring_back_account(tx, guild, account),
        Row::OwnPoints(user, points) => compare_points(tx, guild, *user, *points),
        Row::Account(source, _)
        | Row::Points(source, ..)
        | Row::Coins(source, ..)
        | Row::Song(source, ..)
        | Row::Session(source, _) => {
            if let Some(number) = imports::tables::taken(tx, guild, source)? {
                return Ok(ImportOutcome::AlreadyPresent.without(missing_part(tx, guild, row, number)?));
            }
            let number = match row {
                Row::Account(_, account) => bring_account(tx, guild, account),
                Row::Points(_, user, points) => bring_points(tx, guild, *user, *points),
                Row::Coins(_, user, coins) => bring_coins(tx, guild, *user, *coins),
                Row::Song(_, song, place, wanted) => bring_song(tx, guild, song, place, *wanted),
                Row::Session(_, session) => {
                    engagement::service::bring_session(tx, guild, session).map(|id| Ok(id.get()))
                }
                Row::Setting(..)
                | Row::Channel(..)
                | Row::OwnAccount(_)
                | Row::OwnPoints(..)
                | Row::Interaction { .. } => return Ok(ImportOutcome::AlreadyPresent),
            };
            match number? {
                Ok(number) => {
                    imports::tables::take(tx, guild, source, number)?;
                    Ok(ImportOutcome::Imported.without(missing_part(tx, guild, row, number)?))
                }
                Err(reason) => Ok(ImportOutcome::Skipped(reason)),
            }
        }
    }
}

fn bring_setting(tx: &Tx<'_>, guild: GuildId, setting: &dyn Changeable, value: &str) -> Result<ImportOutcome> {
    if setting.is_own(tx, guild)? {
        return Ok(ImportOutcome::AlreadyPresent);
    }
    if setting.set_typed(tx, guild, value)? {
        return Ok(ImportOutcome::Imported);
    }
    Ok(ImportOutcome::Skipped(format!("the setting can be {}", setting.allowed())))
}

fn bring_channel(
    tx: &Tx<'_>,
    guild: GuildId,
    setting: &Setting<Option<ChannelId>>,
    channel: ChannelId,
) -> Result<ImportOutcome> {
    if setting.get_own(tx, guild)?.is_some() {
        return Ok(ImportOutcome::AlreadyPresent);
    }
    setting.set(tx, guild, &Some(channel)).map(|()| ImportOutcome::Imported)
}

fn bring_account(tx: &Tx<'_>, guild: GuildId, account: &ImportedAccount) -> Result<Result<u64, String>> {
    let known = handles::service::bring(tx, guild, account, may_link(tx, guild, account)?)?;
    if let Some(user) = known.account.linked {
        follow_handles(tx, guild, user, FROM_ANOTHER)?;
    }
    Ok(Ok(known.id.get()))
}

/// Whether the member whose a handle was may have one more.
fn may_link(tx: &Tx<'_>, guild: GuildId, account: &ImportedAccount) -> Result<bool> {
    let Some(user) = account.linked else { return Ok(true) };
    Ok(handles::queries::linked_handles(tx, guild, user)?.len() < MOST_HANDLES)
}

/// What of a row is not here, though the row is, under this number.
fn missing_part(tx: &Tx<'_>, guild: GuildId, row: &Row, number: u64) -> Result<Option<String>> {
    let Row::Account(_, account) = row else { return Ok(None) };
    match handles::queries::account_by_id(tx, guild, AccountId::new(number))? {
        Some(here) => missing_link(tx, guild, account, &here),
        None => Ok(None),
    }
}

/// Why a handle that is here is not linked to whom it was linked in the file. Who freed it here meanwhile needs no reason.
fn missing_link(tx: &Tx<'_>, guild: GuildId, brought: &ImportedAccount, here: &Account) -> Result<Option<String>> {
    if brought.linked.is_none() || brought.linked == here.linked {
        return Ok(None);
    }
    let why = match here.linked {
        Some(_) => "the handle is linked to somebody else".to_owned(),
        None if !may_link(tx, guild, brought)? => format!("the member has {MOST_HANDLES} handles already"),
        None => return Ok(None),
    };
    Ok(Some(format!("its points came and its link did not, because {why}")))
}

fn bring_back_account(tx: &Tx<'_>, guild: GuildId, account: &ImportedAccount) -> Result<ImportOutcome> {
    let before = handles::queries::account(tx, guild, &account.handle)?;
    let known = handles::service::bring_back(tx, guild, account, may_link(tx, guild, account)?)?;
    let missing = missing_link(tx, guild, account, &known.account)?;
    if before.as_ref() == Some(&known.account) {
        return Ok(ImportOutcome::AlreadyPresent.without(missing));
    }
    if let Some(user) = known.account.linked {
        follow_handles(tx, guild, user, FROM_OURS)?;
    }
    Ok(ImportOutcome::Imported.without(missing))
}

/// A member's points came with the handles of the same file; what these do not hold belongs to somebody else by now.
fn compare_points(tx: &Tx<'_>, guild: GuildId, user: UserId, points: Amount) -> Result<ImportOutcome> {
    if handles::queries::points_held(tx, guild, user)? >= points {
        return Ok(ImportOutcome::AlreadyPresent);
    }
    Ok(ImportOutcome::Skipped("points belong to linked handles, and those of this member hold fewer here".to_owned()))
}

/// Brings a member's points to what their handles hold (`C-34`).
fn follow_handles(tx: &Tx<'_>, guild: GuildId, user: UserId, reason: &str) -> Result<()> {
    let held = handles::queries::points_held(tx, guild, user)?;
    coins::service::move_points(tx, guild, user, held, EntryKind::Import, reason, Actor::System).map(drop)
}

fn bring_points(tx: &Tx<'_>, guild: GuildId, user: UserId, points: Amount) -> Result<Result<u64, String>> {
    let held = handles::queries::points_held(tx, guild, user)?;
    let surplus = Amount::ZERO.clamped_change(points.get().saturating_sub(held.get()));
    if surplus > Amount::ZERO {
        let Some(first) = handles::queries::first_linked(tx, guild, user)? else {
            return Ok(Err("points belong to linked handles, and this member has none".to_owned()));
        };
        if let Some(id) = handles::queries::account_id(tx, guild, &first)? {
            handles::service::add_points(tx, guild, id, surplus)?;
        }
    }
    follow_handles(tx, guild, user, FROM_ANOTHER)?;
    Ok(Ok(user.get()))
}

fn bring_coins(tx: &Tx<'_>, guild: GuildId, user: UserId, coins: Amount) -> Result<Result<u64, String>> {
    if coins == Amount::ZERO {
        return Ok(Ok(user.get()));
    }
    let posting = Posting {
        currency: Currency::Luxury,
        user,
        delta: coins.get(),
        kind: EntryKind::Import,
        reason: FROM_ANOTHER.to_owned(),
        actor: Actor::System,
    };
    let posted = tx.step(|tx| coins::service::apply(tx, guild, &posting))?;
    Ok(posted.map(|_| user.get()).map_err(|refusal| refusal.sentence.to_string()))
}

fn bring_song(
    tx: &Tx<'_>,
    guild: GuildId,
    song: &Song,
    place: &Place,
    wanted: Option<PublicId>,
) -> Result<Result<u64, String>> {
    if place.line.is_waiting()
        && let Some(waiting) = queue::queries::waiting_copy(tx, guild, song.source.key())?
    {
        return Ok(Err(format!("the same song waits already as {waiting}")));
    }
    let score = match place.line {
        Line::SongsPlayed | Line::Removed => place.score,
        _ => coins::queries::points(tx, guild, song.user)?.get(),
    };
    // A song of a clock that was ahead would be played later than all that are played from now on.
    let played_at = place.played_at.map(|at| at.min(tx.now()));
    let entry = queue::service::bring(tx, guild, song, &Place { score, played_at, ..*place }, wanted)?;
    Ok(Ok(entry.get()))
}

fn bring_interaction(
    tx: &Tx<'_>,
    guild: GuildId,
    (session, number): (&str, u64),
    account: Option<&str>,
    interaction: &Interaction,
) -> Result<ImportOutcome> {
    let Some(id) = imports::tables::taken(tx, guild, session)? else {
        return Ok(ImportOutcome::Skipped("its live was left out".to_owned()));
    };
    // The last one of the live that came in, because a mark for each would be larger than what it marks.
    let mark = format!("{session}/interactions");
    if imports::tables::taken(tx, guild, &mark)?.is_some_and(|last| number <= last) {
        return Ok(ImportOutcome::AlreadyPresent);
    }
    let account = match account {
        Some(account) => match imports::tables::taken(tx, guild, account)? {
            Some(account) => Some(AccountRef::new(account)),
            None => return Ok(ImportOutcome::Skipped("its handle was left out".to_owned())),
        },
        None => None,
    };
    let interaction = Interaction { account, ..interaction.clone() };
    engagement::service::bring_interaction(tx, guild, SessionId::new(id), &interaction)?;
    imports::tables::take(tx, guild, &mark, number).map(|()| ImportOutcome::Imported)
}

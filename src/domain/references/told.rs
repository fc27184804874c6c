//! What the team was told, so that it is told once.
//!
//! The team is told in the debug channel. Where there is none, or where that is what does not work, the log has it, and
//! the next administrator who uses a command of administrators reads it beside the answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalogue::Reference;
use super::needs::Needs;
use super::problem::{BrokenReference, ReferenceFault, key_of};
use crate::activity::TEAM_TOLD;
use crate::activity::debug_channel::{self, DEBUG_CHANNEL};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::text::{names_member, one_line};
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, ErasureAction, Read, Record, Span, Table, Tx};

/// Notices that wait for an administrator; the oldest beyond it go, the log has them.
const MOST: u64 = 20;
/// The longest notice in the log, in characters.
const LONGEST_LOGGED: usize = 2_000;

/// Without these the messages in a channel are not read.
const READING: u64 = Needs::VIEW | Needs::HISTORY;
/// Without one of these they are not read, not taken or not answered.
const SERVING: u64 = READING | Needs::SEND | Needs::FILES;

/// The tables of references.
pub const TABLES: &[&dyn AnyTable] = &[&TOLD, &NOTICES];

/// What is known not to work, by what is set and to what; as long as it does not.
static TOLD: Table<(GuildId, String), ReportedProblem> = Table::new("references.told", &[]).without_members();
/// What waits until an administrator uses a command.
static NOTICES: Table<(GuildId, u64), Notice> = Table::new("references.notices", &[])
    .erasing(|_, notice, erasure| ErasureAction::delete_if(names_member(&notice.text, erasure.member)));

/// Makes the words in which the team is told of a problem.
pub type Sentence = fn(&BrokenReference) -> String;

/// What the team knows of a reference that does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ReportedProblem {
    /// The permissions that are missing; 0 where the channel or role is gone.
    missing: u64,
    at: Timestamp,
}

impl Record for ReportedProblem {}

/// A sentence for the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Notice {
    text: String,
}

impl Record for Notice {}

impl ReportedProblem {
    fn of(problem: &BrokenReference, at: Timestamp) -> Self {
        let missing = match problem.trouble {
            ReferenceFault::Gone => 0,
            ReferenceFault::Lacks(missing) => missing,
        };
        Self { missing, at }
    }

    const fn trouble(self) -> ReferenceFault {
        if self.missing == 0 { ReferenceFault::Gone } else { ReferenceFault::Lacks(self.missing) }
    }

    /// Whether whoever was told this knows the other, too.
    const fn covers(self, other: Self) -> bool {
        self.missing == 0 || (other.missing != 0 && other.missing & !self.missing == 0)
    }

    /// What keeps messages there from being taken or answered; where the channel is gone, everything does.
    const fn keeps_out(self) -> u64 {
        if self.missing == 0 { SERVING } else { self.missing & SERVING }
    }
}

/// Takes in what does not work now of what a server has `set`: tells what is new, forgets what was mended, and stages what
/// follows where nothing keeps the messages of a channel any more from being taken and answered.
pub fn compare(
    tx: &Tx<'_>,
    guild: GuildId,
    set: &[Reference],
    problems: &[BrokenReference],
    sentence: Sentence,
) -> Result<()> {
    let mut known = of_guild(tx, guild)?;
    let takes_messages_again = |reference: &&Reference| {
        let key = key_of(**reference);
        let problem = problems.iter().find(|problem| problem.key() == key);
        let left = problem.map_or(0, |problem| ReportedProblem::of(problem, tx.now()).keeps_out());
        known.get(&key).is_some_and(|before| before.keeps_out() & !left != 0) && left & READING == 0
    };
    let mended: Vec<Reference> = set.iter().filter(takes_messages_again).copied().collect();
    let may_delete_again = |reference: &&Reference| {
        let key = key_of(**reference);
        let lacks = problems.iter().filter(|problem| problem.key() == key).any(|problem| {
            let ReportedProblem { missing, .. } = ReportedProblem::of(problem, tx.now());
            missing == 0 || missing & (Needs::MANAGE | Needs::VIEW) != 0
        });
        !lacks && known.get(&key).is_some_and(|before| before.missing & Needs::MANAGE != 0)
    };
    let cleared: Vec<Reference> = set.iter().filter(may_delete_again).copied().collect();
    let mut news = Vec::new();
    for problem in problems {
        let (key, now) = (problem.key(), ReportedProblem::of(problem, tx.now()));
        let before = known.remove(&key);
        if before.is_none_or(|before| before.missing != now.missing) {
            TOLD.put(tx, &(guild, key), &now)?;
        }
        news.extend(before.is_none_or(|before| !before.covers(now)).then(|| sentence(problem)));
    }
    for forgotten in known.into_keys() {
        TOLD.remove(tx, &(guild, forgotten))?;
    }
    // The debug channel may be among what does not work, so all is noted before anything is told.
    news.into_iter().try_for_each(|told| tell_team(tx, guild, told))?;
    mended.iter().try_for_each(|reference| reference.declared.once_mended(tx, guild))?;
    cleared.iter().try_for_each(|reference| reference.declared.once_cleared(tx, guild))
}

/// Takes in that something does not work, and tells it unless the team knows. For whoever meets it while using it.
pub fn met(tx: &Tx<'_>, guild: GuildId, problem: &BrokenReference, sentence: Sentence) -> Result<()> {
    let (key, now) = (problem.key(), ReportedProblem::of(problem, tx.now()));
    let before = TOLD.get(tx, &(guild, key.clone()))?;
    // Discord refuses without saying what is missing, so whoever knows that nothing of it works knows enough.
    let must = problem.reference.declared.needs.must;
    let is_total = |told: ReportedProblem| told.missing & must != 0;
    if before.is_some_and(|before| before.covers(now) || (is_total(before) && is_total(now))) {
        return Ok(());
    }
    let missing = now.missing | before.map_or(0, |before| before.missing);
    TOLD.put(tx, &(guild, key), &ReportedProblem { missing: if now.missing == 0 { 0 } else { missing }, ..now })?;
    tell_team(tx, guild, sentence(problem))
}

/// Takes in that something works.
pub fn mended(tx: &Tx<'_>, guild: GuildId, reference: Reference) -> Result<()> {
    TOLD.remove(tx, &(guild, key_of(reference))).map(drop)
}

/// What is known not to work of what a server has set.
pub fn known(read: &dyn Read, guild: GuildId, references: &[Reference]) -> Result<Vec<BrokenReference>> {
    let known = of_guild(read, guild)?;
    let problem = |reference: &Reference| {
        let told = known.get(&key_of(*reference))?;
        Some(BrokenReference { reference: *reference, trouble: told.trouble() })
    };
    Ok(references.iter().filter_map(problem).collect())
}

/// Whether a channel that is set under a key is known to be gone, or to be hidden from the bot.
pub fn is_out_of_sight(read: &dyn Read, guild: GuildId, key: &str, channel: ChannelId) -> Result<bool> {
    let told = TOLD.get(read, &(guild, format!("{key}/{channel}")))?;
    Ok(told.is_some_and(|told| told.missing == 0 || told.missing & Needs::VIEW != 0))
}

/// Whether the team was told that something is wrong with a channel that is set.
pub fn is_known(read: &dyn Read, guild: GuildId, channel: ChannelId) -> Result<bool> {
    let ending = format!("/{channel}");
    Ok(of_guild(read, guild)?.keys().any(|key| key.ends_with(&ending)))
}

/// Whether anything is known not to work.
pub fn is_any(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(!TOLD.page(read, guild, Direction::Forward, 1)?.is_empty())
}

/// Tells the team something. Text of people in it must be escaped already.
pub fn tell_team(tx: &Tx<'_>, guild: GuildId, sentence: String) -> Result<()> {
    if has_debug_channel(tx, guild)? {
        return TEAM_TOLD.with(sentence).note(tx, guild);
    }
    let logged = sentence.clone();
    tx.after_commit(move || tracing::warn!(guild.id = %guild, "{}", one_line(&logged, LONGEST_LOGGED)));
    let number = tx.next_id(guild, "references.notices")?;
    NOTICES.put(tx, &(guild, number), &Notice { text: sentence })?;
    NOTICES.remove(tx, &(guild, number.saturating_sub(MOST))).map(drop)
}

/// Whether there is a debug channel in which the bot can write, as far as is known.
fn has_debug_channel(tx: &Tx<'_>, guild: GuildId) -> Result<bool> {
    let Some(channel) = DEBUG_CHANNEL.get(tx, guild)? else { return Ok(false) };
    let told = TOLD.get(tx, &(guild, format!("{}/{channel}", DEBUG_CHANNEL.key())))?;
    Ok(told.is_none_or(|told| told.missing != 0 && told.missing & debug_channel::NEEDS.must == 0))
}

/// Whether something waits for an administrator.
pub fn has_notices(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(!NOTICES.page(read, guild, Direction::Forward, 1)?.is_empty())
}

/// Takes what waits for an administrator, the oldest first.
pub fn take_notices(tx: &Tx<'_>, guild: GuildId) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for (key, notice) in NOTICES.page(tx, guild, Direction::Forward, usize::try_from(MOST).unwrap_or(usize::MAX))? {
        NOTICES.remove(tx, &key)?;
        texts.push(notice.text);
    }
    Ok(texts)
}

/// Takes away the notices that `tell` of somebody.
pub fn forget_notices(tx: &Tx<'_>, guild: GuildId, tell: &dyn Fn(&str) -> bool) -> Result<()> {
    NOTICES.for_each(tx, guild, |key, notice| {
        if tell(&notice.text) {
            NOTICES.remove(tx, &key)?;
        }
        Ok(())
    })
}

fn of_guild(read: &dyn Read, guild: GuildId) -> Result<BTreeMap<String, ReportedProblem>> {
    let mut known = BTreeMap::new();
    TOLD.for_each(read, Span::of(guild), |(_, key), told| {
        known.insert(key, told);
        Ok(())
    })?;
    Ok(known)
}

//! A song is submitted: checked, put into its line, confirmed.

use crate::features::queue::model::{Entry, Line, Source};
use crate::features::queue::queries::Standing;
use crate::features::queue::service::NewSong;
use crate::features::submissions::model::{Confirmation, Details};
use crate::features::submissions::posted::PostedAs;
use crate::features::submissions::settings::FETCH_TITLES;
use crate::features::{coins, handles, queue, submissions};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::store::Tx;

/// A song as it comes in.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The guild.
    pub guild: GuildId,
    /// The channel in which it was submitted.
    pub channel: ChannelId,
    /// By whom.
    pub user: UserId,
    /// Their account name.
    pub username: String,
    /// What they said about it.
    pub details: Details,
    /// Where it is to be heard.
    pub source: Source,
    /// Which part of which message it was, so that it is taken once (`C-125`).
    pub posted_as: Option<PostedAs>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// The song, in its line.
    pub entry: Entry,
    /// Where it stands.
    pub standing: Option<Standing>,
    /// Whether waiting gift credit put it straight into a tier (`D-17`).
    pub used_credit: bool,
}

/// Accepts or refuses a submission (`M-SUB-11` to `M-SUB-16`).
pub fn run(tx: &Tx<'_>, submission: &Submission) -> Result<Submitted> {
    let Submission { guild, channel, user, .. } = *submission;
    let details = &submission.details;
    submissions::service::admit(tx, guild, channel, details.is_skip)?;
    let (entry, used_credit) =
        match queue::service::replace_file(tx, guild, user, &submission.source, details.note.as_deref())? {
            Some(entry) => (entry, false),
            None => enter(tx, submission)?,
        };
    let standing = queue::queries::standing(tx, guild, &entry)?;
    let asks = FETCH_TITLES.get(tx, guild)? && matches!(submission.source, Source::Link { .. });
    let confirmation = Confirmation {
        song: entry.id.get(),
        channel,
        used_credit,
        asks_title: asks && details.title.is_none(),
        asks_artist: asks && details.artist.is_none(),
    };
    submissions::service::confirm(tx, guild, user, &confirmation)?;
    if let Some(posted_as) = &submission.posted_as {
        let needs = matches!(&submission.source, Source::File { kept_in, .. } if kept_in.message == posted_as.message);
        submissions::service::remember_taken(tx, guild, posted_as, needs)?;
    }
    Ok(Submitted { entry, standing, used_credit })
}

/// Puts a new song into its line; answers whether waiting gift credit chose that.
fn enter(tx: &Tx<'_>, submission: &Submission) -> Result<(Entry, bool)> {
    let Submission { guild, user, details, .. } = submission;
    let (guild, user) = (*guild, *user);
    let waiting = queue::queries::waiting_count(tx, guild, user)?;
    submissions::service::admit_one_more(tx, guild, waiting)?;

    let credit = super::gift_credit::waiting_tier(tx, guild, user)?;
    let line = match credit {
        Some(tier) => tier,
        None if details.is_skip => Line::PendingSkips,
        None => Line::Free,
    };
    let tiktok_username = match &details.tiktok_handle {
        Some(typed) => Some(typed.clone()),
        None => handles::queries::first_linked(tx, guild, user)?.map(|handle| handle.as_str().to_owned()),
    };
    let entry = queue::service::enqueue(
        tx,
        guild,
        NewSong {
            user,
            username: submission.username.clone(),
            artist: details.artist_or(&submission.username),
            title: details.title_or_unknown(),
            source: submission.source.clone(),
            note: details.note.clone(),
            tiktok_username,
            line,
            score: coins::queries::points(tx, guild, user)?.get(),
        },
    )?;
    if credit.is_some() {
        super::gift_credit::attach(tx, guild, user, entry.id)?;
    }
    Ok((entry, credit.is_some()))
}

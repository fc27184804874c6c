//! What people do on Discord in a show that was written for the demo, as far as it decides about payment and songs: they
//! link and unlink handles, open and close submissions, submit links by `/submit`, and play the next song. Everything else
//! is left out and counted, and so is what the bot refuses.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::show::Call;
use super::stage::GUILD;
use crate::features::queue::model::Source;
use crate::features::submissions;
use crate::features::submissions::links::{SongLink, judge};
use crate::features::submissions::model::Details;
use crate::features::submissions::settings::SUBMISSION_CHANNEL;
use crate::flows::song_submitted::{self, Submission};
use crate::flows::{handle_links, song_played};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, UserId};
use crate::live::Handle;
use crate::sim::MemberSpec;
use crate::store::{Store, Tx};

/// Where all songs are submitted.
const CHANNEL: ChannelId = ChannelId::new(1);

/// The people of a show by their names. Their numbers are those of their places in its first line.
#[derive(Clone, Debug, Default)]
pub(super) struct People(BTreeMap<String, UserId>);

/// What became of an act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Whether it was played, and not left out or refused.
    pub is_played: bool,
    /// Who has a handle by it.
    pub linked: Option<UserId>,
}

impl People {
    /// The people that the first line of a show names.
    pub(super) fn of(members: &[MemberSpec]) -> Self {
        Self(members.iter().zip(2..).map(|(member, number)| (member.name.clone(), UserId::new(number))).collect())
    }

    /// Songs are taken, where there is somebody to submit them.
    pub(super) fn open_submissions(&self, store: &Store) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        store.write_blocking("replay_channel", |tx| SUBMISSION_CHANNEL.set(tx, GUILD, &Some(CHANNEL)))
    }

    /// Somebody does something. What the bot refuses is refused here as well, and left out.
    pub(super) fn act(&self, tx: &Tx<'_>, call: &Call) -> Result<Done> {
        let nothing = Done::default();
        let (name, command, options, modal) = match call {
            Call::Guild { .. } => return Ok(Done { is_played: true, linked: None }),
            Call::Command { user, name, options, modal, .. } => (user, name, options, modal.as_ref()),
            Call::Message { .. } | Call::Press { .. } | Call::DmBlock { .. } => return Ok(nothing),
        };
        let Some(user) = self.0.get(name).copied() else { return Ok(nothing) };
        let by = Actor::Member(user);
        let handle =
            || options.get("handle")?.as_str().and_then(|typed| Handle::parse(typed.trim_start_matches('?')).ok());
        let played = match command.as_str() {
            "link-tiktok" => {
                let Some(handle) = handle() else { return Ok(nothing) };
                let is_played = tx.step(|tx| handle_links::link(tx, GUILD, user, &handle))?.is_ok();
                return Ok(Done { is_played, linked: Some(user) });
            }
            "unlink-tiktok" => {
                let Some(handle) = handle() else { return Ok(nothing) };
                tx.step(|tx| handle_links::unlink(tx, GUILD, user, &handle).map(drop))?
            }
            "submit" => {
                let is_skip = options.get("skip") == Some(&Value::Bool(true));
                let Some(submission) = submission(name, user, modal, is_skip) else { return Ok(nothing) };
                tx.step(|tx| song_submitted::run(tx, &submission).map(drop))?
            }
            "open-submissions" => tx.step(|tx| submissions::service::set_open(tx, GUILD, by, true))?,
            "close-submissions" => tx.step(|tx| submissions::service::set_open(tx, GUILD, by, false))?,
            "next" => tx.step(|tx| song_played::run(tx, GUILD).map(drop))?,
            _ => return Ok(nothing),
        };
        Ok(Done { is_played: played.is_ok(), linked: None })
    }
}

/// A song as somebody typed it into the form; `None` where that is refused.
fn submission(name: &str, user: UserId, typed: Option<&Map<String, Value>>, is_skip: bool) -> Option<Submission> {
    let field = |key: &str| typed?.get(key)?.as_str();
    let SongLink { platform, url, key } = judge(field("link")?).into_song().ok()?;
    let [artist, title, note, handle] = ["artist_name", "song_title", "note", "tiktok_handle"].map(field);
    let details = Details::new(artist, title, note, handle, is_skip).map_err(Error::from).ok()?;
    Some(Submission {
        guild: GUILD,
        channel: CHANNEL,
        user,
        username: name.to_owned(),
        details,
        source: Source::Link { platform: platform.to_string(), url, key },
        posted_as: None,
    })
}

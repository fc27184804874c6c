//! What a followed live brings to a server: its events, the state of the connection, and its end.
//!
//! Whether the server still follows the live is asked in the transaction: a person's `/tiktok disconnect` is final at
//! its commit, whatever is still on the way (`M-TIK-19`).

use crate::activity::Subject;
use crate::features::tiktok::activity::{CONNECTED, CONNECTION_LOST, Ending, LEFT, REFUSED, STOPPED};
use crate::features::tiktok::model::Follow;
use crate::features::{engagement, tiktok};
use crate::flows::live_events;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::live::following::Stop;
use crate::live::{Handle, LiveEvent, Occurrence};
use crate::store::Tx;

/// Takes what happened on the live of `streamer`, in order. Nothing counts where it is not followed any more; answers
/// whether it is.
pub fn heard(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, events: &[LiveEvent]) -> Result<bool> {
    if !tiktok::service::is_followed(tx, guild, streamer)? {
        return Ok(false);
    }
    live_events::run(tx, guild, streamer, events)?;
    tell(tx, guild, streamer, events)?;
    Ok(true)
}

/// Tells the team of connections that were made and lost.
pub(super) fn tell(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, events: &[LiveEvent]) -> Result<()> {
    for event in events {
        let kind = match event.what {
            Occurrence::Connected => &CONNECTED,
            Occurrence::Disconnected => &CONNECTION_LOST,
            _ => continue,
        };
        kind.with(()).by(Actor::Live).of(Subject::Handle(streamer.clone())).note(tx, guild)?;
    }
    Ok(())
}

/// Tells the team why a live cannot be connected at the moment.
pub fn refused(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, sentence: &str) -> Result<()> {
    if tiktok::service::is_followed(tx, guild, streamer)? {
        REFUSED.with(sentence.to_owned()).of(Subject::Handle(streamer.clone())).note(tx, guild)?;
    }
    Ok(())
}

/// The course of a live has come to its end: the server follows it no more, and its session, if one is open, is closed.
pub fn stopped(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, stop: Stop, sentence: Option<&str>) -> Result<()> {
    if !tiktok::service::is_followed(tx, guild, streamer)? {
        return Ok(());
    }
    tiktok::service::unfollow(tx, guild)?;
    close_session(tx, guild, streamer)?;
    let ending = match stop {
        Stop::LiveEnded => Ending::LiveEnded,
        Stop::NotLive => Ending::NotLive,
        Stop::Refused => Ending::Refused(sentence.map(ToOwned::to_owned)),
    };
    STOPPED.with(ending).of(Subject::Handle(streamer.clone())).note(tx, guild)
}

/// A person ends it: the server follows nobody any more, and the session is closed. Answers whom it followed.
pub fn left(tx: &Tx<'_>, guild: GuildId, by: Actor) -> Result<Follow> {
    let follow = tiktok::service::unfollow(tx, guild)?;
    close_session(tx, guild, &follow.streamer)?;
    LEFT.with(()).by(by).of(Subject::Handle(follow.streamer.clone())).note(tx, guild)?;
    Ok(follow)
}

fn close_session(tx: &Tx<'_>, guild: GuildId, streamer: &Handle) -> Result<()> {
    let is_open =
        engagement::queries::open_session(tx, guild)?.is_some_and(|(_, session)| session.streamer == *streamer);
    if is_open {
        live_events::run(tx, guild, streamer, &[LiveEvent::new(tx.now(), Occurrence::Ended)])?;
    }
    Ok(())
}

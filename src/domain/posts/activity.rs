//! What is noted of posts: that Discord refuses one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::Post;
use crate::activity::{self, ActivityId, ActivityKind, Noted, Subject};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::references::told;
use crate::sentence;
use crate::store::Tx;

/// How long one that was told stands for the others of its kind in its channel.
const BURST: Duration = Duration::from_mins(10);
/// Activities that are looked through for it, at most.
const MOST_LOOKED_AT: usize = 1_000;

/// Discord refuses what a post is to show. About its channel.
pub static FAILED: ActivityKind<Refusal> =
    ActivityKind::new("posts.failed", failed).called("A message could not be kept up to date");

/// What was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The kind of the post.
    pub kind: String,
    /// Why, in words.
    pub reason: String,
}

/// Tells the team that a post failed, once in a burst. Of a channel in which the bot may not do what it must, the team was told.
pub(super) fn tell(tx: &Tx<'_>, guild: GuildId, post: &Post) -> Result<()> {
    if told::is_known(tx, guild, post.channel)? {
        return Ok(());
    }
    let about = Subject::Channel(post.channel);
    let recent = activity::since(tx, guild, ActivityId::at(tx.now().before(BURST)), MOST_LOOKED_AT)?;
    let is_same = |told: Refusal| told.kind == post.kind;
    if recent.iter().any(|(_, past)| past.subject.as_ref() == Some(&about) && FAILED.details(past).is_some_and(is_same))
    {
        return Ok(());
    }
    let refusal = Refusal { kind: post.kind.clone(), reason: post.reason.clone().unwrap_or_default() };
    FAILED.with(refusal).of(about).note(tx, guild)
}

fn failed(told: &Noted<'_, Refusal>) -> Option<Sentence> {
    let (channel, reason) = (told.channel()?, Sentence::typed(told.details.reason.as_str()));
    let sentence = sentence!("A message of mine in {channel} is not up to date. {reason}", channel, reason);
    Some(sentence.signed("📮"))
}

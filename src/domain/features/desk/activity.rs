//! What is noted of what reviewers do.

use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, Noted};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::{Numbered, Sentence};
use crate::kernel::time::Timestamp;
use crate::sentence;

/// A reviewer removed a song that cannot be heard. About the song; before and after are the lines.
pub static DEAD_LINK_REMOVED: ActivityKind<Refund> =
    ActivityKind::new("desk.dead_link_removed", removed).called("A dead link was removed");

/// A reviewer took that back: the song is where it was, and what its submitter got back is taken once more. About the song;
/// before and after are the lines.
pub static DEAD_LINK_TAKEN_BACK: ActivityKind<Refund> =
    ActivityKind::new("desk.dead_link_taken_back", taken_back).called("The removal of a dead link was taken back");

/// What a submitter got back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The submitter.
    pub user: UserId,
    /// The number of the song, as people read it.
    pub number: String,
    /// Gifted coins that count for another song now.
    pub gifted: Option<Amount>,
    /// Luxury Coins.
    pub luxury: Option<Amount>,
    /// How everything was before, so that it can be taken back.
    #[serde(default)]
    pub given: Option<Given>,
}

/// How a song was before it was removed as a dead link, and how its gifts are since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The points that ordered it.
    pub score: i64,
    /// When it was played, where it was.
    pub played_at: Option<Timestamp>,
    /// Whether it was what plays.
    pub is_playing: bool,
    /// The entries of the ledger that had paid for its places, the latest first.
    pub bought: Vec<u64>,
    /// Its gifted coins, where some came back.
    pub gifts: Option<Gifts>,
}

/// Gifted coins that came back for a song.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gifts {
    /// The number of the session in which they count.
    pub session: u64,
    /// Whether the song had its submitter's credit.
    pub is_attached: bool,
    /// What the song had used up before.
    pub used: Amount,
    /// What the credit had been when a reviewer put the song down last (`C-29`).
    pub held: Option<Amount>,
    /// What the credit was afterwards.
    pub after: Amount,
    /// Whether it counted for another song then.
    pub is_elsewhere: bool,
}

fn removed(told: &Noted<'_, Refund>) -> Option<Sentence> {
    let Refund { user, number, gifted, luxury, .. } = &told.details;
    let (by, (from, _)) = (told.by_numbered_person()?, told.change()?);
    let (user, number) = (Numbered(*user), Sentence::words(number.clone()));
    let given = match (gifted, luxury) {
        (None, None) => sentence!("nothing was to be given back"),
        (Some(coins), None) => sentence!("{coins} gifted coins of {user} wait for another song", coins, user),
        (None, Some(coins)) => sentence!("{coins} Luxury Coins of {user} are given back", coins, user),
        (Some(gifted), Some(coins)) => sentence!(
            "{gifted} gifted coins of {user} wait for another song, and {coins} Luxury Coins are given back",
            gifted,
            user,
            coins
        ),
    };
    Some(sentence!("{by} removed {number} from {from} as a dead link: {given}", by, number, from, given).signed("🔗"))
}

fn taken_back(told: &Noted<'_, Refund>) -> Option<Sentence> {
    let Refund { user, number, gifted, luxury, .. } = &told.details;
    let (by, (_, to)) = (told.by_numbered_person()?, told.change()?);
    let (user, number) = (Numbered(*user), Sentence::words(number.clone()));
    let taken = match (gifted, luxury) {
        (None, None) => sentence!("nothing was to be taken again"),
        (Some(coins), None) => sentence!("{coins} gifted coins of {user} count for it again", coins, user),
        (None, Some(coins)) => sentence!("{coins} Luxury Coins of {user} are taken again", coins, user),
        (Some(gifted), Some(coins)) => sentence!(
            "{gifted} gifted coins of {user} count for it again, and {coins} Luxury Coins are taken again",
            gifted,
            user,
            coins
        ),
    };
    let sentence =
        sentence!("{by} took the dead link of {number} back, which is in {to} again: {taken}", by, number, to, taken);
    Some(sentence.signed("🔗"))
}

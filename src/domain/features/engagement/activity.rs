//! What is noted of gifts, and of the report of a live.

use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, Noted, Readable};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::sentence::{Numbered, Sentence};
use crate::sentence;

/// Gifts lifted a song. About the song; before and after are the lines.
pub static GIFTS_LIFTED: ActivityKind<Lifted> =
    ActivityKind::new("engagement.gifts_lifted", gifts_lifted).called("Gifts lifted a song");
/// A gift pays nothing, because nobody knows what it costs. About who sent it.
pub static GIFT_UNPRICED: ActivityKind<Unpriced> =
    ActivityKind::new("engagement.gift_unpriced", gift_unpriced).called("A gift has no price");
/// The report of a live is not in its channel as it should be. About the name on the live.
pub static REPORT_MISSED: ActivityKind<ReportMissed> =
    ActivityKind::new("engagement.report_missed", report_missed).called("The report of a live is missing");

/// All of them.
pub const KINDS: &[&dyn Readable] = &[&GIFTS_LIFTED, &GIFT_UNPRICED, &REPORT_MISSED];

/// Whose gifts lifted which song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    /// The member.
    pub user: UserId,
    /// The gifted coins that count for the song.
    pub coins: Amount,
    /// The number of the song, as people read it.
    pub number: String,
    /// The gift that did it: `Rose ×10`. Nothing where coins came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift: Option<String>,
}

/// A gift that nobody can price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpriced {
    /// Its name, where it was told.
    pub gift: String,
    /// TikTok's number of it.
    pub id: u64,
    /// How many.
    pub count: u32,
}

/// Where the report was to be, and what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportMissed {
    /// The channel.
    pub channel: ChannelId,
    /// What is wrong.
    pub because: Missed,
}

/// Why a report is not in its channel as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// It is there without its picture, which is not allowed.
    WithoutPicture,
    /// The channel is gone.
    ChannelGone,
    /// The bot may not post there.
    Forbidden,
    /// Discord did not take it, several times.
    Unanswered,
    /// Discord does not accept it.
    Rejected,
}

fn gifts_lifted(told: &Noted<'_, Lifted>) -> Option<Sentence> {
    let Lifted { user, coins, number, .. } = &told.details;
    let (user, number, (from, to)) = (Numbered(*user), Sentence::words(number.clone()), told.change()?);
    let sentence =
        sentence!("{coins} gifted coins of {user} lifted {number} from {from} to {to}", coins, user, number, from, to);
    Some(sentence.signed("🎁"))
}

fn gift_unpriced(told: &Noted<'_, Unpriced>) -> Option<Sentence> {
    let (Unpriced { gift, id, count }, by) = (&told.details, told.handle()?);
    let called = if gift.is_empty() { sentence!("number {id}", id) } else { sentence!("**{gift}**", gift) };
    let sentence = sentence!(
        "A gift that I cannot price: {called} ×{count} by **{by}**. TikTok told no price for it that can be true, so it \
         pays nothing; more of it on this live are not told. Coins can be given by hand with `/coins`",
        called,
        count,
        by
    );
    Some(sentence.signed("🎁"))
}

fn report_missed(told: &Noted<'_, ReportMissed>) -> Option<Sentence> {
    let ReportMissed { channel, because } = told.details;
    let streamer = told.handle()?;
    let why = match because {
        Missed::WithoutPicture => {
            let sentence = sentence!(
                "The report of the live of **{streamer}** in {channel} is without its picture: I need **Attach Files** \
                 there.",
                streamer,
                channel
            );
            return Some(sentence.signed("⚠️"));
        }
        Missed::ChannelGone => {
            sentence!("the channel is gone. Please choose another with `/setup-post-live-metrics`")
        }
        Missed::Forbidden => {
            sentence!("I need **View Channel**, **Send Messages**, **Embed Links** and **Attach Files** there")
        }
        Missed::Unanswered => sentence!("Discord could not take it several times"),
        Missed::Rejected => sentence!("Discord did not accept it; the log says why"),
    };
    let sentence = sentence!(
        "The report of the live of **{streamer}** could not be posted in {channel}: {why}.",
        streamer,
        channel,
        why
    );
    Some(sentence.signed("⚠️"))
}

//! What one handle did in one session, what that brought, and how long it watched.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Interaction, InteractionKind};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::store::Record;

/// A handle that did something in a session. It is summed up while events come in, so that the figures of an evening
/// cost no second look at all its events; `check` compares it with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The number within the guild (`M-DB-22`: `id`).
    pub number: u64,
    /// What the handle did.
    pub deeds: Deeds,
    /// What its gifts were worth, in TikTok's coins.
    pub coins: Amount,
    /// The points for all that.
    pub points: Amount,
    /// The Luxury Coins that its member earned by it, with gifts and watch time.
    pub luxury: Amount,
    /// How long it watched.
    pub watch: Watch,
}

impl Record for Participant {}

/// How often somebody did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deeds {
    /// Times that they came in.
    pub joins: u32,
    /// Likes: taps, not events (`D-01`).
    pub likes: u64,
    /// Comments.
    pub comments: u32,
    /// Shares.
    pub shares: u32,
    /// Follows, each time.
    pub follows: u32,
    /// Subscriptions, each time.
    pub subscribes: u32,
    /// Gifts, a streak as one.
    pub gifts: u32,
}

impl Participant {
    /// Adds something that the handle did; not the points for it, which an interaction does not tell.
    pub fn add(&mut self, interaction: &Interaction) {
        self.deeds.add(interaction);
        self.coins = self.coins.clamped_change(interaction.coin_value.unwrap_or_default().get());
    }

    /// The same, where the member who had the handle is called as `name` says.
    #[must_use]
    pub fn linked_as(mut self, name: impl FnOnce(UserId) -> UserId) -> Self {
        self.watch.linked = self.watch.linked.map(name);
        self
    }
}

impl Deeds {
    /// Adds one interaction.
    pub fn add(&mut self, interaction: &Interaction) {
        let count = match interaction.kind {
            InteractionKind::Like => {
                let taps = interaction.value.as_ref().and_then(|taps| taps.parse().ok()).unwrap_or(1);
                self.likes = self.likes.saturating_add(taps);
                return;
            }
            InteractionKind::Join => &mut self.joins,
            InteractionKind::Comment => &mut self.comments,
            InteractionKind::Share => &mut self.shares,
            InteractionKind::Follow => &mut self.follows,
            InteractionKind::Subscribe => &mut self.subscribes,
            InteractionKind::Gift => &mut self.gifts,
            InteractionKind::Poll | InteractionKind::Battle => return,
        };
        *count = count.saturating_add(1);
    }

    /// Adds those of somebody else.
    pub fn add_all(&mut self, other: &Self) {
        self.joins = self.joins.saturating_add(other.joins);
        self.likes = self.likes.saturating_add(other.likes);
        self.comments = self.comments.saturating_add(other.comments);
        self.shares = self.shares.saturating_add(other.shares);
        self.follows = self.follows.saturating_add(other.follows);
        self.subscribes = self.subscribes.saturating_add(other.subscribes);
        self.gifts = self.gifts.saturating_add(other.gifts);
    }
}

/// How long a handle watched a session (`M-DB-22`). What did not pay a coin yet stays here.
///
/// Invariant: `counted_until` is never after `present_until`. Between them the handle was there and nobody has counted
/// it yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Up to here the handle's time is counted.
    pub counted_until: Timestamp,
    /// Up to here the handle is taken to be there if nothing more is heard of it and the connection lasts (`C-44`).
    pub present_until: Timestamp,
    /// The time it watched, in microseconds.
    total_micros: u64,
    /// What of that counts towards a coin and did not pay one yet, in microseconds.
    unpaid_micros: u64,
    /// The member who had the handle when it was last counted.
    pub linked: Option<UserId>,
    /// When something that counts towards a coin was last added or paid.
    pub updated_at: Option<Timestamp>,
    /// Whether there is something to pay although the handle may not be there any more: it was linked since (`C-45`).
    pub is_due: bool,
}

impl Watch {
    /// The time that the handle watched.
    pub const fn total(&self) -> Duration {
        Duration::from_micros(self.total_micros)
    }

    /// What of it counts towards the next coins.
    pub const fn unpaid(&self) -> Duration {
        Duration::from_micros(self.unpaid_micros)
    }

    /// Adds time; `earns` is whether it counts towards a coin.
    pub fn add(&mut self, time: Duration, earns: bool, now: Timestamp) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.total_micros = self.total_micros.saturating_add(micros);
        if earns && micros > 0 {
            self.unpaid_micros = self.unpaid_micros.saturating_add(micros);
            self.updated_at = Some(now);
        }
    }

    /// Keeps only this of the time that is not paid.
    pub fn keep_unpaid(&mut self, rest: Duration, now: Timestamp) {
        self.unpaid_micros = u64::try_from(rest.as_micros()).unwrap_or(u64::MAX).min(self.unpaid_micros);
        self.updated_at = Some(now);
    }

    /// Whether the next count has something to do here.
    pub fn is_open(&self) -> bool {
        self.is_due || self.counted_until < self.present_until
    }
}

//! What happened on a live, as a batch in one transaction: session, handles, interactions, points, gifts and the songs
//! that they lift.
//!
//! A batch is equal to its events one by one: whatever an event brings about is written before the next one.
//!
//! **What counts once.** A message that the session took before is no new event, whether it is told again by the same
//! connection, after a reconnect or after a restart of the program. **What does not count at all.** History: what a live
//! tells of the time before we came in. Its messages are remembered and its people become known, so that they can link
//! their handles; nobody is paid, nothing is written down, and nobody is taken to be there. One thing is: gifts that an
//! interruption of the session hid, by their own time ([`hidden`]).
//!
//! **Who did it** is found out by TikTok's number before the handle ([`people`]).

mod hidden;
mod people;

use std::collections::{BTreeSet, HashMap};

use self::people::{Identity, Somebody};
use crate::activity::Subject;
use crate::features::coins::model::{Currency, EntryKind, Posting};
use crate::features::coins::settings::LUXURY_ENABLED;
use crate::features::engagement::activity::{GIFT_UNPRICED, Unpriced};
use crate::features::engagement::model::{AccountRef, Interaction, InteractionKind, SessionId, SettledGift};
use crate::features::engagement::recorder::Recorder;
use crate::features::engagement::rules::EventPoints;
use crate::features::engagement::rules::watch::WatchTerms;
use crate::features::engagement::settings::{event_points, watch_idle};
use crate::features::handles::model::{AccountId, Activity};
use crate::features::queue::service::Moved;
use crate::features::tasks::model::Deed;
use crate::features::{coins, engagement, handles};
use crate::flows::{code_redeemed, coins_posted, gift_credit, handle_links, session_closed, task_proven};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::{one_line, paragraph};
use crate::kernel::time::Timestamp;
use crate::live::{Gift, Handle, LiveEvent, Occurrence, Viewer};
use crate::store::Tx;

/// A comment longer than this is cut; TikTok allows 150 characters.
const LONGEST_COMMENT: usize = 500;
/// A gift's name longer than this is cut.
const LONGEST_NAME: usize = 100;
/// Details of a poll or battle longer than this, in bytes, are not kept: a part of them would be no JSON.
const LONGEST_DETAILS: usize = 8 * 1024;

/// What a batch brought about.
#[derive(Debug, Default)]
pub struct Effects {
    /// Interactions that were written down.
    pub interactions: usize,
    /// Events outside a session, which do not count (`D-12`).
    pub dropped: usize,
    /// Events that were told before, and count no second time.
    pub repeated: usize,
    /// Events from before the connection, which do not count.
    pub history: usize,
    /// Gifts that an interruption hid, and that were told afterwards.
    pub hidden: usize,
    /// Deeds of accounts without a handle whose number is not known: nobody's.
    pub nameless: usize,
    /// Luxury Coins that were earned.
    pub luxury: i64,
    /// Songs that gifts lifted, in order.
    pub lifted: Vec<Moved>,
    /// Sessions that are closed now.
    pub closed: Vec<SessionId>,
}

/// Takes what happened on the live of `streamer`, in order.
pub fn run(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, events: &[LiveEvent]) -> Result<Effects> {
    let mut batch = Batch::begin(tx, guild, streamer)?;
    batch.recorder.recall(&events.iter().filter_map(|event| event.id).collect::<BTreeSet<_>>())?;
    for event in events {
        batch.take(event)?;
    }
    Ok(batch.finish())
}

/// Does for a live what is due without any event: pays streaks that are over although no end of them was told, and writes
/// down how many watch.
pub fn keep_up(tx: &Tx<'_>, guild: GuildId) -> Result<Effects> {
    let Some((_, session)) = engagement::queries::open_session(tx, guild)? else { return Ok(Effects::default()) };
    let mut batch = Batch::begin(tx, guild, &session.streamer)?;
    batch.settle_timed_out(tx.now())?;
    if session.is_connected {
        batch.recorder.write_viewers(tx.now())?;
    }
    Ok(batch.finish())
}

/// Notes that the connection is gone and nobody knows since when: the program was interrupted.
pub fn interrupted(tx: &Tx<'_>, guild: GuildId) -> Result<Effects> {
    let Some((_, session)) = engagement::queries::open_session(tx, guild)? else { return Ok(Effects::default()) };
    let mut batch = Batch::begin(tx, guild, &session.streamer)?;
    batch.disconnect(None)?;
    Ok(batch.finish())
}

/// A batch.
struct Batch<'b, 't> {
    tx: &'b Tx<'t>,
    guild: GuildId,
    streamer: &'b Handle,
    points: EventPoints,
    terms: WatchTerms,
    recorder: Recorder<'b, 't>,
    /// Whether a comment can prove whose a handle is.
    expects_codes: bool,
    /// Whether a comment can redeem a code of the shop.
    redeems: bool,
    /// Who was found out already: it is asked for each event.
    ids: HashMap<Identity, Somebody>,
    effects: Effects,
}

impl<'b, 't> Batch<'b, 't> {
    fn begin(tx: &'b Tx<'t>, guild: GuildId, streamer: &'b Handle) -> Result<Self> {
        Ok(Self {
            tx,
            guild,
            streamer,
            points: event_points(tx, guild)?,
            terms: WatchTerms { idle: watch_idle(tx, guild)?, earns: LUXURY_ENABLED.get(tx, guild)? },
            recorder: Recorder::load(tx, guild)?,
            expects_codes: handles::queries::expects_codes(tx, guild)?,
            redeems: code_redeemed::is_expected(tx, guild)?,
            ids: HashMap::new(),
            effects: Effects::default(),
        })
    }

    fn take(&mut self, event: &LiveEvent) -> Result<()> {
        let at = event.at;
        match &event.what {
            Occurrence::Connected => return self.connect(at),
            Occurrence::Disconnected => return self.disconnect(Some(at)),
            Occurrence::Ended if !event.is_backlog => return self.end(at),
            _ => {}
        }
        if !self.recorder.is_live(self.streamer) {
            self.effects.dropped += 1;
            return Ok(());
        }
        if let Some(id) = event.id
            && !self.recorder.take_message(id)?
        {
            self.effects.repeated += 1;
            return Ok(());
        }
        if event.is_backlog {
            return self.history(event);
        }
        self.settle_timed_out(at)?;
        self.count(&event.what, at)
    }

    /// Counts something that happens on the live now, for the first time.
    fn count(&mut self, what: &Occurrence, at: Timestamp) -> Result<()> {
        match what {
            Occurrence::Connected | Occurrence::Disconnected | Occurrence::Ended => Ok(()),
            Occurrence::Viewers(viewers) => self.recorder.viewers(*viewers, at),
            Occurrence::Joined(viewer) => self.interaction(InteractionKind::Join, viewer, None, at),
            Occurrence::Liked(viewer, count) => {
                self.interaction(InteractionKind::Like, viewer, Some(count.to_string()), at)
            }
            Occurrence::Commented(viewer, text) => {
                let text = paragraph(text, LONGEST_COMMENT);
                self.interaction(InteractionKind::Comment, viewer, Some(text.clone()), at)?;
                if self.expects_codes {
                    self.look_for_proof(viewer, &text)?;
                }
                if self.redeems { self.redeem(viewer, &text) } else { Ok(()) }
            }
            Occurrence::Shared(viewer) => self.interaction(InteractionKind::Share, viewer, None, at),
            Occurrence::Followed(viewer) => self.interaction(InteractionKind::Follow, viewer, None, at),
            Occurrence::Subscribed(viewer) => self.interaction(InteractionKind::Subscribe, viewer, None, at),
            Occurrence::Gifted(viewer, gift) => self.gift(viewer, gift, at),
            Occurrence::Poll(details) => self.details(InteractionKind::Poll, details, at),
            Occurrence::Battle(details) => self.details(InteractionKind::Battle, details, at),
        }
    }

    /// A comment that holds a code proves whose the handle is. It has counted as a comment before.
    fn look_for_proof(&mut self, viewer: &Viewer, comment: &str) -> Result<()> {
        let (tx, guild) = (self.tx, self.guild);
        let Some(known) = self.resolve(viewer, tx.now())? else { return Ok(()) };
        let Some(account) = handles::queries::account_by_id(tx, guild, known.id)? else { return Ok(()) };
        match handles::queries::proof_in(tx, guild, &account.handle, comment, tx.now())? {
            Some(proof) => handle_links::proven(tx, guild, &proof),
            None => Ok(()),
        }
    }

    /// A comment of a linked handle that holds a code of the shop redeems it.
    fn redeem(&mut self, viewer: &Viewer, comment: &str) -> Result<()> {
        let (tx, guild) = (self.tx, self.guild);
        let Some(known) = self.resolve(viewer, tx.now())? else { return Ok(()) };
        let linked = handles::queries::account_by_id(tx, guild, known.id)?.and_then(|account| account.linked);
        linked.map_or(Ok(()), |user| code_redeemed::in_comment(tx, guild, user, comment))
    }

    /// Continues the open session or begins one. One that is left behind is closed first, and what it owes is paid.
    fn connect(&mut self, at: Timestamp) -> Result<()> {
        if self.recorder.is_left_behind(self.streamer, at) {
            self.settle_unfinished()?;
            let closed = self.recorder.close()?;
            self.close(closed)?;
        }
        self.recorder.connect(self.streamer, at)
    }

    /// The connection is gone, since a moment or since it was last heard of; without a session there is nothing to lose.
    fn disconnect(&mut self, at: Option<Timestamp>) -> Result<()> {
        if self.recorder.is_of(self.streamer) {
            let heard_of_last = self.recorder.last_sign();
            self.settle_unfinished()?;
            self.recorder.disconnect(at.or(heard_of_last).unwrap_or_else(|| self.tx.now()))?;
        }
        Ok(())
    }

    /// The live is over, also when that is heard of after the connection was lost.
    fn end(&mut self, at: Timestamp) -> Result<()> {
        if !self.recorder.is_of(self.streamer) {
            return Ok(());
        }
        self.settle_unfinished()?;
        let closed = self.recorder.end(at)?;
        self.close(closed)
    }

    /// What follows when a session is closed.
    fn close(&mut self, closed: Option<SessionId>) -> Result<()> {
        if let Some(session) = closed {
            session_closed::run(self.tx, self.guild, session)?;
        }
        self.effects.closed.extend(closed);
        Ok(())
    }

    /// Pays the streaks whose end never came (`D-28`).
    fn settle_unfinished(&mut self) -> Result<()> {
        let gifts = self.recorder.settle_unfinished()?;
        self.pay_late(gifts)
    }

    /// Pays the streaks that are over by now although no end was told (`M-TIK-24`).
    fn settle_timed_out(&mut self, now: Timestamp) -> Result<()> {
        let gifts = self.recorder.settle_timed_out(now)?;
        self.pay_late(gifts)
    }

    /// Pays gifts of streaks without an end, at the moment of their last step.
    fn pay_late(&mut self, gifts: Vec<SettledGift>) -> Result<()> {
        for gift in gifts {
            self.pay(AccountId::new(gift.account.get()), &gift)?;
        }
        Ok(())
    }

    /// An interaction with its fixed points.
    fn interaction(
        &mut self,
        kind: InteractionKind,
        viewer: &Viewer,
        value: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        let Some(somebody) = self.who(viewer, at)? else { return Ok(()) };
        let account = AccountRef::new(somebody.id.get());
        let points = self.points.of(kind);
        let is_paid = points > Amount::ZERO && self.recorder.mark_paid(account, kind)?;
        let (level, points) = (viewer.level, if is_paid { points } else { Amount::ZERO });
        self.note(somebody, &Activity { at, level, points })?;
        self.write(&Interaction { account: Some(account), kind, value, coin_value: None, level, at })
    }

    /// Something without a person.
    fn details(&mut self, kind: InteractionKind, details: &str, at: Timestamp) -> Result<()> {
        let value = (details.len() <= LONGEST_DETAILS).then(|| details.to_owned());
        self.write(&Interaction { account: None, kind, value, coin_value: None, level: None, at })
    }

    /// A gift, or one step of a streak: only what is settled by it counts (`M-TIK-24`).
    fn gift(&mut self, viewer: &Viewer, gift: &Gift, at: Timestamp) -> Result<()> {
        let Some(somebody) = self.who(viewer, at)? else { return Ok(()) };
        self.note(somebody, &Activity { at, level: viewer.level, points: Amount::ZERO })?;
        self.gift_of(somebody.id, viewer, gift, at)
    }

    /// A gift of an account, with what its message left out and the session was told before.
    fn gift_of(&mut self, id: AccountId, viewer: &Viewer, gift: &Gift, at: Timestamp) -> Result<()> {
        let account = AccountRef::new(id.get());
        let name = one_line(&gift.name, LONGEST_NAME);
        let gift = self.recorder.completed(Gift { name, ..gift.clone() })?;
        match self.recorder.gift(account, &gift, viewer.level, at)? {
            Some(settled) => self.pay(id, &settled),
            None => Ok(()),
        }
    }

    /// Tells the team of a gift that nobody can price, so that somebody may pay it by hand.
    fn tell_unpriced(&mut self, handle: &Handle, gift: &SettledGift) -> Result<()> {
        if !self.recorder.note_unpriced(gift.id)? {
            return Ok(());
        }
        let told = Unpriced { gift: gift.gift.clone(), id: gift.id, count: gift.count };
        GIFT_UNPRICED.with(told).by(Actor::Live).of(Subject::Handle(handle.clone())).note(self.tx, self.guild)
    }

    /// Pays a settled gift: the interaction, points, Luxury Coins and the credit that lifts songs (`M-ECO-11`).
    fn pay(&mut self, id: AccountId, gift: &SettledGift) -> Result<()> {
        let Some(known) = handles::queries::account_by_id(self.tx, self.guild, id)? else { return Ok(()) };
        let SettledGift { account, payout, level, at, .. } = *gift;
        let (kind, coin_value) = (InteractionKind::Gift, Some(payout.coins));
        let value = Some(gift.gift.clone());
        self.write(&Interaction { account: Some(account), kind, value, coin_value, level, at })?;
        if payout.coins == Amount::ZERO {
            self.tell_unpriced(&known.handle, gift)?;
        }
        handles::service::add_points(self.tx, self.guild, id, payout.points)?;
        self.award(id, known.linked, payout.points)?;
        // A handle of nobody earns points and nothing else (`D-06`).
        let Some(user) = known.linked else { return Ok(()) };
        if self.terms.earns && payout.luxury > Amount::ZERO {
            self.credit_luxury(user, &known.handle, gift)?;
        }
        if payout.coins > Amount::ZERO {
            task_proven::run(self.tx, self.guild, user, (Deed::GiftCoin, payout.coins.get()), at)?;
            let called = format!("{} ×{}", gift.gift, gift.count);
            self.effects.lifted.extend(gift_credit::add(self.tx, self.guild, user, payout.coins, &called)?);
        }
        Ok(())
    }

    /// Credits Luxury Coins (`M-ECO-04`). What a balance cannot hold is refused and logged (`D-35`).
    fn credit_luxury(&mut self, user: UserId, handle: &Handle, gift: &SettledGift) -> Result<()> {
        let posting = Posting {
            currency: Currency::Luxury,
            user,
            delta: gift.payout.luxury.get(),
            kind: EntryKind::Gift,
            reason: format!("{} ×{} by {handle}", gift.gift, gift.count),
            actor: Actor::Live,
        };
        match self.tx.step(|tx| coins_posted::run(tx, self.guild, &posting))? {
            Ok(entry) => {
                self.effects.luxury += entry.delta;
                self.recorder.note_earned(gift.account, Amount::ZERO, entry.delta)
            }
            Err(refusal) => {
                tracing::warn!(guild = %self.guild, %user, code = refusal.code, "no coins for a gift");
                Ok(())
            }
        }
    }

    /// Gives the points that a handle got to its member as well (`M-PTS-04`), and notes them in the session.
    fn award(&mut self, id: AccountId, linked: Option<UserId>, points: Amount) -> Result<()> {
        if let Some(user) = linked {
            coins::service::award_points(self.tx, self.guild, user, points)?;
        }
        self.recorder.note_earned(AccountRef::new(id.get()), points, 0)
    }

    fn write(&mut self, interaction: &Interaction) -> Result<()> {
        self.effects.interactions += 1;
        self.recorder.interaction(interaction)
    }

    fn finish(self) -> Effects {
        let Effects { dropped, hidden, .. } = self.effects;
        if dropped > 0 {
            tracing::warn!(guild = %self.guild, streamer = %self.streamer, dropped, "live events outside a session");
        }
        if hidden > 0 {
            tracing::info!(guild = %self.guild, streamer = %self.streamer, hidden, "gifts of an interruption were told late");
        }
        self.effects
    }
}

#[cfg(test)]
pub(crate) mod tests;

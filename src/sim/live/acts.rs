//! What a tester does with a live, in process: [`Sim`]'s methods.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::connection::Delivery;
use super::event::{SimLiveEvent, SimOccurrence};
use super::faults::LiveFault;
use super::frames::SimPacking;
use super::lives::Lives;
use super::room::{Live, LiveSent, LiveSettings};
use super::seen::{LiveSeen, SeenFrame};
use crate::{Refused, Sim};

/// How many frames may wait for a connection before a burst waits for it.
const AHEAD: usize = 256;
/// How many messages a burst may have.
const MOST_MESSAGES: usize = 1_000_000;

/// Messages that go out together.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimBatch {
    /// The events.
    pub events: Vec<SimLiveEvent>,
    /// How the frames are packed.
    pub packing: SimPacking,
    /// Whether the frames ask for an acknowledgement; as the live's settings say where it is missing.
    pub needs_ack: Option<bool>,
    /// The type of the frames; `msg` where it is missing. Clients leave other types alone.
    pub frame_type: Option<String>,
}

/// Very many messages.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimBurst {
    /// The events.
    pub events: Vec<SimLiveEvent>,
    /// How often they are sent, each time with new ids; once where it is missing.
    pub repeat: usize,
    /// How many are in one frame; as many as the live's settings allow where it is missing.
    pub per_frame: usize,
    /// How many in a second of the clock; as fast as they are read where it is missing.
    pub per_second: usize,
}

/// What became of a burst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimBurstSent {
    /// How many messages went out.
    pub messages: usize,
    /// In how many frames.
    pub frames: usize,
}

#[expect(clippy::unused_async, reason = "whatever a tester does is awaited, as over HTTP")]
impl Sim {
    /// Where TikTok's pages and the sign service are: `http://127.0.0.1:PORT/live`.
    pub fn live_url(&self) -> String {
        format!("{}/live", self.discord_url())
    }

    /// Where TikTok's interface for lives is: [`Self::live_url`] with `/webcast`.
    pub fn live_webcast_url(&self) -> String {
        format!("{}/webcast", self.live_url())
    }

    /// Lets the sign service say that so many connections are left.
    pub fn set_sign_budget(&self, remaining: u64) {
        self.lives.quietly(|lives| lives.budget = remaining);
    }

    /// Where the managed socket is: `ws://127.0.0.1:PORT/live/managed`.
    pub fn live_managed_url(&self) -> String {
        format!("{}/live/managed", self.gateway_url())
    }

    /// Makes the account of somebody who is not live.
    pub async fn live_account(&self, name: &str) -> Result<(), Refused> {
        self.lives.change(|lives| lives.add(name))
    }

    /// Lets somebody go live; gives the room. Who is live already stays in their room.
    pub async fn goes_live(&self, name: &str) -> Result<u64, Refused> {
        self.lives.change(|lives| {
            lives.add(name)?;
            let (live, numbers, now) = lives.expect(name)?;
            live.start(numbers, now);
            Ok(live.room)
        })
    }

    /// Lets the host end their live: viewers are told (control action 3), then the connections are closed.
    pub async fn ends_live(&self, name: &str) -> Result<(), Refused> {
        self.lives.change(|lives| {
            let (live, numbers, now) = lives.expect(name)?;
            live.end(numbers, now);
            Ok(())
        })
    }

    /// Changes what can be chosen about a live.
    pub async fn live_set(&self, name: &str, change: impl FnOnce(&mut LiveSettings)) -> Result<(), Refused> {
        self.lives.change(|lives| lives.expect(name).map(|(live, ..)| change(&mut live.settings)))
    }

    /// The next so many visitors of the start page get no cookie, as happens on TikTok.
    pub async fn live_withholds_cookies(&self, times: u64) {
        self.lives.change(|lives| lives.withheld = times);
    }

    /// Changes the title of a live.
    pub async fn live_title(&self, name: &str, title: &str) -> Result<(), Refused> {
        self.lives.change(|lives| lives.expect(name).map(|(live, ..)| title.clone_into(&mut live.title)))
    }

    /// Sends events, written as JSON, in as few frames as the live's settings allow.
    pub async fn live_events(&self, name: &str, events: &[Value]) -> Result<LiveSent, Refused> {
        let read = events.iter().map(|event| SimLiveEvent::try_from(event.clone()));
        let events = read.collect::<Result<Vec<_>, _>>()?;
        self.live_send(name, SimBatch { events, ..SimBatch::default() }).await
    }

    /// Sends events as the batch says.
    pub async fn live_send(&self, name: &str, batch: SimBatch) -> Result<LiveSent, Refused> {
        self.lives.change(|lives| lives.perform(name, &batch))
    }

    /// Sends very many events without running far ahead of who reads them.
    pub async fn live_burst(&self, name: &str, burst: SimBurst) -> Result<SimBurstSent, Refused> {
        let total = burst.events.len().saturating_mul(burst.repeat.max(1));
        if total > MOST_MESSAGES {
            return Err(Refused(format!("A burst has at most {MOST_MESSAGES} messages.")));
        }
        let most = self.with_live(name, |live| live.settings.frame_messages)?;
        let per_frame = if burst.per_frame == 0 { most } else { burst.per_frame.min(most) }.max(1);
        let start = self.lives.clock.now();
        let mut sent = SimBurstSent::default();
        for _ in 0..burst.repeat.max(1) {
            for events in burst.events.chunks(per_frame) {
                if let Some(since) = (sent.messages as u64 * 1_000_000).checked_div(burst.per_second as u64) {
                    self.lives.clock.sleep_until(start.after(Duration::from_micros(since))).await;
                }
                self.read_up(name).await?;
                let one = self.lives.change(|lives| {
                    let (live, numbers, now) = lives.expect(name)?;
                    live.send(events, Delivery::default(), numbers, now)
                })?;
                sent.messages += one.ids.len();
                sent.frames += one.frames;
            }
        }
        Ok(sent)
    }

    /// Waits until no connection is far behind.
    async fn read_up(&self, name: &str) -> Result<(), Refused> {
        let is_near = |lives: &Lives| {
            let live = lives.named(name);
            live.is_none_or(|live| live.most_waiting() < AHEAD).then_some(())
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), self.lives.until(is_near)).await;
        waited.map_err(|_| Refused::because("A connection has not read for a minute."))
    }

    /// Breaks something, now or when its turn comes; see [`LiveFaultKind`](super::LiveFaultKind).
    pub async fn live_fault(&self, name: &str, fault: impl Into<LiveFault>) -> Result<(), Refused> {
        let fault = fault.into();
        self.lives.change(|lives| {
            let (live, numbers, now) = lives.expect(name)?;
            let is_of_socket = fault.kind.is_of_socket();
            live.faults.order(fault)?;
            if is_of_socket {
                live.strike_now(numbers, now);
            }
            Ok(())
        })
    }

    /// Calls all faults of a live off that have not struck yet, and lets silent connections speak again.
    pub async fn clear_live_faults(&self, name: &str) -> Result<(), Refused> {
        self.lives.change(|lives| lives.expect(name).map(|(live, ..)| live.calm()))
    }

    /// What was seen of the clients of a live.
    pub async fn live_seen(&self, name: &str) -> Result<LiveSeen, Refused> {
        self.with_live(name, Live::seen)
    }

    /// The last frames that clients of a live sent, 1,000 at most.
    pub async fn live_frames(&self, name: &str) -> Result<Vec<SeenFrame>, Refused> {
        self.with_live(name, |live| live.notes.frames())
    }

    /// Waits until a connection has entered the room, at most `timeout` of real time.
    pub async fn live_connected(&self, name: &str, timeout: Duration) -> Result<(), Refused> {
        self.live_until(name, timeout, |live| live.entered() > 0).await
    }

    /// Waits until no connection stands.
    pub async fn live_disconnected(&self, name: &str, timeout: Duration) -> Result<(), Refused> {
        self.live_until(name, timeout, |live| live.standing() == 0).await
    }

    /// Waits until there is a connection and all of them have acknowledged all that was sent. A client acknowledges
    /// before it looks into a frame: wait for what it does with it as well.
    pub async fn live_acknowledged(&self, name: &str, timeout: Duration) -> Result<(), Refused> {
        self.live_until(name, timeout, Live::is_acknowledged).await
    }

    /// Waits until what was seen of a live fits, at most `timeout` of real time. It is looked at after every change.
    pub async fn live_seen_until(
        &self,
        name: &str,
        timeout: Duration,
        mut fits: impl FnMut(&LiveSeen) -> bool,
    ) -> Result<LiveSeen, Refused> {
        self.live_until(name, timeout, |live| fits(&live.seen())).await?;
        self.live_seen(name).await
    }

    async fn live_until(
        &self,
        name: &str,
        timeout: Duration,
        mut is_so: impl FnMut(&Live) -> bool,
    ) -> Result<(), Refused> {
        let look = |lives: &Lives| lives.named(name).filter(|live| is_so(live)).map(|_| ());
        let found = tokio::time::timeout(timeout, self.lives.until(look)).await;
        found.map_err(|_| Refused(format!("It did not come about on {name:?} within {} ms.", timeout.as_millis())))
    }

    fn with_live<T>(&self, name: &str, look: impl FnOnce(&Live) -> T) -> Result<T, Refused> {
        let found = self.lives.look(|lives| lives.named(name).map(look));
        found.ok_or_else(|| Refused(format!("There is no host {name:?}; let them go live first.")))
    }
}

impl Lives {
    /// Does what happens on a live: messages are sent, and acts of the host and the network take place in between.
    pub(crate) fn perform(&mut self, name: &str, batch: &SimBatch) -> Result<LiveSent, Refused> {
        let (live, numbers, now) = self.expect(name)?;
        let frame_type = batch.frame_type.as_deref().unwrap_or("msg");
        let delivery = Delivery { packing: batch.packing, needs_ack: batch.needs_ack, frame_type };
        let mut sent = LiveSent::default();
        for events in batch.events.chunk_by(|one, other| !one.is_act() && !other.is_act()) {
            match events {
                [SimLiveEvent { what: SimOccurrence::Connect, .. }] => live.start(numbers, now),
                [SimLiveEvent { what: SimOccurrence::Disconnect, .. }] => {
                    live.cut();
                }
                [SimLiveEvent { what: SimOccurrence::LiveEnd, .. }] => live.end(numbers, now),
                events => {
                    if !live.is_on {
                        return Err(Refused(format!("{:?} is not live.", live.name)));
                    }
                    let one = live.send(events, delivery, numbers, now)?;
                    sent.ids.extend(one.ids);
                    sent.frames += one.frames;
                    sent.connections = one.connections;
                }
            }
        }
        Ok(sent)
    }
}

impl SimLiveEvent {
    /// Whether it is an act of the host or the network, and no message.
    const fn is_act(&self) -> bool {
        matches!(self.what, SimOccurrence::Connect | SimOccurrence::Disconnect | SimOccurrence::LiveEnd)
    }
}

//! What administrators read about the connection.

use super::views;
use crate::bot::tests::songs::{ANN, AT, entry};
use crate::bot::tests::{message_of, messages_of};
use crate::features::engagement::model::Session;
use crate::features::queue::model::Line;
use crate::features::queue::service::Moved;
use crate::features::tiktok::activity::{Deed, SimulatedEvent};
use crate::features::tiktok::model::Follow;
use crate::flows::rehearsal::Rehearsed;
use crate::kernel::sentence::Sentence;
use crate::live::Handle;
use crate::live::following::{State, Stop};
use crate::tiktok::status::{Counts, Status};

fn owl() -> Handle {
    Handle::parse("night_owl").unwrap()
}

fn follow() -> Follow {
    Follow { number: 1, streamer: owl(), is_persistent: true, by: ANN, since: AT }
}

fn status(state: State) -> Status {
    Status { state, since: AT, trouble: None, viewers: None, last_message_at: None, counts: Counts::default() }
}

#[test]
fn who_lets_a_live_be_followed_reads_how_it_stands() {
    let trouble = Some(Sentence::words("TikTok asks for a sign-in."));
    let states = [
        None,
        Some(status(State::Live)),
        Some(status(State::WaitingForLive(AT))),
        Some(status(State::Stopped(Stop::NotLive))),
        Some(status(State::Connecting)),
        Some(status(State::Reconnecting(None))),
        Some(Status { trouble: trouble.clone(), ..status(State::Reconnecting(Some(AT))) }),
        Some(Status { trouble: trouble.clone(), ..status(State::WaitingForLive(AT)) }),
        Some(status(State::Stopped(Stop::LiveEnded))),
        Some(Status { trouble, ..status(State::Stopped(Stop::Refused)) }),
    ];
    let shown = states.map(|status| views::followed(&follow(), status.as_ref()));
    insta::assert_snapshot!(messages_of(shown), @r"
    Following **@night\_owl**. `/tiktok status` shows how it stands.
    🟢 Connected to the live of **@night\_owl**. Gifts and engagement count from now on.
    ⏳ **@night\_owl** is not live yet. I look again <t:1763756100:R> and connect as soon as they are.
    ⚪ **@night\_owl** is not live. With `persistent` I wait until they are.
    Following **@night\_owl**. 🔵 Connecting.
    Following **@night\_owl**. 🟠 The connection was lost. Connecting again.
    Following **@night\_owl**. 🟠 The connection was lost; the next try is <t:1763756100:R>.
    TikTok asks for a sign-in.
    Following **@night\_owl**. ⏳ Waiting for the live; the next look is <t:1763756100:R>.
    TikTok asks for a sign-in.
    Following **@night\_owl**. 🏁 The live is over.
    Following **@night\_owl**. 🔴 Given up.
    TikTok asks for a sign-in.
    ");
    insta::assert_snapshot!(
        message_of(views::left(&follow())),
        @r"⏹️ Disconnected from **@night\_owl**. The session is closed, and nothing counts any more."
    );
}

#[test]
fn the_status_tells_what_was_heard() {
    let session = Session {
        streamer: owl(),
        started_at: AT,
        ended_at: None,
        last_event_at: AT,
        is_connected: true,
        last_snapshot_at: None,
        viewers: None,
        connections: Vec::new(),
        counted_at: AT,
    };
    let live = Status {
        viewers: Some(1_201),
        last_message_at: Some(AT),
        counts: Counts { events: 40, anonymous: 2, undecodable: 1, ..Counts::default() },
        ..status(State::Live)
    };
    insta::assert_snapshot!(message_of(views::status(Some(&follow()), Some(&live), Some(&session))), @r"
    ╒ TikTok LIVE of @night\_owl
    🟢 Connected since <t:1763756100:R>.
    Persistent: Yes
    Followed: <t:1763756100:R> by <@1>
    Session: began <t:1763756100:R>
    Viewers: 1201
    Last message: <t:1763756100:R>
    Heard: 40 events, 2 without a name, 1 that could not be read
    ");
    let elsewhere = Session { streamer: Handle::parse("barn_owl").unwrap(), ..session };
    let once = Follow { is_persistent: false, ..follow() };
    let shown = [
        views::status(Some(&once), None, Some(&elsewhere)),
        views::status(Some(&once), Some(&status(State::Connecting)), None),
        views::status(None, None, None),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    ╒ TikTok LIVE of @night\_owl
    🔵 Starting.
    Persistent: No
    Followed: <t:1763756100:R> by <@1>
    ╒ TikTok LIVE of @night\_owl
    🔵 Connecting.
    Persistent: No
    Followed: <t:1763756100:R> by <@1>
    Viewers: unknown
    Last message: none yet
    Heard: 0 events
    No live is followed. `/tiktok connect` begins it.
    ");
}

#[test]
fn an_event_that_was_made_up_is_answered_with_what_it_brought() {
    let event = |deed| SimulatedEvent { deed, by: Some("*ann* @everyone".to_owned()) };
    let gift = event(Deed::Gifted { count: 3, unit_coins: 500 });
    let rehearsed = |has_begun, is_dropped, lifted| Rehearsed {
        streamer: owl(),
        has_begun,
        is_dropped,
        points: 1_500,
        luxury: 30,
        lifted,
    };
    let lifted = vec![Moved { entry: entry(Line::Skip5), from: Line::Free }];
    let shown = [
        views::simulated(&rehearsed(true, false, lifted), &gift, false),
        views::simulated(&rehearsed(false, false, Vec::new()), &gift, true),
        views::simulated(&rehearsed(false, true, Vec::new()), &event(Deed::Liked(40)), false),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    🧪 Simulated a gift of 3 × 500 coins by **\*ann\* @(invisible)everyone** on the live of **@night\_owl**. No live is followed, so a simulated session began; the event `live_end` ends it. It brought 1500 points and 30 Luxury Coins. #012345 moved to 5 Skip.
    🧪 Simulated a gift of 3 × 500 coins by **\*ann\* @(invisible)everyone** on the live of **@night\_owl**. The streak goes on; it is paid at its end.
    🧪 Simulated 40 likes by **\*ann\* @(invisible)everyone** on the live of **@night\_owl**. It did not count, because that live is not connected.
    ");
}

#[test]
fn each_event_has_its_words() {
    let deeds = [
        Deed::Connected,
        Deed::Disconnected,
        Deed::Ended,
        Deed::Joined,
        Deed::Liked(40),
        Deed::Commented,
        Deed::Shared,
        Deed::Followed,
        Deed::Subscribed,
        Deed::Gifted { count: 3, unit_coins: 500 },
        Deed::Viewers(120),
        Deed::Poll,
        Deed::Battle,
    ];
    let words = deeds.map(|deed| views::deed(&SimulatedEvent { deed, by: None }));
    insta::assert_snapshot!(words.join(", "), @"a connection, a lost connection, the end of the live, a join, 40 likes, a comment, a share, a follow, a subscription, a gift of 3 × 500 coins, 120 viewers, a poll, a battle");
}

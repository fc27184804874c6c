//! What lives really send, over the simulated TikTok's own wire: streaks that break off, messages that come twice, odd
//! bytes and schemas, refusals and the ends of a live. Each with the exact rows, points, coins and line that follow.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::engagement::model::Interaction;
use greenroom::features::handles;
use greenroom::features::handles::model::AccountId;
use greenroom::features::queue::model::PublicId;
use greenroom::live::following::{State, Stop};
use greenroom::sim::{LiveCorruption, LiveFault, LiveFaultKind, LiveManagedForm, SimBatch, SimLiveEvent, SimPacking};
use greenroom::tiktok::Way;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::followed::*;
use crate::reading::link;
use crate::world::{Setup, World};

/// A followed live, on which ann and ben have handles, and ann a song in the Free line.
struct Evening {
    world: World,
    song: PublicId,
    /// The rows of the beginning.
    before: usize,
}

impl Evening {
    async fn begun() -> Self {
        Self::begun_with(Setup::default()).await
    }

    async fn begun_with(setup: Setup) -> Self {
        let world = followed_with(setup).await;
        for name in ["ann", "ben"] {
            let handle = format!("{name}.live");
            world.sim.live_events(HOST, &[json!({"type": "join", "user": handle})]).await.unwrap();
            caught_up(&world).await;
            world.member(name).links(&handle).await;
        }
        let song = world.member("ann").submits(&link(1), "Night Drive").await;
        let before = world.interactions().len();
        Self { world, song, before }
    }

    /// The live tells this, and the bot has written it.
    async fn told(&self, events: &[Value]) {
        self.world.sim.live_events(HOST, events).await.unwrap();
        caught_up(&self.world).await;
    }

    async fn strikes(&self, fault: impl Into<LiveFault>) {
        self.world.sim.live_fault(HOST, fault).await.unwrap();
    }

    async fn drops(&self) {
        self.strikes(LiveFaultKind::Drop).await;
        found_again(&self.world).await;
    }

    fn named(&self, row: &Interaction) -> String {
        let Some(account) = row.account else { return "nobody".to_owned() };
        let id = AccountId::new(account.get());
        let account = self.world.read(|read| handles::queries::account_by_id(read, self.world.guild, id));
        account.unwrap().handle.to_string()
    }

    /// Everything that it brought since the beginning.
    fn brought(&self) -> String {
        let row = |row: &Interaction| {
            let coins = row.coin_value.map(|coins| format!(" = {} coins", coins.get())).unwrap_or_default();
            let value = row.value.as_deref().unwrap_or_default();
            format!("{} {} {value}{coins}", self.named(row), row.kind.name()).trim_end().to_owned()
        };
        let rows: Vec<_> = self.world.interactions()[self.before..].iter().map(row).collect();
        let person = |name: &str| {
            let points = (self.world.handle_points(&format!("{name}.live")), self.world.points(name));
            assert_eq!(points.0, points.1, "the points of the handle and of its member");
            format!("{name}: {} points, {} coins", points.0, self.world.luxury(name))
        };
        let counts = self.world.app.bot.lives.status(&host()).unwrap().counts;
        format!(
            "{}\n{} · {} · song in {}\nof nobody {}, unknown {}, unreadable {}",
            rows.join("\n"),
            person("ann"),
            person("ben"),
            self.world.line(self.song),
            counts.anonymous,
            counts.unknown,
            counts.undecodable,
        )
    }

    async fn end(self) {
        let seen = self.world.sim.live_seen(HOST).await.unwrap();
        assert!(seen.complaints.is_empty(), "{:?}", seen.complaints);
        self.world.end().await;
    }
}

/// One message of a streak of roses.
fn tap(user: &str, group: u64, count: u32, end: bool) -> Value {
    json!({"type": "gift", "user": user, "id": 5655, "name": "Rose", "diamonds": 1, "count": count, "end": end, "group": group})
}

#[tokio::test]
async fn a_streak_is_paid_once_with_its_last_count() {
    covers!("M-TIK-24");
    let evening = Evening::begun().await;
    let user = "ann.live";
    evening
        .told(&[tap(user, 7, 1, false), tap(user, 7, 2, false), tap(user, 7, 3, false), tap(user, 7, 3, true)])
        .await;
    assert_snapshot!(evening.brought(), @"
    @ann.live gift Rose = 3 coins
    ann: 6 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn a_streak_whose_end_is_lost_with_the_connection_is_paid_once() {
    let evening = Evening::begun().await;
    let taps: Vec<_> = (1..=7).map(|count| tap("ann.live", 7, count, false)).collect();
    evening.told(&taps).await;
    evening.drops().await;
    evening.world.pass(Duration::from_secs(20)).await;
    caught_up(&evening.world).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live gift Rose = 7 coins
    ann: 14 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn streaks_across_a_reconnect_count_each_tap_once() {
    let evening = Evening::begun().await;
    let tell_fourth = json!({"type": "gift", "user": "ann.live", "id": 5655, "name": "Rose", "diamonds": 1, "count": 4,
        "end": false, "group": 7, "msg_id": 7_300_000_000_000_000_004_u64});
    let taps = (1..=3).map(|count| tap("ann.live", 7, count, false));
    evening.told(&taps.chain([tap("ben.live", 9, 2, false), tell_fourth.clone()]).collect::<Vec<_>>()).await;
    evening.drops().await;
    evening.told(&[tell_fourth, tap("ben.live", 9, 3, false), tap("ann.live", 7, 6, false)]).await;
    evening.told(&[tap("ann.live", 7, 6, true), tap("ben.live", 9, 5, true)]).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live gift Rose = 4 coins
    @ben.live gift Rose = 2 coins
    @ann.live gift Rose = 2 coins
    @ben.live gift Rose = 3 coins
    ann: 12 points, 0 coins · ben: 10 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn one_tap_of_a_gift_that_can_streak_is_one_gift() {
    let evening = Evening::begun().await;
    evening.told(&[tap("ann.live", 7, 1, false), tap("ann.live", 7, 1, true)]).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live gift Rose = 1 coins
    ann: 2 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn a_big_gift_counts_at_once_and_one_without_a_description_is_worth_what_was_told_before() {
    let evening = Evening::begun().await;
    let lion =
        json!({"type": "gift", "user": "ann.live", "id": 6369, "name": "Lion", "diamonds": 29_999, "gift_type": 2});
    let bare = json!({"type": "gift", "user": "ben.live", "id": 6369, "name": "Lion", "diamonds": 29_999, "gift_type": 2, "bare": true});
    // No price is guessed before the live has told one.
    evening.told(&[bare.clone(), lion, bare]).await;
    assert_snapshot!(evening.brought(), @"
    @ben.live gift  = 0 coins
    @ann.live gift Lion = 29999 coins
    @ben.live gift Lion = 29999 coins
    ann: 29999 points, 598 coins · ben: 29999 points, 598 coins · song in 25+ Skip
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn each_like_counts_with_its_own_taps_whatever_the_totals_say() {
    let evening = Evening::begun().await;
    let mut events = Vec::new();
    for step in 0..200_u64 {
        // Totals jump back, and some likes are of nobody.
        let total = if step % 10 == 9 { 5 } else { 1_000 + step * 15 };
        match step % 20 {
            0 => events.push(json!({"type": "like", "count": 15, "total": total})),
            _ => events.push(json!({"type": "like", "user": "ann.live", "count": 15, "total": total})),
        }
    }
    evening.told(&events).await;
    let brought = evening.brought();
    assert_eq!(brought.matches("ann.live like 15\n").count(), 190);
    assert_snapshot!(brought.replace("@ann.live like 15\n", ""), @"
    ann: 190 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 10, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn a_flood_of_joins_makes_handles_known_and_moderation_is_no_join() {
    let evening = Evening::begun().await;
    let joins = (0..500).map(|number| match number % 10 {
        3 => json!({"type": "join", "user": format!("viewer.{number}"), "action": 3}),
        5 => json!({"type": "join", "user": format!("viewer.{number}"), "action": 7}),
        7 => json!({"type": "join", "user": format!("viewer.{number}"), "action": 26}),
        _ => json!({"type": "join", "user": format!("viewer.{number}"), "count": if number == 0 { 0 } else { 400 }}),
    });
    let burst: Vec<_> = joins.collect();
    evening.told(&burst).await;
    let rows = evening.world.interactions().len() - evening.before;
    assert_eq!((rows, evening.world.handle_points("viewer.0")), (350, 0));
    assert!(evening.world.account("viewer.3").is_none(), "who was muted has not come in");
    evening.end().await;
}

#[tokio::test]
async fn what_a_reconnect_tells_again_counts_no_second_time() {
    covers!("M-TIK-19");
    let evening = Evening::begun().await;
    let chat = json!({"type": "comment", "user": "ann.live", "text": "first!", "msg_id": 42});
    let gift = json!({"type": "gift", "user": "ann.live", "id": 9, "name": "Lion", "diamonds": 1_000});
    evening.told(&[chat.clone(), gift, json!({"type": "share", "user": "ben.live"})]).await;
    evening.strikes(LiveFaultKind::Replay { last: 20 }).await;
    evening.strikes(LiveFaultKind::Drop).await;
    // Two that nobody had told us before, from the time in which we were away: of those the gift counts.
    let missed = json!({"type": "gift", "user": "ben.live", "id": 9, "name": "Lion", "diamonds": 1_000});
    let away = [missed, json!({"type": "comment", "user": "ben.live", "text": "still there?"})];
    evening.world.sim.live_events(HOST, &away).await.unwrap();
    found_again(&evening.world).await;
    evening.told(&[json!({"type": "pin", "pinned": chat})]).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live comment first!
    @ann.live gift Lion = 1000 coins
    @ben.live share
    @ben.live gift Lion = 1000 coins
    ann: 1002 points, 20 coins · ben: 1005 points, 20 coins · song in 5 Skip
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn names_and_texts_of_any_kind_are_kept_and_never_break_a_message() {
    let evening = Evening::begun().await;
    let names = [
        "👩🏽\u{200d}🎤 Ann",
        "\u{202e}nna\u{202c}",
        "a\u{200b}\u{200d}\u{feff}b",
        &"long ".repeat(40),
        "\u{0301}\u{0327}",
        "@everyone `<@1>` **x**",
    ];
    for name in names {
        let user = json!({"handle": "ann.live", "nickname": name});
        evening.told(&[json!({"type": "comment", "user": user, "text": name})]).await;
    }
    // Bytes that are no UTF-8, as the text (field 3) of a comment, which replaces the first.
    let invalid = json!({"type": "comment", "user": "ben.live", "text": "x", "extra": "GgT/w2H+"});
    evening.told(&[invalid]).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live comment 👩🏽‍🎤 Ann
    @ann.live comment nna
    @ann.live comment ab
    @ann.live comment long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long
    @ann.live comment
    @ann.live comment @everyone `<@1>` **x**
    @ben.live comment ��a�
    ann: 12 points, 0 coins · ben: 2 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn who_cannot_be_known_counts_for_nobody() {
    let evening = Evening::begun().await;
    let events = [
        json!({"type": "comment", "text": "without a user"}),
        json!({"type": "comment", "user": {"handle": "", "id": 77}, "text": "an id alone"}),
        json!({"type": "gift", "user": {"handle": "", "id": 78}, "id": 9, "name": "Lion", "diamonds": 1_000}),
        json!({"type": "like", "user": {"handle": "mystery", "is_anonymous": true}}),
        json!({"type": "comment", "user": {"handle": "big.id", "id": 9_007_199_254_740_993_u64}, "text": "beyond 2^53"}),
    ];
    evening.told(&events).await;
    assert_snapshot!(evening.brought(), @"
    @big.id comment beyond 2^53
    ann: 0 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 4, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn unknown_and_broken_messages_cost_themselves_alone() {
    covers!("M-TIK-26");
    let evening = Evening::begun().await;
    let raw = |method: &str, base64: &str| json!({"type": "raw", "method": method, "base64": base64});
    evening
        .told(&[
            raw("WebcastFutureThingMessage", "CAE="),
            raw("WebcastChatMessage", "////"),
            raw("WebcastGiftMessage", ""),
            raw("", "CAE="),
        ])
        .await;
    for form in [
        LiveCorruption::Message,
        LiveCorruption::Payload,
        LiveCorruption::Truncated,
        LiveCorruption::Frame,
        LiveCorruption::Length,
    ] {
        evening.strikes(LiveFaultKind::Corrupt { form }).await;
    }
    for frame_type in ["hb", "im_enter_room_resp", "something_new"] {
        let events = vec![SimLiveEvent::try_from(json!({"type": "share", "user": "ben.live"})).unwrap()];
        let batch = SimBatch { events, frame_type: Some(frame_type.to_owned()), ..SimBatch::default() };
        evening.world.sim.live_send(HOST, batch).await.unwrap();
    }
    evening.told(&[json!({"type": "comment", "user": "ann.live", "text": "x".repeat(5_000_000)})]).await;
    evening.told(&[json!({"type": "like", "user": "ann.live"})]).await;
    assert_snapshot!(evening.brought().replace(&"x".repeat(499), "xxx"), @"
    @ann.live comment xxx…
    @ann.live like 1
    ann: 3 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 1, unknown 2, unreadable 6
    ");
    assert_eq!(evening.world.sim.live_seen(HOST).await.unwrap().connections_opened, 1, "the connection was kept");
    evening.end().await;
}

#[tokio::test]
async fn frames_are_read_however_they_are_packed() {
    let evening = Evening::begun().await;
    let packings = [
        SimPacking::Auto,
        SimPacking::Gzip,
        SimPacking::GzipUnsaid,
        SimPacking::Plain,
        SimPacking::PlainSaid,
        SimPacking::PlainSaidGzip,
    ];
    for packing in packings {
        let events = vec![SimLiveEvent::try_from(json!({"type": "like", "user": "ann.live", "count": 2})).unwrap()];
        evening.world.sim.live_send(HOST, SimBatch { events, packing, ..SimBatch::default() }).await.unwrap();
    }
    evening.strikes(LiveFaultKind::Corrupt { form: LiveCorruption::Gzip }).await;
    evening.strikes(LiveFaultKind::GzipBomb).await;
    evening.told(&[json!({"type": "share", "user": "ben.live"})]).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live like 2
    @ann.live like 2
    @ann.live like 2
    @ann.live like 2
    @ann.live like 2
    @ann.live like 2
    @ben.live share
    ann: 6 points, 0 coins · ben: 5 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 2
    ");
    evening.end().await;
}

#[tokio::test]
async fn a_schema_that_moved_costs_no_more_than_what_moved() {
    let evening = Evening::begun().await;
    let extra = |bytes: &[u8]| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    // A field 900 that nobody knows; the taps (field 2) as text, which is as if they were absent; a gift's number beyond 32 bits.
    let unknown_field = extra(&[0xa0, 0x38, 0x01]);
    let other_type = extra(&[0x12, 0x01, b'7']);
    let events = [
        json!({"type": "share", "user": "ann.live", "extra": unknown_field}),
        json!({"type": "like", "user": "ann.live", "count": 15, "extra": other_type}),
        json!({"type": "gift", "user": "ben.live", "id": 5_000_000_000_u64, "name": "Moon", "diamonds": 10}),
    ];
    evening.told(&events).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live share
    @ann.live like 15
    @ben.live gift Moon = 10 coins
    ann: 6 points, 0 coins · ben: 20 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn a_socket_that_falls_silent_is_given_up_after_a_minute() {
    covers!("M-TIK-05");
    let evening = Evening::begun().await;
    evening.told(&[tap("ann.live", 7, 4, false)]).await;
    evening.world.sim.live_fault(HOST, LiveFaultKind::Silence).await.unwrap();
    evening.world.hand.advance(Duration::from_secs(59));
    evening.world.settle().await;
    let state = || evening.world.app.bot.lives.status(&host()).unwrap().state;
    assert_eq!(state(), State::Live);
    evening.world.hand.advance(Duration::from_secs(2));
    found_again(&evening.world).await;
    evening.told(&[tap("ann.live", 7, 5, true)]).await;
    assert_snapshot!(evening.brought(), @"
    @ann.live gift Rose = 4 coins
    @ann.live gift Rose = 1 coins
    ann: 10 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

/// The live ends so; nothing of it is open then, and it is not dialled again.
async fn ends(act: impl AsyncFnOnce(&Evening)) -> String {
    let evening = Evening::begun().await;
    evening.told(&[tap("ann.live", 7, 4, false)]).await;
    act(&evening).await;
    until(&evening.world, |status| status.is_some_and(|status| status.state == State::Stopped(Stop::LiveEnded))).await;
    evening.world.settle().await;
    assert!(evening.world.open_session().is_none());
    evening.world.pass(Duration::from_mins(10)).await;
    assert_eq!(evening.world.sim.live_seen(HOST).await.unwrap().connections_opened, 1);
    let brought = evening.brought();
    evening.end().await;
    brought
}

#[tokio::test]
async fn the_live_is_over_when_the_host_or_tiktok_ends_it() {
    let by_host = ends(async |evening| evening.world.sim.ends_live(HOST).await.unwrap()).await;
    assert_snapshot!(by_host, @"
    @ann.live gift Rose = 4 coins
    ann: 8 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    let suspended = json!({"type": "control", "action": "suspend"});
    let by_tiktok = ends(async |evening| drop(evening.world.sim.live_events(HOST, &[suspended]).await.unwrap())).await;
    assert_eq!(by_tiktok, by_host);
}

#[tokio::test]
async fn a_break_a_close_and_a_new_room_are_no_end() {
    let evening = Evening::begun().await;
    let control = |action: &str| json!({"type": "control", "action": action});
    evening.told(&[tap("ann.live", 7, 2, false), control("pause"), control("resume")]).await;
    evening.strikes(LiveFaultKind::Close { code: 1000 }).await;
    found_again(&evening.world).await;
    evening.told(&[tap("ann.live", 7, 3, false)]).await;
    evening.strikes(LiveFaultKind::NewRoom).await;
    found_again(&evening.world).await;
    evening.told(&[tap("ann.live", 7, 4, true), json!({"type": "share", "user": "ben.live"})]).await;
    assert_eq!(sessions(&evening.world).len(), 1);
    assert_snapshot!(evening.brought(), @"
    @ann.live gift Rose = 2 coins
    @ann.live gift Rose = 1 coins
    @ann.live gift Rose = 1 coins
    @ben.live share
    ann: 8 points, 0 coins · ben: 5 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

#[tokio::test]
async fn the_managed_socket_is_read_in_all_its_forms() {
    let setup = Setup { way: Way::Managed, ..Setup::default() };
    let evening = Evening::begun_with(setup).await;
    for form in [LiveManagedForm::Bundle, LiveManagedForm::Array, LiveManagedForm::Object] {
        evening.world.sim.live_set(HOST, |settings| settings.managed_form = form).await.unwrap();
        evening.told(&[json!({"type": "like", "user": "ann.live", "count": 2})]).await;
        // Its eight hours are over.
        evening.strikes(LiveFaultKind::Close { code: 4555 }).await;
        found_again(&evening.world).await;
    }
    assert_snapshot!(evening.brought(), @"
    @ann.live like 2
    @ann.live like 2
    @ann.live like 2
    ann: 3 points, 0 coins · ben: 0 points, 0 coins · song in Free
    of nobody 0, unknown 0, unreadable 0
    ");
    evening.end().await;
}

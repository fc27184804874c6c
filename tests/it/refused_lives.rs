//! A live that cannot be connected to, over the simulated TikTok's own wire: each reason is told apart in words, nothing is
//! written meanwhile, and the live is found when the trouble is over.

use std::time::Duration;

use greenroom::live::following::{State, Stop};
use greenroom::sim::{LiveFaultKind, LiveOddity};
use greenroom::tiktok::Way;
use serde_json::json;

use crate::followed::*;
use crate::world::{LIVE_KEY, Setup, World};

/// Whoever is refused so hears why, nothing is written, and the live is found when the trouble is over.
async fn is_refused_and_comes_back(way: Way, fault: LiveFaultKind, because: &str) {
    let world = World::with(Setup { way, ..Setup::default() }).await;
    world.chooses("setdebugchannel", "staff").await;
    world.sim.goes_live(HOST).await.unwrap();
    world.sim.live_fault(HOST, fault.clone()).await.unwrap();
    let answer = connect(&world, HOST).await;
    assert!(answer.contains(because), "{fault:?}: {answer}");
    assert!(!answer.contains(LIVE_KEY));
    let is_final = matches!(
        world.app.bot.lives.status(&host()).map(|status| status.state),
        None | Some(State::Stopped(Stop::Refused))
    );
    assert!(world.interactions().is_empty() && world.open_session().is_none());
    if is_final {
        // Tries are five seconds apart.
        world.hand.advance(Duration::from_secs(6));
        let again = connect(&world, HOST).await;
        assert!(again.contains("Connected to the live"), "{fault:?}: {again}");
    } else {
        for _ in 0..40 {
            world.hand.advance(Duration::from_secs(30));
            let now = world.hand.now();
            let is_settled = |state: &State| match state {
                State::Live | State::Stopped(_) => true,
                State::WaitingForLive(due) => *due > now,
                State::Reconnecting(due) => due.is_some_and(|due| due > now),
                State::Connecting => false,
            };
            until(&world, |status| status.is_some_and(|status| is_settled(&status.state))).await;
            if world.app.bot.lives.status(&host()).is_some_and(|status| status.state == State::Live) {
                break;
            }
        }
        until_live(&world).await;
    }
    world.sim.live_events(HOST, &[json!({"type": "share", "user": "ann.live"})]).await.unwrap();
    caught_up(&world).await;
    assert_eq!(world.interactions().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn each_failure_of_the_sign_service_is_told_apart_and_survived() {
    use greenroom::sim::LiveWaitHeader::{Html, None, ResetEpoch, ResetSeconds, RetryAfter, XResetEpoch};
    for header in [RetryAfter, ResetEpoch, ResetSeconds, XResetEpoch, None, Html] {
        let fault = LiveFaultKind::RateLimit { header, seconds: 90, label: "rate_limit_account_day".to_owned() };
        is_refused_and_comes_back(Way::Euler, fault, "takes no more requests for now").await;
    }
    let faults = [
        (LiveFaultKind::Sign500 { form: 0 }, "is in trouble"),
        (LiveFaultKind::Sign500 { form: 1 }, "is in trouble"),
        (LiveFaultKind::Sign500 { form: 2 }, "is in trouble"),
        (LiveFaultKind::Sign503, "is in trouble"),
        (LiveFaultKind::Empty, "is in trouble"),
        (LiveFaultKind::Stub, "is in trouble"),
        (LiveFaultKind::MissingCookie, "is in trouble"),
        (LiveFaultKind::BigBody { bytes: 20 << 20 }, "is in trouble"),
        (LiveFaultKind::ForeignPushServer, "not TikTok's"),
        (LiveFaultKind::InsecurePushServer, "not TikTok's"),
        (LiveFaultKind::Sign401, "does not know the API key"),
        (LiveFaultKind::Sign402, "plan does not include"),
        (LiveFaultKind::Sign403 { isp: false }, "plan does not include"),
        (LiveFaultKind::Sign403 { isp: true }, "refuses the network"),
    ];
    for (fault, because) in faults {
        is_refused_and_comes_back(Way::Euler, fault, because).await;
    }
}

#[tokio::test]
async fn each_refused_handshake_is_told_apart_and_survived() {
    let faults = [
        (LiveFaultKind::Blocked, "TikTok"),
        (LiveFaultKind::IllegalAppId, "is in trouble"),
        (LiveFaultKind::HandshakeRefused { status: 400 }, "TikTok"),
        (LiveFaultKind::HandshakeRefused { status: 403 }, "TikTok"),
        (LiveFaultKind::HandshakeRefused { status: 302 }, "TikTok"),
    ];
    for (fault, because) in faults {
        is_refused_and_comes_back(Way::Euler, fault, because).await;
    }
}

#[tokio::test]
async fn each_answer_about_a_name_is_told_apart_and_survived() {
    let faults = [
        (LiveFaultKind::Offline, "is not live yet"),
        (LiveFaultKind::NotFound, "knows no live of this account"),
        (LiveFaultKind::Captcha, "TikTok"),
        (LiveFaultKind::LookUpRefused { status: 403 }, "TikTok"),
        (LiveFaultKind::LookUpRefused { status: 200 }, "TikTok"),
        (LiveFaultKind::LookUpRefused { status: 502 }, "error 502"),
    ];
    for (fault, because) in faults {
        is_refused_and_comes_back(Way::Euler, fault, because).await;
    }
}

#[tokio::test]
async fn a_page_that_is_closed_to_us_is_no_hindrance_while_another_answers() {
    let world = World::new().await;
    world.sim.goes_live(HOST).await.unwrap();
    world.sim.live_fault(HOST, LiveFaultKind::HtmlBlocked).await.unwrap();
    assert!(connect(&world, HOST).await.contains("Connected to the live"));
    world.end().await;
}

#[tokio::test]
async fn an_odd_answer_about_a_name_is_no_hindrance_while_another_place_tells() {
    use LiveOddity::{AnotherAccount, OldRoom, Over, RoomEmpty, RoomZero};
    for form in [RoomEmpty, RoomZero, Over, OldRoom, AnotherAccount] {
        let world = World::new().await;
        world.sim.goes_live(HOST).await.unwrap();
        world.sim.live_fault(HOST, LiveFaultKind::Odd { form, everywhere: false }).await.unwrap();
        assert!(connect(&world, HOST).await.contains("Connected to the live"), "{form:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn a_live_that_nobody_says_where_it_is_is_not_called_over() {
    let odd = LiveFaultKind::Odd { form: LiveOddity::RoomEmpty, everywhere: true };
    is_refused_and_comes_back(Way::Euler, odd, "does not say where").await;
}

#[tokio::test]
async fn each_close_of_the_managed_socket_is_told_apart_and_survived() {
    let codes = [
        (4404, "is not live yet"),
        (4005, "is not live yet"),
        (4006, "did not answer in time"),
        (4429, "too many connections"),
        (4555, ""),
        (1011, "is in trouble"),
    ];
    for (code, because) in codes {
        is_refused_and_comes_back(Way::Managed, LiveFaultKind::ManagedClose { code }, because).await;
    }
}

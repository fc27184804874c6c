//! What a restart keeps: everything that was acknowledged, and work that is still to be done, once.

use std::time::Duration;

use greenroom::activity::debug_channel::DEBUG_CHANNEL;
use greenroom::app::application::Application;
use greenroom::app::operation::{CheckStore, Checked, Operation as _};
use greenroom::catalogue::CATALOGUE;
use greenroom::covers;
use greenroom::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use greenroom::features::queue::model::{Entry, Line, Place};
use greenroom::features::queue::tables;
use greenroom::features::submissions::settings::SUBMISSIONS_OPEN;
use greenroom::flows;
use greenroom::jobs;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::{ChannelId, GuildId, UserId};
use greenroom::live::{Handle, LiveEvent, Occurrence};
use greenroom::sim::Fault;
use greenroom::store::Tx;

use crate::patience::Patience;
use crate::reading::{SOON, link};
use crate::site::Site;
use crate::world::{STREAMER, assert_sound, viewer};

fn songs(app: &Application, site: &Site) -> Vec<Entry> {
    let mut songs = Vec::new();
    let collect = |read: &dyn greenroom::store::Read| {
        tables::for_each(read, site.guild, |entry| {
            songs.push(entry);
            Ok(())
        })
    };
    app.bot.store.read_blocking("songs", collect).unwrap();
    songs
}

fn due_jobs(app: &Application) -> usize {
    let far = app.bot.clock.now().after(Duration::from_hours(240));
    app.bot.store.read_blocking("due", |read| jobs::due_by(read, far, 100)).unwrap().len()
}

/// An evening before the restart: three songs, one of them played, submissions closed.
async fn evening(site: &Site, app: &Application) -> Vec<Entry> {
    site.open().await;
    for number in 1..=3 {
        site.submit("ann", &link(number)).await;
        site.pass(app, Duration::from_secs(1)).await;
    }
    site.run(site.call("host", "next")).await;
    site.run(site.call("host", "close-submissions")).await;
    app.settled().await.unwrap();
    let before = songs(app, site);
    assert_eq!(before.iter().filter(|entry| entry.place.line == Line::SongsPlayed).count(), 1);
    before
}

async fn is_as_before(site: &Site, app: &Application, before: &[Entry]) {
    assert_eq!(songs(app, site), before);
    let is_open = app.bot.store.read_blocking("open", |read| SUBMISSIONS_OPEN.get(read, site.guild)).unwrap();
    assert!(!is_open);
    let queue = site.run(site.call("ben", "queue")).await.text();
    assert!(queue.contains("Now playing") && queue.contains(&before[0].song.public_id.to_string()), "{queue}");
    assert_sound(app).await;
}

#[tokio::test]
async fn songs_and_settings_survive_a_stop() {
    covers!("M-CMD-14", "M-CMD-15", "M-QUE-11");
    let site = Site::new().await;
    let app = site.start().await;
    let before = evening(&site, &app).await;
    app.stop().await;
    let app = site.start().await;
    is_as_before(&site, &app, &before).await;
    app.stop().await;
}

#[tokio::test]
async fn songs_and_settings_survive_an_application_that_is_dropped() {
    covers!("M-QUE-11", "M-RAT-06");
    let site = Site::new().await;
    let app = site.start().await;
    let before = evening(&site, &app).await;
    drop(app);
    let app = site.start().await;
    is_as_before(&site, &app, &before).await;
    app.stop().await;
}

#[tokio::test]
async fn the_first_score_sync_comes_with_the_start() {
    covers!("M-PTS-05");
    let site = Site::new().await;
    let app = site.start().await;
    site.open().await;
    for (number, name) in ["ann", "ben"].into_iter().enumerate() {
        site.submit(name, &link(number)).await;
        site.pass(&app, Duration::from_secs(1)).await;
    }
    let (guild, ben) = (site.guild, UserId::new(site.ids.member("ben").get()));
    let at = app.bot.clock.now();
    let shares = move |tx: &Tx<'_>| {
        let handle = Handle::parse("ben.live").unwrap();
        flows::handle_links::admin_link(tx, guild, Actor::Member(ben), ben, &handle)?;
        let shared = Occurrence::Shared(viewer("ben.live"));
        let events = [Occurrence::Connected, shared].map(|what| LiveEvent::new(at, what));
        flows::live_events::run(tx, guild, &Handle::parse(STREAMER).unwrap(), &events).map(drop)
    };
    app.bot.store.write("shared", shares).await.unwrap();
    let scores = |app: &Application| songs(app, &site).iter().map(|song| song.place.score).collect::<Vec<_>>();
    assert_eq!(scores(&app), [0, 0], "no sync since");
    app.stop().await;
    let app = site.start().await;
    assert_eq!(scores(&app), [0, 5], "no time has passed");
    assert_sound(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn songs_that_hold_an_old_score_are_found_by_the_check_and_mended_at_the_start() {
    covers!("M-PTS-05", "M-QUE-07");
    let site = Site::new().await;
    let app = site.start().await;
    site.open().await;
    for number in 0..3 {
        site.submit("ann", &link(number)).await;
        site.pass(&app, Duration::from_secs(1)).await;
    }
    let (guild, before) = (site.guild, songs(&app, &site));
    let [_, second, third] = &before[..] else { panic!("{before:?}") };
    let old = [second, third].map(|song| (song.id, Place { score: 1_800, ..song.place }));
    let write = move |tx: &Tx<'_>| old.iter().try_for_each(|(id, place)| tables::place(tx, guild, *id, place));
    app.bot.store.write("as_before", write).await.unwrap();
    let check = || CheckStore {}.run(&app.bot.store, CATALOGUE, &mut |_| {}).unwrap();
    let Checked { findings } = check();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings.iter().all(|found| found.contains("is ordered by 1800 points")), "{findings:?}");
    app.stop().await;
    let app = site.start().await;
    // Whoever has very many songs need not wait for it.
    let mut changes = app.bot.store.changes();
    let mended = async {
        while !songs(&app, &site).iter().all(|song| song.place.score == 0) {
            changes.recv().await.unwrap();
        }
    };
    tokio::time::timeout(SOON, mended).await.expect("it is mended soon after the start");
    assert_sound(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_job_that_failed_before_a_restart_is_done_once_after_it() {
    covers!("M-CMD-20");
    let site = Site::new().await;
    let app = site.start().await;
    site.open().await;
    let channel = site.channel("now-playing");
    site.run(site.call("host", "setnowplayingchannel").with("channel", channel.to_string())).await;
    site.submit("ann", &link(1)).await;
    app.settled().await.unwrap();
    let path = format!("/channels/{channel}/messages");
    site.sim.faults(Fault { path: Some(path.clone()), status: Some(503), times: 1000, ..Fault::default() }).await;
    site.run(site.call("host", "next")).await;
    app.settled().await.unwrap();
    assert_eq!(due_jobs(&app), 1, "the announcement waits for another try");
    app.stop().await;
    site.sim.clear_faults().await;
    assert!(site.sim.messages(channel).await.is_empty());

    let app = site.start().await;
    site.pass(&app, Duration::from_mins(5)).await;
    assert_eq!(site.sim.messages(channel).await.len(), 1);
    assert_eq!(due_jobs(&app), 0);
    let nonces: Vec<_> = posts(&site, &path).await;
    assert!(
        nonces.len() >= 2 && nonces.windows(2).all(|pair| pair[0] == pair[1]),
        "every try has one nonce: {nonces:?}"
    );
    app.stop().await;

    let app = site.start().await;
    site.pass(&app, Duration::from_hours(1)).await;
    assert_eq!(site.sim.messages(channel).await.len(), 1, "a third start has nothing left to do");
    app.stop().await;
}

#[tokio::test]
async fn a_job_that_was_sent_when_the_application_was_dropped_is_not_seen_twice() {
    covers!("M-CMD-20");
    let site = Site::new().await;
    let app = site.start().await;
    site.open().await;
    let channel = site.channel("now-playing");
    site.run(site.call("host", "setnowplayingchannel").with("channel", channel.to_string())).await;
    site.submit("ann", &link(1)).await;
    app.settled().await.unwrap();
    site.run(site.call("host", "next")).await;
    let is_posted = |world: &greenroom::sim::World| (!world.messages(channel).is_empty()).then_some(());
    site.sim.wait_until(is_posted, crate::reading::SOON).await.unwrap();
    // Whether the job is ticked off already is a matter of luck; the message is there once either way.
    drop(app);
    let app = site.start().await;
    site.pass(&app, Duration::from_mins(1)).await;
    assert_eq!(site.sim.messages(channel).await.len(), 1);
    assert_eq!(due_jobs(&app), 0);
    app.stop().await;
}

#[tokio::test]
async fn the_environments_debug_channel_is_that_of_its_server_until_the_server_has_its_own() {
    covers!("M-ENV-04", "M-CMD-22");
    let site = Site::new().await;
    let (from_environment, own) = (ChannelId::from(site.channel("staff")), ChannelId::from(site.channel("general")));
    let debug_channel = async |app: &Application| {
        let patience = Patience::until("the debug channel of the environment is stored");
        loop {
            assert!(!patience.is_over(), "the debug channel of the environment is never stored");
            let found = app.bot.store.read("debug", move |read| DEBUG_CHANNEL.get(read, site.guild)).await.unwrap();
            if let Some(channel) = found {
                return channel;
            }
            // It is looked up on Discord first, and stored then.
            tokio::task::yield_now().await;
        }
    };
    let app = site.start_from(|blueprint| blueprint.debug_channel = Some(from_environment)).await;
    assert_eq!(debug_channel(&app).await, from_environment);
    site.run(site.call("host", "setdebugchannel").with("channel", own.to_string())).await;
    app.stop().await;
    let app = site.start_from(|blueprint| blueprint.debug_channel = Some(from_environment)).await;
    assert_eq!(debug_channel(&app).await, own);
    app.stop().await;
}

#[tokio::test]
async fn the_environment_decides_anew_at_each_start_which_handles_may_be_linked() {
    covers!("M-ENV-05");
    let site = Site::new().await;
    let link = |handle: &str| site.run(site.call("ann", "link-tiktok").with("handle", handle));
    let own = async |app: &Application| {
        app.bot.store.read("own", |read| ALLOW_ANY_HANDLE_LINKING.get_own(read, GuildId::INSTANCE)).await.unwrap()
    };
    let app = site.start().await;
    assert_eq!(own(&app).await, None, "what is as in the program anyway, nobody set");
    app.stop().await;
    let app = site.start_from(|blueprint| blueprint.defaults = vec![(&ALLOW_ANY_HANDLE_LINKING, true)]).await;
    assert_eq!(own(&app).await, Some(true));
    assert!(link("never.seen").await.text().contains("is linked to you"));
    app.stop().await;
    let app = site.start().await;
    assert_eq!(own(&app).await, None);
    assert!(link("also.never.seen").await.text().contains("has to be seen"));
    app.stop().await;
}

/// The nonces of all tries to post there.
async fn posts(site: &Site, path: &str) -> Vec<String> {
    let requests = site.sim.requests(0).await.into_iter();
    let posts = requests.filter(|request| request.method == "POST" && request.path.ends_with(path));
    posts.map(|request| request.body["nonce"].to_string()).collect()
}

//! A disk that fails while the bot runs: people are told, reading goes on, and the process ends with a code of its own.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use greenroom::app::connection::Ended;
use greenroom::sim::{CommandCall, Fault, Id};
use greenroom::store::{SimulatedDisk, StoreLocation};
use reqwest::StatusCode;
use serde_json::json;

use crate::health;
use crate::patience::{LONG, seen_in_time, within};
use crate::process::{Running, SimProcess, greenroom, output};
use crate::reading::link;
use crate::site::Site;
use crate::world::guild_spec;

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_writes_is_told_and_what_is_stored_is_still_answered_until_the_end() {
    let site = Site::new().await;
    let disk = SimulatedDisk::new();
    let place = StoreLocation::Simulated(disk.clone());
    let mut app = site.start_from(|blueprint| blueprint.place = place).await;
    site.open().await;
    site.run(site.call("host", "setdebugchannel").with("channel", site.channel("staff").to_string())).await;
    site.submit("ann", &link(1)).await;
    app.settled().await.unwrap();
    let ended = tokio::spawn(async move {
        let ended = app.ended().await;
        (app, ended)
    });

    disk.refuse_writes();
    let refused = site.submit("ben", &link(2)).await;
    let sentence = "I cannot store anything now, because the disk that I write to does not work. Whoever runs me has to look at it";
    assert!(refused.text().contains(sentence), "{}", refused.text());
    let told = |world: &greenroom::sim::World| {
        let said = world.messages(site.channel("staff"));
        serde_json::to_string(&said).unwrap().contains(sentence).then_some(())
    };
    site.sim.wait_until(told, crate::reading::SOON).await.unwrap();
    let queue = site.run(site.call("ben", "queue")).await.text();
    assert!(queue.contains("ann – Not Known"), "{queue}");
    assert!(site.run(site.call("ann", "balance")).await.text().contains("Luxury Coins"));
    let again = site.submit("ben", &link(3)).await;
    assert!(again.text().contains(sentence), "{}", again.text());

    let passes = async {
        while !ended.is_finished() {
            site.hand.advance(Duration::from_secs(10));
            tokio::task::yield_now().await;
        }
    };
    within("the bot ends", passes).await;
    let (app, ended) = ended.await.unwrap();
    assert!(matches!(ended, Ended::StoreStopped(_)), "{ended:?}");
    app.stop().await;

    disk.repair();
    let app = site.start_from(|blueprint| blueprint.place = StoreLocation::Simulated(disk.clone())).await;
    assert!(site.submit("ben", &link(2)).await.text().contains("is in"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_cannot_even_be_read_ends_the_process_at_once() {
    let site = Site::new().await;
    let disk = SimulatedDisk::new();
    let place = StoreLocation::Simulated(disk.clone());
    let mut app = site.start_from(|blueprint| blueprint.place = place).await;
    disk.break_down();
    let channel = site.channel("submissions").to_string();
    let refused = site.run(site.call("host", "set-submission-channel").with("channel", channel)).await;
    assert!(refused.text().contains("I cannot store anything now"), "{}", refused.text());
    assert!(matches!(within("the bot ends", app.ended()).await, Ended::StoreStopped(_)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_debug_channel_hears_of_the_end_although_discord_is_busy_or_slow_at_first() {
    let site = Site::new().await;
    let other = site.sim.create_guild(guild_spec("Early Bird Reviews")).await.unwrap();
    let disk = SimulatedDisk::new();
    let place = StoreLocation::Simulated(disk.clone());
    let mut app = site.start_from(|blueprint| blueprint.place = place).await;
    site.run(site.call("host", "setdebugchannel").with("channel", site.channel("staff").to_string())).await;
    let there = CommandCall::new(other.guild, other.channel("staff"), other.member("host"), "setdebugchannel");
    site.run(there.with("channel", other.channel("staff").to_string())).await;
    app.settled().await.unwrap();
    let faults = |channel: Id, fault: Fault| {
        let path = Some(format!("/channels/{channel}/messages"));
        site.sim.faults(Fault { method: Some("POST".to_owned()), path, ..fault })
    };
    // One takes nothing for 20 seconds, and must hold the other up as little as its own refusals.
    faults(site.channel("staff"), Fault { delay_ms: Some(20_000), ..Fault::default() }).await;
    for status in [429, 503] {
        let refusal = Fault { status: Some(status), retry_after: Some(0.1), ..Fault::default() };
        faults(other.channel("staff"), refusal).await;
    }
    disk.refuse_writes();
    let ended = tokio::spawn(async move {
        let ended = app.ended().await;
        (app, ended)
    });
    site.run(site.call("host", "set-submission-channel").with("channel", site.channel("submissions").to_string()))
        .await;
    let stopped = site.hand.now();
    let told = |channel: Id| {
        move |world: &greenroom::sim::World| {
            let said = serde_json::to_string(&world.messages(channel)).unwrap();
            (said.matches("🛑").count() == 1).then_some(())
        }
    };
    until_told(&site, told(other.channel("staff"))).await;
    assert!(site.hand.now().since(stopped) < Duration::from_secs(20));
    until_told(&site, told(site.channel("staff"))).await;
    let passes = async {
        while !ended.is_finished() {
            site.hand.advance(Duration::from_secs(10));
            tokio::task::yield_now().await;
        }
    };
    within("the bot ends", passes).await;
    let (app, _) = ended.await.unwrap();
    app.stop().await;
}

/// Lets time pass until this is seen.
async fn until_told(site: &Site, told: impl Fn(&greenroom::sim::World) -> Option<()> + Copy + Send + Sync + 'static) {
    let pace = (Duration::from_secs(1), Duration::from_millis(100));
    seen_in_time(&site.sim, &site.hand, pace, "the team is told", told).await;
}

/// The real program whose file loses its end while it runs: a page that leads beyond the end reads in the same way.
#[tokio::test(flavor = "multi_thread")]
async fn damage_that_is_met_while_the_bot_runs_ends_it_with_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.signal("TERM");
    bot.ended();
    // More than the smallest cache holds.
    let seen = "2026-11-21T20:00:00Z";
    let account =
        |number: u32| json!({"handle_name": format!("viewer.{number}"), "first_seen": seen, "points": number});
    let accounts: Vec<_> = (1..=30_000).map(account).collect();
    let points = json!({"user_points": [], "tiktok_accounts": accounts}).to_string();
    std::fs::write(folder.path().join("points.json"), points).unwrap();
    for arguments in [&["import", "luxbot", "points.json", "--guild", "81"][..], &["backup"]] {
        let done = output(folder.path(), arguments, &[]);
        assert_eq!(done.code, Some(0), "{done:?}");
    }

    let mut small = greenroom(folder.path(), &["run"]);
    small.env("DISCORD_API_URL", &sim.discord).env("STORE_CACHE_MIB", "4");
    let mut bot = Running::start(small);
    bot.says("connected to Discord");
    let file = std::fs::OpenOptions::new().write(true).open(folder.path().join("data/greenroom.redb")).unwrap();
    file.set_len(8192).unwrap();
    let check = output(folder.path(), &["check"], &[]);
    assert_eq!(check.code, Some(4), "{check:?}");
    assert!(check.out.contains("cannot be read further"), "{check:?}");
    assert!(check.err.contains("To put it back: greenroom restore /"), "{check:?}");
    bot.says("the store has stopped");
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(5));
    let said = bot.rest().join("\n");
    assert!(
        said.contains("turned out to be damaged") && said.contains("To put it back: greenroom restore /"),
        "{said}"
    );
    assert!(!said.contains("Free some space"), "{said}");
}

/// The real program with a file that cannot grow: the limit of the shell stands for a full disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_grow_any_more_ends_the_bot_with_code_5_and_loses_nothing_that_it_answered() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.says("commands registered");
    sim.submit(&link(1)).await;
    bot.signal("TERM");
    bot.ended();

    let file = folder.path().join("data/greenroom.redb");
    // A start writes a little, too: it has room for that.
    let blocks = std::fs::metadata(&file).unwrap().len() / 512 + 512;
    let mut limited = greenroom(folder.path(), &["run"]);
    let program = limited.get_program().to_owned();
    limited = std::process::Command::new("sh");
    limited
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run")])
        .arg(program)
        .env_clear()
        .env("DISCORD_API_URL", &sim.discord)
        .env("HEALTH_LISTEN", "127.0.0.1:0")
        .env("NOTIFY_SOCKET", folder.path().join("notify"))
        .env("WATCHDOG_USEC", "600000")
        .env("API_BIND", "off")
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null());
    let watchdog = UnixDatagram::bind(folder.path().join("notify")).unwrap();
    let mut bot = Running::start(limited);
    let address = health::address(&bot);
    bot.says("connected to Discord");
    let mut answered = 1;
    let refused = loop {
        let note = "x".repeat(400);
        let opened = sim.command("ann", "submit", json!({})).await;
        let modal = json!({
            "user": sim.ids["members"]["ann"], "interaction": opened["interaction"],
            "fields": {"link": link(answered + 1), "song_title": "Another", "note": note},
        });
        let outcome = sim.post("/modal", modal).await.to_string();
        if !outcome.contains("is in") {
            break outcome;
        }
        answered += 1;
        assert!(answered < 20_000, "the file has room without end");
    };
    assert!(refused.contains("I cannot store anything now"), "{refused}");
    let own = sim.command("ann", "mysubmissions", json!({})).await.to_string();
    // The file may have been full to its last page at once.
    let songs = if answered == 1 { "1 song".to_owned() } else { format!("{answered} songs") };
    assert!(own.contains(&songs), "{own}");
    let unready = |status: StatusCode, _: &str| status == StatusCode::SERVICE_UNAVAILABLE;
    let text = health::until(&address, "/readyz", unready).await;
    assert_eq!(health::reasons(&text), ["store"], "{text}");
    assert!(text.contains("I cannot store anything now, because the disk that I write to"), "{text}");
    // What was said before is read first. The watchdog must not kill what still answers and ends by itself.
    let mut word = [0; 64];
    watchdog.set_nonblocking(true).unwrap();
    while watchdog.recv(&mut word).is_ok() {}
    watchdog.set_nonblocking(false).unwrap();
    watchdog.set_read_timeout(Some(LONG)).unwrap();
    let length = watchdog.recv(&mut word).unwrap();
    assert_eq!(&word[..length], b"WATCHDOG=1");
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(5));

    let check = output(folder.path(), &["check"], &[]);
    assert_eq!(check.code, Some(0), "{}{}", check.out, check.err);
    let _again = sim.bot(folder.path());
    let own = sim.command("ann", "mysubmissions", json!({})).await.to_string();
    assert!(own.contains(&songs), "{own}");
}

//! `greenroom demo`, as a newcomer runs it.

use std::process::{Command, Stdio};

use greenroom::covers;
use greenroom::web::pages::NAVIGATION;
use reqwest::StatusCode;

use crate::operator::free_port;
use crate::patience::Patience;
use crate::process::{Running, greenroom, output};
use crate::window::Window;

#[test]
fn the_demo_plays_an_evening_and_prints_the_final_table() {
    let folder = tempfile::tempdir().unwrap();
    let demo = output(folder.path(), &["demo", "--data", "kept"], &[]);
    assert_eq!(demo.code, Some(0), "{}", demo.err);
    // A machine that is busy with something else may be slow.
    let wrong: Vec<&str> = demo.err.lines().filter(|line| !line.contains(" was slow")).collect();
    assert_eq!(wrong, Vec::<&str>::new(), "nothing went wrong on the way");
    for word in ["/submit", "/next", "Apple Music", "Songs Played", "Removed", "The queue is empty", "The evening took"]
    {
        assert!(demo.out.contains(word), "{word}: {}", demo.out);
    }
    let check = output(folder.path(), &["check", "--data-dir", "kept"], &[]);
    assert_eq!((check.code, check.out.as_str()), (Some(0), "The store is sound.\n"), "{}", check.err);
    let again = output(folder.path(), &["demo", "--data", "kept"], &[]);
    assert_eq!((again.code, again.out.as_str()), (Some(2), ""), "the demo never plays into data that is there");
    assert!(again.err.contains("kept holds a store already"), "{}", again.err);
    let elsewhere = output(folder.path(), &["demo", "--data-dir", "kept"], &[]);
    assert!(elsewhere.err.contains("kept holds a store already"), "--data-dir means the same: {}", elsewhere.err);
    let both = output(folder.path(), &["demo", "--data-dir", "kept", "--data", "other"], &[]);
    assert_eq!(both.code, Some(2), "{}", both.err);
    assert!(both.err.contains("leave one of them out"), "{}", both.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_stays_up_prints_a_link_that_signs_in_as_often_as_it_is_used_and_every_page_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = greenroom(folder.path(), &["demo", "--keep"]);
    let port = free_port();
    command.env("API_PORT", &port);
    let demo = Running::start(command);
    let line = demo.says("/in/");
    assert!(
        line.contains(&format!("http://127.0.0.1:{port}/in/")),
        "it is where the configuration has the web: {line}"
    );
    let (base, code) = line.split_once("http://127.0.0.1:").unwrap().1.split_once('/').unwrap();
    let (base, link) = (format!("http://127.0.0.1:{base}"), format!("/{}", code.trim()));
    for _ in 0..2 {
        let window = Window::on(&base);
        let patience = Patience::until("the link is good again");
        let mut door = window.open(&link).await;
        while door.status != StatusCode::OK {
            patience.hold();
            door = window.open(&link).await;
        }
        assert!(door.text.contains("It works again and again"), "{door:?}");
        let signed_in = window.send(&link, &[]).await;
        assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{signed_in:?}");
        let servers = window.open("/").await;
        assert_eq!(servers.status, StatusCode::OK, "{servers:?}");
        let (_, server) = servers.text.split_once("href=\"/g/").unwrap_or_else(|| panic!("{servers:?}"));
        let server: String = server.chars().take_while(char::is_ascii_digit).collect();
        for entry in NAVIGATION {
            let page = window.open(&format!("/g/{server}{}", entry.path)).await;
            assert_eq!(page.status, StatusCode::OK, "{}: {page:?}", entry.label);
        }
        for page in ["/instance", "/instance/backups", "/instance/log", "/instance/settings"] {
            let seen = window.open(page).await;
            assert_eq!(seen.status, StatusCode::OK, "{page}: {seen:?}");
            assert!(!seen.text.contains("takes no writes"), "{page}: {seen:?}");
        }
        for (page, words) in [
            ("/instance/log", "connected to Discord"),
            ("/instance/settings", "DISCORD_API_URL"),
            ("/instance/backups", ".redb"),
            ("/instance/servers", "songs"),
            ("/instance/status", "The bot is"),
        ] {
            let seen = window.open(page).await;
            assert!(seen.text.to_lowercase().contains(&words.to_lowercase()), "{page}: {seen:?}");
        }
        for (page, words) in [
            ("/shop", "Test pressing"),
            ("/shop/orders", "Feedback call"),
            ("/shop/codes", "NIGH-TOWL-2026"),
            ("/tasks", "Draw a cover"),
            ("/reviews", "Draw a cover"),
            ("/economy?currency=server", "vinyls"),
        ] {
            let seen = window.open(&format!("/g/{server}{page}")).await;
            assert!(seen.text.contains(words), "{page}: {seen:?}");
        }
        // Nobody has a password here; the page offers what works.
        let prove = window.open("/prove?next=%2Fme").await;
        assert!(prove.text.contains("this button is enough") && !prove.text.contains("Password"), "{prove:?}");
        let code = link.rsplit('/').next().unwrap();
        let proven = window.send("/prove", &[("link", code), ("next", "/me")]).await;
        assert_eq!((proven.status, proven.to.as_deref()), (StatusCode::SEE_OTHER, Some("/me")), "{proven:?}");
    }
}

#[test]
fn an_evening_that_is_interrupted_or_killed_leaves_nothing_among_the_temporary_files() {
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let left = || std::fs::read_dir(&temporary).unwrap().count();
    let evening = || {
        let mut command = greenroom(folder.path(), &["demo", "--speed", "1"]);
        command.env("TMPDIR", &temporary);
        let evening = Running::start(command);
        evening.says("00:0");
        assert!(left() > 0);
        evening
    };
    let mut killed = evening();
    killed.signal("KILL");
    killed.ended();
    assert_eq!(left(), 1);
    let mut interrupted = evening();
    assert_eq!(left(), 1, "what the killed one left is gone");
    interrupted.signal("INT");
    assert_eq!(interrupted.ended().code(), Some(1));
    assert_eq!(left(), 0);
}

#[test]
fn a_show_that_cannot_be_read_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.jsonl"), "{\"at_ms\":0,\"actor\":\"discord\",\"call\":\"dance\"}\n")
        .unwrap();
    std::fs::write(folder.path().join("empty.jsonl"), "").unwrap();
    for file in ["bad.jsonl", "empty.jsonl", "missing.jsonl"] {
        let demo = output(folder.path(), &["demo", "--file", file], &[]);
        assert_eq!(demo.code, Some(2), "{file}: {}", demo.err);
        assert_eq!(demo.err.lines().count(), 1, "{file}: {}", demo.err);
        assert_eq!(demo.out, "", "{file}");
    }
}

#[test]
fn an_evening_fits_a_small_board() {
    covers!("M-DEP-03");
    let folder = tempfile::tempdir().unwrap();
    // One processor, for the bot and for the Discord that it talks to.
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0", env!("CARGO_BIN_EXE_greenroom"), "demo", "--keep", "--data", "data"]);
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(folder.path()).stdin(Stdio::null());
    let evening = Running::start(command);
    evening.says("The evening took");
    let peak = evening.peak_memory() >> 20;
    assert!(peak < 512, "{peak} MiB of memory");
    let stored: u64 = std::fs::read_dir(folder.path().join("data"))
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(stored < 1 << 30, "{stored} bytes on the disk");
}

//! Copies of the snapshots elsewhere: a folder, and two small servers that speak as S3 and WebDAV do.

use std::sync::atomic::Ordering;

use greenroom::app::backup::Plan;
use greenroom::app::backup::folder::Room;
use greenroom::app::backup::label::Label;
use greenroom::app::backup::off_site::{Look, Status, Target, look, status, status_of};
use greenroom::app::backup::retention::DAYS;
use greenroom::kernel::dice::Seed;
use greenroom::store::Options;
use url::Url;

use super::shelf::{PASSWORD, Shelf, USER, dav, s3};
use super::{DAY, MINUTE, folder, snapshots, start, told};
use crate::canary::Page;
use crate::recording::eventually;
use crate::site::Site;

/// What the copies of the snapshots here are called there; nothing until the bot has noted the mark of its store.
fn copies(site: &Site, prefix: &str) -> Vec<String> {
    let Some(mark) = status(site.data()).and_then(|status| status.mark) else { return Vec::new() };
    let copy = |name: &String| format!("{prefix}{}-of-{mark}.redb", name.trim_end_matches(".redb"));
    snapshots(site).iter().map(copy).collect()
}

/// Whether there are copies of all snapshots here, and of nothing else.
fn are_copies(there: &[String], site: &Site, prefix: &str) -> bool {
    !there.is_empty() && *there == copies(site, prefix)
}

/// What is in a folder, in the order of the names.
fn names_in(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Lets a day pass so often, and waits each time until all snapshots here are also there.
async fn days_pass(
    site: &Site,
    app: &greenroom::app::application::Application,
    shelf: &Shelf,
    days: u32,
    prefix: &str,
) {
    for _ in 0..days {
        site.pass(app, DAY).await;
        eventually("all snapshots are there", || are_copies(&shelf.names(), site, prefix)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_snapshot_is_put_into_a_bucket_and_those_of_the_plan_stay_there() {
    let shelf = Shelf::default();
    let endpoint = shelf.serve().await;
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, Some(s3(endpoint))).await;
    site.pass(&app, MINUTE).await;
    let prefix = "/shelf/green/room/";
    eventually("the snapshot is there", || are_copies(&shelf.names(), &site, prefix)).await;
    let first = shelf.names().remove(0);
    assert!(first.starts_with("/shelf/green/room/greenroom-20261121-200100-of-"), "{first}");
    let here = std::fs::read(folder(&site).newest_snapshot().unwrap().unwrap().path).unwrap();
    assert_eq!(shelf.0.files.lock().unwrap()[&first], here);
    days_pass(&site, &app, &shelf, 8, prefix).await;
    assert_eq!(shelf.names().len(), DAYS + 1);
    let requests = shelf.requests();
    assert!(requests.iter().all(|request| request.contains("X-Amz-Signature=")), "{requests:?}");
    assert!(!requests.concat().contains(PASSWORD), "the secret key is never sent");
    eventually("it is noted", || {
        status(site.data()).is_some_and(|status| status.newest == snapshots(&site).pop() && status.problem.is_none())
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_snapshot_is_put_on_a_webdav_server_and_what_others_keep_there_stays() {
    let shelf = Shelf::default();
    let base = shelf.serve().await;
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, Some(dav(&base))).await;
    site.pass(&app, MINUTE).await;
    eventually("the snapshot is there", || are_copies(&shelf.names(), &site, "/dav/green/")).await;
    shelf.0.files.lock().unwrap().insert("/dav/green/zebra.jpg".into(), vec![1, 2, 3]);
    for _ in 0..8 {
        site.pass(&app, DAY).await;
        let all = || [copies(&site, "/dav/green/"), vec!["/dav/green/zebra.jpg".into()]].concat();
        eventually("all snapshots are there", || shelf.names() == all()).await;
    }
    assert_eq!(shelf.names().len(), DAYS + 2);
    assert!(shelf.requests().iter().any(|request| request.starts_with("MKCOL")), "the folder was made");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_snapshot_is_copied_into_a_folder() {
    let site = Site::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("greenroom");
    let app = start(&site, Room::OfDisk, Some(Target::Folder(target.clone()))).await;
    site.pass(&app, MINUTE).await;
    eventually("the snapshot is there", || target.exists() && are_copies(&names_in(&target), &site, "")).await;
    let copy = target.join(names_in(&target).remove(0));
    assert!(greenroom::store::verify(&copy, u64::MAX).unwrap().is_snapshot);
    assert_eq!(names_in(&target).len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_the_snapshots_of_the_plan_and_what_others_put_there() {
    let site = Site::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("zebra.jpg"), [1, 2, 3]).unwrap();
    let app = start(&site, Room::OfDisk, Some(Target::Folder(elsewhere.path().to_owned()))).await;
    site.pass(&app, MINUTE).await;
    let there = || names_in(elsewhere.path());
    for _ in 0..8 {
        site.pass(&app, DAY).await;
        let all = || [copies(&site, ""), vec!["zebra.jpg".into()]].concat();
        eventually("all snapshots are there", || there() == all()).await;
    }
    assert_eq!(there().len(), DAYS + 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_not_mounted_is_told_and_nothing_is_copied_below_it() {
    let site = Site::new().await;
    let disk = tempfile::tempdir().unwrap();
    let target = disk.path().join("mounted/greenroom");
    let app = start(&site, Room::OfDisk, Some(Target::Folder(target.clone()))).await;
    site.pass(&app, MINUTE).await;
    eventually("it is noted", || status(site.data()).is_some_and(|status| status.problem.is_some())).await;
    let problem = status(site.data()).unwrap().problem.unwrap();
    assert!(problem.contains("is its disk mounted?"), "{problem}");
    assert_eq!(std::fs::read_dir(disk.path()).unwrap().count(), 0);
    // What an end in the middle left there goes with the next copy.
    std::fs::create_dir_all(&target).unwrap();
    std::fs::write(target.join(".greenroom-x1y2z3"), "half").unwrap();
    site.pass(&app, DAY).await;
    eventually("the snapshots are there", || are_copies(&names_in(&target), &site, "")).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_lists_in_pages_is_read_to_its_end() {
    let shelf = Shelf::default();
    shelf.0.has_pages.store(true, Ordering::Relaxed);
    let endpoint = shelf.serve().await;
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, Some(s3(endpoint))).await;
    site.pass(&app, MINUTE).await;
    // Without the last page the newest one would seem not to have arrived.
    days_pass(&site, &app, &shelf, 8, "/shelf/green/room/").await;
    assert_eq!(shelf.names().len(), DAYS + 1);
    eventually("all is well", || status(site.data()).is_some_and(|status| status.newest == snapshots(&site).pop()))
        .await;
    assert_eq!(status(site.data()).unwrap().problem, None);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_tidied_away_while_others_are_sent_is_no_failure() {
    let shelf = Shelf::default();
    let endpoint = shelf.serve().await;
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    site.pass(&app, MINUTE).await;
    site.pass(&app, DAY).await;
    site.pass(&app, DAY).await;
    app.stop().await;
    let oldest = folder(&site).snapshots().unwrap().remove(0);
    *shelf.0.goes_meanwhile.lock().unwrap() = Some(oldest.path);
    let app = start(&site, Room::OfDisk, Some(s3(endpoint))).await;
    site.pass(&app, MINUTE).await;
    eventually("the others are there", || shelf.has_all_of(&site)).await;
    eventually("it is noted", || status(site.data()).is_some()).await;
    assert_eq!(status(site.data()).unwrap().problem, None);
    assert_eq!(shelf.names().len(), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_target_cannot_be_used_is_noted_in_words_and_without_its_address() {
    let unreachable = s3(Url::parse("http://127.0.0.1:9").unwrap());
    let shelf = Shelf::default();
    shelf.0.is_nowhere.store(true, Ordering::Relaxed);
    let orphan = dav(&shelf.serve().await);
    for (target, words) in [(unreachable, "onnect"), (orphan, "the folder above it is not there; make it first")] {
        let site = Site::new().await;
        let app = start(&site, Room::OfDisk, Some(target)).await;
        site.pass(&app, MINUTE).await;
        eventually("it is noted", || status(site.data()).is_some_and(|status| status.problem.is_some())).await;
        let problem = status(site.data()).unwrap().problem.unwrap();
        assert!(problem.contains(words), "{problem}");
        for secret in ["http://", "X-Amz", USER, PASSWORD] {
            assert!(!problem.contains(secret), "{problem}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_fails_is_told_once_and_tried_again_until_it_works() {
    let shelf = Shelf::default();
    shelf.is_down(true);
    let endpoint = shelf.serve().await;
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, Some(s3(endpoint.clone()))).await;
    for _ in 0..4 {
        until_tried_again(&site, &shelf).await;
    }
    eventually("it is noted", || status(site.data()).is_some_and(|status| status.problem.is_some())).await;
    let lines = told(&site, &app).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("The snapshots cannot be copied elsewhere"), "{lines:?}");
    let noted = status(site.data()).unwrap();
    assert_eq!(noted.problem.as_deref(), Some("it answered 503"));
    assert!(noted.failing_since.is_some());
    // A restart does not tell it again.
    app.stop().await;
    let app = start(&site, Room::OfDisk, Some(s3(endpoint))).await;
    until_tried_again(&site, &shelf).await;
    until_tried_again(&site, &shelf).await;
    assert_eq!(told(&site, &app).await.len(), 1);
    shelf.is_down(false);
    until_tried_again(&site, &shelf).await;
    eventually("all snapshots are there", || shelf.has_all_of(&site)).await;
    eventually("it is noted", || status(site.data()).is_some_and(|status| status.failing_since.is_none())).await;
    let lines = told(&site, &app).await;
    assert!(lines.len() == 2 && lines[1].contains("works again"), "{lines:?}");
    app.stop().await;
}

// On one thread, whose log alone is kept.
#[tokio::test]
async fn no_key_and_no_signature_is_seen_whether_copies_succeed_or_fail() {
    let (page, _kept) = Page::begin();
    let login = "QUtJQTBHUkVFTlJPT006YS1zZWNyZXQtb2YtdGhlLXRlc3Rz";
    for name in ["s3", "dav"] {
        let shelf = Shelf::default();
        shelf.is_down(true);
        let endpoint = shelf.serve().await;
        let target = if name == "s3" { s3(endpoint) } else { dav(&endpoint) };
        let site = Site::new().await;
        let app = start(&site, Room::OfDisk, Some(target.clone())).await;
        until_tried_again(&site, &shelf).await;
        until_tried_again(&site, &shelf).await;
        eventually("it is noted", || status(site.data()).is_some_and(|status| status.problem.is_some())).await;
        shelf.is_down(false);
        until_tried_again(&site, &shelf).await;
        eventually("all snapshots are there", || shelf.has_all_of(&site)).await;
        let seen = format!("{target} {target:?} {:?} {:?}", status(site.data()), told(&site, &app).await);
        app.stop().await;
        for text in [seen, page.text()] {
            for secret in [PASSWORD, login, "X-Amz-Signature"] {
                let line = text.lines().find(|line| line.contains(secret));
                assert!(line.is_none(), "a secret of {name} is seen: {line:?}");
            }
        }
    }
    // The error of a connection names the address, which holds the signature.
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, Some(s3(Url::parse("http://127.0.0.1:1").unwrap()))).await;
    eventually("nobody is there", || {
        site.hand.advance(MINUTE);
        status(site.data()).is_some_and(|status| status.problem.is_some())
    })
    .await;
    app.stop().await;
    let text = format!("{} {:?}", page.text(), status(site.data()));
    assert!(!text.contains("X-Amz-Signature") && !text.contains(PASSWORD));
    assert!(text.contains("TRACE") && text.contains("the snapshots cannot be copied elsewhere"), "{}", text.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_whole_is_sent_again() {
    let shelf = Shelf::default();
    shelf.0.cuts.store(true, Ordering::Relaxed);
    let base = shelf.serve().await;
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, Some(dav(&base))).await;
    site.pass(&app, MINUTE).await;
    let whole = || status(site.data()).and_then(|status| status.problem);
    eventually("it is noticed", || whole().is_some_and(|problem| problem.contains("did not arrive whole"))).await;
    shelf.0.cuts.store(false, Ordering::Relaxed);
    until_tried_again(&site, &shelf).await;
    eventually("it is whole", || status(site.data()).is_some_and(|status| status.problem.is_none())).await;
    let newest = folder(&site).snapshots().unwrap().remove(0);
    let there = shelf.0.files.lock().unwrap()[&copies(&site, "/dav/green/")[0]].clone();
    assert!(there == std::fs::read(newest.path).unwrap());
    app.stop().await;
}

/// What becomes of the bytes of a file; nothing where it is taken away.
type Change<'a> = &'a dyn Fn(&[u8]) -> Option<Vec<u8>>;

/// A place for copies, and what a test does to the files there.
struct Place {
    target: Target,
    /// Changes all files.
    change: Box<dyn Fn(Change<'_>)>,
}

async fn places(folder: &std::path::Path) -> [Place; 3] {
    let on_shelf = |shelf: Shelf, target| Place {
        target,
        change: Box::new(move |change| {
            let mut files = shelf.0.files.lock().unwrap();
            *files = files.iter().filter_map(|(name, bytes)| Some((name.clone(), change(bytes)?))).collect();
        }),
    };
    let (bucket, server, folder) = (Shelf::default(), Shelf::default(), folder.to_owned());
    let (in_bucket, on_server) = (s3(bucket.serve().await), dav(&server.serve().await));
    let in_folder = Place {
        target: Target::Folder(folder.clone()),
        change: Box::new(move |change| {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                match change(&std::fs::read(&path).unwrap()) {
                    Some(bytes) => std::fs::write(path, bytes).unwrap(),
                    None => std::fs::remove_file(path).unwrap(),
                }
            }
        }),
    };
    [on_shelf(bucket, in_bucket), on_shelf(server, on_server), in_folder]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_tells_copies_that_are_there_from_those_that_are_gone_short_or_changed() {
    let elsewhere = tempfile::tempdir().unwrap();
    for Place { target, change } in places(&elsewhere.path().join("greenroom")).await {
        let site = Site::new().await;
        let look = async || look(&target, &folder(&site), site.hand.now()).await;
        assert_eq!(look().await, Ok(Look::default()), "there is nothing anywhere, and looking makes nothing: {target}");
        let app = start(&site, Room::OfDisk, Some(target.clone())).await;
        site.pass(&app, MINUTE).await;
        eventually("it is there", || status_of(site.data(), &target).is_some_and(|status| status.newest.is_some()))
            .await;
        app.stop().await;
        let there = look().await.unwrap();
        assert!(there.newest.is_some() && there.missing.is_none() && there.differing.is_none(), "{there:?}");
        change(&|bytes| {
            let mut bytes = bytes.to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            Some(bytes)
        });
        let (_, how) = look().await.unwrap().differing.unwrap();
        assert_eq!(how, "it holds other bytes", "{target}");
        change(&|bytes| Some(bytes[..bytes.len() - 1].to_vec()));
        let (_, how) = look().await.unwrap().differing.unwrap();
        assert!(how.contains("bytes instead of"), "{how}");
        change(&|_| None);
        let gone = look().await.unwrap();
        assert_eq!((gone.newest, gone.missing), (None, there.newest), "{target}");
        // What was noted counts for this target alone.
        let other = Target::Folder("/mnt/other".into());
        assert_eq!(status_of(site.data(), &other), None);
        assert!(status(site.data()).is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_of_another_bot_are_no_copies_of_this_ones() {
    let site = Site::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let target = Target::Folder(elsewhere.path().to_owned());
    let foreign = "greenroom-20261120-190000.redb";
    std::fs::write(elsewhere.path().join(foreign), "of another bot").unwrap();
    let look = async || look(&target, &folder(&site), site.hand.now()).await.unwrap();
    let told = |label: Option<Label>| label.map(|label| label.to_string());
    let found = look().await;
    assert_eq!((told(found.newest), told(found.foreign).as_deref()), (None, Some(foreign)));
    let app = start(&site, Room::OfDisk, Some(target.clone())).await;
    site.pass(&app, MINUTE).await;
    eventually("it is there", || status_of(site.data(), &target).is_some_and(|status| status.newest.is_some())).await;
    app.stop().await;
    let (own, copy) = (snapshots(&site).pop(), copies(&site, "").pop().unwrap());
    let found = look().await;
    assert_eq!((told(found.newest), found.foreign), (own.clone(), None));
    // What goes here is still known by the note, and is no more when it goes there as well.
    for name in snapshots(&site) {
        std::fs::remove_file(folder(&site).snapshots_dir().join(name)).unwrap();
    }
    assert_eq!(told(look().await.newest), own);
    std::fs::remove_file(elsewhere.path().join(copy)).unwrap();
    let found = look().await;
    assert_eq!((told(found.newest), told(found.foreign).as_deref()), (None, Some(foreign)));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_bots_with_one_target_leave_each_others_snapshots_alone() {
    let elsewhere = tempfile::tempdir().unwrap();
    let target = Target::Folder(elsewhere.path().to_owned());
    let (one, other) = (Site::new().await, Site::new().await);
    let begin = async |site: &Site, seed: u64| {
        let off_site = Some(target.clone());
        let plan =
            Plan { data_dir: site.data().to_owned(), off_site, room: Room::OfDisk, cache_bytes: Options::CACHE_BYTES };
        site.start_from(|blueprint| (blueprint.backups, blueprint.seed) = (Some(plan), Seed::fixed(seed))).await
    };
    let (one_app, other_app) = (begin(&one, 1).await, begin(&other, 2).await);
    // Both make their snapshots in the same seconds, more than the plan keeps of one bot.
    let is_all_there = || {
        let mut all = [copies(&one, ""), copies(&other, "")].concat();
        all.sort();
        !copies(&one, "").is_empty() && !copies(&other, "").is_empty() && names_in(elsewhere.path()) == all
    };
    for span in [MINUTE, DAY, DAY, DAY, DAY, DAY, DAY, DAY, DAY] {
        one.pass(&one_app, span).await;
        other.pass(&other_app, span).await;
        eventually("the snapshots of both are there, and those alone", is_all_there).await;
    }
    assert_eq!(snapshots(&one), snapshots(&other), "their names would be the same");
    assert_eq!(names_in(elsewhere.path()).len(), 2 * (DAYS + 1));
    one_app.stop().await;
    other_app.stop().await;
    let look = look(&target, &folder(&one), one.hand.now()).await.unwrap();
    assert!(look.newest.is_some() && look.missing.is_none() && look.differing.is_none(), "{look:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_keeps_its_mark_and_replaces_what_it_copied_before_there_were_marks() {
    let site = Site::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let target = Some(Target::Folder(elsewhere.path().to_owned()));
    let app = start(&site, Room::OfDisk, None).await;
    site.pass(&app, MINUTE).await;
    app.stop().await;
    let here = folder(&site).newest_snapshot().unwrap().unwrap();
    // One that is certainly a copy of what is here, and two of which nobody can tell whose they are.
    std::fs::copy(&here.path, elsewhere.path().join(here.name())).unwrap();
    let strangers = ["greenroom-20200101-000000.redb", "greenroom-20200102-000000-before-import.redb"];
    for stranger in strangers {
        std::fs::write(elsewhere.path().join(stranger), "of some bot").unwrap();
    }
    let mut marks = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let app = start(&site, Room::OfDisk, target.clone()).await;
        site.pass(&app, MINUTE).await;
        let all = || [strangers.map(str::to_owned).to_vec(), copies(&site, "")].concat();
        eventually("the copy has its mark", || !copies(&site, "").is_empty() && names_in(elsewhere.path()) == all())
            .await;
        eventually("it is noted", || status(site.data()).is_some_and(|status| status.newest.is_some())).await;
        marks.insert(status(site.data()).unwrap().mark);
        app.stop().await;
        std::fs::remove_file(folder(&site).path().join("off-site.json")).unwrap();
    }
    assert_eq!(marks.len(), 1, "a restart changes no mark: {marks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_copied_below_a_disk_that_was_mounted_and_is_not() {
    let site = Site::new().await;
    let disk = tempfile::tempdir().unwrap();
    let target = Target::Folder(disk.path().join("greenroom"));
    // As it is noted where the folder above is the one of a disk.
    let noted = Status {
        target: Some(target.identity()),
        complete_at: Some("2026-11-20T20:00:00Z".into()),
        mounted_at: Some(disk.path().to_owned()),
        ..Status::default()
    };
    std::fs::create_dir_all(folder(&site).path()).unwrap();
    std::fs::write(folder(&site).path().join("off-site.json"), serde_json::to_string(&noted).unwrap()).unwrap();
    let app = start(&site, Room::OfDisk, Some(target.clone())).await;
    site.pass(&app, MINUTE).await;
    eventually("it is noted", || status_of(site.data(), &target).is_some_and(|status| status.problem.is_some())).await;
    let problem = status(site.data()).unwrap().problem.unwrap();
    assert!(problem.contains("is not there; mount it"), "{problem}");
    assert_eq!(std::fs::read_dir(disk.path()).unwrap().count(), 0);
    // The disk comes back with its copies, or with one of them.
    std::fs::create_dir(disk.path().join("greenroom")).unwrap();
    std::fs::write(disk.path().join("greenroom/greenroom-20261120-200000.redb"), "old").unwrap();
    site.pass(&app, DAY).await;
    eventually("it works again", || status(site.data()).is_some_and(|status| status.problem.is_none())).await;
    app.stop().await;
}

/// Moves the clock until the target is asked once more. The task that asks may not have gone to sleep yet.
async fn until_tried_again(site: &Site, shelf: &Shelf) {
    let before = shelf.requests().len();
    eventually("it is tried again", || {
        site.hand.advance(MINUTE);
        shelf.requests().len() > before
    })
    .await;
}

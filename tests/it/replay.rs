//! `greenroom replay`, as people and scripts run it.

use std::path::Path;

use serde_json::Value;

use crate::process::{Finished, output};

const HEAD: &str = r#"{"at_ms":0,"actor":"show","type":"head","version":1,"guild":"5","streamer":"night.owl","started_at":"2026-11-21T20:00:00Z","settings":{"points_like":"1","gift_rate":"2"}}"#;

/// Forty minutes with two handles, of which one is somebody's.
const SHOW: &str = r#"{"at_ms":0,"actor":"live","type":"connect"}
{"at_ms":10,"actor":"show","type":"link","handle":"ann.live","user":"7"}
{"at_ms":10,"us":5,"actor":"live","msg_id":1,"type":"join","user":"ann.live"}
{"at_ms":2000,"actor":"live","msg_id":2,"type":"gift","user":"ann.live","id":9,"name":"Lion","diamonds":1000}
{"at_ms":3000,"actor":"live","msg_id":2,"type":"gift","user":"ann.live","id":9,"name":"Lion","diamonds":1000}
{"at_ms":4000,"actor":"live","msg_id":3,"backlog":true,"type":"gift","user":"ben.live","id":9,"name":"Lion","diamonds":1000}
{"at_ms":5000,"actor":"live","msg_id":4,"type":"gift","user":"ben.live","id":5,"name":"Rose","diamonds":1,"count":7,"end":false,"group":3}
{"at_ms":600000,"actor":"live","msg_id":5,"type":"like","user":"ann.live","count":15}
{"at_ms":1200000,"actor":"live","msg_id":6,"type":"like","user":"ann.live"}
{"at_ms":1800000,"actor":"live","msg_id":7,"type":"like","user":"ann.live"}
{"at_ms":2400000,"actor":"live","type":"live_end"}
"#;

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), text).unwrap();
}

fn whole() -> String {
    format!("{HEAD}\n{SHOW}")
}

fn replay(folder: &Path, arguments: &[&str]) -> Finished {
    output(folder, &[&["replay"], arguments].concat(), &[])
}

#[test]
fn a_replay_prints_what_each_handle_gets() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "show.jsonl", whole());
    let told = replay(folder.path(), &["show.jsonl"]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(told.out, @"
    The live of @night.owl, begun 2026-11-21T20:00:00Z, 0:40:00 long, 1 session
    handle                          points  TikTok coins  Luxury Coins     watched  member
    @ann.live                         1003          1000            21     0:39:59  7
    @ben.live                           14             7             0     0:15:00  –
    all                               1017          1007            21     0:54:59
    Luxury Coins: 20 for gifts, 1 for watching
    ");
    let again = replay(folder.path(), &["show.jsonl"]);
    assert_eq!(told.out, again.out, "to the byte");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn other_settings_are_tried_and_the_difference_is_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "show.jsonl", whole());
    let arguments = ["show.jsonl", "--what-if", "gift_rate=5", "--what-if", "points_like = 10"];
    let told = replay(folder.path(), &arguments);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(told.out, @"
    The live of @night.owl, begun 2026-11-21T20:00:00Z, 0:40:00 long, 1 session

    As recorded
    handle                          points  TikTok coins  Luxury Coins     watched  member
    @ann.live                         1003          1000            21     0:39:59  7
    @ben.live                           14             7             0     0:15:00  –
    all                               1017          1007            21     0:54:59
    Luxury Coins: 20 for gifts, 1 for watching

    With gift_rate=5 instead of 2, points_like=10 instead of 1
    handle                          points  TikTok coins  Luxury Coins     watched  member
    @ann.live                         1030          1000            51     0:39:59  7
    @ben.live                           14             7             0     0:15:00  –
    all                               1044          1007            51     0:54:59
    Luxury Coins: 50 for gifts, 1 for watching

    The difference
    handle                          points  TikTok coins  Luxury Coins     watched  member
    @ann.live                          +27             0           +30     0:00:00  7
    all                                +27             0           +30     0:00:00
    Luxury Coins: +30 for gifts, 0 for watching
    ");
    let json = replay(folder.path(), &[&arguments[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["difference"]["totals"]["luxury_for_gifts"], 30, "{json}");
    assert_eq!(json["difference"]["settings"]["gift_rate"], serde_json::json!(["2", "5"]));
    assert_eq!(json["recorded"]["totals"]["luxury_coins"], 21);
}

#[test]
fn another_rate_for_watching_is_tried_as_well() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "show.jsonl", whole());
    let told = replay(folder.path(), &["show.jsonl", "--what-if", "watch_minutes=10", "--json"]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""));
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["difference"]["settings"]["watch_minutes"], serde_json::json!(["30", "10"]));
    let watching = |run: &str| told[run]["totals"]["luxury_for_watching"].clone();
    assert_eq!((watching("recorded"), watching("what_if")), (1.into(), 3.into()), "39:59 watched: {told}");
}

#[test]
fn a_setting_that_pays_nothing_or_does_not_fit_is_refused_with_what_would() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "show.jsonl", whole());
    for (wrong, said) in [
        ("gift_rat=5", "gift_rate, gift_credit_carry"),
        ("max_active_submissions=5", "There is no setting \"max_active_submissions\" that decides about payment"),
        ("gift_rate=lots", "gift_rate can be a whole number from 0 to 1000"),
        ("features.luxury=2", "features.luxury can be Yes or No"),
        ("gift_rate", "gift_rate=3"),
    ] {
        let told = replay(folder.path(), &["show.jsonl", "--what-if", wrong]);
        assert_eq!((told.code, told.out.as_str()), (Some(2), ""), "{wrong}: {}", told.err);
        assert!(told.err.contains(said), "{wrong}: {}", told.err);
    }
}

#[test]
fn a_file_that_is_no_show_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("folder")).unwrap();
    let line = |line: &str| format!("{HEAD}\n{{\"at_ms\":5,\"actor\":\"live\",\"type\":\"connect\"}}\n{line}\n");
    write(path, "empty", "");
    write(path, "blank", "\n\n# nothing\n");
    write(path, "garbage", line("nonsense"));
    write(path, "bytes", [line("").as_bytes(), b"\xff\xfe\n", b"\n"].concat());
    write(path, "newer", HEAD.replace("\"version\":1", "\"version\":2"));
    write(path, "headless", SHOW);
    write(path, "backwards", line(r#"{"at_ms":4,"actor":"live","type":"live_end"}"#));
    write(path, "endless", line(r#"{"at_ms":99999999999999999,"actor":"live","type":"live_end"}"#));
    write(path, "unknown", line(r#"{"at_ms":5,"actor":"show","type":"settings","settings":{"dance":"1"}}"#));
    write(path, "twice", line(&HEAD.replace("\"at_ms\":0", "\"at_ms\":6")));
    let mut long = line("{\"at_ms\":6,\"actor\":\"live\",").into_bytes();
    long.resize(long.len() + (9 << 20), b' ');
    write(path, "long", [&long[..], b"\n{}\n"].concat());
    for (name, said) in [
        ("missing", "missing cannot be read: "),
        ("folder", "folder is a folder."),
        ("empty", "empty is empty: there is no show in it."),
        ("blank", "blank is empty"),
        ("garbage", "Line 3 of garbage cannot be played: expected"),
        ("bytes", "Line 4 of bytes cannot be played: it is no text in UTF-8."),
        ("newer", "Line 1 of newer cannot be played: it was recorded by a newer Greenroom"),
        ("headless", "Line 1 of headless cannot be played: a show begins with its head, or with the guild."),
        ("backwards", "Line 3 of backwards cannot be played: it happens before the line above it."),
        ("endless", "Line 3 of endless cannot be played: it is more than a year after the beginning."),
        ("unknown", "Line 3 of unknown cannot be played: There is no setting \"dance\""),
        ("twice", "Line 3 of twice cannot be played: a show has one head"),
        ("long", "of long cannot be played: "),
    ] {
        let told = replay(path, &[name]);
        assert_eq!((told.code, told.out.as_str()), (Some(2), ""), "{name}: {}", told.err);
        assert!(told.err.contains(said) && told.err.lines().count() == 1, "{name}: {}", told.err);
    }
}

#[test]
fn a_last_line_that_is_cut_off_is_left_out_and_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "whole.jsonl", whole());
    for cut in ["{\"at_ms\":2500000,\"act", "\0\0\0\0", "\u{e4}"] {
        let bytes = [whole().as_bytes(), &cut.as_bytes()[..cut.len() - 1]].concat();
        write(folder.path(), "cut.jsonl", bytes);
        let told = replay(folder.path(), &["cut.jsonl"]);
        assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{cut:?}");
        let expected = replay(folder.path(), &["whole.jsonl"]).out;
        assert_eq!(told.out, format!("{expected}The last line was cut off and is left out.\n"), "{cut:?}");
    }
}

#[test]
fn a_live_without_an_end_pays_up_to_its_last_line() {
    let folder = tempfile::tempdir().unwrap();
    let without_end = whole().lines().filter(|line| !line.contains("live_end")).collect::<Vec<_>>().join("\n");
    write(folder.path(), "show.jsonl", without_end);
    let told = replay(folder.path(), &["show.jsonl", "--json"]);
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((&told["totals"]["luxury_coins"], &told["seconds"]), (&20.into(), &1_800.into()), "{told}");
    assert_eq!(told["handles"][0]["watched_seconds"], 1_799, "up to a hundredth of a second before the half hour");
}

#[test]
fn the_show_of_the_demo_moves_its_songs() {
    let folder = tempfile::tempdir().unwrap();
    let evening = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo/evening.jsonl");
    let told = replay(folder.path(), &[evening]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""));
    assert!(told.out.contains("Ann – First Light: Free → 5 Skip"), "{}", told.out);
    assert!(told.out.contains("lines about Discord that pay nothing"), "{}", told.out);
    assert_eq!(told.out, replay(folder.path(), &[evening, "--speed", "10000"]).out, "at any speed");
}

//! Whatever people read is written down in a test: each view is called beside an inline snapshot of its feature, so that
//! whoever changes words sees them change.

use crate::sources::{Source, sources};

/// A function beside views that shows nobody anything: what two views of reminders have in common.
const NO_VIEWS: [&str; 1] = ["reminder_view"];

#[test]
fn every_view_is_called_where_snapshots_are() {
    let sources = sources();
    let mut count = 0;
    let mut wrong = Vec::new();
    for source in &sources {
        let Some(feature) = feature_with_views(&source.path) else { continue };
        let tests = tests_of(&sources, feature);
        let code = source.outside_tests();
        let mut whole: Vec<_> = functions_in(code).collect();
        // Where a feature is one file, its views are its own.
        if source.path == format!("src/bot/{feature}.rs") {
            whole.extend(drafts_in(code).filter(|view| !NO_VIEWS.contains(view)));
        }
        count += whole.len();
        let mut unseen: Vec<_> = whole.into_iter().filter(|view| !tests.iter().any(|test| calls(test, view))).collect();
        // What only the feature itself may call is a part of another view, or has a snapshot of its own.
        let files: Vec<_> = sources.iter().filter(|other| feature_with_views(&other.path) == Some(feature)).collect();
        unseen.extend(parts_in(code).filter(|part| {
            let is_part = files.iter().any(|file| calls(file.outside_tests(), part));
            !is_part && !NO_VIEWS.contains(part) && !tests.iter().any(|test| calls(test, part))
        }));
        wrong.extend(unseen.into_iter().map(|view| format!("{}: {view} has no snapshot", source.path)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 75, "the views were not read: {count}");
}

#[test]
fn every_display_is_drawn_where_snapshots_are() {
    let sources = sources();
    let mut count = 0;
    let mut wrong = Vec::new();
    for source in &sources {
        let Some(feature) = source.path.strip_prefix("src/bot/").and_then(|path| path.strip_suffix("/renders.rs"))
        else {
            continue;
        };
        let tests = tests_of(&sources, feature);
        let displays = source.text.lines().filter_map(|line| line.strip_prefix("pub static ")?.split(':').next());
        for display in displays {
            count += 1;
            let mut lines = tests.iter().flat_map(|test| test.lines()).filter(|line| !line.starts_with("use "));
            let is_word = |word: &str| word == display;
            if !lines.any(|line| line.split(|sign: char| sign != '_' && !sign.is_alphanumeric()).any(is_word)) {
                wrong.push(format!("{}: {display} is drawn in no test", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 2, "the displays were not read: {count}");
}

#[test]
fn a_call_is_told_from_other_words() {
    for (text, is_call) in [
        ("assert_eq!(views::queue(&page), draft);", true),
        ("[queue(&page)]", true),
        ("live_queue(&page)", false),
        ("fn queue(page: u64) {}", false),
        ("page.queue()", false),
        ("// views::queue(&page)", false),
        ("super::queue::commands", false),
    ] {
        assert_eq!(calls(text, "queue"), is_call, "{text}");
    }
    let views: Vec<_> =
        functions_in("pub fn a() {}\npub fn b<T>() {}\npub(super) fn c() {}\n    pub fn d() {}").collect();
    assert_eq!(views, ["a", "b"]);
    assert_eq!(parts_in("pub fn a() {}\npub(in crate::bot) fn b<T>() {}\nfn c() {}").collect::<Vec<_>>(), ["b"]);
    let code =
        "fn a(x: u8) -> Draft {}\nfn b(\n    x: u8,\n) -> Draft {\n}\nfn c() {\n}\nasync fn d() -> Result<Draft> {}";
    assert_eq!(drafts_in(code).collect::<Vec<_>>(), ["a", "b"]);
}

/// The feature whose views a file holds: those below `views`, a feature that is one file, and the lines of the debug channel.
fn feature_with_views(path: &str) -> Option<&str> {
    let path = path.strip_prefix("src/bot/")?;
    let Some((feature, file)) = path.split_once('/') else {
        return path.strip_suffix(".rs").filter(|feature| *feature != "mod");
    };
    let is_views = file.starts_with("views.rs") || file.starts_with("views/");
    (is_views || (feature, file) == ("debug_channel", "words.rs")).then_some(feature)
}

/// The tests of a feature that hold snapshots.
fn tests_of<'s>(sources: &'s [Source], feature: &str) -> Vec<&'s str> {
    let (folder, file) = (format!("src/bot/{feature}/"), format!("src/bot/{feature}.rs"));
    let of_feature = sources.iter().filter(|source| source.path.starts_with(&folder) || source.path == file);
    let tests = of_feature.map(|source| &source.text[source.outside_tests().len()..]);
    tests.filter(|text| text.contains("assert_snapshot!")).collect()
}

/// The names of the functions that others may call.
fn functions_in(code: &str) -> impl Iterator<Item = &str> {
    let heads = code.lines().filter_map(|line| line.strip_prefix("pub fn "));
    heads.filter_map(|head| head.split(['(', '<']).next())
}

/// The names of the functions that its own feature may call.
fn parts_in(code: &str) -> impl Iterator<Item = &str> {
    let heads = code.lines().filter_map(|line| line.strip_prefix("pub(")?.split_once(") fn "));
    heads.filter_map(|(_, head)| head.split(['(', '<']).next())
}

/// The names of the private functions that make a message of what they are given.
fn drafts_in(code: &str) -> impl Iterator<Item = &str> {
    let heads = code.match_indices("\nfn ").map(|(at, start)| &code[at + start.len()..]);
    let first = code.strip_prefix("fn ");
    let makes_one = |head: &&str| head.split(" {").next().is_some_and(|head| head.ends_with("-> Draft"));
    first.into_iter().chain(heads).filter(makes_one).filter_map(|head| head.split(['(', '<']).next())
}

/// Whether a function is called, by its bare name or behind the name of its module.
fn calls(text: &str, function: &str) -> bool {
    let call = format!("{function}(");
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut befores = code.flat_map(|line| line.match_indices(&call).map(move |(at, _)| &line[..at]));
    befores.any(|before| {
        let is_whole = !before.ends_with(|last: char| last == '_' || last == '.' || last.is_alphanumeric());
        is_whole && !before.ends_with("fn ")
    })
}

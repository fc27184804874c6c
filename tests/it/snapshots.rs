//! Whatever people read is written down in a test: each view is called beside an inline snapshot of its feature, so that
//! whoever changes words sees them change.

use crate::sources::{Source, sources};

#[test]
fn every_view_is_called_where_snapshots_are() {
    let sources = sources();
    let mut count = 0;
    let mut wrong = Vec::new();
    for source in &sources {
        let Some(feature) = feature_with_views(&source.path) else { continue };
        let tests = tests_of(&sources, feature);
        let views: Vec<_> = functions_in(source.outside_tests()).collect();
        count += views.len();
        let unseen = views.into_iter().filter(|view| !tests.iter().any(|test| calls(test, view)));
        wrong.extend(unseen.map(|view| format!("{}: {view} has no snapshot", source.path)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 70, "the views were not read: {count}");
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
}

/// The feature whose views a file holds: those below `views`, and the lines of the debug channel.
fn feature_with_views(path: &str) -> Option<&str> {
    let (feature, file) = path.strip_prefix("src/bot/")?.split_once('/')?;
    let is_views = file.starts_with("views.rs") || file.starts_with("views/");
    (is_views || (feature, file) == ("debug_channel", "words.rs")).then_some(feature)
}

/// The tests of a feature that hold snapshots.
fn tests_of<'s>(sources: &'s [Source], feature: &str) -> Vec<&'s str> {
    let place = format!("src/bot/{feature}/");
    let of_feature = sources.iter().filter(|source| source.path.starts_with(&place));
    let tests = of_feature.map(|source| &source.text[source.outside_tests().len()..]);
    tests.filter(|text| text.contains("assert_snapshot!")).collect()
}

/// The names of the functions that others may call.
fn functions_in(code: &str) -> impl Iterator<Item = &str> {
    let heads = code.lines().filter_map(|line| line.strip_prefix("pub fn "));
    heads.filter_map(|head| head.split(['(', '<']).next())
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

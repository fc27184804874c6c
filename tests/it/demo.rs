//! `greenroom demo`, as a newcomer runs it.

use crate::process::output;

#[test]
fn the_demo_plays_an_evening_and_prints_the_final_table() {
    let folder = tempfile::tempdir().unwrap();
    let demo = output(folder.path(), &["demo", "--data", "kept"], &[]);
    assert_eq!(demo.code, Some(0), "{}", demo.err);
    assert_eq!(demo.err, "", "nothing went wrong on the way");
    for word in ["/submit", "/next", "Apple Music", "Songs Played", "Removed", "The queue is empty", "The evening took"]
    {
        assert!(demo.out.contains(word), "{word}: {}", demo.out);
    }
    let check = output(folder.path(), &["check", "--data-dir", "kept"], &[]);
    assert_eq!((check.code, check.out.as_str()), (Some(0), "The store is sound.\n"), "{}", check.err);
    let again = output(folder.path(), &["demo", "--data", "kept"], &[]);
    assert_eq!((again.code, again.out.as_str()), (Some(2), ""), "the demo never plays into data that is there");
    assert!(again.err.contains("kept holds a store already"), "{}", again.err);
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

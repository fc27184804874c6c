//! Stored data keep their form: `tests/golden/formats.json` lists how the keys and rows of every table look, and whatever
//! differs from it is either wrong or has to be listed.
//!
//! What may change: a table is new, an enum has more variants behind the others, a record has another version. One with
//! [`fields!`](crate::fields) may only have more fields at its end; one that reads its older rows by hand may look like
//! anything. All else would make rows of before unreadable, or read as something else. The listing is refreshed by
//! `UPDATE_FORMATS=1 cargo test --lib formats`, which refuses what is wrong. Only what no byte of a row can tell, another
//! name or a table that a migration emptied, is changed in the listing by hand.
//!
//! What rows carry as text is listed apart ([`tests`]), and what indexes keep of rows ([`indexes`]).

mod indexes;
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::CATALOGUE;
use crate::kernel::digest::Digest;
use crate::kernel::text::hex;
use crate::store::form::{Shape, TableForm};

/// The forms of all tables, by name.
type Forms = BTreeMap<String, TableForm>;

/// What is said of how the listing is refreshed.
const REFRESH: &str = "list it by `UPDATE_FORMATS=1 cargo test --lib formats`, and look at what the listing has now";

#[test]
fn what_is_stored_keeps_its_form() {
    let (listed, present) = (listed(), present());
    let Verdict { wrong, unlisted } = compare(&listed, &present);
    assert!(
        wrong.is_empty(),
        "\n{}\n\nStores of before have rows of the listed form. None of this can be listed; what changes no byte of a row, \
         such as another name, is changed in {} by hand.",
        wrong.join("\n"),
        path().display()
    );
    if is_refresh() {
        fs::write(path(), text_of(&present)).unwrap();
    } else {
        assert!(unlisted.is_empty(), "\n{}\n\nNothing is wrong with that; {REFRESH}.", unlisted.join("\n"));
    }
}

/// What older programs do not know raises the version of the store, so that they refuse it: the layout of a version is
/// listed once, in `layout-N.txt`, and does not change once that version is released. Its last line is the digest of
/// `formats.json`, because a row with a variant that is new cannot be read by them either.
#[test]
fn a_change_of_tables_or_indexes_raises_the_version_of_the_store() {
    let schema = (CATALOGUE.schema)();
    let listed = path().with_file_name(format!("layout-{}.txt", schema.version()));
    let present = layout(&schema.layout(), &present());
    if is_refresh() && !listed.exists() {
        fs::write(&listed, &present).unwrap();
    }
    assert!(
        fs::read_to_string(&listed).unwrap_or_default() == present,
        "{} does not list the tables, indexes and forms of now. Add a migration, which may do nothing, and run \
         `UPDATE_FORMATS=1 cargo test --lib formats`. Where that version is not released yet, correct the listing.\n{present}",
        listed.display()
    );
}

/// The listing of a layout, with the digest of how keys and rows look.
fn layout(lines: &[String], forms: &Forms) -> String {
    let digest = Digest::of(text_of(forms).as_bytes());
    format!("{}\nforms of keys and rows: {}\n", lines.join("\n"), hex(digest.bytes()))
}

/// The listing of forms as a file.
fn text_of(forms: &Forms) -> String {
    serde_json::to_string_pretty(forms).unwrap() + "\n"
}

#[expect(clippy::disallowed_methods, reason = "it is no setting of ours")]
fn is_refresh() -> bool {
    std::env::var_os("UPDATE_FORMATS").is_some()
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/formats.json")
}

fn listed() -> Forms {
    match fs::read_to_string(path()) {
        Ok(text) => serde_json::from_str(&text).unwrap(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Forms::new(),
        Err(error) => panic!("{}: {error}", path().display()),
    }
}

fn present() -> Forms {
    let schema = (CATALOGUE.schema)();
    let forms = schema.all_tables().map(|table| {
        let form = table.form().unwrap_or_else(|problem| panic!("{}: {problem}", table.name()));
        (table.name().to_owned(), form)
    });
    forms.collect()
}

/// What differs from the listing.
#[derive(Debug, Default, PartialEq)]
struct Verdict {
    /// What would make rows of before unreadable.
    wrong: Vec<String>,
    /// What is right and not in the listing.
    unlisted: Vec<String>,
}

fn compare(listed: &Forms, present: &Forms) -> Verdict {
    let mut verdict = Verdict::default();
    for (table, before) in listed {
        match present.get(table) {
            None => verdict.wrong.push(format!(
                "The table {table} is gone. Stores still have its rows: let a migration remove them, and take the table \
                 out of the listing by hand."
            )),
            Some(now) => match judge(before, now) {
                Err(problem) => verdict.wrong.push(format!("The table {table}: {problem}")),
                Ok(()) if before != now => verdict.unlisted.push(format!("The table {table} has more than is listed.")),
                Ok(()) => {}
            },
        }
    }
    let is_new = |table: &&String| !listed.contains_key(*table);
    let new = present.keys().filter(is_new).map(|table| format!("The table {table} is not listed."));
    verdict.unlisted.extend(new);
    verdict
}

/// Whether rows of the listed form are read as what they are, as far as forms can tell.
fn judge(listed: &TableForm, present: &TableForm) -> Result<(), String> {
    if listed.key != present.key {
        return Err(format!(
            "its keys were {} and are {}. Keys have no version: let a migration move the rows to a new table.",
            listed.key, present.key
        ));
    }
    if present.version < listed.version {
        return Err(format!("its rows had version {} and have {}.", listed.version, present.version));
    }
    let Some(added) = fields_added(listed, present) else { return Ok(()) };
    if !listed.later.is_empty() && !present.later.starts_with(&listed.later) {
        return Err(format!("its later fields were {:?} and are {:?}.", listed.later, present.later));
    }
    if listed.row != present.row {
        return Err(format!("its rows were {} and are {}.{TO_CHANGE}", listed.row, present.row));
    }
    listed.types.iter().try_for_each(|(name, before)| {
        let added = if *name == listed.row { added } else { 0 };
        judge_type(name, before, present.types.get(name), added)
    })
}

/// How a record is changed.
const TO_CHANGE: &str = " A changed record needs a greater `Record::VERSION` and has to read its rows of before: by \
                         `fields!` where fields are added at its end, otherwise by `decode_old`.";

/// How many fields the record has more than when it was listed, at its end. `None` where it reads its rows of then by hand.
fn fields_added(listed: &TableForm, present: &TableForm) -> Option<usize> {
    let is_added = |since: u8| since > listed.version;
    let first_read = present.later.first().map(|(_, since)| since.saturating_sub(1));
    let is_by_hand = present.version > listed.version && first_read.is_none_or(|first| listed.version < first);
    (!is_by_hand).then(|| present.later.iter().filter(|(_, since)| is_added(*since)).count())
}

fn judge_type(name: &str, before: &Shape, now: Option<&Shape>, added: usize) -> Result<(), String> {
    match (before, now) {
        (Shape::Fields(before), Some(Shape::Fields(now))) => {
            let is_same = now.len() == before.len() + added && now.starts_with(before);
            is_same.then_some(()).ok_or_else(|| format!("{name} {}{TO_CHANGE}", difference(before, now)))
        }
        (Shape::Variants(before), Some(Shape::Variants(now))) => {
            let problem = || format!("{name} {} A new variant stands behind all others.", difference(before, now));
            now.starts_with(before).then_some(()).ok_or_else(problem)
        }
        _ => Err(format!("{name} is something else now.{TO_CHANGE}")),
    }
}

/// The first thing that differs.
fn difference(before: &[String], now: &[String]) -> String {
    let same = before.iter().zip(now).take_while(|(before, now)| before == now).count();
    match (before.get(same), now.get(same)) {
        (Some(before), Some(now)) => format!("has `{now}` where it had `{before}`."),
        (Some(before), None) => format!("lacks `{before}`."),
        (None, Some(now)) => format!("has `{now}` behind what it had."),
        (None, None) => "lacks a field that `fields!` lists.".to_owned(),
    }
}

fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// A table of songs, as it was listed at version 2.
fn songs() -> TableForm {
    let types = [
        ("Song", Shape::Fields(texts(&["title: text", "source: Source", "note: option<text>"]))),
        ("Source", Shape::Variants(texts(&["Link(text)", "File {kept_in: Place}"]))),
        ("Place", Shape::Fields(texts(&["channel: u64", "message: u64"]))),
    ];
    TableForm {
        key: "(GuildId, SongId)".to_owned(),
        version: 2,
        later: vec![("note".to_owned(), 2)],
        row: "Song".to_owned(),
        types: types.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect(),
    }
}

/// The same with other fields or variants in one of its types.
fn with(name: &str, lines: &[&str]) -> TableForm {
    let mut form = songs();
    match form.types.get_mut(name) {
        Some(Shape::Fields(fields)) => *fields = texts(lines),
        Some(Shape::Variants(variants)) => *variants = texts(lines),
        None => panic!("there is no {name}"),
    }
    form
}

/// The same of another version, with what `fields!` says of it.
fn at(version: u8, later: &[(&str, u8)], form: TableForm) -> TableForm {
    let later = later.iter().map(|(name, since)| ((*name).to_owned(), *since)).collect();
    TableForm { version, later, ..form }
}

fn listing(form: TableForm) -> Forms {
    Forms::from([("queue.songs".to_owned(), form)])
}

/// What is said of songs that look like this now.
fn verdict(present: TableForm) -> Verdict {
    compare(&listing(songs()), &listing(present))
}

const NOTE: (&str, u8) = ("note", 2);

#[test]
fn what_is_added_where_it_may_be_has_to_be_listed() {
    assert_eq!(verdict(songs()), Verdict::default());
    let fields = ["title: text", "source: Source", "note: option<text>", "cover: text"];
    for (form, what) in [
        (with("Source", &["Link(text)", "File {kept_in: Place}", "Live"]), "a variant behind the last one"),
        (at(3, &[NOTE, ("cover", 3)], with("Song", &fields)), "a later field"),
        (at(4, &[("cover", 4)], with("Song", &fields)), "a version that reads its older rows by hand"),
        (at(3, &[], with("Song", &["title: text"])), "a form of its own that is read by hand"),
        (at(3, &[], with("Place", &["id: u64"])), "a nested struct of a version that is read by hand"),
    ] {
        let Verdict { wrong, unlisted } = verdict(form);
        assert_eq!((wrong, unlisted.len()), (Vec::new(), 1), "{what}");
    }
    let both = Forms::from([("queue.songs".to_owned(), songs()), ("queue.notes".to_owned(), songs())]);
    let Verdict { wrong, unlisted } = compare(&listing(songs()), &both);
    assert_eq!((wrong, unlisted), (Vec::new(), texts(&["The table queue.notes is not listed."])));
    // It came to be declared by `fields!` without a change.
    let by_hand = listing(TableForm { later: Vec::new(), ..songs() });
    assert!(compare(&by_hand, &listing(songs())).wrong.is_empty());
}

#[test]
fn a_variant_more_is_another_layout() {
    let longer = with("Source", &["Link(text)", "File {kept_in: Place}", "Live"]);
    assert_ne!(layout(&[], &listing(songs())), layout(&[], &listing(longer)));
}

#[test]
fn what_would_make_rows_of_before_unreadable_is_wrong() {
    let (title, source, note) = ("title: text", "source: Source", "note: option<text>");
    let (link, file) = ("Link(text)", "File {kept_in: Place}");
    let more = [title, source, note, "cover: text"];
    for (form, what) in [
        (with("Song", &[source, title, note]), "a field that moved"),
        (with("Song", &[title, note]), "a field that is gone"),
        (with("Song", &["title: bytes", source, note]), "a field of another type"),
        (with("Song", &more), "a field without a greater version"),
        (
            at(3, &[NOTE, ("cover", 3)], with("Song", &[title, "cover: text", source, note])),
            "one that is not at the end",
        ),
        (at(3, &[NOTE, ("cover", 3)], songs()), "one that is not there"),
        (at(3, &[NOTE, ("cover", 3)], with("Song", &[title, "cover: text"])), "one in the place of another"),
        (at(3, &[("note", 3)], songs()), "a field that came at another time"),
        (at(1, &[], songs()), "a lower version"),
        (with("Place", &["channel: u64", "message: u64", "page: u32"]), "a nested struct with one field more"),
        (
            at(3, &[NOTE, ("cover", 3)], with("Place", &["message: u64", "channel: u64"])),
            "a nested struct that changed",
        ),
        (with("Source", &[file, link]), "a variant that moved"),
        (with("Source", &[link]), "a variant that is gone"),
        (with("Source", &["Live", link, file]), "a variant before others"),
        (with("Source", &["Link(u64)", file]), "a variant with something else in it"),
        (TableForm { key: "(GuildId, u64)".to_owned(), ..songs() }, "other keys"),
        (TableForm { row: "text".to_owned(), types: BTreeMap::new(), ..songs() }, "other rows"),
    ] {
        let Verdict { wrong, unlisted } = verdict(form);
        assert_eq!((wrong.len(), unlisted), (1, Vec::new()), "{what}: {wrong:?}");
    }
    let gone = compare(&listing(songs()), &Forms::new());
    assert!(gone.wrong.concat().contains("The table queue.songs is gone"), "{gone:?}");
}

#[test]
fn what_is_wrong_is_said_with_the_place() {
    let said = verdict(with("Source", &["Link(text)", "Live", "File {kept_in: Place}"])).wrong.concat();
    let place = "The table queue.songs: Source has `Live` where it had `File {kept_in: Place}`.";
    assert!(said.starts_with(place), "{said}");
    let said = verdict(with("Song", &["title: text", "source: Source"])).wrong.concat();
    assert!(
        said.starts_with("The table queue.songs: Song lacks `note: option<text>`. A changed record needs"),
        "{said}"
    );
}

//! The requirement table is honest: what it calls done has a test, and what tests claim to prove is in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{Source, sources};

/// One row of `tests/spec/requirements.tsv`.
struct Requirement {
    id: String,
    is_done: bool,
}

/// How many rows there are. A promise that was made is not dropped in passing: whoever adds a row or takes one out says so here.
const ROWS: usize = 745;

/// The three groups of requirements, by the first letter of their ids.
const GROUPS: [(&str, &str); 3] =
    [("M", "Music reviews"), ("T", "Tasks, shop and currency"), ("S", "Moderation and community")];

#[test]
fn every_done_requirement_has_a_test_and_every_covered_one_is_done() {
    let table = requirements();
    let status: BTreeMap<_, _> = table.iter().map(|row| (row.id.as_str(), row.is_done)).collect();
    let covered = covered();

    let mut wrong = Vec::new();
    for (id, place) in &covered {
        match status.get(id.as_str()) {
            Some(true) => {}
            Some(false) => wrong.push(format!("{id} is covered in {place}, but still planned in the table")),
            None => wrong.push(format!("{id} is covered in {place}, but not in the table")),
        }
    }
    let without_test = status.iter().filter(|(id, is_done)| **is_done && !covered.contains_key(**id));
    wrong.extend(without_test.map(|(id, _)| format!("{id} is done, but no test covers it")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_complete_and_in_one_form() {
    let table = requirements();
    assert_eq!(table.len(), ROWS);
    let ids: BTreeSet<_> = table.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids.len(), table.len(), "an id stands twice");
    for id in ids {
        assert!(GROUPS.iter().any(|(letter, _)| id.split('-').next() == Some(letter)), "{id} belongs to no group");
    }
}

#[test]
fn the_page_on_development_shows_the_counts_of_the_table() {
    let table = requirements();
    let rows = GROUPS.map(|(letter, title)| {
        let group: Vec<_> = table.iter().filter(|row| row.id.starts_with(letter)).collect();
        let done = group.iter().filter(|row| row.is_done).count();
        format!("| {title} | {done} | {} |\n", group.len())
    });
    let rows = rows.concat();
    let page = read("docs/development.md");
    assert!(page.contains(&rows), "docs/development.md should show the requirement counts so:\n{rows}");
}

#[test]
fn the_macro_is_read_wherever_a_formatter_puts_it() {
    let call = concat!("covers", "!(");
    let text =
        format!("fn a() {{ {call}\"M-A-01\", \"M-A-02\"); }}\n// {call}\"M-A-03\")\n{call}\n    \"M-A-04\",\n);");
    assert_eq!(covered_ids(&text), ["M-A-01", "M-A-02", "M-A-04"]);
}

fn requirements() -> Vec<Requirement> {
    let table = read("tests/spec/requirements.tsv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("id\tarea\tkind\trequirement\tstatus"));
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            let [id, area, kind, requirement, status] = cells[..] else { panic!("not five cells: {line}") };
            assert!([id, area, kind, requirement].iter().all(|cell| !cell.is_empty()), "an empty cell: {line}");
            assert!(["planned", "done"].contains(&status), "unknown status: {line}");
            Requirement { id: id.to_owned(), is_done: status == "done" }
        })
        .collect()
}

/// Every covered id with the first file that covers it. Only tests may claim to prove something.
fn covered() -> BTreeMap<String, String> {
    let mut covered = BTreeMap::new();
    for source in sources() {
        let outside_tests = covered_ids(source.outside_tests());
        assert!(outside_tests.is_empty(), "{} covers {outside_tests:?} outside of a test", source.path);
        for id in covered_ids(&source.text) {
            covered.entry(id).or_insert_with(|| source.path.clone());
        }
    }
    covered
}

/// The ids in all calls of the macro in `text`, comments left out.
fn covered_ids(text: &str) -> Vec<String> {
    let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let calls = code.split(concat!("covers", "!(")).skip(1);
    let arguments = calls.filter_map(|rest| rest.split(')').next());
    arguments.flat_map(|list| list.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn read(path: &str) -> String {
    Source::read(path).text
}

//! How the rows of a table look, found by letting their type read itself: which fields it asks for, in which order, of
//! which kind. For the test that stored data keep their form (`catalogue`), and compiled for tests only.
//!
//! bincode writes no names, but a field that moved can be told by its name alone, so they are part of the form. Types are
//! told apart by their bare names: a row cannot hold two that are called the same, nor one that holds itself. The tool for
//! this, `serde-reflection`, wants each enum named to it, private ones too.
//!
//! What rows carry as text is no type of theirs: it is [`Carried`].

mod carried;
mod probe;

use std::any::type_name;
use std::collections::BTreeMap;

pub use carried::{Carried, Json, json_again, json_samples};
use probe::{Found, Probe};
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};

use super::codec::Record;
use super::key::Key;

/// Texts to read a type from that does not take every text. One that takes none of them needs another one here.
const TEXTS: [&str; 2] = ["bcdfgh", "gift"];

/// More rows than it takes to see each variant of the enums in it.
const MOST_ROWS: usize = 10_000;

/// How the keys and rows of a table look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableForm {
    /// The type of the keys.
    pub key: String,
    /// The version of the rows.
    pub version: u8,
    /// The fields of the row that came later, with the version in which each came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<(String, u8)>,
    /// What a row is: the name of a type in `types`, or of a plain one.
    pub row: String,
    /// The structs and enums in a row, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, Shape>,
}

/// What is in a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Fields in their order: `note: option<text>`.
    Fields(Vec<String>),
    /// Variants in their order: `Link {platform: text, url: text}`.
    Variants(Vec<String>),
}

/// The form of a table with these keys and rows, or what is wrong with it.
pub(super) fn of_table<K: Key, V: Record>() -> Result<TableForm, String> {
    let (row, types) = of_type::<V>()?;
    let later: Vec<_> = V::LATER.iter().map(|(name, since)| ((*name).to_owned(), *since)).collect();
    let form = TableForm { key: bare_name::<K>(), version: V::VERSION, later, row, types };
    if form.has_later_fields_last() {
        Ok(form)
    } else {
        Err(format!("the later fields of {} are not its last ones, in the order of `fields!`", form.row))
    }
}

impl TableForm {
    fn has_later_fields_last(&self) -> bool {
        let Some(Shape::Fields(fields)) = self.types.get(&self.row) else { return self.later.is_empty() };
        let names = fields.iter().rev().map(|field| field.split_once(':').map_or(field.as_str(), |(name, _)| name));
        let later = self.later.iter().rev().map(|(name, _)| name.as_str());
        fields.len() >= self.later.len() && later.zip(names).all(|(later, name)| later == name)
    }
}

type Types = BTreeMap<String, Shape>;

fn of_type<T: DeserializeOwned>() -> Result<(String, Types), String> {
    of_some_text::<T, _>(|text| read_all::<T>(Found::of_text(text), &mut |_| {}))
}

/// Values of a type that between them have each variant and each field; what is optional is there once, and once is not.
fn samples<T: DeserializeOwned>() -> Result<Vec<T>, String> {
    of_some_text::<T, _>(|text| {
        let mut values = Vec::new();
        for found in [Found::of_text(text), Found::of_text(text).without_options()] {
            read_all(found, &mut |value| values.push(value))?;
        }
        Ok(values)
    })
}

/// The same, and where the type takes them, values whose numbers differ from one another; twice more of these, where there is no
/// yes, with what is optional and without it.
pub(super) fn sample_rows<T: DeserializeOwned>() -> Result<Vec<T>, String> {
    let mut rows = samples::<T>()?;
    let falling = |text| Found::of_text(text).with_falling_numbers();
    let denied = |text| falling(text).with_denials();
    let bare = |text| falling(text).without_options().with_denials();
    for found in [&falling as &dyn Fn(&'static str) -> Found, &denied, &bare] {
        let others = of_some_text::<T, _>(|text| {
            let mut others = Vec::new();
            read_all(found(text), &mut |value| others.push(value))?;
            Ok(others)
        });
        rows.extend(others.into_iter().flatten());
    }
    Ok(rows)
}

/// What is read of a type from the first text that it takes.
fn of_some_text<T, R>(mut read: impl FnMut(&'static str) -> Result<R, Error>) -> Result<R, String> {
    let mut problems = Vec::new();
    for text in TEXTS {
        match read(text) {
            Ok(found) => return Ok(found),
            Err(problem) => problems.push(format!("from the text {text:?}: {problem}")),
        }
    }
    Err(format!("{} cannot be read, {}", bare_name::<T>(), problems.join("; ")))
}

/// Reads values, and shows them to `visit`, until each variant of each enum was met.
fn read_all<T: DeserializeOwned>(mut found: Found, visit: &mut dyn FnMut(T)) -> Result<(String, Types), Error> {
    let mut form = String::new();
    for _ in 0..MOST_ROWS {
        visit(T::deserialize(Probe::new(&mut found, &mut form))?);
        if let Some(types) = found.types() {
            return Ok((form, types));
        }
    }
    Err(Error::custom("some variants were not met"))
}

/// The name of a type without the modules: `(GuildId, String)`.
fn bare_name<T>() -> String {
    let parts = type_name::<T>().split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    parts.filter_map(|part| part.rsplit("::").next()).collect()
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::num::NonZeroU64;

    use super::*;
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::GuildId;

    #[derive(Serialize, Deserialize)]
    struct Row {
        id: NonZeroU64,
        price: Amount,
        kind: Kind,
        again: Option<Kind>,
    }

    #[derive(Serialize, Deserialize)]
    enum Kind {
        Plain,
        Inside { seen: Option<Seen> },
        Pair(u8, String),
        One(Wrapped),
    }

    #[derive(Serialize, Deserialize)]
    enum Seen {
        Never,
        Often(Vec<BTreeMap<u64, bool>>),
        Hashed([u8; 4]),
    }

    #[derive(Serialize, Deserialize)]
    struct Wrapped(u8);

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn every_variant_is_met_wherever_it_is() {
        let (row, types) = of_type::<Row>().unwrap();
        assert_eq!(row, "Row");
        let kinds = ["Plain", "Inside {seen: option<Seen>}", "Pair(u8, text)", "One(Wrapped)"];
        let fields = ["id: u64", "price: i64", "kind: Kind", "again: option<Kind>"];
        let expected = [
            ("Row", Shape::Fields(lines(&fields))),
            ("Kind", Shape::Variants(lines(&kinds))),
            ("Seen", Shape::Variants(lines(&["Never", "Often(list<map<u64, bool>>)", "Hashed([u8; 4])"]))),
            ("Wrapped", Shape::Fields(lines(&["0: u8"]))),
        ];
        assert_eq!(types, expected.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect::<Types>());
        assert_eq!(of_type::<Option<(u8, i64)>>(), Ok(("option<(u8, i64)>".to_owned(), Types::new())));
    }

    #[test]
    fn two_types_of_one_name_cannot_be_told_apart() {
        mod other {
            #[derive(serde::Serialize, serde::Deserialize)]
            pub(super) struct Wrapped(u16);
        }
        let problem = of_type::<(Wrapped, other::Wrapped)>().unwrap_err();
        assert!(problem.contains("two types are called Wrapped"), "{problem}");
    }

    #[derive(Serialize, Deserialize)]
    struct First {
        later: u64,
        earlier: u64,
    }
    crate::fields!(First: later since 2 = 0);

    #[derive(Serialize, Deserialize)]
    struct Last {
        earlier: u64,
        later: u64,
        latest: u64,
    }
    crate::fields!(Last: later since 2 = 0, latest since 5 = 0);

    #[test]
    fn later_fields_are_the_last_ones_in_their_order() {
        let form = of_table::<(GuildId, Reverse<u32>, String), Last>().unwrap();
        assert_eq!((form.key.as_str(), form.version), ("(GuildId, Reverse<u32>, String)", 5));
        assert_eq!(form.later, [("later".to_owned(), 2), ("latest".to_owned(), 5)]);
        let problem = of_table::<u64, First>().unwrap_err();
        assert!(problem.contains("the later fields of First are not its last ones"), "{problem}");
    }
}

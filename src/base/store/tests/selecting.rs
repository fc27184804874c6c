//! Selections, compared with a plain filter over a sorted map while rows come and go between the pages; and cursors that
//! lead nowhere.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::kernel::dice::Seed;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::key::encode;
use crate::store::{
    Cursor, CursorRefusal, Direction, Index, Key, KeyText, Options, Read, Schema, Selected, Selection, Span, Starts,
    Store, StoreLocation, Table, UniqueIndex, Within,
};

type Note = (GuildId, KeyText, u16);
type ByWeight = (GuildId, u64, KeyText, u16);
type Model = BTreeMap<Note, u64>;

static NOTES: Table<Note, u64> = Table::new("selecting.notes", &[&BY_WEIGHT, &BY_NAME]);

static BY_WEIGHT: Index<ByWeight, Note, u64> =
    Index::new("selecting.by_weight", |(guild, text, id), weight| Some((*guild, *weight, text.clone(), *id)));

static BY_NAME: UniqueIndex<(GuildId, String), Note, u64> =
    UniqueIndex::new("selecting.by_name", |(guild, text, id), _| Some((*guild, format!("{}#{id}", text.0))));

const GUILD: GuildId = GuildId::new(1);

fn note(guild: u64, text: &str, id: u16) -> Note {
    (GuildId::new(guild), KeyText::from(text), id)
}

fn store_with(notes: impl IntoIterator<Item = (Note, u64)>) -> Store {
    let (clock, _) = Clock::simulated(Timestamp::from_micros(0));
    let schema = Schema { tables: vec![&NOTES], migrations: Vec::new() };
    let store = Store::open(&StoreLocation::Memory, Options::new(clock, Seed::fixed(1)), schema).unwrap();
    let puts = notes.into_iter().map(|(key, weight)| Change::Put(key, weight)).collect();
    carry_out(&store, &mut Model::new(), puts);
    store
}

#[derive(Clone, Debug)]
enum Change {
    Put(Note, u64),
    Remove(Note),
}

fn carry_out(store: &Store, model: &mut Model, changes: Vec<Change>) {
    for change in &changes {
        match change {
            Change::Put(key, weight) => model.insert(key.clone(), *weight),
            Change::Remove(key) => model.remove(key),
        };
    }
    let write = store.write_blocking("changes", move |tx| {
        changes.iter().try_for_each(|change| match change {
            Change::Put(key, weight) => NOTES.put(tx, key, weight),
            Change::Remove(key) => NOTES.remove(tx, key).map(drop),
        })
    });
    write.unwrap();
}

/// What is read, and what becomes of the rows meanwhile.
#[derive(Clone, Debug)]
struct Plan {
    at_first: Vec<Change>,
    /// For each page its limit, its bound, and what happens before it.
    pages: Vec<(usize, usize, Vec<Change>)>,
    direction: Direction,
    /// Whether only one text, or one weight, of the guild is read.
    is_narrow: bool,
    /// The filter: only lighter ones.
    below: u64,
}

fn changes(most: usize) -> impl Strategy<Value = Vec<Change>> {
    let texts = proptest::sample::select(vec!["", "a", "a\0", "a\u{1}", "ab"]);
    let notes = (0..3_u64, texts, 0..8_u16).prop_map(|(guild, text, id)| note(guild, text, id));
    let change = prop_oneof![
        3 => (notes.clone(), 0..6_u64).prop_map(|(key, weight)| Change::Put(key, weight)),
        2 => notes.prop_map(Change::Remove),
    ];
    proptest::collection::vec(change, 0..most)
}

fn plans() -> impl Strategy<Value = Plan> {
    let pages = proptest::collection::vec((1..8_usize, 1..12_usize, changes(8)), 0..12);
    let direction = prop_oneof![Just(Direction::Forward), Just(Direction::Backward)];
    (changes(200), pages, direction, any::<bool>(), 0..=6_u64).prop_map(
        |(at_first, pages, direction, is_narrow, below)| Plan { at_first, pages, direction, is_narrow, below },
    )
}

/// What a page must be.
struct Expected<E> {
    rows: Vec<(E, u64)>,
    looked_at: usize,
    last: Option<E>,
    has_more: bool,
}

fn expected<E: Key>(
    now: &BTreeMap<E, u64>,
    plan: &Plan,
    behind: Option<&E>,
    limit: usize,
    bound: usize,
) -> Expected<E> {
    let is_left = |entry: &E| match (behind, plan.direction) {
        (None, _) => true,
        (Some(behind), Direction::Forward) => entry > behind,
        (Some(behind), Direction::Backward) => entry < behind,
    };
    let mut left: Vec<(&E, &u64)> = now.iter().filter(|(entry, _)| is_left(entry)).collect();
    if plan.direction == Direction::Backward {
        left.reverse();
    }
    let mut left = left.into_iter();
    let mut page = Expected { rows: Vec::new(), looked_at: 0, last: None, has_more: false };
    while page.rows.len() < limit && page.looked_at < bound {
        let Some((entry, weight)) = left.next() else { break };
        page.looked_at += 1;
        page.last = Some(entry.clone());
        if *weight < plan.below {
            page.rows.push((entry.clone(), *weight));
        }
    }
    page.has_more = left.next().is_some();
    page
}

/// Reads everything page by page while rows come and go. `inside` tells which entries the span holds by now.
fn read_through<E: Key>(
    plan: &Plan,
    keys: &Span<E>,
    inside: impl Fn(&Model) -> BTreeMap<E, u64>,
    read_page: impl Fn(&dyn Read, &Selection<E>) -> Result<Selected<(E, u64)>>,
) -> Result<(), TestCaseError> {
    let (store, mut model) = (store_with([]), Model::new());
    carry_out(&store, &mut model, plan.at_first.clone());
    let mut there_all_the_time = inside(&model);
    there_all_the_time.retain(|_, weight| *weight < plan.below);
    let mut seen: Vec<(E, u64)> = Vec::new();
    let mut behind: Option<E> = None;
    let mut cursor: Option<Cursor> = None;
    for (limit, bound, changes) in plan.pages.iter().cloned().chain(std::iter::repeat((3, 5, Vec::new()))) {
        carry_out(&store, &mut model, changes);
        let now = inside(&model);
        there_all_the_time.retain(|entry, weight| now.get(entry) == Some(weight));
        let mut selection = Selection::of(keys.clone()).after(cursor).limit(limit).scanning_at_most(bound);
        if plan.direction == Direction::Backward {
            selection = selection.backward();
        }
        let page = store.read_blocking("page", |read| read_page(read, &selection)).unwrap();
        let expected = expected(&now, plan, behind.as_ref(), limit, bound);
        prop_assert!(page.looked_at <= bound && page.rows.len() <= limit);
        prop_assert_eq!(&page.rows, &expected.rows);
        prop_assert_eq!(page.looked_at, expected.looked_at);
        prop_assert_eq!(page.next.is_some(), expected.has_more);
        seen.extend(page.rows);
        behind = expected.last.or(behind);
        let Some(next) = page.next else { break };
        let text = next.to_string();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        prop_assert_eq!(text.parse::<Cursor>(), Ok(next.clone()));
        cursor = Some(next);
    }
    let is_in_order = seen.windows(2).all(|pair| match plan.direction {
        Direction::Forward => pair[0].0 < pair[1].0,
        Direction::Backward => pair[0].0 > pair[1].0,
    });
    prop_assert!(is_in_order);
    for row in there_all_the_time {
        prop_assert!(seen.contains(&row), "{row:?} was there all the time");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pages_of_a_table_are_those_of_a_plain_filter_whatever_comes_and_goes(plan in plans()) {
        let only = KeyText::from("a");
        let keys: Span<Note> = if plan.is_narrow { Span::of((GUILD, only.clone())) } else { Span::of(GUILD) };
        let inside = |model: &Model| -> BTreeMap<Note, u64> {
            let mut inside = model.clone();
            inside.retain(|(guild, text, _), _| *guild == GUILD && (!plan.is_narrow || *text == only));
            inside
        };
        read_through(&plan, &keys, inside, |read, selection| {
            let mut asked = 0;
            let page = NOTES.select(read, selection, |key, weight| {
                assert!(key.0 == GUILD && (!plan.is_narrow || key.1 == only), "{key:?} is outside");
                asked += 1;
                *weight < plan.below
            })?;
            assert_eq!(asked, page.looked_at);
            Ok(page)
        })?;
    }

    #[test]
    fn pages_of_an_index_are_those_of_a_plain_filter_whatever_comes_and_goes(plan in plans()) {
        let only = 3_u64;
        let keys: Span<ByWeight> = if plan.is_narrow { Span::of((GUILD, only)) } else { Span::of(GUILD) };
        let inside = |model: &Model| -> BTreeMap<ByWeight, u64> {
            let entries = model.iter().map(|((guild, text, id), weight)| ((*guild, *weight, text.clone(), *id), *weight));
            entries.filter(|(entry, _)| entry.0 == GUILD && (!plan.is_narrow || entry.1 == only)).collect()
        };
        read_through(&plan, &keys, inside, |read, selection| {
            let mut asked = 0;
            let page = BY_WEIGHT.select(read, selection, |entry| {
                let (guild, weight, text, id) = entry.clone();
                assert!(guild == GUILD && (!plan.is_narrow || weight == only), "{entry:?} is outside");
                asked += 1;
                let row = NOTES.get(read, &(guild, text, id))?;
                assert_eq!(row, Some(weight));
                Ok(row.filter(|weight| *weight < plan.below).map(|weight| (entry, weight)))
            })?;
            assert_eq!(asked, page.looked_at);
            Ok(page)
        })?;
    }

    #[test]
    fn whatever_a_cursor_says_nobody_leaves_their_guild(
        (text, bytes) in (any::<String>(), proptest::collection::vec(prop_oneof![0..3_u8, any::<u8>()], 0..24)),
        (begins_with_guild, is_backward) in (any::<bool>(), any::<bool>()),
    ) {
        let bytes = if begins_with_guild { [encode(&GUILD), bytes].concat() } else { bytes };
        let store = store_with((0..3).map(|guild| (note(guild, "a", 1), 0)));
        for text in [text, BASE64_URL_SAFE_NO_PAD.encode(&bytes)] {
            let Ok(cursor) = text.parse::<Cursor>() else { continue };
            let selection = Selection::of(GUILD).after(cursor);
            let selection = if is_backward { selection.backward() } else { selection };
            match store.read_blocking("page", |read| NOTES.select(read, &selection, |_, _| true)) {
                Ok(page) => prop_assert!(page.rows.iter().all(|(key, _)| key.0 == GUILD)),
                Err(error) => prop_assert_eq!(error.code(), "cursor.elsewhere"),
            }
        }
    }
}

/// The first page with one row, and the cursor behind it.
fn cursor_in(store: &Store, keys: impl Within<Note>) -> Cursor {
    let selection = Selection::of(keys).limit(1);
    store.read_blocking("page", |read| NOTES.select(read, &selection, |_, _| true)).unwrap().next.unwrap()
}

/// How a page of these keys behind that cursor is refused.
fn refusal(store: &Store, keys: impl Within<Note>, cursor: Cursor) -> &'static str {
    let selection = Selection::of(keys).after(cursor);
    store.read_blocking("page", |read| NOTES.select(read, &selection, |_, _| true)).unwrap_err().code()
}

#[test]
fn a_cursor_of_another_guild_or_of_a_wider_span_is_refused() {
    let notes = (0..3).flat_map(|guild| ["a", "b"].map(|text| [1, 2].map(|id| (note(guild, text, id), 0))));
    let store = store_with(notes.flatten());
    let own = cursor_in(&store, GUILD);
    for guild in [0, 2] {
        assert_eq!(refusal(&store, GuildId::new(guild), own.clone()), "cursor.elsewhere");
        assert_eq!(refusal(&store, GUILD, cursor_in(&store, GuildId::new(guild))), "cursor.elsewhere");
    }
    assert_eq!(refusal(&store, (GUILD, KeyText::from("b")), own.clone()), "cursor.elsewhere");
    let by_weight = Selection::of(GUILD).after(own);
    let answer = store.read_blocking("page", |read| BY_WEIGHT.select(read, &by_weight, |entry| Ok(Some(entry))));
    assert_eq!(answer.unwrap_err().code(), "cursor.elsewhere");
}

#[test]
fn a_mangled_cursor_is_refused() {
    let long = "A".repeat(6_000);
    for text in ["!", "A", "AB", "AA==", "AA/A", "AA AA", "ä", long.as_str()] {
        assert_eq!(text.parse::<Cursor>(), Err(CursorRefusal::Unreadable), "{text}");
    }
    let store = store_with([(note(1, "abc", 5), 0), (note(1, "abc", 6), 0)]);
    let whole = encode(&note(1, "abc", 5));
    assert_eq!(cursor_in(&store, GUILD).to_string(), BASE64_URL_SAFE_NO_PAD.encode(&whole));
    let cursor = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes).parse::<Cursor>().unwrap();
    for length in 0..whole.len() {
        assert_eq!(refusal(&store, GUILD, cursor(&whole[..length])), "cursor.elsewhere", "{length} bytes");
    }
    assert_eq!(refusal(&store, GUILD, cursor(&[whole, vec![0]].concat())), "cursor.elsewhere");
}

#[test]
fn a_filter_that_lets_nothing_through_costs_no_more_than_the_bound() {
    let store = store_with((0..1_000).map(|id| (note(1, "a", id), 0)));
    for selection in [Selection::of(GUILD), Selection::of(GUILD).backward()] {
        let (mut cursor, mut looked_at) = (None, Vec::new());
        loop {
            let selection = selection.clone().after(cursor).limit(10).scanning_at_most(400);
            let page = store.read_blocking("page", |read| NOTES.select(read, &selection, |_, _| false)).unwrap();
            assert!(page.rows.is_empty());
            looked_at.push(page.looked_at);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(looked_at, [400, 400, 200]);
    }
}

#[test]
fn the_last_page_says_that_it_is_the_last() {
    let store = store_with((0..10).map(|id| (note(1, "a", id), 0)).chain([(note(2, "a", 1), 0)]));
    for (limit, bound, has_more) in [(9, 100, true), (10, 100, false), (100, 9, true), (100, 10, false), (0, 0, true)] {
        let selection = Selection::of(GUILD).limit(limit).scanning_at_most(bound);
        let page = store.read_blocking("page", |read| NOTES.select(read, &selection, |_, _| true)).unwrap();
        assert_eq!((page.rows.len(), page.next.is_some()), (limit.min(bound).clamp(1, 10), has_more));
    }
    let nothing = Selection::of(GuildId::new(7));
    let page = store.read_blocking("page", |read| NOTES.select(read, &nothing, |_, _| true)).unwrap();
    assert_eq!(page, Selected { rows: Vec::new(), next: None, looked_at: 0 });
}

#[test]
fn a_filter_may_read_what_its_own_transaction_wrote() {
    let store = store_with((0..300).map(|id| (note(1, "a", id), u64::from(id % 2))));
    let rows = store.write_blocking("select", |tx| {
        NOTES.put(tx, &note(1, "b", 1), &1)?;
        let selection = Selection::of((GUILD, 1_u64)).limit(1_000);
        let page = BY_WEIGHT.select(tx, &selection, |(guild, _, text, id)| NOTES.get(tx, &(guild, text, id)))?;
        Ok(page.rows)
    });
    assert_eq!(rows.unwrap(), [1; 151]);
}

#[test]
fn a_unique_index_is_selected_with_the_keys_of_its_rows() {
    let store = store_with([(note(1, "ab", 1), 5), (note(1, "ac", 2), 6), (note(1, "b", 3), 7), (note(2, "ac", 4), 8)]);
    let selection = Selection::of((GUILD, Starts("a"))).backward().limit(1);
    let page = |selection: Selection<(GuildId, String)>| {
        let select = |read: &dyn Read| BY_NAME.select(read, &selection, |name, key| Ok(Some((name.1, key.2))));
        store.read_blocking("page", select).unwrap()
    };
    let first = page(selection.clone());
    assert_eq!(first.rows, [(String::from("ac#2"), 2)]);
    let second = page(selection.after(first.next));
    assert_eq!((second.rows, second.next), (vec![(String::from("ab#1"), 1)], None));
}

#[test]
fn a_key_that_is_too_long_for_a_cursor_is_told_where_one_is_needed() {
    let store = store_with([(note(1, &"x".repeat(5_000), 1), 0), (note(1, "y", 1), 0)]);
    let page = |limit| {
        let selection = Selection::of(GUILD).limit(limit);
        store.read_blocking("page", |read| NOTES.select(read, &selection, |_, _| true))
    };
    assert_eq!(page(2).unwrap().rows.len(), 2);
    assert!(page(1).unwrap_err().to_string().contains("too many for a cursor"));
}

//! The ledger as CSV: one line for each entry, in the order in which they were made, for people who audit it.
//!
//! Invariants: quoted by RFC 4180, in UTF-8; text that a spreadsheet would take for a formula is made harmless (`D-54`), and
//! numbers stay numbers. One entry is in memory at a time, whatever the ledger's size.

use std::io;

use super::model::{EntryId, LedgerEntry};
pub use super::queries::entries::Wanted;
use super::queries::entries::undoes;
use super::tables;
use crate::kernel::error::Error;
use crate::kernel::ids::GuildId;
use crate::kernel::text::csv_text;
use crate::store::{Direction, Read, Span};

/// The columns.
const HEAD: [&str; 14] = [
    "entry",
    "guild",
    "time",
    "user_id",
    "currency",
    "operation",
    "amount",
    "reason",
    "before_balance",
    "after_balance",
    "actor",
    "requested",
    "undoes",
    "undone_by",
];
/// Lines between two reports of progress.
const REPORT_EVERY: u64 = 10_000;

/// Why the entries were not written.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// They could not be written.
    #[error("{0}")]
    Write(io::Error),
    /// They could not be read.
    #[error("{0}")]
    Store(Error),
}

impl From<csv::Error> for CsvError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Write(error),
            other => Self::Write(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// Writes the entries that are wanted, and a line with the names of the columns first. Answers how many entries.
pub fn write(
    read: &dyn Read,
    wanted: &Wanted,
    out: impl io::Write,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, CsvError> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEAD)?;
    let (mut written, mut failure) = (0, None);
    let listed = tables::LEDGER.for_each(read, wanted.guild.map_or_else(Span::all, Span::of), |(guild, id), entry| {
        if !wanted.holds(&entry) {
            return Ok(());
        }
        let line = line(read, guild, id, &entry)?;
        if let Err(error) = csv.write_record(&line) {
            failure = Some(error.into());
            return Err(Error::failed("the export ended early"));
        }
        written += 1;
        if written % REPORT_EVERY == 0 {
            progress(written);
        }
        Ok(())
    });
    match (failure, listed) {
        (Some(failure), _) => return Err(failure),
        (None, Err(error)) => return Err(CsvError::Store(error)),
        (None, Ok(())) => {}
    }
    csv.flush().map_err(CsvError::Write)?;
    Ok(written)
}

/// Entries of one part of a file.
const ENTRIES_OF_A_PART: usize = 2_000;

/// How far a file goes that is written part by part, each from a snapshot of its own: so none is held while somebody downloads
/// slowly. It ends with the entry that was the last when it began; entries never change, so the parts agree with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    from: EntryId,
    last: EntryId,
}

/// Entries with their numbers.
type Entries = Vec<(EntryId, LedgerEntry)>;

impl Stretch {
    /// All entries that there are now.
    pub fn begin(read: &dyn Read, guild: GuildId) -> Result<Self, Error> {
        let last = tables::last_number(read, guild)?.unwrap_or_default();
        Ok(Self { from: EntryId::default(), last })
    }
}

impl Stretch {
    /// Whether nothing was read of it yet.
    pub fn is_begin(self) -> bool {
        self.from == EntryId::default()
    }

    /// The entries of the next part that are wanted, the oldest first, and what is left then.
    pub fn part(self, read: &dyn Read, guild: GuildId, wanted: &Wanted) -> Result<(Entries, Option<Self>), Error> {
        let Self { from, last } = self;
        let span = Span::of(guild).starting_at((guild, from)).through((guild, last));
        let entries = tables::LEDGER.page(read, span, Direction::Forward, ENTRIES_OF_A_PART)?;
        let seen = entries.last().map(|((_, id), _)| *id).filter(|id| *id < last);
        let rest = seen.map(|id| Self { from: EntryId::new(id.get().saturating_add(1)), last });
        let entries = entries.into_iter().map(|((_, id), entry)| (id, entry));
        Ok((entries.filter(|(_, entry)| wanted.holds(entry)).collect(), rest))
    }
}

/// The next part of a file, and what is left of it then. The first one begins with the names of the columns.
pub fn part(
    read: &dyn Read,
    guild: GuildId,
    wanted: &Wanted,
    stretch: Stretch,
) -> Result<(Vec<u8>, Option<Stretch>), Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    if stretch.is_begin() {
        csv.write_record(HEAD).map_err(Error::failed)?;
    }
    let (entries, rest) = stretch.part(read, guild, wanted)?;
    for (id, entry) in entries {
        csv.write_record(&line(read, guild, id, &entry)?).map_err(Error::failed)?;
    }
    let bytes = csv.into_inner().map_err(|error| Error::failed(error.to_string()))?;
    Ok((bytes, rest))
}

/// How every file of a ledger begins.
pub fn head() -> String {
    HEAD.join(",")
}

/// The cells of an entry, as in [`HEAD`].
fn line(read: &dyn Read, guild: GuildId, id: EntryId, entry: &LedgerEntry) -> Result<[String; 14], Error> {
    let requested = tables::WISHES.get(read, &(guild, id))?.map(|wish| wish.requested.get().to_string());
    let undone_by = tables::UNDONE.get(read, &(guild, id))?.map(|undone| undone.by.to_string());
    let undoes = undoes(read, guild, id, entry)?.map(|other| other.to_string());
    Ok([
        id.to_string(),
        guild.to_string(),
        entry.at.rfc3339_in_order(),
        entry.user.to_string(),
        entry.currency.key().to_owned(),
        entry.kind.name().to_owned(),
        entry.delta.to_string(),
        csv_text(&entry.reason).into_owned(),
        entry.before.get().to_string(),
        entry.after.get().to_string(),
        entry.actor.to_string(),
        requested.unwrap_or_default(),
        undoes.unwrap_or_default(),
        undone_by.unwrap_or_default(),
    ])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::features::coins::model::{Currency, EntryKind, Posting};
    use crate::features::coins::service::{self, Order};
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::UserId;

    const ANN: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);

    fn post(store: &TestStore, guild: GuildId, user: UserId, currency: Currency, delta: i64, reason: &str) {
        let (kind, reason, actor) = (EntryKind::AdminAdd, reason.to_owned(), Actor::Member(UserId::new(9)));
        let posting = Posting { currency, user, delta, kind, reason, actor };
        store.write(move |tx| service::apply(tx, guild, &posting).map(drop)).unwrap();
    }

    fn written(store: &TestStore, wanted: &Wanted) -> Vec<u8> {
        let mut out = Vec::new();
        let written = store.read(|read| Ok(write(read, wanted, &mut out, &mut |_| {}).unwrap()));
        assert_eq!(u64::try_from(rows(&out).len()).unwrap(), written);
        out
    }

    /// The rows as a reader of CSV files finds them.
    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(bytes);
        assert_eq!(reader.headers().unwrap(), &HEAD[..]);
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn each_entry_is_a_line_with_what_undid_it_and_what_was_asked_for() {
        let store = TestStore::new();
        let order = |reason: &str| Order {
            currency: Currency::Luxury,
            user: ANN,
            reason: reason.to_owned(),
            actor: Actor::Member(UserId::new(9)),
        };
        post(&store, GUILD, ANN, Currency::Luxury, 30, "quiz");
        let (remove, undo) = (order("a mistake"), order("sorry"));
        store.write(move |tx| service::remove(tx, GUILD, &remove, Amount::of(50)).map(drop)).unwrap();
        store.advance(Duration::from_micros(1_500));
        store.write(move |tx| service::undo(tx, GUILD, &undo, EntryId::new(2)).map(drop)).unwrap();
        insta::assert_snapshot!(String::from_utf8(written(&store, &Wanted::default())).unwrap(), @"
        entry,guild,time,user_id,currency,operation,amount,reason,before_balance,after_balance,actor,requested,undoes,undone_by
        1,5,2025-11-21T20:15:00.000000Z,1,luxury,admin_add,30,quiz,0,30,9,,,
        2,5,2025-11-21T20:15:00.000000Z,1,luxury,admin_remove,-30,a mistake,30,0,9,50,,3
        3,5,2025-11-21T20:15:00.001500Z,1,luxury,rollback,30,undo of entry 2: sorry,0,30,9,,2,
        ");
    }

    #[test]
    fn a_reason_is_never_a_formula_and_reads_back_as_it_was() {
        let store = TestStore::new();
        let reasons = [
            "=HYPERLINK(\"https://a.example\",\"click\")",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "say \"hi\", then go",
            "two\nlines",
            "two\r\nlines",
            "undo of entry 1: not really",
            "Ünïcödé 🎁 '",
            "",
            " ",
            "'",
            ";",
        ];
        for reason in reasons {
            post(&store, GUILD, ANN, Currency::Luxury, 1, reason);
        }
        post(&store, GUILD, ANN, Currency::Luxury, -3, "taken");
        let rows = rows(&written(&store, &Wanted::default()));
        for (row, reason) in rows.iter().zip(reasons) {
            let guarded = reason.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert_eq!(row[7], format!("{}{reason}", if guarded { "'" } else { "" }));
            assert_eq!(row[12], "", "a reason alone undoes nothing");
        }
        assert_eq!(rows.len(), reasons.len() + 1);
        assert_eq!(rows.last().unwrap()[6], "-3", "a number stays a number");
    }

    #[test]
    fn only_the_entries_that_are_wanted_are_written() {
        let store = TestStore::new();
        let elsewhere = GuildId::new(6);
        post(&store, GUILD, ANN, Currency::Luxury, 1, "a");
        post(&store, GUILD, BOB, Currency::Luxury, 1, "b");
        post(&store, GUILD, ANN, Currency::Points, 1, "c");
        post(&store, elsewhere, ANN, Currency::Luxury, 1, "d");
        store.advance(Duration::from_hours(1));
        let later = store.now();
        post(&store, GUILD, ANN, Currency::Luxury, 1, "e");
        let reasons =
            |wanted: Wanted| rows(&written(&store, &wanted)).into_iter().map(|row| row[7].clone()).collect::<String>();
        let all = Wanted::default();
        assert_eq!(reasons(all), "abced");
        assert_eq!(reasons(Wanted { guild: Some(elsewhere), ..all }), "d");
        assert_eq!(reasons(Wanted { guild: Some(GuildId::new(7)), ..all }), "");
        assert_eq!(reasons(Wanted { user: Some(BOB), ..all }), "b");
        assert_eq!(reasons(Wanted { currency: Some(Currency::Points), ..all }), "c");
        assert_eq!(reasons(Wanted { since: Some(later), ..all }), "e");
        assert_eq!(
            reasons(Wanted { guild: Some(GUILD), user: Some(ANN), currency: Some(Currency::Luxury), ..all }),
            "ae"
        );
        assert_eq!(reasons(Wanted { until: Some(later), kind: Some(EntryKind::AdminAdd), ..all }), "abcd");
        assert_eq!(reasons(Wanted { kind: Some(EntryKind::Gift), ..all }), "");
    }

    #[test]
    fn a_file_in_parts_is_the_file_in_one_up_to_where_the_ledger_was_when_it_began() {
        let store = TestStore::new();
        store
            .write(|tx| {
                for number in 0..4_100 {
                    let reason = format!("entry {number}");
                    let (kind, actor) = (EntryKind::AdminAdd, Actor::System);
                    let user = if number % 3 == 0 { BOB } else { ANN };
                    let posting = Posting { currency: Currency::Luxury, user, delta: 1, kind, reason, actor };
                    service::apply(tx, GUILD, &posting)?;
                }
                Ok(())
            })
            .unwrap();
        for user in [None, Some(BOB)] {
            let wanted = Wanted { guild: Some(GUILD), user, ..Wanted::default() };
            let whole = written(&store, &wanted);
            let mut rest = Some(store.read(|read| Stretch::begin(read, GUILD)));
            post(&store, GUILD, BOB, Currency::Luxury, 1, "too late");
            let mut parts = Vec::new();
            while let Some(stretch) = rest {
                let (bytes, next) = store.read(|read| part(read, GUILD, &wanted, stretch));
                parts.push(bytes);
                rest = next;
            }
            assert_eq!((parts.len(), parts.concat() == whole), (3, true), "{user:?}");
        }
        let elsewhere = GuildId::new(6);
        let empty = store.read(|read| part(read, elsewhere, &Wanted::default(), Stretch::begin(read, elsewhere)?));
        assert_eq!(empty, (format!("{}\n", head()).into_bytes(), None));
    }

    #[test]
    fn a_disk_that_takes_no_more_is_told() {
        struct Full;
        impl io::Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::StorageFull.into())
            }
        }
        let store = TestStore::new();
        post(&store, GUILD, ANN, Currency::Luxury, 1, &"long ".repeat(10_000));
        let error = store.read(|read| Ok(write(read, &Wanted::default(), Full, &mut |_| {}).unwrap_err()));
        assert!(matches!(&error, CsvError::Write(error) if error.kind() == io::ErrorKind::StorageFull), "{error:?}");
    }
}

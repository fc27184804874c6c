//! How much of the machine it may take to go through all tables of a store, for a copy or to verify one.
//!
//! Beside a bot that runs, it is one table after the other on one core. Where everybody waits for it, as before a migration,
//! it is two tables at a time, because most of it is computing and a small board has a second core too. redb lets several
//! threads read a snapshot, and several write a table each in one transaction.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use redb::{ReadTransaction, ReadableTableMetadata, TableDefinition};

use super::containing::caught;
use super::error::StoreError;
use super::manifest::{Ask, TableSum, data_tables};
use super::read::Bytes;

/// See the module.
#[derive(Clone, Copy)]
pub(super) enum Pace<'a> {
    /// Others read and write meanwhile. It is over soon after it is unwanted.
    Beside(Ask<'a>),
    /// Nobody does anything before it is done.
    Alone,
}

impl Pace<'_> {
    /// Whether nobody wants it any more.
    pub(super) fn is_unwanted(&self) -> bool {
        match self {
            Self::Beside(is_unwanted) => is_unwanted(),
            Self::Alone => false,
        }
    }
}

/// What `sum` says of each table of `source`, in the order of their names. It is to ask now and then whether to end early.
pub(super) fn sum_tables(
    source: &ReadTransaction,
    pace: Pace<'_>,
    sum: impl Fn(&str, Ask<'_>) -> Result<TableSum, StoreError> + Sync,
) -> Result<Vec<TableSum>, StoreError> {
    match pace {
        Pace::Beside(is_unwanted) => data_tables(source)?.iter().map(|name| sum(name, is_unwanted)).collect(),
        Pace::Alone => two_at_a_time(largest_last(source)?, sum),
    }
}

/// The tables of a store, the largest last: they are taken from the end, so that no large one is left for one thread alone.
fn largest_last(source: &ReadTransaction) -> Result<Vec<String>, StoreError> {
    let mut tables = Vec::new();
    for name in data_tables(source)? {
        let rows = source.open_table(TableDefinition::<Bytes, Bytes>::new(&name))?.len()?;
        tables.push((rows, name));
    }
    tables.sort_unstable();
    Ok(tables.into_iter().map(|(_, name)| name).collect())
}

fn two_at_a_time<S>(tables: Vec<String>, sum: S) -> Result<Vec<TableSum>, StoreError>
where
    S: Fn(&str, Ask<'_>) -> Result<TableSum, StoreError> + Sync,
{
    let work = Work { tables: Mutex::new(tables), failure: OnceLock::new(), sum };
    let mut sums = thread::scope(|scope| {
        // Where no thread is to be had, this one does all of it.
        let other = thread::Builder::new().name(String::from("store-tables")).spawn_scoped(scope, || work.perform());
        let mut sums = work.perform();
        if let Ok(other) = other {
            match other.join() {
                Ok(more) => sums.extend(more),
                Err(_) => work.fail(StoreError::Panicked("copy")),
            }
        }
        sums
    });
    if let Some(error) = work.failure.into_inner() {
        return Err(error);
    }
    sums.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(sums)
}

/// What two threads share.
struct Work<S> {
    /// Tables that nobody has taken yet.
    tables: Mutex<Vec<String>>,
    /// The first thing that went wrong: after it both end.
    failure: OnceLock<StoreError>,
    sum: S,
}

impl<S: Fn(&str, Ask<'_>) -> Result<TableSum, StoreError>> Work<S> {
    /// Takes one table after the other until none is left.
    fn perform(&self) -> Vec<TableSum> {
        let mut sums = Vec::new();
        while let Some(name) = self.take() {
            // redb trips over a damaged table in whichever thread reads it.
            let sum = caught(|| (self.sum)(&name, &|| self.has_failed()));
            match sum.unwrap_or(Err(StoreError::Panicked("copy"))) {
                Ok(sum) => sums.push(sum),
                Err(error) => self.fail(error),
            }
        }
        sums
    }

    fn take(&self) -> Option<String> {
        if self.has_failed() {
            return None;
        }
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn has_failed(&self) -> bool {
        self.failure.get().is_some()
    }

    /// Only the first failure is kept: the other thread ends because of it.
    fn fail(&self, error: StoreError) {
        self.failure.get_or_init(|| error);
    }
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;
    use redb::{Database, ReadableDatabase};

    use super::super::manifest::Summing;
    use super::*;

    const TABLES: [&str; 5] = ["a", "b", "c", "d", "e"];

    /// Tables of which `e` and `c` are the largest, and are taken first.
    fn stored() -> Database {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let write = database.begin_write().unwrap();
        for (name, rows) in TABLES.into_iter().zip([3_u64, 0, 500, 20, 500]) {
            let mut table = write.open_table(TableDefinition::<Bytes, Bytes>::new(name)).unwrap();
            for row in 0..rows {
                table.insert(row.to_be_bytes().as_slice(), name.as_bytes()).unwrap();
            }
        }
        write.commit().unwrap();
        database
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands for what may fail")]
    fn sum_of(name: &str) -> Result<TableSum, StoreError> {
        Ok(Summing::new().done(name))
    }

    #[test]
    fn every_table_is_there_once_and_in_order_at_either_pace() {
        let database = stored();
        let source = database.begin_read().unwrap();
        for pace in [Pace::Alone, Pace::Beside(&|| false)] {
            let sums = sum_tables(&source, pace, |name, _| sum_of(name)).unwrap();
            assert_eq!(sums.iter().map(|sum| sum.name.as_str()).collect::<Vec<_>>(), TABLES);
        }
    }

    #[test]
    fn what_fails_in_one_thread_ends_the_other_and_is_what_is_told() {
        let database = stored();
        let torn = || StoreError::Damaged(String::from("a page is torn"));
        let found = sum_tables(&database.begin_read().unwrap(), Pace::Alone, |name, is_unwanted| match name {
            "c" => Err(torn()),
            // It waits for the other thread.
            "e" => {
                while !is_unwanted() {
                    thread::yield_now();
                }
                Err(StoreError::Closed)
            }
            _ => sum_of(name),
        });
        assert_eq!(found, Err(torn()));
    }

    #[test]
    fn a_panic_over_a_table_is_an_error() {
        let database = stored();
        let found = sum_tables(&database.begin_read().unwrap(), Pace::Alone, |name, _| {
            assert_ne!(name, "c", "a page is torn");
            sum_of(name)
        });
        assert_eq!(found, Err(StoreError::Panicked("copy")));
    }
}

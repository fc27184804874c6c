//! Rows that wait for a moment of their own: a reminder, the end of a giveaway or of a ban.
//!
//! Such a row has one job at a time, and holds its number. So a job that runs once more, or whose row was put off or taken
//! back meanwhile, finds no row that waits for it and changes nothing (`S-PROP-23`). The row and its job are always written
//! in one transaction.
//!
//! ```ignore
//! pub static DUE: Alarm<ReminderId, Reminder> =
//!     Alarm::new("reminders.due", "A reminder of a member", &REMINDERS, |row| Lane::User(row.user), |row| &mut row.job);
//!
//! DUE.set(tx, guild, id, reminder, due)?;                          // writes the row, which rings then
//! let ring = DUE.ring(&run)?;                                      // in the handler of the job
//! let Some(reminder) = DUE.waiting(tx, ring)? else { return Ok(()) };
//! ```
//!
//! Whose table forgets a member's rows says in which lane their jobs are: those of a person's lane go with the person.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{JobId, JobKind, Lane, Run, Setback, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Key, Read, Record, Table, Tx};

/// The alarms of a table's rows `R`, which have the numbers `I` in their guilds.
pub struct Alarm<I: 'static, R: 'static> {
    kind: JobKind<I>,
    rows: &'static Table<(GuildId, I), R>,
    lane: fn(&R) -> Lane,
    job: fn(&mut R) -> &mut JobId,
}

/// A job that runs for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring<I> {
    /// The guild.
    pub guild: GuildId,
    /// The number of the row.
    pub id: I,
    /// The job.
    pub job: JobId,
}

impl<I, R> Alarm<I, R>
where
    I: Copy + Serialize + DeserializeOwned,
    (GuildId, I): Key,
    R: Record,
{
    /// Declares the alarms of a table: the name of their jobs, which is stored and never changes, what they are for, the lane
    /// of a row's job, and the field that holds its number.
    pub const fn new(
        name: &'static str,
        purpose: &'static str,
        rows: &'static Table<(GuildId, I), R>,
        lane: fn(&R) -> Lane,
        job: fn(&mut R) -> &mut JobId,
    ) -> Self {
        Self { kind: JobKind::new(name, purpose), rows, lane, job }
    }

    /// The kind of the jobs.
    pub const fn kind(&self) -> &JobKind<I> {
        &self.kind
    }

    /// The stored name of the jobs.
    pub const fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Writes a row that rings at `due`, whenever it was to ring before. Gives it back as it is stored.
    pub fn set(&self, tx: &Tx<'_>, guild: GuildId, id: I, mut row: R, due: Timestamp) -> Result<R> {
        let (before, lane) = (*(self.job)(&mut row), (self.lane)(&row));
        tables::remove(tx, guild, before)?;
        *(self.job)(&mut row) = self.kind.schedule(tx, guild, lane, due, &id)?;
        self.rows.put(tx, &(guild, id), &row)?;
        Ok(row)
    }

    /// Writes a row that rings no more. Gives it back as it is stored.
    pub fn silence(&self, tx: &Tx<'_>, guild: GuildId, id: I, mut row: R) -> Result<R> {
        let before = std::mem::take((self.job)(&mut row));
        tables::remove(tx, guild, before)?;
        self.rows.put(tx, &(guild, id), &row)?;
        Ok(row)
    }

    /// Takes a row away with its alarm. Gives it back; `None` where there was none.
    pub fn remove(&self, tx: &Tx<'_>, guild: GuildId, id: I) -> Result<Option<R>> {
        let Some(mut row) = self.rows.remove(tx, &(guild, id))? else { return Ok(None) };
        tables::remove(tx, guild, *(self.job)(&mut row))?;
        Ok(Some(row))
    }

    /// What a job of these alarms is about.
    pub fn ring(&self, run: &Run) -> Result<Ring<I>, Setback> {
        Ok(Ring { guild: run.guild, id: self.kind.payload(run)?, job: run.id })
    }

    /// The row that waits for exactly this job; `None` where it rings no more, or at another moment.
    pub fn waiting(&self, read: &dyn Read, ring: Ring<I>) -> Result<Option<R>> {
        let Some(mut row) = self.rows.get(read, &(ring.guild, ring.id))? else { return Ok(None) };
        let job = *(self.job)(&mut row);
        Ok((job == ring.job).then_some(row))
    }
}

impl<I, R> fmt::Debug for Alarm<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alarm({:?})", self.rows)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::Deserialize;

    use super::*;
    use crate::id_type;
    use crate::jobs::{due_by, is_waiting};
    use crate::kernel::dice::Seed;
    use crate::kernel::ids::UserId;
    use crate::kernel::time::{Clock, ClockHand};
    use crate::store::{Options, Schema, Store, StoreLocation};

    const GUILD: GuildId = GuildId::new(5);
    const EGG: EggId = EggId::new(1);
    const MINUTE: Duration = Duration::from_mins(1);

    id_type!(
        /// The number of an egg.
        EggId
    );

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Egg {
        job: JobId,
        text: String,
    }

    impl Record for Egg {}

    static EGGS: Table<(GuildId, EggId), Egg> = Table::new("kitchen.eggs", &[]).without_members();
    static BOILED: Alarm<EggId, Egg> =
        Alarm::new("kitchen.boiled", "A trial", &EGGS, |_| Lane::User(UserId::new(7)), |egg| &mut egg.job);

    struct Kitchen {
        store: Store,
        hand: ClockHand,
    }

    impl Kitchen {
        fn new() -> Self {
            let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
            let mut all = tables::TABLES.to_vec();
            all.push(&EGGS);
            let schema = Schema { tables: all, migrations: Vec::new() };
            let store = Store::open(&StoreLocation::Memory, Options::new(clock, Seed::fixed(7)), schema).unwrap();
            Self { store, hand }
        }

        fn write<T: Send + 'static>(&self, operation: impl Fn(&Tx<'_>) -> Result<T> + Send + 'static) -> T {
            self.store.write_blocking("test", operation).unwrap()
        }

        fn puts_on(&self, after: Duration) -> Egg {
            let egg = self.egg().unwrap_or(Egg { job: JobId::default(), text: "soft".to_owned() });
            self.write(move |tx| BOILED.set(tx, GUILD, EGG, egg.clone(), tx.now().after(after)))
        }

        fn egg(&self) -> Option<Egg> {
            self.store.read_blocking("test", |read| EGGS.get(read, &(GUILD, EGG))).unwrap()
        }

        /// What is due after a while.
        fn rings(&self, after: Duration) -> Vec<Ring<EggId>> {
            self.hand.advance(after);
            let now = self.hand.now();
            let runs = self.store.read_blocking("test", |read| due_by(read, now, 10)).unwrap();
            runs.iter().map(|run| BOILED.ring(run).unwrap()).collect()
        }

        fn waiting(&self, ring: Ring<EggId>) -> Option<Egg> {
            self.store.read_blocking("test", |read| BOILED.waiting(read, ring)).unwrap()
        }
    }

    #[test]
    fn a_row_rings_at_its_moment_and_is_the_one_that_waits_for_that_job() {
        let kitchen = Kitchen::new();
        let egg = kitchen.puts_on(10 * MINUTE);
        assert_eq!(kitchen.egg().as_ref(), Some(&egg), "what is given back is what is stored");
        assert!(kitchen.rings(9 * MINUTE).is_empty());
        let rings = kitchen.rings(MINUTE);
        assert_eq!(rings, [Ring { guild: GUILD, id: EGG, job: egg.job }]);
        assert_eq!(kitchen.waiting(rings[0]), Some(egg));
        assert_eq!(kitchen.waiting(Ring { id: EggId::new(2), ..rings[0] }), None);
    }

    #[test]
    fn a_row_that_is_put_off_rings_once_and_later() {
        let kitchen = Kitchen::new();
        let before = kitchen.puts_on(10 * MINUTE);
        let [early] = kitchen.rings(10 * MINUTE)[..] else { panic!("it rings") };
        let after = kitchen.puts_on(10 * MINUTE);
        assert_ne!(before.job, after.job);
        assert_eq!(kitchen.waiting(early), None, "nothing waits for the job of before");
        assert!(kitchen.rings(9 * MINUTE).is_empty());
        assert_eq!(kitchen.rings(MINUTE), [Ring { job: after.job, ..early }]);
    }

    #[test]
    fn a_row_that_is_silenced_stays_and_one_that_is_removed_is_gone_and_neither_rings() {
        let kitchen = Kitchen::new();
        let egg = kitchen.puts_on(MINUTE);
        let silent = kitchen.write(move |tx| BOILED.silence(tx, GUILD, EGG, egg.clone()));
        assert_eq!((silent.job, kitchen.egg()), (JobId::default(), Some(silent)));
        let egg = kitchen.puts_on(MINUTE);
        assert_eq!(kitchen.write(|tx| BOILED.remove(tx, GUILD, EGG)), Some(egg.clone()));
        assert_eq!(kitchen.write(|tx| BOILED.remove(tx, GUILD, EGG)), None);
        assert!(kitchen.rings(2 * MINUTE).is_empty() && kitchen.egg().is_none());
        let is_left = kitchen.store.read_blocking("test", move |read| is_waiting(read, GUILD, egg.job)).unwrap();
        assert!(!is_left);
    }
}

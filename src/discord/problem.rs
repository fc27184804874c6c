//! The one path of everything that goes wrong while somebody waits for an answer.
//!
//! A refusal is shown as its sentence. A failure is logged here, once, under a number that the person can quote.

use std::sync::atomic::{AtomicU32, Ordering};

use super::bot::Bot;
use super::delivery::Undelivered;
use super::draft::Draft;
use super::figures::{self, Outcome};
use super::rest::RestError;
use crate::kernel::error::{Error, Failure, ReportId, Result};
use crate::kernel::ids::GuildId;
use crate::settings::Setting;
use crate::store::{Store, StoreError};

/// What the person who asked reads.
pub fn draft_of(bot: &Bot, error: Error, doing: &str) -> Draft {
    Draft::text(sentence_of(bot, error, doing))
}

/// The same as a sentence.
pub fn sentence_of(bot: &Bot, error: Error, doing: &str) -> String {
    match error {
        Error::Refused(refusal) => {
            figures::note(Outcome::Refused);
            tracing::debug!(doing, code = refusal.code, "refused");
            bot.markdown(&refusal.sentence)
        }
        Error::Failed(failure) => apology(&failure, doing),
    }
}

/// Logs a failure, and says what the person who asked reads of it.
fn apology(failure: &Failure, doing: &str) -> String {
    if let Some(sentence) = stopped_store(failure) {
        // The store has said so in the log, once.
        tracing::debug!(doing, error = %failure, "not stored");
        return sentence;
    }
    let report = log(failure, doing);
    if let Some(sentence) = discord_trouble(failure) {
        return format!("{sentence} Nothing was changed unless you see it.");
    }
    format!(
        "Something went wrong on my side. Nothing was changed unless you see it. \
         Please try again; if it stays, tell an administrator the number `{report}`."
    )
}

/// Whether Discord itself is the trouble, and may be none later.
pub fn is_discord_away(failure: &Failure) -> bool {
    error_of_discord(failure).is_some_and(|error| error.is_lost() || matches!(error, RestError::Limited { .. }))
}

fn error_of_discord(failure: &Failure) -> Option<&RestError> {
    match failure.cause().downcast_ref::<Undelivered>() {
        Some(undelivered) => Some(undelivered.cause()),
        None => failure.cause().downcast_ref(),
    }
}

/// What people read where Discord itself is the trouble and may be none later.
fn discord_trouble(failure: &Failure) -> Option<String> {
    match error_of_discord(failure)? {
        RestError::Limited { until } => {
            Some(format!("Discord takes no more of this from me for now. Please try again <t:{}:R>.", until.seconds()))
        }
        error if error.is_lost() => {
            Some("Discord did not answer me just now. Please try again in a minute.".to_owned())
        }
        _ => None,
    }
}

/// The same where something failed because the store takes nothing; `None` where it failed by something else.
pub fn stopped_store(failure: &Failure) -> Option<String> {
    failure.cause().downcast_ref().and_then(storage_trouble)
}

/// What people read while the store takes nothing, because its disk failed or because the bot is ending; `None` where that
/// is not what is wrong.
pub fn storage_trouble(error: &StoreError) -> Option<String> {
    let (because, remedy) = match error.root() {
        StoreError::DiskFull => ("the disk that I write to is full", "has to free some space"),
        StoreError::Io(_) => {
            ("the disk that I write to does not work", "has to look at it; the log says what it reports")
        }
        StoreError::Damaged(_) | StoreError::Engine(_) => ("my data file is damaged", "has to restore a backup"),
        StoreError::Closed => return Some("I am just being stopped. Please try again when I am back.".to_owned()),
        _ => return None,
    };
    Some(format!(
        "I cannot store anything now, because {because}. Whoever runs me {remedy}. \
         Until I am started again, I can only look things up."
    ))
}

/// Logs a failure and gives the number under which it is found.
pub fn log(failure: &Failure, doing: &str) -> ReportId {
    figures::note(Outcome::Failed);
    let report = next_report_id();
    tracing::error!(doing, report = %report, error = %failure, "failed");
    report
}

/// Logs what went wrong where nobody waits for an answer.
pub fn log_error(error: &Error, doing: &str) {
    match error {
        Error::Refused(refusal) => tracing::debug!(doing, code = refusal.code, "refused"),
        Error::Failed(failure) => drop(log(failure, doing)),
    }
}

/// The number of this start, and of the next failure since then.
static NEXT: (AtomicU32, AtomicU32) = (AtomicU32::new(0), AtomicU32::new(1));
/// The number of the last start, as text.
static LAST_START: Setting<Option<String>> = Setting::new("last_start", None);
/// From here on starts are counted in seconds: 2025.
const EPOCH: i64 = 1_735_689_600;

/// Gives the start a number that no other start of the store has, so that the reports of two starts differ.
///
/// It is the second in which the bot started, or one more than the last where that is larger. So it goes on also where a
/// backup was restored or the clock stood still.
pub async fn begin(store: &Store) -> Result<()> {
    let start = store
        .write("reports_begin", |tx| {
            let last: u32 =
                LAST_START.get_own(tx, GuildId::INSTANCE)?.flatten().and_then(|text| text.parse().ok()).unwrap_or(0);
            let second = u32::try_from(tx.now().seconds() - EPOCH).unwrap_or(0);
            let start = second.max(last.saturating_add(1));
            LAST_START.set(tx, GuildId::INSTANCE, &Some(start.to_string()))?;
            Ok(start)
        })
        .await?;
    NEXT.0.store(start, Ordering::Relaxed);
    Ok(())
}

fn next_report_id() -> ReportId {
    ReportId::new(NEXT.0.load(Ordering::Relaxed), NEXT.1.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::kernel::dice::Seed;
    use crate::kernel::time::{Clock, Timestamp};
    use crate::store::{Options, StoreLocation};

    #[tokio::test]
    async fn no_two_starts_give_a_report_the_same_number_whatever_the_clock_says() {
        let start = Timestamp::from_millis(1_795_291_200_000);
        let (clock, hand) = Clock::simulated(start);
        let store =
            Store::open(&StoreLocation::Memory, Options::new(clock, Seed::fixed(7)), (CATALOGUE.schema)()).unwrap();
        let last = || store.read_blocking("last", |read| LAST_START.get(read, GuildId::INSTANCE)).unwrap().unwrap();
        let mut numbers = Vec::new();
        for seconds in [0, 0, 0, 1, 3_600, 0] {
            hand.advance(std::time::Duration::from_secs(seconds));
            begin(&store).await.unwrap();
            numbers.push(last().parse::<i64>().unwrap() - (start.seconds() - EPOCH));
        }
        assert_eq!(numbers, [0, 1, 2, 3, 3_601, 3_602]);
        let reports: std::collections::HashSet<_> = (0..100).map(|_| next_report_id()).collect();
        assert_eq!(reports.len(), 100);
        store.close().await;
    }

    #[test]
    fn what_stopped_the_store_is_told_with_what_somebody_has_to_do() {
        let io = StoreError::Io("error 5".into());
        let told = [
            (StoreError::Stopped(Box::new(StoreError::DiskFull)), "is full. Whoever runs me has to free some space."),
            (StoreError::Stopped(Box::new(io)), "does not work. Whoever runs me has to look at it"),
            (StoreError::Damaged("a page".into()), "my data file is damaged. Whoever runs me has to restore a backup."),
            (StoreError::Engine("it panicked".into()), "my data file is damaged."),
            (StoreError::Closed, "I am just being stopped. Please try again when I am back."),
        ];
        for (error, sentence) in told {
            let shown = apology(&Failure::new(error.clone()), "test");
            assert!(shown.contains(sentence), "{error:?}: {shown}");
            assert!(!shown.contains("error 5") && !shown.contains("number"), "what broke is for the log: {shown}");
        }
        let row = StoreError::NotThere { table: "queue.songs", key: "1".into() };
        let shown = apology(&Failure::new(row), "test");
        assert!(shown.contains("tell an administrator the number") && !shown.contains("queue.songs"), "{shown}");
    }
}

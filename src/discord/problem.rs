//! The one path of everything that goes wrong while somebody waits for an answer.
//!
//! A refusal is shown as its sentence. A failure is logged here, once, under a number that the person can quote.

use std::sync::atomic::{AtomicU32, Ordering};

use super::draft::Draft;
use super::figures::{self, Outcome};
use crate::kernel::error::{Error, Failure, ReportId};
use crate::store::StoreError;

/// What the person who asked reads.
pub fn draft_of(error: Error, doing: &str) -> Draft {
    Draft::text(sentence_of(error, doing))
}

/// The same as a sentence.
pub fn sentence_of(error: Error, doing: &str) -> String {
    match error {
        Error::Refused(refusal) => {
            figures::note(Outcome::Refused);
            tracing::debug!(doing, code = refusal.code, "refused");
            refusal.sentence
        }
        Error::Failed(failure) => {
            if let Some(sentence) = failure.cause().downcast_ref().and_then(storage_trouble) {
                // The store has said so in the log, once.
                tracing::debug!(doing, error = %failure, "not stored");
                return sentence;
            }
            let report = log(&failure, doing);
            format!(
                "Something went wrong on my side. Nothing was changed unless you see it. \
                 Please try again; if it stays, tell an administrator the number `{report}`."
            )
        }
    }
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

/// Numbers that differ within the process and do not look like a count.
fn next_report_id() -> ReportId {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    ReportId::new(NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B1))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let shown = sentence_of(error.clone().into(), "test");
            assert!(shown.contains(sentence), "{error:?}: {shown}");
            assert!(!shown.contains("error 5") && !shown.contains("number"), "what broke is for the log: {shown}");
        }
        let row = StoreError::NotThere { table: "queue.songs", key: "1".into() };
        let shown = sentence_of(row.into(), "test");
        assert!(shown.contains("tell an administrator the number") && !shown.contains("queue.songs"), "{shown}");
    }
}

//! How far somebody has come who sets Greenroom up, and by which cookie their browser is known.
//!
//! Kept in memory: whoever starts the program anew is given another code.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempPath;

use crate::app::exit::Stop;
use crate::app::first_run::account::{Account, Unknown};
use crate::app::restore::{COUNTED, Trial, rows_of};
use crate::discord::problem;
use crate::kernel::digest::Digest;
use crate::kernel::error::{Error, Failure};
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;

/// What is done here, as the log has it.
pub(super) const DOING: &str = "set Greenroom up";
/// How long a browser is in.
pub(super) const LASTS: Duration = Duration::from_hours(12);

/// What is known of whoever sets Greenroom up.
#[derive(Default)]
pub(super) struct Course {
    /// By what the browser is known that is in, and since when.
    session: Option<(Digest, Timestamp)>,
    /// Where it is.
    pub(super) step: Step,
    /// The token that was accepted.
    pub(super) token: Option<Secret>,
    /// The token that is kept in the data folder: of before, or from here. Another one there came by another way.
    pub(super) kept: Option<Secret>,
    /// The backup that was chosen last from a list.
    pub(super) chosen: String,
    /// What came of what was asked for last.
    pub(super) told: Option<Announcement>,
    /// When the last step was done.
    pub(super) started_at: Option<Timestamp>,
}

/// What the page says of what was asked for last.
#[derive(Clone)]
pub(super) enum Announcement {
    /// Why it was not done; said once.
    FormError(FormError),
    /// A backup is in the place of the store; said until something else is asked for.
    Restored(InPlace),
}

/// A backup that is in the place of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InPlace {
    /// What it is.
    pub(super) summary: Summary,
    /// The name of the snapshot that was made of the store of before.
    pub(super) snapshot: Option<String>,
    /// The name of the store of before, beside the one that is used now.
    pub(super) kept: Option<String>,
}

/// What is to be done next.
#[derive(Clone, Default)]
pub(super) enum Step {
    /// Start new, or choose a backup.
    #[default]
    Begin,
    /// Choose one of these copies at the target.
    Copies(Vec<String>),
    /// Something takes a while.
    Working(&'static str),
    /// Say whether a backup that was tried out is the one.
    Confirm(Tried),
    /// Choose a password.
    Password {
        /// Whether there is one already.
        has_one: bool,
    },
    /// Give the token.
    Token,
    /// Invite the bot, and start it.
    Invite(Account),
    /// It is started.
    Started(Account),
}

/// A backup that was tried out.
#[derive(Clone)]
pub(super) struct Tried {
    /// Where it is; removed with the last who knows of it.
    pub(super) file: Arc<TempPath>,
    /// What it holds.
    pub(super) summary: Summary,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    /// What people call it.
    pub(super) name: String,
    /// When it was made, as it says.
    pub(super) taken_at: String,
    /// By which Greenroom.
    pub(super) greenroom: String,
    /// Whether it says so itself; a store that was copied does not.
    pub(super) is_snapshot: bool,
    /// All rows.
    pub(super) rows: u64,
    /// What people count: a name in the plural, and how many.
    pub(super) counts: Vec<(&'static str, u64)>,
}

/// Why something was not done, for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormError {
    /// The field that it is about; empty for none.
    pub(super) field: &'static str,
    /// What a person reads.
    pub(super) sentence: String,
}

impl Course {
    /// The beginning, beside a token that is kept already.
    pub(super) fn beside(kept: Option<Secret>) -> Self {
        Self { kept, ..Self::default() }
    }

    /// Lets a browser in, and nobody else any more.
    pub(super) fn let_in(&mut self, session: Digest, now: Timestamp) {
        self.session = Some((session, now));
    }

    /// Whether this browser is in.
    pub(super) fn is_in(&self, session: &Digest, now: Timestamp) -> bool {
        self.session.is_some_and(|(known, since)| known == *session && now.since(since) < LASTS)
    }

    /// Whether the last step was done longer ago than that.
    pub(super) fn has_started_before(&self, now: Timestamp, span: Duration) -> bool {
        self.started_at.is_some_and(|at| now.since(at) >= span)
    }

    /// What a page says of what was asked for last. A refusal that is read now is over: a page that is loaded anew begins afresh.
    pub(super) fn announce(&mut self, is_read: bool) -> Option<Announcement> {
        let told = self.told.clone();
        if is_read && matches!(told, Some(Announcement::FormError(_))) {
            self.told = None;
        }
        told
    }

    /// Whether any browser is in.
    pub(super) fn is_somebody_in(&self, now: Timestamp) -> bool {
        self.session.is_some_and(|(_, since)| now.since(since) < LASTS)
    }
}

impl Summary {
    /// Of a backup that people call so.
    pub(super) fn of(name: String, trial: &Trial) -> Self {
        let manifest = &trial.verified.manifest;
        Self {
            name,
            taken_at: manifest.taken_at.clone(),
            greenroom: manifest.greenroom.clone(),
            is_snapshot: trial.verified.is_snapshot,
            rows: manifest.rows(),
            counts: COUNTED.map(|(words, table)| (words, rows_of(manifest, table))).into(),
        }
    }
}

impl FormError {
    /// Something that is about no field.
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self { field: "", sentence: sentence.into() }
    }

    /// What is wrong with a field.
    pub(super) fn of_field(field: &'static str, sentence: impl Into<String>) -> Self {
        Self { field, ..Self::new(sentence) }
    }

    /// A field that is wrong, or something that failed.
    pub(super) fn in_field(field: &'static str, error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::of_field(field, refusal.sentence.to_string()),
            failed @ Error::Failed(_) => Self::broken(&failed),
        }
    }

    /// Something that broke: the log says what, under a number that the person reads too.
    pub(super) fn broken(error: &dyn std::fmt::Display) -> Self {
        let report = problem::log(&Failure::new(error.to_string()), DOING);
        Self::new(format!("Something broke here. It is in the log as {report}."))
    }
}

impl From<Error> for FormError {
    fn from(error: Error) -> Self {
        Self::in_field("", error)
    }
}

impl From<Stop> for FormError {
    fn from(stop: Stop) -> Self {
        Self::new(stop.on_page(DOING))
    }
}

impl From<Unknown> for FormError {
    fn from(unknown: Unknown) -> Self {
        Self::of_field("token", unknown.sentence)
    }
}

//! What can go wrong in the store, told apart as far as someone must act differently.

use std::io;
use std::path::PathBuf;

use super::containing::caught;
use crate::kernel::error::{Error, Failure, Result};

/// A read or a write that failed. Operations see it as a [`Failure`]; [`StoreError::of`] finds it again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk is full. The store has stopped.
    #[error("the disk is full; free some space and start again")]
    DiskFull,
    /// Reading or writing the file failed. The store has stopped.
    #[error("the data file cannot be read or written ({0})")]
    Io(String),
    /// An earlier disk error stopped the store; nothing more is written until it is opened again.
    #[error("the store has stopped: {0}")]
    Stopped(Box<StoreError>),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// redb found the file damaged.
    #[error("the data file is damaged ({0})")]
    Damaged(String),
    /// A row or an index entry cannot be decoded.
    #[error("{table} holds something unreadable at {key}: {problem}")]
    Corrupt {
        /// The table or index.
        table: &'static str,
        /// The key, readable where it could be decoded.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A row cannot be encoded, or is larger than a row may be.
    #[error("the row cannot be stored: {0}")]
    Unwritable(String),
    /// An insert found the key taken.
    #[error("{table} already holds {key}")]
    AlreadyThere {
        /// The table.
        table: &'static str,
        /// The key.
        key: String,
    },
    /// An update found no row.
    #[error("{table} does not hold {key}")]
    NotThere {
        /// The table.
        table: &'static str,
        /// The key.
        key: String,
    },
    /// A second row has an index entry that another row has. A plain entry ends with the row's own id; a unique entry
    /// must be looked up before the row is written.
    #[error("{index} already holds {entry} for another row")]
    Duplicate {
        /// The index.
        index: &'static str,
        /// The entry.
        entry: String,
    },
    /// An index has no entry for a row, or no count for an entry: `check` lists what is wrong.
    #[error("{index} does not fit its table at {entry}")]
    IndexBroken {
        /// The index.
        index: &'static str,
        /// The entry.
        entry: String,
    },
    /// The table or index is missing from the schema that the store was opened with.
    #[error("{0} is missing from the schema")]
    UnknownTable(String),
    /// A step was refused after it had written something, which cannot be taken back alone.
    #[error("a step wrote and was then refused ({0})")]
    RefusedAfterWriting(&'static str),
    /// The operation panicked, as redb does over a damaged page; nothing of it was kept.
    #[error("{0} was broken off; the log says where")]
    Panicked(&'static str),
    /// The destination of a copy exists already.
    #[error("{} exists already", .0.display())]
    CopyExists(PathBuf),
    /// A copy that was made is not what it should be, and was removed.
    #[error("the copy could not be verified: {0}")]
    Copy(String),
    /// redb refused something that the store never asks of it.
    #[error("redb: {0}")]
    Engine(String),
}

impl StoreError {
    /// The store error that caused `error`, if there is one.
    pub fn of(error: &Error) -> Option<&Self> {
        match error {
            Error::Failed(failure) => failure.cause().downcast_ref(),
            Error::Refused(_) => None,
        }
    }

    /// Whether the store cannot go on after this and has to be opened again.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Io(_) | Self::Stopped(_) | Self::Damaged(_))
    }

    /// What shows that the file is damaged, or may be; `None` where something else is the matter.
    pub fn damage(&self) -> Option<String> {
        match self.root() {
            Self::Damaged(problem) | Self::Engine(problem) => Some(problem.clone()),
            Self::Panicked(_) => Some(String::from("reading it failed; the log says where")),
            found @ (Self::Corrupt { .. } | Self::IndexBroken { .. } | Self::Copy(_)) => Some(found.to_string()),
            _ => None,
        }
    }

    /// The error of a new file that cannot be opened.
    pub(super) fn of_opening(error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::Storage(error) => error.into(),
            other => Self::Engine(other.to_string()),
        }
    }

    /// What an error of the operating system means.
    pub(super) fn of_disk(error: &io::Error) -> Self {
        match error {
            error if is_disk_full(error) => Self::DiskFull,
            error if is_damage(error) => Self::Damaged(error.to_string()),
            error => Self::Io(error.to_string()),
        }
    }

    /// The error that began it, where this one only says that the store has stopped.
    pub fn root(&self) -> &Self {
        match self {
            Self::Stopped(first) => first.root(),
            first => first,
        }
    }

    /// What further calls get after this error.
    pub(super) fn stopped(&self) -> Self {
        match self {
            Self::Stopped(_) => self.clone(),
            first => Self::Stopped(Box::new(first.clone())),
        }
    }
}

/// Lets `look` read; a panic in it, or in redb over a damaged page, is its error and nobody else's.
pub fn contained<T>(name: &'static str, look: impl FnOnce() -> Result<T>) -> Result<T> {
    caught(look).unwrap_or_else(|_| Err(StoreError::Panicked(name).into()))
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Failed(Failure::new(error))
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::of_disk(&error)
    }
}

impl From<redb::StorageError> for StoreError {
    fn from(error: redb::StorageError) -> Self {
        match error {
            redb::StorageError::Io(error) => error.into(),
            redb::StorageError::PreviousIo => Self::Io(String::from("an earlier read or write failed")),
            redb::StorageError::Corrupted(problem) => Self::Damaged(problem),
            redb::StorageError::DatabaseClosed => Self::Closed,
            redb::StorageError::ValueTooLarge(bytes) => Self::Unwritable(format!("{bytes} bytes are too many")),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<redb::TableError> for StoreError {
    fn from(error: redb::TableError) -> Self {
        match error {
            redb::TableError::Storage(error) => error.into(),
            redb::TableError::TableDoesNotExist(name) => Self::UnknownTable(name),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<redb::TransactionError> for StoreError {
    fn from(error: redb::TransactionError) -> Self {
        match error {
            redb::TransactionError::Storage(error) => error.into(),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<redb::CommitError> for StoreError {
    fn from(error: redb::CommitError) -> Self {
        match error {
            redb::CommitError::Storage(error) => error.into(),
            other => Self::Engine(other.to_string()),
        }
    }
}

pub(super) fn is_disk_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Whether the disk works, and what it holds is wrong: a page that leads beyond the end of the file, for one.
pub(super) fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

/// Why the store cannot be opened: one sentence with the way out.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process (or another handle in this one) holds the file.
    #[error("{} is in use by another process: stop the other Greenroom first, or choose another data folder.", .0.display())]
    InUse(PathBuf),
    /// The folder cannot be created or the file cannot be written.
    #[error("{} cannot be written: give it and its folder to the user who runs the bot, or choose another data folder.", .0.display())]
    NotWritable(PathBuf),
    /// There is no space left.
    #[error("The disk that holds {} is full: free some space and start again.", .0.display())]
    DiskFull(PathBuf),
    /// A newer Greenroom wrote the file.
    #[error(
        "{} was written by a newer Greenroom: its data are of version {found}, and this one, {}, reads up to version {known}. Start the newer one, or restore an older backup.",
        path.display(),
        env!("CARGO_PKG_VERSION")
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u64,
        /// The newest version that this program knows.
        known: u64,
    },
    /// A newer Greenroom wrote rows that this one cannot read.
    #[error(
        "{} holds rows of a newer Greenroom ({table}): start that version, or restore an older backup.",
        path.display()
    )]
    NewerRows {
        /// The file.
        path: PathBuf,
        /// The table of the rows.
        table: &'static str,
    },
    /// The file is damaged, or no store at all.
    #[error("{} is damaged or is not a Greenroom store ({problem}): restore a backup, or move it away to start empty.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// A migration failed; the file is as it was before.
    #[error("{} could not be brought up to date ({problem}): nothing was changed; start the previous version and report this.", path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// Which migration, and why.
        problem: String,
    },
    /// The schema contradicts itself: a mistake in the program.
    #[error("The list of tables is wrong ({0}): this is a mistake in Greenroom, please report it.")]
    Schema(String),
    /// Anything else that the operating system or redb reports.
    #[error("{} cannot be opened ({problem}): check the disk and the path, then start again.", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What was reported.
        problem: String,
    },
}

//! What is logged, and how.

use tracing_subscriber::EnvFilter;

use super::reader::Reader;
use super::table::{LOG, LOG_FILE_MIB, LOG_FILES, LOG_FORMAT};

/// The settings that concern the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// Filter directives, known to be valid.
    pub filter: String,
    /// The form of a line.
    pub format: LogFormat,
    /// The files that the running bot writes; `None` for none.
    pub files: Option<FileLimits>,
}

/// How much of the log is kept in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// How many files, at least 1.
    pub most: u32,
    /// How long each gets, in bytes.
    pub bytes: u64,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Reads this area.
pub(super) fn read(reader: &mut Reader<'_>) -> Logging {
    let valid = |text: &str| EnvFilter::builder().parse(text).is_ok().then(|| text.to_owned());
    let format = |text: &str| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    };
    let (most, mib) = (reader.whole(&LOG_FILES), reader.whole(&LOG_FILE_MIB));
    Logging {
        filter: reader.parse(&LOG, valid).unwrap_or_default(),
        format: reader.parse(&LOG_FORMAT, format).unwrap_or(LogFormat::Text),
        files: (most > 0).then(|| FileLimits { most, bytes: u64::from(mib) << 20 }),
    }
}

//! What is logged, and how.

use tracing_subscriber::EnvFilter;

use super::reader::Reader;
use super::table::{LOG, LOG_FORMAT};

/// The settings that concern the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// Filter directives, known to be valid.
    pub filter: String,
    /// The form of a line.
    pub format: LogFormat,
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
    Logging {
        filter: reader.parse(&LOG, valid).unwrap_or_default(),
        format: reader.parse(&LOG_FORMAT, format).unwrap_or(LogFormat::Text),
    }
}

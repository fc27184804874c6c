//! What is logged, and how.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::environment::ENVIRONMENT;
use super::near::is_near_to_us;
use super::reader::Reader;
use super::table::{LOG, LOG_FILE_MIB, LOG_FILES, LOG_FORMAT, Variable};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What is read in this area.
pub(super) const VARIABLES: &[&Variable] = &[&LOG, &LOG_FORMAT, &ENVIRONMENT, &LOG_FILES, &LOG_FILE_MIB];

/// Reads this area. In production lines are for machines, unless somebody chose their form (`D-106`).
pub(super) fn read(reader: &mut Reader<'_>, is_production: bool) -> Logging {
    let (most, mib) = (reader.whole(&LOG_FILES), reader.whole(&LOG_FILE_MIB));
    let is_format_chosen = reader.is_set(&LOG_FORMAT);
    let format = reader.parse(&LOG_FORMAT, |text| text.parse().ok()).unwrap_or(LogFormat::Text);
    Logging {
        filter: reader.parse(&LOG, filter).unwrap_or_default(),
        format: if is_production && !is_format_chosen { LogFormat::Json } else { format },
        files: (most > 0).then(|| FileLimits { most, bytes: u64::from(mib) << 20 }),
    }
}

/// A filter that logs what it says. The crate takes a word that is no level for the name of a module, of which there is none
/// then, and logs nothing: `warning` would silence the log.
fn filter(text: &str) -> Option<String> {
    let directives: Vec<&str> = text.split(',').map(str::trim).collect();
    // Fields of spans stand between brackets, with commas of their own, and are the crate's business.
    let is_right = text.contains('[') || directives.iter().all(|directive| says_a_level(directive));
    let text = directives.join(",");
    (is_right && EnvFilter::builder().parse(&text).is_ok()).then_some(text)
}

fn says_a_level(directive: &str) -> bool {
    let is_in_names = |c: char| c.is_ascii_alphanumeric() || "_:-".contains(c);
    match directive.rsplit_once('=') {
        Some((target, level)) => is_level(level) && target.chars().all(is_in_names) && !is_near_to_us(target),
        None => is_level(directive) || is_module_of_ours(directive),
    }
}

fn is_level(word: &str) -> bool {
    !word.is_empty() && word.parse::<LevelFilter>().is_ok()
}

/// A module without a level stands for all that it logs.
fn is_module_of_ours(word: &str) -> bool {
    word == "greenroom" || word.starts_with("greenroom::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_would_log_nothing_is_none() {
        for good in [
            "warn",
            "WARN",
            "off",
            "trace",
            "3",
            "warn,greenroom=info",
            "greenroom",
            "greenroom::queue",
            "info,serenity=error",
            "greenroom::discord=trace",
            "hyper=off,debug",
            "[evening]=trace",
            "warn,greenroom[evening{guild=5}]=trace",
        ] {
            assert_eq!(filter(good).as_deref(), Some(good));
        }
        assert_eq!(filter("warn, greenroom=debug").as_deref(), Some("warn,greenroom=debug"));
        for wrong in [
            "warning",
            "loud",
            "verbose",
            "warn,loud",
            "greenroom=loud",
            "greenroom=warning",
            "greenrom=debug",
            "serenity",
            "=",
            ",",
            "warn,",
            "warn;greenroom=debug",
            "warn greenroom=debug",
            "greenroom=",
            "9",
            "-1",
            "everything",
            "greenroom:debug",
            "true",
        ] {
            assert_eq!(filter(wrong), None, "{wrong}");
        }
    }
}

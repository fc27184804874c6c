//! Whether this Greenroom is the one of real evenings (`D-106`).

use super::reader::Reader;
use super::table::{Variable, VariableKind};

pub(super) const ENVIRONMENT: Variable = Variable::new(
    "ENVIRONMENT",
    VariableKind::OneOf(&["production", "staging", "development", "test"]),
    "production for real evenings: the log is json unless LOG_FORMAT says otherwise, and DEBUG is refused.",
);

/// Reads it. Everything that is not in production is the same.
pub(super) fn is_production(reader: &mut Reader<'_>) -> bool {
    reader.parse(&ENVIRONMENT, word) == Some(true)
}

fn word(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "production" => Some(true),
        "staging" | "development" | "test" => Some(false),
        _ => None,
    }
}

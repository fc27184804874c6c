//! Why something cannot be read, in a sentence: what the field takes, and never what the reading library says of types.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use crate::kernel::secret::without_secrets;
use crate::kernel::sentence::Sentence;
use crate::sentence;
use crate::web::answer::Problem;

/// What is wrong with what was sent, at the place that was being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It takes something else.
    Takes(String),
    /// It takes one of these.
    TakesOneOf(&'static [&'static str]),
    /// This field is missing in it.
    Missing(&'static str),
    /// This field stands there twice.
    Twice(&'static str),
    /// There is no field of this name in it, but these.
    Unknown(String, &'static [&'static str]),
    /// What the type itself says.
    Said(String),
}

impl Fault {
    /// The same as an answer. `path` is the place: nothing for all of what was sent.
    pub(super) fn at(&self, path: &str) -> Problem {
        let path = if matches!(path, "." | "?") { "" } else { path };
        let field = match self {
            Self::Missing(field) | Self::Twice(field) => Self::below(path, field),
            Self::Unknown(field, _) => Self::below(path, field),
            Self::Takes(_) | Self::TakesOneOf(_) | Self::Said(_) => path.to_owned(),
        };
        if field.is_empty() { Problem::Unreadable(self.sentence()) } else { Problem::field(&field, self.sentence()) }
    }

    fn below(path: &str, field: &str) -> String {
        // Where an unknown field is met, the place may be that field already.
        let is_there = path == field || path.ends_with(&format!(".{field}"));
        match path {
            "" => field.to_owned(),
            path if is_there => path.to_owned(),
            path => format!("{path}.{field}"),
        }
    }

    fn sentence(&self) -> Sentence {
        match self {
            Self::Takes(what) => sentence!("It takes {what}.", what),
            Self::TakesOneOf(words) => {
                let words = Sentence::list(words.iter().map(|word| Sentence::words(*word)).collect(), " or ");
                sentence!("It takes one of these: {words}.", words)
            }
            Self::Missing(_) => Sentence::words("It is missing."),
            Self::Twice(_) => Sentence::words("It stands there twice."),
            Self::Unknown(_, []) => Sentence::words("There is nothing of that name here."),
            Self::Unknown(_, fields) => {
                let fields = Sentence::list(fields.iter().map(|field| Sentence::words(*field)).collect(), " and ");
                sentence!("There is no such field. There are these: {fields}.", fields)
            }
            Self::Said(why) => sentence!("I cannot read this: {why}", why = without_secrets(why)),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(said: T) -> Self {
        Self::Said(said.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Takes(in_words(&expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Takes(in_words(&expected.to_string()))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::Takes(in_words(&expected.to_string()))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::TakesOneOf(expected)
    }

    fn unknown_field(field: &str, fields: &'static [&'static str]) -> Self {
        Self::Unknown(field.to_owned(), fields)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Twice(field)
    }
}

/// What a type takes, for people. A type of ours says it in their words already.
fn in_words(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65,535",
        "u32" => "a whole number from 0 to 4,294,967,295",
        "u64" | "usize" | "u128" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" | "i128" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "str" | "a character" => "text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "unit" => "nothing",
        "a map" => "an object with its fields",
        of_a_type if of_a_type.starts_with("struct ") => "an object with its fields",
        other => other,
    };
    words.to_owned()
}

//! JSON whose numbers every reader keeps whole.
//!
//! Many readers, browsers among them, hold numbers as 64-bit floats, which are exact up to 2^53 - 1. No balance and no single amount
//! is beyond that, but a sum of many can be. Such a number is written as a text of its digits, wherever in an answer it stands;
//! every other one is a number.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The largest number that is written as one.
const LARGEST: u64 = (1 << 53) - 1;

struct Exact;

impl Formatter for Exact {
    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        write(writer, value, value.unsigned_abs())
    }

    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        write(writer, value, value)
    }
}

fn write<W: ?Sized + Write>(writer: &mut W, value: impl std::fmt::Display, size: u64) -> io::Result<()> {
    if size > LARGEST { write!(writer, "\"{value}\"") } else { write!(writer, "{value}") }
}

/// A value as such JSON.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = Vec::with_capacity(128);
    match value.serialize(&mut Serializer::with_formatter(&mut text, Exact)) {
        Ok(()) => text,
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_beyond_what_every_reader_keeps_is_a_text_of_its_digits_and_no_other_is() {
        let told = |value: serde_json::Value| String::from_utf8(json(&value)).unwrap();
        let most = 9_007_199_254_740_991_i64;
        for (number, expected) in [
            (0, "0".to_owned()),
            (-7, "-7".to_owned()),
            (most, most.to_string()),
            (-most, format!("-{most}")),
            (most + 1, "\"9007199254740992\"".to_owned()),
            (-most - 1, "\"-9007199254740992\"".to_owned()),
            (i64::MAX, format!("\"{}\"", i64::MAX)),
            (i64::MIN, format!("\"{}\"", i64::MIN)),
        ] {
            assert_eq!(told(json!(number)), expected);
        }
        let sums = json!([{ "earned": 18_014_398_509_492_493_u64 }, { "share": 2.5 }, { "name": "ann" }]);
        assert_eq!(told(sums), r#"[{"earned":"18014398509492493"},{"share":2.5},{"name":"ann"}]"#);
    }
}

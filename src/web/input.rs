//! What a request brings, read into a type: JSON, the fields of a form, what stands behind a question mark.
//!
//! Whatever cannot be read is answered with the field where it is; no secret is repeated.

use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::answer::Problem;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::whole_number;

/// A number as it is sent: a number of JSON, or a text of digits, as every form sends it. Whoever takes it says what it has to
/// be, and what is none stands here as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Typed(String);

impl Typed {
    /// The whole number that it is; nothing where it is none, or a very large one.
    pub fn whole(&self) -> Option<u64> {
        whole_number(self.0.trim())
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText)
    }
}

struct NumberOrText;

impl de::Visitor<'_> for NumberOrText {
    type Value = Typed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a text of digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Typed, E> {
        Ok(Typed(text.to_owned()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Typed, E> {
        Ok(Typed(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Typed, E> {
        Ok(Typed(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Typed, E> {
        Ok(Typed(number.to_string()))
    }
}

impl PartialSchema for Typed {
    fn schema() -> RefOr<Schema> {
        let either = SchemaType::Array(vec![Type::Integer, Type::String]);
        ObjectBuilder::new().schema_type(either).description(Some("A number, or a text of digits.")).build().into()
    }
}

impl ToSchema for Typed {}

/// Reads what a form sends, and what stands behind a question mark.
pub fn read_form<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let reading = Fields(serde_html_form::Deserializer::from_bytes(text));
    serde_path_to_error::deserialize(reading)
        .map_err(|error| unreadable(&error.path().to_string(), &error.into_inner()))
}

/// The fields of a form, whatever they are read into: what may be left out altogether is there, because a form always is.
struct Fields<'de>(serde_html_form::Deserializer<'de>);

impl<'de> Deserializer<'de> for Fields<'de> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_map(visitor)
    }

    fn deserialize_option<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    /// The fields as pairs, in the order in which they came.
    fn deserialize_seq<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_seq(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct newtype_struct
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads JSON; nothing at all is read as `null`, so that what takes no body may be sent none.
pub(super) fn read_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let text = if text.trim_ascii().is_empty() { b"null" } else { text };
    let mut reading = serde_json::Deserializer::from_slice(text);
    let read: Result<T, _> = serde_path_to_error::deserialize(&mut reading);
    let read = read.map_err(|error| unreadable(&error.path().to_string(), error.inner()))?;
    match reading.end() {
        Ok(()) => Ok(read),
        Err(_) => Err(Problem::Unreadable(Sentence::words("Behind the JSON stands something else."))),
    }
}

/// What cannot be read, at the field where it is.
fn unreadable(path: &str, error: &dyn std::error::Error) -> Problem {
    let why = Sentence::typed(&quoted(&crate::kernel::secret::without_secrets(&error.to_string())));
    let sentence = crate::sentence!("I cannot read this: {why}", why);
    if matches!(path, "" | "." | "?") { Problem::Unreadable(sentence) } else { Problem::field(path, sentence) }
}

/// A text with quotation marks in place of the backticks around names.
fn quoted(text: &str) -> String {
    let mut is_open = false;
    let draw = |sign| match sign {
        '`' => {
            is_open = !is_open;
            if is_open { '“' } else { '”' }
        }
        sign => sign,
    };
    text.chars().map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::endpoint::Nothing;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Body {
        price: u32,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[test]
    fn a_field_that_cannot_be_read_is_named() {
        let problem = |text: &str| match read_json::<Body>(text.as_bytes()).unwrap_err() {
            Problem::Fields(fields) => {
                fields.into_iter().map(|(name, why)| format!("{name}: {why}")).collect::<Vec<_>>().join("; ")
            }
            other => other.sentence(None).to_string(),
        };
        insta::assert_snapshot!(problem(r#"{"price": "many"}"#), @r#"price: I cannot read this: invalid type: string "many", expected u32 at line 1 column 16"#);
        insta::assert_snapshot!(problem(r#"{"price": -1}"#), @"price: I cannot read this: invalid value: integer “-1”, expected u32 at line 1 column 12");
        insta::assert_snapshot!(problem(r#"{"tags": []}"#), @"I cannot read this: missing field “price” at line 1 column 12");
        insta::assert_snapshot!(problem("{"), @"I cannot read this: EOF while parsing an object at line 1 column 1");
        insta::assert_snapshot!(problem(r#"{"price": 1} and more"#), @"Behind the JSON stands something else.");
        insta::assert_snapshot!(problem(""), @"I cannot read this: invalid type: null, expected struct Body at line 1 column 4");
    }

    #[test]
    fn a_number_may_come_as_a_text_and_what_is_none_is_kept_for_whoever_says_so() {
        #[derive(Debug, Deserialize)]
        struct Sent {
            amount: Option<Typed>,
        }
        let by_json = |sent: &str| {
            let sent: Sent = read_json(format!(r#"{{"amount": {sent}}}"#).as_bytes()).unwrap();
            sent.amount.and_then(|amount| amount.whole())
        };
        for (sent, whole) in [
            ("250", Some(250)),
            (r#""250""#, Some(250)),
            (r#"" 1,250 ""#, Some(1_250)),
            ("2.5", None),
            (r#""2.5""#, None),
            ("-1", None),
            ("1e300", None),
            ("99999999999999999999999", None),
            (r#""many""#, None),
            ("null", None),
        ] {
            assert_eq!(by_json(sent), whole, "{sent}");
        }
        assert!(matches!(read_json::<Sent>(br#"{"amount": [5]}"#), Err(Problem::Fields(_))));
        let by_form: Sent = read_form(b"amount=250").unwrap();
        assert_eq!(by_form.amount.and_then(|amount| amount.whole()), Some(250));
        assert!(read_form::<Sent>(b"amount=").unwrap().amount.is_none_or(|amount| amount.is_empty()));
    }

    #[test]
    fn a_form_and_json_are_read_into_the_same_body() {
        let by_form: Body = read_form(b"price=5&tags=a&tags=b").unwrap();
        let by_json: Body = read_json(br#"{"price":5,"tags":["a","b"]}"#).unwrap();
        assert_eq!(by_form, by_json);
        let maybe: Option<Body> = read_form(b"price=5&tags=a&tags=b&csrf=x").unwrap();
        assert_eq!(maybe, Some(by_json));
        assert_eq!(read_form::<Vec<(String, u8)>>(b"b=2&a=1").unwrap(), [("b".to_owned(), 2), ("a".to_owned(), 1)]);
        assert!(read_json::<()>(b"").is_ok() && read_form::<()>(b"csrf=x").is_ok());
        assert!(read_json::<Option<Nothing>>(b"").is_ok() && read_form::<Option<Nothing>>(b"csrf=x").is_ok());
    }
}

//! Numbers, which programs send as such and forms as text; and names that are typed to confirm something.

use std::fmt;

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

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

    /// The whole number that it is, with its sign; nothing where it is none, or a very large one.
    pub fn signed(&self) -> Option<i64> {
        let text = self.0.trim();
        let (digits, is_below) = match text.strip_prefix(['-', '−']) {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let digits = Some(digits).filter(|digits| !(is_below && digits.starts_with('+')))?;
        let size = whole_number(digits).and_then(|size| i64::try_from(size).ok())?;
        Some(if is_below { -size } else { size })
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

/// Whether a name was typed that has to be typed before something that cannot be taken back. Letters may be large or small: a
/// phone begins with a large one by itself. The script compares in the same way (`forms.js`).
pub fn is_typed(name: &str, typed: &str) -> bool {
    !typed.trim().is_empty() && typed.trim().to_lowercase() == name.trim().to_lowercase()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::answer::Problem;
    use crate::web::input::{read_form, read_json};

    #[test]
    fn a_name_is_typed_in_large_or_small_letters_and_never_by_typing_nothing() {
        for typed in ["restore", "Restore", " RESTORE "] {
            assert!(is_typed("restore", typed), "{typed:?}");
        }
        assert!(is_typed("Ümlaut Club", "ümlaut club"));
        assert!(!is_typed("restore", "restor") && !is_typed("", "") && !is_typed("a b", "ab"));
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
        let signed = |sent: &str| {
            let sent: Sent = read_json(format!(r#"{{"amount": {sent}}}"#).as_bytes()).unwrap();
            sent.amount.and_then(|amount| amount.signed())
        };
        for (sent, whole) in [
            ("-250", Some(-250)),
            (r#""-1,250""#, Some(-1_250)),
            (r#""+7""#, Some(7)),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            (r#""--5""#, None),
            (r#""- ""#, None),
            ("-2.5", None),
            ("1e300", None),
        ] {
            assert_eq!(signed(sent), whole, "{sent}");
        }
        let by_form: Sent = read_form(b"amount=250").unwrap();
        assert_eq!(by_form.amount.and_then(|amount| amount.whole()), Some(250));
        assert!(read_form::<Sent>(b"amount=").unwrap().amount.is_none_or(|amount| amount.is_empty()));
    }
}

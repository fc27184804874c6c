//! Values of settings as JSON, and as somebody would type them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::kernel::sentence::Sentence;
use crate::settings::{Control, NONE};

/// Stands before a key: what its setting was when somebody was shown it.
pub const WAS: &str = "was.";

/// Values by the keys of settings.
pub type Values = BTreeMap<String, Value>;

/// What somebody typed as JSON.
pub fn json_of(control: &Control, typed: &str) -> Value {
    match control {
        Control::Switch => json!(typed == "true"),
        Control::Number(_) => typed.parse::<u64>().map_or_else(|_| json!(typed), |number| json!(number)),
        Control::Channel | Control::Role if typed == NONE => Value::Null,
        Control::Channels | Control::Roles if typed == NONE => json!([]),
        Control::Channels | Control::Roles => json!(typed.split_whitespace().collect::<Vec<_>>()),
        Control::Lines => json!(typed.lines().collect::<Vec<_>>()),
        Control::Channel | Control::Role | Control::Choice(_) | Control::Text => json!(typed),
    }
}

/// A value of JSON as somebody would type it; `Ok(None)` for `null`.
pub fn typed_of(control: &Control, value: &Value) -> Result<Option<String>, Sentence> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(is_on) => Ok(is_on.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(Sentence::words("A value is a text, a number, true or false, or a list of those."))
        }
    };
    match value {
        Value::Null => Ok(None),
        Value::Array(values) => {
            let chosen = values.iter().map(text).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(control.typed(&chosen)))
        }
        one => Ok(Some(control.typed(&[text(one)?]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Limits;

    #[test]
    fn values_are_json_of_their_kind_and_come_back_as_somebody_would_type_them() {
        for (control, typed, value) in [
            (Control::Switch, "true", json!(true)),
            (Control::Number(Limits::ANY), "15", json!(15)),
            (Control::Choice(vec!["a", "b"]), "a", json!("a")),
            (Control::Channel, "5", json!("5")),
            (Control::Roles, "1 2", json!(["1", "2"])),
            (Control::Roles, "none", json!([])),
            (Control::Lines, "a b\nc", json!(["a b", "c"])),
        ] {
            assert_eq!(json_of(&control, typed), value, "{typed}");
            assert_eq!(typed_of(&control, &value), Ok(Some(typed.to_owned())), "{value}");
        }
        assert_eq!(json_of(&Control::Role, "none"), Value::Null);
        assert_eq!(typed_of(&Control::Role, &Value::Null), Ok(None));
        assert!(typed_of(&Control::Text, &json!({})).is_err());
    }

    #[test]
    fn a_form_is_read_into_values_of_one_and_of_several() {
        let form: Values = serde_html_form::from_bytes(b"a=1&b=none&b=2&b=3").unwrap();
        assert_eq!(form, serde_json::from_value(json!({ "a": "1", "b": ["none", "2", "3"] })).unwrap());
    }
}

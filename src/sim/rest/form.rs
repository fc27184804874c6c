//! Form errors: the tree of wrong fields that Discord sends with code 50035.

use serde_json::{Map, Value, json};

use super::answer::ApiError;

/// Collects what is wrong with a body, field by field.
#[derive(Debug, Default)]
pub(crate) struct Form {
    errors: Map<String, Value>,
}

impl Form {
    /// Notes that `path` (`embeds.0.title`) is wrong.
    pub(crate) fn wrong(&mut self, path: &str, code: &str, message: &str) {
        let mut at = &mut self.errors;
        for segment in path.split('.').filter(|segment| !segment.is_empty()) {
            let next = at.entry(segment).or_insert_with(|| json!({}));
            let Value::Object(next) = next else { return };
            at = next;
        }
        let list = at.entry("_errors").or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({"code": code, "message": message}));
        }
    }

    /// Notes a text that is too long or too short; lengths are counted in UTF-16 units.
    pub(crate) fn text(&mut self, path: &str, text: &str, least: usize, most: usize) {
        let length = length(text);
        if length > most {
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", &format!("Must be {most} or fewer in length."));
        } else if length < least {
            let (code, message) = if least == 1 {
                ("BASE_TYPE_REQUIRED", "This field is required".to_owned())
            } else {
                ("BASE_TYPE_MIN_LENGTH", format!("Must be {least} or more in length."))
            };
            self.wrong(path, code, &message);
        }
    }

    /// Notes a text field of `object` that is too long, too short, missing where `least` is above 0, or no text.
    pub(crate) fn text_field(&mut self, path: &str, object: &Value, field: &str, least: usize, most: usize) {
        let path = format!("{path}.{field}");
        match object.get(field) {
            None | Some(Value::Null) if least == 0 => {}
            None | Some(Value::Null) => self.wrong(&path, "BASE_TYPE_REQUIRED", "This field is required"),
            Some(Value::String(text)) => self.text(&path, text, least, most),
            Some(_) => self.wrong(&path, "BASE_TYPE_STRING", "Could not interpret value as string."),
        }
    }

    /// Notes a list that is too long or too short.
    pub(crate) fn count(&mut self, path: &str, count: usize, least: usize, most: usize) {
        if count < least || count > most {
            let message = format!("Must be between {least} and {most} in length.");
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", &message);
        }
    }

    /// The error, if anything is wrong.
    pub(crate) fn check(self) -> Result<(), ApiError> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.into_error()) }
    }

    /// The error, whatever was found.
    pub(crate) fn into_error(self) -> ApiError {
        ApiError { errors: Some(Value::Object(self.errors)), ..ApiError::new(400, 50_035, "Invalid Form Body") }
    }
}

/// The length of a text as Discord's clients count it: in UTF-16 units.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

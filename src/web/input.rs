//! What a request brings, read into a type: JSON, the fields of a form, what stands behind a question mark.
//!
//! Whatever cannot be read is answered with the field where it is and a sentence that says what it takes; what was sent is
//! not repeated, so no secret is.

mod fault;
mod given;
mod typed;

pub use typed::{Typed, is_typed};

use serde::de::DeserializeOwned;

use self::given::{Fields, Json};
use super::answer::Problem;
use crate::kernel::sentence::Sentence;
use crate::sentence;

/// Reads what a form sends, and what stands behind the question mark of a page.
pub fn read_form<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    read_fields(text, false)
}

/// Reads what a program writes behind a question mark, where each name has to be one that there is: a filter that is not known would
/// be one that does not filter.
pub fn read_query<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    read_fields(text, true)
}

fn read_fields<T: DeserializeOwned>(text: &[u8], are_all_known: bool) -> Result<T, Problem> {
    let fields = Fields { sent: url::form_urlencoded::parse(text).into_owned().collect(), are_all_known };
    serde_path_to_error::deserialize(fields).map_err(|error| error.inner().at(&error.path().to_string()))
}

/// Reads an object of JSON, in which each field has to be one that there is; nothing at all is read as `null`, so that what takes no
/// body may be sent none.
pub(super) fn read_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let text = if text.trim_ascii().is_empty() { b"null" } else { text };
    let value: serde_json::Value = serde_json::from_slice(text).map_err(|error| no_json(&error))?;
    // A list would be read as the fields in their order, and anything would do for what takes nothing: nobody means that.
    if !(value.is_object() || value.is_null()) {
        return Err(Problem::Unreadable(Sentence::words("It takes an object with its fields.")));
    }
    serde_path_to_error::deserialize(Json(value)).map_err(|error| error.inner().at(&error.path().to_string()))
}

/// Where a text stops to be JSON.
fn no_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::Unreadable(if error.is_eof() {
        Sentence::words("That is no JSON: it ends before it is complete.")
    } else {
        sentence!("That is no JSON, from line {line}, column {column} on.", line, column)
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::web::endpoint::Nothing;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Body {
        price: u32,
        #[serde(default)]
        tags: Vec<String>,
        #[serde(default)]
        act: Option<Act>,
        #[serde(default)]
        amount: Positive,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Act {
        Give,
        Take,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(try_from = "i64")]
    struct Positive(i64);

    impl TryFrom<i64> for Positive {
        type Error = &'static str;

        fn try_from(number: i64) -> Result<Self, Self::Error> {
            if number < 0 { Err("it is less than nothing") } else { Ok(Self(number)) }
        }
    }

    fn in_words(problem: Problem) -> String {
        match problem {
            Problem::Fields(fields) => {
                fields.into_iter().map(|(name, why)| format!("{name}: {why}")).collect::<Vec<_>>().join("; ")
            }
            other => other.sentence(None).to_string(),
        }
    }

    #[test]
    fn a_field_that_cannot_be_read_is_named() {
        let problem = |text: &str| in_words(read_json::<Body>(text.as_bytes()).unwrap_err());
        for (sent, told) in [
            (r#"{"price": "many"}"#, "price: It takes a whole number from 0 to 4,294,967,295."),
            (r#"{"price": -1}"#, "price: It takes a whole number from 0 to 4,294,967,295."),
            (r#"{"price": 1.5}"#, "price: It takes a whole number from 0 to 4,294,967,295."),
            (r#"{"price": 1, "tags": "a"}"#, "tags: It takes a list."),
            (r#"{"price": 1, "tags": [1]}"#, "tags[0]: It takes text."),
            (r#"{"price": 1, "act": "steal"}"#, "act: It takes one of these: give or take."),
            (r#"{"price": 1, "act": 5}"#, "act: It takes one of these: give or take."),
            (r#"{"tags": []}"#, "price: It is missing."),
            (
                r#"{"price": 1, "tag": []}"#,
                "tag: There is no such field. There are these: price, tags, act and amount.",
            ),
            (r#"{"price": 1, "amount": -1}"#, "amount: I cannot read this: it is less than nothing"),
            ("{", "That is no JSON: it ends before it is complete."),
            (r#"{"price": 1} and more"#, "That is no JSON, from line 1, column 14 on."),
            ("[]", "It takes an object with its fields."),
            (r#""x""#, "It takes an object with its fields."),
            ("1", "It takes an object with its fields."),
            ("", "It takes an object with its fields."),
        ] {
            assert_eq!(problem(sent), told, "{sent}");
        }
        let form = |text: &str| in_words(read_form::<Body>(text.as_bytes()).unwrap_err());
        for (sent, told) in [
            ("price=many", "price: It takes a whole number from 0 to 4,294,967,295."),
            ("price=", "price: It takes a whole number from 0 to 4,294,967,295."),
            ("price=1&price=2", "price: It takes a whole number from 0 to 4,294,967,295."),
            ("price=1&act=steal", "act: It takes one of these: give or take."),
            ("tags=a", "price: It is missing."),
        ] {
            assert_eq!(form(sent), told, "{sent}");
        }
    }

    #[test]
    fn a_field_of_a_form_that_is_empty_was_left_out() {
        #[derive(Debug, Default, PartialEq, Deserialize)]
        #[serde(default)]
        struct Filter {
            before: Option<u64>,
            sort: Option<Act>,
            name: Option<String>,
            is_on: bool,
        }
        let read = |text: &str| read_form::<Filter>(text.as_bytes()).unwrap();
        assert_eq!(read("before=&sort=&name=&unknown=x"), Filter::default());
        let all = Filter { before: Some(7), sort: Some(Act::Take), name: Some("a b".to_owned()), is_on: true };
        assert_eq!(read("before=7&sort=take&name=a+b&is_on=true"), all);
    }

    #[test]
    fn a_filter_that_there_is_not_is_refused_by_its_name_and_one_of_another_name_is_taken() {
        #[derive(Debug, Default, PartialEq, Deserialize)]
        #[serde(default)]
        struct Filter {
            before: Option<u64>,
            #[serde(alias = "user_id")]
            member: Option<String>,
        }
        let read = |text: &str| read_query::<Filter>(text.as_bytes());
        assert_eq!(read("before=7&user_id=5").unwrap(), Filter { before: Some(7), member: Some("5".to_owned()) });
        assert_eq!(read("before=&member=").unwrap(), Filter::default());
        for wrong in ["bogus=1", "before=7&Before=8", "bogus", "before=7&format=csv"] {
            let Problem::Fields(fields) = read(wrong).unwrap_err() else { panic!("{wrong}") };
            assert_eq!(fields.len(), 1, "{wrong}");
        }
        assert_eq!(
            in_words(read_query::<Nothing>(b"bogus=1").unwrap_err()),
            "bogus: There is nothing of that name here."
        );
        assert!(read_query::<Nothing>(b"").is_ok());
    }

    #[test]
    fn a_form_and_json_are_read_into_the_same_body() {
        let by_form: Body = read_form(b"price=5&tags=a&tags=b").unwrap();
        let by_json: Body = read_json(br#"{"price":5,"tags":["a","b"],"success":true}"#).unwrap();
        assert_eq!(by_form, by_json);
        let maybe: Option<Body> = read_form(b"price=5&tags=a&tags=b&csrf=x").unwrap();
        assert_eq!(maybe, Some(by_json));
        assert_eq!(read_form::<Vec<(String, u8)>>(b"b=2&a=1").unwrap(), [("b".to_owned(), 2), ("a".to_owned(), 1)]);
        for no_object in ["[]", "[1]", "1", r#""x""#, "true"] {
            assert!(read_json::<()>(no_object.as_bytes()).is_err(), "{no_object}");
            assert!(read_json::<Option<Nothing>>(no_object.as_bytes()).is_err(), "{no_object}");
        }
        assert!(read_json::<()>(b"").is_ok() && read_form::<()>(b"csrf=x").is_ok());
        assert!(
            read_json::<Nothing>(br#"{"any": 1}"#).is_ok() && read_json::<Option<Nothing>>(br#"{"any": 1}"#).is_ok()
        );
        assert!(read_json::<Option<Nothing>>(b"").is_ok() && read_form::<Option<Nothing>>(b"csrf=x").is_ok());
    }
}

//! What rows carry as text in a form of its own: what a job is about, what an activity tells, the value of a setting.
//!
//! The version of a row says nothing of it, and what was stored has to be read by every later program. So its form is frozen by
//! texts: a file lists, for each kind, one of every form that it ever had (`testing::Listing`).

use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::samples;

/// One kind of such texts.
pub trait Carried: Sync {
    /// The name under which it is stored. It never changes.
    fn name(&self) -> &'static str;

    /// Texts as they are written now, which between them have everything that can be in one; or why there are none.
    fn samples(&self) -> Result<Vec<String>, String>;

    /// Reads a text that was stored, and writes what was read of it.
    fn again(&self, text: &str) -> Result<String, String>;
}

/// The samples of what is stored as JSON.
pub fn json_samples<T: Serialize + DeserializeOwned>() -> Result<Vec<String>, String> {
    let values = samples::<T>()?;
    let texts: Result<BTreeSet<_>, _> = values.iter().map(serde_json::to_string).collect();
    texts.map(|texts| texts.into_iter().collect()).map_err(|error| error.to_string())
}

/// Reads what was stored as JSON, and writes what was read of it.
pub fn json_again<T: Serialize + DeserializeOwned>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
}

/// What is JSON of one type, under a name.
pub struct Json<T> {
    name: &'static str,
    of: PhantomData<fn(T)>,
}

impl<T> Json<T> {
    /// Under this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }
}

impl<T: Serialize + DeserializeOwned> Carried for Json<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn samples(&self) -> Result<Vec<String>, String> {
        json_samples::<T>()
    }

    fn again(&self, text: &str) -> Result<String, String> {
        json_again::<T>(text)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Told {
        who: Option<u64>,
        how: How,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum How {
        InPerson,
        ByLetter { words: Option<String> },
    }

    #[test]
    fn samples_have_each_variant_and_what_is_optional_with_and_without_it() {
        assert_eq!(
            json_samples::<Told>().unwrap(),
            [
                r#"{"who":1,"how":"in_person"}"#,
                r#"{"who":1,"how":{"by_letter":{"words":"bcdfgh"}}}"#,
                r#"{"who":null,"how":"in_person"}"#,
                r#"{"who":null,"how":{"by_letter":{"words":null}}}"#,
            ]
        );
        assert_eq!(json_samples::<()>().unwrap(), ["null"]);
        for text in json_samples::<Told>().unwrap() {
            assert_eq!(json_again::<Told>(&text), Ok(text));
        }
        assert!(json_again::<Told>(r#"{"who":1}"#).is_err());
    }
}

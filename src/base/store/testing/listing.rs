//! Holds texts of today against texts of before: a file lists, for each kind of what is stored or sent as text, one of every
//! form that it ever had. Each is read for ever, and nothing of it is lost.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::missing_panics_doc,
    reason = "for tests alone; a broken setup should fail them"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::store::form::Carried;

/// A kind that there is, with the word for what it is one of: `job`, `setting`.
pub type Known<'a> = (&'static str, &'a dyn Carried);

/// The texts of each kind.
type Texts = BTreeMap<String, BTreeSet<String>>;

/// A file with a line for each text: `job reminders.due 1`.
#[derive(Debug)]
pub struct Listing {
    path: PathBuf,
    texts: Texts,
}

impl Listing {
    /// Reads the file; where there is none, nothing is listed.
    pub fn at(path: &Path) -> Self {
        let file = match fs::read_to_string(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => panic!("{}: {error}", path.display()),
        };
        Self { path: path.to_owned(), texts: read(&file) }
    }

    /// Fails where a listed text is not read any more, or loses something, and where what is written now is not listed. That is
    /// listed with `UPDATE_FORMATS` set; what is wrong never is.
    pub fn check(mut self, kinds: &[Known<'_>]) {
        let Verdict { wrong, unlisted } = compare(&self.texts, kinds);
        assert!(
            wrong.is_empty(),
            "\n{}\n\nWhat was stored or is asked by an older program looks as it is listed in {}. A field that comes later has a \
             `serde(default)`; what is really read no more is taken out of there by hand.",
            wrong.join("\n"),
            self.path.display()
        );
        if is_refresh() {
            for (kind, text) in unlisted {
                self.texts.entry(kind).or_default().insert(text);
            }
            fs::write(&self.path, written(&self.texts)).unwrap();
            return;
        }
        let unlisted: Vec<_> = unlisted.iter().map(|(kind, text)| format!("{kind} {text}")).collect();
        assert!(
            unlisted.is_empty(),
            "\n{}\n\nNothing is wrong with that: set `UPDATE_FORMATS=1`, and look at what {} has now.",
            unlisted.join("\n"),
            self.path.display()
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "it is no setting of ours")]
fn is_refresh() -> bool {
    std::env::var_os("UPDATE_FORMATS").is_some()
}

fn read(file: &str) -> Texts {
    let mut texts = Texts::new();
    for line in file.lines() {
        let mut words = line.splitn(3, ' ');
        let (of, name) = (words.next().unwrap(), words.next().unwrap_or_else(|| panic!("{line} names no kind")));
        let text = words.next().unwrap_or_default();
        texts.entry(format!("{of} {name}")).or_default().insert(text.to_owned());
    }
    texts
}

fn written(texts: &Texts) -> String {
    let lines = texts.iter().flat_map(|(kind, texts)| texts.iter().map(move |text| format!("{kind} {text}\n")));
    lines.collect()
}

/// What differs from the listing.
#[derive(Debug, Default, PartialEq)]
struct Verdict {
    /// What was stored and is lost.
    wrong: Vec<String>,
    /// The kinds and texts that are not listed.
    unlisted: Vec<(String, String)>,
}

fn compare(listed: &Texts, kinds: &[Known<'_>]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut present: BTreeMap<String, &dyn Carried> = BTreeMap::new();
    for (of, kind) in kinds {
        let name = format!("{of} {}", kind.name());
        if present.insert(name.clone(), *kind).is_some() {
            verdict.wrong.push(format!("Two are called {name}."));
        }
    }
    for (name, texts) in listed {
        let Some(kind) = present.get(name) else {
            verdict.wrong.push(format!("There is no {name} any more, but there may be some in stores."));
            continue;
        };
        verdict.wrong.extend(texts.iter().filter_map(|text| Some(format!("{name}: {}", loss(*kind, text)?))));
    }
    for (name, kind) in present {
        match kind.samples() {
            Err(problem) => verdict.wrong.push(format!("{name} has no sample: {problem}")),
            Ok(samples) if samples.is_empty() && !listed.contains_key(&name) => {
                verdict.wrong.push(format!("{name} has no sample, and none is listed."));
            }
            Ok(samples) => {
                assert!(!samples.iter().any(|text| text.contains('\n')), "a text of {name} is longer than a line");
                let is_new = |text: &String| !listed.get(&name).is_some_and(|texts| texts.contains(text));
                verdict.unlisted.extend(samples.into_iter().filter(is_new).map(|text| (name.clone(), text)));
            }
        }
    }
    verdict
}

/// What is lost of a text that was stored.
fn loss(kind: &dyn Carried, text: &str) -> Option<String> {
    match kind.again(text) {
        Err(problem) => Some(format!("`{text}` cannot be read ({problem}).")),
        Ok(again) if !keeps(&again, text) => Some(format!("`{text}` is read as `{again}`.")),
        Ok(_) => None,
    }
}

/// Whether a text says all that another one says.
fn keeps(now: &str, before: &str) -> bool {
    match (serde_json::from_str(now), serde_json::from_str(before)) {
        (Ok(now), Ok(before)) => has_all_of(&now, &before),
        _ => now == before,
    }
}

fn has_all_of(now: &Value, before: &Value) -> bool {
    match (now, before) {
        (Value::Object(now), Value::Object(before)) => {
            before.iter().all(|(name, value)| now.get(name).is_some_and(|now| has_all_of(now, value)))
        }
        (Value::Array(now), Value::Array(before)) => {
            now.len() == before.len() && now.iter().zip(before).all(|(now, before)| has_all_of(now, before))
        }
        _ => now == before,
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::store::form::Json;

    #[derive(Serialize, Deserialize)]
    struct Word {
        to: u64,
        #[serde(default)]
        text: Option<String>,
    }

    const WORD: Json<Word> = Json::new("mail.word");
    const NOW: &str = r#"job mail.word {"to":1,"text":"bcdfgh"}
job mail.word {"to":1,"text":null}
"#;

    fn verdict(listed: &str, kinds: &[Known<'_>]) -> Verdict {
        compare(&read(listed), kinds)
    }

    #[test]
    fn what_is_written_now_is_listed_and_what_was_written_is_read() {
        assert_eq!(verdict(NOW, &[("job", &WORD)]), Verdict::default());
        let before = format!("{NOW}job mail.word {{\"to\":7}}\n");
        assert_eq!(verdict(&before, &[("job", &WORD)]), Verdict::default(), "a field that came later");
        let Verdict { wrong, unlisted } = verdict("", &[("job", &WORD)]);
        assert_eq!((wrong, unlisted.len()), (Vec::new(), 2));
        assert_eq!(written(&read(NOW)), NOW);
    }

    #[test]
    fn what_is_read_no_more_or_not_whole_is_wrong_and_so_is_a_kind_that_is_gone_or_there_twice() {
        for (listed, what) in [
            (r#"job mail.word {"to":"1"}"#, "a field of another type"),
            (r#"job mail.word {"text":"a"}"#, "a field that was not there"),
            (r#"job mail.word {"to":1,"text":"a","copy":2}"#, "a field that is gone"),
            (r#"job mail.word {"to":1,"txt":"a"}"#, "a field of another name"),
            ("job mail.word null", "something else"),
        ] {
            let Verdict { wrong, .. } = verdict(&format!("{NOW}{listed}\n"), &[("job", &WORD)]);
            assert_eq!(wrong.len(), 1, "{what}: {wrong:?}");
        }
        assert_eq!(verdict(NOW, &[]).wrong.len(), 1);
        assert_eq!(verdict(NOW, &[("job", &WORD), ("job", &WORD)]).wrong, ["Two are called job mail.word."]);
    }
}

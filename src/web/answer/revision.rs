//! Revisions: who changes something has seen it as it is, or is told that it is something else by now.
//!
//! The revision of a thing that several people edit is a digest of what is answered of it. So nothing is counted or stored
//! for it, and what is answered alike has the same. Whoever looks reads it as the `ETag`. A change brings it back, in
//! `If-Match` or in a field of its form, and in its own transaction it is held against what would be answered then.

use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use serde::Serialize;

use super::{Refill, form_field};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::hex;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::Rank;
use crate::web::endpoint::Arrived;
use crate::web::ui::components::REVISION;

/// How many digits a revision has: enough that no two are ever the same, and short enough for a header.
const DIGITS: usize = 16;

/// The revision of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(String);

/// The present revision of what a route is about, for whoever has this rank in this server.
pub type RevisionOf = fn(&Web, &dyn Read, GuildId, Rank) -> Result<Revision>;

/// The present revision of the one of many that the path of a route names; `None` where there is none.
pub type RevisionOfOne<P> = fn(&dyn Read, GuildId, &P) -> Result<Option<Revision>>;

/// What stands between the revision of what is edited and that of all that is shown.
const OF_ALL: char = '.';

impl Revision {
    /// Of what is answered of a thing.
    pub fn of(answered: &impl Serialize) -> Self {
        let mut digits = hex(Digest::of(&serde_json::to_vec(answered).unwrap_or_default()).bytes());
        digits.truncate(DIGITS);
        Self(digits)
    }

    /// Of a thing of which only a part is edited, to whoever looks at all of it: the rest changes by itself, which is seen by whoever
    /// looks again and overwrites nothing.
    #[must_use]
    pub fn shown_with(self, all: &impl Serialize) -> Self {
        Self(format!("{}{OF_ALL}{}", self.0, Self::of(all).0))
    }

    /// The part that is held against changes.
    fn edited(text: &str) -> &str {
        text.split(OF_ALL).next().unwrap_or_default()
    }

    /// As forms and errors have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a form of a page has it. One that is shown again keeps what whoever filled it in had seen, unless they are shown
    /// what somebody else changed since.
    pub fn in_form<'f>(&'f self, refill: Option<&'f Refill>) -> &'f str {
        let seen = refill.filter(|refill| !refill.is_stale).and_then(|refill| refill.value(REVISION));
        seen.unwrap_or(self.as_str())
    }

    /// As the header `ETag` has it.
    pub fn tag(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

/// What whoever changes a thing has seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// That it is there (`If-Match: *`).
    Anything,
    /// One of these revisions. What is no revision of ours is none that it has.
    OneOf(Vec<String>),
}

impl Base {
    /// Of the header, or else of the form; nothing where neither says anything.
    pub(in crate::web) fn of(arrived: &Arrived) -> Option<Self> {
        let mut header = arrived.headers.get_all(IF_MATCH).iter().peekable();
        if header.peek().is_some() {
            let tags: Vec<&str> = header.flat_map(|tags| tags.to_str().unwrap_or_default().split(',')).collect();
            let is_any = tags.iter().any(|tag| tag.trim() == "*");
            return Some(if is_any { Self::Anything } else { Self::OneOf(tags.into_iter().map(bare).collect()) });
        }
        form_field(arrived, REVISION).filter(|field| !field.is_empty()).map(|field| Self::OneOf(vec![field]))
    }

    /// Whether that is how the thing is.
    pub fn holds(&self, present: &Revision) -> bool {
        match self {
            Self::Anything => true,
            Self::OneOf(seen) => seen.iter().any(|seen| Revision::edited(seen) == Revision::edited(&present.0)),
        }
    }
}

/// Whether somebody who looks has what this tag stands for.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| known.trim() == "*" || bare(known) == bare(tag))
}

/// What proxies put behind a tag whose answer they packed.
const PACKED: [&str; 5] = ["-gzip", ";gzip", "-br", ";br", "-zstd"];

/// What a tag holds. A proxy that packs answers calls their tags weak, or writes so behind them; what we sent is the same all
/// the same, and whoever sends it back has seen that.
fn bare(tag: &str) -> String {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    let unpacked = PACKED.iter().find_map(|packed| tag.strip_suffix(packed));
    unpacked.unwrap_or(tag).trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_answered_alike_has_the_same_revision_and_nothing_else_has() {
        let of = |text: &str| Revision::of(&text);
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a"), of("b"));
        assert_eq!(of("a").as_str().len(), DIGITS);
        assert_eq!(of("a").tag(), format!("\"{}\"", of("a").as_str()));
    }

    #[test]
    fn what_changes_by_itself_is_seen_by_whoever_looks_again_and_makes_no_change_stale() {
        let (before, after) = (Revision::of(&1).shown_with(&"3 claims"), Revision::of(&1).shown_with(&"4 claims"));
        assert_ne!(before, after);
        let seen = Base::OneOf(vec![before.as_str().to_owned()]);
        assert!(seen.holds(&after) && seen.holds(&Revision::of(&1)) && !seen.holds(&Revision::of(&2)));
        assert!(!Base::OneOf(vec![".x".to_owned()]).holds(&after));
    }

    #[test]
    fn a_tag_is_known_among_others_and_by_whatever_a_proxy_made_of_it() {
        let mut headers = HeaderMap::new();
        assert!(!is_known(&headers, "W/\"a.1\""));
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("W/\"a.0\", W/\"a.1\""));
        assert!(is_known(&headers, "W/\"a.1\"") && !is_known(&headers, "W/\"a.2\""));
        assert!(is_known(&headers, "\"a.1\""));
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        assert!(is_known(&headers, "\"b\""));
    }

    #[test]
    fn a_form_that_is_shown_again_has_the_revision_that_was_seen() {
        let present = Revision::of(&2);
        let typed = |is_stale| Refill {
            is_stale,
            ..Refill::of_typed([(REVISION.to_owned(), vec!["old".to_owned()])].into_iter().collect())
        };
        assert_eq!(present.in_form(None), present.as_str());
        assert_eq!(present.in_form(Some(&Refill::default())), present.as_str());
        assert_eq!(present.in_form(Some(&typed(false))), "old");
        assert_eq!(present.in_form(Some(&typed(true))), present.as_str(), "they are shown what is there now");
    }

    #[test]
    fn a_change_is_held_against_what_somebody_has_seen() {
        let (present, other) = (Revision::of(&1), Revision::of(&2));
        let seen = |revisions: &[&Revision]| Base::OneOf(revisions.iter().map(|it| it.as_str().to_owned()).collect());
        assert!(seen(&[&present]).holds(&present) && seen(&[&other, &present]).holds(&present));
        assert!(!seen(&[&other]).holds(&present) && !seen(&[]).holds(&present));
        assert!(Base::Anything.holds(&present));
        let packed = ["\"a\"", " W/\"a\" ", "a", "\"a-gzip\"", "\"a--gzip\"", "W/\"a;gzip\"", "\"a-br\""];
        assert!(packed.into_iter().all(|tag| bare(tag) == "a"));
    }
}

//! Filters: what stands behind the question mark of a list, the same for a page and for the API.
//!
//! What a list is asked for is read field by field, and whatever cannot be understood is a fault of its field
//! ([`Problem::Fields`]). The API answers it as 422. A page is shown again (`page`), without what it lists: the fields of
//! its filter keep what was typed, as [`Filter`] knows it, and say what is wrong.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use maud::{Markup, html};

use super::answer::{Ambiguous, Candidate, Problem, html as sentence_html};
use super::kept::KEPT;
use crate::kernel::ids::UserId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::store::{Cursor, CursorRefusal};
use crate::web::address::address;
use crate::web::names::ending;
use crate::web::ui::components::Paging;

/// Fields that say which part of a list is shown, or what is filled in beside it, and mean nothing in another list.
const PLACES: [&str; 5] = ["after", "before", "page", "limit", KEPT];

/// What was asked for, as it was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    typed: Vec<(String, String)>,
    wrong: BTreeMap<String, String>,
    /// What a person reads above the page.
    fault: Option<Markup>,
}

impl Filter {
    /// What stands behind a question mark.
    pub fn of(query: &str) -> Self {
        Self { typed: pairs(query), ..Self::default() }
    }

    /// The same, and it cannot be understood. `path` is where the list is.
    pub fn with_fault(query: &str, path: &str, problem: &Problem) -> Self {
        let typed = pairs(query);
        let wrong = problem.fields().into_iter().map(|(field, sentence)| (field, sentence.to_string())).collect();
        let fault = fault(&typed, path, problem);
        Self { typed, wrong, fault: Some(fault) }
    }

    /// What was typed into a field.
    pub fn value(&self, field: &str) -> &str {
        self.typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.wrong.get(field).map(String::as_str)
    }

    /// Whether something is wrong with it: then nothing is listed.
    pub const fn is_unclear(&self) -> bool {
        self.fault.is_some()
    }

    /// What is wrong in all, above the page.
    pub fn fault(&self) -> Option<&Markup> {
        self.fault.as_ref()
    }

    /// The same filter at an address, from the beginning of its list.
    pub fn at(&self, path: &str) -> String {
        self.behind(path, "", None)
    }

    /// The ways from a page of the list at `path`: to its beginning, and on from `next`, which stands in the field `place`.
    pub fn paging(&self, path: &str, place: &str, next: Option<impl ToString>) -> Paging {
        Paging {
            first: (!self.value(place).is_empty()).then(|| self.at(path)),
            next: next.map(|next| self.behind(path, place, Some(&next.to_string()))),
            is_partial: false,
        }
    }

    fn behind(&self, path: &str, place: &str, next: Option<&str>) -> String {
        let asked = self.typed.iter().filter(|(name, _)| !PLACES.contains(&name.as_str()));
        let asked = asked.map(|(name, value)| (name.as_str(), Some(value.as_str())));
        address(path, &asked.chain([(place, next)]).collect::<Vec<_>>())
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.typed.iter().all(|(name, value)| name == KEPT || value.trim().is_empty())
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// What is wrong, with the ways to each of the members who could be meant.
fn fault(typed: &[(String, String)], path: &str, problem: &Problem) -> Markup {
    let wrong = problem.fields();
    html! {
        div.notice.bad role="alert" tabindex="-1" autofocus {
            p { (sentence_html(&problem.sentence(None))) }
            @if wrong.len() > 1 {
                ul { @for (field, sentence) in &wrong { li { (field) ": " (sentence_html(sentence)) } } }
            }
            @if let Problem::Ambiguous(Ambiguous { field, candidates }) = problem {
                ul {
                    @for candidate in candidates {
                        li { a href=(choosing(typed, path, field, &candidate.id)) { (named(candidate)) } }
                    }
                }
            }
        }
    }
}

/// The same list of one member, from its beginning.
fn choosing(typed: &[(String, String)], path: &str, field: &str, id: &str) -> String {
    let others = typed.iter().filter(|(name, _)| name != field && !PLACES.contains(&name.as_str()));
    let mut values: Vec<(&str, Option<&str>)> =
        others.map(|(name, value)| (name.as_str(), Some(value.as_str()))).collect();
    values.push((field, Some(id)));
    address(path, &values)
}

fn named(candidate: &Candidate) -> Markup {
    let end = candidate.id.parse::<UserId>().map(ending).unwrap_or_default();
    html! {
        (candidate.name)
        @if let Some(handle) = &candidate.handle { " · @" (handle) }
        " " span.hint { "…" (end) }
    }
}

/// Reads a field that may be left empty; says what it takes where it is none of that.
pub fn read<T>(
    field: &str,
    typed: Option<&str>,
    read: impl FnOnce(&str) -> Option<T>,
    takes: impl FnOnce() -> Sentence,
) -> Result<Option<T>, Problem> {
    match typed.map(str::trim).filter(|typed| !typed.is_empty()) {
        None => Ok(None),
        Some(typed) => read(typed).map(Some).ok_or_else(|| Problem::field(field, takes())),
    }
}

/// A moment, or the beginning of a day that is so many days later.
pub fn moment(field: &str, typed: Option<&str>, days: u32) -> Result<Option<Timestamp>, Problem> {
    let takes = || Sentence::words("A day is written like 2026-11-21, a moment like 2026-11-21T20:00:00Z.");
    let of_day = |text: &str| {
        let day = Timestamp::from_rfc3339(&format!("{text}T00:00:00Z"))?;
        Some(day.after(std::time::Duration::from_hours(24) * days))
    };
    read(field, typed, |text| Timestamp::from_rfc3339(text).or_else(|| of_day(text)), takes)
}

/// How many things a page has.
pub fn limit(asked: Option<usize>, usual: usize, allowed: RangeInclusive<usize>) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(usual);
    if allowed.contains(&limit) {
        return Ok(limit);
    }
    let (least, most) = (*allowed.start(), *allowed.end());
    Err(Problem::field("limit", sentence!("It takes a whole number from {least} to {most}.", least, most)))
}

/// Where a list goes on.
pub fn place(typed: Option<&str>) -> Result<Option<Cursor>, Problem> {
    read("after", typed, |text| text.parse::<Cursor>().ok(), || CursorRefusal::Unreadable.sentence())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    fn fields(problem: &Problem) -> Vec<String> {
        problem.fields().into_iter().map(|(field, sentence)| format!("{field}: {sentence}")).collect()
    }

    #[test]
    fn a_field_is_read_or_says_what_it_takes() {
        assert_eq!(limit(None, 50, 1..=200).unwrap(), 50);
        assert_eq!(limit(Some(200), 50, 1..=200).unwrap(), 200);
        for wrong in [0, 201, usize::MAX] {
            let problem = limit(Some(wrong), 50, 1..=200).unwrap_err();
            assert_eq!(fields(&problem), ["limit: It takes a whole number from 1 to 200."]);
        }
        let day = Timestamp::from_rfc3339("2026-11-21T00:00:00Z");
        assert_eq!(moment("from", Some(" 2026-11-21 "), 0).unwrap(), day);
        assert_eq!(moment("to", Some("2026-11-20"), 1).unwrap(), day);
        assert_eq!(moment("to", Some("  "), 1).unwrap(), None);
        assert_eq!(fields(&moment("to", Some("2026-13-01"), 1).unwrap_err()).len(), 1);
        assert_eq!(
            fields(&place(Some("%")).unwrap_err()),
            ["after: I cannot read where that list goes on. Please open it again."]
        );
    }

    #[test]
    fn what_was_typed_is_kept_beside_what_is_wrong_with_it() {
        let problem = Problem::field("kind", Sentence::words("There is no such kind."));
        let filter = Filter::with_fault("kind=%3Cb%3E&member=ann&member=kim", "/g/5/ledger", &problem);
        assert_eq!((filter.value("kind"), filter.value("member"), filter.value("from")), ("<b>", "ann", ""));
        assert_eq!((filter.error("kind"), filter.error("member")), (Some("There is no such kind."), None));
        assert!(filter.is_unclear() && !Filter::of("kind=x").is_unclear());
        assert!(Filter::of("kind=&q=+").is_empty() && !filter.is_empty());
    }

    #[test]
    fn a_list_goes_on_and_back_to_its_beginning_with_the_filter_that_was_typed() {
        let filter = Filter::of("member=ann+b&kind=&kept=x&before=9");
        let Paging { first, next, .. } = filter.paging("/g/5/ledger", "before", Some(7));
        assert_eq!(first.as_deref(), Some("/g/5/ledger?member=ann+b"));
        assert_eq!(next.as_deref(), Some("/g/5/ledger?member=ann+b&before=7"));
        assert_eq!(filter.at("/api/5/ledger/export"), "/api/5/ledger/export?member=ann+b");
        let all = Filter::default().paging("/g/5/ledger", "before", None::<u64>);
        assert_eq!((all.first, all.next), (None, None));
    }

    #[test]
    fn whoever_could_be_meant_is_offered_by_name_with_the_rest_of_the_filter() {
        let candidate = |id: &str, handle: Option<&str>| Candidate {
            id: id.to_owned(),
            name: "<ann>".to_owned(),
            handle: handle.map(str::to_owned),
        };
        let candidates = vec![candidate("81234", Some("ann.live")), candidate("95678", None)];
        let problem = Problem::Ambiguous(Ambiguous { field: "member", candidates });
        let filter = Filter::with_fault("member=ann&kind=gift&before=9", "/g/5/ledger", &problem);
        insta::assert_snapshot!(lines(filter.fault().unwrap()), @r#"
        <div class="notice bad" role="alert" tabindex="-1" autofocus>
        <p>Several members could be meant. Please choose one of them.</p>
        <ul>
        <li>
        <a href="/g/5/ledger?kind=gift&amp;member=81234">&lt;ann&gt; · @ann.live <span class="hint">…1234</span>
        </a>
        </li>
        <li>
        <a href="/g/5/ledger?kind=gift&amp;member=95678">&lt;ann&gt; <span class="hint">…5678</span>
        </a>
        </li>
        </ul>
        </div>
        "#);
    }
}

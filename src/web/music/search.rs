//! Which songs a list is asked for, as it stands in the address.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::features::queue::model::Line;
use crate::features::queue::queries::Wanted;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::Sentence;
use crate::store::Cursor;
use crate::web::answer::Problem;

/// Songs on a page unless something else is said.
const PAGE: usize = 50;
/// Songs on a page at most.
const MOST: usize = 200;
/// A longer text is in no song.
const LONGEST_TEXT: usize = 100;

/// What stands behind the question mark. What is left empty is not asked for.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SongsQuery {
    /// Songs in this line, by its name.
    pub line: Option<String>,
    /// Songs of this member, by the number of their account on Discord.
    pub member: Option<String>,
    /// `waiting`, `played` or `removed`.
    pub state: Option<String>,
    /// Songs with this in their number, artist, title, or the names of their submitter.
    pub text: Option<String>,
    /// Where the list goes on: `next` of the page before.
    pub after: Option<String>,
    /// Songs on a page, at most 200.
    pub limit: Option<usize>,
}

/// What is asked for, understood.
#[derive(Clone, Debug)]
pub struct Search {
    /// Which songs.
    pub wanted: Wanted,
    /// Behind which.
    pub after: Option<Cursor>,
    /// How many.
    pub limit: usize,
}

impl SongsQuery {
    /// Understands it; says which fields make no sense.
    pub fn understood(&self) -> Result<Search, Problem> {
        let said = |field: Option<&str>| field.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut line =
            said(self.line.as_deref()).map(|name| name.parse::<Line>().map_err(|_| no_line())).transpose()?;
        let user = said(self.member.as_deref()).map(|id| id.parse::<UserId>().map_err(|_| no_member())).transpose()?;
        let waits = match said(self.state.as_deref()).as_deref() {
            None => None,
            Some("waiting") => Some(true),
            Some("played") => {
                line = line.or(Some(Line::SongsPlayed));
                Some(false)
            }
            Some("removed") => {
                line = line.or(Some(Line::Removed));
                Some(false)
            }
            Some(_) => return Err(Problem::field("state", Sentence::words("It is waiting, played or removed."))),
        };
        let text = said(self.text.as_deref()).map(|text| text.to_lowercase().chars().take(LONGEST_TEXT).collect());
        let after = said(self.after.as_deref()).map(|cursor| cursor.parse::<Cursor>()).transpose()?;
        let limit = self.limit.unwrap_or(PAGE).clamp(1, MOST);
        Ok(Search { wanted: Wanted { line, user, waits, text }, after, limit })
    }

    /// The same list behind a place, as an address.
    pub fn address(&self, list: &str, after: Option<&Cursor>) -> String {
        let after = after.map(ToString::to_string);
        let fields = [
            ("line", self.line.as_ref()),
            ("member", self.member.as_ref()),
            ("state", self.state.as_ref()),
            ("text", self.text.as_ref()),
            ("after", after.as_ref()),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { list.to_owned() } else { format!("{list}?{query}") }
    }
}

fn no_line() -> Problem {
    Problem::field("line", Sentence::words("There is no such line."))
}

fn no_member() -> Problem {
    Problem::field("member", Sentence::words("A member is named by the number of their account on Discord."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> SongsQuery {
        serde_html_form::from_str(query).unwrap()
    }

    #[test]
    fn what_is_left_empty_is_not_asked_for() {
        let search = asked("line=&member=&state=&text=+&after=").understood().unwrap();
        assert_eq!((search.wanted, search.after, search.limit), (Wanted::default(), None, PAGE));
    }

    #[test]
    fn filters_are_understood_together() {
        let search = asked("line=5+Skip&member=7&state=waiting&text=Kites&limit=1000").understood().unwrap();
        let wanted = Wanted {
            line: Some(Line::Skip5),
            user: Some(UserId::new(7)),
            waits: Some(true),
            text: Some("kites".to_owned()),
        };
        assert_eq!((search.wanted, search.limit), (wanted, MOST));
        assert_eq!(asked("state=played").understood().unwrap().wanted.line, Some(Line::SongsPlayed));
        assert_eq!(asked("state=removed&line=Free").understood().unwrap().wanted.line, Some(Line::Free));
    }

    #[test]
    fn what_makes_no_sense_is_told_at_its_field() {
        for (query, field) in [("line=Best", "line"), ("member=ann", "member"), ("state=lost", "state")] {
            match asked(query).understood().unwrap_err() {
                Problem::Fields(fields) => assert_eq!(fields.keys().collect::<Vec<_>>(), [field]),
                other => panic!("{other:?}"),
            }
        }
        assert!(asked("after=%25").understood().is_err());
    }

    #[test]
    fn a_view_has_an_address_that_can_be_sent_to_somebody() {
        assert_eq!(asked("").address("/g/5/songs", None), "/g/5/songs");
        let address = asked("line=25%2B+Skip&text=a%26b&limit=5").address("/g/5/songs", None);
        assert_eq!(address, "/g/5/songs?line=25%2B+Skip&text=a%26b");
    }
}

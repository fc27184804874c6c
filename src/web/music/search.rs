//! Which songs a list is asked for, as it stands in the address.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::features::queue::model::Line;
use crate::features::queue::queries::Wanted;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::store::Cursor;
use crate::web::Web;
use crate::web::answer::Problem;
use crate::web::filter;

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
    /// Songs of this member, by id, name or TikTok handle.
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
    /// Understands it, but for the member; says which fields make no sense.
    pub fn understood(&self) -> Result<Search, Problem> {
        let no_line = || Sentence::words("There is no such line.");
        let line = filter::read("line", self.line.as_deref(), |name| name.parse::<Line>().ok(), no_line)?;
        let no_state = || Sentence::words("It is waiting, played or removed.");
        let state = |state: &str| match state {
            "waiting" => Some((true, None)),
            "played" => Some((false, Some(Line::SongsPlayed))),
            "removed" => Some((false, Some(Line::Removed))),
            _ => None,
        };
        let (waits, of_state) = filter::read("state", self.state.as_deref(), state, no_state)?.unzip();
        let text = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = text.map(|text| text.to_lowercase().chars().take(LONGEST_TEXT).collect());
        let (after, limit) = (filter::place(self.after.as_deref())?, filter::limit(self.limit, PAGE, 1..=MOST)?);
        Ok(Search { wanted: Wanted { line: line.or(of_state.flatten()), user: None, waits, text }, after, limit })
    }

    /// The same with the member whom it names.
    pub async fn search(&self, web: &Web, guild: GuildId) -> Result<Search, Problem> {
        let search = self.understood()?;
        let user = web.whom(guild, "member", self.member.as_deref()).await?;
        Ok(Search { wanted: Wanted { user, ..search.wanted }, ..search })
    }
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
        let search = asked("line=5+Skip&state=waiting&text=Kites&limit=200").understood().unwrap();
        let wanted = Wanted { line: Some(Line::Skip5), user: None, waits: Some(true), text: Some("kites".to_owned()) };
        assert_eq!((search.wanted, search.limit), (wanted, MOST));
        assert_eq!(asked("state=played").understood().unwrap().wanted.line, Some(Line::SongsPlayed));
        assert_eq!(asked("state=removed&line=Free").understood().unwrap().wanted.line, Some(Line::Free));
    }

    #[test]
    fn what_makes_no_sense_is_told_at_its_field() {
        for (query, field) in
            [("line=Best", "line"), ("state=lost", "state"), ("limit=201", "limit"), ("after=%25", "after")]
        {
            match asked(query).understood().unwrap_err() {
                Problem::Fields(fields) => assert_eq!(fields.keys().collect::<Vec<_>>(), [field]),
                other => panic!("{other:?}"),
            }
        }
    }
}

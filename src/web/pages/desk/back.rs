//! From where something was done with a song, and the way back there: the desk, maybe with a line open, or the song's own page.

use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::future::BoxFuture;

use crate::features::queue::model::PublicId;
use crate::kernel::ids::GuildId;
use crate::web::Web;
use crate::web::answer::Refill;
use crate::web::endpoint::{Arrived, Door};
use crate::web::kept::page_before;
use crate::web::page::again;
use crate::web::pages::{DeskPage, songs::SongPage};

/// A page on which something can be done with songs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::web) struct Back {
    /// Its address.
    pub(in crate::web) address: String,
    /// The song, where it is the page of one, by its six digits.
    song: Option<String>,
}

impl Back {
    /// The page from which a form was sent, as the browser says; the desk where it says nothing, or another page.
    pub(in crate::web) fn of(headers: &HeaderMap, guild: GuildId) -> Self {
        let (desk, songs) = (format!("/g/{guild}/desk"), format!("/g/{guild}/songs/"));
        let address = page_before(headers, None).unwrap_or_default();
        let path = address.split('?').next().unwrap_or_default();
        let song = path.strip_prefix(&songs).filter(|song| song.parse::<PublicId>().is_ok()).map(str::to_owned);
        let is_known = song.is_some() || path == desk;
        Self { address: if is_known { address } else { desk }, song }
    }
}

/// Shows the page again from which a form was sent that was not taken, as it was opened.
pub(in crate::web) fn again_there(web: Web, arrived: Arrived, refill: Refill) -> BoxFuture<'static, Response> {
    let Back { address, song } = Back::of(&arrived.headers, arrived.guild);
    let query = address.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    // It is asked for like any page: what stands behind its question mark is not what the form sent.
    let mut arrived = Arrived { door: Door::Page, address, query, ..arrived };
    match song {
        Some(song) => {
            arrived.params.insert("song".to_owned(), song);
            again::<SongPage>(web, arrived, refill)
        }
        None => again::<DeskPage>(web, arrived, refill),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::REFERER;

    use super::*;

    #[test]
    fn whoever_acts_comes_back_to_where_they_were_and_never_to_another_page() {
        let back = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REFERER, HeaderValue::from_static(referer));
            Back::of(&headers, GuildId::new(5))
        };
        let to =
            |address: &str, song: Option<&str>| Back { address: address.to_owned(), song: song.map(str::to_owned) };
        assert_eq!(back("http://pi.local/g/5/desk?line=Free"), to("/g/5/desk?line=Free", None));
        assert_eq!(back("http://pi.local/g/5/songs/012345"), to("/g/5/songs/012345", Some("012345")));
        for other in ["http://pi.local/g/6/desk", "http://pi.local/g/5/songs/012345/move?from=Free", "nonsense", "/me"]
        {
            assert_eq!(back(other), to("/g/5/desk", None), "{other}");
        }
        assert_eq!(Back::of(&HeaderMap::new(), GuildId::new(5)), to("/g/5/desk", None));
    }
}

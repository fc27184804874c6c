//! All songs, with filters in the address; what became of one of them; and the way to its file.

mod file;
mod view;

pub use file::ROUTE as FILE;

use crate::features::queue::model::PublicId;
use crate::features::queue::queries;
use crate::store::{Cursor, Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::music::search::SongsQuery;
use crate::web::music::song::called;
use crate::web::music::story;
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::push::about::{ACTIVITY, COINS, HANDLES, LIVE, SETTINGS, SONGS};
use crate::web::segments::One;

/// All songs.
pub struct SongsPage;

impl Page for SongsPage {
    const NAME: &'static str = "songs.page";
    const ABOUT: &'static str = "Lists songs by line, member, state and text.";
    const PATHS: &'static [&'static str] = &["/g/{server}/songs"];
    const WHO: Who = Who::ViewerOrReviewer;
    const HINTS: &'static [Topic] = &[SONGS, HANDLES, SETTINGS];

    type Path = ();
    type Query = SongsQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        if seen.filter.is_unclear() {
            return Ok(Shown::new("Songs", view::asked(guild, &seen.filter)));
        }
        let search = seen.query.search(web, guild).await?;
        let look = move |read: &dyn Read| {
            let limit = search.limit;
            let found = queries::select(read, guild, &search.wanted, search.after, limit)?;
            let is_partial = found.next.is_some() && found.rows.len() < limit;
            Ok((queries::rows(read, guild, found.rows)?, found.next, is_partial))
        };
        let (rows, next, is_partial): (Vec<queries::Row>, Option<Cursor>, bool) = web.look("songs", look).await?;
        let list = view::List { guild, filter: &seen.filter, rows: &rows, next: next.as_ref(), is_partial };
        let actions = as_csv(seen.rank, &seen.filter, &format!("/api/{guild}/songs/export"));
        Ok(Shown { actions, ..Shown::new("Songs", view::list(&list)) })
    }
}

/// What became of one song.
pub struct SongPage;

impl Page for SongPage {
    const NAME: &'static str = "songs.story_page";
    const ABOUT: &'static str = "Tells where a song is and what became of it.";
    const PATHS: &'static [&'static str] = &["/g/{server}/songs/{song}"];
    const WHO: Who = Who::ViewerOrReviewer;
    const HINTS: &'static [Topic] = &[SONGS, COINS, LIVE, ACTIVITY];

    type Path = One<PublicId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("song", samples.song.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, One(song)) = (seen.guild, seen.path);
        let look = move |read: &dyn Read| {
            let story = story::look(read, guild, song)?;
            let names = Names::of(read, guild, [], story.steps.iter().map(|step| step.by))?;
            Ok((story, names))
        };
        let (story, names) = web.look("song_story", look).await?;
        let names = web.named(names).await.seen_by(seen.visitor.actor()).read_by(seen.rank);
        let (acts, remove) = (seen.seal("acts"), seen.seal("remove"));
        let reviews = view::Reviews { acts: acts.seal(), remove: remove.seal() };
        let reviews = seen.rank.reaches(Who::Reviewer).then_some(reviews);
        let title = called(&story.entry.song.artist, &story.entry.song.title);
        let main = view::story(guild, &story, &names, reviews);
        Ok(Shown { crumbs: vec![(format!("/g/{guild}/songs"), "Songs".to_owned())], ..Shown::new(title, main) })
    }
}

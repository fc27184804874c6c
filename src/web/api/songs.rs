//! The lines and the songs, to be looked at.

use serde::Serialize;
use utoipa::ToSchema;

use crate::features::queue::model::{Line, PublicId};
use crate::features::queue::queries;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::music::search::SongsQuery;
use crate::web::music::song::SongView;
use crate::web::music::story::{self, StoryView};
use crate::web::segments::One;

/// Songs of each line that are told.
const OF_A_LINE: usize = 100;

/// The lines with their songs.
pub struct Queue;

/// The lines of a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueView {
    /// What plays now.
    pub now_playing: Option<SongView>,
    /// The lines in which songs wait, best first.
    pub lines: Vec<LineView>,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// Its name.
    pub line: &'static str,
    /// How many songs wait in it.
    pub waiting: u64,
    /// The first of them in their order, at most 100.
    pub songs: Vec<SongView>,
}

impl Endpoint for Queue {
    const NAME: &'static str = "queue.lines";
    const ABOUT: &'static str = "Lists the lines with the songs that wait in them, and what plays now.";
    const DOORS: Doors = Doors::get(&["/api/{server}/queue"]);
    const WHO: Who = Who::ViewerOrReviewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = QueueView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<QueueView>, Problem> {
        let guild = asked.guild;
        Ok(web.look("queue", move |read| lines(read, guild)).await?.into())
    }
}

fn lines(read: &dyn Read, guild: GuildId) -> Result<QueueView> {
    let now_playing = queries::now_playing(read, guild)?.map(|entry| SongView::of(&entry, None));
    let mut lines = Vec::with_capacity(Line::WAITING.len());
    for line in Line::WAITING {
        let songs = queries::first_in(read, guild, line, OF_A_LINE)?.iter().map(SongView::of_row).collect();
        lines.push(LineView { line: line.name(), waiting: queries::count_in(read, guild, line)?, songs });
    }
    Ok(QueueView { now_playing, lines })
}

/// All songs, filtered.
pub struct Songs;

/// A page of songs.
#[derive(Debug, Serialize, ToSchema)]
pub struct SongsView {
    /// The songs, the latest first.
    pub songs: Vec<SongView>,
    /// Where the list goes on, as `after`.
    pub next: Option<String>,
    /// Whether only a part of the songs was looked at for this page.
    pub partial: bool,
}

impl Endpoint for Songs {
    const NAME: &'static str = "songs.list";
    const ABOUT: &'static str = "Lists songs by line, member, state and text, the latest first.";
    const DOORS: Doors = Doors::get(&["/api/{server}/songs"]);
    const WHO: Who = Who::ViewerOrReviewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = SongsQuery;
    type Body = ();
    type Answer = SongsView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "state=waiting", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongsView>, Problem> {
        let (guild, search) = (asked.guild, asked.query.search(web, asked.guild).await?);
        let view = move |read: &dyn Read| {
            let limit = search.limit;
            let found = queries::select(read, guild, &search.wanted, search.after, limit)?;
            let partial = found.next.is_some() && found.rows.len() < limit;
            let songs = queries::rows(read, guild, found.rows)?.iter().map(SongView::of_row).collect();
            Ok(SongsView { songs, next: found.next.map(|next| next.to_string()), partial })
        };
        Ok(web.look("songs", view).await?.into())
    }
}

/// One song's story.
pub struct SongStory;

impl Endpoint for SongStory {
    const NAME: &'static str = "songs.story";
    const ABOUT: &'static str = "Tells where a song is and what became of it.";
    const DOORS: Doors = Doors::get(&["/api/{server}/songs/{song}"]);
    const WHO: Who = Who::ViewerOrReviewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = One<PublicId>;
    type Query = Nothing;
    type Body = ();
    type Answer = StoryView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("song", samples.song.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<StoryView>, Problem> {
        let (guild, One(song)) = (asked.guild, asked.path);
        let story = web.look("song_story", move |read| story::look(read, guild, song)).await?;
        Ok(StoryView::from(story).into())
    }
}

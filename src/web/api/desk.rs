//! What a reviewer does with songs: the same flows as the commands and buttons on Discord, and what these post and tell.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::discord::references;
use crate::features::queue::model::{Entry, Line, PublicId, Seen};
use crate::features::queue::service::Moved;
use crate::features::queue::settings::BOOKMARK_CHANNEL;
use crate::flows::{act_undone, dead_link_removed, play_undone, reviewed};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::one_line;
use crate::signin::scope::Scope;
use crate::store::{Read, Tx};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::music::song::SongView;
use crate::web::page::again;
use crate::web::pages::DeskPage;
use crate::web::segments::One;
use crate::{refusals, sentence};

/// A reason has no more characters.
const LONGEST_REASON: usize = 300;

refusals! {
    /// Why something is not done from the desk.
    pub enum DeskRefusal {
        /// What is bookmarked is copied nowhere.
        NotCopied => "desk.not_copied", "The bookmark channel does not work at the moment. The page Home says what is missing there.";
    }
}

/// Where whoever acts saw the song, so that what somebody else did meanwhile is not undone.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SeenIn {
    /// The line by its name; where it is now, if nothing is said.
    pub from: Option<String>,
}

/// Which song was seen playing.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SeenPlaying {
    /// Its number; empty where nothing played. Left out, it does not matter.
    pub playing: Option<String>,
}

/// A song after something was done with it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SongDone {
    /// The song, where it is now.
    pub song: SongView,
    /// The line that it came from.
    pub from: &'static str,
    /// The number under which this is taken back; nothing where it cannot be.
    pub change: Option<String>,
}

impl SongDone {
    /// A song to which something was just done, in the transaction of that.
    pub(super) fn of(tx: &Tx<'_>, guild: GuildId, entry: &Entry, from: Line) -> Result<Self> {
        let change = act_undone::undoable(tx, guild, entry.id)?.map(|id| id.to_string());
        Ok(Self { song: SongView::of(entry, None), from: from.name(), change })
    }

    fn moved(tx: &Tx<'_>, guild: GuildId, moved: &Moved) -> Result<Self> {
        Self::of(tx, guild, &moved.entry, moved.from)
    }
}

/// What a form says that was sent while nothing played: an empty field is the same as none.
pub const NOTHING: &str = "none";

/// What somebody saw playing.
#[derive(Clone, Copy, Debug)]
enum Saw {
    /// They did not say.
    Whatever,
    /// Nothing.
    Nothing,
    /// This song.
    Song(PublicId),
}

impl SeenPlaying {
    fn saw(&self) -> Result<Saw, Problem> {
        match self.playing.as_deref().map(str::trim) {
            None => Ok(Saw::Whatever),
            Some("" | NOTHING) => Ok(Saw::Nothing),
            Some(number) => number
                .parse()
                .map(Saw::Song)
                .map_err(|()| Problem::field("playing", Sentence::words("That is no song number."))),
        }
    }
}

impl SeenIn {
    /// The line that was seen, if one was said.
    fn line(&self) -> Result<Option<Line>, Problem> {
        let said = self.from.as_deref().filter(|line| !line.is_empty());
        said.map(|line| line_called(line, "from")).transpose()
    }
}

fn line_called(name: &str, field: &str) -> Result<Line, Problem> {
    name.parse().map_err(|_| Problem::field(field, Sentence::words("There is no such line.")))
}

/// The song, where it was seen, or where it is.
fn seen(read: &dyn Read, guild: GuildId, song: PublicId, line: Option<Line>) -> Result<Seen> {
    match line {
        Some(line) => Ok(Seen { song, line }),
        None => reviewed::as_it_is(read, guild, song),
    }
}

/// Says on the page what was done, with the button that takes it back, and leads back to the desk.
pub(super) fn told(
    answered: Answered<SongDone>,
    guild: GuildId,
    say: fn(String, &'static str) -> Sentence,
) -> Answered<SongDone> {
    let done = answered.value.now();
    let notice = done.map(|done| {
        let SongView { id, artist, title, line, .. } = &done.song;
        say(format!("#{id} {title} – {artist}"), line)
    });
    let undo = done.and_then(|done| done.change.as_ref());
    let undo = undo.map(|change| format!("/g/{guild}/desk/changes/{change}/undo"));
    Answered { notice, undo, ..answered }.leading_to(format!("/g/{guild}/desk"))
}

/// Plays the next song.
pub struct PlayNext;

impl Endpoint for PlayNext {
    const NAME: &'static str = "queue.next";
    const ABOUT: &'static str = "Plays the next song, and announces it.";
    const DOORS: Doors = Doors::post(&["/api/{server}/queue/next"]).form("/g/{server}/desk/next", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Option<SeenPlaying>;
    type Answer = SongDone;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let guild = asked.guild;
        let saw = asked.body.clone().unwrap_or_default().saw()?;
        let played = web
            .change(&asked, move |tx, by| {
                let played = match saw {
                    Saw::Whatever => reviewed::next(tx, guild, by)?,
                    Saw::Nothing => reviewed::next_after(tx, guild, by, None)?,
                    Saw::Song(playing) => reviewed::next_after(tx, guild, by, Some(playing))?,
                };
                SongDone::of(tx, guild, &played.entry, played.from)
            })
            .await?;
        Ok(told(played, guild, |song, _| sentence!("{song} plays now.", song)))
    }
}

/// Takes the last play back.
pub struct UndoPlay;

impl Endpoint for UndoPlay {
    const NAME: &'static str = "queue.undo";
    const ABOUT: &'static str =
        "Puts the song that plays back to where it was, with the points and gifted coins that its play used up.";
    const DOORS: Doors = Doors::post(&["/api/{server}/queue/undo"]).form("/g/{server}/desk/undo", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Option<SeenPlaying>;
    type Answer = SongDone;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let guild = asked.guild;
        let seen = match asked.body.clone().unwrap_or_default().saw()? {
            Saw::Song(song) => Some(song),
            Saw::Whatever | Saw::Nothing => None,
        };
        let undo =
            web.change(&asked, move |tx, by| SongDone::moved(tx, guild, &play_undone::run(tx, guild, by, seen)?));
        Ok(told(undo.await?, guild, |song, line| sentence!("{song} is back in {line}.", song, line)))
    }
}

/// Plays a particular song.
pub struct PlaySong;

impl Endpoint for PlaySong {
    const NAME: &'static str = "songs.play";
    const ABOUT: &'static str = "Plays this song now, wherever it waits.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/songs/{song}/play"]).form("/g/{server}/songs/{song}/play", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<PublicId>;
    type Query = SeenIn;
    type Body = Option<Nothing>;
    type Answer = SongDone;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("song", samples.song.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let (guild, One(song), line) = (asked.guild, asked.path, asked.query.line()?);
        let play = web.change(&asked, move |tx, by| {
            let played = reviewed::played(tx, guild, by, seen(tx, guild, song, line)?)?;
            SongDone::of(tx, guild, &played.entry, played.from)
        });
        Ok(told(play.await?, guild, |song, _| sentence!("{song} plays now.", song)))
    }
}

/// Moves a song to a line.
pub struct MoveSong;

/// Where a song goes.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Target {
    /// The line by its name.
    pub line: String,
}

impl Endpoint for MoveSong {
    const NAME: &'static str = "songs.move";
    const ABOUT: &'static str = "Moves a song into a line in which songs wait; so a skip is approved, too.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/songs/{song}/move"]).form("/g/{server}/songs/{song}/move", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<PublicId>;
    type Query = SeenIn;
    type Body = Target;
    type Answer = SongDone;

    fn sample(samples: &Samples) -> Sample {
        let body = serde_json::json!({ "line": Line::Skip25Plus.name() });
        Sample { path: vec![("song", samples.song.clone())], body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let (guild, One(song), line) = (asked.guild, asked.path, asked.query.line()?);
        let target = line_called(&asked.body.line, "line")?;
        let moved = web.change(&asked, move |tx, by| {
            SongDone::moved(tx, guild, &reviewed::to_line(tx, guild, by, seen(tx, guild, song, line)?, target)?)
        });
        Ok(told(moved.await?, guild, |song, line| sentence!("{song} is in {line} now.", song, line)))
    }
}

/// Puts a song back to Pending Skips.
pub struct HoldSong;

impl Endpoint for HoldSong {
    const NAME: &'static str = "songs.hold";
    const ABOUT: &'static str = "Puts a song back to Pending Skips, where it waits for a reviewer and is not played.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/songs/{song}/hold"]).form("/g/{server}/songs/{song}/hold", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<PublicId>;
    type Query = SeenIn;
    type Body = Option<Nothing>;
    type Answer = SongDone;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("song", samples.song.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let (guild, One(song), line) = (asked.guild, asked.path, asked.query.line()?);
        let held = web.change(&asked, move |tx, by| {
            let seen = seen(tx, guild, song, line)?;
            SongDone::moved(tx, guild, &reviewed::to_line(tx, guild, by, seen, Line::PendingSkips)?)
        });
        Ok(told(held.await?, guild, |song, line| sentence!("{song} is in {line} now.", song, line)))
    }
}

/// Takes a song out.
pub struct RemoveSong;

/// Why a song is taken out.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SongRemoval {
    /// In the reviewer's words, for the story of the song; nobody is told.
    pub reason: Option<String>,
}

impl Endpoint for RemoveSong {
    const NAME: &'static str = "songs.remove";
    const ABOUT: &'static str = "Takes a song out of its line; it is kept among the removed ones.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/songs/{song}/remove"]).form("/g/{server}/songs/{song}/remove", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<PublicId>;
    type Query = SeenIn;
    type Body = Option<SongRemoval>;
    type Answer = SongDone;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("song", samples.song.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let (guild, One(song), line) = (asked.guild, asked.path, asked.query.line()?);
        let reason = asked.body.clone().unwrap_or_default().reason;
        let reason = reason.map(|words| one_line(&words, LONGEST_REASON)).filter(|words| !words.is_empty());
        let removed = web.change(&asked, move |tx, by| {
            let seen = seen(tx, guild, song, line)?;
            SongDone::moved(tx, guild, &reviewed::out(tx, guild, by, seen, reason.clone())?)
        });
        Ok(told(removed.await?, guild, |song, _| sentence!("{song} is removed.", song)))
    }
}

/// Removes a song that cannot be heard.
pub struct DeadLink;

impl Endpoint for DeadLink {
    const NAME: &'static str = "songs.dead_link";
    const ABOUT: &'static str =
        "Removes a song that cannot be heard, gives back what its places cost, and tells whoever sent it.";
    const DOORS: Doors = Doors::post(&["/api/{server}/songs/{song}/dead-link"])
        .form("/g/{server}/songs/{song}/dead-link", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<PublicId>;
    type Query = SeenIn;
    type Body = Option<Nothing>;
    type Answer = SongDone;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("song", samples.song.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let (guild, One(song), line) = (asked.guild, asked.path, asked.query.line()?);
        let removed = web.change(&asked, move |tx, by| {
            let refunded = dead_link_removed::run(tx, guild, by, seen(tx, guild, song, line)?)?;
            SongDone::moved(tx, guild, &refunded.moved)
        });
        let said = |song: String, _: &'static str| {
            sentence!("{song} is removed as a dead link. What was paid for its places is given back.", song)
        };
        Ok(told(removed.await?, guild, said))
    }
}

/// Bookmarks a song.
pub struct BookmarkSong;

/// Where a bookmarked song is copied to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Bookmarked {
    /// The channel.
    pub channel_id: String,
}

impl Endpoint for BookmarkSong {
    const NAME: &'static str = "songs.bookmark";
    const ABOUT: &'static str = "Copies a song to the bookmark channel, once.";
    const DOORS: Doors = Doors::post(&["/api/{server}/songs/{song}/bookmark"])
        .form("/g/{server}/songs/{song}/bookmark", again::<DeskPage>);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<PublicId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = Bookmarked;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("song", samples.song.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<Bookmarked>, Problem> {
        let (guild, One(song)) = (asked.guild, asked.path);
        if !references::trouble_with(&web.bot, guild, &BOOKMARK_CHANNEL).await?.is_empty() {
            return Err(DeskRefusal::NotCopied.into());
        }
        // The operator is nobody on Discord; what they bookmark, Greenroom does.
        let by = asked.visitor.user().or_else(|| web.bot.own_user()).ok_or(Problem::DiscordUnavailable)?;
        let bookmarked = web
            .change(&asked, move |tx, _| {
                let channel = reviewed::bookmarked(tx, guild, by, song)?;
                Ok(Bookmarked { channel_id: channel.to_string() })
            })
            .await?;
        let said = sentence!("{song} is copied to the bookmark channel.", song);
        Ok(bookmarked.saying(said).leading_to(format!("/g/{guild}/desk")))
    }
}

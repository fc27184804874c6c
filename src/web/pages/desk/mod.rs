//! The reviewer's desk: readable from three metres, one key for the next song.

mod acts;
mod back;
mod view;

use maud::html;
use serde::Deserialize;

use crate::features::queue::model::Line;
use crate::features::{engagement, handles, queue, tiktok};
use crate::kernel::sentence::Sentence;
use crate::store::{Cursor, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::live::look as followed;
use crate::web::filter;
use crate::web::music::desk::{look, open_line};
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::live_state;
use crate::web::push::{Region, about, live_address};
use crate::web::ui::components::{self, ACTS, Form};

pub(in crate::web) use acts::{of_song, of_song_that_plays};
pub(in crate::web) use back::{Back, again_there};
pub(in crate::web) use view::{hear, wait};

/// What changes the songs, and how long they wait.
const SONGS: &[Topic] = &[queue::queries::CHANGED, handles::tables::CHANGED, crate::settings::CHANGED];

/// How the live stands.
pub(in crate::web) static DESK_LIVE: Region = Region {
    name: "desk.live",
    topics: live_state::TOPICS,
    who: Who::Reviewer,
    draw: |drawing| {
        let followed = followed(drawing.read, drawing.guild)?;
        let status = live_state::status_of(&followed, &drawing.bot.lives);
        Ok(live_state::line(&followed, status.as_ref()))
    },
};
/// What plays.
pub(in crate::web) static DESK_NOW: Region = Region {
    name: "desk.now",
    topics: SONGS,
    who: Who::Reviewer,
    draw: |drawing| Ok(view::now(&look(drawing.read, drawing.guild)?)),
};
/// What comes.
pub(in crate::web) static DESK_COMING: Region = Region {
    name: "desk.coming",
    topics: SONGS,
    who: Who::Reviewer,
    draw: |drawing| Ok(view::coming(&look(drawing.read, drawing.guild)?)),
};
/// What waits for a reviewer.
pub(in crate::web) static DESK_SKIPS: Region = Region {
    name: "desk.skips",
    topics: SONGS,
    who: Who::Reviewer,
    draw: |drawing| Ok(view::skips(&look(drawing.read, drawing.guild)?)),
};
/// The gifts of the live.
pub(in crate::web) static DESK_GIFTS: Region = Region {
    name: "desk.gifts",
    topics: &[engagement::tables::CHANGED, tiktok::tables::CHANGED, handles::tables::CHANGED],
    who: Who::Reviewer,
    draw: |drawing| Ok(view::gifts(&look(drawing.read, drawing.guild)?)),
};

/// The desk.
pub struct DeskPage;

/// What is open on somebody's desk beside what is on everybody's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeskQuery {
    /// A line in which songs wait, by its name: all of its songs are shown, page by page.
    line: Option<String>,
    /// Where that goes on.
    after: Option<String>,
}

impl DeskQuery {
    /// The line that is open, behind which place.
    fn opened(&self) -> Result<Option<(Line, Option<Cursor>)>, Problem> {
        let waiting = |name: &str| name.parse::<Line>().ok().filter(|line| line.is_waiting());
        let no_line = || Sentence::words("There is no such line in which songs wait.");
        let line = filter::read("line", self.line.as_deref(), waiting, no_line)?;
        let after = filter::place(self.after.as_deref())?;
        Ok(line.map(|line| (line, after)))
    }
}

impl Page for DeskPage {
    const NAME: &'static str = "desk.page";
    const ABOUT: &'static str = "Runs the show: what plays, what comes, what waits for a reviewer, and the gifts.";
    const PATHS: &'static [&'static str] = &["/g/{server}/desk"];
    const WHO: Who = Who::Reviewer;
    const REGIONS: &'static [&'static Region] = &[&DESK_LIVE, &DESK_NOW, &DESK_COMING, &DESK_SKIPS, &DESK_GIFTS];

    type Path = ();
    type Query = DeskQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, opened) = (seen.guild, seen.query.opened()?);
        let looked = web.look("desk", move |read| {
            let open = opened.map(|(line, after)| open_line(read, guild, line, after)).transpose()?;
            Ok((look(read, guild)?, followed(read, guild)?, open))
        });
        let (desk, followed, open) = looked.await?;
        let status = live_state::status_of(&followed, &web.bot.lives);
        let seal = seen.seal("acts");
        // Buttons of the parts below belong to this form: these are drawn once for everybody.
        let acts = Form { id: Some(ACTS), is_quiet: true, ..Form::new("", seal.seal()) };
        let main = html! {
            (acts.around(&html! {}))
            div.desk {
                (DESK_LIVE.around(guild, &live_state::line(&followed, status.as_ref())))
                (DESK_NOW.around(guild, &view::now(&desk)))
                (DESK_COMING.around(guild, &view::coming(&desk)))
                (DESK_SKIPS.around(guild, &view::skips(&desk)))
                (DESK_GIFTS.around(guild, &view::gifts(&desk)))
                // What is open differs from desk to desk: the page asks for it anew as soon as songs changed.
                @if let Some(open) = &open {
                    (components::Region { topics: &[about::SONGS.name()], ..components::Region::shared("desk.line") }
                        .around(&view::open_line(open)))
                }
            }
        };
        let live = open.and_then(|_| live_address(guild, Self::REGIONS, &[about::SONGS]));
        Ok(Shown { live, ..Shown::new("Desk", main) })
    }
}

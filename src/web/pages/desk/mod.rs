//! The reviewer's desk: readable from three metres, one key for the next song.

mod view;

use maud::html;

use crate::features::{engagement, handles, queue, tiktok};
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::live::look as followed;
use crate::web::endpoint::Nothing;
use crate::web::music::desk::look;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::live_state;
use crate::web::push::Region;
use crate::web::ui::components::{ACTS, Form};

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

impl Page for DeskPage {
    const NAME: &'static str = "desk.page";
    const ABOUT: &'static str = "Runs the show: what plays, what comes, what waits for a reviewer, and the gifts.";
    const PATHS: &'static [&'static str] = &["/g/{server}/desk"];
    const WHO: Who = Who::Reviewer;
    const REGIONS: &'static [&'static Region] = &[&DESK_LIVE, &DESK_NOW, &DESK_COMING, &DESK_SKIPS, &DESK_GIFTS];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let looked = web.look("desk", move |read| Ok((look(read, guild)?, followed(read, guild)?)));
        let (desk, followed) = looked.await?;
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
            }
        };
        Ok(Shown::new("Desk", main))
    }
}

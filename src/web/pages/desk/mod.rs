//! The reviewer's desk: readable from three metres, one key for the next song.

mod view;

use maud::html;

use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::music::desk::look;
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::{ACTS, Form};

pub(in crate::web) use view::{hear, wait};

/// The desk.
pub struct DeskPage;

impl Page for DeskPage {
    const NAME: &'static str = "desk.page";
    const ABOUT: &'static str = "Runs the show: what plays, what comes, what waits for a reviewer, and the gifts.";
    const PATHS: &'static [&'static str] = &["/g/{server}/desk"];
    const WHO: Who = Who::Reviewer;

    type Path = ();
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let desk = web.look("desk", move |read| look(read, guild)).await?;
        let seal = seen.seal("acts");
        // Buttons of the parts below belong to this form: these are drawn once for everybody.
        let acts = Form { id: Some(ACTS), is_quiet: true, ..Form::new("", seal.seal()) };
        let main = html! {
            (acts.around(&html! {}))
            div.desk {
                (view::now(&desk))
                (view::coming(&desk))
                (view::skips(&desk))
                (view::gifts(&desk))
            }
        };
        Ok(Shown::new("Desk", main))
    }
}

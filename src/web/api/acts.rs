//! What was done on the desk is taken back, by whichever reviewer and from whichever page.

use super::desk::{SongDone, told};
use crate::activity::ActivityId;
use crate::features::queue::model::Line;
use crate::flows::act_undone;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::pages::desk::again_there;
use crate::web::segments::One;

/// Takes back what was done with a song.
pub struct UndoAct;

impl Endpoint for UndoAct {
    const NAME: &'static str = "queue.undo_change";
    const ABOUT: &'static str = "Takes back what was done with a song, as long as it is the last thing that happened to it: a play, \
                                 a move, a removal, or a dead link with everything that came back.";
    const DOORS: Doors = Doors::post(&["/api/{server}/queue/changes/{change}/undo"])
        .form("/g/{server}/desk/changes/{change}/undo", again_there);
    const WHO: Who = Who::Reviewer;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<ActivityId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = SongDone;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("change", samples.act.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SongDone>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let undo = web.change(&asked, move |tx, by| {
            let moved = act_undone::run(tx, guild, by, id)?;
            SongDone::of(tx, guild, &moved.entry, moved.from)
        });
        Ok(told(undo.await?, &asked, |song, done| {
            let line = done.song.line;
            if line == Line::SongsPlayed.name() {
                sentence!("{song} is what was played, as before.", song)
            } else {
                sentence!("{song} is back in {line}.", song, line)
            }
        }))
    }
}

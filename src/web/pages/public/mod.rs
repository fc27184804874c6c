//! What everybody sees of a server: its queue under a name, overlays for a live picture, and the page on which that is set.

mod overlay;
mod settings;
mod view;

pub use overlay::ROUTE as OVERLAY;
pub use settings::PublicPage;

use crate::features::public::model::PublicName;
use crate::features::public::queries::server_called;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::music::board::look;
use crate::web::page::{Page, Seen, Shown};
use crate::web::segments::{One, Segment};

/// `{name}` in a path is the name of a server's queue.
impl Segment for PublicName {
    const NAME: &'static str = "name";
}

/// The queue of a server, for everybody.
pub struct PublicQueue;

impl Page for PublicQueue {
    const NAME: &'static str = "public.queue_page";
    const ABOUT: &'static str = "Shows the queue of a server to everybody, where its owner switched that on.";
    const PATHS: &'static [&'static str] = &["/q/{name}"];
    const WHO: Who = Who::Anyone;

    type Path = One<PublicName>;
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample { path: vec![("name", "night-owl".to_owned())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (One(name), viewer) = (seen.path.clone(), seen.visitor.user());
        let look = move |read: &dyn Read| {
            let Some(guild) = server_called(read, &name)? else { return Ok(None) };
            Ok(Some((guild, look(read, guild, viewer)?)))
        };
        let (guild, board) = web.look("public_queue", look).await?.ok_or(Problem::NotFound)?;
        // Where we are not any more, nothing is shown.
        let named = web.bot.standings.guild_of_bot(guild).ok_or(Problem::NotFound)?;
        Ok(Shown::bare(format!("Queue of {}", named.name), view::board(&board)))
    }
}

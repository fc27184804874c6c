//! What everybody sees of a server: its queue under a name, overlays for a live picture, and the page on which that is set.

mod overlay;
mod settings;
mod view;

pub use overlay::ROUTE as OVERLAY;
pub(in crate::web) use overlay::{Overlay, SAMPLE_SECRET};
pub use settings::PublicPage;

use crate::features::public::model::PublicName;
use crate::features::public::queries::server_called;
use crate::features::queue;
use crate::kernel::ids::GuildId;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::music::board::look;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::Region;
use crate::web::segments::{One, Segment};
use crate::web::ui::components;

/// A name of the queue of the access test's server.
pub(in crate::web) const SAMPLE_NAME: &str = "night-owl";

/// The queue, as everybody sees it of whom nothing is known.
pub(in crate::web) static PUBLIC_QUEUE: Region = Region {
    name: "public.queue",
    topics: &[queue::queries::CHANGED, crate::settings::CHANGED],
    who: Who::Anyone,
    draw: |drawing| Ok(view::board(&look(drawing.read, drawing.guild, None)?)),
};

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
    const REGIONS: &'static [&'static Region] = &[&PUBLIC_QUEUE];

    type Path = One<PublicName>;
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample { path: vec![("name", SAMPLE_NAME.to_owned())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (One(name), viewer) = (seen.path.clone(), seen.visitor.user());
        let look = move |read: &dyn Read| {
            let Some(guild) = server_called(read, &name)? else { return Ok(None) };
            Ok(Some((guild, look(read, guild, viewer)?)))
        };
        let (guild, board) = web.look("public_queue", look).await?.ok_or(Problem::NotFound)?;
        // Where we are not any more, nothing is shown.
        if has_left(web, guild) {
            return Err(Problem::NotFound);
        }
        let named = web.bot.standings.guild_of_bot(guild);
        let title = named.map_or_else(|| "Queue".to_owned(), |named| format!("Queue of {}", named.name));
        let content = view::board(&board);
        let part = if viewer.is_some() {
            // Their own songs differ, so this is asked for anew as soon as the other changes.
            let topics = &[PUBLIC_QUEUE.name];
            components::Region { topics, ..components::Region::shared(PUBLIC_QUEUE.name) }.around(&content)
        } else {
            PUBLIC_QUEUE.around(guild, &content)
        };
        let live = Some(format!("/q/{}/live", seen.path.0));
        Ok(Shown { live, ..Shown::bare(title, part) })
    }
}

/// Whether we are in a server no more. Until Discord has told where we are, we are where we were.
pub(in crate::web) fn has_left(web: &Web, guild: GuildId) -> bool {
    let standings = &web.bot.standings;
    standings.are_named() && standings.guild_of_bot(guild).is_none()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use maud::html;

    use super::overlay::OVERLAYS;
    use super::*;
    use crate::web::push::REGIONS;

    #[test]
    fn what_is_for_anyone_is_opened_by_its_own_address_alone_and_does_not_say_of_which_server_it_is() {
        let mut names: BTreeSet<&str> = REGIONS.iter().map(|region| region.name).collect();
        for region in OVERLAYS.iter().chain([&PUBLIC_QUEUE]) {
            // By a name of the list it could be asked for by others.
            assert!(names.insert(region.name), "{}", region.name);
            assert!(!region.topics.is_empty(), "{} never changes", region.name);
            assert_eq!(region.who, Who::Anyone);
            let part = region.around(GuildId::new(5), &html! {}).into_string();
            assert_eq!(part, format!("<div class=\"region\" data-region=\"{}\"></div>", region.name));
        }
        assert!(REGIONS.iter().all(|region| region.who != Who::Anyone));
    }
}

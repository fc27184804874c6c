//! The first page of a server: what needs somebody, what plays, how the live is, the last day in numbers, and what happened
//! last.

mod look;
mod view;

pub(super) use view::closed;

use maud::html;

use crate::activity::{self, Filter};
use crate::discord::references;
use crate::features::currency;
use crate::features::submissions::settings::SUBMISSIONS_OPEN;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::live::look as followed;
use crate::web::endpoint::Nothing;
use crate::web::happened::Happened;
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::live_state;
use crate::web::push::Region;
use crate::web::push::about::{ACTIVITY, BEGUN, FOLLOWED, JOBS, PULSE, SETTINGS, SHOP, SONGS, TASKS};

/// How the live stands.
pub(in crate::web) static HOME_LIVE: Region = Region {
    name: "home.live",
    topics: live_state::TOPICS,
    who: Who::Viewer,
    draw: |drawing| {
        let followed = followed(drawing.read, drawing.guild)?;
        let status = live_state::status_of(&followed, &drawing.bot.lives);
        Ok(view::live(drawing.guild, &followed, status.as_ref()))
    },
};

/// Of what happened last so much is told.
const LATEST: usize = 8;

/// The first page of a server.
pub struct Home;

impl Page for Home {
    const NAME: &'static str = "servers.home";
    const ABOUT: &'static str = "Shows what a server needs now.";
    const PATHS: &'static [&'static str] = &["/g/{server}"];
    const WHO: Who = Who::Member;
    const REGIONS: &'static [&'static Region] = &[&HOME_LIVE];
    const HINTS: &'static [Topic] = &[SONGS, FOLLOWED, BEGUN, SETTINGS, ACTIVITY, JOBS, SHOP, TASKS, PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, now) = (seen.guild, seen.now);
        let name = web.bot.standings.guild_of_bot(guild).map(|guild| guild.name).unwrap_or_default();
        let is_reviewer = seen.rank.reaches(Who::Reviewer);
        if !seen.rank.reaches(Who::Viewer) {
            let look =
                move |read: &dyn Read| Ok((SUBMISSIONS_OPEN.get(read, guild)?, currency::queries::is_on(read, guild)?));
            return Ok(Shown::new(name, view::for_members(guild, is_reviewer, web.look("open", look).await?)));
        }
        let home = web.look("home", move |read| look::look(read, guild, now)).await?;
        let state = live_state::status_of(&home.followed, &web.bot.lives);
        let problems = references::known(&web.bot, guild).await?;
        let names = web.mentioned(guild, problems.iter().map(view::in_words).collect()).await;
        let wrong = view::OpenIssues {
            problems,
            names,
            lacks_intents: web.bot.lacks_intents(),
            backup: if seen.visitor.is_operator() { last_backup(web, now).await } else { view::Backup::NotTold },
        };
        let latest = if seen.rank.reaches(Who::Admin) { Some(latest(web, seen).await?) } else { None };
        let main = html! {
            @if seen.rank.reaches(Who::Admin) { (view::set_up(&home, seen.rank)) }
            (view::attention(&home, &wrong, seen.rank))
            (view::playing(&home, is_reviewer))
            (HOME_LIVE.around(guild, &view::live(guild, &home.followed, state.as_ref())))
            (view::numbers(&home))
            @if let Some((happened, names)) = &latest { (view::latest(guild, happened, names)) }
        };
        Ok(Shown::new(name, main))
    }
}

/// What happened last, with the names in it.
async fn latest(web: &Web, seen: &Seen<Home>) -> Result<(Vec<Happened>, Names), Problem> {
    let guild = seen.guild;
    let look = move |read: &dyn Read| {
        let found = activity::newest(read, guild, &Filter::default(), None, LATEST)?.rows;
        let happened = Happened::all(read, guild, &found)?;
        let names = Names::of(read, guild, happened.iter().flat_map(Happened::sentences), [])?;
        Ok((happened, names))
    };
    let (happened, names) = web.look("latest", look).await?;
    Ok((happened, web.named(names).await.seen_by(seen.visitor.actor())))
}

/// How old the last backup is, where somebody knows.
async fn last_backup(web: &Web, now: Timestamp) -> view::Backup {
    let Some(backups) = web.settings.backups.clone() else { return view::Backup::NotTold };
    // It looks into a folder.
    match tokio::task::spawn_blocking(move || backups.last()).await {
        Ok(last) => view::Backup::of(last, now),
        Err(_) => view::Backup::NotTold,
    }
}

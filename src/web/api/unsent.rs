//! What was not sent to Discord: given up for good, or waiting because Discord did not answer; tried once more, or let go of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::features::Domain;
use crate::jobs::unsent::{self, given_up, waiting};
use crate::jobs::{DeadLetter, Job, JobId, Lane, Run};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::UnsentPage;
use crate::web::segments::{One, Segment};

/// What was given up, on a page.
const PAGE: usize = 50;
/// What waits, at most.
const WAITING: usize = 100;

impl Segment for JobId {
    const NAME: &'static str = "job";
}

/// Which of what was given up.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct UnsentQuery {
    /// Behind the page that ended with this number.
    pub before: Option<u64>,
}

/// What was not sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnsentView {
    /// What was given up, the latest first.
    pub given_up: Vec<LetterView>,
    /// What to ask for as `before` to go on; nothing on the last page.
    pub next: Option<String>,
    /// What waits because Discord did not answer, and is tried again by itself; 100 at most.
    pub waiting: Vec<WaitingView>,
}

/// What something was for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PurposeView {
    /// Its number.
    pub id: String,
    /// Its kind, as it is stored.
    pub kind: String,
    /// What it was for.
    pub what: String,
    /// `channel`, `member` or `song`: where it was to go, or what it is about.
    pub to: &'static str,
    /// The number of that.
    pub to_id: String,
}

/// Something that was given up.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterView {
    /// What it was for.
    pub job: PurposeView,
    /// When it was given up.
    pub at: String,
    /// Why, in words.
    pub because: String,
    /// What Discord said, or what broke.
    pub reason: String,
}

/// Something that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// What it is for.
    pub job: PurposeView,
    /// Since when Discord does not answer to it.
    pub since: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again.
    pub again_at: String,
}

/// What was given up for one cause: of one kind, and to go to the same place.
#[derive(Debug)]
pub struct Alike {
    /// The latest of them.
    pub latest: (JobId, DeadLetter),
    /// How many there are.
    pub count: usize,
}

/// What was given up, with all that is alike as one, the latest first.
pub fn grouped(letters: Vec<(JobId, DeadLetter)>) -> Vec<Alike> {
    let mut groups: Vec<Alike> = Vec::new();
    for (id, letter) in letters {
        match groups.iter_mut().find(|group| group.latest.1.is_like(&letter)) {
            Some(group) => group.count += 1,
            None => groups.push(Alike { latest: (id, letter), count: 1 }),
        }
    }
    groups
}

/// What was not sent, as it is stored.
#[derive(Debug, Default)]
pub struct Found {
    /// What was given up.
    pub given_up: Vec<(JobId, DeadLetter)>,
    /// Behind which there is more.
    pub next: Option<JobId>,
    /// What waits.
    pub waiting: Vec<Run>,
}

impl UnsentQuery {
    /// Looks it up.
    pub fn look(self, read: &dyn Read, guild: GuildId) -> Result<Found> {
        self.look_at(read, guild, PAGE)
    }

    /// The same, of so many that were given up.
    pub fn look_at(self, read: &dyn Read, guild: GuildId, page: usize) -> Result<Found> {
        let mut letters = given_up(read, guild, self.before.map(JobId::new), page + 1)?;
        let has_more = letters.len() > page;
        letters.truncate(page);
        let next = letters.last().filter(|_| has_more).map(|(id, _)| *id);
        Ok(Found { given_up: letters, next, waiting: waiting(read, guild, WAITING)? })
    }
}

impl PurposeView {
    /// Of a job.
    pub fn of(id: JobId, job: &Job) -> Self {
        let (to, to_id) = match job.lane {
            Lane::Channel(channel) => ("channel", channel.to_string()),
            Lane::User(user) => ("member", user.to_string()),
            Lane::Song(song) => ("song", song.to_string()),
        };
        Self { id: id.to_string(), kind: job.kind.clone(), what: what(&job.kind), to, to_id }
    }
}

impl LetterView {
    /// Of something that was given up.
    pub fn of((id, letter): &(JobId, DeadLetter)) -> Self {
        Self {
            job: PurposeView::of(*id, &letter.job),
            at: letter.at.rfc3339(),
            because: because(&letter.reason).to_owned(),
            reason: letter.reason.clone(),
        }
    }
}

impl WaitingView {
    fn of(run: &Run) -> Option<Self> {
        let wait = run.wait?;
        Some(Self {
            job: PurposeView::of(run.id, &run.job),
            since: wait.since.rfc3339(),
            tries: wait.tries,
            again_at: wait.until.rfc3339(),
        })
    }
}

/// Whether what is like it is settled with it.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SettleBody {
    /// With it all of its kind that were to go to the same place and were given up for the same cause; 500 at most.
    pub alike: bool,
}

/// What a job is for. One of a kind that this program does not know is called as it is stored.
pub fn what(kind: &str) -> String {
    Domain::purpose_of(kind).map_or_else(|| kind.replace(['.', '_'], " "), str::to_owned)
}

/// What Discord's numbers of errors mean for whoever can do something about it.
const BECAUSE: &[(&str, &str)] = &[
    ("code 10003)", "The channel is gone."),
    ("code 10004)", "The bot is no longer in the server."),
    ("code 10007)", "The member left the server."),
    ("code 10008)", "The message that it was about is gone."),
    ("code 10013)", "That account is gone."),
    ("code 20026)", "Discord lets the bot write to nobody new."),
    ("code 40005)", "The file is larger than Discord takes."),
    ("code 50001)", "The bot cannot see that channel."),
    ("code 50007)", "The member takes no direct messages from the bot."),
    ("code 50013)", "The bot lacks a permission there."),
    ("code 50035)", "Discord does not take the message as it is."),
    ("code 50278)", "The member shares no server with the bot."),
    ("code 160002)", "The bot may not read the history of that channel, without which it cannot reply."),
    ("no such kind of job", "It was made by another version of Greenroom."),
    ("Discord was not reached", "Discord could not be reached."),
    ("500 ", "Discord was out of order."),
    ("panic", "Something broke in Greenroom. The log has more about it."),
];

/// Why something was given up, in words.
pub fn because(reason: &str) -> &'static str {
    let known = BECAUSE.iter().find(|(sign, _)| reason.contains(sign));
    known.map_or("Discord did not take it.", |(_, words)| words)
}

/// What was not sent.
pub struct ListUnsent;

impl Endpoint for ListUnsent {
    const NAME: &'static str = "unsent.list";
    const ABOUT: &'static str =
        "Lists what was not sent to Discord, with the reason, and what waits to be tried again.";
    const DOORS: Doors = Doors::get(&["/api/{server}/unsent"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = UnsentQuery;
    type Body = ();
    type Answer = UnsentView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<UnsentView>, Problem> {
        let (guild, query) = (asked.guild, asked.query);
        let found = web.look(Self::NAME, move |read| query.look(read, guild)).await?;
        let view = UnsentView {
            given_up: found.given_up.iter().map(LetterView::of).collect(),
            next: found.next.map(|next| next.to_string()),
            waiting: found.waiting.iter().filter_map(WaitingView::of).collect(),
        };
        Ok(view.into())
    }
}

/// Tries something once more.
pub type TryAgain = Settle<true>;

/// Lets go of something.
pub type Dismiss = Settle<false>;

/// Settles what was given up: it is tried once more, or let go of.
pub struct Settle<const AGAIN: bool>;

impl<const AGAIN: bool> Endpoint for Settle<AGAIN> {
    const NAME: &'static str = if AGAIN { "unsent.try_again" } else { "unsent.dismiss" };
    const ABOUT: &'static str =
        if AGAIN { "Tries once more to send what was given up." } else { "Lets go of what was given up." };
    const DOORS: Doors = if AGAIN {
        Doors::post(&["/api/{server}/unsent/{job}/again"]).form("/g/{server}/unsent/{job}/again", again::<UnsentPage>)
    } else {
        Doors::post(&["/api/{server}/unsent/{job}/dismiss"])
            .form("/g/{server}/unsent/{job}/dismiss", again::<UnsentPage>)
    };
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<JobId>;
    type Query = Nothing;
    type Body = Option<SettleBody>;
    type Answer = PurposeView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("job", samples.unsent.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PurposeView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let settle = if AGAIN { unsent::try_again } else { unsent::dismiss };
        let with_alike = asked.body.unwrap_or_default().alike;
        let settled =
            web.change(&asked, move |tx, by| Ok(PurposeView::of(id, &settle(tx, guild, id, with_alike, by)?)));
        let told = move |PurposeView { what, .. }: &PurposeView| {
            let (what, all) = (what.clone(), with_alike.then(|| Sentence::words(", with all that is like it,")));
            if AGAIN {
                sentence!("**{what}**{all} is tried once more.", what, all)
            } else {
                sentence!("**{what}**{all} is dismissed.", what, all)
            }
        };
        Ok(settled.await?.telling(told).leading_to(format!("/g/{guild}/unsent")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_was_for_and_why_it_was_given_up_is_said_in_words() {
        assert_eq!(what("queue.announce"), "The announcement of the song that plays");
        assert_eq!(what("shop.deliver_item"), "shop deliver item");
        assert_eq!(because("Unknown Channel (404 Not Found, code 10003)"), "The channel is gone.");
        assert_eq!(because("Missing Permissions (403 Forbidden, code 50013)"), "The bot lacks a permission there.");
        assert_eq!(because("something else"), "Discord did not take it.");
    }
}

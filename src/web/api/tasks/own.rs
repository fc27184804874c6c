//! What members do with tasks on the web: they look at what is open and what is theirs, claim a task, give it up, hand in what they did.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{ClaimView, TaskView};
use crate::features::tasks::claims::{self, Claimed, HandedIn};
use crate::features::tasks::listing::{Listing, SortedBy, list};
use crate::features::tasks::model::{KnownTask, TaskId, TaskRefusal, TaskStatus};
use crate::features::tasks::queries::{self, OwnClaim};
use crate::features::tasks::rules;
use crate::features::tasks::settings::PROOF_NEEDED;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::{Read, Tx};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::api::me::own_account;
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::MineInServer;
use crate::web::segments::One;

/// Tasks that are offered at a time.
const OFFERED: usize = 20;
/// Claims that are shown: the open ones, and the latest of the others.
const SHOWN: usize = 20;
/// Open tasks that are looked at for that.
const LOOKED_AT: usize = 200;

/// What there is for a member.
pub struct OwnTasks {
    /// Their claims: the open ones by their deadlines, then the others, the latest first.
    pub claims: Vec<OwnClaim>,
    /// What they may claim now, what ends first before the others.
    pub open: Vec<KnownTask>,
}

impl OwnTasks {
    /// Looks it up.
    pub fn of(read: &dyn Read, guild: GuildId, user: UserId, now: Timestamp) -> Result<Self> {
        let mut claims = queries::own_claims(read, guild, user)?;
        let open = claims.iter().filter(|own| own.claim.claim.state.is_open()).count();
        claims.truncate(open.max(SHOWN));
        let active = Listing { status: Some(TaskStatus::Active), sorted_by: SortedBy::Expires, ..Listing::default() };
        let mut offered = Vec::new();
        for known in list(read, guild, &active, 0, LOOKED_AT)?.tasks {
            if offered.len() < OFFERED && claims::admit(read, guild, user, known.id, now).is_ok() {
                offered.push(known);
            }
        }
        Ok(Self { claims, open: offered })
    }
}

/// What there is for whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnTasksView {
    /// Their claims: the open ones by their deadlines, then the others, the latest first.
    pub claims: Vec<ClaimView>,
    /// What they may claim now.
    pub open: Vec<TaskView>,
}

/// The tasks of whoever asks.
pub struct MyTasks;

impl Endpoint for MyTasks {
    const NAME: &'static str = "tasks.mine";
    const ABOUT: &'static str = "Tells whoever asks which tasks they claimed, and which they may claim now.";
    const DOORS: Doors = Doors::get(&["/api/{server}/me/tasks"]);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = OwnTasksView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OwnTasksView>, Problem> {
        let (guild, user, now) = (asked.guild, own_account(&asked.visitor)?, asked.now);
        let look = move |read: &dyn Read| {
            let OwnTasks { claims, open } = OwnTasks::of(read, guild, user, now)?;
            let claims = claims.iter().map(|own| ClaimView::of(read, guild, &own.task, &own.claim));
            let open = open.iter().map(|known| TaskView::of(read, guild, known));
            Ok(OwnTasksView { claims: claims.collect::<Result<_>>()?, open: open.collect::<Result<_>>()? })
        };
        Ok(web.look(Self::NAME, look).await?.into())
    }
}

/// Where the forms of members lead.
fn mine(guild: GuildId) -> String {
    format!("/me/{guild}#tasks")
}

fn view(tx: &Tx<'_>, guild: GuildId, Claimed { task, claim }: &Claimed) -> Result<ClaimView> {
    ClaimView::of(tx, guild, task, claim)
}

/// Claims a task.
pub type ClaimTask = Hold<true>;

/// Gives a claim up.
pub type AbandonTask = Hold<false>;

/// Claims a task, or gives it up.
pub struct Hold<const CLAIMS: bool>;

impl<const CLAIMS: bool> Endpoint for Hold<CLAIMS> {
    const NAME: &'static str = if CLAIMS { "tasks.claim" } else { "tasks.abandon" };
    const ABOUT: &'static str = if CLAIMS {
        "Claims a task for whoever asks, with the same checks as /claim."
    } else {
        "Gives a claim of whoever asks up; its place is free again."
    };
    const DOORS: Doors = if CLAIMS {
        Doors::post(&["/api/{server}/tasks/{task}/claim"])
            .form("/me/{server}/tasks/{task}/claim", again::<MineInServer>)
    } else {
        Doors::post(&["/api/{server}/tasks/{task}/abandon"])
            .form("/me/{server}/tasks/{task}/abandon", again::<MineInServer>)
    };
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ClaimView;

    fn sample(samples: &Samples) -> Sample {
        let task = if CLAIMS { &samples.task } else { &samples.claimed_task };
        Sample { path: vec![("task", task.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ClaimView>, Problem> {
        let (guild, One(id), user) = (asked.guild, asked.path, own_account(&asked.visitor)?);
        let held = web.change(&asked, move |tx, by| {
            let claimed =
                if CLAIMS { claims::claim(tx, guild, user, id)? } else { claims::abandon(tx, guild, by, user, id)? };
            view(tx, guild, &claimed)
        });
        let told = |view: &ClaimView| {
            let task = view.task_name.clone();
            match Timestamp::from_rfc3339(&view.deadline) {
                Some(until) if CLAIMS => {
                    sentence!("**{task}** is yours. Hand in what you did until {until}.", task, until)
                }
                _ if CLAIMS => sentence!("**{task}** is yours.", task),
                _ => sentence!("You have given **{task}** up.", task),
            }
        };
        Ok(held.await?.telling(told).leading_to(mine(guild)))
    }
}

/// What a member hands in.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SubmitBody {
    /// What they did, 1,500 characters at most. Files are handed in by `/task_submit` on Discord.
    pub text: String,
}

/// Hands in a proof.
pub struct SubmitProof;

impl Endpoint for SubmitProof {
    const NAME: &'static str = "tasks.submit";
    const ABOUT: &'static str =
        "Hands in what whoever asks did for a task that they claimed, as text. Files go by /task_submit on Discord.";
    const DOORS: Doors = Doors::post(&["/api/{server}/tasks/{task}/submit"])
        .form("/me/{server}/tasks/{task}/submit", again::<MineInServer>);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = SubmitBody;
    type Answer = ClaimView;

    fn sample(samples: &Samples) -> Sample {
        let path = vec![("task", samples.claimed_task.clone())];
        Sample {
            path,
            body: Some(json!({ "text": "I greeted ann, ben, chloe, dmitri and eve." })),
            ..Sample::default()
        }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ClaimView>, Problem> {
        let (guild, One(id), user) = (asked.guild, asked.path, own_account(&asked.visitor)?);
        let is_needed = web.look("proof_needed", move |read| PROOF_NEEDED.get(read, guild)).await?;
        let content = rules::content_of(&asked.body.text, 0, is_needed);
        let content = content.map_err(|refusal: TaskRefusal| Problem::field("text", refusal.sentence()))?;
        let handed_in = HandedIn { content, files: Vec::new() };
        let submitted =
            web.change(&asked, move |tx, _| view(tx, guild, &claims::submit(tx, guild, user, id, &handed_in)?));
        let told = |view: &ClaimView| -> Sentence {
            sentence!("Your proof for **{task}** waits for a review.", task = view.task_name.clone())
        };
        Ok(submitted.await?.telling(told).leading_to(mine(guild)))
    }
}

//! Proofs: those that wait, and what reviewers say of them. Moderators review as well, unless a setting takes that away (`C-130`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{ClaimView, undo_address};
use crate::access::Level;
use crate::features::tasks::claims::{self, Claimed};
use crate::features::tasks::model::{ClaimId, ClaimState, Reviewer, TaskId, TaskRefusal, Whose};
use crate::features::tasks::queries;
use crate::features::tasks::rules;
use crate::flows::{task_reviewed, task_undone};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::money::{self, Money};
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::{Read, Tx};
use crate::web::Web;
use crate::web::access::{Limit, Rank, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Sample, Samples};
use crate::web::filter;
use crate::web::page::again;
use crate::web::pages::ReviewsPage;
use crate::web::segments::{One, Two};
use crate::web::user_info::names_those_of;

/// Claims on a page, unless somebody wants another number.
const PAGE: usize = 50;
/// The most claims on a page.
const MOST: usize = 200;

/// Refuses whoever does not review here: moderators may be left out.
pub async fn require_reviewer(web: &Web, guild: GuildId, rank: Rank) -> Result<(), Problem> {
    let least = web.look("reviewers", move |read| queries::least_reviewer(read, guild)).await?;
    if rank.level >= Some(least) { Ok(()) } else { Err(Problem::Forbidden(Who::Admin)) }
}

/// Somebody of this rank as a reviewer.
pub fn reviewer(by: Actor, rank: Rank) -> Reviewer {
    Reviewer { by, is_owner: rank.level >= Some(Level::Owner) }
}

/// Which claims.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SubmissionsQuery {
    /// `in_progress`, `submitted`, `accepted` (or `completed`), `rejected`, `expired` or `abandoned`; all without it.
    pub status: Option<String>,
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
    /// How many; 50, and 200 at most.
    pub limit: Option<usize>,
}

/// Claims of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmissionsView {
    /// Those of this page.
    pub submissions: Vec<ClaimView>,
    /// How many proofs of the server wait for a review.
    pub waiting: u64,
    /// What to ask for as `after` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

names_those_of!(SubmissionsView: submissions);

impl SubmissionsQuery {
    fn state(&self) -> Result<Option<ClaimState>, Problem> {
        let read = |text: &str| if text == "completed" { Some(ClaimState::Accepted) } else { text.parse().ok() };
        let takes = || {
            Sentence::words("It takes one of these: in_progress, submitted, accepted, rejected, expired or abandoned.")
        };
        filter::read("status", self.status.as_deref(), read, takes)
    }
}

/// Lists the claims of a task.
pub struct Submissions;

impl Endpoint for Submissions {
    const NAME: &'static str = "tasks.submissions";
    const ABOUT: &'static str = "Lists the claims of a task with what was handed in.";
    const DOORS: Doors = Doors::get(&["/api/{server}/tasks/{task}/submissions"]);
    const WHO: Who = Who::Moderator;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = One<TaskId>;
    type Query = SubmissionsQuery;
    type Body = ();
    type Answer = SubmissionsView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("task", samples.task.clone())], query: "status=submitted", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SubmissionsView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        require_reviewer(web, guild, asked.rank).await?;
        let (state, after) = (asked.query.state()?, filter::place(asked.query.after.as_deref())?);
        let limit = filter::limit(asked.query.limit, PAGE, 1..=MOST)?;
        let look = move |read: &dyn Read| {
            let task = claims::require(read, guild, id)?;
            let found = queries::claims_of(read, guild, id, state, (after, limit))?;
            let views = found.rows.iter().map(|known| ClaimView::of(read, guild, &task, known));
            Ok(SubmissionsView {
                submissions: views.collect::<Result<_>>()?,
                waiting: queries::waiting(read, guild)?,
                next: found.next.map(|next| next.to_string()),
            })
        };
        let found = web.look(Self::NAME, look).await?;
        Ok(web.with_names(guild, found).await.into())
    }
}

/// Which of the proofs that wait.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WaitingQuery {
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
    /// How many; 50, and 200 at most.
    pub limit: Option<usize>,
}

/// Lists the proofs that wait for a review.
pub struct Waiting;

impl Endpoint for Waiting {
    const NAME: &'static str = "tasks.waiting";
    const ABOUT: &'static str = "Lists the proofs of all tasks that wait for a review, the oldest first.";
    const DOORS: Doors = Doors::get(&["/api/{server}/tasks/submissions"]);
    const WHO: Who = Who::Moderator;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = WaitingQuery;
    type Body = ();
    type Answer = SubmissionsView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SubmissionsView>, Problem> {
        let guild = asked.guild;
        require_reviewer(web, guild, asked.rank).await?;
        let after = filter::place(asked.query.after.as_deref())?;
        let limit = filter::limit(asked.query.limit, PAGE, 1..=MOST)?;
        let look = move |read: &dyn Read| {
            let found = queries::to_review(read, guild, (after, limit))?;
            let views = found.rows.iter().map(|own| ClaimView::of(read, guild, &own.task, &own.claim));
            Ok(SubmissionsView {
                submissions: views.collect::<Result<_>>()?,
                waiting: queries::waiting(read, guild)?,
                next: found.next.map(|next| next.to_string()),
            })
        };
        let found = web.look(Self::NAME, look).await?;
        Ok(web.with_names(guild, found).await.into())
    }
}

/// What a reviewer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is what was wanted: the reward is paid.
    Accept,
    /// It is not, for a reason that the member is told.
    Reject,
    /// Something is missing, of which the member is told.
    AskAgain,
}

/// What a reviewer says of a proof.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ReviewBody {
    /// What comes of it.
    pub decision: Decision,
    /// Why, or what is missing; with an acceptance a note that may be left out. 500 characters at most.
    #[serde(default)]
    pub reason: Option<String>,
    /// One of the reasons that the page offers, which counts where nothing was typed.
    #[serde(default)]
    pub ready: Option<String>,
    /// The number of the claim, where the member has several that wait; the oldest without it.
    #[serde(default)]
    pub claim: Option<String>,
}

impl ReviewBody {
    /// What was typed, or else what was chosen.
    fn said(&self) -> String {
        let typed = self.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
        typed.or(self.ready.as_deref()).unwrap_or_default().to_owned()
    }
}

/// Says what becomes of a proof.
pub struct Review;

impl Endpoint for Review {
    const NAME: &'static str = "tasks.review";
    const ABOUT: &'static str = "Accepts the proof of a member, which pays the reward and gives the role, rejects it for a reason, or \
                                 asks for more. Of two reviewers at once one does, and the other is told who it was.";
    const DOORS: Doors = Doors::post(&["/api/{server}/tasks/{task}/submissions/{member}/review"])
        .form("/g/{server}/reviews/{task}/{member}", again::<ReviewsPage>);
    const WHO: Who = Who::Moderator;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = Two<TaskId, UserId>;
    type Query = crate::web::endpoint::Nothing;
    type Body = ReviewBody;
    type Answer = ClaimView;

    fn sample(samples: &Samples) -> Sample {
        Sample {
            path: vec![("task", samples.task.clone()), ("member", samples.member.clone())],
            body: Some(json!({ "decision": "accept" })),
            ..Sample::default()
        }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ClaimView>, Problem> {
        let (guild, Two(task, user), rank) = (asked.guild, asked.path, asked.rank);
        require_reviewer(web, guild, rank).await?;
        let claim = asked.body.claim.as_deref().map(|id| id.trim().parse::<ClaimId>());
        let claim =
            claim.transpose().map_err(|_| Problem::field("claim", Sentence::words("That is no number of a claim.")))?;
        let (decision, said) = (asked.body.decision, asked.body.said());
        let checked = if decision == Decision::Accept { rules::note(&said) } else { rules::reason(&said) };
        let said = checked.map_err(|refusal: TaskRefusal| Problem::field("reason", refusal.sentence()))?;
        if decision == Decision::Accept {
            web.bot.require_receiver(guild, user).await?;
        }
        let reviewed = web.change(&asked, move |tx, by| {
            let (whose, reviewer) = (Whose { user, task, claim }, reviewer(by, rank));
            let claimed = match decision {
                Decision::Accept => task_reviewed::accept(tx, guild, whose, &reviewer, &said)?.claimed,
                Decision::Reject => claims::reject(tx, guild, whose, &reviewer, &said)?,
                Decision::AskAgain => claims::ask(tx, guild, whose, &reviewer, &said)?,
            };
            ClaimView::reviewed(tx, guild, &claimed)
        });
        let reviewed = web.done_with_names(guild, reviewed.await?).await;
        let money = web.look("money", move |read| money::of(read, guild)).await?;
        let reviewed = reviewed.telling(|view| in_words(view, &money));
        let change = reviewed.value.now().and_then(|view| view.change.as_ref());
        let undo = change.map(|change| undo_address(guild, change));
        Ok(Answered { undo, ..reviewed })
    }
}

impl ClaimView {
    /// A claim that was just reviewed, in the transaction of that.
    fn reviewed(tx: &Tx<'_>, guild: GuildId, Claimed { task, claim }: &Claimed) -> Result<Self> {
        let change = task_undone::latest(tx, guild, task.id)?.map(|id| id.to_string());
        Ok(Self { change, ..Self::of(tx, guild, task, claim)? })
    }
}

/// What a page says of a proof that was reviewed.
fn in_words(view: &ClaimView, money: &Money) -> Sentence {
    let (user, task) = (view.user_name.clone(), view.task_name.clone());
    match view.status {
        "accepted" if view.paid > 0 => {
            let paid = money.of(Amount::ZERO.clamped_change(view.paid));
            sentence!("**{task}** of **{user}** is accepted, and {paid} are paid.", task, user, paid)
        }
        "accepted" => sentence!("**{task}** of **{user}** is accepted.", task, user),
        "rejected" => sentence!("**{task}** of **{user}** is rejected, and they are told why.", task, user),
        _ => sentence!("**{user}** is asked for more about **{task}**.", user, task),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_counts_before_a_ready_reason() {
        let said = |reason: Option<&str>, ready: Option<&str>| {
            let (reason, ready) = (reason.map(str::to_owned), ready.map(str::to_owned));
            ReviewBody { decision: Decision::Reject, reason, ready, claim: None }.said()
        };
        assert_eq!(said(Some(" who? "), Some("It is not enough.")), "who?");
        assert_eq!(said(Some("  "), Some("It is not enough.")), "It is not enough.");
        assert_eq!(said(None, None), "");
    }

    #[test]
    fn completed_is_another_word_for_accepted() {
        let state =
            |text: &str| SubmissionsQuery { status: Some(text.to_owned()), ..SubmissionsQuery::default() }.state();
        assert_eq!(state("completed").unwrap(), Some(ClaimState::Accepted));
        assert_eq!(state("submitted").unwrap(), Some(ClaimState::Submitted));
        assert_eq!(state("").unwrap(), None);
        state("lost").unwrap_err();
    }
}

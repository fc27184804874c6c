//! The desk of reviewers: one proof after another, the oldest first, with what is known of its member and what can be said of it.
//!
//! A proof that somebody else has reviewed meanwhile is shown as such and not swapped for the next one: a key that was on its way
//! to the one must not be said of the other.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Deserialize;

use super::amount;
use super::one::tone;
use crate::access::Level;
use crate::discord::standing::Asked;
use crate::features::tasks::listing::{Past, SeenBefore, past_of, seen_before};
use crate::features::tasks::model::{Claim, ClaimId, ClaimState, Proof, TaskId};
use crate::features::tasks::queries::{self, OwnClaim};
use crate::features::tasks::rules::LONGEST_NOTE;
use crate::flows::known_members;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::money::{self, Money};
use crate::sentence;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::address::address;
use crate::web::answer::{Problem, html as drawn};
use crate::web::api::tasks::review::require_reviewer;
use crate::web::api::tasks::{file_address, is_picture, task_address};
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::members::member_link;
use crate::web::push::about::TASKS;
use crate::web::ui::components::{
    BACK, Button, Card, Choice, Empty, Form, Select, TextArea, Tone, badge, counted, filters, moment, relative,
};

/// Proofs that wait which are looked at: whoever is through with these sees the next ones.
const LOOKED_AT: usize = 200;
/// What reviewers say most; their own words count before these.
const READY: [&str; 4] = [
    "It is not enough yet: please look at what the task asks for.",
    "It belongs to another task.",
    "I cannot open or read what you sent.",
    "It does not show that it was you.",
];

/// Which proof is looked at.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReviewsQuery {
    /// The number of its claim; the oldest that waits without it.
    at: Option<u64>,
    /// Those of this task alone.
    task: Option<u64>,
}

/// The desk of reviewers.
pub struct ReviewsPage;

/// What is on it.
struct Desk {
    guild: GuildId,
    money: Money,
    /// How many wait in all.
    all: u64,
    /// Since when the oldest of them does.
    oldest: Option<Timestamp>,
    /// The tasks of which proofs wait.
    tasks: BTreeMap<TaskId, String>,
    /// Those alone of which task, if only one is wanted.
    task: Option<TaskId>,
    /// Those that are looked at, one after another.
    queue: Vec<ClaimId>,
    shown: Option<OnDesk>,
}

/// The proof that is looked at.
struct OnDesk {
    own: OwnClaim,
    name: String,
    past: Past,
    /// Who reviewed it, where it waits no more.
    reviewer: Option<Sentence>,
    /// Which of its files were handed in before, and by whom.
    seen: Vec<(String, SeenBefore)>,
}

impl Page for ReviewsPage {
    const NAME: &'static str = "tasks.reviews";
    const ABOUT: &'static str = "Reviews proofs of tasks, one after another.";
    const PATHS: &'static [&'static str] = &["/g/{server}/reviews"];
    const WHO: Who = Who::Moderator;
    const HINTS: &'static [Topic] = &[TASKS];

    type Path = ();
    type Query = ReviewsQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        require_reviewer(web, guild, seen.rank).await?;
        let (query, sent) = (seen.query, sent(&seen.address));
        let mut desk = web.look(Self::NAME, move |read| Desk::look(read, guild, query, sent)).await?;
        let shown = desk.shown.iter_mut().map(|shown| (shown.own.claim.claim.user, &mut shown.name));
        web.call_by_name(guild, shown.collect()).await;
        let joined = match &desk.shown {
            Some(shown) => joined(web, guild, shown.own.claim.claim.user).await,
            None => None,
        };
        let names = web.mentioned(guild, desk.shown.iter().filter_map(|shown| shown.reviewer.clone()).collect()).await;
        let reviewer = desk.shown.as_ref().and_then(|shown| shown.reviewer.as_ref()).map(|by| names.drawn(by));
        let main = html! {
            (head(&desk))
            @match &desk.shown {
                None => (nothing(&desk)),
                Some(shown) => {
                    (around(&desk, shown))
                    @if let Some(by) = &reviewer { (done(&desk, shown, by)) }
                    div.review {
                        (proof(&desk, shown))
                        (member(guild, shown, joined))
                    }
                    @if reviewer.is_none() { (verdicts(seen, &desk, shown)) }
                }
            }
        };
        Ok(Shown::new("Reviews", main))
    }
}

/// The proof of which a form was sent, by its address: the page is shown again for that one.
fn sent(address: &str) -> Option<(TaskId, UserId)> {
    let path = address.split('?').next()?;
    let (_, rest) = path.split_once("/reviews/")?;
    let (task, user) = rest.split_once('/')?;
    Some((task.parse().ok()?, user.parse().ok()?))
}

/// When somebody joined the server, where Discord says it.
async fn joined(web: &Web, guild: GuildId, user: UserId) -> Option<Timestamp> {
    match web.bot.standings.of(&web.bot, guild, user).await {
        Asked::Is(standing) => standing.joined_at,
        Asked::NotThere | Asked::Silent => None,
    }
}

impl Desk {
    fn look(read: &dyn Read, guild: GuildId, query: ReviewsQuery, sent: Option<(TaskId, UserId)>) -> Result<Self> {
        let waiting = queries::to_review(read, guild, (None, LOOKED_AT))?.rows;
        let oldest = waiting.first().and_then(|own| own.claim.claim.proof.as_ref()).map(|proof| proof.submitted_at);
        let tasks = waiting.iter().map(|own| (own.task.id, own.task.task.name.clone())).collect();
        let task = query.task.map(TaskId::new);
        let queue = waiting.iter().filter(|own| task.is_none_or(|task| own.task.id == task));
        let queue: Vec<ClaimId> = queue.map(|own| own.claim.id).collect();
        let wanted = match (sent, query.at) {
            (Some((task, user)), _) => {
                let waits = waiting.iter().find(|own| own.task.id == task && own.claim.claim.user == user);
                let latest = queries::latest_claim(read, guild, user, task)?;
                waits.map(|own| own.claim.id).or(latest.map(|known| known.id))
            }
            (None, Some(at)) => Some(ClaimId::new(at)),
            (None, None) => queue.first().copied(),
        };
        let shown = wanted.map(|id| OnDesk::look(read, guild, id)).transpose()?.flatten();
        Ok(Self {
            guild,
            money: money::of(read, guild)?,
            all: queries::waiting(read, guild)?,
            oldest,
            tasks,
            task,
            queue,
            shown,
        })
    }

    /// Where a proof is looked at.
    fn at(&self, claim: Option<ClaimId>) -> String {
        let (at, task) = (claim.map(|id| id.to_string()), self.task.map(|id| id.to_string()));
        address(&format!("/g/{}/reviews", self.guild), &[("at", at.as_deref()), ("task", task.as_deref())])
    }

    /// Where a proof stands among those that are looked at.
    fn place(&self, claim: ClaimId) -> Option<usize> {
        self.queue.iter().position(|id| *id == claim)
    }

    /// The proofs before and behind one.
    fn beside(&self, claim: ClaimId) -> (Option<ClaimId>, Option<ClaimId>) {
        let Some(place) = self.place(claim) else { return (None, self.queue.first().copied()) };
        let before = place.checked_sub(1).and_then(|place| self.queue.get(place));
        (before.copied(), self.queue.get(place + 1).copied())
    }
}

impl OnDesk {
    fn look(read: &dyn Read, guild: GuildId, id: ClaimId) -> Result<Option<Self>> {
        let Some(claim) = queries::claim(read, guild, id)? else { return Ok(None) };
        let Some(task) = queries::task(read, guild, claim.claim.task)? else { return Ok(None) };
        let user = claim.claim.user;
        let waits = claim.claim.state == ClaimState::Submitted;
        let reviewer = claim.claim.reviewer.map(crate::activity::called);
        let state = Sentence::words(claim.claim.state.in_words());
        let by = reviewer.map(|by| sentence!(", by {by}", by));
        let reviewer = (!waits).then(|| sentence!("It is {state}{by}.", state, by));
        let named = |seen: SeenBefore| Ok((known_members::called(read, guild, seen.user)?, seen));
        let seen = seen_before(read, guild, &claim)?.into_iter().map(named).collect::<Result<_>>()?;
        Ok(Some(Self {
            seen,
            name: known_members::called(read, guild, user)?,
            past: past_of(read, guild, user)?,
            own: OwnClaim { task, claim },
            reviewer,
        }))
    }
}

fn head(desk: &Desk) -> Markup {
    let tasks: Vec<(String, &str)> = desk.tasks.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    let choices: Vec<Choice<'_>> = std::iter::once(Choice::new("", "All tasks"))
        .chain(tasks.iter().map(|(id, name)| Choice::new(id, name)))
        .collect();
    let chosen = desk.task.map(|id| id.to_string()).unwrap_or_default();
    html! {
        p {
            @if desk.all == 0 { (badge(Tone::Good, "Nothing waits")) } @else {
                (badge(Tone::Warn, &format!("{} waiting", counted(desk.all, "proof", "proofs"))))
                @if let Some(oldest) = desk.oldest { " The oldest was handed in " (relative(oldest)) "." }
            }
        }
        @if tasks.len() > 1 || desk.task.is_some() {
            (filters(&format!("/g/{}/reviews", desk.guild), &html! {
                (Select { chosen: &chosen, ..Select::new("task", "Of which task", &choices) })
            }))
        }
    }
}

fn nothing(desk: &Desk) -> Markup {
    let board = format!("/g/{}/tasks", desk.guild);
    html! {
        (Empty {
            title: "Nothing waits for a review.",
            text: "When a member hands in a proof, it stands here at once.",
            action: Some((&board, "To the tasks")),
        })
    }
}

/// Where this proof stands, and the ways to its neighbours.
fn around(desk: &Desk, shown: &OnDesk) -> Markup {
    let id = shown.own.claim.id;
    let (before, next) = desk.beside(id);
    html! {
        nav.paging aria-label="Proofs" {
            @if let Some(before) = before { a.button href=(desk.at(Some(before))) data-key="k" aria-keyshortcuts="k" { "Before" kbd aria-hidden="true" { "k" } } }
            @if let Some(place) = desk.place(id) { span { (place + 1) " of " (desk.queue.len()) } }
            @if let Some(next) = next { a.button href=(desk.at(Some(next))) data-key="j" aria-keyshortcuts="j" { "Next" kbd aria-hidden="true" { "j" } } }
        }
    }
}

/// That somebody else was faster.
fn done(desk: &Desk, shown: &OnDesk, by: &Markup) -> Markup {
    let (_, next) = desk.beside(shown.own.claim.id);
    html! {
        div.notice.info role="status" {
            p { "This proof waits no more. " (by) }
            @if let Some(next) = next { a.button.main href=(desk.at(Some(next))) { "To the next proof" } }
        }
    }
}

fn proof(desk: &Desk, shown: &OnDesk) -> Markup {
    let OwnClaim { task, claim } = &shown.own;
    let role = task.task.role.as_ref().map(|role| role.name.as_str());
    html! {
        section.card.proof aria-labelledby="proof" {
            h2 #proof { a href=(task_address(desk.guild, task.id)) { (task.task.name) } }
            p.hint { "Reward: " (amount(&desk.money, task.task.reward)) @if let Some(role) = role { " · role " (role) } }
            details { summary { "What was asked for" } p.written { (task.task.description) } }
            (seen_again(desk, shown))
            @if let Some(handed_in) = &claim.claim.proof { (handed_in_is(desk.guild, claim.id, handed_in)) } @else {
                p { "Nothing is handed in any more." }
            }
        }
    }
}

/// That files of it were handed in before: whoever reviews it decides what that means.
fn seen_again(desk: &Desk, shown: &OnDesk) -> Markup {
    html! {
        @if !shown.seen.is_empty() {
            div.notice.warn {
                p { "The same file was handed in before:" }
                ul {
                    @for (name, SeenBefore { file, user, claim, task, at }) in &shown.seen {
                        li {
                            (file) ", by " (member_link(desk.guild, *user, name)) " " (moment(*at)) ", "
                            a href=(address(&format!("/g/{}/reviews", desk.guild), &[("at", Some(&claim.to_string()))])) {
                                "for task " (task)
                            }
                        }
                    }
                }
            }
        }
    }
}

fn handed_in_is(guild: GuildId, claim: ClaimId, proof: &Proof) -> Markup {
    html! {
        p.hint { "Handed in " (moment(proof.submitted_at)) }
        @if proof.content.is_empty() { p.hint { "Without words." } } @else { blockquote.written { (proof.content) } }
        @if !proof.files.is_empty() {
            div.pictures {
                @for (place, file) in proof.files.iter().enumerate() {
                    @let at = file_address(guild, claim, (place, file));
                    @if is_picture(file) {
                        a href=(at) target="_blank" rel="noopener" {
                            img src=(at) alt={ "Picture of the proof: " (file.name) } loading="lazy" decoding="async";
                        }
                    } @else {
                        p { a href=(at) rel="noreferrer" { (file.name) } " " span.hint { "on Discord" } }
                    }
                }
            }
        }
    }
}

/// What is known of whoever handed it in.
fn member(guild: GuildId, shown: &OnDesk, joined: Option<Timestamp>) -> Markup {
    let Claim { user, claimed_at, deadline, state, notes, .. } = &shown.own.claim.claim;
    let Past { accepted, rejected, open } = shown.past;
    let mut facts = vec![
        ("Member", member_link(guild, *user, &shown.name)),
        ("So far", html! { (accepted) " accepted, " (rejected) " rejected, " (open) " open" }),
        ("Claimed", moment(*claimed_at)),
        ("Deadline", relative(*deadline)),
    ];
    if let Some(joined) = joined {
        facts.insert(1, ("Joined", moment(joined)));
    }
    if !notes.is_empty() {
        // While it waits, what was said before is of an earlier state, or was taken back.
        let waits = *state == ClaimState::Submitted;
        facts.push(("Said before", html! { @if !waits { (badge(tone(*state), state.in_words())) " " } (notes) }));
    }
    html! { (Card { title: "Who", facts: &facts }) }
}

/// What can be said of it.
fn verdicts(seen: &Seen<ReviewsPage>, desk: &Desk, shown: &OnDesk) -> Markup {
    let OwnClaim { task, claim } = &shown.own;
    let (id, user) = (claim.id, claim.claim.user);
    if seen.visitor.user() == Some(user) && seen.rank.level < Some(Level::Owner) {
        let own = Sentence::words("This is your own proof. Somebody else has to review it.");
        return html! { p.notice.info { (drawn(&own)) } };
    }
    let action = format!("/g/{}/reviews/{}/{user}", desk.guild, task.id);
    let back = desk.at(desk.beside(id).1);
    let refill = seen.refill.as_ref().filter(|refill| refill.may_be_of(&action));
    let typed = |decision: &str| {
        let refill = refill.filter(|refill| refill.value("decision") == Some(decision))?;
        Some(refill.value("reason").unwrap_or_default())
    };
    let wrong = refill.and_then(|refill| refill.wrong("reason"));
    let seals = ["accept", "ask", "reject"].map(|act| seen.seal(&format!("{act}-{id}")));
    let [of_accept, of_ask, of_reject] = &seals;
    let hidden = |decision: &str| {
        html! {
            input type="hidden" name="decision" value=(decision);
            input type="hidden" name="claim" value=(id);
            input type="hidden" name=(BACK) value=(back);
        }
    };
    let ready: Vec<Choice<'_>> = READY.iter().map(|reason| Choice::new(reason, reason)).collect();
    let most = u32::try_from(LONGEST_NOTE).ok();
    html! {
        div.verdicts {
            (Form::new(&action, of_accept.seal()).around(&html! {
                (hidden("accept"))
                (Button { key: Some('a'), about: Some(&shown.name), ..Button::main("Accept") })
            }))
            details open[typed("ask_again").is_some()] {
                summary.button { "Ask again" }
                (Form::new(&action, of_ask.seal()).around(&html! {
                    (hidden("ask_again"))
                    (TextArea {
                        id: Some("f-question"),
                        value: typed("ask_again").unwrap_or_default(),
                        error: wrong.as_deref().filter(|_| typed("ask_again").is_some()),
                        hint: Some("They are told, and have a day at least to answer."),
                        most,
                        rows: 2,
                        is_required: true,
                        ..TextArea::new("reason", "What is missing?")
                    })
                    (Button::plain("Ask"))
                }))
            }
            details open[typed("reject").is_some()] {
                summary.button.danger data-key="x" aria-keyshortcuts="x" { "Reject" kbd aria-hidden="true" { "x" } }
                (Form::new(&action, of_reject.seal()).around(&html! {
                    (hidden("reject"))
                    (Select { chosen: refill.and_then(|refill| refill.value("ready")).unwrap_or_default(), ..Select::new("ready", "Why", &ready) })
                    (TextArea {
                        value: typed("reject").unwrap_or_default(),
                        error: wrong.as_deref().filter(|_| typed("reject").is_some()),
                        hint: Some("They are told this in place of the reason above."),
                        most,
                        rows: 2,
                        ..TextArea::new("reason", "Or in your own words")
                    })
                    (Button::danger("Reject it"))
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_shown_again_for_the_proof_of_which_something_was_said() {
        assert_eq!(sent("/g/5/reviews/3/77?x=1"), Some((TaskId::new(3), UserId::new(77))));
        for other in ["/g/5/reviews", "/g/5/reviews?at=3", "/g/5/tasks/3/77", "/g/5/reviews/x/77"] {
            assert_eq!(sent(other), None, "{other}");
        }
    }

    #[test]
    fn a_proof_has_neighbours_and_one_that_waits_no_more_leads_to_the_first() {
        let desk = Desk {
            guild: GuildId::new(5),
            money: Money { name: "coins".to_owned(), one: String::new(), symbol: "$".to_owned() },
            all: 3,
            oldest: None,
            tasks: BTreeMap::new(),
            task: Some(TaskId::new(2)),
            queue: [4, 7, 9].map(ClaimId::new).to_vec(),
            shown: None,
        };
        let beside = |id: u64| {
            let (before, next) = desk.beside(ClaimId::new(id));
            (before.map(ClaimId::get), next.map(ClaimId::get))
        };
        assert_eq!(
            [beside(4), beside(7), beside(9), beside(1)],
            [(None, Some(7)), (Some(4), Some(9)), (Some(7), None), (None, Some(4))]
        );
        assert_eq!(desk.at(Some(ClaimId::new(7))), "/g/5/reviews?at=7&task=2");
    }
}

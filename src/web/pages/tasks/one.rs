//! One task: how it stands and how its message is, its claims, its form, what can be done with it, and its history.

use maud::{Markup, Render, html};

use super::editor::{Known, Values, fields, preview};
use super::{amount, kind, state, sync, taken};
use crate::activity::{self, Activity, ActivityId, Filter, Subject};
use crate::features::tasks::activity::CHANGED;
use crate::features::tasks::editing::{Field as TaskField, FieldChange};
use crate::features::tasks::model::{ClaimState, KnownClaim, KnownTask, TASK_POST, TaskId, TaskStatus};
use crate::features::tasks::queries;
use crate::flows::offers_followed::{Origin, origin_of_task};
use crate::flows::{known_members, task_undone};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::{Sentence, Slot};
use crate::kernel::text::message_link;
use crate::posts::{PostState, Sync};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::tasks::{revision, undo_address};
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::happened::Happened;
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::instance::told_origin;
use crate::web::pages::members::member_link;
use crate::web::push::about::{POSTS, TASKS};
use crate::web::segments::One;
use crate::web::ui::components::{
    Button, Card, Cell, Event, Form, Row, Table, Tone, badge, history, moment, number, relative, save_bar,
};
use crate::web::whom::member_field;

/// Claims that are listed.
const CLAIMS: usize = 100;
/// Of what happened last so much is told.
const HISTORY: usize = 20;

/// A task.
pub struct TaskPage;

/// What is known of it.
struct Story {
    known: KnownTask,
    post: Option<PostState>,
    claims: Vec<(KnownClaim, String)>,
    assigned: Vec<(UserId, String)>,
    past: Vec<Past>,
    choices: Known,
    /// Whether it is from the catalogue for all servers.
    origin: Option<Origin>,
}

/// Something that happened to it.
struct Past {
    happened: Happened,
    /// What was changed, where the sentence does not say it.
    fields: Vec<FieldChange>,
    is_undoable: bool,
    /// Whether it was said by a reviewer.
    is_review: bool,
}

impl Page for TaskPage {
    const NAME: &'static str = "tasks.one";
    const ABOUT: &'static str = "Shows a task, its claims and its history, and changes it.";
    const PATHS: &'static [&'static str] = &["/g/{server}/tasks/{task}"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[TASKS, POSTS];

    type Path = One<TaskId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("task", samples.task.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, One(id)) = (seen.guild, seen.path);
        let story = web.look(Self::NAME, move |read| Story::look(read, guild, id));
        let Some(mut story) = story.await? else { return Err(Problem::NotFound) };
        let claimants = story.claims.iter_mut().map(|(known, name)| (known.claim.user, name));
        let assigned = story.assigned.iter_mut().map(|(user, name)| (*user, name));
        web.call_by_name(guild, claimants.chain(assigned).collect()).await;
        let told: Vec<Sentence> = story.past.iter().flat_map(|past| past.happened.sentences().cloned()).collect();
        let channel = story.known.task.channel.to_sentence();
        let names = web.mentioned(guild, told.into_iter().chain([channel.clone()]).collect()).await;
        let names = names.seen_by(seen.visitor.actor()).read_by(seen.rank);
        let is_admin = seen.rank.reaches(Who::Admin);
        let main = html! {
            (told_origin(story.origin, "task"))
            (facts(guild, &story, &names.drawn(&channel)))
            @if is_admin { (acts(seen, &story)) }
            @if is_admin { (editor(web, seen, &story).await) }
            (claimed(guild, &story, seen.rank.reaches(Who::Moderator)))
            @if is_admin { (assignment(seen, &story)) }
            (past(seen, &story, &names))
        };
        let crumbs = vec![(format!("/g/{guild}/tasks"), "Tasks".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(story.known.task.name.clone(), main) })
    }
}

impl Story {
    fn look(read: &dyn Read, guild: GuildId, id: TaskId) -> Result<Option<Self>> {
        let Some(known) = queries::task(read, guild, id)? else { return Ok(None) };
        let named = |user: UserId| known_members::called(read, guild, user);
        let mut claims = Vec::new();
        for claim in queries::claims_of(read, guild, id, None, (None, CLAIMS))?.rows {
            let name = named(claim.claim.user)?;
            claims.push((claim, name));
        }
        let assigned = known.task.assigned.iter().map(|user| Ok((*user, named(*user)?))).collect::<Result<_>>()?;
        let about = Filter { subject: Some(Subject::Task(id.get())), ..Filter::default() };
        let noted = activity::newest(read, guild, &about, None, HISTORY)?.rows;
        let happened = Happened::all(read, guild, &noted)?;
        let mut past = Vec::with_capacity(noted.len());
        for (happened, (act, noted)) in happened.into_iter().zip(&noted) {
            past.push(Past::of(read, guild, happened, (*act, noted))?);
        }
        let (post, choices) = (TASK_POST.state(read, guild, id.get())?, Known::look(read, guild)?);
        let origin = origin_of_task(read, guild, &known)?;
        Ok(Some(Self { known, post, claims, assigned, past, choices, origin }))
    }
}

impl Past {
    fn of(read: &dyn Read, guild: GuildId, happened: Happened, (id, noted): (ActivityId, &Activity)) -> Result<Self> {
        Ok(Self {
            happened,
            fields: CHANGED.details(noted).map(|changed| changed.fields).unwrap_or_default(),
            is_undoable: task_undone::is_undoable(read, guild, (id, noted))?,
            is_review: task_undone::is_of_review(read, guild, id)?,
        })
    }
}

fn facts(guild: GuildId, story: &Story, channel: &Markup) -> Markup {
    let Story { known, post, choices, .. } = story;
    let task = &known.task;
    let message = post.as_ref().and_then(|post| Some((post.channel, post.message?)));
    let facts = [
        ("State", state(known)),
        (
            "On Discord",
            html! {
                (sync(post.as_ref())) " in " (channel)
                @if let Some((channel, message)) = message {
                    " " a href=(message_link(guild, channel, message)) rel="noreferrer" { "See it there" }
                }
                @if let Some(reason) = post.as_ref().and_then(|post| post.reason.as_ref()) { p.hint { (reason) } }
            },
        ),
        ("Reward", amount(&choices.money, task.reward)),
        ("Places taken", html! { (taken(known)) }),
        (
            "Of these",
            html! {
                (number(task.counts.in_progress)) " in progress, " (number(task.counts.submitted)) " to review, "
                (number(task.counts.accepted)) " accepted, " (number(task.counts.rejected)) " rejected"
            },
        ),
        (if task.status == TaskStatus::Active { "Ends" } else { "Ended" }, moment(task.expires_at)),
        ("Category", html! { (task.category) (kind(task)) }),
        ("Number", html! { (known.id) }),
    ];
    html! {
        (Card { title: "How it stands", facts: &facts })
        section.card aria-labelledby="asked" {
            h2 #asked { "What is to be done" }
            p.written { (task.description) }
        }
    }
}

/// What can be done with it beside changing it.
fn acts(seen: &Seen<TaskPage>, story: &Story) -> Markup {
    let at = |act: &str| format!("/g/{}/tasks/{}/{act}", seen.guild, story.known.id);
    let (repost, expire, delete) = (at("repost"), at("expire"), at("delete"));
    let seals = ["repost", "expire", "delete"].map(|act| seen.seal(act));
    let [of_repost, of_expire, of_delete] = &seals;
    let is_posted = story.post.as_ref().is_some_and(|post| matches!(post.sync, Sync::Synced | Sync::PendingSync));
    let asked = format!(
        "Delete {}? Its messages and proofs go from Discord, and its claims with it. What was paid stays paid.",
        story.known.task.name
    );
    html! {
        div.actions {
            @if !is_posted {
                (Form::new(&repost, of_repost.seal()).around(&html! { (Button::main("Post it again")) }))
            }
            @if story.known.task.status == TaskStatus::Active {
                (Form::new(&expire, of_expire.seal()).around(&html! { (Button::plain("End it now")) }))
            }
            (Form { confirm: Some(&asked), ..Form::new(&delete, of_delete.seal()) }
                .around(&html! { (Button::danger("Delete")) }))
        }
    }
}

async fn editor(web: &Web, seen: &Seen<TaskPage>, story: &Story) -> Markup {
    let (guild, KnownTask { id, task }) = (seen.guild, &story.known);
    let server = web.places(guild).await;
    let action = format!("/g/{guild}/tasks/{id}");
    let sealed = seen.seal("change");
    // Other forms of the page have none of these fields.
    let refill = seen.refill.as_ref().filter(|refill| refill.may_be_of(&action));
    let revision = revision(*id, task);
    let form = Form { is_guarded: true, revision: Some(revision.in_form(refill)), ..Form::new(&action, sealed.seal()) };
    let values = Values::new(refill, Some(task), &story.choices);
    let theirs = theirs(seen, story);
    html! {
        details.editor-of open[refill.is_some()] {
            summary.button { "Change it" }
            div.editor {
                (form.around(&html! {
                    @if !theirs.is_empty() {
                        div.notice.warn role="status" {
                            p { "Somebody else changed it meanwhile. What you typed is below; saving again puts it in place of this:" }
                            ul { @for (field, now) in &theirs { li { (field) ": " (now) } } }
                        }
                    }
                    (fields(refill, &values, &story.choices, (server.as_deref(), seen.visitor.actor())))
                    (save_bar(&Button::main("Save").render()))
                }))
                (preview(&values, &story.choices.money, server.as_deref(), Some(task)))
            }
        }
    }
}

/// What a clash is about: each field that is something else by now than what was typed.
fn theirs(seen: &Seen<TaskPage>, story: &Story) -> Vec<(&'static str, String)> {
    let task = &story.known.task;
    let all = [
        TaskField::Name,
        TaskField::Description,
        TaskField::Reward,
        TaskField::DurationHours,
        TaskField::MaxClaims,
        TaskField::Category,
        TaskField::Repeats,
    ];
    let differs = |field: TaskField| {
        let present = field.text_of(task);
        seen.theirs(field.name(), &present).map(|_| (field.in_words(), present))
    };
    all.into_iter().filter_map(differs).collect()
}

fn claimed(guild: GuildId, story: &Story, is_reviewer: bool) -> Markup {
    let row = |(known, name): &(KnownClaim, String)| {
        let claim = &known.claim;
        let waits = claim.state == ClaimState::Submitted;
        Row {
            id: Some(known.id.to_string()),
            cells: vec![
                Cell::words("Member", member_link(guild, claim.user, name)),
                Cell::words(
                    "State",
                    html! {
                        (badge(tone(claim.state), claim.state.in_words()))
                        @if waits && is_reviewer { " " a href={ "/g/" (guild) "/reviews?at=" (known.id) } { "Review it" } }
                        @if let Some(progress) = claim.proven_by.progress(claim.progress) { p.hint { (progress) } }
                        @if is_reviewer && !claim.notes.is_empty() { p.hint { (claim.notes) } }
                    },
                ),
                Cell::words("Claimed", relative(claim.claimed_at)),
                Cell::words(
                    "Deadline",
                    html! { @if claim.state.waits_for_proof() { (relative(claim.deadline)) } @else { "–" } },
                ),
            ],
        }
    };
    html! {
        section.card #claims {
            h2 { "Claims" }
            @if story.claims.is_empty() {
                p { "Nobody has claimed it yet." }
            } @else {
                (Table::new("Claims", Some("claims"), story.claims.iter().map(row)))
                @if story.claims.len() == CLAIMS { p.hint { "The first " (CLAIMS) " are shown." } }
            }
        }
    }
}

pub(in crate::web::pages) const fn tone(state: ClaimState) -> Tone {
    match state {
        ClaimState::InProgress => Tone::Info,
        ClaimState::Submitted => Tone::Warn,
        ClaimState::Accepted => Tone::Good,
        ClaimState::Rejected => Tone::Bad,
        ClaimState::Expired | ClaimState::Abandoned => Tone::Quiet,
    }
}

/// To whom it is assigned.
fn assignment(seen: &Seen<TaskPage>, story: &Story) -> Markup {
    let action = format!("/g/{}/tasks/{}/assign", seen.guild, story.known.id);
    let add = seen.seal("assign");
    let refill = seen.refill.as_ref().filter(|refill| refill.may_be_of(&action));
    html! {
        section.card #assigned {
            h2 { "Assigned to" }
            p.hint {
                "Whoever it is assigned to is told. Where the setting " em { "Tasks for Everybody" }
                " is off, nobody else can claim it."
            }
            @if story.assigned.is_empty() { p { "Nobody in particular." } }
            ul {
                @for (user, name) in &story.assigned {
                    @let sealed = seen.seal(&format!("unassign-{user}"));
                    li {
                        (member_link(seen.guild, *user, name)) " "
                        (Form { is_quiet: true, ..Form::new(&action, sealed.seal()) }.around(&html! {
                            input type="hidden" name="member" value=(user);
                            input type="hidden" name="remove" value="true";
                            (Button { about: Some(name), ..Button::plain("Take it away") })
                        }))
                    }
                }
            }
            (Form::new(&action, add.seal()).around(&html! {
                (member_field(refill, "member", "Member"))
                (Button::plain("Assign"))
            }))
        }
    }
}

fn past(seen: &Seen<TaskPage>, story: &Story, names: &Names) -> Markup {
    let may = |past: &Past| seen.rank.reaches(if past.is_review { Who::Moderator } else { Who::Admin });
    let event = |past: &Past| Event {
        at: past.happened.id.moment(),
        who: html! {},
        what: past.happened.drawn(names),
        undo: (past.is_undoable && may(past)).then(|| undo_address(seen.guild, past.happened.id)),
        note: None,
        more: (!past.fields.is_empty()).then(|| compared(&past.fields)),
    };
    let events: Vec<Event> = story.past.iter().map(event).collect();
    let sealed = seen.seal("undo");
    html! {
        section.card #history {
            h2 { "History" }
            (history(&events, Some(sealed.seal())))
        }
    }
}

/// What was before and what is after, field by field.
fn compared(fields: &[FieldChange]) -> Markup {
    html! {
        dl {
            @for FieldChange { field, before, after } in fields {
                div { dt { (field.in_words()) } dd { del { (before) } " → " ins { (after) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    #[test]
    fn a_change_is_compared_field_by_field_and_escaped() {
        let change = FieldChange { field: TaskField::Name, before: "<a>".to_owned(), after: "b".to_owned() };
        insta::assert_snapshot!(lines(&compared(&[change])), @r"
        <dl>
        <div>
        <dt>name</dt>
        <dd>
        <del>&lt;a&gt;</del> → <ins>b</ins>
        </dd>
        </div>
        </dl>
        ");
    }
}

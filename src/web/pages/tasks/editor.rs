//! The form of a task, with its message beside it as Discord shows it, and what stands in the way of a channel or a role right in the
//! list where it is chosen.

use maud::{Markup, Render, html};

use crate::discord::references::{Role, Server};
use crate::discord::roles::can_give;
use crate::features::tasks::model::{Task, TaskStatus};
use crate::features::tasks::queries;
use crate::features::tasks::rules::{LONGEST_DESCRIPTION, LONGEST_NAME};
use crate::features::tasks::settings::{CHANNEL, TASK_NEEDS};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::money::{self, Money};
use crate::store::Read;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Refill};
use crate::web::api::tasks::wish::NO_ROLE;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::{Button, Choice, Field, Form, Input, Select, TextArea, Tone, badge, moment, save_bar};

/// A new task.
pub struct NewTaskPage;

/// What is chosen from.
pub(in crate::web::pages) struct Known {
    pub(super) categories: Vec<String>,
    pub(in crate::web::pages) money: Money,
    /// The channel of all tasks.
    pub(super) channel: Option<ChannelId>,
}

impl Known {
    pub(in crate::web::pages) fn look(read: &dyn Read, guild: GuildId) -> crate::kernel::error::Result<Self> {
        Ok(Self {
            categories: queries::categories(read, guild)?,
            money: money::of(read, guild)?,
            channel: CHANNEL.get(read, guild)?,
        })
    }
}

impl Page for NewTaskPage {
    const NAME: &'static str = "tasks.new";
    const ABOUT: &'static str = "Makes a task.";
    const PATHS: &'static [&'static str] = &["/g/{server}/tasks/new"];
    const WHO: Who = Who::Admin;
    const STILL: Option<&'static str> = Some("It is a form that somebody fills in.");

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let known = web.look(Self::NAME, move |read| Known::look(read, guild)).await?;
        let server = web.places(guild).await;
        let action = format!("/g/{guild}/tasks/new");
        let sealed = seen.seal("new");
        let form = Form { is_guarded: true, ..Form::new(&action, sealed.seal()) };
        let refill = seen.refill.as_ref();
        let values = Values::new(refill, None, &known);
        let main = html! {
            div.editor {
                (form.around(&html! {
                    (fields(refill, &values, &known, (server.as_deref(), seen.visitor.actor())))
                    (save_bar(&Button::main("Make and post it").render()))
                }))
                (preview(&values, &known.money, server.as_deref(), None))
            }
        };
        let crumbs = vec![(format!("/g/{guild}/tasks"), "Tasks".to_owned())];
        Ok(Shown { crumbs, ..Shown::new("New task", main) })
    }
}

/// What stands in the fields: as it was typed, or else as it is.
pub(in crate::web::pages) struct Values {
    name: String,
    description: String,
    reward: String,
    duration_hours: String,
    max_claims: String,
    category: String,
    role_id: String,
    role_name: String,
    channel_id: String,
    repeats: String,
    proven_by: String,
    proof_amount: String,
    proof_channel_id: String,
    status: Option<TaskStatus>,
}

impl Values {
    pub(in crate::web::pages) fn new(refill: Option<&Refill>, task: Option<&Task>, known: &Known) -> Self {
        let value =
            |field: &str, present: String| refill.and_then(|refill| refill.value(field)).map_or(present, str::to_owned);
        let of = |of: &dyn Fn(&Task) -> String| task.map(of).unwrap_or_default();
        let role = task.and_then(|task| task.role.as_ref());
        let proven_by = task.map(|task| task.proven_by).unwrap_or_default();
        let channel = task.map(|task| task.channel).or(known.channel);
        Self {
            name: value("name", of(&|task| task.name.clone())),
            description: value("description", of(&|task| task.description.clone())),
            reward: value("reward", of(&|task| task.reward.get().to_string())),
            duration_hours: value(
                "duration_hours",
                task.map_or_else(|| "24".to_owned(), |task| task.duration_hours.to_string()),
            ),
            max_claims: value(
                "max_claims",
                task.map(Task::max_claims_number)
                    .filter(|most| *most > 0)
                    .map(|most| most.to_string())
                    .unwrap_or_default(),
            ),
            category: value("category", of(&|task| task.category.clone())),
            role_id: value(
                "role_id",
                role.and_then(|role| role.id).map_or_else(|| NO_ROLE.to_owned(), |id| id.to_string()),
            ),
            role_name: role.map(|role| role.name.clone()).unwrap_or_default(),
            channel_id: value("channel_id", channel.map(|channel| channel.to_string()).unwrap_or_default()),
            repeats: value("repeats", task.map(|task| task.repeats).unwrap_or_default().to_string()),
            proven_by: value("proven_by", proven_by.name().to_owned()),
            proof_amount: value("proof_amount", proven_by.needed().unwrap_or(1).to_string()),
            proof_channel_id: value(
                "proof_channel_id",
                proven_by.channel().map(|channel| channel.to_string()).unwrap_or_default(),
            ),
            status: task.map(|task| task.status),
        }
    }
}

/// The fields, as they are or as they were typed.
pub(super) fn fields(
    refill: Option<&Refill>,
    values: &Values,
    known: &Known,
    of_server: (Option<&Server>, Actor),
) -> Markup {
    html! { (plain_fields(refill, values, known, &PROVEN_BY)) (fields_of_server(refill, values, known, of_server)) }
}

/// Those that mean the same in every server.
pub(in crate::web::pages) fn plain_fields(
    refill: Option<&Refill>,
    values: &Values,
    known: &Known,
    proofs: &[Choice<'_>],
) -> Markup {
    let wrong = |field: &str| refill.and_then(|refill| refill.wrong(field));
    let [name, description, reward, hours, places] =
        ["name", "description", "reward", "duration_hours", "max_claims"].map(wrong);
    let [repeats, proven_by, proof_amount] = ["repeats", "proven_by", "proof_amount"].map(wrong);
    html! {
        (Field {
            value: &values.name,
            error: name.as_deref(),
            most: u32::try_from(LONGEST_NAME).ok(),
            is_required: true,
            ..Field::new("name", "Name")
        })
        (TextArea {
            value: &values.description,
            error: description.as_deref(),
            hint: Some("What is to be done, and what the proof has to show."),
            most: u32::try_from(LONGEST_DESCRIPTION).ok(),
            is_required: true,
            ..TextArea::new("description", "What to do")
        })
        (Field {
            input: Input::Number,
            value: &values.reward,
            error: reward.as_deref(),
            unit: Some(&known.money.name),
            hint: Some("Paid to whoever is accepted; 0 for nothing."),
            is_required: true,
            ..Field::new("reward", "Reward")
        })
        (Field {
            input: Input::Number,
            value: &values.duration_hours,
            error: hours.as_deref(),
            unit: Some("hours"),
            hint: Some("For a claim, from the moment of it; the task itself is open for as long."),
            is_required: true,
            ..Field::new("duration_hours", "Time")
        })
        (Field {
            input: Input::Number,
            value: &values.max_claims,
            error: places.as_deref(),
            hint: Some("How many members can have it. Leave it empty for any number."),
            ..Field::new("max_claims", "Places")
        })
        (Select {
            chosen: &values.repeats,
            error: repeats.as_deref(),
            hint: Some("By the time zone of the server. What repeats goes on for a year, or until you end it."),
            ..Select::new("repeats", "How often", &REPEATS)
        })
        (Select {
            chosen: &values.proven_by,
            error: proven_by.as_deref(),
            hint: Some("What proves itself is counted from the claim on, and paid at once."),
            ..Select::new("proven_by", "Proof", proofs)
        })
        (Field {
            input: Input::Number,
            value: &values.proof_amount,
            error: proof_amount.as_deref(),
            hint: Some("How many messages, minutes, coins or songs; a review needs none."),
            ..Field::new("proof_amount", "How much proves it")
        })
    }
}

/// Those that name something of one server.
fn fields_of_server(
    refill: Option<&Refill>,
    values: &Values,
    known: &Known,
    (server, by): (Option<&Server>, Actor),
) -> Markup {
    let wrong = |field: &str| refill.and_then(|refill| refill.wrong(field));
    let [category, role, channel] = ["category", "role_id", "channel_id"].map(wrong);
    let categories: Vec<Choice<'_>> = known.categories.iter().map(|name| Choice::new(name, name)).collect();
    let proof_channel = wrong("proof_channel_id");
    let (counted_in, roles) = (channels(server, &values.proof_channel_id, false), roles(server, values, by));
    let channels = channels(server, &values.channel_id, true);
    html! {
        (Select {
            chosen: &values.category,
            error: category.as_deref(),
            ..Select::new("category", "Category", &categories)
        })
        @if server.is_some() {
            (Select {
                chosen: &values.channel_id,
                error: channel.as_deref(),
                ..Select::new("channel_id", "Channel", &choices(&channels))
            })
            (Select {
                chosen: &values.proof_channel_id,
                error: proof_channel.as_deref(),
                hint: Some("Where messages count; one a minute."),
                ..Select::new("proof_channel_id", "Channel of the messages", &choices(&counted_in))
            })
            (Select {
                chosen: &values.role_id,
                error: role.as_deref(),
                hint: Some("Given to whoever is accepted. It has to stand below my role, and below yours."),
                ..Select::new("role_id", "Role", &choices(&roles))
            })
        } @else {
            p.hint { (badge(Tone::Warn, "Discord does not answer")) " Channel and role cannot be chosen now." }
        }
    }
}

const REPEATS: [Choice<'static>; 3] =
    [Choice::new("never", "Once"), Choice::new("daily", "Each day"), Choice::new("weekly", "Each week")];
const PROVEN_BY: [Choice<'static>; 5] =
    [REVIEWED, Choice::new("messages", "Messages in a channel"), WATCHED, GIVEN, PLAYED];
/// Without those that name a channel of one server.
pub(in crate::web::pages) const PROVEN_ANYWHERE: [Choice<'static>; 4] = [REVIEWED, WATCHED, GIVEN, PLAYED];
const REVIEWED: Choice<'static> = Choice::new("review", "A reviewer looks at it");
const WATCHED: Choice<'static> = Choice::new("watch_minutes", "Minutes watched on the live");
const GIVEN: Choice<'static> = Choice::new("gift_coins", "Coins of gifts on the live");
const PLAYED: Choice<'static> = Choice::new("songs_played", "Songs of theirs played");

fn choices(all: &[(String, String)]) -> Vec<Choice<'_>> {
    all.iter().map(|(value, label)| Choice::new(value, label)).collect()
}

/// The channels, with what I lack in each where I am to post there.
fn channels(server: Option<&Server>, chosen: &str, posts: bool) -> Vec<(String, String)> {
    let Some(server) = server else { return Vec::new() };
    let mut all: Vec<(String, String)> = Vec::new();
    if chosen.is_empty() {
        all.push((String::new(), "Choose a channel".to_owned()));
    }
    for channel in server.text_channels(0) {
        let lacks = posts && server.missing(channel.id, TASK_NEEDS.must).is_none_or(|missing| missing != 0);
        let note = if lacks { " – I cannot post there" } else { "" };
        all.push((channel.id.to_string(), format!("#{}{note}", channel.name)));
    }
    if !chosen.is_empty() && !all.iter().any(|(id, _)| id == chosen) {
        all.push((chosen.to_owned(), format!("{chosen} (gone)")));
    }
    all
}

/// The roles. Of each that cannot be given, or that whoever looks may not promise, it is said before somebody chooses it.
fn roles(server: Option<&Server>, values: &Values, by: Actor) -> Vec<(String, String)> {
    let mut all = vec![(NO_ROLE.to_owned(), "No role".to_owned())];
    let Some(server) = server else { return all };
    for Role { id, name, .. } in server.roles() {
        let note = if can_give(server, *id, by).is_err() { " – cannot be given" } else { "" };
        all.push((id.to_string(), format!("{name}{note}")));
    }
    if !all.iter().any(|(id, _)| *id == values.role_id) {
        all.push((values.role_id.clone(), format!("{} (gone)", values.role_name)));
    }
    all
}

/// The message as members see it, as far as a page shows that. With script it follows what is typed.
pub(in crate::web::pages) fn preview(
    values: &Values,
    money: &Money,
    server: Option<&Server>,
    task: Option<&Task>,
) -> Markup {
    let taken = task.map(|task| task.counts.taken()).unwrap_or_default();
    let role = values.role_id.parse().ok().and_then(|id| server?.role(id)).map(|role| role.name.as_str());
    let is_open = values.status.is_none_or(|status| status == TaskStatus::Active);
    let shown = |field: &str, value: &str, empty: &str| {
        let value = if value.is_empty() { empty } else { value };
        html! { span data-mirrors={ "f-" (field) } data-empty=(empty) { (value) } }
    };
    html! {
        section.card.message aria-labelledby="preview" {
            h2 #preview { "On Discord" }
            noscript { p.hint { "As it was saved or sent last." } }
            div.embed {
                p.embed-title { "📋 " (shown("name", &values.name, "The name")) }
                p.written data-mirrors="f-description" data-empty="What is to be done." {
                    @if values.description.is_empty() { "What is to be done." } @else { (values.description) }
                }
                dl {
                    div { dt { "Reward" } dd { (shown("reward", &values.reward, "0")) " " (money.name) } }
                    div { dt { "Your time" } dd { (shown("duration_hours", &values.duration_hours, "0")) " hours from your claim" } }
                    div { dt { "Places" } dd { (taken) " taken, of " (shown("max_claims", &values.max_claims, "any number")) } }
                    @if let Some(task) = task { div { dt { "Can be claimed until" } dd { (moment(task.expires_at)) } } }
                    div { dt { "Category" } dd { (shown("category", &values.category, "")) } }
                    div { dt { "Role" } dd { (shown("role_id", role.unwrap_or_default(), "No role")) } }
                }
                @if is_open { p { span.embed-button { "Claim Task" } } }
            }
        }
    }
}

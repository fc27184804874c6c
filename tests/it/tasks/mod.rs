//! Tasks, through Discord: made and posted, claimed, proven, reviewed, ended and deleted.

mod claiming;
mod messages;
mod review;
mod roles;
mod rounds;

use greenroom::features::coins::model::Currency;
use greenroom::features::coins::queries as money;
use greenroom::features::tasks::model::{Claim, Task, TaskId};
use greenroom::features::tasks::queries;
use greenroom::sim::{CommandOutcome, FileSpec, ModalCall, SeenMessage};
use serde_json::Value;

use crate::world::{Person, World};

/// The host makes a task in #general, which is posted there; gives its number.
async fn makes(world: &World, name: &str, reward: i64, hours: i64, places: i64) -> TaskId {
    let before = world.said_in("general").await.len();
    let call = world.host().in_channel("staff").call("task-admin create");
    let call = call
        .with("name", name)
        .with("description", "Say hello to somebody who is new")
        .with("reward", reward)
        .with("duration_hours", hours)
        .with("max_claims", places)
        .with("channel", world.channel("general").to_string());
    let answer = world.host().run_call(call).await;
    assert!(answer.is_ephemeral() && answer.text().contains("is made"), "{}", answer.text());
    let said = world.said_in("general").await;
    assert_eq!(said.len(), before + 1, "its message is there");
    let text = answer.text();
    let number = text.split("**").nth(1).unwrap_or_default().parse().unwrap_or_else(|_| panic!("no number in {text}"));
    TaskId::new(number)
}

/// Runs a command about a task.
async fn runs(person: Person<'_>, command: &str, id: TaskId) -> CommandOutcome {
    person.run_call(person.call(command).with("task_id", id.get())).await
}

/// Claims a task by the command; it must work.
async fn claims(person: Person<'_>, id: TaskId) {
    let answer = runs(person, "claim", id).await.text();
    assert!(answer.contains("is yours"), "{answer}");
}

/// Hands in a text.
async fn hands_in(person: Person<'_>, id: TaskId, proof: &str) -> String {
    person.run_call(person.call("task_submit").with("task_id", id.get()).with("proof", proof)).await.text()
}

/// Hands in a text with a file.
async fn hands_in_file(person: Person<'_>, id: TaskId, proof: &str, file: FileSpec) -> String {
    let call = person.call("task_submit").with("task_id", id.get()).with("proof", proof);
    person.run_call(call.with_file("attachment", file)).await.text()
}

/// The message in #general whose words have this one; the last of them.
async fn message_with(world: &World, words: &str) -> SeenMessage {
    let said = world.said_in("general").await;
    let found = said.iter().rev().find(|message| message.text().contains(words)).cloned();
    found.unwrap_or_else(|| panic!("{words:?} is not in {:?}", said.iter().map(SeenMessage::text).collect::<Vec<_>>()))
}

/// Presses a button that opens a form, and fills in its one field.
async fn fills_in(
    world: &World,
    person: Person<'_>,
    (message, label): (&SeenMessage, &str),
    (field, text): (&str, &str),
) -> String {
    let opened = person.press(message, label).await;
    if opened.modal().is_none() {
        return opened.text();
    }
    let fields = [(field.to_owned(), Value::from(text))].into_iter().collect();
    let call = ModalCall { user: person.id, interaction: opened.interaction, fields, ..ModalCall::default() };
    let outcome = world.sim.submit_modal(call).await.unwrap();
    world.settle().await;
    world.sim.outcome(outcome.interaction, std::time::Duration::ZERO).await.unwrap().text()
}

/// What a member has of the server's currency.
fn balance(world: &World, name: &str) -> i64 {
    let (guild, user) = (world.guild, world.user(name));
    let read = |read: &dyn greenroom::store::Read| money::balance(read, guild, Currency::Server, user);
    world.app.bot.store.read_blocking("balance", read).unwrap().get()
}

/// A task as the store has it.
fn task(world: &World, id: TaskId) -> Option<Task> {
    let guild = world.guild;
    let found = world.app.bot.store.read_blocking("task", |read| queries::task(read, guild, id)).unwrap();
    found.map(|known| known.task)
}

/// The latest claim of a member.
fn claim(world: &World, name: &str, id: TaskId) -> Option<Claim> {
    let (guild, user) = (world.guild, world.user(name));
    let found =
        world.app.bot.store.read_blocking("claim", |read| queries::latest_claim(read, guild, user, id)).unwrap();
    found.map(|known| known.claim)
}

/// Whether a button of a message can be pressed.
fn can_be_pressed(message: &SeenMessage, label: &str) -> bool {
    let rows = message.components().iter();
    let buttons = rows.flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
    buttons.into_iter().any(|button| button["label"] == label && button["disabled"] != true)
}

//! Tasks on the web, through the front door: made, changed and deleted with their messages, claimed, proven and reviewed; and what the
//! samples of their routes need.

mod changing;
mod reviewing;

use greenroom::activity::{Filter, Subject, newest};
use greenroom::features::tasks::activity::REJECTED;
use greenroom::features::tasks::claims::{self, HandedIn};
use greenroom::features::tasks::editing::TaskPatch;
use greenroom::features::tasks::model::{ClaimState, ProofFile, Reviewer, TaskId, TaskStatus};
use greenroom::features::tasks::queries::{self, Wanted};
use greenroom::features::tasks::service;
use greenroom::features::tasks::settings::MOST_AT_A_TIME;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{AttachmentId, ChannelId, GuildId, MessageId, UserId};
use greenroom::store::Tx;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::person::{Answer, Person};

const LIST: &str = "/api/{server}/tasks";
/// Longer than any test takes.
const LONG: i64 = 8_760;

/// What is there for the samples of one request.
pub struct OfTasks {
    pub task: String,
    pub claimed_task: String,
    pub change: String,
    pub claim: String,
    pub category: String,
    pub channel: String,
}

impl WebWorld {
    /// Of this server: a task for which the member's proof waits, one that the owner has claimed, a proof that was rejected, and a
    /// category. The same ones, as long as nobody did something with them.
    pub fn tasks_of_samples(&self, member: &str) -> OfTasks {
        let is_here = member != "landlady";
        let guild = if is_here { self.here() } else { self.other() };
        let channel = if is_here { self.world.channel("general") } else { self.there.channels["general"] };
        let channel = ChannelId::new(channel.get());
        let (user, owner) = (self.world.user(member), self.world.user(if is_here { "owner" } else { "landlady" }));
        let category = "Samples".to_owned();
        let name = category.clone();
        let (task, claim, claimed_task, change) = self.write(move |tx| {
            // Those who are asked about end, rename and assign what is staged here, so that many stay open.
            MOST_AT_A_TIME.set(tx, guild, &100)?;
            if !queries::categories(tx, guild)?.contains(&name) {
                service::add_category(tx, guild, Actor::System, &name)?;
            }
            let task = sample_task(tx, guild, (channel, "Welcome five members"), user)?;
            // Whoever asked before may have assigned it; where nobody did, that is refused before anything is written.
            let _ = service::unassign(tx, guild, Actor::System, task, user);
            let claim = handed_in(tx, guild, user, task)?;
            if owner != user {
                give_up(tx, guild, owner, task)?;
            }
            let claimed = sample_task(tx, guild, (channel, "Draw a banner"), owner)?;
            if state_of(tx, guild, owner, claimed)? != Some(ClaimState::InProgress) {
                give_up(tx, guild, owner, claimed)?;
                claims::claim(tx, guild, owner, claimed)?;
            }
            let rejected = sample_task(tx, guild, (channel, "Share a link"), user)?;
            Ok((task, claim, claimed, rejection(tx, guild, user, rejected)?))
        });
        OfTasks {
            task: task.to_string(),
            claimed_task: claimed_task.to_string(),
            change,
            claim,
            category,
            channel: channel.to_string(),
        }
    }

    /// A task of the first server whose words are made of this letter and as long as they may be, with a proof of a member that waits.
    pub fn long_task(&self, member: &str, letter: &str, reward: i64) {
        let (guild, user) = (self.here(), self.world.user(member));
        let channel = ChannelId::new(self.world.channel("general").get());
        let words = |length: usize| letter.repeat(length);
        let patch = TaskPatch {
            name: Some(words(90)),
            description: Some(words(2_000)),
            category: Some(words(40)),
            reward: Some(reward),
            duration_hours: Some(LONG),
            max_claims: Some(1_000_000),
            channel: Some(channel),
            ..TaskPatch::default()
        };
        let (category, proof) = (words(40), words(1_500));
        self.write(move |tx| {
            service::add_category(tx, guild, Actor::System, &category)?;
            let id = service::create(tx, guild, Actor::System, &patch)?.id;
            claims::claim(tx, guild, user, id)?;
            let handed_in = HandedIn { content: proof.clone(), files: Vec::new() };
            claims::submit(tx, guild, user, id, &handed_in).map(drop)
        });
    }

    /// Somebody makes a task in #general by the API; gives its number.
    pub(in crate::web) async fn task_by(&self, person: &Person<'_>, name: &str, reward: i64, places: i64) -> TaskId {
        let body = json!({
            "name": name, "description": "Say hello to somebody who is new", "reward": reward, "duration_hours": 24,
            "max_claims": places, "channel_id": self.world.channel("general").to_string(),
        });
        let made = person.json(Method::POST, LIST, &body).await.is(200).json();
        made["id"].as_str().unwrap().parse().unwrap()
    }

    /// A member claims a task and hands in this, without a word of Discord's.
    pub(in crate::web) fn hands_in(&self, name: &str, id: TaskId, text: &str) {
        let (guild, user, content) = (self.here(), self.world.user(name), text.to_owned());
        self.write(move |tx| {
            claims::claim(tx, guild, user, id)?;
            let handed_in = HandedIn { content: content.clone(), files: Vec::new() };
            claims::submit(tx, guild, user, id, &handed_in).map(drop)
        });
    }

    fn claim_state(&self, name: &str, id: TaskId) -> Option<ClaimState> {
        let (guild, user) = (self.here(), self.world.user(name));
        let found = self.world.read(move |read| queries::latest_claim(read, guild, user, id));
        found.map(|known| known.claim.state)
    }
}

/// The open task of this name whose claim of a member was not accepted yet.
fn sample_task(tx: &Tx<'_>, guild: GuildId, (channel, name): (ChannelId, &str), user: UserId) -> Result<TaskId> {
    let wanted = Wanted { text: Some(name.to_owned()), limit: 50, ..Wanted::default() };
    for known in queries::tasks(tx, guild, TaskStatus::Active, &wanted)?.rows {
        let is_same = known.task.name == name && known.task.description == "A sample.";
        if is_same && state_of(tx, guild, user, known.id)? != Some(ClaimState::Accepted) {
            return Ok(known.id);
        }
    }
    let patch = TaskPatch {
        name: Some(name.to_owned()),
        description: Some("A sample.".to_owned()),
        reward: Some(100),
        duration_hours: Some(LONG),
        channel: Some(channel),
        ..TaskPatch::default()
    };
    Ok(service::create(tx, guild, Actor::System, &patch)?.id)
}

fn state_of(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<Option<ClaimState>> {
    Ok(queries::latest_claim(tx, guild, user, id)?.map(|known| known.claim.state))
}

fn give_up(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<()> {
    if state_of(tx, guild, user, id)?.is_some_and(ClaimState::is_open) {
        claims::abandon(tx, guild, Actor::System, user, id)?;
    }
    Ok(())
}

/// A proof of a member waits, with a picture that is gone; gives the number of the claim.
fn handed_in(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<String> {
    let state = state_of(tx, guild, user, id)?;
    if !state.is_some_and(ClaimState::is_open) {
        claims::claim(tx, guild, user, id)?;
    }
    if state != Some(ClaimState::Submitted) {
        let file = ProofFile {
            name: "proof.png".to_owned(),
            bytes: 5,
            channel: claims::require(tx, guild, id)?.task.channel,
            message: MessageId::new(7),
            attachment: AttachmentId::new(8),
            url: String::new(),
            digest: None,
        };
        let handed_in = HandedIn { content: "I greeted five.".to_owned(), files: vec![file] };
        claims::submit(tx, guild, user, id, &handed_in)?;
    }
    let claim = queries::latest_claim(tx, guild, user, id)?;
    Ok(claim.map(|known| known.id.to_string()).unwrap_or_default())
}

/// A proof of a member was rejected, which can be taken back; gives the number of that.
fn rejection(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<String> {
    let latest = || -> Result<Option<String>> {
        let about = Filter { kind: Some(REJECTED.name()), subject: Some(Subject::Task(id.get())), ..Filter::default() };
        Ok(newest(tx, guild, &about, None, 1)?.rows.first().map(|(id, _)| id.to_string()))
    };
    // After some thousands of other activities it is not found any more.
    let is_rejected = state_of(tx, guild, user, id)? == Some(ClaimState::Rejected);
    if let Some(known) = latest()?.filter(|_| is_rejected) {
        return Ok(known);
    }
    handed_in(tx, guild, user, id)?;
    let reviewer = Reviewer { by: Actor::System, is_owner: false };
    claims::reject(tx, guild, (user, id), &reviewer, "Only three are there.")?;
    Ok(latest()?.unwrap_or_default())
}

fn one(id: TaskId) -> String {
    format!("{LIST}/{}", id.get())
}

fn review(id: TaskId, user: UserId) -> String {
    format!("{}/submissions/{user}/review", one(id))
}

/// Changes a task that was seen as this.
async fn changes(person: &Person<'_>, id: TaskId, body: &Value, seen: &str) -> Answer {
    let token = person.csrf().unwrap();
    let headers = [("content-type", "application/json"), ("x-csrf-token", token.as_str()), ("if-match", seen)];
    person.ask(Method::PUT, &one(id), &headers, serde_json::to_vec(body).unwrap()).await
}

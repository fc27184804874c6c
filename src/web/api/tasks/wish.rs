//! What somebody wants a task to be: read field by field, with the channel and the role looked at on Discord before anything is stored
//! (`C-60`).

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::discord::channel_setting::require_in;
use crate::discord::references::Server;
use crate::discord::roles::may_give;
use crate::features::tasks::editing::{Field, TaskPatch};
use crate::features::tasks::model::{ProvenBy, Repeats, Task, TaskRefusal, TaskRole, TaskStatus};
use crate::features::tasks::rules;
use crate::features::tasks::settings::TASK_NEEDS;
use crate::kernel::actor::Actor;
use crate::kernel::error::Error;
use crate::kernel::ids::{ChannelId, GuildId, RoleId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::web::Web;
use crate::web::answer::Problem;
use crate::web::input::Typed;

/// How no role is sent by a form, in which an empty field was left out.
pub const NO_ROLE: &str = "none";
/// The longest name of a role.
const LONGEST_ROLE: usize = 100;

/// What a task is to be; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TaskBody {
    /// What it is called, 90 characters at most.
    pub name: Option<String>,
    /// What is to be done, 2,000 characters at most.
    pub description: Option<String>,
    /// What is paid for it; 0 for nothing.
    pub reward: Option<Typed>,
    /// How many hours a claim has, a year at most. The task can be claimed for as long, unless `expires_at` says otherwise.
    pub duration_hours: Option<Typed>,
    /// How many places it has; -1 for any number.
    pub max_claims: Option<Typed>,
    /// One of the categories.
    pub category: Option<String>,
    /// The id of the role that whoever is accepted gets, or `none`.
    pub role_id: Option<String>,
    /// The name of that role, where one alone is called so, or `none`; `role_id` counts before it.
    pub role_name: Option<String>,
    /// Where it is posted; in the channel of all tasks without it.
    pub channel_id: Option<String>,
    /// `active`, `expired` or `completed`.
    pub status: Option<String>,
    /// When it can be claimed no more.
    pub expires_at: Option<String>,
    /// How often the same member may do it: `never`, `daily` or `weekly`, by the time zone of the server. What repeats goes on for a
    /// year, unless `expires_at` says otherwise.
    pub repeats: Option<String>,
    /// How a claim is proven: `review`, or by itself by `messages`, `watch_minutes`, `gift_coins` or `songs_played`. Claims that there
    /// are stay as they are.
    pub proven_by: Option<String>,
    /// How many of these prove it, 1 to 1,000,000; nothing for `review`.
    pub proof_amount: Option<Typed>,
    /// The id of the channel in which messages count.
    pub proof_channel_id: Option<String>,
}

/// What is wrong with which field.
#[derive(Default)]
struct Faults(BTreeMap<String, Sentence>);

impl Faults {
    fn take<T>(&mut self, field: Field, read: Result<T, TaskRefusal>) -> Option<T> {
        self.take_at(field.name(), read.map_err(|refusal| refusal.sentence()))
    }

    fn take_at<T>(&mut self, field: &str, read: Result<T, Sentence>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(sentence) => {
                self.0.insert(field.to_owned(), sentence);
                None
            }
        }
    }
}

impl TaskBody {
    /// The change that is meant, of a task that is like this so far, at somebody's word. Refuses what cannot be, each field with what is
    /// wrong with it. What is as it was is no change, so nobody promises a role anew who only leaves it.
    pub async fn patch(
        &self,
        web: &Web,
        guild: GuildId,
        by: Actor,
        before: Option<&Task>,
    ) -> Result<TaskPatch, Problem> {
        let mut faults = Faults::default();
        let mut patch = self.read(&mut faults);
        patch.proven_by = self.proven_by(&mut faults, before.map(|task| task.proven_by));
        if let Some(before) = before {
            leave_out_what_is_the_same(&mut patch, before);
        }
        let names_role = self.role_id.is_some() || self.role_name.is_some();
        let counted_in = patch.proven_by.and_then(ProvenBy::channel);
        if patch.channel.is_some() || names_role || counted_in.is_some() {
            let server = web.ask_places(guild).await?;
            if let Some(channel) = patch.channel
                && let Err(error) = require_in(&server, channel, &TASK_NEEDS)
            {
                faults.take_at::<()>(Field::ChannelId.name(), Err(refused(error)?));
            }
            if counted_in.is_some_and(|channel| !server.text_channels(0).iter().any(|known| known.id == channel)) {
                faults.take_at::<()>("proof_channel_id", Err(TaskRefusal::NotAChannel.sentence()));
            }
            let field = if self.role_id.is_some() { "role_id" } else { "role_name" };
            if let Some(role) = faults.take_at(field, self.role(&server, by)).filter(|_| names_role) {
                let known = before.and_then(|before| before.role.as_ref());
                let is_as_before = known.and_then(|role| role.id) == role.as_ref().and_then(|role| role.id)
                    && known.is_some() == role.is_some();
                let id = role.as_ref().and_then(|role| role.id).filter(|_| !is_as_before);
                if let Some(id) = id
                    && let Err(error) = may_give(&web.bot, guild, id, by).await
                {
                    faults.take_at::<()>(field, Err(refused(error)?));
                }
                patch.role = (!is_as_before).then_some(role);
            }
        }
        if faults.0.is_empty() { Ok(patch) } else { Err(Problem::Fields(faults.0)) }
    }

    /// All but the role, as far as it can be read without looking anything up.
    fn read(&self, faults: &mut Faults) -> TaskPatch {
        let typed = |text: &Option<String>| text.as_deref().map(str::to_owned);
        let mut patch =
            TaskPatch { name: typed(&self.name), description: typed(&self.description), ..TaskPatch::default() };
        if let Some(name) = &self.name {
            faults.take(Field::Name, rules::name(name));
        }
        if let Some(description) = &self.description {
            faults.take(Field::Description, rules::description(description));
        }
        if let Some(category) = &self.category {
            patch.category = faults.take(Field::Category, rules::category(category));
        }
        let number = |typed: &Typed, refusal| typed.signed().ok_or(refusal);
        if let Some(typed) = &self.reward {
            let reward =
                number(typed, TaskRefusal::NotAReward).and_then(|reward| rules::reward(reward).map(|_| reward));
            patch.reward = faults.take(Field::Reward, reward);
        }
        if let Some(typed) = &self.duration_hours {
            let hours =
                number(typed, TaskRefusal::NotADuration).and_then(|hours| rules::duration(hours).map(|_| hours));
            patch.duration_hours = faults.take(Field::DurationHours, hours);
        }
        if let Some(typed) = &self.max_claims {
            // A field of a form that is left empty is any number.
            let most = if typed.is_empty() { Ok(-1) } else { number(typed, TaskRefusal::NotAPlaceCount) };
            let places = most.and_then(|most| rules::places(most).map(|_| most));
            patch.max_claims = faults.take(Field::MaxClaims, places);
        }
        if let Some(typed) = &self.channel_id {
            let channel = typed.trim().parse::<ChannelId>().map_err(|_| TaskRefusal::NotAChannel);
            patch.channel = faults.take(Field::ChannelId, channel);
        }
        if let Some(typed) = &self.status {
            let status = typed.trim().parse::<TaskStatus>().map_err(|_| TaskRefusal::NoSuchStatus);
            patch.status = faults.take(Field::Status, status);
        }
        if let Some(typed) = &self.expires_at {
            let at = Timestamp::from_rfc3339(typed.trim()).ok_or(TaskRefusal::NotAMoment);
            patch.expires_at = faults.take(Field::ExpiresAt, at);
        }
        if let Some(typed) = &self.repeats {
            let repeats = typed.trim().parse::<Repeats>().map_err(|_| TaskRefusal::NoSuchRepetition);
            patch.repeats = faults.take(Field::Repeats, repeats);
        }
        patch
    }

    /// How it is to be proven: what is left out is as it was.
    fn proven_by(&self, faults: &mut Faults, before: Option<ProvenBy>) -> Option<ProvenBy> {
        if self.proven_by.is_none() && self.proof_amount.is_none() && self.proof_channel_id.is_none() {
            return None;
        }
        let before = before.unwrap_or_default();
        let kind = self.proven_by.as_deref().unwrap_or_else(|| before.name());
        let needed = match &self.proof_amount {
            Some(typed) => typed.signed(),
            None => before.needed().map(i64::from),
        };
        let channel = match &self.proof_channel_id {
            Some(typed) => typed.trim().parse::<ChannelId>().ok(),
            None => before.channel(),
        };
        ProvenBy::of(kind, needed, channel)
            .map_err(|refusal| {
                let field = match refusal {
                    TaskRefusal::NotADeedCount => "proof_amount",
                    TaskRefusal::NoProofChannel => "proof_channel_id",
                    _ => Field::ProvenBy.name(),
                };
                faults.take_at::<()>(field, Err(refusal.sentence()));
            })
            .ok()
    }

    /// The role, of those that the server has: by its id first, and else by its name where one alone has it.
    fn role(&self, server: &Server, by: Actor) -> Result<Option<TaskRole>, Sentence> {
        let chosen = |id: RoleId, name: &str| TaskRole { id: Some(id), name: one_line(name, LONGEST_ROLE), by };
        if let Some(typed) = self.role_id.as_deref().map(str::trim) {
            if typed.is_empty() || typed == NO_ROLE {
                return Ok(None);
            }
            let role = typed.parse::<RoleId>().ok().and_then(|id| server.role(id));
            let role = role.ok_or_else(|| Sentence::words("That is none of the roles of this server."))?;
            return Ok(Some(chosen(role.id, &role.name)));
        }
        let typed = self.role_name.as_deref().map(str::trim).unwrap_or_default();
        if typed.is_empty() || typed == NO_ROLE {
            return Ok(None);
        }
        let wanted = typed.to_lowercase();
        let mut called = server.roles().into_iter().filter(|role| role.name.to_lowercase() == wanted);
        match (called.next(), called.next()) {
            (Some(role), None) => Ok(Some(chosen(role.id, &role.name))),
            (None, _) => Err(Sentence::words("No role of this server is called so.")),
            (Some(_), Some(_)) => Err(Sentence::words("Several roles are called so. Please choose one by its id.")),
        }
    }
}

/// A duration that is sent as it was would move the end of a task, and a number of places that is as it was would open it again.
fn leave_out_what_is_the_same(patch: &mut TaskPatch, before: &Task) {
    patch.duration_hours = patch.duration_hours.filter(|hours| *hours != i64::from(before.duration_hours));
    patch.max_claims = patch.max_claims.filter(|most| *most != before.max_claims_number());
    patch.channel = patch.channel.filter(|channel| *channel != before.channel);
    patch.status = patch.status.filter(|status| *status != before.status);
    patch.expires_at = patch.expires_at.filter(|at| *at != before.expires_at);
    patch.repeats = patch.repeats.filter(|repeats| *repeats != before.repeats);
    patch.proven_by = patch.proven_by.filter(|proven_by| *proven_by != before.proven_by);
}

/// The sentence of a refusal, for its field; what broke is no fault of a field.
fn refused(error: Error) -> Result<Sentence, Problem> {
    match error {
        Error::Refused(refusal) => Ok(refusal.sentence),
        broken @ Error::Failed(_) => Err(broken.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::features::tasks::model::Deed;

    const BY: Actor = Actor::System;

    fn server() -> Server {
        let role = |id: u64, name: &str| json!({"id": id.to_string(), "name": name, "permissions": "0", "position": 1});
        let guild = json!({"id": "1", "owner_id": "2", "roles": [role(7, "Helper"), role(8, "Twin"), role(9, "twin")]});
        Server::read(&guild, &json!([]), &json!({"roles": []}), 5).unwrap()
    }

    #[test]
    fn a_role_is_found_by_its_id_first_and_by_its_name_where_one_alone_has_it() {
        let role = |id: Option<&str>, name: Option<&str>| {
            let body =
                TaskBody { role_id: id.map(str::to_owned), role_name: name.map(str::to_owned), ..TaskBody::default() };
            body.role(&server(), BY).map(|role| role.and_then(|role| role.id)).map_err(|sentence| sentence.plain())
        };
        assert_eq!(role(Some("7"), Some("Twin")), Ok(Some(RoleId::new(7))));
        assert_eq!(role(None, Some(" helper ")), Ok(Some(RoleId::new(7))));
        for none in [(Some("none"), Some("Helper")), (None, Some("none")), (None, None)] {
            assert_eq!(role(none.0, none.1), Ok(None), "{none:?}");
        }
        role(Some("1"), None).unwrap_err();
        role(Some("x"), None).unwrap_err();
        assert_eq!(role(None, Some("twin")).unwrap_err(), "Several roles are called so. Please choose one by its id.");
        assert_eq!(role(None, Some("nobody")).unwrap_err(), "No role of this server is called so.");
    }

    #[test]
    fn how_it_is_proven_is_as_it_was_where_it_is_left_out() {
        let proven = |body: serde_json::Value, before: Option<ProvenBy>| {
            let body: TaskBody = serde_json::from_value(body).unwrap();
            let mut faults = Faults::default();
            let read = body.proven_by(&mut faults, before);
            (read, faults.0.keys().next().cloned())
        };
        let messages = ProvenBy::Deeds(Deed::Message(ChannelId::new(7)), 20);
        let more = ProvenBy::Deeds(Deed::Message(ChannelId::new(7)), 30);
        assert_eq!(proven(json!({}), Some(messages)), (None, None));
        assert_eq!(proven(json!({"proof_amount": 30}), Some(messages)), (Some(more), None));
        assert_eq!(proven(json!({"proven_by": "review"}), Some(messages)), (Some(ProvenBy::Review), None));
        let whole = json!({"proven_by": "messages", "proof_amount": "20", "proof_channel_id": "7"});
        assert_eq!(proven(whole, None), (Some(messages), None));
        for (body, field) in [
            (json!({"proven_by": "dancing"}), "proven_by"),
            (json!({"proven_by": "gift_coins"}), "proof_amount"),
            (json!({"proven_by": "songs_played", "proof_amount": 1_000_001}), "proof_amount"),
            (json!({"proven_by": "messages", "proof_amount": 5}), "proof_channel_id"),
        ] {
            assert_eq!(proven(body, None), (None, Some(field.to_owned())));
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_field_by_field() {
        let body: TaskBody = serde_json::from_value(json!({
            "name": " ", "description": "", "reward": -5, "duration_hours": 1.5, "max_claims": 0, "channel_id": "here",
            "status": "lost", "expires_at": "tomorrow", "repeats": "yearly",
        }))
        .unwrap();
        let mut faults = Faults::default();
        body.read(&mut faults);
        let named: Vec<&str> = faults.0.keys().map(String::as_str).collect();
        let all = [
            "channel_id",
            "description",
            "duration_hours",
            "expires_at",
            "max_claims",
            "name",
            "repeats",
            "reward",
            "status",
        ];
        assert_eq!(named, all);
    }
}

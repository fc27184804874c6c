//! What only somebody outside of the evening sees or does: everything that was said anywhere, messages in the bot's
//! name, another server.

use std::collections::BTreeMap;

use greenroom::kernel::ids::GuildId;
use greenroom::sim::{ComponentCall, Fault, GuildIds, Id, LoggedRequest, ModalCall, SeenMessage};
use serde_json::{Value, json};

use crate::world::{Person, World, guild_spec};

impl World {
    /// Everything that the bot has written and that still stands, private answers and direct messages included.
    pub async fn said(&self) -> Vec<SeenMessage> {
        let mut said = BTreeMap::new();
        for person in self.ids.members.values() {
            for channel in self.ids.channels.values() {
                said.extend(
                    self.sim.messages_seen_by(*channel, *person).await.into_iter().map(|seen| (seen.id(), seen)),
                );
            }
            said.extend(self.sim.dms(*person).await.into_iter().map(|seen| (seen.id(), seen)));
        }
        said.into_values().filter(|seen| seen.author() == self.sim.bot()).collect()
    }

    /// What people wrote in a channel and still stands there.
    pub async fn originals_in(&self, channel: &str) -> Vec<Id> {
        let messages = self.sim.messages(self.channel(channel)).await;
        messages.iter().filter(|message| message.author() != self.sim.bot()).map(SeenMessage::id).collect()
    }

    /// What the bot wrote in a channel for everybody, oldest first.
    pub async fn said_in(&self, channel: &str) -> Vec<SeenMessage> {
        let messages = self.sim.messages(self.channel(channel)).await;
        messages.into_iter().filter(|message| message.author() == self.sim.bot()).collect()
    }

    /// The requests that a filter picks.
    pub async fn requests_with(&self, method: &str, part_of_path: &str) -> Vec<LoggedRequest> {
        let mut requests = self.sim.requests(0).await;
        requests.retain(|request| request.method == method && request.path.contains(part_of_path));
        requests
    }

    /// A second server with the same people, its submissions open in its #submissions.
    pub async fn another_guild(&self) -> (GuildIds, GuildId) {
        let ids = self.sim.create_guild(guild_spec("Early Bird Reviews")).await.unwrap();
        let channel = ids.channel("submissions").to_string();
        let host = self.host().in_guild(ids.guild, ids.channel("staff"));
        let answer = host.run_with("set-submission-channel", [("channel", channel)]).await;
        assert!(answer.text().contains("Songs are accepted only in"), "{}", answer.text());
        let guild = GuildId::new(ids.guild.get());
        (ids, guild)
    }

    /// Posts a message with one button in the bot's name, and lets somebody press it; gives what they read.
    pub async fn press_foreign_button(&self, person: Person<'_>, place: (Id, Id), custom_id: &str) -> String {
        let (guild, channel) = place;
        let button = json!({"type": 2, "style": 2, "label": "Odd", "custom_id": custom_id});
        let message = json!({"content": "odd", "components": [{"type": 1, "components": [button]}]});
        let sent = self.app.bot.rest.send_message(channel.get().into(), &message, Vec::new()).await.unwrap();
        let call = ComponentCall {
            guild: Some(guild),
            channel: Some(channel),
            user: person.id,
            message: Id::new(sent.id.get()),
            custom_id: custom_id.to_owned(),
            ..ComponentCall::default()
        };
        let outcome = self.sim.press(call).await.unwrap();
        assert_eq!(outcome.error, None, "{custom_id:?} is answered");
        self.settle().await;
        outcome.text()
    }

    /// Lets somebody send in a modal that no command opens: the bot's own answers to `/submit` are lost, and this modal
    /// is opened in its place. Gives what they read.
    pub async fn open_foreign_modal(&self, person: &str, custom_id: &str, rows: Vec<Value>) -> String {
        let person = self.member(person);
        let lost = Fault { path: Some("/callback".into()), status: Some(500), times: 9, ..Fault::default() };
        self.sim.faults(lost).await;
        let mut command = person.call("submit");
        command.wait_ms = Some(10);
        let opened = self.sim.run_command(command).await.unwrap().interaction;
        self.app.bot.activity.finished(opened.get()).await;
        self.sim.clear_faults().await;
        let asked = self.requests_with("POST", &format!("/interactions/{opened}/")).await;
        let token = asked[0].path.split('/').rev().nth(1).unwrap().to_owned();
        let modal = json!({"type": 9, "data": {"custom_id": custom_id, "title": "Odd", "components": rows}});
        let rest = &self.app.bot.rest;
        rest.create_interaction_response(opened.get().into(), &token, &modal).await.unwrap();
        let call = ModalCall { user: person.id, interaction: opened, ..ModalCall::default() };
        let outcome = self.sim.submit_modal(call).await.unwrap();
        assert_eq!(outcome.error, None, "{custom_id:?} is answered");
        self.settle().await;
        outcome.text()
    }
}

/// What a message lets ping, by the `allowed_mentions` of the request that made it; `None` where it was left to
/// Discord, which pings whatever is named.
pub fn allowed_pings(request: &LoggedRequest) -> Option<Value> {
    let body = request.body.get("data").unwrap_or(&request.body);
    body.get("allowed_mentions").cloned()
}

//! What is asked of Discord.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::multipart::{Form, Part};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serenity::all::{
    ApplicationId, Channel, ChannelId, Command, GuildChannel, GuildId, InteractionId, Message, MessageId,
    MessagePagination, PrivateChannel, RoleId, UserId,
};
use serenity::builder::{CreateAttachment, EditMessage};
use serenity::http::Route;

use super::limits::{Limits, Scope};
use super::{Endpoint, RestError};
use crate::http;
use crate::kernel::time::{Clock, Timestamp};

/// How long a request waits for limits, all in all.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for the first answer to an interaction, which Discord wants within three seconds.
const PATIENCE_OF_ANSWERS: Duration = Duration::from_millis(1_500);
/// How long a picture may take.
const PATIENCE_FOR_PICTURES: Duration = Duration::from_secs(5);
/// The longest reason in a header, in bytes.
const LONGEST_REASON: usize = 512;
/// The longest answer that is read, in bytes; the longest lists have less than one million.
const MOST_BYTES: u64 = 16 << 20;

/// Asks Discord. Clones share everything.
#[derive(Clone)]
pub struct Rest {
    core: Arc<Core>,
    patience: Duration,
}

struct Core {
    client: http::Client,
    base: String,
    pictures: String,
    authorization: HeaderValue,
    clock: Clock,
    limits: Limits,
    application: OnceLock<ApplicationId>,
}

/// A request, which can be sent more than once.
struct Request<'a> {
    method: Method,
    route: Route<'a>,
    query: Vec<(&'static str, String)>,
    body: Body,
    /// What Discord's audit log says of it.
    reason: Option<String>,
}

enum Body {
    Nothing,
    Json(Vec<u8>),
    /// JSON and files.
    Form(String, Vec<CreateAttachment>),
}

impl<'a> Request<'a> {
    fn new(method: Method, route: Route<'a>) -> Self {
        Self { method, route, query: Vec::new(), body: Body::Nothing, reason: None }
    }

    fn json(mut self, body: &impl Serialize) -> Result<Self, RestError> {
        let mut body = serde_json::to_value(body).map_err(senseless)?;
        write_defaults_as_texts(&mut body);
        self.body = Body::Json(serde_json::to_vec(&body).map_err(senseless)?);
        Ok(self)
    }

    /// A message, and the files that come with it.
    fn form(self, message: &impl Serialize, files: Vec<CreateAttachment>) -> Result<Self, RestError> {
        if files.is_empty() {
            return self.json(message);
        }
        let mut body = serde_json::to_value(message).map_err(senseless)?;
        write_defaults_as_texts(&mut body);
        let listed = files
            .iter()
            .enumerate()
            .map(|(id, file)| json!({"id": id, "filename": file.filename, "description": file.description}));
        let listed = Value::Array(listed.collect());
        body.as_object_mut().and_then(|fields| fields.insert("attachments".to_owned(), listed));
        Ok(Self { body: Body::Form(body.to_string(), files), ..self })
    }
}

/// Ids are texts in Discord's JSON. serenity writes those of a menu's default values as numbers.
fn write_defaults_as_texts(body: &mut Value) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(write_defaults_as_texts),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Array(defaults) if name == "default_values" => {
                        let ids = defaults.iter_mut().filter_map(|default| default.get_mut("id"));
                        ids.filter(|id| id.is_u64()).for_each(|id| *id = Value::String(id.to_string()));
                    }
                    field => write_defaults_as_texts(field),
                }
            }
        }
        _ => {}
    }
}

impl Rest {
    /// For a bot with this token.
    pub fn new(token: &str, endpoint: &Endpoint, client: http::Client, clock: Clock) -> Self {
        // Of a token that cannot stand in a header, Discord says that it is wrong.
        let mut authorization =
            HeaderValue::try_from(format!("Bot {token}")).unwrap_or(HeaderValue::from_static("Bot"));
        authorization.set_sensitive(true);
        let core = Core {
            client,
            base: endpoint.base().to_owned(),
            pictures: endpoint.pictures().to_owned(),
            authorization,
            clock,
            limits: Limits::default(),
            application: OnceLock::new(),
        };
        Self { core: Arc::new(core), patience: PATIENCE }
    }

    /// The same for whoever comes back later anyway, as jobs do: waits for no limit.
    #[must_use]
    pub fn without_waiting(&self) -> Self {
        Self { patience: Duration::ZERO, ..self.clone() }
    }

    /// What comes before the paths: where this Discord is.
    pub fn base(&self) -> &str {
        &self.core.base
    }

    /// A file of the file servers; `None` where it has more than `most` bytes. Nothing that tells who asks goes along.
    pub(in crate::discord) async fn picture(
        &self,
        path: &str,
        most: u64,
    ) -> Result<Option<Vec<u8>>, http::RequestError> {
        let Core { client, pictures, .. } = &*self.core;
        let request = client.get(format!("{pictures}{path}")).with(|request| request.timeout(PATIENCE_FOR_PICTURES));
        request.send().await?.expect_success()?.body(most).await
    }

    /// Whose commands and answers these are.
    pub fn set_application_id(&self, application: ApplicationId) {
        // It stays the same after a reconnect.
        let _ = self.core.application.set(application);
    }

    fn application(&self) -> Result<ApplicationId, RestError> {
        self.core
            .application
            .get()
            .copied()
            .ok_or_else(|| senseless("the gateway has not said yet whose commands these are"))
    }

    /// Posts a message with files.
    pub async fn send_message(
        &self,
        channel: ChannelId,
        message: &impl Serialize,
        files: Vec<CreateAttachment>,
    ) -> Result<Message, RestError> {
        let request = Request::new(Method::POST, Route::ChannelMessages { channel_id: channel });
        self.fire(request.form(message, files)?).await
    }

    /// Gives a message of the bot a new face.
    pub async fn edit_message(
        &self,
        channel: ChannelId,
        message: MessageId,
        edit: &EditMessage,
    ) -> Result<(), RestError> {
        let route = Route::ChannelMessage { channel_id: channel, message_id: message };
        self.send(&Request::new(Method::PATCH, route).json(edit)?).await.map(drop)
    }

    /// Deletes a message.
    pub async fn delete_message(&self, channel: ChannelId, message: MessageId) -> Result<(), RestError> {
        let route = Route::ChannelMessage { channel_id: channel, message_id: message };
        self.send(&Request::new(Method::DELETE, route)).await.map(drop)
    }

    /// Deletes from 2 to 100 messages that are younger than two weeks.
    pub async fn delete_messages(&self, channel: ChannelId, messages: &[MessageId]) -> Result<(), RestError> {
        let route = Route::ChannelMessagesBulkDelete { channel_id: channel };
        self.send(&Request::new(Method::POST, route).json(&json!({ "messages": messages }))?).await.map(drop)
    }

    /// A message.
    pub async fn get_message(&self, channel: ChannelId, message: MessageId) -> Result<Message, RestError> {
        self.get(Route::ChannelMessage { channel_id: channel, message_id: message }).await
    }

    /// Messages, the latest first, at most 100.
    pub async fn get_messages(
        &self,
        channel: ChannelId,
        target: Option<MessagePagination>,
        limit: Option<u8>,
    ) -> Result<Vec<Message>, RestError> {
        let mut request = Request::new(Method::GET, Route::ChannelMessages { channel_id: channel });
        request.query.extend(limit.map(|limit| ("limit", limit.to_string())));
        let target = match target {
            Some(MessagePagination::After(id)) => Some(("after", id)),
            Some(MessagePagination::Around(id)) => Some(("around", id)),
            Some(MessagePagination::Before(id)) => Some(("before", id)),
            _ => None,
        };
        request.query.extend(target.map(|(side, id)| (side, id.to_string())));
        self.fire(request).await
    }

    /// Leaves a server.
    pub async fn leave_guild(&self, guild: GuildId) -> Result<(), RestError> {
        self.send(&Request::new(Method::DELETE, Route::UserMeGuild { guild_id: guild })).await.map(drop)
    }

    /// Pins a message.
    pub async fn pin_message(&self, channel: ChannelId, message: MessageId) -> Result<(), RestError> {
        let route = Route::ChannelPin { channel_id: channel, message_id: message };
        self.send(&Request::new(Method::PUT, route)).await.map(drop)
    }

    /// Gives a member a role, or takes it. The reason, of at most 512 bytes as they are sent, stands in the server's audit log.
    pub async fn set_member_role(
        &self,
        (guild, user, role): (GuildId, UserId, RoleId),
        has_it: bool,
        reason: &str,
    ) -> Result<(), RestError> {
        let method = if has_it { Method::PUT } else { Method::DELETE };
        let request = Request::new(method, Route::GuildMemberRole { guild_id: guild, user_id: user, role_id: role });
        self.send(&Request { reason: Some(in_header(reason)), ..request }).await.map(drop)
    }

    /// Opens the channel of direct messages with a person.
    pub async fn create_private_channel(&self, recipient: UserId) -> Result<PrivateChannel, RestError> {
        let request = Request::new(Method::POST, Route::UserMeDmChannels);
        self.fire(request.json(&json!({ "recipient_id": recipient }))?).await
    }

    /// A channel.
    pub async fn get_channel(&self, channel: ChannelId) -> Result<Channel, RestError> {
        self.get(Route::Channel { channel_id: channel }).await
    }

    /// Makes a channel.
    pub async fn create_channel(&self, guild: GuildId, channel: &impl Serialize) -> Result<GuildChannel, RestError> {
        let request = Request::new(Method::POST, Route::GuildChannels { guild_id: guild });
        self.fire(request.json(channel)?).await
    }

    /// Replaces the commands of everywhere.
    pub async fn create_global_commands(&self, commands: &impl Serialize) -> Result<Vec<Command>, RestError> {
        let route = Route::Commands { application_id: self.application()? };
        self.fire(Request::new(Method::PUT, route).json(commands)?).await
    }

    /// Replaces the commands of a guild.
    pub async fn create_guild_commands(
        &self,
        guild: GuildId,
        commands: &impl Serialize,
    ) -> Result<Vec<Command>, RestError> {
        let route = Route::GuildCommands { application_id: self.application()?, guild_id: guild };
        self.fire(Request::new(Method::PUT, route).json(commands)?).await
    }

    /// Gives the first answer to an interaction.
    pub async fn create_interaction_response(
        &self,
        interaction: InteractionId,
        token: &str,
        response: &impl Serialize,
    ) -> Result<(), RestError> {
        let route = Route::InteractionResponse { interaction_id: interaction, token };
        let hurried = Self { patience: PATIENCE_OF_ANSWERS, ..self.clone() };
        hurried.send(&Request::new(Method::POST, route).json(response)?).await.map(drop)
    }

    /// Gives the answer to an interaction another face, or its face if it was only acknowledged.
    pub async fn edit_original_interaction_response(
        &self,
        token: &str,
        edit: &impl Serialize,
    ) -> Result<(), RestError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id: self.application()?, token };
        self.send(&Request::new(Method::PATCH, route).json(edit)?).await.map(drop)
    }

    /// Gives the answer to an interaction that was only acknowledged its face, with files.
    pub async fn fill_original_interaction_response(
        &self,
        token: &str,
        edit: &impl Serialize,
        files: Vec<CreateAttachment>,
    ) -> Result<(), RestError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id: self.application()?, token };
        self.send(&Request::new(Method::PATCH, route).form(edit, files)?).await.map(drop)
    }

    /// Says something beside the answer to an interaction.
    pub async fn create_followup_message(&self, token: &str, message: &impl Serialize) -> Result<(), RestError> {
        let route = Route::WebhookFollowupMessages { application_id: self.application()?, token };
        self.send(&Request::new(Method::POST, route).json(message)?).await.map(drop)
    }

    /// What is there, as plain JSON: with the fields and values that serenity would drop or refuse.
    pub async fn get_json(&self, route: Route<'_>, query: Vec<(&'static str, String)>) -> Result<Value, RestError> {
        self.fire(Request { query, ..Request::new(Method::GET, route) }).await
    }

    async fn get<T: DeserializeOwned>(&self, route: Route<'_>) -> Result<T, RestError> {
        self.fire(Request::new(Method::GET, route)).await
    }

    async fn fire<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, RestError> {
        let body = self.send(&request).await?;
        serde_json::from_slice(&body).map_err(senseless)
    }

    /// Sends a request as soon as its limits let it out, and again after a short limit that was not known before.
    async fn send(&self, request: &Request<'_>) -> Result<Vec<u8>, RestError> {
        let scope = Scope::of(&request.method, &request.route);
        let Core { clock, limits, .. } = &*self.core;
        let patience = clock.now().after(self.patience);
        loop {
            while let Err(until) = limits.admit(&scope, clock.now()) {
                self.wait(until, patience).await?;
            }
            let response = self.built(request).send().await.map_err(RestError::Unreachable)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = response.body(MOST_BYTES).await.map_err(RestError::Unreachable)?;
            let body = body.ok_or_else(|| senseless("the answer is too long"))?;
            tracing::trace!(method = %request.method, ?scope, %status, bytes = body.len(), "Discord answered");
            match limits.learn(&scope, status, &headers, &body, clock.now()) {
                Some(until) => self.wait(until, patience).await?,
                None if status.is_success() => return Ok(body),
                None => return Err(RestError::read(status, &body)),
            }
        }
    }

    async fn wait(&self, until: Timestamp, patience: Timestamp) -> Result<(), RestError> {
        if until > patience {
            return Err(RestError::Limited { until });
        }
        self.core.clock.sleep_until(until).await;
        Ok(())
    }

    fn built(&self, request: &Request<'_>) -> http::Request {
        let path = request.route.path();
        let path = path.strip_prefix("https://discord.com").unwrap_or(&path);
        let Core { client, base, authorization, .. } = &*self.core;
        let built = client.request(request.method.clone(), format!("{base}{path}")).with(|builder| {
            builder
                .query(&request.query)
                .header(AUTHORIZATION, authorization.clone())
                .header(USER_AGENT, serenity::constants::USER_AGENT)
        });
        let built = built.with(|builder| match &request.reason {
            Some(reason) => builder.header("x-audit-log-reason", reason),
            None => builder,
        });
        built.with(|builder| match &request.body {
            // Discord wants a length also where there is nothing.
            Body::Nothing if request.method == Method::GET => builder,
            Body::Nothing => builder.body(Vec::new()),
            Body::Json(body) => builder.header(CONTENT_TYPE, "application/json").body(body.clone()),
            Body::Form(json, files) => {
                let mut form = Form::new().text("payload_json", json.clone());
                for (id, file) in files.iter().enumerate() {
                    let part = Part::bytes(file.data.clone()).file_name(file.filename.clone());
                    let kind = mime_guess::from_path(&file.filename).first_or_octet_stream();
                    // Every name of a kind in that list is a good one.
                    let Ok(part) = part.mime_str(kind.essence_str()) else { continue };
                    form = form.part(format!("files[{id}]"), part);
                }
                builder.multipart(form)
            }
        })
    }
}

#[allow(clippy::needless_pass_by_value)]
fn senseless(error: impl ToString) -> RestError {
    RestError::Senseless(error.to_string())
}

/// A text as it may stand in a header: all but plain letters and digits is escaped, and what is too long is cut.
fn in_header(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        let mut bytes = [0; 4];
        let plain = character.encode_utf8(&mut bytes);
        let before = escaped.len();
        if character.is_ascii_alphanumeric() {
            escaped.push(character);
        } else {
            plain.bytes().for_each(|byte| escaped.extend(['%', digit(byte >> 4), digit(byte & 15)]));
        }
        if escaped.len() > LONGEST_REASON {
            escaped.truncate(before);
            break;
        }
    }
    escaped
}

/// A digit of a hexadecimal number.
fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_a_header_whatever_it_says_and_is_cut_between_characters() {
        assert_eq!(in_header("Bought: VIP ✨\r\n"), "Bought%3A%20VIP%20%E2%9C%A8%0D%0A");
        let long = in_header(&"é".repeat(200));
        assert_eq!((long.len(), long.ends_with("%A9")), (510, true));
    }
}

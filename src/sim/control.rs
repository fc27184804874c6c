//! The control API: [`Sim`]'s methods over HTTP, below `/sim/v1`. Bodies and answers are JSON, ids are strings, and a
//! refusal is `{"error": "sentence"}` with a status of 400 (422 where the body does not fit).
//!
//! [`CALLS`] has them all. What is called as a type there, is a type of this crate.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::on;
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

use super::calls::{Call, control_calls, delete, get, patch, post, put, routed};
use super::live;
use super::people::{
    AutocompleteCall, ChannelSpec, CommandCall, ComponentCall, GuildSpec, MemberSpec, MessageSpec, ModalCall,
    OverwriteSpec, ReactionSpec, Refused, RoleSpec,
};
use super::world::permissions::Permissions;
use super::{BenchCall, DmRefusal, Fault, GatewayFault, Id, Sim};

/// The calls, but for those of lives.
pub(crate) const CALLS: &[Call] = &[
    get("/", "lists these calls", |by| on(by, list)),
    post("/guilds", "GuildSpec: makes a guild; answers all ids by name", |by| on(by, create_guild)),
    get("/guilds/{guild}", "answers the ids of a guild by name", |by| on(by, guild)),
    patch("/guilds/{guild}", "{\"name\", \"owner\"}: another name, or another owner", |by| on(by, change_guild)),
    post("/guilds/{guild}/members", "MemberSpec: somebody joins; answers {\"id\"}", |by| on(by, add_member)),
    delete("/guilds/{guild}/members/{user}", "a member leaves", |by| on(by, remove_member)),
    put("/guilds/{guild}/members/{user}/roles/{role}", "gives somebody a role", |by| on(by, give_role)),
    delete("/guilds/{guild}/members/{user}/roles/{role}", "takes a role from somebody", |by| on(by, take_role)),
    post("/guilds/{guild}/channels", "ChannelSpec: makes a channel; answers {\"id\"}", |by| on(by, create_channel)),
    delete("/guilds/{guild}/channels/{channel}", "deletes a channel", |by| on(by, delete_channel)),
    delete("/guilds/{guild}/channels/{channel}/messages/{message}", "deletes a message", |by| {
        on(by, delete_guild_message)
    }),
    delete("/guilds/{guild}/messages/{message}", "deletes a message in whichever channel", |by| {
        on(by, delete_message_anywhere)
    }),
    post("/guilds/{guild}/roles", "RoleSpec: makes a role; answers {\"id\"}", |by| on(by, create_role)),
    post("/guilds/{guild}/roles/{role}", "{\"permissions\"}: what a role allows now", |by| on(by, allow_role)),
    delete("/guilds/{guild}/roles/{role}", "deletes a role", |by| on(by, delete_role)),
    post("/guilds/{guild}/bot", "{\"permissions\"}: somebody invites the bot", |by| on(by, invite_bot)),
    delete("/guilds/{guild}/bot", "somebody throws the bot out", |by| on(by, kick_bot)),
    post("/guilds/{guild}/trouble", "{\"on\"}: Discord has trouble with the guild, or no more", |by| on(by, trouble)),
    post("/channels/{channel}/overwrites", "OverwriteSpec: what a channel allows a role or member", |by| {
        on(by, set_overwrite)
    }),
    get("/channels/{channel}/messages", "?user=ID: the messages, with the private ones of that user", |by| {
        on(by, messages)
    }),
    patch("/channels/{channel}/messages/{message}", "{\"content\"}: the author edits a message", |by| {
        on(by, edit_message)
    }),
    delete("/channels/{channel}/messages/{message}", "deletes a message", |by| on(by, delete_message)),
    post("/channels/{channel}/messages/{message}/preview", "{\"partial\"}: Discord adds a preview of a link", |by| {
        on(by, add_preview)
    }),
    get("/channels/{channel}/pins", "the pinned messages", |by| on(by, pins)),
    get("/dms/{user}", "the direct messages of a user", |by| on(by, dms)),
    get("/members/{guild}/{user}", "a member", |by| on(by, member)),
    get("/commands", "the commands that the bot registered", |by| on(by, commands)),
    post("/command", "CommandCall: somebody uses a command; answers what they see", |by| on(by, command)),
    post("/autocomplete", "AutocompleteCall: somebody types; answers {\"choices\"}", |by| on(by, autocomplete)),
    post("/component", "ComponentCall: somebody presses or picks; answers what they see", |by| on(by, component)),
    post("/modal", "ModalCall: somebody sends a form; answers what they see", |by| on(by, modal)),
    post("/message", "MessageSpec: somebody posts; answers {\"id\"}", |by| on(by, message)),
    post("/reaction", "ReactionSpec: somebody reacts", |by| on(by, reaction)),
    post("/voice", "{\"guild\", \"user\", \"channel\"}: somebody joins a voice channel, or leaves it", |by| {
        on(by, voice)
    }),
    post("/presence", "{\"guild\", \"user\", \"status\"}: somebody comes online or goes", |by| on(by, presence)),
    post("/thread", "{\"channel\", \"user\", \"name\"}: somebody begins a thread; answers {\"id\"}", |by| {
        on(by, start_thread)
    }),
    get("/requests", "?from=N: the requests of the bot from that one on", |by| on(by, requests)),
    post("/faults", "Fault: the next matching requests fail so", |by| on(by, order_fault)),
    delete("/faults", "no request fails any more", |by| on(by, clear_faults)),
    post(
        "/gateway",
        "{\"action\": kill, close, close_empty, reconnect, invalid or repeat, \"code\", \"resumable\", \"last\"}",
        |by| on(by, break_gateway),
    ),
    post("/dm_block", "{\"user\", \"on\", \"code\", \"at_opening\"}: takes no direct messages, or does again", |by| {
        on(by, block_dms)
    }),
    post("/token", "{\"token\"}: the only token of a bot that Discord knows; any is good without one", |by| {
        on(by, set_token)
    }),
    post("/oembed", "{\"link\", \"answers\"}, each an OEmbedAnswer: what a platform calls a link", |by| {
        on(by, set_oembed)
    }),
    post(
        "/pictures",
        "{\"hash\", \"answer\", \"user\" or \"guild\"}: how a picture is answered, a PictureAnswer; and who shows it",
        |by| on(by, super::cdn::order),
    ),
    post(
        "/oauth2",
        "{\"user\", \"redirect_uris\"}: who authorizes applications at once, and where these lead back to",
        |by| on(by, super::oauth2::control::sign_ins),
    ),
    post("/clock", "{\"advance_ms\"}: moves the clock; answers {\"now\"}", |by| on(by, advance)),
    post("/bench", "BenchCall: uses a command many times, and measures", |by| on(by, bench)),
];

/// The routes below `/sim/v1`.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(sim: Sim) -> Router<S> {
    routed(CALLS)
        .nest("/live", routed(live::control::CALLS))
        .fallback(async || refuse(StatusCode::NOT_FOUND, "There is no such call."))
        .method_not_allowed_fallback(async || refuse(StatusCode::METHOD_NOT_ALLOWED, "That call takes another method."))
        .with_state(sim)
}

async fn list() -> String {
    let lines: Vec<_> = control_calls().into_iter().map(|(call, about)| format!("{call}: {about}")).collect();
    lines.join("\n") + "\n"
}

/// What every call gives.
pub(crate) type Answer<T> = Result<Json<T>, Refused>;

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        refuse(StatusCode::BAD_REQUEST, &self.0)
    }
}

fn refuse(status: StatusCode, sentence: &str) -> Response {
    (status, Json(json!({"error": sentence}))).into_response()
}

/// A JSON body; one that cannot be read is refused with a sentence.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => {
                let is_form = matches!(rejection, JsonRejection::JsonDataError(_));
                let status = if is_form { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
                Err(refuse(status, &rejection.body_text()))
            }
        }
    }
}

/// The answer where there is nothing to tell.
pub(crate) fn done() -> Json<Value> {
    Json(json!({"ok": true}))
}

fn made(id: Id) -> Json<Value> {
    Json(json!({"id": id}))
}

/// What is to be answered about a link.
#[derive(Deserialize)]
struct OEmbedOrder {
    link: String,
    answers: Vec<super::OEmbedAnswer>,
}

async fn set_oembed(State(sim): State<Sim>, Body(order): Body<OEmbedOrder>) -> Answer<impl Serialize> {
    sim.set_oembed(&order.link, order.answers);
    Ok(done())
}

async fn create_guild(State(sim): State<Sim>, Body(spec): Body<GuildSpec>) -> Answer<impl Serialize> {
    sim.create_guild(spec).await.map(Json)
}

async fn guild(State(sim): State<Sim>, Path(guild): Path<Id>) -> Answer<impl Serialize> {
    sim.guild_ids(guild).await.map(Json)
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GuildChange {
    name: Option<String>,
    owner: Option<Id>,
}

async fn change_guild(State(sim): State<Sim>, Path(guild): Path<Id>, Body(change): Body<GuildChange>) -> Answer<Value> {
    if let Some(name) = change.name {
        sim.rename_guild(guild, &name).await?;
    }
    if let Some(owner) = change.owner {
        sim.transfer_ownership(guild, owner).await?;
    }
    Ok(done())
}

async fn give_role(State(sim): State<Sim>, Path((guild, user, role)): Path<(Id, Id, Id)>) -> Answer<Value> {
    sim.set_member_role(guild, user, role, true).await.map(|()| done())
}

async fn take_role(State(sim): State<Sim>, Path((guild, user, role)): Path<(Id, Id, Id)>) -> Answer<Value> {
    sim.set_member_role(guild, user, role, false).await.map(|()| done())
}

async fn add_member(State(sim): State<Sim>, Path(guild): Path<Id>, Body(spec): Body<MemberSpec>) -> Answer<Value> {
    sim.add_member(guild, spec).await.map(made)
}

async fn remove_member(State(sim): State<Sim>, Path((guild, user)): Path<(Id, Id)>) -> Answer<Value> {
    sim.remove_member(guild, user).await.map(|()| done())
}

async fn create_channel(State(sim): State<Sim>, Path(guild): Path<Id>, Body(spec): Body<ChannelSpec>) -> Answer<Value> {
    sim.create_channel(guild, spec).await.map(made)
}

async fn delete_channel(State(sim): State<Sim>, Path((guild, channel)): Path<(Id, Id)>) -> Answer<Value> {
    sim.delete_channel(guild, channel).await.map(|()| done())
}

async fn delete_guild_message(
    State(sim): State<Sim>,
    Path((_, channel, message)): Path<(Id, Id, Id)>,
) -> Answer<Value> {
    sim.delete_message(channel, message).await.map(|()| done())
}

async fn delete_message_anywhere(State(sim): State<Sim>, Path((guild, message)): Path<(Id, Id)>) -> Answer<Value> {
    let channel = sim.look(|world| world.channel_holding(guild, message));
    let channel = channel.ok_or_else(|| Refused::because("There is no such message."))?;
    sim.delete_message(channel, message).await.map(|()| done())
}

async fn delete_message(State(sim): State<Sim>, Path((channel, message)): Path<(Id, Id)>) -> Answer<Value> {
    sim.delete_message(channel, message).await.map(|()| done())
}

#[derive(Deserialize)]
struct EditCall {
    content: String,
}

async fn edit_message(
    State(sim): State<Sim>,
    Path((channel, message)): Path<(Id, Id)>,
    Body(call): Body<EditCall>,
) -> Answer<Value> {
    sim.edit_message(channel, message, &call.content).await.map(|()| done())
}

#[derive(Deserialize)]
struct PreviewCall {
    #[serde(default)]
    partial: bool,
}

async fn add_preview(
    State(sim): State<Sim>,
    Path((channel, message)): Path<(Id, Id)>,
    Body(call): Body<PreviewCall>,
) -> Answer<Value> {
    sim.add_preview(channel, message, call.partial).await.map(|()| done())
}

async fn create_role(State(sim): State<Sim>, Path(guild): Path<Id>, Body(spec): Body<RoleSpec>) -> Answer<Value> {
    sim.create_role(guild, spec).await.map(made)
}

async fn delete_role(State(sim): State<Sim>, Path((guild, role)): Path<(Id, Id)>) -> Answer<Value> {
    sim.delete_role(guild, role).await.map(|()| done())
}

#[derive(Deserialize)]
struct Granted {
    permissions: Permissions,
}

async fn allow_role(
    State(sim): State<Sim>,
    Path((guild, role)): Path<(Id, Id)>,
    Body(granted): Body<Granted>,
) -> Answer<Value> {
    sim.set_role_permissions(guild, role, granted.permissions).await.map(|()| done())
}

async fn set_overwrite(
    State(sim): State<Sim>,
    Path(channel): Path<Id>,
    Body(spec): Body<OverwriteSpec>,
) -> Answer<Value> {
    sim.set_overwrite(channel, spec).await.map(|()| done())
}

async fn invite_bot(State(sim): State<Sim>, Path(guild): Path<Id>, Body(granted): Body<Granted>) -> Answer<Value> {
    sim.invite_bot(guild, granted.permissions).await.map(|()| done())
}

async fn kick_bot(State(sim): State<Sim>, Path(guild): Path<Id>) -> Answer<Value> {
    sim.kick_bot(guild).await.map(|()| done())
}

#[derive(Deserialize)]
struct OutageCall {
    on: bool,
}

async fn trouble(State(sim): State<Sim>, Path(guild): Path<Id>, Body(call): Body<OutageCall>) -> Answer<Value> {
    sim.set_out_of_order(guild, call.on).await.map(|()| done())
}

async fn command(State(sim): State<Sim>, Body(call): Body<CommandCall>) -> Answer<impl Serialize> {
    sim.run_command(call).await.map(Json)
}

async fn autocomplete(State(sim): State<Sim>, Body(call): Body<AutocompleteCall>) -> Answer<Value> {
    sim.autocomplete(call).await.map(|choices| Json(json!({"choices": choices})))
}

async fn component(State(sim): State<Sim>, Body(call): Body<ComponentCall>) -> Answer<impl Serialize> {
    sim.press(call).await.map(Json)
}

async fn modal(State(sim): State<Sim>, Body(call): Body<ModalCall>) -> Answer<impl Serialize> {
    sim.submit_modal(call).await.map(Json)
}

async fn message(State(sim): State<Sim>, Body(spec): Body<MessageSpec>) -> Answer<Value> {
    sim.post_message(spec).await.map(made)
}

async fn reaction(State(sim): State<Sim>, Body(spec): Body<ReactionSpec>) -> Answer<Value> {
    sim.react(spec).await.map(|()| done())
}

#[derive(Deserialize)]
struct VoiceCall {
    guild: Id,
    user: Id,
    #[serde(default)]
    channel: Option<Id>,
}

async fn voice(State(sim): State<Sim>, Body(call): Body<VoiceCall>) -> Answer<Value> {
    sim.voice(call.guild, call.user, call.channel).await.map(|()| done())
}

#[derive(Deserialize)]
struct PresenceCall {
    guild: Id,
    user: Id,
    status: String,
}

async fn presence(State(sim): State<Sim>, Body(call): Body<PresenceCall>) -> Answer<Value> {
    sim.presence(call.guild, call.user, &call.status).await.map(|()| done())
}

#[derive(Deserialize)]
struct ThreadCall {
    channel: Id,
    user: Id,
    name: String,
}

async fn start_thread(State(sim): State<Sim>, Body(call): Body<ThreadCall>) -> Answer<Value> {
    sim.start_thread(call.channel, call.user, &call.name).await.map(made)
}

#[derive(Deserialize)]
struct Viewer {
    /// Whose eyes: private answers to this person are shown as well.
    user: Option<Id>,
}

async fn messages(
    State(sim): State<Sim>,
    Path(channel): Path<Id>,
    Query(viewer): Query<Viewer>,
) -> Answer<impl Serialize> {
    let seen = match viewer.user {
        Some(user) => sim.messages_seen_by(channel, user).await,
        None => sim.messages(channel).await,
    };
    Ok(Json(seen))
}

async fn pins(State(sim): State<Sim>, Path(channel): Path<Id>) -> Answer<impl Serialize> {
    Ok(Json(sim.pins(channel).await))
}

async fn dms(State(sim): State<Sim>, Path(user): Path<Id>) -> Answer<impl Serialize> {
    Ok(Json(sim.dms(user).await))
}

async fn member(State(sim): State<Sim>, Path((guild, user)): Path<(Id, Id)>) -> Answer<impl Serialize> {
    sim.member(guild, user).await.map(Json)
}

async fn commands(State(sim): State<Sim>) -> Answer<impl Serialize> {
    Ok(Json(sim.commands().await))
}

#[derive(Deserialize)]
struct From {
    #[serde(default)]
    from: u64,
}

async fn requests(State(sim): State<Sim>, Query(query): Query<From>) -> Answer<impl Serialize> {
    Ok(Json(sim.requests(query.from).await))
}

async fn order_fault(State(sim): State<Sim>, Body(fault): Body<Fault>) -> Answer<Value> {
    sim.faults(fault).await;
    Ok(done())
}

async fn clear_faults(State(sim): State<Sim>) -> Answer<Value> {
    sim.clear_faults().await;
    Ok(done())
}

#[derive(Deserialize)]
struct GatewayCall {
    action: String,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    resumable: bool,
    #[serde(default)]
    last: usize,
}

async fn break_gateway(State(sim): State<Sim>, Body(call): Body<GatewayCall>) -> Answer<Value> {
    let fault = match call.action.as_str() {
        "kill" => GatewayFault::Kill,
        "close" => GatewayFault::Close { code: call.code.unwrap_or(1001) },
        "close_empty" => GatewayFault::CloseEmpty,
        "reconnect" => GatewayFault::Reconnect,
        "invalid" => GatewayFault::Invalid { resumable: call.resumable },
        "repeat" => GatewayFault::Repeat { last: call.last },
        other => return Err(Refused::because(format!("There is no action {other:?}."))),
    };
    Ok(Json(json!({"connections": sim.gateway_fault(fault).await})))
}

#[derive(Deserialize)]
struct BlockCall {
    user: Id,
    on: bool,
    #[serde(default = "blocked")]
    code: u64,
    #[serde(default)]
    at_opening: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenCall {
    token: Option<String>,
}

async fn set_token(State(sim): State<Sim>, Body(TokenCall { token }): Body<TokenCall>) -> Answer<Value> {
    sim.set(|settings| settings.token = token);
    Ok(done())
}

const fn blocked() -> u64 {
    50_007
}

async fn block_dms(State(sim): State<Sim>, Body(call): Body<BlockCall>) -> Answer<Value> {
    let BlockCall { user, on, code, at_opening } = call;
    sim.refuse_dms(user, on.then_some(DmRefusal { code, at_opening })).await;
    Ok(done())
}

#[derive(Deserialize)]
struct ClockCall {
    advance_ms: u64,
}

async fn advance(State(sim): State<Sim>, Body(call): Body<ClockCall>) -> Answer<Value> {
    sim.advance(Duration::from_millis(call.advance_ms)).await?;
    Ok(Json(json!({"now": sim.look(|world| world.now().rfc3339())})))
}

async fn bench(State(sim): State<Sim>, Body(call): Body<BenchCall>) -> Answer<impl Serialize> {
    sim.bench(call).await.map(Json)
}

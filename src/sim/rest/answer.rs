//! What a request is answered with: a body, nothing, or one of Discord's errors.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

/// The result of a REST handler.
pub(crate) type Reply = Result<Answer, ApiError>;

/// A good answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
}

impl Answer {
    /// 204 without a body.
    pub(crate) const NOTHING: Self = Self { status: 204, body: None };

    /// 200 with a body.
    pub(crate) const fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    /// 201 with a body.
    pub(crate) const fn created(body: Value) -> Self {
        Self { status: 201, body: Some(body) }
    }
}

/// A refusal as Discord words it.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: u64,
    pub(crate) message: String,
    /// The tree of form errors that comes with code 50035.
    pub(crate) errors: Option<Value>,
    /// Seconds to wait, and what for.
    pub(crate) limit: Option<Limit>,
}

/// Why a request has to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) retry_after: f64,
    pub(crate) is_global: bool,
}

/// Declares Discord's errors by name: status, code, message.
macro_rules! api_errors {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $message:literal;)*) => {
        impl ApiError {
            $($(#[$doc])*
            pub(crate) fn $name() -> Self {
                Self::new($status, $code, $message)
            })*
        }
    };
}

api_errors! {
    /// The route does not exist.
    no_route = 404, 0, "404: Not Found";
    /// The token is wrong.
    unauthorized = 401, 0, "401: Unauthorized";
    /// The body is no JSON.
    no_json = 400, 50_109, "The request body contains invalid JSON.";
    /// There is no such channel.
    unknown_channel = 404, 10_003, "Unknown Channel";
    /// There is no such guild.
    unknown_guild = 404, 10_004, "Unknown Guild";
    /// There is no such member.
    unknown_member = 404, 10_007, "Unknown Member";
    /// There is no such message.
    unknown_message = 404, 10_008, "Unknown Message";
    /// There is no such overwrite.
    unknown_overwrite = 404, 10_009, "Unknown Permission Overwrite";
    /// There is no such role.
    unknown_role = 404, 10_011, "Unknown Role";
    /// There is no such user.
    unknown_user = 404, 10_013, "Unknown User";
    /// There is no such emoji.
    unknown_emoji = 400, 10_014, "Unknown Emoji";
    /// There is no such web-hook, or the interaction has no answer to follow up.
    unknown_webhook = 404, 10_015, "Unknown Webhook";
    /// There is no such ban.
    unknown_ban = 404, 10_026, "Unknown Ban";
    /// The interaction does not exist, or its three seconds have passed.
    unknown_interaction = 404, 10_062, "Unknown interaction";
    /// There is no such command.
    unknown_command = 404, 10_063, "Unknown application command";
    /// Fifty pins are the most.
    too_many_pins = 400, 30_003, "Maximum number of pins reached for the channel (50)";
    /// Twenty different emoji are the most.
    too_many_reactions = 400, 30_010, "Maximum number of reactions reached (20)";
    /// An old message was edited too often.
    too_many_late_edits = 429, 30_046, "Maximum number of edits to messages older than 1 hour reached. Try again later";
    /// The upload is larger than the limit.
    too_large = 413, 40_005, "Request entity too large";
    /// The first answer was given already.
    answered_already = 400, 40_060, "Interaction has already been acknowledged.";
    /// The bot cannot see this.
    missing_access = 403, 50_001, "Missing Access";
    /// This cannot be done in a direct message.
    not_in_direct = 403, 50_003, "Cannot execute action on a DM channel";
    /// Only the author may edit.
    not_the_author = 403, 50_005, "Cannot edit a message authored by another user";
    /// The message says nothing.
    empty_message = 400, 50_006, "Cannot send an empty message";
    /// Such a channel holds no messages.
    not_in_voice = 400, 50_008, "Cannot send messages in a non-text channel";
    /// The bot lacks a permission.
    missing_permissions = 403, 50_013, "Missing Permissions";
    /// Two to a hundred messages can be deleted at once.
    bulk_size = 400, 50_016, "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete";
    /// The token is no more, or never was.
    invalid_webhook_token = 401, 50_027, "Invalid Webhook Token";
    /// Messages older than two weeks cannot be deleted at once.
    bulk_too_old = 400, 50_034, "You can only bulk delete messages that are under 14 days old.";
    /// The thread is archived.
    thread_archived = 400, 50_083, "Thread is archived";
    /// There is a thread on this message already.
    thread_exists = 400, 160_004, "A thread has already been created for this message";
    /// Commands may not have the same name.
    command_limit = 400, 30_032, "Maximum number of application commands reached (100)";
}

impl ApiError {
    pub(crate) fn new(status: u16, code: u64, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), errors: None, limit: None }
    }

    /// This person cannot be written to. That they blocked the bot is a 400 where its channel is opened and a 403 where a
    /// message is sent, see discord/discord-api-docs issue 1905; 50278 is for settings, and for who shares no server.
    pub(crate) fn not_to_person(code: u64, at_opening: bool) -> Self {
        let (status, message) = match code {
            50_007 if at_opening => (400, "Cannot send messages to this user"),
            50_007 => (403, "Cannot send messages to this user"),
            50_278 => (403, "Cannot send messages to this user due to their settings"),
            50_033 => (400, "Invalid Recipient(s)"),
            10_013 => (404, "Unknown User"),
            20_026 => (403, "Your bot has been flagged by our anti-spam system for abusive behavior."),
            40_003 => (403, "You are opening direct messages too fast"),
            _ => (403, "Forbidden"),
        };
        Self::new(status, code, message)
    }

    /// 429: wait.
    pub(crate) fn rate_limited(retry_after: f64, is_global: bool) -> Self {
        let limit = Some(Limit { retry_after, is_global });
        Self { limit, ..Self::new(429, 0, "You are being rate limited.") }
    }

    /// 50035 with one wrong field.
    pub(crate) fn invalid(field: &str, code: &str, message: &str) -> Self {
        let mut form = super::form::Form::default();
        form.wrong(field, code, message);
        form.into_error()
    }

    fn json(&self) -> Value {
        let mut body = json!({"message": self.message, "code": self.code});
        let Some(object) = body.as_object_mut() else { return body };
        if let Some(errors) = &self.errors {
            object.insert("errors".to_owned(), errors.clone());
        }
        if let Some(limit) = self.limit {
            object.insert("retry_after".to_owned(), json!(limit.retry_after));
            object.insert("global".to_owned(), json!(limit.is_global));
            if self.code == 0 {
                object.remove("code");
            }
        }
        body
    }
}

/// The HTTP form of a reply.
pub(crate) fn respond(reply: &Reply, headers: Vec<(&'static str, String)>) -> Response<Body> {
    let (status, body) = match reply {
        Ok(answer) => (answer.status, answer.body.as_ref().map(Value::to_string)),
        Err(error) => (error.status, Some(error.json().to_string())),
    };
    let mut response = Response::new(body.map_or_else(Body::empty, Body::from));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let into = response.headers_mut();
    if status != 204 {
        into.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let limit = reply.as_ref().err().and_then(|error| error.limit);
    let waits = limit.map(|limit| ("retry-after", format!("{:.0}", limit.retry_after.ceil())));
    let is_global = limit.filter(|limit| limit.is_global).map(|_| ("x-ratelimit-global", "true".to_owned()));
    for (name, value) in headers.into_iter().chain(waits).chain(is_global) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            into.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// The same status and headers with a page of HTML.
pub(crate) fn respond_with_page(reply: &Reply, page: String) -> Response<Body> {
    let mut response = respond(reply, Vec::new());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=UTF-8"));
    *response.body_mut() = Body::from(page);
    response
}

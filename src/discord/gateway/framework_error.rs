//! What poise finds wrong before, around or after a command, and what the person reads of it.

use serenity::builder::{CreateAutocompleteResponse, CreateInteractionResponse};
use serenity::http::{HttpError, StatusCode};

use crate::discord::access::AccessRefusal;
use crate::discord::{Bot, Context, command, problem};
use crate::http::RequestError;
use crate::kernel::error::{Error, Failure};
use crate::refusals;

/// Answers what poise found wrong before, around or after a command.
pub(super) async fn answer_framework_error(error: poise::FrameworkError<'_, Bot, Error>) {
    use poise::FrameworkError as Found;
    let (error, ctx) = match error {
        Found::Command { error, ctx, .. } | Found::CommandCheckFailed { error: Some(error), ctx, .. } => (error, ctx),
        Found::CommandPanic { payload, ctx, .. } => {
            let what = payload.unwrap_or_else(|| "a panic".to_owned());
            (Failure::new(what).during("run a command").into(), ctx)
        }
        Found::ArgumentParse { error, ctx, .. } => (unreadable(error), ctx),
        Found::GuildOnly { ctx, .. } => (AccessRefusal::GuildOnly.into(), ctx),
        Found::CommandStructureMismatch { description, ctx, .. } => {
            (Failure::new(description).during("match the options").into(), poise::Context::Application(ctx))
        }
        other => return tracing::warn!(error = %other, "an interaction was not dispatched"),
    };
    let poise::Context::Application(ctx) = ctx else { return };
    if ctx.interaction_type == poise::CommandInteractionType::Autocomplete {
        return offer_nothing(ctx, &error).await;
    }
    if let Err(error) = command::refuse(ctx, error).await {
        problem::log_error(&error, "answer an error");
    }
}

/// An option whose channel, person or role Discord does not let the bot read, or that is gone meanwhile, is no fault of ours.
fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    let failure = match error.downcast::<serenity::Error>().map(|error| *error) {
        Ok(serenity::Error::Http(HttpError::UnsuccessfulRequest(response))) => match response.status_code {
            StatusCode::FORBIDDEN => return OptionRefusal::Hidden.into(),
            StatusCode::NOT_FOUND => return OptionRefusal::Gone.into(),
            _ => Failure::new(serenity::Error::Http(HttpError::UnsuccessfulRequest(response))),
        },
        Ok(serenity::Error::Http(HttpError::Request(lost))) => Failure::new(RequestError::from(lost)),
        Ok(error) => Failure::new(error),
        Err(error) => Failure::new(error),
    };
    failure.during("read the options").into()
}

refusals! {
    /// Why an option cannot be used.
    enum OptionRefusal {
        /// The bot may not see it.
        Hidden => "option.hidden", "I cannot see what you chose. Please give me **View Channel** there, then try again.";
        /// There is none any more.
        Gone => "option.gone" as NotThere, "What you chose is gone. Please choose another.";
    }
}

/// A list that cannot be made, or that the person may not see, is empty: without an answer Discord shows a failure.
async fn offer_nothing(ctx: Context<'_>, error: &Error) {
    problem::log_error(error, "autocomplete");
    let nothing = CreateInteractionResponse::Autocomplete(CreateAutocompleteResponse::new());
    let (id, token) = (ctx.interaction.id, &ctx.interaction.token);
    if let Err(error) = ctx.data().rest.create_interaction_response(id, token, &nothing).await {
        problem::log_error(&Error::failed(error), "offer nothing");
    }
}

#[cfg(test)]
mod tests {
    use serenity::http::ErrorResponse;

    use super::*;
    use crate::kernel::sentence::NO_COMMANDS;

    /// What somebody reads who chose something that Discord answers with this status when it is asked for.
    async fn told(status: u16) -> String {
        let answer = axum::http::Response::builder().status(status).body("{}").unwrap();
        let response = ErrorResponse::from_response(answer.into(), reqwest::Method::GET).await;
        let error = serenity::Error::Http(HttpError::UnsuccessfulRequest(response));
        match unreadable(Box::new(error)) {
            Error::Refused(refusal) => refusal.sentence.markdown(NO_COMMANDS),
            Error::Failed(failure) => failure.to_string(),
        }
    }

    #[tokio::test]
    async fn an_option_that_cannot_be_read_says_what_would_work_where_it_is_no_fault_of_ours() {
        assert_eq!(
            told(403).await,
            "I cannot see what you chose. Please give me **View Channel** there, then try again."
        );
        assert_eq!(told(404).await, "What you chose is gone. Please choose another.");
        assert!(told(500).await.starts_with("read the options: "), "anything else is a failure");
        assert!(unreadable("no number".into()).to_string().starts_with("read the options: "));
    }
}

//! Buttons, menus and forms.
//!
//! A `custom_id` is `feature:action:argument:…`, at most 100 characters, and carries all the state there is: a click is
//! understood after a restart as well as before (`M-HEA-04`). The arguments are typed: whoever declares a button says of
//! which type they are, and the declaration both writes and reads them.
//!
//! ```text
//! static BOOKMARK: Button<PublicId> =
//!     Button::new("queue:bookmark", Access::Reviewer, Acknowledge::Private, |bot, click| Box::pin(bookmark(bot, click)));
//!
//! CreateButton::new(BOOKMARK.with(&song))     // in a view: queue:bookmark:012345
//! click.arguments                             // in `bookmark`: the song
//! ```
//!
//! Rights are checked at every click, after it was acknowledged and before anything else, so also before its id is read;
//! whether its feature is switched on comes next;
//! ids from another guild's message cannot matter because every argument is looked up within the clicking person's guild.
//!
//! | file | for |
//! | --- | --- |
//! | `arguments` | typed values in custom ids |
//! | `control` | buttons and menus |
//! | `form` | forms |

mod arguments;
mod control;
mod form;

pub use arguments::{Arguments, Optional, Part, Parts, Picked};
pub use control::{Acknowledge, Button, Click, Component, Control, Menu, Opener, Opens};
pub use form::{Field, Filled, Form, Modal};

use poise::BoxFuture;
use serenity::all::{ComponentInteraction, ModalInteraction};

use arguments::{read_all, split};

use super::bot::Bot;
use super::draft::{Draft, Visibility};
use super::problem;
use super::responder::Responder;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::refusals;

/// What a button, menu or form does with a [`Click`], or with what was [`Filled`] in.
pub type Run<C> = for<'a> fn(&'a Bot, C) -> BoxFuture<'a, Result<Draft>>;

refusals! {
    /// Why a click does nothing.
    pub enum ComponentRefusal {
        /// There is no such button any more, or its arguments are others now.
        Unknown
            => "component.unknown" as NotThere,
            "This button belongs to an older version of me. Please use the command again.";
        /// What it stands below belongs to another server, or is kept no more.
        Retired
            => "display.retired" as NotThere,
            "This message is not kept up to date any more. An administrator can set it up again.";
    }
}

/// Answers a click, if one of `components` is meant.
pub async fn click(bot: &Bot, components: &[&'static dyn Component], event: &ComponentInteraction) {
    let (id, _) = split(&event.data.custom_id);
    let responder = Responder::to_component(bot, event);
    let Some(component) = components.iter().find(|component| component.id() == id) else {
        return say_unknown(bot, &responder).await;
    };
    let may = async {
        component.access().check(bot, event.guild_id, event.member.as_ref()).await?;
        bot.require_on(event.guild_id, feature_of(id)).await
    };
    let acknowledge = component.acknowledge();
    let outcome = match acknowledge {
        Acknowledge::Private | Acknowledge::Update => {
            let work = async {
                may.await?;
                component.begin(bot, event)?.await
            };
            if acknowledge == Acknowledge::Update {
                responder.update(work).await
            } else {
                responder.answer_deferred(Visibility::Private, work).await
            }
        }
        Acknowledge::Form => {
            let form = async {
                may.await?;
                component.open(bot, event)?.await
            };
            match form.await {
                Ok(form) => responder.open(form).await,
                Err(error) => responder.refuse(error, component.id()).await,
            }
        }
    };
    if let Err(error) = outcome {
        problem::log_error(&error, component.id());
    }
}

/// Answers a form that was sent, if one of `modals` is meant.
pub async fn submit(bot: &Bot, modals: &[&'static dyn Modal], event: &ModalInteraction) {
    let (id, _) = split(&event.data.custom_id);
    let modal = modals.iter().find(|modal| modal.id() == id);
    let typed = modal.map(|modal| form::typed(modal.fields(), event)).unwrap_or_default();
    let responder = Responder::to_modal(bot, event, typed);
    let Some(modal) = modal else {
        return say_unknown(bot, &responder).await;
    };
    let work = async {
        modal.access().check(bot, event.guild_id, event.member.as_ref()).await?;
        bot.require_on(event.guild_id, feature_of(id)).await?;
        modal.begin(bot, event)?.await
    };
    if let Err(error) = responder.answer_deferred(Visibility::Private, work).await {
        problem::log_error(&error, modal.id());
    }
}

/// The feature in an id of the form `feature:action`.
fn feature_of(id: &str) -> &str {
    id.split_once(':').map_or(id, |(feature, _)| feature)
}

/// The arguments in a custom id that must begin with `id`.
fn read<A: Arguments>(id: &str, custom_id: &str, guild: GuildId) -> Result<A> {
    let (named, arguments) = split(custom_id);
    if named == id { read_all(arguments, guild) } else { Err(ComponentRefusal::Unknown.into()) }
}

/// Which of the known ids a custom id means, if any.
pub(super) fn named(mut known: impl Iterator<Item = &'static str>, custom_id: &str) -> Option<String> {
    let (id, _) = split(custom_id);
    known.any(|known| known == id).then(|| id.to_owned())
}

async fn say_unknown(bot: &Bot, responder: &Responder<'_>) {
    let draft = Draft::text(bot.markdown(&ComponentRefusal::Unknown.sentence()));
    if let Err(error) = responder.show(Visibility::Private, draft).await {
        problem::log_error(&error, "unknown component");
    }
}

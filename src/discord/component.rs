//! Buttons, menus and modals.
//!
//! A `custom_id` is `feature:action:argument:…`, at most 100 characters, and carries all the state there is: a click is
//! understood after a restart as well as before (`M-HEA-04`). Rights are checked at every click, after it was
//! acknowledged and before anything else; ids from another guild's message cannot matter because every argument is
//! looked up within the clicking person's guild.

use poise::BoxFuture;
use serenity::all::{ActionRowComponent, ComponentInteraction, ComponentInteractionDataKind, ModalInteraction};

use super::access::{Access, Caller};
use super::bot::Bot;
use super::draft::{Draft, Visibility};
use super::given_back::Typed;
use super::problem;
use super::responder::Responder;
use crate::kernel::error::Result;

/// A kind of button or menu.
pub struct Component {
    /// `feature:action`, the first two parts of its custom ids.
    pub id: &'static str,
    /// Who may use it.
    pub access: Access,
    /// How the click is acknowledged before any work (`M-EMB-05`, `M-RAT-03`).
    pub first: Acknowledge,
    /// What it does.
    pub run: for<'a> fn(&'a Bot, Click) -> BoxFuture<'a, Result<Draft>>,
}

/// How a click is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledge {
    /// The clicked message will change.
    Update,
    /// A private answer will follow.
    Private,
}

/// A kind of modal.
pub struct Modal {
    /// `feature:action`, the first two parts of its custom ids.
    pub id: &'static str,
    /// Who may submit it.
    pub access: Access,
    /// The ids of its fields, each with what people read above it.
    pub fields: &'static [(&'static str, &'static str)],
    /// What it does.
    pub run: for<'a> fn(&'a Bot, Form) -> BoxFuture<'a, Result<Draft>>,
}

impl Modal {
    /// What was typed into it, each text under what people read above its field.
    fn typed(&self, event: &ModalInteraction) -> Vec<Typed> {
        let label = |id: &str| self.fields.iter().find(|(known, _)| *known == id).map(|(_, label)| (*label).to_owned());
        fields_of(event).into_iter().map(|(id, text)| (label(&id).unwrap_or(id), text)).collect()
    }
}

/// A click.
#[derive(Clone, Debug)]
pub struct Click {
    /// Who clicked.
    pub caller: Caller,
    /// The parts of the custom id behind `feature:action`.
    pub arguments: Vec<String>,
    /// What was picked in a menu.
    pub values: Vec<String>,
}

/// A submitted modal.
#[derive(Clone, Debug)]
pub struct Form {
    /// Who submitted it.
    pub caller: Caller,
    /// The parts of the custom id behind `feature:action`.
    pub arguments: Vec<String>,
    fields: Vec<(String, String)>,
}

impl Click {
    /// What an event tells; refused outside of a server.
    pub fn read(event: &ComponentInteraction) -> Result<Self> {
        let values = match &event.data.kind {
            ComponentInteractionDataKind::StringSelect { values } => values.clone(),
            ComponentInteractionDataKind::ChannelSelect { values } => values.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        let caller = Caller::new(event.guild_id, event.channel_id, &event.user)?;
        Ok(Self { caller, arguments: split(&event.data.custom_id).1, values })
    }
}

impl Form {
    /// What an event tells; refused outside of a server.
    pub fn read(event: &ModalInteraction) -> Result<Self> {
        let caller = Caller::new(event.guild_id, event.channel_id, &event.user)?;
        Ok(Self { caller, arguments: split(&event.data.custom_id).1, fields: fields_of(event) })
    }

    /// What was typed into a field; `None` when it was left empty.
    pub fn field(&self, id: &str) -> Option<&str> {
        let (_, text) = self.fields.iter().find(|(field, _)| field == id)?;
        let text = text.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// Answers a click, if one of `components` is meant.
pub async fn click(bot: &Bot, components: &[&'static Component], event: &ComponentInteraction) {
    let (id, _) = split(&event.data.custom_id);
    let responder = Responder::to_component(bot, event);
    let Some(component) = components.iter().find(|component| component.id == id) else {
        return say_unknown(&responder).await;
    };
    let work = async {
        component.access.check(bot, event.guild_id, event.member.as_ref()).await?;
        (component.run)(bot, Click::read(event)?).await
    };
    let outcome = match component.first {
        Acknowledge::Private => responder.answer_deferred(Visibility::Private, work).await,
        Acknowledge::Update => responder.update(work).await,
    };
    if let Err(error) = outcome {
        problem::log_error(&error, component.id);
    }
}

/// Answers a submitted modal, if one of `modals` is meant.
pub async fn submit(bot: &Bot, modals: &[&'static Modal], event: &ModalInteraction) {
    let (id, _) = split(&event.data.custom_id);
    let modal = modals.iter().find(|modal| modal.id == id);
    let typed = modal.map(|modal| modal.typed(event)).unwrap_or_default();
    let responder = Responder::to_modal(bot, event, typed);
    let Some(modal) = modal else {
        return say_unknown(&responder).await;
    };
    let work = async {
        modal.access.check(bot, event.guild_id, event.member.as_ref()).await?;
        (modal.run)(bot, Form::read(event)?).await
    };
    if let Err(error) = responder.answer_deferred(Visibility::Private, work).await {
        problem::log_error(&error, modal.id);
    }
}

fn fields_of(event: &ModalInteraction) -> Vec<(String, String)> {
    let inputs = event.data.components.iter().flat_map(|row| &row.components);
    inputs
        .filter_map(|component| match component {
            ActionRowComponent::InputText(input) => {
                Some((input.custom_id.clone(), input.value.clone().unwrap_or_default()))
            }
            _ => None,
        })
        .collect()
}

/// Splits a custom id into `feature:action` and the arguments.
fn split(custom_id: &str) -> (String, Vec<String>) {
    let mut parts = custom_id.split(':');
    let id: Vec<&str> = parts.by_ref().take(2).collect();
    (id.join(":"), parts.map(str::to_owned).collect())
}

/// Which of the known ids a custom id means, if any.
pub(super) fn named(mut known: impl Iterator<Item = &'static str>, custom_id: &str) -> Option<String> {
    let (id, _) = split(custom_id);
    known.any(|known| known == id).then_some(id)
}

async fn say_unknown(responder: &Responder<'_>) {
    let draft = Draft::text("This button belongs to an older version of me. Please use the command again.");
    if let Err(error) = responder.show(Visibility::Private, draft).await {
        problem::log_error(&error, "unknown component");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_id_names_its_component_and_carries_the_arguments() {
        assert_eq!(split("queue:bookmark:012345"), ("queue:bookmark".into(), vec!["012345".to_owned()]));
        assert_eq!(split("queue:refresh"), ("queue:refresh".into(), vec![]));
        assert_eq!(split("odd"), ("odd".into(), vec![]));
        assert_eq!(split(""), (String::new(), vec![]));
    }
}

//! Forms, which Discord calls modals.

use poise::BoxFuture;
use serenity::all::{ActionRowComponent, ModalInteraction};

use super::arguments::{Arguments, write_all};
use super::{Run, read};
use crate::discord::access::{Access, Caller};
use crate::discord::bot::Bot;
use crate::discord::draft::Draft;
use crate::discord::given_back::Typed;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;

/// A field of a form: its id, and what people read above it.
pub type Field = (&'static str, &'static str);

/// A kind of form, whose custom ids hold `A`.
pub struct Form<A> {
    id: &'static str,
    access: Access,
    fields: &'static [Field],
    run: Run<Filled<A>>,
}

/// A form that was filled in and sent.
#[derive(Clone, Debug)]
pub struct Filled<A> {
    /// Who sent it.
    pub caller: Caller,
    /// What the custom id holds.
    pub arguments: A,
    fields: Vec<(String, String)>,
}

impl<A> Form<A> {
    /// Declares one: its `feature:action`, who may send it, its fields, and what it does.
    pub const fn new(id: &'static str, access: Access, fields: &'static [Field], run: Run<Filled<A>>) -> Self {
        Self { id, access, fields, run }
    }
}

impl<A: Arguments> Form<A> {
    /// The custom id with these arguments.
    pub fn with(&self, arguments: &A) -> String {
        write_all(Some(self.id), arguments)
    }

    /// The arguments in a custom id of this kind that is sent in `guild`.
    pub fn read(&self, custom_id: &str, guild: GuildId) -> Result<A> {
        read(self.id, custom_id, guild)
    }

    /// What an event tells; refused outside of a server.
    pub fn filled(&self, event: &ModalInteraction) -> Result<Filled<A>> {
        let caller = Caller::new(event.guild_id, event.channel_id, &event.user)?.with_roles_of(event.member.as_ref());
        let arguments = self.read(&event.data.custom_id, caller.guild)?;
        Ok(Filled { caller, arguments, fields: fields_of(event) })
    }
}

impl<A> Filled<A> {
    /// What was typed into a field; `None` when it was left empty.
    pub fn field(&self, id: &str) -> Option<&str> {
        let (_, text) = self.fields.iter().find(|(field, _)| field == id)?;
        let text = text.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// What was typed into a form, each text under what people read above its field.
pub(super) fn typed(fields: &[Field], event: &ModalInteraction) -> Vec<Typed> {
    let label = |id: &str| fields.iter().find(|(known, _)| *known == id).map(|(_, label)| (*label).to_owned());
    fields_of(event).into_iter().map(|(id, text)| (label(&id).unwrap_or(id), text)).collect()
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

/// A form as it is registered, whatever its arguments are.
pub trait Modal: Sync {
    /// `feature:action`, the first two parts of its custom ids.
    fn id(&self) -> &'static str;

    /// Who may send it.
    fn access(&self) -> Access;

    /// Its fields.
    fn fields(&self) -> &'static [Field];

    /// Reads what was sent, and does what it asks for.
    fn begin<'a>(&self, bot: &'a Bot, event: &ModalInteraction) -> Result<BoxFuture<'a, Result<Draft>>>;
}

impl<A: Arguments> Modal for Form<A> {
    fn id(&self) -> &'static str {
        self.id
    }

    fn access(&self) -> Access {
        self.access
    }

    fn fields(&self) -> &'static [Field] {
        self.fields
    }

    fn begin<'a>(&self, bot: &'a Bot, event: &ModalInteraction) -> Result<BoxFuture<'a, Result<Draft>>> {
        Ok((self.run)(bot, self.filled(event)?))
    }
}

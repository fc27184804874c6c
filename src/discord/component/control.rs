//! Buttons and menus.

use poise::BoxFuture;
use serenity::all::{ComponentInteraction, ComponentInteractionDataKind};
use serenity::builder::{CreateActionRow, CreateModal, CreateSelectMenu, CreateSelectMenuKind, CreateSelectMenuOption};

use super::arguments::{Arguments, Picked, write_all};
use super::{ComponentRefusal, Run, read};
use crate::discord::access::{Access, Caller};
use crate::discord::bot::Bot;
use crate::discord::draft::Draft;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::truncate;

/// The longest name of a choice in a menu.
const NAME: usize = 100;
/// The most choices of a menu.
const MOST: usize = 25;

/// A kind of button, whose custom ids hold `A`.
pub type Button<A> = Control<A, ()>;

/// A kind of menu, whose custom ids hold `A`, and in which `V` is picked: one value, or a list.
pub type Menu<A, V> = Control<A, V>;

/// A button or a menu. A button is one in which nothing is picked.
pub struct Control<A, V> {
    id: &'static str,
    access: Access,
    acknowledge: Acknowledge,
    run: Run<Click<A, V>>,
}

/// How a click is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledge {
    /// The clicked message will change.
    Update,
    /// A private answer will follow.
    Private,
    /// It is not: a form opens at once, which is an answer of its own.
    Form,
}

/// A click.
#[derive(Clone, Debug)]
pub struct Click<A, V = ()> {
    /// Who clicked.
    pub caller: Caller,
    /// What the custom id holds.
    pub arguments: A,
    /// What was picked in a menu.
    pub picked: V,
}

impl<A, V> Control<A, V> {
    /// Declares one: its `feature:action`, who may use it, how a click is acknowledged before any work (`M-EMB-05`,
    /// `M-RAT-03`), and what it does.
    pub const fn new(id: &'static str, access: Access, acknowledge: Acknowledge, run: Run<Click<A, V>>) -> Self {
        Self { id, access, acknowledge, run }
    }
}

impl<A: Arguments, V> Control<A, V> {
    /// The custom id with these arguments.
    pub fn with(&self, arguments: &A) -> String {
        write_all(Some(self.id), arguments)
    }

    /// The arguments in a custom id of this kind that is clicked in `guild`.
    pub fn read(&self, custom_id: &str, guild: GuildId) -> Result<A> {
        read(self.id, custom_id, guild)
    }

    /// A menu with these arguments and as many of the choices as Discord shows. `label` says what it is for.
    pub fn menu(
        &self,
        arguments: &A,
        label: &str,
        choices: impl IntoIterator<Item = CreateSelectMenuOption>,
    ) -> CreateActionRow {
        let kind = CreateSelectMenuKind::String { options: choices.into_iter().take(MOST).collect() };
        CreateActionRow::SelectMenu(CreateSelectMenu::new(self.with(arguments), kind).placeholder(label))
    }
}

impl<A, V: Arguments> Control<A, V> {
    /// What stands in a choice of the menu that picks this.
    pub fn value(&self, picked: &V) -> String {
        write_all(None, picked)
    }

    /// A choice of the menu, by its name, which is shown as it is.
    pub fn choice(&self, name: &str, picked: &V) -> CreateSelectMenuOption {
        CreateSelectMenuOption::new(truncate(name, NAME), self.value(picked))
    }
}

impl<A: Arguments, V: Picked> Control<A, V> {
    /// What an event tells; refused in direct messages, unless it is for them as well.
    pub fn click(&self, event: &ComponentInteraction) -> Result<Click<A, V>> {
        let caller = self.access.caller(event.guild_id, event.channel_id, &event.user)?;
        let caller = caller.with_roles_of(event.member.as_ref());
        let arguments = self.read(&event.data.custom_id, caller.guild)?;
        let picked = V::from_values(&values_of(event), caller.guild)?;
        Ok(Click { caller, arguments, picked })
    }
}

fn values_of(event: &ComponentInteraction) -> Vec<String> {
    match &event.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.clone(),
        ComponentInteractionDataKind::ChannelSelect { values } => values.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// A button or menu as it is registered, whatever its arguments are.
pub trait Component: Sync {
    /// `feature:action`, the first two parts of its custom ids.
    fn id(&self) -> &'static str;

    /// Who may use it.
    fn access(&self) -> Access;

    /// How a click is acknowledged.
    fn acknowledge(&self) -> Acknowledge;

    /// Reads a click, and does what it asks for.
    fn begin<'a>(&self, bot: &'a Bot, event: &ComponentInteraction) -> Result<BoxFuture<'a, Result<Draft>>>;

    /// Reads a click, and makes the form that it opens; for what is acknowledged by one.
    fn open<'a>(&self, _: &'a Bot, _: &ComponentInteraction) -> Result<BoxFuture<'a, Result<CreateModal>>> {
        Err(ComponentRefusal::Unknown.into())
    }
}

/// What makes the form that a click opens.
pub type Opens<A> = for<'a> fn(&'a Bot, Click<A>) -> BoxFuture<'a, Result<CreateModal>>;

/// A kind of button that opens a form, whose custom ids hold `A`.
pub struct Opener<A> {
    ids: Button<A>,
    open: Opens<A>,
}

impl<A> Opener<A> {
    /// Declares one: its `feature:action`, who may use it, and the form. That is the first answer, so it is made within two seconds.
    pub const fn new(id: &'static str, access: Access, open: Opens<A>) -> Self {
        let nothing: Run<Click<A>> = |_, _| Box::pin(async { Err(ComponentRefusal::Unknown.into()) });
        Self { ids: Button::new(id, access, Acknowledge::Form, nothing), open }
    }

    /// What its custom ids are written and read by.
    pub const fn ids(&self) -> &Button<A> {
        &self.ids
    }
}

impl<A: Arguments> Opener<A> {
    /// The custom id with these arguments.
    pub fn with(&self, arguments: &A) -> String {
        self.ids.with(arguments)
    }
}

impl<A: Arguments> Component for Opener<A> {
    fn id(&self) -> &'static str {
        self.ids.id()
    }

    fn access(&self) -> Access {
        self.ids.access
    }

    fn acknowledge(&self) -> Acknowledge {
        Acknowledge::Form
    }

    fn begin<'a>(&self, bot: &'a Bot, event: &ComponentInteraction) -> Result<BoxFuture<'a, Result<Draft>>> {
        self.ids.begin(bot, event)
    }

    fn open<'a>(&self, bot: &'a Bot, event: &ComponentInteraction) -> Result<BoxFuture<'a, Result<CreateModal>>> {
        Ok((self.open)(bot, self.ids.click(event)?))
    }
}

impl<A: Arguments, V: Picked> Component for Control<A, V> {
    fn id(&self) -> &'static str {
        self.id
    }

    fn access(&self) -> Access {
        self.access
    }

    fn acknowledge(&self) -> Acknowledge {
        self.acknowledge
    }

    fn begin<'a>(&self, bot: &'a Bot, event: &ComponentInteraction) -> Result<BoxFuture<'a, Result<Draft>>> {
        Ok((self.run)(bot, self.click(event)?))
    }
}

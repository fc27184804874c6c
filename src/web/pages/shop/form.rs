//! The form of an item, and the item as members see it on Discord.

use maud::{Markup, html};

use super::{About, in_days};
use crate::discord::references::Server;
use crate::discord::roles::can_give;
use crate::features::shop::model::{Item, ItemKind, Stock};
use crate::features::shop::rules::{LONGEST_CATEGORY, LONGEST_DESCRIPTION, LONGEST_NAME};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{GuildId, RoleId};
use crate::kernel::refusal::Refuse;
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::web::page::{Page, Seen};
use crate::web::places::drawn;
use crate::web::ui::components::{Choice, Field, Input, Radios, Select, TextArea, Tone, badge, moment};

/// The longest name of a role that is shown.
const LONGEST_ROLE: usize = 60;
/// A moment as a field of a browser takes it, in UTC.
const OF_FIELD: &str = "%Y-%m-%dT%H:%M";

/// What an item can do, as the form sends it and as people read it.
const KINDS: [Choice<'static>; 4] = [
    Choice::new("consumable", "It is used up with /use"),
    Choice::new("role", "It gives a role"),
    Choice::new("order", "Somebody of the team hands it over"),
    Choice::new("other", "It is kept"),
];

/// The fields of one item: what is there, and over it what was typed.
pub(in crate::web::pages) struct Fields<'a, P: Page> {
    pub(in crate::web::pages) seen: &'a Seen<P>,
    pub(in crate::web::pages) item: &'a Item,
    pub(in crate::web::pages) about: &'a About,
    /// The roles of the server, where Discord tells them.
    pub(in crate::web::pages) server: Option<&'a Server>,
    pub(in crate::web::pages) is_new: bool,
}

/// A field of text with whatever is to be said at it.
struct Said {
    value: String,
    error: Option<String>,
    hint: Option<String>,
}

impl Said {
    fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }
}

impl<P: Page> Fields<'_, P> {
    /// What was typed into a field, or else what is there; beside it what somebody else wrote there meanwhile.
    fn said(&self, field: &str, present: String, hint: &str) -> Said {
        let theirs = self.seen.theirs(field, &present);
        Said {
            error: self.seen.wrong(field),
            hint: theirs.or_else(|| Some(hint.to_owned()).filter(|hint| !hint.is_empty())),
            value: self.seen.typed(field).map_or(present, str::to_owned),
        }
    }

    /// All of them, with one that is counted in the shop where the item is new.
    pub(in crate::web::pages) fn drawn(&self) -> Markup {
        html! {
            (self.words())
            (self.price())
            @if self.is_new || self.is_for_all() { (self.stock()) }
            (self.kind())
            (self.limits())
        }
    }

    /// Whether it is an item of the catalogue for all servers, which names nothing of one server.
    fn is_for_all(&self) -> bool {
        self.seen.guild == GuildId::INSTANCE
    }

    fn words(&self) -> Markup {
        let item = self.item;
        let name = self.said("name", item.name.clone(), "");
        let emoji = self.said(
            "emoji",
            item.emoji.clone().unwrap_or_default(),
            "One emoji, such as 🍪; or one of this server as <:name:123…>.",
        );
        let text = self.said("description", item.description.clone(), "What members get.");
        let known = self.about.categories.join(", ");
        let known = if known.is_empty() {
            "Under what it is found, if you like.".to_owned()
        } else {
            format!("So far: {}", one_line(&known, 120))
        };
        let category = self.said("category", item.category.clone(), &known);
        html! {
            (Field {
                value: &name.value, hint: name.hint(), error: name.error(), most: u32::try_from(LONGEST_NAME).ok(), is_required: true,
                ..Field::new("name", "Name")
            })
            (Field { value: &emoji.value, hint: emoji.hint(), error: emoji.error(), ..Field::new("emoji", "Emoji") })
            (TextArea {
                value: &text.value, hint: text.hint(), error: text.error(), most: u32::try_from(LONGEST_DESCRIPTION).ok(),
                ..TextArea::new("description", "Description")
            })
            (Field {
                value: &category.value, hint: category.hint(), error: category.error(), most: u32::try_from(LONGEST_CATEGORY).ok(),
                ..Field::new("category", "Category")
            })
        }
    }

    fn price(&self) -> Markup {
        let daily = &self.about.daily;
        let days = in_days(self.item.price, self.about.daily).filter(|_| !self.is_new);
        let hint = days.unwrap_or_else(|| format!("A daily claim brings {daily}."));
        let present = if self.is_new { String::new() } else { self.item.price.get().to_string() };
        let price = self.said("price", present, &hint);
        html! {
            (Field {
                input: Input::Number, value: &price.value, hint: price.hint(), error: price.error(), unit: Some(&self.about.money.name),
                is_required: true, ..Field::new("price", "Price")
            })
        }
    }

    fn stock(&self) -> Markup {
        let present = match self.item.stock {
            Stock::Pieces(left) if !self.is_new => left.to_string(),
            Stock::Pieces(_) | Stock::Unlimited => String::new(),
        };
        let hint = if self.is_for_all() {
            "How many each server has at first. Leave it empty for any number."
        } else {
            "How many there are. Leave it empty for any number."
        };
        let stock = self.said("stock", present, hint);
        html! {
            (Field { input: Input::Number, value: &stock.value, hint: stock.hint(), error: stock.error(), ..Field::new("stock", "Stock") })
        }
    }

    fn kind(&self) -> Markup {
        let kind = self.said("kind", self.item.kind.name().to_owned(), "");
        let hours = match self.item.kind {
            ItemKind::Role { hours: Some(hours), .. } => hours.to_string(),
            _ => String::new(),
        };
        let hours =
            self.said("role_hours", hours, "Leave it empty for good. Whoever buys more of it has it for longer.");
        let kinds: Vec<Choice<'_>> =
            KINDS.into_iter().filter(|kind| !self.is_for_all() || kind.value != "role").collect();
        html! {
            (Radios { chosen: &kind.value, hint: kind.hint(), error: kind.error(), ..Radios::new("kind", "What it does", &kinds) })
            @if !self.is_for_all() {
                (self.role("role_id", "The role that it gives", self.item.kind.role(), true))
                (Field {
                    input: Input::Number, value: &hours.value, hint: hours.hint(), error: hours.error(), unit: Some("hours"),
                    ..Field::new("role_hours", "For how long")
                })
            }
        }
    }

    /// A choice of roles. Of each that cannot be given it is said why, before somebody chooses it.
    fn role(&self, field: &'static str, label: &'static str, present: Option<RoleId>, is_given: bool) -> Markup {
        let said = self.said(field, present.map(|role| role.to_string()).unwrap_or_default(), "");
        let Some(server) = self.server else {
            let hint = "Discord does not tell the roles at the moment: the id of one works as well.";
            return html! { (Field { value: &said.value, hint: Some(hint), error: said.error(), ..Field::new(field, label) }) };
        };
        let trouble = |role: RoleId| can_give(server, role, self.seen.visitor.actor()).err().filter(|_| is_given);
        let named = |role: &crate::discord::references::Role| {
            let name = one_line(&role.name, LONGEST_ROLE);
            let beside = trouble(role.id).map(|_| " – cannot be given").unwrap_or_default();
            (role.id.to_string(), format!("{name}{beside}"))
        };
        let mut roles: Vec<(String, String)> = server.roles().into_iter().map(named).collect();
        if !said.value.is_empty() && !roles.iter().any(|(id, _)| *id == said.value) {
            roles.push((said.value.clone(), format!("A role that is gone ({})", one_line(&said.value, LONGEST_ROLE))));
        }
        let choices = roles.iter().map(|(id, name)| Choice::new(id, name));
        let choices: Vec<Choice<'_>> = std::iter::once(Choice::new("", "None")).chain(choices).collect();
        let chosen = said.value.parse::<RoleId>().ok().and_then(trouble);
        html! {
            (Select { chosen: &said.value, hint: said.hint(), error: said.error(), ..Select::new(field, label, &choices) })
            @if let Some(trouble) = chosen.filter(|_| said.error.is_none()) {
                p { (badge(Tone::Bad, "Not now")) " " (drawn(Some(server), &trouble.sentence())) }
            }
        }
    }

    fn limits(&self) -> Markup {
        let item = self.item;
        let at = |at: Option<Timestamp>| at.map(|at| at.strftime(OF_FIELD)).unwrap_or_default();
        let number = |count: Option<u32>| count.map(|count| count.to_string()).unwrap_or_default();
        let most = self.said(
            "per_member",
            number(item.per_member),
            "How many one member may buy. Leave it empty for any number.",
        );
        let from = self.said("starts_at", at(item.from), "In UTC. Leave it empty for at once.");
        let until = self.said("ends_at", at(item.until), "In UTC. Leave it empty for good.");
        let back = self.said(
            "refund_minutes",
            number(item.refund_minutes),
            "Leave it empty for what the settings say; 0 is never.",
        );
        let is_any = item.per_member.is_some()
            || item.required_role.is_some()
            || item.from.is_some()
            || item.until.is_some()
            || item.refund_minutes.is_some();
        let is_open = is_any || self.seen.refill.is_some();
        html! {
            details open[is_open] {
                summary { "Limits: how many, for whom, when" }
                (Field {
                    input: Input::Number, value: &most.value, hint: most.hint(), error: most.error(),
                    ..Field::new("per_member", "Each member")
                })
                @if !self.is_for_all() { (self.role("required_role_id", "Only for members with", item.required_role, false)) }
                (Field { input: Input::Moment, value: &from.value, hint: from.hint(), error: from.error(), ..Field::new("starts_at", "For sale from") })
                (Field { input: Input::Moment, value: &until.value, hint: until.hint(), error: until.error(), ..Field::new("ends_at", "For sale until") })
                (Field {
                    input: Input::Number, value: &back.value, hint: back.hint(), error: back.error(), unit: Some("minutes"),
                    ..Field::new("refund_minutes", "Can be given back for")
                })
            }
        }
    }
}

/// What stands on the button below an item: what the message on Discord says as well.
fn button(item: &Item) -> (&'static str, bool) {
    match (item.is_active && item.removed_at.is_none() && item.withheld.is_none(), item.stock == Stock::Pieces(0)) {
        (false, _) => ("Not for sale", false),
        (true, true) => ("Sold out", false),
        (true, false) => ("Buy", true),
    }
}

impl<P: Page> Fields<'_, P> {
    /// The item as its message shows it: as it was typed, or else as it is. With script it follows what is typed.
    pub(in crate::web::pages) fn preview(&self) -> Markup {
        let (item, server) = (self.item, self.server);
        let typed = |field: &str, present: String| self.seen.typed(field).map_or(present, str::to_owned);
        // An emoji of a server is known by its number alone, and is its name here.
        let emoji = item.emoji.clone().filter(|emoji| !emoji.starts_with('<')).unwrap_or_default();
        let price = if self.is_new { String::new() } else { item.price.to_string() };
        let left = match item.stock {
            Stock::Unlimited => String::new(),
            Stock::Pieces(left) => crate::web::ui::components::number(left),
        };
        let each = item.per_member.map(|most| most.to_string()).unwrap_or_default();
        let shown = |field: &str, present: String, empty: &str| {
            let value = typed(field, present);
            let value = if value.is_empty() { empty.to_owned() } else { value };
            html! { span data-mirrors={ "f-" (field) } data-empty=[Some(empty).filter(|empty| !empty.is_empty())] { (value) } }
        };
        let role = |role: RoleId| drawn(server, &crate::sentence!("{role}", role));
        let (word, is_open) = button(item);
        html! {
            section.card aria-label="As members see it" {
                h2 { "As members see it" }
                div.embed {
                    p.embed-title { (shown("emoji", emoji, "")) " " (shown("name", item.name.clone(), "Name")) }
                    p.written data-mirrors="f-description" { (typed("description", item.description.clone())) }
                    dl {
                        div { dt { "Price" } dd { (shown("price", price, "0")) " " (self.about.money.name) } }
                        div { dt { "Stock" } dd { (shown("stock", left, "any number")) } }
                        div { dt { "Category" } dd { (shown("category", item.category.clone(), "")) } }
                        @if let ItemKind::Role { role: given, .. } = item.kind { div { dt { "Gives" } dd { (role(given)) } } }
                        @if let Some(needed) = item.required_role { div { dt { "For members with" } dd { (role(needed)) } } }
                        div { dt { "Each member" } dd { "up to " (shown("per_member", each, "")) } }
                        @if let Some(from) = item.from { div { dt { "For sale from" } dd { (moment(from)) } } }
                        @if let Some(until) = item.until { div { dt { "For sale until" } dd { (moment(until)) } } }
                    }
                    p { span.embed-button.off[!is_open] { (word) } }
                }
            }
        }
    }
}

/// Who may promise a role: whoever looks.
pub(super) fn may_not_give(server: Option<&Server>, item: &Item, by: Actor) -> Option<Markup> {
    let (server, role) = (server?, item.kind.role()?);
    let trouble = can_give(server, role, by).err()?;
    Some(html! { p { (badge(Tone::Bad, "Role")) " " (drawn(Some(server), &trouble.sentence())) } })
}

//! One item: its form with the checks of what it names, how its message is, its stock, what was done to it, and who bought it; and the
//! form of a new one.

use maud::{Markup, html};

use super::form::{Fields, may_not_give};
use super::{About, ShopTab, called, on_discord, shop_tabs, state, step, stock};
use crate::activity::{self, Activity, ActivityId, Filter};
use crate::features::shop::activity::{Difference, ITEM_CHANGED, ITEM_MADE, ITEM_REMOVED, STOCK_CHANGED, about};
use crate::features::shop::model::{Item, ItemId, Stock};
use crate::features::shop::queries::{self, Of};
use crate::features::shop::refusal::ShopRefusal;
use crate::flows::offers_followed::{Origin, origin_of_item};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::posts::{PostState, Sync};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Revision};
use crate::web::api::shop::bought;
use crate::web::api::shop::change::undo_address;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::instance::told_origin;
use crate::web::pages::members::member_link;
use crate::web::push::about::{POSTS, SETTINGS, SHOP};
use crate::web::segments::One;
use crate::web::ui::components::{
    Button, Card, Event, Field, Form, Input, acts, history as drawn, moment, number, save_bar,
};

/// Changes that are shown.
const MOST_CHANGES: usize = 20;
/// Purchases that are shown.
const LATEST: usize = 5;

/// One item.
pub struct ItemPage;

/// What is known of an item.
struct Known {
    guild: GuildId,
    id: ItemId,
    item: Item,
    sold: u64,
    post: Option<PostState>,
    about: About,
    /// What was done to it by hand, the latest first.
    past: Vec<(ActivityId, Activity)>,
    names: Names,
    /// Who bought it last.
    bought: bought::Found,
    /// Whether it is from the catalogue for all servers.
    origin: Option<Origin>,
}

impl Page for ItemPage {
    const NAME: &'static str = "shop.item_page";
    const ABOUT: &'static str =
        "Shows an item as members see it, with its form, its stock, how it is on Discord and what was changed.";
    const PATHS: &'static [&'static str] = &["/g/{server}/shop/{item}"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[SHOP, POSTS, SETTINGS];

    type Path = One<ItemId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("item", samples.item.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, One(id)) = (seen.guild, seen.path);
        let known = web.look(Self::NAME, move |read| Known::look(read, guild, id)).await?;
        let mut known = Known { names: web.named(known.names).await.seen_by(seen.visitor.actor()), ..known };
        web.call_by_name(guild, known.bought.buyers()).await;
        let server = web.places(guild).await;
        let server = server.as_deref();
        let is_admin = seen.rank.reaches(Who::Admin);
        let may_change = is_admin && known.item.removed_at.is_none();
        let main = html! {
            (acts(seen.seal("acts").seal()))
            @if known.item.removed_at.is_some() {
                div.notice.warn { p { "This item was removed. Whoever bought it keeps it. Below, in its history, its removal can be undone." } }
            }
            (told_origin(known.origin, "item"))
            div.editor {
                div {
                    @if may_change {
                        (known.form(seen, server))
                    } @else {
                        (known.facts())
                    }
                }
                div {
                    (Fields { seen, item: &known.item, about: &known.about, server, is_new: false }.preview())
                    (known.message(may_change, seen.now))
                    (known.stock(seen, may_change))
                    (known.buyers())
                    (known.history(seen, is_admin))
                }
            }
        };
        let crumbs = vec![(format!("/g/{guild}/shop"), "Shop".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(called(&known.item), main) })
    }
}

impl Known {
    fn look(read: &dyn Read, guild: GuildId, id: ItemId) -> Result<Self> {
        let item = queries::any_item(read, guild, id)?.ok_or(ShopRefusal::NoSuchItem)?;
        let filter = Filter { subject: Some(about(id)), ..Filter::default() };
        let rows = activity::newest(read, guild, &filter, None, MOST_CHANGES)?.rows;
        // Roles are named by what was changed.
        let changed = rows.iter().filter_map(|(_, act)| ITEM_CHANGED.details(act)).flat_map(|noted| noted.differs);
        let told: Vec<Sentence> = changed
            .filter(|differing| differing.field.ends_with("role"))
            .flat_map(|differing| [Sentence::read(&differing.before), Sentence::read(&differing.after)])
            .collect();
        let names = Names::of(read, guild, &told, rows.iter().map(|(_, act)| act.actor))?;
        Ok(Self {
            guild,
            id,
            sold: queries::sold(read, guild, id)?,
            post: queries::post(read, guild, id)?,
            about: About::look(read, guild)?,
            past: rows,
            names,
            origin: origin_of_item(read, guild, id, &item)?,
            bought: bought::find(read, guild, Of::Item(id), (None, LATEST))?,
            item,
        })
    }

    /// The form of whoever may change it.
    fn form(&self, seen: &Seen<ItemPage>, server: Option<&crate::discord::references::Server>) -> Markup {
        let (action, sealed) = (format!("/g/{}/shop/{}", self.guild, self.id), seen.seal("item"));
        let revision = Revision::of(&self.item.revision);
        // What another form of this page sent is none of this one.
        let form = Form {
            revision: Some(revision.in_form(seen.refill.as_ref())),
            is_guarded: true,
            ..Form::new(&action, sealed.seal())
        };
        let fields = Fields { seen, item: &self.item, about: &self.about, server, is_new: false };
        html! {
            section.card {
                h2 { "The item" }
                @if let Some(trouble) = may_not_give(server, &self.item, seen.visitor.actor()) { (trouble) }
                (form.around(&html! { (fields.drawn()) (save_bar(&html! { (Button::main("Save")) })) }))
            }
        }
    }

    /// The same for whoever only looks.
    fn facts(&self) -> Markup {
        let facts = [
            ("Price", html! { (self.about.money.plain(self.item.price)) }),
            ("Stock", stock(self.item.stock)),
            ("Category", html! { (self.item.category) }),
            ("Sold", html! { (number(self.sold)) }),
        ];
        html! { (Card { title: "The item", facts: &facts }) }
    }

    /// Whether it is for sale, and how its message is.
    fn message(&self, may_change: bool, now: Timestamp) -> Markup {
        let base = format!("/g/{}/shop/{}", self.guild, self.id);
        let needs_post = self.about.has_channel
            && self.post.as_ref().is_none_or(|post| matches!(post.sync, Sync::Failed | Sync::Orphaned));
        let (show, word) =
            if self.item.is_active { ("false", "Hide from the shop") } else { ("true", "Show in the shop") };
        let (repost, remove) = (format!("{base}/repost"), format!("{base}/remove"));
        html! {
            section.card {
                h2 { "In the shop" }
                p { (state(&self.item, now)) }
                div { "On Discord: " (on_discord(self.post.as_ref())) }
                @if may_change {
                    div.actions {
                        (Button { act: Some(&base), sends: Some(("is_active", show)), ..Button::plain(word) })
                        @if needs_post { (Button { act: Some(&repost), ..Button::plain("Post again") }) }
                        (Button { act: Some(&remove), ..Button::plain("Remove") })
                    }
                }
            }
        }
    }

    /// How many there are, and the ways to change that.
    fn stock(&self, seen: &Seen<ItemPage>, may_change: bool) -> Markup {
        let (guild, id, item) = (self.guild, self.id, &self.item);
        let action = format!("/g/{guild}/shop/{id}/stock");
        let (endless, sealed, wrong) = (format!("{action}?operation=set"), seen.seal("stock"), seen.wrong("quantity"));
        html! {
            section.card {
                h2 { "Stock" }
                p { strong { (stock(item.stock)) } " there, " (number(self.sold)) " sold" }
                @if may_change {
                    @if matches!(item.stock, Stock::Pieces(_)) {
                        div.actions {
                            (step(guild, id, item, -1)) (step(guild, id, item, 1)) (step(guild, id, item, 10))
                            (Button { act: Some(&endless), sends: Some(("quantity", "-1")), ..Button::plain("Any number") })
                        }
                    }
                    (Form { is_quiet: true, ..Form::new(&action, sealed.seal()) }.around(&html! {
                        (Field {
                            input: Input::Number,
                            value: seen.typed("quantity").unwrap_or_default(),
                            error: wrong.as_deref(),
                            is_required: true,
                            ..Field::new("quantity", "How many")
                        })
                        div.actions {
                            (Button { sends: Some(("operation", "set")), ..Button::plain("Set") })
                            @if matches!(item.stock, Stock::Pieces(_)) {
                                (Button { sends: Some(("operation", "add")), ..Button::plain("Add") })
                                (Button { sends: Some(("operation", "subtract")), ..Button::plain("Take") })
                            }
                        }
                    }))
                }
            }
        }
    }

    /// Who bought it last.
    fn buyers(&self) -> Markup {
        html! {
            section.card {
                h2 { "Bought last" }
                @if self.bought.rows.is_empty() {
                    p.muted { "Nobody bought it so far." }
                } @else {
                    ul.history {
                        @for (row, name) in &self.bought.rows {
                            li {
                                (moment(row.purchase.at)) " " (member_link(self.guild, row.purchase.user, name)) " × "
                                (number(row.purchase.quantity))
                            }
                        }
                    }
                }
            }
        }
    }

    /// What was done, behind whoever did it.
    fn what(&self, act: &Activity) -> Markup {
        let differing = ITEM_CHANGED.details(act).map(|noted| noted.differs).unwrap_or_default();
        html! {
            @if ITEM_MADE.details(act).is_some() { "made it" }
            @else if ITEM_REMOVED.details(act).is_some() { "removed it" }
            @else if STOCK_CHANGED.details(act).is_some() {
                "stock " (noted_stock(act.before.as_ref())) " → " (noted_stock(act.after.as_ref()))
            }
            @for (place, one) in differing.iter().enumerate() {
                @if place > 0 { ", " }
                (one.field) " " (value(&self.names, one, &one.before)) " → " (value(&self.names, one, &one.after))
            }
        }
    }

    /// What was done to it, with the way back.
    fn history(&self, seen: &Seen<ItemPage>, is_admin: bool) -> Markup {
        let event = |(id, act): &(ActivityId, Activity)| Event {
            at: id.moment(),
            who: self.names.who(act.actor),
            what: self.what(act),
            undo: is_last(act, &self.item).then(|| undo_address(self.guild, &id.to_string())),
            note: (revision_of(act).is_some() && !is_last(act, &self.item)).then(|| "changed since".to_owned()),
            more: None,
        };
        let events: Vec<Event> = self.past.iter().map(event).collect();
        let sealed = seen.seal("history");
        html! {
            section.card {
                h2 { "History" }
                @if events.is_empty() { p.muted { "What was done to it is not kept any more." } }
                @else { (drawn(&events, is_admin.then(|| sealed.seal()))) }
            }
        }
    }
}

/// What is left of a text of somebody in a line of the history.
const LONGEST_VALUE: usize = 40;

/// A value before or after a change.
fn value(names: &Names, differing: &Difference, value: &str) -> Markup {
    if differing.field.ends_with("role") {
        return names.drawn(&Sentence::read(value));
    }
    html! { (one_line(value, LONGEST_VALUE)) }
}

/// A stock as it is noted.
fn noted_stock(number: Option<&String>) -> Markup {
    let noted = number.and_then(|number| Stock::try_from(number.parse::<i64>().ok()?).ok());
    html! { @if let Some(noted) = noted { (stock(noted)) } }
}

/// How often the item was changed by then, where an activity is of a change by hand.
fn revision_of(act: &Activity) -> Option<u64> {
    [&ITEM_MADE, &ITEM_CHANGED, &ITEM_REMOVED, &STOCK_CHANGED]
        .iter()
        .find_map(|kind| kind.details(act))
        .map(|noted| noted.revision)
}

/// Whether it is the last thing that was done by hand, which can be taken back.
fn is_last(act: &Activity, item: &Item) -> bool {
    revision_of(act) == Some(item.revision)
}

/// A new item.
pub struct NewItemPage;

impl Page for NewItemPage {
    const NAME: &'static str = "shop.new_page";
    const ABOUT: &'static str = "The form of a new item, with how it will look.";
    const PATHS: &'static [&'static str] = &["/g/{server}/shop/new"];
    const WHO: Who = Who::Admin;
    const STILL: Option<&'static str> = Some("It is an empty form: what somebody types stays as it is.");

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let about = web.look(Self::NAME, move |read| About::look(read, guild)).await?;
        let server = web.places(guild).await;
        let (action, sealed) = (format!("/g/{guild}/shop/new"), seen.seal("item"));
        let form = Form { is_guarded: true, ..Form::new(&action, sealed.seal()) };
        let item = Item::new("", Amount::ZERO);
        let fields = Fields { seen, item: &item, about: &about, server: server.as_deref(), is_new: true };
        let main = html! {
            (shop_tabs(guild, seen.rank, ShopTab::Items, about.waiting))
            @if !about.has_channel { (super::no_channel(guild)) }
            div.editor {
                section.card {
                    h2 { "The item" }
                    (form.around(&html! { (fields.drawn()) (save_bar(&html! { (Button::main("Make it")) })) }))
                }
                div { (fields.preview()) }
            }
        };
        let crumbs = vec![(format!("/g/{guild}/shop"), "Shop".to_owned())];
        Ok(Shown { crumbs, ..Shown::new("New item", main) })
    }
}

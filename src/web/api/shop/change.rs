//! Items that are made, changed, removed, counted and posted again, and the way back (`T-API-07`, `T-API-08`, `C-59`).
//!
//! The row is written first, and its message follows by a job. A program waits for that, for 8 seconds at most; then it is told 202 and
//! reads `sync_status`. Somebody at a page sees the state of the message there, as soon as it changes.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use strum::IntoStaticStr;
use utoipa::ToSchema;

use super::wish::{ItemBody, at_its_field};
use super::{ITEM_REVISION, ItemView};
use crate::activity::{self, Activity, ActivityId, Filter};
use crate::discord::posts::settled;
use crate::discord::roles::may_give;
use crate::features::shop::activity::{ITEM_CHANGED, ITEM_REMOVED, about};
use crate::features::shop::model::{Item, ItemId, Stock, StockOperation};
use crate::features::shop::queries;
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::service::{self, ITEM_POST, is_undoable};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::posts::Sync;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::{Read, Tx};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Given, Problem, RevisionOfOne};
use crate::web::endpoint::{Asked, Door, Doors, Endpoint, MESSAGE_LATER, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::shop::{ItemPage, NewItemPage, ShopPage};
use crate::web::segments::One;

/// Where the form is sent that takes something back that was done to an item.
pub fn undo_address(guild: GuildId, change: &str) -> String {
    format!("/g/{guild}/shop/changes/{change}/undo")
}

/// An item after something was done to it, in the transaction of that. `before` is its revision before that.
fn done(tx: &Tx<'_>, guild: GuildId, id: ItemId, item: &Item, before: Option<u64>) -> Result<ItemView> {
    let view = ItemView::of(tx, guild, id, item, tx.now())?;
    if before == Some(item.revision) {
        return Ok(view);
    }
    let change = last_change(tx, guild, id)?.filter(|(_, act)| is_undoable(act));
    Ok(ItemView { change: change.map(|(id, _)| id.to_string()), ..view })
}

/// The last thing that was done to an item by hand.
fn last_change(read: &dyn Read, guild: GuildId, id: ItemId) -> Result<Option<(ActivityId, Activity)>> {
    let about = Filter { subject: Some(about(id)), ..Filter::default() };
    Ok(activity::newest(read, guild, &about, None, 1)?.rows.pop())
}

/// What a page says of it, with the button that takes it back.
fn telling(
    answered: Answered<ItemView>,
    guild: GuildId,
    tell: impl FnOnce(&ItemView) -> Sentence,
) -> Answered<ItemView> {
    let undo = answered.value.now().and_then(|view| view.change.as_deref()).map(|change| undo_address(guild, change));
    Answered { undo, ..answered.telling(tell) }
}

/// Waits for a program until the message of the item shows what was done; 202 where that is still to come.
async fn followed<E: Endpoint<Answer = ItemView>>(
    web: &Web,
    asked: &Asked<E>,
    mut answered: Answered<ItemView>,
) -> Result<Answered<ItemView>, Problem> {
    let Given::Now(view) = &mut answered.value else { return Ok(answered) };
    let pending = Some(Sync::PendingSync.name());
    if asked.door != Door::Api || view.sync_status != pending {
        return Ok(answered);
    }
    let Ok(id) = view.item_id.parse::<ItemId>() else { return Ok(answered) };
    *view = view.clone().shown(settled(&web.bot, asked.guild, &ITEM_POST, id.get()).await?);
    let is_pending = view.sync_status == pending;
    Ok(if is_pending { answered.with_status(StatusCode::ACCEPTED) } else { answered })
}

/// Refuses a role that the item is to give and that whoever asks may not promise, or that the bot could not give.
async fn require_role<E: Endpoint>(web: &Web, asked: &Asked<E>, role: Option<RoleId>) -> Result<(), Problem> {
    match role {
        Some(role) => may_give(&web.bot, asked.guild, role, asked.visitor.actor())
            .await
            .map_err(|error| at_its_field(error.into())),
        None => Ok(()),
    }
}

/// Makes an item.
pub struct AddItem;

impl Endpoint for AddItem {
    const NAME: &'static str = "shop.add";
    const ABOUT: &'static str = "Makes an item of the shop, and posts it into the shop channel where there is one.";
    const DOORS: Doors = Doors::post(&["/api/{server}/shop"]).form("/g/{server}/shop/new", again::<NewItemPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);
    const REQUIREMENTS: &'static [&'static str] = &["T-API-07", "T-SYN-15", "D-44", "D-94"];

    type Path = ();
    type Query = Nothing;
    type Body = ItemBody;
    type Answer = ItemView;

    fn sample(_: &Samples) -> Sample {
        let body = json!({
            "name": "Cookie", "description": "Delicious cookie", "price": 100, "category": "consumable", "stock": -1,
            "emoji": "🍪",
        });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (guild, wish) = (asked.guild, asked.body.read()?);
        if !wish.has_price() {
            return Err(Problem::field("price", ShopRefusal::Price.sentence()));
        }
        let item = wish.item().map_err(|refusal| at_its_field(refusal.into()))?;
        require_role(web, &asked, item.kind.role()).await?;
        let added = web.change(&asked, move |tx, by| {
            let (id, item) = service::add(tx, guild, by, item.clone())?;
            done(tx, guild, id, &item, None)
        });
        let added = followed(web, &asked, added.await.map_err(at_its_field)?).await?;
        let page = added.value.now().map(|view| format!("/g/{guild}/shop/{}", view.item_id));
        let told = telling(added, guild, |view| sentence!("**{name}** is in the shop.", name = view.name));
        Ok(told.leading_to(page.unwrap_or_else(|| format!("/g/{guild}/shop"))))
    }
}

/// Changes an item.
pub struct ChangeItem;

impl Endpoint for ChangeItem {
    const NAME: &'static str = "shop.change";
    const ABOUT: &'static str =
        "Changes an item: what is left out stays, what is sent empty is taken away. Its message follows.";
    const DOORS: Doors = Doors::put(&["/api/{server}/shop/{item}"]).form("/g/{server}/shop/{item}", again::<ItemPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);
    const REQUIREMENTS: &'static [&'static str] = &["C-59", "C-77"];
    const REVISION_OF_ONE: Option<RevisionOfOne<One<ItemId>>> = Some(ITEM_REVISION);

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = ItemBody;
    type Answer = ItemView;

    fn sample(samples: &Samples) -> Sample {
        let body = json!({ "price": 120, "description": "A larger cookie" });
        Sample { path: vec![("item", samples.item.clone())], body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (guild, One(id), wish) = (asked.guild, asked.path, asked.body.read()?);
        let present = web.look("item", move |read| service::item(read, guild, id)).await?;
        let kind = wish.kind(&present).map_err(|refusal| at_its_field(refusal.into()))?;
        // A role that it gives already was judged when it was chosen.
        require_role(web, &asked, kind.role().filter(|role| present.kind.role() != Some(*role))).await?;
        let changed = web.change(&asked, move |tx, by| {
            let before = service::item(tx, guild, id)?;
            let role = wish.kind(&before)?;
            // Somebody else chose another role since it was looked at: that one was not judged for whoever asks.
            if role.role() != kind.role() {
                return Err(ShopRefusal::ChangedMeanwhile(before.name).into());
            }
            let after = service::edit(tx, guild, by, id, None, |item| wish.put(role, item))?;
            done(tx, guild, id, &after, Some(before.revision))
        });
        let changed = followed(web, &asked, changed.await.map_err(at_its_field)?).await?;
        let told = telling(changed, guild, |view| {
            let name = view.name.clone();
            if view.change.is_some() && view.is_active != present.is_active {
                shown_in_words(view)
            } else if view.change.is_some() {
                sentence!("**{name}** is changed.", name)
            } else {
                sentence!("**{name}** is as it was: nothing was changed.", name)
            }
        });
        let page = asked.page_before().unwrap_or_else(|| format!("/g/{guild}/shop/{id}"));
        Ok(told.leading_to(page))
    }
}

/// That an item is hidden, or is not any more.
fn shown_in_words(view: &ItemView) -> Sentence {
    let name = view.name.clone();
    if view.is_active {
        sentence!("**{name}** is in the shop again.", name)
    } else {
        sentence!("**{name}** is hidden: nobody can buy it now.", name)
    }
}

/// Removes an item.
pub struct RemoveItem;

impl Endpoint for RemoveItem {
    const NAME: &'static str = "shop.remove";
    const ABOUT: &'static str = "Removes an item and its message. Whoever bought it keeps what they have.";
    const DOORS: Doors =
        Doors::delete(&["/api/{server}/shop/{item}"]).form("/g/{server}/shop/{item}/remove", again::<ItemPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["C-59"];
    const REVISION_OF_ONE: Option<RevisionOfOne<One<ItemId>>> = Some(ITEM_REVISION);

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ItemView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("item", samples.item.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let removed = web.change(&asked, move |tx, by| {
            let item = service::remove(tx, guild, by, id)?;
            done(tx, guild, id, &item, None)
        });
        let tell = |view: &ItemView| sentence!("**{name}** is no longer in the shop.", name = view.name);
        Ok(telling(removed.await?, guild, tell).leading_to(format!("/g/{guild}/shop")))
    }
}

/// Changes the stock.
pub struct Restock;

/// How the stock is changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct StockBody {
    /// How many: what there is then, or how many more or less. -1 sets it to any number.
    #[serde(default)]
    pub quantity: Typed,
    /// What is done with it; it is set without it.
    #[serde(default)]
    pub operation: Option<Operation>,
}

/// What is done with a number, where the address says it: a button sends one field alone.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct StockQuery {
    /// As in the body.
    pub operation: Option<Operation>,
}

/// What is done with a stock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, IntoStaticStr, ToSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Operation {
    /// There are so many then.
    #[default]
    Set,
    /// There are so many more.
    Add,
    /// There are so many less.
    Subtract,
}

impl From<Operation> for StockOperation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Set => Self::Set,
            Operation::Add => Self::Add,
            Operation::Subtract => Self::Subtract,
        }
    }
}

impl Endpoint for Restock {
    const NAME: &'static str = "shop.stock";
    const ABOUT: &'static str =
        "Sets the stock of an item, or changes it by so many. It never falls below 0; -1 is any number.";
    const DOORS: Doors =
        Doors::put(&["/api/{server}/shop/{item}/stock"]).form("/g/{server}/shop/{item}/stock", again::<ItemPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);
    const REQUIREMENTS: &'static [&'static str] = &["T-API-08", "T-SYN-19", "T-EDG-08"];
    const REVISION_OF_ONE: Option<RevisionOfOne<One<ItemId>>> = Some(ITEM_REVISION);

    type Path = One<ItemId>;
    type Query = StockQuery;
    type Body = StockBody;
    type Answer = ItemView;

    fn sample(samples: &Samples) -> Sample {
        let body = json!({ "quantity": 50, "operation": "set" });
        Sample { path: vec![("item", samples.item.clone())], body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let operation = StockOperation::from(asked.body.operation.or(asked.query.operation).unwrap_or_default());
        let not_a_stock = || Problem::field("quantity", ShopRefusal::NotAStock.sentence());
        let quantity = asked.body.quantity.signed().ok_or_else(not_a_stock)?;
        let changed = web.change(&asked, move |tx, by| {
            let before = service::item(tx, guild, id)?.revision;
            let item = service::restock(tx, guild, by, id, operation, quantity)?;
            done(tx, guild, id, &item, Some(before))
        });
        let changed = changed.await.map_err(|problem| match problem.code() {
            "shop.not_a_stock" => not_a_stock(),
            _ => problem,
        })?;
        let changed = followed(web, &asked, changed).await?;
        let page = asked.page_before().unwrap_or_else(|| format!("/g/{guild}/shop/{id}"));
        Ok(telling(changed, guild, stock_in_words).leading_to(page))
    }
}

/// How many there are of an item.
fn stock_in_words(view: &ItemView) -> Sentence {
    let name = view.name.clone();
    match Stock::try_from(view.stock) {
        Ok(Stock::Pieces(0)) => sentence!("**{name}** is sold out now.", name),
        Ok(Stock::Pieces(1)) => sentence!("There is **1** of **{name}** now.", name),
        Ok(stock) => sentence!("There are **{stock}** of **{name}** now.", stock, name),
        Err(_) => sentence!("The stock of **{name}** is changed.", name),
    }
}

/// Posts an item once more.
pub struct Repost;

impl Endpoint for Repost {
    const NAME: &'static str = "shop.repost";
    const ABOUT: &'static str = "Posts the message of an item once more where it failed or is gone, and brings it up to date elsewhere. Without a shop channel there is none.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/shop/{item}/repost"]).form("/g/{server}/shop/{item}/repost", again::<ItemPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);
    const REQUIREMENTS: &'static [&'static str] = &["T-SYN-20", "C-57", "C-59"];

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ItemView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("item", samples.item.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let again = web.change(&asked, move |tx, _| {
            let has_channel = queries::channel(tx, guild)?.is_some();
            let item = if has_channel { service::repost(tx, guild, id)? } else { service::item(tx, guild, id)? };
            ItemView::of(tx, guild, id, &item, tx.now())
        });
        let again = followed(web, &asked, again.await?).await?;
        let page = asked.page_before().unwrap_or_else(|| format!("/g/{guild}/shop/{id}"));
        let tell = |view: &ItemView| {
            if view.channel_id.is_some() {
                sentence!("**{name}** is being posted.", name = view.name)
            } else {
                sentence!("There is no shop channel, so **{name}** has no message.", name = view.name)
            }
        };
        Ok(again.telling(tell).leading_to(page))
    }
}

/// Takes back what was done to an item.
pub struct UndoItem;

impl Endpoint for UndoItem {
    const NAME: &'static str = "shop.undo";
    const ABOUT: &'static str = "Takes back what was done to an item by hand, as long as nobody changed it since. What was sold since stays sold.";
    const DOORS: Doors = Doors::post(&["/api/{server}/shop/changes/{change}/undo"])
        .form("/g/{server}/shop/changes/{change}/undo", again::<ShopPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = One<ActivityId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ItemView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("change", samples.item_change.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let role = web.look("item_change", move |read| role_of_undo(read, guild, id)).await?;
        require_role(web, &asked, role).await?;
        let before = web.look("item_before", move |read| match activity::get(read, guild, id)? {
            Some(act) => last_item(read, guild, &act),
            None => Ok(None),
        });
        let before = before.await?;
        let undone = web.change(&asked, move |tx, by| {
            let (id, item) = service::undo(tx, guild, by, id)?;
            let is_gone = item.removed_at.is_some();
            Ok(ItemView { is_gone, ..done(tx, guild, id, &item, None)? })
        });
        let undone = undone.await?;
        let item = undone.value.now().map(|view| format!("/g/{guild}/shop/{}", view.item_id));
        let here = asked.page_before().filter(|page| page.starts_with(&format!("/g/{guild}/shop")));
        let page = here.or(item).unwrap_or_else(|| format!("/g/{guild}/shop"));
        let tell = |view: &ItemView| {
            let (name, was) = (view.name.clone(), before.as_ref());
            match was {
                _ if view.is_gone => sentence!("**{name}** is out of the shop again.", name),
                Some(was) if was.removed_at.is_some() => sentence!("**{name}** is in the shop again.", name),
                Some(was) if was.is_active != view.is_active => shown_in_words(view),
                _ => sentence!("**{name}** is as it was before.", name),
            }
        };
        Ok(telling(undone, guild, tell).leading_to(page))
    }
}

/// The role that an item gives again once a change is taken back, where it does not give it now.
fn role_of_undo(read: &dyn Read, guild: GuildId, id: ActivityId) -> Result<Option<RoleId>> {
    let Some(act) = activity::get(read, guild, id)? else { return Ok(None) };
    let noted = ITEM_CHANGED.details(&act).or_else(|| ITEM_REMOVED.details(&act));
    let Some(before) = noted.and_then(|noted| noted.before) else { return Ok(None) };
    let now = last_item(read, guild, &act)?.and_then(|item| item.kind.role());
    Ok(before.kind.role().filter(|role| now != Some(*role)))
}

fn last_item(read: &dyn Read, guild: GuildId, act: &Activity) -> Result<Option<Item>> {
    match act.subject {
        Some(activity::Subject::Item(item)) => queries::any_item(read, guild, ItemId::new(item)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_the_same_by_name_as_in_the_shop() {
        let names: [&'static str; 3] = [Operation::Set.into(), Operation::Add.into(), Operation::Subtract.into()];
        assert_eq!(names, ["set", "add", "subtract"]);
        let told = |operation: Operation| StockOperation::from(operation).to_string();
        assert_eq!([told(Operation::Set), told(Operation::Add), told(Operation::Subtract)], names);
    }
}

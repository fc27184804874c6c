//! The items of the catalogue.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{CATALOGUE, PAGE, RemovedOffer, require_none};
use crate::features::offers::model::Part;
use crate::features::offers::queries::count_following;
use crate::features::shop::model::ItemId;
use crate::features::shop::queries::{Listed, Wanted, list};
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::service;
use crate::flows::offers_changed;
use crate::kernel::refusal::Refuse;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOfOne};
use crate::web::api::shop::wish::{ItemBody, Sent, Wish, at_its_field};
use crate::web::api::shop::{ITEM_REVISION, ItemView};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::instance::{NewOfferedItemPage, OfferedItemPage};
use crate::web::segments::One;

/// The items that the catalogue has.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedItems {
    /// Each of them; its stock is what a copy begins with.
    pub items: Vec<ItemView>,
    /// How many servers take them over.
    pub servers: usize,
}

fn of_sample(samples: &Samples) -> Sample {
    Sample { path: vec![("item", samples.offered_item.clone())], ..Sample::default() }
}

/// Refuses roles, which belong to one server.
fn require_of_no_server(wish: &Wish) -> Result<(), Problem> {
    let is_named = |role: &Sent<_>| matches!(role, Sent::This(_));
    require_none(&[("role_id", is_named(&wish.role)), ("required_role_id", is_named(&wish.required_role))])
}

/// Lists them.
pub struct ListOfferedItems;

impl Endpoint for ListOfferedItems {
    const NAME: &'static str = "catalogue.items";
    const ABOUT: &'static str = "Lists the items that are offered to all servers, and how many servers take them over.";
    const DOORS: Doors = Doors::get(&["/api/catalogue/items"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-GEN-11", "C-61"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = OfferedItems;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OfferedItems>, Problem> {
        let now = asked.now;
        let look = move |read: &dyn Read| {
            let items = list(read, CATALOGUE, &Wanted::default())?;
            let items = items.iter().map(|Listed { id, item, .. }| ItemView::of(read, CATALOGUE, *id, item, now));
            Ok(OfferedItems {
                items: items.collect::<crate::kernel::error::Result<_>>()?,
                servers: count_following(read, Part::Items)?,
            })
        };
        Ok(web.look(Self::NAME, look).await?.into())
    }
}

/// Shows one.
pub struct OneOfferedItem;

impl Endpoint for OneOfferedItem {
    const NAME: &'static str = "catalogue.item";
    const ABOUT: &'static str = "Shows an item of the catalogue.";
    const DOORS: Doors = Doors::get(&["/api/catalogue/items/{item}"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<ItemId>>> = Some(ITEM_REVISION);

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = ();
    type Answer = ItemView;

    fn sample(samples: &Samples) -> Sample {
        of_sample(samples)
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (One(id), now) = (asked.path, asked.now);
        let look = move |read: &dyn Read| ItemView::of(read, CATALOGUE, id, &service::item(read, CATALOGUE, id)?, now);
        let view = web.look(Self::NAME, look).await?;
        let revision = Revision::of(&view.revision).shown_with(&view);
        Ok(Answered::from(view).with_revision(revision))
    }
}

/// Adds one.
pub struct AddOfferedItem;

impl Endpoint for AddOfferedItem {
    const NAME: &'static str = "catalogue.add_item";
    const ABOUT: &'static str =
        "Adds an item to the catalogue. Servers that switched the global shop on sell it within half a minute.";
    const DOORS: Doors =
        Doors::post(&["/api/catalogue/items"]).form("/instance/catalogue/items/new", again::<NewOfferedItemPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-GEN-11", "C-61"];

    type Path = ();
    type Query = Nothing;
    type Body = ItemBody;
    type Answer = ItemView;

    fn sample(_: &Samples) -> Sample {
        let body = json!({ "name": "Cookie", "description": "Delicious cookie", "price": 100, "stock": 50 });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let wish = asked.body.read()?;
        require_of_no_server(&wish)?;
        if !wish.has_price() {
            return Err(Problem::field("price", ShopRefusal::Price.sentence()));
        }
        let item = wish.item().map_err(|refusal| at_its_field(refusal.into()))?;
        let added = web.change(&asked, move |tx, by| {
            let (id, item) = offers_changed::add_item(tx, by, item.clone())?;
            ItemView::of(tx, CATALOGUE, id, &item, tx.now())
        });
        let added = added.await.map_err(at_its_field)?;
        let told = added.telling(|view| sentence!("**{name}** is offered to all servers.", name = view.name.clone()));
        Ok(told.leading_to(PAGE))
    }
}

/// Changes one.
pub struct ChangeOfferedItem;

impl Endpoint for ChangeOfferedItem {
    const NAME: &'static str = "catalogue.change_item";
    const ABOUT: &'static str = "Changes an item of the catalogue: what is left out stays, what is sent empty is taken away. Copies follow that \
                                 nobody in their server has changed; their stock is their own.";
    const DOORS: Doors =
        Doors::put(&["/api/catalogue/items/{item}"]).form("/instance/catalogue/items/{item}", again::<OfferedItemPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<ItemId>>> = Some(ITEM_REVISION);

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = ItemBody;
    type Answer = ItemView;

    fn sample(samples: &Samples) -> Sample {
        Sample { body: Some(json!({ "price": 120 })), ..of_sample(samples) }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ItemView>, Problem> {
        let (One(id), wish) = (asked.path, asked.body.read()?);
        require_of_no_server(&wish)?;
        let changed = web.change(&asked, move |tx, by| {
            let kind = wish.kind(&service::item(tx, CATALOGUE, id)?)?;
            let item = offers_changed::edit_item(tx, by, id, |item| wish.put(kind, item))?;
            ItemView::of(tx, CATALOGUE, id, &item, tx.now())
        });
        let changed = changed.await.map_err(at_its_field)?;
        let told = changed.telling(|view| {
            sentence!("**{name}** is changed. Servers follow within half a minute.", name = view.name.clone())
        });
        Ok(told.leading_to(PAGE))
    }
}

/// Removes one.
pub struct RemoveOfferedItem;

impl Endpoint for RemoveOfferedItem {
    const NAME: &'static str = "catalogue.remove_item";
    const ABOUT: &'static str =
        "Takes an item out of the catalogue and its copies off sale. Whoever bought one keeps it.";
    const DOORS: Doors = Doors::delete(&["/api/catalogue/items/{item}"])
        .form("/instance/catalogue/items/{item}/remove", again::<OfferedItemPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<ItemId>>> = Some(ITEM_REVISION);

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = RemovedOffer;

    fn sample(samples: &Samples) -> Sample {
        of_sample(samples)
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RemovedOffer>, Problem> {
        let One(id) = asked.path;
        let removed = web.change(&asked, move |tx, by| {
            let item = offers_changed::remove_item(tx, by, id)?;
            Ok(RemovedOffer { id: id.to_string(), name: item.name })
        });
        let told = |view: &RemovedOffer| sentence!("**{name}** is offered no more.", name = view.name.clone());
        Ok(removed.await?.telling(told).leading_to(PAGE))
    }
}

//! The shop: what is for sale, by the names of seed 001 (`T-API-06`, `T-SHP-02`).
//!
//! | file | for |
//! | --- | --- |
//! | `list` | which items a list is asked for |
//! | `wish` | what is sent of an item, read into what it becomes |
//! | `change` | items that are made, changed, removed, counted and posted again, and the way back |
//! | `bought` | purchases, orders, and what members have |
//! | `own` | what whoever asks buys, uses and gives back |
//! | `codes` | codes that the team gives away |

pub mod bought;
pub mod change;
pub mod codes;
pub mod list;
pub mod own;
pub mod wish;

use serde::Serialize;
use utoipa::ToSchema;

use crate::features::shop::model::{Item, ItemId, ItemKind};
use crate::features::shop::queries;
use crate::features::shop::refusal::ShopRefusal;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::posts::PostState;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOfOne};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::segments::{One, Segment};

/// `{item}` in a path is the number of an item in its server.
impl Segment for ItemId {
    const NAME: &'static str = "item";
}

/// An item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemView {
    /// Its number in this server, as a text.
    pub item_id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What one costs.
    pub price: i64,
    /// Under what it is found.
    pub category: String,
    /// The emoji before its name.
    pub emoji: Option<String>,
    /// How many there are; -1 for any number.
    pub stock: i64,
    /// Whether it is for sale, as far as nothing else stands in the way.
    pub is_active: bool,
    /// Whether it can be bought at this moment, as far as that is the same for everybody.
    pub for_sale: bool,
    /// What it does: `consumable`, `role`, `other` or `order`.
    pub kind: &'static str,
    /// The role that it gives.
    pub role_id: Option<String>,
    /// For how many hours; for good without it.
    pub role_hours: Option<u32>,
    /// How many one member may buy.
    pub per_member: Option<u32>,
    /// The role that a buyer needs.
    pub required_role_id: Option<String>,
    /// From when on it is sold.
    pub starts_at: Option<String>,
    /// Until when it is sold.
    pub ends_at: Option<String>,
    /// For how many minutes a buyer may give it back, where that differs from the server's setting.
    pub refund_minutes: Option<u32>,
    /// Where its message is, or is to be.
    pub channel_id: Option<String>,
    /// Its message there.
    pub message_id: Option<String>,
    /// How its message compares with it: `synced`, `pending_sync`, `orphaned` or `failed`; nothing where it has none.
    pub sync_status: Option<&'static str>,
    /// Why it is not `synced`.
    pub sync_reason: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// How often it was changed by hand: what `ETag` says.
    pub revision: u64,
    /// What else is known of it.
    pub metadata: ItemMetadata,
    /// The number under which what this request did is taken back; nothing where it changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// Whether it was removed by this request, for the page alone.
    #[serde(skip)]
    pub is_gone: bool,
}

/// What is counted of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemMetadata {
    /// How many were sold, beside what was given back.
    pub sales_count: u64,
}

impl ItemView {
    /// An item as it stands in a snapshot.
    pub fn of(read: &dyn Read, guild: GuildId, id: ItemId, item: &Item, now: Timestamp) -> Result<Self> {
        let hours = match item.kind {
            ItemKind::Role { hours, .. } => hours,
            ItemKind::Consumable | ItemKind::Other | ItemKind::Order => None,
        };
        let view = Self {
            item_id: id.to_string(),
            name: item.name.clone(),
            description: item.description.clone(),
            price: item.price.get(),
            category: item.category.clone(),
            emoji: item.emoji.clone(),
            stock: item.stock.number(),
            is_active: item.is_active,
            for_sale: item.is_for_sale(now),
            kind: item.kind.name(),
            role_id: item.kind.role().map(|role| role.to_string()),
            role_hours: hours,
            per_member: item.per_member,
            required_role_id: item.required_role.map(|role| role.to_string()),
            starts_at: item.from.map(Timestamp::rfc3339),
            ends_at: item.until.map(Timestamp::rfc3339),
            refund_minutes: item.refund_minutes,
            channel_id: None,
            message_id: None,
            sync_status: None,
            sync_reason: None,
            created_at: item.created_at.rfc3339(),
            revision: item.revision,
            metadata: ItemMetadata { sales_count: queries::sold(read, guild, id)? },
            change: None,
            is_gone: false,
        };
        Ok(view.shown(queries::post(read, guild, id)?))
    }

    /// The same with how its message is.
    #[must_use]
    pub fn shown(self, post: Option<PostState>) -> Self {
        Self {
            channel_id: post.as_ref().map(|post| post.channel.to_string()),
            message_id: post.as_ref().and_then(|post| post.message).map(|message| message.to_string()),
            sync_status: post.as_ref().map(|post| post.sync.name()),
            sync_reason: post.and_then(|post| post.reason),
            ..self
        }
    }
}

/// The revision of the item that a path names.
pub const ITEM_REVISION: RevisionOfOne<One<ItemId>> = |read, guild, One(id)| {
    let item = queries::item(read, guild, *id)?;
    Ok(item.map(|item| Revision::of(&item.revision)))
};

/// One item.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneItemView {
    /// It.
    pub item: ItemView,
}

/// Shows one item.
pub struct OneItem;

impl Endpoint for OneItem {
    const NAME: &'static str = "shop.item";
    const ABOUT: &'static str = "Shows an item of the shop.";
    const DOORS: Doors = Doors::get(&["/api/{server}/shop/{item}"]);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["C-59", "C-77"];
    const REVISION_OF_ONE: Option<RevisionOfOne<One<ItemId>>> = Some(ITEM_REVISION);

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = ();
    type Answer = OneItemView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("item", samples.item.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OneItemView>, Problem> {
        let (guild, One(id), now) = (asked.guild, asked.path, asked.now);
        let sees_all = asked.rank.reaches(Who::Viewer);
        let view = web.look(Self::NAME, move |read| {
            let item = queries::item(read, guild, id)?.filter(|item| sees_all || item.is_for_sale(now));
            ItemView::of(read, guild, id, &item.ok_or(ShopRefusal::NoSuchItem)?, now)
        });
        let item = view.await?;
        let revision = Revision::of(&item.revision).shown_with(&item);
        Ok(Answered::from(OneItemView { item }).with_revision(revision))
    }
}

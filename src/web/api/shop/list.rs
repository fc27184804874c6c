//! Which items a list is asked for, and in which order; on pages the same.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ItemView;
use crate::features::shop::model::{ItemId, Stock};
use crate::features::shop::queries::{self, Listed};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::typed_name;
use crate::kernel::time::Timestamp;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Rank, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Sample, Samples};
use crate::web::filter;

/// Items on a page, unless somebody wants another number.
const PAGE: usize = 50;
/// The most items on a page.
const MOST: usize = 200;

/// Which items.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ShopQuery {
    /// A part of their name.
    pub q: Option<String>,
    /// Those of this category alone, in large or small letters.
    pub category: Option<String>,
    /// Those alone that are switched on. Whoever sees no pages of the server sees what can be bought at this moment.
    pub active_only: Option<bool>,
    /// Also those that are sold out; without it they are there.
    pub include_out_of_stock: Option<bool>,
    /// By `category` (which is usual), `name`, `price`, `stock`, `sold` or `created`; with `-` before it the other way round.
    pub sort: Option<String>,
    /// Which page, from 1.
    pub page: Option<usize>,
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
    /// How many; 50, and 200 at most.
    #[serde(alias = "per_page")]
    pub limit: Option<usize>,
}

/// In which order items are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortedBy {
    /// By category, then by name.
    #[default]
    Category,
    /// By name.
    Name,
    /// The cheapest first.
    Price,
    /// What is nearly sold out first; any number comes last.
    Stock,
    /// What was sold least first.
    Sold,
    /// The oldest first.
    Created,
}

/// The words of an address for the orders.
pub const SORTS: [(&str, SortedBy); 6] = [
    ("category", SortedBy::Category),
    ("name", SortedBy::Name),
    ("price", SortedBy::Price),
    ("stock", SortedBy::Stock),
    ("sold", SortedBy::Sold),
    ("created", SortedBy::Created),
];

impl SortedBy {
    fn compare(self, one: &Listed, other: &Listed) -> Ordering {
        let name = |listed: &Listed| typed_name(&listed.item.name);
        // Any number is more than every number.
        let stock = |listed: &Listed| match listed.item.stock {
            Stock::Pieces(pieces) => u64::from(pieces),
            Stock::Unlimited => u64::MAX,
        };
        let order = match self {
            Self::Category => typed_name(&one.item.category).cmp(&typed_name(&other.item.category)),
            Self::Name => Ordering::Equal,
            Self::Price => one.item.price.cmp(&other.item.price),
            Self::Stock => stock(one).cmp(&stock(other)),
            Self::Sold => one.sold.cmp(&other.sold),
            Self::Created => return one.id.cmp(&other.id),
        };
        order.then_with(|| name(one).cmp(&name(other))).then_with(|| one.id.cmp(&other.id))
    }
}

/// Which items, understood.
#[derive(Clone, Debug)]
pub struct Wanted {
    q: String,
    category: Option<String>,
    /// Those alone that are switched on.
    is_active: bool,
    /// Those alone that can be bought at this moment.
    is_for_sale: bool,
    in_stock: bool,
    /// In which order, and whether the other way round.
    pub sort: (SortedBy, bool),
    after: Option<ItemId>,
    page: usize,
    limit: usize,
}

/// Items that were found.
#[derive(Debug)]
pub struct Found {
    /// Those of this page.
    pub items: Vec<Listed>,
    /// How many there are of the filter.
    pub total: usize,
    /// Where the next page goes on.
    pub next: Option<ItemId>,
}

impl ShopQuery {
    /// Understands it, for somebody of this rank; says which fields make no sense.
    pub fn wanted(&self, rank: Rank) -> Result<Wanted, Problem> {
        let sort = |typed: &str| {
            let (word, is_reversed) = typed.strip_prefix('-').map_or((typed, false), |word| (word, true));
            SORTS.iter().find(|(known, _)| *known == word).map(|(_, sort)| (*sort, is_reversed))
        };
        let takes = || {
            Sentence::words(
                "It is category, name, price, stock, sold or created, with - before it the other way round.",
            )
        };
        let number = || Sentence::words("It is the number of an item: what the page before said in next.");
        Ok(Wanted {
            q: typed_name(self.q.as_deref().unwrap_or_default()),
            category: self.category.clone().filter(|category| !category.trim().is_empty()),
            is_active: self.active_only.unwrap_or(false),
            is_for_sale: !rank.reaches(Who::Viewer),
            in_stock: !self.include_out_of_stock.unwrap_or(true),
            sort: filter::read("sort", self.sort.as_deref(), sort, takes)?.unwrap_or_default(),
            after: filter::read("after", self.after.as_deref(), |typed| typed.parse().ok(), number)?,
            page: self.page.unwrap_or(1).max(1),
            limit: filter::limit(self.limit, PAGE, 1..=MOST)?,
        })
    }
}

impl Wanted {
    /// The same, of what can be bought at this moment.
    #[must_use]
    pub fn for_sale(self) -> Self {
        Self { is_for_sale: true, ..self }
    }

    fn compare(&self, one: &Listed, other: &Listed) -> Ordering {
        let (sort, is_reversed) = self.sort;
        let order = sort.compare(one, other);
        if is_reversed { order.reverse() } else { order }
    }
}

/// Looks items up.
pub fn find(read: &dyn Read, guild: GuildId, wanted: &Wanted, now: Timestamp) -> Result<Found> {
    let of_shop = queries::Wanted {
        category: wanted.category.clone(),
        active_only: wanted.is_active,
        for_sale_at: wanted.is_for_sale.then_some(now),
        in_stock: wanted.in_stock,
    };
    let mut items = queries::list(read, guild, &of_shop)?;
    items.retain(|listed| typed_name(&listed.item.name).contains(&wanted.q));
    items.sort_by(|one, other| wanted.compare(one, other));
    let total = items.len();
    let left_out = match wanted.after {
        // Also where the last of the page before was removed meanwhile, the list goes on behind its place.
        Some(id) => match queries::any_item(read, guild, id)? {
            Some(item) => {
                let last = Listed { id, sold: queries::sold(read, guild, id)?, item };
                items.partition_point(|listed| wanted.compare(listed, &last) != Ordering::Greater)
            }
            None => 0,
        },
        None => (wanted.page - 1).saturating_mul(wanted.limit),
    };
    let items: Vec<Listed> = items.into_iter().skip(left_out).take(wanted.limit).collect();
    let is_more = left_out.saturating_add(items.len()) < total;
    let next = items.last().map(|listed| listed.id).filter(|_| is_more);
    Ok(Found { items, total, next })
}

/// Several items.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopView {
    /// Those of this page.
    pub items: Vec<ItemView>,
    /// Which part of all that is.
    pub pagination: ShopPages,
    /// What to ask for as `after` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which part of the items is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopPages {
    /// How many there are of the filter.
    pub total: usize,
    /// How many a page has.
    pub limit: usize,
    /// Which page it is, where it was asked for by its number.
    pub page: usize,
}

/// Lists the items.
pub struct Shop;

impl Endpoint for Shop {
    const NAME: &'static str = "shop.items";
    const ABOUT: &'static str = "Lists the items of the shop with price, stock and the state of their messages. Whoever sees no pages of the \
                                 server sees what is for sale.";
    const DOORS: Doors = Doors::get(&["/api/{server}/shop"]);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-06", "C-77"];

    type Path = ();
    type Query = ShopQuery;
    type Body = ();
    type Answer = ShopView;

    fn sample(_: &Samples) -> Sample {
        Sample {
            query: "category=consumable&active_only=true&include_out_of_stock=false&sort=-price",
            ..Sample::default()
        }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ShopView>, Problem> {
        let (guild, now, wanted) = (asked.guild, asked.now, asked.query.wanted(asked.rank)?);
        let view = web.look(Self::NAME, move |read| {
            let Found { items, total, next } = find(read, guild, &wanted, now)?;
            let items = items.iter().map(|Listed { id, item, .. }| ItemView::of(read, guild, *id, item, now));
            Ok(ShopView {
                items: items.collect::<Result<_>>()?,
                pagination: ShopPages { total, limit: wanted.limit, page: wanted.page },
                next: next.map(|next| next.to_string()),
            })
        });
        Ok(view.await?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Level;
    use crate::features::shop::model::Item;
    use crate::features::shop::service;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::amount::Amount;

    fn rank(level: Level) -> Rank {
        Rank { level: Some(level), is_reviewer: false }
    }

    fn shop() -> TestStore {
        let store = TestStore::new();
        for (name, price, stock, is_active) in
            [("Cookie", 100, -1, true), ("Apple", 50, 3, true), ("Medal", 900, 0, true), ("Draft", 10, 5, false)]
        {
            store
                .write(move |tx| {
                    let stock = Stock::try_from(stock).unwrap_or(Stock::Unlimited);
                    let item = Item { stock, is_active, ..Item::new(name, Amount::of(price)) };
                    service::add(tx, GUILD, Actor::System, item).map(drop)
                })
                .unwrap();
        }
        store
    }

    fn found(store: &TestStore, query: &ShopQuery, level: Level) -> String {
        let wanted = query.wanted(rank(level)).unwrap();
        let found = store.read(|read| find(read, GUILD, &wanted, Timestamp::from_millis(1)));
        let names: Vec<String> = found.items.into_iter().map(|listed| listed.item.name).collect();
        format!("{} of {}", names.join(" "), found.total)
    }

    #[test]
    fn items_are_found_by_what_is_asked_and_members_see_what_is_for_sale() {
        let store = shop();
        let sorted = |sort: &str| ShopQuery { sort: Some(sort.to_owned()), ..ShopQuery::default() };
        assert_eq!(found(&store, &ShopQuery::default(), Level::Viewer), "Apple Cookie Draft Medal of 4");
        assert_eq!(found(&store, &ShopQuery::default(), Level::Member), "Apple Cookie Medal of 3");
        assert_eq!(found(&store, &sorted("-price"), Level::Viewer), "Medal Cookie Apple Draft of 4");
        assert_eq!(found(&store, &sorted("stock"), Level::Viewer), "Medal Apple Draft Cookie of 4");
        let in_stock = ShopQuery { include_out_of_stock: Some(false), ..sorted("created") };
        assert_eq!(found(&store, &in_stock, Level::Member), "Cookie Apple of 2");
        let called =
            ShopQuery { q: Some("CO".to_owned()), category: Some("Consumable".to_owned()), ..ShopQuery::default() };
        assert_eq!(found(&store, &called, Level::Viewer), "Cookie of 1");
        let problem = sorted("colour").wanted(rank(Level::Viewer)).unwrap_err();
        assert!(problem.fields().contains_key("sort"), "{problem:?}");
    }

    #[test]
    fn a_list_goes_on_behind_its_last_item_also_where_that_was_removed() {
        let store = shop();
        let page = |after: Option<ItemId>| {
            let query = ShopQuery { limit: Some(2), after: after.map(|id| id.to_string()), ..ShopQuery::default() };
            let wanted = query.wanted(rank(Level::Viewer)).unwrap();
            let found = store.read(|read| find(read, GUILD, &wanted, Timestamp::from_millis(1)));
            let names: Vec<String> = found.items.into_iter().map(|listed| listed.item.name).collect();
            (names.join(" "), found.next)
        };
        let (first, next) = page(None);
        assert_eq!((first.as_str(), next), ("Apple Cookie", Some(ItemId::new(1))));
        store.write(|tx| service::remove(tx, GUILD, Actor::System, ItemId::new(1)).map(drop)).unwrap();
        assert_eq!(page(next), ("Draft Medal".to_owned(), None));
    }
}

//! What was bought: the orders that wait for somebody of the team, the oldest first, and all purchases, the latest first.

use maud::{Markup, html};
use serde::Deserialize;

use super::{About, ShopTab, item_link, shop_tabs};
use crate::features::shop::model::{Purchase, PurchaseState};
use crate::features::shop::queries::{self, Bought, Of};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::money::Money;
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::{Rank, Who};
use crate::web::answer::Problem;
use crate::web::api::shop::bought::{Found, PartQuery, find};
use crate::web::endpoint::{Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::members::member_link;
use crate::web::push::about::{COINS, SHOP};
use crate::web::ui::components::{Button, Cell, Empty, Form, Row, Tab, Table, Tone, badge, moment, number, tabs};

/// Orders, and purchases of all kinds.
pub struct OrdersPage;

/// Which of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OrdersQuery {
    /// `all` for every purchase; the orders that wait without it.
    show: Option<Which>,
    /// Where the page before ended.
    after: Option<String>,
}

/// Which purchases are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    All,
}

impl Page for OrdersPage {
    const NAME: &'static str = "shop.orders_page";
    const ABOUT: &'static str = "Shows the orders that wait to be handed over, the oldest first, and all purchases.";
    const PATHS: &'static [&'static str] = &["/g/{server}/shop/orders"];
    const WHO: Who = Who::Moderator;
    const HINTS: &'static [Topic] = &[SHOP, COINS];

    type Path = ();
    type Query = OrdersQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "show=all", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, rank, is_all) = (seen.guild, seen.rank, seen.query.show.is_some());
        let part = PartQuery { after: seen.query.after.clone(), limit: None }.part()?;
        let of = if is_all { Of::Guild } else { Of::Waiting };
        let (mut found, about) =
            web.look(Self::NAME, move |read| Ok((find(read, guild, of, part)?, About::look(read, guild)?))).await?;
        web.call_by_name(guild, found.buyers()).await;
        let page = format!("/g/{guild}/shop/orders");
        let all = format!("{page}?show=all");
        let views = [
            Tab { href: &page, label: "Waiting", is_current: !is_all },
            Tab { href: &all, label: "All purchases", is_current: is_all },
        ];
        let main = html! {
            (shop_tabs(guild, rank, ShopTab::Orders, about.waiting))
            (tabs("Which", &views))
            @if found.rows.is_empty() {
                (nothing(is_all))
            } @else {
                (list(seen, &found, &about.money))
                (seen.filter.paging(&page, "after", found.next))
            }
        };
        let crumbs = vec![(format!("/g/{guild}/shop"), "Shop".to_owned())];
        Ok(Shown { crumbs, ..Shown::new("Orders", main) })
    }
}

fn nothing(is_all: bool) -> Markup {
    html! {
        @if is_all {
            (Empty { title: "Nothing was bought yet.", text: "Members buy with /buy, or by the button below an item.", action: None })
        } @else {
            (Empty {
                title: "No order waits.",
                text: "An item that somebody of the team hands over makes an order when it is bought, and it stands here until then.",
                action: None,
            })
        }
    }
}

fn list(seen: &Seen<OrdersPage>, found: &Found, money: &Money) -> Markup {
    let rows = found.rows.iter().map(|(bought, name)| {
        let ways = html! {
            @if queries::is_order(&bought.purchase) { (hand_over(seen, bought, name)) }
            @if is_refundable(&bought.purchase, seen.rank, seen.now) { (refund(seen, bought, name, money)) }
        };
        row(seen.guild, bought, (name, money), &ways)
    });
    html! { (Table::new("Purchases", Some("purchases"), rows)) }
}

/// Whether somebody of the team may give the money back, as far as its time and state say.
fn is_refundable(purchase: &Purchase, rank: Rank, now: Timestamp) -> bool {
    let is_free = purchase.state != PurchaseState::Refunded && purchase.code.is_none() && purchase.used == 0;
    let in_time = queries::is_order(purchase) || now < purchase.refundable_until;
    is_free && (in_time || rank.reaches(Who::Admin))
}

fn row(guild: GuildId, bought: &Bought, (name, money): (&str, &Money), ways: &Markup) -> Row {
    let Bought { id, purchase, item } = bought;
    Row {
        id: Some(id.to_string()),
        cells: vec![
            Cell::words("Item", html! { (number(purchase.quantity)) " × " (item_link(guild, purchase.item, item)) }),
            Cell::words("Member", member_link(guild, purchase.user, name)),
            Cell::numbers("Paid", html! { (money.short(purchase.total())) }),
            Cell::words("Bought", moment(purchase.at)),
            Cell::words(
                "State",
                html! { @if !queries::is_order(purchase) { (state(purchase)) } div.actions { (ways) } },
            ),
        ],
    }
}

/// How far a purchase is, in a word.
pub(super) fn state(purchase: &Purchase) -> Markup {
    let (tone, word) = match purchase.state {
        PurchaseState::Done if purchase.code.is_some() => (Tone::Good, "by a code"),
        PurchaseState::Done if purchase.used >= purchase.quantity => (Tone::Quiet, "used up"),
        PurchaseState::Done => (Tone::Good, "bought"),
        PurchaseState::Waiting => (Tone::Info, "waits"),
        PurchaseState::HandedOver => (Tone::Good, "handed over"),
        PurchaseState::Refunded => (Tone::Warn, "given back"),
    };
    html! { (badge(tone, word)) @if let Some((at, _)) = purchase.closed { p.hint { (moment(at)) } } }
}

/// The button that notes that an order was handed over, which is asked about: the buyer is told.
fn hand_over(seen: &Seen<OrdersPage>, Bought { id, purchase, item }: &Bought, name: &str) -> Markup {
    let action = format!("/g/{}/shop/orders/{id}/hand-over", seen.guild);
    let sealed = seen.seal(&format!("hand-over-{id}"));
    let asked =
        format!("Did {name} get {} × {}? They are told so, and that cannot be undone.", purchase.quantity, item.name);
    let form = Form { confirm: Some(&asked), ..Form::new(&action, sealed.seal()) };
    let about = format!("{} to {name}", item.name);
    form.around(&html! { (Button { about: Some(&about), ..Button::main("Hand over") }) })
}

/// The button that gives the money back, which is asked about: it cannot be undone.
fn refund(seen: &Seen<OrdersPage>, bought: &Bought, name: &str, money: &Money) -> Markup {
    let action = format!("/g/{}/shop/orders/{}/refund", seen.guild, bought.id);
    let sealed = seen.seal(&format!("refund-{}", bought.id));
    let (total, item) = (bought.purchase.total(), &bought.item.name);
    let asked = format!(
        "Give {name} {} back for {item}? What it gave is taken again, and that cannot be undone.",
        money.plain(total)
    );
    let form = Form { confirm: Some(&asked), ..Form::new(&action, sealed.seal()) };
    let about = format!("{item} of {name}");
    form.around(&html! { (Button { about: Some(&about), ..Button::plain("Give back") }) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Level;
    use crate::features::shop::model::{Item, ItemId, PurchaseId};
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::UserId;
    use crate::web::ui::testing::lines;

    const NOW: Timestamp = Timestamp::from_millis(1_795_292_100_000);

    fn purchase(state: PurchaseState) -> Purchase {
        Purchase {
            item: ItemId::new(1),
            user: UserId::new(81),
            quantity: 2,
            price: Amount::of(1_250),
            entry: None,
            code: None,
            at: NOW,
            refundable_until: NOW,
            state,
            used: 0,
            role: None,
            closed: None,
            refund: None,
        }
    }

    #[test]
    fn moderators_give_back_what_waits_or_is_in_time_and_administrators_what_was_not_used() {
        let rank = |level| Rank { level: Some(level), is_reviewer: false };
        let may = |purchase: &Purchase, level| is_refundable(purchase, rank(level), NOW);
        let (waits, done) = (purchase(PurchaseState::Waiting), purchase(PurchaseState::Done));
        assert!(may(&waits, Level::Moderator) && !may(&done, Level::Moderator) && may(&done, Level::Admin));
        let in_time = Purchase { refundable_until: NOW.after(std::time::Duration::from_secs(1)), ..done.clone() };
        assert!(may(&in_time, Level::Moderator));
        assert!(!may(&Purchase { used: 1, ..done }, Level::Admin));
        assert!(!may(&purchase(PurchaseState::Refunded), Level::Owner));
    }

    #[test]
    fn an_order_says_who_waits_for_what_and_has_no_markup_of_others() {
        let item = Item::new("<b>Song</b>", Amount::of(1_250));
        let bought = Bought { id: PurchaseId::new(7), purchase: purchase(PurchaseState::Waiting), item };
        let money = Money { name: "coins".to_owned(), one: String::new(), symbol: "<i>".to_owned() };
        let drawn = lines(
            &html! { (Table::new("Purchases", None, [row(GuildId::new(5), &bought, ("<ann>", &money), &html! {})])) },
        );
        for told in ["2 × ", "&lt;b&gt;Song&lt;/b&gt;", "&lt;ann&gt;", "&lt;i&gt;2,500", r#"id="row-7""#] {
            assert!(drawn.contains(told), "{told}: {drawn}");
        }
        assert!(!drawn.contains("<b>"), "{drawn}");
    }
}

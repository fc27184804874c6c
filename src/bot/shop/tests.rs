//! What people read of the shop.

use super::views;
use crate::bot::tests::songs::{ANN, AT};
use crate::bot::tests::{message_of, messages_of};
use crate::features::shop::model::{
    Code, CodeGift, CodeId, Item, ItemId, ItemKind, Purchase, PurchaseId, PurchaseState, RoleGiven, Stock,
};
use crate::features::shop::queries::{Bought as Purchased, Holding, Listed};
use crate::features::shop::service::Used;
use crate::flows::code_redeemed::Given;
use crate::flows::shop_bought::Bought;
use crate::flows::shop_refunded::Refunded;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, RoleId};
use crate::kernel::time::Timestamp;
use crate::money::Money;

const COOKIE: ItemId = ItemId::new(7);
const SHOP: Option<ChannelId> = Some(ChannelId::new(3));
const VIP: RoleId = RoleId::new(33);

fn money() -> Money {
    Money { name: "*coins*".to_owned(), one: String::new(), symbol: "$".to_owned() }
}

fn cookie() -> Item {
    let (description, stock) = ("A *delicious* cookie\n@everyone".to_owned(), Stock::Pieces(3));
    Item { description, stock, emoji: Some("🍪".to_owned()), ..Item::new("Big_cookie @here", Amount::of(1_250)) }
}

/// An item for which there is something to say in every field.
fn limited() -> Item {
    let kind = ItemKind::Role { role: VIP, hours: Some(30) };
    let (from, until) = (Some(AT), Some(Timestamp::from_millis(1_763_842_500_000)));
    Item { kind, per_member: Some(2), required_role: Some(RoleId::new(44)), from, until, ..cookie() }
}

fn purchase(state: PurchaseState) -> Purchase {
    Purchase {
        item: COOKIE,
        user: ANN,
        quantity: 2,
        price: Amount::of(1_250),
        entry: None,
        code: None,
        at: AT,
        refundable_until: Timestamp::from_millis(1_763_757_900_000),
        state,
        used: 0,
        role: None,
        closed: None,
        refund: None,
    }
}

fn purchased(state: PurchaseState) -> Purchased {
    Purchased { id: PurchaseId::new(12), purchase: purchase(state), item: cookie() }
}

fn bought(purchase: Purchase, item: Item) -> Bought {
    let (total, left, held) = (purchase.total(), Amount::of(30), 5);
    Bought { id: PurchaseId::new(12), purchase, item, total, left, held, money: money() }
}

fn code(gives: CodeGift, most: u32, until: Option<Timestamp>) -> Code {
    Code {
        text: "SUMMER2026".to_owned(),
        gives,
        most,
        used: 1,
        until,
        made_by: Actor::System,
        made_at: AT,
        revoked_at: None,
        used_up_at: None,
    }
}

#[test]
fn the_message_of_an_item_says_what_it_is_and_what_it_costs() {
    crate::covers!("T-HLP-28");
    let shown = [
        views::message(COOKIE, &cookie(), &money()),
        views::message(COOKIE, &Item { stock: Stock::Pieces(0), ..cookie() }, &money()),
        views::message(COOKIE, &Item { is_active: false, price: Amount::ZERO, ..cookie() }, &money()),
        views::message(COOKIE, &limited(), &money()),
        views::item(COOKIE, &cookie(), 2, &money(), AT),
        views::item(COOKIE, &Item { kind: ItemKind::Order, until: Some(AT), ..cookie() }, 0, &money(), AT),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    ╒ 🍪 Big\_cookie @(invisible)here
    A \*delicious\* cookie
    @(invisible)everyone
    Price: **1,250** \*coins\*
    Stock: **3** left
    Category: consumable
    [Buy] shop:buy:7
    ╒ 🍪 Big\_cookie @(invisible)here
    A \*delicious\* cookie
    @(invisible)everyone
    Price: **1,250** \*coins\*
    Stock: sold out
    Category: consumable
    [Sold out] shop:buy:7 (disabled)
    ╒ 🍪 Big\_cookie @(invisible)here
    A \*delicious\* cookie
    @(invisible)everyone
    Price: free
    Stock: **3** left
    Category: consumable
    [Not for sale] shop:buy:7 (disabled)
    ╒ 🍪 Big\_cookie @(invisible)here
    A \*delicious\* cookie
    @(invisible)everyone
    Price: **1,250** \*coins\*
    Stock: **3** left
    What it does: You get the role <@&33> for 30 hours.
    For members with: <@&44>
    Each member: up to 2
    For sale: from <t:1763756100:f> until <t:1763842500:f>
    [Buy] shop:buy:7
    ╒ 🍪 Big\_cookie @(invisible)here
    A \*delicious\* cookie
    @(invisible)everyone
    Price: **1,250** \*coins\*
    Stock: **3** left
    Category: consumable
    Sold: 2
    Number: 7
    [Buy] shop:buy:7
    ╒ 🍪 Big\_cookie @(invisible)here
    A \*delicious\* cookie
    @(invisible)everyone
    Price: **1,250** \*coins\*
    Stock: **3** left
    What it does: Somebody of the team hands it over to you.
    For sale: until <t:1763756100:f>
    Sold: 0
    Number: 7
    [Not for sale now] shop:buy:7 (disabled)
    ");
}

#[test]
fn what_a_role_is_given_for_is_said() {
    for (hours, words) in [
        (None, "You get the role <@&33> for good."),
        (Some(1), "for an hour."),
        (Some(24), "for a day."),
        (Some(72), "for 3 days."),
        (Some(30), "for 30 hours."),
    ] {
        let item = Item { kind: ItemKind::Role { role: VIP, hours }, ..cookie() };
        let shown = message_of(views::item(COOKIE, &item, 2, &money(), AT));
        assert!(shown.contains(words), "{words:?} in {shown}");
    }
}

#[test]
fn a_form_and_a_choice_are_plain_text_of_what_is_meant() {
    let endless = Item { stock: Stock::Unlimited, name: "_".repeat(80), ..cookie() };
    let shown = [
        views::form_title(&cookie()),
        views::form_title(&endless),
        views::hint(&cookie(), &money()),
        views::hint(&endless, &money()),
        views::choice(COOKIE, &cookie()),
        views::purchase_choice(&purchased(PurchaseState::Done)),
    ];
    insta::assert_snapshot!(shown.join("\n"), @"
    Buy Big_cookie @here
    Buy ________________________________________…
    $1,250 each, 3 left
    $1,250 each
    7 Big_cookie @here (consumable)
    12 Big_cookie @here ×2 by 1, 2,500
    ");
}

#[test]
fn a_purchase_is_answered_with_what_comes_of_it() {
    let done = || purchase(PurchaseState::Done);
    let with_role = |until| Purchase { role: Some(RoleGiven { role: VIP, until, hours: None }), ..done() };
    let kept = Item { kind: ItemKind::Other, ..cookie() };
    let shown = [
        bought(done(), cookie()),
        bought(Purchase { price: Amount::ZERO, refundable_until: AT, ..done() }, kept),
        bought(Purchase { refundable_until: AT, ..purchase(PurchaseState::Waiting) }, cookie()),
        bought(Purchase { refundable_until: AT, ..with_role(None) }, cookie()),
        bought(Purchase { refundable_until: AT, ..with_role(Some(AT)) }, cookie()),
    ];
    let shown = shown.map(|bought| views::bought(&bought, AT));
    insta::assert_snapshot!(messages_of(shown), @r"
    🛍️ You bought **2** × **🍪 Big\_cookie @(invisible)here** for **2,500** \*coins\*. You have **30** \*coins\* left.
    You have **5** of it now. `/use` uses it up.
    -# You can give it back until then: <t:1763757900:R>.
    [Give it back] shop:refund:12
    🛍️ You bought **2** × **🍪 Big\_cookie @(invisible)here**.
    You have **5** of it now.
    🛍️ You bought **2** × **🍪 Big\_cookie @(invisible)here** for **2,500** \*coins\*. You have **30** \*coins\* left.
    📬 Somebody of the team will hand it over to you. It is order **12**.
    🛍️ You bought **2** × **🍪 Big\_cookie @(invisible)here** for **2,500** \*coins\*. You have **30** \*coins\* left.
    You get <@&33>.
    🛍️ You bought **2** × **🍪 Big\_cookie @(invisible)here** for **2,500** \*coins\*. You have **30** \*coins\* left.
    You get <@&33> until <t:1763756100:f>.
    ");
}

#[test]
fn a_role_that_ends_is_renewed_at_the_price_of_that_day() {
    let renewed = |price: u32| {
        let role = Some(RoleGiven { role: VIP, until: Some(AT), hours: Some(72) });
        views::renewed(&bought(Purchase { role, price: Amount::of(price), ..purchase(PurchaseState::Done) }, cookie()))
    };
    let patron = Item { kind: ItemKind::Role { role: VIP, hours: Some(72) }, ..cookie() };
    let asked = [2_500, 0].map(|price| views::renewal(&patron, Amount::of(price), &money()));
    insta::assert_snapshot!(messages_of(asked.into_iter().chain([renewed(1_250)])), @r"
    🔁 Do you want to renew **🍪 Big\_cookie @(invisible)here** for **2,500** \*coins\*, for 3 days more?
    🔁 Do you want to renew **🍪 Big\_cookie @(invisible)here** for nothing, for 3 days more?
    🔁 You renewed **🍪 Big\_cookie @(invisible)here** for **2,500** \*coins\*. You have **30** \*coins\* left.
    It ends <t:1763756100:f>.
    ");
}

#[test]
fn whoever_gets_money_or_an_order_is_told() {
    let back = Refunded {
        purchase: purchase(PurchaseState::Refunded),
        item: cookie(),
        total: Amount::of(2_500),
        balance: Amount::of(2_530),
        money: money(),
    };
    let told = |state| views::told(&purchased(state), &money());
    assert!(told(PurchaseState::Done).is_none() && told(PurchaseState::Waiting).is_none());
    let told = [PurchaseState::HandedOver, PurchaseState::Refunded].into_iter().filter_map(told);
    let shown = [views::refunded(&back, true), views::refunded(&back, false)].into_iter().chain(told);
    insta::assert_snapshot!(messages_of(shown), @r"
    ↩️ You gave **2** × **🍪 Big\_cookie @(invisible)here** back, and **2,500** \*coins\* returned. You have **2,530** \*coins\* now.
    ↩️ <@1> gave **2** × **🍪 Big\_cookie @(invisible)here** back, and **2,500** \*coins\* returned to them. They have **2,530** \*coins\* now.
    📬 Your order of **2** × **🍪 Big\_cookie @(invisible)here** was handed over.
    ↩️ Your purchase of **2** × **🍪 Big\_cookie @(invisible)here** was taken back, and **2,500** \*coins\* returned to you.
    ");
}

#[test]
fn what_is_for_sale_and_what_somebody_has_come_in_pages() {
    let listed = |id, item| Listed { id: ItemId::new(id), item, sold: 0 };
    let bare = Item { description: String::new(), ..Item::new("Plain", Amount::ZERO) };
    let eleven: Vec<_> = (1..=11).map(|id| listed(id, bare.clone())).collect();
    let held = |kind| Holding { id: COOKIE, item: Item { kind, ..cookie() }, quantity: 2 };
    let many: Vec<_> = std::iter::repeat_with(|| held(ItemKind::Other)).take(11).collect();
    let shown = [
        views::list(None, &[listed(7, cookie()), listed(8, bare.clone())], &money(), (1, 0)),
        views::list(Some("*Art*"), &eleven, &money(), (2, 3)),
        views::list(None, &[], &money(), (1, 0)),
        views::list(Some("*Art*"), &[], &money(), (1, 3)),
        views::inventory(ANN, &[held(ItemKind::Consumable), held(ItemKind::Other)], 1),
        views::inventory(ANN, &many, 2),
        views::inventory(ANN, &[], 1),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    ╒ Shop
    **7** 🍪 Big\_cookie @(invisible)here · **1,250** \*coins\* · **3** left
    -# A \*delicious\* cookie
    **8** Plain · free · any number
    ╘ Page 1 of 1   /buy buys one, /shop item shows one
    ╒ Shop: \*Art\*
    **11** Plain · free · any number
    ╘ Page 2 of 2   /buy buys one, /shop item shows one
    [◀ Previous] shop:page:1:3
    [Next ▶] shop:page:3:3 (disabled)
    🛒 Nothing is for sale at the moment.
    🛒 Nothing is for sale in **\*Art\*** at the moment.
    ╒ Inventory
    <@1>
    **2** × 🍪 Big\_cookie @(invisible)here · can be used
    **2** × 🍪 Big\_cookie @(invisible)here
    ╘ Page 1 of 1
    ╒ Inventory
    <@1>
    **2** × 🍪 Big\_cookie @(invisible)here
    ╘ Page 2 of 2
    [◀ Previous] shop:inventory:1:1
    [Next ▶] shop:inventory:1:3 (disabled)
    🎒 <@1> has nothing from the shop.
    ");
}

#[test]
fn a_full_page_of_the_longest_items_fits_into_a_message() {
    let longest = Item { name: "_".repeat(80), description: "*".repeat(1_000), ..cookie() };
    let items: Vec<_> = (1..=25).map(|id| Listed { id: ItemId::new(id), item: longest.clone(), sold: 0 }).collect();
    for page in [0, 1, 3, 99] {
        let shown = messages_of([views::list(None, &items, &money(), (page, 0))]);
        assert!(shown.contains("of 3"), "{shown}");
    }
}

#[test]
fn what_is_used_or_redeemed_is_answered() {
    let given = Given::Currency { amount: Amount::of(50), balance: Amount::of(1_080) };
    let shown = [
        views::used(&Used { item: cookie(), left: 3 }, 2),
        views::redeemed(&given, &money()),
        views::redeemed(&Given::Item { item: Box::new(cookie()), quantity: 2 }, &money()),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    ✨ You used **2** × **🍪 Big\_cookie @(invisible)here**. You have **3** of it left.
    🎟️ You get **50** \*coins\* and have **1,080** \*coins\* now.
    🎟️ You get **2** × **🍪 Big\_cookie @(invisible)here**.
    ");
}

#[test]
fn whatever_is_done_with_an_item_is_answered() {
    let renamed = Item { name: "*Cake*".to_owned(), ..cookie() };
    let shown = [
        views::made(COOKIE, &cookie(), SHOP, "</shop-admin channel:1>"),
        views::made(COOKIE, &cookie(), None, "</shop-admin channel:1>"),
        views::changed(&cookie(), &cookie()),
        views::changed(&cookie(), &Item { price: Amount::ZERO, ..cookie() }),
        views::changed(&cookie(), &renamed),
        views::restocked(&cookie()),
        views::restocked(&Item { stock: Stock::Unlimited, ..cookie() }),
        views::removed(&cookie()),
        views::posted_again(&cookie(), SHOP),
        views::posted_again(&cookie(), None),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    🛒 **🍪 Big\_cookie @(invisible)here** is item **7**. Its message comes in <#3>.
    🛒 **🍪 Big\_cookie @(invisible)here** is item **7**. It is shown in no channel yet: </shop-admin channel:1> sets it.
    **🍪 Big\_cookie @(invisible)here** is that already.
    ✏️ Changed **🍪 Big\_cookie @(invisible)here**. Its message follows.
    ✏️ Changed **🍪 \*Cake\***, which was **🍪 Big\_cookie @(invisible)here**. Its message follows.
    📦 **🍪 Big\_cookie @(invisible)here**: **3** left.
    📦 **🍪 Big\_cookie @(invisible)here**: any number.
    🗑️ Removed **🍪 Big\_cookie @(invisible)here**, and its message goes. Whoever bought it keeps what they have.
    📨 **🍪 Big\_cookie @(invisible)here** is posted in <#3>.
    📨 **🍪 Big\_cookie @(invisible)here** is posted.
    ");
}

#[test]
fn orders_that_wait_have_menus_for_what_becomes_of_them() {
    let waiting = [purchased(PurchaseState::Waiting)];
    insta::assert_snapshot!(messages_of([views::orders(&waiting, &money()), views::orders(&[], &money())]), @r"
    ╒ Orders
    **12** · 2 × 🍪 Big\_cookie @(invisible)here · <@1> · **2,500** \*coins\* · <t:1763756100:R>
    {I handed this over} shop:hand_over
      12 = 12 Big_cookie @here ×2
    {Give the money back} shop:give_back
      12 = 12 Big_cookie @here ×2
    📬 No order waits.
    ");
}

#[test]
fn codes_are_shown_in_groups_with_what_they_give() {
    let coins = || code(CodeGift::Currency(Amount::of(1_250)), 1, Some(AT));
    let items = || code(CodeGift::Item(COOKIE, 2), 1_000, None);
    let listed = [(CodeId::new(1), coins()), (CodeId::new(2), items()), (CodeId::new(3), items())];
    let shown = [
        views::code_made(&coins(), None, &money()),
        views::code_made(&items(), Some(&cookie()), &money()),
        views::codes(&listed, &[None, Some(cookie()), None], &money()),
        views::codes(&[], &[], &money()),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    🎟️ `SUMM-ER20-26` gives **1,250** \*coins\* to one member, until <t:1763756100:f>. It is typed as `/redeem`, or in the chat of a live by a linked handle.
    🎟️ `SUMM-ER20-26` gives **2** × **🍪 Big\_cookie @(invisible)here** to 1,000 members. It is typed as `/redeem`, or in the chat of a live by a linked handle.
    ╒ Codes
    **1** · `SUMM-ER20-26` · **1,250** \*coins\* · 1 of 1 · until <t:1763756100:f>
    **2** · `SUMM-ER20-26` · **2** × **🍪 Big\_cookie @(invisible)here** · 1 of 1000
    **3** · `SUMM-ER20-26` · **2** × **an item** · 1 of 1000
    {Revoke a code} shop:revoke
      1 = 1 SUMM-ER20-26
      2 = 2 SUMM-ER20-26
      3 = 3 SUMM-ER20-26
    🎟️ No code can be redeemed.
    ");
}

//! What people read about their coins, beside the lists that are tested with the views.

use super::views;
use crate::bot::tests::songs::{ANN, AT, entry};
use crate::bot::tests::{message_of, messages_of};
use crate::discord::Draft;
use crate::features::coins::model::{Currency, Earning, EntryId, EntryKind, LedgerEntry};
use crate::features::coins::queries::{HistoryPage, HistoryRow, Purse};
use crate::features::coins::service::Removed;
use crate::features::queue::model::Line;
use crate::features::queue::service::Moved;
use crate::flows::skip_bought::SkipBought;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::money::Money;

fn ledger_entry(before: u32, delta: i64, kind: EntryKind, reason: &str) -> LedgerEntry {
    let before = Amount::of(before);
    LedgerEntry {
        currency: Currency::Luxury,
        user: ANN,
        delta,
        before,
        after: before.clamped_change(delta),
        kind,
        reason: reason.to_owned(),
        actor: Actor::Member(UserId::new(2)),
        at: AT,
    }
}

fn purse(is_on: bool) -> Purse {
    Purse { luxury: Amount::of(1_250), points: Amount::of(1_234), is_on, skip_price: Amount::of(1_000) }
}

#[test]
fn a_balance_says_whether_coins_count_here() {
    let earning = Earning { per_hundred_gifted: 2, minutes_per_coin: 1 };
    let server =
        (Amount::of(340), Money { name: "*big* cookies".to_owned(), one: String::new(), symbol: "🍪".to_owned() });
    let shown = [
        views::balance("*ann* @here", &purse(true), Some(&server), &earning, "</buy-skip:1>", true),
        views::balance("*ann* @here", &purse(false), None, &earning, "</buy-skip:1>", false),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    ╒ Balance of \*ann\* @(invisible)here
    🪙 Luxury Coins: **1,250** (enough for a skip: </buy-skip:1>)
    💰 \*big\* cookies: **🍪340**
    ⭐ Engagement points: **1,234**

    You earn Luxury Coins on the live, with a linked TikTok handle: **2** for each whole 100 coins that you gift, and **1** for each minute that you watch.
    Engagement points come from what you do on the live. They order the Free line, and are used up when a song of yours is played from there.
    [Where from?] coins:where
    ╒ Balance of \*ann\* @(invisible)here
    🪙 Luxury Coins: **1,250**
    ⭐ Engagement points: **1,234**

    Luxury Coins are switched off in this server. What you have stays yours.
    Engagement points come from what you do on the live. They order the Free line, and are used up when a song of yours is played from there.
    ");
}

#[test]
fn a_skip_that_was_bought_says_what_it_cost() {
    let moved = Moved { entry: entry(Line::Skip10), from: Line::Free };
    let bought = SkipBought { moved, price: Amount::of(1_000), left: Amount::of(30) };
    insta::assert_snapshot!(message_of(views::skip_bought(&bought)), @r"🥉 #012345 **\*Ann\* – Light @(invisible)everyone** moved from **Free** to **10 Skip**. It cost **1,000 Luxury Coins**, you have **30** left.");
}

#[test]
fn what_administrators_do_with_coins_is_answered_with_the_balance() {
    let removed = |requested| {
        let entry = ledger_entry(30, -30, EntryKind::AdminRemove, "a mistake");
        views::removed(&Removed { entry, requested: Amount::of(requested) })
    };
    let shown = [
        views::viewed(ANN, &purse(true)),
        views::added(&ledger_entry(5_000, 100, EntryKind::AdminAdd, "won the quiz")),
        removed(30),
        removed(50),
        views::undone(EntryId::new(12), &ledger_entry(0, 30, EntryKind::Rollback, "undo of 12")),
    ];
    insta::assert_snapshot!(messages_of(shown), @"
    <@1> has **1,250 Luxury Coins** and **1,234** engagement points.
    🪙 <@1> gets **100 Luxury Coins**. The balance is **5,100** now, it was **5,000**.
    🪙 **30 Luxury Coins** are taken from <@1>. The balance is **0** now, it was **30**.
    🪙 **30 Luxury Coins** are taken from <@1> instead of 50: that is all there was. The balance is **0** now, it was **30**.
    ↩️ Entry **12** of <@1> is undone: **+30**. The balance is **30** now, it was **0**. What was bought with it stays as it is.
    ");
}

#[test]
fn an_entry_is_a_choice_and_a_row_with_older_ones_behind_it() {
    let skip = || ledger_entry(1_030, -1_000, EntryKind::BuySkip, "10 Skip for *Light*");
    insta::assert_snapshot!(
        views::entry_choice(EntryId::new(12), &skip()),
        @"12 · -1,000 · a skip: 10 Skip for *Light*"
    );
    let row = HistoryRow { id: EntryId::new(12), entry: skip(), requested: None, undone_by: None };
    let page = |is_latest, older_than| HistoryPage {
        user: ANN,
        balance: Amount::of(30),
        rows: vec![row.clone()],
        is_latest,
        older_than,
    };
    let shown = [
        views::own_history(&page(true, Some(EntryId::new(9)))),
        views::history(&page(false, None)),
        Draft::default().row(views::economy::button()),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    ╒ Where your Luxury Coins come from
    <@1> · balance **30**
    **-1,000** a skip: 10 Skip for \*Light\* · then **30** · <t:1763756100:R>
    [◀ Latest] coins:own:0 (disabled)
    [Older ▶] coins:own:9
    ╒ Luxury Coins, entry by entry
    <@1> · balance **30**
    `12` **-1,000** a skip: 10 Skip for \*Light\* · then **30** · <t:1763756100:R> · by <@2>
    [◀ Latest] coins:history:1:0
    [Older ▶] coins:history:1:18446744073709551615 (disabled)
    [Economy] coins:economy
    ");
}

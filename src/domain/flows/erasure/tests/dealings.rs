//! What an erased member bought, earned and did stays told in numbers, as somebody's whom nobody knows.

use strum::VariantArray;

use super::town::{HERE, Town, ZARA};
use crate::features::coins;
use crate::features::coins::model::Currency;
use crate::features::coins::queries::{holders, ranking};
use crate::features::shop;
use crate::features::shop::model::PurchaseState;
use crate::features::tasks::model::ClaimState;
use crate::features::tasks::tables::{CLAIMS, TASKS, TOTALS};
use crate::flows::erasure::begin;
use crate::flows::shop_refunded;
use crate::kernel::actor::Actor;
use crate::kernel::ids::UserId;
use crate::store::{Read, StoreLocation, Tx};

#[test]
fn money_stock_and_sales_are_what_they_were() {
    let town = Town::filled(&StoreLocation::Memory);
    let books = |user: UserId| {
        town.store.read_blocking("test", |read| {
            let total = coins::queries::total(read, HERE, Currency::Server)?;
            let entries = coins::queries::history(read, HERE, Currency::Server, user, 100)?;
            let changes: Vec<_> = entries.into_iter().map(|(id, entry)| (id, entry.delta, entry.after)).collect();
            let items: Vec<_> =
                shop::tables::shown(read, HERE)?.into_iter().map(|(id, item)| (id, item.stock, item.price)).collect();
            let sold = shop::tables::sold_of_all(read, HERE)?;
            let revenue = shop::tables::revenue(read, HERE, 0..i64::MAX)?;
            let held = shop::tables::inventory(read, HERE, user, 100)?;
            let mut codes = Vec::new();
            shop::tables::CODES.for_each(read, HERE, |_, code| {
                codes.push((code.text, code.used, code.most));
                Ok(())
            })?;
            Ok((total, changes, items, sold, revenue, held, codes))
        })
    };
    let before = books(ZARA.user).unwrap();
    let erasure = town.write(|tx| begin(tx, HERE, ZARA.user));
    town.store.erase_member_blocking(&erasure).unwrap();
    let (_, changes, items, sold, revenue, held, codes) = &before;
    let lengths = [changes.len(), items.len(), sold.len(), revenue.len(), held.len(), codes.len()];
    assert!(lengths.into_iter().all(|length| length > 1), "{lengths:?}");
    assert_eq!(books(erasure.pseudonym).unwrap(), before);
    assert!(books(ZARA.user).unwrap().5.is_empty(), "nothing is theirs any more");
}

#[test]
fn what_was_accepted_stays_counted_without_a_proof_and_what_was_open_is_given_up() {
    let town = Town::filled(&StoreLocation::Memory);
    let totals = || town.store.read_blocking("test", |read| TOTALS.get(read, &HERE)).unwrap();
    let before = totals();
    assert!(before.is_some_and(|totals| totals.completed == 2 && totals.expired == 2), "{before:?}");
    let erasure = town.write(|tx| begin(tx, HERE, ZARA.user));
    town.store.erase_member_blocking(&erasure).unwrap();
    assert_eq!(totals(), before);

    let (mut theirs, mut reviewed) = (Vec::new(), 0);
    let read = town.store.read_blocking("test", |read| {
        CLAIMS.for_each(read, HERE, |_, claim| {
            reviewed += usize::from(claim.reviewer == Some(Actor::Member(erasure.pseudonym)));
            theirs.extend((claim.user == erasure.pseudonym).then_some(claim));
            Ok(())
        })?;
        TASKS.for_each(read, HERE, |_, task| {
            assert!(!task.assigned.contains(&erasure.pseudonym), "nobody is to do {}", task.name);
            Ok(())
        })
    });
    read.unwrap();
    assert_eq!(reviewed, 3, "what they reviewed is as it was");
    let states: Vec<_> = theirs.iter().map(|claim| claim.state).collect();
    assert_eq!(states[0], ClaimState::Accepted);
    assert!(states.len() == 6 && states[1..].iter().all(|state| *state == ClaimState::Abandoned), "{states:?}");
    for claim in theirs {
        assert_eq!(claim.notes, "");
        assert!(claim.proof.is_none_or(|proof| proof.content.is_empty() && proof.files.is_empty()));
    }
}

#[test]
fn what_an_erased_member_had_is_in_circulation_and_in_no_list_of_members() {
    let town = Town::filled(&StoreLocation::Memory);
    let lists = |asking: UserId| {
        let look = |read: &dyn Read| {
            let mut all = Vec::new();
            for currency in Currency::VARIANTS {
                let ranking = ranking::page(read, HERE, *currency, asking, 1)?;
                let of_all = coins::queries::circulation(read, HERE, *currency, 100)?;
                let holders = holders::page(read, HERE, *currency, None, 100)?;
                let named = [ranking.rows, of_all.largest, holders.rows];
                let users = named.map(|rows| rows.into_iter().map(|row| row.user).collect::<Vec<_>>());
                all.push((users, [ranking.members, of_all.members], of_all.coins));
            }
            Ok(all)
        };
        town.store.read_blocking("test", look).unwrap()
    };
    let before = lists(ZARA.user);
    let erasure = town.write(|tx| begin(tx, HERE, ZARA.user));
    town.store.erase_member_blocking(&erasure).unwrap();
    let after = lists(erasure.pseudonym);
    for (mut before, after) in before.into_iter().zip(after) {
        let [ranked, largest, _] = &before.0;
        assert!(largest.contains(&ZARA.user), "{before:?}");
        // Who hid was not ranked before.
        before.1 = [before.1[0] - u64::from(ranked.contains(&ZARA.user)), before.1[1] - 1];
        before.0.iter_mut().for_each(|users| users.retain(|user| *user != ZARA.user));
        assert_eq!(after, before, "the sum stays, and nobody else moves");
    }
}

#[test]
fn nothing_returns_to_who_was_erased_and_their_orders_can_still_be_closed() {
    let town = Town::filled(&StoreLocation::Memory);
    let erasure = town.write(|tx| begin(tx, HERE, ZARA.user));
    town.store.erase_member_blocking(&erasure).unwrap();
    let now = town.write(|tx| Ok(tx.now()));
    let of_them = shop::tables::Of::User(erasure.pseudonym);
    let bought =
        town.store.read_blocking("test", |read| shop::tables::purchases(read, HERE, of_them, None, 100)).unwrap();
    let returnable: Vec<_> = bought
        .into_iter()
        .filter(|(_, purchase)| shop::rules::may_refund(purchase, shop::rules::Returning::Team, now).is_ok())
        .collect();
    assert!(!returnable.is_empty());
    let total =
        || town.store.read_blocking("test", |read| coins::queries::total(read, HERE, Currency::Server)).unwrap();
    let before = total();
    for (id, purchase) in returnable {
        let refund = move |tx: &Tx<'_>| shop_refunded::by_team(tx, HERE, Actor::Operator, id).map(drop);
        let refused = town.store.write_blocking("test", refund).unwrap_err();
        assert_eq!(refused.code(), "shop.buyer_erased");
        if purchase.state == PurchaseState::Waiting {
            town.write(move |tx| shop::service::hand_over(tx, HERE, Actor::Operator, id).map(drop));
        }
    }
    assert_eq!(total(), before);
    town.check();
}

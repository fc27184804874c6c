//! What an erased member bought, earned and did stays told in numbers, as somebody's whom nobody knows.

use super::town::{HERE, Town, ZARA};
use crate::features::coins;
use crate::features::coins::model::Currency;
use crate::features::shop;
use crate::features::tasks::model::ClaimState;
use crate::features::tasks::tables::{CLAIMS, TASKS, TOTALS};
use crate::flows::erasure::begin;
use crate::kernel::actor::Actor;
use crate::kernel::ids::UserId;
use crate::store::StoreLocation;

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

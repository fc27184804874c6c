//! Random histories of the shop beside a plain model of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;

/// What somebody does.
#[derive(Clone, Debug)]
enum Act {
    Buy(u64, u64, u32),
    Use(u64, u64, u32),
    Refund(usize),
    TeamRefund(usize),
    Restock(u64, i64),
    Wait,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (1..=3_u64, 1..=3_u64, 0..=5_u32).prop_map(|(user, item, quantity)| Act::Buy(user, item, quantity)),
        3 => (1..=3_u64, 1..=3_u64, 1..=3_u32).prop_map(|(user, item, quantity)| Act::Use(user, item, quantity)),
        2 => (0..8_usize).prop_map(Act::Refund),
        1 => (0..8_usize).prop_map(Act::TeamRefund),
        1 => (1..=3_u64, -1..=4_i64).prop_map(|(item, stock)| Act::Restock(item, stock)),
        1 => Just(Act::Wait),
    ]
}

/// The plain model: balances, stocks and purchases as they should be.
#[derive(Default)]
struct Model {
    money: BTreeMap<u64, i64>,
    stock: BTreeMap<u64, i64>,
    /// Who, what, how many, how many used, whether it was given back, and when it was bought.
    bought: Vec<(u64, u64, u32, u32, bool, Timestamp)>,
}

const PRICES: [i64; 3] = [10, 0, 35];

fn price(item: u64) -> i64 {
    PRICES[usize::try_from(item).unwrap() - 1]
}

impl Model {
    fn held(&self, user: u64, item: u64) -> u32 {
        self.bought
            .iter()
            .filter(|bought| (bought.0, bought.1) == (user, item) && !bought.4)
            .map(|bought| bought.2 - bought.3)
            .sum()
    }

    fn buy(&mut self, user: u64, item: u64, quantity: u32, now: Timestamp) -> bool {
        let (cost, stock) = (price(item) * i64::from(quantity), self.stock[&item]);
        if quantity == 0 || (stock >= 0 && stock < i64::from(quantity)) || self.money[&user] < cost {
            return false;
        }
        *self.money.get_mut(&user).unwrap() -= cost;
        if stock >= 0 {
            self.stock.insert(item, stock - i64::from(quantity));
        }
        self.bought.push((user, item, quantity, 0, false, now));
        true
    }

    fn use_up(&mut self, user: u64, item: u64, mut quantity: u32) -> bool {
        if self.held(user, item) < quantity {
            return false;
        }
        for bought in self.bought.iter_mut().filter(|bought| (bought.0, bought.1) == (user, item) && !bought.4) {
            let taken = quantity.min(bought.2 - bought.3);
            bought.3 += taken;
            quantity -= taken;
        }
        true
    }

    fn refund(&mut self, number: usize, is_team: bool, now: Timestamp) -> bool {
        let Some(bought) = self.bought.get_mut(number) else { return false };
        let is_late = now.since(bought.5) >= Duration::from_mins(30);
        if bought.4 || bought.3 > 0 || (is_late && !is_team) {
            return false;
        }
        bought.4 = true;
        let (user, item, quantity, ..) = *bought;
        *self.money.get_mut(&user).unwrap() += price(item) * i64::from(quantity);
        let stock = self.stock.get_mut(&item).unwrap();
        if *stock >= 0 {
            *stock += i64::from(quantity);
        }
        true
    }
}

#[test]
fn random_histories_leave_money_stock_and_inventory_as_a_plain_model_has_them() {
    crate::covers!("T-EDG-07", "T-HLP-23");
    let refused = RefCell::new([0_u32; 2]);
    let mut runner = TestRunner::new(ProptestConfig { cases: 48, ..ProptestConfig::default() });
    let outcome = runner.run(&prop::collection::vec(act(), 1..40), |acts| {
        let (store, mut model) = (TestStore::new(), Model::default());
        for (number, (price, stock)) in (1..).zip(PRICES.into_iter().zip([3, -1, 6])) {
            let item = Item { price: Amount::try_from(price).unwrap(), ..cookie(stock) };
            prop_assert_eq!(add(&store, item).get(), number);
            model.stock.insert(number, stock);
        }
        for user in 1..=3 {
            rich(&store, UserId::new(user), 100);
            model.money.insert(user, 100);
        }
        for act in acts {
            let now = store.now();
            let (real, wanted) = match act {
                Act::Buy(user, item, quantity) => (
                    buy(&store, UserId::new(user), ItemId::new(item), quantity).is_ok(),
                    model.buy(user, item, quantity, now),
                ),
                Act::Use(user, item, quantity) => (
                    use_up(&store, UserId::new(user), ItemId::new(item), quantity).is_ok(),
                    model.use_up(user, item, quantity),
                ),
                Act::Refund(number) => {
                    let user = UserId::new(model.bought.get(number).map_or(1, |bought| bought.0));
                    let id = PurchaseId::new(number as u64 + 1);
                    (refund(&store, user, id).is_ok(), model.refund(number, false, now))
                }
                Act::TeamRefund(number) => {
                    (by_team(&store, PurchaseId::new(number as u64 + 1)).is_ok(), model.refund(number, true, now))
                }
                Act::Restock(item, stock) => {
                    let id = ItemId::new(item);
                    let set = store.write(move |tx| service::restock(tx, GUILD, ADMIN, id, StockOperation::Set, stock));
                    model.stock.insert(item, stock);
                    (set.is_ok(), true)
                }
                Act::Wait => {
                    store.advance(Duration::from_mins(20));
                    (true, true)
                }
            };
            prop_assert_eq!(real, wanted, "{:?}", act);
            refused.borrow_mut()[usize::from(real)] += 1;
            for user in 1..=3 {
                prop_assert_eq!(balance(&store, UserId::new(user)), model.money[&user]);
                for item in 1..=3 {
                    prop_assert_eq!(held(&store, UserId::new(user), ItemId::new(item)), model.held(user, item));
                }
            }
            for item in 1..=3 {
                prop_assert_eq!(stock(&store, ItemId::new(item)), model.stock[&item]);
            }
        }
        sound(&store);
        Ok(())
    });
    outcome.unwrap();
    assert!(refused.into_inner().iter().all(|count| *count > 20), "both outcomes are tried");
}

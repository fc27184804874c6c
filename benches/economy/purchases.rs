//! A member buys one of an item: the currency goes, the goods come, the stock is one less.
//!
//! Both sides read and write the balance, add an entry of the ledger with its sums, the purchase with its three indexes and
//! the four sums that are kept over purchases, the stock, and two activities. There is no shop channel, so no message follows.

use std::time::Duration;

use greenroom::features::shop;
use greenroom::features::shop::model::{Item, ItemId, Stock};
use greenroom::flows::shop_bought::{self, Order};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::kernel::error::Result;
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, Tx};
use rusqlite::{Connection, params};

use crate::GUILD;
use crate::coins::{of_many, user};
use crate::report::Report;
use crate::sqlite::{next_id, number, run, transact};
use crate::support::{folder, progress, store};
use crate::tables::{create, note};
use crate::transfers::{begin, pay_half};

/// More than are bought.
const PIECES: u32 = 1_000_000;
const PRICE: i64 = 5;
const MINUTES: Duration = Duration::from_mins(30);

/// Purchases of many callers who each wait for a durable answer.
pub fn from_many_callers(report: &mut Report) {
    progress("10,000 durable purchases from 64 callers");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let mut connection = create(&folder.path().join("sqlite.db"));
    begin(&store, &mut connection);
    let make = |tx: &Tx<'_>| {
        let item = Item { stock: Stock::Pieces(PIECES), ..Item::new("Cookie", Amount::try_from(PRICE).unwrap()) };
        shop::service::add(tx, GUILD, Actor::System, item).map(drop)
    };
    store.write_blocking("make", make).unwrap();
    let title = "10,000 purchases from 64 callers, per purchase";
    let ratio = of_many(report, title, &store, connection, buy, pay);
    report.target("64 callers with durable purchases", "8 × SQLite FULL", format!("{ratio:.1} ×"), ratio >= 8.0);
    store.close_blocking();
}

fn buy(tx: &Tx<'_>, n: u64) -> Result<()> {
    let order = Order { user: user(n), roles: Vec::new(), item: ItemId::new(1), quantity: 1 };
    shop_bought::run(tx, GUILD, &order).map(drop)
}

fn pay(connection: &mut Connection, n: u64) {
    transact(connection, |tx| {
        let (guild, user, at) = (number(GUILD.get()), number(user(n).get()), Clock::system().now());
        let mut item = tx.prepare_cached("SELECT price, stock FROM items WHERE guild = ?1 AND id = 1").unwrap();
        let (price, stock) =
            item.query_row(params![guild], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).unwrap();
        assert!(stock > 0, "there is enough of it");
        let entry = pay_half(tx, n, -price, "shop_purchase");
        note(tx, "coins.posted", user, r#"{"currency":"server","kind":"shop_purchase","delta":-5}"#, at);
        run(tx, "UPDATE items SET stock = stock - 1 WHERE guild = ?1 AND id = 1", params![guild]);
        let id = next_id(tx, guild, "shop.purchases");
        let until = at.after(MINUTES).micros();
        run(
            tx,
            "INSERT INTO purchases VALUES (?1, ?2, 1, ?3, 1, ?4, ?5, ?6, ?7, 'done', 0)",
            params![id, guild, user, price, entry, at.micros(), until],
        );
        let held = "INSERT INTO inventory VALUES (?1, ?2, 1, 1, 1) \
                    ON CONFLICT (guild, user, item) DO UPDATE SET count = count + 1, sum = sum + 1";
        run(tx, held, params![guild, user]);
        let bought = "INSERT INTO bought VALUES (?1, 1, ?2, 1, 1) \
                      ON CONFLICT (guild, item, user) DO UPDATE SET count = count + 1, sum = sum + 1";
        run(tx, bought, params![guild, user]);
        let sold = "INSERT INTO sold VALUES (?1, 1, 1, 1) \
                    ON CONFLICT (guild, item) DO UPDATE SET count = count + 1, sum = sum + 1";
        run(tx, sold, params![guild]);
        let revenue = "INSERT INTO revenue VALUES (?1, ?2, 1, 1, ?3) \
                       ON CONFLICT (guild, day, item) DO UPDATE SET count = count + 1, sum = sum + ?3";
        run(tx, revenue, params![guild, at.day(), price]);
        note(tx, "shop.bought", user, r#"{"purchase":1,"item":1,"name":"Cookie","quantity":1,"total":5}"#, at);
    });
}

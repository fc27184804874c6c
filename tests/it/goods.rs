//! What members have, and what the shop has, in tests that look at both.

use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::{queries::balance as balance_of, service};
use greenroom::features::shop::model::ItemId;
use greenroom::features::shop::queries;
use greenroom::kernel::actor::Actor;

use crate::world::World;

/// The first item of a world.
pub const FIRST: ItemId = ItemId::new(1);

/// Gives somebody money.
pub fn rich(world: &World, name: &str, amount: i64) {
    let posting = Posting {
        currency: Currency::Server,
        user: world.user(name),
        delta: amount,
        kind: EntryKind::AdminAdd,
        reason: "a test".into(),
        actor: Actor::System,
    };
    let guild = world.guild;
    world.app.bot.store.write_blocking("rich", move |tx| service::apply(tx, guild, &posting)).unwrap();
}

/// What somebody has of the server's own currency.
pub fn balance(world: &World, name: &str) -> i64 {
    let (guild, user) = (world.guild, world.user(name));
    let found = world.app.bot.store.read_blocking("balance", |read| balance_of(read, guild, Currency::Server, user));
    found.unwrap().get()
}

/// How much there is of the first item.
pub fn stock(world: &World) -> i64 {
    let guild = world.guild;
    let item = world.app.bot.store.read_blocking("item", |read| queries::any_item(read, guild, FIRST)).unwrap();
    item.unwrap().stock.number()
}

//! The two weeks before the evening: what the server's own economy went through until then, so that its pages are full.
//!
//! It is played on the store alone, before the bot starts, by a clock of its own, and by the same operations that a command or a
//! page calls; what is to be posted and told of it is done by the bot when it starts. It touches neither songs nor points nor
//! Luxury Coins, so the evening is the same with it as without.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::features::shop::codes::{self, NewCode};
use crate::features::shop::model::{CodeGift, Item, ItemId, ItemKind, PurchaseId, Stock};
use crate::features::shop::service as shop;
use crate::features::shop::settings::SHOP_CHANNEL;
use crate::features::tasks::claims::{self, HandedIn};
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{Reviewer, TaskId};
use crate::features::tasks::service as tasks;
use crate::features::tasks::settings::CHANNEL;
use crate::flows::currency_given::{self, Gift, Person};
use crate::flows::shop_bought::{self, Order};
use crate::flows::{code_redeemed, daily_claimed, shop_refunded, task_reviewed};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::kernel::time::{ClockHand, Timestamp};
use crate::money;
use crate::store::{Store, Tx};

/// How long before the evening it begins.
pub const BEGINS: Duration = days(15);
/// The code that the team gave away.
const CODE: &str = "NIGH-TOWL-2026";
/// Who claims the daily reward. Each skips one day in five.
const REGULARS: &[&str] = &["ann", "ben", "chloe", "dmitri", "elif", "femi", "gus", "hana", "ivan", "jade"];
/// Who made all of it.
const HOST: &str = "host";

// The items and the tasks by their numbers, in the order in which they are made.
const SHOUT: u64 = 1;
const CLUB: u64 = 2;
const PRESSING: u64 = 3;
const CALL: u64 = 4;
const STICKER: u64 = 5;
const POSTER: u64 = 1;
const COVER: u64 = 2;
const LISTING: u64 = 3;
const HAIKU: u64 = 4;

/// Where it happens, and who takes part.
#[derive(Debug)]
pub struct Server {
    /// The server.
    pub guild: GuildId,
    /// Where items are posted.
    pub shop: ChannelId,
    /// Where tasks are posted.
    pub tasks: ChannelId,
    /// The role that is for sale.
    pub role: RoleId,
    /// Its members, by name.
    pub members: HashMap<String, UserId>,
}

/// Something that somebody did.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Gave somebody an amount.
    Give(&'static str, &'static str, u32),
    /// Bought so many of an item.
    Buy(&'static str, u64, u32),
    /// Used an item up.
    Use(&'static str, u64),
    /// Gave a purchase back.
    Return(&'static str, u64),
    /// Handed a purchase over.
    HandOver(u64),
    /// Typed the code.
    Redeem(&'static str),
    /// Claimed a task.
    Claim(&'static str, u64),
    /// Handed a proof in.
    Prove(&'static str, u64, &'static str),
    /// Accepted the proof of a member.
    Accept(&'static str, u64),
    /// Noticed that the time of a task is over.
    RunOut(u64),
}

/// What happened, each so many hours before the evening.
const DEEDS: &[(u64, Deed)] = &[
    (330, Deed::Redeem("ann")),
    (329, Deed::Redeem("chloe")),
    (328, Deed::Redeem("femi")),
    (320, Deed::Claim("gus", HAIKU)),
    (300, Deed::Claim("ann", LISTING)),
    (290, Deed::Buy("ann", SHOUT, 1)),
    (280, Deed::Prove("ann", LISTING, "It is on the board of the record shop: https://example.com/board/night-owl")),
    (276, Deed::Accept("ann", LISTING)),
    (270, Deed::Buy("femi", STICKER, 1)),
    (265, Deed::Use("ann", SHOUT)),
    (242, Deed::RunOut(HAIKU)),
    (220, Deed::Give("chloe", "ben", 50)),
    (200, Deed::Buy("ben", STICKER, 1)),
    (170, Deed::Buy("chloe", PRESSING, 1)),
    (150, Deed::Give("ann", "jade", 75)),
    (130, Deed::Buy("ann", CLUB, 1)),
    (122, Deed::Buy("dmitri", SHOUT, 2)),
    (121, Deed::Use("dmitri", SHOUT)),
    (118, Deed::Buy("elif", CALL, 1)),
    (100, Deed::HandOver(7)),
    (98, Deed::Claim("chloe", COVER)),
    (97, Deed::Claim("hana", COVER)),
    (80, Deed::Buy("gus", SHOUT, 1)),
    (80, Deed::Return("gus", 8)),
    (76, Deed::Give("femi", "kofi", 40)),
    (60, Deed::Buy("femi", PRESSING, 1)),
    (50, Deed::Buy("ivan", CLUB, 1)),
    (30, Deed::Prove("chloe", COVER, "Two versions, the second with more contrast: https://example.com/chloe/covers")),
    (28, Deed::Buy("ben", CALL, 1)),
    (26, Deed::Prove("hana", COVER, "Drawn by hand and scanned: https://example.com/hana/owl")),
    (24, Deed::Claim("ben", POSTER)),
    (20, Deed::Buy("jade", CALL, 1)),
    (6, Deed::Give("hana", "milo", 25)),
];

/// Lets it all happen, on a store that no bot has opened yet. The clock of the store is moved by this hand, and stands
/// [`BEGINS`] before the evening. Blocks the thread.
pub fn live_through(store: &Store, hand: &ClockHand, evening: Timestamp, server: Server) -> Result<()> {
    let server = Arc::new(server);
    let here = Arc::clone(&server);
    store.write_blocking("demo_founded", move |tx| found(tx, &here))?;
    let mut deeds = DEEDS.iter().copied().peekable();
    for day in (1..=14).rev() {
        let claims_at = day * 24 - 2;
        while let Some((hour, deed)) = deeds.next_if(|(hour, _)| *hour > claims_at) {
            play(store, hand, evening, hour, &server, deed)?;
        }
        hand.advance_to(evening.before(hours(claims_at)));
        let here = Arc::clone(&server);
        store.write_blocking("demo_daily", move |tx| claim_daily(tx, &here, day))?;
    }
    for (hour, deed) in deeds {
        play(store, hand, evening, hour, &server, deed)?;
    }
    Ok(())
}

fn play(
    store: &Store,
    hand: &ClockHand,
    evening: Timestamp,
    hour: u64,
    server: &Arc<Server>,
    deed: Deed,
) -> Result<()> {
    hand.advance_to(evening.before(hours(hour)));
    let here = Arc::clone(server);
    store.write_blocking("demo_deed", move |tx| here.does(tx, deed))
}

/// The currency, the shop, the tasks and the code.
fn found(tx: &Tx<'_>, here: &Server) -> Result<()> {
    let (guild, by) = (here.guild, here.host());
    money::rename(tx, guild, by, "vinyls", Some("💿"))?;
    SHOP_CHANNEL.change(tx, guild, by, &Some(here.shop))?;
    CHANNEL.change(tx, guild, by, &Some(here.tasks))?;
    for item in items(here.role) {
        shop::add(tx, guild, by, item)?;
    }
    let [day, week] = [24, 7 * 24];
    for (name, description, reward, hours, places) in [
        ("Share the poster", "Post our poster where your friends see it, and link it.", 100, 3 * week, 3),
        ("Draw a cover", "A square cover for the playlist of the month. Sketches are fine.", 400, 3 * week, 5),
        ("List the show", "Have the show listed by somebody who writes about music.", 250, week, 1),
        ("A haiku about feedback", "Seventeen syllables. The best one is read out.", 60, 4 * day, -1),
    ] {
        let wanted = TaskPatch {
            name: Some(name.to_owned()),
            description: Some(description.to_owned()),
            reward: Some(reward),
            duration_hours: Some(hours),
            max_claims: Some(places),
            ..TaskPatch::default()
        };
        tasks::create(tx, guild, by, &wanted)?;
    }
    let gives = CodeGift::Currency(Amount::of(150));
    codes::make(tx, guild, by, &NewCode { text: Some(CODE.to_owned()), gives, most: 50, until: None })?;
    Ok(())
}

/// The shop: something to use up, a role for a week, a limited piece, something that a person hands over, and what sells out.
fn items(role: RoleId) -> [Item; 5] {
    let item = |name: &str, emoji: &str, price: u32, category: &str, kind: ItemKind, description: &str| Item {
        description: description.to_owned(),
        category: category.to_owned(),
        emoji: Some(emoji.to_owned()),
        kind,
        ..Item::new(name, Amount::of(price))
    };
    let weekly = ItemKind::Role { role, hours: Some(7 * 24) };
    [
        item("Shout-out", "📣", 80, "consumable", ItemKind::Consumable, "The host says your name on the live."),
        item("Vinyl Club", "🎧", 400, "roles", weekly, "The role of the club, for a week."),
        Item {
            stock: Stock::Pieces(5),
            per_member: Some(1),
            ..item("Test pressing", "💿", 300, "collectibles", ItemKind::Other, "Signed. There are no more of them.")
        },
        item(
            "Feedback call",
            "📞",
            500,
            "orders",
            ItemKind::Order,
            "A quarter of an hour with the host, about one song.",
        ),
        Item {
            stock: Stock::Pieces(2),
            ..item("Sticker of the first tour", "🦉", 100, "collectibles", ItemKind::Other, "While there are any.")
        },
    ]
}

fn claim_daily(tx: &Tx<'_>, here: &Server, day: u64) -> Result<()> {
    for (number, name) in (0_u64..).zip(REGULARS) {
        if !(number + day).is_multiple_of(5) {
            daily_claimed::run(tx, here.guild, here.user(name))?;
        }
    }
    Ok(())
}

impl Server {
    /// The member called so; nobody where there is none.
    fn user(&self, name: &str) -> UserId {
        self.members.get(name).copied().unwrap_or(UserId::new(0))
    }

    fn host(&self) -> Actor {
        Actor::Member(self.user(HOST))
    }

    fn person(&self, name: &str) -> Person {
        Person { user: self.user(name), name: name.to_owned() }
    }

    fn does(&self, tx: &Tx<'_>, deed: Deed) -> Result<()> {
        let (guild, host) = (self.guild, self.host());
        match deed {
            Deed::Give(from, to, amount) => {
                let gift = Gift { from: self.person(from), to: self.person(to), amount: Amount::of(amount) };
                currency_given::run(tx, guild, &gift).map(drop)
            }
            Deed::Buy(who, item, quantity) => {
                let order = Order { user: self.user(who), roles: Vec::new(), item: ItemId::new(item), quantity };
                shop_bought::run(tx, guild, &order).map(drop)
            }
            Deed::Use(who, item) => shop::use_up(tx, guild, self.user(who), ItemId::new(item), 1).map(drop),
            Deed::Return(who, purchase) => {
                shop_refunded::by_buyer(tx, guild, self.user(who), PurchaseId::new(purchase)).map(drop)
            }
            Deed::HandOver(purchase) => shop::hand_over(tx, guild, host, PurchaseId::new(purchase)).map(drop),
            Deed::Redeem(who) => code_redeemed::run(tx, guild, self.user(who), CODE).map(drop),
            Deed::Claim(who, task) => claims::claim(tx, guild, self.user(who), TaskId::new(task)).map(drop),
            Deed::Prove(who, task, content) => {
                let handed_in = HandedIn { content: content.to_owned(), files: Vec::new() };
                claims::submit(tx, guild, self.user(who), TaskId::new(task), &handed_in).map(drop)
            }
            Deed::Accept(who, task) => {
                let (whose, reviewer) = ((self.user(who), TaskId::new(task)), Reviewer { by: host, is_owner: true });
                task_reviewed::accept(tx, guild, whose, &reviewer, "Thank you!").map(drop)
            }
            Deed::RunOut(task) => tasks::run_out(tx, guild, TaskId::new(task)).map(drop),
        }
    }
}

const fn hours(number: u64) -> Duration {
    Duration::from_secs(number * 3600)
}

const fn days(number: u64) -> Duration {
    hours(number * 24)
}

//! What people of the town sell to each other, and do for each other.

use super::{CHANNEL, OMAR, Person, Town, ZARA};
use crate::features::offers::model::{Copied, Followed, Part};
use crate::features::offers::tables::{COPIES, FOLLOWED};
use crate::features::shop::codes::{self, NewCode};
use crate::features::shop::model::{CodeGift, Item, ItemId, ItemKind, PurchaseId, Stock, StockOperation};
use crate::features::shop::settings::SHOP_CHANNEL;
use crate::features::tasks::claims::{self, HandedIn};
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{ProofFile, Reviewer, TaskId, TaskRole};
use crate::features::{shop, tasks};
use crate::flows::code_redeemed::{self, Tried};
use crate::flows::shop_bought::{self, Order};
use crate::flows::{shop_refunded, task_reviewed};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::{AttachmentId, GuildId, MessageId, RoleId, UserId};
use crate::posts::{self, Outcome, Place, Sync};
use crate::store::Tx;

/// A role that ends.
const PATRON: RoleId = RoleId::new(21);
/// A role for good.
const ARTIST: RoleId = RoleId::new(22);

impl Town {
    /// Each sells to the other, and gives them tasks, with everything that may become of both.
    pub(super) fn deal_with_each_other(&self, guild: GuildId) {
        self.write(move |tx| {
            SHOP_CHANNEL.set(tx, guild, &Some(CHANNEL))?;
            tasks::service::add_category(tx, guild, Actor::Member(ZARA.user), "Art").map(drop)
        });
        for (one, other) in [(&ZARA, &OMAR), (&OMAR, &ZARA)] {
            self.sells(guild, one, other);
            self.gives_away(guild, one, other);
            self.gives_work(guild, one, other);
        }
        // Of the items, one is the copy of an offer.
        self.write(move |tx| {
            let copied = Copied { row: 1, said: Digest::of(b"a cookie"), is_withdrawn: false };
            COPIES.put(tx, &(guild, Part::Items, 1), &copied)?;
            FOLLOWED.put(tx, &(guild, Part::Items), &Followed { version: 1, next: None })
        });
        // The message of something is in the shop.
        self.write(move |tx| {
            let Some((id, post)) = posts::tables::of_state(tx, guild, Sync::PendingSync, 1)?.pop() else {
                return Ok(());
            };
            let place = Place { channel: CHANNEL, message: MessageId::new(700) };
            let shown = Outcome::Shown { place, shown: String::new(), revision: post.revision };
            posts::service::took(tx, guild, id, shown).map(drop)
        });
    }

    /// Somebody makes items, and another buys, uses, orders and gives back.
    fn sells(&self, guild: GuildId, seller: &'static Person, buyer: &'static Person) {
        let by = Actor::Member(seller.user);
        self.write(move |tx| {
            let item = |kind: ItemKind| {
                let item = Item { kind, stock: Stock::Pieces(50), ..Item::new(kind.name(), Amount::of(5)) };
                shop::service::add(tx, guild, by, item).map(|(id, _)| id)
            };
            let cookie = item(ItemKind::Consumable)?;
            buys(tx, guild, buyer.user, cookie)?;
            shop::service::use_up(tx, guild, buyer.user, cookie, 1)?;
            shop::service::restock(tx, guild, by, cookie, StockOperation::Add, 4)?;
            let mug = item(ItemKind::Order)?;
            buys(tx, guild, buyer.user, mug)?;
            let handed_over = buys(tx, guild, buyer.user, mug)?;
            shop::service::hand_over(tx, guild, by, handed_over)?;
            let returned = buys(tx, guild, buyer.user, mug)?;
            shop_refunded::by_team(tx, guild, by, returned)?;
            let role = item(ItemKind::Role { role: PATRON, hours: Some(48) })?;
            buys(tx, guild, buyer.user, role).map(drop)
        });
    }

    /// Somebody makes codes. Another redeems one, and types another wrong.
    fn gives_away(&self, guild: GuildId, giver: &'static Person, taker: &'static Person) {
        self.write(move |tx| {
            let new = NewCode { text: None, gives: CodeGift::Currency(Amount::of(20)), most: 2, until: None };
            let (_, code) = codes::make(tx, guild, Actor::Member(giver.user), &new)?;
            assert!(matches!(code_redeemed::run(tx, guild, taker.user, &code.text)?, Tried::Given(_)));
            assert!(matches!(code_redeemed::run(tx, guild, taker.user, "NO-SUCH-CODE")?, Tried::Wrong(_)));
            Ok(())
        });
    }

    /// Somebody makes tasks for another: what they hand in is accepted, rejected, questioned or still to be looked at, and some
    /// of it they never hand in.
    fn gives_work(&self, guild: GuildId, giver: &'static Person, doer: &'static Person) {
        let by = Actor::Member(giver.user);
        let (user, reviewer) = (doer.user, Reviewer { by, is_owner: false });
        self.write(move |tx| {
            let task = |name: &str| makes(tx, guild, (by, user), name);
            let [accepted, rejected, asked] = [task("A poster")?, task("A banner")?, task("A flyer")?];
            let [waits, open, left] = [task("A cover")?, task("A logo")?, task("A map")?];
            for id in [accepted, rejected, asked, waits, open, left] {
                claims::claim(tx, guild, user, id)?;
            }
            for id in [accepted, rejected, asked, waits] {
                claims::submit(tx, guild, user, id, &proof_of(doer, id))?;
            }
            let note = format!("well done, {}", doer.name);
            task_reviewed::accept(tx, guild, (user, accepted), &reviewer, &note)?;
            claims::reject(tx, guild, (user, rejected), &reviewer, &format!("not like {}", doer.name))?;
            claims::ask(tx, guild, (user, asked), &reviewer, &format!("which one, {}?", doer.name))?;
            claims::abandon(tx, guild, Actor::Member(user), user, left)?;
            let ended = task("A stamp")?;
            tasks::service::expire(tx, guild, by, ended).map(drop)
        });
    }
}

fn buys(tx: &Tx<'_>, guild: GuildId, user: UserId, item: ItemId) -> Result<PurchaseId> {
    let order = Order { user, roles: Vec::new(), item, quantity: 2 };
    shop_bought::run(tx, guild, &order).map(|bought| bought.id)
}

/// A task that is assigned to a member.
fn makes(tx: &Tx<'_>, guild: GuildId, (by, user): (Actor, UserId), name: &str) -> Result<TaskId> {
    let wanted = TaskPatch {
        name: Some(name.to_owned()),
        description: Some("To be drawn by hand".to_owned()),
        reward: Some(25),
        duration_hours: Some(24),
        max_claims: Some(2),
        category: Some("Art".to_owned()),
        role: Some(Some(TaskRole { id: Some(ARTIST), name: "Artist".to_owned(), by })),
        channel: Some(CHANNEL),
        ..TaskPatch::default()
    };
    let id = tasks::service::create(tx, guild, by, &wanted)?.id;
    tasks::service::assign(tx, guild, by, id, user)?;
    Ok(id)
}

/// A text and a file that name whoever hands them in.
fn proof_of(person: &Person, task: TaskId) -> HandedIn {
    let file = ProofFile {
        name: format!("{}.png", person.word),
        bytes: 5,
        channel: CHANNEL,
        message: MessageId::new(1_000 + task.get()),
        attachment: AttachmentId::new(2_000 + task.get()),
        url: format!("https://cdn.discordapp.com/{}.png", person.word),
        digest: None,
    };
    HandedIn { content: format!("by {}, whom one finds as @{}", person.name, person.handle), files: vec![file] }
}

//! An account on the live has another name than before: its link and the name beside its member's songs follow it, and whom
//! it concerns is told, once.
//!
//! That it is the same account is told by TikTok's number (`handles::identity`).

use crate::activity::Subject;
use crate::features::coins::model::EntryKind;
use crate::features::engagement::model::AccountRef;
use crate::features::handles::activity::RENAMED;
use crate::features::handles::model::{RenameNotice, Renamed};
use crate::features::handles::queries::points_held;
use crate::features::{coins, engagement, handles, queue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Does what follows from names that changed.
pub fn run(tx: &Tx<'_>, guild: GuildId, moves: &[Renamed]) -> Result<()> {
    for moved in moves {
        for user in &moved.settle {
            let held = points_held(tx, guild, *user)?;
            let reason = format!("{} is the account behind a linked name", moved.account.handle);
            coins::service::move_points(tx, guild, *user, held, EntryKind::PointsLink, &reason, Actor::Live)?;
            if let Some(id) = handles::queries::account_id(tx, guild, &moved.account.handle)? {
                engagement::service::pay_at_next_count(tx, guild, AccountRef::new(id.get()))?;
            }
        }
        if let Some(user) = moved.account.linked {
            queue::service::follow_handle(tx, guild, user, &moved.before, &moved.account.handle)?;
        }
        tell(tx, guild, moved)?;
    }
    Ok(())
}

/// Tells the member and the team of a linked account that has a name which they were never told of.
fn tell(tx: &Tx<'_>, guild: GuildId, moved: &Renamed) -> Result<()> {
    let Some(user) = moved.account.linked.filter(|_| moved.is_news) else { return Ok(()) };
    let told = RenameNotice { user, before: moved.before.clone(), what: moved.what.clone() };
    handles::service::tell_rename(tx, guild, &told)?;
    RENAMED.with(told).by(Actor::Live).of(Subject::Member(user)).note(tx, guild)
}

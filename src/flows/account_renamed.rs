//! An account on the live has another name than before: its link follows it, and whom it concerns is told, once.
//!
//! That it is the same account is told by TikTok's number (`handles::identity`).

use crate::discord::debug_channel;
use crate::features::engagement::model::AccountRef;
use crate::features::handles::model::{RenameTold, Renamed, RenamedTo};
use crate::features::handles::queries::points_held;
use crate::features::{coins, engagement, handles};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::{escape, mention};
use crate::live::Handle;
use crate::store::Tx;

/// Does what follows from names that changed. What is in hand of the accounts and members must have been written before.
pub fn run(tx: &Tx<'_>, guild: GuildId, moves: &[Renamed]) -> Result<()> {
    for moved in moves {
        for user in &moved.settle {
            let held = points_held(tx, guild, *user)?;
            let reason = format!("{} is the account behind a linked name", moved.account.handle);
            coins::service::move_points(tx, guild, *user, held, &reason, Actor::Live)?;
            if let Some(id) = handles::queries::account_id(tx, guild, &moved.account.handle)? {
                engagement::service::pay_at_next_count(tx, guild, AccountRef::new(id.get()))?;
            }
        }
        tell(tx, guild, moved)?;
    }
    Ok(())
}

/// Tells the member and the debug channel of a linked account that has a name which they were never told of.
fn tell(tx: &Tx<'_>, guild: GuildId, moved: &Renamed) -> Result<()> {
    let Some(user) = moved.account.linked.filter(|_| moved.is_news) else { return Ok(()) };
    let told = RenameTold { user, before: moved.before.clone(), what: moved.what.clone() };
    handles::service::tell_rename(tx, guild, &told)?;
    let (before, member) = (shown(&moved.before), mention(user));
    let line = match &moved.what {
        RenamedTo::Known(now) => {
            format!("🔁 {before} of {member} `{user}` is called {} now. The link follows the account.", shown(now))
        }
        RenamedTo::NotSeenYet(now) => format!(
            "🔁 {before} belongs to another TikTok account now. The link of {member} `{user}` stays with theirs, which is \
             shown as {} until it comes to the live under its new name.",
            shown(now)
        ),
    };
    debug_channel::report(tx, guild, line)
}

fn shown(handle: &Handle) -> String {
    format!("**{}**", escape(&handle.to_string()))
}

//! Claims that prove themselves: what a member does is counted from the claim to its deadline.

use super::activity;
use super::claims::{Claimed, change, require};
use super::model::{Claim, ClaimState, Deed, Proof};
use super::{rules, tables};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Direction, Read, Tx};

/// Claims of a member that count at a time; more than a member may have.
const MOST: usize = 200;

/// Whether something that a member does now may count.
pub fn is_counting(read: &dyn Read, guild: GuildId, user: UserId) -> Result<bool> {
    Ok(tables::PROVING.first(read, (guild, user), Direction::Forward)?.is_some())
}

/// Counts deeds of a member at a moment for each claim that they prove; what is taken back is negative. Answers the claims that are
/// proven by it, each with its proof, which are still to be accepted or handed in.
pub fn count(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    (deed, amount): (Deed, i64),
    at: Timestamp,
) -> Result<Vec<Claimed>> {
    let mut proven = Vec::new();
    for (.., id) in tables::PROVING.page(tx, (guild, user), Direction::Forward, MOST)? {
        let Some(mut known) = tables::claim(tx, guild, id)? else { continue };
        let Some(progress) = rules::progress(&known.claim, deed, amount, at) else { continue };
        let state = known.claim.state;
        known.claim = Claim { progress, counted_at: Some(at), ..known.claim };
        if Some(progress) != known.claim.proven_by.needed() {
            tables::set_claim(tx, guild, id, Some(state), known.claim)?;
            continue;
        }
        let content = known.claim.proven_by.progress(progress).unwrap_or_default();
        known.claim.proof = Some(Proof { content, files: Vec::new(), submitted_at: tx.now() });
        proven.push(Claimed { task: require(tx, guild, known.claim.task)?, claim: known });
    }
    Ok(proven)
}

/// Hands in a proof that could not be accepted by itself: a reviewer looks at it.
pub fn hand_in(tx: &Tx<'_>, guild: GuildId, proven: Claimed) -> Result<Claimed> {
    let before = proven.claim;
    let submitted = Claim { state: ClaimState::Submitted, ..before.claim.clone() };
    change(tx, guild, &before, submitted, &activity::SUBMITTED, Actor::System)
}

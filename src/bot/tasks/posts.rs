//! The messages that follow tasks and proofs, as they look at a moment.

use super::views;
use crate::discord::Draft;
use crate::discord::posts::Posted;
use crate::features::tasks::model::{ClaimId, PROOF_POST, TASK_POST, TaskId};
use crate::features::tasks::queries;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::money;
use crate::store::Read;

/// The messages of tasks (`T-HLP-13`, `T-HLP-14`).
pub static TASKS: Posted = Posted { kind: &TASK_POST, draw: draw_task };
/// The messages of proofs (`T-HLP-15`, `T-TSK-13`).
pub static PROOFS: Posted = Posted { kind: &PROOF_POST, draw: draw_proof };

fn draw_task(read: &dyn Read, guild: GuildId, row: u64) -> Result<Option<Draft>> {
    let Some(known) = queries::task(read, guild, TaskId::new(row))? else { return Ok(None) };
    Ok(Some(views::task(&known, &money::of(read, guild)?)))
}

fn draw_proof(read: &dyn Read, guild: GuildId, row: u64) -> Result<Option<Draft>> {
    let Some(own) = queries::with_task(read, guild, ClaimId::new(row))? else { return Ok(None) };
    Ok(Some(views::proof(guild, &own, &money::of(read, guild)?)))
}

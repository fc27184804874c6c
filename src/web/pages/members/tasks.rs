//! What a member does of the tasks, on their page.

use maud::{Markup, html};

use crate::features::tasks::queries::{self, OwnClaim};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;
use crate::web::api::tasks::task_address;
use crate::web::pages::tasks::tone;
use crate::web::ui::components::{Cell, Row, Table, badge, relative};

/// Claims on the card.
const SHOWN: usize = 5;

/// The claims of a member that are shown: the open ones first, then the latest.
pub(super) fn look(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<OwnClaim>> {
    let mut claims = queries::own_claims(read, guild, user)?;
    claims.truncate(SHOWN);
    Ok(claims)
}

/// Their tasks, each with its state; nothing where they have claimed none.
pub(super) fn tasks(guild: GuildId, claims: &[OwnClaim]) -> Markup {
    let row = |own: &OwnClaim| {
        let claim = &own.claim.claim;
        Row {
            id: None,
            cells: vec![
                Cell::words("Task", html! { a href=(task_address(guild, own.task.id)) { (own.task.task.name) } }),
                Cell::words("State", badge(tone(claim.state), claim.state.in_words())),
                Cell::words("Claimed", relative(claim.claimed_at)),
            ],
        }
    };
    html! {
        @if !claims.is_empty() {
            section { h2 { "Tasks" } (Table::new("Tasks", None, claims.iter().map(row))) }
        }
    }
}

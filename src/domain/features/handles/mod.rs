//! TikTok handles and whose they are.
//!
//! **What members see.** `/link-tiktok` links a handle that was seen on the live, `/unlink-tiktok` takes a link away,
//! `/my-tiktok-handles` lists one's own. While a handle is typed, those that begin so are offered.
//! With `handle_proof` on, a link has to be proven: the bot gives a code, which the handle types in the chat of the live.
//! **What administrators see.** `/admin-link` and `/admin-unlink` do it for others; both are told in the debug channel.
//!
//! **Rules.** Every handle that does something on the live is known, linked or not (`M-LNK-03`). It is stored in one
//! form (`D-14`), once in a guild. A member can have up to 25; a handle has one member. Members cannot take a handle
//! from someone, nor link one that was never seen unless `allow_any_handle_linking` is on; administrators can do both
//! (`D-15`, `D-16`). A handle keeps its points when it is unlinked; what a link means for the member's points is in the
//! flow `handle_links` (`C-34`).
//!
//! **Whose an account is** is told by TikTok's number, and a handle is only its name: [`identity`] has the rules. A link
//! follows the account to its new name; its member and the debug channel are told once.
//!
//! **Proof.** A [`code`] is for one member and one handle in one guild, counts for ten minutes, and once. A member has one
//! at a time. It counts when that handle types it in the chat of a live that the guild is connected to; history does not
//! count. The link is then made, in the transaction of the comment, and is *verified*: no other member can have the handle
//! until it is unlinked or an administrator moves it. A link that is not verified gives way to a proof: the handle moves,
//! and whoever had it is told. A link that an administrator makes is not verified, and voids the codes for the handle. What
//! is verified stays so when the setting is switched off; codes count only while it is on.
//!
//! **Invariants.** Those of [`check`]; across features, `flows::checks`.
//!
//! **Tables.** `handles.accounts`; `handles.numbers`, whose each of TikTok's numbers is; `handles.unseen`, the accounts that
//! were linked and that no live saw; `handles.codes`, from which [`upkeep`] takes what is over. Only the accounts are in
//! the export, whose tables are promised, without what is verified. **Topic.** `handles.changed`: links and names, not
//! points. **Jobs.** `handles.tell_proof`, `handles.tell_rename`.

pub mod activity;
pub mod check;
pub mod code;
pub mod identity;
pub mod migration;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;
pub mod upkeep;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    tables: tables::TABLES,
    migrations: migration::ALL,
    topics: &[tables::CHANGED],
    jobs: &[&model::TELL_RENAME, &model::TELL_PROOF],
    activities: activity::KINDS,
    refusals: &[model::HandleRefusal::ROWS],
    recurring: &[&upkeep::CODES_FORGOTTEN],
    checks: &[check::check],
    export: sql::EXPORT,
    ..Domain::named("handles")
};

#[cfg(test)]
mod tests;

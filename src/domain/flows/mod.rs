//! Transactions over several features: order, no rules.
//!
//! One file is one flow, readable from top to bottom. It calls the services of features, which decide; a refusal comes
//! before the first write, or the step that may refuse is the first that writes.

pub mod account_renamed;
pub mod accounts_cleaned;
pub mod accounts_listed;
pub mod act_undone;
pub mod checks;
pub mod code_redeemed;
pub mod coins_by_hand;
pub mod coins_posted;
pub mod currency_accounts;
pub mod currency_given;
pub mod daily_claimed;
pub mod dead_link_removed;
pub mod dead_link_undone;
pub mod economy;
pub mod erasure;
pub mod followed_live;
pub mod gift_credit;
pub mod handle_links;
pub mod imported;
pub mod known_members;
pub mod limits_remembered;
pub mod lines_shown;
pub mod live_events;
pub mod offers_changed;
pub mod offers_followed;
pub mod own_data;
pub mod payment_terms;
pub mod play_undone;
pub mod rehearsal;
pub mod reviewed;
pub mod scores_synced;
pub mod server_removed;
pub mod session_closed;
pub mod session_left_behind;
pub mod session_report;
pub mod shop_bought;
pub mod shop_refunded;
pub mod skip_bought;
pub mod song_described;
pub mod song_moved;
pub mod song_played;
pub mod song_submitted;
pub mod task_proven;
pub mod task_reviewed;
pub mod task_undone;
pub mod watch_time;

#[cfg(test)]
mod tests;

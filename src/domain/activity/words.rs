//! What the log of the process is told of activities. There is one log in a process, and so one kind of words.

use std::sync::OnceLock;

use super::model::Activity;
use crate::kernel::ids::GuildId;
use crate::kernel::text::one_line;
use crate::store::Tx;

/// Puts an activity into words; `None` where nobody is told of it.
type Renderer = fn(&Activity) -> Option<String>;

/// The longest line in the log, in characters; one in the debug channel has no more.
const LONGEST_LOGGED: usize = 2_000;

static WORDS: OnceLock<Renderer> = OnceLock::new();

/// Lets the log of this process tell of activities in these words, from now on. For whoever begins the log, which is set once
/// in a process as well; without it no activity is logged.
pub fn log_in_words(words: fn(&Activity) -> Option<String>) {
    // Whoever begins the log a second time brings the same words.
    let _ = WORDS.set(words);
}

/// Tells the log after the commit, once, whether or not there is a debug channel (`M-DLV-07`, `C-49`).
pub(super) fn log_after_commit(tx: &Tx<'_>, guild: GuildId, activity: Activity) {
    tx.after_commit(move || {
        if let Some(line) = WORDS.get().and_then(|words| words(&activity)) {
            tracing::info!(guild.id = %guild, "{}", one_line(&line, LONGEST_LOGGED));
        }
    });
}

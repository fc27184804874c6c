//! What a live owes without any event: a streak that fell silent is paid (`M-TIK-24`), the viewer count is written down
//! (`M-TIK-25`), watch time is counted (`C-44`), and a session whose connection was lost 15 minutes ago is closed (`D-26`).

use super::model::{AccountRef, SessionId};
use super::{queries, tables};
use crate::features::{Due, Upkeep};
use crate::flows::{live_events, session_left_behind, watch_time};

/// Whatever was connected is not any more after a start: streaks that were going on are settled with their last count
/// (`D-28`), and the session waits to be continued.
pub static LIVE_INTERRUPTED: Upkeep = Upkeep {
    name: "live_interrupted",
    due: |read, at| Ok(Due::in_guilds(tables::guilds_with_open_session(read)?, at)),
    is_due: |_, _| Ok(true),
    step: |tx, due, _| live_events::interrupted(tx, due.guild).map(|_| None),
};

/// Streaks that fell silent, and the viewer count.
pub static LIVE_KEPT_UP: Upkeep = Upkeep {
    name: "live_kept_up",
    due: |read, at| Ok(Due::in_guilds(tables::guilds_with_open_session(read)?, at)),
    is_due: |read, due| queries::is_to_keep_up(read, due.guild, due.at),
    step: |tx, due, _| live_events::keep_up(tx, due.guild).map(|_| None),
};

/// What everybody watched, of one session after another. Songs and commands come in between two parts.
pub static WATCH_TIME: Upkeep = Upkeep {
    name: "watch_time",
    due: |read, at| {
        let sessions = tables::sessions_on_watch(read)?;
        Ok(sessions.into_iter().map(|(guild, session)| Due { guild, subject: session.get(), at }).collect())
    },
    is_due: |read, due| queries::watch_is_due(read, due.guild, SessionId::new(due.subject), due.at),
    step: |tx, due, behind| {
        let (session, behind) = (SessionId::new(due.subject), behind.map(AccountRef::new));
        let counted = watch_time::run(tx, due.guild, session, due.at, behind)?;
        Ok(counted.behind.map(AccountRef::get))
    },
};

/// Sessions that nobody continued.
pub static SESSION_CLOSED: Upkeep = Upkeep {
    name: "session_closed",
    due: |read, at| Ok(Due::in_guilds(tables::guilds_with_open_session(read)?, at)),
    is_due: |read, due| queries::is_left_behind(read, due.guild, due.at),
    step: |tx, due, _| session_left_behind::run(tx, due.guild).map(|_| None),
};

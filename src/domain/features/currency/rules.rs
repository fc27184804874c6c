//! Every decision about daily claims and gifts among members.

use std::time::Duration;

use super::model::CurrencyRefusal;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;

/// How long lies between two claims: a rolling day, whatever the calendar and its clocks say (`C-14`).
const BETWEEN_CLAIMS: Duration = Duration::from_hours(24);

/// When the claim after one at this moment is possible.
pub fn next_claim(at: Timestamp) -> Timestamp {
    at.after(BETWEEN_CLAIMS)
}

/// Refuses a claim that comes too soon after the last one (`T-CUR-06`). A clock that was set back makes it come later.
pub fn may_claim(last: Option<Timestamp>, now: Timestamp) -> Result<(), CurrencyRefusal> {
    match last.map(next_claim) {
        Some(next) if now < next => Err(CurrencyRefusal::ClaimedAlready { next }),
        _ => Ok(()),
    }
}

/// Refuses a gift to oneself (`T-CUR-14`). Who is a bot, and who is here, is known where somebody comes in.
pub fn may_give(from: UserId, to: UserId) -> Result<(), CurrencyRefusal> {
    if from == to { Err(CurrencyRefusal::ToOneself) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    #[test]
    fn a_claim_is_possible_again_after_a_rolling_day_whatever_clocks_on_walls_do() {
        crate::covers!("T-CUR-06", "T-EDG-01", "T-EDG-03");
        assert_eq!(may_claim(None, at("2026-11-21T20:00:00Z")), Ok(()));
        for (last, now, is_possible) in [
            ("2026-11-21T20:00:00Z", "2026-11-22T19:59:59.999999Z", false),
            ("2026-11-21T20:00:00Z", "2026-11-22T20:00:00Z", true),
            // Another day of the calendar, seconds later.
            ("2026-11-21T23:59:59Z", "2026-11-22T00:00:01Z", false),
            // Clocks on walls go back or forward an hour between these, in Berlin and in New York.
            ("2026-10-24T12:00:00Z", "2026-10-25T11:59:59Z", false),
            ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", true),
            ("2026-03-28T12:00:00Z", "2026-03-29T11:00:01Z", false),
            ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", true),
            ("2026-11-01T05:30:00Z", "2026-11-02T05:29:59Z", false),
            // The clock was set back.
            ("2026-11-21T20:00:00Z", "2026-11-20T20:00:00Z", false),
            ("2026-11-21T20:00:00Z", "2020-01-01T00:00:00Z", false),
        ] {
            let next = next_claim(at(last));
            let expected = if is_possible { Ok(()) } else { Err(CurrencyRefusal::ClaimedAlready { next }) };
            assert_eq!(may_claim(Some(at(last)), at(now)), expected, "{last} and then {now}");
        }
    }
}

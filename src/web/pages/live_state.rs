//! How the followed live stands, in one line: at the head of the desk, and on the first page of a server.

use maud::{Markup, html};

use crate::live::following::{State, Stop};
use crate::store::Topic;
use crate::tiktok::status::{Board, Status};
use crate::web::api::live::Followed;
use crate::web::push::about::{BEGUN, CONNECTION, FOLLOWED};
use crate::web::ui::components::{Tone, badge, clock, counted, nearby};

/// What changes it.
pub(super) const TOPICS: &[Topic] = &[FOLLOWED, CONNECTION, BEGUN];

/// How the live of a server stands now.
pub(super) fn status_of(followed: &Followed, lives: &Board) -> Option<Status> {
    followed.follow.as_ref().and_then(|follow| lives.status(&follow.streamer))
}

/// How it stands, in a line. Whoever listens is told of another state, and not of each viewer.
pub(super) fn line(followed: &Followed, status: Option<&Status>) -> Markup {
    let Some(follow) = &followed.follow else {
        return html! { p.live-state data-says="No live is followed." { (badge(Tone::Quiet, "No live")) " No live is followed." } };
    };
    let (tone, words) = in_brief(status);
    let since = followed.session.as_ref().map(|(_, session)| session.started_at);
    html! {
        p.live-state data-says={ "@" (follow.streamer.as_str()) ": " (words) "." } {
            strong { "@" (follow.streamer.as_str()) } " " (badge(tone, words))
            @match status.map(|status| (status, status.state)) {
                Some((status, State::Live)) => {
                    " since " (clock(since.unwrap_or(status.since)))
                    @if let Some(viewers) = status.viewers {
                        ", " (counted(viewers, "viewer", "viewers"))
                    }
                }
                Some((_, State::WaitingForLive(due) | State::Reconnecting(Some(due)))) => {
                    " The next try is " (nearby(due)) "."
                }
                _ => {}
            }
        }
        @if let Some(trouble) = status.and_then(|status| status.trouble.as_ref()) { p.hint { (trouble) } }
    }
}

/// A state in a few words, and how good it is.
fn in_brief(status: Option<&Status>) -> (Tone, &'static str) {
    let has_trouble = status.is_some_and(|status| status.trouble.is_some());
    match status.map(|status| status.state) {
        None | Some(State::Connecting) => (Tone::Info, "Connecting"),
        Some(State::Live) => (Tone::Good, "Live"),
        Some(State::WaitingForLive(_)) if has_trouble => (Tone::Warn, "Not connected, trying again"),
        Some(State::WaitingForLive(_) | State::Stopped(Stop::NotLive)) => (Tone::Quiet, "Not live"),
        Some(State::Reconnecting(_)) => (Tone::Warn, "Connection lost, trying again"),
        Some(State::Stopped(Stop::LiveEnded)) => (Tone::Quiet, "The live is over"),
        Some(State::Stopped(Stop::Refused)) => (Tone::Bad, "Given up"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::tiktok::model::Follow;
    use crate::kernel::ids::UserId;
    use crate::kernel::sentence::Sentence;
    use crate::live::Handle;
    use crate::tiktok::status::Counts;
    use crate::web::music::testing::AT;

    fn said(state: State, viewers: Option<u32>, trouble: Option<&'static str>) -> String {
        let streamer = Handle::parse("night.owl").unwrap();
        let follow = Follow { number: 1, streamer, is_persistent: true, by: UserId::new(81), since: AT };
        let followed = Followed { follow: Some(follow), ..Followed::default() };
        let trouble = trouble.map(Sentence::words);
        let status = Status { state, since: AT, trouble, viewers, last_message_at: None, counts: Counts::default() };
        line(&followed, Some(&status)).into_string()
    }

    #[test]
    fn each_state_is_a_line_and_only_another_state_is_read_aloud() {
        let live = said(State::Live, Some(1_214), None);
        assert!(live.contains("data-says=\"@night.owl: Live.\""), "{live}");
        assert!(live.contains("20:15 UTC") && live.contains(", 1,214 viewers"), "{live}");
        assert!(said(State::Live, Some(1), None).contains(", 1 viewer<"));
        let lost = said(State::Reconnecting(Some(AT)), None, None);
        assert!(lost.contains("Connection lost, trying again") && lost.contains("The next try is "), "{lost}");
        assert!(said(State::WaitingForLive(AT), None, None).contains("Not live"));
        let refused = said(State::Stopped(Stop::Refused), None, Some("It is blocked."));
        assert!(refused.contains("Given up") && refused.contains("It is blocked."), "{refused}");
        assert!(line(&Followed::default(), None).into_string().contains("No live is followed."));
    }
}

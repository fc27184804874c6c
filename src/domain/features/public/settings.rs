//! What a server chose to show. Owners change it on the web, so no command lists it.

use super::model::{Goal, NamesShown, OverlayKey, PublicName};
use crate::kernel::sentence::Sentence;
use crate::sentence;
use crate::settings::{Setting, Unlisted};
use crate::store::form::Carried;

/// The name under which anybody finds the queue; without one nobody does.
pub static NAME: Setting<Option<PublicName>> = Setting::new("public_queue_name", None);
/// How the names of members are shown there and on overlays.
pub static NAMES_SHOWN: Setting<NamesShown> = Setting::new("public_names_shown", NamesShown::Initials);
/// By what the secret address of the overlays is known; without it there are none.
pub static OVERLAY: Setting<Option<OverlayKey>> = Setting::new("overlay_key", None);
/// What the overlay `goal` shows.
pub static GOAL: Setting<Option<Goal>> = Setting::new("overlay_goal", None);

/// All of them.
pub const UNLISTED: &[&dyn Carried] = &[&NAME, &NAMES_SHOWN, &OVERLAY, &GOAL];

/// How changes of them are told. That the secret changed is an activity of its own.
pub const CHANGES: &[Unlisted] = &[
    Unlisted { key: NAME.key(), is_for_team: true, sentence: name_changed },
    Unlisted {
        key: NAMES_SHOWN.key(),
        is_for_team: false,
        sentence: |by, before, after| Some(changed("how everybody sees the names of members", by, before, after)),
    },
    Unlisted {
        key: GOAL.key(),
        is_for_team: false,
        sentence: |by, before, after| Some(changed("the goal of the overlay", by, before, after)),
    },
];

/// Whether everybody may see the queue, and under which name.
fn name_changed(by: &Sentence, before: Option<&str>, after: Option<&str>) -> Option<Sentence> {
    let [before, after] = [before, after].map(|name| name.map(str::to_owned));
    let sentence = match (before, after) {
        (None, Some(now)) => sentence!("{by} opened the queue to everybody, under the name `{now}`.", by, now),
        (Some(before), Some(now)) => sentence!(
            "{by} changed the name under which everybody sees the queue from `{before}` to `{now}`.",
            by,
            before,
            now
        ),
        (Some(before), None) => sentence!("{by} closed the queue to everybody; its name was `{before}`.", by, before),
        (None, None) => return None,
    };
    Some(sentence.signed("🌐"))
}

fn changed(what: &'static str, by: &Sentence, before: Option<&str>, after: Option<&str>) -> Sentence {
    let [before, after] = [before, after].map(|value| value.unwrap_or("nothing").to_owned());
    sentence!("{by} changed {what} from {before} to {after}.", by, what, before, after)
}

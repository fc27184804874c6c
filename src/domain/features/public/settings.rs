//! What a server chose to show. Owners change it on the web, so no command lists it.

use super::model::{Goal, NamesShown, OverlayKey, PublicName};
use crate::settings::Setting;
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

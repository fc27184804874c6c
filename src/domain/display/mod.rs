//! Where live displays are: messages of the bot that show something that changes (`M-EMB-01`).
//!
//! A display is a row: what it shows, where, and in which message and page. So nothing needs to be remembered to draw it
//! again after a restart, which `discord::display` does.
//!
//! Table: `displays.displays`, with its index `displays.displays_by_kind`. Topic: [`CHANGED`].

mod activity;
mod model;
pub mod tables;

pub use activity::{Finding, HEALED, PLACED};
pub use model::{Display, DisplayId};
pub use tables::CHANGED;

use crate::references::{Needs, Want};
use crate::settings::Setting;

/// What one command puts into a channel: a display, or several.
pub struct Installation {
    /// What people call it: `live queue`.
    pub title: &'static str,
    /// The command, as it is typed.
    pub command: &'static str,
}

/// What the bot needs in the channel of a display.
pub static DISPLAY_NEEDS: Needs = Needs {
    effect: "It cannot be kept up to date.",
    must: Needs::POST | Needs::HISTORY,
    wants: &[Want { permission: Needs::PIN, without: "It is not pinned." }],
};

/// Whether a display whose channel was deleted gets a new channel (`C-40`).
pub static RECREATE_CHANNELS: Setting<bool> = Setting::new("selfheal_recreate_channels", false);

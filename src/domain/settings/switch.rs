//! Features that a server can switch off as a whole (`T-PRM-04`).
//!
//! A feature names its switch in its `Domain`; nothing else of it has to ask. Commands, buttons, forms and routes of a feature
//! are refused at their edge where it is off, after rights and before anything is looked at (`T-PRM-01`). What is stored
//! stays as it is.

use super::Setting;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::refusals;
use crate::store::Read;

/// The switch of a feature.
#[derive(Debug)]
pub struct Switch {
    /// Whether it is on.
    pub setting: &'static Setting<bool>,
    /// What is on or off, in the singular, as a sentence begins with it: `The shop`.
    pub title: &'static str,
}

refusals! {
    /// Why nothing of a feature can be used.
    pub enum SwitchRefusal {
        /// It is switched off.
        Off {
            /// What is.
            title: &'static str,
            /// The setting that switches it on.
            key: &'static str,
        } => "feature.off", "{title} is switched off in this server. Administrators switch it on by `/config set {key} Yes`, or \
            under **Settings** on the dashboard.";
    }
}

impl Switch {
    /// Refuses where it is off.
    pub fn require_on(&self, read: &dyn Read, guild: GuildId) -> Result<()> {
        if self.setting.get(read, guild)? {
            return Ok(());
        }
        Err(SwitchRefusal::Off { title: self.title, key: self.setting.key() }.into())
    }
}

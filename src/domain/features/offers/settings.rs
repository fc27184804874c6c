//! Whether a server takes the catalogue over. Each decides for itself: there is no default of the instance.

use super::model::Part;
use super::tables::switched;
use crate::settings::{Area, Listed, Setting};

/// Whether the items of the catalogue are in the shop (`global_shop`).
pub static GLOBAL_SHOP: Setting<bool> =
    Setting::followed("features.global_shop", false, |tx, guild, _| switched(tx, guild, Part::Items));
/// Whether its tasks are among those of the server (`global_tasks`).
pub static GLOBAL_TASKS: Setting<bool> =
    Setting::followed("features.global_tasks", false, |tx, guild, _| switched(tx, guild, Part::Tasks));

/// The settings, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(
        &GLOBAL_SHOP,
        Area::Economy,
        "Global Shop",
        "Whether the items that the operator of the bot offers to all servers are sold here as well, with a stock of their own.",
    )
    .detail()
    .each_for_itself(),
    Listed::new(
        &GLOBAL_TASKS,
        Area::Tasks,
        "Global Tasks",
        "Whether the tasks that the operator of the bot offers to all servers are offered here as well. They need a Task Channel.",
    )
    .detail()
    .each_for_itself(),
];

//! The settings of tasks.

use crate::kernel::ids::ChannelId;
use crate::references::Needs;
use crate::settings::{Area, Listed, Setting, Switch};

/// Whether there are tasks (`C-52`).
static ENABLED: Setting<bool> = Setting::new("features.tasks", true);
/// Switches tasks off as a whole.
pub static SWITCH: Switch = Switch { setting: &ENABLED, title: "The task board" };
/// Where tasks are posted for which no channel was chosen.
pub static CHANNEL: Setting<Option<ChannelId>> = Setting::new("task_channel_id", None);
/// Whether everybody may claim a task, and not only those to whom it is assigned (`D-45`).
pub static OPEN_TO_ALL: Setting<bool> = Setting::new("allow_user_tasks", true);
/// How many tasks a member may have at a time (`D-98`).
pub static MOST_AT_A_TIME: Setting<u32> = Setting::within("max_tasks_per_user", 10, 1, 100);
/// Whether tasks and claims end by themselves when their time is over (`D-97`).
pub static ENDS_BY_ITSELF: Setting<bool> = Setting::new("auto_expire_enabled", true);
/// Whether something has to be handed in (`D-46`).
pub static PROOF_NEEDED: Setting<bool> = Setting::new("require_proof", true);
/// How many hours a member waits after a rejection before the next try.
pub static RETRY_HOURS: Setting<u32> =
    Setting::within("task_retry_hours", 0, 0, 720).counted_in("hours").zero_is("no wait");
/// Whether moderators review proofs as well (`C-130`).
pub static MODERATORS_REVIEW: Setting<bool> = Setting::new("moderators_review_tasks", true);

/// What the bot needs where tasks are posted.
pub static TASK_NEEDS: Needs =
    Needs { effect: "Tasks and proofs are not posted there.", must: Needs::POST | Needs::FILES, wants: &[] };

/// The settings of tasks, as administrators meet them (`T-TSK-05`).
pub const LISTED: &[Listed] = &[
    of(&ENABLED, "Tasks Enabled", "Whether there are tasks in this server."),
    of(&CHANNEL, "Task Channel", "Where tasks and proofs are posted for which no other channel was chosen.")
        .needing(&TASK_NEEDS),
    of(
        &OPEN_TO_ALL,
        "Tasks for Everybody",
        "Whether everybody may claim a task. Otherwise those alone may to whom it is assigned.",
    )
    .detail(),
    of(
        &MOST_AT_A_TIME,
        "Tasks at a Time",
        "How many tasks a member may have at a time, with those that wait for a review.",
    )
    .detail(),
    of(&ENDS_BY_ITSELF, "Tasks End", "Whether tasks and claims end by themselves when their time is over.").detail(),
    of(&PROOF_NEEDED, "Proof Needed", "Whether a text or a file has to be handed in.").detail(),
    of(
        &RETRY_HOURS,
        "Hours After a Rejection",
        "How many hours a member waits after a rejection before the next try. 0 for none.",
    )
    .detail(),
    of(&MODERATORS_REVIEW, "Moderators Review Tasks", "Whether moderators may review proofs as well.").detail(),
];

const fn of(setting: &'static dyn crate::settings::Changeable, title: &'static str, about: &'static str) -> Listed {
    Listed::new(setting, Area::Tasks, title, about)
}

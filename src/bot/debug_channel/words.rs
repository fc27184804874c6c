//! The words of the debug channel, one line for each activity. The log of the process tells the same.
//!
//! Text of people is escaped here, where it becomes a part of a line. What is a sentence already was escaped by whoever
//! made it.

use crate::activity::debug_channel::Leaving;
use crate::activity::program::{
    BACKUP_LEFT_OUT, COPIES_FAIL, COPIES_WORK, DISK_FILLS, EXPORTED, LeftOut, SNAPSHOT_DAMAGED,
};
use crate::activity::{self, Activity, Subject, TEAM_TOLD};
use crate::bot::displays::views::finding;
use crate::bot::tiktok::views::deed;
use crate::display::{HEALED, PLACED};
use crate::features;
use crate::features::coins::activity::{POSTED, Posted};
use crate::features::coins::model::Currency;
use crate::features::desk::activity::{DEAD_LINK_REMOVED, DEAD_LINK_TAKEN_BACK, Refund};
use crate::features::engagement::activity::{GIFTS_LIFTED, Lifted, Missed, REPORT_MISSED, ReportMissed};
use crate::features::handles::activity::{LINKED, Link, PROVEN, RENAMED, UNLINKED};
use crate::features::handles::model::{RenameTold, RenamedTo};
use crate::features::public;
use crate::features::submissions::activity::{LEFT_IN_HISTORY, Left};
use crate::features::tiktok::activity::{
    CONNECTED, CONNECTION_LOST, Ending, LEFT, RECORDING_STOPPED, REFUSED, SIMULATED, STOPPED,
};
use crate::jobs::unsent::{DISMISSED, LOST, Lost, TRIED_AGAIN, Unsent};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::{self, escape, mention};
use crate::live::Handle;
use crate::settings::SETTING_CHANGED;

/// Makes a line of an activity of its kind; `None` where it lacks what the line tells.
type Words = fn(&Activity) -> Option<String>;

/// The words of each kind that the team is told of.
static WORDS: &[(&str, Words)] = &[
    (BACKUP_LEFT_OUT.name(), backup_left_out),
    (CONNECTED.name(), connected),
    (CONNECTION_LOST.name(), connection_lost),
    (COPIES_FAIL.name(), |_| {
        Some("🗄️ The snapshots cannot be copied elsewhere; my log says why. I try again, and tell it once.".to_owned())
    }),
    (COPIES_WORK.name(), |_| Some("🗄️ Copying the snapshots elsewhere works again.".to_owned())),
    (DEAD_LINK_REMOVED.name(), dead_link_removed),
    (DEAD_LINK_TAKEN_BACK.name(), dead_link_taken_back),
    (DISK_FILLS.name(), disk_fills),
    (DISMISSED.name(), |activity| unsent(activity, &DISMISSED, "dismissed")),
    (EXPORTED.name(), exported),
    (GIFTS_LIFTED.name(), gifts_lifted),
    (HEALED.name(), |activity| HEALED.details(activity).as_ref().map(finding)),
    (LEFT.name(), left),
    (LEFT_IN_HISTORY.name(), left_in_history),
    (LINKED.name(), linked),
    (LOST.name(), lost),
    (PLACED.name(), placed),
    (POSTED.name(), posted),
    (PROVEN.name(), proven),
    (RECORDING_STOPPED.name(), recording_stopped),
    (REFUSED.name(), refused),
    (RENAMED.name(), renamed),
    (REPORT_MISSED.name(), report_missed),
    (SETTING_CHANGED.name(), setting_changed),
    (SIMULATED.name(), simulated),
    (SNAPSHOT_DAMAGED.name(), |_| {
        let line = "🗄️ The newest snapshot is damaged and was put aside. I make another one; the disk may be failing.";
        Some(line.to_owned())
    }),
    (STOPPED.name(), stopped),
    (TEAM_TOLD.name(), |activity| TEAM_TOLD.details(activity)),
    (TRIED_AGAIN.name(), |activity| unsent(activity, &TRIED_AGAIN, "is trying once more")),
    (UNLINKED.name(), unlinked),
];

/// The line that tells of an activity; `None` for one of a kind that the team is not told of.
pub fn line(activity: &Activity) -> Option<String> {
    let (_, words) = WORDS.iter().find(|(kind, _)| activity.kind == *kind)?;
    words(activity)
}

/// The kinds of activities that the team is told of.
pub(in crate::bot) fn kinds() -> Vec<&'static str> {
    WORDS.iter().map(|(kind, _)| *kind).collect()
}

/// The last line in a channel that is the debug channel no more.
pub fn leaving(leaving: &Leaving) -> String {
    let by = match leaving.by {
        Actor::Member(by) => format!(": {} chose that", mention(by)),
        Actor::Operator => ": the operator chose that".to_owned(),
        Actor::Live | Actor::System => String::new(),
    };
    match leaving.now {
        Some(now) => format!("👋 The lines for your team now go to {}{by}.", text::channel(now)),
        None => format!("👋 The lines for your team are switched off{by}."),
    }
}

/// What somebody took along.
fn exported(activity: &Activity) -> Option<String> {
    Some(format!("📤 {} took a file along: {}", who(activity)?, EXPORTED.details(activity)?))
}

/// What could not be sent. Others of its kind may follow it silently.
fn lost(activity: &Activity) -> Option<String> {
    let Lost { kind, reason } = LOST.details(activity)?;
    let reason = escape(reason.trim_end_matches('.'));
    let see = "see **Not sent to Discord** on my web page, where it can be tried again";
    Some(format!("📮 `{kind}` could not be sent: {reason}; {see}"))
}

/// What could not be sent, and what somebody did with it.
fn unsent(activity: &Activity, kind: &activity::ActivityKind<Unsent>, did: &str) -> Option<String> {
    let Unsent { kind } = kind.details(activity)?;
    Some(format!("📮 {} {did} what could not be sent: `{}`", who(activity)?, kind))
}

/// Coins, with the labels of `M-ECO-09` (`C-07`).
fn posted(activity: &Activity) -> Option<String> {
    let Posted { currency, kind, delta, reason, requested } = POSTED.details(activity)?;
    let (currency, user) = (Currency::of_key(&currency)?, member(activity)?);
    let (before, after) = change(activity)?;
    let by = match activity.actor {
        Actor::Member(by) if by != user => format!(" · by {}", mention(by)),
        Actor::Operator => " · by the operator".to_owned(),
        Actor::Member(_) | Actor::Live | Actor::System => String::new(),
    };
    let requested = requested.map(|amount| format!(" · requested `{}`", amount.get())).unwrap_or_default();
    Some(format!(
        "🪙 {currency} · user_id {} `{user}` · operation `{kind}` · amount `{delta:+}` · reason {} · \
         before_balance `{before}` · after_balance `{after}`{requested}{by}",
        mention(user),
        escape(&reason),
    ))
}

fn gifts_lifted(activity: &Activity) -> Option<String> {
    let Lifted { user, coins, number, .. } = GIFTS_LIFTED.details(activity)?;
    let (from, to) = change(activity)?;
    Some(format!("🎁 {coins} gifted coins of {} `{user}` lifted {number} from {from} to {to}", mention(user)))
}

fn dead_link_removed(activity: &Activity) -> Option<String> {
    let Refund { user, number, gifted, luxury, .. } = DEAD_LINK_REMOVED.details(activity)?;
    let by = reviewer(activity)?;
    let (from, _) = change(activity)?;
    let of_user = format!("of {} `{user}`", mention(user));
    let given = match (gifted, luxury) {
        (None, None) => "nothing was to be given back".to_owned(),
        (Some(coins), None) => format!("{coins} gifted coins {of_user} wait for another song"),
        (None, Some(coins)) => format!("{coins} Luxury Coins {of_user} are given back"),
        (Some(gifted), Some(coins)) => {
            format!("{gifted} gifted coins {of_user} wait for another song, and {coins} Luxury Coins are given back")
        }
    };
    Some(format!("🔗 {by} removed {number} from {from} as a dead link: {given}"))
}

fn dead_link_taken_back(activity: &Activity) -> Option<String> {
    let Refund { user, number, gifted, luxury, .. } = DEAD_LINK_TAKEN_BACK.details(activity)?;
    let by = reviewer(activity)?;
    let (_, to) = change(activity)?;
    let of_user = format!("of {} `{user}`", mention(user));
    let taken = match (gifted, luxury) {
        (None, None) => "nothing was to be taken again".to_owned(),
        (Some(coins), None) => format!("{coins} gifted coins {of_user} count for it again"),
        (None, Some(coins)) => format!("{coins} Luxury Coins {of_user} are taken again"),
        (Some(gifted), Some(coins)) => {
            format!("{gifted} gifted coins {of_user} count for it again, and {coins} Luxury Coins are taken again")
        }
    };
    Some(format!("🔗 {by} took the dead link of {number} back, which is in {to} again: {taken}"))
}

/// Who did it, with their number where they have one.
fn reviewer(activity: &Activity) -> Option<String> {
    match activity.actor {
        Actor::Member(by) => Some(format!("{} `{by}`", mention(by))),
        _ => who(activity),
    }
}

fn proven(activity: &Activity) -> Option<String> {
    let Link { handle, former, points, .. } = PROVEN.details(activity)?;
    let user = member(activity)?;
    let former = former.map(|former| format!(" · it was linked to {} `{former}`, not verified", mention(former)));
    Some(format!(
        "✅ {} `{user}` proved on the live that {} is theirs{} · points `{}`",
        mention(user),
        bold(&handle),
        former.unwrap_or_default(),
        points.get()
    ))
}

fn linked(activity: &Activity) -> Option<String> {
    let Link { handle, former, was_verified, points } = LINKED.details(activity)?;
    let (by, user) = (who(activity)?, member(activity)?);
    let from = former.map(|former| format!(" from {} `{former}`", mention(former))).unwrap_or_default();
    let proof = if was_verified { " · this replaces a verified link" } else { "" };
    Some(format!(
        "🔗 {by} linked {}{from} to {} `{user}` · points `{}`{proof}",
        bold(&handle),
        mention(user),
        points.get()
    ))
}

fn unlinked(activity: &Activity) -> Option<String> {
    let Link { handle, was_verified, points, .. } = UNLINKED.details(activity)?;
    let (by, user) = (who(activity)?, member(activity)?);
    let proof = if was_verified { " · the link was verified" } else { "" };
    Some(format!(
        "🔗 {by} unlinked {} from {} `{user}` · points `{}`{proof}",
        bold(&handle),
        mention(user),
        points.get()
    ))
}

fn renamed(activity: &Activity) -> Option<String> {
    let RenameTold { user, before, what } = RENAMED.details(activity)?;
    let (before, member) = (bold(&before), mention(user));
    Some(match &what {
        RenamedTo::Known(now) => {
            format!("🔁 {before} of {member} `{user}` is called {} now. The link follows the account.", bold(now))
        }
        RenamedTo::NotSeenYet(now) => format!(
            "🔁 {before} belongs to another TikTok account now. The link of {member} `{user}` stays with theirs, which is \
             shown as {} until it comes to the live under its new name.",
            bold(now)
        ),
    })
}

fn connected(activity: &Activity) -> Option<String> {
    Some(format!("🟢 Connected to the live of {}.", bold(handle(activity)?)))
}

fn connection_lost(activity: &Activity) -> Option<String> {
    Some(format!("🟠 The connection to the live of {} was lost. Connecting again.", bold(handle(activity)?)))
}

fn refused(activity: &Activity) -> Option<String> {
    Some(format!("🟡 {}: {}", bold(handle(activity)?), REFUSED.details(activity)?))
}

fn stopped(activity: &Activity) -> Option<String> {
    let name = bold(handle(activity)?);
    Some(match STOPPED.details(activity)? {
        Ending::LiveEnded => format!("🏁 The live of {name} is over. `/tiktok connect` follows the next one."),
        Ending::NotLive => format!("⚪ {name} is not live, and nobody wanted to wait."),
        Ending::Refused(because) => {
            format!("🔴 {name} is not followed any more: {}", because.as_deref().unwrap_or("it was refused."))
        }
    })
}

fn left(activity: &Activity) -> Option<String> {
    Some(format!("⏹️ {} disconnected from {}.", who(activity)?, bold(handle(activity)?)))
}

fn recording_stopped(activity: &Activity) -> Option<String> {
    let because = RECORDING_STOPPED.details(activity)?;
    Some(format!(
        "📼 The recording of the live of {} stopped: {}. The live itself goes on.",
        bold(handle(activity)?),
        escape(&because)
    ))
}

fn simulated(activity: &Activity) -> Option<String> {
    Some(format!("🧪 {} simulated {}", who(activity)?, deed(&SIMULATED.details(activity)?)))
}

fn report_missed(activity: &Activity) -> Option<String> {
    let ReportMissed { channel, because } = REPORT_MISSED.details(activity)?;
    let (streamer, place) = (bold(handle(activity)?), text::channel(channel));
    let why = match because {
        Missed::WithoutPicture => {
            return Some(format!(
                "⚠️ The report of the live of {streamer} in {place} is without its picture: I need **Attach Files** there."
            ));
        }
        Missed::ChannelGone => "the channel is gone. Please choose another with `/setup-post-live-metrics`",
        Missed::Forbidden => "I need **View Channel**, **Send Messages**, **Embed Links** and **Attach Files** there",
        Missed::Unanswered => "Discord could not take it several times",
        Missed::Rejected => "Discord did not accept it; the log says why",
    };
    Some(format!("⚠️ The report of the live of {streamer} could not be posted in {place}: {why}."))
}

fn left_in_history(activity: &Activity) -> Option<String> {
    let Left { songs, is_cut } = LEFT_IN_HISTORY.details(activity)?;
    let channel = text::channel(channel(activity)?);
    let old = match songs {
        0 => String::new(),
        1 => " One message with a song is older than an hour and stays where it is; its author may post it again."
            .to_owned(),
        songs => format!(
            " {songs} messages with songs are older than an hour and stay where they are; their authors may post them again."
        ),
    };
    let cut = if is_cut { " I read the newest 100 messages; there are more before them." } else { "" };
    Some(format!("📭 I looked at what was posted in {channel} while I was away.{old}{cut}"))
}

fn setting_changed(activity: &Activity) -> Option<String> {
    let Some(Subject::Setting(key)) = &activity.subject else { return None };
    if key == public::settings::NAME.key() {
        return public_name_changed(activity);
    }
    let mut settings = features::ALL.iter().flat_map(|feature| feature.settings);
    let listed = settings.find(|listed| listed.setting.key() == key)?;
    let [before, after] = [&activity.before, &activity.after].map(|value| listed.setting.in_words(value.as_deref()));
    Some(format!("⚙️ {} changed {} from {before} to {after}.", who(activity)?, listed.title))
}

/// Whether everybody may see the queue, and under which name.
fn public_name_changed(activity: &Activity) -> Option<String> {
    let by = who(activity)?;
    Some(match (activity.before.as_deref(), activity.after.as_deref()) {
        (None, Some(now)) => format!("🌐 {by} opened the queue to everybody, under the name `{now}`."),
        (Some(before), Some(now)) => {
            format!("🌐 {by} changed the name under which everybody sees the queue from `{before}` to `{now}`.")
        }
        (Some(before), None) => format!("🌐 {by} closed the queue to everybody; its name was `{before}`."),
        (None, None) => return None,
    })
}

fn placed(activity: &Activity) -> Option<String> {
    let (what, by) = (PLACED.details(activity)?, who(activity)?);
    let [before, after] = [&activity.before, &activity.after]
        .map(|channel| channel.as_deref().and_then(|channel| channel.parse::<ChannelId>().ok()).map(text::channel));
    match (before, after) {
        (None, Some(after)) => Some(format!("⚙️ {by} put the {what} into {after}.")),
        (Some(before), Some(after)) => Some(format!("⚙️ {by} moved the {what} from {before} to {after}.")),
        (Some(before), None) => Some(format!("⚙️ {by} took the {what} out of {before}.")),
        (None, None) => None,
    }
}

fn backup_left_out(activity: &Activity) -> Option<String> {
    let LeftOut { backup, is_disk_full } = BACKUP_LEFT_OUT.details(activity)?;
    let why = if is_disk_full { "the disk is full" } else { "it failed; my log says why" };
    Some(format!("🗄️ {} was left out: {why}. I try again every hour, and tell it once.", backup.name()))
}

fn disk_fills(activity: &Activity) -> Option<String> {
    let said = DISK_FILLS.details(activity)?;
    Some(format!(
        "💾 The disk of my data has little room: {said}. When it is full I can store nothing more; please make some."
    ))
}

/// Who did it, as the beginning of a line; `None` where nobody did.
fn who(activity: &Activity) -> Option<String> {
    match activity.actor {
        Actor::Member(by) => Some(mention(by)),
        Actor::Operator => Some("The operator".to_owned()),
        Actor::Live | Actor::System => None,
    }
}

/// The member that it is about.
fn member(activity: &Activity) -> Option<UserId> {
    match activity.subject {
        Some(Subject::Member(user)) => Some(user),
        _ => None,
    }
}

/// The channel that it is about.
fn channel(activity: &Activity) -> Option<ChannelId> {
    match activity.subject {
        Some(Subject::Channel(channel)) => Some(channel),
        _ => None,
    }
}

/// The TikTok name that it is about.
fn handle(activity: &Activity) -> Option<&Handle> {
    match &activity.subject {
        Some(Subject::Handle(handle)) => Some(handle),
        _ => None,
    }
}

/// What was before and what is after.
fn change(activity: &Activity) -> Option<(&str, &str)> {
    activity.before.as_deref().zip(activity.after.as_deref())
}

fn bold(handle: &Handle) -> String {
    format!("**{}**", escape(&handle.to_string()))
}

#[cfg(test)]
mod tests;

//! What people read about displays.

use crate::discord::Draft;
use crate::discord::display::SetUp;
use crate::display::Finding;
use crate::kernel::ids::ChannelId;
use crate::kernel::sentence::{NO_COMMANDS, Slot};
use crate::kernel::text::{self, truncate};

/// The longest message, as Discord counts.
const LONGEST: usize = 2_000;

/// Whether songs are taken, and where.
pub fn submissions(are_open: bool, channel: Option<ChannelId>) -> String {
    let place = channel.map_or(String::new(), |channel| format!(" in {}", text::channel(channel)));
    if are_open { format!("🟢 Open{place}") } else { "🔴 Closed".to_owned() }
}

/// The answer to a set-up command: `what` is the subject with its verb, "The live queue is".
pub fn set_up(what: &str, channel: ChannelId, set_up: &SetUp) -> Draft {
    let moved = set_up.former.map_or(String::new(), |former| format!(" It is no more in {}.", text::channel(former)));
    Draft::text(format!("{what} now kept up to date in {}.{moved}{}", text::channel(channel), set_up.lacking))
}

/// The answer to `/selfheal`.
pub fn healed(findings: &[Finding], others: &[String], set_up: &str) -> Draft {
    let mut lines: Vec<String> = findings.iter().map(finding).collect();
    if findings.is_empty() {
        lines.push(format!("There is no display in this server. Set one up with {set_up}."));
    }
    lines.extend_from_slice(others);
    Draft::text(truncate(&lines.join("\n"), LONGEST))
}

/// What was found of a display, and done about it.
pub fn finding(finding: &Finding) -> String {
    finding.to_sentence().markdown(NO_COMMANDS)
}

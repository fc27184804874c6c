//! What people read about displays.

use crate::discord::Draft;
use crate::discord::display::Finding;
use crate::kernel::ids::ChannelId;
use crate::kernel::text;

/// Whether songs are taken, and where.
pub fn submissions(are_open: bool, channel: Option<ChannelId>) -> String {
    let place = channel.map_or(String::new(), |channel| format!(" in {}", text::channel(channel)));
    if are_open { format!("🟢 Open{place}") } else { "🔴 Closed".to_owned() }
}

/// The answer to a set-up command: `what` is the subject with its verb, "The live queue is".
pub fn set_up(what: &str, channel: ChannelId, former: Option<ChannelId>) -> Draft {
    let moved = former.map_or(String::new(), |former| format!(" It is no more in {}.", text::channel(former)));
    Draft::text(format!("{what} now kept up to date in {}.{moved}", text::channel(channel)))
}

/// The answer to `/selfheal`.
pub fn healed(findings: &[Finding], set_up: &str) -> Draft {
    if findings.is_empty() {
        return Draft::text(format!("There is no display in this server. Set one up with {set_up}."));
    }
    Draft::text(findings.iter().map(Finding::sentence).collect::<Vec<_>>().join("\n"))
}

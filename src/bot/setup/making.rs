//! Channels that the bot makes for an evening, where it may and is asked to.
//!
//! Safe to run again: only what is not chosen, or gone, is made, and a channel that has the right name already is taken
//! instead, if those see it who should. What is for the team is seen by the team alone from its first moment on.

use serde_json::{Value, json};

use super::components::{ask, places};
use crate::access::REVIEWER_ROLE;
use crate::discord::Bot;
use crate::discord::channel_setting::{EveningChannel, SeenBy, require_in};
use crate::discord::delivery::{Obstacle, Undelivered};
use crate::discord::references::Server;
use crate::kernel::error::{Error, Failure, Result};
use crate::kernel::ids::{ChannelId, GuildId, RoleId};
use crate::kernel::text;
use crate::references::Needs;

/// Discord's number for a channel of text.
const TEXT_CHANNEL: u8 = 0;

/// Makes what is missing; says what came of it.
pub(super) async fn make(bot: &Bot, guild: GuildId) -> Result<String> {
    let server = ask(bot, guild).await?;
    if server.granted() & Needs::CHANNELS == 0 {
        return Ok(
            "❌ I may not make channels. Give me **Manage Channels**, or choose channels that are there.".to_owned()
        );
    }
    let reviewers = bot.store.read("reviewer_role", move |read| REVIEWER_ROLE.get(read, guild)).await?;
    let reviewers = reviewers.filter(|role| server.has_role(*role));
    let mut lines = Vec::new();
    for place in places(bot, guild, &server).await? {
        // One that is set and hidden is for its administrators to open.
        if place.missing.is_some_and(|missing| missing.is_some()) {
            continue;
        }
        let offered = place.offered;
        let channel = match known(&server, offered) {
            Some(channel) => channel,
            None => match create(bot, &server, offered, reviewers).await {
                Ok(channel) => channel,
                Err(undelivered) if undelivered.obstacle == Obstacle::Temporary => {
                    return Err(Error::Failed(Failure::from(undelivered)));
                }
                Err(undelivered) => {
                    tracing::warn!(%guild, obstacle = ?undelivered.obstacle, "cannot make a channel");
                    lines.push(format!("❌ Discord does not let me make **#{}**.", offered.name));
                    continue;
                }
            },
        };
        offered.choose(bot, guild, Some(channel)).await?;
        lines.push(format!("✅ **{}** is in {}.", offered.title, text::channel(channel)));
    }
    Ok(if lines.is_empty() { "Every channel is chosen already.".to_owned() } else { lines.join("\n") })
}

/// A channel of the right name that does.
fn known(server: &Server, offered: &EveningChannel) -> Option<ChannelId> {
    let fits = |channel: &&&crate::discord::references::Channel| {
        let is_for_those = server.is_public(channel) == (offered.seen_by != SeenBy::Team);
        channel.name == offered.name && is_for_those && require_in(server, channel.id, offered.needs).is_ok()
    };
    server.text_channels(Needs::VIEW).iter().find(fits).map(|channel| channel.id)
}

async fn create(
    bot: &Bot,
    server: &Server,
    offered: &EveningChannel,
    reviewers: Option<RoleId>,
) -> Result<ChannelId, Undelivered> {
    let own = bot.until_own_user().await;
    let everyone = server.guild.get();
    let overwrite = |id: u64, is_member: bool, allow: u64, deny: u64| json!({ "id": id.to_string(), "type": u8::from(is_member), "allow": allow, "deny": deny });
    // Nobody can hand out what they have not.
    let needed = offered.needs.all() & server.granted();
    let mut overwrites: Vec<Value> = vec![overwrite(own.get(), true, needed, 0)];
    match offered.seen_by {
        SeenBy::Writers => overwrites.clear(),
        SeenBy::Readers => overwrites.push(overwrite(everyone, false, 0, Needs::SEND)),
        SeenBy::Team => {
            overwrites.push(overwrite(everyone, false, 0, Needs::VIEW));
            overwrites.extend(reviewers.map(|role| overwrite(role.get(), false, Needs::VIEW, 0)));
        }
    }
    let wanted = json!({
        "name": offered.name, "type": TEXT_CHANNEL, "topic": offered.about, "permission_overwrites": overwrites,
    });
    let made = bot.rest.create_channel(server.guild.get().into(), &wanted).await?;
    Ok(ChannelId::new(made.id.get()))
}

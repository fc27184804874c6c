//! Looks at the bot's account on Discord: token, intents, clock, commands; then at its servers.

use serde_json::Value;

use super::ask::{Answer, AskError, Asker};
use super::finding::{Finding, quoted};
use super::guilds;
use super::id::Id;
use crate::app::config::discord::{Access, Discord};
use crate::discord::Command;
use crate::discord::drift::Drift;
use crate::discord::registration::Registration;
use crate::discord::rest::Endpoint;
use crate::kernel::time::Clock;
use crate::sim::BOT_TOKEN;

/// Where intents are switched on and tokens made.
const PORTAL: &str = "https://discord.com/developers/applications, your application, Bot";
/// A clock that is off by more than this many seconds is told.
const TOLD_SKEW: u64 = 10;
/// Off by more, times and waits are wrong.
const WRONG_SKEW: u64 = 120;

/// Flags of an application: the intent Server Members is on, or on for few servers.
pub(in crate::app) const MEMBERS: u64 = 1 << 14 | 1 << 15;
/// The same of Message Content.
pub(in crate::app) const MESSAGE_CONTENT: u64 = 1 << 18 | 1 << 19;

/// Looks at everything about Discord.
pub(super) async fn examine(config: &Discord, live_rehearsal: bool) -> Vec<Finding> {
    let ours = crate::bot::commands(live_rehearsal);
    let (token, endpoint) = match &config.access {
        Access::Missing => {
            let fix = format!("Make one at {PORTAL}, Reset Token, and put it into .env as DISCORD_BOT_TOKEN.");
            return vec![Finding::error(Id::Token, "There is no bot token.", fix)];
        }
        Access::Real { token } => (token.expose(), Endpoint::Discord),
        Access::Simulated { url } => (BOT_TOKEN, Endpoint::Simulated(url.clone())),
    };
    let Ok(asker) = Asker::new(token, &endpoint) else {
        let fix = "Start the program again; where it stays, the program was built wrongly.";
        return vec![Finding::error(Id::Reachable, "TLS cannot be set up.", fix)];
    };
    let Answer { body, date } = match asker.get("/applications/@me").await {
        Ok(answer) => answer,
        Err(trouble) => return vec![in_the_way(trouble)],
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
    let application = text(body.get("id")).parse::<u64>().unwrap_or_default();
    let bot = text(body.get("bot").and_then(|bot| bot.get("id"))).parse().unwrap_or(application);
    let name = quoted(&text(body.get("name")));
    let mut findings = vec![
        Finding::ok(Id::Reachable, "Discord answers."),
        Finding::ok(Id::Token, format!("The token is accepted; the bot is {name}.")),
    ];
    findings.extend(intents(body.get("flags").and_then(Value::as_u64).unwrap_or_default()));
    findings.extend(date.map(|date| skew(Clock::system().now().seconds(), date)));
    let registration = Registration { fast_guild: config.fast_sync_guild };
    let (commands, guilds) =
        tokio::join!(commands(&asker, registration, &ours, application), guilds::examine(&asker, application, bot));
    findings.extend(commands);
    findings.extend(guilds);
    findings
}

/// Why Discord cannot be asked at all.
fn in_the_way(trouble: AskError) -> Finding {
    match trouble {
        AskError::Unreachable(cause) if cause.is_about_clock() => {
            let shown = Clock::system().now().rfc3339();
            let sentence = format!("Discord cannot be reached: {cause}. It shows {shown}.");
            Finding::error(Id::Clock, sentence, cause.remedy())
        }
        AskError::Unreachable(cause) => Finding::error(
            Id::Reachable,
            format!("Discord cannot be reached: {cause}."),
            format!("{} The bot tries again by itself.", cause.remedy()),
        ),
        AskError::TimedOut => Finding::error(
            Id::Reachable,
            "Discord does not answer in time.",
            "Look at the network of this machine: can it open https://discord.com? The bot tries again by itself.",
        ),
        AskError::Unauthorized => Finding::error(
            Id::Token,
            "Discord does not accept the bot token.",
            format!("Make a new one at {PORTAL}, Reset Token, and put it into .env as DISCORD_BOT_TOKEN."),
        ),
        AskError::Banned => Finding::error(
            Id::Ban,
            "Discord refuses the address of this machine (1015), as it does for hours after too many wrong requests.",
            "Stop the bot and wait some hours. Where the address is shared, as at free hosts, another host may be needed.",
        ),
        AskError::Limited(wait) => Finding::warning(
            Id::Limit,
            format!("Discord wants {wait} seconds of rest from this bot."),
            "Wait, and run the doctor again. Does another program use the same token?",
        ),
        AskError::Status(status) => Finding::warning(
            Id::Reachable,
            format!("Discord is in trouble: it answers {status}."),
            "Look at https://discordstatus.com. The bot tries again by itself.",
        ),
    }
}

/// Which privileged intents are off (`M-PRM-01`, `C-48`).
fn intents(flags: u64) -> [Finding; 2] {
    let fix =
        |name: &str| format!("Switch on {name} at {PORTAL}, Privileged Gateway Intents, and start the bot again.");
    let content = if flags & MESSAGE_CONTENT == 0 {
        let sentence = "The intent Message Content is off: songs that are posted as messages are not noticed.";
        Finding::error(Id::MessageContent, sentence, fix("Message Content Intent"))
    } else {
        Finding::ok(Id::MessageContent, "The intent Message Content is on.")
    };
    let members = if flags & MEMBERS == 0 {
        let sentence = "The intent Server Members is off: Discord then refuses both intents, and the bot runs without.";
        Finding::error(Id::Members, sentence, fix("Server Members Intent"))
    } else {
        Finding::ok(Id::Members, "The intent Server Members is on.")
    };
    [content, members]
}

/// How far this machine's clock is from Discord's, both in seconds since 1970.
fn skew(ours: i64, discord: i64) -> Finding {
    let off = ours.abs_diff(discord);
    let direction = if ours > discord { "ahead of" } else { "behind" };
    let sentence = format!("The clock of this machine is {off} seconds {direction} Discord's.");
    let fix = "Let the machine set its clock by the network: timedatectl set-ntp true.";
    match off {
        0..=TOLD_SKEW => Finding::ok(Id::Clock, "The clock of this machine is right."),
        _ if off <= WRONG_SKEW => Finding::warning(Id::Clock, sentence, fix),
        _ => Finding::error(Id::Clock, format!("{sentence} Waits and times are wrong by that."), fix),
    }
}

/// Whether the commands that Discord has are ours.
async fn commands(asker: &Asker, registration: Registration, ours: &[Command], application: u64) -> Vec<Finding> {
    let global = (format!("/applications/{application}/commands"), registration.global_set(ours));
    let of_guild = registration
        .fast_guild
        .map(|guild| (format!("/applications/{application}/guilds/{guild}/commands"), registration.guild_set(ours)));
    let mut findings = Vec::new();
    for (path, set) in std::iter::once(global).chain(of_guild) {
        let (Ok(set), answer) = (set, asker.get(&path).await) else { continue };
        let what = "Discord does not tell now which commands it has";
        findings.push(match answer.as_ref().map(|answer| answer.body.as_array()) {
            Ok(Some(registered)) => drift(&Drift::between(&set, registered)),
            Ok(None) => AskError::Status(200).left_out(Id::Commands, what),
            Err(trouble) => trouble.left_out(Id::Commands, what),
        });
    }
    findings
}

fn drift(drift: &Drift) -> Finding {
    let Drift { missing, different, extra } = drift;
    if missing.is_empty() && different.is_empty() && extra.is_empty() {
        return Finding::ok(Id::Commands, "Discord has the commands of this version.");
    }
    let part = |names: &[String], words: &str| {
        let shown = names.iter().take(5).map(|name| format!("/{name}")).collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(5);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{words}: {shown}{more}"))
    };
    let parts = [part(missing, "missing"), part(different, "different"), part(extra, "not of this version")];
    let sentence = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    Finding::warning(
        Id::Commands,
        format!("Discord's commands are not those of this version: {sentence}."),
        "Start the bot: it registers its commands when they changed. New ones can take a few minutes to appear. Commands \
         of another program with the same token have to go by that program.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::doctor::Level;

    #[test]
    fn a_clock_that_is_off_is_told_with_the_direction() {
        for (ours, level, words) in [
            (1_000, Level::Ok, "right"),
            (1_009, Level::Ok, "right"),
            (960, Level::Warning, "40 seconds behind"),
            (4_600, Level::Error, "ahead"),
        ] {
            let found = skew(ours, 1_000);
            assert!(found.level == level && found.sentence.contains(words), "{found}");
        }
    }

    #[test]
    fn an_intent_that_is_on_for_few_servers_is_on() {
        for flags in [1 << 14 | 1 << 18, 1 << 15 | 1 << 19] {
            assert!(intents(flags).iter().all(|found| found.level == Level::Ok));
        }
        assert!(intents(0).iter().all(|found| found.level == Level::Error));
    }
}

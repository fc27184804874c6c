//! What an administrator reads about the settings. Pure.

use serenity::all::Colour;
use serenity::builder::CreateEmbed;

use crate::discord::Draft;
use crate::discord::debug_channel::cleaning::Cleaned;
use crate::kernel::text;
use crate::settings::Listed;

const COLOUR: Colour = Colour::new(0x0058_65F2);
/// The most fields of an embed.
const FIELDS: usize = 25;

/// A setting with what counts in a guild.
#[derive(Clone)]
pub struct Shown {
    /// The setting.
    pub listed: &'static Listed,
    /// Its value, as people read it.
    pub value: String,
    /// Whether the guild has chosen it.
    pub is_own: bool,
}

/// A setting that was changed.
pub struct Changed {
    /// The setting.
    pub listed: &'static Listed,
    /// The value before.
    pub before: String,
    /// The value now.
    pub now: String,
}

/// What keeps the bot from working as it should, as far as it is known without asking Discord.
#[derive(Clone, Debug)]
pub struct Warnings {
    /// Names of permissions that the bot needs and has not (`M-PRM-02`).
    pub missing: Vec<&'static str>,
    /// Whether Discord refuses the privileged intents (`M-PRM-01`).
    pub lacks_intents: bool,
}

/// The answer to `/show-settings`.
pub fn overview(settings: &[Shown], warnings: Warnings) -> Draft {
    let main = settings.iter().filter(|shown| shown.listed.is_main).take(FIELDS - 2);
    let mut embed = CreateEmbed::new()
        .title("Settings")
        .colour(COLOUR)
        .fields(main.map(|shown| (shown.listed.title, shown.value.as_str(), true)));
    let Warnings { missing, lacks_intents } = warnings;
    if !missing.is_empty() {
        embed = embed.field("Missing permissions", format!("Please give me: {}", missing.join(", ")), false);
    }
    if lacks_intents {
        let sentence = "Message Content and Server Members are off, so songs that are posted as messages are not noticed. \
            Whoever runs me can switch them on at https://discord.com/developers/applications, and `greenroom doctor` says more.";
        embed = embed.field("Missing intents", sentence, false);
    }
    Draft::embed(embed)
}

/// The answer to `/config list`.
pub fn list(settings: &[Shown], title: &str) -> Draft {
    let field = |shown: &Shown| {
        let listed = shown.listed;
        let name = format!("{}: {}", listed.title, shown.value);
        (name, format!("`{}` {}", listed.setting.key(), listed.about), false)
    };
    let embeds = settings.chunks(FIELDS).map(|part| CreateEmbed::new().colour(COLOUR).fields(part.iter().map(field)));
    embeds
        .enumerate()
        .fold(Draft::default(), |draft, (at, embed)| draft.with_embed(if at == 0 { embed.title(title) } else { embed }))
}

/// The answer to `/config get`.
pub fn details(shown: &Shown) -> Draft {
    let Shown { listed, value, is_own } = shown;
    let origin = if *is_own { "chosen for this server" } else { "the default" };
    let change = match listed.command {
        Some(command) => format!("Changed by {command}."),
        None => format!("It can be {}.", listed.setting.allowed()),
    };
    Draft::text(format!(
        "**{}** (`{}`) is **{value}**, {origin}.\n{} {change}",
        listed.title,
        listed.setting.key(),
        listed.about
    ))
}

/// The answer to `/config set` and `/config reset`.
pub fn changed(changed: &Changed) -> Draft {
    let Changed { listed, before, now } = changed;
    if before == now {
        return Draft::text(format!("**{}** is **{now}**, as it was.", listed.title));
    }
    Draft::text(format!("**{}** is now **{now}**; it was **{before}**.", listed.title))
}

/// The line about a change in the debug channel.
pub fn change_line(changed: &Changed, by: &str) -> String {
    format!("⚙️ {by} changed {} from {} to {}.", changed.listed.title, changed.before, changed.now)
}

/// The answer to `/cleandebugchannel`.
pub fn cleaned(cleaned: &Cleaned) -> Draft {
    let channel = text::channel(cleaned.channel);
    let done = match cleaned.messages {
        0 => format!("There is no line of mine in {channel}."),
        1 => format!("1 message of mine in {channel} is deleted."),
        many => format!("{many} messages of mine in {channel} are deleted."),
    };
    let more = if cleaned.is_more { " There may be more: use the command again." } else { "" };
    Draft::text(format!("🧹 {done}{more}"))
}

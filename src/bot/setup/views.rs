//! What an administrator reads about the settings. Pure.

use serenity::all::{ButtonStyle, ChannelType};
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed, CreateSelectMenu, CreateSelectMenuKind};
use strum::VariantArray;

use super::components::{CHOOSE, MAKE, MISSING, Note, OPEN, PAGE, PER_PAGE, UNDO};
use crate::discord::channel_setting::EveningChannel;
use crate::discord::debug_channel::Cleaned;
use crate::discord::invitation;
use crate::discord::references::{self, names_of};
use crate::discord::{BLURPLE, Draft};
use crate::kernel::ids::ChannelId;
use crate::kernel::sentence::{NO_COMMANDS, Slot};
use crate::kernel::text::{self, truncate};
use crate::references::{BrokenReference, Needs};
use crate::settings::{Area, Change, Listed};

/// The longest message, as Discord counts.
const MESSAGE: usize = 2_000;
/// The longest name of a field of an embed.
const NAME: usize = 256;
/// The longest field of an embed.
const FIELD: usize = 1_024;
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
    /// What does not work of what it names.
    pub marks: Vec<String>,
}

impl Shown {
    /// The same, marked where what it names does not work.
    #[must_use]
    pub fn with(mut self, problems: &[BrokenReference]) -> Self {
        let own = problems.iter().filter(|problem| problem.reference.declared.key() == self.listed.setting.key());
        self.marks = own.map(references::mark).collect();
        self
    }

    /// Its value, with what does not work of it.
    fn marked(&self) -> String {
        std::iter::once(&self.value).chain(&self.marks).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// What keeps the bot from working as it should, as far as it is known without asking Discord.
#[derive(Clone, Debug)]
pub struct Warnings {
    /// Names of permissions that the bot needs and has not (`M-PRM-02`).
    pub missing: Vec<&'static str>,
    /// Whether Discord refuses the privileged intents (`M-PRM-01`).
    pub lacks_intents: bool,
}

/// A channel of an evening, as a server has it.
pub struct Place {
    /// What it is for.
    pub offered: &'static EveningChannel,
    /// The channel that is chosen.
    pub chosen: Option<ChannelId>,
    /// What the bot lacks there; nothing inside where the channel is gone.
    pub missing: Option<Option<u64>>,
}

/// A choice that can be taken back.
pub struct Undo {
    /// The page of the form.
    pub page: usize,
    /// What was chosen for.
    pub offered: &'static EveningChannel,
    /// The channel before.
    pub before: Option<ChannelId>,
    /// The channel now.
    pub now: Option<ChannelId>,
}

/// The form of `/setup`.
pub struct Form {
    /// All channels.
    pub places: Vec<Place>,
    /// The page that is shown, from 0.
    pub page: usize,
    /// What is said above it.
    pub note: Note,
    /// What the bot may do in the server as a whole.
    pub granted: u64,
}

impl Place {
    /// How it stands, as a line of a list.
    fn line(&self) -> String {
        let EveningChannel { title, about, .. } = self.offered;
        let state = match (self.chosen, self.missing) {
            (Some(channel), Some(Some(0))) => format!("✅ **{title}**: {}", text::channel(channel)),
            (Some(channel), Some(Some(missing))) => {
                format!("⚠️ **{title}**: {}, where I lack {}", text::channel(channel), names_of(missing))
            }
            (Some(_), _) => format!("⚠️ **{title}**: the channel is gone"),
            (None, _) => format!("➖ **{title}**: not set"),
        };
        format!("{state} – {about}")
    }

    /// The menu that chooses it. A channel that is gone cannot be shown in it.
    fn menu(&self, page: usize) -> CreateActionRow {
        let is_there = self.missing.flatten().is_some();
        let chosen = self.chosen.filter(|_| is_there).map(|channel| serenity::all::ChannelId::new(channel.get()));
        let kind = CreateSelectMenuKind::Channel {
            channel_types: Some(vec![ChannelType::Text]),
            default_channels: chosen.map(|channel| vec![channel]),
        };
        let menu = CreateSelectMenu::new(CHOOSE.with(&(page, self.offered)), kind);
        CreateActionRow::SelectMenu(menu.min_values(0).max_values(1).placeholder(self.offered.title))
    }
}

/// The form of `/setup`: how each channel stands, and a page of menus.
pub fn form(form: &Form) -> Draft {
    let Form { places, page, note, granted } = form;
    let pages = places.len().div_ceil(PER_PAGE).max(1);
    let page = (*page).min(pages - 1);
    let lines: Vec<String> = places.iter().map(Place::line).collect();
    let mut embed =
        CreateEmbed::new().title("The channels of your evenings").colour(BLURPLE).description(lines.join("\n"));
    let lacking = invitation::missing(*granted);
    if !lacking.is_empty() {
        embed = embed.field("Missing permissions", format!("Please give me: {}", lacking.join(", ")), false);
    }
    let next = if places.iter().any(|place| place.chosen.is_none()) {
        "Pick the channels below. Nothing but **Submissions** is needed; what is picked counts at once."
    } else {
        "All is chosen. `/open-submissions` begins, `/next` plays, `/help` shows the rest."
    };
    embed = embed.field("What to do", next, false);
    let menus = places.iter().skip(page * PER_PAGE).take(PER_PAGE).map(|place| place.menu(page));
    let mut buttons = Vec::new();
    if pages > 1 {
        let other = (page + 1) % pages;
        let label = format!("More channels ({} of {pages})", page + 1);
        buttons.push(CreateButton::new(PAGE.with(&other)).label(label).style(ButtonStyle::Secondary));
    }
    let is_incomplete = places.iter().any(|place| place.missing.flatten().is_none());
    if is_incomplete && granted & Needs::CHANNELS != 0 {
        let make = CreateButton::new(MAKE.with(&page)).label("Make the missing ones for me");
        buttons.push(make.style(ButtonStyle::Success));
    }
    if let Some(undo) = &note.undo {
        buttons.push(CreateButton::new(UNDO.with(undo)).label("Undo").style(ButtonStyle::Danger));
    }
    let mut draft = Draft::embed(embed).with_text(truncate(&note.text, MESSAGE)).rows(menus.collect());
    if !buttons.is_empty() {
        draft = draft.row(CreateActionRow::Buttons(buttons));
    }
    draft
}

/// What the bot lacks in a server, and in the channels that were chosen.
pub fn missing(granted: u64, places: &[Place]) -> Draft {
    let lacking = invitation::missing(granted);
    let mut lines = vec![if lacking.is_empty() {
        "✅ I have every permission that I need in this server.".to_owned()
    } else {
        format!("⚠️ I lack in this server: {}. Give them to my role in its settings.", lacking.join(", "))
    }];
    lines.extend(places.iter().map(Place::line));
    Draft::text(truncate(&lines.join("\n"), MESSAGE))
}

/// What a server reads when the bot joins it.
pub fn greeting(missing: &[&str]) -> Draft {
    let open = CreateButton::new(OPEN.with(&())).label("Choose the channels").style(ButtonStyle::Primary);
    let lacks = CreateButton::new(MISSING.with(&())).label("What is missing?").style(ButtonStyle::Secondary);
    Draft::embed(greeting_embed(missing)).row(CreateActionRow::Buttons(vec![open, lacks]))
}

/// The same for the owner, where the bot may write nowhere.
pub fn greeting_to_owner(missing: &[&str]) -> Draft {
    Draft::embed(greeting_embed(missing)).with_text("I may not write in any channel of your server, so I write to you.")
}

fn greeting_embed(missing: &[&str]) -> CreateEmbed {
    let embed = CreateEmbed::new().title("Hello! I keep the queue of your music reviews.").colour(BLURPLE).description(
        "**1.** An administrator uses `/setup` and chooses the channels.\n\
             **2.** Members submit with `/submit`, `/submitfile` or a message in the submissions channel.\n\
             **3.** `/next` plays the next song. `/tiktok connect` follows a live, if you have one.\n\
             `/help` shows all commands.",
    );
    if missing.is_empty() {
        return embed;
    }
    embed.field("Missing permissions", format!("Please give me: {}", missing.join(", ")), false)
}

/// The answer to `/show-settings`.
pub fn overview(settings: &[Shown], warnings: Warnings, problems: &[BrokenReference]) -> Draft {
    let main = settings.iter().filter(|shown| shown.listed.is_main).take(FIELDS - 3);
    let mut embed = CreateEmbed::new()
        .title("Settings")
        .colour(BLURPLE)
        .fields(main.map(|shown| (shown.listed.title, truncate(&shown.marked(), FIELD), true)));
    let Warnings { missing, lacks_intents } = warnings;
    if !missing.is_empty() {
        embed = embed.field("Missing permissions", format!("Please give me: {}", missing.join(", ")), false);
    }
    if !problems.is_empty() {
        let lines: Vec<String> = problems.iter().map(references::sentence).collect();
        embed = embed.field("Does not work", truncate(&lines.join("\n"), FIELD), false);
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
        let name = truncate(&format!("{}: {}", listed.title, shown.marked()), NAME);
        (name, format!("`{}` {}", listed.setting.key(), listed.about), false)
    };
    let embeds = settings.chunks(FIELDS).map(|part| CreateEmbed::new().colour(BLURPLE).fields(part.iter().map(field)));
    embeds
        .enumerate()
        .fold(Draft::default(), |draft, (at, embed)| draft.with_embed(if at == 0 { embed.title(title) } else { embed }))
}

/// The answer to `/config list` of all: which there are, by what they are about. What each is and does would be more than fits
/// into a message.
pub fn all(settings: &[Shown]) -> Draft {
    let line = |shown: &&Shown| {
        let marks = shown.marks.iter().fold(String::new(), |all, mark| format!("{all} {mark}"));
        format!("`{}` {}{marks}", shown.listed.setting.key(), shown.listed.title)
    };
    let of_area = |area: &Area| {
        let lines: Vec<_> =
            settings.iter().filter(|shown| shown.listed.area == *area).map(|shown| line(&shown)).collect();
        (!lines.is_empty())
            .then(|| CreateEmbed::new().colour(BLURPLE).title(area.title()).description(lines.join("\n")))
    };
    let said = "Choose an `area` to see what each of its settings is and does, or ask for one by `/config get`.";
    Area::VARIANTS.iter().filter_map(of_area).fold(Draft::text(said), Draft::with_embed)
}

/// The answer to `/config get`.
pub fn details(shown: &Shown) -> Draft {
    let Shown { listed, value, is_own, marks } = shown;
    let origin = if *is_own { "chosen for this server" } else { "the default" };
    let change = match listed.command {
        Some(command) => format!("Changed by {}.", command.to_sentence().markdown(NO_COMMANDS)),
        None => format!("It can be {}.", listed.setting.allowed()),
    };
    Draft::text(format!(
        "**{}** (`{}`) is **{value}**, {origin}.\n{} {change}{}",
        listed.title,
        listed.setting.key(),
        listed.about,
        marks.iter().fold(String::new(), |all, mark| all + "\n" + mark + ".")
    ))
}

/// The answer to `/config set` and `/config reset`.
pub fn changed(listed: &Listed, change: &Change) -> Draft {
    let [before, now] = [&change.before, &change.after].map(|value| listed.setting.in_words(value.as_deref()));
    if before == now {
        return Draft::text(format!("**{}** is **{now}**, as it was.", listed.title));
    }
    Draft::text(format!("**{}** is now **{now}**; it was **{before}**.", listed.title))
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

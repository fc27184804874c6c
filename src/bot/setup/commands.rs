//! `/setup`, `/show-settings`, `/config`, `/setdebugchannel` and `/cleandebugchannel`.

use poise::ChoiceParameter;
use serenity::all::ChannelId;

use super::autocomplete::{complete_changeable_key, complete_key, complete_value, listed, meant, named};
use super::components;
use super::views::{self, Shown, Warnings};
use crate::activity::debug_channel::{DEBUG_CHANNEL, NEEDS};
use crate::bot::coins::views::economy;
use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::references::{self, Server};
use crate::discord::{Bot, Caller, Command, Context, Draft, answer, channel_setting, debug_channel, invitation};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::text::one_line;
use crate::references::BrokenReference;
use crate::settings::{self, Area, Change, Listed, NewValue, SettingRefusal};
use crate::store::{Read, Tx};

/// The debug channel, as `/setup` offers it.
pub static DEBUG_PLACE: EveningChannel = EveningChannel {
    id: "debug",
    rank: 5,
    title: "Debug",
    about: "where your team reads about gifts, coins, links and trouble",
    name: "greenroom-debug",
    seen_by: SeenBy::Team,
    needs: &NEEDS,
    kept: Kept::Setting(&DEBUG_CHANNEL),
};

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![setup(), show_settings(), config(), setdebugchannel(), cleandebugchannel()]
}

/// The groups of `/config list`.
#[derive(Clone, Copy, Debug, ChoiceParameter)]
enum AreaChoice {
    #[name = "music"]
    Music,
    #[name = "economy"]
    Economy,
    #[name = "tasks"]
    Tasks,
    #[name = "general"]
    General,
}

impl AreaChoice {
    const fn area(self) -> Area {
        match self {
            Self::Music => Area::Music,
            Self::Economy => Area::Economy,
            Self::Tasks => Area::Tasks,
            Self::General => Area::General,
        }
    }
}

/// Choose the channels of your evenings in one form
#[poise::command(slash_command)]
async fn setup(ctx: Context<'_>) -> Result<()> {
    let work = async { components::show(ctx.data(), Caller::of(ctx)?.guild, 0, components::Note::default()).await };
    answer(ctx, Box::pin(work)).await
}

/// Show the bot settings of this server
#[poise::command(slash_command, rename = "show-settings")]
async fn show_settings(ctx: Context<'_>) -> Result<()> {
    let work = async {
        let Caller { guild, .. } = Caller::of(ctx)?;
        // Whether the bot may pin is not among what serenity reads; where it may not, the display says so.
        let missing = ctx.interaction.app_permissions.map(|granted| granted.bits() | invitation::PIN_MESSAGES);
        let missing = missing.map(invitation::missing).unwrap_or_default();
        let warnings = Warnings { missing, lacks_intents: ctx.data().lacks_intents() };
        let problems = references::look_or_known(ctx.data(), guild).await?;
        Ok(views::overview(&shown(ctx, None, &problems).await?, warnings, &problems).row(economy::button()))
    };
    answer(ctx, Box::pin(work)).await
}

/// Server configuration
#[poise::command(slash_command, subcommand_required, subcommands("list", "get", "set", "reset"))]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn config(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// List the settings
#[poise::command(slash_command)]
async fn list(ctx: Context<'_>, #[description = "What the settings are about"] area: Option<AreaChoice>) -> Result<()> {
    answer(ctx, async {
        let problems = references::known(ctx.data(), Caller::of(ctx)?.guild).await?;
        let settings = shown(ctx, area.map(AreaChoice::area), &problems).await?;
        Ok(match area {
            Some(area) => views::list(&settings, &format!("Settings: {}", area.name())),
            None => views::all(&settings),
        })
    })
    .await
}

/// Show one setting
#[poise::command(slash_command)]
async fn get(
    ctx: Context<'_>,
    #[description = "Which setting"]
    #[autocomplete = "complete_key"]
    key: String,
) -> Result<()> {
    answer(ctx, async {
        let Caller { guild, .. } = Caller::of(ctx)?;
        let listed = find(&key)?;
        let shown = ctx.data().store.read("setting_shown", move |read| look_at(read, guild, listed)).await?;
        let problems = references::known(ctx.data(), guild).await?;
        Ok(views::details(&shown.with(&problems)))
    })
    .await
}

/// Change one setting
#[poise::command(slash_command)]
async fn set(
    ctx: Context<'_>,
    #[description = "Which setting"]
    #[autocomplete = "complete_changeable_key"]
    key: String,
    #[description = "The new value"]
    #[autocomplete = "complete_value"]
    value: String,
) -> Result<()> {
    let work = async {
        let listed = find(&key)?;
        require_there(ctx.data(), Caller::of(ctx)?.guild, listed, &value).await?;
        change(ctx, listed, move |tx, guild, by| listed.change(tx, guild, by, &value)).await
    };
    // Boxed, because what serenity keeps across its requests is large.
    answer(ctx, Box::pin(work)).await
}

/// Back to the default
#[poise::command(slash_command)]
async fn reset(
    ctx: Context<'_>,
    #[description = "Which setting"]
    #[autocomplete = "complete_key"]
    key: String,
) -> Result<()> {
    let listed = find(&key)?;
    let reset = move |tx: &Tx<'_>, guild: GuildId, by: Actor| {
        settings::change(tx, guild, by, listed.setting, &NewValue::Default)
    };
    answer(ctx, change(ctx, listed, reset)).await
}

/// Set the debug channel
#[poise::command(slash_command)]
async fn setdebugchannel(
    ctx: Context<'_>,
    #[description = "Channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    channel_setting::set(ctx, &DEBUG_PLACE, channel, "Lines for administrators go to").await
}

/// Delete the messages in the debug channel
#[poise::command(slash_command)]
async fn cleandebugchannel(ctx: Context<'_>) -> Result<()> {
    let work = async {
        let cleaned = debug_channel::clean(ctx.data(), Caller::of(ctx)?.guild).await?;
        Ok(views::cleaned(&cleaned))
    };
    answer(ctx, Box::pin(work)).await
}

/// Refuses to set what the server has not. What another command sets is refused anyway.
async fn require_there(bot: &Bot, guild: GuildId, listed: &Listed, typed: &str) -> Result<()> {
    if listed.command.is_some() || listed.setting.targets_typed(typed).is_empty() {
        return Ok(());
    }
    let server = Server::ask(bot, guild).await.map_err(|undelivered| Error::Failed(undelivered.into()))?;
    channel_setting::require_named(&server, listed, typed).map(drop)
}

/// The settings of an area, or all, as they count in the caller's guild.
async fn shown(ctx: Context<'_>, area: Option<Area>, problems: &[BrokenReference]) -> Result<Vec<Shown>> {
    let Caller { guild, .. } = Caller::of(ctx)?;
    let shown: Vec<Shown> = ctx
        .data()
        .store
        .read("settings_shown", move |read| {
            let of_area = listed().filter(|listed| area.is_none_or(|area| listed.area == area));
            of_area.map(|listed| look_at(read, guild, listed)).collect::<Result<_>>()
        })
        .await?;
    Ok(shown.into_iter().map(|shown| shown.with(problems)).collect())
}

fn look_at(read: &dyn Read, guild: GuildId, listed: &'static Listed) -> Result<Shown> {
    let value = listed.setting.shown(read, guild)?;
    Ok(Shown { listed, value, is_own: listed.setting.is_own(read, guild)?, marks: Vec::new() })
}

/// The setting that somebody named by its key, or by its title.
fn find(typed: &str) -> Result<&'static Listed> {
    let unknown = || SettingRefusal::Unknown { typed: one_line(typed.trim(), 64), meant: meant(typed) }.into();
    named(typed).ok_or_else(unknown)
}

/// Changes a setting, and says what it was and is.
async fn change(
    ctx: Context<'_>,
    listed: &'static Listed,
    operation: impl Fn(&Tx<'_>, GuildId, Actor) -> Result<Change> + Send + 'static,
) -> Result<Draft> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let changed =
        ctx.data().store.write("setting_changed", move |tx| operation(tx, guild, Actor::Member(user))).await?;
    Ok(views::changed(listed, &changed))
}

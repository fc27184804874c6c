//! `/remind`, what comes when a reminder is due, and `/profile`, by whose time zone it is planned.

use serenity::all::{AutocompleteChoice, ButtonStyle, Colour, CreateAutocompleteResponse};
use serenity::builder::{
    CreateActionRow, CreateButton, CreateEmbed, CreateSelectMenu, CreateSelectMenuKind, CreateSelectMenuOption,
};
use strum::{Display, EnumString, VariantArray};

use super::Face;
use crate::discord::access::Access;
use crate::discord::choice::choice;
use crate::discord::component::{Acknowledge, Button, Click, Menu, Part};
use crate::discord::delivery::Undelivered;
use crate::discord::{Bot, Caller, Context, ContextExt, Draft};
use crate::features::reminders::service::{self, DUE, Noted, Reminder, ReminderId, State, Wanted};
use crate::jobs::{Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::{MomentStyle, code, escape, mention, moment, one_line, truncate};
use crate::kernel::time::Timestamp;
use crate::profile::{self, MemberZone};
use crate::runner::{Handler, Worth};
use crate::store::Tx;

/// What it registers.
pub const FACE: Face = Face {
    commands: || vec![remind(), profile()],
    components: &[&SNOOZE, &CANCEL],
    jobs: &[&DUE_HANDLER],
    ..Face::named("reminders")
};

const COLOUR: Colour = Colour::new(0x0058_65F2);
/// The most choices that Discord shows, and the most of a menu.
const CHOICES: usize = 25;
/// The longest name of a choice.
const CHOICE: usize = 100;
/// The longest description of an embed.
const DESCRIPTION: usize = 4_096;
/// A text longer than this is cut in a list.
const SHORT: usize = 80;

/// Until when a reminder is put off, in a form that is understood as a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantArray)]
pub enum Snooze {
    /// A little.
    #[strum(serialize = "10 min")]
    Minutes,
    /// A while.
    #[strum(serialize = "1 h")]
    Hour,
    /// To the next morning.
    Tomorrow,
}

impl Part for Snooze {}
impl Part for ReminderId {}

/// Lets a reminder come once more. Its guild is named, because it may be pressed in a direct message; nobody but its maker can.
pub static SNOOZE: Button<(u64, ReminderId, Snooze)> =
    Button::new("reminders:snooze", Access::Anywhere, Acknowledge::Update, |bot, click| Box::pin(snooze(bot, click)));

/// Cancels the chosen reminder of whoever chooses.
pub static CANCEL: Menu<(), ReminderId> =
    Menu::new("reminders:cancel", Access::Anywhere, Acknowledge::Update, |bot, click| {
        Box::pin(cancel_chosen(bot, click))
    });

/// Delivers a reminder, however late, and later forgets it.
pub static DUE_HANDLER: Handler<Bot> =
    Handler { kind: DUE.name(), worth: Worth::Always, run: |bot, run| Box::pin(due(bot, run)) };

/// Reminders for yourself
#[poise::command(slash_command, subcommand_required, subcommands("me", "list", "cancel"))]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn remind(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// Set a reminder
#[poise::command(slash_command)]
async fn me(
    ctx: Context<'_>,
    #[description = "When: 2h30m, tomorrow 9:00, 24 dec 6pm, every monday 18:00"] when: String,
    #[description = "What you want to be reminded of"]
    #[max_length = 500]
    message: String,
) -> Result<()> {
    let Caller { guild, user, channel, .. } = Caller::anywhere(ctx);
    let wanted = Wanted { user, channel, when, text: message };
    let by = ctx.data().command_mention("profile");
    ctx.write("reminder_set", move |tx| service::set(tx, guild, &wanted), |noted| noted_view(noted, &by)).await
}

/// List your reminders
#[poise::command(slash_command)]
async fn list(ctx: Context<'_>) -> Result<()> {
    let Caller { guild, user, .. } = Caller::anywhere(ctx);
    ctx.read("reminders", move |read| service::of_user(read, guild, user), |found| list_view(found)).await
}

/// Cancel a reminder
#[poise::command(slash_command)]
async fn cancel(
    ctx: Context<'_>,
    #[description = "Which one"]
    #[min = 1]
    #[autocomplete = "complete_reminder"]
    reminder_id: u64,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::anywhere(ctx);
    let id = ReminderId::new(reminder_id);
    let cancelled = |reminder: &Reminder| Draft::text(format!("🗑️ Cancelled: {}", code(&in_line(id, reminder))));
    ctx.write("reminder_cancelled", move |tx| service::cancel(tx, guild, user, id), cancelled).await
}

async fn complete_reminder(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let Caller { guild, user, .. } = Caller::anywhere(ctx);
    let found = ctx.data().store.read("reminders", move |read| service::of_user(read, guild, user)).await;
    let shown = found.unwrap_or_default().into_iter().map(|(id, reminder)| (in_line(id, &reminder), id));
    let fitting = shown.filter(|(shown, _)| shown.contains(typed.trim())).take(CHOICES);
    CreateAutocompleteResponse::new()
        .set_choices(fitting.map(|(shown, id)| AutocompleteChoice::new(truncate(&shown, CHOICE), id.get())).collect())
}

/// Show or set your time zone
#[poise::command(slash_command)]
async fn profile(
    ctx: Context<'_>,
    #[description = "Type your city, or what your clock shows now; none: the server's time zone"]
    #[autocomplete = "complete_zone"]
    timezone: Option<String>,
) -> Result<()> {
    let (Caller { guild, user, .. }, now) = (Caller::anywhere(ctx), ctx.data().clock.now());
    let view = |own: &MemberZone| zone_view(own, now);
    match timezone {
        None => ctx.read("profile", move |read| profile::zone_of(read, guild, user), view).await,
        Some(typed) => ctx.write("zone_chosen", move |tx| profile::choose_zone(tx, guild, user, &typed), view).await,
    }
}

#[expect(clippy::unused_async, reason = "autocomplete functions are asynchronous")]
async fn complete_zone(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let like = profile::zones_like(typed, ctx.data().clock.now()).into_iter().take(CHOICES);
    CreateAutocompleteResponse::new().set_choices(like.map(|(zone, shown)| choice(shown, zone)).collect())
}

async fn snooze(bot: &Bot, click: Click<(u64, ReminderId, Snooze)>) -> Result<Draft> {
    let ((guild, id, until), user) = (click.arguments, click.caller.user);
    let (guild, until) = (GuildId::new(guild), until.to_string());
    let snoozed = move |tx: &Tx<'_>| service::snooze(tx, guild, user, id, &until);
    let reminder = bot.store.write("reminder_snoozed", snoozed).await?;
    Ok(reminder_view(&reminder, &format!("\n-# Again {}", moment(reminder.due, MomentStyle::Relative))))
}

async fn cancel_chosen(bot: &Bot, click: Click<(), ReminderId>) -> Result<Draft> {
    let (Caller { guild, user, .. }, id) = (click.caller, click.picked);
    let cancelled = move |tx: &Tx<'_>| {
        service::cancel(tx, guild, user, id)?;
        service::of_user(tx, guild, user)
    };
    Ok(list_view(&bot.store.write("reminder_cancelled", cancelled).await?))
}

async fn due(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (guild, id, job) = (run.guild, DUE.payload(&run)?, run.id);
    match bot.store.read("reminder_due", move |read| service::waiting_for(read, guild, id, job)).await? {
        None => Ok(()),
        Some(reminder) if reminder.state == State::Open => {
            let state = deliver(bot, &run, id, &reminder).await?;
            Ok(bot.store.write("reminder_ended", move |tx| service::end(tx, guild, id, job, state)).await?)
        }
        Some(_) => Ok(bot.store.write("reminder_forgotten", move |tx| service::forget(tx, guild, id, job)).await?),
    }
}

/// Posts a reminder where it was set; where that fails for good, sends it to its maker.
async fn deliver(bot: &Bot, run: &Run, id: ReminderId, reminder: &Reminder) -> Result<State, Undelivered> {
    let draft = due_view((run.guild, id), reminder, run.is_late(bot.clock.now()));
    let closed = match bot.post(reminder.channel, draft.clone(), Some(run.id)).await {
        Err(undelivered) if !undelivered.may_pass() => undelivered,
        sent => return sent.map(|_| State::Delivered),
    };
    match bot.direct_message(reminder.user, draft, Some(run.id)).await {
        Err(undelivered) if !undelivered.may_pass() => {
            tracing::info!(reminder = %id, channel = %closed, person = %undelivered, "a reminder cannot be delivered");
            Ok(State::Undelivered)
        }
        sent => sent.map(|_| State::Delivered),
    }
}

/// The answer to `/remind me`.
fn noted_view(noted: &Noted, by: &str) -> Draft {
    let Noted { id, when, is_own_zone } = noted;
    let hint = if *is_own_zone { String::new() } else { format!(" Not your time zone? {by} sets yours.") };
    Draft::text(format!(
        "⏰ Reminder **{id}** comes {}, {}: {}.{hint}",
        moment(when.at, MomentStyle::Relative),
        moment(when.at, MomentStyle::ShortDateTime),
        code(&when.to_string())
    ))
}

/// A reminder that is due.
fn due_view((guild, id): (GuildId, ReminderId), reminder: &Reminder, is_late: bool) -> Draft {
    let since = moment(reminder.due, MomentStyle::ShortDateTime);
    let late =
        if is_late { format!("\n-# Late: it was due {since}, and I could not tell you then.") } else { String::new() };
    let button = |snooze: &Snooze| {
        CreateButton::new(SNOOZE.with(&(guild.get(), id, *snooze)))
            .label(snooze.to_string())
            .style(ButtonStyle::Secondary)
    };
    let buttons = CreateActionRow::Buttons(Snooze::VARIANTS.iter().map(button).collect());
    reminder_view(reminder, &late).pinging(reminder.user).row(buttons)
}

fn reminder_view(reminder: &Reminder, note: &str) -> Draft {
    Draft::text(format!("⏰ {} {}{note}", mention(reminder.user), escape(&reminder.text)))
}

/// What somebody is to be reminded of, with a menu to cancel.
fn list_view(found: &[(ReminderId, Reminder)]) -> Draft {
    if found.is_empty() {
        return Draft::text("You have no reminders. `/remind me` sets one.");
    }
    let line = |(id, reminder): &(ReminderId, Reminder)| {
        let (due, text) = (moment(reminder.due, MomentStyle::ShortDateTime), one_line(&reminder.text, SHORT));
        let lost = if reminder.state == State::Undelivered { " · ⚠️ could not be delivered" } else { "" };
        let every = reminder.every.map(|every| format!(" · {every}")).unwrap_or_default();
        format!("**{id}** · {due}{every}{lost} · {}", escape(&text))
    };
    let lines = found.iter().map(line).collect::<Vec<_>>().join("\n");
    let embed = CreateEmbed::new().title("Your reminders").colour(COLOUR).description(truncate(&lines, DESCRIPTION));
    let option = |(id, reminder): &(ReminderId, Reminder)| {
        CreateSelectMenuOption::new(truncate(&in_line(*id, reminder), CHOICE), CANCEL.value(id))
    };
    let kind = CreateSelectMenuKind::String { options: found.iter().take(CHOICES).map(option).collect() };
    let menu = CreateSelectMenu::new(CANCEL.with(&()), kind).placeholder("Cancel a reminder");
    Draft::embed(embed).row(CreateActionRow::SelectMenu(menu))
}

/// A reminder in one line without marks.
fn in_line(id: ReminderId, reminder: &Reminder) -> String {
    format!("{id} · {} · {}", reminder.zone().in_words(reminder.due), one_line(&reminder.text, SHORT))
}

/// The answer to `/profile`.
fn zone_view(own: &MemberZone, now: Timestamp) -> Draft {
    let MemberZone { zone, is_own } = own;
    let whose = if *is_own { "Your time zone is" } else { "You have not chosen a time zone, so what counts is" };
    let (name, now) = (code(zone.name()), zone.in_words(now));
    Draft::text(format!("🕰️ {whose} {name}: it is **{now}** there. `timezone` of `/profile` sets yours."))
}

#[cfg(test)]
mod tests;

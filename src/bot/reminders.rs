//! `/remind`, and what comes when a reminder is due.

use serenity::all::{ButtonStyle, CreateAutocompleteResponse};
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed};

use super::Face;
use crate::discord::access::Access;
use crate::discord::choice::{number_choice, offer_found};
use crate::discord::component::{Acknowledge, Button, Click, Menu, Part};
use crate::discord::{BLURPLE, Bot, Caller, Context, ContextExt, Draft};
use crate::features::reminders::service::{self, DUE, Reminder, ReminderId, Set, State};
use crate::jobs::{Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::{MomentStyle, code, escape, escape_around_links, mention, moment, one_line, truncate};
use crate::runner::{Handler, Worth};
use crate::store::{Read, Tx};

/// What it registers.
pub const FACE: Face = Face {
    commands: || vec![remind()],
    components: &[&SNOOZE, &CANCEL],
    jobs: &[&DUE_HANDLER],
    ..Face::named("reminders")
};

/// The longest description of an embed.
const DESCRIPTION: usize = 4_096;
/// A text longer than this is cut in a list.
const SHORT: usize = 80;

/// Until when a reminder may be put off, as its buttons say and as is understood as a moment.
const SNOOZES: [&str; 3] = ["10 min", "1 h", "Tomorrow"];

impl Part for ReminderId {}

/// Lets a reminder come once more at a moment that is typed like one. Its guild is named, because it may be pressed in a direct
/// message; nobody but its maker can.
pub static SNOOZE: Button<(u64, ReminderId, String)> =
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
    let profile = ctx.data().command_mention("profile");
    let set = move |tx: &Tx<'_>| service::set(tx, guild, (user, channel), &when, &message);
    ctx.write("reminder_set", set, |set| set_view(set, &profile)).await
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
    let cancelled = move |tx: &Tx<'_>| service::cancel(tx, guild, user, id);
    ctx.write("reminder_cancelled", cancelled, |reminder| cancelled_view(id, reminder)).await
}

async fn complete_reminder(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let search = |read: &dyn Read, caller: &Caller, typed: &str| -> Result<Vec<_>> {
        let mut found = service::of_user(read, caller.guild, caller.user)?;
        found.retain(|(id, reminder)| in_line(*id, reminder).contains(typed.trim()));
        Ok(found)
    };
    offer_found(ctx, typed, search, |(id, reminder)| number_choice(&in_line(*id, reminder), id.get())).await
}

async fn snooze(bot: &Bot, click: Click<(u64, ReminderId, String)>) -> Result<Draft> {
    let ((guild, id, until), user) = (click.arguments, click.caller.user);
    let snoozed = move |tx: &Tx<'_>| service::snooze(tx, GuildId::new(guild), user, id, &until);
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

/// Posts a reminder where it was set; where that fails for good, sends it to its maker.
async fn due(bot: &Bot, run: Run) -> Result<(), Setback> {
    let ring = DUE.ring(&run)?;
    let waiting = bot.store.read("reminder_due", move |read| DUE.waiting(read, ring)).await?;
    let Some(reminder) = waiting else { return Ok(()) };
    let mut state = reminder.state;
    if state == State::Open {
        let draft = due_view((run.guild, ring.id), &reminder, run.is_late(bot.clock.now()));
        let is_told = bot.post_or_tell((reminder.channel, reminder.user), draft, run.id).await?;
        state = if is_told { State::Delivered } else { State::Undelivered };
    }
    Ok(bot.store.write("reminder_ended", move |tx| service::end(tx, ring, state)).await?)
}

/// The answer to `/remind me`. `profile` sets the time zone by which it is `planned`.
fn set_view((id, when, planned): &Set, profile: &str) -> Draft {
    let is_named = planned.is_own || when.zone != planned.zone;
    let hint = if is_named { String::new() } else { format!(" Not your time zone? {profile} sets yours.") };
    let [soon, at] = [MomentStyle::Relative, MomentStyle::ShortDateTime].map(|style| moment(when.at, style));
    Draft::text(format!("⏰ Reminder **{id}** comes {soon}, {at}: {}.{hint}", code(&when.to_string())))
}

/// The answer to `/remind cancel`.
fn cancelled_view(id: ReminderId, reminder: &Reminder) -> Draft {
    let series = if reminder.every.is_some() { " It does not come again." } else { "" };
    Draft::text(format!("🗑️ Cancelled: {}.{series}", code(&in_line(id, reminder))))
}

/// A reminder that is due.
fn due_view((guild, id): (GuildId, ReminderId), reminder: &Reminder, is_late: bool) -> Draft {
    let since = moment(reminder.due, MomentStyle::ShortDateTime);
    let late =
        if is_late { format!("\n-# Late: it was due {since}, and I could not tell you then.") } else { String::new() };
    let button = |until: &str| {
        let id = SNOOZE.with(&(guild.get(), id, until.to_owned()));
        CreateButton::new(id).label(until).style(ButtonStyle::Secondary)
    };
    let buttons = CreateActionRow::Buttons(SNOOZES.map(button).to_vec());
    reminder_view(reminder, &late).pinging(reminder.user).row(buttons)
}

fn reminder_view(reminder: &Reminder, note: &str) -> Draft {
    Draft::text(format!("⏰ {} {}{note}", mention(reminder.user), escape_around_links(&reminder.text)))
}

/// What somebody is to be reminded of, with a menu to cancel.
fn list_view(found: &[(ReminderId, Reminder)]) -> Draft {
    if found.is_empty() {
        return Draft::text("You have no reminders. `/remind me` sets one.");
    }
    let line = |(id, reminder): &(ReminderId, Reminder)| {
        let (due, text) = (moment(reminder.due, MomentStyle::ShortDateTime), one_line(&reminder.text, SHORT));
        let lost = if reminder.state == State::Undelivered { " · ⚠️ could not be delivered" } else { "" };
        format!("**{id}** · {due}{}{lost} · {}", every(reminder), escape(&text))
    };
    let lines = found.iter().map(line).collect::<Vec<_>>().join("\n");
    let embed = CreateEmbed::new().title("Your reminders").colour(BLURPLE).description(truncate(&lines, DESCRIPTION));
    let choices = found.iter().map(|(id, reminder)| CANCEL.choice(&in_line(*id, reminder), id));
    Draft::embed(embed).row(CANCEL.menu(&(), "Cancel a reminder", choices))
}

/// A reminder in one line without marks.
fn in_line(id: ReminderId, reminder: &Reminder) -> String {
    let (due, text) = (reminder.zone().in_words(reminder.due), one_line(&reminder.text, SHORT));
    format!("{id} · {due}{} · {text}", every(reminder))
}

/// How a reminder comes again, behind its moment.
fn every(reminder: &Reminder) -> String {
    reminder.every.map(|every| format!(" · {every}")).unwrap_or_default()
}

#[cfg(test)]
mod tests;

//! `/help`.

use serenity::all::CreateAutocompleteResponse;

use super::views;
use crate::discord::choice::{choice, offer};
use crate::discord::{Command, Context, answer};
use crate::kernel::error::Result;
use crate::kernel::text::{self, one_line, typed_name};
use crate::{refusals, sentence};

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![help()]
}

/// List the commands you can use
#[poise::command(slash_command)]
async fn help(
    ctx: Context<'_>,
    #[description = "Show one command in detail"]
    #[autocomplete = "complete_command"]
    command: Option<String>,
) -> Result<()> {
    answer(ctx, async {
        match command {
            None => Ok(views::overview(usable(ctx), &|command| ctx.data().command_mention(&command.name))),
            Some(wanted) => find(ctx, &wanted)
                .map(|(group, command)| {
                    views::details(group, command, &ctx.data().command_mention(&command.qualified_name))
                })
                .ok_or_else(|| no_such_command(ctx, &wanted).into()),
        }
    })
    .await
}

refusals! {
    /// Why nothing is told about a command.
    enum HelpRefusal {
        /// What was typed names none that the caller can use.
        NoSuchCommand {
            /// What was typed.
            typed: String,
            /// The one that was probably meant.
            meant: Option<String>,
        } => "help.no_such_command" as NotThere,
            "There is no command {typed} that you can use. {question}Run `/help` without a command to see all of them.",
            typed, question = meant.as_ref().map(|name| sentence!("Did you mean `/{name}`? ", name));
    }
}

/// What was typed names none, and perhaps means one of those that the caller can use.
fn no_such_command(ctx: Context<'_>, typed: &str) -> HelpRefusal {
    let known = named(ctx).map(|(_, command)| &*command.qualified_name);
    let meant = text::meant(known, typed).map(ToOwned::to_owned);
    HelpRefusal::NoSuchCommand { typed: one_line(typed, 32), meant }
}

#[expect(clippy::unused_async, reason = "autocomplete functions are asynchronous")]
async fn complete_command(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let typed = typed_name(typed);
    let fitting =
        named(ctx).map(|(_, command)| &command.qualified_name).filter(|name| typed_name(name).contains(&typed));
    // What begins so comes first; a group comes before its parts in either case.
    let (begins, holds): (Vec<_>, Vec<_>) = fitting.partition(|name| typed_name(name).starts_with(&typed));
    offer(begins.into_iter().chain(holds).map(|name| choice(format_args!("/{name}"), name)))
}

fn find<'a>(ctx: Context<'a>, wanted: &str) -> Option<(&'a Command, &'a Command)> {
    let wanted = typed_name(wanted);
    named(ctx).find(|(_, command)| typed_name(&command.qualified_name) == wanted)
}

/// Every name that the caller can ask for, with the command at whose place it stands: the commands first, then their parts.
fn named(ctx: Context<'_>) -> impl Iterator<Item = (&Command, &Command)> {
    let parts = usable(ctx).flat_map(|group| group.subcommands.iter().map(move |part| (group, part)));
    usable(ctx).map(|command| (command, command)).chain(parts)
}

/// The commands that the caller can use here.
fn usable(ctx: Context<'_>) -> impl Iterator<Item = &Command> {
    let in_guild = ctx.interaction.guild_id.is_some();
    let permissions = ctx.interaction.member.as_ref().and_then(|member| member.permissions).unwrap_or_default();
    ctx.framework.options.commands.iter().filter(move |command| {
        let fits_place = in_guild || !command.guild_only;
        fits_place && (permissions.administrator() || !views::is_for_administrators(command))
    })
}

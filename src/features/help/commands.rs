//! `/help`.

use serenity::all::{Colour, CreateAutocompleteResponse, Permissions};
use serenity::builder::CreateEmbed;

use crate::discord::choice::{choice, value_in};
use crate::discord::{Command, Context, Draft, answer};
use crate::kernel::error::{Refuse, Result};
use crate::kernel::text::{escape, one_line, truncate};

const COLOUR: Colour = Colour::new(0x0058_65F2);

/// The command of this feature.
pub fn all() -> Vec<Command> {
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
            None => Ok(overview(ctx)),
            Some(wanted) => find(ctx, &wanted)
                .map(|command| details(ctx, command))
                .ok_or_else(|| NoSuchCommand(escape(&one_line(&wanted, 32))).into()),
        }
    })
    .await
}

#[derive(Debug, thiserror::Error)]
#[error("There is no command {0} that you can use. Run `/help` without a command to see all of them.")]
struct NoSuchCommand(String);

impl Refuse for NoSuchCommand {
    fn code(&self) -> &'static str {
        "help.no_such_command"
    }
}

fn overview(ctx: Context<'_>) -> Draft {
    let lines = |of: &[&Command]| {
        let lines: Vec<String> =
            of.iter().map(|command| format!("{} – {}", mention(ctx, command), description(command))).collect();
        lines.join("\n")
    };
    let (for_administrators, for_all): (Vec<_>, Vec<_>) =
        usable(ctx).partition(|command| is_for_administrators(command));
    let mut embed = CreateEmbed::new().title("Commands").colour(COLOUR).description(lines(&for_all));
    for (part, commands) in for_administrators.chunks(10).enumerate() {
        let name = if part == 0 { "For administrators" } else { "\u{200b}" };
        embed = embed.field(name, truncate(&lines(commands), 1024), false);
    }
    Draft::embed(embed)
}

fn details(ctx: Context<'_>, command: &Command) -> Draft {
    let mut text = format!("{}\n", description(command));
    for option in &command.parameters {
        let needed = if option.required { "" } else { " (optional)" };
        let what = option.description.as_deref().unwrap_or_default();
        text.push_str(&format!("\n`{}`{needed} – {what}", option.name));
    }
    for part in &command.subcommands {
        text.push_str(&format!("\n`{} {}` – {}", command.name, part.name, description(part)));
    }
    if is_for_administrators(command) {
        text.push_str("\n\nFor people with the **Administrator** permission.");
    }
    Draft::embed(CreateEmbed::new().title(format!("/{}", command.name)).colour(COLOUR).description(text).field(
        "Use it",
        mention(ctx, command),
        false,
    ))
}

#[expect(clippy::unused_async, reason = "autocomplete functions are asynchronous")]
async fn complete_command(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let typed = typed.trim().trim_start_matches('/').to_lowercase();
    let names = usable(ctx).map(|command| command.name.to_string()).filter(|name| name.contains(&typed));
    CreateAutocompleteResponse::new()
        .set_choices(names.take(25).map(|name| choice(format_args!("/{name}"), &name)).collect())
}

fn find<'a>(ctx: Context<'a>, wanted: &str) -> Option<&'a Command> {
    let wanted = value_in(wanted).trim_start_matches('/');
    usable(ctx).find(|command| command.name == wanted)
}

/// The commands that the caller can use here.
fn usable(ctx: Context<'_>) -> impl Iterator<Item = &Command> {
    let in_guild = ctx.interaction.guild_id.is_some();
    let permissions = ctx.interaction.member.as_ref().and_then(|member| member.permissions).unwrap_or_default();
    ctx.framework.options.commands.iter().filter(move |command| {
        let fits_place = in_guild || !command.guild_only;
        fits_place && (permissions.administrator() || !is_for_administrators(command))
    })
}

fn is_for_administrators(command: &Command) -> bool {
    command.default_member_permissions.contains(Permissions::ADMINISTRATOR)
}

fn mention(ctx: Context<'_>, command: &Command) -> String {
    ctx.data().command_mention(&command.name)
}

fn description(command: &Command) -> &str {
    command.description.as_deref().unwrap_or_default()
}

//! What people read of commands.

use serenity::all::Permissions;
use serenity::builder::CreateEmbed;

use crate::discord::access::is_for_admins;
use crate::discord::{BLURPLE, Command, Draft};
use crate::kernel::text::truncate;

/// All commands that somebody can use: first those of everybody. `mention` is how one is written so that it can be clicked.
pub fn overview<'a>(usable: impl Iterator<Item = &'a Command>, mention: &dyn Fn(&Command) -> String) -> Draft {
    let lines = |of: &[&Command]| {
        let lines: Vec<String> =
            of.iter().map(|command| format!("{} – {}", mention(command), description(command))).collect();
        lines.join("\n")
    };
    let (for_administrators, for_all): (Vec<_>, Vec<_>) = usable.partition(|command| is_for_administrators(command));
    let mut embed = CreateEmbed::new().title("Commands").colour(BLURPLE).description(lines(&for_all));
    for (part, commands) in for_administrators.chunks(10).enumerate() {
        let name = if part == 0 { "For administrators" } else { "\u{200b}" };
        embed = embed.field(name, truncate(&lines(commands), 1024), false);
    }
    Draft::embed(embed)
}

/// What a command does and takes. A subcommand is for those for whom its group is.
pub fn details(group: &Command, command: &Command, mention: &str) -> Draft {
    let name = &command.qualified_name;
    let mut text = format!("{}\n", description(command));
    for option in &command.parameters {
        let needed = if option.required { "" } else { " (optional)" };
        let what = option.description.as_deref().unwrap_or_default();
        text.push_str(&format!("\n`{}`{needed} – {what}", option.name));
    }
    for part in &command.subcommands {
        text.push_str(&format!("\n`{name} {}` – {}", part.name, description(part)));
    }
    if is_for_admins(group) {
        text.push_str("\n\nFor people with the **Administrator** permission or an admin role.");
    } else if is_for_administrators(group) {
        text.push_str("\n\nFor people with the **Administrator** permission.");
    }
    let embed = CreateEmbed::new().title(format!("/{name}")).colour(BLURPLE).description(text);
    Draft::embed(embed.field("Use it", mention, false))
}

/// Whether it is told to people with the Administrator permission alone; those with an admin role know what they have it for.
pub(super) fn is_for_administrators(command: &Command) -> bool {
    command.default_member_permissions.contains(Permissions::ADMINISTRATOR) || is_for_admins(command)
}

fn description(command: &Command) -> &str {
    command.description.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::FACE;
    use super::*;
    use crate::bot::tests::{message_of, messages_of};

    /// `/help`, and the same for administrators under another name.
    fn commands() -> [Command; 2] {
        let [help, mut clear] = [(); 2].map(|()| FACE.all_commands(false).remove(0));
        (clear.name, clear.qualified_name) = ("clear-free".into(), "clear-free".into());
        clear.default_member_permissions = Permissions::ADMINISTRATOR;
        [clear, help]
    }

    #[test]
    fn all_commands_are_listed_with_those_of_everybody_first() {
        let listed = overview(commands().iter(), &|command| format!("</{}:1>", command.name));
        insta::assert_snapshot!(message_of(listed), @"
        ╒ Commands
        </help:1> – List the commands you can use
        For administrators: </clear-free:1> – List the commands you can use
        ");
    }

    #[test]
    fn a_command_tells_what_it_does_and_takes() {
        let shown = commands().map(|command| details(&command, &command, &format!("</{}:1>", command.name)));
        insta::assert_snapshot!(messages_of(shown), @"
        ╒ /clear-free
        List the commands you can use

        `command` (optional) – Show one command in detail

        For people with the **Administrator** permission.
        Use it: </clear-free:1>
        ╒ /help
        List the commands you can use

        `command` (optional) – Show one command in detail
        Use it: </help:1>
        ");
    }
}

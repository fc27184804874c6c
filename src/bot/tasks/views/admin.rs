//! What those read who run the server.

use serenity::builder::CreateEmbed;

use super::{DESCRIPTION, SHORT, lines, name, reward};
use crate::bot::tasks::components::PENDING;
use crate::discord::{BLURPLE, Draft, paging};
use crate::features::tasks::editing::Field;
use crate::features::tasks::model::KnownTask;
use crate::features::tasks::queries::{OwnClaim, Page};
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::text::{MomentStyle, channel, code, escape, mention, message_link, moment, truncate};
use crate::money::Money;

/// A proof that waits, and where it is posted.
pub type Waiting = (OwnClaim, Option<(ChannelId, MessageId)>);

/// The answer to `/task-admin create`.
pub fn created(made: &KnownTask, money: &Money) -> Draft {
    let KnownTask { id, task } = made;
    Draft::text(format!(
        "📋 Task **{id}** is made: **{}**, for {}. It is posted in {}.",
        name(made),
        reward(task.reward, money),
        channel(task.channel)
    ))
}

/// The answer to `/task-admin edit`.
pub fn edited(known: &KnownTask, field: Field) -> Draft {
    let (id, what, value) = (known.id, field.in_words(), field.text_of(&known.task));
    // What stands for a role begins with its number.
    let value = match field {
        Field::RoleName => known.task.role.as_ref().map_or_else(|| "none".to_owned(), |role| role.name.clone()),
        _ => value,
    };
    Draft::text(format!("✏️ The {what} of task **{id}** is {} now.", code(&truncate(&value, 200))))
}

/// The answer to `/task-admin delete`.
pub fn deleted(known: &KnownTask) -> Draft {
    Draft::text(format!(
        "🗑️ **{}** is deleted. Its messages and proofs go in a moment; what was paid stays paid.",
        name(known)
    ))
}

/// The answer to `/task-admin repost`.
pub fn reposted(known: &KnownTask) -> Draft {
    Draft::text(format!("📮 **{}** is posted again in {}.", name(known), channel(known.task.channel)))
}

/// The answer to `/task-admin expire`.
pub fn expired(known: &KnownTask) -> Draft {
    let open = known.task.counts.in_progress.saturating_add(known.task.counts.rejected);
    let rest = match open {
        0 => String::new(),
        1 => " One claim goes on until its own deadline.".to_owned(),
        open => format!(" {open} claims go on until their own deadlines."),
    };
    Draft::text(format!("⌛ **{}** is over and cannot be claimed any more.{rest}", name(known)))
}

/// The answer to `/task-admin assign`.
pub fn assigned(known: &KnownTask, user: UserId) -> Draft {
    Draft::text(format!("🙋 **{}** is assigned to {}, who is told.", name(known), mention(user)))
}

/// A page of what waits for a review.
pub fn pending(guild: GuildId, page: &Page<Waiting>) -> Draft {
    let row = |(own, place): &Waiting| {
        let title = escape(&truncate(&own.task.task.name, SHORT));
        let at = own.claim.claim.proof.as_ref().map(|proof| moment(proof.submitted_at, MomentStyle::Relative));
        let link = place.map(|(channel, message)| format!(" · [proof]({})", message_link(guild, channel, message)));
        format!(
            "`{}` **{title}** · {} · {}{}\n",
            own.task.id,
            mention(own.claim.claim.user),
            at.unwrap_or_default(),
            link.unwrap_or_default()
        )
    };
    let text = lines(page.rows.iter().map(row), "Nothing waits for a review.");
    let embed = CreateEmbed::new().title("Waiting for a review").colour(BLURPLE);
    let footer = paging::footer(page.page, page.pages, "The oldest first");
    Draft::embed(embed.description(truncate(&text, DESCRIPTION)).footer(footer))
        .rows(paging::buttons(&PENDING, page.page, page.pages))
}

/// The answer to `/task-admin settings`: each by its title.
pub fn settings(shown: &[(&'static str, String)]) -> Draft {
    let text = lines(shown.iter().map(|(title, value)| format!("**{title}**: {value}\n")), "");
    let embed = CreateEmbed::new().title("Settings of tasks").colour(BLURPLE);
    Draft::embed(embed.description(truncate(&text, DESCRIPTION)))
}

/// The answer to `/task-admin category` `add`.
pub fn category_added(name: &str) -> Draft {
    Draft::text(format!("📁 There is a category **{}** now.", escape(name)))
}

/// The answer to `/task-admin category` `remove`.
pub fn category_removed(name: &str) -> Draft {
    Draft::text(format!("📁 The category **{}** is gone. Tasks that are in it stay there.", escape(name)))
}

//! The answer to a slash command.
//!
//! Most commands are two sentences: who asks, and what is read or written for them and shown by a view.
//!
//! ```ignore
//! let Caller { guild, user, .. } = Caller::of(ctx)?;
//! ctx.write("skip_bought", move |tx| skip_bought::run(tx, guild, user), views::skip_bought).await
//! ```
//!
//! What is refused before, such as an option that cannot be understood, is given back with `?`, and the gateway answers it.
//! Work of several steps is a future for [`answer`].

use serenity::all::Permissions;

use super::bot::Context;
use super::draft::{Draft, Visibility};
use super::responder::Responder;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::truncate;
use crate::references::told;
use crate::store::{Read, Tx};

/// The longest message, as Discord counts.
const LONGEST_MESSAGE: usize = 2_000;

/// What a command does in one step. `name` is for the log.
pub trait ContextExt {
    /// Runs `query` on a snapshot, and answers privately with what `view` makes of what was found.
    fn read<T, Q, V>(self, name: &'static str, query: Q, view: V) -> impl Future<Output = Result<()>> + Send
    where
        Q: FnOnce(&dyn Read) -> Result<T> + Send + 'static,
        V: FnOnce(&T) -> Draft + Send,
        T: Send + 'static;

    /// Runs `operation` in a write transaction, and answers privately after the commit with what `view` makes of its
    /// outcome. What [`Store::write`](crate::store::Store::write) asks of an operation counts here.
    fn write<T, O, V>(self, name: &'static str, operation: O, view: V) -> impl Future<Output = Result<()>> + Send
    where
        O: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
        V: FnOnce(&T) -> Draft + Send,
        T: Send + 'static;

    /// The same, for what a member does to balances of their own accord: it takes a turn of theirs ([`Pace`](super::pace::Pace)).
    fn write_counted<T, O, V>(
        self,
        name: &'static str,
        whose: (GuildId, UserId),
        operation: O,
        view: V,
    ) -> impl Future<Output = Result<()>> + Send
    where
        O: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
        V: FnOnce(&T) -> Draft + Send,
        T: Send + 'static;
}

impl ContextExt for Context<'_> {
    async fn read<T, Q, V>(self, name: &'static str, query: Q, view: V) -> Result<()>
    where
        Q: FnOnce(&dyn Read) -> Result<T> + Send + 'static,
        V: FnOnce(&T) -> Draft + Send,
        T: Send + 'static,
    {
        answer(self, async { Ok(view(&self.data().store.read(name, query).await?)) }).await
    }

    async fn write<T, O, V>(self, name: &'static str, operation: O, view: V) -> Result<()>
    where
        O: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
        V: FnOnce(&T) -> Draft + Send,
        T: Send + 'static,
    {
        answer(self, async { Ok(view(&self.data().store.write(name, operation).await?)) }).await
    }

    async fn write_counted<T, O, V>(
        self,
        name: &'static str,
        (guild, user): (GuildId, UserId),
        operation: O,
        view: V,
    ) -> Result<()>
    where
        O: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
        V: FnOnce(&T) -> Draft + Send,
        T: Send + 'static,
    {
        let bot = self.data();
        let written = bot.pace.counted(guild, user, bot.store.write(name, operation));
        answer(self, async { Ok(view(&written.await?)) }).await
    }
}

/// Does the work of a slash command and answers privately with its result.
pub async fn answer(ctx: Context<'_>, work: impl Future<Output = Result<Draft>>) -> Result<()> {
    let responder = Responder::to_command(ctx.data(), ctx.interaction);
    responder.answer(Visibility::Private, work).await?;
    tell_notices(ctx, &responder).await
}

/// Does the work of a slash command and shows its result to everybody in the channel. What is refused is told privately, unless
/// that took so long that something had to be said before.
pub async fn answer_publicly(ctx: Context<'_>, work: impl Future<Output = Result<Draft>>) -> Result<()> {
    let responder = Responder::to_command(ctx.data(), ctx.interaction);
    responder.answer(Visibility::Public, work).await?;
    tell_notices(ctx, &responder).await
}

/// Answers a slash command that ended with an error.
pub(super) async fn refuse(ctx: Context<'_>, error: Error) -> Result<()> {
    let responder = Responder::to_command(ctx.data(), ctx.interaction);
    // What failed may have been the notices, so they are told after a refusal only.
    let is_refusal = matches!(error, Error::Refused(_));
    responder.refuse(error, &ctx.command().qualified_name).await?;
    if is_refusal { tell_notices(ctx, &responder).await } else { Ok(()) }
}

/// Says to an administrator, beside the answer, what the team could not be told in a debug channel.
async fn tell_notices(ctx: Context<'_>, responder: &Responder<'_>) -> Result<()> {
    let permissions = ctx.interaction.member.as_ref().and_then(|member| member.permissions);
    let is_administrator = permissions.is_some_and(Permissions::administrator);
    let Some(guild) = ctx.interaction.guild_id.filter(|_| is_administrator) else { return Ok(()) };
    let (store, guild) = (&ctx.data().store, GuildId::new(guild.get()));
    if !store.read("has_notices", move |read| told::has_notices(read, guild)).await? {
        return Ok(());
    }
    let notices = store.write("notices_taken", move |tx| told::take_notices(tx, guild)).await?;
    if notices.is_empty() {
        return Ok(());
    }
    responder.whisper(Draft::text(truncate(&notices.join("\n"), LONGEST_MESSAGE))).await
}

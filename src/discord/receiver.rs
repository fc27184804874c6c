//! Whether somebody can be given something in a server: money, a task, a reward. One judgement and one sentence for commands,
//! buttons, pages and the API.
//!
//! Bots have nothing. Whoever left, never came or was erased is given nothing meanwhile (`C-66`); what they have stays theirs, so
//! taking something from them by hand is not asked here.

use serenity::all::User;

use super::bot::{Bot, Context};
use super::standing::Asked;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::refusals;
use crate::store::is_pseudonym;

refusals! {
    /// Why somebody is given nothing.
    pub enum ReceiverRefusal {
        /// They are a bot.
        Bot => "currency.to_bot" as NotValid, "Bots have no balance, so nothing can be given to them.";
        /// They are not in the server.
        NotHere {
            /// Who.
            user: UserId,
        } => "currency.not_here", "{user} is not in this server, so nothing can be given to them.";
        /// They were erased.
        Erased => "currency.erased", "The data of this member were erased, so nothing can be given to them.";
        /// Discord does not say whether they are there.
        NotKnown => "currency.not_known",
            "Discord did not tell me just now whether they are in this server. Please try again in a moment.";
    }
}

impl Bot {
    /// Refuses who can be given nothing in a server. Discord is asked where that is not known.
    pub async fn require_receiver(&self, guild: GuildId, user: UserId) -> Result<()> {
        match self.standings.of(self, guild, user).await {
            Asked::Is(standing) if standing.is_bot => Err(ReceiverRefusal::Bot.into()),
            Asked::Is(_) => Ok(()),
            Asked::NotThere => {
                let is_erased = self.store.read("erased", move |read| is_pseudonym(read, guild, user)).await?;
                let why = if is_erased { ReceiverRefusal::Erased } else { ReceiverRefusal::NotHere { user } };
                Err(why.into())
            }
            Asked::Silent => Err(ReceiverRefusal::NotKnown.into()),
        }
    }
}

/// The same of somebody who is named in a command, with whom Discord tells of members alone what they are there.
pub fn require_named(ctx: Context<'_>, user: &User) -> Result<()> {
    if user.bot {
        return Err(ReceiverRefusal::Bot.into());
    }
    let is_here = user.id == ctx.interaction.user.id || ctx.interaction.data.resolved.members.contains_key(&user.id);
    if is_here { Ok(()) } else { Err(ReceiverRefusal::NotHere { user: UserId::new(user.id.get()) }.into()) }
}

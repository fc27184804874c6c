//! Who asks, and may they.
//!
//! Discord hides commands from people without the default permission, but a server can change that; so every command
//! and every click is checked again here, with the permissions and roles that Discord computed and sent along
//! (`M-CMD-37`). Who is a reviewer is a setting of the guild, looked up at each click (`D-20`).

use poise::BoxFuture;
use serenity::all::{Member, Permissions};

use super::bot::{Bot, Command, Context};
use crate::access::{ADMIN_ROLES, is_reviewer};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::kernel::text;
use crate::refusals;
use crate::store::Read;

/// The person behind an interaction, in a guild or in direct messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The guild; [`GuildId::INSTANCE`] in direct messages.
    pub guild: GuildId,
    /// The channel.
    pub channel: ChannelId,
    /// The person.
    pub user: UserId,
    /// Their account name, cleaned to one line of visible text, not escaped.
    pub name: String,
    /// Their roles in the guild, as Discord sent them along.
    pub roles: Vec<RoleId>,
}

/// Who may use a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every member, and everybody in direct messages.
    Anywhere,
    /// Every member.
    Everyone,
    /// Those with the guild's reviewer role, and administrators (`D-20`).
    Reviewer,
    /// Those who run the server: with a role of `admin_roles`, and administrators (`C-82`, `T-PRM-05`).
    Admin,
    /// Those with Discord's Administrator permission (`C-82`).
    Administrator,
}

refusals! {
    /// Why somebody may not use something.
    pub enum AccessRefusal {
        /// Used in a direct message.
        GuildOnly => "access.guild_only", "This works in a server only. Please use it there.";
        /// Used by someone without the permission.
        AdministratorOnly
            => "access.administrator_only" as NotAllowed,
            "Only people with the **Administrator** permission can use this.";
        /// Used by someone who does not run the server.
        AdminOnly
            => "access.admin_only" as NotAllowed,
            "Only people who run this server can use this: with the **Administrator** permission, or with one of its admin roles.";
        /// Used by someone who is no reviewer.
        ReviewerOnly => "access.reviewer_only" as NotAllowed,
            "Only reviewers can use this: people with the **Administrator** \
            permission, or with the reviewer role of this server.";
    }
}

impl Caller {
    /// The caller of a slash command; refused in direct messages.
    pub fn of(ctx: Context<'_>) -> Result<Self> {
        let interaction = ctx.interaction;
        let caller = Self::new(interaction.guild_id, interaction.channel_id, &interaction.user)?;
        Ok(caller.with_roles_of(interaction.member.as_deref()))
    }

    /// The caller of a slash command that works in direct messages as well.
    pub fn anywhere(ctx: Context<'_>) -> Self {
        let interaction = ctx.interaction;
        Self::found(interaction.guild_id, interaction.channel_id, &interaction.user)
    }

    pub(crate) fn new(
        guild: Option<serenity::all::GuildId>,
        channel: serenity::all::ChannelId,
        user: &serenity::all::User,
    ) -> Result<Self> {
        let guild = guild.ok_or(AccessRefusal::GuildOnly)?;
        Ok(Self::found(Some(guild), channel, user))
    }

    fn found(
        guild: Option<serenity::all::GuildId>,
        channel: serenity::all::ChannelId,
        user: &serenity::all::User,
    ) -> Self {
        Self {
            guild: guild.map_or(GuildId::INSTANCE, |guild| GuildId::new(guild.get())),
            channel: ChannelId::new(channel.get()),
            user: UserId::new(user.id.get()),
            name: shown_name(user),
            roles: Vec::new(),
        }
    }

    /// The same, with the roles of the member that came with the interaction.
    pub(super) fn with_roles_of(self, member: Option<&Member>) -> Self {
        Self { roles: roles_of(member), ..self }
    }

    /// The caller as the cause of a change.
    pub const fn actor(&self) -> Actor {
        Actor::Member(self.user)
    }
}

/// The longest account name that is kept, in characters; Discord's own limit.
const NAME_CHARS: usize = 32;

/// An account name fit for one line. Old names may hold what hides, turns or piles up; one with nothing visible in it
/// becomes the number of the account.
fn shown_name(user: &serenity::all::User) -> String {
    let name = text::one_line(&user.name, NAME_CHARS);
    if name.is_empty() { user.id.to_string() } else { name }
}

impl Access {
    /// Who uses something that is for these; refused in direct messages, unless it is for them as well.
    pub(crate) fn caller(
        self,
        guild: Option<serenity::all::GuildId>,
        channel: serenity::all::ChannelId,
        user: &serenity::all::User,
    ) -> Result<Caller> {
        if self == Self::Anywhere { Ok(Caller::found(guild, channel, user)) } else { Caller::new(guild, channel, user) }
    }

    /// Checks the permissions and roles that came with an interaction. Only [`Access::Reviewer`] and [`Access::Admin`] read the
    /// store.
    pub(crate) async fn check(
        self,
        bot: &Bot,
        guild: Option<serenity::all::GuildId>,
        member: Option<&Member>,
    ) -> Result<()> {
        let permissions = member.and_then(|member| member.permissions).unwrap_or(Permissions::empty());
        match self {
            Self::Anywhere | Self::Everyone => Ok(()),
            Self::Administrator | Self::Admin | Self::Reviewer if permissions.administrator() => Ok(()),
            Self::Administrator => Err(AccessRefusal::AdministratorOnly.into()),
            Self::Admin if has_role(bot, guild, member, is_admin).await? => Ok(()),
            Self::Admin => Err(AccessRefusal::AdminOnly.into()),
            Self::Reviewer if has_role(bot, guild, member, is_reviewer).await? => Ok(()),
            Self::Reviewer => Err(AccessRefusal::ReviewerOnly.into()),
        }
    }
}

fn roles_of(member: Option<&Member>) -> Vec<RoleId> {
    member.into_iter().flat_map(|member| &member.roles).map(|role| RoleId::new(role.get())).collect()
}

/// Whether somebody with these roles is something in a guild.
type ByRole = fn(&dyn Read, GuildId, &[RoleId]) -> Result<bool>;

fn is_admin(read: &dyn Read, guild: GuildId, roles: &[RoleId]) -> Result<bool> {
    Ok(ADMIN_ROLES.get(read, guild)?.has_any_of(roles))
}

async fn has_role(
    bot: &Bot,
    guild: Option<serenity::all::GuildId>,
    member: Option<&Member>,
    is: ByRole,
) -> Result<bool> {
    let (Some(guild), Some(member)) = (guild, member) else { return Ok(false) };
    let guild = GuildId::new(guild.get());
    let roles = roles_of(Some(member));
    bot.store.read("rights_by_role", move |read| is(read, guild, &roles)).await
}

/// Lets nobody but administrators use a command and what is below it. Discord hides it from others, and each use is checked.
pub fn for_administrators(mut command: Command) -> Command {
    command.default_member_permissions = Permissions::ADMINISTRATOR;
    guard(&mut command, |ctx| match ctx {
        poise::Context::Application(ctx) => {
            Box::pin(async move { require(Access::Administrator, ctx).await.map(|()| true) })
        }
        poise::Context::Prefix(_) => Box::pin(async { Ok(false) }),
    });
    command
}

/// What says of a command that it is for those who run the server.
struct ForAdmins;

/// Lets nobody but those who run the server use a command and what is below it. Everybody sees it: Discord would hide it from
/// people with an admin role, too.
pub fn for_admins(mut command: Command) -> Command {
    command.custom_data = Box::new(ForAdmins);
    guard(&mut command, |ctx| match ctx {
        poise::Context::Application(ctx) => Box::pin(async move { require(Access::Admin, ctx).await.map(|()| true) }),
        poise::Context::Prefix(_) => Box::pin(async { Ok(false) }),
    });
    command
}

/// Whether a command is for those who run the server.
pub fn is_for_admins(command: &Command) -> bool {
    command.custom_data.is::<ForAdmins>()
}

/// What is asked before a command runs.
type Check = fn(poise::Context<'_, Bot, crate::kernel::error::Error>) -> BoxFuture<'_, Result<bool>>;

fn guard(command: &mut Command, check: Check) {
    command.guild_only = true;
    command.checks.push(check);
    command.subcommands.iter_mut().for_each(|below| guard(below, check));
}

/// Whether the caller is an administrator; for what is offered while somebody types.
pub async fn is_administrator(ctx: Context<'_>) -> bool {
    require(Access::Administrator, ctx).await.is_ok()
}

/// Whether the caller runs the server; for what is offered while somebody types.
pub async fn runs_server(ctx: Context<'_>) -> bool {
    require(Access::Admin, ctx).await.is_ok()
}

async fn require(access: Access, ctx: Context<'_>) -> Result<()> {
    access.check(ctx.data(), ctx.interaction.guild_id, ctx.interaction.member.as_deref()).await
}

/// Lets nobody use a command, and what is below it, where its feature is switched off. Asked after the rights (`T-PRM-01`).
pub fn switched(feature: &'static str, mut command: Command) -> Command {
    command.category = Some(feature.into());
    command.checks.push(|ctx| match ctx {
        poise::Context::Application(ctx) => Box::pin(async move { require_switched_on(ctx).await.map(|()| true) }),
        poise::Context::Prefix(_) => Box::pin(async { Ok(false) }),
    });
    command.subcommands = command.subcommands.into_iter().map(|below| switched(feature, below)).collect();
    command
}

async fn require_switched_on(ctx: Context<'_>) -> Result<()> {
    let feature = ctx.command().category.as_deref().unwrap_or_default();
    ctx.data().require_on(ctx.interaction.guild_id, feature).await
}

//! Roles that members are given and lose ([`roles`](crate::roles)), and which ones may be given at all.
//!
//! Whoever promises a role asks [`may_give`] first: when an item or a task is made. At the giving it is judged once more, because a
//! role may have become mightier or moved up since. What is refused then is told to the team, and what was paid for it returns. Whatever
//! promises roles ([`Promises`]) hears which of them can be given when something about the roles of a server changes, and before each sale.
//!
//! Invariants: no role is given that lets people manage the server or its roles, unless the owner promised it; none that does not
//! stand below the bot's own; nobody promises a role that they could not give on Discord.

use serde_json::Value;
use serenity::all::{FullEvent, Permissions};
use serenity::builder::CreateActionRow;
use serenity::http::Route;

use super::bot::Bot;
use super::delivery::{Obstacle, Undelivered};
use super::draft::Draft;
use super::problem::log_error;
use super::references::{Role, Server};
use super::rest::RestError;
use crate::jobs::{Run, Setback};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Failure, Result};
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::kernel::text::{MomentStyle, escape, moment};
use crate::refusals;
use crate::roles::{self, ENDS, GIVE, Grant, Judge, RoleTrouble, TAKE, TimedRole};
use crate::runner::{Handler, Worth};
use crate::store::{Read, Tx};

/// Whoever has one of these can give themselves all the others.
const MIGHTY: Permissions =
    Permissions::ADMINISTRATOR.union(Permissions::MANAGE_GUILD).union(Permissions::MANAGE_ROLES);

refusals! {
    /// Why a role cannot be promised.
    pub enum RoleRefusal {
        /// It is none of the roles of the server.
        NotHere {
            /// The role.
            role: RoleId,
        } => "role.not_here" as NotValid, "{role} is none of the roles of this server.";
        /// Nobody can give it by hand.
        NotGiven {
            /// The role.
            role: RoleId,
        } => "role.not_given" as NotValid,
            "{role} belongs to a bot, to a subscription or to everybody, and nobody can give it by hand.";
        /// The bot lacks Manage Roles.
        NoPermission => "role.no_permission", "I cannot give roles here. Please give me **Manage Roles**, then try again.";
        /// It does not stand below the bot's own.
        TooHigh {
            /// The role.
            role: RoleId,
        } => "role.too_high",
            "I can only give roles that stand below mine. Please drag my role above {role} in the list of roles.";
        /// It does not stand below the highest role of whoever promises it.
        AboveYou {
            /// The role.
            role: RoleId,
        } => "role.above_you" as NotAllowed, "You can only promise roles that stand below your own, and {role} does not.";
        /// It lets people manage the server.
        TooMighty {
            /// The role.
            role: RoleId,
        } => "role.too_mighty" as NotAllowed,
            "{role} lets people manage the server or its roles, so only the owner of the server may promise it.";
    }
}

impl RoleRefusal {
    const fn of(trouble: RoleTrouble, role: RoleId) -> Self {
        match trouble {
            RoleTrouble::NoPermission => Self::NoPermission,
            RoleTrouble::TooHigh => Self::TooHigh { role },
            RoleTrouble::Managed => Self::NotGiven { role },
            RoleTrouble::TooMighty => Self::TooMighty { role },
            RoleTrouble::Vanished | RoleTrouble::MemberLeft | RoleTrouble::Refused => Self::NotHere { role },
        }
    }
}

/// What a feature does that promises roles, such as a shop that sells them.
#[derive(Debug)]
pub struct Promises {
    /// Whether a server has any promise of it.
    pub is_any: fn(&dyn Read, GuildId) -> Result<bool>,
    /// Takes in which of its promises can be kept now.
    pub judge: fn(&Tx<'_>, GuildId, Judge<'_>) -> Result<()>,
    /// Takes back what was given for a role that cannot be given: in the transaction in which that is noted.
    pub refused: fn(&Tx<'_>, GuildId, &Grant) -> Result<()>,
    /// What a member is offered beside the word that their role ends.
    pub before_the_end: fn(&dyn Read, GuildId, &TimedRole) -> Result<Option<CreateActionRow>>,
}

/// Whether any role is promised in a server.
pub(super) fn is_any_promised(bot: &Bot, read: &dyn Read, guild: GuildId) -> Result<bool> {
    for promises in &bot.promises {
        if (promises.is_any)(read, guild)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells all that promise roles which of them can be given, in a server that is like this.
pub(super) fn judge_promises(bot: &Bot, tx: &Tx<'_>, guild: GuildId, server: &Server) -> Result<()> {
    let judge = |role, by| judge(server, role, is_owner(server, by)).err();
    bot.promises.iter().try_for_each(|promises| (promises.judge)(tx, guild, &judge))
}

/// Judges all promises of a server anew before something is sold that `gives_a_role`. Where Discord does not answer, what is known has
/// to do: what is sold then and cannot be given is taken back.
pub async fn judge_before_sale(
    bot: &Bot,
    guild: GuildId,
    gives_a_role: impl Fn(&dyn Read) -> Result<bool> + Send + 'static,
) -> Result<()> {
    if !bot.store.read("gives_a_role", gives_a_role).await? {
        return Ok(());
    }
    match Server::ask(bot, guild).await {
        Ok(server) => {
            let bot_of_it = bot.clone();
            let judged = move |tx: &Tx<'_>| judge_promises(&bot_of_it, tx, guild, &server);
            bot.store.write("promises_judged", judged).await
        }
        Err(undelivered) => {
            tracing::info!(%guild, error = %undelivered, "a role is sold that cannot be looked at");
            Ok(())
        }
    }
}

/// Gives a role.
pub static GIVE_HANDLER: Handler<Bot> =
    Handler { kind: GIVE.name(), worth: Worth::Always, run: |bot, run| Box::pin(give(bot, run)) };
/// Takes a role.
pub static TAKE_HANDLER: Handler<Bot> =
    Handler { kind: TAKE.name(), worth: Worth::Always, run: |bot, run| Box::pin(take(bot, run)) };
/// Tells of the end of a role for a while, or ends it.
pub static ENDS_HANDLER: Handler<Bot> =
    Handler { kind: ENDS.name(), worth: Worth::Always, run: |bot, run| Box::pin(ends(bot, run)) };

/// Refuses a role that somebody may not promise, or that the bot could not give. The operator, who is nobody on Discord, may
/// promise what any administrator may.
pub async fn may_give(bot: &Bot, guild: GuildId, role: RoleId, acting: Actor) -> Result<()> {
    let server = Server::ask(bot, guild).await.map_err(|undelivered| Error::Failed(undelivered.into()))?;
    can_give(&server, role, acting)?;
    let Actor::Member(user) = acting else { return Ok(()) };
    if user == server.owner {
        return Ok(());
    }
    let (guild_id, user_id) = (guild.get().into(), user.get().into());
    let member = bot.rest.get_json(Route::GuildMember { guild_id, user_id }, Vec::new()).await;
    let member = member.map_err(|error| Error::Failed(Failure::from(Undelivered::from(error))))?;
    let their_roles = member.get("roles").and_then(Value::as_array).into_iter().flatten();
    let rank = server.rank_of(their_roles.filter_map(|role| role.as_str()?.parse().ok()));
    let is_below = server.role(role).is_some_and(|role| role.position < rank);
    if is_below { Ok(()) } else { Err(RoleRefusal::AboveYou { role }.into()) }
}

/// Refuses a role that the bot could not give for somebody, as far as that is known without asking what they are: for whoever is about
/// to choose one.
pub fn can_give(server: &Server, role: RoleId, acting: Actor) -> Result<(), RoleRefusal> {
    judge(server, role, is_owner(server, acting)).map_err(|trouble| RoleRefusal::of(trouble, role))
}

fn is_owner(server: &Server, acting: Actor) -> bool {
    acting == Actor::Member(server.owner)
}

/// Whether the bot can give a role and may; the owner of a server may promise more.
fn judge(server: &Server, role: RoleId, is_promised_by_owner: bool) -> Result<(), RoleTrouble> {
    if role.get() == server.guild.get() {
        return Err(RoleTrouble::Managed);
    }
    let Role { permissions, position, is_managed, .. } = server.role(role).ok_or(RoleTrouble::Vanished)?;
    if *is_managed {
        Err(RoleTrouble::Managed)
    } else if server.granted() & Permissions::MANAGE_ROLES.bits() == 0 {
        Err(RoleTrouble::NoPermission)
    } else if *position >= server.rank_of_bot() {
        Err(RoleTrouble::TooHigh)
    } else if permissions & MIGHTY.bits() != 0 && !is_promised_by_owner {
        Err(RoleTrouble::TooMighty)
    } else {
        Ok(())
    }
}

/// Hears who comes into a server, and which roles are deleted.
pub(super) async fn notice(bot: &Bot, event: &FullEvent) {
    let noticed = match event {
        FullEvent::GuildMemberAddition { new_member } => {
            let (guild, user) = (GuildId::new(new_member.guild_id.get()), UserId::new(new_member.user.id.get()));
            came_back(bot, guild, user).await
        }
        FullEvent::GuildRoleDelete { guild_id, removed_role_id, .. } => {
            let (guild, role) = (GuildId::new(guild_id.get()), RoleId::new(removed_role_id.get()));
            bot.store.write("role_deleted", move |tx| roles::role_deleted(tx, guild, role)).await
        }
        _ => return,
    };
    if let Err(error) = noticed {
        log_error(&error, "look at the roles of a server");
    }
}

/// Most who come were never here, and cost no transaction.
async fn came_back(bot: &Bot, guild: GuildId, user: UserId) -> Result<()> {
    if !bot.store.read("timed_roles", move |read| roles::has_any(read, guild, user)).await? {
        return Ok(());
    }
    bot.store.write("member_came_back", move |tx| roles::came_back(tx, guild, user)).await
}

async fn give(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (grant, guild) = (GIVE.payload(&run)?, run.guild);
    if grant.until.is_some_and(|until| until <= bot.clock.now()) {
        return Ok(());
    }
    let server = Server::ask(bot, guild).await?;
    let judged = judge(&server, grant.role, is_owner(&server, grant.by));
    let trouble = match judged {
        Ok(()) => set(bot, guild, &grant, true).await?,
        Err(trouble) => Some(trouble),
    };
    refuse(bot, guild, grant, false, trouble).await
}

async fn take(bot: &Bot, run: Run) -> Result<(), Setback> {
    let grant = TAKE.payload(&run)?;
    let trouble = set(bot, run.guild, &grant, false).await?;
    refuse(bot, run.guild, grant, true, trouble).await
}

async fn refuse(
    bot: &Bot,
    guild: GuildId,
    grant: Grant,
    is_taking: bool,
    trouble: Option<RoleTrouble>,
) -> Result<(), Setback> {
    let Some(trouble) = trouble else { return Ok(()) };
    // A role for a while waits for whoever left.
    let waits = trouble == RoleTrouble::MemberLeft && grant.until.is_some();
    let is_over = !is_taking && !waits;
    let promises = bot.promises.clone();
    let refused = move |tx: &Tx<'_>| {
        roles::refused(tx, guild, &grant, is_taking, trouble)?;
        if is_over { promises.iter().try_for_each(|promises| (promises.refused)(tx, guild, &grant)) } else { Ok(()) }
    };
    bot.store.write("role_refused", refused).await?;
    // What else promises that role hears of it.
    bot.watch.ask(guild);
    Ok(())
}

/// Gives or takes a role; answers why Discord did not, where it never will.
async fn set(bot: &Bot, guild: GuildId, grant: &Grant, has_it: bool) -> Result<Option<RoleTrouble>, Setback> {
    let about = (guild.get().into(), grant.user.get().into(), grant.role.get().into());
    let Err(error) = bot.rest.without_waiting().set_member_role(about, has_it, &grant.reason).await else {
        return Ok(None);
    };
    let trouble = trouble_of(&error);
    let undelivered = Undelivered::from(error);
    if undelivered.may_pass() {
        return Err(undelivered.into());
    }
    tracing::info!(%guild, role = %grant.role, user = %grant.user, error = %undelivered, "a role is refused");
    Ok(Some(trouble))
}

fn trouble_of(error: &RestError) -> RoleTrouble {
    match error.code() {
        // Unknown role; unknown member, unknown user.
        Some(10_011) => RoleTrouble::Vanished,
        Some(10_007 | 10_013) => RoleTrouble::MemberLeft,
        _ if Obstacle::of(error) == Obstacle::Forbidden => RoleTrouble::NoPermission,
        _ => RoleTrouble::Refused,
    }
}

async fn ends(bot: &Bot, run: Run) -> Result<(), Setback> {
    let ring = ENDS.ring(&run)?;
    let waiting = bot.store.read("role_ends", move |read| ENDS.waiting(read, ring)).await?;
    let Some(timed) = waiting else { return Ok(()) };
    if timed.is_to_be_told && bot.clock.now() < timed.until {
        tell(bot, &run, &timed).await?;
        return Ok(bot.store.write("role_end_told", move |tx| roles::noticed(tx, ring)).await?);
    }
    let trouble = set(bot, run.guild, &timed.grant(), false).await?;
    // Whoever left has lost it.
    let trouble = trouble.filter(|trouble| *trouble != RoleTrouble::MemberLeft);
    Ok(bot.store.write("role_ended", move |tx| roles::ended(tx, ring, trouble)).await?)
}

/// Tells a member that their role ends soon. Whoever takes no direct messages is told nothing.
async fn tell(bot: &Bot, run: &Run, timed: &TimedRole) -> Result<(), Setback> {
    let server = Server::ask(bot, run.guild).await?;
    let Some(role) = server.role(timed.role) else { return Ok(()) };
    let guilds = bot.standings.guilds_of_bot();
    let place = guilds.iter().find(|guild| guild.id == run.guild).map(|guild| guild.name.as_str());
    let (of_all, guild, about) = (bot.promises.clone(), run.guild, timed.clone());
    let offered = move |read: &dyn Read| {
        let rows = of_all.iter().map(|promises| (promises.before_the_end)(read, guild, &about));
        Ok(rows.collect::<Result<Vec<_>>>()?.into_iter().flatten().next())
    };
    let draft = ends_soon(&role.name, place, timed);
    let draft = match bot.store.read("role_renewals", offered).await? {
        Some(row) => draft.row(row),
        None => draft,
    };
    match bot.direct_message(timed.user, draft, Some(run.id)).await {
        Err(undelivered) if undelivered.may_pass() => Err(undelivered.into()),
        _ => Ok(()),
    }
}

fn ends_soon(role: &str, place: Option<&str>, timed: &TimedRole) -> Draft {
    let place = place.map(|name| format!(" in **{}**", escape(name))).unwrap_or_default();
    let when = moment(timed.until, MomentStyle::Relative);
    Draft::text(format!("🎭 Your role **{}**{place} ends {when}.", escape(role)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BOT: u64 = 9;

    /// A server whose bot has a role at position 5 that allows `granted`, and a role 80 that is like this.
    fn server(granted: Permissions, role: &Value) -> Server {
        let mut own = json!({"id": "7", "name": "bot", "position": 5, "managed": true});
        own["permissions"] = granted.bits().to_string().into();
        let guild = json!({
            "id": "1", "owner_id": "2",
            "roles": [{"id": "1", "name": "@everyone", "permissions": "0", "position": 0}, own, role],
        });
        Server::read(&guild, &json!([]), &json!({"roles": ["7"]}), BOT).unwrap()
    }

    #[test]
    fn a_role_may_be_given_that_stands_below_the_bots_and_manages_nothing() {
        let may = Permissions::MANAGE_ROLES;
        let role = |position: i64, allows: Permissions| json!({"id": "80", "name": "VIP", "position": position, "permissions": allows.bits().to_string()});
        let mut managed = role(1, Permissions::empty());
        managed["managed"] = true.into();
        let plain = role(4, Permissions::SEND_MESSAGES);
        for (granted, role, by_owner, expected) in [
            (may, &plain, false, Ok(())),
            (Permissions::ADMINISTRATOR, &plain, false, Ok(())),
            (Permissions::MANAGE_GUILD, &plain, true, Err(RoleTrouble::NoPermission)),
            (may, &role(5, Permissions::empty()), true, Err(RoleTrouble::TooHigh)),
            (may, &role(6, Permissions::empty()), true, Err(RoleTrouble::TooHigh)),
            (may, &managed, true, Err(RoleTrouble::Managed)),
            (may, &role(1, Permissions::ADMINISTRATOR), false, Err(RoleTrouble::TooMighty)),
            (may, &role(1, Permissions::MANAGE_ROLES), false, Err(RoleTrouble::TooMighty)),
            (may, &role(1, Permissions::MANAGE_GUILD), false, Err(RoleTrouble::TooMighty)),
            (may, &role(1, Permissions::MANAGE_GUILD), true, Ok(())),
        ] {
            assert_eq!(judge(&server(granted, role), RoleId::new(80), by_owner), expected, "{granted:?} {role}");
        }
        let server = server(may, &plain);
        assert_eq!(judge(&server, RoleId::new(81), true), Err(RoleTrouble::Vanished));
        assert_eq!(judge(&server, RoleId::new(1), true), Err(RoleTrouble::Managed), "everybody's");
    }

    #[test]
    fn the_word_before_the_end_names_role_and_server_without_marks_of_theirs() {
        let timed = TimedRole {
            user: UserId::new(5),
            role: RoleId::new(80),
            by: Actor::System,
            reason: "Bought".to_owned(),
            until: crate::kernel::time::Timestamp::from_millis(1_795_291_200_000),
            made_at: crate::kernel::time::Timestamp::from_millis(1_795_200_000_000),
            is_to_be_told: true,
            job: crate::jobs::JobId::default(),
        };
        let said = ends_soon("V*I*P", Some("Night Owls"), &timed).seen().unwrap();
        assert_eq!(said["content"], "🎭 Your role **V\\*I\\*P** in **Night Owls** ends <t:1795291200:R>.");
    }
}

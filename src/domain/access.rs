//! Who may do what in a guild, as far as the guild decides it. What Discord's own permissions allow is asked where somebody
//! comes in.

use strum::IntoStaticStr;

use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId};
use crate::references::Needs;
use crate::settings::{Area, Listed, RoleList, Setting};
use crate::store::Read;

/// The role whose members are reviewers, beside the administrators (`D-20`).
pub static REVIEWER_ROLE: Setting<Option<RoleId>> = Setting::new("reviewer_role_id", None);
/// The roles whose members run the server beside the administrators (`C-82`).
pub static ADMIN_ROLES: Setting<RoleList> = Setting::new("admin_roles", RoleList::EMPTY);
/// The roles whose members moderate (`C-82`).
pub static MODERATOR_ROLES: Setting<RoleList> = Setting::new("moderator_roles", RoleList::EMPTY);
/// The roles whose members may look at everything and change nothing.
pub static VIEWER_ROLES: Setting<RoleList> = Setting::new("viewer_roles", RoleList::EMPTY);

/// What a right by role needs of its role.
static ROLE_NEEDS: Needs = Needs::only_that_it_is_there("It gives nobody rights any more.");

/// What moderators may on the web, in the same words wherever it is told.
pub const MODERATORS_MAY: &str = "look at what viewers look at, review tasks where the server lets them, hand over orders of the \
    shop, and give purchases back while their time is not over";

/// The settings of rights, as administrators meet them.
pub const LISTED: &[Listed] = &[
    by_role(Listed::new(
        &ADMIN_ROLES,
        Area::General,
        "Admin Roles",
        "Roles that may change settings, shop and tasks on the web.",
    )),
    by_role(Listed::new(
        &MODERATOR_ROLES,
        Area::General,
        "Moderator Roles",
        "Roles that may look at what viewers look at, review tasks where the server lets them, hand over orders of the shop, and give \
         purchases back while their time is not over.",
    )),
    by_role(Listed::new(&VIEWER_ROLES, Area::General, "Viewer Roles", "Roles that may look at every page on the web.")),
];

const fn by_role(listed: Listed) -> Listed {
    listed.needing(&ROLE_NEEDS).naming_many().detail().by_owner()
}

/// How much somebody may do in a guild. Each may do what those before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// A member as all are.
    Member,
    /// One of [`VIEWER_ROLES`]: sees every page.
    Viewer,
    /// One of [`MODERATOR_ROLES`].
    Moderator,
    /// One of [`ADMIN_ROLES`].
    Admin,
    /// Discord's own permission of that name.
    Administrator,
    /// The owner of the server.
    Owner,
}

impl Level {
    /// As programs name it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// The level of somebody with these roles in a guild. Roles of other guilds count for nothing.
pub fn level_of(
    read: &dyn Read,
    guild: GuildId,
    roles: &[RoleId],
    has_administrator: bool,
    is_owner: bool,
) -> Result<Level> {
    if is_owner {
        return Ok(Level::Owner);
    }
    if has_administrator {
        return Ok(Level::Administrator);
    }
    let ladder = [(&ADMIN_ROLES, Level::Admin), (&MODERATOR_ROLES, Level::Moderator), (&VIEWER_ROLES, Level::Viewer)];
    for (setting, level) in ladder {
        if setting.get(read, guild)?.has_any_of(roles) {
            return Ok(level);
        }
    }
    Ok(Level::Member)
}

/// Whether somebody with these roles is a reviewer.
pub fn is_reviewer(read: &dyn Read, guild: GuildId, roles: &[RoleId]) -> Result<bool> {
    Ok(REVIEWER_ROLE.get(read, guild)?.is_some_and(|role| roles.contains(&role)))
}

/// The one role of moderators, for whoever knows a single one (`mod_role_id`, `C-82`): the first that was named.
pub fn first_moderator_role(read: &dyn Read, guild: GuildId) -> Result<Option<RoleId>> {
    Ok(MODERATOR_ROLES.get(read, guild)?.iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::references::{Catalogue, Target};

    const OTHER: GuildId = GuildId::new(6);

    /// A store where role 1 is of admins, 2 and 3 are of moderators, 4 of viewers and 5 of reviewers.
    fn store() -> TestStore {
        let store = TestStore::new();
        store
            .write(|tx| {
                for (listed, typed) in LISTED.iter().zip(["<@&1>", "<@&3> <@&2>", "4"]) {
                    listed.change(tx, GUILD, Actor::System, typed)?;
                }
                REVIEWER_ROLE.set(tx, GUILD, &Some(RoleId::new(5)))
            })
            .unwrap();
        store
    }

    fn roles(roles: &[u64]) -> Vec<RoleId> {
        roles.iter().map(|role| RoleId::new(*role)).collect()
    }

    #[test]
    fn the_highest_that_somebody_is_counts() {
        let store = store();
        let level = |of: &[u64]| store.read(|read| level_of(read, GUILD, &roles(of), false, false));
        let cases: [(&[u64], Level); 6] = [
            (&[], Level::Member),
            (&[5, 99], Level::Member),
            (&[4], Level::Viewer),
            (&[2], Level::Moderator),
            (&[4, 3], Level::Moderator),
            (&[3, 4, 1], Level::Admin),
        ];
        for (of, expected) in cases {
            assert_eq!(level(of), expected, "{of:?}");
        }
        let by_discord = |is_administrator, is_owner| {
            store.read(|read| level_of(read, GUILD, &roles(&[4]), is_administrator, is_owner))
        };
        assert_eq!(by_discord(true, false), Level::Administrator);
        assert_eq!(by_discord(true, true), Level::Owner);
        assert_eq!(by_discord(false, true), Level::Owner);
    }

    #[test]
    fn each_level_may_what_those_before_it_may() {
        let levels = [Level::Member, Level::Viewer, Level::Moderator, Level::Admin, Level::Administrator, Level::Owner];
        assert!(levels.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn a_role_of_another_server_opens_nothing() {
        let store = store();
        let all = roles(&[1, 2, 3, 4, 5]);
        assert_eq!(store.read(|read| level_of(read, OTHER, &all, false, false)), Level::Member);
        assert!(!store.read(|read| is_reviewer(read, OTHER, &all)));
        assert_eq!(store.read(|read| first_moderator_role(read, OTHER)), None);
    }

    #[test]
    fn reviewers_stand_beside_the_ladder() {
        let store = store();
        let is = |of: &[u64]| store.read(|read| is_reviewer(read, GUILD, &roles(of)));
        assert!(is(&[7, 5]));
        assert!(!is(&[1]) && !is(&[]));
    }

    #[test]
    fn the_first_role_of_moderators_is_the_one_that_was_named_first() {
        assert_eq!(store().read(|read| first_moderator_role(read, GUILD)), Some(RoleId::new(3)));
    }

    #[test]
    fn every_role_that_gives_rights_is_a_reference_that_is_looked_at() {
        let store = store();
        let catalogue = Catalogue::new(LISTED, []);
        let set = store.read(|read| catalogue.of_guild(read, GUILD));
        let set: Vec<_> = set.iter().map(|reference| (reference.declared.key(), reference.target)).collect();
        let role = |role| Target::Role(RoleId::new(role));
        assert_eq!(
            set,
            [
                ("admin_roles", role(1)),
                ("moderator_roles", role(3)),
                ("moderator_roles", role(2)),
                ("viewer_roles", role(4))
            ]
        );
        assert_eq!(store.read(|read| catalogue.guilds(read)), [GUILD]);
    }

    #[test]
    fn what_moderators_may_is_told_in_the_same_words_by_the_setting_and_the_manual() {
        let listed = LISTED.iter().find(|listed| listed.setting.key() == "moderator_roles").unwrap();
        assert!(listed.about.contains(MODERATORS_MAY), "{}", listed.about);
        let row = format!("| Moderator | a role in `moderator_roles` | {MODERATORS_MAY} |");
        assert!(include_str!("../../docs/dashboard.md").contains(&row), "{row}");
    }
}

//! Who has the rights of a server, as far as anybody knows: Discord tells a program what somebody is when it asks for them, and
//! not who all has a role.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use maud::{Markup, html};

use super::{LADDER, name_of};
use crate::activity;
use crate::discord::standing::{Asked, Standing};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::signin::Person;
use crate::signin::session::Lately;
use crate::store::Read;
use crate::web::Web;
use crate::web::api::access::{NamedRole, RolesView};
use crate::web::pages::members::member_link;
use crate::web::ui::components::{Cell, Row, Table};

/// Activities in which whoever acted is looked for, and people of them who are looked up.
const ACTIVITIES: usize = 500;
const ACTORS: usize = 25;
/// People for whom Discord is asked at once.
const ASKED: usize = 10;
/// People of a role who are named; of the others it is told how many they are.
const NAMED: usize = 12;

/// Who acted in a server of late.
pub(super) fn actors(read: &dyn Read, guild: GuildId) -> Result<Vec<UserId>> {
    let mut met = BTreeSet::new();
    let mut actors = Vec::new();
    for (_, activity) in activity::newest_where(read, guild, None, ACTIVITIES, |_| true)?.rows {
        if let Actor::Member(user) = activity.actor
            && actors.len() < ACTORS
            && met.insert(user)
        {
            actors.push(user);
        }
    }
    Ok(actors)
}

/// What was told of everybody in the server of late: of whoever was here or acted, and whoever else was asked for. Of those who
/// are not known yet some are asked for now, and the others when the page is opened again; who is known already waits for nobody.
pub(super) async fn told(web: &Web, guild: GuildId, people: &[Lately], actors: &[UserId]) -> BTreeMap<UserId, Asked> {
    let signed_in = people.iter().filter_map(|known| match known.person {
        Person::Member { user } => Some(user),
        Person::Operator { .. } => None,
    });
    let users = signed_in.chain(actors.iter().copied());
    let standings = &web.bot.standings;
    let mut told: BTreeMap<UserId, Asked> = standings.lately(guild, web.bot.clock.now()).into_iter().collect();
    let mut met = BTreeSet::new();
    let unknown: Vec<UserId> = users.filter(|user| !told.contains_key(user) && met.insert(*user)).take(ASKED).collect();
    let asked = unknown.into_iter().map(|user| async move { (user, standings.of(&web.bot, guild, user).await) });
    told.extend(join_all(asked).await.into_iter().filter(|(_, asked)| *asked != Asked::Silent));
    told
}

/// Those of them who are in the server, by name. Bots are left out.
pub(super) fn known(told: &BTreeMap<UserId, Asked>) -> Vec<(UserId, Standing)> {
    let mut known: Vec<(UserId, Standing)> = told
        .iter()
        .filter_map(|(user, asked)| match asked {
            Asked::Is(standing) if !standing.is_bot => Some((*user, standing.clone())),
            _ => None,
        })
        .collect();
    known.sort_by_cached_key(|(_, standing)| standing.name.to_lowercase());
    known
}

/// A right, and the roles or the permission that give it.
struct Right<'k> {
    title: &'static str,
    by: String,
    holders: Vec<&'k (UserId, Standing)>,
}

fn those(known: &[(UserId, Standing)], has: impl Fn(&Standing) -> bool) -> Vec<&(UserId, Standing)> {
    known.iter().filter(|(_, standing)| has(standing)).collect()
}

/// Each right, by which role, and who is known to have it.
pub(super) fn table(guild: GuildId, given: &RolesView, roles: &[NamedRole], known: &[(UserId, Standing)]) -> Markup {
    let by_role = |title, id: &str| Right {
        title,
        by: format!("@{}", name_of(id, roles)),
        holders: those(known, |standing| standing.roles.iter().any(|role| role.to_string() == id)),
    };
    let mut rights = vec![
        Right { title: "Owner", by: "owns the server".to_owned(), holders: those(known, |standing| standing.is_owner) },
        Right {
            title: "Administrators",
            by: "Discord's Administrator permission".to_owned(),
            holders: those(known, |standing| standing.has_administrator && !standing.is_owner),
        },
    ];
    let steps = LADDER.into_iter().zip([&given.admin_roles, &given.moderator_roles, &given.viewer_roles]);
    for ((_, title, _), ids) in steps {
        rights.extend(ids.iter().map(|id| by_role(title, id)));
    }
    rights.extend(given.reviewer_role.iter().map(|id| by_role("Reviewers", id)));
    let row = |right: &Right<'_>| Row {
        id: None,
        cells: vec![
            Cell::words("Right", html! { (right.title) }),
            Cell::words("By", html! { (right.by) }),
            Cell::numbers("Known", html! { (right.holders.len()) }),
            Cell::words("Who", who(guild, &right.holders)),
        ],
    };
    html! {
        section.card aria-labelledby="holders" {
            h2 #holders { "Who has these rights" }
            p.hint {
                "Discord tells a program what somebody is when it asks for them, and not who all has a role. So this names those \
                of whom it is known now: people who are signed in here, or did something in this server of late. Whoever else has \
                one of these roles has the same right and is not in this list; the member list on Discord shows them."
            }
            (Table::new("Who has these rights", Some("holders"), rights.iter().map(row)))
        }
    }
}

/// Some of the holders by name, and how many more there are.
fn who(guild: GuildId, holders: &[&(UserId, Standing)]) -> Markup {
    html! {
        @if holders.is_empty() { span.muted { "nobody who is known" } }
        @for (place, (user, standing)) in holders.iter().take(NAMED).enumerate() {
            @if place > 0 { ", " }
            (member_link(guild, *user, &standing.name))
        }
        @if holders.len() > NAMED { " and " (holders.len() - NAMED) " more" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::RoleId;
    use crate::web::ui::testing::lines;

    fn standing(name: &str, role: u64) -> Standing {
        Standing {
            is_owner: false,
            has_administrator: false,
            roles: vec![RoleId::new(role)],
            name: name.to_owned(),
            username: name.to_owned(),
            avatar: None,
            joined_at: None,
            is_bot: false,
        }
    }

    #[test]
    fn holders_are_named_up_to_a_bound_and_counted_beyond_it() {
        let mut known: Vec<(UserId, Standing)> =
            (1..=15).map(|number| (UserId::new(number), standing(&format!("ann{number:02}"), 7))).collect();
        known.push((UserId::new(99), standing("<kim>", 8)));
        let given = RolesView {
            moderator_roles: vec!["7".to_owned()],
            reviewer_role: Some("8".to_owned()),
            ..RolesView::default()
        };
        let roles = [NamedRole { id: "7".to_owned(), name: "Mods".to_owned() }];
        let drawn = lines(&table(GuildId::new(5), &given, &roles, &known));
        assert!(drawn.contains("@Mods") && drawn.contains("ann12") && !drawn.contains("ann13"), "{drawn}");
        assert!(drawn.contains(" and 3 more") && drawn.contains(r#"data-label="Known">15</td>"#), "{drawn}");
        assert!(
            drawn.contains("@8") && drawn.contains("&lt;kim&gt;") && drawn.contains("nobody who is known"),
            "{drawn}"
        );
    }
}

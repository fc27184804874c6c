//! What is wrong with something that a server has set, in words, and the names of permissions.

use serenity::all::Permissions;

use crate::kernel::sentence::{NO_COMMANDS, Sentence};
use crate::kernel::text;
use crate::references::{BrokenReference, Needs, ReferenceFault, Subject, Target};

/// The problem in one or two sentences, with what mends it.
pub fn sentence(problem: &BrokenReference) -> String {
    let declared = problem.reference.declared;
    let remedy = declared.remedy();
    match (problem.trouble, problem.reference.target) {
        (ReferenceFault::Gone, _) => {
            format!("⚠️ {} is gone. {} Choose another by {remedy}.", subject(problem, "The"), declared.needs.effect)
        }
        (ReferenceFault::Lacks(missing), Target::Channel(channel)) => format!(
            "⚠️ I lack {} in {}, which is {}. {} Please give me that there{}.",
            names_of(missing),
            text::channel(channel),
            subject(problem, "the"),
            declared.needs.effects_without(missing),
            afterwards(problem)
        ),
        (ReferenceFault::Lacks(_), Target::Role(_)) => String::new(),
    }
}

/// The same for a list, where it stands beside the name of the setting.
pub fn mark(problem: &BrokenReference) -> String {
    match problem.trouble {
        ReferenceFault::Gone => format!("⚠️ gone; choose another by {}", problem.reference.declared.remedy()),
        ReferenceFault::Lacks(missing) => format!("⚠️ I lack {} there", names_of(missing)),
    }
}

/// What is set: "the **Now Playing Channel**", "the channel of the **live queue**".
fn subject(problem: &BrokenReference, article: &str) -> String {
    let title = problem.reference.declared.title();
    match (problem.reference.declared.subject, problem.reference.target) {
        (Subject::Display(_), _) => format!("{article} channel of the {title}"),
        (Subject::Setting(listed), Target::Channel(channel)) if listed.names_many => {
            format!("{article} channel {} of **{title}**", text::channel(channel))
        }
        // Nobody is told the name of a role that is gone, so it has its number.
        (Subject::Setting(listed), Target::Role(role)) if listed.names_many => {
            format!("{article} role `{role}` of **{title}**")
        }
        (Subject::Setting(_), _) => format!("{article} **{title}**"),
    }
}

fn afterwards(problem: &BrokenReference) -> &'static str {
    let is_switched_off = matches!(problem.reference.declared.subject, Subject::Display(_)) && problem.is_total();
    if is_switched_off { ", then use `/selfheal`" } else { "" }
}

/// The names of permissions in bold, as the end of a sentence: "**View Channel** and **Send Messages**".
pub fn permissions(bits: u64) -> Sentence {
    let mut names = Permissions::from_bits_truncate(bits).get_permission_names();
    // serenity does not know it, and drops it from what it reads.
    names.extend((bits & Needs::PIN != 0).then_some("Pin Messages"));
    // View Channel first: without it nothing else counts.
    names.sort_by_key(|name| *name != "View Channel");
    Sentence::list(names.into_iter().map(|name| crate::sentence!("**{name}**", name)).collect(), " and ")
}

/// The same for a text on Discord.
pub fn names_of(bits: u64) -> String {
    permissions(bits).markdown(NO_COMMANDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access;
    use crate::kernel::ids::RoleId;
    use crate::references::{Declared, Reference};

    #[test]
    fn of_several_roles_the_one_that_is_gone_is_named() {
        let listed = access::LISTED.iter().find(|listed| listed.setting.key() == "admin_roles").unwrap();
        let declared = Declared { subject: Subject::Setting(listed), needs: listed.needs.unwrap() };
        let reference = Reference { declared, target: Target::Role(RoleId::new(7)) };
        let problem = BrokenReference { reference, trouble: ReferenceFault::Gone };
        insta::assert_snapshot!(sentence(&problem), @"⚠️ The role `7` of **Admin Roles** is gone. It gives nobody rights any more. Choose another by `/config set admin_roles`.");
    }

    #[test]
    fn permissions_are_named_in_bold_and_the_first_that_counts_comes_first() {
        assert_eq!(names_of(0), "");
        assert_eq!(names_of(Needs::MANAGE), "**Manage Messages**");
        assert_eq!(
            names_of(Needs::POST | Needs::PIN),
            "**View Channel**, **Send Messages**, **Embed Links** and **Pin Messages**"
        );
    }

    #[test]
    fn the_bits_are_those_of_discord() {
        for (needed, permission) in [
            (Needs::VIEW, Permissions::VIEW_CHANNEL),
            (Needs::SEND, Permissions::SEND_MESSAGES),
            (Needs::CHANNELS, Permissions::MANAGE_CHANNELS),
            (Needs::WRITE, Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES),
            (Needs::POST & !Needs::WRITE, Permissions::EMBED_LINKS),
            (Needs::FILES, Permissions::ATTACH_FILES),
            (Needs::HISTORY, Permissions::READ_MESSAGE_HISTORY),
            (Needs::MANAGE, Permissions::MANAGE_MESSAGES),
        ] {
            assert_eq!(needed, permission.bits(), "{permission}");
        }
    }
}

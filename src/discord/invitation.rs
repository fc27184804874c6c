//! What the bot asks a server for: the permissions that it needs, and the address that invites it with them.

use serenity::all::Permissions;

use crate::references::Needs;

/// Discord's `PIN_MESSAGES`. serenity does not know it, and drops it from what it reads.
pub const PIN_MESSAGES: u64 = Needs::PIN;

/// What else the bot needs in a server (`M-PRM-02`), as far as what is built uses it.
const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY)
    .union(Permissions::ADD_REACTIONS)
    .union(Permissions::MANAGE_MESSAGES)
    .union(Permissions::MANAGE_CHANNELS);

/// The names of the needed permissions that are not among these bits. Administrators lack nothing.
pub fn missing(granted: u64) -> Vec<&'static str> {
    let known = Permissions::from_bits_truncate(granted);
    if known.administrator() {
        return Vec::new();
    }
    let mut names = (NEEDED - known).get_permission_names();
    names.extend((granted & PIN_MESSAGES == 0).then_some("Pin Messages"));
    names
}

/// The address that invites the bot with everything that it needs.
pub fn link(application: u64) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={}",
        NEEDED.bits() | PIN_MESSAGES
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invitation_asks_for_what_is_needed_and_the_readme_shows_it() {
        let needed = [
            "Manage Channels",
            "Add Reactions",
            "View Channel",
            "Send Messages",
            "Manage Messages",
            "Embed Links",
            "Attach Files",
            "Read Message History",
            "Pin Messages",
        ];
        assert_eq!(missing(0), needed);
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let address = link(1).replace("client_id=1&", "client_id=APPLICATION_ID&");
        assert!(readme.contains(&address), "README.md should show {address}");
        // A line may break anywhere in a list of words.
        let words = readme.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(needed.iter().all(|name| words.contains(name)), "README.md should name {needed:?}");
    }

    #[test]
    fn each_permission_is_missed_alone_and_an_administrator_lacks_none() {
        let needed = NEEDED.bits() | PIN_MESSAGES;
        for bit in (0..64).map(|place| 1_u64 << place).filter(|bit| needed & bit != 0) {
            assert_eq!(missing(needed & !bit).len(), 1, "{bit}");
        }
        assert!(missing(needed).is_empty());
        assert!(missing(Permissions::ADMINISTRATOR.bits()).is_empty());
    }
}

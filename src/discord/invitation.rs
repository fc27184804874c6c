//! What the bot asks a server for: the permissions that it needs, and the address that invites it with them.

use serenity::all::Permissions;

/// What the bot needs in a server (`M-PRM-02`), as far as what is built uses it.
pub const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY)
    .union(Permissions::ADD_REACTIONS)
    .union(Permissions::MANAGE_MESSAGES)
    .union(Permissions::MANAGE_CHANNELS);

/// Those of the needed permissions that somebody with `granted` lacks. Administrators lack nothing.
pub fn missing(granted: Permissions) -> Permissions {
    if granted.administrator() { Permissions::empty() } else { NEEDED - granted }
}

/// The address that invites the bot with everything that it needs.
pub fn link(application: u64) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={}",
        NEEDED.bits()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invitation_asks_for_the_eight_permissions_and_the_readme_shows_it() {
        let eight = [
            "View Channels",
            "Send Messages",
            "Embed Links",
            "Attach Files",
            "Read Message History",
            "Add Reactions",
            "Manage Messages",
            "Manage Channels",
        ];
        let mut names = NEEDED.get_permission_names();
        names.sort_unstable();
        let mut wanted = eight.to_vec();
        wanted.sort_unstable();
        assert_eq!(
            names
                .iter()
                .map(|name| name.replace("View Channel", "View Channels").replace("Channelss", "Channels"))
                .collect::<Vec<_>>(),
            wanted
        );
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let address = link(1).replace("client_id=1&", "client_id=APPLICATION_ID&");
        assert!(readme.contains(&address), "README.md should show {address}");
    }

    #[test]
    fn each_permission_is_missed_alone_and_an_administrator_lacks_none() {
        for permission in NEEDED {
            assert_eq!(missing(NEEDED - permission), permission);
        }
        assert_eq!(missing(Permissions::ADMINISTRATOR), Permissions::empty());
        assert_eq!(missing(Permissions::empty()), NEEDED);
    }
}

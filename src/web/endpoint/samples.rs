//! Requests that would succeed: what the document of the API shows, and what the tests of all routes send.

/// Things of a server that are there, for samples.
#[derive(Clone, Debug)]
pub struct Samples {
    /// The number of a song that waits.
    pub song: String,
    /// A member.
    pub member: String,
    /// The number of an entry of the server's own currency that can be undone.
    pub entry: String,
    /// The public name of that entry.
    pub transaction: String,
    /// The number of a task for which the member's proof waits for a review.
    pub task: String,
    /// The number of a task that the owner has claimed.
    pub claimed_task: String,
    /// The number of a change of tasks that can be undone.
    pub task_change: String,
    /// The number of a claim of which there is a proof.
    pub claim: String,
    /// A category of tasks.
    pub category: String,
    /// The number of a channel of the server.
    pub channel: String,
    /// The number of a session of a live.
    pub live: String,
    /// The operator's name.
    pub operator: String,
    /// Their password.
    pub password: String,
    /// The code of a link that signs in.
    pub link: String,
    /// The name of the server.
    pub server_name: String,
    /// Which roles give rights there, as whoever says so anew has to say it.
    pub roles: serde_json::Value,
    /// The code of a link of whoever asks.
    pub own_link: String,
    /// What a session of theirs is called in their list.
    pub session: String,
    /// The number of a token of theirs.
    pub token: String,
    /// The number of a token that names the server.
    pub server_token: String,
    /// The number of a change of a setting that can be undone.
    pub change: String,
    /// The number of something that was not sent to Discord.
    pub unsent: String,
    /// The number of something that a reviewer did with a song and that can be taken back.
    pub act: String,
    /// The number of a change of a link that can be undone.
    pub link_change: String,
    /// An item of the shop, of which whoever owns the server has one.
    pub item: String,
    /// A change of that item that can be undone.
    pub item_change: String,
    /// An order that waits.
    pub order: String,
    /// A purchase that whoever owns the server can give back.
    pub purchase: String,
    /// A code of the shop, by its number.
    pub shop_code: String,
    /// A code of the shop that can be redeemed, as it is typed.
    pub code_text: String,
    /// An item of the catalogue for all servers.
    pub offered_item: String,
    /// A task of it.
    pub offered_task: String,
}

impl Samples {
    /// Things that are nowhere, as the document of the API shows them.
    pub fn example() -> Self {
        Self {
            song: "127626".to_owned(),
            member: "812345678901234567".to_owned(),
            operator: "host".to_owned(),
            password: "a few words in a row".to_owned(),
            link: "the-code-of-a-link".to_owned(),
            server_name: "Night Owl Reviews".to_owned(),
            roles: serde_json::json!({ "admin_roles": ["712345678901234567"], "moderator_roles": [], "viewer_roles": [] }),
            own_link: "the-code-of-your-link".to_owned(),
            session: "1f0a9c27be334d51".to_owned(),
            token: "3".to_owned(),
            server_token: "4".to_owned(),
            change: "1024".to_owned(),
            unsent: "4711".to_owned(),
            act: "2048".to_owned(),
            link_change: "2560".to_owned(),
            entry: "5120".to_owned(),
            transaction: "txn_712345678901234567_1763756100123_0003y8".to_owned(),
            task: "7".to_owned(),
            claimed_task: "8".to_owned(),
            task_change: "6144".to_owned(),
            claim: "31".to_owned(),
            category: "Art".to_owned(),
            channel: "742345678901234567".to_owned(),
            live: "12".to_owned(),
            item: "7".to_owned(),
            item_change: "3072".to_owned(),
            order: "31".to_owned(),
            purchase: "32".to_owned(),
            shop_code: "3".to_owned(),
            code_text: "SUMMER2026".to_owned(),
            offered_item: "2".to_owned(),
            offered_task: "5".to_owned(),
        }
    }
}

/// A request that would succeed.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// What the path holds beside the server.
    pub path: Vec<(&'static str, String)>,
    /// What stands behind the question mark.
    pub query: &'static str,
    /// What is sent.
    pub body: Option<serde_json::Value>,
}

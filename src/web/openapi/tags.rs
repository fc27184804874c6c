//! What the names of routes begin with, in words: the tags of the document, and the chapters of its page.

/// A subject of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What the names of its routes begin with.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What can be done there, in a sentence.
    pub about: &'static str,
    /// Routes that belong here although their names begin with another word, because that subject is a large one.
    routes: &'static [&'static str],
}

/// All of them, in the order in which somebody reads them.
pub const TAGS: &[Tag] = &[
    tag("auth", "Signing in", "In and out, and who is signed in."),
    tag("signin", "Links that sign in", "What /dashboard and `greenroom admin link` give away."),
    tag("sessions", "Sessions", "Where somebody is signed in, and how to end that."),
    tag("tokens", "Tokens", "What programs show to be let in: made here, seen once, taken away here."),
    tag("me", "Own data", "What is stored of whoever asks: to be seen, taken along, erased."),
    tag("servers", "Servers", "The servers of whoever asks, with their channels and roles."),
    tag("access", "Access", "Who may do what in a server."),
    tag("queue", "Queue", "The lines of songs, and what plays."),
    tag("songs", "Songs", "One song: what became of it, and what reviewers do with it."),
    tag("public", "Public pages", "The page of the queue that everybody sees, and overlays for a stream."),
    tag("live", "Live", "The TikTok live that a server follows."),
    tag("handles", "TikTok handles", "Which handle belongs to whom."),
    tag("members", "Members", "The people of a server, with their balances."),
    tag("ledger", "Ledger", "Every change of a balance, with its cause."),
    tag(
        "transactions",
        "Transactions",
        "The ledger by the names of the dashboard of old: pages, sums, proof, the archive.",
    ),
    tag(
        "users",
        "Users",
        "The members of a server by the names of the dashboard of old, with what they have and who left.",
    ),
    tag("currency", "Currency", "What members do with the server's own currency."),
    tag("shop", "Shop", "Items: made, changed, taken away, and shown on Discord."),
    Tag {
        routes: &[
            "shop.buy",
            "shop.give_back",
            "shop.hand_over",
            "shop.inventory",
            "shop.item_purchases",
            "shop.orders",
            "shop.own_inventory",
            "shop.purchases",
            "shop.refund",
            "shop.use",
        ],
        ..tag("purchases", "Purchases", "What was bought, is owned and used up; orders, and what is given back.")
    },
    Tag {
        routes: &["shop.codes", "shop.make_code", "shop.redeem", "shop.revoke_code"],
        ..tag("codes", "Codes", "What members redeem for an amount or an item.")
    },
    tag("tasks", "Tasks", "What members are paid for: made, changed, and shown on Discord."),
    Tag {
        routes: &[
            "tasks.add_category",
            "tasks.assign",
            "tasks.categories",
            "tasks.remove_category",
            "tasks.statistics",
            "tasks.undo",
        ],
        ..tag("boards", "Boards of tasks", "Categories, to whom tasks are assigned, figures, and the way back.")
    },
    Tag {
        routes: &[
            "tasks.abandon",
            "tasks.claim",
            "tasks.mine",
            "tasks.review",
            "tasks.submissions",
            "tasks.submit",
            "tasks.waiting",
        ],
        ..tag("claims", "Claims and proofs", "Tasks that members took, what they handed in, and the reviews.")
    },
    tag("settings", "Settings", "What a server set, what it was before, and the way back."),
    tag("config", "Configuration", "The settings of a server as the dashboard of old knows them."),
    tag("guilds", "Configuration of guilds", "The same below `/api/guilds`, for administrators alone."),
    tag("audit", "Audit", "Who did what in a server, with before and after."),
    tag("unsent", "Not sent", "What did not come to Discord, why, and how to try it again."),
    tag("data", "Data", "The data of a server: to be taken along, to be removed."),
    tag("palette", "Search", "Pages, members, songs and settings by their names."),
    tag("catalogue", "Catalogue", "Items and tasks that the operator offers to all servers."),
    tag("stream", "Streams", "What changes, at the moment when it does."),
    tag("pages", "Pages", "How the pages look to whoever asks."),
    tag("instance", "The program", "How this Greenroom is, and what can be asked of it."),
];

const fn tag(name: &'static str, title: &'static str, about: &'static str) -> Tag {
    Tag { name, title, about, routes: &[] }
}

/// The subject of a route: what its name begins with, or where it is listed.
pub fn tag_of(route: &'static str) -> &'static str {
    let listed = TAGS.iter().find(|tag| tag.routes.contains(&route));
    listed.map_or_else(|| route.split_once('.').map_or(route, |(tag, _)| tag), |tag| tag.name)
}

//! Registration of commands: what is sent to Discord, and when nothing is.

use greenroom::covers;
use serde_json::{Value, json};

use crate::reading::{SOON, command_names};
use crate::site::Site;
use crate::sources::Source;
use crate::world::World;

const STRING: u64 = 3;
const INTEGER: u64 = 4;
const BOOLEAN: u64 = 5;
const USER: u64 = 6;
const CHANNEL: u64 = 7;
const ROLE: u64 = 8;
const ATTACHMENT: u64 = 11;
/// Discord's number for the Administrator permission.
const ADMINISTRATOR: &str = "8";

/// A command as people were promised it: name, description, whether it is for administrators, options (name, type,
/// required, completed while typing).
type Promise = (&'static str, &'static str, bool, &'static [(&'static str, u64, bool, bool)]);

const PROMISED: &[Promise] = &[
    ("help", "List the commands you can use", false, &[("command", STRING, false, true)]),
    (
        "submit",
        "Submit a music link for review",
        false,
        &[("tiktok_handle", STRING, false, true), ("skip", BOOLEAN, false, false)],
    ),
    (
        "submitfile",
        "Submit an audio file (mp3, m4a, wav, flac, up to 25 MB)",
        false,
        &[
            ("file", ATTACHMENT, true, false),
            ("artist_name", STRING, false, false),
            ("song_title", STRING, false, false),
            ("note", STRING, false, false),
            ("tiktok_handle", STRING, false, true),
            ("skip", BOOLEAN, false, false),
        ],
    ),
    ("mysubmissions", "List your submissions", false, &[("page", INTEGER, false, false)]),
    ("queue", "Show the active queue and your place in it", false, &[("page", INTEGER, false, false)]),
    ("balance", "Show your Luxury Coins and server currency", false, &[("user", USER, false, false)]),
    ("daily", "Claim your daily reward", false, &[]),
    ("give", "Give currency to someone", false, &[("user", USER, true, false), ("amount", INTEGER, true, false)]),
    (
        "transactions",
        "Show your transaction history",
        false,
        &[("currency", INTEGER, false, false), ("type", STRING, false, true), ("page", INTEGER, false, false)],
    ),
    ("leaderboard", "Show a leaderboard", false, &[("type", INTEGER, false, false), ("page", INTEGER, false, false)]),
    (
        "currency-admin add",
        "Add currency",
        false,
        &[("user", USER, true, false), ("amount", INTEGER, true, false), ("reason", STRING, false, false)],
    ),
    (
        "currency-admin remove",
        "Remove currency (floor 0)",
        false,
        &[("user", USER, true, false), ("amount", INTEGER, true, false), ("reason", STRING, false, false)],
    ),
    (
        "currency-admin set",
        "Set a balance",
        false,
        &[("user", USER, true, false), ("amount", INTEGER, true, false), ("reason", STRING, false, false)],
    ),
    (
        "currency-admin history",
        "Show a user's transactions",
        false,
        &[("user", USER, true, false), ("page", INTEGER, false, false)],
    ),
    ("currency-admin validate", "Check balances against the ledger", false, &[("user", USER, false, false)]),
    ("currency-admin rollback", "Undo one transaction", false, &[("transaction_id", STRING, true, false)]),
    (
        "currency-admin name",
        "Set the currency name and symbol",
        false,
        &[("name", STRING, true, false), ("symbol", STRING, false, false)],
    ),
    ("buy-skip", "Spend Luxury Coins to move your latest submission to 10 Skip", false, &[]),
    ("link-tiktok", "Link a TikTok handle to your Discord account", false, &[("handle", STRING, true, true)]),
    ("unlink-tiktok", "Remove one of your TikTok links", false, &[("handle", STRING, true, true)]),
    ("my-tiktok-handles", "Show your linked TikTok handles", false, &[]),
    ("next", "Play the next submission", true, &[]),
    (
        "move",
        "Move a submission to another line",
        true,
        &[("submission_id", STRING, true, true), ("target_line", INTEGER, true, false)],
    ),
    ("remove", "Remove a submission from the queue", true, &[("submission_id", STRING, true, true)]),
    ("clear-free", "Move every Free submission to Removed", true, &[]),
    ("open-submissions", "Open submissions", true, &[]),
    ("close-submissions", "Close submissions", true, &[]),
    ("set-submission-channel", "Accept submissions only in this channel", true, &[("channel", CHANNEL, true, false)]),
    ("setbookmarkchannel", "Set the channel for bookmarked songs", true, &[("channel", CHANNEL, true, false)]),
    ("setnowplayingchannel", "Set the now-playing channel", true, &[("channel", CHANNEL, true, false)]),
    ("setup-post-live-metrics", "Set the post-live metrics channel", true, &[("channel", CHANNEL, true, false)]),
    (
        "coins",
        "View, add or remove Luxury Coins of a user",
        true,
        &[
            ("user", USER, true, false),
            ("action", INTEGER, true, false),
            ("amount", INTEGER, false, false),
            ("reason", STRING, false, false),
            ("entry", STRING, false, true),
        ],
    ),
    ("setup-live-queue", "Post the public live queue in a channel", true, &[("channel", CHANNEL, true, false)]),
    ("selfheal", "Repair the persistent embeds now", true, &[]),
    ("cleandebugchannel", "Delete the messages in the debug channel", true, &[]),
    ("setdebugchannel", "Set the debug channel", true, &[("channel", CHANNEL, true, false)]),
    (
        "setup-reviewer-channel",
        "Post the reviewer queue and the pending skips in a channel",
        true,
        &[("channel", CHANNEL, true, false)],
    ),
    ("setup", "Choose the channels of your evenings in one form", true, &[]),
    ("show-settings", "Show the bot settings of this server", true, &[]),
    ("config list", "List the settings", true, &[("area", INTEGER, false, false)]),
    ("config get", "Show one setting", true, &[("key", STRING, true, true)]),
    ("config set", "Change one setting", true, &[("key", STRING, true, true), ("value", STRING, true, true)]),
    ("config reset", "Back to the default", true, &[("key", STRING, true, true)]),
    (
        "tiktok connect",
        "Connect to a TikTok live stream",
        true,
        &[("unique_id", STRING, true, false), ("persistent", BOOLEAN, false, false)],
    ),
    ("tiktok status", "Show the connection state", true, &[]),
    ("tiktok disconnect", "Disconnect and end the session", true, &[]),
    (
        "admin-link",
        "Force-link a TikTok handle to a user",
        true,
        &[("user", USER, true, false), ("handle", STRING, true, true)],
    ),
    (
        "admin-unlink",
        "Force-unlink a TikTok handle from a user",
        true,
        &[("user", USER, true, false), ("handle", STRING, true, true)],
    ),
    ("claim", "Claim a task", false, &[("task_id", INTEGER, true, true)]),
    (
        "task_submit",
        "Hand in proof for a claimed task",
        false,
        &[
            ("task_id", INTEGER, true, true),
            ("proof", STRING, false, false),
            ("attachment", ATTACHMENT, false, false),
            ("attachment2", ATTACHMENT, false, false),
            ("attachment3", ATTACHMENT, false, false),
        ],
    ),
    ("tasks list", "List open tasks", false, &[("category", STRING, false, true)]),
    ("tasks mine", "Your claims and their deadlines", false, &[]),
    ("tasks info", "Show one task", false, &[("task_id", INTEGER, true, true)]),
    ("tasks abandon", "Give up a claim", false, &[("task_id", INTEGER, true, true)]),
    (
        "task-admin create",
        "Create and post a task",
        false,
        &[
            ("name", STRING, true, false),
            ("description", STRING, true, false),
            ("reward", INTEGER, true, false),
            ("duration_hours", INTEGER, true, false),
            ("max_claims", INTEGER, false, false),
            ("category", STRING, false, true),
            ("role", ROLE, false, false),
            ("channel", CHANNEL, false, false),
            ("repeats", INTEGER, false, false),
            ("proof", INTEGER, false, false),
            ("proof_amount", INTEGER, false, false),
            ("proof_channel", CHANNEL, false, false),
        ],
    ),
    (
        "task-admin edit",
        "Change one field of a task",
        false,
        &[("task_id", INTEGER, true, true), ("field", INTEGER, true, false), ("value", STRING, true, false)],
    ),
    ("task-admin delete", "Delete a task with its messages", false, &[("task_id", INTEGER, true, true)]),
    ("task-admin repost", "Post the task message again", false, &[("task_id", INTEGER, true, true)]),
    ("task-admin expire", "Expire a task now", false, &[("task_id", INTEGER, true, true)]),
    ("task-admin pending", "List submissions waiting for review", false, &[]),
    (
        "task-admin review",
        "Accept or reject a submission",
        false,
        &[
            ("task_id", INTEGER, true, true),
            ("user", USER, true, false),
            ("decision", INTEGER, true, false),
            ("reason", STRING, false, false),
        ],
    ),
    (
        "task-admin assign",
        "Assign a task to a user",
        false,
        &[("task_id", INTEGER, true, true), ("user", USER, true, false)],
    ),
    (
        "task-admin settings",
        "Show or change the task settings",
        false,
        &[
            ("allow_user_tasks", BOOLEAN, false, false),
            ("max_tasks_per_user", INTEGER, false, false),
            ("auto_expire_enabled", BOOLEAN, false, false),
            ("require_proof", BOOLEAN, false, false),
            ("channel", CHANNEL, false, false),
            ("retry_hours", INTEGER, false, false),
        ],
    ),
    (
        "task-admin category",
        "Add or remove a category",
        false,
        &[("action", INTEGER, true, false), ("name", STRING, true, true)],
    ),
    ("remind me", "Set a reminder", false, &[("when", STRING, true, false), ("message", STRING, true, false)]),
    ("remind list", "List your reminders", false, &[]),
    ("remind cancel", "Cancel a reminder", false, &[("reminder_id", INTEGER, true, true)]),
    (
        "profile",
        "Show or set your time zone",
        false,
        &[("timezone", STRING, false, true), ("hidden", BOOLEAN, false, false)],
    ),
    ("dashboard", "Link to the web dashboard", false, &[]),
    ("shop view", "List items", false, &[("category", STRING, false, true)]),
    ("shop item", "Show one item", false, &[("item_id", STRING, true, true)]),
    ("buy", "Buy a shop item", false, &[("item_id", STRING, true, true), ("quantity", INTEGER, false, false)]),
    ("inventory", "Show an inventory", false, &[("user", USER, false, false)]),
    (
        "use",
        "Use up an item of your inventory",
        false,
        &[("item_id", STRING, true, true), ("quantity", INTEGER, false, false)],
    ),
    ("redeem", "Redeem a code of this server", false, &[("code", STRING, true, false)]),
    (
        "shop-admin edit",
        "Change one field of an item",
        false,
        &[("item_id", STRING, true, true), ("field", INTEGER, true, false), ("value", STRING, true, false)],
    ),
    (
        "shop-admin stock",
        "Change the stock",
        false,
        &[("item_id", STRING, true, true), ("operation", INTEGER, true, false), ("quantity", INTEGER, true, false)],
    ),
    ("shop-admin remove", "Delete an item and its message", false, &[("item_id", STRING, true, true)]),
    ("shop-admin repost", "Post the item message again", false, &[("item_id", STRING, true, true)]),
    ("shop-admin channel", "Set the shop channel", false, &[("channel", CHANNEL, true, false)]),
    (
        "shop-admin add",
        "Create and post an item",
        false,
        &[
            ("name", STRING, true, false),
            ("description", STRING, true, false),
            ("price", INTEGER, true, false),
            ("category", STRING, false, false),
            ("stock", INTEGER, false, false),
            ("emoji", STRING, false, false),
            ("kind", INTEGER, false, false),
            ("role", ROLE, false, false),
            ("hours", INTEGER, false, false),
            ("per_member", INTEGER, false, false),
            ("required_role", ROLE, false, false),
        ],
    ),
    ("shop-admin orders", "Orders that wait to be handed over", false, &[]),
    ("shop-admin refund", "Give the money of a purchase back", false, &[("purchase_id", STRING, true, true)]),
    (
        "shop-admin code",
        "Make a code that gives currency or an item",
        false,
        &[
            ("amount", INTEGER, false, false),
            ("item_id", STRING, false, true),
            ("quantity", INTEGER, false, false),
            ("uses", INTEGER, false, false),
            ("text", STRING, false, false),
            ("hours", INTEGER, false, false),
        ],
    ),
    ("shop-admin codes", "Codes that can be redeemed", false, &[]),
    (
        "data export",
        "Export data of this server",
        false,
        &[("what", INTEGER, true, false), ("format", INTEGER, false, false)],
    ),
    ("data inactive", "List inactive users", false, &[("days", INTEGER, false, false)]),
    ("data cleanup", "Remove inactive users", false, &[("days", INTEGER, false, false)]),
    ("data reactivate", "Reactivate a user", false, &[("user", USER, true, false)]),
    ("data archive", "Archive old transactions", false, &[("days_to_keep", INTEGER, false, false)]),
];

/// Commands, with all that is below them, that everybody sees and those who run the server may use.
const OF_ADMINS: [&str; 4] = ["currency-admin", "data", "shop-admin", "task-admin"];

/// The commands that work in direct messages.
const IN_MESSAGES: [&str; 4] = ["dashboard", "help", "profile", "remind"];

#[tokio::test]
async fn the_commands_are_those_that_people_were_promised() {
    covers!("M-DLV-09", "M-CMD-01", "M-CMD-04", "M-CMD-10", "M-CMD-11", "M-CMD-12", "M-CMD-13", "M-CMD-37");
    let world = World::new().await;
    let registered = world.sim.commands().await;
    for (name, description, is_for_administrators, options) in PROMISED {
        let (whole, part) = name.split_once(' ').map_or((*name, None), |(whole, part)| (whole, Some(part)));
        let named = |list: &[Value], wanted: &str| list.iter().find(|item| item["name"] == wanted).cloned();
        let whole = named(&registered, whole).unwrap_or_else(|| panic!("no /{name}"));
        let wanted = if *is_for_administrators { json!(ADMINISTRATOR) } else { Value::Null };
        assert_eq!(whole.get("default_member_permissions").cloned().unwrap_or_default(), wanted, "/{name}");
        let command = match part {
            Some(part) => named(whole["options"].as_array().unwrap(), part).unwrap_or_else(|| panic!("no /{name}")),
            None => whole,
        };
        assert_eq!(command["description"], *description, "/{name}");
        let none = Vec::new();
        let sent = command["options"].as_array().unwrap_or(&none);
        let flag = |option: &Value, key: &str| option.get(key).and_then(Value::as_bool).unwrap_or(false);
        let sent: Vec<_> = sent
            .iter()
            .map(|option| {
                let (name, kind) = (option["name"].as_str().unwrap(), option["type"].as_u64().unwrap());
                (name, kind, flag(option, "required"), flag(option, "autocomplete"))
            })
            .collect();
        assert_eq!(sent, *options, "/{name}");
    }
    let lines = registered.iter().find(|command| command["name"] == "move").unwrap();
    let lines: Vec<_> =
        lines["options"][1]["choices"].as_array().unwrap().iter().map(|choice| &choice["name"]).collect();
    assert_eq!(lines, ["25+ Skip", "20 Skip", "15 Skip", "10 Skip", "5 Skip", "Free", "Pending Skips"]);
    world.end().await;
}

#[test]
fn the_page_on_commands_lists_each_with_its_options_and_who_may_use_it() {
    let page = Source::read("docs/commands.md").text;
    let mut told = Vec::new();
    for row in page.lines().filter(|line| line.starts_with("| `/")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        // Tables with other columns speak of some commands once more.
        if let [_, command, options, who, _, _] = cells[..] {
            told.push([command.to_owned(), options.to_owned(), who.to_owned()]);
        }
    }
    let row = |(name, _, is_for_administrators, options): &Promise| {
        let options: Vec<_> = options
            .iter()
            .map(|(option, _, is_needed, _)| format!("`{option}`{}", if *is_needed { "*" } else { "" }))
            .collect();
        let is_of_admins = OF_ADMINS.iter().any(|group| name.split(' ').next() == Some(group));
        let who = match is_for_administrators {
            true => "administrators",
            false if is_of_admins => "admins",
            false => "everyone",
        };
        [format!("`/{name}`"), options.join(", "), who.to_owned()]
    };
    let mut promised: Vec<_> = PROMISED.iter().map(row).collect();
    told.sort();
    promised.sort();
    assert_eq!(told, promised, "docs/commands.md should list them");
    // A command of which nobody was promised anything would be missing there, too.
    let mut names: Vec<_> = PROMISED.iter().filter_map(|(name, ..)| name.split(' ').next()).collect();
    names.sort_unstable();
    names.dedup();
    let mut all = command_names();
    all.sort();
    assert_eq!(all, names);
}

#[tokio::test]
async fn commands_are_sent_at_the_first_start_and_again_only_when_they_change() {
    covers!("M-DLV-09");
    let site = Site::new().await;
    site.start().await.stop().await;
    let mut all = command_names();
    all.sort();
    let mut sent = site.registrations().await;
    sent[0].1.sort();
    assert_eq!(sent, [("global".to_owned(), all)]);
    let app = site.start().await;
    assert_eq!(site.registrations().await.len(), 1, "nothing changed, so nothing is sent");
    // Another program version left another digest.
    let store = &app.bot.store;
    let forget = store.write("test", |tx| {
        use greenroom::kernel::ids::GuildId;
        greenroom::settings::BOT_CONFIG.remove(tx, &(GuildId::INSTANCE, "registered_commands".to_owned())).map(drop)
    });
    forget.await.unwrap();
    app.stop().await;
    site.start().await.stop().await;
    assert_eq!(site.registrations().await.len(), 2);
}

#[tokio::test]
async fn fast_registration_puts_all_commands_into_the_guild_and_those_of_messages_into_messages() {
    covers!("M-DLV-09", "M-ENV-03");
    let site = Site::new().await;
    let app = site.start_with(Some(site.guild)).await;
    // The set for messages follows the guild's, which answers already.
    let is_help = |command: &Value| command["name"] == "help";
    let both = |world: &greenroom::sim::World| {
        (world.commands().iter().filter(|command| is_help(command)).count() == 2).then_some(())
    };
    site.sim.wait_until(both, SOON).await.unwrap();
    let mut sent = site.registrations().await;
    sent.sort();
    for (_, names) in &mut sent {
        names.sort();
    }
    let mut all = command_names();
    all.sort();
    assert_eq!(sent, [("global".to_owned(), IN_MESSAGES.map(str::to_owned).to_vec()), ("guild".to_owned(), all)]);
    let next = site.run(site.call("host", "next")).await;
    assert_eq!(next.text(), "The queue is empty.");
    app.stop().await;
}

#[tokio::test]
async fn changing_the_mode_leaves_no_command_twice() {
    covers!("M-DLV-09", "M-ENV-03");
    let site = Site::new().await;
    site.start_with(Some(site.guild)).await.stop().await;
    let app = site.start().await;
    // The guild's own set is cleared when the guild becomes available, which may be after the first answer.
    let is_cleared = |world: &greenroom::sim::World| {
        let names: Vec<_> = world.commands().into_iter().map(|command| command["name"].clone()).collect();
        names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)).then_some(names.len())
    };
    let count = site.sim.wait_until(is_cleared, SOON).await.unwrap();
    assert_eq!(count, command_names().len());
    app.stop().await;
    site.start_with(Some(site.guild)).await.stop().await;
    let global: Vec<_> = site.registrations().await.into_iter().filter(|(scope, _)| scope == "global").collect();
    let mut last = global.last().unwrap().1.clone();
    last.sort();
    assert_eq!(last, IN_MESSAGES, "back in fast mode the global set is for messages only");
}

//! The SQLite export has exactly the tables, columns, keys and indexes that were promised.

mod promised;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use greenroom::app::operation::{ExportSqlite, Operation as _};
use greenroom::catalogue::CATALOGUE;
use greenroom::covers;
use greenroom::features::queue::model::{Line, Place, PublicId, Song, Source};
use greenroom::features::{coins, queue};
use greenroom::kernel::ids::GuildId;
use greenroom::live::Occurrence;
use greenroom::store::Tx;
use rusqlite::Connection;

use self::promised::{INDEXES, REFERENCES, TABLES};
use crate::displays::{shown_in, until_known};
use crate::reading::link;
use crate::world::{World, viewer};

/// The rows of a query, each as one text.
fn rows(file: &Connection, query: &str) -> Vec<String> {
    let mut statement = file.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn export(world: &World, path: &Path, guild: Option<GuildId>) -> Connection {
    let operation = ExportSqlite { path: path.to_owned(), guild, replace: false };
    let done = operation.run(&world.app.bot.store, CATALOGUE, &mut |_| {}).unwrap();
    assert_eq!(done.dangling, 0, "{done:?}");
    Connection::open(path).unwrap()
}

fn columns(file: &Connection, table: &str) -> Vec<String> {
    let query = format!(
        "SELECT iif(pk > 0, '*', '') || name || ' ' || type || iif(\"notnull\" AND pk = 0, '!', '') ||
                iif(dflt_value IS NULL, '', '=' || iif(dflt_value LIKE '%now%', 'now', dflt_value))
         FROM pragma_table_info('{table}') ORDER BY cid"
    );
    rows(file, &query)
}

fn unique(file: &Connection, table: &str) -> Vec<String> {
    let query = format!(
        "SELECT (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(list.name) ORDER BY seqno))
         FROM pragma_index_list('{table}') AS list WHERE origin = 'u' ORDER BY 1"
    );
    rows(file, &query)
}

fn references(file: &Connection, table: &str) -> BTreeSet<String> {
    let query = format!(
        "SELECT \"from\" || ' ' || \"table\" || '.' || \"to\" || ' ' || on_delete FROM pragma_foreign_key_list('{table}')"
    );
    rows(file, &query).into_iter().collect()
}

/// A world in which every table that is filled so far has rows.
async fn evening() -> World {
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.joins("nobody.yet").await;
    world.live(Occurrence::Viewers(12)).await;
    world.member("ann").submits(&link(1), "O'Hara \"quoted\"").await;
    world.live(Occurrence::Liked(viewer("ann.live"), 3)).await;
    world.gift("ann.live", 1000).await;
    world
}

#[tokio::test]
async fn the_export_of_one_server_has_exactly_the_promised_schema() {
    covers!(
        "M-ACC-01", "M-DB-01", "M-DB-02", "M-DB-03", "M-DB-04", "M-DB-05", "M-DB-06", "M-DB-07", "M-DB-08", "M-DB-09",
        "M-DB-10", "M-DB-11", "M-DB-12", "M-DB-13", "M-DB-14", "M-DB-15", "M-DB-16", "M-DB-17", "M-DB-18", "M-DB-19",
        "M-DB-20", "M-DB-21", "M-DB-22", "M-ECO-07", "S-MIG-02", "S-DB-19", "S-DB-20"
    );
    let world = evening().await;
    let folder = tempfile::tempdir().unwrap();
    let file = export(&world, &folder.path().join("one.db"), Some(world.guild));
    for (table, expected, keys) in TABLES {
        assert_eq!(columns(&file, table), *expected, "{table}");
        assert_eq!(unique(&file, table), *keys, "{table}");
        let of_table = REFERENCES.iter().filter(|(from, ..)| from == table);
        let expected: BTreeSet<_> = of_table.map(|(_, column, to, then)| format!("{column} {to} {then}")).collect();
        assert_eq!(references(&file, table), expected, "{table}");
    }
    for (index, table, rest) in INDEXES {
        let query =
            format!("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}' AND name = '{index}'");
        let sql = rows(&file, &query).pop().unwrap_or_else(|| panic!("no {index} on {table}"));
        let plain = sql.replace('"', "");
        assert!(plain.contains(rest) && plain.ends_with(rest.rsplit(')').next().unwrap()), "{index}: {sql}");
    }
    let named = rows(&file, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL");
    assert_eq!(named.len(), INDEXES.len(), "{named:?}");
    let tables: BTreeSet<_> = rows(&file, "SELECT name FROM sqlite_master WHERE type = 'table'").into_iter().collect();
    assert_eq!(tables, TABLES.iter().map(|(name, ..)| (*name).to_owned()).collect());
    let migrations = rows(&file, "SELECT version || ' ' || name || ' ' || applied_at FROM schema_migrations");
    let newest = world.app.bot.store.schema().migrations.last().unwrap();
    let last = migrations.last().unwrap();
    assert!(last.starts_with(&format!("{} {} 20", newest.version, newest.name)), "{migrations:?}");
    world.end().await;
}

#[tokio::test]
async fn the_export_of_all_servers_begins_every_table_with_the_server() {
    covers!("M-DB-02", "M-DB-03", "M-DB-06", "M-DB-07", "M-DB-08", "M-DB-11");
    let world = evening().await;
    let folder = tempfile::tempdir().unwrap();
    let file = export(&world, &folder.path().join("all.db"), None);
    for (table, expected, _) in TABLES {
        let found = columns(&file, table);
        assert!(found[0].starts_with("*guild_id INTEGER"), "{table}: {found:?}");
        assert_eq!(found[1..], **expected, "{table}");
    }
    let guilds = rows(&file, "SELECT DISTINCT CAST(guild_id AS TEXT) FROM submissions");
    assert_eq!(guilds, [world.guild.to_string()]);
    world.end().await;
}

#[tokio::test]
async fn exported_rows_are_what_people_did() {
    covers!("M-DB-03", "M-DB-06", "M-DB-07", "M-DB-11", "M-PTS-01", "M-PTS-02", "M-LNK-03");
    let world = evening().await;
    let folder = tempfile::tempdir().unwrap();
    let file = export(&world, &folder.path().join("rows.db"), Some(world.guild));
    let ann = world.user("ann");
    let song = &world.songs()[0];
    assert_eq!(
        rows(
            &file,
            "SELECT public_id || '|' || user_id || '|' || song_name || '|' || queue_line || '|' || submission_time FROM submissions"
        ),
        [format!(
            "{}|{ann}|O'Hara \"quoted\"|5 Skip|{}",
            song.song.public_id.digits(),
            song.place.submitted_at.rfc3339_in_order()
        )]
    );
    assert_eq!(
        rows(
            &file,
            "SELECT handle_name || '|' || coalesce(linked_discord_id, '') || '|' || points FROM tiktok_accounts ORDER BY handle_id"
        ),
        [format!("ann.live|{ann}|1001"), "nobody.yet||0".to_owned()]
    );
    assert_eq!(rows(&file, "SELECT user_id || '|' || points FROM user_points"), [format!("{ann}|1001")]);
    assert_eq!(rows(&file, "SELECT user_id || '|' || balance FROM luxury_coins"), [format!("{ann}|20")]);
    let entries = "SELECT user_id || '|' || balance_before || '|' || amount || '|' || balance_after || '|' || type || '|' || actor \
                   FROM transactions WHERE currency = 'luxury'";
    assert_eq!(rows(&file, entries), [format!("{ann}|0|20|20|gift|live")]);
    let unexplained = "SELECT CAST(user_id AS TEXT) FROM luxury_coins WHERE balance <> \
                       (SELECT sum(amount) FROM transactions AS t WHERE t.user_id = luxury_coins.user_id AND currency = 'luxury')";
    assert_eq!(rows(&file, unexplained), Vec::<String>::new());
    assert_eq!(
        rows(&file, "SELECT interaction_type || '|' || coalesce(coin_value, '') FROM tiktok_interactions ORDER BY id"),
        ["join|", "join|", "like|", "gift|1000"]
    );
    assert_eq!(rows(&file, "SELECT CAST(viewer_count AS TEXT) FROM viewer_count_snapshots"), ["12"]);
    world.end().await;
}

#[tokio::test]
async fn exported_accounts_are_what_members_have_of_the_servers_currency() {
    covers!("T-CUR-02");
    let world = World::new().await;
    world.member("ann").run("daily").await;
    let give = world.member("ann").call("give").with("user", world.member("ben").id.to_string()).with("amount", 30);
    world.member("ann").run_call(give).await;
    let folder = tempfile::tempdir().unwrap();
    let columns = "user_id || '|' || balance || '|' || total_earned || '|' || total_spent || '|' || created_at || '|' || \
                   coalesce(last_daily, '') || '|' || is_active || '|' || coalesce(left_at, '')";
    let query = format!("SELECT {columns} FROM users ORDER BY balance DESC");
    let (ann, ben, now) = (world.user("ann"), world.user("ben"), "2026-11-21T20:00:00.000000Z");
    let expected = [format!("{ann}|70|100|30|{now}|{now}|1|"), format!("{ben}|30|30|0|{now}||1|")];
    for (name, guild) in [("one.db", Some(world.guild)), ("all.db", None)] {
        assert_eq!(rows(&export(&world, &folder.path().join(name), guild), &query), expected, "{name}");
    }
    world.end().await;
}

#[tokio::test]
async fn the_exported_economy_has_what_is_kept_of_a_server_as_a_whole() {
    covers!("T-CUR-03", "T-CUR-04", "T-SHP-02", "T-TSK-02", "T-TSK-05", "T-TSK-06", "T-GEN-07");
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let nothing = export(&world, &folder.path().join("nothing.db"), Some(world.guild));
    for table in ["currency_metadata", "task_metadata", "task_settings"] {
        assert_eq!(rows(&nothing, &format!("SELECT CAST(id AS TEXT) FROM {table}")), Vec::<String>::new(), "{table}");
    }
    for name in ["ann", "ben"] {
        world.member(name).run("daily").await;
    }
    let sell = world.host().call("shop-admin add").with("name", "Cookie").with("description", "Good");
    let sell = sell.with("price", 30_i64).with("stock", 5_i64).with("emoji", "🍪");
    world.host().run_call(sell).await;
    let buy = world.member("ann").call("buy").with("item_id", "1").with("quantity", 2_i64);
    world.member("ann").run_call(buy).await;
    let make = world.host().in_channel("staff").call("task-admin create").with("name", "Greet");
    let make = make.with("description", "Say hello").with("reward", 25_i64).with("duration_hours", 24_i64);
    world.host().run_call(make.with("channel", world.channel("general").to_string())).await;
    world.settle().await;
    let ann = world.user("ann");
    for (name, guild) in [("one.db", Some(world.guild)), ("all.db", None)] {
        let file = export(&world, &folder.path().join(name), guild);
        let only = |query: &str| rows(&file, &format!("SELECT {query}")).join("\n");
        assert_eq!(only("version || '|' || total_currency FROM currency_metadata"), "2.0|140", "{name}");
        assert_eq!(only("CAST(sum(balance) AS TEXT) FROM users"), "140", "{name}");
        let item =
            only("name || '|' || price || '|' || category || '|' || stock || '|' || sales_count FROM shop_items");
        assert_eq!(item, "🍪 Cookie|30|consumable|3|2", "{name}");
        let held = only("user_id || '|' || item_id || '|' || quantity FROM inventory");
        assert_eq!(held, format!("{ann}|1|2"), "{name}");
        let task = only("id || '|' || name || '|' || reward || '|' || status || '|' || category FROM tasks");
        assert_eq!(task, "1|Greet|25|active|General", "{name}");
        let kept = only("next_task_id || '|' || total_completed || '|' || total_expired FROM task_metadata");
        assert_eq!(kept, "2|0|0", "{name}");
        let settings = "allow_user_tasks || '|' || max_tasks_per_user || '|' || auto_expire_enabled || '|' || require_proof \
                        || '|' || coalesce(announcement_channel_id, '') FROM task_settings";
        assert_eq!(only(settings), "1|10|1|1|", "{name}");
    }
    world.end().await;
}

#[tokio::test]
async fn exported_reminders_are_those_that_are_to_come_and_those_that_came() {
    covers!("S-DB-19");
    let world = World::new().await;
    let ann = world.member("ann").in_channel("general");
    for (when, message) in [("10m", "tea"), ("2h", "O'Hara")] {
        ann.run_with("remind me", [("when", when.to_owned()), ("message", message.to_owned())]).await;
    }
    world.pass(Duration::from_mins(10)).await;
    let folder = tempfile::tempdir().unwrap();
    let row =
        "user_id || '|' || channel_id || '|' || message || '|' || remind_at || '|' || completed || '|' || created_at";
    let query = format!("SELECT id || '|' || {row} FROM reminders ORDER BY id");
    let (user, channel) = (world.user("ann"), world.channel("general"));
    let expected = [
        format!("1|{user}|{channel}|tea|2026-11-21T20:10:00.000000Z|1|2026-11-21T20:00:00.000000Z"),
        format!("2|{user}|{channel}|O'Hara|2026-11-21T22:00:00.000000Z|0|2026-11-21T20:00:00.000000Z"),
    ];
    for (name, guild) in [("one.db", Some(world.guild)), ("all.db", None)] {
        assert_eq!(rows(&export(&world, &folder.path().join(name), guild), &query), expected, "{name}");
    }
    world.end().await;
}

#[tokio::test]
async fn exported_displays_are_where_people_see_them() {
    let world = World::new().await;
    world.chooses("setup-live-queue", "general").await;
    let channel = world.channel("general");
    let shown = shown_in(&world.sim, &world.hand, channel, "The queue is empty").await;
    until_known(&world.app.bot.store, &world.hand, world.guild, |display| display.message.is_some()).await;
    world.settle().await;
    let folder = tempfile::tempdir().unwrap();
    for (name, guild) in [("one.db", Some(world.guild)), ("all.db", None)] {
        let file = export(&world, &folder.path().join(name), guild);
        let displays =
            "SELECT channel_id || '|' || message_id || '|' || current_page || '|' || is_active FROM persistent_embeds";
        assert_eq!(rows(&file, displays), [format!("{channel}|{}|0|1", shown.id())], "{name}");
        let lines = "SELECT queue_line || '|' || channel_id || '|' || pinned_message_id FROM queue_config";
        let lines = rows(&file, lines);
        assert!(lines.iter().all(|line| line.ends_with(&format!("|{channel}|{}", shown.id()))), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("Free|")), "{lines:?}");
    }
    world.end().await;
}

/// Columns that name a row of another table beside [`REFERENCES`]: what is named, by which column, and where that is.
const NAMES: &[(&str, &str)] = &[
    ("bot_config.value WHERE key = 'now_playing'", "submissions.public_id"),
    ("transactions.undone_by", "transactions.id"),
    ("transactions.user_id WHERE currency = 'luxury'", "luxury_coins.user_id"),
    ("transactions.user_id WHERE currency = 'points'", "user_points.user_id"),
    ("luxury_coins.user_id", "transactions.user_id"),
    ("user_points.user_id", "transactions.user_id"),
    ("queue_config.channel_id", "persistent_embeds.channel_id"),
    ("queue_config.pinned_message_id", "persistent_embeds.message_id"),
    ("tiktok_watch_time.linked_discord_id", "tiktok_accounts.linked_discord_id"),
];

/// What is called the same in several tables, or means the same: it has one type everywhere.
const SAME: &[&[&str]] = &[
    &["user_id", "linked_discord_id"],
    &["channel_id"],
    &["message_id", "pinned_message_id"],
    &["session_id"],
    &["tiktok_account_id", "handle_id"],
    &["queue_line"],
    &[
        "timestamp",
        "first_seen",
        "last_seen",
        "start_time",
        "end_time",
        "submission_time",
        "played_time",
        "last_updated",
    ],
];

/// An evening with songs whose numbers begin with zeros, one of which plays, with displays, coins and an undo.
async fn evening_of_small_numbers() -> World {
    let world = evening().await;
    world.chooses("setup-live-queue", "general").await;
    shown_in(&world.sim, &world.hand, world.channel("general"), "O'Hara").await;
    until_known(&world.app.bot.store, &world.hand, world.guild, |display| display.message.is_some()).await;
    let (guild, ann, at) = (world.guild, world.user("ann"), world.hand.now());
    let bring = move |tx: &Tx<'_>| {
        for (number, wanted) in [7, 43_467, 99_999].into_iter().enumerate() {
            let url = link(number + 10);
            let song = Song {
                public_id: PublicId::new(0),
                user: ann,
                username: "ann".into(),
                artist: "Ann".into(),
                title: format!("Small {wanted}"),
                source: Source::Link { platform: "YouTube".into(), url: url.clone(), key: url },
                note: None,
                tiktok_username: None,
            };
            let score = coins::queries::points(tx, guild, ann)?.get();
            let place = Place { user: ann, line: Line::Skip25Plus, score, submitted_at: at, played_at: None };
            queue::service::bring(tx, guild, &song, &place, Some(PublicId::new(wanted)))?;
        }
        Ok(())
    };
    world.app.bot.store.write("small_numbers", bring).await.unwrap();
    let undo = world.host().call("coins").with("user", ann.to_string()).with("action", "undo").with("entry", "1");
    assert!(world.host().run_call(undo).await.text().contains("undone"), "the gift is undone");
    world
}

#[tokio::test]
async fn what_names_something_elsewhere_in_the_export_finds_it_there() {
    let world = evening_of_small_numbers().await;
    let folder = tempfile::tempdir().unwrap();
    for (number, song) in ["000007", "043467", "099999"].into_iter().enumerate() {
        world.next().await;
        for (form, guild) in [("one", Some(world.guild)), ("all", None)] {
            let file = export(&world, &folder.path().join(format!("{form}{number}.db")), guild);
            let playing =
                "SELECT song_name FROM submissions JOIN bot_config ON value = public_id WHERE key = 'now_playing'";
            assert_eq!(rows(&file, playing), [format!("Small {}", song.trim_start_matches('0'))], "{form}");
            let of_keys =
                REFERENCES.iter().map(|(table, column, to, _)| (format!("{table}.{column}"), (*to).to_owned()));
            let of_others = NAMES.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
            for (from, to) in of_keys.chain(of_others) {
                let (table, rest) = from.split_once('.').unwrap();
                let (column, only) = rest.split_once(" WHERE ").unwrap_or((rest, "1"));
                let (target, key) = to.split_once('.').unwrap();
                let lost = format!(
                    "SELECT quote({column}) FROM {table} WHERE {only} AND {column} IS NOT NULL AND NOT EXISTS
                       (SELECT 1 FROM {target} AS t WHERE t.{key} = {table}.{column} AND typeof(t.{key}) = typeof({table}.{column}))"
                );
                assert_eq!(rows(&file, &lost), Vec::<String>::new(), "{from} names {to}");
                let found = format!("SELECT quote({column}) FROM {table} WHERE {only} AND {column} IS NOT NULL");
                assert!(
                    // Points are in the journal once a song was played from Free.
                    !rows(&file, &found).is_empty()
                        || from.starts_with("tiktok_watch_time")
                        || from.contains("'points'"),
                    "{from} is empty here"
                );
            }
            for names in SAME {
                let found = typed(&file, names);
                assert_eq!(found.values().collect::<BTreeSet<_>>().len(), 1, "{found:?}");
            }
        }
    }
    world.end().await;
}

/// The types of the values of columns that are called so, by table and column.
fn typed(file: &Connection, names: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (table, columns, _) in TABLES {
        let columns = columns.iter().map(|column| column.trim_start_matches('*').split(' ').next().unwrap());
        for column in columns.filter(|column| names.contains(column)) {
            let types = format!("SELECT DISTINCT typeof({column}) FROM {table} WHERE {column} IS NOT NULL");
            for kind in rows(file, &types) {
                assert!(found.insert(format!("{table}.{column}"), kind).is_none(), "{table}.{column} has two types");
            }
        }
    }
    found
}

#[tokio::test]
async fn songs_that_were_played_sort_as_texts_in_the_order_in_which_they_were_played() {
    covers!("M-DB-06", "M-DB-14");
    let world = World::new().await;
    let mut expected = Vec::new();
    for number in 0..12 {
        expected.push(world.member("ann").submits(&link(number), &format!("Song {number}")).await.digits());
    }
    // Some within one tick of the clock, some a fraction of a second later.
    for pause in [0, 0, 0, 1, 500_000, 0, 10, 499_986, 0, 100_000, 0, 0] {
        world.hand.advance(Duration::from_micros(pause));
        world.next().await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = export(&world, &folder.path().join("played.db"), Some(world.guild));
    assert_eq!(rows(&file, "SELECT public_id FROM submissions ORDER BY played_time"), expected);
    assert_eq!(rows(&file, "SELECT DISTINCT CAST(length(played_time) AS TEXT) FROM submissions"), ["27"]);
    world.end().await;
}

//! What the rules call a setting, a default or configurable can be set, or it is said why not.

use std::collections::BTreeSet;

use greenroom::features::ALL;

use crate::architecture::{code, program};
use crate::sources::Source;
use crate::world::World;

/// Words by which a rule says that something can be chosen.
const WORDS: [&str; 3] = ["configurable", "setting", "default"];

/// How a rule is met.
enum Met {
    /// By these settings of `/config`.
    By(&'static [&'static str]),
    /// There is nothing for a server to set, because of this.
    Not(&'static str),
}

use Met::{By, Not};

const COLUMN: Met = Not("the default of a column of a table");

/// Every rule with such a word that is built, and every decision.
const RULES: &[(&str, Met)] = &[
    ("M-SUB-05", By(&["offchannel_links", "offchannel_exempt_channels"])),
    ("M-SUB-21", By(&["delete_original_messages"])),
    ("M-LNK-09", By(&["allow_any_handle_linking"])),
    ("M-TIK-01", Not("an option of the command")),
    ("M-TIK-09", By(&["points_like"])),
    ("M-TIK-10", By(&["points_comment"])),
    ("M-TIK-11", By(&["points_share"])),
    ("M-TIK-12", By(&["points_follow"])),
    ("M-TIK-13", By(&["points_subscribe"])),
    ("M-DB-02", COLUMN),
    ("M-DB-03", COLUMN),
    ("M-DB-04", COLUMN),
    ("M-DB-05", COLUMN),
    ("M-DB-06", COLUMN),
    ("M-DB-07", COLUMN),
    ("M-DB-09", COLUMN),
    ("M-DB-11", COLUMN),
    ("M-DB-22", COLUMN),
    ("M-ECO-07", COLUMN),
    ("M-CMD-26", By(&["submission_channel_id", "features.luxury"])),
    ("M-ENV-02", Not("a variable of the process")),
    ("M-ENV-04", By(&["debug_channel_id"])),
    ("M-ENV-05", By(&["allow_any_handle_linking"])),
    ("M-ENV-06", Not("a variable of the process")),
    ("M-ENV-07", Not("a variable of the process")),
    ("T-GEN-07", Not("it says what is kept of a server")),
    ("T-GEN-10", Not("it says of all settings that each server has its own")),
    ("T-EDG-14", Not("it says of all settings that each server has its own")),
    ("T-API-42", Not("it reads the defaults of all settings")),
    ("T-API-43", Not("it changes the defaults of all settings")),
    ("T-TSK-02", Not("the category of a task for which none was chosen")),
    // Where tasks are announced comes with announcements; until then nothing obeys it, so nobody is offered it.
    ("T-TSK-05", By(&["allow_user_tasks", "max_tasks_per_user", "auto_expire_enabled", "require_proof"])),
    ("C-20", By(&["offchannel_links", "offchannel_exempt_channels"])),
    ("C-36", By(&["allow_any_handle_linking"])),
    ("C-44", By(&["watch_idle_seconds"])),
    ("C-50", By(&["debug_channel_id"])),
    ("C-54", By(&["skip_price"])),
    ("C-82", By(&["admin_roles", "moderator_roles", "viewer_roles"])),
    ("D-20", By(&["reviewer_role_id"])),
    ("D-40", By(&["daily_amount"])),
    ("D-69", By(&["timezone"])),
];

fn keys() -> BTreeSet<&'static str> {
    ALL.iter().flat_map(|feature| feature.settings).map(|listed| listed.setting.key()).collect()
}

#[test]
fn every_setting_that_the_rules_name_is_in_the_table_and_can_be_set() {
    let keys = keys();
    let mut wrong = Vec::new();
    for (rule, met) in RULES {
        match met {
            By(settings) => {
                wrong.extend(settings.iter().filter(|key| !keys.contains(**key)).map(|key| format!("{rule}: {key}")));
            }
            Not(because) => assert!(!because.is_empty()),
        }
    }
    assert!(wrong.is_empty(), "there are no such settings: {wrong:?}");
    let table = Source::read("tests/spec/requirements.tsv").text;
    let has_word = |text: &str| {
        let text = text.to_lowercase();
        WORDS.iter().any(|word| {
            text.split(|sign: char| !sign.is_alphanumeric()).any(|found| found.trim_end_matches('s') == *word)
        })
    };
    let rows = table.lines().filter(|row| row.ends_with("\tdone"));
    for row in rows.filter(|row| has_word(row)) {
        let id = row.split('\t').next().unwrap();
        assert!(
            RULES.iter().any(|(rule, _)| *rule == id),
            "{id} speaks of something that can be chosen; is it a setting?"
        );
    }
}

/// Who writes a setting past [`greenroom::settings::change`], and at whose word.
const WRITES_PAST_THE_PATH: [(&str, &str); 13] = [
    ("src/domain/features/setup/service.rs", "the account that knows the servers is found out, not set"),
    ("src/app/application.rs", "the configuration of the process"),
    ("src/discord/problem.rs", "what the program remembers of its last start"),
    ("src/discord/registration.rs", "what was registered with Discord"),
    ("src/app/replay/discord.rs", "an empty store, in which a recording is replayed"),
    ("src/domain/features/public/service.rs", "the secret of the overlays, which no activity may hold"),
    ("src/domain/features/queue/migration.rs", "the song that plays, which is kept like a setting"),
    ("src/domain/features/queue/service.rs", "the song that plays, which is kept like a setting"),
    ("src/domain/flows/imported.rs", "another bot"),
    ("src/domain/flows/payment_terms.rs", "an empty store, in which a recording is replayed"),
    ("src/domain/presence.rs", "three settings that are one activity, with before and after"),
    ("src/domain/settings/identity.rs", "what the store is known by"),
    ("src/domain/settings/listed.rs", "whoever calls it, who is in this list"),
];

/// What somebody changes leaves an activity with the value before and after, by whichever command or page.
#[test]
fn a_setting_is_written_past_the_one_path_in_few_places_which_say_why() {
    let mut unused: Vec<_> = WRITES_PAST_THE_PATH.iter().map(|(path, _)| *path).collect();
    let mut wrong = Vec::new();
    for source in program().iter().filter(|source| source.path.starts_with("src/")) {
        let code: String = code(source.outside_tests()).split_whitespace().collect();
        // An alarm is a row with a moment of its own, and no setting.
        let code = ["DUE", "ENDS", "EXPIRY", "DEADLINE"]
            .iter()
            .fold(code, |code, alarm| code.replace(&format!("{alarm}.set(tx,"), ""));
        let writes = ["::set", "::clear", "::set_typed"].iter().any(|path| code.contains(&format!("Setting{path}(")))
            || [".set(tx,", ".clear(tx,", ".set_typed(tx,", "fnset_typed("].iter().any(|call| code.contains(call));
        match WRITES_PAST_THE_PATH.iter().find(|(path, _)| *path == source.path) {
            Some((path, _)) if writes => unused.retain(|unused| unused != path),
            None if writes => wrong.push(format!("{} writes a setting past settings::change", source.path)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(unused.is_empty(), "no setting is written in {unused:?}");
}

#[test]
fn what_the_decisions_write_as_a_key_is_a_setting_or_a_column() {
    /// Names in the decisions that are tables, columns, words of commands, values of settings, or fields of files.
    const OTHERS: [&str; 9] = [
        "queue_config",
        "before_balance",
        "after_balance",
        "txn_",
        "total_score",
        "link_or_file",
        "played_time",
        "archive_opening",
        "dry_run",
    ];
    let keys = keys();
    let decisions = Source::read("docs/decisions.md").text;
    let words = decisions.split('`').skip(1).step_by(2);
    let is_key = |word: &&str| {
        word.len() > 1 && word.contains('_') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let unknown: Vec<&str> =
        words.filter(is_key).filter(|word| !keys.contains(word) && !OTHERS.contains(word)).collect();
    assert!(unknown.is_empty(), "named in the decisions and in no list of settings: {unknown:?}");
}

#[tokio::test]
async fn the_idle_time_and_the_quiet_channels_are_set_with_their_range_and_unit() {
    let world = World::new().await;
    let set = async |key: &str, value: &str| {
        let options = [("key", key.to_owned()), ("value", value.to_owned())];
        world.host().in_channel("staff").run_with("config set", options).await.text()
    };
    assert_eq!(
        set("watch_idle_seconds", "600").await,
        "**Watch Time After an Act** is now **600 seconds**; it was **900 seconds**."
    );
    assert!(set("watch_idle_seconds", "300 seconds").await.contains("is now **300 seconds**"));
    let refused = set("watch_idle_seconds", "59").await;
    assert_eq!(refused, "**Watch Time After an Act** can be a whole number from 60 to 86400 seconds.");
    assert_eq!(set("offchannel_exempt_channels", "<#4711>").await, "There is no such channel in this server.");
    let general = world.channel("general");
    let changed = set("Offchannel Exempt Channels", &format!("<#{general}>")).await;
    assert!(changed.contains(&format!("is now **<#{general}>**; it was **None**")), "{changed}");
    let ann = world.member("ann");
    ann.in_channel("general").post("https://youtu.be/00000000001").await;
    assert_eq!(world.seen_in("general").await.len(), 1, "nothing is said there");
    ann.in_channel("staff").post("https://youtu.be/00000000001").await;
    assert!(world.seen_in("staff").await.iter().any(|text| text.contains("submit")), "elsewhere it is");
    world.end().await;
}

#[test]
fn whatever_names_a_channel_or_role_says_what_it_needs_of_it() {
    let typed = ["<#1>", "<@&1>", "1"];
    for listed in ALL.iter().flat_map(|feature| feature.settings) {
        let names = typed.iter().any(|typed| !listed.setting.targets_typed(typed).is_empty());
        let key = listed.setting.key();
        assert!(!names || listed.needs.is_some(), "{key} names something and says not what it needs");
        assert_eq!(key.ends_with("_channel_id") || names, listed.needs.is_some(), "{key}");
    }
}

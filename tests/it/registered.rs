//! What is declared somewhere is registered with its feature, so that it is frozen, and those who go through the lists see it.

use std::collections::BTreeSet;

use greenroom::features::ALL;
use greenroom::settings::to_come;

use crate::architecture::{code, program};

/// What is remembered of the process alone, and made anew where it cannot be read.
const OF_THE_PROCESS: [&str; 2] = ["last_start", "registered_commands"];

/// The names of sequences. One of another name would begin again at 1, and give numbers that were given before.
const SEQUENCES: [&str; 21] = [
    "coins.ledger",
    "displays.displays",
    "engagement.sessions",
    "handles.accounts",
    "handles.codes",
    "jobs.jobs",
    "posts.begun",
    "posts.posts",
    "pseudonyms",
    "queue.songs",
    "references.notices",
    "reminders.reminders",
    "roles.timed",
    "shop.codes",
    "shop.items",
    "shop.purchases",
    "signin.tokens",
    "tasks.claims",
    "tasks.tasks",
    "tiktok.follows",
    "tiktok.simulated_streaks",
];

/// The first text in the arguments of each call in the program that begins so.
fn named_in(calls: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in program() {
        let code = code(source.outside_tests());
        for call in calls {
            for (at, found) in code.match_indices(call) {
                let arguments = &code[at + found.len()..];
                let end = arguments.find([')', ';']).unwrap_or(arguments.len());
                names.extend(arguments[..end].split('"').nth(1).map(ToOwned::to_owned));
            }
        }
    }
    names
}

#[test]
fn every_kind_of_job_and_activity_is_in_the_list_of_its_feature() {
    let jobs = ALL.iter().flat_map(|feature| feature.jobs).map(|kind| kind.name());
    let activities = ALL.iter().flat_map(|feature| feature.activities).map(|kind| kind.name());
    let listed: BTreeSet<_> = jobs.chain(activities).map(ToOwned::to_owned).collect();
    assert_eq!(
        listed,
        named_in(&[
            "JobKind::new(",
            "ActivityKind::new(",
            "noted_kind(",
            "Kind::<String>::new(",
            "Kind::<Finding>::new(",
            "Alarm::new("
        ])
    );
}

/// What reads the details of activities: what gifts lifted, the story of a song with its buttons, and the history of an item and of
/// a task.
const READERS: [&str; 5] = [
    "src/web/api/shop/change.rs",
    "src/web/music/desk.rs",
    "src/web/music/story.rs",
    "src/web/pages/shop/item.rs",
    "src/web/pages/tasks/one.rs",
];

/// How an activity reads is said where its kind is declared, so nobody else asks of which kind one is: who stages them are flows
/// and the feature itself.
#[test]
fn kinds_of_activities_are_named_by_their_features_flows_and_few_readers() {
    let mut wrong = Vec::new();
    for source in program() {
        let Some(path) = source.path.strip_prefix("src/").filter(|path| !path.starts_with("domain/")) else { continue };
        let code = code(source.outside_tests());
        for (at, _) in code.match_indices("::activity::") {
            let feature =
                code[..at].rsplit(|sign: char| sign != '_' && !sign.is_alphanumeric()).next().unwrap_or_default();
            let is_feature = ALL.iter().any(|known| known.name == feature);
            let is_own = path.starts_with(&format!("bot/{feature}/"));
            if is_feature && !is_own && !READERS.contains(&source.path.as_str()) {
                wrong.push(format!("{} names a kind of {feature}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_setting_is_in_the_list_of_its_feature() {
    let shown = ALL.iter().flat_map(|feature| feature.settings).chain(to_come::LISTED);
    let shown = shown.map(|listed| listed.setting.key());
    let unlisted = ALL.iter().flat_map(|feature| feature.unlisted).map(|setting| setting.name());
    let all: BTreeSet<_> = shown.chain(unlisted).chain(OF_THE_PROCESS).map(ToOwned::to_owned).collect();
    assert_eq!(
        all,
        named_in(&[
            "Setting::new(",
            "Setting::within(",
            "Setting::followed(",
            "Setting::text(",
            "Setting::text_followed(",
            "Setting::text_or_empty_followed("
        ])
    );
}

#[test]
fn sequences_keep_their_names() {
    let names: BTreeSet<_> = SEQUENCES.map(ToOwned::to_owned).into();
    assert_eq!(names, named_in(&["tx.next_id(", "const PSEUDONYMS: &str ="]));
}

//! `/config`: administrators read and change the settings of their server by key.

use std::collections::BTreeMap;

use greenroom::activity::{Filter, Subject, newest};
use greenroom::features::ALL;
use greenroom::kernel::actor::Actor;
use greenroom::settings::{Listed, SETTING_CHANGED};
use greenroom::sim::{AutocompleteCall, Choice};

use crate::world::{Person, World};

fn listed() -> Vec<&'static Listed> {
    ALL.iter().flat_map(|feature| feature.settings).collect()
}

async fn set(world: &World, key: &str, value: &str) -> String {
    let options = [("key", key.to_owned()), ("value", value.to_owned())];
    let answer = world.host().run_with("config set", options).await;
    assert!(answer.is_ephemeral());
    answer.text()
}

async fn get(world: &World, key: &str) -> String {
    world.host().run_with("config get", [("key", key.to_owned())]).await.text()
}

#[tokio::test]
async fn a_setting_is_changed_and_taken_back_and_the_debug_channel_tells_both() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    assert!(get(&world, "max_active_submissions").await.contains("is **any number**, the default."));
    let changed = set(&world, "max_active_submissions", "2").await;
    assert_eq!(changed, "**Songs per Member** is now **2**; it was **any number**.");
    assert!(get(&world, "max_active_submissions").await.contains("is **2**, chosen for this server."));
    assert!(world.host().run("show-settings").await.text().contains("Songs per Member: 2"));
    assert_eq!(set(&world, "max_active_submissions", "2").await, "**Songs per Member** is **2**, as it was.");
    let back = world.host().run_with("config reset", [("key", "max_active_submissions".to_owned())]).await;
    assert_eq!(back.text(), "**Songs per Member** is now **any number**; it was **2**.");
    world.settle().await;
    let told: Vec<_> = world.said_in("staff").await.iter().map(greenroom::sim::SeenMessage::text).collect();
    let told = told.join("\n");
    assert!(told.contains("changed Songs per Member from any number to 2."), "{told}");
    assert!(told.contains("changed Songs per Member from 2 to any number."), "{told}");
    assert_eq!(told.matches("changed Songs per Member").count(), 2, "what changed nothing is not told: {told}");
    world.end().await;
}

#[tokio::test]
async fn whichever_command_changes_a_setting_the_team_is_told_and_it_is_kept_what_was_before() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    for channel in ["bookmarks", "general", "general"] {
        world.chooses("setbookmarkchannel", channel).await;
    }
    world.host().run("close-submissions").await;
    world.host().run("open-submissions").await;
    set(&world, "gift_rate", "3").await;
    set(&world, "gift_rate", "many").await;
    world.settle().await;

    let told: Vec<_> = world.said_in("staff").await.iter().map(greenroom::sim::SeenMessage::text).collect();
    let told: Vec<_> = told.iter().flat_map(|text| text.lines()).collect();
    let by = format!("⚙️ <@{}> changed", world.host().id);
    let [staff, bookmarks, general] = ["staff", "bookmarks", "general"].map(|name| world.channel(name).to_string());
    let expected = [
        format!("{by} Debug Channel from Not set to <#{staff}>."),
        format!("{by} Bookmark Channel from Not set to <#{bookmarks}>."),
        format!("{by} Bookmark Channel from <#{bookmarks}> to <#{general}>."),
        format!("{by} Submissions Open from Yes to No."),
        format!("{by} Submissions Open from No to Yes."),
        format!("{by} Luxury Coins for Gifts from 2 to 3."),
    ];
    assert_eq!(told, expected);

    let subject = Some(Subject::Setting("bookmark_channel_id".to_owned()));
    let filter = Filter { kind: Some(SETTING_CHANGED.name()), subject, ..Filter::default() };
    let noted = world.read(|read| newest(read, world.guild, &filter, None, 10)).rows;
    let host = Actor::Member(world.user("host"));
    let noted: Vec<_> = noted.into_iter().map(|(_, noted)| (noted.actor, noted.before, noted.after)).collect();
    assert_eq!(noted, [(host, Some(bookmarks.clone()), Some(general)), (host, None, Some(bookmarks))]);
    world.end().await;
}

#[tokio::test]
async fn permissions_that_the_bot_lacks_are_among_the_settings_until_it_has_them() {
    let world = World::new().await;
    let complete = world.host().run("show-settings").await.text();
    assert!(!complete.contains("Missing permissions"), "{complete}");
    // The bot's own role has its name.
    let role = world.ids.roles[&greenroom::sim::Settings::default().bot_name];
    let allow = async |names: &[&str]| {
        let permissions = serde_json::from_value(serde_json::json!(names)).unwrap();
        world.sim.set_role_permissions(world.ids.guild, role, permissions).await.unwrap();
        world.host().run("show-settings").await.text()
    };
    let most = ["VIEW_CHANNEL", "SEND_MESSAGES", "ATTACH_FILES", "READ_MESSAGE_HISTORY", "ADD_REACTIONS"];
    let all = [&most[..], &["EMBED_LINKS", "MANAGE_CHANNELS", "MANAGE_MESSAGES", "PIN_MESSAGES"]].concat();
    let lacking = allow(&most).await;
    assert!(lacking.contains("Missing permissions: Please give me: "), "{lacking}");
    for name in ["Manage Channels", "Manage Messages"] {
        assert!(lacking.contains(name), "{name} in {lacking}");
    }
    for name in ["Send Messages", "Attach Files", "Pin Messages"] {
        assert!(!lacking.contains(name), "{name} in {lacking}");
    }
    let complete = allow(&all).await;
    assert!(!complete.contains("Missing permissions"), "{complete}");
    world.end().await;
}

#[tokio::test]
async fn what_a_setting_cannot_be_is_refused_with_what_it_can_be() {
    let world = World::new().await;
    for (key, value, expected) in [
        (
            "max_active_submissions",
            "1001",
            "**Songs per Member** can be a whole number from 0 to 1000; 0 is any number.",
        ),
        ("max_active_submissions", "-1", "**Songs per Member** can be a whole number from 0 to 1000; 0 is any number."),
        (
            "max_active_submissions",
            "many",
            "**Songs per Member** can be a whole number from 0 to 1000; 0 is any number.",
        ),
        ("delete_original_messages", "perhaps", "**Delete Originals** can be Yes or No."),
        ("offchannel_links", "", "**Songs in Other Channels** can be notify, delete or off."),
        ("submissions_open", "No", "**Submissions Open** is changed by `/open-submissions` and `/close-submissions`."),
        ("debug_channel_id", "1", "**Debug Channel** is changed by `/setdebugchannel`."),
    ] {
        let before = get(&world, key).await;
        assert_eq!(set(&world, key, value).await, expected, "{key} {value}");
        assert_eq!(get(&world, key).await, before);
    }
    for key in ["", "no_such_key", "registered_commands", "@everyone", "now_playing"] {
        let refused = set(&world, key, "1").await;
        assert!(refused.contains("There is no setting") && !refused.contains("@everyone"), "{refused}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_number_is_taken_with_signs_between_its_thousands() {
    let world = World::new().await;
    for (typed, shown) in [("1,500", "1500"), ("2 000", "2000"), ("2'500", "2500"), ("3\u{202F}000", "3000")] {
        let changed = set(&world, "skip_price", typed).await;
        assert!(changed.contains(&format!("is now **{shown}**")), "{typed}: {changed}");
    }
    for typed in ["1.000", "1,00", "1,000.50"] {
        let refused = set(&world, "skip_price", typed).await;
        assert!(refused.contains("can be a whole number from"), "{typed}: {refused}");
    }
    assert!(get(&world, "skip_price").await.contains("is **3000**"));
    world.end().await;
}

#[tokio::test]
async fn a_key_with_a_slip_of_the_pen_is_answered_with_the_one_that_was_meant() {
    let world = World::new().await;
    for typed in ["skip_prize", "skipprice", "Skip Pric"] {
        let refused = set(&world, typed, "1").await;
        assert!(refused.contains("There is no setting") && refused.contains("Did you mean `skip_price`?"), "{refused}");
        assert!(get(&world, typed).await.contains("Did you mean `skip_price`?"), "{typed}");
    }
    assert!(!set(&world, "no_such_key", "1").await.contains("Did you mean"));
    world.end().await;
}

#[tokio::test]
async fn every_setting_is_listed_with_its_key_and_what_it_does() {
    let world = World::new().await;
    let all = world.host().run("config list").await.text();
    let mut areas = BTreeMap::new();
    for listed in listed() {
        let (key, title, about) = (listed.setting.key(), listed.title, listed.about);
        assert!(all.contains(&format!("`{key}` {title}")), "{key} in {all}");
        assert!(get(&world, key).await.contains(about), "{key}");
        areas.entry(listed.area.to_string()).or_insert_with(Vec::new).push((key, title, about));
    }
    assert!(all.chars().count() < 5_000, "a message holds 6,000 characters of embeds, and marks need some of them");
    for (area, settings) in areas {
        let list = world.host().run_with("config list", [("area", area.clone())]).await.text();
        for (key, title, about) in settings {
            assert!(list.contains(&format!("`{key}` {about}")) && list.contains(title), "{key} in {list}");
        }
        assert!(list.chars().count() < 5_000, "{area}: values need some of the 6,000 characters of a message");
    }
    let economy = world.host().run_with("config list", [("area", "economy".to_owned())]).await.text();
    assert!(economy.contains("features.luxury") && !economy.contains("offchannel_links"), "{economy}");
    world.end().await;
}

#[tokio::test]
async fn keys_and_values_are_offered_while_they_are_typed() {
    let world = World::new().await;
    let values = |choices: Vec<Choice>| choices.into_iter().map(|choice| choice.value).collect::<Vec<_>>();
    assert_eq!(values(world.host().offered("config set", "key", "gift").await), ["gift_credit_carry", "gift_rate"]);
    let own = world.host().offered("config set", "key", "submissions_open").await;
    assert!(own.is_empty(), "a setting with a command of its own is not offered: {own:?}");
    let read = world.host().offered("config get", "key", "Submissions Open").await;
    assert_eq!(values(read), ["submissions_open"]);
    let value = |person: Person<'_>, typed: &str| AutocompleteCall {
        guild: Some(world.ids.guild),
        channel: Some(world.channel("staff")),
        user: person.id,
        name: "config set".into(),
        options: [("key".to_owned(), "offchannel_links".into()), ("value".to_owned(), typed.into())]
            .into_iter()
            .collect(),
        focused: "value".into(),
        ..AutocompleteCall::default()
    };
    let offered = world.sim.autocomplete(value(world.host(), "")).await.unwrap();
    assert_eq!(values(offered), ["notify", "delete", "off"]);
    let offered = world.sim.autocomplete(value(world.host(), "DEL")).await.unwrap();
    assert_eq!(values(offered), ["delete"]);
    world.end().await;
}

#[tokio::test]
async fn a_setting_of_one_server_is_none_of_another() {
    greenroom::covers!("T-EDG-14", "T-GEN-10");
    let world = World::new().await;
    let (other, _) = world.another_guild().await;
    set(&world, "delete_original_messages", "No").await;
    let there = world
        .host()
        .in_guild(other.guild, other.channel("staff"))
        .run_with("config get", [("key", "delete_original_messages".to_owned())])
        .await;
    assert!(there.text().contains("is **Yes**, the default."), "{}", there.text());
    world.end().await;
}

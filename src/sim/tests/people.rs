//! People use a poise bot.

use serde_json::json;

use super::*;

/// A simulator with one guild and the bot connected.
async fn evening() -> (Sim, ClockHand, GuildIds) {
    let (sim, hand) = sim().await;
    let house = sim.create_guild(house()).await.unwrap();
    bot::connect(&sim).await;
    (sim, hand, house)
}

fn ann_runs(house: &GuildIds, name: &str) -> CommandCall {
    CommandCall::new(house.guild, house.channel("submit"), house.member("ann"), name)
}

#[tokio::test]
async fn an_ephemeral_answer_is_seen_by_the_caller_only() {
    let (sim, _, house) = evening().await;
    let seen = sim.run_command(ann_runs(&house, "ping")).await.unwrap();
    assert_eq!((seen.text().as_str(), seen.is_ephemeral(), seen.error), ("pong", true, None));
    assert!(seen.acked_ms.unwrap() < 3_000.0);
    assert!(sim.messages(house.channel("submit")).await.is_empty());
    assert_eq!(sim.messages_seen_by(house.channel("submit"), house.member("ann")).await.len(), 1);
    assert!(sim.messages_seen_by(house.channel("submit"), house.member("ben")).await.is_empty());
}

#[tokio::test]
async fn the_first_follow_up_fills_a_deferred_answer() {
    let (sim, _, house) = evening().await;
    let seen = sim.run_command(ann_runs(&house, "think")).await.unwrap();
    assert_eq!((seen.kind(), seen.original.unwrap().content()), (5, "thought"));
    let both = |world: &World| Some(world.messages(house.channel("submit"))).filter(|messages| messages.len() == 2);
    let messages = sim.wait_until(both, SOON).await.unwrap();
    assert_eq!(messages[1].content(), "and more");
    assert!(!messages[0].is_loading());
}

#[tokio::test]
async fn choices_come_while_typing_and_options_are_checked_before_anything_is_sent() {
    let (sim, _, house) = evening().await;
    let call = AutocompleteCall {
        guild: Some(house.guild),
        channel: Some(house.channel("submit")),
        user: house.member("ann"),
        name: "pick".to_owned(),
        options: json!({"name": "ap"}).as_object().unwrap().clone(),
        focused: "name".to_owned(),
        wait_ms: None,
    };
    let names: Vec<String> = sim.autocomplete(call).await.unwrap().into_iter().map(|choice| choice.name).collect();
    assert_eq!(names, ["apple", "apricot"]);

    let refused = |call: CommandCall| {
        let sim = sim.clone();
        async move { sim.run_command(call).await.unwrap_err().0 }
    };
    assert_eq!(refused(ann_runs(&house, "pick")).await, "The option \"name\" is required.");
    assert_eq!(refused(ann_runs(&house, "peck")).await, "There is no command /peck.");
    let too_many = ann_runs(&house, "pick").with("name", "fig").with("count", 10);
    assert_eq!(refused(too_many).await, "The option \"count\" takes a number from 1 to 9, not 10.");
    let unknown = ann_runs(&house, "pick").with("name", "fig").with("size", 1);
    assert_eq!(refused(unknown).await, "The command has no option \"size\".");
}

#[tokio::test]
async fn a_ping_is_recorded_only_where_it_really_goes_out() {
    let (sim, _, house) = evening().await;
    let call = ann_runs(&house, "pick").with("name", "fig");
    assert!(sim.run_command(call.clone()).await.unwrap().original.unwrap().pinged().everyone);
    let role = house.role("greenroom");
    sim.set_role_permissions(house.guild, role, Permissions::SEND_MESSAGES).await.unwrap();
    sim.set_role_permissions(
        house.guild,
        house.guild,
        Permissions::VIEW_CHANNEL | Permissions::USE_APPLICATION_COMMANDS,
    )
    .await
    .unwrap();
    assert!(sim.run_command(call).await.unwrap().original.unwrap().pinged().is_nobody());
}

#[tokio::test]
async fn a_modal_is_opened_checked_and_sent_in() {
    let (sim, _, house) = evening().await;
    let opened = sim.run_command(ann_runs(&house, "song")).await.unwrap();
    assert_eq!(opened.modal().unwrap()["title"], "A song");
    let send = |user: Id, link: &str| ModalCall {
        user,
        interaction: opened.interaction,
        fields: json!({"Link": link}).as_object().unwrap().clone(),
        ..ModalCall::default()
    };
    let refused = |call| async { sim.submit_modal(call).await.unwrap_err().0 };
    assert_eq!(refused(send(house.member("ann"), "")).await, "The field \"Link\" is required.");
    assert!(refused(send(house.member("ann"), &"x".repeat(51))).await.contains("0 to 50 characters, not 51"));
    assert_eq!(refused(send(house.member("ben"), "x")).await, "The modal was opened for somebody else.");
    let sent = sim.submit_modal(send(house.member("ann"), "https://a.example")).await.unwrap();
    assert_eq!((sent.kind(), sent.error), (6, None));
    // poise closes the modal and answers on the command's own token.
    let answer = |world: &World| world.outcome(opened.interaction).ok()?.followups.into_iter().next();
    let answer = sim.wait_until(answer, SOON).await.unwrap();
    assert_eq!((answer.content(), answer.is_ephemeral()), ("got https://a.example", true));
}

#[tokio::test]
async fn a_button_works_once_it_is_there_and_not_disabled() {
    let (sim, _, house) = evening().await;
    let panel = sim.run_command(ann_runs(&house, "panel")).await.unwrap().original.unwrap();
    let press = |custom_id: &str| ComponentCall {
        guild: Some(house.guild),
        user: house.member("ben"),
        message: panel.id(),
        custom_id: custom_id.to_owned(),
        ..ComponentCall::default()
    };
    assert_eq!(sim.press(press("off")).await.unwrap_err().0, "The component \"off\" is disabled.");
    let go = panel.custom_id("Go").unwrap();
    let pressed = sim.press(press(&go)).await.unwrap();
    assert_eq!((pressed.kind(), pressed.text().as_str()), (7, "pressed"));
    assert_eq!(sim.press(press(&go)).await.unwrap_err().0, "There is no component \"go\" on that message.");
}

#[tokio::test]
async fn a_file_is_served_whole_even_where_only_its_size_was_given() {
    let (sim, _, house) = evening().await;
    let file = FileSpec::bytes("my song.mp3", "audio/mpeg", b"ID3").padded_to(200_000);
    let seen = sim.run_command(ann_runs(&house, "upload").with_file("file", file)).await.unwrap();
    assert_eq!(seen.text(), "my_song.mp3 has 200000 of 200000 bytes");
    let huge = FileSpec { filename: "a.mp3".to_owned(), size: Some(26 << 20), ..FileSpec::default() };
    let refused = sim.run_command(ann_runs(&house, "upload").with_file("file", huge)).await.unwrap_err();
    assert!(refused.0.starts_with("The file is too large"), "{refused}");
}

#[tokio::test]
async fn a_person_who_blocks_direct_messages_gets_none() {
    let (sim, _, house) = evening().await;
    let ann = house.member("ann");
    let post = || {
        sim.post_message(MessageSpec {
            channel: house.channel("submit"),
            user: ann,
            content: "listen".to_owned(),
            attachments: vec![FileSpec::bytes("a.mp3", "audio/mpeg", b"ID3")],
            ..MessageSpec::default()
        })
    };
    post().await.unwrap();
    let dms = sim.wait_until(|world| Some(world.dms(ann)).filter(|dms| !dms.is_empty()), SOON).await.unwrap();
    assert_eq!(dms[0].content(), "thanks for a.mp3");
    sim.block_dms(ann, true).await;
    let message = post().await.unwrap();
    let is_reply = |seen: &SeenMessage| seen.0["message_reference"]["message_id"] == json!(message);
    let reply = |world: &World| world.messages(house.channel("submit")).into_iter().find(is_reply);
    assert_eq!(sim.wait_until(reply, SOON).await.unwrap().content(), "I cannot write to you.");
    assert!(sim.requests(0).await.iter().any(|request| request.code == 50_007));
}

#[tokio::test]
async fn a_thousand_commands_at_once_are_all_answered() {
    let (sim, _, house) = evening().await;
    let limit_ms = Some(u64::try_from(SOON.as_millis()).unwrap());
    let call = BenchCall { name: "ping".to_owned(), n: 1_000, concurrency: 1_000, limit_ms, ..BenchCall::default() };
    let report = sim.bench(call).await.unwrap();
    assert_eq!((report.n, report.misses), (1_000, 0));
    sim.quiet(SOON).await.unwrap();
    assert_eq!(sim.messages_seen_by(house.channel("submit"), house.owner).await.len(), 1_000);
}

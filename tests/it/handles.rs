//! Handles: linking, unlinking, and what is offered while one is typed.

use greenroom::covers;
use greenroom::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use greenroom::kernel::ids::GuildId;
use greenroom::live::Occurrence;
use greenroom::sim::{AutocompleteCall, CommandOutcome};
use serde_json::{Map, Value};

use crate::reading::mention;
use crate::world::{Person, World, viewer};

async fn link(person: Person<'_>, handle: &str) -> CommandOutcome {
    person.run_with("link-tiktok", [("handle", handle.to_owned())]).await
}

/// `/admin-link` or `/admin-unlink`.
async fn admin(world: &World, command: &str, name: &str, handle: &str) -> CommandOutcome {
    let user = world.member(name).id.to_string();
    world.host().run_with(command, [("user", user), ("handle", handle.to_owned())]).await
}

#[tokio::test]
async fn a_handle_that_was_seen_is_linked_with_its_points() {
    covers!("M-LNK-01", "M-LNK-03", "M-CMD-05", "M-PTS-02", "M-PTS-03");
    let world = World::new().await;
    world.goes_live().await;
    world.live(Occurrence::Shared(viewer("ann_live"))).await;
    assert_eq!(world.account("ann_live").unwrap().linked, None, "a handle is known before anyone links it");
    let answer = link(world.member("ann"), " @Ann_LIVE ").await;
    assert!(answer.is_ephemeral());
    assert!(answer.text().contains("is linked to you. You have **5** engagement points"), "{}", answer.text());
    assert_eq!(world.account("ann_live").unwrap().linked, Some(world.user("ann")));
    assert_eq!(world.points("ann"), 5);
    world.end().await;
}

#[tokio::test]
async fn a_member_may_have_several_handles_and_lists_them() {
    covers!("M-LNK-02", "M-CMD-07", "M-PTS-01");
    let world = World::new().await;
    let none = world.member("ann").run("my-tiktok-handles").await;
    assert!(none.is_ephemeral() && none.text().contains("You have no linked TikTok handle"), "{}", none.text());
    world.goes_live().await;
    world.on_the_live("ann", "ann.one").await;
    world.on_the_live("ann", "ann.two").await;
    world.live_all([Occurrence::Shared(viewer("ann.one")), Occurrence::Liked(viewer("ann.two"), 3)]).await;
    world.on_the_live("ben", "ben.live").await;
    let list = world.member("ann").run("my-tiktok-handles").await.text();
    assert!(list.contains("**@ann.one** · 5 points") && list.contains("**@ann.two** · 1 points"), "{list}");
    assert!(!list.contains("ben.live"), "{list}");
    assert_eq!(world.points("ann"), 6);
    world.end().await;
}

#[tokio::test]
async fn an_unlinked_handle_takes_its_points_along() {
    covers!("M-CMD-06", "M-PTS-03");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.one").await;
    world.on_the_live("ann", "ann.two").await;
    world.live_all([Occurrence::Shared(viewer("ann.one")), Occurrence::Liked(viewer("ann.two"), 1)]).await;
    let answer = world.member("ann").run_with("unlink-tiktok", [("handle", "@ann.one".to_owned())]).await;
    assert!(answer.is_ephemeral() && answer.text().contains("no longer linked to you"), "{}", answer.text());
    assert_eq!((world.points("ann"), world.handle_points("ann.one")), (1, 5));
    assert_eq!(world.account("ann.one").unwrap().linked, None);
    let again = world.member("ann").run_with("unlink-tiktok", [("handle", "ann.one".to_owned())]).await;
    assert!(again.text().contains("is not one of your linked handles"), "{}", again.text());
    world.end().await;
}

#[tokio::test]
async fn linking_refuses_what_is_taken_unknown_or_no_handle() {
    covers!("M-LNK-01", "M-LNK-08");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let taken = link(world.member("ben"), "ann.live").await.text();
    assert!(taken.contains("is linked to someone else") && !taken.contains("<@"), "the owner is not told: {taken}");
    assert!(link(world.member("ann"), "ann.live").await.text().contains("is linked to you already"));
    assert!(link(world.member("ben"), "never.seen").await.text().contains("has to be seen on the live first"));
    assert_eq!(world.account("never.seen"), None, "a refusal makes nothing known");
    for typed in ["x", "no handle", "way.too.long.for.a.handle.on.tiktok", "<@123>"] {
        assert!(link(world.member("ben"), typed).await.text().contains("That is no TikTok handle"), "{typed}");
    }
    assert_eq!(world.account("ann.live").unwrap().linked, Some(world.user("ann")));
    world.end().await;
}

#[tokio::test]
async fn a_handle_is_typed_in_every_form_that_people_copy() {
    covers!("M-LNK-01", "M-LNK-05");
    let world = World::new().await;
    world.goes_live().await;
    world.joins("ann.sings").await;
    let forms = [
        "https://www.tiktok.com/@ann.sings?lang=de-DE",
        "<https://m.tiktok.com/@Ann.Sings/live>",
        "\u{FF20}ANN.SINGS",
        "tiktok.com/@ann.sings/video/7300000000000000001",
    ];
    for typed in forms {
        assert!(link(world.member("ann"), typed).await.text().contains("is linked to you"), "{typed}");
        let gone = world.member("ann").run_with("unlink-tiktok", [("handle", typed.to_owned())]).await.text();
        assert!(gone.contains("is no longer linked to you"), "{typed}: {gone}");
        assert!(admin(&world, "admin-link", "ben", typed).await.text().contains("is linked to <@"), "{typed}");
        assert!(admin(&world, "admin-unlink", "ben", typed).await.text().contains("no longer linked to"), "{typed}");
    }
    for short in ["https://vm.tiktok.com/ZMabc123/", "https://www.tiktok.com/t/ZTabc123/"] {
        let refused = link(world.member("ann"), short).await.text();
        assert!(refused.contains("Open it, and copy the name that begins with @"), "{refused}");
    }
    for foreign in ["https://evil.example/@ann.sings", "https://www.tiktok.com@evil.example/@ann.sings"] {
        assert!(link(world.member("ann"), foreign).await.text().contains("That is no TikTok handle"), "{foreign}");
    }
    world.end().await;
}

#[tokio::test]
async fn any_handle_may_be_linked_where_the_instance_or_the_server_says_so() {
    covers!("M-ENV-05", "M-LNK-09");
    let world = World::new().await;
    let store = &world.app.bot.store;
    let instance =
        |value: bool| store.write("test", move |tx| ALLOW_ANY_HANDLE_LINKING.set(tx, GuildId::INSTANCE, &value));
    instance(true).await.unwrap();
    assert!(link(world.member("ann"), "never.seen").await.text().contains("is linked to you"));
    world.configures("allow_any_handle_linking", "off").await;
    let refused = link(world.member("ann"), "also.never.seen").await.text();
    assert!(refused.contains("has to be seen"), "the server's own choice wins: {refused}");
    instance(false).await.unwrap();
    world.configures("allow_any_handle_linking", "on").await;
    assert!(link(world.member("ann"), "also.never.seen").await.text().contains("is linked to you"));
    world.end().await;
}

#[tokio::test]
async fn administrators_link_and_unlink_and_the_debug_channel_tells_it() {
    covers!("M-LNK-05", "M-LNK-06", "M-LNK-07", "M-CMD-22", "M-CMD-29", "M-CMD-30", "M-ACC-03", "M-GEN-03");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    let linked = admin(&world, "admin-link", "ann", "never.seen").await;
    assert!(linked.is_ephemeral() && linked.text().contains("is linked to <@"), "{}", linked.text());
    assert_eq!(world.account("never.seen").unwrap().linked, Some(world.user("ann")));
    let moved = admin(&world, "admin-link", "ben", "never.seen").await.text();
    assert!(moved.contains("It was linked to") && moved.contains(&mention(world.member("ann").id)), "{moved}");
    let wrong = admin(&world, "admin-unlink", "ann", "never.seen").await.text();
    assert!(wrong.contains("is not linked to"), "{wrong}");
    let unlinked = admin(&world, "admin-unlink", "ben", "never.seen").await.text();
    assert!(unlinked.contains("no longer linked to"), "{unlinked}");
    assert_eq!(world.account("never.seen").unwrap().linked, None);

    let lines = world.sim.messages(world.channel("staff")).await;
    let texts: Vec<_> = lines.iter().map(greenroom::sim::SeenMessage::text).collect();
    assert_eq!(texts.len(), 4, "one line for each thing that happened: {texts:?}");
    let host = mention(world.host().id);
    assert!(texts[0].contains(&format!("{host} changed Debug Channel from")), "{texts:?}");
    assert!(texts[1].contains(&format!("{host} linked **@never.seen** to")), "{texts:?}");
    assert!(texts[2].contains(&mention(world.member("ann").id)), "the former owner is named: {texts:?}");
    assert!(texts[3].contains(&format!("{host} unlinked **@never.seen** from")), "{texts:?}");
    assert!(lines.iter().all(|line| line.pinged().users.is_empty()), "lines ping nobody");
    world.end().await;
}

#[tokio::test]
async fn a_handle_that_was_linked_unseen_and_freed_again_is_as_one_that_nobody_knows() {
    covers!("M-LNK-01", "M-LNK-05", "M-LNK-06");
    let world = World::new().await;
    world.goes_live().await;
    let offered = async || world.member("ben").offered("link-tiktok", "handle", "never").await;
    admin(&world, "admin-link", "ann", "never.seen").await;
    admin(&world, "admin-unlink", "ann", "never.seen").await;
    assert!(link(world.member("ben"), "never.seen").await.text().contains("has to be seen on the live first"));
    assert!(offered().await.is_empty());
    // An administrator can link it as before, and a live makes it known.
    assert!(admin(&world, "admin-link", "ann", "never.seen").await.text().contains("is linked to <@"));
    admin(&world, "admin-unlink", "ann", "never.seen").await;
    world.joins("never.seen").await;
    assert_eq!(offered().await.len(), 1);
    assert!(link(world.member("ben"), "never.seen").await.text().contains("is linked to you"));
    // Seen while it was linked counts as well.
    admin(&world, "admin-link", "ann", "seen.later").await;
    world.joins("seen.later").await;
    admin(&world, "admin-unlink", "ann", "seen.later").await;
    assert!(link(world.member("ben"), "seen.later").await.text().contains("is linked to you"));
    world.end().await;
}

#[tokio::test]
async fn without_a_debug_channel_administrators_link_all_the_same() {
    covers!("M-LNK-07", "M-CMD-29");
    let world = World::new().await;
    let linked = admin(&world, "admin-link", "ann", "ann.live").await;
    assert!(linked.text().contains("is linked to"), "{}", linked.text());
    world.end().await;
}

#[tokio::test]
async fn typing_a_handle_offers_what_fits_the_command() {
    covers!("M-LNK-04", "M-CMD-34", "M-CMD-35", "M-CMD-36");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "star.ann").await;
    world.on_the_live("ben", "star.ben").await;
    world.joins("star.free").await;
    world.joins("other").await;
    let offered = async |name: &str, command: &str, option: &str, typed: &str| {
        let choices = world.member(name).offered(command, option, typed).await;
        choices.into_iter().map(|choice| choice.value.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // Two characters at least, from the beginning, with or without @ and capitals.
    assert!(offered("ann", "submit", "tiktok_handle", "s").await.is_empty());
    assert_eq!(offered("ann", "submit", "tiktok_handle", "@ST").await, ["star.ann", "star.ben", "star.free"]);
    assert!(offered("ann", "submit", "tiktok_handle", "tar").await.is_empty());
    // Only what nobody has; only one's own; only the chosen member's.
    assert_eq!(offered("ann", "link-tiktok", "handle", "star").await, ["star.free"]);
    assert_eq!(offered("host", "admin-link", "handle", "star").await, ["star.free"]);
    assert_eq!(offered("ann", "unlink-tiktok", "handle", "").await, ["star.ann"]);
    assert!(offered("chloe", "unlink-tiktok", "handle", "").await.is_empty());
    let call = AutocompleteCall {
        guild: Some(world.ids.guild),
        channel: Some(world.channel("staff")),
        user: world.host().id,
        name: "admin-unlink".into(),
        options: Map::from_iter([
            ("user".to_owned(), Value::from(world.member("ben").id.to_string())),
            ("handle".to_owned(), Value::from("")),
        ]),
        focused: "handle".into(),
        ..AutocompleteCall::default()
    };
    let choices = world.sim.autocomplete(call).await.unwrap();
    assert_eq!(choices.iter().map(|choice| &choice.value).collect::<Vec<_>>(), ["star.ben"]);
    world.end().await;
}

#[tokio::test]
async fn at_most_25_handles_are_offered() {
    covers!("M-CMD-34");
    let world = World::new().await;
    world.goes_live().await;
    world.live_all((0..40).map(|number| Occurrence::Joined(viewer(&format!("fan{number:02}"))))).await;
    assert_eq!(world.member("ann").offered("link-tiktok", "handle", "fan").await.len(), 25);
    assert_eq!(world.member("ann").offered("submit", "tiktok_handle", "fan1").await.len(), 10);
    world.end().await;
}

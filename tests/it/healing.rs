//! What `/selfheal` answers after something was taken from the bot: a role, a permission, a file, the kind of a channel.

use std::time::Duration;

use greenroom::sim::{ChannelSpec, OverwriteSpec, RoleSpec};

use crate::displays::shown_in;
use crate::reading::link;
use crate::references::kept;
use crate::world::{World, mp3, number_in};

impl World {
    /// The host heals, and reads what was found. Before that so much time passes that Discord limits nothing.
    async fn heals(&self) -> String {
        self.pass(Duration::from_secs(10)).await;
        self.host().in_channel("staff").run("selfheal").await.text()
    }
}

/// A world whose live queue is in #general, and whose team reads in #staff.
async fn with_live_queue() -> World {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.chooses("setup-live-queue", "general").await;
    shown_in(&world.sim, &world.hand, world.channel("general"), "The queue is empty").await;
    world
}

#[tokio::test]
async fn a_permission_that_is_taken_away_where_a_display_is_keeps_it_from_being_in_order() {
    let world = with_live_queue().await;
    for (denied, name) in [
        ("SEND_MESSAGES", "**Send Messages**"),
        ("EMBED_LINKS", "**Embed Links**"),
        ("READ_MESSAGE_HISTORY", "**Read Message History**"),
        ("VIEW_CHANNEL", "**View Channel**"),
    ] {
        world.denies("general", &[denied]).await;
        for _ in 0..2 {
            let report = world.heals().await;
            assert!(report.contains(name) && !report.contains("is in order"), "{denied}: {report}");
            assert_eq!(report.matches("live queue").count(), 1, "it is said once: {report}");
        }
        world.denies("general", &[]).await;
        let report = world.heals().await;
        assert!(!report.contains(name), "{denied} is back: {report}");
        assert!(report.contains("is in order") || report.contains("It is on again"), "{denied}: {report}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_display_that_cannot_be_pinned_is_in_order_and_it_is_said_what_it_lacks() {
    let world = with_live_queue().await;
    world.denies("general", &["PIN_MESSAGES"]).await;
    let report = world.heals().await;
    assert!(report.contains("is in order") && report.contains("**Pin Messages**"), "{report}");
    assert!(report.contains("It is not pinned."), "{report}");
    world.end().await;
}

#[tokio::test]
async fn a_channel_that_is_locked_for_everybody_is_locked_for_the_bot() {
    let world = with_live_queue().await;
    let deny = serde_json::from_value(serde_json::json!(["SEND_MESSAGES"])).unwrap();
    let locked = OverwriteSpec { target: "@everyone".into(), deny, ..OverwriteSpec::default() };
    world.sim.set_overwrite(world.channel("general"), locked).await.unwrap();
    let report = world.heals().await;
    assert!(report.contains("**Send Messages**") && !report.contains("is in order"), "{report}");
    world.end().await;
}

#[tokio::test]
async fn a_channel_that_became_one_of_announcements_or_for_adults_works_as_before() {
    let world = with_live_queue().await;
    let announcements = || ChannelSpec { kind: Some("announcement".into()), ..ChannelSpec::default() };
    for (spec, is_nsfw) in [(announcements(), false), (announcements(), true), (ChannelSpec::default(), true)] {
        for channel in ["general", "submissions"] {
            world.sim.turn_channel(world.channel(channel), spec.clone(), is_nsfw).await.unwrap();
        }
        let report = world.heals().await;
        assert!(report.contains("is in order") && !report.contains("⚠️"), "{report}");
        let settings = world.host().in_channel("staff").run("show-settings").await.text();
        assert!(!settings.contains("⚠️"), "{settings}");
        let before = world.songs().len();
        world.member("ann").post(&link(before + 1)).await;
        assert_eq!(world.songs().len(), before + 1);
    }
    world.end().await;
}

#[tokio::test]
async fn a_role_that_is_gone_is_named_and_one_above_the_bots_is_none_of_its_business() {
    let world = with_live_queue().await;
    let spec = RoleSpec { name: "reviewers".into(), position: Some(200), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    world.configures("reviewer_role_id", &format!("<@&{role}>")).await;
    let well = world.heals().await;
    assert!(!well.contains("⚠️"), "the bot only looks who has it: {well}");
    assert!(!world.host().run("show-settings").await.text().contains("⚠️"));
    world.sim.delete_role(world.ids.guild, role).await.unwrap();
    let told = "The **Reviewer Role** is gone. Only administrators are reviewers now. Choose another by \
                `/config set reviewer_role_id`.";
    for _ in 0..2 {
        let report = world.heals().await;
        assert_eq!(report.matches(told).count(), 1, "{report}");
        assert!(report.contains("is in order"), "the display is another thing: {report}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_waiting_song_whose_kept_file_somebody_deleted_is_named_until_it_has_one() {
    let world = with_live_queue().await;
    let lost = number_in(&world.member("ben").submit_file(mp3("lost.mp3")).await.text());
    assert!(!world.heals().await.contains("The file of"));
    let (channel, message) = kept(&world, lost);
    world.sim.delete_message(channel, message).await.unwrap();
    world.hears("staff", &format!("The file of {lost} ")).await;
    let report = world.heals().await;
    assert!(report.contains(&format!("The file of {lost} ")) && report.contains("is in order"), "{report}");
    world.member("ben").submit_file(mp3("lost.mp3")).await;
    let report = world.heals().await;
    assert!(!report.contains("The file of"), "{report}");
    world.end().await;
}

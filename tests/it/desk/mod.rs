//! The reviewer's desk: what reviewers see, what they do by buttons, and who may not.

mod rights;

use std::time::Duration;

use greenroom::covers;
use greenroom::features::displays::tables::SHOWN_LINES;
use greenroom::features::queue::model::{Line, PublicId};
use greenroom::sim::{CommandOutcome, ComponentCall, Id, MemberSpec, OverwriteSpec, SeenMessage};

use crate::displays::shown_in;
use crate::patience::Patience;
use crate::reading::{SOON, link, mention};
use crate::site::Site;
use crate::world::{Person, World, mp3, number_in};

/// A world whose desk is in #staff.
async fn with_desk() -> World {
    let world = World::new().await;
    world.chooses("setup-reviewer-channel", "staff").await;
    on_desk(&world, "The queue is empty").await;
    on_desk(&world, "No song waits for a reviewer").await;
    world
}

/// The message of the desk that shows this, once it does.
async fn on_desk(world: &World, what: &str) -> SeenMessage {
    shown_in(&world.sim, &world.hand, world.channel("staff"), what).await
}

/// Picks from the menu of a message.
async fn picks(person: Person<'_>, world: &World, message: &SeenMessage, menu: &str, value: &str) -> CommandOutcome {
    let outcome = world.sim.press(choice(person.id, world.ids.guild, message, menu, value)).await.unwrap();
    assert_eq!(outcome.error, None);
    world.settle().await;
    outcome
}

fn choice(user: Id, guild: Id, message: &SeenMessage, menu: &str, value: &str) -> ComponentCall {
    let custom_id = message.custom_id(menu).unwrap_or_else(|| panic!("no menu {menu:?}: {:?}", message.components()));
    ComponentCall {
        guild: Some(guild),
        channel: Some(message.channel()),
        user,
        message: message.id(),
        custom_id,
        values: vec![value.to_owned()],
        ..ComponentCall::default()
    }
}

/// Opens the panel of a song.
async fn opens(person: Person<'_>, world: &World, desk: &SeenMessage, song: PublicId) -> SeenMessage {
    let opened = picks(person, world, desk, "Choose a song", &song.digits()).await;
    assert!(opened.is_ephemeral(), "a panel is private");
    opened.original.unwrap()
}

fn rank(line: Line) -> String {
    line.rank().to_string()
}

/// The message in which a line is noted to be shown.
fn noted(world: &World, line: Line) -> Option<u64> {
    let key = (world.guild, line.name().to_owned());
    world.read(|read| SHOWN_LINES.get(read, &key)).and_then(|shown| Some(shown.message?.get()))
}

#[tokio::test]
async fn the_desk_is_two_messages_that_follow_the_queue() {
    covers!("M-CMD-17", "M-EMB-08", "M-EMB-09", "M-EMB-12");
    let world = with_desk().await;
    let fields = [("link", "https://youtu.be/dQw4w9WgXcQ"), ("song_title", "Night Drive"), ("note", "Be kind!")];
    let first = number_in(&world.member("ann").submit(fields).await.text());
    world.member("ben").submits_skip(&link(2), "Paid").await;
    let main = on_desk(&world, "Night Drive").await;
    let text = main.text();
    for part in ["Free", "ann", "0 points", "[YouTube](<https://", "> Be kind!", "[Approve…]", "[Remove…]"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(!text.contains("Paid"), "what waits for a reviewer is not in the queue: {text}");
    let pending = on_desk(&world, "Paid").await;
    let text = pending.text();
    for part in ["⏳ Pending skips", "One song waits", "ben", "[Approve…]", "[Remove…]"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert_ne!(main.id(), pending.id());
    let pinned = |discord: &greenroom::sim::World| {
        Some(discord.pins(world.channel("staff"))).filter(|pins| pins.len() == 2).map(drop)
    };
    world.sim.wait_until(pinned, SOON).await.unwrap();
    // The table that tells where a line is shown knows both.
    assert_eq!(noted(&world, Line::Free), Some(main.id().get()));
    assert_eq!(noted(&world, Line::PendingSkips), Some(pending.id().get()));
    assert_eq!(noted(&world, Line::SongsPlayed), None);

    let next = world.host().press(&main, "Next song").await;
    assert!(next.is_ephemeral() && next.text().contains("Night Drive"), "{}", next.text());
    assert_eq!(world.line(first), Line::SongsPlayed);
    let main = on_desk(&world, "🎶 **Now playing**").await;
    assert!(main.text().contains("The queue is empty"), "{}", main.text());
    // Removing shows the sign of what is removed.
    let pending = on_desk(&world, "Paid").await;
    let song = world.songs()[1].song.public_id;
    let panel = opens(world.host(), &world, &pending, song).await;
    assert!(panel.text().contains("⏳ Pending Skips"), "{}", panel.text());
    let removed = world.host().press(&panel, "Remove").await;
    assert!(removed.text().contains("❌ Removed"), "{}", removed.text());
    on_desk(&world, "No song waits for a reviewer").await;
    world.end().await;
}

#[tokio::test]
async fn approving_asks_for_the_song_and_for_the_tier() {
    covers!("M-EMB-14");
    let world = with_desk().await;
    let song = world.member("ann").submits_skip(&link(1), "Paid").await;
    let pending = on_desk(&world, "Paid").await;
    let asked = world.host().press(&pending, "Approve…").await;
    assert!(asked.is_ephemeral() && asked.text().contains("Which song do you want to approve?"), "{}", asked.text());
    let seen = format!("{}:{}", song.digits(), rank(Line::PendingSkips));
    let asked = picks(world.host(), &world, &asked.original.unwrap(), "Choose a song", &seen).await;
    assert!(asked.text().contains("Into which line does"), "{}", asked.text());
    assert_eq!(world.line(song), Line::PendingSkips, "there is no default tier");
    let done = picks(world.host(), &world, &asked.original.unwrap(), "Approve to…", &rank(Line::Skip10)).await;
    assert!(done.text().contains("moved from **Pending Skips** to **10 Skip**"), "{}", done.text());
    assert_eq!(world.line(song), Line::Skip10);
    on_desk(&world, "No song waits for a reviewer").await;
    let main = on_desk(&world, "10 Skip").await;
    // Removing asks for the song, too.
    let asked = world.host().press(&main, "Remove…").await;
    let seen = format!("{}:{}", song.digits(), rank(Line::Skip10));
    let done = picks(world.host(), &world, &asked.original.unwrap(), "Choose a song", &seen).await;
    assert!(done.text().contains("moved from **10 Skip** to **Removed**"), "{}", done.text());
    assert_eq!(world.line(song), Line::Removed);
    world.end().await;
}

#[tokio::test]
async fn a_panel_tells_all_of_a_song_and_does_what_its_buttons_say() {
    covers!("M-EMB-14");
    let world = with_desk().await;
    world.chooses("setbookmarkchannel", "bookmarks").await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.sings").await;
    world.member("ann").submits(&link(1), "Earlier").await;
    world.next().await;
    let song = world.member("ann").submits(&link(2), "Night Drive").await;
    world.gift("ann.sings", 100).await;
    let main = on_desk(&world, "Night Drive").await;
    let panel = opens(world.host(), &world, &main, song).await;
    let text = panel.text();
    let ann = mention(world.member("ann").id);
    for part in ["Night Drive", "🆓 Free, place **1**", &ann, "@ann.sings", "Points: 200", "Luxury Coins: 2"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(text.contains("Songs: one before this, 1 played") && text.contains("Waiting since: <t:"), "{text}");
    assert!(panel.pinged().users.is_empty(), "nobody is pinged");

    let kept = world.host().press(&panel, "Bookmark").await;
    assert!(kept.is_ephemeral() && kept.text().contains("is copied to"), "{}", kept.text());
    let held = world.host().press(&panel, "Hold").await;
    assert!(held.text().contains("to **Pending Skips**"), "{}", held.text());
    assert_eq!(world.line(song), Line::PendingSkips);
    assert!(world.next().await.text().contains("One song waits in **Pending Skips**"));
    let moved = picks(world.host(), &world, &held.original.unwrap(), "Move to…", &rank(Line::Free)).await;
    assert_eq!(world.line(song), Line::Free);
    let approved = picks(world.host(), &world, &moved.original.unwrap(), "Approve to…", &rank(Line::Skip25Plus)).await;
    assert!(approved.text().contains("🔥 25+ Skip, place **1**"), "{}", approved.text());
    let removed = world.host().press(&approved.original.unwrap(), "Remove").await;
    assert_eq!(world.line(song), Line::Removed);
    let back = picks(world.host(), &world, &removed.original.unwrap(), "Move to…", &rank(Line::Skip5)).await;
    assert_eq!((world.line(song), back.is_ephemeral()), (Line::Skip5, true));
    world.end().await;
}

#[tokio::test]
async fn playing_a_chosen_song_keeps_every_rule_of_next() {
    let world = with_desk().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.sings").await;
    world.member("ben").submits(&link(1), "Before").await;
    world.moves(world.songs()[0].song.public_id, Line::Skip5).await;
    let song = world.member("ann").submits(&link(2), "Night Drive").await;
    let other = world.member("ann").submits(&link(3), "Other").await;
    world.gift("ann.sings", 100).await;
    let main = on_desk(&world, "Night Drive").await;
    let panel = opens(world.host(), &world, &main, song).await;
    let played = world.host().press(&panel, "Play now").await;
    assert!(played.text().contains("plays now, from **Free**"), "{}", played.text());
    assert!(played.text().contains("🎶 Playing now"), "{}", played.text());
    assert_eq!(world.line(song), Line::SongsPlayed);
    assert_eq!((world.points("ann"), world.handle_points("ann.sings")), (0, 0), "Free uses the points up");
    assert_eq!(world.song(other).place.score, 0);
    assert!(world.seen_in("now-playing").await.concat().contains("Night Drive"), "it is announced");
    // What lifted a song is used up when it is played.
    world.gift("ann.sings", 1_000).await;
    assert_eq!(world.line(other), Line::Skip5);
    let main = on_desk(&world, "Other").await;
    let panel = opens(world.host(), &world, &main, other).await;
    assert!(panel.text().contains("Lifted by: 1,100 gifted coins"), "{}", panel.text());
    world.host().press(&panel, "Play now").await;
    let later = world.member("ann").submits(&link(4), "Later").await;
    assert_eq!(world.line(later), Line::Free, "the credit went with the song");
    world.end().await;
}

#[tokio::test]
async fn a_dead_link_gives_its_gift_credit_back_once() {
    let world = with_desk().await;
    world.chooses("setdebugchannel", "general").await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.sings").await;
    let song = world.member("ann").submits(&link(1), "Dead").await;
    world.gift("ann.sings", 2_000).await;
    assert_eq!(world.line(song), Line::Skip10);
    let main = on_desk(&world, "Dead").await;
    let (one, two) = (opens(world.host(), &world, &main, song).await, opens(world.host(), &world, &main, song).await);
    let done = world.host().press(&one, "Dead link").await;
    assert!(done.text().contains("2,000 gifted coins are given back to"), "{}", done.text());
    assert_eq!(world.line(song), Line::Removed);
    let again = world.host().press(&two, "Dead link").await;
    let told = format!("is not in **10 Skip** any more: {} removed it a moment ago.", mention(world.host().id));
    assert!(again.text().contains(&told), "{}", again.text());
    let lines = world.seen_in("general").await.join("\n");
    assert_eq!(lines.matches("as a dead link").count(), 1, "{lines}");
    assert!(lines.contains("2,000 gifted coins of") && lines.contains("wait for another song"), "{lines}");
    let mended = world.member("ann").submits(&link(2), "Mended").await;
    assert_eq!(world.line(mended), Line::Skip10, "the credit lifts another song");
    let third = world.member("ann").submits(&link(3), "Third").await;
    assert_eq!(world.line(third), Line::Free, "and only one");
    let main = on_desk(&world, "Third").await;
    let panel = opens(world.host(), &world, &main, third).await;
    let done = world.host().press(&panel, "Dead link").await;
    assert!(done.text().contains("There was nothing to give back."), "{}", done.text());
    world.end().await;
}

#[tokio::test]
async fn a_dead_link_gives_the_price_of_a_bought_skip_back_once() {
    let world = with_desk().await;
    world.chooses("setdebugchannel", "general").await;
    let ann = world.member("ann").id.to_string();
    let call = world.host().call("coins").with("user", ann).with("action", "add").with("amount", 2_000);
    world.host().run_call(call).await;
    let buys = async |number: usize, title: &str| {
        let song = world.member("ann").submits(&link(number), title).await;
        world.member("ann").run("buy-skip").await;
        assert_eq!(world.line(song), Line::Skip10);
        song
    };
    let dead = buys(1, "Dead").await;
    assert_eq!(world.luxury("ann"), 1_000);
    let main = on_desk(&world, "Dead").await;
    let (one, two) = (opens(world.host(), &world, &main, dead).await, opens(world.host(), &world, &main, dead).await);
    let done = world.host().press(&one, "Dead link").await;
    assert!(done.text().contains("has 1,000 Luxury Coins back"), "{}", done.text());
    world.host().press(&two, "Dead link").await;
    assert_eq!(world.luxury("ann"), 2_000);
    let lines = world.seen_in("general").await.join("\n");
    assert!(lines.contains("was a dead link") && lines.contains("amount `+1000`"), "{lines}");
    // Whoever is back in the queue later was paid for once: removed again, it gives nothing.
    world.moves(dead, Line::Free).await;
    let main = on_desk(&world, "Dead").await;
    let panel = opens(world.host(), &world, &main, dead).await;
    let done = world.host().press(&panel, "Dead link").await;
    assert!(done.text().contains("There was nothing to give back."), "{}", done.text());
    // The same for one that was played before it is found to be dead, and that was paid for twice.
    let played = buys(2, "Played").await;
    world.moves(played, Line::Free).await;
    world.member("ann").run("buy-skip").await;
    assert_eq!((world.line(played), world.luxury("ann")), (Line::Skip10, 0));
    world.next().await;
    world.moves(played, Line::Free).await;
    let main = on_desk(&world, "Played").await;
    let panel = opens(world.host(), &world, &main, played).await;
    let done = world.host().press(&panel, "Dead link").await;
    assert!(done.text().contains("has 2,000 Luxury Coins back"), "{}", done.text());
    assert_eq!(world.luxury("ann"), 2_000);
    world.end().await;
}

#[tokio::test]
async fn a_submitter_is_told_of_a_dead_link_and_of_what_came_back() {
    let world = with_desk().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.sings").await;
    let dies = async |number: usize, title: &str| {
        let song = world.member("ann").submits(&link(number), title).await;
        if number == 1 {
            world.gift("ann.sings", 2_000).await;
        }
        let main = on_desk(&world, title).await;
        let panel = opens(world.host(), &world, &main, song).await;
        world.host().press(&panel, "Dead link").await;
        song
    };
    let song = dies(1, "Broken Record").await;
    let told = world.member("ann").dms().await.pop().unwrap();
    assert!(told.contains(&song.to_string()) && told.contains("does not work"), "{told}");
    assert!(told.contains("Your **2,000 gifted coins** count for your next song"), "{told}");
    // Who takes no direct messages reads it in the channel, for a while.
    world.sim.block_dms(world.member("ann").id, true).await;
    let song = dies(2, "Broken Twice").await;
    let seen = world.seen_in("submissions").await;
    let told = seen.iter().find(|text| text.contains("does not work")).unwrap_or_else(|| panic!("{seen:?}"));
    assert!(told.contains(&song.to_string()) && told.contains(&mention(world.member("ann").id)), "{told}");
    world.pass(Duration::from_secs(31)).await;
    assert!(!world.seen_in("submissions").await.iter().any(|text| text.contains("does not work")));
    world.end().await;
}

#[tokio::test]
async fn of_two_reviewers_at_once_one_wins_and_the_other_is_told() {
    let world = with_desk().await;
    let song = world.member("ann").submits_skip(&link(1), "Paid").await;
    world.member("ben").submits(&link(2), "Second").await;
    world.member("ben").submits(&link(3), "Third").await;
    let pending = on_desk(&world, "Paid").await;
    let host = world.host();
    let (one, two) = (opens(host, &world, &pending, song).await, opens(host, &world, &pending, song).await);
    let (first, second) = tokio::join!(
        world.sim.press(choice(host.id, world.ids.guild, &one, "Approve to…", &rank(Line::Skip20))),
        world.sim.press(choice(host.id, world.ids.guild, &two, "Approve to…", &rank(Line::Skip5))),
    );
    let now = world.line(song);
    assert!(matches!(now, Line::Skip20 | Line::Skip5), "{now}");
    let by = mention(host.id);
    let told =
        format!("Song **{song}** is not in **Pending Skips** any more: {by} put it into **{now}** a moment ago.");
    let texts = [first.unwrap().text(), second.unwrap().text()];
    assert_eq!(texts.iter().filter(|text| text.contains(&told)).count(), 1, "{texts:?}");
    // Two who want the next song at the same time do not pass one over.
    let main = on_desk(&world, "Third").await;
    let press = || ComponentCall {
        guild: Some(world.ids.guild),
        channel: Some(main.channel()),
        user: host.id,
        message: main.id(),
        custom_id: main.custom_id("Next song").unwrap(),
        ..ComponentCall::default()
    };
    let (first, second) = tokio::join!(world.sim.press(press()), world.sim.press(press()));
    let texts = [first.unwrap().text(), second.unwrap().text()];
    let told = format!("**{song}** plays now: {by} played it a moment ago. Nothing was changed");
    assert_eq!(texts.iter().filter(|text| text.contains(&told)).count(), 1, "{texts:?}");
    let played = world.lines().iter().filter(|(_, line)| *line == Line::SongsPlayed).count();
    assert_eq!(played, 1);
    world.end().await;
}

#[tokio::test]
async fn a_song_that_gifts_lifted_meanwhile_is_told_so_and_one_that_is_gone_shows_where_it_is() {
    let world = with_desk().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.sings").await;
    let song = world.member("ann").submits(&link(1), "Night Drive").await;
    let main = on_desk(&world, "Night Drive").await;
    let panel = opens(world.host(), &world, &main, song).await;
    world.gift("ann.sings", 5_000).await;
    let told = world.host().press(&panel, "Remove").await;
    assert!(told.text().contains("gifts lifted it to **20 Skip**"), "{}", told.text());
    world.next().await;
    let told = world.host().press(&panel, "Hold").await;
    assert!(told.text().contains("played it a moment ago"), "{}", told.text());
    assert_eq!(world.line(song), Line::SongsPlayed);
    // The old page still offers the song; its panel tells the truth.
    let stale = opens(world.host(), &world, &main, song).await;
    assert!(stale.text().contains("🎶 Playing now"), "{}", stale.text());
    world.end().await;
}

#[tokio::test]
async fn no_text_of_a_song_breaks_the_desk() {
    let mut world = with_desk().await;
    let person = MemberSpec { name: "*_*_*_*_*_*_*_*_*_*_*_*_*_*_*_*_".into(), ..MemberSpec::default() };
    let person = world.sim.add_member(world.ids.guild, person).await.unwrap();
    world.ids.members.insert("odd".into(), person);
    let texts = [
        "*_~`|<>[]()#:/".repeat(7),
        "\u{202E}\u{2066}مرحبا بالعالم ".repeat(7),
        "👩‍👩‍👧‍👦".repeat(8),
        "W".repeat(100),
        "[x](https://evil.tld) @everyone".to_owned(),
    ];
    let note = "**[note](https://evil.tld)** \u{202E}||x||\n> quote ".repeat(9);
    for number in 0..11 {
        let (text, link) = (texts[number % texts.len()].as_str(), link(number));
        let text: String = text.chars().take(if number % 5 == 2 { 50 } else { 98 }).collect();
        let fields = [("link", link.as_str()), ("song_title", &text), ("artist_name", &text), ("note", &note)];
        number_in(&world.member("odd").submit(fields).await.text());
    }
    let file = world.member("odd").submit_file(mp3(&format!("{}.mp3", "[_]*".repeat(20)))).await;
    number_in(&file.text());
    let main = on_desk(&world, "🆓 12").await;
    assert_eq!(main.embeds()[0]["fields"].as_array().unwrap().len(), 10, "{}", main.text());
    world.next().await;
    let main = on_desk(&world, "🎶 **Now playing**").await;
    assert!(!main.text().contains("://evil") && !main.text().contains("@everyone"), "{}", main.text());
    for entry in world.songs().iter().skip(1).take(10) {
        let panel = opens(world.host(), &world, &main, entry.song.public_id).await;
        assert!(!panel.text().contains("://evil") && !panel.text().contains("@everyone"), "{}", panel.text());
    }
    for label in ["Approve…", "Remove…"] {
        let asked = world.host().press(&main, label).await;
        assert!(asked.text().contains("Which song"), "{}", asked.text());
    }
    world.host().press(&main, "Next").await;
    let main = on_desk(&world, "Page 2 of 2").await;
    assert!(main.text().contains("(<https://discord.com/channels/"), "a file is heard in its message: {}", main.text());
    world.end().await;
}

/// Takes the bot's rights in #staff away, or gives them back.
async fn may_post(world: &World, may: bool) {
    let denied = if may { "[]" } else { "[\"VIEW_CHANNEL\", \"SEND_MESSAGES\"]" };
    let target = world.sim.bot().to_string();
    let overwrite = OverwriteSpec { target, deny: serde_json::from_str(denied).unwrap(), ..OverwriteSpec::default() };
    world.sim.set_overwrite(world.channel("staff"), overwrite).await.unwrap();
}

#[tokio::test]
async fn a_line_is_noted_where_members_see_it_and_as_long_as_it_is_shown() {
    let world = with_desk().await;
    let pending = on_desk(&world, "No song waits").await.id().get();
    let main = on_desk(&world, "Reviewer queue").await.id().get();
    until(&world, || (noted(&world, Line::Free), noted(&world, Line::PendingSkips)) == (Some(main), Some(pending)))
        .await;
    world.chooses("setup-live-queue", "general").await;
    let channel = world.channel("general");
    let public = shown_in(&world.sim, &world.hand, channel, "Live queue").await.id().get();
    until(&world, || noted(&world, Line::Free) == Some(public)).await;
    assert_eq!(noted(&world, Line::PendingSkips), Some(pending));
    world.sim.delete_channel(world.ids.guild, channel).await.unwrap();
    world.host().in_channel("now-playing").run("selfheal").await;
    until(&world, || noted(&world, Line::Free) == Some(main)).await;
    // A display that cannot be shown tells of no line; one that comes back does.
    may_post(&world, false).await;
    world.host().in_channel("now-playing").run("selfheal").await;
    assert_eq!((noted(&world, Line::Free), noted(&world, Line::PendingSkips)), (None, None));
    may_post(&world, true).await;
    world.host().in_channel("now-playing").run("selfheal").await;
    assert_eq!((noted(&world, Line::Free), noted(&world, Line::PendingSkips)), (Some(main), Some(pending)));
    world.end().await;
}

/// Lets time pass until something is so.
async fn until(world: &World, is_so: impl Fn() -> bool) {
    let patience = Patience::until("it is so");
    while !patience.is_over() {
        if is_so() {
            return;
        }
        tokio::time::timeout(Duration::from_millis(50), world.app.bot.store.changes().recv()).await.ok();
        world.hand.advance(Duration::from_millis(500));
    }
    panic!("it never is so");
}

#[tokio::test]
async fn the_buttons_of_the_desk_work_at_once_after_a_restart() {
    let site = Site::new().await;
    let app = site.start().await;
    site.open().await;
    let channel = site.channel("staff");
    site.run(site.call("host", "setup-reviewer-channel").with("channel", channel.to_string())).await;
    let song = number_in(&site.submit("ann", &link(1)).await.text());
    let main = shown_in(&site.sim, &site.hand, channel, "🆓 1").await;
    let pick = choice(site.ids.member("host"), site.ids.guild, &main, "Choose a song", &song.digits());
    let panel = site.sim.press(pick.clone()).await.unwrap().original.unwrap();
    app.stop().await;
    let app = site.start().await;
    let again = site.sim.press(pick).await.unwrap();
    assert!(again.error.is_none() && again.text().contains(&song.to_string()), "{again:?}");
    // A panel that was opened before works as well.
    let to = choice(site.ids.member("host"), site.ids.guild, &panel, "Approve to…", &rank(Line::Skip15));
    let moved = site.sim.press(to).await.unwrap();
    assert!(moved.text().contains("to **15 Skip**"), "{}", moved.text());
    app.stop().await;
}

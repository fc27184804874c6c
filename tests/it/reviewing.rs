//! What reviewers and administrators do besides playing: bookmarks, settings, opening and closing, the lists while typing.

use greenroom::covers;
use greenroom::features::queue::model::Line;
use greenroom::features::submissions::settings::SUBMISSIONS_OPEN;

use crate::reading::link;
use crate::world::World;

#[tokio::test]
async fn a_bookmark_copies_the_song_once_into_each_channel() {
    covers!("M-CMD-19");
    let world = World::new().await;
    let song = world.member("ann").submits(&link(1), "Keeper").await;
    let playing = world.next().await.original.unwrap();
    let none = world.host().press(&playing, "Bookmark").await;
    assert!(none.is_ephemeral() && none.text().contains("no bookmark channel yet"), "{}", none.text());

    world.chooses("setbookmarkchannel", "bookmarks").await;
    let done = world.host().press(&playing, "Bookmark").await;
    assert!(done.is_ephemeral() && done.text().contains("is copied to"), "{}", done.text());
    let again = world.host().press(&playing, "Bookmark").await;
    assert!(
        again.text().contains("is bookmarked already: ") && again.text().contains(" did that a moment ago."),
        "{}",
        again.text()
    );
    let copies = world.sim.messages(world.channel("bookmarks")).await;
    assert_eq!(copies.len(), 1);
    assert!(
        copies[0].text().contains(&song.to_string()) && copies[0].text().contains("Keeper"),
        "{}",
        copies[0].text()
    );
    assert!(copies[0].pinged().users.is_empty(), "a bookmark pings nobody");

    world.chooses("setbookmarkchannel", "general").await;
    world.host().press(&playing, "Bookmark").await;
    assert_eq!(world.seen_in("general").await.len(), 1, "another channel gets its own copy");
    world.end().await;
}

#[tokio::test]
async fn typing_a_song_offers_25_waiting_ones_by_number_or_name() {
    covers!("M-CMD-11", "M-CMD-12");
    let world = World::new().await;
    let mut songs = Vec::new();
    for number in 0..30 {
        songs.push(world.member("ann").submits(&link(number), &format!("Tune {number:02}")).await);
    }
    for command in ["move", "remove"] {
        assert_eq!(world.host().offered(command, "submission_id", "").await.len(), 25);
        let by_name = world.host().offered(command, "submission_id", "tune 29").await;
        assert_eq!(by_name.len(), 1);
        assert_eq!(by_name[0].value, songs[29].digits());
        assert!(by_name[0].name.contains("Tune 29") && by_name[0].name.contains("Free"), "{}", by_name[0].name);
        let by_number = world.host().offered(command, "submission_id", &songs[7].to_string()).await;
        assert_eq!(by_number.iter().map(|choice| &choice.value).collect::<Vec<_>>(), [&songs[7].digits()]);
        assert!(world.host().offered(command, "submission_id", "nothing like it").await.is_empty());
    }
    world.next().await;
    assert!(world.host().offered("remove", "submission_id", "tune 00").await.is_empty(), "played songs do not wait");
    world.end().await;
}

#[tokio::test]
async fn closing_and_opening_submissions_is_told_and_obeyed() {
    covers!("M-CMD-14", "M-CMD-15");
    let world = World::new().await;
    let waiting = world.member("ann").submits(&link(1), "Early").await;
    let closed = world.host().run("close-submissions").await;
    assert!(closed.is_ephemeral() && closed.text().contains("Submissions are closed"), "{}", closed.text());
    assert!(!world.read(|read| SUBMISSIONS_OPEN.get(read, world.guild)));
    assert!(world.seen_in("submissions").await.last().unwrap().contains("Submissions are closed"));
    let refused = world.member("ben").submit([("link", link(2).as_str())]).await;
    assert!(refused.is_ephemeral() && refused.modal().is_none(), "nobody types a song that is refused anyway");
    assert_eq!(world.songs().len(), 1);
    world.moves(waiting, Line::Skip5).await;
    assert_eq!(world.line(waiting), Line::Skip5, "what waits can still move");

    let opened = world.host().run("open-submissions").await;
    assert!(opened.text().contains("Submissions are open"), "{}", opened.text());
    assert!(world.seen_in("submissions").await.last().unwrap().contains("Submissions are open"));
    world.member("ben").submits(&link(2), "Late").await;
    world.end().await;
}

#[tokio::test]
async fn show_settings_shows_the_two_fields_that_everyone_expects() {
    covers!("M-CMD-26");
    let world = World::new().await;
    let answer = world.host().run("show-settings").await;
    assert!(answer.is_ephemeral());
    let text = answer.text();
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::to_owned);
    assert_eq!(field("Submissions Channel"), Some(format!("<#{}>", world.channel("submissions"))));
    assert_eq!(field("Economy System Enabled"), Some("Yes".to_owned()));
    assert_eq!(field("Now Playing Channel"), Some("Not set".to_owned()));
    world.end().await;
}

#[tokio::test]
async fn each_channel_command_stores_its_channel_and_show_settings_shows_it() {
    covers!("M-CMD-19", "M-CMD-20", "M-CMD-21", "M-CMD-22", "M-CMD-26");
    let world = World::new().await;
    let commands = [
        ("setnowplayingchannel", "now-playing", "Now Playing Channel"),
        ("setbookmarkchannel", "bookmarks", "Bookmark Channel"),
        ("setup-post-live-metrics", "general", "Metrics Channel"),
        ("setdebugchannel", "staff", "Debug Channel"),
        ("set-submission-channel", "general", "Submissions Channel"),
    ];
    for (command, channel, _) in commands {
        world.chooses(command, channel).await;
    }
    let text = world.host().run("show-settings").await.text();
    for (_, channel, field) in commands {
        let expected = format!("{field}: <#{}>", world.channel(channel));
        assert!(text.contains(&expected), "{expected} in {text}");
    }
    world.end().await;
}

#[tokio::test]
async fn help_lists_what_the_caller_can_use() {
    covers!("M-CMD-01");
    let world = World::new().await;
    let member = world.member("ann").run("help").await;
    assert!(member.is_ephemeral());
    assert!(member.text().contains("submit:") && member.text().contains("Submit a music link"), "{}", member.text());
    assert!(!member.text().contains("clear-free"), "{}", member.text());
    let host = world.host().run("help").await.text();
    assert!(host.contains("</clear-free:") && host.contains("</submit:"), "{host}");
    let detail = world.member("ann").run_with("help", [("command", "submit".to_owned())]).await.text();
    assert!(detail.contains("tiktok_handle"), "{detail}");
    let hidden = world.member("ann").run_with("help", [("command", "clear-free".to_owned())]).await.text();
    assert!(hidden.contains("There is no command"), "{hidden}");
    world.end().await;
}

#[tokio::test]
async fn help_finds_a_command_however_its_name_is_typed() {
    let world = World::new().await;
    let asks = async |name: &str| world.host().run_with("help", [("command", name.to_owned())]).await.text();
    for typed in ["tiktok connect", "/tiktok connect", "TikTok  Connect", " / tiktok connect ", "</tiktok connect:1>"] {
        let answer = asks(typed).await;
        assert!(answer.contains("/tiktok connect") && answer.contains("unique_id"), "{typed}: {answer}");
        assert!(answer.contains("</tiktok connect:"), "it can be clicked: {answer}");
    }
    for (typed, expected) in [("SHOW settings", "/show-settings"), ("Config Set", "/config set"), ("next", "/next")] {
        assert!(asks(typed).await.contains(expected), "{typed}");
    }
    for nothing in ["tiktok disconnect from here", "", "/", "@everyone"] {
        let answer = asks(nothing).await;
        assert!(answer.contains("There is no command") && !answer.contains("@everyone"), "{nothing}: {answer}");
    }
    for (typed, meant) in
        [("submti", "`/submit`"), ("/tiktok conect", "`/tiktok connect`"), ("shw settings", "`/show-settings`")]
    {
        let answer = asks(typed).await;
        assert!(
            answer.contains("There is no command") && answer.contains(&format!("Did you mean {meant}?")),
            "{answer}"
        );
    }
    assert!(!asks("tiktok disconnect from here").await.contains("Did you mean"));
    let slip = world.member("ann").run_with("help", [("command", "clear-fre".to_owned())]).await.text();
    assert!(!slip.contains("clear-free"), "what is for administrators is not offered to others: {slip}");
    let hidden = world.member("ann").run_with("help", [("command", "config set".to_owned())]).await.text();
    assert!(hidden.contains("There is no command"), "a part of an administrators' command is theirs: {hidden}");
    let offered = world.host().offered("help", "command", "/TIKTOK  c").await;
    assert!(offered.iter().any(|choice| choice.value == "tiktok connect"), "{offered:?}");
    assert!(world.member("ann").offered("help", "command", "config s").await.is_empty());
    world.end().await;
}

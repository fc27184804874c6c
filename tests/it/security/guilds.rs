//! Servers know nothing of each other, also where the same people are in both.

use greenroom::features::queue::model::Line;

use crate::world::{World, mp3, number_in};

const LINK: &str = "https://youtu.be/dQw4w9WgXcQ";

#[tokio::test]
async fn a_song_of_one_server_is_in_no_answer_of_another() {
    greenroom::covers!("S-PROP-03", "T-GEN-09");
    let world = World::new().await;
    let (other, _) = world.another_guild().await;
    world.member("ann").submits(LINK, "Secret Song").await;
    let away = world.member("ann").in_guild(other.guild, other.channel("submissions"));
    let host = world.host().in_guild(other.guild, other.channel("staff"));
    for answer in
        [away.run("queue").await, away.run("mysubmissions").await, host.run("next").await, host.run("queue").await]
    {
        assert!(!answer.text().contains("Secret Song"), "{}", answer.text());
    }
    assert_eq!(world.lines(), [("Secret Song".to_owned(), Line::Free)], "the other server's /next plays nothing here");
    for command in ["move", "remove"] {
        for typed in ["", "Secret", "#"] {
            assert_eq!(host.offered(command, "submission_id", typed).await, []);
        }
    }
    assert_eq!(world.host().offered("move", "submission_id", "Secret").await.len(), 1, "at home it is offered");
    world.end().await;
}

#[tokio::test]
async fn a_number_of_one_server_moves_and_removes_nothing_from_another() {
    let world = World::new().await;
    let (other, other_guild) = world.another_guild().await;
    let number = world.member("ann").submits(LINK, "Secret Song").await;
    let host = world.host().in_guild(other.guild, other.channel("staff"));
    let moved =
        host.run_with("move", [("submission_id", number.to_string()), ("target_line", "25+ Skip".into())]).await;
    let removed = host.run_with("remove", [("submission_id", number.to_string())]).await;
    for answer in [moved, removed] {
        assert!(answer.text().contains("There is no song"), "{}", answer.text());
        assert!(!answer.text().contains("Secret Song"), "{}", answer.text());
    }
    host.run("clear-free").await;
    assert_eq!(world.lines(), [("Secret Song".to_owned(), Line::Free)]);
    assert!(world.songs_of_guild(other_guild).is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_button_carried_into_another_server_finds_nothing_there() {
    let world = World::new().await;
    let (other, _) = world.another_guild().await;
    let number = world.member("ann").submits(LINK, "Secret Song").await;
    let staff = (other.guild, other.channel("staff"));
    let host = world.host().in_guild(staff.0, staff.1);
    host.run_with("setbookmarkchannel", [("channel", other.channel("bookmarks").to_string())]).await;
    for id in [format!("queue:bookmark:{}", number.digits()), "queue:page:1".into(), "queue:own:1".into()] {
        let answer = world.press_foreign_button(host, staff, &id).await;
        assert!(!answer.contains("Secret Song"), "{id}: {answer}");
    }
    assert!(world.sim.messages(other.channel("bookmarks")).await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn the_same_song_waits_in_both_servers_and_each_has_its_own_rules() {
    let world = World::new().await;
    let (other, other_guild) = world.another_guild().await;
    let ann = world.member("ann");
    let away = ann.in_guild(other.guild, other.channel("submissions"));
    ann.submits(LINK, "Here").await;
    away.submits(LINK, "There").await;
    number_in(&ann.submit_file(mp3("a.mp3")).await.text());
    number_in(&away.submit_file(mp3("a.mp3")).await.text());
    assert_eq!((world.songs().len(), world.songs_of_guild(other_guild).len()), (2, 2));
    world.host().run("close-submissions").await;
    away.submits("https://youtu.be/aaaaaaaaaaa", "Still open there").await;
    away.post("https://youtu.be/bbbbbbbbbbb").await;
    assert_eq!((world.songs().len(), world.songs_of_guild(other_guild).len()), (2, 4));
    let list = ann.run("mysubmissions").await.text();
    assert!(list.contains("Here") && !list.contains("There"), "{list}");
    world.end().await;
}

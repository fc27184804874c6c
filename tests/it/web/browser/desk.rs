//! An evening at the desk: by touch on a phone, by keyboard alone, enlarged, and with nothing that moves.

use std::time::Duration;

use greenroom::features::queue::model::{Line, PublicId};
use reqwest::Method;
use serde_json::json;

use super::overlays::{sees, until};
use super::{BrowserWorld, Motion, PHONE, Screen, View, WIDE};
use crate::reading::link;
use crate::web::ground::WebWorld;

/// Ten songs, each of somebody else.
const SONGS: [(&str, &str); 10] = [
    ("ann", "First Light"),
    ("ben", "Lagos Rain"),
    ("chloe", "Midnight Train"),
    ("dmitri", "Kites"),
    ("member", "Paper Moon"),
    ("viewer", "Notes"),
    ("moderator", "A Long Way Home"),
    ("admin", "Low Tide"),
    ("former", "Glass"),
    ("administrator", "Last Orders"),
];
/// What a refusal says by itself, once it is no news.
const CHANGED: &str = "Something has changed since.";
/// What a finger hits.
const FINGER: u32 = 44;

/// A song as the desk names it.
struct Sung {
    number: PublicId,
    name: String,
}

impl WebWorld {
    /// Ten songs wait, in this order.
    async fn ten_songs(&self) -> Vec<Sung> {
        let mut sung = Vec::new();
        for (nth, (member, title)) in SONGS.into_iter().enumerate() {
            self.world.pass(Duration::from_secs(1)).await;
            let number = self.world.member(member).submits(&link(nth), title).await;
            sung.push(Sung { number, name: format!("{number} {member} – {title}") });
        }
        sung
    }

    /// Time passes, so that nobody asks too often.
    async fn reviews(&self) {
        self.world.pass(Duration::from_secs(15)).await;
    }

    fn all_were_played(&self, songs: &[Sung]) {
        let elsewhere: Vec<&str> = songs
            .iter()
            .filter(|song| self.world.line(song.number) != Line::SongsPlayed)
            .map(|song| song.name.as_str())
            .collect();
        assert!(elsewhere.is_empty(), "{elsewhere:?}");
    }
}

/// Fails where something is wider than the screen.
#[track_caller]
fn fits(screen: &Screen) {
    let measure = screen.measure();
    assert!(measure.wide <= measure.room, "{measure:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_host_reviews_ten_songs_by_touch_on_a_phone() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let screen = ground.shows("reviewer", PHONE, "/g/{server}/desk");
    fits(&screen);
    assert_eq!(screen.too_low(FINGER), Vec::<String>::new());
    assert_eq!(screen.shown("main kbd"), 0, "there are no keys on a phone");
    for (nth, song) in songs.iter().enumerate() {
        screen.goes_to_the_end();
        let next = screen.lies("button", "Next");
        assert!(next.bottom <= next.high && next.top >= 0.0, "Next is out of reach: {next:?}");
        assert!(next.left >= 0.0 && next.right <= next.wide && next.bottom - next.top >= f64::from(FINGER), "{next:?}");
        screen.taps("button", "Next");
        screen.sees(&format!("{} plays now.", song.name));
        fits(&screen);
        ground.reviews().await;
        let Some(second) = songs.get(nth + 2).filter(|_| nth == 3) else { continue };
        // The menu of a song that waits lies within the screen, and what it does can be taken back.
        screen.unfolds(&format!("More: {}", second.name));
        fits(&screen);
        assert_eq!(screen.too_low(FINGER), Vec::<String>::new());
        screen.taps("button", &format!("Remove: {}", second.name));
        screen.sees(&format!("{} is removed.", second.name));
        let undo = screen.lies("button", "Undo");
        assert!(undo.top >= 0.0 && undo.bottom <= undo.high, "the undo is out of sight: {undo:?}");
        screen.taps("button", "Undo");
        screen.sees(&format!("{} is back in Free.", second.name));
        ground.reviews().await;
    }
    ground.all_were_played(&songs);
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_host_reviews_ten_songs_by_keyboard_alone() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let screen = ground.shows("reviewer", WIDE, "/g/{server}/desk");
    for (nth, song) in songs.iter().enumerate() {
        let name = &song.name;
        screen.presses("n");
        screen.sees(&format!("{name} plays now."));
        let plays_again = format!("{name} is what was played, as before.");
        match nth {
            1 => {
                screen.presses("h");
                screen.sees(&format!("{name} is in Pending Skips now."));
                screen.presses("u");
                screen.sees(&plays_again);
            }
            2 => {
                screen.presses("d");
                screen.sees(&format!("{name} is removed as a dead link."));
                screen.presses("u");
                screen.sees(&plays_again);
            }
            3 => {
                screen.presses("p");
                screen.sees(&format!("{name} is back in Free."));
                screen.presses("u");
                screen.sees(&plays_again);
            }
            4 => {
                let waits = &songs[5].name;
                screen.tabs_to(&format!("button To 5 Skip: {waits}"));
                screen.presses("Enter");
                screen.sees(&format!("{waits} is in 5 Skip now."));
                assert_eq!(screen.focused(), format!("button To 10 Skip: {waits}"), "the focus stays with the song");
                screen.presses("u");
                screen.sees(&format!("{waits} is back in Free."));
            }
            _ => {}
        }
        assert_eq!(ground.world.line(song.number), Line::SongsPlayed, "{name}");
        ground.reviews().await;
    }
    ground.all_were_played(&songs);
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn of_two_tabs_that_press_next_together_one_plays_and_the_other_sees_why_it_does_not() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let first = ground.screen(&ground.signed_in("reviewer"), WIDE);
    let second = first.tab();
    for tab in [&first, &second] {
        tab.go("/g/{server}/desk");
        sees(tab, "up to date").await;
    }
    // One press comes before or just behind what the other one did: either way nobody has read that.
    first.presses("n");
    second.presses("n");
    let is_told = |seen: &str| seen.contains("you played it a moment ago. Nothing was changed");
    until(&second, "one of them is told", |seen| is_told(seen) || is_told(&first.text())).await;
    let (plays, told) = if is_told(&second.text()) { (&first, &second) } else { (&second, &first) };
    plays.sees(&format!("{} plays now.", songs[0].name));
    assert!(!is_told(&plays.text()), "{}", plays.text());
    assert_eq!(told.focused().split(' ').next(), Some("alert"), "it is in sight: {}", told.focused());
    assert_eq!(ground.world.line(songs[1].number), Line::Free);
    // What it says of how things were says so by itself, as soon as they are otherwise.
    assert!(!told.text().contains(CHANGED), "{}", told.text());
    ground.reviews().await;
    plays.presses("n");
    plays.sees(&format!("{} plays now.", songs[1].name));
    sees(told, CHANGED).await;
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_refusal_on_the_page_of_a_song_says_when_it_was_once_the_song_is_elsewhere() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let desk = ground.screen(&ground.signed_in("reviewer"), WIDE);
    let page = desk.tab();
    desk.go("/g/{server}/desk");
    sees(&desk, "up to date").await;
    desk.presses("n");
    desk.sees(&format!("{} plays now.", songs[0].name));
    page.go(&format!("/g/{{server}}/songs/{}", songs[0].number.digits()));
    sees(&page, "up to date").await;
    page.presses("b");
    page.sees("There is no bookmark channel yet.");
    assert!(!page.text().contains(CHANGED), "{}", page.text());
    ground.reviews().await;
    desk.presses("n");
    sees(&page, CHANGED).await;
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn an_act_without_a_connection_is_told_in_sight_however_far_down_the_page_is() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let screen = ground.shows("reviewer", PHONE, "/g/{server}/desk");
    sees(&screen, "up to date").await;
    screen.goes_to_the_end();
    screen.offline(true);
    screen.taps("button", "Next");
    screen.sees("did not arrive, and is kept here");
    until(&screen, "the page does not call itself up to date", |seen| !seen.contains("up to date")).await;
    let (again, next) = (screen.lies("button", "Send it again"), screen.lies("button", "Next"));
    assert!(again.top >= 0.0 && again.bottom <= next.top, "it is out of sight: {again:?}, {next:?}");
    assert_eq!(screen.covered(), Vec::<String>::new());
    fits(&screen);
    screen.offline(false);
    screen.taps("button", "Send it again");
    screen.sees(&format!("{} plays now.", songs[0].name));
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn of_acts_that_are_sent_in_a_row_each_is_told_also_where_the_last_is_refused() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let screen = ground.shows("administrator", WIDE, "/g/{server}/desk");
    screen.presses("n");
    screen.sees(&format!("{} plays now.", songs[0].name));
    ground.reviews().await;
    sees(&screen, "up to date").await;
    screen.offline(true);
    screen.presses("n");
    screen.sees("did not arrive, and is kept here");
    screen.presses("b");
    screen.sees("2 things that you did wait here");
    screen.offline(false);
    screen.clicks("button", "Send all 2 in order");
    screen.sees(&format!("Next: done. Bookmark: {}: not done.", songs[0].name));
    screen.sees("There is no bookmark channel yet.");
    assert_eq!(ground.world.line(songs[1].number), Line::SongsPlayed);
    screen.clicks("link", "Settings → Bookmark Channel");
    screen.sees("Where bookmarked songs are copied to.");
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_row_of_the_queue_on_a_phone_is_low_whatever_a_song_is_called_and_its_buttons_are_beside_it() {
    let ground = BrowserWorld::start().await;
    let long = "W".repeat(100);
    let number = ground.world.member("ann").submits(&link(1), &long).await;
    let screen = ground.shows("reviewer", PHONE, "/g/{server}/desk");
    let name = format!("{number} ann – {long}");
    let (song, down) = (screen.lies("link", &name), screen.lies("button", &format!("To 5 Skip: {name}")));
    // Three lines of 30 points.
    assert!(song.bottom - song.top < 100.0, "{song:?}");
    assert!(down.left >= song.right && down.top < song.bottom + 30.0, "{song:?}, {down:?}");
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn acts_without_a_connection_are_sent_in_their_order_until_one_is_refused() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let administrator = ground.signed_in("administrator");
    let screen = ground.screen(&ground.signed_in("reviewer"), WIDE);
    let lift = |song: &Sung| screen.clicks("button", &format!("To 5 Skip: {}", song.name));
    screen.go("/g/{server}/desk");
    sees(&screen, "up to date").await;
    screen.offline(true);
    screen.presses("n");
    screen.sees("did not arrive, and is kept here");
    // What is pressed twice, because nothing happened, is meant once.
    screen.presses("n");
    lift(&songs[5]);
    screen.sees("2 things that you did wait here");
    assert_eq!(ground.world.line(songs[0].number), Line::Free);
    screen.offline(false);
    screen.clicks("button", "Send all 2 in order");
    screen.sees(&format!("{} is in 5 Skip now.", songs[5].name));
    screen.sees(&format!("Next: done. To 5 Skip: {}: done.", songs[5].name));
    assert_eq!(ground.world.line(songs[0].number), Line::SongsPlayed);
    assert_eq!(ground.world.line(songs[1].number), Line::Free, "one song was played");
    ground.reviews().await;

    screen.offline(true);
    lift(&songs[6]);
    screen.sees("did not arrive, and is kept here");
    lift(&songs[7]);
    screen.sees("2 things that you did wait here");
    let meanwhile = format!("/api/{{server}}/songs/{}/move", songs[6].number.digits());
    administrator.json(Method::POST, &meanwhile, &json!({ "line": "10 Skip" })).await.is(200);
    screen.offline(false);
    screen.clicks("button", "Send all 2 in order");
    screen.sees("That was refused.");
    screen.sees("put it into 10 Skip a moment ago. Nothing was changed.");
    assert_eq!(ground.world.line(songs[7].number), Line::Free, "what came after it was not sent");
    screen.clicks("button", "Send the rest");
    screen.sees(&format!("{} is in 5 Skip now.", songs[7].name));
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn keys_that_are_switched_off_do_nothing_and_the_palette_still_opens() {
    let ground = BrowserWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let screen = ground.shows("reviewer", WIDE, "/g/{server}/desk");
    screen.clicks("button", "Switch single keys off");
    screen.sees("Switch single keys on");
    screen.presses("n");
    screen.presses("?");
    assert_eq!(screen.shown("dialog[open]"), 0);
    screen.presses("Control+k");
    assert_eq!(screen.focused(), "combobox Go to");
    // A letter in a field is a letter, also where keys are on.
    screen.types("n");
    screen.presses("Escape");
    assert_eq!((screen.shown("dialog[open]"), ground.world.line(song)), (0, Line::Free));
    screen.clicks("button", "Switch single keys on");
    screen.sees("Switch single keys off");
    screen.presses("n");
    screen.sees("plays now.");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_palette_is_walked_by_arrows_and_gives_the_focus_back() {
    let ground = BrowserWorld::start().await;
    ground.world.member("ann").submits(&link(1), "Amber Light").await;
    let screen = ground.shows("reviewer", WIDE, "/g/{server}/desk");
    screen.tabs_to("a Songs");
    screen.presses("Control+k");
    screen.types("amber");
    screen.sees("ann – Amber Light");
    screen.presses("Escape");
    assert_eq!((screen.focused().as_str(), screen.shown("dialog[open]")), ("a Songs", 0));
    screen.presses("Control+k");
    // Home, Desk, Songs: all that a reviewer may open.
    until(&screen, "three pages are offered", |_| screen.shown("[role=option]") == 3).await;
    screen.presses("ArrowDown");
    screen.presses("ArrowDown");
    screen.presses("Enter");
    screen.arrives("/g/{server}/songs");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn what_cannot_be_taken_back_is_asked_in_a_dialog_that_holds_the_focus_and_gives_it_back() {
    let ground = BrowserWorld::start().await;
    ground.people_of_samples("ann", "123456");
    let administrator = ground.signed_in("administrator");
    let screen = ground.screen(&administrator, WIDE);
    screen.go("/g/{server}/handles");
    screen.tabs_to("button Release own.123456");
    screen.presses("Enter");
    screen.sees("Take @own.123456 away from ");
    assert_eq!(screen.focused(), "button Cancel");
    assert_eq!(screen.shown("dialog .main.danger"), 1, "the one that cannot be taken back looks so");
    // No key of the page counts meanwhile.
    screen.presses("?");
    assert_eq!(screen.shown("dialog[open]"), 1);
    assert_eq!(screen.audit(), Vec::<String>::new());
    screen.presses("Escape");
    assert_eq!((screen.focused().as_str(), screen.shown("dialog[open]")), ("button Release own.123456", 0));
    screen.presses("Enter");
    screen.sees("Take @own.123456 away from ");
    screen.presses("Tab");
    assert_eq!(screen.focused(), "button Release");
    screen.presses("Enter");
    screen.sees("is nobody's now.");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    drop(screen);
    let screen = ground.screen(&administrator, View { has_script: false, ..WIDE });
    ground.people_of_samples("ann", "123456");
    screen.go("/g/{server}/handles");
    screen.clicks("button", "Release own.123456");
    screen.sees("Take @own.123456 away from ");
    screen.clicks("link", "Cancel");
    screen.sees("Nothing was changed. Here it is as you sent it.");
    screen.clicks("button", "Release own.123456");
    screen.clicks("button", "Yes");
    screen.sees("is nobody's now.");
    // Every page on the way back is one that the browser may open once more.
    screen.goes_back();
    screen.sees("Take @own.123456 away from ");
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_desk_is_whole_at_200_percent_and_still_for_whoever_wants_that() {
    let ground = BrowserWorld::start().await;
    let songs = ground.ten_songs().await;
    let reviewer = ground.signed_in("reviewer");
    let large = ground.screen(&reviewer, View { zoom: 2, ..WIDE });
    large.go("/g/{server}/desk");
    large.clicks("button", "Next");
    large.sees(&format!("{} plays now.", songs[0].name));
    fits(&large);
    let next = large.lies("button", "Next");
    assert!(next.left >= 0.0 && next.right <= next.wide, "{next:?}");
    assert_eq!(large.audit(), Vec::<String>::new());
    drop(large);
    ground.reviews().await;
    let still = ground.screen(&reviewer, View { motion: Motion::Little, ..WIDE });
    still.go("/g/{server}/desk");
    still.clicks("button", "Next");
    assert_eq!(still.moving(), Vec::<String>::new());
    still.sees(&format!("{} plays now.", songs[1].name));
    assert_eq!((still.moving(), still.troubles()), (Vec::new(), Vec::new()));
    ground.end().await;
}

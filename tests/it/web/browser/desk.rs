//! An evening at the desk: by touch on a phone, by keyboard alone, enlarged, and with nothing that moves.

use std::time::Duration;

use greenroom::features::queue::model::{Line, PublicId};

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
            sung.push(Sung { number, name: format!("{number} {title} – {member}") });
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
    screen.sees("Amber Light – ann");
    screen.presses("Escape");
    assert_eq!((screen.focused().as_str(), screen.shown("dialog[open]")), ("a Songs", 0));
    screen.presses("Control+k");
    // Home, Desk, Songs: all that a reviewer may open.
    assert_eq!(screen.shown("[role=option]"), 3);
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
    screen.sees("Take this handle away from its member?");
    assert_eq!(screen.focused(), "button Cancel");
    // No key of the page counts meanwhile.
    screen.presses("?");
    assert_eq!(screen.shown("dialog[open]"), 1);
    assert_eq!(screen.audit(), Vec::<String>::new());
    screen.presses("Escape");
    assert_eq!((screen.focused().as_str(), screen.shown("dialog[open]")), ("button Release own.123456", 0));
    screen.presses("Enter");
    screen.sees("Take this handle away from its member?");
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
    screen.sees("Take this handle away from its member?");
    screen.clicks("link", "Cancel");
    screen.arrives("/g/{server}/handles");
    screen.clicks("button", "Release own.123456");
    screen.clicks("button", "Yes");
    screen.sees("is nobody's now.");
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

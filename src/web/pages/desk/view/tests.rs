//! The desk as a reviewer sees it.

use super::*;
use crate::features::queue::model::KeptFile;
use crate::features::queue::queries::{LinePage, Record, Standing};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId};
use crate::web::music::testing::{AT, HOSTILE, hostile, song};
use crate::web::ui::testing::{has_handler, lines as drawn};

const OWL: GuildId = GuildId::new(5);

fn quiet() -> Desk {
    let pending = LinePage { songs: Vec::new(), page: 1, pages: 1, total: 0 };
    let counts = Line::WAITING.map(|line| (line, u64::from(line == Line::Free))).to_vec();
    Desk { guild: OWL, now: None, counts, coming: Vec::new(), pending, gifts: None, lifted: Vec::new() }
}

fn plays(entry: Entry) -> Now {
    let record = Record { before: 2, played: 1 };
    Now { entry, record, from: Some(Line::Skip5), gifted: Some(Amount::of(1_500)) }
}

fn waits(entry: Entry, ahead: u64) -> Row {
    let wait = Duration::from_secs(260 * (ahead + 1));
    Row { entry, standing: Some(Standing { ahead: Some(ahead), wait: Some(wait) }) }
}

#[test]
fn where_nothing_plays_the_next_song_can_be_played_and_nothing_else_be_done() {
    insta::assert_snapshot!(drawn(&now(&quiet())), @r#"
    <section class="now" aria-labelledby="now">
    <h2 id="now">Now playing</h2>
    <p class="song">Nothing plays.</p>
    <div class="acts">
    <button class="button main" type="submit" name="playing" value="none" form="acts" formaction="/g/5/desk/next" data-key="n" aria-keyshortcuts="n">[icon]Next<kbd aria-hidden="true">n</kbd>
    </button>
    </div>
    </section>
    "#);
}

#[test]
fn what_plays_is_told_with_its_number_its_submitter_and_everything_that_can_be_done() {
    let desk = Desk { now: Some(plays(song(127_626, "First Light", Line::SongsPlayed))), ..quiet() };
    insta::assert_snapshot!(drawn(&now(&desk)), @r#"
    <section class="now" aria-labelledby="now">
    <h2 id="now">Now playing</h2>
    <p class="song" data-says="Now playing: Ann – First Light, by ann.">Ann – First Light</p>
    <p class="line-of">⚡ 5 Skip · <a href="/g/5/songs/127626">#127626</a> · <time datetime="2026-11-21T20:15:00Z" data-form="since">since 20:15 UTC</time>
    </p>
    <p class="facts">
    <span>
    <a href="https://youtu.be/127626" target="_blank" rel="noopener noreferrer">[icon]YouTube</a>
    </span>
    <span>ann</span>
    <span>3rd song</span>
    <span>1,500 gifted</span>
    </p>
    <div class="acts">
    <button class="button main" type="submit" name="playing" value="127626" form="acts" formaction="/g/5/desk/next" data-key="n" aria-keyshortcuts="n">[icon]Next<kbd aria-hidden="true">n</kbd>
    </button>
    <button class="button" type="submit" form="acts" formaction="/g/5/songs/127626/bookmark?from=Songs+Played" data-key="b" aria-keyshortcuts="b">[icon]Bookmark<span class="heard"> #127626 Ann – First Light</span>
    <kbd aria-hidden="true">b</kbd>
    </button>
    <button class="button danger" type="submit" form="acts" formaction="/g/5/songs/127626/dead-link?from=Songs+Played" data-key="d" aria-keyshortcuts="d">[icon]Dead link<span class="heard"> #127626 Ann – First Light</span>
    <kbd aria-hidden="true">d</kbd>
    </button>
    <button class="button" type="submit" form="acts" formaction="/g/5/songs/127626/hold?from=Songs+Played" data-key="h" aria-keyshortcuts="h">[icon]Hold<span class="heard"> #127626 Ann – First Light</span>
    <kbd aria-hidden="true">h</kbd>
    </button>
    <button class="button" type="submit" name="playing" value="127626" form="acts" formaction="/g/5/desk/undo" data-key="p" aria-keyshortcuts="p">[icon]Put back<span class="heard"> #127626 Ann – First Light</span>
    <kbd aria-hidden="true">p</kbd>
    </button>
    </div>
    </section>
    "#);
}

#[test]
fn a_song_goes_up_and_down_by_one_line_and_into_any_other() {
    let coming_up = vec![waits(song(1, "Kites", Line::Skip25Plus), 0), waits(song(2, "Lagos Rain", Line::Free), 1)];
    let page = coming(&Desk { coming: coming_up, ..quiet() }).into_string();
    for label in [
        "To 20 Skip: #000001 Ann – Kites",
        "To 5 Skip: #000002 Ann – Lagos Rain",
        "More: #000001 Ann – Kites",
        "Dead link: #000002 Ann – Lagos Rain",
    ] {
        assert!(page.contains(&format!("aria-label=\"{label}\"")), "{label}: {page}");
    }
    let named = "title=\"#000001 Ann – Kites\"><span class=\"clamped\">#000001 Ann – Kites</span></a>";
    assert!(page.contains(&format!("{named} <span class=\"by\">ann · <span>~5 min</span></span>")), "{page}");
    assert!(!page.contains("title=\"To Pending Skips\""), "it is a line that is not served: {page}");
    assert!(page.contains("formaction=\"/g/5/songs/000001/move?from=25%2B+Skip\""), "{page}");
    assert!(page.contains("~5 min") && page.contains("~9 min"), "{page}");
    assert!(page.contains("To Pending Skips") && !page.contains("To Songs Played"), "{page}");
}

#[test]
fn a_skip_that_waits_for_a_reviewer_is_approved_into_a_line_or_removed() {
    let songs = vec![song(3, "Notes", Line::PendingSkips)];
    let pending = LinePage { songs, page: 1, pages: 1, total: 9 };
    let page = skips(&Desk { pending, ..quiet() }).into_string();
    assert!(page.contains("value=\"25+ Skip\"") && page.contains("value=\"Free\""), "{page}");
    assert!(!page.contains("value=\"Pending Skips\""), "{page}");
    assert!(page.contains("formaction=\"/g/5/songs/000003/remove?from=Pending+Skips\""), "{page}");
    assert!(page.contains("And 3 more"), "{page}");
}

#[test]
fn what_comes_behind_is_counted_and_its_lines_open() {
    let counts = Line::WAITING.map(|line| (line, if line == Line::Free { 812 } else { 3 })).to_vec();
    let coming_up = (0..10).map(|ahead| waits(song(ahead, "Kites", Line::Skip5), ahead.into())).collect();
    let page = coming(&Desk { counts, coming: coming_up, ..quiet() }).into_string();
    assert!(page.contains("And 817 more:"), "{page}");
    assert!(page.contains("<a href=\"/g/5/desk?line=Free#line\">all 812 of Free</a>"), "{page}");
    assert!(!page.contains("all 3 of 10 Skip"), "all of it is shown: {page}");
    assert!(page.contains("<a href=\"/g/5/desk?line=25%2B+Skip#line\" title=\"25+ Skip\">"), "{page}");
}

#[test]
fn a_line_that_is_open_has_the_same_acts_its_places_and_the_way_on() {
    let rows = vec![waits(song(7, "Kites", Line::Free), 50)];
    let next: Option<crate::store::Cursor> = "YjE".parse().ok();
    let open = OpenLine { guild: OWL, line: Line::Free, total: 812, rows, is_behind: true, next };
    let page = open_line(&open).into_string();
    for part in [
        "id=\"line-song-000007\"",
        "51 <span title=\"Free\">",
        "aria-label=\"Play now: #000007 Ann – Kites\"",
        "href=\"/g/5/desk?line=Free#line\"",
        "href=\"/g/5/desk?line=Free&amp;after=YjE#line\" rel=\"next\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let skips =
        OpenLine { line: Line::PendingSkips, rows: vec![waits(song(8, "Notes", Line::PendingSkips), 0)], ..open };
    let page = open_line(&skips).into_string();
    assert!(page.contains("aria-label=\"To Free: #000008 Ann – Notes\"") && !page.contains("Play now"), "{page}");
    let none = open_line(&OpenLine { rows: Vec::new(), next: None, ..skips }).into_string();
    assert!(none.contains("No song waits behind this place any more."), "{none}");
}

#[test]
fn gifts_are_told_with_who_sent_them_and_what_they_were_worth() {
    insta::assert_snapshot!(drawn(&gifts(&quiet())), @r#"
    <section class="gifts" aria-labelledby="gifts">
    <h2 id="gifts">Gifts</h2>
    <p>No live goes on.</p>
    </section>
    "#);
    let rose = Gift { at: AT, by: Some("ann.sings".to_owned()), name: "Confetti".to_owned(), coins: Amount::of(3_000) };
    let nobody = Gift { by: None, ..rose.clone() };
    insta::assert_snapshot!(drawn(&gifts(&Desk { gifts: Some(vec![rose, nobody]), ..quiet() })), @r#"
    <section class="gifts" aria-labelledby="gifts">
    <h2 id="gifts">Gifts</h2>
    <ul>
    <li>
    <span>
    <time datetime="2026-11-21T20:15:00Z" data-form="clock">20:15 UTC</time> @ann.sings Confetti</span>
    <span class="number">3,000</span>
    </li>
    <li>
    <span>
    <time datetime="2026-11-21T20:15:00Z" data-form="clock">20:15 UTC</time> Confetti</span>
    <span class="number">3,000</span>
    </li>
    </ul>
    </section>
    "#);
}

#[test]
fn what_gifts_did_to_a_song_is_seen_and_read_aloud() {
    let (by, number, line) = ("mia".to_owned(), "#000012".to_owned(), "10 Skip".to_owned());
    let lift = Lift { at: AT, by, gift: Some("Rose ×10".to_owned()), number, line };
    let back = Lift { gift: None, ..lift.clone() };
    let page = gifts(&Desk { gifts: Some(Vec::new()), lifted: vec![lift, back], ..quiet() }).into_string();
    assert!(page.contains("data-says=\"Rose ×10 by mia moved #000012 to 10 Skip.\""), "{page}");
    assert!(page.contains("<a href=\"/g/5/songs/000012\">#000012</a> to 10 Skip"), "{page}");
    assert!(page.contains("Gifts of mia moved"), "{page}");
    assert!(!page.contains("None yet on this live."), "{page}");
}

#[test]
fn texts_of_people_are_text_and_a_link_that_would_run_script_is_none() {
    let row = waits(hostile(Line::Free), 0);
    let pending = LinePage { songs: vec![hostile(Line::PendingSkips)], page: 1, pages: 1, total: 1 };
    let gift = Gift { at: AT, by: Some(HOSTILE.to_owned()), name: HOSTILE.to_owned(), coins: Amount::ZERO };
    let desk = Desk {
        now: Some(plays(hostile(Line::SongsPlayed))),
        coming: vec![row],
        pending,
        gifts: Some(vec![gift]),
        lifted: vec![Lift {
            at: AT,
            by: HOSTILE.into(),
            gift: Some(HOSTILE.into()),
            number: HOSTILE.into(),
            line: HOSTILE.into(),
        }],
        ..quiet()
    };
    let page = [now(&desk), coming(&desk), skips(&desk), gifts(&desk)].map(Markup::into_string).concat();
    assert!(!page.contains("<img") && !has_handler(&page), "{page}");
    assert!(!page.contains("href=\"javascript") && page.contains("javascript:alert(1)"), "{page}");
}

#[test]
fn a_file_is_heard_by_a_link_that_is_made_when_it_is_followed_and_one_that_is_gone_is_not() {
    let mut entry = song(4, "Tape", Line::Free);
    let kept_in = KeptFile {
        channel: ChannelId::new(1),
        message: MessageId::new(2),
        attachment: AttachmentId::new(3),
        url: "https://cdn.example/tape.mp3".to_owned(),
    };
    entry.song.source = Source::File { name: "tape.mp3".to_owned(), bytes: 1, key: String::new(), kept_in };
    let there = hear(OWL, &entry.song).into_string();
    assert!(there.contains("href=\"/g/5/songs/000004/file\"") && !there.contains("cdn.example"), "{there}");
    entry.song.source = entry.song.source.without_file();
    let gone = hear(OWL, &entry.song).into_string();
    assert!(gone.contains("tape.mp3 is gone") && !gone.contains("href"), "{gone}");
}

#[test]
fn numbers_are_counted_in_words_and_waits_are_rounded_up() {
    let counted = [0, 1, 2, 3, 10, 11, 12, 20, 110].map(nth);
    assert_eq!(
        counted,
        [
            "1st song",
            "2nd song",
            "3rd song",
            "4th song",
            "11th song",
            "12th song",
            "13th song",
            "21st song",
            "111th song"
        ]
    );
    let waits = [1, 61, 3_600, 3_661].map(|seconds| wait(Duration::from_secs(seconds)));
    assert_eq!(waits, ["~1 min", "~2 min", "~1 h", "~1 h 2 min"]);
}

//! What everybody sees of a queue, and what OBS shows of it.

use super::*;
use crate::features::public::model::{Goal, Measure};
use crate::features::queue::model::Line;
use crate::web::music::testing::HOSTILE;
use crate::web::ui::testing::{has_handler, lines};

fn kites() -> Shown {
    Shown {
        name: "Sol – Kites".to_owned(),
        by: Some("A.".to_owned()),
        line: Some(Line::Skip5),
        minutes: Some(4),
        is_own: false,
    }
}

fn empty() -> Board {
    Board { now: None, own: None, coming: Vec::new(), waiting: 0, is_open: true }
}

#[test]
fn an_empty_queue_says_how_to_get_into_it() {
    insta::assert_snapshot!(lines(&board(&empty())), @r#"
    <section class="card" aria-labelledby="now">
    <h2 id="now">Now playing</h2>
    <p>Nothing plays.</p>
    </section>
    <section aria-labelledby="coming">
    <h2 id="coming">Coming up</h2>
    <p>The queue is empty. Be the first: type <code>/submit</code> in the server.</p>
    <p class="hint">Songs are taken now.</p>
    </section>
    "#);
}

#[test]
fn a_song_of_whoever_looks_is_marked_as_theirs_in_words_as_well() {
    let own = Shown { is_own: true, by: None, ..kites() };
    let board_of = Board { coming: vec![kites(), own], waiting: 7, ..empty() };
    insta::assert_snapshot!(lines(&board(&board_of)).split_once("<ol class=\"board\">\n").unwrap().1, @r#"
    <li>
    <span class="number">1</span>
    <span>⚡ <span class="heard">5 Skip </span>Sol – Kites · A.</span>
    <span class="hint">~4 min</span>
    </li>
    <li class="own">
    <span class="number">2</span>
    <span>⚡ <span class="heard">5 Skip </span>Sol – Kites<span class="hint"> yours</span>
    </span>
    <span class="hint">~4 min</span>
    </li>
    </ol>
    <p class="hint">And 5 more.</p>
    <p class="hint">Songs are taken now.</p>
    </section>
    "#);
}

#[test]
fn whoever_looks_reads_where_their_song_stands_however_far_behind() {
    let own = |place, minutes| {
        let own = Some(Own { name: "Sol – Kites".to_owned(), place, minutes });
        lines(&board(&Board { own, ..empty() })).split_once("</section>\n").unwrap().1.to_owned()
    };
    insta::assert_snapshot!(own(Some(73), Some(219)).split_once("<section aria").unwrap().0, @r#"
    <section class="card" aria-labelledby="own">
    <h2 id="own">Your song</h2>
    <p>
    <strong>Sol – Kites</strong>
    </p>
    <p class="hint">Place 73 · ~3 h 39 min</p>
    </section>
    "#);
    assert!(own(None, None).contains("<p class=\"hint\">It waits for a reviewer.</p>"));
}

#[test]
fn an_overlay_is_empty_where_there_is_nothing_to_show() {
    let parts = [now(None), next(&empty()), queue(&empty()), goal(None)].map(Markup::into_string);
    assert_eq!(parts, [""; 4]);
}

#[test]
fn an_overlay_shows_its_part() {
    let board_of = Board { coming: vec![kites(); 9], ..empty() };
    assert_eq!(next(&board_of).into_string(), "<p>Next: Sol – Kites · A.</p>");
    assert_eq!(queue(&board_of).into_string().matches("<li>").count(), 5);
    insta::assert_snapshot!(lines(&now(Some(&kites()))), @r#"
    <p class="song">Sol – Kites</p>
    <p>A.</p>
    "#);
    let progress = Progress { goal: Goal { of: Measure::Likes, wanted: 5_000 }, reached: 6_000 };
    insta::assert_snapshot!(lines(&goal(Some(&progress))), @r#"
    <p>6,000 of 5,000 likes</p>
    <progress max="5000" value="5000" aria-label="likes">
    </progress>
    "#);
}

#[test]
fn texts_of_people_are_text() {
    let hostile = Shown { name: HOSTILE.to_owned(), by: Some(HOSTILE.to_owned()), ..kites() };
    let own = Some(Own { name: HOSTILE.to_owned(), place: Some(1), minutes: None });
    let board_of = Board { now: Some(hostile.clone()), own, coming: vec![hostile.clone()], ..empty() };
    let page = [board(&board_of), now(Some(&hostile)), next(&board_of), queue(&board_of)].map(Markup::into_string);
    assert!(!page.concat().contains("<img") && !has_handler(&page.concat()), "{page:?}");
}

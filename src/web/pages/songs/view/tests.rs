//! The pages of songs as people see them.

use super::*;
use crate::features::queue::queries::Record;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::web::music::testing::{AT, hostile, song};
use crate::web::ui::testing::{has_handler, lines};

const OWL: GuildId = GuildId::new(5);

fn names() -> Names {
    Names::sample(OWL, &[(9, "kim")], &[])
}

fn shown(rows: &[Row], query: &str) -> String {
    list(&List { guild: OWL, filter: &Filter::of(query), rows, next: None, is_partial: false }).into_string()
}

fn told(what: What) -> Story {
    let step = Step { at: AT, by: Actor::Member(UserId::new(9)), what, act: None };
    Story {
        entry: song(1, "Kites", Line::SongsPlayed),
        standing: None,
        is_playing: true,
        record: Record { before: 0, played: 1 },
        gifted: None,
        steps: vec![step],
    }
}

#[test]
fn a_song_of_the_list_leads_to_its_story() {
    let rows = [Row { entry: song(1, "Kites", Line::Free), standing: Some(Standing { ahead: Some(2), wait: None }) }];
    let page = shown(&rows, "");
    for part in ["<a href=\"/g/5/songs/000001\">Ann – Kites</a>", "#000001", "🆓 Free, place 3", "id=\"songs-000001\""]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn an_empty_list_says_how_songs_come_and_a_filter_that_fits_none_leads_back() {
    let page = shown(&[], "");
    assert!(page.contains("No songs yet.") && page.contains("/submit"), "{page}");
    let page = shown(&[], "text=kites");
    assert!(page.contains("No song fits.") && page.contains("value=\"kites\""), "{page}");
    assert!(page.contains("href=\"/g/5/songs\">All songs"), "{page}");
}

#[test]
fn a_view_has_an_address_that_can_be_sent_to_somebody() {
    assert_eq!(Filter::of("line=&text=").at("/g/5/songs"), "/g/5/songs");
    let filter = Filter::of("line=25%2B+Skip&text=a%26b&limit=5");
    assert_eq!(filter.at("/g/5/songs"), "/g/5/songs?line=25%2B+Skip&text=a%26b");
    let next = filter.paging("/g/5/songs", "after", Some("b1")).next;
    assert_eq!(next.as_deref(), Some("/g/5/songs?line=25%2B+Skip&text=a%26b&after=b1"));
}

#[test]
fn each_step_of_a_story_is_told_in_words() {
    let line = |line: Line| line.name().to_owned();
    let steps = [
        What::Submitted,
        What::Played(line(Line::Free)),
        What::PutBack(line(Line::Free)),
        What::Moved(line(Line::Free), line(Line::Removed), Some("too long".to_owned())),
        What::Lifted(line(Line::Free), line(Line::Skip5), Amount::of(1_500)),
        What::Bought(Amount::of(1_000), true),
        What::Dead(Some(Amount::of(1_500)), None),
        What::NotDead(line(Line::Skip5)),
    ];
    let words: Vec<String> = steps.iter().map(|step| what(step).into_string()).collect();
    insta::assert_snapshot!(words.join("\n"), @"
    sent it
    played it from Free
    took the play back: Free
    Free → Removed: “too long”
    1,500 gifted coins: Free → 5 Skip
    bought a skip for 1,000 Luxury Coins, which were given back
    removed it as a dead link; 1,500 gifted coins came back
    took the dead link back: 5 Skip
    ");
}

#[test]
fn the_story_says_where_the_song_is_and_who_did_what() {
    insta::assert_snapshot!(lines(&story(OWL, &told(What::Played("Free".to_owned())), &names(), None)), @r#"
    <section class="card">
    <h2>The song</h2>
    <dl>
    <div>
    <dt>Number</dt>
    <dd>#000001</dd>
    </div>
    <div>
    <dt>Where</dt>
    <dd>Plays now</dd>
    </div>
    <div>
    <dt>Listen</dt>
    <dd>
    <a href="https://youtu.be/1" target="_blank" rel="noopener noreferrer">[icon]YouTube</a>
    </dd>
    </div>
    <div>
    <dt>Submitted by</dt>
    <dd>
    <a href="/g/5/songs?member=7">ann</a>
    </dd>
    </div>
    <div>
    <dt>Their songs</dt>
    <dd>0 before this, 1 played</dd>
    </div>
    </dl>
    </section>
    <section aria-labelledby="story">
    <h2 id="story">What became of it</h2>
    <ol class="history">
    <li>
    <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time> <strong>
    <a href="/g/5/members/9">kim</a>
    </strong> <span class="what">played it from Free</span>
    </li>
    </ol>
    </section>
    "#);
}

#[test]
fn whoever_reviews_can_take_the_song_out_for_a_reason_and_others_cannot() {
    let told = told(What::Submitted);
    let seal = Seal { csrf: "t0ken", key: "k3y" };
    let page = story(OWL, &told, &names(), Some(seal)).into_string();
    assert!(page.contains("action=\"/g/5/songs/000001/remove?from=Songs+Played\""), "{page}");
    assert!(page.contains("name=\"reason\""), "{page}");
    assert!(!story(OWL, &told, &names(), None).into_string().contains("<form"));
}

#[test]
fn texts_of_people_are_text() {
    let rows = [Row { entry: hostile(Line::Removed), standing: None }];
    let story_of = Story { entry: hostile(Line::Removed), ..told(What::Submitted) };
    let page = shown(&rows, "") + &story(OWL, &story_of, &names(), None).into_string();
    assert!(!page.contains("<img") && !has_handler(&page) && !page.contains("href=\"javascript"), "{page}");
}

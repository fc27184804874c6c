//! The report as people read it.

use super::*;
use crate::features::engagement::model::{AccountRef, Deeds, Participant, Session};

fn at(minutes: u64) -> Timestamp {
    Timestamp::from_millis(1_795_291_200_000).after(Duration::from_mins(minutes))
}

fn person(number: u64, coins: u32) -> First {
    let deeds = Deeds { joins: 1, likes: 1_204, comments: 31, shares: 2, follows: 1, subscribes: 0, gifts: 4 };
    let participant =
        Participant { number, deeds, coins: Amount::of(coins), points: Amount::of(9), ..Participant::default() };
    First { account: AccountRef::new(number), participant, watched: Duration::from_mins(64) }
}

fn evening() -> Report {
    let session = Session {
        streamer: Handle::parse("night_owl.reviews").unwrap(),
        started_at: at(0),
        ended_at: Some(at(134).after(Duration::from_secs(9))),
        last_event_at: at(134),
        is_connected: false,
        last_snapshot_at: None,
        viewers: None,
        connections: Vec::new(),
        counted_at: at(134),
    };
    let deeds = Deeds { joins: 400, likes: 123_456, comments: 987, shares: 45, follows: 32, subscribes: 3, gifts: 76 };
    let figures = Figures {
        session,
        people: 312,
        deeds,
        coins: Amount::of(45_120),
        points: Amount::of(98_765),
        first: vec![person(1, 30_000), person(2, 150_000), person(3, 5)],
        viewers: Some(Viewers { least: 12, most: 1_201, most_at: at(65), mean: 87 }),
        viewer_curve: Curve { slot: Duration::from_mins(1), values: vec![Some(12), None, Some(201)] },
        coin_curve: Curve { slot: Duration::from_mins(5), values: vec![Some(0), Some(45_120), Some(0)] },
    };
    let handles = [(1, "ann"), (2, "a_very_long_handle.indee"), (3, "__b__")];
    let handles = handles.map(|(number, handle)| (AccountRef::new(number), Handle::parse(handle).unwrap())).into();
    Report { figures, handles, songs_played: 12 }
}

/// The words of the message: its text, the embed's, and of each field its name and value.
fn words(shown: &Report) -> Vec<String> {
    let message = serde_json::to_value(report(shown).into_message()).unwrap();
    assert_eq!(message["allowed_mentions"]["parse"], serde_json::json!([]));
    let embed = &message["embeds"][0];
    let mut words = vec![message["content"].clone(), embed["description"].clone()];
    for field in embed["fields"].as_array().unwrap() {
        words.extend([field["name"].clone(), field["value"].clone()]);
    }
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_report_tells_the_totals_and_who_comes_first() {
    insta::assert_snapshot!(words(&evening()).join("\n"), @r"
    📊 The live of **@night\_owl.reviews** is over.
    <t:1795291200:f> to <t:1795299249:t> · 12 songs played
    Totals
    ```
    duration    2:14:09
    handles         312
    likes       123,456
    comments        987
    shares           45
    follows          32
    subscribes        3
    gifts            76
    coins        45,120
    points       98,765
    viewers min      12
    viewers avg      87
    viewers max   1,201
    ```
    Top handles, by coins and points
    ```
    handle             watch likes cmt shr fol sub gift  coins
    ----------------------------------------------------------
    ann                 1:04  1204  31   2   1   0    4  30000
    a_very_long_handl~  1:04  1204  31   2   1   0    4 150000
    __b__               1:04  1204  31   2   1   0    4      5
    (truncated: 309 more)
    ```
    ");
}

#[test]
fn viewers_that_nobody_told_are_unknown() {
    let mut quiet = evening();
    (quiet.figures.viewers, quiet.figures.people, quiet.songs_played) = (None, 0, 1);
    quiet.figures.first.clear();
    let words = words(&quiet);
    assert_eq!(words.len(), 4, "without people there is no table of them");
    assert!(words[1].ends_with(" · 1 song played"), "{}", words[1]);
    for line in ["viewers min unknown", "viewers avg unknown", "viewers max unknown"] {
        assert!(words[3].contains(line), "{}", words[3]);
    }
    quiet.songs_played = 0;
    assert!(!super::headline(&quiet).contains("song"));
}

#[test]
fn a_long_table_is_cut_at_whole_rows_and_says_so() {
    let mut crowd = evening();
    crowd.figures.people = 5_000;
    crowd.figures.first = (1..=40).map(|number| person(number, 40 - u32::try_from(number).unwrap())).collect();
    crowd.handles =
        (1..=40).map(|number| (AccountRef::new(number), Handle::parse(&format!("{number:_>24}")).unwrap())).collect();
    let table = words(&crowd).pop().unwrap();
    assert!((950..=LONGEST_FIELD).contains(&table.len()), "{}", table.len());
    let lines: Vec<_> = table.lines().collect();
    let (rows, note) = (&lines[3..lines.len() - 2], lines[lines.len() - 2]);
    assert!(rows.iter().all(|row| row.starts_with("_________________~") && row.len() == rows[0].len()), "{table}");
    assert_eq!(note, format!("(truncated: {} more)", 5_000 - rows.len()));
}

#[test]
fn the_largest_figures_fit() {
    let mut vast = evening();
    let most = Deeds {
        joins: u32::MAX,
        likes: u64::MAX,
        comments: u32::MAX,
        shares: u32::MAX,
        follows: u32::MAX,
        subscribes: u32::MAX,
        gifts: u32::MAX,
    };
    vast.figures.deeds = most;
    vast.figures.people = u64::MAX;
    (vast.figures.coins, vast.figures.points) = (Amount::MAX, Amount::MAX);
    vast.figures.first = vec![First {
        participant: Participant { deeds: most, coins: Amount::MAX, ..Participant::default() },
        watched: Duration::MAX,
        ..person(1, 0)
    }];
    let words = words(&vast);
    assert!(words.iter().all(|word| word.len() <= LONGEST_FIELD), "{words:?}");
    assert!(words[5].contains("\nann "), "{}", words[5]);
    assert!(chart_in_words(&vast.figures).len() <= 1_024);
}

#[test]
fn the_picture_has_words_for_whoever_cannot_see_it() {
    let mut figures = evening().figures;
    insta::assert_snapshot!(chart_in_words(&figures), @"Chart of the live over 2:14: 12 to 1,201 viewers, the most 1:05 after the beginning; 45,120 coins, the most in the 5 min from 0:05.");
    figures.viewers = figures.viewers.map(|known| Viewers { least: known.most, ..known });
    assert!(chart_in_words(&figures).contains("1,201 viewers all the time; 45,120"));
    (figures.viewers, figures.coins) = (None, Amount::ZERO);
    figures.coin_curve.values.fill(Some(0));
    insta::assert_snapshot!(chart_in_words(&figures), @"Chart of the live over 2:14: unknown viewers; no coins.");
}

#[test]
fn a_picture_is_drawn_where_something_is_known() {
    let mut figures = evening().figures;
    let whole = chart(&figures).unwrap();
    assert_eq!((whole.line.name.as_str(), whole.bars.name.as_str()), ("viewers", "coins in 5 min"));
    assert_eq!((whole.line.values.len(), whole.bars.values.len()), (3, 3));
    figures.viewers = None;
    assert_eq!(chart(&figures).unwrap().line.name, "viewers unknown");
    figures.coins = Amount::ZERO;
    assert_eq!(chart(&figures), None);
    figures.coins = Amount::of(1);
    figures.session.ended_at = Some(at(0));
    assert_eq!(chart(&figures), None, "a moment has no course");
}

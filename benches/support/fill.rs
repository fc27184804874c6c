//! Songs and handles by the hundred thousand, written through the tables of their features.

use greenroom::features::coins::model::Balance;
use greenroom::features::handles::model::Account;
use greenroom::features::queue::model::{Line, Place, PublicId, Song, Source};
use greenroom::features::{coins, handles, queue};
use greenroom::kernel::amount::Amount;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Timestamp;
use greenroom::live::Handle;
use greenroom::store::Store;

/// When the first song is submitted; the others follow a millisecond apart.
const FIRST: Timestamp = Timestamp::from_millis(1_795_291_200_000);
/// Rows in one transaction of a filling.
const PART: u64 = 20_000;

/// Fills the Free line with `count` songs of as many members.
pub fn songs(store: &Store, guild: GuildId, count: u64) {
    songs_at(store, guild, count, place);
}

/// The same, of members who have no points: nothing else has to be there for a check that finds nothing.
pub fn songs_without_points(store: &Store, guild: GuildId, count: u64) {
    songs_at(store, guild, count, |n| Place { score: 0, ..place(n) });
}

fn songs_at(store: &Store, guild: GuildId, count: u64, place: fn(u64) -> Place) {
    in_parts(count, |from, to| {
        let write = store.write_blocking("fill_songs", move |tx| {
            (from..to).try_for_each(|n| queue::tables::add(tx, guild, &song(n), &place(n)).map(drop))
        });
        write.unwrap();
    });
}

/// Gives the members of `count` songs the points by which these are ordered, as a running bot expects it.
pub fn points(store: &Store, guild: GuildId, count: u64) {
    in_parts(count, |from, to| {
        let write = store.write_blocking("fill_points", move |tx| {
            (from..to).try_for_each(|n| {
                let amount = Amount::try_from(place(n).score).unwrap();
                coins::tables::USER_POINTS.put(tx, &(guild, submitter(n)), &Balance { amount, ..Balance::default() })
            })
        });
        write.unwrap();
    });
}

/// Makes `count` handles known, of which nobody owns any.
pub fn handles(store: &Store, guild: GuildId, count: u64) {
    in_parts(count, |from, to| {
        let write = store.write_blocking("fill_handles", move |tx| {
            (from..to).try_for_each(|n| handles::tables::add(tx, guild, account(n)).map(drop))
        });
        write.unwrap();
    });
}

/// Calls `fill` for one part of `0..count` after the other.
pub fn in_parts(count: u64, mut fill: impl FnMut(u64, u64)) {
    for from in (0..count).step_by(usize::try_from(PART).unwrap()) {
        fill(from, (from + PART).min(count));
    }
}

/// The member who submits song `n`.
pub fn submitter(n: u64) -> UserId {
    UserId::new(500_000_000_000_000_000 + n)
}

/// What song `n` is.
pub fn song(n: u64) -> Song {
    let key = format!("youtube:{:011x}", scattered(n));
    Song {
        public_id: PublicId::new(u32::try_from(n).unwrap()),
        user: submitter(n),
        username: format!("member{n}"),
        artist: format!("Artist {}", n % 1_000),
        title: format!("Song number {n}"),
        source: Source::Link { platform: "YouTube".into(), url: format!("https://youtu.be/{key}"), key },
        note: None,
        tiktok_username: Some(format!("member{n}")),
    }
}

/// Where song `n` stands: in the Free line, with points that put songs in no order of their numbers.
pub fn place(n: u64) -> Place {
    let score = i64::try_from(scattered(n) % 10_000).unwrap();
    let submitted_at = FIRST.after(std::time::Duration::from_millis(n));
    Place { user: submitter(n), line: Line::Free, score, submitted_at, played_at: None }
}

/// Account `n`, whose handle stands anywhere in the alphabet.
pub fn account(n: u64) -> Account {
    let handle = Handle::parse(&handle_text(n)).unwrap();
    let (first_seen, last_seen, points) = (FIRST, FIRST, Amount::ZERO);
    Account { handle, first_seen, last_seen, linked: None, points, level: None, verified_at: None }
}

/// The text of handle `n`: a few letters in no order, then the number, so that no two are the same.
pub fn handle_text(n: u64) -> String {
    let mut rest = scattered(n);
    let mut text = String::new();
    for _ in 0..4 {
        text.push(char::from(b'a' + u8::try_from(rest % 26).unwrap()));
        rest /= 26;
    }
    format!("{text}.{n}")
}

/// A number that looks like chance and is always the same (splitmix64).
pub fn scattered(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

//! One value, shown: a time, a number, a state, a share, a person.

use std::time::Duration;

use maud::{Markup, Render, html};

use crate::kernel::amount::Amount;
use crate::kernel::time::Timestamp;
use crate::web::ui::icons::{Icon, icon};

/// How good or bad something is. People see it as an icon and a colour, always beside a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is well.
    Good,
    /// Worth knowing.
    Info,
    /// Look at this.
    Warn,
    /// It failed, or somebody must act.
    Bad,
    /// Neither.
    Quiet,
}

impl Tone {
    /// The class of the sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }

    /// The icon beside the word.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Good => Icon::Check,
            Self::Info => Icon::Info,
            Self::Warn => Icon::Warn,
            Self::Bad => Icon::Bad,
            Self::Quiet => Icon::Clock,
        }
    }
}

/// A state in a word: icon, word and colour.
pub fn badge(tone: Tone, word: &str) -> Markup {
    html! {
        span class={ "badge " (tone.class()) } { (icon(tone.icon())) (word) }
    }
}

/// A whole number of whatever type, in groups of three digits: `-12,500`.
pub fn number(number: impl TryInto<i64>) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    let size = Amount::ZERO.clamped_change(number.saturating_abs());
    if number < 0 { format!("-{size}") } else { size.to_string() }
}

/// How many there are of something, with its noun: `1 song`, `1,200 songs`.
pub fn counted(count: impl TryInto<i64>, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// How long something lasts, with its units: `58 s`, `4 min`, `1 h 4 min`, `2 d 3 h`.
pub fn lasts(time: Duration) -> String {
    let seconds = time.as_secs();
    let (larger, smaller) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3_600 => return format!("{} min", seconds / 60),
        3_600..86_400 => ((seconds / 3_600, "h"), (seconds / 60 % 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds / 3_600 % 24, "h")),
    };
    let part = |(number, unit): (u64, &str)| format!("{number} {unit}");
    if smaller.0 == 0 { part(larger) } else { format!("{} {}", part(larger), part(smaller)) }
}

/// About how long something still takes: whole minutes, and never none.
pub fn takes_about(time: Duration) -> String {
    lasts(Duration::from_mins(time.as_secs().div_ceil(60).max(1)))
}

/// A moment with day and time of day. The text is UTC; the script shows it in the browser's zone.
pub fn moment(at: Timestamp) -> Markup {
    time(at, "moment", "%-d %b %Y, %H:%M UTC")
}

/// The time of day of a moment that is near.
pub fn clock(at: Timestamp) -> Markup {
    time(at, "clock", "%H:%M UTC")
}

/// A moment that the script tells as how long ago it was or how soon it will be.
pub fn relative(at: Timestamp) -> Markup {
    time(at, "relative", "%-d %b %Y, %H:%M UTC")
}

/// The same of a moment of this hour: without script the time of day says enough, and it is as short.
pub fn nearby(at: Timestamp) -> Markup {
    time(at, "relative", "%H:%M UTC")
}

/// A moment from which the script counts minutes and seconds, such as the start of a song.
pub fn since(at: Timestamp) -> Markup {
    time(at, "since", "since %H:%M UTC")
}

fn time(at: Timestamp, form: &str, text: &str) -> Markup {
    html! {
        time datetime=(at.rfc3339()) data-form=(form) { (at.strftime(text)) }
    }
}

/// A share of a whole, in words and as a bar.
#[derive(Clone, Copy, Debug)]
pub struct Meter<'a> {
    /// What is measured.
    pub label: &'a str,
    /// How much there is.
    pub value: u64,
    /// How much there could be.
    pub most: u64,
}

impl Render for Meter<'_> {
    fn render(&self) -> Markup {
        html! {
            div.meter {
                span { (self.label) }
                meter min="0" max=(self.most.max(1)) value=(self.value.min(self.most)) aria-label=(self.label) {}
                span.number { (number(self.value)) " of " (number(self.most)) }
            }
        }
    }
}

/// How far something is that goes on; without an end that is known, that it goes on.
pub fn progress(label: &str, done: u64, all: Option<u64>) -> Markup {
    html! {
        div.meter {
            span { (label) }
            progress max=[all.map(|all| all.max(1))] value=[all.map(|all| done.min(all))] aria-label=(label) {}
            @if let Some(all) = all { span.number { (number(done)) " of " (number(all)) } }
        }
    }
}

/// One figure that stands alone.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    /// What it counts.
    pub label: &'a str,
    /// The figure, as text.
    pub value: &'a str,
    /// What makes it understood: `of 312 members`.
    pub note: Option<&'a str>,
    /// Where the list behind it is.
    pub href: Option<&'a str>,
}

impl<'a> Tile<'a> {
    /// A figure and nothing beside it.
    pub const fn new(label: &'a str, value: &'a str) -> Self {
        Self { label, value, note: None, href: None }
    }
}

impl Render for Tile<'_> {
    fn render(&self) -> Markup {
        html! {
            div.tile {
                p.tile-label {
                    @if let Some(href) = self.href { a href=(href) { (self.label) } } @else { (self.label) }
                }
                p.tile-value.long[is_long(self.value)] { (self.value) }
                @if let Some(note) = self.note { p.hint { (note) } }
            }
        }
    }
}

/// How many signs of a number a tile has room for on a phone.
const SHORT: usize = 11;

/// Whether it is a number that does not stand in one tile.
fn is_long(value: &str) -> bool {
    value.len() > SHORT && value.bytes().all(|sign| sign.is_ascii_digit() || sign == b',')
}

/// The initials of somebody or something on a colour of its id. The name stands beside it, so it is hidden from whoever
/// listens.
pub fn avatar(id: u64, name: &str) -> Markup {
    html! {
        svg.avatar viewBox="0 0 32 32" aria-hidden="true" {
            rect width="32" height="32" rx="6" fill=(colour_of(id)) {}
            text x="16" y="21" text-anchor="middle" font-size="13" font-weight="600" fill="#fff" { (initials(name)) }
        }
    }
}

/// The picture of somebody or something, at an address of ours; the initials where none is known.
pub fn face(id: u64, name: &str, picture: Option<&str>) -> Markup {
    match picture {
        Some(address) => {
            html! { img.avatar src=(address) alt="" width="28" height="28" loading="lazy" decoding="async"; }
        }
        None => avatar(id, name),
    }
}

/// The initials as a file of their own, for whoever asked for a picture that cannot be had.
pub fn initials_picture(id: u64, name: &str) -> String {
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="64" height="64" {
            rect width="32" height="32" fill=(colour_of(id)) {}
            text x="16" y="21" text-anchor="middle" font-family="sans-serif" font-size="13" font-weight="600" fill="#fff" {
                (initials(name))
            }
        }
    };
    picture.into_string()
}

/// The ground of an avatar: one of 360 hues, always so dark that white letters can be read on it.
pub fn colour_of(id: u64) -> String {
    // Ids made one after the other should not look alike; the golden angle spreads them.
    let hue = (id % 360) * 137 % 360;
    format!("hsl({hue},45%,30%)")
}

/// The first letter of the first and of the last word.
fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let (first, last) = (letters.next(), letters.next_back());
    let initials: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if initials.is_empty() { "?".to_owned() } else { initials }
}

/// A sentence in which commands and the like stand between backquotes.
pub fn spelled(sentence: &str) -> Markup {
    html! {
        @for (place, part) in sentence.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Something that is copied as it is: an address, a code, a command line.
pub fn code(text: &str) -> Markup {
    html! {
        span.code {
            code { (text) }
            button.button type="button" data-copy=(text) data-script hidden { (icon(Icon::Copy)) "Copy" }
        }
    }
}

/// Which keys do something: `["Ctrl", "K"]`.
pub fn key_hint(keys: &[&str]) -> Markup {
    html! {
        span.keys { @for key in keys { kbd { (key) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    /// 21 November 2026, 20:15 UTC.
    const AT: Timestamp = Timestamp::from_millis(1_795_292_100_000);

    #[test]
    fn what_stands_between_backquotes_is_code_and_everything_is_text() {
        let drawn = spelled("Where `/next` <b>announces</b> it.").into_string();
        assert_eq!(drawn, "Where <code>/next</code> &lt;b&gt;announces&lt;/b&gt; it.");
    }

    #[test]
    fn a_state_is_an_icon_a_word_and_a_colour() {
        insta::assert_snapshot!(lines(&badge(Tone::Warn, "waits")), @r#"<span class="badge warn">[icon]waits</span>"#);
        let tones = [Tone::Good, Tone::Info, Tone::Warn, Tone::Bad, Tone::Quiet];
        for (at, tone) in tones.iter().enumerate() {
            let mut others = tones.iter().skip(at + 1);
            assert!(others.all(|other| other.icon() != tone.icon() && other.class() != tone.class()));
        }
    }

    #[test]
    fn a_time_is_utc_and_says_so_until_the_script_knows_better() {
        insta::assert_snapshot!(lines(&html! { (moment(AT)) (clock(AT)) (relative(AT)) (since(AT)) }), @r#"
        <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time>
        <time datetime="2026-11-21T20:15:00Z" data-form="clock">20:15 UTC</time>
        <time datetime="2026-11-21T20:15:00Z" data-form="relative">21 Nov 2026, 20:15 UTC</time>
        <time datetime="2026-11-21T20:15:00Z" data-form="since">since 20:15 UTC</time>
        "#);
    }

    #[test]
    fn how_long_something_lasts_has_units_and_what_is_about_is_rounded_up() {
        let seconds = [0, 58, 60, 119, 3_599, 3_600, 3_840, 86_399, 86_400, 183_600];
        let told = seconds.map(|seconds| lasts(Duration::from_secs(seconds)));
        assert_eq!(
            told,
            ["0 s", "58 s", "1 min", "1 min", "59 min", "1 h", "1 h 4 min", "23 h 59 min", "1 d", "2 d 3 h"]
        );
        let about = [0, 1, 61, 3_600, 3_661].map(|seconds| takes_about(Duration::from_secs(seconds)));
        assert_eq!(about, ["1 min", "1 min", "2 min", "1 h", "1 h 2 min"]);
    }

    #[test]
    fn numbers_are_grouped() {
        for (given, shown) in [(0, "0"), (999, "999"), (12_500, "12,500"), (-1_000, "-1,000")] {
            assert_eq!(number(given), shown);
        }
        let songs = [0_u64, 1, 2, 9_007_199].map(|count| counted(count, "song", "songs"));
        assert_eq!(songs, ["0 songs", "1 song", "2 songs", "9,007,199 songs"]);
    }

    #[test]
    fn a_share_is_never_more_than_the_whole() {
        let stock = Meter { label: "Stock", value: 60, most: 50 };
        insta::assert_snapshot!(lines(&stock.render()), @r#"
        <div class="meter">
        <span>Stock</span>
        <meter min="0" max="50" value="50" aria-label="Stock">
        </meter>
        <span class="number">60 of 50</span>
        </div>
        "#);
        let drawn = progress("Copying", 3, None).into_string();
        assert!(!drawn.contains("value="), "{drawn}");
    }

    #[test]
    fn a_person_has_initials_on_a_colour_of_the_id() {
        for (name, letters) in
            [("ann", "A"), ("Night Owl Reviews", "NR"), ("émile 🎶", "É"), ("🎶", "?"), ("", "?"), ("(kim) _", "K")]
        {
            assert_eq!(initials(name), letters, "{name}");
        }
        assert_ne!(colour_of(1), colour_of(2));
        let drawn = avatar(7, "<b>").into_string();
        assert!(drawn.contains(r#"fill="hsl(239,45%,30%)""#) && !drawn.contains("<b>"), "{drawn}");
    }

    #[test]
    fn a_face_is_a_picture_where_one_is_known_and_initials_elsewhere() {
        assert_eq!(face(7, "ann", None).into_string(), avatar(7, "ann").into_string());
        insta::assert_snapshot!(
            lines(&face(7, "ann", Some("/me/avatar/0f1e"))),
            @r#"<img class="avatar" src="/me/avatar/0f1e" alt="" width="28" height="28" loading="lazy" decoding="async">"#
        );
        let instead = initials_picture(7, "<b> kim");
        assert!(instead.starts_with("<svg xmlns=") && instead.contains(">BK<"), "{instead}");
    }

    #[test]
    fn a_code_can_be_copied_where_there_is_script() {
        insta::assert_snapshot!(lines(&code("greenroom setup-link")), @r#"
        <span class="code">
        <code>greenroom setup-link</code>
        <button class="button" type="button" data-copy="greenroom setup-link" data-script hidden>[icon]Copy</button>
        </span>
        "#);
        assert_eq!(key_hint(&["g", "s"]).into_string(), r#"<span class="keys"><kbd>g</kbd><kbd>s</kbd></span>"#);
    }

    #[test]
    fn a_number_that_is_wider_than_a_tile_has_two_of_them() {
        for (value, is_wide) in [("29,999,999", false), ("1,000,000,017", true), ("18 h 20 min ago", false)] {
            let tile = Tile::new("Coins", value).render().into_string();
            assert_eq!(tile.contains("class=\"tile-value long\""), is_wide, "{tile}");
        }
    }

    #[test]
    fn a_figure_leads_to_the_list_behind_it() {
        let tile = Tile { href: Some("/g/5/reviews"), note: Some("oldest 3 h"), ..Tile::new("Reviews", "12") };
        insta::assert_snapshot!(lines(&tile.render()), @r#"
        <div class="tile">
        <p class="tile-label">
        <a href="/g/5/reviews">Reviews</a>
        </p>
        <p class="tile-value">12</p>
        <p class="hint">oldest 3 h</p>
        </div>
        "#);
    }
}

//! Live push: what changes is seen on open pages, and told to programs, without being asked for.
//!
//! | file | holds |
//! | --- | --- |
//! | `about` | the topics that pages may be hinted at |
//! | `board` | what changed when, what is watched, and what is to be drawn; pure |
//! | `hub` | the clockwork around it |
//! | `feed`, `told`, `songs` | what happened, as programs are told it |
//! | `stream` | one open connection, from its first event to its end |
//! | `rights` | whether somebody may still listen |
//! | `places` | how many may listen at once |
//! | `pages` | `GET /live` and the parts of pages that are asked for |
//! | `open` | the streams of overlays and of the queue that everybody sees |
//! | `programs` | `GET /api/stream`, and the operator's try |
//!
//! **Regions.** A [`Region`] is a part of a page that is the same for all who may see it: a name, the topics that change it, and a
//! pure function of a snapshot. It is drawn once for all who look. What differs by person or filter is only hinted at, by topic,
//! and the page asks for it. A page names both ([`Page::REGIONS`](super::page::Page::REGIONS),
//! [`Page::HINTS`](super::page::Page::HINTS)); every region of people who are signed in is in [`REGIONS`]. What is for anyone
//! is in no list that can be asked for by name: an address of its own opens it, and its stream is asked for there.
//!
//! **Revisions** are `epoch.number`: another epoch in each process, and a number that counts the changes that were heard in it.
//! A page carries the one that was noted before its snapshot was taken, and each event of a stream the one up to which whoever
//! got it has everything. So whoever comes back, after whatever gap, gets exactly what changed.
//!
//! **Events** of `/live` and of what is open: `region {region, revision, html}`, `hint {topic, guild_id}`; of `/api/stream` those of
//! `told`, `reset`, and `test`; of both `beat {session_ends}` every 15 seconds and `goodbye {reason}` before the end where it
//! is meant to be one. An end without it is none: whoever was listening comes back.
//!
//! **Rights** are asked at the start, each minute, and at once when Discord or a sign-out takes them. A stream changes nothing.
//!
//! Whoever serves the web lets [`Push::run`] run beside it, and calls [`Push::stop`] first when it ends.

pub(super) mod about;
mod board;
mod feed;
mod hub;
mod open;
mod pages;
mod places;
mod programs;
mod rights;
mod songs;
mod stream;
mod told;

pub use hub::Push;
pub(super) use pages::{live_address, live_address_in};
pub use programs::StreamRefusal;

use axum::body::Bytes;
use maud::Markup;
use serde_json::Value;

use super::access::Who;
use super::endpoint::Route;
use super::pages::desk::{DESK_COMING, DESK_GIFTS, DESK_LIVE, DESK_NOW, DESK_SKIPS};
use super::pages::home::HOME_LIVE;
use super::pages::live::{LIVE_SHOW, LIVE_STATE};
use super::ui::components;
use crate::discord::Bot;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Topic};

/// A part of pages that is the same for all who may see it.
pub struct Region {
    /// Its name, `page.part`. With the number of a server behind it, it is the name of the part of that server.
    pub name: &'static str,
    /// What changes it.
    pub topics: &'static [Topic],
    /// For whom it is.
    pub who: Who,
    /// How it looks now. The same snapshot gives the same form.
    pub draw: fn(&Drawing<'_>) -> Result<Markup>,
}

/// What a region is drawn from.
pub struct Drawing<'a> {
    /// The snapshot.
    pub read: &'a dyn Read,
    /// The server.
    pub guild: GuildId,
    /// For what is in no row: names of servers, states of lives.
    pub bot: &'a Bot,
    /// When.
    pub now: Timestamp,
}

/// All parts of pages that are pushed.
pub static REGIONS: &[&Region] =
    &[&DESK_LIVE, &DESK_NOW, &DESK_COMING, &DESK_SKIPS, &DESK_GIFTS, &HOME_LIVE, &LIVE_STATE, &LIVE_SHOW];

/// The operator told all who listen something.
const TOLD: Topic = Topic::new("push.told");

/// What is served here.
pub const ROUTES: &[Route] =
    &[pages::LIVE, pages::FRAGMENT, open::OVERLAY, open::QUEUE, programs::STREAM, Route::of::<programs::TestEvent>()];

impl Region {
    /// Its name in a server: `queue.board.123`. Which server that is, is not told to anyone.
    pub fn address(&self, guild: GuildId) -> String {
        if self.who == Who::Anyone { self.name.to_owned() } else { format!("{}.{guild}", self.name) }
    }

    /// The part of a page around what it holds now.
    pub fn around(&self, guild: GuildId, content: &Markup) -> Markup {
        let name = self.address(guild);
        let fragment = self.who.is_of_a_guild().then(|| format!("/g/{guild}/fragment?region={}", self.name));
        let part = components::Region { fragment: fragment.as_deref(), ..components::Region::shared(&name) };
        part.around(content)
    }
}

/// An event, as it is sent. There is no line break in JSON.
fn event(name: &str, data: &Value) -> Bytes {
    format!("event: {name}\ndata: {data}\n\n").into()
}

/// The server of an address, which ends with its number: `queue.board.123`.
fn parted(address: &str) -> Option<(&str, GuildId)> {
    let (name, number) = address.rsplit_once('.')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let guild = GuildId::new(number.parse().ok().filter(|_| is_number)?);
    Some((name, guild))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use maud::html;

    use super::*;

    #[test]
    fn an_address_is_a_name_and_the_number_of_a_server() {
        assert_eq!(parted("queue.board.123"), Some(("queue.board", GuildId::new(123))));
        assert_eq!(parted("instance.health.0"), Some(("instance.health", GuildId::INSTANCE)));
        for other in ["", "queue", "queue.board", "queue.board.", "queue.board.+5", "queue.board.99999999999999999999"]
        {
            assert_eq!(parted(other), None, "{other}");
        }
    }

    #[test]
    fn every_region_has_a_name_of_its_own_which_is_no_topic() {
        let mut names: BTreeSet<&str> = about::all().map(Topic::name).collect();
        for region in REGIONS {
            assert!(names.insert(region.name), "{}", region.name);
            assert!(!region.topics.is_empty(), "{} never changes", region.name);
        }
    }

    #[test]
    fn an_event_is_one_line_of_json_whatever_is_in_it() {
        let sent = event("region", &serde_json::json!({ "html": "a\nb\r\n\ndata: c" }));
        assert_eq!(sent, "event: region\ndata: {\"html\":\"a\\nb\\r\\n\\ndata: c\"}\n\n");
    }

    #[test]
    fn a_part_of_a_page_says_its_name_and_where_it_can_be_asked_for() {
        let region = Region { name: "queue.board", topics: &[TOLD], who: Who::Viewer, draw: |_| Ok(html! { "1" }) };
        insta::assert_snapshot!(
            region.around(GuildId::new(5), &html! { "1" }).into_string(),
            @r#"<div class="region" data-region="queue.board.5" data-fragment="/g/5/fragment?region=queue.board">1</div>"#
        );
    }
}

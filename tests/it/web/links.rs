//! Nobody is led to where they may not go: whatever a page, the bar beside it or the palette links to answers whoever reads it.

use std::collections::BTreeSet;
use std::time::Duration;

use greenroom::features::queue::model::Line;
use greenroom::web::endpoint::Door;

use super::asking::{Asking, Server};
use super::ground::{OPERATOR, WebWorld};
use super::html::tags;
use super::person::{Answer, Person};
use super::stage::CANARY;
use crate::reading::link;

/// Somebody of every kind.
const EVERYBODY: [&str; 9] =
    ["nobody", "member", "viewer", "moderator", "reviewer", "admin", "administrator", "owner", OPERATOR];
/// What is typed into the palette: something in the names of pages, songs, members and settings, and the number of an entry.
const TYPED: [&str; 4] = ["e", "amber", "ann", "1"];
/// What is asked for like a page and is none: streams, files, and ways that end or begin something.
const NO_PAGES: [&str; 7] =
    ["stream.", "auth.", "reference.attempt", "pages.asset", "pictures.", "songs.file", "tasks.picture"];
/// So many requests come before time passes, so that nobody asks too often.
const AT_ONCE: usize = 25;

/// Somebody who looks around, and what they have asked for.
struct Visit<'w> {
    ground: &'w WebWorld,
    person: Person<'w>,
    name: &'static str,
    asked: usize,
    followed: BTreeSet<String>,
}

impl Visit<'_> {
    async fn look(&mut self, address: &str) -> Answer {
        self.asked += 1;
        if self.asked.is_multiple_of(AT_ONCE) {
            self.ground.world.pass(Duration::from_secs(10)).await;
        }
        self.person.get(address).await
    }

    /// Goes where an address leads, through redirects of ours; gives the status in the end.
    async fn follow(&mut self, address: &str) -> u16 {
        let mut address = address.to_owned();
        for _ in 0..5 {
            let answer = self.look(&address).await;
            if !(300..400).contains(&answer.status) {
                return answer.status;
            }
            address = answer.location();
            if !address.starts_with('/') {
                return 200;
            }
        }
        panic!("{} is led around in a circle, at last to {address}", self.name)
    }

    /// Follows what was not followed yet; fails where that leads to nothing of theirs.
    async fn follows(&mut self, page: &str, links: Vec<String>) {
        for link in links {
            if self.followed.insert(link.clone()) {
                let status = self.follow(&link).await;
                assert_eq!(status, 200, "{} reads {page}, which leads to {link}", self.name);
            }
        }
    }
}

/// The links of a page at this address that lead to pages of ours.
fn links(page: &str, address: &str) -> Vec<String> {
    let here = url::Url::parse("http://here").unwrap().join(address).unwrap();
    let tags = tags(page);
    let hrefs = tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.attribute("href"));
    let led = hrefs.filter(|href| !href.starts_with('#')).filter_map(|href| here.join(href).ok());
    let ours = led.filter(|to| to.origin() == here.origin());
    ours.map(|to| to.query().map_or_else(|| to.path().to_owned(), |query| format!("{}?{query}", to.path()))).collect()
}

#[tokio::test]
async fn every_link_leads_whoever_reads_it_to_a_page_of_theirs() {
    let ground = WebWorld::of_a_process().await;
    let song = ground.staged().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let held = ground.world.member("ben").submits(&link(2), "Kites").await;
    ground.world.moves(held, Line::PendingSkips).await;
    let samples = ground.samples(&song, "ann");
    let pages: Vec<Asking> = Asking::all()
        .into_iter()
        .filter(|asking| asking.door == Door::Page)
        .filter(|asking| !NO_PAGES.iter().any(|name| asking.route.name.starts_with(name)))
        .collect();
    for name in EVERYBODY {
        ground.world.pass(Duration::from_mins(1)).await;
        let person = if name == "nobody" { ground.nobody() } else { ground.signed_in(name) };
        let mut visit = Visit { ground: &ground, person, name, asked: 0, followed: BTreeSet::new() };
        let mut seen = 0;
        for page in &pages {
            let address = ground.path(&page.address(&(page.route.sample)(&samples), Server::Here));
            let shown = visit.look(&address).await;
            if shown.status == 200 {
                seen += 1;
                visit.follows(&address, links(&shown.text(), &address)).await;
            }
        }
        assert!(seen > 2 && visit.followed.len() > 1, "{name} sees {seen} pages");
        if name == "nobody" {
            continue;
        }
        for typed in TYPED {
            let found = visit.look(&ground.path(&format!("/g/{{server}}/palette?q={typed}"))).await.is(200).json();
            let items = found["items"].as_array().unwrap().iter();
            let led: Vec<String> = items.map(|item| item["href"].as_str().unwrap().to_owned()).collect();
            visit.follows("the palette", led).await;
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn whoever_only_reviews_reads_the_songs_and_is_shown_no_page_that_is_not_for_them() {
    let ground = WebWorld::start().await;
    let song = ground.staged().await;
    let reviewer = ground.signed_in("reviewer");
    let desk = reviewer.get("/g/{server}/desk").await.is(200).text();
    let story = ground.path(&format!("/g/{{server}}/songs/{song}"));
    assert!(links(&desk, "/g/1/desk").contains(&story), "{desk}");
    assert!(reviewer.get(&story).await.is(200).seen().contains(CANARY));
    assert!(reviewer.get("/g/{server}/songs?text=amber").await.is(200).seen().contains(CANARY));
    reviewer.get(&format!("/api/{{server}}/songs/{song}")).await.is(200);
    for other in ["members", "ledger", "live"] {
        assert!(!desk.contains(&ground.path(&format!("href=\"/g/{{server}}/{other}\""))), "{other}: {desk}");
        reviewer.get(&format!("/g/{{server}}/{other}")).await.is(403);
    }
    let found = reviewer.get("/g/{server}/palette?q=amber").await.is(200).json();
    assert!(found["items"].as_array().unwrap().iter().all(|item| item["kind"] == "song"), "{found}");
    let member = ground.signed_in("member");
    member.get(&story).await.is(403);
    let found = member.get("/g/{server}/palette?q=amber").await.is(200).json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(0), "{found}");
    ground.end().await;
}

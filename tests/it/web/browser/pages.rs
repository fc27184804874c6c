//! Every page of the table as whoever it is for sees it, on a desk and on a phone.

use std::time::Duration;

use greenroom::sim::MemberSpec;
use greenroom::web::access::Who;
use greenroom::web::endpoint::Door;

use super::{BrowserWorld, Measure, NARROW, View, WIDE, WITHOUT_SCRIPT};
use crate::reading::link;
use crate::web::asking::{Asking, Server};
use crate::web::ground::{OPERATOR, WebWorld};
use crate::web::person::Person;
use crate::world::number_in;

/// Names and titles that are code where somebody forgets to escape them, and ones that are wider than a phone.
const HOSTILE: [&str; 6] = [
    "<img src=x onerror=alert(1)>",
    "\"><script>alert(2)</script>",
    "'-alert(3)-'",
    "<svg/onload=alert(4)>",
    "</textarea></title><b onmouseover=alert(5)>",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
];
/// What people call their songs.
const TITLES: [&str; 6] =
    ["First Light", "Lagos Rain", "Midnight Train", "Kites", "Paper Moon", "Notes on a Long Way Home"];
/// What a page may weigh that is opened first, as it is sent; and of that the script.
const MOST_BYTES: u64 = 60 * 1024;
const MOST_SCRIPT: u64 = 20 * 1024;
const MOST_REQUESTS: u64 = 8;

impl WebWorld {
    /// The first server on an evening: songs with these titles, gifts, one that plays. Gives the number of one that waits.
    async fn evening(&self, titles: [&str; 6]) -> String {
        let waits = self.staged().await;
        let people = ["ann", "ben", "chloe", "dmitri", "member", "viewer"];
        for (nth, (name, title)) in people.into_iter().zip(titles).enumerate() {
            let link = link(nth);
            let answer = self.world.member(name).submit([("link", link.as_str()), ("song_title", title)]).await;
            number_in(&answer.text());
        }
        self.world.gift("ann.live", 250).await;
        self.full_shop(titles);
        waits
    }

    /// Somebody for whom a page is: nobody more than that.
    pub fn whom_it_is_for(&self, who: Who) -> Person<'_> {
        match who {
            Who::Anyone => self.nobody(),
            Who::SignedIn | Who::Member => self.signed_in("ann"),
            Who::Viewer | Who::ViewerOrReviewer => self.signed_in("viewer"),
            Who::Moderator => self.signed_in("moderator"),
            Who::Reviewer => self.signed_in("reviewer"),
            Who::Admin => self.signed_in("admin"),
            Who::Administrator => self.signed_in("administrator"),
            Who::Owner => self.signed_in("owner"),
            Who::Instance => self.signed_in(OPERATOR),
        }
    }
}

/// What is asked for like a page and is none: files, streams, parts of pages, and ways that lead elsewhere.
const FILES: [&str; 11] = [
    "pages.asset",
    "pictures.member",
    "pictures.own",
    "pictures.server",
    "songs.file",
    "tasks.picture",
    "stream.page",
    "stream.fragment",
    "reference.attempt",
    "auth.callback",
    "auth.renew",
];

/// All pages.
pub fn pages() -> Vec<Asking> {
    let is_page = |asking: &Asking| asking.door == Door::Page && !FILES.contains(&asking.route.name);
    Asking::all().into_iter().filter(is_page).collect()
}

/// What is wrong with a page that was just opened for the first time.
fn faults(measure: Measure, view: View) -> Vec<String> {
    let Measure { wide, room, shifted, moved, requests, bytes, script } = measure;
    let mut faults = Vec::new();
    let mut hold = |fits: bool, what: String| {
        if !fits {
            faults.push(what);
        }
    };
    hold(wide <= room, format!("it is {wide} wide on {room}"));
    hold(room <= u64::from(view.width), format!("{room} on a screen of {}", view.width));
    hold(shifted < 0.02, format!("it moves while it comes: {shifted}: {}", moved.join(", ")));
    hold(requests <= MOST_REQUESTS, format!("{requests} requests"));
    hold(bytes <= MOST_BYTES, format!("{bytes} bytes"));
    hold(script <= MOST_SCRIPT, format!("{script} bytes of script"));
    faults
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn every_page_can_be_read_by_everybody_and_is_light_and_quiet() {
    let ground = BrowserWorld::of_a_process().await;
    let song = ground.evening(TITLES).await;
    let mut wrong = Vec::new();
    for page in pages() {
        for view in [WIDE, NARROW] {
            let sample = (page.route.sample)(&ground.samples(&song, "ann"));
            // What was staged is done, so that nothing more is loaded because something happens while the page comes.
            ground.rest().await;
            let screen = ground.screen(&ground.whom_it_is_for(page.route.who), view);
            let (status, _) = screen.go(&page.address(&sample, Server::Here));
            let mut found = faults(screen.measure(), view);
            found.extend((status != 200).then(|| format!("status {status}")));
            found.extend(screen.troubles());
            found.extend(screen.audit());
            found.extend(screen.small().into_iter().map(|field| format!("{field} has small letters")));
            screen.shot(&format!("{}-{}", page.route.name, view.width));
            wrong.extend(
                found
                    .into_iter()
                    .map(|fault| format!("{} ({}) at {}: {fault}", page.path, page.route.name, view.width)),
            );
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn every_form_can_be_sent_without_script() {
    let ground = BrowserWorld::of_a_process().await;
    let song = ground.evening(TITLES).await;
    for page in pages() {
        ground.world.pass(Duration::from_secs(5)).await;
        let sample = (page.route.sample)(&ground.samples(&song, "ann"));
        let screen = ground.screen(&ground.whom_it_is_for(page.route.who), WITHOUT_SCRIPT);
        assert_eq!(screen.go(&page.address(&sample, Server::Here)).0, 200, "{}", page.path);
        assert_eq!(screen.stuck(), Vec::<String>::new(), "{}", page.path);
        assert_eq!(screen.troubles(), Vec::<String>::new(), "{}", page.path);
        let measure = screen.measure();
        assert!(measure.wide <= measure.room, "{}: {measure:?}", page.path);
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn names_that_are_code_are_shown_and_do_nothing() {
    let mut ground = BrowserWorld::of_a_process().await;
    let guild = ground.world.ids.guild;
    let nick = Some("<b onclick=alert(6)>Mallory".to_owned());
    let mallory = MemberSpec { name: "mallory".into(), nick, ..MemberSpec::default() };
    let mallory = ground.world.sim.add_member(guild, mallory).await.unwrap();
    ground.world.ids.members.insert("mallory".into(), mallory);
    ground.world.sim.rename_guild(guild, "<script>alert(7)</script>").await.unwrap();
    ground.world.member("mallory").submits(&link(99), "Hers").await;
    let song = ground.evening(HOSTILE).await;
    for page in pages() {
        ground.world.pass(Duration::from_secs(5)).await;
        let sample = (page.route.sample)(&ground.samples(&song, "ann"));
        let screen = ground.screen(&ground.whom_it_is_for(page.route.who), NARROW);
        screen.go(&page.address(&sample, Server::Here));
        assert_eq!(screen.dialogs(), Vec::<String>::new(), "{}", page.path);
        assert_eq!(screen.troubles(), Vec::<String>::new(), "{}", page.path);
        let measure = screen.measure();
        assert!(measure.wide <= measure.room, "{}: {measure:?}", page.path);
    }
    ground.end().await;
}

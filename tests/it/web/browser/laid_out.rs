//! How pages lie on the screen when what stands on them could not be longer: nothing is wider than the window, no number is
//! torn, and what stays in sight covers nothing.

use std::time::Duration;

use greenroom::features::coins::model::Currency;
use greenroom::features::coins::service::Order;
use greenroom::flows::{coins_by_hand, live_events};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::live::{Gift, Handle, LiveEvent, Occurrence};
use greenroom::sim::MemberSpec;

use super::pages::pages;
use super::{BrowserWorld, PHONE, Screen, View, WIDE};
use crate::reading::link;
use crate::web::asking::Server;
use crate::web::ground::WebWorld;
use crate::world::viewer;

/// The widest letter, which no line breaks at.
const WIDE_LETTER: &str = "W";
/// More than anybody ever gave.
const MUCH: u32 = 29_999_999;
/// From the narrowest phone to a large screen.
const WIDTHS: [u32; 5] = [320, 800, 900, 1280, 1440];

impl WebWorld {
    /// An evening on which everything is as long as it can be. Gives the number of a song that waits.
    async fn long_evening(&self) -> String {
        let waits = self.staged().await;
        let nick = Some(WIDE_LETTER.repeat(32));
        let wide = MemberSpec { name: "wide".into(), nick, ..MemberSpec::default() };
        let mut person = self.world.member("ann");
        person.id = self.world.sim.add_member(self.world.ids.guild, wide).await.unwrap();
        let (title, note) = (WIDE_LETTER.repeat(100), format!("https://example.com/{}", WIDE_LETTER.repeat(200)));
        let link_of = |nth: usize| link(900 + nth);
        let fields = [link_of(0), title.clone(), title, note];
        let [link, title, artist, note] = fields.each_ref().map(String::as_str);
        let sent = [("link", link), ("song_title", title), ("artist_name", artist), ("note", note)];
        person.submit(sent).await;
        self.world.member("ben").submits_skip(&link_of(1), title).await;
        self.long_task("ann", WIDE_LETTER, MUCH.into());
        // The session of the samples, on which somebody gives all at once.
        self.people_of_samples("ann", &waits);
        let gift = Gift { id: 1, name: "Lion".into(), unit_coins: MUCH, count: 1, is_streaking: false, group: 0 };
        let given = Occurrence::Gifted(viewer("ann.live"), gift);
        let (guild, host) = (self.here(), Handle::parse("night.owl").unwrap());
        let order = Order {
            currency: Currency::Luxury,
            user: self.world.user("ann"),
            reason: WIDE_LETTER.repeat(100),
            actor: Actor::System,
        };
        self.write(move |tx| {
            live_events::run(tx, guild, &host, &[LiveEvent::new(tx.now(), given.clone())])?;
            coins_by_hand::add(tx, guild, &order, Amount::of(MUCH)).map(drop)
        });
        waits
    }
}

/// Opens each page of the table for whom it is, and gives what was found on it.
async fn on_every_page(view: View, look: impl Fn(&Screen) -> Vec<String>) -> Vec<String> {
    let ground = BrowserWorld::of_a_process().await;
    let song = ground.long_evening().await;
    let mut wrong = Vec::new();
    for page in pages() {
        ground.world.pass(Duration::from_secs(10)).await;
        let sample = (page.route.sample)(&ground.samples(&song, "ann"));
        let screen = ground.screen(&ground.whom_it_is_for(page.route.who), view);
        let (status, _) = screen.go(&page.address(&sample, Server::Here));
        assert_eq!(status, 200, "{}", page.path);
        wrong.extend(look(&screen).into_iter().map(|fault| format!("{} ({}): {fault}", page.path, page.route.name)));
    }
    ground.end().await;
    wrong
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn whatever_stands_on_a_page_it_is_as_wide_as_the_window_and_no_number_is_torn() {
    let look = |screen: &Screen| {
        let at = |width| {
            screen.is_resized_to(width);
            let measure = screen.measure();
            let is_wider = measure.wide > measure.room;
            let wider = is_wider.then(|| format!("it is {} wide on {}", measure.wide, measure.room));
            let torn = screen.torn().into_iter().map(|text| format!("{text:?} is torn"));
            wider.into_iter().chain(torn).map(move |fault| format!("at {width}: {fault}")).collect::<Vec<_>>()
        };
        screen.unfolds_all();
        WIDTHS.into_iter().flat_map(at).collect()
    };
    let wrong = on_every_page(WIDE, look).await;
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn what_stays_in_sight_covers_nothing_that_has_the_focus_or_can_be_pressed() {
    let look = |screen: &Screen| screen.covered();
    let wrong = on_every_page(PHONE, look).await;
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_button_of_a_long_form_is_in_sight_from_its_beginning_to_its_end() {
    let ground = BrowserWorld::start().await;
    let administrator = ground.signed_in("administrator");
    for view in [WIDE, PHONE, View { has_script: false, ..PHONE }] {
        let screen = ground.screen(&administrator, view);
        screen.go("/g/{server}/settings/music");
        let save = screen.lies("button", "Save");
        assert!(save.top >= 0.0 && save.bottom <= save.high, "{view:?}: {save:?}");
        ground.world.pass(Duration::from_secs(5)).await;
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_menu_of_a_song_on_a_phone_names_it_and_closes_by_a_tap_beside_it_also_without_script() {
    let ground = BrowserWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let reviewer = ground.signed_in("reviewer");
    for view in [PHONE, View { has_script: false, ..PHONE }] {
        let screen = ground.screen(&reviewer, view);
        screen.go("/g/{server}/desk");
        screen.unfolds(&format!("More: {song} ann – First Light"));
        assert_eq!((screen.shown(".desk .sheet"), screen.shown(".desk .sheet-title")), (1, 1), "{view:?}");
        let remove = screen.lies("button", &format!("Remove: {song} ann – First Light"));
        assert!(remove.left >= 0.0 && remove.bottom <= remove.high, "{remove:?}");
        screen.taps_at(180.0, 90.0);
        assert_eq!(screen.shown(".desk .sheet"), 0, "{view:?}");
        assert_eq!(screen.troubles(), Vec::<String>::new());
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn keys_are_shown_where_they_do_something() {
    let ground = BrowserWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let reviewer = ground.signed_in("reviewer");
    for (view, is_shown) in [(WIDE, true), (View { has_script: false, ..WIDE }, false), (PHONE, false)] {
        let screen = ground.screen(&reviewer, view);
        screen.go("/g/{server}/desk");
        assert_eq!(screen.shown("kbd") > 0, is_shown, "{view:?}");
    }
    ground.end().await;
}

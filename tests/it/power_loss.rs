//! A whole evening on a disk that records, and a power loss at every one of its sync points: what was answered is there,
//! nothing is half, and the evening goes on.

use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::app::operation::{CheckStore, Checked, Operation as _};
use greenroom::catalogue::CATALOGUE;
use greenroom::features::coins::tables::LEDGER;
use greenroom::features::engagement::tables::INTERACTIONS;
use greenroom::features::queue::model::{Line, PublicId};
use greenroom::features::queue::queries;
use greenroom::flows;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::Clock;
use greenroom::live::{Gift, Handle, LiveEvent, Occurrence};
use greenroom::store::{Loss, Options, Read, SimulatedDisk, Span, Store, StoreLocation};

use crate::reading::link;
use crate::site::Site;
use crate::world::{START, STREAMER, assert_sound, number_in, viewer};

/// Something that was answered, and so has to be in the store for ever.
enum Fact {
    Submitted(PublicId),
    Played(PublicId),
    /// So many entries in the ledger.
    Entries(u64),
    /// So many interactions of the live.
    Interactions(u64),
}

/// What was answered by which moment of the recording.
struct History {
    disk: SimulatedDisk,
    guild: GuildId,
    facts: Vec<(usize, Fact)>,
}

impl History {
    fn note(&mut self, fact: Fact) {
        self.facts.push((self.disk.moment(), fact));
    }
}

fn count<K: greenroom::store::Key, V: greenroom::store::Record>(
    read: &dyn Read,
    table: &greenroom::store::Table<K, V>,
) -> u64 {
    let mut rows = 0;
    table
        .for_each(read, Span::all(), |_, _| {
            rows += 1;
            Ok(())
        })
        .unwrap();
    rows
}

impl Fact {
    fn holds(&self, read: &dyn Read, guild: GuildId) -> bool {
        let line = |id| queries::song(read, guild, id).unwrap().map(|entry| entry.place.line);
        match self {
            Self::Submitted(id) => line(*id).is_some(),
            Self::Played(id) => line(*id) == Some(Line::SongsPlayed),
            Self::Entries(least) => count(read, &LEDGER) >= *least,
            Self::Interactions(least) => count(read, &INTERACTIONS) >= *least,
        }
    }
}

fn recorded(app: &Application) -> (u64, u64) {
    app.bot.store.read_blocking("rows", |read| Ok((count(read, &LEDGER), count(read, &INTERACTIONS)))).unwrap()
}

async fn live(site: &Site, app: &Application, what: Vec<Occurrence>) {
    let (guild, at) = (site.guild, site.hand.now());
    let events: Vec<LiveEvent> = what.into_iter().map(|what| LiveEvent::new(at, what)).collect();
    let ingest = app.bot.store.write("live_events", move |tx| {
        flows::live_events::run(tx, guild, &Handle::parse(STREAMER).unwrap(), &events).map(drop)
    });
    ingest.await.unwrap();
}

fn gift(coins: u32, group: usize) -> Gift {
    Gift { id: 1, name: "Lion".into(), unit_coins: coins, count: 1, is_streaking: false, group: group as u64 }
}

/// An evening with everything that writes: songs, coins, a live with gifts, displays, jobs.
async fn evening(site: &Site, disk: &SimulatedDisk) -> History {
    let mut history = History { disk: disk.clone(), guild: site.guild, facts: Vec::new() };
    let place = StoreLocation::Simulated(disk.clone());
    let app = site.start_from(|blueprint| blueprint.place = place).await;
    site.open().await;
    for (command, channel) in
        [("setdebugchannel", "staff"), ("setup-live-queue", "general"), ("setnowplayingchannel", "now-playing")]
    {
        site.run(site.call("host", command).with("channel", site.channel(channel).to_string())).await;
    }
    live(site, &app, vec![Occurrence::Connected, Occurrence::Shared(viewer("ann.live"))]).await;
    site.run(site.call("ann", "link-tiktok").with("handle", "ann.live")).await;
    for round in 1..=3 {
        for (name, number) in [("ann", 10), ("ben", 20)] {
            let song = number_in(&site.submit(name, &link(number + round)).await.text());
            history.note(Fact::Submitted(song));
        }
        let gifts = [(500, round * 2), (1000, round * 2 + 1)]
            .map(|(coins, group)| Occurrence::Gifted(viewer("ann.live"), gift(coins, group)));
        live(site, &app, gifts.to_vec()).await;
        let add = site.call("host", "coins").with("user", site.ids.member("ben").to_string());
        site.run(add.with("action", "add").with("amount", 1000)).await;
        site.run(site.call("ben", "buy-skip")).await;
        let (entries, interactions) = recorded(&app);
        history.note(Fact::Entries(entries));
        history.note(Fact::Interactions(interactions));
        let played = site.run(site.call("host", "next")).await;
        history.note(Fact::Played(number_in(&played.text())));
        site.pass(&app, Duration::from_secs(31)).await;
    }
    live(site, &app, vec![Occurrence::Ended]).await;
    site.pass(&app, Duration::from_secs(31)).await;
    app.stop().await;
    history
}

/// Opens what a power loss left, and looks for all that was answered by then.
fn assert_kept(history: &History, moment: usize, disk: &SimulatedDisk, loss: Loss) {
    let options = Options::new(Clock::simulated(START).0, Seed::fixed(1));
    let store = Store::open(&StoreLocation::Simulated(disk.clone()), options, (CATALOGUE.schema)())
        .unwrap_or_else(|error| panic!("at {moment} {loss:?}: {error}"));
    let checked = CheckStore {}.run(&store, CATALOGUE, &mut |_| {}).unwrap();
    assert_eq!(checked, Checked { findings: Vec::new() }, "at {moment} {loss:?}");
    let answered = history.facts.iter().filter(|(at, _)| *at <= moment);
    let are_kept = store
        .read_blocking("facts", |read| {
            Ok(answered.map(|(_, fact)| fact.holds(read, history.guild)).collect::<Vec<_>>())
        })
        .unwrap();
    assert!(are_kept.iter().all(|is_kept| *is_kept), "at {moment} {loss:?}: {are_kept:?}");
    store.close_blocking();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evening_loses_nothing_that_was_answered_to_a_power_loss_at_any_sync_point() {
    greenroom::covers!("T-EDG-12");
    let site = Site::new().await;
    let disk = SimulatedDisk::new();
    let new = || {
        Store::open(
            &StoreLocation::Simulated(disk.clone()),
            Options::new(Clock::simulated(START).0, Seed::fixed(1)),
            (CATALOGUE.schema)(),
        )
    };
    new().unwrap().close_blocking();
    disk.record();
    let history = evening(&site, &disk).await;
    let moments = disk.moments_before_syncs();
    assert!(moments.len() > 30 && history.facts.len() == 15, "{} syncs, {} facts", moments.len(), history.facts.len());
    tokio::task::block_in_place(|| {
        for (number, moment) in moments.iter().copied().enumerate() {
            let seed = Seed::fixed(number as u64);
            let other =
                [Loss::Nothing, Loss::SomeWrites(seed), Loss::Torn(seed, 512), Loss::Torn(seed, 4096)][number % 4];
            for loss in [Loss::Everything, other] {
                assert_kept(&history, moment, &disk.after_power_loss(moment, loss), loss);
            }
        }
    });
    // The whole program goes on from there, too, on a Discord that saw more than it remembers.
    for moment in [moments.len() / 3, moments.len() / 2, moments.len() - 2].map(|number| moments[number]) {
        let place = StoreLocation::Simulated(disk.after_power_loss(moment, Loss::Torn(Seed::fixed(3), 512)));
        let app = site.start_from(|blueprint| blueprint.place = place).await;
        site.pass(&app, Duration::from_mins(2)).await;
        assert_sound(&app).await;
        assert!(site.submit("ann", &link(moment + 1000)).await.text().contains("is in"));
        app.stop().await;
    }
}

//! Servers in whose tables there is a row of everybody, all of them.

mod economy;

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::activity::TEAM_TOLD;
use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::catalogue::CATALOGUE;
use crate::display;
use crate::features::coins::archive;
use crate::features::coins::model::{Currency, EntryId};
use crate::features::coins::service::Order;
use crate::features::displays::model::LIVE_QUEUE;
use crate::features::engagement::model::{Session, SongRef};
use crate::features::queue::model::{Entry, Line, Source};
use crate::features::queue::service::NewSong;
use crate::features::queue::settings::BOOKMARK_CHANNEL;
use crate::features::submissions::posted::{Handled, Watch};
use crate::features::{coins, engagement, handles, imports, queue, reminders, setup, submissions, tiktok};
use crate::flows::currency_given::{self, Gift as Given, Person as Party};
use crate::flows::{
    coins_by_hand, daily_claimed, handle_links, lines_shown, live_events, skip_bought, song_moved, song_played,
    watch_time,
};
use crate::jobs::{self, DeadLetter, Job, JobId, Lane};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::dice::Seed;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::text::mention;
use crate::kernel::time::{Clock, ClockHand, Timestamp};
use crate::live::{AccountNumber, Gift, Handle, LiveEvent, MessageId as LiveMessage, Occurrence, Viewer};
use crate::outbox;
use crate::profile;
use crate::references::told;
use crate::signin::scope::Scope;
use crate::signin::session::{self, Door, SignIn};
use crate::signin::{self, answer, link, token};
use crate::store::{Options, Record, Store, StoreLocation, Table, Tx};

pub(super) const HERE: GuildId = GuildId::new(701_234_567_890_123_451);
pub(super) const THERE: GuildId = GuildId::new(712_345_678_901_234_562);
/// Who does what administrators do.
pub(super) const ADMIN: UserId = UserId::new(834_567_890_123_456_783);
const CHANNEL: ChannelId = ChannelId::new(3);
/// A server of which nothing else is stored.
const ELSEWHERE: GuildId = GuildId::new(5);

/// Somebody with accounts on TikTok. The name, like the handles, begins with the word, and nothing of others holds it.
pub(super) struct Person {
    pub(super) user: UserId,
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) handle: &'static str,
    /// A handle that no live saw.
    second: &'static str,
    /// A handle with a code.
    third: &'static str,
    /// TikTok's number of the first.
    pub(super) number: u64,
}

pub(super) static ZARA: Person = Person {
    user: UserId::new(812_345_678_901_234_561),
    word: "zara",
    name: "Zara Quill",
    handle: "zara.q",
    second: "zara_two",
    third: "zara.three",
    number: 7_123_456_789_012_345_671,
};

pub(super) static OMAR: Person = Person {
    user: UserId::new(823_456_789_012_345_672),
    word: "omar",
    name: "Omar Oud",
    handle: "omar.o",
    second: "omar_two",
    third: "omar.three",
    number: 7_234_567_890_123_456_782,
};

/// Tables of others in the form in which a test can write them.
static DEAD_LETTERS: Table<(GuildId, JobId), DeadLetter> = Table::new("jobs.dead_letters", &[]);
static WAITS: Table<(GuildId, JobId), Wait> = Table::new("jobs.waits", &[]);
static TOLD: Table<(GuildId, String), Told> = Table::new("references.told", &[]);
static LINES: Table<(GuildId, u64), String> = Table::new("debug_channel.lines", &[]);

#[derive(Serialize, Deserialize)]
struct Wait(Timestamp, Timestamp, u32, Timestamp);
impl Record for Wait {}

#[derive(Serialize, Deserialize)]
struct Told(u64, Timestamp);
impl Record for Told {}

pub(super) fn handle(name: &str) -> Handle {
    Handle::parse(name).unwrap()
}

fn host() -> Handle {
    handle("night.owl")
}

/// A store with the tables of the whole program, whose clock stands until something is done.
pub(super) struct Town {
    pub(super) store: Store,
    hand: ClockHand,
}

impl Town {
    pub(super) fn at(place: &StoreLocation) -> Self {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        let store = Store::open(place, Options::new(clock, Seed::fixed(7)), (CATALOGUE.schema)()).unwrap();
        Self { store, hand }
    }

    /// Two servers, in each of which both people did everything.
    pub(super) fn filled(place: &StoreLocation) -> Self {
        let town = Self::at(place);
        for guild in [HERE, THERE] {
            town.trades_of_old(guild);
            town.begin(guild);
            for (nth, person) in [(0, &ZARA), (1, &OMAR)] {
                town.live_through(guild, person, nth);
            }
            town.give_each_other(guild);
            town.deal_with_each_other(guild);
        }
        for person in [&ZARA, &OMAR] {
            town.signs_in(person);
        }
        town.check();
        town
    }

    pub(super) fn write<T: Send + 'static>(&self, operation: impl Fn(&Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.hand.advance(Duration::from_secs(1));
        self.store.write_blocking("test", operation).unwrap()
    }

    /// Fails when the store, a feature or what lies between them contradicts itself.
    pub(super) fn check(&self) {
        let broken = self.store.check_blocking().unwrap();
        assert!(broken.is_empty(), "{broken:#?}");
        let mut findings = Vec::new();
        for check in (CATALOGUE.checks)() {
            self.store.read_blocking("test", |read| check(read, &mut |finding| findings.push(finding))).unwrap();
        }
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// Both people were given coins, which is so long ago that it was archived.
    fn trades_of_old(&self, guild: GuildId) {
        self.write(move |tx| {
            for person in [&ZARA, &OMAR] {
                let reason = format!("@{} won the quiz", person.handle);
                let (currency, actor) = (Currency::Luxury, Actor::Member(person.user));
                let order = Order { currency, user: person.user, reason, actor };
                coins_by_hand::add(tx, guild, &order, Amount::of(7))?;
            }
            Ok(())
        });
        self.hand.advance(Duration::from_hours(24));
        self.write(move |tx| {
            let order = archive::Order::keeping(0, tx.now(), true, Actor::Member(ADMIN));
            archive::step(tx, guild, &order, EntryId::default()).map(drop)
        });
    }

    /// A server is set up, and a live begins there.
    pub(super) fn begin(&self, guild: GuildId) {
        self.write(move |tx| {
            BOOKMARK_CHANNEL.set(tx, guild, &Some(CHANNEL))?;
            setup::tables::GREETED.put(tx, &guild, &tx.now())?;
            submissions::tables::WATCHED.put(tx, &guild, &Watch { channel: CHANNEL, since: MessageId::new(1) })?;
            let handled = Handled { taken: vec!["song-1".to_owned()], ..Handled::default() };
            submissions::tables::HANDLED.put(tx, &(guild, MessageId::new(2)), &handled)?;
            submissions::tables::KEPT_OUT.put(tx, &(guild, MessageId::new(3)), &())?;
            TOLD.put(tx, &(guild, "bookmark_channel_id/4".to_owned()), &Told(1, tx.now()))?;
            LINES.put(tx, &(guild, 1), &"A line of before.".to_owned())?;
            display::tables::put(tx, guild, LIVE_QUEUE, CHANNEL)?;
            let (id, _) = display::tables::by_kind(tx, guild, LIVE_QUEUE)?.unwrap();
            display::tables::change(tx, guild, id, |display| display.message = Some(MessageId::new(5)))?;
            lines_shown::run(tx, guild)
        });
        for what in [Occurrence::Connected, Occurrence::Disconnected, Occurrence::Connected] {
            self.write(move |tx| {
                let event = LiveEvent::new(tx.now(), what.clone());
                live_events::run(tx, guild, &host(), &[event]).map(drop)
            });
        }
    }

    /// Somebody does everything that leaves a row, as the one of this number.
    fn live_through(&self, guild: GuildId, person: &'static Person, nth: u64) {
        let first = 100 * nth;
        self.is_written_of(guild, person, first);
        self.watches(guild, person, first);
        let [played, _, bought] = self.sends_songs(guild, person, first);
        self.trades(guild, person);
        self.plans(guild, person);
        let session = self.write(move |tx| {
            let gift = |id, unit_coins, count, is_streaking, group| {
                let gift = Gift { id, name: "Rose".to_owned(), unit_coins, count, is_streaking, group };
                Occurrence::Gifted(person.viewer(), gift)
            };
            // The gift lifts the latest song, and the streak does not end.
            let what = vec![gift(5, 1_000, 2, false, 0), gift(6, 1, 3, true, 9), Occurrence::Shared(person.viewer())];
            live_events::run(tx, guild, &host(), &Person::events(tx.now(), first + 50, what))?;
            Ok(engagement::queries::open_session(tx, guild)?.unwrap().0)
        });
        self.write(move |tx| {
            // A reviewer puts the lifted song back, and the credit is held.
            song_moved::to_line(tx, guild, bought.song.public_id, Line::Free)?;
            engagement::tables::add_used(tx, guild, session, SongRef::new(played.id.get()), Amount::of(5))?;
            queue::service::bookmark(tx, guild, person.user, played.song.public_id)?;
            queue::service::lose_file(tx, guild, bought.id)?;
            watch_time::run(tx, guild, session, tx.now(), None).map(drop)
        });
        self.is_remembered(guild, person, nth);
    }

    /// Notices and lines name them, and handles are theirs.
    fn is_written_of(&self, guild: GuildId, person: &'static Person, first: u64) {
        self.write(move |tx| {
            DEBUG_CHANNEL.set(tx, guild, &None)?;
            told::tell_team(tx, guild, format!("{} cannot be written to.", mention(person.user)))?;
            told::tell_team(tx, guild, format!("**@{}** came.", person.handle))?;
            DEBUG_CHANNEL.set(tx, guild, &Some(CHANNEL))?;
            TEAM_TOLD.with(format!("**@{}** came.", person.handle)).note(tx, guild)?;
            tiktok::service::follow(tx, guild, person.user, &host(), true)?;
            submissions::tables::NUDGES.put(tx, &(guild, CHANNEL, person.user), &tx.now())?;
            let joined = vec![Occurrence::Joined(person.viewer())];
            live_events::run(tx, guild, &host(), &Person::events(tx.now(), first + 20, joined))?;
            handle_links::admin_link(tx, guild, Actor::Member(ADMIN), person.user, &handle(person.handle))?;
            handle_links::admin_link(tx, guild, Actor::Member(ADMIN), person.user, &handle(person.second))?;
            handles::service::open_code(tx, guild, person.user, &handle(person.third)).map(drop)
        });
    }

    /// They do what is done on a live.
    fn watches(&self, guild: GuildId, person: &'static Person, first: u64) {
        self.write(move |tx| {
            let viewer = || person.viewer();
            let what = vec![
                Occurrence::Viewers(50),
                Occurrence::Liked(viewer(), 3),
                Occurrence::Commented(viewer(), format!("it is me, {} @{}", person.name, person.handle)),
                Occurrence::Followed(viewer()),
                Occurrence::Poll("{}".to_owned()),
            ];
            live_events::run(tx, guild, &host(), &Person::events(tx.now(), first + 1, what)).map(drop)
        });
    }

    /// Three songs: one is played, two wait.
    fn sends_songs(&self, guild: GuildId, person: &'static Person, first: u64) -> [Entry; 3] {
        let songs = [1, 2, 3].map(|nth| {
            self.write(move |tx| {
                let key = format!("song-{}", first + nth);
                let new = NewSong {
                    user: person.user,
                    username: person.name.to_owned(),
                    artist: person.name.to_owned(),
                    title: "Blue".to_owned(),
                    source: Source::Link { platform: "YouTube".to_owned(), url: format!("https://y/{key}"), key },
                    note: Some(format!("from {}", person.name)),
                    tiktok_username: Some(person.handle.to_owned()),
                    line: Line::Free,
                    score: coins::queries::points(tx, guild, person.user)?.get(),
                };
                queue::service::enqueue(tx, guild, new)
            })
        });
        let number = songs[0].song.public_id;
        self.write(move |tx| song_played::this_one(tx, guild, number).map(drop));
        songs
    }

    /// Luxury Coins come and go in every way.
    fn trades(&self, guild: GuildId, person: &'static Person) {
        let given = Order {
            currency: Currency::Luxury,
            user: person.user,
            reason: format!("for {}", person.name),
            actor: Actor::Member(ADMIN),
        };
        self.write(move |tx| {
            coins_by_hand::add(tx, guild, &given, Amount::of(5_000))?;
            // The same song twice, so that there is an earlier purchase.
            for _ in 0..2 {
                let bought = skip_bought::run(tx, guild, person.user)?;
                song_moved::to_line(tx, guild, bought.moved.entry.song.public_id, Line::Free)?;
            }
            coins_by_hand::remove(tx, guild, &given, Amount::of(1_000_000))?;
            coins_by_hand::add(tx, guild, &given, Amount::of(50))?;
            let latest = coins::queries::history(tx, guild, Currency::Luxury, person.user, 1)?;
            coins_by_hand::undo(tx, guild, &given, latest[0].0)?;
            coins_by_hand::add(tx, guild, &given, Amount::of(7))?;
            // What they give to others as administrators do.
            let giving = Order {
                currency: Currency::Luxury,
                user: ADMIN,
                reason: "thanks".to_owned(),
                actor: Actor::Member(person.user),
            };
            coins_by_hand::add(tx, guild, &giving, Amount::of(3)).map(drop)
        });
    }

    /// Both claim their reward and give of it to the other.
    fn give_each_other(&self, guild: GuildId) {
        let party = |person: &Person| Party { user: person.user, name: person.name.to_owned() };
        self.write(move |tx| {
            for person in [&ZARA, &OMAR] {
                daily_claimed::run(tx, guild, person.user)?;
            }
            for (from, to) in [(&ZARA, &OMAR), (&OMAR, &ZARA)] {
                let gift = Given { from: party(from), to: party(to), amount: Amount::of(9) };
                currency_given::run(tx, guild, &gift)?;
            }
            Ok(())
        });
    }

    /// They choose a time zone and set a reminder.
    fn plans(&self, guild: GuildId, person: &'static Person) {
        self.write(move |tx| {
            profile::choose_zone(tx, guild, person.user, "Europe/Berlin")?;
            profile::choose_hidden(tx, guild, person.user, true)?;
            let text = format!("a song of {}", person.name);
            reminders::service::set(tx, guild, (person.user, CHANNEL), "2h", &text).map(drop)
        });
    }

    /// They sign in on the web, which is no matter of a server, and do everything there.
    fn signs_in(&self, person: &'static Person) {
        self.write(move |tx| {
            let code = |what: &str| Digest::of_parts(&[person.word.as_bytes(), what.as_bytes()]);
            let who = person.member();
            let sign_in = SignIn {
                sid: code("session"),
                refresh: code("refresh"),
                person: who.clone(),
                name: person.name.to_owned(),
                avatar: None,
                door: Door::Link,
                agent: "Firefox".to_owned(),
                address: IpAddr::from([203, 0, 113, 7]),
                guilds: Vec::new(),
                replaces: None,
            };
            session::begin(tx, &sign_in)?;
            let (user, name) = (person.user, person.name.to_owned());
            link::issue(tx, code("link"), &link::Purpose::SignIn { user, name, guild: ELSEWHERE })?;
            let scopes = [Scope::Read].into_iter().collect();
            let (name, guilds) = (format!("bot of {}", person.name), vec![ELSEWHERE]);
            token::issue(tx, code("token"), &token::Wanted { maker: who.clone(), name, guilds, scopes, lasts: None })?;
            let key = answer::RepeatKey::parse("key")?;
            let asked = answer::Asked { caller: &who, route: "a.b", key: &key, request: code("request") };
            answer::keep(tx, &asked, &answer::Reply { status: 200, body: person.name.as_bytes(), location: None })
        });
    }

    /// Jobs, dead letters, imports and an earlier live of their own.
    fn is_remembered(&self, guild: GuildId, person: &'static Person, nth: u64) {
        self.write(move |tx| {
            outbox::tell(tx, guild, (person.user, CHANNEL), "Hello.")?;
            outbox::tell(tx, guild, (ADMIN, CHANNEL), format!("**@{}** is somebody else's.", person.second))?;
            let theirs = |run: &jobs::Run| run.guild == guild && run.job.lane == Lane::User(person.user);
            let run = jobs::due_by(tx, tx.now(), 1_000)?.into_iter().find(theirs).unwrap();
            WAITS.put(tx, &(guild, run.id), &Wait(tx.now(), tx.now(), 1, tx.now()))?;
            let payload = format!(r#"{{"user":{},"text":"Hello."}}"#, person.user);
            let (kind, lane) = ("outbox.tell".to_owned(), Lane::Channel(CHANNEL));
            let job = Job { kind, lane, due: tx.now(), attempts: 3, payload };
            let letter = DeadLetter { job, reason: "refused".to_owned(), at: tx.now() };
            DEAD_LETTERS.put(tx, &(guild, JobId::new(900 + nth)), &letter)?;
            let user = person.user;
            imports::tables::take(tx, guild, &format!("luxbot/user_points/{user}"), user.get())?;
            let account = handles::queries::account_id(tx, guild, &handle(person.handle))?.unwrap();
            let source = format!("luxbot/tiktok_accounts/@{}", person.handle);
            imports::tables::take(tx, guild, &source, account.get())?;
            let earlier = Session {
                streamer: handle(person.handle),
                started_at: tx.now(),
                ended_at: Some(tx.now()),
                last_event_at: tx.now(),
                is_connected: false,
                last_snapshot_at: None,
                viewers: None,
                connections: Vec::new(),
                counted_at: tx.now(),
            };
            engagement::service::bring_session(tx, guild, &earlier).map(drop)
        });
    }
}

impl Person {
    /// As who signs in.
    fn member(&self) -> signin::Person {
        signin::Person::Member { user: self.user }
    }

    fn viewer(&self) -> Viewer {
        Viewer { handle: Some(handle(self.handle)), number: AccountNumber::new(self.number), level: Some(12) }
    }

    /// What they do now, as messages of the live from the number `first` on.
    fn events(at: Timestamp, first: u64, what: Vec<Occurrence>) -> Vec<LiveEvent> {
        let event = |(id, what)| LiveEvent { id: LiveMessage::new(id), ..LiveEvent::new(at, what) };
        (first..).zip(what).map(event).collect()
    }
}

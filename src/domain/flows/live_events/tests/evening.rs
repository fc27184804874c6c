//! A live with its people, in few words.

use std::time::Duration;

use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::features::coins::model::Currency;
use crate::features::engagement::model::{AccountRef, Interaction, SessionId};
use crate::features::queue::model::{Entry, Line, Seen, SongId, Source};
use crate::features::queue::service::NewSong;
use crate::features::submissions::model::Details;
use crate::features::submissions::settings::SUBMISSION_CHANNEL;
use crate::features::testing::{GUILD, TestStore, said};
use crate::features::{self, coins, engagement, handles, queue};
use crate::flows::song_submitted::{self, Submission};
use crate::flows::{
    checks, dead_link_removed, handle_links, live_events, scores_synced, song_moved, song_played, watch_time,
};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::{AccountNumber, Gift, Handle, LiveEvent, MessageId, Occurrence, Viewer};
use crate::store::Direction;

/// Whose live it is.
pub(crate) const HOST: &str = "host";

/// A store, and a live on it.
pub(crate) struct Evening {
    pub(crate) store: TestStore,
}

/// Who did it, as the live tells it.
pub(crate) fn viewer(name: &str) -> Viewer {
    Viewer::named(Handle::parse(name).unwrap())
}

/// The same with TikTok's number; without a name where that is empty.
pub(crate) fn numbered(number: u64, name: &str) -> Viewer {
    Viewer { handle: Handle::parse(name).ok(), number: AccountNumber::new(number), level: None }
}

/// One gift, whole: `count` of a price.
pub(crate) fn gift(name: &str, unit_coins: u32, count: u32) -> Occurrence {
    streak(name, unit_coins, count, 0, false)
}

/// One event of a streak.
pub(crate) fn streak(name: &str, unit_coins: u32, count: u32, group: u64, is_streaking: bool) -> Occurrence {
    let gift = Gift { id: u64::from(unit_coins), name: "Rose".into(), unit_coins, count, is_streaking, group };
    Occurrence::Gifted(viewer(name), gift)
}

impl Evening {
    /// Nobody is connected yet.
    pub(crate) fn quiet() -> Self {
        Self { store: TestStore::new() }
    }

    /// We are connected.
    pub(crate) fn begun() -> Self {
        let evening = Self::quiet();
        evening.on_live([Occurrence::Connected]);
        evening
    }

    /// These things happen now, in one batch.
    pub(crate) fn on_live(&self, what: impl IntoIterator<Item = Occurrence>) -> live_events::Effects {
        self.on_live_of(HOST, what)
    }

    pub(crate) fn on_live_of(&self, host: &str, what: impl IntoIterator<Item = Occurrence>) -> live_events::Effects {
        let at = self.store.now();
        let events: Vec<_> = what.into_iter().map(|what| LiveEvent::new(at, what)).collect();
        let host = Handle::parse(host).unwrap();
        self.store.write(move |tx| live_events::run(tx, GUILD, &host, &events)).unwrap()
    }

    /// Messages arrive now, in one batch.
    pub(crate) fn told(&self, messages: impl IntoIterator<Item = LiveEvent>) -> live_events::Effects {
        let (events, host): (Vec<_>, _) = (messages.into_iter().collect(), Handle::parse(HOST).unwrap());
        self.store.write(move |tx| live_events::run(tx, GUILD, &host, &events)).unwrap()
    }

    /// A message that tells something now.
    pub(crate) fn message(&self, id: u64, what: Occurrence) -> LiveEvent {
        LiveEvent { id: MessageId::new(id), ..LiveEvent::new(self.store.now(), what) }
    }

    /// The same as history.
    pub(crate) fn history(&self, id: u64, what: Occurrence) -> LiveEvent {
        LiveEvent { is_backlog: true, ..self.message(id, what) }
    }

    /// A message that TikTok made at a moment and tells now as history.
    pub(crate) fn made(&self, made_at: Timestamp, id: u64, what: Occurrence) -> LiveEvent {
        LiveEvent { made_at: Some(made_at), ..self.history(id, what) }
    }

    /// The program is killed and starts again; nobody told that the connection was lost.
    pub(crate) fn restarts(&self) {
        self.store.write(|tx| live_events::interrupted(tx, GUILD).map(drop)).unwrap();
    }

    /// An administrator links a handle, seen or not.
    pub(crate) fn link(&self, user: u64, name: &'static str) {
        let (admin, user) = (UserId::new(99), UserId::new(user));
        let linked = self
            .store
            .write(move |tx| handle_links::admin_link(tx, GUILD, admin, user, &Handle::parse(name).unwrap()).map(drop));
        linked.unwrap();
    }

    /// A member sends a song by the flow of submissions, one moment later than the one before: gifts that wait lift it.
    pub(crate) fn sends(&self, user: u64, is_skip: bool) -> SongId {
        self.store.advance(Duration::from_secs(1));
        let key = format!("{user}-{}", self.store.now().micros());
        let channel = ChannelId::new(3);
        let submission = Submission {
            guild: GUILD,
            channel,
            user: UserId::new(user),
            username: format!("user {user}"),
            details: Details { is_skip, ..Details::default() },
            source: Source::Link { platform: "YouTube".into(), url: key.clone(), key },
            posted_as: None,
        };
        let submitted = self.store.write(move |tx| {
            SUBMISSION_CHANNEL.set(tx, GUILD, &Some(channel))?;
            Ok(song_submitted::run(tx, &submission)?.entry.id)
        });
        submitted.unwrap()
    }

    /// A reviewer puts a song into a line.
    pub(crate) fn moves(&self, song: SongId, line: Line) -> Result<(), String> {
        let number = self.entry(song).song.public_id;
        let moved = self.store.write(move |tx| song_moved::to_line(tx, GUILD, number, line).map(drop));
        moved.map_err(said)
    }

    /// A reviewer removes a song as a dead link; what comes back of gifted coins and of Luxury Coins.
    pub(crate) fn is_dead(&self, song: SongId) -> Result<(i64, i64), String> {
        let Entry { song, place, .. } = self.entry(song);
        let seen = Seen { song: song.public_id, line: place.line };
        let removed =
            self.store.write(move |tx| dead_link_removed::run(tx, GUILD, Actor::Member(UserId::new(99)), seen));
        let coins = |amount: Option<Amount>| amount.map_or(0, Amount::get);
        removed.map(|refunded| (coins(refunded.gifted), coins(refunded.luxury))).map_err(said)
    }

    /// The songs in the order in which they are played.
    pub(crate) fn order(&self) -> Vec<SongId> {
        self.store
            .read(|read| queue::queries::upcoming(read, GUILD, 10_000))
            .into_iter()
            .map(|entry| entry.id)
            .collect()
    }

    /// Points are copied into the order of Free, as every half minute.
    pub(crate) fn sync_scores(&self) {
        while self.store.write(|tx| scores_synced::run(tx, GUILD)).unwrap().more {}
    }

    /// A member has a song; one moment later than the one before.
    pub(crate) fn submit(&self, user: u64, line: Line) -> SongId {
        self.store.advance(Duration::from_secs(1));
        let key = format!("{user}-{}", self.store.now().micros());
        let submitted = self.store.write(move |tx| {
            let source = Source::Link { platform: "YouTube".into(), url: key.clone(), key: key.clone() };
            let new = NewSong {
                user: UserId::new(user),
                username: format!("user {user}"),
                artist: "Artist".into(),
                title: "Title".into(),
                source,
                note: None,
                tiktok_username: None,
                line,
                score: coins::queries::points(tx, GUILD, UserId::new(user))?.get(),
            };
            Ok(queue::service::enqueue(tx, GUILD, new)?.id)
        });
        submitted.unwrap()
    }

    /// The next song is played.
    pub(crate) fn play(&self) -> SongId {
        self.store.write(|tx| Ok(song_played::run(tx, GUILD)?.entry.id)).unwrap()
    }

    pub(crate) fn entry(&self, song: SongId) -> Entry {
        self.store.read(|read| queue::queries::entry(read, GUILD, song)).unwrap()
    }

    pub(crate) fn line(&self, song: SongId) -> Line {
        self.entry(song).place.line
    }

    /// Points of a member.
    pub(crate) fn points(&self, user: u64) -> i64 {
        self.store.read(|read| coins::queries::points(read, GUILD, UserId::new(user))).get()
    }

    /// Luxury Coins of a member.
    pub(crate) fn luxury(&self, user: u64) -> i64 {
        self.store.read(|read| coins::queries::balance(read, GUILD, Currency::Luxury, UserId::new(user))).get()
    }

    /// Points of a handle.
    pub(crate) fn handle_points(&self, name: &str) -> i64 {
        let handle = Handle::parse(name).unwrap();
        let account = self.store.read(|read| handles::queries::account(read, GUILD, &handle));
        account.map_or(0, |account| account.points.get())
    }

    /// What a member's credit is, and whether a song has it.
    pub(crate) fn credit(&self, user: u64) -> Option<(i64, bool)> {
        let credit = self.store.read(|read| engagement::queries::credit(read, GUILD, UserId::new(user)));
        credit.map(|credit| (credit.coins.get(), credit.song.is_some()))
    }

    /// The open session.
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.store.read(|read| engagement::queries::open_session(read, GUILD)).map(|(id, _)| id)
    }

    /// All interactions, in order.
    pub(crate) fn interactions(&self) -> Vec<Interaction> {
        let rows =
            self.store.read(|read| engagement::tables::INTERACTIONS.page(read, GUILD, Direction::Forward, 10_000));
        rows.into_iter().map(|(_, interaction)| interaction).collect()
    }

    /// What each interaction was, in order: its word, its value, its coins.
    pub(crate) fn written(&self) -> Vec<String> {
        let words = self.interactions().into_iter().map(|interaction| {
            let value = interaction.value.unwrap_or_default();
            let coins = interaction.coin_value.map(|coins| format!(" {}", coins.get())).unwrap_or_default();
            format!("{} {value}{coins}", interaction.kind.name())
        });
        words.collect()
    }

    /// Watch time is counted now, as the sweep does it: until nobody is left. Answers what each batch did.
    pub(crate) fn count_watch_time(&self) -> Vec<watch_time::Counted> {
        let now = self.store.now();
        let mut batches = Vec::new();
        for (guild, session) in self.store.read(engagement::tables::sessions_on_watch) {
            if !self.store.read(|read| engagement::queries::watch_is_due(read, guild, session, now)) {
                continue;
            }
            let mut behind = None;
            loop {
                let counted = self.store.write(move |tx| watch_time::run(tx, guild, session, now, behind)).unwrap();
                batches.push(counted);
                behind = counted.behind;
                if behind.is_none() {
                    break;
                }
            }
        }
        batches
    }

    /// So much time passes, counted every minute.
    pub(crate) fn watch(&self, span: Duration) {
        for _ in 0..span.as_secs() / 60 {
            self.store.advance(Duration::from_mins(1));
            self.count_watch_time();
        }
    }

    /// What a handle watched in a session, in seconds: in all, and of that what is not paid.
    pub(crate) fn watched(&self, session: SessionId, name: &str) -> (u64, u64) {
        let handle = Handle::parse(name).unwrap();
        self.store.read(|read| {
            let Some(id) = handles::queries::account_id(read, GUILD, &handle)? else { return Ok((0, 0)) };
            let account = AccountRef::new(id.get());
            let person = engagement::tables::PARTICIPANTS.get(read, &(GUILD, session, account))?.unwrap_or_default();
            Ok((person.watch.total().as_secs(), person.watch.unpaid().as_secs()))
        })
    }

    /// Opens the debug channel.
    pub(crate) fn with_debug_channel(&self) {
        self.store.write(|tx| DEBUG_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(9)))).unwrap();
    }

    /// Fails when an invariant of any feature, or between them, is broken.
    pub(crate) fn check(&self) {
        let findings = self.store.read(|read| {
            let mut findings = checks::check(read, GUILD)?;
            for check in features::ALL.iter().flat_map(|feature| feature.checks) {
                findings.extend(check(read, GUILD)?);
            }
            Ok(findings)
        });
        assert!(findings.is_empty(), "{findings:#?}");
        self.store.check();
    }
}

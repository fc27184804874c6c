//! The course of one name: does what the state machine decides, and tells it what came of it.

use rand::rngs::StdRng;
use tokio::sync::{mpsc, watch};

use super::Followers;
use super::recording::RecordingFolder;
use super::writing::{self, Heard};
use crate::discord::Bot;
use crate::kernel::dice::Seed;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::{NO_COMMANDS, Sentence};
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::live::following::{Following, Happened, Next};
use crate::tiktok::{Closed, Connection, Live, Refusal, RoomId};

/// Frames that wait to be written. Past that the socket is not read, which slows TikTok down and loses nothing.
const MOST_WAITING: usize = 256;

/// The course of following one name.
pub(super) struct Course {
    bot: Bot,
    dialler: Dialler,
    followers: watch::Receiver<Followers>,
    following: Following,
    dice: StdRng,
    written: tokio::task::JoinHandle<()>,
}

/// What does the work outside: looks up, connects, listens, waits.
struct Dialler {
    bot: Bot,
    name: Handle,
    heard: mpsc::Sender<(Timestamp, Heard)>,
    room: Option<RoomId>,
    connection: Option<Connection>,
    /// What was said last when it was refused; told once.
    trouble: Option<Sentence>,
}

impl Course {
    pub(super) fn new(
        bot: &Bot,
        seed: Seed,
        name: &Handle,
        followers: watch::Receiver<Followers>,
        recording: (Option<RecordingFolder>, watch::Receiver<u64>),
    ) -> Self {
        let (heard, to_write) = mpsc::channel(MOST_WAITING);
        let now = bot.clock.now();
        let following = Following::begin(is_persistent(&followers.borrow()));
        bot.lives.enter(name, following.state(), now, None);
        let written = tokio::spawn(writing::run(bot.clone(), name.clone(), followers.clone(), to_write, recording));
        let dialler =
            Dialler { bot: bot.clone(), name: name.clone(), heard, room: None, connection: None, trouble: None };
        let dice = seed.dice("following", (name, now));
        Self { bot: bot.clone(), dialler, followers, following, dice, written }
    }

    /// Follows the name until nobody does any more, or it is over. Answers the name.
    pub(super) async fn run(mut self) -> Handle {
        let mut next = Next::LookUp;
        let mut stopped = None;
        while let Some(happened) = self.unless_left(next).await {
            let now = self.bot.clock.now();
            next = self.following.next(happened, now, &mut self.dice);
            let state = self.following.state();
            if let Next::Stop(stop) = next {
                let trouble = self.dialler.trouble.as_ref().map(|trouble| trouble.markdown(NO_COMMANDS));
                self.dialler.tell(Heard::Stopped(stop, trouble)).await;
                stopped = Some((state, now));
                break;
            }
            self.bot.lives.enter(&self.dialler.name, state, now, self.dialler.trouble.clone());
        }
        let Self { dialler: Dialler { name, heard, connection, trouble, .. }, written, bot, .. } = self;
        if let Some(connection) = connection {
            connection.close().await;
        }
        // What was heard is written before the name counts as left: who follows it again begins after that.
        drop(heard);
        if let Err(error) = written.await {
            tracing::error!(%name, %error, "what a live told could not be written to its end");
        }
        // How it stopped can still be read; what was left is as if it had never been.
        match stopped {
            Some((state, at)) => bot.lives.enter(&name, state, at, trouble),
            None => bot.lives.forget(&name),
        }
        name
    }

    /// Does what is next; `None` when the last server left meanwhile.
    async fn unless_left(&mut self, next: Next) -> Option<Happened> {
        let Self { dialler, followers, following, .. } = self;
        let mut work = std::pin::pin!(dialler.act(next));
        loop {
            if followers.borrow_and_update().is_empty() {
                return None;
            }
            following.set_persistent(is_persistent(&followers.borrow()));
            tokio::select! {
                happened = &mut work => return Some(happened),
                changed = followers.changed() => changed.ok()?,
            }
        }
    }
}

fn is_persistent(followers: &Followers) -> bool {
    followers.values().any(|follower| follower.is_persistent)
}

impl Dialler {
    async fn act(&mut self, next: Next) -> Happened {
        match next {
            Next::LookUp => self.look_up().await,
            Next::Connect => self.connect().await,
            Next::Listen => self.listen().await,
            Next::WaitUntil(due) => {
                self.bot.clock.sleep_until(due).await;
                Happened::Due
            }
            Next::Stop(_) => Happened::Ended,
        }
    }

    async fn look_up(&mut self) -> Happened {
        match self.bot.live.look_up(&self.name).await {
            Ok(Live::OnAir(room)) => {
                self.room = Some(room);
                Happened::OnAir
            }
            Ok(Live::Offline) => Happened::Offline,
            Err(refusal) => self.refused(&refusal).await,
        }
    }

    async fn connect(&mut self) -> Happened {
        let Some(room) = self.room else { return Happened::Offline };
        match self.bot.live.connect(&self.name, room).await {
            Ok(connection) => {
                self.connection = Some(connection);
                self.trouble = None;
                self.tell(Heard::Connected).await;
                Happened::Connected
            }
            Err(refusal) => self.refused(&refusal).await,
        }
    }

    async fn listen(&mut self) -> Happened {
        while let Some(connection) = &mut self.connection {
            match connection.next().await {
                Ok(messages) => self.tell(Heard::Messages(messages)).await,
                Err(closed) => {
                    self.connection = None;
                    tracing::info!(name = %self.name, reason = %closed, "the connection to a live is closed");
                    return self.closed(closed).await;
                }
            }
        }
        Happened::Dropped
    }

    async fn closed(&mut self, closed: Closed) -> Happened {
        if closed.is_end_of_live() {
            self.tell(Heard::Ended).await;
            return Happened::Ended;
        }
        self.tell(Heard::Lost).await;
        match closed {
            Closed::Refused(refusal) => self.refused(&refusal).await,
            _ => Happened::Dropped,
        }
    }

    /// A refusal is told once, until another one or a connection.
    async fn refused(&mut self, refusal: &Refusal) -> Happened {
        if *refusal == Refusal::Offline {
            return Happened::Offline;
        }
        tracing::warn!(name = %self.name, reason = refusal.to_string(), "no connection to a live");
        let sentence = refusal.sentence();
        if self.trouble.as_ref() != Some(&sentence) {
            self.tell(Heard::Refused(sentence.markdown(NO_COMMANDS))).await;
            self.trouble = Some(sentence);
        }
        Happened::Refused(refusal.class())
    }

    /// Hands on what was heard. Waits while too much waits to be written.
    async fn tell(&self, heard: Heard) {
        // The writer ends only after this sender is gone.
        let _ = self.heard.send((self.bot.clock.now(), heard)).await;
    }
}

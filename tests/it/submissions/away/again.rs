//! Messages that come again, in whichever way: told twice, read from the history, edited, forwarded.

use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::sim::{FileSpec, ForwardSpec, GatewayFault, Id, MessageSpec};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{LINKS, ends, is_through, left, post, post_in, said, songs};
use crate::reading::link;
use crate::site::Site;
use crate::world::mp3;

/// Somebody forwards a message of a channel to where songs go.
async fn forward(site: &Site, name: &str, from: &str, message: Id) -> Id {
    let (channel, user) = (site.channel("submissions"), site.ids.member(name));
    let forward = Some(ForwardSpec { channel: site.channel(from), message });
    site.sim.post_message(MessageSpec { channel, user, forward, ..MessageSpec::default() }).await.unwrap()
}

/// An evening on which messages come in every way in which they may come again.
struct Evening {
    site: Site,
    app: Option<Application>,
    dice: StdRng,
    /// The links and files that were posted, and what the messages are now.
    links: usize,
    files: usize,
    messages: Vec<(Id, String)>,
}

impl Evening {
    async fn step(&mut self) {
        self.site.hand.advance(Duration::from_secs(3));
        let name = ["ann", "ben", "chloe"][self.dice.random_range(0..3_usize)];
        match self.dice.random_range(0..10_u8) {
            0..=2 => {
                let (text, files) = (self.new_text(), self.new_files());
                let message = post(&self.site, name, &text, files).await;
                self.messages.push((message, text));
            }
            3 | 4 => self.edit().await,
            5 => match self.app.take() {
                Some(app) if self.dice.random_bool(0.5) => app.stop().await,
                Some(app) => drop(app),
                None => self.app = Some(self.site.start().await),
            },
            8 | 9 => {
                let (text, files) = (self.new_text(), self.new_files());
                let elsewhere = post_in(&self.site, "staff", name, &text, files).await;
                forward(&self.site, name, "staff", elsewhere).await;
            }
            6 if self.app.is_some() => {
                self.site.sim.gateway_fault(GatewayFault::Repeat { last: 20 }).await;
            }
            _ if self.app.is_some() => {
                let mut call = self.site.call("host", "next");
                call.wait_ms = Some(2_000);
                self.site.sim.run_command(call).await.unwrap();
            }
            _ => {}
        }
    }

    /// A text with up to three new links, and mostly one that is not taken.
    fn new_text(&mut self) -> String {
        let mut text = "listen".to_owned();
        for _ in 0..self.dice.random_range(0..=3_u8) {
            self.links += 1;
            text.push_str(&format!(" {}", link(self.links)));
        }
        if self.dice.random_bool(0.7) {
            text.push_str(" https://tidal.com/track/1");
        }
        text
    }

    /// Mostly none.
    fn new_files(&mut self) -> Vec<FileSpec> {
        let files = if self.dice.random_bool(0.3) { self.dice.random_range(1..=2_usize) } else { 0 };
        self.files += files;
        (0..files).map(|back| mp3(&format!("{}.mp3", self.files - back))).collect()
    }

    /// Adds a link to one of the latest messages, where it still stands. What is forwarded cannot be edited.
    async fn edit(&mut self) {
        let latest = self.messages.len().saturating_sub(4)..self.messages.len();
        if latest.is_empty() {
            return;
        }
        let chosen = self.dice.random_range(latest);
        let (message, text) = self.messages[chosen].clone();
        let text = format!("{text} {}", link(self.links + 1));
        if self.site.sim.edit_message(self.site.channel("submissions"), message, &text).await.is_ok() {
            self.links += 1;
            // Of an edit that comes in the moment in which the bot deletes a message, its event alone tells; whoever kills the
            // bot before it has read that loses it.
            if let Some(app) = self.app.as_ref().filter(|_| !text.contains("tidal")) {
                is_through(&self.site, app).await;
            }
            self.messages[chosen].1 = text;
        }
    }
}

#[tokio::test]
async fn however_a_message_comes_again_each_song_of_it_is_taken_once() {
    for seed in 0..3 {
        let (site, dice) = (left().await, StdRng::seed_from_u64(seed));
        let mut evening = Evening { site, app: None, dice, links: 0, files: 0, messages: Vec::new() };
        for _ in 0..30 {
            evening.step().await;
        }
        let Evening { site, app, links, files, .. } = evening;
        assert!(links > 0 && files > 0, "seed {seed}");
        if let Some(app) = app {
            app.stop().await;
        }
        let app = site.start().await;
        is_through(&site, &app).await;
        let mut taken = songs(&site, &app);
        taken.sort_unstable();
        let files = (1..=files).map(|number| format!("{number}.mp3"));
        let mut expected: Vec<_> = (1..=links).map(|number| format!("youtube:{number:0>11}")).chain(files).collect();
        expected.sort_unstable();
        assert_eq!(taken, expected, "seed {seed}");
        ends(app).await;
    }
}

#[tokio::test]
async fn a_song_that_is_forwarded_within_the_channel_is_taken_once_and_not_again_when_it_was_played() {
    let site = left().await;
    let link = post(&site, "ann", LINKS[0], Vec::new()).await;
    let file = post(&site, "ann", "", vec![mp3("two.mp3")]).await;
    for message in [link, file] {
        forward(&site, "ben", "submissions", message).await;
    }
    let expected = ["youtube:dQw4w9WgXcQ", "two.mp3"];
    let app = site.start().await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), expected, "{:?}", said(&site, "submissions").await);
    // What was played might be submitted again, so only the memory of the messages is in the way.
    for _ in expected {
        site.run(site.call("host", "next")).await;
    }
    app.stop().await;
    let app = site.start().await;
    is_through(&site, &app).await;
    site.sim.gateway_fault(GatewayFault::Repeat { last: 30 }).await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), expected);
    ends(app).await;
}

//! Somebody who listens to a stream: the events that come, one after the other.

use std::time::Duration;

use serde_json::Value;

use super::ground::WebWorld;
use crate::patience::{as_time_passes, within};

/// How much time passes between two looks of somebody who waits.
const STEP: Duration = Duration::from_millis(100);

/// See the module.
pub struct Listener<'w> {
    ground: &'w WebWorld,
    answer: reqwest::Response,
    read: String,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub event: String,
    pub data: Value,
    /// The revision up to which whoever hears it has everything.
    pub id: Option<String>,
}

impl Heard {
    /// What a part of a page shows.
    pub fn html(&self) -> &str {
        assert_eq!(self.event, "region", "{self:?}");
        self.data["html"].as_str().unwrap()
    }
}

impl<'w> Listener<'w> {
    pub fn new(ground: &'w WebWorld, answer: reqwest::Response) -> Self {
        Self { ground, answer, read: String::new() }
    }

    /// The next event; `None` at the end. Time stands still meanwhile.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some(event) = self.take() {
                return Some(event);
            }
            let chunk = within("something is heard", self.answer.chunk()).await;
            // A connection that is cut off is an end as well.
            let chunk = chunk.ok().flatten()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event that is no sign of life, for which time may have to pass.
    pub async fn next_in_time(&mut self) -> Heard {
        let hand = self.ground.world.hand.clone();
        as_time_passes(&hand, STEP, async {
            loop {
                match self.next().await {
                    Some(heard) if heard.event == "beat" => {}
                    Some(heard) => return heard,
                    None => panic!("the stream has ended"),
                }
            }
        })
        .await
    }

    /// What is heard before the next sign of life, which comes first where nothing else is there.
    pub async fn heard_at_once(&mut self) -> Vec<Heard> {
        let mut heard = Vec::new();
        loop {
            let next = self.next().await.expect("the stream goes on");
            let is_beat = next.event == "beat";
            heard.push(next);
            if is_beat {
                return heard;
            }
        }
    }

    /// What is heard before the next sign of life, as time passes until then.
    pub async fn heard_before_a_beat(&mut self) -> Vec<Heard> {
        let hand = self.ground.world.hand.clone();
        let mut heard = as_time_passes(&hand, STEP, self.heard_at_once()).await;
        heard.pop();
        heard
    }

    /// What is heard to the end. Time stands still meanwhile.
    pub async fn until_it_ends(mut self) -> Vec<Heard> {
        let mut heard = Vec::new();
        while let Some(event) = self.next().await {
            heard.push(event);
        }
        heard
    }

    /// An event that is there as a whole.
    fn take(&mut self) -> Option<Heard> {
        loop {
            let (block, rest) = self.read.split_once("\n\n")?;
            let field = |name: &str| {
                let of = |line: &'_ str| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned);
                block.lines().find_map(of)
            };
            let heard = field("event").map(|event| Heard {
                event,
                data: serde_json::from_str(&field("data").unwrap()).unwrap(),
                id: field("id"),
            });
            self.read = rest.to_owned();
            // How soon to come back is no event.
            if heard.is_some() {
                return heard;
            }
        }
    }
}

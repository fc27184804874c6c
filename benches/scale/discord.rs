//! A simulated Discord with many servers. Its clock stands still, so that its ids are the same each time, and a filled store
//! that was kept still is one of these servers.

use greenroom::kernel::ids::{ChannelId, GuildId};
use greenroom::kernel::time::{Clock, Timestamp};
use greenroom::sim::{Sim, SimOptions};

use crate::support;
use crate::support::servers::Server;

/// The simulated Discord.
pub struct Discord {
    /// It runs as long as this is there.
    pub sim: Sim,
    /// Its servers, in the order of their ids.
    pub servers: Vec<Server>,
}

impl Discord {
    /// Opens so many servers, each with an administrator and a channel; the bot is in all of them since long ago.
    pub async fn open(servers: usize) -> Self {
        let (clock, hand) = Clock::simulated(Timestamp::from_rfc3339("2024-01-01T00:00:00Z").unwrap());
        let sim = Sim::start(SimOptions::new(clock, Some(hand))).await.unwrap();
        let mut opened = Vec::new();
        for number in 0..servers {
            let ids = sim.create_guild(support::server(&format!("Server {number}"), &["submissions"])).await.unwrap();
            let channel = ChannelId::new(ids.channels["submissions"].get());
            opened.push(Server { guild: GuildId::new(ids.guild.get()), channel });
        }
        Self { sim, servers: opened }
    }
}

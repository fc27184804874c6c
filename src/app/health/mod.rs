//! How the running bot is: for people, load balancers, Prometheus, and the service manager.
//!
//! | address | answers |
//! | --- | --- |
//! | `/livez` | 200 while the process turns at all |
//! | `/readyz` | 200 when the store takes writes, Discord is connected and the jobs run; 503 with the reasons otherwise |
//! | `/metrics` | figures for Prometheus, on this machine alone unless `METRICS_EVERYWHERE` is set |
//!
//! While there is no bot, because it waits for its set-up or a backup is being restored, the first two answer 200 and say so:
//! a container or a service that is ended for that would never come to have one.
//!
//! Invariants: what is asked here writes nothing and reads nothing that grows with the data; connections are bounded in
//! number and time; a port that is taken, or a name that is not this machine's, is told and ends nothing.

pub(super) mod backups;
mod figures;
mod notify;
mod pulse;
mod server;
#[cfg(test)]
mod tests;
mod vitals;

pub(crate) use vitals::{Reason, Vitals};

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::config::Config;
use crate::kernel::time::Clock;
use figures::Figures;
use notify::Notify;
pub(in crate::app) use pulse::beat_unwatched;
use server::Access;

/// What serves the health of an application. It stops when it is dropped.
pub(crate) struct Health {
    notify: Notify,
    tasks: JoinSet<()>,
}

impl Health {
    /// Listens where the settings say, and begins to give signs of life. Returns when everything listens that can.
    pub(crate) async fn start(config: &Config, vitals: Vitals) -> Self {
        let (settings, storage) = (&config.health, &config.storage);
        let mut tasks = JoinSet::new();
        let notify = Notify::new(settings.notify_socket.as_deref());
        tasks.spawn(pulse::run(vitals.clone(), notify.clone(), settings.watchdog));
        let figures =
            Arc::new(Figures::new(vitals.bot.clock.now(), Some(storage.data_dir.clone()), storage.cache_bytes));
        for address in addresses(config).await {
            let access = Access::new(address, settings.metrics_everywhere);
            if let Some(serving) = server::listen(address, access, vitals.clone(), Arc::clone(&figures)).await {
                tasks.spawn(serving);
            }
        }
        notify.say("READY=1");
        Self { notify, tasks }
    }

    /// The same while there is no bot whose health could be told: nobody ends a process that does what it should. `doing`
    /// goes on from "Greenroom is".
    pub(crate) async fn without_bot(config: &Config, doing: &'static str) -> Infallible {
        let settings = &config.health;
        let mut tasks = JoinSet::new();
        for address in addresses(config).await {
            if let Some(serving) = server::listen_without_bot(address, doing).await {
                tasks.spawn(serving);
            }
        }
        let notify = Notify::new(settings.notify_socket.as_deref());
        notify.say("READY=1");
        loop {
            if settings.watchdog.is_some() {
                notify.say("WATCHDOG=1");
            }
            Clock::system().sleep(pulse::pause(settings.watchdog)).await;
        }
    }

    /// Tells the service manager that the end is near.
    pub(crate) fn stopping(&self) {
        self.notify.say("STOPPING=1");
    }

    /// Serves nothing more, so that somebody else can have the port.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Where health is to be served.
async fn addresses(config: &Config) -> impl Iterator<Item = SocketAddr> {
    let public = config.health.port.map(|port| ([0, 0, 0, 0], port).into());
    let chosen = match &config.health.listen {
        Some(listen) => server::address_of(listen).await,
        None => None,
    };
    [chosen, public].into_iter().flatten()
}

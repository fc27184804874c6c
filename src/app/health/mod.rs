//! How the running bot is: for people, load balancers, Prometheus, and the service manager.
//!
//! | address | answers |
//! | --- | --- |
//! | `/livez` | 200 while the process turns at all |
//! | `/readyz` | 200 when the store takes writes, Discord is connected and the jobs run; 503 with the reasons otherwise |
//! | `/metrics` | figures for Prometheus, on this machine alone unless `METRICS_EVERYWHERE` is set |
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

pub use vitals::{Reason, Vitals};

use std::convert::Infallible;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::config::Config;
use crate::kernel::time::Clock;
use figures::Figures;
use notify::Notify;
use server::Access;

/// What serves the health of an application. It stops when it is dropped.
pub struct Health {
    notify: Notify,
    _tasks: JoinSet<()>,
}

impl Health {
    /// Listens where the settings say, and begins to give signs of life. Returns when everything listens that can.
    pub async fn start(config: &Config, vitals: Vitals) -> Self {
        let (settings, storage) = (&config.health, &config.storage);
        let mut tasks = JoinSet::new();
        let notify = Notify::new(settings.notify_socket.as_deref());
        tasks.spawn(pulse::run(vitals.clone(), notify.clone(), settings.watchdog));
        let figures =
            Arc::new(Figures::new(vitals.bot.clock.now(), Some(storage.data_dir.clone()), storage.cache_bytes));
        let public = settings.port.map(|port| ([0, 0, 0, 0], port).into());
        let chosen = match &settings.listen {
            Some(listen) => server::address_of(listen).await,
            None => None,
        };
        for address in [chosen, public].into_iter().flatten() {
            let access = Access::new(address, settings.metrics_everywhere);
            if let Some(serving) = server::listen(address, access, vitals.clone(), Arc::clone(&figures)).await {
                tasks.spawn(serving);
            }
        }
        notify.say("READY=1");
        Self { notify, _tasks: tasks }
    }

    /// Tells the service manager that all goes on while there is no bot yet whose health could be told.
    pub async fn without_bot(config: &Config) -> Infallible {
        let settings = &config.health;
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
    pub fn stopping(&self) {
        self.notify.say("STOPPING=1");
    }
}

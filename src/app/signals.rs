//! The signals that end the running bot: Ctrl-C, that of a service manager, and that of a terminal that goes away.
//!
//! They are listened to before anything else is begun. A signal that nobody listens to kills the process, and does not even
//! come through where it is the first one of a container.

use std::fs;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears the signals.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` where whoever started the process wants it to outlive its terminal.
    hangup: Option<Signal>,
}

impl Signals {
    /// Begins to listen. To be called within a runtime.
    pub(super) fn listen() -> io::Result<Self> {
        let hangup = if is_to_outlive_terminal() { None } else { Some(signal(SignalKind::hangup())?) };
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate, hangup })
    }

    /// Returns when the process is asked to end.
    pub(super) async fn told_to_stop(&mut self) {
        let hung_up = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hung_up => {}
        }
    }
}

/// Whether the process was started with hangups ignored, as `nohup` does it.
fn is_to_outlive_terminal() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The lowest bit is that of signal 1, the hangup.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

//! `greenroom run` as it is shipped, in a process of its own: what it costs the machine.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use greenroom::sim::Sim;

/// The program.
pub const BINARY: &str = env!("CARGO_BIN_EXE_greenroom");

/// How many of the units in which Linux counts processor time are in a second, whatever the kernel's own clock is.
const TICKS: u64 = 100;

/// The running process; it ends when dropped, without a chance to tidy up.
pub struct Bot(Child);

impl Bot {
    /// Starts the bot against the simulated Discord and TikTok, with its data in a folder.
    pub fn start(sim: &Sim, data: &Path) -> Self {
        let child = Command::new(BINARY)
            .arg("run")
            .current_dir(data)
            .env("DISCORD_API_URL", sim.discord_url())
            .env("TIKTOK_TRANSPORT", "euler")
            .env("TIKTOK_WEB_URL", sim.live_url())
            .env("TIKTOK_WEBCAST_URL", sim.live_webcast_url())
            .env("TIKTOK_SIGN_URL", sim.live_url())
            .env("DATA_DIR", data)
            .env("ALLOW_ANY_HANDLE_LINKING", "true")
            .env("LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// A figure of `/proc/PID/status`, in bytes.
    pub fn memory(&self, figure: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).unwrap();
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1024
    }

    /// The processor time that it has taken, in all threads.
    pub fn processor_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        // The fields behind the name, which may hold anything, begin with the third; user and system are the 14th and 15th.
        let behind_name = stat.rsplit(')').next().unwrap();
        let ticks: u64 =
            behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 1_000 / TICKS)
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended already; then it said why.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A size as it is written: `12.3 MB`.
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}

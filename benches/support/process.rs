//! `greenroom run` as it is shipped, in a process of its own: what it costs the machine.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use greenroom::kernel::time::Stopwatch;
use greenroom::sim::Sim;
use tempfile::TempDir;

/// The program as this build made it.
const BUILT: &str = env!("CARGO_BIN_EXE_greenroom");

/// The program that is measured: another build where `GREENROOM` names one, such as `target/dist/greenroom`.
#[expect(clippy::disallowed_methods, reason = "a bench has no other configuration")]
pub fn binary() -> PathBuf {
    std::env::var_os("GREENROOM").map_or_else(|| PathBuf::from(BUILT), PathBuf::from)
}

/// How many of the units in which Linux counts processor time are in a second, whatever the kernel's own clock is.
const TICKS: u64 = 100;

/// The running process; it ends when dropped, without a chance to tidy up.
pub struct Bot(Child);

impl Bot {
    /// Starts the bot against the simulated Discord and TikTok, with its data in a folder.
    pub fn start(sim: &Sim, data: &Path) -> Self {
        Self::start_with(sim, data, &[])
    }

    /// The same with more settings, each with its name.
    pub fn start_with(sim: &Sim, data: &Path, settings: &[(&str, &str)]) -> Self {
        let child = Command::new(binary())
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
            // As the service and the image start it.
            .env("MALLOC_ARENA_MAX", "2")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// Tells it to stop, and waits until it has, in order.
    #[expect(clippy::disallowed_methods, reason = "whoever runs a bench sees what it waits for")]
    pub fn stop(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(told.unwrap().success(), "it is there to be told");
        assert!(self.0.wait().unwrap().success(), "it did not end in order");
    }

    /// A figure of `/proc/PID/status`, in bytes.
    pub fn memory(&self, figure: &str) -> u64 {
        memory_of(&self.0.id().to_string(), figure)
    }

    /// The processor time that it has taken, in all threads.
    pub fn processor_time(&self) -> Duration {
        processor_time_of(&self.0.id().to_string())
    }
}

impl Drop for Bot {
    #[expect(clippy::disallowed_methods, reason = "it was killed")]
    fn drop(&mut self) {
        // It may have ended already; then it said why.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a bot that is being started says how far it is: first a word to the service manager, then `/readyz`.
pub struct Readiness {
    manager: UnixDatagram,
    folder: TempDir,
    health: SocketAddr,
}

/// How long a start took up to a point.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    /// The store is open, everything runs, and health is served.
    pub said: Duration,
    /// The store takes writes, Discord is connected, and jobs run.
    pub ready: Duration,
}

impl Readiness {
    /// How long a start may take.
    const PATIENCE: Duration = Duration::from_mins(5);
    /// The pause between two looks.
    const LOOK: Duration = Duration::from_millis(1);

    /// Begins to listen, and finds a free port.
    pub fn listen() -> Self {
        // A socket's path may not be long.
        let folder = tempfile::Builder::new().prefix("ready-").tempdir().unwrap();
        let manager = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        manager.set_read_timeout(Some(Self::PATIENCE)).unwrap();
        let health = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        Self { manager, folder, health }
    }

    /// Starts the bot and waits until it is ready.
    pub fn start(&self, sim: &Sim, data: &Path) -> (Bot, Started) {
        let (notify, health) = (self.folder.path().join("notify"), self.health.to_string());
        let settings = [("NOTIFY_SOCKET", notify.to_str().unwrap()), ("HEALTH_LISTEN", health.as_str())];
        let watch = Stopwatch::start();
        let bot = Bot::start_with(sim, data, &settings);
        while !self.hears("READY=1") {}
        let said = watch.elapsed();
        while !self.is_ready() {
            assert!(watch.elapsed() < Self::PATIENCE, "the bot does not get ready");
            pause(Self::LOOK);
        }
        (bot, Started { said, ready: watch.elapsed() })
    }

    /// Waits for the next word to the service manager; whether it is this one.
    fn hears(&self, word: &str) -> bool {
        let mut heard = [0; 64];
        let length = self.manager.recv(&mut heard).unwrap();
        heard[..length] == *word.as_bytes()
    }

    fn is_ready(&self) -> bool {
        let mut stream = TcpStream::connect(self.health).unwrap();
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.health);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.starts_with("HTTP/1.1 200")
    }
}

/// A figure of `/proc/PROCESS/status`, in bytes; `self` is this process.
pub fn memory_of(process: &str, figure: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).unwrap();
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes * 1024
}

/// The processor time that a process has taken, in all threads; `self` is this one.
pub fn processor_time_of(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The fields behind the name, which may hold anything, begin with the third; user and system are the 14th and 15th.
    let behind_name = stat.rsplit(')').next().unwrap();
    let ticks: u64 = behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// Waits in real time.
#[expect(clippy::disallowed_methods, reason = "a bench keeps the pace of real time")]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// A size as it is written: `12.3 MB`.
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}

//! A restore that the operator orders on a page of the running bot: the real program stops, restores and goes on by itself.

use std::fs;
use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use serde_json::Value;
use tempfile::TempDir;

use crate::operator::free_port;
use crate::patience::Patience;
use crate::process::{Running, SimProcess, greenroom, output};
use crate::reading::link;
use crate::window::Window;

const PASSWORD: &str = "a canary sings in the green room";

/// A running bot with a web, of which a snapshot was made when it had one song; it has two now.
struct Evening {
    folder: TempDir,
    _sim: SimProcess,
    bot: Running,
    base: String,
    snapshot: PathBuf,
}

impl Evening {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (sim, port) = (SimProcess::start(folder.path()).await, free_port());
        let mut command = greenroom(folder.path(), &["run"]);
        command.env("DISCORD_API_URL", &sim.discord).env("ADMIN_PASSWORD", PASSWORD);
        command.env("API_BIND", "127.0.0.1").env("API_PORT", &port);
        let bot = Running::start(command);
        bot.says("commands registered");
        sim.submit(&link(1)).await;
        let made = output(folder.path(), &["backup", "--json"], &[]);
        assert_eq!(made.code, Some(0), "{}", made.err);
        let report: Value = serde_json::from_str(&made.out).unwrap();
        let snapshot = PathBuf::from(report["path"].as_str().unwrap());
        sim.submit(&link(2)).await;
        Self { folder, _sim: sim, bot, base: format!("http://127.0.0.1:{port}"), snapshot }
    }

    fn name(&self) -> &str {
        self.snapshot.file_name().unwrap().to_str().unwrap()
    }

    async fn signed_in(&self) -> Window {
        let window = Window::on(&self.base);
        let signed_in = window.send("/sign-in", &[("username", "admin"), ("password", PASSWORD)]).await;
        assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{signed_in:?}");
        window
    }

    /// Orders the restore on its page.
    async fn order(&self, window: &Window) {
        let page = window.open(&restore_page(self.name())).await;
        assert_eq!(counts_of_songs(&page.text), ("1".to_owned(), "2".to_owned()), "{page:?}");
        let sent = [("name", self.name()), ("confirm", "restore")];
        let ordered = window.send("/instance/backups/restore", &sent).await;
        assert_eq!(ordered.to.as_deref(), Some("/instance/backups"), "{ordered:?}");
    }
}

fn restore_page(name: &str) -> String {
    format!("/instance/backups/restore?name={name}")
}

/// How many songs there were in a snapshot and are now, as its page says.
fn counts_of_songs(page: &str) -> (String, String) {
    let row = page.split("songs</th>").nth(1).unwrap_or_else(|| panic!("{page}"));
    let cell = |place: usize| row.split("</td>").nth(place).unwrap().rsplit('>').next().unwrap().to_owned();
    (cell(0), cell(1))
}

fn snapshots(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("data/backups/snapshots")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_restored_by_its_page_and_the_bot_goes_on_and_nothing_is_lost() {
    let mut evening = Evening::start().await;
    let process = evening.bot.id();
    evening.order(&evening.signed_in().await).await;
    // What was said before that is about the first start.
    evening.bot.says("a backup is being restored");
    evening.bot.says_all(&["a backup was restored", "the web is served", "connected to Discord"]);
    assert!(!evening.bot.has_ended() && evening.bot.id() == process);

    // Who signed in since then signs in again, and reads how it went.
    let window = evening.signed_in().await;
    let page = window.open("/instance/backups").await;
    assert!(page.text.contains("restored</span>") && page.text.contains(evening.name()), "{page:?}");
    assert!(page.text.contains("greenroom.redb.before-restore-"), "{page:?}");
    let page = window.open(&restore_page(evening.name())).await;
    assert_eq!(counts_of_songs(&page.text), ("1".to_owned(), "1".to_owned()), "{page:?}");
    // What was lost is in the snapshot that was made before, and in the store that stays beside.
    let folder = evening.folder.path();
    let saved = snapshots(folder).into_iter().find(|name| name.ends_with("-before-restore.redb")).unwrap();
    let page = window.open(&restore_page(&saved)).await;
    assert_eq!(counts_of_songs(&page.text), ("2".to_owned(), "1".to_owned()), "{page:?}");
    let check = output(folder, &["check"], &[]);
    assert_eq!((check.code, check.out.as_str()), (Some(0), "The store is sound.\n"), "commands reach it: {check:?}");
    evening.bot.signal("TERM");
    assert!(evening.bot.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_does_not_even_stop_the_bot() {
    let mut evening = Evening::start().await;
    let window = evening.signed_in().await;
    let page = window.open(&restore_page(evening.name())).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let whole = fs::read(&evening.snapshot).unwrap();
    fs::write(&evening.snapshot, &whole[..whole.len() / 2]).unwrap();
    let refused = window.open(&restore_page(evening.name())).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "what would be lost cannot be told: {refused:?}");
    window.open("/instance/backups").await;
    let sent = [("name", evening.name()), ("confirm", "restore")];
    window.send("/instance/backups/restore", &sent).await;
    let patience = Patience::until("the page says that it failed");
    loop {
        let page = window.open("/instance/backups").await;
        if page.text.contains("failed</span>") {
            break;
        }
        patience.hold();
    }
    assert!(!evening.bot.has_ended());
    fs::write(&evening.snapshot, whole).unwrap();
    let page = window.open(&restore_page(evening.name())).await;
    assert_eq!(counts_of_songs(&page.text), ("1".to_owned(), "2".to_owned()), "nothing was changed: {page:?}");
    evening.bot.signal("TERM");
    assert!(evening.bot.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_killed_while_it_restores_has_one_of_the_two_stores() {
    let mut evening = Evening::start().await;
    evening.order(&evening.signed_in().await).await;
    evening.bot.says("a backup is being restored");
    evening.bot.signal("KILL");
    evening.bot.ended();
    let check = output(evening.folder.path(), &["check"], &[]);
    assert_eq!((check.code, check.out.as_str()), (Some(0), "The store is sound.\n"), "{check:?}");
    let export = output(evening.folder.path(), &["export", "sqlite", "x.db", "--json"], &[]);
    let report: Value = serde_json::from_str(&export.out).unwrap();
    assert!(matches!(report["tables"]["submissions"].as_u64(), Some(1 | 2)), "{report}");
}

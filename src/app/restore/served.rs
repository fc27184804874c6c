//! A restore that the operator orders on a page of the running bot.
//!
//! The bot is stopped in order, [`restore`] does its work with all that it promises, and the bot is started again in the same
//! process. So there is nothing that could be left half ordered: whenever the process is killed, the next start finds one
//! store, that of before or the restored one. Meanwhile the port of the web says what goes on, and health says that the process
//! is at work, so that nobody ends it for being silent.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, REFRESH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;
use tokio::sync::watch;

use super::{Restore, Restored, restore};
use crate::activity::program::BACKUP_RESTORED;
use crate::app::backup::last_restore::{LastRestore, keep};
use crate::app::config::Config;
use crate::app::config::storage::Storage;
use crate::app::exit::Stop;
use crate::app::health::Health;
use crate::app::web::{bind, serve_routes};
use crate::catalogue::CATALOGUE;
use crate::kernel::actor::Actor;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Clock;
use crate::store::{Store, Tx};
use crate::web::assets::Assets;
use crate::web::pages::assets;
use crate::web::ui::layout::{Frame, bare};
use crate::web::{Leads, guard};

/// An order waits so long, so that whoever gave it sees the page after it.
const GRACE: Duration = Duration::from_secs(1);
/// After so many seconds a browser looks again.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

/// Where a backup is named that is to take the place of the store of this process. Clones are the same place.
#[derive(Clone)]
pub struct Orders(Arc<watch::Sender<Option<PathBuf>>>);

impl Default for Orders {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Orders {
    /// Orders that this file be restored.
    pub fn give(&self, backup: PathBuf) {
        self.0.send_replace(Some(backup));
    }

    /// What was ordered, if anything was.
    #[cfg(test)]
    pub fn present(&self) -> Option<PathBuf> {
        self.0.borrow().clone()
    }

    /// Waits until something is ordered.
    pub async fn given(&self) -> PathBuf {
        let mut heard = self.0.subscribe();
        let given = heard.wait_for(Option::is_some).await.ok().and_then(|given| given.clone());
        match given {
            Some(backup) => {
                Clock::system().sleep(GRACE).await;
                backup
            }
            // Whoever could give an order is gone; that is never so while this is here.
            None => std::future::pending().await,
        }
    }
}

/// Restores a backup while nobody has the store open, and answers how it ended; that is kept as well.
pub async fn carry_out(config: &Config, backup: &Path) -> LastRestore {
    tracing::info!(backup = %backup.display(), "a backup is being restored");
    let (tell, told) = watch::channel("The bot was stopped.");
    let serving = bind(&config.web).await.map(|place| serve_routes(place, routes(config, told)));
    let (storage, file) = (config.storage.clone(), backup.to_owned());
    let work = tokio::task::spawn_blocking(move || restore_telling(&storage, &file, &tell));
    let done = tokio::select! {
        done = work => done.unwrap_or_else(|error| Err(Stop::failed(error))),
        never = Health::without_bot(config, "restoring a backup") => match never {},
    };
    if let Some(serving) = serving {
        serving.stop().await;
    }
    let ended = ended(backup, done);
    if let Err(error) = keep(&config.storage.data_dir, &ended) {
        tracing::warn!(%error, "how the restore ended cannot be kept");
    }
    ended
}

fn restore_telling(storage: &Storage, backup: &Path, tell: &watch::Sender<&'static str>) -> Result<Restored, Stop> {
    let order = Restore { backup, anyway: false };
    restore(storage, CATALOGUE, order, &Clock::system(), &mut |line| {
        tracing::info!("restoring: {line}");
        // What is said here names files; whoever is not signed in reads less.
        tell.send_replace(if line.starts_with("saving") {
            "The store is saved as it was, and the backup is tried out."
        } else {
            "The backup is read."
        });
    })
}

fn ended(backup: &Path, done: Result<Restored, Stop>) -> LastRestore {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let begun = LastRestore {
        at: Clock::system().now().rfc3339(),
        backup: name(backup).unwrap_or_default(),
        problem: None,
        from: None,
        rows: 0,
        kept: None,
        snapshot: None,
    };
    match done {
        Ok(Restored { kept, snapshot, trial, .. }) => {
            let rows = trial.verified.manifest.rows();
            tracing::info!(backup = begun.backup, rows, "a backup was restored");
            let (kept, snapshot) = (kept.as_deref().and_then(name), snapshot.as_deref().and_then(name));
            let from = trial.verified.is_snapshot.then(|| trial.verified.manifest.taken_at.clone());
            LastRestore { from, rows, kept, snapshot, ..begun }
        }
        Err(stop) => {
            tracing::error!(
                backup = begun.backup,
                problem = stop.message,
                "a backup was not restored; nothing was changed"
            );
            LastRestore { problem: Some(stop.on_page("restore a backup")), ..begun }
        }
    }
}

/// Notes in the store that it is a restored one: what was noted before is in the store of before.
pub async fn note(store: &Store, restored: &LastRestore) {
    if restored.problem.is_some() {
        return;
    }
    let name = restored.backup.clone();
    let noted = move |tx: &Tx<'_>| {
        BACKUP_RESTORED.with(name.clone()).by(Actor::Operator).note(tx, GuildId::INSTANCE)?;
        Ok(())
    };
    if let Err(error) = store.write("restore_noted", noted).await {
        tracing::error!(%error, "that a backup was restored cannot be noted");
    }
}

/// What is answered meanwhile, whatever is asked for.
fn routes(config: &Config, told: watch::Receiver<&'static str>) -> Router {
    let is_https = config.web.base_url.as_ref().is_some_and(|url| url.scheme() == "https");
    let known = Arc::new(Assets::new());
    let serve = move |request: Request| {
        let (known, doing) = (Arc::clone(&known), *told.borrow());
        async move {
            let mut response = answer(&known, request.uri().path(), request.headers(), doing);
            guard(response.headers_mut(), Leads::Nowhere, is_https);
            response
        }
    };
    Router::new().fallback(serve)
}

fn answer(known: &Assets, path: &str, asked: &HeaderMap, doing: &str) -> Response {
    let asset = path.strip_prefix("/assets/").and_then(|file| file.split_once('/'));
    if let Some(found) = asset.and_then(|(digest, name)| assets::answer(known, digest, name, asked)) {
        return found;
    }
    let main = html! {
        section.card {
            p role="status" { (doing) " Nothing of the present store is removed." }
            p { "The bot is back when that is done, which can take some minutes. This page looks again by itself. Sign in then, \
                and the page of backups says how it went." }
        }
    };
    let document = bare(&Frame::new(known, "A backup is being restored"), &main);
    let headers = [(CACHE_CONTROL, HeaderValue::from_static("no-store")), (RETRY_AFTER, AGAIN), (REFRESH, AGAIN)];
    (StatusCode::SERVICE_UNAVAILABLE, headers, axum::response::Html(document)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::exit::ExitCode;

    #[tokio::test]
    async fn an_order_is_heard_also_where_it_was_given_before() {
        let orders = Orders::default();
        assert_eq!(orders.present(), None);
        orders.clone().give("/x.redb".into());
        assert_eq!(orders.given().await, PathBuf::from("/x.redb"));
    }

    #[test]
    fn a_refused_restore_is_kept_with_its_reason() {
        let done = ended(Path::new("/data/a.redb"), Err(Stop::new(ExitCode::StorageFailed, "It is torn.")));
        assert_eq!((done.backup.as_str(), done.problem.as_deref()), ("a.redb", Some("It is torn.")));
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), &done).unwrap();
        assert_eq!(crate::app::backup::last_restore::last_restore(folder.path()), Some(done));
    }

    #[test]
    fn whoever_asks_meanwhile_is_told_and_looks_again() {
        let response = answer(&Assets::new(), "/instance/backups", &HeaderMap::new(), "The backup is read.");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let again = response.headers().get(REFRESH).and_then(|seconds| seconds.to_str().ok());
        assert_eq!(again, Some("2"));
    }
}

//! Conversations over a real socket.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::{JoinHandle, spawn_blocking};

use super::*;
use crate::app::exit::{ExitCode, Stop};
use crate::app::operation::{CheckStore, Checked, ExportSqlite, Operation, SqliteExported};
use crate::kernel::ids::GuildId;
use crate::kernel::patience::within;

/// What is said before anything is done.
const BEGUN: &str = "the running Greenroom does it";

fn serve(folder: &Path, handler: Handler) -> JoinHandle<()> {
    tokio::spawn(ControlServer::open(folder).unwrap().serve(handler))
}

/// A bot that knows one operation, and does this for it.
fn doing<O: Operation>(
    run: impl Fn(O, &mut dyn FnMut(String)) -> Result<O::Outcome, Stop> + Send + Sync + 'static,
) -> Handler {
    let run = Arc::new(run);
    Arc::new(move |request: &Request| {
        let operation: O = request.operation().unwrap_or_else(|| Err(request.unknown()))?;
        let run = Arc::clone(&run);
        Ok(Box::new(move |progress: &mut dyn FnMut(String)| OutcomeLine::of::<O>(&run(operation, progress)?)))
    })
}

fn sound() -> Checked {
    Checked { findings: Vec::new() }
}

fn healthy() -> Handler {
    doing::<CheckStore>(|_, progress| {
        progress("half".to_owned());
        Ok(sound())
    })
}

async fn asked<O>(folder: &Path, request: O) -> (Result<O::Outcome, Stop>, Vec<String>)
where
    O: Operation<Outcome: Send>,
{
    let folder = folder.to_owned();
    let conversation = move || {
        let mut seen = Vec::new();
        let answer = ask(&folder, &request, &mut |line| seen.push(line.to_owned()));
        let end = answer.unwrap_or_else(|silence| Err(silence.told(&folder)));
        (end, seen)
    };
    spawn_blocking(conversation).await.unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn a_request_is_answered_with_progress_and_an_outcome() {
    let folder = folder();
    let handler = doing::<ExportSqlite>(|request, progress| {
        let ExportSqlite { path, guild, replace: true } = request else { panic!("{request:?}") };
        progress("submissions: 10000 rows".to_owned());
        progress("submissions: 12000 rows, complete".to_owned());
        let tables = vec![("submissions".to_owned(), guild.unwrap().get())];
        Ok(SqliteExported { path, tables, dangling: 0 })
    });
    let _server = serve(folder.path(), handler);
    let guild = Some(GuildId::new(1_152_921_504_606_846_977));
    let (end, seen) = asked(folder.path(), ExportSqlite { path: "/x.db".into(), guild, replace: true }).await;
    let tables = vec![("submissions".to_owned(), 1_152_921_504_606_846_977)];
    assert_eq!(end.unwrap(), SqliteExported { path: "/x.db".into(), tables, dangling: 0 });
    assert_eq!(seen, [BEGUN, "submissions: 10000 rows", "submissions: 12000 rows, complete"]);
}

#[tokio::test]
async fn a_stop_arrives_with_its_code_and_its_message() {
    let folder = folder();
    let full = Stop::new(ExitCode::StorageFailed, "The disk is full.");
    let stop = full.clone();
    let _server = serve(folder.path(), doing::<CheckStore>(move |_, _| Err(stop.clone())));
    assert_eq!(asked(folder.path(), CheckStore {}).await.0, Err(full));
}

#[tokio::test]
async fn a_panic_in_a_request_stops_that_request_alone() {
    let folder = folder();
    let (sound, broken) = (healthy(), doing::<ExportSqlite>(|_, _| panic!("a mistake in the export")));
    let handler: Handler = Arc::new(move |request: &Request| {
        let is_check = request.operation::<CheckStore>().is_some();
        if is_check { sound(request) } else { broken(request) }
    });
    let _server = serve(folder.path(), handler);
    let export = ExportSqlite { path: "/x.db".into(), guild: None, replace: false };
    assert_eq!(asked(folder.path(), export).await.0.unwrap_err().code, ExitCode::Failed);
    assert!(asked(folder.path(), CheckStore {}).await.0.is_ok());
}

#[tokio::test]
async fn lines_that_are_no_request_are_refused() {
    let folder = folder();
    let _server = serve(folder.path(), healthy());
    for line in ["\n".to_owned(), "{\"do\":\"dance\"}\n".to_owned(), "x".repeat(70_000)] {
        let path = folder.path().to_owned();
        let answer = spawn_blocking(move || {
            let mut stream = socket::connect(&path).unwrap();
            // The other side may hang up before it has read all of a line that is too long.
            let _ = stream.write_all(line.as_bytes());
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            answer
        });
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("{\"stopped\":{\"code\":2,"), "{answer:?}");
    }
}

#[tokio::test]
async fn only_the_owner_may_use_the_socket_and_it_goes_with_the_server() {
    let folder = folder();
    let server = serve(folder.path(), healthy());
    let path = socket::path_in(folder.path());
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing else is left in the folder");
    server.abort();
    assert!(server.await.unwrap_err().is_cancelled());
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_that_a_dead_process_left_is_replaced() {
    let folder = folder();
    drop(socket::listen(folder.path()).unwrap());
    assert!(socket::path_in(folder.path()).exists());
    let end = asked(folder.path(), CheckStore {}).await.0.unwrap_err();
    assert_eq!(end.code, ExitCode::StoreInUse);
    let _server = serve(folder.path(), healthy());
    assert!(asked(folder.path(), CheckStore {}).await.0.is_ok());
}

#[tokio::test]
async fn a_path_that_is_too_long_for_a_socket_still_works() {
    let folder = folder();
    let deep = folder.path().join("d".repeat(120)).join("e".repeat(120));
    std::fs::create_dir_all(&deep).unwrap();
    let _server = serve(&deep, healthy());
    let (end, seen) = asked(&deep, CheckStore {}).await;
    assert_eq!((end.unwrap(), seen), (sound(), vec![BEGUN.to_owned(), "half".to_owned()]));
}

#[tokio::test]
async fn without_a_server_the_store_is_said_to_be_in_use() {
    let folder = folder();
    let end = asked(folder.path(), CheckStore {}).await.0.unwrap_err();
    assert_eq!(end.code, ExitCode::StoreInUse);
    assert!(
        end.message.contains("Try again in 10 seconds") && end.message.ends_with("Else stop that process."),
        "{}",
        end.message
    );
}

#[tokio::test]
async fn a_request_that_waits_for_others_is_told_at_once_that_it_was_heard() {
    let folder = folder();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let handler = doing::<CheckStore>(move |_, _| {
        let _ = held.lock().unwrap().recv();
        Ok(sound())
    });
    let _server = serve(folder.path(), handler);
    let (begin, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let asking: Vec<_> = (0..5)
        .map(|_| {
            let (folder, begin) = (folder.path().to_owned(), begin.clone());
            spawn_blocking(move || ask(&folder, &CheckStore {}, &mut |line| begin.send(line.to_owned()).unwrap()))
        })
        .collect();
    for _ in 0..5 {
        assert_eq!(
            within("a request is heard", begun.recv()).await.as_deref(),
            Some(BEGUN),
            "although nothing is done yet"
        );
    }
    drop(release);
    for asked in asking {
        assert!(asked.await.unwrap().unwrap().is_ok());
    }
}

#[tokio::test]
async fn work_that_takes_longer_than_the_first_word_may_is_not_cut_off() {
    // A busy machine may need longer for the first word alone.
    let is_told = async |short| told_in_time(short).await != Err(Silence::NoAnswer);
    assert!(
        is_told(Duration::from_millis(200)).await
            || is_told(Duration::from_secs(5)).await
            || is_told(Duration::from_mins(1)).await
    );
    // One that takes the connection and says nothing.
    let folder = folder();
    let _silent = socket::listen(folder.path()).unwrap();
    let path = folder.path().to_owned();
    let asked = move || client::ask_for(Duration::from_millis(200), &path, &CheckStore {}, &mut |_| {});
    assert_eq!(spawn_blocking(asked).await.unwrap().unwrap_err(), Silence::NoAnswer);
}

/// Asks for work that takes longer than `short`, which is the patience for the first word.
async fn told_in_time(short: Duration) -> Result<(), Silence> {
    let folder = folder();
    let handler = doing::<CheckStore>(move |_, progress| {
        let (_kept, nothing) = std::sync::mpsc::channel::<()>();
        let _ = nothing.recv_timeout(short * 3);
        progress("half".to_owned());
        let _ = nothing.recv_timeout(short * 3);
        Ok(sound())
    });
    let server = serve(folder.path(), handler);
    let path = folder.path().to_owned();
    let asked = spawn_blocking(move || client::ask_for(short, &path, &CheckStore {}, &mut |_| {}));
    let answer = asked.await.unwrap();
    server.abort();
    assert_eq!(answer?.unwrap(), sound());
    Ok(())
}

#[tokio::test]
async fn whoever_asks_and_reads_nothing_does_not_hold_up_the_work() {
    const MUCH: usize = 20_000;
    let folder = folder();
    let (tell, mut done) = tokio::sync::mpsc::unbounded_channel();
    let handler = doing::<CheckStore>(move |_, progress| {
        (0..MUCH).for_each(|_| progress("x".repeat(100)));
        tell.send(()).unwrap();
        Ok(sound())
    });
    let _server = serve(folder.path(), handler);
    let path = folder.path().to_owned();
    let silent = spawn_blocking(move || {
        let mut stream = socket::connect(&path).unwrap();
        stream.write_all(b"{\"do\":\"check\"}\n").unwrap();
        stream
    });
    let silent = silent.await.unwrap();
    within("the work comes to its end", done.recv()).await.unwrap();
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_somebody_removed_comes_back() {
    let folder = TempDir::new().unwrap();
    let server = serve(folder.path(), healthy());
    let socket = folder.path().join("greenroom.sock");
    std::fs::remove_file(&socket).unwrap();
    let back = async {
        while !socket.exists() {
            tokio::task::yield_now().await;
        }
    };
    within("the socket is there again", back).await;
    let (answer, _) = asked(folder.path(), CheckStore {}).await;
    assert_eq!(answer.unwrap(), sound());
    server.abort();
}

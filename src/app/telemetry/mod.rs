//! The log: lines on stderr, as text for people or as JSON for machines, and for the running bot in files as well.
//!
//! Colours appear only on a terminal, and not even there when `NO_COLOR` is set. A panic is a line like any other, but
//! for one that the store tells of in words.
//!
//! Invariant: whoever logs never waits for a console or a disk. Lines go through a bounded queue to a thread; where they
//! come faster than they can be written, the ones that do not fit are lost, and counted.

mod files;
mod ring;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Subscriber};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::{FilterExt, LevelFilter, dynamic_filter_fn};
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::{self as lines, FormatFields, MakeWriter};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::config::logging::{LogFormat, Logging};
use super::exit::Stop;
use crate::web::instance::lines::Lines;
use crate::{activity, bot, store};
pub(crate) use files::LogFiles;
use ring::Ring;

/// Lines that wait for the console, or for the files.
const QUEUE: usize = 16_384;

/// The log of the running bot. What waits is written when it is dropped.
pub(crate) struct Telemetry {
    losses: Losses,
    lines: Lines,
    _threads: Vec<WorkerGuard>,
}

/// How many lines were lost. Clones count the same.
#[derive(Clone, Debug)]
pub struct Losses {
    queues: Vec<ErrorCounter>,
    files: Option<LogFiles>,
}

impl Telemetry {
    /// Begins to write files in the data folder: call it when this process holds the store of that folder.
    pub(crate) fn write_files(&self, data_dir: &Path) {
        if let Some(files) = &self.losses.files {
            files.begin(data_dir);
        }
    }

    /// The latest lines, for whoever shows them.
    pub(crate) fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// For whoever tells how many lines were lost.
    pub(crate) fn losses(&self) -> Losses {
        self.losses.clone()
    }
}

impl Losses {
    /// None at all, for where there is no log to lose lines of.
    pub const NONE: Self = Self { queues: Vec::new(), files: None };

    /// Lines that are missing since the start, on the console or in the files.
    pub fn count(&self) -> u64 {
        self.overtaken() + self.files.as_ref().map_or(0, LogFiles::lost)
    }

    /// Those of them that came faster than they could be written. What a file could not take is told where it happens, and
    /// telling it again would be one more line that the file cannot take.
    pub fn overtaken(&self) -> u64 {
        let queues: usize = self.queues.iter().map(ErrorCounter::dropped_lines).sum();
        queues as u64
    }
}

/// Starts the log of a command, on the console alone. Fails when there is one already.
pub(crate) fn start(logging: &Logging) -> Result<(), Stop> {
    begin(subscriber(logging, std::io::stderr, std::io::stderr().is_terminal(), Beside::default()))
}

/// The same for a command whose pages show what happens: the console says what was asked for, the lines all that the running
/// bot would say.
pub(crate) fn start_with_lines(logging: &Logging) -> Result<Lines, Stop> {
    let lines = Lines::default();
    let beside = Beside { pages: Some(Ring::new(lines.clone())), ..Beside::default() };
    begin(subscriber(logging, std::io::stderr, std::io::stderr().is_terminal(), beside))?;
    Ok(lines)
}

/// Starts the log of the running bot. Files follow with [`Telemetry::write_files`]. Fails when there is a log already.
pub(crate) fn start_with_files(logging: &Logging) -> Result<Telemetry, Stop> {
    let (console, console_thread) = queue("log-console", std::io::stderr());
    let mut losses = Losses { queues: vec![console.error_counter()], files: None };
    let mut threads = vec![console_thread];
    let files = logging.files.map(|limits| {
        let files = LogFiles::new(limits);
        let (writer, thread) = queue("log-files", files.clone());
        losses.queues.push(writer.error_counter());
        losses.files = Some(files);
        threads.push(thread);
        writer
    });
    let lines = Lines::default();
    let beside = Beside { files, ring: Some(Ring::new(lines.clone())), pages: None };
    begin(subscriber(logging, console, std::io::stderr().is_terminal(), beside))?;
    Ok(Telemetry { losses, lines, _threads: threads })
}

fn queue(name: &str, writer: impl std::io::Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().buffered_lines_limit(QUEUE).lossy(true).thread_name(name).finish(writer)
}

fn begin(subscriber: Box<dyn Subscriber + Send + Sync>) -> Result<(), Stop> {
    tracing::subscriber::set_global_default(subscriber).map_err(Stop::failed)?;
    activity::log_in_words(bot::words);
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let words = panic.payload_as_str().unwrap_or("without words");
        if store::is_told_in_words(panic.location()) {
            return tracing::debug!(place, "the store is damaged where it was read: {words:?}");
        }
        let thread = std::thread::current();
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(place, thread = thread.name(), backtrace, "a panic: {words:?}");
    }));
    Ok(())
}

/// Where lines go beside the console.
#[derive(Default)]
struct Beside {
    files: Option<NonBlocking>,
    ring: Option<Ring>,
    /// A ring that gets more than the console does.
    pages: Option<Ring>,
}

/// What the running bot says unless somebody wants it otherwise.
const USUAL: &str = "warn,greenroom=info";

fn subscriber<W>(logging: &Logging, console: W, is_terminal: bool, beside: Beside) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let console = lines::layer().with_writer(console).log_internal_errors(false);
    let format = logging.format;
    let console: Box<dyn Layer<Registry> + Send + Sync> = match format {
        LogFormat::Json => Box::new(console.json().flatten_event(true)),
        // The layer's own choice is to colour unless NO_COLOR is set, so on a terminal it stays as it is.
        LogFormat::Text if is_terminal => Box::new(console),
        LogFormat::Text => Box::new(console.with_ansi(false)),
    };
    let files = beside.files.map(|files| {
        let layer = lines::layer().with_writer(files).with_ansi(false).log_internal_errors(false);
        plain(layer, format)
    });
    let filter = EnvFilter::new(&logging.filter).and(news());
    let told = Registry::default().with(console.and_then(files).and_then(beside.ring).with_filter(filter));
    match beside.pages {
        Some(pages) => Box::new(told.with(pages.with_filter(EnvFilter::new(USUAL)))),
        None => Box::new(told),
    }
}

/// Whether the connection to Discord is being closed.
static IS_PARTING: AtomicBool = AtomicBool::new(false);

/// Says that the connection to Discord is being closed: what serenity's shards then complain of, such as a close frame that
/// Discord did not answer, is told no more.
pub(super) fn part_from_discord() {
    IS_PARTING.store(true, Ordering::Relaxed);
}

/// Says that a connection to Discord begins: what its shards complain of counts.
pub(super) fn meet_discord() {
    IS_PARTING.store(false, Ordering::Relaxed);
}

/// Lets everything through but the shards' last words.
fn news() -> impl Filter<Registry> {
    let is_news = |metadata: &Metadata<'_>, _: &Context<'_, Registry>| {
        !(is_of_shards(metadata) && IS_PARTING.load(Ordering::Relaxed))
    };
    // Everything else is asked once, and not at each event.
    let interest = |metadata: &'static Metadata<'static>| {
        if is_of_shards(metadata) { Interest::sometimes() } else { Interest::always() }
    };
    dynamic_filter_fn(is_news).with_callsite_filter(interest).with_max_level_hint(LevelFilter::TRACE)
}

fn is_of_shards(metadata: &Metadata<'_>) -> bool {
    *metadata.level() >= Level::WARN && metadata.target().starts_with("serenity::gateway::bridge")
}

/// The layer of the files.
fn plain<S>(
    layer: lines::Layer<S, DefaultFields, lines::format::Format, NonBlocking>,
    format: LogFormat,
) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    match format {
        LogFormat::Json => Box::new(layer.json().flatten_event(true)),
        LogFormat::Text => Box::new(layer.fmt_fields(PlainFields(DefaultFields::new()))),
    }
}

/// Fields of spans for the files. What a layer wrote of a span is kept by the type of its form, so with the console's form
/// the files would get the console's colours.
struct PlainFields(DefaultFields);

impl<'w> FormatFields<'w> for PlainFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        self.0.format_fields(writer, fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::logging::FileLimits;
    use crate::kernel::captured::Captured;

    fn say_something() {
        tracing::info!(target: "greenroom::queue", { song.id = 7 }, "song \x1b[31mplayed");
        tracing::debug!(target: "greenroom::queue", "looked at the queue");
        tracing::info!(target: "serenity::gateway", "heartbeat");
        tracing::warn!(target: "serenity::gateway", "connection lost");
    }

    fn logging(filter: &str, format: LogFormat) -> Logging {
        Logging { filter: filter.to_owned(), format, files: Some(FileLimits { most: 2, bytes: 1 << 20 }) }
    }

    fn logged(filter: &str, format: LogFormat) -> Vec<String> {
        let log = Captured::default();
        let writer = log.clone();
        let subscriber = subscriber(&logging(filter, format), move || writer.clone(), false, Beside::default());
        tracing::subscriber::with_default(subscriber, say_something);
        log.lines()
    }

    #[test]
    fn greenroom_logs_from_info_on_and_everything_else_from_warn_on() {
        let lines = logged("warn,greenroom=info", LogFormat::Text);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("INFO greenroom::queue:") && lines[0].contains("song.id=7"), "{lines:?}");
        assert!(lines[1].contains("WARN serenity::gateway: connection lost"), "{lines:?}");
    }

    #[test]
    fn pages_may_show_more_than_the_console_says() {
        let (log, lines) = (Captured::default(), Lines::default());
        let writer = log.clone();
        let beside = Beside { pages: Some(Ring::new(lines.clone())), ..Beside::default() };
        let subscriber = subscriber(&logging("error", LogFormat::Text), move || writer.clone(), false, beside);
        tracing::subscriber::with_default(subscriber, say_something);
        assert!(log.lines().is_empty(), "{:?}", log.lines());
        let shown = lines.latest(crate::web::instance::lines::Level::Trace, None, 10);
        assert_eq!(shown.len(), 2, "{shown:?}");
    }

    #[test]
    fn text_that_goes_to_no_terminal_holds_no_colours() {
        let lines = logged("trace", LogFormat::Text);
        assert_eq!(lines.len(), 4);
        assert!(!lines.concat().contains('\x1b'), "{lines:?}");
    }

    #[test]
    fn a_line_that_a_file_cannot_take_is_lost_and_was_not_too_fast() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("logs"), "in the way").unwrap();
        let files = LogFiles::new(FileLimits { most: 2, bytes: 1 << 20 });
        let (mut writer, thread) = queue("log-files", files.clone());
        let losses = Losses { queues: vec![writer.error_counter()], files: Some(files.clone()) };
        files.begin(folder.path());
        std::io::Write::write_all(&mut writer, b"a line\n").unwrap();
        drop(thread);
        assert_eq!((losses.count(), losses.overtaken()), (1, 0));
    }

    #[test]
    fn json_lines_are_whole_objects() {
        let lines = logged("warn,greenroom=info", LogFormat::Json);
        let first: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!((&first["level"], &first["song.id"]), (&"INFO".into(), &7.into()));
    }

    #[test]
    fn the_files_hold_the_lines_of_the_console_without_its_colours() {
        for (format, expected) in [(LogFormat::Text, "song.id=7"), (LogFormat::Json, "\"song.id\":7")] {
            let folder = tempfile::tempdir().unwrap();
            let files = LogFiles::new(FileLimits { most: 2, bytes: 1 << 20 });
            let (writer, thread) = queue("log-files", files.clone());
            let console = Captured::default();
            let writes = console.clone();
            let beside = Beside { files: Some(writer), ..Beside::default() };
            let subscriber = subscriber(&logging("warn,greenroom=info", format), move || writes.clone(), true, beside);
            tracing::subscriber::with_default(subscriber, || {
                let span = tracing::warn_span!("evening", guild.id = 5);
                span.in_scope(say_something);
            });
            files.begin(folder.path());
            drop(thread);
            let text = std::fs::read_to_string(folder.path().join("logs/greenroom.log")).unwrap();
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(text.contains(expected) && !text.contains('\x1b'), "{text}");
            assert_eq!(console.lines().len(), 2);
        }
    }
}

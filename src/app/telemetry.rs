//! The log: lines on stderr, as text for people or as JSON for machines.
//!
//! Colours appear only on a terminal, and not even there when `NO_COLOR` is set.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::{MakeWriter, SubscriberBuilder};

use super::config::logging::{LogFormat, Logging};
use super::exit::Stop;

/// Starts the log of the process. Fails when there is one already.
pub fn start(logging: &Logging) -> Result<(), Stop> {
    let subscriber = subscriber(logging, std::io::stderr, std::io::stderr().is_terminal());
    tracing::subscriber::set_global_default(subscriber).map_err(Stop::failed)
}

fn subscriber<W>(logging: &Logging, writer: W, is_terminal: bool) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let builder = SubscriberBuilder::default().with_writer(writer).with_env_filter(EnvFilter::new(&logging.filter));
    match logging.format {
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
        // The builder's own choice is to colour unless NO_COLOR is set, so on a terminal it stays as it is.
        LogFormat::Text if is_terminal => Box::new(builder.finish()),
        LogFormat::Text => Box::new(builder.with_ansi(false).finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: LogFormat) -> Vec<String> {
        let page = Page::default();
        let writer = page.clone();
        let logging = Logging { filter: filter.to_owned(), format };
        tracing::subscriber::with_default(subscriber(&logging, move || writer.clone(), false), || {
            tracing::info!(target: "greenroom::queue", { song.id = 7 }, "song \x1b[31mplayed");
            tracing::debug!(target: "greenroom::queue", "looked at the queue");
            tracing::info!(target: "serenity::gateway", "heartbeat");
            tracing::warn!(target: "serenity::gateway", "connection lost");
        });
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn greenroom_logs_from_info_on_and_everything_else_from_warn_on() {
        let lines = logged("warn,greenroom=info", LogFormat::Text);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("INFO greenroom::queue:") && lines[0].contains("song.id=7"), "{lines:?}");
        assert!(lines[1].contains("WARN serenity::gateway: connection lost"), "{lines:?}");
    }

    #[test]
    fn text_that_goes_to_no_terminal_holds_no_colours() {
        let lines = logged("trace", LogFormat::Text);
        assert_eq!(lines.len(), 4);
        assert!(!lines.concat().contains('\x1b'), "{lines:?}");
    }

    #[test]
    fn json_lines_are_whole_objects() {
        let lines = logged("warn,greenroom=info", LogFormat::Json);
        let first: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!((&first["level"], &first["song.id"]), (&"INFO".into(), &7.into()));
    }
}

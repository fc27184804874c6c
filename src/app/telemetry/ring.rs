//! The layer that keeps the latest lines for a page of the operator, beside the console and the files.

use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::kernel::time::Clock;
use crate::web::instance::lines::{Level, Lines};

/// Hands each line on.
pub(super) struct Ring {
    lines: Lines,
    clock: Clock,
}

impl Ring {
    pub(super) fn new(lines: Lines) -> Self {
        Self { lines, clock: Clock::system() }
    }
}

impl<S: Subscriber> Layer<S> for Ring {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut told = LineText::default();
        event.record(&mut told);
        let metadata = event.metadata();
        let text = format!("{}{}", told.message, told.fields);
        self.lines.push(self.clock.now(), level_of(*metadata.level()), metadata.target(), &text);
    }
}

const fn level_of(level: tracing::Level) -> Level {
    match level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::TRACE => Level::Trace,
    }
}

/// What a line says, and its fields behind it.
#[derive(Default)]
struct LineText {
    message: String,
    fields: String,
}

impl Visit for LineText {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn a_line_is_kept_with_its_fields() {
        let lines = Lines::default();
        let subscriber = Registry::default().with(Ring::new(lines.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "greenroom::queue", { song.id = 7, line = "Free" }, "a song is lost");
        });
        let kept = lines.latest(Level::Trace, None, 10);
        assert_eq!(kept.len(), 1, "{kept:?}");
        let line = &kept[0];
        assert_eq!((line.level, line.target.as_str()), (Level::Warn, "greenroom::queue"));
        assert_eq!(line.text, "a song is lost song.id=7 line=\"Free\"");
    }
}

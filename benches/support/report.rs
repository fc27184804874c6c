//! The table: what, target, measured, whether it is reached.

use std::time::Duration;

use super::process::megabytes;
use super::times::{print_table, shown};

/// The rows so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 4]>,
}

impl Report {
    /// A figure without a target.
    pub fn figure(&mut self, what: &str, measured: impl Into<String>) {
        self.rows.push([what.to_owned(), String::new(), measured.into(), String::new()]);
    }

    /// A figure that has to be reached.
    pub fn target(&mut self, what: &str, target: &str, measured: impl Into<String>, is_reached: bool) {
        let verdict = if is_reached { "yes" } else { "NO" };
        self.rows.push([what.to_owned(), target.to_owned(), measured.into(), verdict.to_owned()]);
    }

    /// A time that has to stay under a limit; `more` says what else was seen.
    pub fn time(&mut self, what: &str, limit: Duration, measured: Duration, more: &str) {
        let written = format!("{}{more}", shown(measured));
        let in_words = match limit.subsec_nanos() {
            0 => format!("under {} s", limit.as_secs()),
            _ => format!("under {} ms", limit.as_millis()),
        };
        self.target(what, &in_words, written, measured < limit);
    }

    /// A size that has to stay under a limit, in megabytes; `more` says what else was seen.
    pub fn size(&mut self, what: &str, limit: u64, bytes: u64, more: &str) {
        let measured = format!("{}{more}", megabytes(bytes));
        self.target(what, &format!("under {limit} MB"), measured, bytes < limit * 1_000_000);
    }

    /// Prints everything under a title.
    pub fn print(&self, title: &str, load: &str) {
        println!("\n{title} · {load} at the start");
        print_table(["what", "target", "measured", "ok"], &self.rows);
    }
}

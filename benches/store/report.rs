//! What was measured on both sides, and the table of it.

use std::time::Duration;

use crate::support::times::{print_table, shown};

/// The rows so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 4]>,
    targets: Vec<[String; 4]>,
}

impl Report {
    /// The same work on both sides; gives how many times as fast Greenroom is.
    pub fn add(&mut self, work: &str, greenroom: Duration, sqlite: Duration) -> f64 {
        let ratio = sqlite.as_secs_f64() / greenroom.as_secs_f64();
        self.rows.push([work.to_owned(), shown(greenroom), shown(sqlite), format!("{ratio:.2}")]);
        ratio
    }

    /// A number that has to be reached.
    pub fn target(&mut self, work: &str, target: &str, measured: String, is_reached: bool) {
        let verdict = if is_reached { "yes" } else { "NO" };
        self.targets.push([work.to_owned(), target.to_owned(), measured, verdict.to_owned()]);
    }

    /// Prints everything.
    pub fn print(&self, load: &str) {
        println!("\nThe store beside SQLite (WAL, FULL) · {load} at the start");
        print_table(["work", "Greenroom", "SQLite", "times as fast"], &self.rows);
        println!();
        print_table(["what", "target", "measured", "ok"], &self.targets);
    }
}

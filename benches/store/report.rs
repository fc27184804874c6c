//! What was measured on both sides, and the tables of it.

use std::time::Duration;

use crate::disk::{Disk, SD_CARD, SD_CARD_THAT_APPENDS, SSD};
use crate::support::times::{print_table, shown};
use crate::writes::Writes;

/// The rows so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 6]>,
    writes: Vec<[String; 12]>,
    targets: Vec<[String; 4]>,
}

/// What an operation takes on one side: time, and what it writes, where it writes.
#[derive(Clone, Copy)]
pub struct Cost {
    time: Duration,
    writes: Option<Writes>,
}

impl Cost {
    /// Of an operation that writes.
    pub const fn of(time: Duration, writes: Writes) -> Self {
        Self { time, writes: Some(writes) }
    }

    /// What is written for one, in short.
    fn written(&self) -> String {
        let Some(Writes { operations, written, .. }) = self.writes else { return String::from("–") };
        format!("{} pages, {}", each(written.pages, operations), kilobytes(written.bytes, operations))
    }
}

impl From<Duration> for Cost {
    fn from(time: Duration) -> Self {
        Self { time, writes: None }
    }
}

impl Report {
    /// The same work on both sides; gives how many times as fast Greenroom is.
    pub fn add(&mut self, work: &str, greenroom: impl Into<Cost>, sqlite: impl Into<Cost>) -> f64 {
        let (greenroom, sqlite) = (greenroom.into(), sqlite.into());
        let ratio = sqlite.time.as_secs_f64() / greenroom.time.as_secs_f64();
        self.rows.push([
            work.to_owned(),
            shown(greenroom.time),
            shown(sqlite.time),
            format!("{ratio:.2}"),
            greenroom.written(),
            sqlite.written(),
        ]);
        for (side, cost) in [("Greenroom", greenroom), ("SQLite", sqlite)] {
            self.writes.extend(cost.writes.map(|writes| in_full(work, side, &writes)));
        }
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
        let headings = ["work", "Greenroom", "SQLite", "times as fast", "Greenroom writes", "SQLite writes"];
        print_table(headings, &self.rows);
        println!("\nWhat is written for one operation, and what disks would take for it by the model in `disk`");
        let headings = [
            "work",
            "side",
            "calls",
            "bytes",
            "by the kernel",
            "pages",
            "in runs",
            "going on",
            "syncs",
            "SSD",
            "SD card",
            "SD card that appends",
        ];
        print_table(headings, &self.writes);
        println!();
        print_table(["what", "target", "measured", "ok"], &self.targets);
    }
}

fn in_full(work: &str, side: &str, writes: &Writes) -> [String; 12] {
    let Writes { operations, written, by_kernel } = writes;
    let each = |total: u64| each(total, *operations);
    let time = |disk: &Disk| shown(disk.time_of_one(written, *operations));
    [
        work.to_owned(),
        side.to_owned(),
        each(written.calls),
        kilobytes(written.bytes, *operations),
        by_kernel.map_or_else(|| String::from("–"), |bytes| kilobytes(bytes, *operations)),
        each(written.pages),
        each(written.runs),
        each(written.continued),
        each(written.syncs),
        time(&SSD),
        time(&SD_CARD),
        time(&SD_CARD_THAT_APPENDS),
    ]
}

/// A number for one operation, with hundredths where it is small.
fn each(total: u64, operations: u64) -> String {
    let hundredths = total * 100 / operations;
    match hundredths {
        ..10_000 => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        _ => (hundredths / 100).to_string(),
    }
}

fn kilobytes(total: u64, operations: u64) -> String {
    let bytes = total / operations;
    format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100)
}

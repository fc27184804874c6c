//! Measured times, and how they are written.

use std::time::Duration;

/// Times of the same work, shortest first.
pub struct Times(Vec<Duration>);

impl Times {
    /// Sums up what was measured.
    pub fn new(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "nothing was measured");
        times.sort_unstable();
        Self(times)
    }

    /// The time that so many of a hundred stay within; the longest for 100.
    pub fn percentile(&self, hundredths: usize) -> Duration {
        let rank = (self.0.len() * hundredths).div_ceil(100).saturating_sub(1);
        self.0[rank.min(self.0.len() - 1)]
    }

    /// The middle one.
    pub fn median(&self) -> Duration {
        self.percentile(50)
    }
}

/// A time in the unit that suits it: `850 ns`, `21.4 µs`, `12.1 ms`, `3.42 s`.
pub fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..1e-6 => format!("{} ns", time.as_nanos()),
        ..1e-3 => format!("{:.1} µs", seconds * 1e6),
        ..1.0 => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

/// Prints rows under their headings, in columns as wide as needed.
pub fn print_table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("| {} |", padded.collect::<Vec<_>>().join(" | "));
    };
    line(headings);
    line(widths.map(|width| "-".repeat(width)).each_ref().map(String::as_str));
    for row in rows {
        line(row.each_ref().map(String::as_str));
    }
}

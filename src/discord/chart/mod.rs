//! Pictures of what happened over a time: a line and bars, each with an axis of its own, as a PNG.
//!
//! A picture is drawn in this process with a font that is part of the program, so it looks the same everywhere and needs
//! nothing of the machine. Times are those since the beginning: a picture cannot know the time zone of whoever looks at
//! it. Where a value is unknown the line has a gap; unknown is never drawn as 0.
//!
//! Invariants: a picture has the same size whatever it shows, and a series has at most [`MOST_VALUES`] values, so that
//! neither the work nor the memory grows with the length of the time. Texts are ASCII; other characters are left out.
//!
//! | file | for |
//! | --- | --- |
//! | `scale` | round steps for axes, and how their numbers are written |
//! | `canvas` | shapes and text on pixels, and pixels as a PNG |

mod canvas;
mod scale;

use std::time::Duration;

use canvas::{Align, Canvas, Tint};

use crate::kernel::error::Result;
use scale::Scale;

/// The width of a picture, in pixels.
pub const WIDTH: u32 = 900;
/// The height of a picture, in pixels.
pub const HEIGHT: u32 = 420;
/// More values than this of a series are not drawn: they would be finer than the pixels.
pub const MOST_VALUES: usize = 512;

/// Where the axes are.
const LEFT: f32 = 84.0;
const RIGHT: f32 = 816.0;
const TOP: f32 = 62.0;
const BOTTOM: f32 = 352.0;

const BACKGROUND: Tint = Tint::new(0x1E, 0x1F, 0x22);
const GRID: Tint = Tint::new(0x36, 0x38, 0x3E);
const FAINT: Tint = Tint::new(0x94, 0x9B, 0xA4);
const TEXT: Tint = Tint::new(0xF2, 0xF3, 0xF5);
const LINE: Tint = Tint::new(0x5C, 0xB8, 0xFF);
const BARS: Tint = Tint::new(0xF0, 0xB2, 0x32);

/// The thickness of the line.
const THICKNESS: f32 = 3.0;
/// The part of its slot that a bar fills.
const FILLED: f32 = 0.8;

/// A line and bars over the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// How long the time is.
    pub span: Duration,
    /// Drawn as a line, with the axis on the left.
    pub line: Series,
    /// Drawn as bars, with the axis on the right.
    pub bars: Series,
}

/// Values over the time, one for each slot of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What they are; ASCII.
    pub name: String,
    /// How long a slot is. The last one may reach beyond the end.
    pub slot: Duration,
    /// The values from the first slot on; `None` where the value is unknown.
    pub values: Vec<Option<u64>>,
}

impl Series {
    fn known(&self) -> impl Iterator<Item = (usize, u64)> {
        self.values.iter().take(MOST_VALUES).enumerate().filter_map(|(slot, value)| Some((slot, (*value)?)))
    }

    /// The axis; none for a series of which nothing is known.
    fn scale(&self) -> Option<Scale> {
        self.known().map(|(_, value)| value).max().map(Scale::up_to)
    }
}

impl Chart {
    /// Draws the picture: a PNG of [`WIDTH`] by [`HEIGHT`] pixels.
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut canvas = Canvas::new(WIDTH, HEIGHT, BACKGROUND)?;
        let runs = self.runs();
        self.draw_axes(&mut canvas);
        for run in &runs {
            canvas.fall(run, BOTTOM, LINE);
        }
        self.draw_bars(&mut canvas);
        for run in &runs {
            canvas.line(run, THICKNESS, LINE);
        }
        self.draw_names(&mut canvas);
        canvas.png()
    }

    fn draw_axes(&self, canvas: &mut Canvas) {
        let (left, right) = (self.line.scale(), self.bars.scale());
        for step in 0..=Scale::STEPS {
            let y = height(scale::part(step, Scale::STEPS));
            canvas.rectangle((LEFT, y - 0.5), (RIGHT, y + 0.5), GRID);
            if let Some(scale) = left {
                canvas.text(&scale.label(step), (LEFT - 10.0, y), Align::End, LINE);
            }
            if let Some(scale) = right {
                canvas.text(&scale.label(step), (RIGHT + 10.0, y), Align::Start, BARS);
            }
        }
        for moment in scale::moments(self.span) {
            let x = self.place(moment);
            canvas.rectangle((x - 0.5, BOTTOM), (x + 0.5, BOTTOM + 6.0), FAINT);
            canvas.text(&scale::clock(moment), (x, BOTTOM + 22.0), Align::Middle, FAINT);
        }
        let caption = "hours:minutes since the beginning";
        canvas.text(caption, (f32::midpoint(LEFT, RIGHT), BOTTOM + 50.0), Align::Middle, FAINT);
    }

    fn draw_bars(&self, canvas: &mut Canvas) {
        let Some(scale) = self.bars.scale() else { return };
        for (slot, value) in self.bars.known().filter(|(_, value)| *value > 0) {
            let (from, until) = self.slot_of(&self.bars, slot);
            let margin = (until - from) * (1.0 - FILLED) / 2.0;
            // What is there is seen, however little it is beside the highest.
            let top = height(scale.part_of(value)).min(BOTTOM - 2.0);
            canvas.rectangle((from + margin, top), (until - margin, BOTTOM), BARS);
        }
    }

    /// The points of the line, parted where a value is unknown.
    fn runs(&self) -> Vec<Vec<(f32, f32)>> {
        let Some(scale) = self.line.scale() else { return Vec::new() };
        let mut runs: Vec<Vec<(f32, f32)>> = Vec::new();
        let mut next = None;
        for (slot, value) in self.line.known() {
            let (from, until) = self.slot_of(&self.line, slot);
            let point = (f32::midpoint(from, until), height(scale.part_of(value)));
            match runs.last_mut().filter(|_| next == Some(slot)) {
                Some(run) => run.push(point),
                None => runs.push(vec![point]),
            }
            next = slot.checked_add(1);
        }
        runs
    }

    /// What the colours mean, above the axes.
    fn draw_names(&self, canvas: &mut Canvas) {
        let y = 30.0;
        canvas.line(&[(LEFT, y), (LEFT + 28.0, y)], 4.0, LINE);
        canvas.text(&self.line.name, (LEFT + 40.0, y), Align::Start, TEXT);
        canvas.rectangle((RIGHT - 16.0, y - 8.0), (RIGHT, y + 8.0), BARS);
        canvas.text(&self.bars.name, (RIGHT - 28.0, y), Align::End, TEXT);
    }

    /// How far right a moment is.
    fn place(&self, moment: Duration) -> f32 {
        LEFT + (RIGHT - LEFT) * scale::part_of_time(moment, self.span)
    }

    /// From where to where a slot reaches; the last one ends with the time.
    fn slot_of(&self, series: &Series, slot: usize) -> (f32, f32) {
        let slot = u32::try_from(slot).unwrap_or(u32::MAX);
        let from = series.slot.saturating_mul(slot);
        (self.place(from), self.place(from.saturating_add(series.slot)))
    }
}

/// How far down a part of the height is.
fn height(part: f32) -> f32 {
    BOTTOM - (BOTTOM - TOP) * part
}

#[cfg(test)]
mod tests;

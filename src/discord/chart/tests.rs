//! What is on the pictures, read back from the PNG.

use super::*;

/// The axes, in whole pixels.
const AXES: (usize, usize, usize, usize) = (pixel(LEFT), pixel(RIGHT), pixel(TOP), pixel(BOTTOM));

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a picture")]
const fn pixel(place: f32) -> usize {
    place as usize
}

const MINUTE: Duration = Duration::from_mins(1);

/// A decoded picture.
struct Picture(Vec<u8>);

impl Picture {
    fn of(chart: &Chart) -> Self {
        let bytes = chart.png().unwrap();
        assert!(bytes.len() < 100_000, "{} bytes", bytes.len());
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (WIDTH, HEIGHT, png::ColorType::Rgb));
        Self(pixels)
    }

    fn at(&self, x: usize, y: usize) -> (u8, u8, u8) {
        let at = (y * WIDTH as usize + x) * 3;
        (self.0[at], self.0[at + 1], self.0[at + 2])
    }

    /// Whether a pixel of this colour is in a column within the axes.
    fn has(&self, x: usize, tint: (u8, u8, u8)) -> bool {
        (AXES.2 - 4..AXES.3).any(|y| self.at(x, y) == tint)
    }

    /// How high a colour reaches in a column, in pixels above the ground.
    fn reach(&self, x: usize, tint: (u8, u8, u8)) -> usize {
        (AXES.2 - 4..AXES.3).find(|y| self.at(x, *y) == tint).map_or(0, |y| AXES.3 - y)
    }

    /// Pixels that are not of the background's colour in a rectangle.
    fn marks(&self, (left, top): (usize, usize), (right, bottom): (usize, usize)) -> usize {
        let all = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
        all.filter(|(x, y)| self.at(*x, *y) != (0x1E, 0x1F, 0x22)).count()
    }
}

const BLUE: (u8, u8, u8) = (0x5C, 0xB8, 0xFF);
const GOLD: (u8, u8, u8) = (0xF0, 0xB2, 0x32);

/// The column of a part of the time.
fn column(part: f32) -> usize {
    pixel(LEFT + (RIGHT - LEFT) * part)
}

fn viewers(values: &[Option<u64>]) -> Series {
    Series { name: "viewers".into(), slot: MINUTE, values: values.into() }
}

fn coins(values: &[Option<u64>]) -> Series {
    Series { name: "coins".into(), slot: MINUTE * 5, values: values.into() }
}

#[test]
fn the_line_follows_the_values_and_has_a_gap_where_nothing_is_known() {
    let mut values: Vec<_> = (0..60).map(|minute| Some(100 + minute)).collect();
    values[20..30].fill(None);
    let chart = Chart { span: MINUTE * 60, line: viewers(&values), bars: coins(&[]) };
    let picture = Picture::of(&chart);
    for part in [0.05, 0.3, 0.6, 0.9] {
        assert!(picture.has(column(part), BLUE), "{part}");
    }
    for part in [0.36, 0.42, 0.48] {
        assert!(!picture.has(column(part), BLUE), "unknown at {part}, and neither 0 nor a guess");
    }
    assert!(picture.reach(column(0.9), BLUE) > picture.reach(column(0.1), BLUE) + 20);
}

#[test]
fn bars_are_as_high_as_their_values_and_a_small_one_is_seen() {
    let values = [Some(1_000), Some(500), None, Some(0), Some(1)];
    let chart = Chart { span: MINUTE * 25, line: viewers(&[]), bars: coins(&values) };
    let picture = Picture::of(&chart);
    let reach = |slot: u8| picture.reach(column(f32::from(slot) / 5.0 + 0.1), GOLD);
    assert!(reach(0).abs_diff(2 * reach(1)) <= 2, "{} and {}", reach(0), reach(1));
    assert_eq!((reach(2), reach(3)), (0, 0));
    assert!((1..6).contains(&reach(4)), "{}", reach(4));
    assert!(!picture.has(column(0.2), GOLD), "there is room between two bars");
}

#[test]
fn both_axes_the_time_and_the_names_are_written() {
    let values = [Some(3), Some(9)];
    let chart = Chart { span: MINUTE * 2, line: viewers(&values), bars: coins(&values) };
    let full = Picture::of(&chart);
    let (left, right) = (((0, 50), (AXES.0 - 6, 360)), ((AXES.1 + 6, 50), (WIDTH as usize, 360)));
    let (times, names) = (((60, 362), (840, 382)), ((60, 15), (840, 45)));
    for (area, marks) in [(left, 100), (right, 100), (times, 200), (names, 400)] {
        assert!(full.marks(area.0, area.1) > marks, "{area:?}");
    }
    let bare = Picture::of(&Chart { line: viewers(&[None]), bars: coins(&[]), ..chart });
    assert_eq!(bare.marks(left.0, left.1) + bare.marks(right.0, right.1), 0, "no axis of what nobody knows");
}

#[test]
fn any_time_and_any_values_make_a_picture_of_the_same_size() {
    let long = vec![Some(u64::MAX); 2_000];
    let odd = [Some(u64::MAX), None, Some(0), Some(7)];
    let times = [
        (Duration::ZERO, Duration::ZERO),
        (Duration::from_micros(1), MINUTE),
        (MINUTE, Duration::ZERO),
        (MINUTE, Duration::MAX),
        (Duration::MAX, MINUTE),
    ];
    for (span, slot) in times {
        for values in [&[][..], &[None], &[Some(0)], &odd, &long] {
            let series = Series { name: "any \u{202E}name ```".into(), slot, values: values.into() };
            Picture::of(&Chart { span, line: series.clone(), bars: series });
        }
    }
}

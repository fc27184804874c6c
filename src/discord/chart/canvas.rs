//! Shapes and text on pixels, and pixels as a PNG.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};
use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point,
    PremultipliedColorU8, Rect, SpreadMode, Stroke, Transform,
};

use crate::kernel::error::{Error, Result};

/// How strong the fall of colour below a line begins, of 255.
const FALL: u8 = 72;

/// A colour that covers what is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tint {
    red: u8,
    green: u8,
    blue: u8,
}

impl Tint {
    pub(super) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    fn seen_through(self, strength: u8) -> Color {
        Color::from_rgba8(self.red, self.green, self.blue, strength)
    }
}

/// Where a text has the point that is given for it; its middle is always at that height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// It begins there.
    Start,
    /// It has its middle there.
    Middle,
    /// It ends there.
    End,
}

/// Pixels, each of which covers what is below it. What is drawn outside is not there.
pub(super) struct Canvas(Pixmap);

impl Canvas {
    /// A canvas of one colour.
    pub(super) fn new(width: u32, height: u32, background: Tint) -> Result<Self> {
        let mut pixels = Pixmap::new(width, height).ok_or_else(|| Error::failed("a picture without a size"))?;
        pixels.fill(background.seen_through(u8::MAX));
        Ok(Self(pixels))
    }

    /// A filled rectangle between two corners. One without an area is nothing.
    pub(super) fn rectangle(&mut self, (left, top): (f32, f32), (right, bottom): (f32, f32), tint: Tint) {
        if let Some(rectangle) = Rect::from_ltrb(left, top, right, bottom) {
            self.0.fill_rect(rectangle, &paint(tint), Transform::identity(), None);
        }
    }

    /// A line through points. One point is a dot.
    pub(super) fn line(&mut self, points: &[(f32, f32)], thickness: f32, tint: Tint) {
        if let [(x, y)] = points {
            if let Some(dot) = PathBuilder::from_circle(*x, *y, thickness) {
                self.fill(&dot, &paint(tint));
            }
            return;
        }
        let stroke =
            Stroke { width: thickness, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        if let Some(path) = path_through(points).and_then(PathBuilder::finish) {
            self.0.stroke_path(&path, &paint(tint), &stroke, Transform::identity(), None);
        }
    }

    /// What is between a line and the ground, in a colour that gets weaker towards the ground.
    pub(super) fn fall(&mut self, points: &[(f32, f32)], ground: f32, tint: Tint) {
        let ([(first, _), ..], Some((last, _)), Some(mut area)) = (points, points.last(), path_through(points)) else {
            return;
        };
        let top = points.iter().fold(ground, |top, (_, y)| top.min(*y));
        area.line_to(*last, ground);
        area.line_to(*first, ground);
        area.close();
        if let (Some(area), Some(paint)) = (area.finish(), falling(top, ground, tint)) {
            self.fill(&area, &paint);
        }
    }

    fn fill(&mut self, path: &Path, paint: &Paint<'_>) {
        self.0.fill_path(path, paint, FillRule::Winding, Transform::identity(), None);
    }

    /// A line of text. What is not in the font is left out.
    pub(super) fn text(&mut self, text: &str, (x, y): (f32, f32), align: Align, tint: Tint) {
        let glyphs: Vec<_> = text.chars().filter_map(|letter| get_raster(letter, FONT, SIZE)).collect();
        let width = whole(glyphs.len() * get_raster_width(FONT, SIZE));
        let left = match align {
            Align::Start => nearest(x),
            Align::Middle => nearest(x) - width / 2,
            Align::End => nearest(x) - width,
        };
        let top = nearest(y) - whole(SIZE.val()) / 2;
        for (place, glyph) in glyphs.iter().enumerate() {
            let left = left + whole(place * glyph.width());
            for (row, line) in glyph.rows().enumerate() {
                for (column, strength) in line.iter().enumerate() {
                    self.blend(left + whole(column), top + whole(row), tint, *strength);
                }
            }
        }
    }

    /// Lays a colour over a pixel, `strength` of 255.
    fn blend(&mut self, x: i32, y: i32, tint: Tint, strength: u8) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        let width = self.0.width();
        if strength == 0 || x >= width {
            return;
        }
        let Some(at) = y.checked_mul(width).and_then(|row| usize::try_from(row + x).ok()) else { return };
        let Some(pixel) = self.0.pixels_mut().get_mut(at) else { return };
        let mix = |below: u8, above: u8| {
            let (above_part, below_part) = (u16::from(strength), u16::from(u8::MAX - strength));
            let sum = u32::from(above) * u32::from(above_part) + u32::from(below) * u32::from(below_part);
            u8::try_from(sum / u32::from(u8::MAX)).unwrap_or(u8::MAX)
        };
        let mixed = PremultipliedColorU8::from_rgba(
            mix(pixel.red(), tint.red),
            mix(pixel.green(), tint.green),
            mix(pixel.blue(), tint.blue),
            u8::MAX,
        );
        *pixel = mixed.unwrap_or(*pixel);
    }

    /// The pixels as a PNG.
    pub(super) fn png(&self) -> Result<Vec<u8>> {
        let colours: Vec<u8> =
            self.0.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.0.width(), self.0.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(Error::failed)?;
        writer.write_image_data(&colours).map_err(Error::failed)?;
        writer.finish().map_err(Error::failed)?;
        Ok(bytes)
    }
}

/// The font of all texts.
const FONT: FontWeight = FontWeight::Regular;
/// Its height.
const SIZE: RasterHeight = RasterHeight::Size24;

fn path_through(points: &[(f32, f32)]) -> Option<PathBuilder> {
    let ((x, y), rest) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(*x, *y);
    for (x, y) in rest {
        path.line_to(*x, *y);
    }
    Some(path)
}

fn paint(tint: Tint) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(tint.seen_through(u8::MAX));
    paint
}

/// A colour that gets weaker from `top` to `ground`; none where they are the same.
fn falling(top: f32, ground: f32, tint: Tint) -> Option<Paint<'static>> {
    if ground - top < 1.0 {
        return None;
    }
    let stops =
        vec![GradientStop::new(0.0, tint.seen_through(FALL)), GradientStop::new(1.0, tint.seen_through(FALL / 8))];
    let (from, until) = (Point::from_xy(0.0, top), Point::from_xy(0.0, ground));
    let shader = LinearGradient::new(from, until, stops, SpreadMode::Pad, Transform::identity())?;
    Some(Paint { shader, ..Paint::default() })
}

fn whole(pixels: usize) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "rounded, and a place in a picture is small")]
fn nearest(place: f32) -> i32 {
    place.round() as i32
}

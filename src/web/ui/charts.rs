//! Charts as SVG that is drawn here: no script, no picture from elsewhere. Each has a title and a description for
//! whoever listens, and its numbers as a table behind a fold, so nothing is told by a drawing alone.
//!
//! Values are attributes in a box of 1,000 by 300 that the sheet stretches; words stand beside the drawing, where
//! stretching does not reach them. The scale ends at a round number, so that half of it is one as well.

use maud::{Markup, Render, html};

use super::components::number;

/// The width of the box.
const WIDTH: u64 = 1_000;
/// The height of the box.
const HEIGHT: u64 = 300;
/// How many colours the sheet has for series.
const COLOURS: usize = 5;
/// So many places have their names below a chart; of more, only the first and the last.
const NAMED: usize = 8;

/// Values of one kind, one for each place of the axis.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// What is counted: `dailies`.
    pub label: &'a str,
    /// The values.
    pub values: &'a [u64],
}

/// What every chart says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    /// Its id; nothing else of the page has it.
    pub id: &'a str,
    /// What is seen: `Cookies made by week`.
    pub title: &'a str,
    /// What the drawing shows, in a sentence.
    pub about: &'a str,
    /// What the axis below is: `Week`.
    pub axis: &'a str,
    /// The places of the axis, from left to right.
    pub places: &'a [String],
    /// What is drawn, at most five kinds.
    pub series: &'a [Series<'a>],
}

impl Chart<'_> {
    /// As columns, in which the series stand upon each other.
    pub fn bars(&self) -> Markup {
        let most = (0..self.places.len()).map(|place| self.sum(place)).max().unwrap_or(0);
        let top = top_of(most);
        let step = WIDTH / u64::try_from(self.places.len().max(1)).unwrap_or(WIDTH);
        self.framed(
            most,
            "axis each",
            &html! {
                @for (place, name) in self.places.iter().enumerate() {
                    (self.column(place, name, step, top))
                }
            },
        )
    }

    /// As lines that begin at the left edge and end at the right one.
    pub fn lines(&self) -> Markup {
        let most = self.series.iter().flat_map(|series| series.values).max().copied().unwrap_or(0);
        self.framed(
            most,
            "axis",
            &html! {
                @for (kind, series) in self.series.iter().enumerate() {
                    polyline class={ "line s" (colour(kind)) } points=(points(series.values, top_of(most))) {}
                }
            },
        )
    }

    /// All series at a place.
    fn sum(&self, place: usize) -> u64 {
        self.series.iter().fold(0, |sum: u64, series| sum.saturating_add(value(series, place)))
    }

    fn column(&self, place: usize, name: &str, step: u64, top: u64) -> Markup {
        let left = step * u64::try_from(place).unwrap_or(0) + step / 10;
        let mut upper = HEIGHT;
        let mut bars = Vec::with_capacity(self.series.len());
        for series in self.series {
            let value = value(series, place);
            let height = height(value, top);
            upper = upper.saturating_sub(height);
            bars.push((series.label, value, upper, height));
        }
        html! {
            @for (kind, (label, value, upper, height)) in bars.iter().enumerate() {
                rect class={ "bar s" (colour(kind)) } x=(left) y=(upper) width=(step - step / 5) height=(height) {
                    title { (name) ": " (label) " " (number(*value)) }
                }
            }
        }
    }

    fn framed(&self, most: u64, axis: &str, drawn: &Markup) -> Markup {
        let top = top_of(most);
        html! {
            figure.chart {
                figcaption { (self.title) " " span.hint { "highest " (number(most)) } }
                div.plot {
                    p.scale aria-hidden="true" { @for value in [top, top / 2, 0] { span { (short(value)) } } }
                    svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                        aria-labelledby={ (self.id) "-title " (self.id) "-about" } {
                        title id={ (self.id) "-title" } { (self.title) }
                        desc id={ (self.id) "-about" } { (self.about) }
                        @for line in [0, HEIGHT / 2] { line.grid x1="0" x2=(WIDTH) y1=(line) y2=(line) {} }
                        (drawn)
                    }
                    (self.axis(axis))
                }
                (self.legend())
                (self.table())
            }
        }
    }

    /// What stands below the drawing: the names of the places, or where they are many, of the first and the last.
    fn axis(&self, class: &str) -> Markup {
        let (first, last) = (self.places.first(), self.places.last());
        html! {
            @if self.places.len() <= NAMED {
                p class=(class) aria-hidden="true" { @for name in self.places { span { (name) } } }
            } @else {
                p.axis aria-hidden="true" { @for name in [first, last].into_iter().flatten() { span { (name) } } }
            }
        }
    }

    fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for (kind, series) in self.series.iter().enumerate() {
                    li { span class={ "swatch s" (colour(kind)) } {} (series.label) }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            details {
                summary { "As a table" }
                table.fold role="table" {
                    caption.heard { (self.title) }
                    thead role="rowgroup" {
                        tr role="row" {
                            th role="columnheader" scope="col" { (self.axis) }
                            @for series in self.series { th.number role="columnheader" scope="col" { (series.label) } }
                        }
                    }
                    tbody role="rowgroup" {
                        @for (place, name) in self.places.iter().enumerate() {
                            tr role="row" {
                                th role="rowheader" scope="row" data-label=(self.axis) { (name) }
                                @for series in self.series {
                                    td.number role="cell" data-label=(series.label) { (number(value(series, place))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A line in the size of a word, beside the figure that it explains.
#[derive(Clone, Copy, Debug)]
pub struct Sparkline<'a> {
    /// What it shows, in words: the figure beside it says where it ended.
    pub about: &'a str,
    /// The values.
    pub values: &'a [u64],
}

impl Render for Sparkline<'_> {
    fn render(&self) -> Markup {
        let most = self.values.iter().max().copied().unwrap_or(0);
        let (first, last) = (self.values.first().copied(), self.values.last().copied());
        html! {
            @if let (Some(first), Some(last)) = (first, last) {
                svg.sparkline viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" {
                    title {
                        (self.about) ": from " (number(first)) " to " (number(last)) ", highest " (number(most))
                    }
                    polyline class="line s1" points=(points(self.values, most)) {}
                }
            }
        }
    }
}

/// The value of a series at a place; a series that is too short has none there.
fn value(series: &Series<'_>, place: usize) -> u64 {
    series.values.get(place).copied().unwrap_or(0)
}

/// Which colour a series has.
const fn colour(kind: usize) -> usize {
    kind % COLOURS + 1
}

/// How high a value is in the box.
fn height(value: u64, most: u64) -> u64 {
    let scaled = u128::from(value) * u128::from(HEIGHT) / u128::from(most.max(1));
    u64::try_from(scaled).unwrap_or(HEIGHT).min(HEIGHT)
}

/// The corners of a line. A single value is a level line.
fn points(values: &[u64], most: u64) -> String {
    let level = values.first().map(|only| [*only; 2]);
    let values: &[u64] = match (&level, values) {
        (Some(level), [_]) => level,
        _ => values,
    };
    let steps = u64::try_from(values.len()).unwrap_or(1).saturating_sub(1).max(1);
    let corner = |(value, place): (&u64, u64)| format!("{},{}", place * WIDTH / steps, HEIGHT - height(*value, most));
    values.iter().zip(0..).map(corner).collect::<Vec<_>>().join(" ")
}

/// Where the scale ends: the least of 2, 4, 6, 8 and 10 with noughts behind it that has room for everything.
fn top_of(most: u64) -> u64 {
    let unit = std::iter::successors(Some(1_u64), |unit| unit.checked_mul(10))
        .find(|unit| unit.saturating_mul(10) >= most)
        .unwrap_or(u64::MAX / 10);
    let tops = [2, 4, 6, 8, 10].map(|times| unit.saturating_mul(times));
    tops.into_iter().find(|top| *top >= most).unwrap_or(u64::MAX)
}

/// A value of the scale, as short as it can be: `500`, `20k`, `2M`.
fn short(value: u64) -> String {
    let units = [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")];
    let unit = units.into_iter().find(|(unit, _)| value >= *unit);
    unit.map_or_else(|| value.to_string(), |(unit, sign)| format!("{}{sign}", number(value / unit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    fn weeks() -> Vec<String> {
        ["12 Nov", "19 Nov"].map(str::to_owned).to_vec()
    }

    fn made<'a>(places: &'a [String], series: &'a [Series<'a>]) -> Chart<'a> {
        Chart { id: "made", title: "Cookies made", about: "More each week.", axis: "Week", places, series }
    }

    #[test]
    fn columns_stand_upon_each_other_and_have_a_table() {
        let weeks = weeks();
        let series =
            [Series { label: "dailies", values: &[100, 1_500] }, Series { label: "tasks", values: &[50, 1_500] }];
        insta::assert_snapshot!(lines(&made(&weeks, &series).bars()), @r#"
        <figure class="chart">
        <figcaption>Cookies made <span class="hint">highest 3,000</span>
        </figcaption>
        <div class="plot">
        <p class="scale" aria-hidden="true">
        <span>4k</span>
        <span>2k</span>
        <span>0</span>
        </p>
        <svg viewBox="0 0 1000 300" preserveAspectRatio="none" role="img" aria-labelledby="made-title made-about">
        <title id="made-title">Cookies made</title>
        <desc id="made-about">More each week.</desc>
        <line class="grid" x1="0" x2="1000" y1="0" y2="0">
        </line>
        <line class="grid" x1="0" x2="1000" y1="150" y2="150">
        </line>
        <rect class="bar s1" x="50" y="293" width="400" height="7">
        <title>12 Nov: dailies 100</title>
        </rect>
        <rect class="bar s2" x="50" y="290" width="400" height="3">
        <title>12 Nov: tasks 50</title>
        </rect>
        <rect class="bar s1" x="550" y="188" width="400" height="112">
        <title>19 Nov: dailies 1,500</title>
        </rect>
        <rect class="bar s2" x="550" y="76" width="400" height="112">
        <title>19 Nov: tasks 1,500</title>
        </rect>
        </svg>
        <p class="axis each" aria-hidden="true">
        <span>12 Nov</span>
        <span>19 Nov</span>
        </p>
        </div>
        <ul class="legend">
        <li>
        <span class="swatch s1">
        </span>dailies</li>
        <li>
        <span class="swatch s2">
        </span>tasks</li>
        </ul>
        <details>
        <summary>As a table</summary>
        <table class="fold" role="table">
        <caption class="heard">Cookies made</caption>
        <thead role="rowgroup">
        <tr role="row">
        <th role="columnheader" scope="col">Week</th>
        <th class="number" role="columnheader" scope="col">dailies</th>
        <th class="number" role="columnheader" scope="col">tasks</th>
        </tr>
        </thead>
        <tbody role="rowgroup">
        <tr role="row">
        <th role="rowheader" scope="row" data-label="Week">12 Nov</th>
        <td class="number" role="cell" data-label="dailies">100</td>
        <td class="number" role="cell" data-label="tasks">50</td>
        </tr>
        <tr role="row">
        <th role="rowheader" scope="row" data-label="Week">19 Nov</th>
        <td class="number" role="cell" data-label="dailies">1,500</td>
        <td class="number" role="cell" data-label="tasks">1,500</td>
        </tr>
        </tbody>
        </table>
        </details>
        </figure>
        "#);
    }

    #[test]
    fn lines_reach_from_edge_to_edge() {
        for (values, most, drawn) in [
            (vec![0, 5, 10], 10, "0,300 500,150 1000,0"),
            (vec![7], 7, "0,0 1000,0"),
            (vec![0, 0], 0, "0,300 1000,300"),
            (vec![], 0, ""),
            (vec![u64::MAX, 0], u64::MAX, "0,0 1000,300"),
        ] {
            assert_eq!(points(&values, most), drawn, "{values:?}");
        }
    }

    #[test]
    fn the_scale_ends_at_a_round_number_that_has_room_for_everything() {
        for (most, top, half) in [
            (0, "2", "1"),
            (1, "2", "1"),
            (13, "20", "10"),
            (1_500, "2k", "1k"),
            (7_001, "8k", "4k"),
            (1_752_990, "2M", "1M"),
            (29_999_999, "40M", "20M"),
            (60_008_139, "80M", "40M"),
            (100_000_000, "100M", "50M"),
        ] {
            let is = top_of(most);
            assert!(is >= most, "{most}");
            assert_eq!((short(is).as_str(), short(is / 2).as_str()), (top, half), "{most}");
        }
        assert_eq!(top_of(u64::MAX), u64::MAX);
    }

    #[test]
    fn of_many_places_the_first_and_the_last_are_named() {
        let many: Vec<String> = (1..=30).map(|day| format!("{day} Nov")).collect();
        let drawn = made(&many, &[]).bars().into_string();
        assert!(
            drawn.contains(r#"<p class="axis" aria-hidden="true"><span>1 Nov</span><span>30 Nov</span></p>"#),
            "{drawn}"
        );
    }

    #[test]
    fn a_line_in_a_word_says_in_words_what_it_shows() {
        let watching = Sparkline { about: "Watching", values: &[10, 214, 180] };
        insta::assert_snapshot!(lines(&watching.render()), @r#"
        <svg class="sparkline" viewBox="0 0 1000 300" preserveAspectRatio="none" role="img">
        <title>Watching: from 10 to 180, highest 214</title>
        <polyline class="line s1" points="0,286 500,0 1000,48">
        </polyline>
        </svg>
        "#);
        assert_eq!(Sparkline { about: "Watching", values: &[] }.render().into_string(), "");
    }

    #[test]
    fn a_chart_of_nothing_is_drawn_all_the_same() {
        let empty = made(&[], &[]);
        assert!(empty.bars().into_string().contains("highest 0"));
        let short = [Series { label: "a", values: &[1] }];
        let weeks = weeks();
        assert!(made(&weeks, &short).lines().into_string().contains("19 Nov"));
        assert!(made(&weeks, &short).bars().into_string().contains("19 Nov: a 0"));
    }
}

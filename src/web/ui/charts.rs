//! Charts as SVG that is drawn here: no script, no picture from elsewhere. Each has a title and a description for
//! whoever listens, and its numbers as a table behind a fold, so nothing is told by a drawing alone.
//!
//! Values are attributes in a box of 1,000 by 300 that the sheet stretches; words stand beside the drawing, where
//! stretching does not reach them.

use maud::{Markup, Render, html};

use super::components::number;

/// The width of the box.
const WIDTH: u64 = 1_000;
/// The height of the box.
const HEIGHT: u64 = 300;
/// How many colours the sheet has for series.
const COLOURS: usize = 5;

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
        let step = WIDTH / u64::try_from(self.places.len().max(1)).unwrap_or(WIDTH);
        self.framed(
            most,
            &html! {
                @for (place, name) in self.places.iter().enumerate() {
                    (self.column(place, name, step, most))
                }
            },
        )
    }

    /// As lines that begin at the left edge and end at the right one.
    pub fn lines(&self) -> Markup {
        let most = self.series.iter().flat_map(|series| series.values).max().copied().unwrap_or(0);
        self.framed(
            most,
            &html! {
                @for (kind, series) in self.series.iter().enumerate() {
                    polyline class={ "line s" (colour(kind)) } points=(points(series.values, most)) {}
                }
            },
        )
    }

    /// All series at a place.
    fn sum(&self, place: usize) -> u64 {
        self.series.iter().fold(0, |sum: u64, series| sum.saturating_add(value(series, place)))
    }

    fn column(&self, place: usize, name: &str, step: u64, most: u64) -> Markup {
        let left = step * u64::try_from(place).unwrap_or(0) + step / 10;
        let mut top = HEIGHT;
        let mut bars = Vec::with_capacity(self.series.len());
        for series in self.series {
            let value = value(series, place);
            let height = height(value, most);
            top = top.saturating_sub(height);
            bars.push((series.label, value, top, height));
        }
        html! {
            @for (kind, (label, value, top, height)) in bars.iter().enumerate() {
                rect class={ "bar s" (colour(kind)) } x=(left) y=(top) width=(step - step / 5) height=(height) {
                    title { (name) ": " (label) " " (number(*value)) }
                }
            }
        }
    }

    fn framed(&self, most: u64, drawn: &Markup) -> Markup {
        html! {
            figure.chart {
                figcaption { (self.title) }
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                    aria-labelledby={ (self.id) "-title " (self.id) "-about" } {
                    title id={ (self.id) "-title" } { (self.title) }
                    desc id={ (self.id) "-about" } { (self.about) }
                    (drawn)
                }
                (self.axis(most))
                (self.legend())
                (self.table())
            }
        }
    }

    /// What stands below the drawing: the first place, the highest value, the last place.
    fn axis(&self, most: u64) -> Markup {
        html! {
            p.axis aria-hidden="true" {
                span { @if let Some(first) = self.places.first() { (first) } }
                span { "highest " (number(most)) }
                span { @if let Some(last) = self.places.last() { (last) } }
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
                table {
                    caption.heard { (self.title) }
                    thead {
                        tr {
                            th scope="col" { (self.axis) }
                            @for series in self.series { th.number scope="col" { (series.label) } }
                        }
                    }
                    tbody {
                        @for (place, name) in self.places.iter().enumerate() {
                            tr {
                                th scope="row" { (name) }
                                @for series in self.series { td.number { (number(value(series, place))) } }
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
        <figcaption>Cookies made</figcaption>
        <svg viewBox="0 0 1000 300" preserveAspectRatio="none" role="img" aria-labelledby="made-title made-about">
        <title id="made-title">Cookies made</title>
        <desc id="made-about">More each week.</desc>
        <rect class="bar s1" x="50" y="290" width="400" height="10">
        <title>12 Nov: dailies 100</title>
        </rect>
        <rect class="bar s2" x="50" y="285" width="400" height="5">
        <title>12 Nov: tasks 50</title>
        </rect>
        <rect class="bar s1" x="550" y="150" width="400" height="150">
        <title>19 Nov: dailies 1,500</title>
        </rect>
        <rect class="bar s2" x="550" y="0" width="400" height="150">
        <title>19 Nov: tasks 1,500</title>
        </rect>
        </svg>
        <p class="axis" aria-hidden="true">
        <span>12 Nov</span>
        <span>highest 3,000</span>
        <span>19 Nov</span>
        </p>
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
        <table>
        <caption class="heard">Cookies made</caption>
        <thead>
        <tr>
        <th scope="col">Week</th>
        <th class="number" scope="col">dailies</th>
        <th class="number" scope="col">tasks</th>
        </tr>
        </thead>
        <tbody>
        <tr>
        <th scope="row">12 Nov</th>
        <td class="number">100</td>
        <td class="number">50</td>
        </tr>
        <tr>
        <th scope="row">19 Nov</th>
        <td class="number">1,500</td>
        <td class="number">1,500</td>
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

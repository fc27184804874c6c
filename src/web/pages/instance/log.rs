//! The latest lines of the log.

use maud::{Markup, html};

use super::shown;
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::instance::log::{LinesQuery, find};
use crate::web::endpoint::{Sample, Samples};
use crate::web::filter::Filter;
use crate::web::instance::lines::{Level, Line};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Cell, Choice, Empty, Form, Row, Select, Table, Tone, badge, filters, moment};

/// The page.
pub struct LogPage;

impl Page for LogPage {
    const NAME: &'static str = "instance.log_page";
    const ABOUT: &'static str = "Shows the latest lines of the log.";
    const PATHS: &'static [&'static str] = &["/instance/log"];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = LinesQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "level=warn", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let asked = asked(&seen.filter);
        if seen.filter.is_unclear() {
            return Ok(shown("/instance/log", &asked));
        }
        let (lines, next) = find(web, &seen.query)?;
        let is_whole = seen.query.level.as_deref().is_none_or(str::is_empty) && seen.query.before.is_none();
        let seal = seen.seal("empty");
        let empty = Form {
            confirm: Some("Empty this list? The files of the log stay as they are."),
            ..Form::new("/instance/log/empty", seal.seal())
        };
        let main = html! {
            (asked)
            (list(&lines, is_whole))
            (seen.filter.paging("/instance/log", "before", next))
            (empty.around(&html! { (Button::plain("Empty this list")) }))
        };
        Ok(shown("/instance/log", &main))
    }
}

/// The form that asks for lines.
fn asked(filter: &Filter) -> Markup {
    let levels = [
        Choice::new("", "All lines"),
        Choice::new("info", "What happens, and worse"),
        Choice::new("warn", "Warnings and errors"),
        Choice::new("error", "Errors"),
    ];
    let (chosen, error) = (filter.value("level"), filter.error("level"));
    filters("/instance/log", &html! { (Select { chosen, error, ..Select::new("level", "Show", &levels) }) })
}

const fn tone(level: Level) -> Tone {
    match level {
        Level::Error => Tone::Bad,
        Level::Warn => Tone::Warn,
        Level::Info => Tone::Info,
        Level::Debug | Level::Trace => Tone::Quiet,
    }
}

/// The lines; `is_whole` where all are asked for.
fn list(lines: &[Line], is_whole: bool) -> Markup {
    if lines.is_empty() && is_whole {
        let text = "Nothing was written since the start, or since somebody emptied this list. Lines come here as the program \
            writes them; the last 10,000 stay until it ends. How much it says is LOG.";
        return html! { (Empty { title: "There is no line yet.", text, action: Some(("/instance/settings", "To what the process was told")) }) };
    }
    if lines.is_empty() {
        let text = "Nothing as bad as that was written, or it is longer ago than the last 10,000 lines.";
        return html! { (Empty { title: "There is no such line.", text, action: Some(("/instance/log", "Show all lines")) }) };
    }
    let row = |line: &Line| Row {
        id: Some(line.number.to_string()),
        cells: vec![
            Cell::words("When", moment(line.at)),
            Cell::words("Level", badge(tone(line.level), &line.level.to_string())),
            Cell::words("What", html! { (line.text) }),
            Cell::words("Where", html! { span.hint.target { (segments(&line.target)) } }),
        ],
    };
    html! { (Table::new("Lines", None, lines.iter().map(row))) }
}

/// The path of a module, which may be broken between its names and not within them.
fn segments(target: &str) -> Markup {
    html! {
        @for (place, name) in target.split("::").enumerate() {
            @if place > 0 { "::" wbr; }
            (name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;

    #[test]
    fn a_line_is_text_and_has_its_level_in_a_word() {
        let at = Timestamp::from_millis(1_795_292_100_000);
        let (target, text) = ("greenroom::queue".to_owned(), "a song was <b>played</b>".to_owned());
        let drawn = list(&[Line { number: 7, at, level: Level::Warn, target, text }], true).into_string();
        assert!(drawn.contains("&lt;b&gt;played") && drawn.contains("warn</span>"), "{drawn}");
        assert!(drawn.contains("greenroom::<wbr>queue"), "{drawn}");
    }

    #[test]
    fn an_empty_list_says_why_and_where_to_go() {
        let all = list(&[], true).into_string();
        assert!(all.contains("There is no line yet.") && all.contains("/instance/settings"), "{all}");
        let some = list(&[], false).into_string();
        assert!(some.contains("There is no such line.") && some.contains("/instance/log"), "{some}");
    }
}

//! Whether the bot works and why not, and what the doctor finds.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::{said, shown};
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::Nothing;
use crate::web::instance::{Examined, Finding, Level, Reason};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Cell, Form, Row, Table, Tone, badge, moment};

/// The page.
pub struct HealthPage;

impl Page for HealthPage {
    const NAME: &'static str = "instance.health_page";
    const ABOUT: &'static str = "Tells whether the bot works, why not, and what the doctor finds.";
    const PATHS: &'static [&'static str] = &["/instance"];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let reasons = (web.instance.operations()?.reasons)().await;
        let main = html! {
            (health(&reasons))
            p {
                "Greenroom " (env!("CARGO_PKG_VERSION")) " runs since " (moment(web.started)) ". "
                a href="/api/docs" { "What can be asked of it over the API" }
            }
            (acts(seen))
            (findings(web.instance.examined().as_ref()))
        };
        Ok(shown("/instance", &main))
    }
}

fn health(reasons: &[Reason]) -> Markup {
    html! {
        section.card {
            @if reasons.is_empty() {
                h2 { (badge(Tone::Good, "works")) }
                p { "The store takes writes, Discord is connected, and everything runs." }
            } @else {
                h2 { (badge(Tone::Bad, "does not work")) }
                ul { @for reason in reasons { li { (said(&reason.sentence)) } } }
            }
        }
    }
}

fn acts(seen: &Seen<HealthPage>) -> Markup {
    let (look, restart) = (seen.seal("examine"), seen.seal("restart"));
    let restart = Form {
        confirm: Some("Begin the connection to Discord anew? Commands wait for a few seconds; nothing is lost."),
        ..Form::new("/instance/restart", restart.seal())
    };
    html! {
        div.actions {
            (Form::new("/instance/examine", look.seal()).around(&html! { (Button::main("Look at everything")) }))
            (restart.around(&html! { (Button::plain("Connect to Discord anew")) }))
        }
    }
}

const fn tone(level: Level) -> Tone {
    match level {
        Level::Ok => Tone::Good,
        Level::Note => Tone::Info,
        Level::Warning => Tone::Warn,
        Level::Error => Tone::Bad,
    }
}

/// What the doctor found, the worst first.
fn findings(examined: Option<&Examined>) -> Markup {
    let Some(Examined { at, findings }) = examined else {
        return html! { p.hint { "Nobody let everything be looked at since the start. It takes some seconds." } };
    };
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| Reverse(finding.level));
    let row = |finding: &&Finding| Row {
        id: None,
        cells: vec![
            Cell::words("State", badge(tone(finding.level), finding.level.word())),
            Cell::words("What is so", html! { (said(&finding.sentence)) " " span.hint { (finding.id) } }),
            Cell::words("What to do", html! { @if let Some(fix) = &finding.fix { (said(fix)) } }),
        ],
    };
    html! {
        section {
            h2 { "What was found" }
            p.hint { "Looked at " (moment(*at)) "." }
            @if findings.is_empty() { p { (badge(Tone::Good, "nothing to mend")) } }
            @else { (Table::new("Findings", None, findings.iter().map(row))) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;

    fn finding(level: Level, sentence: &str) -> Finding {
        Finding { id: "folder.space".to_owned(), level, sentence: sentence.to_owned(), fix: None }
    }

    #[test]
    fn the_worst_is_told_first() {
        let found = vec![finding(Level::Ok, "well"), finding(Level::Error, "broken"), finding(Level::Warning, "soon")];
        let examined = Examined { at: Timestamp::from_millis(0), findings: found };
        let drawn = findings(Some(&examined)).into_string();
        let places: Vec<_> = ["broken", "soon", "well"].iter().map(|word| drawn.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{drawn}");
        assert!(findings(None).into_string().contains("Nobody let everything be looked at"));
    }

    #[test]
    fn what_does_not_work_is_said_in_sentences() {
        let reason = Reason { id: "discord", sentence: "There is no connection to Discord.".to_owned() };
        let drawn = health(&[reason]).into_string();
        assert!(
            drawn.contains("<li>There is no connection to Discord.</li>") && drawn.contains("does not work"),
            "{drawn}"
        );
        assert!(health(&[]).into_string().contains("works"));
    }
}

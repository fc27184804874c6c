//! What counts in every server that does not say otherwise, and what the process was told.

use maud::{Markup, html};

use super::shown;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::instance::settings::{DefaultView, defaults};
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::instance::Variable;
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::{Button, Column, Field, Form, Row, Table, Tone, badge};

/// The page.
pub struct InstanceSettingsPage;

impl Page for InstanceSettingsPage {
    const NAME: &'static str = "instance.settings_page";
    const ABOUT: &'static str = "Changes what counts where servers say nothing, and tells what the process was told.";
    const PATHS: &'static [&'static str] = &["/instance/settings"];
    const WHO: Who = Who::Instance;

    type Path = ();
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let defaults = web.look("defaults", defaults).await?;
        let variables = (web.instance.operations()?.configuration)();
        let forms: Vec<Markup> = defaults.iter().map(|default| form(seen, default)).collect();
        let main = html! {
            section {
                h2 { "In every server that does not say otherwise" }
                @for form in &forms { (form) }
            }
            (configuration(&variables))
        };
        Ok(shown("/instance/settings", &main))
    }
}

/// The form of one setting. What was typed stands in the one that was sent.
fn form(seen: &Seen<InstanceSettingsPage>, default: &DefaultView) -> Markup {
    let is_refilled = seen.typed("key") == Some(default.key);
    let typed = seen.typed("value").filter(|_| is_refilled);
    let wrong = seen.refill.as_ref().filter(|_| is_refilled).map(|refill| refill.sentence.to_string());
    let seal = seen.seal(default.key);
    Form::new("/instance/settings", seal.seal()).around(&fields(default, typed, wrong.as_deref()))
}

fn fields(default: &DefaultView, typed: Option<&str>, wrong: Option<&str>) -> Markup {
    let id = format!("f-{}", default.key.replace('.', "-"));
    let hint = format!("{} It can be {}.", default.about, default.allowed);
    html! {
        input type="hidden" name="key" value=(default.key);
        (Field {
            id: Some(&id),
            value: typed.unwrap_or(&default.value),
            hint: Some(&hint),
            error: wrong,
            ..Field::new("value", default.title)
        })
        @if default.is_own { (badge(Tone::Info, "set here")) " " }
        (Button::plain("Save"))
    }
}

/// What the process was told, without secrets.
fn configuration(variables: &[Variable]) -> Markup {
    let columns = [Column::words("Variable"), Column::words("Value"), Column::words("Who says so")];
    let row = |variable: &Variable| Row {
        id: None,
        cells: vec![
            html! { code { (variable.name) } },
            html! {
                (variable.value.as_deref().unwrap_or("–"))
                @for problem in &variable.problems { " " (badge(Tone::Bad, problem)) }
            },
            html! { (variable.origin) },
        ],
    };
    let rows: Vec<Row> = variables.iter().map(row).collect();
    html! {
        section {
            h2 { "What the process was told" }
            p.hint { "By its environment, its command line and .env; a change there counts after the next start." }
            (Table { caption: "Variables", list: None, columns: &columns, rows: &rows })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_shows_what_counts_what_it_can_be_and_what_was_wrong() {
        let default = DefaultView {
            key: "skip_price",
            title: "Skip Price",
            about: "What a skip costs.",
            value: "1,000 Luxury Coins".to_owned(),
            is_own: true,
            allowed: "a whole number from 1 to 1000000".to_owned(),
        };
        let drawn = fields(&default, Some("free"), Some("That is no number.")).into_string();
        for part in [
            r#"id="f-skip_price""#,
            r#"value="free""#,
            "That is no number.",
            "What a skip costs. It can be a whole number",
            "set here",
        ] {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
    }

    #[test]
    fn a_variable_tells_who_says_so_and_what_is_wrong() {
        let variable = Variable {
            name: "LOG".to_owned(),
            value: None,
            origin: "not set".to_owned(),
            problems: vec!["LOG is wrong".to_owned()],
        };
        let drawn = configuration(&[variable]).into_string();
        assert!(drawn.contains("LOG is wrong") && drawn.contains("not set") && drawn.contains("–"), "{drawn}");
    }
}

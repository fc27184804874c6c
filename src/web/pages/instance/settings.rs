//! What counts in every server that does not say otherwise, and what the process was told.

use maud::{Markup, Render, html};
use strum::VariantArray;

use super::shown;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::settings::{Area, Listed};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Refill};
use crate::web::api::instance::settings::listed;
use crate::web::api::settings::WAS;
use crate::web::endpoint::Nothing;
use crate::web::instance::Variable;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::settings::control::{self, Filled};
use crate::web::places::drawn_text;
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Cell, Empty, Form, Row, Seal, Table, Tone, acts, badge, save_bar};
use crate::web::ui::icons::{Icon, icon};

/// Where the page is, and its forms are sent.
const PAGE: &str = "/instance/settings";

/// The page.
pub struct InstanceSettingsPage;

impl Page for InstanceSettingsPage {
    const NAME: &'static str = "instance.settings_page";
    const ABOUT: &'static str = "Changes what counts where servers say nothing, and tells what the process was told.";
    const PATHS: &'static [&'static str] = &[PAGE];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let commons = web.look("defaults", commons).await?;
        let variables = (web.instance.operations()?.configuration)();
        let form = |area: &Area| {
            let of_area: Vec<&Common> = commons.iter().filter(|common| common.listed.area == *area).collect();
            let seal = seen.seal(&area.to_string());
            group(*area, &of_area, seen.refill.as_ref(), seal.seal())
        };
        let (groups, seal) = (Area::VARIANTS.iter().map(form).collect::<Vec<Markup>>(), seen.seal("acts"));
        let main = html! {
            h2 { "In every server that does not say otherwise" }
            @for group in &groups { (group) }
            (acts(seal.seal()))
            (configuration(&variables))
        };
        Ok(shown(PAGE, &main))
    }
}

/// A setting, and what counts of it where a server says nothing.
struct Common {
    listed: &'static Listed,
    /// As somebody would type it.
    typed: String,
    /// What the program has, as people read it.
    of_program: String,
    /// Whether this instance has a value of its own.
    is_own: bool,
}

fn commons(read: &dyn Read) -> Result<Vec<Common>> {
    let common = |listed: &'static Listed| -> Result<Common> {
        Ok(Common {
            listed,
            typed: listed.setting.typed(read, GuildId::INSTANCE)?,
            of_program: listed.setting.in_words(None),
            is_own: listed.setting.is_own(read, GuildId::INSTANCE)?,
        })
    };
    listed().map(common).collect()
}

/// The form of a group. What was typed stands in it where it is shown again.
fn group(area: Area, commons: &[&Common], refill: Option<&Refill>, seal: Seal<'_>) -> Markup {
    // What was typed into the form of another group says nothing here.
    let is_of_group = |typed: &&Refill| commons.iter().any(|common| typed.value(common.listed.setting.key()).is_some());
    let refill = refill.filter(is_of_group);
    let fields = html! {
        @for common in commons { (setting(common, refill)) }
        (save_bar(&Button::main("Save").render()))
    };
    html! {
        @if !commons.is_empty() {
            section.card {
                h3 { (area.title()) }
                (Form { is_guarded: true, ..Form::new(PAGE, seal) }.around(&fields))
            }
        }
    }
}

fn setting(common: &Common, refill: Option<&Refill>) -> Markup {
    let key = common.listed.setting.key();
    html! {
        div.setting {
            input type="hidden" name={ (WAS) (key) } value=(common.typed);
            (control::drawn(common.listed, None, &Filled::of(common.listed, &common.typed, refill)))
            @if common.is_own {
                p.hint { (badge(Tone::Info, "set here")) " Without it: " (drawn_text(None, &common.of_program)) }
                (Button { act: Some(PAGE), sends: Some(("reset", key)), ..Button::plain("Reset") })
            }
        }
    }
}

/// What the process was told, without secrets.
fn configuration(variables: &[Variable]) -> Markup {
    let row = |variable: &Variable| Row {
        id: None,
        cells: vec![
            Cell::words("Variable", html! { code { (variable.name) } }),
            Cell::words(
                "Value",
                html! {
                    (value(variable))
                    @for problem in &variable.problems { p.error { (icon(Icon::Bad)) span { (problem) } } }
                },
            ),
            Cell::words("Who says so", html! { (variable.origin) }),
        ],
    };
    html! {
        section {
            h2 { "What the process was told" }
            p.hint { "By its environment, its command line and .env; a change there counts after the next start." }
            @if variables.is_empty() {
                (Empty { title: "It was told nothing.", text: "Everything is as it comes.", action: None })
            } @else {
                (Table::new("Variables", None, variables.iter().map(row)))
            }
        }
    }
}

/// The value of a variable. Of a secret, whose value is not even known here, is said that it is set.
fn value(variable: &Variable) -> Markup {
    let Some(value) = variable.value.as_deref() else { return html! { "–" } };
    if let Some(rest) = value.strip_prefix("(secret").and_then(|rest| rest.strip_suffix(')')) {
        html! { (badge(Tone::Quiet, "set")) (rest.trim_start_matches(',')) }
    } else {
        html! { (value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::sentence::Sentence;

    const SEAL: Seal<'_> = Seal { csrf: "t0ken", key: "k3y" };

    fn of_key(key: &str, typed: &str, is_own: bool) -> Common {
        let listed = listed().find(|listed| listed.setting.key() == key).unwrap();
        Common { listed, typed: typed.to_owned(), of_program: listed.setting.in_words(None), is_own }
    }

    #[test]
    fn each_kind_of_setting_has_its_control_and_a_group_has_one_button() {
        let (price, switch) = (of_key("skip_price", "800", true), of_key("features.luxury", "true", false));
        let drawn = group(Area::Economy, &[&price, &switch], None, SEAL).into_string();
        for part in [
            r#"action="/instance/settings""#,
            r#"type="checkbox" name="features.luxury" value="true""#,
            r#"name="was.skip_price" value="800""#,
            r#"inputmode="numeric""#,
            "It can be a whole number from 1 to 1000000",
            "set here",
            "Without it: ",
        ] {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
        assert_eq!(drawn.matches(">Save</button>").count(), 1, "{drawn}");
        assert_eq!(drawn.matches(r#"name="reset" value="skip_price""#).count(), 1, "{drawn}");
        assert!(!drawn.contains(r#"name="reset" value="features.luxury""#), "{drawn}");
    }

    #[test]
    fn what_was_wrong_stands_beside_its_setting_with_what_was_typed() {
        let refill = Refill {
            typed: [("skip_price".to_owned(), vec!["free".to_owned()])].into(),
            fields: [("skip_price".to_owned(), Sentence::words("That is no number."))].into(),
            ..Refill::default()
        };
        let price = of_key("skip_price", "800", false);
        let drawn = group(Area::Economy, &[&price], Some(&refill), SEAL).into_string();
        assert!(drawn.contains(r#"value="free""#) && drawn.contains("That is no number."), "{drawn}");
        let other = of_key("features.luxury", "true", false);
        let drawn = group(Area::General, &[&other], Some(&refill), SEAL).into_string();
        assert!(drawn.contains(" checked>"), "{drawn}");
    }

    #[test]
    fn of_a_secret_is_said_that_it_is_set_and_no_more() {
        let secret = |value: &str| {
            let value = Some(value.to_owned());
            configuration(&[Variable { name: "T".to_owned(), value, origin: ".env".to_owned(), problems: Vec::new() }])
        };
        let plain = secret("(secret)").into_string();
        assert!(plain.contains("set</span>") && !plain.contains("(secret"), "{plain}");
        let of_file = secret("(secret, in the file /run/key)").into_string();
        assert!(of_file.contains("set</span> in the file /run/key"), "{of_file}");
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

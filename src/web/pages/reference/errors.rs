//! Everything that can be answered in place of what was asked for, by its code.

use maud::{Markup, html};

use super::ticked;
use crate::web::openapi::codes;
use crate::web::ui::components::{Cell, Row, Table};

/// Of which features the codes on a page are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Of all but the economy.
    All,
    /// Of the economy.
    Economy,
}

/// What the codes of the economy begin with.
const ECONOMY: [&str; 5] = ["coins", "currency", "role", "shop", "tasks"];

impl About {
    fn holds(self, code: &str) -> bool {
        let is_economy = code.split_once('.').is_some_and(|(feature, _)| ECONOMY.contains(&feature));
        is_economy == (self == Self::Economy)
    }
}

/// What every error looks like, and what each code means.
pub(super) fn errors(about: About) -> Markup {
    let codes = codes().into_iter().filter(|known| about.holds(known.code)).map(|known| Row {
        id: None,
        cells: vec![
            Cell::words("Code", html! { code { (known.code) } }),
            Cell::numbers("Status", html! { (known.status) }),
            Cell::words("What it means", ticked(&as_read(known.text))),
        ],
    });
    html! {
        section.reference {
            p {
                "An error is always " code { "{\"error\": {\"code\", \"message\", \"details\", \"timestamp\", \"id\"}}" } ". Programs \
                read the code, which stays as it is; people read the message. " code { "details" } " and " code { "id" }
                " are there where there is something to say: which fields are wrong, and under which number the log has \
                what broke."
            }
            (Table::new("Codes of errors", None, codes))
        }
    }
}

/// A sentence of a refusal as somebody reads it: nothing bold, commands by their names, slots as they are.
pub(super) fn as_read(text: &str) -> String {
    let plain = text.replace("**", "");
    let mut parts = plain.split("{/");
    let mut read = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        read.push('/');
        read.push_str(&part.replacen('}', "", 1));
    }
    read
}

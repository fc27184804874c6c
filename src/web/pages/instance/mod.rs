//! Pages of the operator: health, backups, servers, the catalogue for all of them, the log, what the bot shows of itself, settings.

mod backups;
mod catalogue;
mod health;
mod log;
mod restore;
mod servers;
mod settings;
mod status;

pub use backups::BackupsPage;
pub use catalogue::{
    CataloguePage, NewOfferedItemPage, NewOfferedTaskPage, OfferedItemPage, OfferedTaskPage, told_origin,
};
pub use health::HealthPage;
pub use log::LogPage;
pub use restore::RestorePage;
pub use servers::InstanceServersPage;
pub use settings::InstanceSettingsPage;
pub use status::StatusPage;

use maud::{Markup, html};

use crate::kernel::time::Timestamp;
use crate::web::page::Shown;
use crate::web::ui::components::{Tab, moment, spelled, tabs};

/// Where each of them is, and its name.
pub(in crate::web) const PAGES: [(&str, &str); 8] = [
    ("/instance", "Health"),
    ("/instance/backups", "Backups"),
    ("/instance/servers", "Servers"),
    ("/instance/catalogue", "Catalogue"),
    ("/instance/audit", "Audit"),
    ("/instance/log", "Log"),
    ("/instance/status", "Bot status"),
    ("/instance/settings", "Settings"),
];

/// What the process says in a sentence: commands between backquotes, and moments as other pages write them.
fn said(sentence: &str) -> Markup {
    let is_around = |sign: char| !sign.is_ascii_alphanumeric() && !matches!(sign, '-' | ':' | '.');
    let mut drawn = Vec::new();
    let mut rest = sentence;
    while let Some((before, at, behind)) = first_moment(rest, is_around) {
        drawn.extend([spelled(before), moment(at)]);
        rest = behind;
    }
    drawn.push(spelled(rest));
    html! { @for part in &drawn { (part) } }
}

/// The first moment that a text tells as RFC 3339, with what stands before and behind it.
fn first_moment(text: &str, is_around: impl Fn(char) -> bool) -> Option<(&str, Timestamp, &str)> {
    let mut start = 0;
    for word in text.split(is_around) {
        // A full stop or a colon behind it is the sentence's.
        let bare = word.trim_end_matches(['.', ':', '-']);
        if let Some(at) = Timestamp::from_rfc3339(bare) {
            return Some((text.get(..start)?, at, text.get(start + bare.len()..)?));
        }
        let end = start + word.len();
        start = end + text.get(end..)?.chars().next().map_or(0, char::len_utf8);
    }
    None
}

/// A page of the instance, with the way to the others above it.
pub(super) fn shown(path: &str, main: &Markup) -> Shown {
    let all = PAGES.map(|(href, label)| Tab { href, label, is_current: href == path });
    let title = PAGES.iter().find(|(href, _)| *href == path).map_or("Instance", |(_, label)| *label);
    Shown::new(title, html! { (tabs("Instance", &all)) (main) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_in_a_sentence_of_the_process_is_written_as_elsewhere_and_the_rest_is_text() {
        let drawn = said("a.redb is whole: 7 rows of 2026-11-21T20:15:00Z. Run `greenroom <check>`.").into_string();
        assert_eq!(
            drawn,
            "a.redb is whole: 7 rows of <time datetime=\"2026-11-21T20:15:00Z\" data-form=\"moment\">21 Nov 2026, 20:15 \
             UTC</time>. Run <code>greenroom &lt;check&gt;</code>."
        );
        let plain = "greenroom-20261121-200000.redb – at 20:15, <b>";
        assert_eq!(said(plain).into_string(), "greenroom-20261121-200000.redb – at 20:15, &lt;b&gt;");
        let two = said("2026-11-21T20:15:00Z (2026-11-21T20:16:00Z)").into_string();
        assert_eq!(two.matches("<time").count(), 2, "{two}");
    }

    #[test]
    fn each_page_says_which_of_them_it_is() {
        let page = shown("/instance/log", &html! { "lines" });
        assert_eq!(page.title, "Log");
        let drawn = page.main.into_string();
        assert!(drawn.contains(r#"<a href="/instance/log" aria-current="page">Log</a>"#), "{drawn}");
        assert_eq!(drawn.matches("aria-current").count(), 1);
    }
}

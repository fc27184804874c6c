//! Pages of the operator: health, backups, servers, the log, what the bot shows of itself, settings.

mod backups;
mod health;
mod log;
mod restore;
mod servers;
mod settings;
mod status;

pub use backups::BackupsPage;
pub use health::HealthPage;
pub use log::LogPage;
pub use restore::RestorePage;
pub use servers::InstanceServersPage;
pub use settings::InstanceSettingsPage;
pub use status::StatusPage;

use maud::{Markup, html};

use crate::web::page::Shown;
use crate::web::ui::components::{Tab, tabs};

/// Where each of them is, and its name.
pub(in crate::web) const PAGES: [(&str, &str); 7] = [
    ("/instance", "Health"),
    ("/instance/backups", "Backups"),
    ("/instance/servers", "Servers"),
    ("/instance/audit", "Audit"),
    ("/instance/log", "Log"),
    ("/instance/status", "Bot status"),
    ("/instance/settings", "Settings"),
];

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
    fn each_page_says_which_of_them_it_is() {
        let page = shown("/instance/log", &html! { "lines" });
        assert_eq!(page.title, "Log");
        let drawn = page.main.into_string();
        assert!(drawn.contains(r#"<a href="/instance/log" aria-current="page">Log</a>"#), "{drawn}");
        assert_eq!(drawn.matches("aria-current").count(), 1);
    }
}

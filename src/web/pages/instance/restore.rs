//! Restoring a snapshot: what would be lost and from when, and the form that does it.

use maud::{Markup, html};

use super::shown;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::instance::backups::WhichBackup;
use crate::web::api::instance::restore::{WORD, foresee};
use crate::web::endpoint::{Sample, Samples};
use crate::web::instance::{Count, Foresight};
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::{Button, Cell, Form, Row, Seal, Table, moment, number, spelled, type_the_name};
use crate::web::ui::icons::{Icon, icon};

/// Where the form is sent.
const ACTION: &str = "/instance/backups/restore";

/// The page.
pub struct RestorePage;

impl Page for RestorePage {
    const NAME: &'static str = "instance.restore_page";
    const ABOUT: &'static str = "Shows what would be lost by restoring a snapshot, with the form that restores it.";
    const PATHS: &'static [&'static str] = &[ACTION];
    const WHO: Who = Who::Instance;
    const STILL: Option<&'static str> = Some("It tells what one backup holds, and that stays as it is.");

    type Path = ();
    type Query = WhichBackup;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "name=greenroom-20261121-200000-by-hand.redb", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let name = seen.typed("name").unwrap_or(&seen.query.name).to_owned();
        let foreseen = foresee(web, name).await?;
        let (seal, wrong) = (seen.seal("restore"), seen.wrong("confirm"));
        let main = restore(&foreseen, (seen.typed("confirm"), wrong.as_deref()), seal.seal());
        let crumbs = vec![("/instance/backups".to_owned(), "Backups".to_owned())];
        Ok(Shown { title: "Restore a snapshot".to_owned(), crumbs, ..shown("/instance/backups", &main) })
    }
}

/// What would be lost, and the form; with what was typed in the word's place, and what is wrong with that.
fn restore(foreseen: &Foresight, (typed, wrong): (Option<&str>, Option<&str>), seal: Seal<'_>) -> Markup {
    let Foresight { name, from, counts } = foreseen;
    let form = Form { confirm: Some("Stop the bot, and go back to this snapshot?"), ..Form::new(ACTION, seal) };
    html! {
        section.card {
            h2 { "What would be lost" }
            p { strong { "Everything since " (moment(*from)) } ": songs, coins, points, links, settings, and \
                who signed in. The snapshot " (name) " was read from front to back, and is whole." }
            (table(counts))
            p { "What was sent to Discord since then stays there. What waited to be sent at that time is sent again." }
        }
        section.card {
            h2 { "What happens" }
            ol {
                li { "The snapshot is tried out in a copy. Where anything is wrong with it, nothing else happens." }
                li { "The bot stops. For some minutes at most it hears no command and no live." }
                li { "The store as it is now is saved as a snapshot, and stays beside the new one as well: nothing is removed." }
                li { "The snapshot takes its place, and the bot starts again. This page then says how it went." }
            }
            p.hint { (spelled("Everybody who signed in since then signs in again, with the password of that time. `greenroom admin \
                link` lets you in where you do not know it any more.")) }
            (form.around(&html! {
                input type="hidden" name="name" value=(name);
                input type="hidden" name="back" value={ (ACTION) "?name=" (name) };
                (type_the_name(WORD, typed))
                @if let Some(wrong) = wrong { p.error { (icon(Icon::Bad)) span { (wrong) } } }
                (Button::danger("Restore this snapshot"))
            }))
        }
    }
}

fn table(counts: &[Count]) -> Markup {
    let row = |count: &Count| Row {
        id: None,
        cells: vec![
            Cell::words("What", html! { (count.what) }),
            Cell::numbers("In the snapshot", html! { (number(count.then)) }),
            Cell::numbers("Now", html! { (number(count.now)) }),
        ],
    };
    html! { (Table::new("Then and now", None, counts.iter().map(row))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;

    #[test]
    fn it_is_said_from_when_everything_is_lost_and_how_much_that_is() {
        let from = Timestamp::from_millis(1_795_292_100_000);
        let counts = vec![Count { what: "songs", then: 1_200, now: 1_250 }];
        let foreseen = Foresight { name: "a.redb".to_owned(), from, counts };
        let seal = Seal { csrf: "t0ken", key: "k3y" };
        let drawn = restore(&foreseen, (None, Some("Please type it.")), seal).into_string();
        for part in [
            "21 Nov 2026, 20:15 UTC",
            "1,200",
            "1,250",
            r#"name="name" value="a.redb""#,
            r#"data-expect="restore""#,
            "Please type it.",
            "<code>greenroom admin link</code>",
            "name=\"ask\"",
        ] {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
    }
}

//! The data of a server: to take along, and to remove.

use maud::{Markup, html};

use crate::activity::settings::ACTIVITY_DAYS;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::data::{kept, name_of};
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::SETTINGS;
use crate::web::ui::components::{
    Button, Cell, Choice, Field, Form, Input, Row, Seal, Select, Table, counted, number, type_the_name,
};
use crate::web::ui::icons::{Icon, icon};

/// What can be taken along.
pub struct DataPage;

impl Page for DataPage {
    const NAME: &'static str = "data.page";
    const ABOUT: &'static str = "Gives the data of a server as files, and leads to where they are removed.";
    const PATHS: &'static [&'static str] = &["/g/{server}/data"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[SETTINGS];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let days = web.look("activity_days", move |read| ACTIVITY_DAYS.get(read, guild)).await?;
        let is_owner = seen.rank.reaches(Who::Owner);
        Ok(Shown::new("Data", data(guild, days, is_owner, &html! { (archive(seen, is_owner)) (left(seen)) })))
    }
}

/// The form that lets old entries leave the ledger.
fn archive(seen: &Seen<DataPage>, is_owner: bool) -> Markup {
    let (action, seal) = (format!("/g/{}/data/archive", seen.guild), seen.seal("archive"));
    let wrong = seen.wrong("days_to_keep");
    let ways = [Choice::new("true", "Keep them in the archive"), Choice::new("false", "Delete them")];
    let fields = html! {
        (Field {
            input: Input::Number,
            value: seen.typed("days_to_keep").unwrap_or("90"),
            error: wrong.as_deref(),
            unit: Some("days"),
            hint: Some("So many days before today stay in the ledger."),
            is_required: true,
            ..Field::new("days_to_keep", "Keep")
        })
        @if is_owner {
            (Select { chosen: seen.typed("archive").unwrap_or("true"), ..Select::new("archive", "What becomes of them", &ways) })
        }
        div.actions {
            (Button { sends: Some(("dry_run", "true")), ..Button::plain("See how many") })
            (Button { sends: Some(("dry_run", "false")), ..Button::main("Archive") })
        }
    };
    html! {
        section.card #archive {
            h2 { "Old entries of the ledger" }
            p {
                "They leave the lists, and every balance stays what it is: one entry stands for those that went. They cannot be undone \
                 or given back any more. What came and went each day stays told, and the SQLite file has them."
            }
            (Form::new(&action, seal.seal()).around(&fields))
        }
    }
}

/// The form that closes the accounts of members who left.
fn left(seen: &Seen<DataPage>) -> Markup {
    let (action, seal, wrong) = (format!("/g/{}/data/cleanup", seen.guild), seen.seal("cleanup"), seen.wrong("days"));
    let fields = html! {
        (Field {
            input: Input::Number,
            value: seen.typed("days").unwrap_or("30"),
            error: wrong.as_deref(),
            unit: Some("days"),
            hint: Some("Of those who left so long ago or longer."),
            is_required: true,
            ..Field::new("days", "Gone for")
        })
        div.actions {
            (Button { sends: Some(("dry_run", "true")), ..Button::plain("See how many") })
            (Button { sends: Some(("dry_run", "false")), ..Button::danger("Close them") })
        }
    };
    html! {
        section.card #left {
            h2 { "Accounts of members who left" }
            p {
                "What they have of the server's currency goes out of circulation by an entry of the ledger, which can be taken back. \
                 Luxury Coins, songs and points stay. Whoever comes back begins with nothing."
            }
            (Form::new(&action, seal.seal()).around(&fields))
        }
    }
}

fn data(guild: GuildId, days: u32, is_owner: bool, forms: &Markup) -> Markup {
    let file = |what: &str, label: &str| {
        html! { a.button href={ "/api/" (guild) "/data/" (what) } download { (icon(Icon::Download)) (label) } }
    };
    html! {
        section.card {
            h2 { "Take it along" }
            p { "Everything that is stored of this server, as an SQLite file. Greenroom reads it back in, and so do many other \
                programs." }
            (file("export", "SQLite file"))
            p { "Every coin and point that came or went, with its reason, for a spreadsheet." }
            (file("ledger", "Ledger as CSV"))
        }
        section.card {
            h2 { "What did not get through" }
            p {
                "What was to go to Discord and did not, and why. "
                a href={ "/g/" (guild) "/unsent" } { "See it, and try again" }
            }
        }
        section.card {
            h2 { "How long it is kept" }
            p {
                "What your team is told is kept for " (counted(days, "day", "days"))
                ". Songs, coins and links stay until they are removed. "
                a href={ "/g/" (guild) "/settings/general#f-activity_days" } { "Change that" }
            }
        }
        (forms)
        @if is_owner {
            section.card {
                h2 { "Remove it" }
                p { "All of it, for good. What was posted on Discord stays there." }
                a.button href={ "/g/" (guild) "/data/remove" } { (icon(Icon::Trash)) "See what would go" }
            }
        }
    }
}

/// What would go, and the form that removes it.
pub struct RemovalPage;

impl Page for RemovalPage {
    const NAME: &'static str = "data.removal_page";
    const ABOUT: &'static str = "Shows how much is stored of a server, with the form that removes it.";
    const PATHS: &'static [&'static str] = &["/g/{server}/data/remove"];
    const WHO: Who = Who::Owner;
    const STILL: Option<&'static str> = Some("It asks once, and counts what would go when it is opened.");

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let rows = web.look("rows_of_server", move |read| kept(read, guild)).await?;
        let (name, wrong, seal) = (name_of(web, guild), seen.wrong("confirm"), seen.seal("remove"));
        let main = removal(guild, &name, &rows, (seen.typed("confirm"), wrong.as_deref()), seal.seal());
        let crumbs = vec![(format!("/g/{guild}/data"), "Data".to_owned())];
        Ok(Shown { crumbs, ..Shown::new("Remove all data", main) })
    }
}

/// What would go, and the form; with what was typed in the name's place, and what is wrong with that.
fn removal(
    guild: GuildId,
    name: &str,
    kept: &[(&'static str, u64)],
    (typed, wrong): (Option<&str>, Option<&str>),
    seal: Seal<'_>,
) -> Markup {
    let page = format!("/g/{guild}/data/remove");
    let row = |(words, rows): &(&'static str, u64)| Row {
        id: None,
        cells: vec![
            Cell::words("What", html! { (words) }),
            Cell::numbers("How many", html! { (number(i64::try_from(*rows).unwrap_or(i64::MAX))) }),
        ],
    };
    let rows: Vec<Row> = kept.iter().map(row).collect();
    html! {
        @if rows.is_empty() {
            p { "Nothing is stored of this server." }
        } @else {
            p { "This would go, and with it what belongs to these: what waits to be sent, notes of what was done, profiles of \
                 this server. What was posted on Discord stays there." }
            (Table::new("What would go", None, rows))
        }
        p { a href={ "/api/" (guild) "/data/export" } download { "Take it along first" } }
        (Form { confirm: Some("Remove all data of this server, for good?"), ..Form::new(&page, seal) }.around(&html! {
            input type="hidden" name="back" value=(page);
            (type_the_name(name, typed))
            @if let Some(wrong) = wrong { p.error { (icon(Icon::Bad)) span { (wrong) } } }
            (Button::danger("Remove all data"))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    const GUILD: GuildId = GuildId::new(5);

    #[test]
    fn files_are_links_and_the_way_to_removal_is_the_owners() {
        let admin = lines(&data(GUILD, 90, false, &html! {}));
        assert!(admin.contains(r#"href="/api/5/data/export" download"#), "{admin}");
        assert!(admin.contains("kept for 90 days") && !admin.contains("/data/remove"), "{admin}");
        assert!(lines(&data(GUILD, 90, true, &html! {})).contains(r#"href="/g/5/data/remove""#));
    }

    #[test]
    fn removal_says_what_would_go_and_wants_the_name() {
        let kept = [("Songs that were sent", 12_500)];
        let seal = Seal { csrf: "t0ken", key: "k3y" };
        let form = lines(&removal(GUILD, "Night <Owl>", &kept, (Some("Night"), Some("Type it.")), seal));
        assert!(form.contains("12,500") && form.contains("Songs that were sent"), "{form}");
        assert!(
            form.contains(r#"data-expect="Night &lt;Owl&gt;" value="Night""#) && form.contains("Type it."),
            "{form}"
        );
        assert!(form.contains(r#"name="ask" value="Remove all data of this server, for good?""#), "{form}");
        assert!(lines(&removal(GUILD, "x", &[], (None, None), seal)).contains("Nothing is stored"));
    }
}

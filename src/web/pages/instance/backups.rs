//! Snapshots of the store: making one, verifying one, trying a restore, and the way to restoring one.

use maud::{Markup, html};

use super::{said, shown};
use crate::kernel::time::Timestamp;
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::instance::backups::backup_list;
use crate::web::api::instance::restore::RESTORING;
use crate::web::endpoint::Nothing;
use crate::web::instance::work::Work;
use crate::web::instance::{BackupList, Rehearsal, Restored, Snapshot};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{
    Button, Cell, Empty, Form, Row, Table, Tone, badge, moment, number, progress, relative,
};

/// The page.
pub struct BackupsPage;

impl Page for BackupsPage {
    const NAME: &'static str = "instance.backups_page";
    const ABOUT: &'static str = "Lists the snapshots of the store, and lets one be made, verified and tried.";
    const PATHS: &'static [&'static str] = &["/instance/backups"];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        if web.instance.operations()?.backups.is_none() {
            let text = "This process was started without a data folder of its own. Where there is one, a snapshot is made each day.";
            let none = Empty { title: "This Greenroom keeps no backups.", text, action: None };
            return Ok(shown("/instance/backups", &html! { (none) }));
        }
        let backup_list = backup_list(web).await?;
        let work = web.instance.works.now();
        let is_busy = work.as_ref().is_some_and(|work| work.end.is_none());
        let acts = |snapshot: &Snapshot| {
            if is_busy {
                html! {}
            } else {
                acts(seen, snapshot)
            }
        };
        let main = html! {
            @if let Some(work) = &work { (working(work)) }
            @if let Some(last) = &backup_list.restored { (restored(last)) }
            (proof(backup_list.rehearsal.as_ref()))
            @if !is_busy { (make(seen)) }
            (snapshots(&backup_list, &acts))
        };
        Ok(shown("/instance/backups", &main))
    }
}

/// What is being done, or was last.
fn working(work: &Work) -> Markup {
    html! {
        section.card {
            h2 { (work.what) }
            @match &work.end {
                None => {
                    (progress(&work.what, 0, None))
                    p { (said(&work.line)) }
                    @if work.what.starts_with(RESTORING) {
                        p { "The snapshot is tried out. Then Greenroom stops, restores it, and is back within minutes; sign in again \
                            then." }
                    }
                    p.hint { "Since " (relative(work.begun)) ". " a href="/instance/backups" { "Look again" } }
                }
                Some((at, Ok(outcome))) => { p { (badge(Tone::Good, "done")) " " (said(outcome)) " " (moment(*at)) } }
                Some((at, Err(problem))) => { p { (badge(Tone::Bad, "failed")) " " (said(problem)) " " (moment(*at)) } }
            }
        }
    }
}

/// How the last restore ended that was ordered here: nobody could be told while it went on.
fn restored(last: &Restored) -> Markup {
    let Restored { at, name, problem, from, rows, kept, snapshot } = last;
    html! {
        section.card {
            h2 { "The last restore" }
            @match problem {
                None => {
                    p { (badge(Tone::Good, "restored")) " " (name) " took the place of the store " (tried(at)) ", with " (number(*rows)) " rows." }
                    @if let Some(from) = from { p { "Everything is as it was " (tried(from)) ", when it was made." } }
                    @if let Some(kept) = kept { p { "The store as it was before is " code { (kept) } " in the data folder; delete it when you are content." } }
                    @if let Some(snapshot) = snapshot { p { "The snapshot of it is " code { (snapshot) } "." } }
                }
                Some(problem) => {
                    p { (badge(Tone::Bad, "failed")) " " (name) " was not restored " (tried(at)) ", and nothing was changed: " (said(problem)) }
                }
            }
        }
    }
}

/// Whether a restore would work.
fn proof(rehearsal: Option<&Rehearsal>) -> Markup {
    html! {
        p {
            @match rehearsal {
                None => { (badge(Tone::Info, "not tried yet")) " A restore was never tried. Try one with a snapshot below." }
                Some(Rehearsal { at, name, problem: None, rows }) => {
                    (badge(Tone::Good, "works")) " A restore of " (name) " was tried " (tried(at)) " and brought back " (number(*rows)) " rows."
                }
                Some(Rehearsal { at, name, problem: Some(problem), .. }) => {
                    (badge(Tone::Bad, "would fail")) " " (name) " was tried " (tried(at)) ": " (said(problem))
                }
            }
        }
    }
}

/// When it was, as other pages write it.
fn tried(at: &str) -> Markup {
    Timestamp::from_rfc3339(at).map_or_else(|| html! { (at) }, moment)
}

fn make(seen: &Seen<BackupsPage>) -> Markup {
    let seal = seen.seal("make");
    Form::new("/instance/backups/make", seal.seal()).around(&html! { (Button::main("Make a snapshot now")) })
}

fn acts(seen: &Seen<BackupsPage>, snapshot: &Snapshot) -> Markup {
    let name = snapshot.name.as_str();
    let act = |path: &str, label: &str, form: &str| {
        let seal = seen.seal(&format!("{form}-{name}"));
        Form::new(path, seal.seal()).around(&html! {
            input type="hidden" name="name" value=(name);
            (Button::plain(label))
        })
    };
    html! {
        div.actions {
            (act("/instance/backups/verify", "Verify", "verify"))
            (act("/instance/backups/rehearse", "Try a restore", "rehearse"))
            a.button href={ "/instance/backups/restore?name=" (name) } { "Restore…" }
        }
    }
}

fn snapshots(backup_list: &BackupList, acts: &dyn Fn(&Snapshot) -> Markup) -> Markup {
    if backup_list.snapshots.is_empty() {
        let text = "One is made each day while the bot runs; you can make one now.";
        return html! { (Empty { title: "There is no snapshot yet.", text, action: None }) };
    }
    let row = |snapshot: &Snapshot| Row {
        id: None,
        cells: vec![
            Cell::words("Snapshot", html! { (snapshot.name) }),
            Cell::words("Made", moment(snapshot.at)),
            Cell::words("For", html! { (snapshot.made_for) }),
            Cell::numbers("Size", html! { (size(snapshot.bytes)) }),
            Cell::words("Do", acts(snapshot)),
        ],
    };
    html! {
        section {
            h2 { "Snapshots" }
            (Table::new("Snapshots", None, backup_list.snapshots.iter().map(row)))
        }
    }
}

/// A size in a unit of which there are not too many: `812 KiB`, `3 MiB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..0x0010_0000 => format!("{} KiB", number(bytes.div_ceil(1 << 10))),
        0x0010_0000.. => format!("{} MiB", number(bytes.div_ceil(1 << 20))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;
    use crate::web::ui::testing::lines;

    const AT: Timestamp = Timestamp::from_millis(1_795_292_100_000);

    #[test]
    fn what_goes_on_shows_how_far_it_is_and_what_is_done_what_came_of_it() {
        let work = Work { what: "A snapshot".to_owned(), line: "copying the store".to_owned(), begun: AT, end: None };
        insta::assert_snapshot!(lines(&working(&work)), @r#"
        <section class="card">
        <h2>A snapshot</h2>
        <div class="meter">
        <span>A snapshot</span>
        <progress aria-label="A snapshot">
        </progress>
        </div>
        <p>copying the store</p>
        <p class="hint">Since <time datetime="2026-11-21T20:15:00Z" data-form="relative">21 Nov 2026, 20:15 UTC</time>. <a href="/instance/backups">Look again</a>
        </p>
        </section>
        "#);
        let failed = Work { end: Some((AT, Err("The disk is full.".to_owned()))), ..work };
        let drawn = working(&failed).into_string();
        assert!(drawn.contains("failed</span> The disk is full.") && !drawn.contains("progress"), "{drawn}");
    }

    #[test]
    fn what_a_restore_leads_to_is_said_as_long_as_it_goes_on() {
        let what = format!("{RESTORING} a.redb");
        let work = Work { what, line: String::new(), begun: AT, end: None };
        assert!(working(&work).into_string().contains("sign in again"));
        let over = Work { end: Some((AT, Err("It is torn.".to_owned()))), ..work };
        assert!(!working(&over).into_string().contains("sign in again"));
    }

    #[test]
    fn it_is_said_whether_a_restore_would_work() {
        let tried =
            Rehearsal { at: "2026-11-01T00:00:00Z".to_owned(), name: "a.redb".to_owned(), problem: None, rows: 12_000 };
        assert!(proof(Some(&tried)).into_string().contains("brought back 12,000 rows"));
        let broken = Rehearsal { problem: Some("a page is torn".to_owned()), ..tried };
        assert!(proof(Some(&broken)).into_string().contains("a page is torn"));
        assert!(proof(None).into_string().contains("never tried"));
    }

    #[test]
    fn how_a_restore_ended_is_told_with_where_the_store_of_before_is() {
        let done = Restored {
            at: "2026-11-21T20:15:00Z".to_owned(),
            name: "a.redb".to_owned(),
            problem: None,
            from: Some("2026-11-20T04:00:00Z".to_owned()),
            rows: 12_000,
            kept: Some("greenroom.redb.before-restore-x".to_owned()),
            snapshot: Some("b.redb".to_owned()),
        };
        let drawn = restored(&done).into_string();
        for part in [
            "restored</span> a.redb",
            "12,000 rows",
            "20 Nov 2026, 04:00 UTC",
            "<code>greenroom.redb.before-restore-x</code>",
            "<code>b.redb</code>",
        ] {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
        let failed = Restored { problem: Some("It is torn.".to_owned()), kept: None, snapshot: None, ..done };
        assert!(restored(&failed).into_string().contains("nothing was changed: It is torn."));
    }

    #[test]
    fn a_size_is_in_a_unit_of_which_there_are_not_too_many() {
        for (bytes, shown) in [(0, "0 KiB"), (1, "1 KiB"), (1 << 20, "1 MiB"), (3_000_000_000, "2,862 MiB")] {
            assert_eq!(size(bytes), shown);
        }
    }
}

//! Where a page says that a form is given back: at the form itself, which may stand far below the top of the page.
//!
//! The notice takes the focus as the page is loaded, so the browser goes there, with script or without.

use maud::{Markup, PreEscaped};

use super::answer::Refill;
use super::ui::components::{CSRF, IDEMPOTENCY_KEY};

/// A page with the notice above the form that it is about, and the notice where it belongs above the page: because the form was
/// refused, or is not found. `action` is where the form is sent, where that is known.
pub(super) fn placed(
    main: Markup,
    notice: Option<Markup>,
    refill: Option<&Refill>,
    action: Option<&str>,
) -> (Markup, Option<Markup>) {
    let Some(refill) = refill.filter(|refill| refill.status.is_success()) else { return (main, notice) };
    let Some(notice) = notice else { return (main, None) };
    match form_of(&main.0, refill, action) {
        Some((before, form)) => (PreEscaped([before, &notice.0, form].concat()), None),
        None => (main, Some(notice)),
    }
}

/// The page up to the form, and from there on: the form that has most of the fields that were typed.
fn form_of<'p>(page: &'p str, refill: &Refill, action: Option<&str>) -> Option<(&'p str, &'p str)> {
    let typed = refill.typed.keys().filter(|name| !matches!(name.as_str(), CSRF | IDEMPOTENCY_KEY | "back"));
    let fields: Vec<String> = typed.map(|name| format!(" name=\"{name}\"")).collect();
    let mut best: Option<(usize, &str, &str)> = None;
    for (place, _) in page.match_indices("<form ") {
        let (before, form) = page.split_at(place);
        let whole = form.split_once("</form>").map_or(form, |(form, _)| form);
        let tag = whole.split('>').next().unwrap_or_default();
        if !action.is_none_or(|action| is_sent_to(tag, action)) {
            continue;
        }
        let found = fields.iter().filter(|field| whole.contains(field.as_str())).count();
        if found > best.map_or(0, |(most, ..)| most) {
            best = Some((found, before, form));
        }
    }
    best.map(|(_, before, form)| (before, form))
}

/// Whether the tag of a form says that it is sent to an address, whatever stands behind its question mark.
fn is_sent_to(tag: &str, action: &str) -> bool {
    let path = action.split('?').next().unwrap_or_default();
    [format!(" action=\"{path}\""), format!(" action=\"{path}?")].iter().any(|attribute| tag.contains(attribute))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use maud::html;

    use super::*;

    fn page() -> Markup {
        html! {
            p { "Far above." }
            form method="post" action="/g/5/link" { input name="handle"; }
            form method="post" action="/g/5/settings" { input name="price"; input name="was.price"; }
            form method="post" action="/g/5/settings" { input name="stock"; }
        }
    }

    fn refill(fields: &[&str], status: StatusCode) -> Refill {
        let typed = fields.iter().map(|field| ((*field).to_owned(), vec![String::new()]));
        Refill { typed: typed.collect(), status, ..Refill::default() }
    }

    fn told(fields: &[&str], action: Option<&str>, status: StatusCode) -> (String, bool) {
        let notice = html! { "NOTICE" };
        let (main, above) = placed(page(), Some(notice), Some(&refill(fields, status)), action);
        (main.into_string(), above.is_some())
    }

    #[test]
    fn the_notice_stands_at_the_form_that_was_sent() {
        for (fields, action, behind) in [
            (&["handle", "csrf"][..], Some("/g/5/link"), "Far above.</p>NOTICE"),
            (&["stock"], Some("/g/5/settings?a=b"), "name=\"was.price\"></form>NOTICE"),
            (&["price", "was.price"], None, "name=\"handle\"></form>NOTICE"),
        ] {
            let (main, is_above) = told(fields, action, StatusCode::OK);
            assert!(main.contains(behind) && !is_above, "{behind} in {main}");
        }
    }

    #[test]
    fn a_form_that_was_refused_or_is_not_there_is_told_above_the_page() {
        for (fields, action, status) in [
            (&["handle"][..], Some("/g/5/link"), StatusCode::UNPROCESSABLE_ENTITY),
            (&["handle"], Some("/g/5/elsewhere"), StatusCode::OK),
            (&["other"], None, StatusCode::OK),
        ] {
            let (main, is_above) = told(fields, action, status);
            assert!(is_above && !main.contains("NOTICE"), "{fields:?}: {main}");
        }
        let (main, above) = placed(page(), None, None, None);
        assert!(above.is_none() && main.into_string() == page().into_string());
    }
}

//! What stands where the pages were that set Greenroom up: that it is set up, and how one comes in now. Whoever has one of them
//! open when the bot starts, or its address, is led here; nobody learns more than that a Greenroom is here.

use maud::{Markup, html};

use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::code;

/// Where the page is. The forms of the pages that were here, and the codes that opened them, are below it.
pub(in crate::web) const PATH: &str = "/setup";

/// The page.
pub struct SetUpPage;

impl Page for SetUpPage {
    const NAME: &'static str = "setup.page";
    const ABOUT: &'static str = "Says that Greenroom is set up, to whoever looks for the pages that did so.";
    const PATHS: &'static [&'static str] = &[PATH];
    const WHO: Who = Who::Anyone;
    const STILL: Option<&'static str> = Some("It says one thing, which stays so.");

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let is_in = seen.visitor.somebody().is_some();
        Ok(Shown::bare("Greenroom is set up", content(is_in, web.settings.has_local_admin)))
    }
}

fn content(is_in: bool, has_operator: bool) -> Markup {
    html! {
        section.card {
            p { "Nothing is waited for here any more: the bot has its token. A page of the set-up that was still open changes \
                nothing." }
            @if is_in {
                p { a.button.main href="/" { "Open Greenroom" } }
            } @else {
                @if has_operator { p { (by_a_link()) } }
                p { a.button.main href="/sign-in" { "Sign in" } }
            }
        }
    }
}

/// How the operator comes in without a password.
pub(super) fn by_a_link() -> Markup {
    html! { "As the operator you sign in by a link: " (code("greenroom admin link")) " on the machine of Greenroom prints one." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_one_comes_in_and_names_the_operators_way_where_there_is_one() {
        let of = |is_in, has_operator| content(is_in, has_operator).into_string();
        let operators = of(false, true);
        assert!(operators.contains("greenroom admin link") && operators.contains(r#"href="/sign-in""#), "{operators}");
        assert!(!of(false, false).contains("admin link"));
        assert!(of(true, true).contains(r#"href="/""#) && !of(true, true).contains("/sign-in"));
    }
}

//! Where the owner switches on what everybody sees, and administrators set the goal of the live.

use maud::{Markup, html};

use crate::features::public::model::PublicName;
use crate::features::public::queries::{Chosen, chosen};
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Revision};
use crate::web::api::public::PublicView;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{ACTIVITY, SETTINGS};
use crate::web::ui::components::{Button, Choice, Field, Form, Input, Select};

/// How names of members can be shown.
const NAMES: [Choice<'_>; 3] =
    [Choice::new("initials", "As initials"), Choice::new("full", "Whole"), Choice::new("hidden", "Not at all")];

/// What can be counted.
const MEASURES: [Choice<'_>; 3] =
    [Choice::new("likes", "Likes"), Choice::new("coins", "Gift coins"), Choice::new("follows", "Follows")];

/// The page.
pub struct PublicPage;

impl Page for PublicPage {
    const NAME: &'static str = "public.page";
    const ABOUT: &'static str = "Sets what people see who are not signed in: the queue under a name, overlays, a goal.";
    const PATHS: &'static [&'static str] = &["/g/{server}/public"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[SETTINGS, ACTIVITY];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let chosen = web.look("public", move |read| chosen(read, guild)).await?;
        let revision = Revision::of(&PublicView::of(&chosen));
        let main = html! {
            @if seen.rank.reaches(Who::Owner) {
                (queue(web, seen, &chosen, &revision))
                (overlays(seen, &chosen))
            } @else {
                section.card { p { "What everybody may see is decided by the owner of the server." } }
            }
            (goal(seen, &chosen, &revision))
        };
        Ok(Shown::new("Public pages", main))
    }
}

fn queue(web: &Web, seen: &Seen<PublicPage>, chosen: &Chosen, revision: &Revision) -> Markup {
    let action = format!("/g/{}/public", seen.guild);
    let kept = chosen.name.as_ref().map(PublicName::as_str).unwrap_or_default();
    // What was typed into the form of the goal says nothing here.
    let theirs = |field: &str, present: &str| seen.typed(field).and_then(|_| seen.theirs(field, present));
    let wrong = seen.wrong("name").or_else(|| theirs("name", kept));
    let changed = theirs("names", chosen.names_shown.word());
    let name = Field {
        value: seen.typed("name").unwrap_or(kept),
        error: wrong.as_deref(),
        hint: Some("In the address of the page, such as night-owl. Empty: nobody sees the queue."),
        most: Some(32),
        ..Field::new("name", "Name of the queue")
    };
    let names = Select {
        chosen: seen.typed("names").unwrap_or(chosen.names_shown.word()),
        error: changed.as_deref(),
        ..Select::new("names", "Names of members", &NAMES)
    };
    let seal = seen.seal("queue");
    html! {
        section.card aria-labelledby="queue" {
            h2 #queue { "The queue" }
            @if let Some(name) = &chosen.name {
                p { "Everybody can see it at " a href={ "/q/" (name) } { (web.settings.link(&format!("/q/{name}"))) } "." }
            }
            (Form { revision: Some(revision.in_form(seen.refill.as_ref())), ..Form::new(&action, seal.seal()) }
                .around(&html! { (name) (names) (Button::main("Save")) }))
        }
    }
}

fn overlays(seen: &Seen<PublicPage>, chosen: &Chosen) -> Markup {
    let (open, close) =
        (format!("/g/{}/public/overlay", seen.guild), format!("/g/{}/public/overlay/close", seen.guild));
    let (opening, closing) = (seen.seal("open"), seen.seal("close"));
    html! {
        section.card aria-labelledby="overlays" {
            h2 #overlays { "Overlays" }
            p { "An overlay shows what plays, what comes, or the goal in OBS. Whoever has its address sees it." }
            @if chosen.has_overlay {
                p { "There is an address. Another one takes its place at once." }
                (Form { confirm: Some("The address that you use now will show nothing any more."), ..Form::new(&open, opening.seal()) }
                    .around(&html! { (Button::plain("Make another address")) }))
                (Form { confirm: Some("The overlays will show nothing any more."), ..Form::new(&close, closing.seal()) }
                    .around(&html! { (Button::danger("Close the overlays")) }))
            } @else {
                (Form::new(&open, opening.seal()).around(&html! { (Button::main("Make an address")) }))
            }
        }
    }
}

fn goal(seen: &Seen<PublicPage>, chosen: &Chosen, revision: &Revision) -> Markup {
    let action = format!("/g/{}/public/goal", seen.guild);
    let kept = chosen.goal.map(|goal| goal.wanted.to_string()).unwrap_or_default();
    let theirs = |field: &str, present: &str| seen.typed(field).and_then(|_| seen.theirs(field, present));
    let counted = chosen.goal.map_or("likes", |goal| goal.of.word());
    let wrong = seen.wrong("wanted").or_else(|| theirs("wanted", &kept));
    let wrong_of = seen.wrong("of").or_else(|| theirs("of", counted));
    let wanted = Field {
        input: Input::Number,
        value: seen.typed("wanted").unwrap_or(&kept),
        error: wrong.as_deref(),
        hint: Some("Empty: no goal."),
        ..Field::new("wanted", "How many on one live")
    };
    let of = Select {
        chosen: seen.typed("of").unwrap_or(counted),
        error: wrong_of.as_deref(),
        ..Select::new("of", "What is counted", &MEASURES)
    };
    let seal = seen.seal("goal");
    html! {
        section.card aria-labelledby="goal" {
            h2 #goal { "Goal of the live" }
            (Form { revision: Some(revision.in_form(seen.refill.as_ref())), ..Form::new(&action, seal.seal()) }
                .around(&html! { (of) (wanted) (Button::main("Save")) }))
        }
    }
}

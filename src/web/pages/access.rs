//! Who may do what in a server: the ladder of roles, and the tokens of whoever looks.

use maud::{Markup, html};

use super::sessions::tokens_card;
use crate::signin::token;
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::access::{NamedRole, RolesView, named_roles};
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{PULSE, SETTINGS};
use crate::web::ui::components::{Button, Checkbox, Choice, Form, Select};

/// A step of the ladder: its field, its name, what it may.
const LADDER: [(&str, &str, &str); 3] = [
    (
        "admin_roles",
        "Admins",
        "change shop, tasks, announcements and settings, beside those with Discord's Administrator permission",
    ),
    ("moderator_roles", "Moderators", "review tasks and hand over orders"),
    ("viewer_roles", "Viewers", "look at every page but audit, exports and this one, and change nothing"),
];

/// The page.
pub struct AccessPage;

impl Page for AccessPage {
    const NAME: &'static str = "access.page";
    const ABOUT: &'static str = "Shows who may do what in a server.";
    const PATHS: &'static [&'static str] = &["/g/{server}/access"];
    const WHO: Who = Who::Owner;
    const HINTS: &'static [Topic] = &[SETTINGS, PULSE];

    type Path = ();
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let person = seen.visitor.somebody().ok_or(Problem::Unauthenticated)?.person.clone();
        let (guild, now) = (seen.guild, seen.now);
        let found =
            web.look(Self::NAME, move |read| Ok((RolesView::of(read, guild)?, token::list_of(read, &person, now)?)));
        let (given, tokens) = found.await?;
        let known = named_roles(web, guild).await;
        let main = html! {
            (ladder(seen, &given, &known))
            (tokens_card(web, seen, &tokens, &format!("/g/{guild}/access")))
            p.hint { "Where you are signed in yourself is on " a href="/me/sessions" { "your own page" } "." }
        };
        Ok(Shown::new("Access", main))
    }
}

fn ladder(seen: &Seen<AccessPage>, given: &RolesView, known: &[NamedRole]) -> Markup {
    let (action, sealed) = (format!("/g/{}/access", seen.guild), seen.seal("roles"));
    let form = Form { is_guarded: true, ..Form::new(&action, sealed.seal()) };
    let now = [&given.admin_roles, &given.moderator_roles, &given.viewer_roles];
    html! {
        section.card {
            h2 { "Roles" }
            p { "The owner may everything. Each step below may what those after it may, too. A role that is taken away from \
                somebody opens nothing from the next click on." }
            (form.around(&html! {
                @for ((field, title, may), given) in LADDER.into_iter().zip(now) {
                    (step(seen, (field, title, may), given, known))
                }
                (reviewers(seen, given.reviewer_role.as_deref(), known))
                (Button::main("Save"))
            }))
        }
    }
}

/// One step, with a tick for each role. Roles that are given and have gone on Discord can be taken away, too.
fn step(
    seen: &Seen<AccessPage>,
    (field, title, may): (&str, &str, &str),
    given: &[String],
    known: &[NamedRole],
) -> Markup {
    let typed = seen.refill.as_ref().map(|refill| refill.typed.get(field).cloned().unwrap_or_default());
    let ticked = typed.as_deref().unwrap_or(given);
    let gone = ticked.iter().filter(|id| known.iter().all(|role| role.id != **id));
    html! {
        fieldset {
            legend { (title) }
            p.hint { "They may " (may) "." }
            @for role in known { (tick(field, &role.id, &role.name, ticked.contains(&role.id))) }
            @for id in gone { (tick(field, id, &format!("Role {id}, which I do not see on Discord"), true)) }
            @if known.is_empty() { p.hint { "Discord does not tell the roles of this server at the moment." } }
            @if let Some(wrong) = seen.wrong(field) { p.error { (wrong) } }
        }
    }
}

fn tick(field: &str, value: &str, label: &str, is_ticked: bool) -> Markup {
    let id = format!("f-{field}-{value}");
    html! { (Checkbox { value, id: Some(&id), is_ticked, ..Checkbox::new(field, label) }) }
}

fn reviewers(seen: &Seen<AccessPage>, given: Option<&str>, known: &[NamedRole]) -> Markup {
    let chosen = seen.typed("reviewer_role").or(given).unwrap_or_default();
    let mut choices = vec![Choice::new("", "Nobody")];
    choices.extend(known.iter().map(|role| Choice::new(&role.id, &role.name)));
    if !choices.iter().any(|choice| choice.value == chosen) {
        choices.push(Choice::new(chosen, chosen));
    }
    let wrong = seen.wrong("reviewer_role");
    html! {
        (Select {
            chosen,
            hint: Some("They may use the desk: play, move and remove songs."),
            error: wrong.as_deref(),
            ..Select::new("reviewer_role", "Reviewers", &choices)
        })
    }
}

//! Where somebody is signed in, and what programs of theirs come in by.

use maud::{Markup, html};
use strum::VariantArray;

use crate::kernel::digest::Digest;
use crate::kernel::ids::GuildId;
use crate::signin::scope::Scope;
use crate::signin::session::{self, Door, Session};
use crate::signin::token::{self, Token};
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown, servers_of};
use crate::web::push::about::PULSE;
use crate::web::sign_in::session_shown;
use crate::web::table::routes;
use crate::web::ui::components::{
    Button, Cell, Checkbox, Choice, Field, Form, Row, Select, Table, Tone, badge, moment, relative,
};

/// Where this page is.
pub(super) const PATH: &str = "/me/sessions";

/// For how long a token may be made, in days, as it is offered.
const SPANS: [Choice<'static>; 4] = [
    Choice::new("90", "90 days"),
    Choice::new("7", "7 days"),
    Choice::new("30", "30 days"),
    Choice::new("365", "a year"),
];

/// The page.
pub struct SessionsPage;

impl Page for SessionsPage {
    const NAME: &'static str = "sessions.page";
    const ABOUT: &'static str = "Shows where somebody is signed in, and their tokens.";
    const PATHS: &'static [&'static str] = &[PATH];
    const WHO: Who = Who::SignedIn;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let person = seen.visitor.somebody().ok_or(Problem::Unauthenticated)?.person.clone();
        let now = seen.now;
        let found = web.look(Self::NAME, move |read| {
            Ok((session::list_of(read, &person, now)?, token::list_of(read, &person, now)?))
        });
        let (sessions, tokens) = found.await?;
        let main = html! {
            section.card {
                h2 { "Where you are signed in" }
                (sessions_table(seen, &sessions, session_shown(&seen.visitor)))
                (everywhere_else(seen, sessions.len()))
            }
            (tokens_card(web, seen, &tokens, PATH))
        };
        let crumbs = vec![("/me".to_owned(), "You".to_owned())];
        Ok(Shown { crumbs, ..Shown::new("Sessions and tokens", main) })
    }
}

fn sessions_table(seen: &Seen<SessionsPage>, sessions: &[(Digest, Session)], here: Option<Digest>) -> Markup {
    let row = |(sid, session): &(Digest, Session)| {
        let (mark, is_here) = (session::mark(*sid), Some(*sid) == here);
        let (action, sealed) = (format!("{PATH}/{mark}/end"), seen.seal(&format!("end-{mark}")));
        let cells = vec![
            Cell::words("Browser", html! { (session.agent) @if is_here { " " (badge(Tone::Good, "this one")) } }),
            Cell::words("Last seen", relative(session.seen)),
            Cell::words("Since", moment(session.began)),
            Cell::words("By", html! { (by(session.door)) }),
            Cell::words("From", html! { (session.network) }),
            Cell::words(
                "",
                Form::new(&action, sealed.seal()).around(&html! {
                    (Button::plain(if is_here { "Sign out here" } else { "Sign out there" }))
                }),
            ),
        ];
        Row { id: Some(mark), cells }
    };
    html! { (Table::new("Where you are signed in", Some("sessions"), sessions.iter().map(row))) }
}

const fn by(door: Door) -> &'static str {
    match door {
        Door::Password => "password",
        Door::Link => "a link",
        Door::Discord => "Discord",
    }
}

fn everywhere_else(seen: &Seen<SessionsPage>, sessions: usize) -> Markup {
    let sealed = seen.seal("everywhere");
    html! {
        @if sessions > 1 {
            (Form::new("/sign-out-everywhere", sealed.seal()).around(&html! {
                input type="hidden" name="back" value=(PATH);
                (Button::danger("Sign out everywhere else"))
                p.hint { "If you signed in a while ago, you are asked to prove that it is you first. Your tokens stay." }
            }))
        }
    }
}

/// The tokens of whoever looks, with what makes another one. `back` is the page to which the forms come back.
pub(super) fn tokens_card<P: Page>(web: &Web, seen: &Seen<P>, tokens: &[Token], back: &str) -> Markup {
    html! {
        section.card #tokens {
            h2 { "Tokens for programs" }
            p {
                "A program that shows a token may what you tick here, and never more than you may at that moment. "
                a href="/api/docs" { "What can be asked, and how" }
            }
            @if !tokens.is_empty() { (tokens_table(seen, tokens, back)) }
            details open[tokens.is_empty() || seen.refill.is_some()] {
                summary { "Make a token" }
                (maker(web, seen, back))
            }
        }
    }
}

fn tokens_table<P: Page>(seen: &Seen<P>, tokens: &[Token], back: &str) -> Markup {
    let row = |token: &Token| {
        let number = token.number.to_string();
        let (action, sealed) = (format!("/me/tokens/{number}/revoke"), seen.seal(&format!("revoke-{number}")));
        let scopes: Vec<String> = token.scopes.iter().map(|scope| scope.to_string()).collect();
        let confirm = format!("Take {} away? Whatever shows it is locked out.", token.name);
        let cells = vec![
            Cell::words("Name", html! { (token.name) }),
            Cell::words("May", html! { (scopes.join(", ")) }),
            Cell::words(
                "Servers",
                html! { @if token.guilds.is_empty() { "all of yours" } @else { (token.guilds.len()) } },
            ),
            Cell::words(
                "Last used",
                html! { @if let Some(last) = token.last_used { (relative(last)) } @else { "never" } },
            ),
            Cell::words("Works until", moment(token.expires)),
            Cell::words(
                "",
                Form { confirm: Some(&confirm), ..Form::new(&action, sealed.seal()) }.around(&html! {
                    input type="hidden" name="back" value=(back);
                    (Button::danger("Take away"))
                }),
            ),
        ];
        Row { id: Some(number), cells }
    };
    html! { (Table::new("Your tokens", Some("tokens"), tokens.iter().map(row))) }
}

fn maker<P: Page>(web: &Web, seen: &Seen<P>, back: &str) -> Markup {
    let sealed = seen.seal("token");
    let scopes = seen.wrong("scopes");
    let servers = servers_of(web, &seen.visitor);
    // One for which nothing is there yet would be a promise.
    let is_of_use = |scope: &&Scope| routes().any(|route| route.scope == **scope);
    let is_theirs = |scope: &&Scope| **scope != Scope::Instance || seen.visitor.is_operator();
    let offered = Scope::VARIANTS.iter().filter(is_of_use).filter(is_theirs);
    Form::new("/me/tokens", sealed.seal()).around(&html! {
        input type="hidden" name="back" value=(back);
        (Field {
            value: seen.typed("name").unwrap_or_default(),
            hint: Some("By which you know it later, such as the name of the program."),
            most: Some(60),
            is_required: true,
            ..Field::new("name", "Name")
        })
        fieldset {
            legend { "It may" }
            @for scope in offered { (scope_tick(*scope, seen.chosen("scopes", "days").as_deref())) }
            @if let Some(wrong) = &scopes { p.error { (wrong) } }
        }
        @if servers.len() > 1 {
            fieldset {
                legend { "In these servers; none ticked is all of yours" }
                @for (id, name) in &servers { (server_tick(*id, name, seen.chosen("servers", "days").as_deref())) }
            }
        }
        (Select { chosen: seen.typed("days").unwrap_or_default(), ..Select::new("days", "It works for", &SPANS) })
        (Button::main("Make the token"))
    })
}

fn server_tick(server: GuildId, name: &str, chosen: Option<&[String]>) -> Markup {
    let (value, id) = (server.to_string(), format!("f-servers-{server}"));
    html! { (Checkbox { is_ticked: chosen.is_some_and(|chosen| chosen.contains(&value)), value: &value, id: Some(&id), ..Checkbox::new("servers", name) }) }
}

fn scope_tick(scope: Scope, chosen: Option<&[String]>) -> Markup {
    let (value, id) = (scope.to_string(), format!("f-scopes-{scope}"));
    html! {
        (Checkbox {
            value: &value,
            id: Some(&id),
            is_ticked: chosen.map_or(scope == Scope::Read, |chosen| chosen.contains(&value)),
            ..Checkbox::new("scopes", scope.in_words())
        })
    }
}

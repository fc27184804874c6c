//! The page that tells what is not possible: why in one sentence, what to do now in another, and who can change it.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use super::Web;
use super::access::{Rank, Visitor, Who};
use super::answer::{Problem, html as sentence_html, report, say_when_again};
use super::endpoint::{Arrived, Door};
use super::gate::to_sign_in;
use super::page::{Shown, framed, html_response};
use super::pages::settings::way_to_setting;
use crate::kernel::error::ReportId;
use crate::kernel::ids::GuildId;

/// Who met a problem, and where: what is drawn around the page that tells of it.
#[derive(Clone, Copy)]
pub(super) struct Met<'a> {
    /// Who asked.
    pub visitor: &'a Visitor,
    /// The headers of the request.
    pub headers: &'a HeaderMap,
    /// The server, and what they are there.
    pub place: (GuildId, Rank),
    /// The address of the page that was looked for; nothing where a form was sent. What is open to everybody may have a secret in
    /// its address, which no page repeats: there it is empty, which leads to where one is.
    pub address: Option<&'a str>,
}

impl<'a> Met<'a> {
    /// Where no page is.
    pub(super) const fn nowhere(visitor: &'a Visitor, headers: &'a HeaderMap) -> Self {
        Self { visitor, headers, place: (GuildId::INSTANCE, Rank { level: None, is_reviewer: false }), address: None }
    }

    /// By a request that had passed the gate.
    pub(super) fn by(arrived: &'a Arrived, who: Who) -> Self {
        Self {
            visitor: &arrived.visitor,
            headers: &arrived.headers,
            place: (arrived.guild, arrived.rank),
            address: (arrived.door == Door::Page).then(|| told_address(who, &arrived.address)),
        }
    }
}

/// The address of a page, where it may be told.
pub(super) fn told_address(who: Who, address: &str) -> &str {
    if who == Who::Anyone { "" } else { address }
}

/// The page that says what is not possible, in the frame of the server for whoever has a place there.
pub(super) fn problem(web: &Web, met: &Met<'_>, problem: &Problem, doing: &str) -> Response {
    if matches!(problem, Problem::Unauthenticated | Problem::InvalidToken) {
        return to_sign_in(met.address.unwrap_or("/"));
    }
    let ErrorPage { title, main } = told(problem, report(problem, doing), met);
    let shown = Shown { is_framed: met.place.1.level.is_some(), ..Shown::bare(title, main) };
    let mut response = html_response(problem.status(), framed(web, met, &shown));
    say_when_again(&mut response, problem);
    response
}

/// A page about a problem: its heading and its content.
struct ErrorPage {
    title: &'static str,
    main: Markup,
}

/// The page about a problem that somebody met. `report` is the number of what broke.
fn told(problem: &Problem, report: Option<ReportId>, met: &Met<'_>) -> ErrorPage {
    let sentence = problem.sentence(report);
    let (guild, rank) = met.place;
    // Whoever only looked at a page had nothing to change.
    let advice = advice(problem).filter(|_| met.address.is_none() || !is_refused(problem));
    let main = html! {
        p { (sentence_html(&sentence)) }
        @if let Some(advice) = advice { p { (advice) } }
        p.actions {
            @if let Some(way) = way_to_setting(guild, rank, &sentence) { (way) }
            @if let Some(list) = met.address.filter(|_| is_refused(problem)).and_then(list_above) {
                a.button href=(list) { "Back to the list" }
            }
            @if let Some(again) = met.address.filter(|_| may_pass(problem)) { a.button.main href=(again) { "Try again" } }
            @if *met.visitor == Visitor::Nobody && matches!(problem, Problem::NotFound) {
                a.button href=(sign_in(met.address)) { "Sign in" }
            }
            a.button href="/" { "To your servers" }
        }
    };
    ErrorPage { title: title(problem), main }
}

/// Whether it is no failure, but what an operation or a look refused.
fn is_refused(problem: &Problem) -> bool {
    matches!(problem, Problem::Operation(_)) && !problem.status().is_server_error()
}

/// The list above a page of one thing of a server: `/g/5/shop` of `/g/5/shop/7`.
fn list_above(address: &str) -> Option<&str> {
    let (list, _) = address.split('?').next()?.rsplit_once('/')?;
    (list.matches('/').count() > 2).then_some(list)
}

fn title(problem: &Problem) -> &'static str {
    match (problem, problem.status()) {
        (Problem::Operation(_), _) if problem.code() == "feature.off" => "Switched off",
        (Problem::Method(_), _) => "Not in this way",
        (Problem::WrongHost, _) => "Not under this name",
        (Problem::TooLarge(_), _) => "Too much",
        (_, StatusCode::NOT_FOUND) => "Not here",
        (_, StatusCode::FORBIDDEN) => "Not for you",
        (_, StatusCode::UNAUTHORIZED) => "Not signed in",
        (_, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => "Not right now",
        (_, StatusCode::PRECONDITION_FAILED) => "Changed meanwhile",
        (_, status) if status.is_server_error() => "Something broke",
        _ => "That did not work",
    }
}

/// What somebody can do now; nothing where the sentence says it already.
fn advice(problem: &Problem) -> Option<&'static str> {
    match problem {
        Problem::Operation(_) if problem.status().is_server_error() => {
            Some("Please try again. If it breaks once more, tell them that number.")
        }
        Problem::Operation(_)
        | Problem::RateLimited(_)
        | Problem::BalancesLimited(_)
        | Problem::Busy
        | Problem::StoreStopped(_)
        | Problem::DiscordUnavailable => Some("Nothing was changed."),
        Problem::DiscordWentAway => Some("Look at what stands here before you send it once more."),
        Problem::Forbidden(who) => Some(given_by(*who)),
        Problem::OutOfScope(_) => Some("Whoever made the token can make another one that has it."),
        Problem::NotFound => Some(
            "The address may be old or mistyped. If it is of a server, ask somebody of its team whether you have a place there.",
        ),
        Problem::Method(_) => Some("Go back to the page that you came from, and send its form once more."),
        Problem::TooLarge(_) => Some("Nothing was changed. Go back, make it shorter, and send it once more."),
        Problem::Csrf => Some("Nothing was changed. Open the page here anew, and send it from there."),
        Problem::Unreadable(_) | Problem::Fields(_) | Problem::Ambiguous(_) => {
            Some("Nothing was changed. Go back, look at what was sent, and send it once more.")
        }
        Problem::Unauthenticated
        | Problem::InvalidToken
        | Problem::ProofNeeded
        | Problem::Stale(_)
        | Problem::WrongHost => None,
    }
}

/// By whom somebody can be given a right that is missing.
const fn given_by(who: Who) -> &'static str {
    match who {
        Who::Anyone | Who::SignedIn | Who::Member => "Whoever joins the server on Discord may.",
        Who::Viewer | Who::ViewerOrReviewer | Who::Moderator | Who::Admin => {
            "The owner of the server chooses which roles may, on the page Access. Ask them for such a role."
        }
        Who::Reviewer => "An administrator of the server chooses the role of its reviewers, in its settings.",
        Who::Administrator => "The owner of the server can give you a role with that permission on Discord.",
        Who::Owner => "Ask the owner to do it for you.",
        Who::Instance => "Whoever runs this Greenroom signs in with its password.",
    }
}

/// Whether the same may work a moment later.
fn may_pass(problem: &Problem) -> bool {
    problem.retry_after().is_some() || problem.status().is_server_error()
}

fn sign_in(next: Option<&str>) -> String {
    let next = next.filter(|next| !next.is_empty()).unwrap_or("/");
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::HeaderMap;

    use super::*;
    use crate::kernel::error::Error;
    use crate::kernel::sentence::Sentence;
    use crate::signin::scope::Scope;

    fn drawn(problem: &Problem, address: Option<&str>) -> String {
        let (visitor, headers) = (Visitor::Nobody, HeaderMap::new());
        let met = Met { address, ..Met::nowhere(&visitor, &headers) };
        let ErrorPage { title, main } = told(problem, Some(ReportId::new(60_000_000, 3)), &met);
        format!("{title}: {}", main.into_string())
    }

    #[test]
    fn every_problem_has_a_heading_a_sentence_and_a_way_on() {
        for problem in [
            Problem::Operation(Error::failed("disk")),
            Problem::field("stock", Sentence::words("A number.")),
            Problem::Unreadable(Sentence::words("No.")),
            Problem::Csrf,
            Problem::Forbidden(Who::Admin),
            Problem::OutOfScope(Scope::Shop),
            Problem::NotFound,
            Problem::Method("POST".to_owned()),
            Problem::TooLarge(65_536),
            Problem::RateLimited(Duration::from_secs(5)),
            Problem::DiscordUnavailable,
            Problem::DiscordWentAway,
            Problem::StoreStopped(Sentence::words("I cannot store anything now.")),
            Problem::Busy,
        ] {
            let drawn = drawn(&problem, Some("/me"));
            assert!(drawn.matches("<p>").count() == 2 && drawn.contains("href=\"/\""), "{drawn}");
            let goes_again = drawn.contains("<a class=\"button main\" href=\"/me\">Try again</a>");
            assert_eq!(goes_again, matches!(problem.status().as_u16(), 429 | 500..), "{drawn}");
        }
    }

    #[test]
    fn what_is_switched_off_leads_whoever_may_to_its_setting_and_nobody_is_told_of_changes_by_looking() {
        use crate::access::Level;
        use crate::settings::SwitchRefusal;
        let off = SwitchRefusal::Off { title: "The shop", key: "features.currency" };
        let problem = Problem::Operation(off.into());
        let (visitor, headers) = (Visitor::Nobody, HeaderMap::new());
        let drawn = |level, address| {
            let rank = Rank { level: Some(level), is_reviewer: false };
            let met = Met { place: (GuildId::new(5), rank), address, ..Met::nowhere(&visitor, &headers) };
            let ErrorPage { title, main } = told(&problem, None, &met);
            format!("{title}: {}", main.into_string())
        };
        let admin = drawn(Level::Admin, Some("/g/5/shop/7"));
        assert!(admin.starts_with("Switched off: ") && admin.contains("#f-features.currency"), "{admin}");
        assert!(admin.contains(r#"href="/g/5/shop""#) && !admin.contains("Nothing was changed"), "{admin}");
        let member = drawn(Level::Member, None);
        assert!(!member.contains("#f-features") && member.contains("Nothing was changed"), "{member}");
    }

    #[test]
    fn nobody_is_told_that_nothing_was_changed_where_something_was() {
        let [before, after] =
            [Problem::DiscordUnavailable, Problem::DiscordWentAway].map(|problem| drawn(&problem, None));
        assert!(before.contains("Nothing was changed."), "{before}");
        assert!(after.contains("What you sent is stored.") && !after.contains("Nothing was changed."), "{after}");
    }

    #[test]
    fn whoever_lacks_a_right_is_told_who_gives_it() {
        let missing = drawn(&Problem::Forbidden(Who::Viewer), None);
        assert!(missing.contains("The owner of the server chooses which roles may, on the page Access."), "{missing}");
        assert!(!missing.contains("Sign in"), "{missing}");
        assert!(drawn(&Problem::NotFound, Some("/g/5?a=b")).contains("/sign-in?next=%2Fg%2F5%3Fa%3Db"));
    }

    #[test]
    fn what_broke_is_told_with_its_number() {
        assert!(drawn(&Problem::Operation(Error::failed("disk")), None).contains("1S71R0-3"));
    }
}

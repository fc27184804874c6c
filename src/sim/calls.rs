//! The calls of the control API: each is declared once, with what answers it and what it does in one line. So what a tester
//! reads of them, by `GET /sim/v1`, in the help and on the page, is what there is.

use axum::Router;
use axum::routing::{MethodFilter, MethodRouter};

use super::{Sim, control, live};

/// Puts a call where the router looks for it, by its method.
type Route = fn(MethodFilter) -> MethodRouter<Sim>;

/// A call.
pub(crate) struct Call {
    method: Method,
    path: &'static str,
    /// What it takes, what it does and what it answers.
    about: &'static str,
    route: Route,
}

#[derive(Clone, Copy)]
enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

/// A call that looks.
pub(crate) const fn get(path: &'static str, about: &'static str, route: Route) -> Call {
    Call { method: Method::Get, path, about, route }
}

/// A call that does something.
pub(crate) const fn post(path: &'static str, about: &'static str, route: Route) -> Call {
    Call { method: Method::Post, path, about, route }
}

/// A call that brings about how something is to be.
pub(crate) const fn put(path: &'static str, about: &'static str, route: Route) -> Call {
    Call { method: Method::Put, path, about, route }
}

/// A call that changes something.
pub(crate) const fn patch(path: &'static str, about: &'static str, route: Route) -> Call {
    Call { method: Method::Patch, path, about, route }
}

/// A call that takes something away.
pub(crate) const fn delete(path: &'static str, about: &'static str, route: Route) -> Call {
    Call { method: Method::Delete, path, about, route }
}

/// The router of these calls.
pub(crate) fn routed(calls: &[Call]) -> Router<Sim> {
    calls.iter().fold(Router::new(), |router, call| router.route(call.path, (call.route)(call.method.filter())))
}

/// All calls below `/sim/v1`, each with what it takes, does and answers: `("POST /guilds", "…")`.
pub fn control_calls() -> Vec<(String, &'static str)> {
    let of_discord = control::CALLS.iter().map(|call| (format!("{} {}", call.method.name(), call.path), call.about));
    let of_lives = live::control::CALLS.iter().map(|call| {
        let path = call.path.trim_end_matches('/');
        (format!("{} /live{path}", call.method.name()), call.about)
    });
    of_discord.chain(of_lives).collect()
}

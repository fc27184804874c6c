//! The cookies of a session: one that opens pages for a day, one that renews it for a month.
//!
//! Scripts never see them. On https they have the `__Host-` prefix, so that no other name of the same machine can set
//! them; on plain http, which is a network at home, browsers refuse that, and the names are without it.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use cookie::{Cookie, SameSite};

/// How long the access cookie counts (`C-72`).
pub const ACCESS: Duration = Duration::from_hours(24);
/// How long the refresh cookie counts.
pub const REFRESH: Duration = Duration::from_hours(24 * 30);
/// Where the refresh cookie is sent.
pub const REFRESH_PATH: &str = "/api/auth/refresh";

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Opens pages.
    Access,
    /// Renews the access.
    Refresh,
    /// Binds the way to Discord and back to one browser.
    State,
    /// The colours that somebody likes.
    Theme,
    /// Whether single keys do something.
    Keys,
    /// Opens the pages that set Greenroom up.
    Setup,
    /// Knows the browser whose form is kept.
    Kept,
}

impl Name {
    const fn bare(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::State => "state",
            Self::Theme => "theme",
            Self::Keys => "keys",
            Self::Setup => "setup",
            Self::Kept => "kept",
        }
    }

    /// The name that it has; with the prefix on an encrypted way. One that has a path of its own cannot have `__Host-`.
    pub fn full(self, is_https: bool) -> String {
        match (self, is_https) {
            (Self::Theme | Self::Keys, _) | (_, false) => self.bare().to_owned(),
            (Self::Refresh, true) => format!("__Secure-{}", self.bare()),
            (_, true) => format!("__Host-{}", self.bare()),
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Refresh => REFRESH_PATH,
            Self::Access | Self::State | Self::Theme | Self::Keys | Self::Setup | Self::Kept => "/",
        }
    }

    /// The header that sets it for so long; nothing for as long drops it.
    pub fn set(self, value: &str, lasts: Duration, is_https: bool) -> String {
        let seconds = i64::try_from(lasts.as_secs()).unwrap_or(i64::MAX);
        let cookie = Cookie::build((self.full(is_https), value.to_owned()))
            .path(self.path())
            .http_only(true)
            .secure(is_https)
            .same_site(SameSite::Lax)
            .max_age(cookie::time::Duration::seconds(seconds));
        cookie.build().to_string()
    }

    /// The header that drops it.
    pub fn drop(self, is_https: bool) -> String {
        self.set("", Duration::ZERO, is_https)
    }

    /// Its value, where a request has it.
    pub fn of(self, headers: &HeaderMap, is_https: bool) -> Option<String> {
        let wanted = self.full(is_https);
        let sent = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let cookies = sent.flat_map(Cookie::split_parse).filter_map(Result::ok);
        let mut found = cookies.filter(|cookie| cookie.name() == wanted).map(|cookie| cookie.value().to_owned());
        found.next().filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_for_us_alone_and_never_for_scripts() {
        let hour = Duration::from_hours(1);
        insta::assert_snapshot!(Name::Access.set("a", hour, true), @"__Host-access=a; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600");
        insta::assert_snapshot!(Name::Access.set("a", hour, false), @"access=a; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600");
        insta::assert_snapshot!(Name::Refresh.set("a", hour, true), @"__Secure-refresh=a; HttpOnly; SameSite=Lax; Secure; Path=/api/auth/refresh; Max-Age=3600");
        insta::assert_snapshot!(Name::State.drop(true), @"__Host-state=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0");
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; access=plain; __Host-access=mine".parse().unwrap());
        headers.append(COOKIE, "theme=dark; access=later".parse().unwrap());
        assert_eq!(Name::Access.of(&headers, true).as_deref(), Some("mine"));
        assert_eq!(Name::Access.of(&headers, false).as_deref(), Some("plain"));
        assert_eq!(Name::Theme.of(&headers, true).as_deref(), Some("dark"));
        assert_eq!(Name::State.of(&headers, true), None);
    }
}

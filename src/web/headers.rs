//! The headers of every answer: what a browser may do with a page of ours, and what it may not.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// By which a script of ours says that a change is meant (`S-SEC-04`).
pub(super) const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Scripts, styles and pictures of ours alone; no frame around us, no form elsewhere, no text that becomes code.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types greenroom";

/// The same for the page that leads to Discord: browsers hold a redirect after a form to its `form-action`, too.
const POLICY_OF_SIGN_IN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src \
    'self'; form-action 'self' https://discord.com; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for \
    'script'; trusted-types greenroom";

/// What a page needs to be allowed beside the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// Nowhere else.
    Nowhere,
    /// To Discord's own page, to sign in there.
    ToDiscord,
}

/// Puts the headers of every answer in. Whatever a route has set itself stays.
pub fn guard(headers: &mut HeaderMap, leads: Leads, is_https: bool) {
    let policy = match leads {
        Leads::Nowhere => POLICY,
        Leads::ToDiscord => POLICY_OF_SIGN_IN,
    };
    let always: [(HeaderName, &'static str); 6] = [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ];
    for (name, value) in always {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
}

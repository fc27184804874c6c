//! The headers of every answer: what a browser may do with a page of ours, and what it may not.

use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// By which a script of ours says that a change is meant (`S-SEC-04`).
pub(super) const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Scripts, styles and pictures of ours alone; no frame around us, no form elsewhere, no text that becomes code.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types greenroom";

/// What a page needs to be allowed beside the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads<'a> {
    /// Nowhere else.
    Nowhere,
    /// To Discord's own page, to sign in there: browsers hold a redirect after a form to its `form-action`, too.
    ToDiscord(&'a str),
}

/// Puts the headers of every answer in. Whatever a route has set itself stays.
pub fn guard(headers: &mut HeaderMap, leads: Leads<'_>, is_https: bool) {
    headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| policy(leads));
    let always: [(HeaderName, &'static str); 5] = [
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

fn policy(leads: Leads<'_>) -> HeaderValue {
    let Leads::ToDiscord(discord) = leads else { return HeaderValue::from_static(POLICY) };
    let widened = POLICY.replace("form-action 'self'", &format!("form-action 'self' {discord}"));
    HeaderValue::try_from(widened).unwrap_or(HeaderValue::from_static(POLICY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_lead_to_discord_from_the_pages_that_sign_in_alone() {
        let forms = |leads: Leads<'_>| {
            let mut headers = HeaderMap::new();
            guard(&mut headers, leads, false);
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
            policy.split("; ").find(|part| part.starts_with("form-action")).unwrap().to_owned()
        };
        assert_eq!(forms(Leads::Nowhere), "form-action 'self'");
        assert_eq!(forms(Leads::ToDiscord("https://discord.com")), "form-action 'self' https://discord.com");
        assert_eq!(forms(Leads::ToDiscord("https://discord.com\r\n")), "form-action 'self'");
    }
}

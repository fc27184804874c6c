//! Values that must never be seen: tokens, passwords, keys.
//!
//! What somebody typed where no secret belongs can hold one all the same: a password in an address, a token in the wrong
//! variable. [`without_secrets`] makes it fit to be shown.
//!
//! Invariant: the only way to the text of a [`Secret`] is [`Secret::expose`]. `Debug` and `Display` print `[secret]`, and the type is
//! not serialisable, so a secret cannot slip into a log line, an error or a stored record.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// A text that prints as `[secret]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Call this only where it is sent to the service that it belongs to.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Bytes that nobody can guess, for keys, codes and salts.
#[expect(
    clippy::disallowed_methods,
    reason = "secrets come from the operating system; the dice of a transaction can be repeated"
)]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes[..]);
    bytes
}

/// A text that somebody typed, fit to be shown or logged: in place of what may be a login, a query or a fragment in an address
/// stands `…`, and so it does for what is shaped like a bot's token, wherever that was put.
///
/// Whoever also cuts the text cuts it afterwards: half a token is not recognised.
pub fn without_secrets(text: &str) -> String {
    let without_address = if is_address(text) { bare_address(text) } else { text.to_owned() };
    without_tokens(&without_address)
}

/// Whether a text was probably meant as an address. In the path of a folder the signs of an address may stand as they are.
fn is_address(text: &str) -> bool {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let has_login = text.split_once(':').is_some_and(|(_, behind)| behind.contains('@'));
    let has_query = text.split_once('?').is_some_and(|(_, behind)| behind.contains('='));
    text.contains("://") || (!is_path && (has_login || has_query))
}

fn bare_address(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let shown = match rest.split_once(['?', '#']) {
        // The sign may as well stand in a password, which ends at the last @.
        Some((_, behind)) if behind.contains('@') => "…".to_owned(),
        Some((before, _)) => {
            let sign = rest.strip_prefix(before).and_then(|behind| behind.chars().next()).unwrap_or('?');
            format!("{}{sign}…", without_login(before))
        }
        None => without_login(rest),
    };
    scheme + &shown
}

fn without_login(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, behind)) => format!("…@{behind}"),
        None => text.to_owned(),
    }
}

fn without_tokens(text: &str) -> String {
    let mut shown = String::new();
    // Each piece is a run of the signs of a token, and the sign that ends it.
    for piece in text.split_inclusive(|sign: char| !is_in_tokens(sign)) {
        let run = piece.trim_end_matches(|sign: char| !is_in_tokens(sign));
        let behind = piece.strip_prefix(run).unwrap_or_default();
        match begin_of_token(run) {
            Some(begin) => shown.extend([run.get(..begin).unwrap_or_default(), "…", behind]),
            None => shown.push_str(piece),
        }
    }
    shown
}

fn is_in_tokens(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.')
}

/// Where a bot's token begins: with the bot's id in base64, behind which a dot and more follows.
fn begin_of_token(run: &str) -> Option<usize> {
    let mut begin = 0;
    for part in run.split('.') {
        let end = begin + part.len();
        if end + 1 < run.len() && is_id_in_base64(part) {
            return Some(begin);
        }
        begin = end + 1;
    }
    None
}

/// Discord's ids have 17 digits and more; one that was cut at its front is recognised, too.
fn is_id_in_base64(part: &str) -> bool {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    decoded.len() >= 15 && decoded.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use serde::Serialize;

    use super::*;

    #[test]
    fn a_secret_prints_as_a_placeholder_only() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "[secret] [secret] Some(\n    [secret],\n)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_a_secret_in_it() {
        for (typed, shown) in [
            ("https://sign.example/v1", "https://sign.example/v1"),
            ("https://user:passw@sign.example/?key=abcsecret", "https://…@sign.example/?…"),
            ("wss://h/?apiKey=abcsecret", "wss://h/?…"),
            ("https://dav/x?token=abcsecret#more", "https://dav/x?…"),
            ("https://dav/x#abcsecret", "https://dav/x#…"),
            ("https://dav/x?mail=ann@abcsecret", "https://…"),
            ("https://ann:pass?abcsecret@dav/x", "https://…"),
            ("https://ann:abcsecret@passw@dav/x", "https://…@dav/x"),
            ("sign.example/?key=abcsecret", "sign.example/?…"),
            ("https:/ann:abcsecret@dav/x", "…@dav/x"),
            ("//ann:abcsecret@dav/x", "…@dav/x"),
            ("s3://my-backups/green/room", "s3://my-backups/green/room"),
            ("/srv/ann:ben@home/a?b=c#d", "/srv/ann:ben@home/a?b=c#d"),
            ("127.0.0.1:8790", "127.0.0.1:8790"),
            ("warn,greenroom[evening{guild=5}]=trace", "warn,greenroom[evening{guild=5}]=trace"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(typed), shown, "{typed}");
        }
    }

    #[test]
    fn a_token_is_shown_nowhere() {
        let token = "MTEyMzQ1Njc4OTAxMjM0NTY3ODkw.abcdef.abcdefghijklmnopqrstuvwxyzabcdefghij_-";
        for (typed, shown) in [
            ("{}", "…"),
            ("Bot {}", "Bot …"),
            ("\"{}\"", "\"…\""),
            ("warn,greenroom={},x", "warn,greenroom=…,x"),
            ("https://discord.com/{}/x", "https://discord.com/…/x"),
            ("ä.{}…", "ä.…"),
            ("my.{}", "my.…"),
            ("{} {}", "… …"),
        ] {
            let typed = typed.replace("{}", token);
            assert_eq!(without_secrets(&typed).trim_end_matches('…'), shown.trim_end_matches('…'), "{typed}");
            assert!(!without_secrets(&typed).contains("abcdef"), "{typed}");
        }
        assert_eq!(without_secrets(&token[..40]), "…", "a token that was cut");
        for harmless in ["112345678901234567890", "192.168.100.200", "my.very-long-name.example.com", "a.b.c", "..."] {
            assert_eq!(without_secrets(harmless), harmless);
        }
    }

    /// Picks the inherent constant for types that serialise and the trait's for all others.
    struct Probe<T>(PhantomData<T>);

    trait NotSerialisable {
        const SERIALISES: bool = false;
    }

    impl<T> NotSerialisable for Probe<T> {}

    impl<T: Serialize> Probe<T> {
        const SERIALISES: bool = true;
    }

    #[test]
    fn a_secret_cannot_be_serialised() {
        let (text, secret) = (Probe::<String>::SERIALISES, Probe::<Secret>::SERIALISES);
        assert!(text);
        assert!(!secret);
    }
}

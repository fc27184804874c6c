//! The cookies that TikTok and the sign service give, on their way to the socket.
//!
//! The sign service gives them in `X-Set-TT-Cookie`, TikTok in `Set-Cookie`: once or several times, and sometimes several
//! in one header. All are kept; attributes such as `Path` are not cookies. What is no cookie by RFC 6265 is dropped, so
//! that no text of a server can end a header. Together they are a [`Secret`], because they open the connection.

use reqwest::header::{HeaderMap, HeaderName};

use crate::kernel::secret::Secret;

/// Most cookies, and most bytes of one.
const MOST_COOKIES: usize = 32;
const LONGEST_COOKIE: usize = 4096;
/// Where TikTok keeps the data of those who have no account, sent by every browser.
const TARGET: (&str, &str) = ("tt-target-idc", "useast1a");
/// Words that say something about the cookie before them.
const ATTRIBUTES: [&str; 9] =
    ["path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority", "partitioned"];

/// Cookies in the order in which they were given; of two with one name, the later counts.
#[derive(Clone, Default)]
pub(super) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// All cookies in the headers called `name`.
    pub(super) fn read(headers: &HeaderMap, name: &HeaderName) -> Self {
        let mut cookies = Self::default();
        let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
        // No cookie holds a comma, so what looks like one behind a comma is the next cookie and no part of a date.
        for pair in lines.flat_map(|line| line.split([';', ','])) {
            if let Some((name, value)) = pair.trim().split_once('=') {
                cookies.set(name.trim(), value.trim());
            }
        }
        cookies
    }

    /// The cookie called `name` alone, if it is there.
    pub(super) fn only(&self, name: &str) -> Option<Self> {
        let found = self.0.iter().find(|(other, _)| other == name)?;
        Some(Self(vec![found.clone()]))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the header `Cookie`.
    pub(super) fn header(mut self) -> Secret {
        if !self.0.iter().any(|(name, _)| name == TARGET.0) {
            self.set(TARGET.0, TARGET.1);
        }
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Secret::new(pairs.join("; "))
    }

    fn set(&mut self, name: &str, value: &str) {
        let is_attribute = ATTRIBUTES.iter().any(|attribute| name.eq_ignore_ascii_case(attribute));
        let is_name = !name.is_empty() && name.bytes().all(is_token);
        if is_attribute || !is_name || !value.bytes().all(is_value) || name.len() + value.len() > LONGEST_COOKIE {
            return;
        }
        self.0.retain(|(other, _)| other != name);
        if self.0.len() < MOST_COOKIES {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

const fn is_value(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b',' | b';' | b'\\')
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderValue, SET_COOKIE};

    use super::*;

    fn header(lines: &[&str]) -> String {
        let lines = lines.iter().map(|line| (SET_COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        Cookies::read(&headers, &SET_COOKIE).header().expose().to_owned()
    }

    #[test]
    fn all_cookies_are_kept_however_they_are_given() {
        for lines in [
            &["ttwid=1%7Cx; Path=/; Domain=.tiktok.com; Max-Age=31536000; HttpOnly; Secure", "msToken=a=="][..],
            &["ttwid=1%7Cx; expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=None, msToken=a==; path=/"],
            &["ttwid=1%7Cx; msToken=a=="],
            &["ttwid=old", "ttwid=1%7Cx,msToken=a=="],
        ] {
            assert_eq!(header(lines), "ttwid=1%7Cx; msToken=a==; tt-target-idc=useast1a", "{lines:?}");
        }
    }

    #[test]
    fn a_place_that_is_given_counts() {
        assert_eq!(header(&["tt-target-idc=eu-ttp2; ttwid=x"]), "tt-target-idc=eu-ttp2; ttwid=x");
    }

    #[test]
    fn what_is_no_cookie_is_dropped() {
        let long = format!("long={}", "x".repeat(LONGEST_COOKIE));
        for line in ["", "Secure", "=x", "a b=c", "a=b c", "a=\u{e9}", "a=b\tc", "Path=/", &long] {
            assert_eq!(header(&[line]), "tt-target-idc=useast1a", "{line:?}");
        }
        let many: Vec<_> = (0..1000).map(|number| format!("c{number}=1")).collect();
        assert_eq!(header(&[&many.join("; ")]).split("; ").count(), MOST_COOKIES);
    }
}

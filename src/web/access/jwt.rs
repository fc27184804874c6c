//! The access cookie: a JWT (RFC 7519) with HS256, which only ever names a session (`C-72`, `S-SEC-02`).
//!
//! It decides nothing: each request looks the session up, so what is in it beside the session's id is for display. The
//! header is compared byte by byte with the one that we write, so whatever it says of an algorithm is never read.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// `{"alg":"HS256","typ":"JWT"}`, the only header that we write and read.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// A browser keeps 4 KiB for a cookie, its name and its attributes.
const LONGEST: usize = 4_000;

/// What the cookie says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The session, base64url.
    pub sid: String,
    /// Who: the id of the account, or the name of the operator.
    #[serde(rename = "userId")]
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// The hash of their picture.
    pub avatar: Option<String>,
    /// The servers of theirs that we are in, when they signed in; for display alone (`C-73`).
    pub guilds: Vec<String>,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// Until when it counts, in seconds since 1970.
    pub exp: i64,
}

/// The token for these claims; of the servers as many as fit a cookie.
pub fn write(key: &[u8], mut claims: Claims) -> String {
    loop {
        let payload = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).unwrap_or_default());
        let signed = format!("{HEADER}.{payload}");
        let token = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac(key, &signed).finalize().into_bytes()));
        if token.len() <= LONGEST || claims.guilds.is_empty() {
            return token;
        }
        claims.guilds.truncate(claims.guilds.len() / 2);
    }
}

/// The claims of a token that this key signed and whose time is not over.
pub fn read(key: &[u8], token: &str, now_seconds: i64) -> Option<Claims> {
    signed_by(key, token).filter(|claims| claims.exp > now_seconds)
}

/// Of whom a token is that this key signed, also when its time is over. It proves nothing but that they were signed in once.
pub fn whose(key: &[u8], token: &str) -> Option<String> {
    signed_by(key, token).map(|claims| claims.user_id)
}

fn signed_by(key: &[u8], token: &str) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    if header != HEADER || token.len() > 2 * LONGEST {
        return None;
    }
    mac(key, signed).verify_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

pub(super) fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    // A key of HMAC has any length; the branch is for the type alone.
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn claims() -> Claims {
        Claims {
            sid: "c2lk".into(),
            user_id: "701234567890123451".into(),
            username: "ann".into(),
            avatar: None,
            guilds: vec!["5".into()],
            iat: 1_000,
            exp: 2_000,
        }
    }

    #[test]
    fn a_token_is_read_by_its_key_until_its_end() {
        let token = write(KEY, claims());
        assert_eq!(read(KEY, &token, 1_999), Some(claims()));
        assert_eq!(read(KEY, &token, 2_000), None);
        assert_eq!(read(b"another key", &token, 1_500), None);
        assert_eq!(whose(KEY, &token).as_deref(), Some("701234567890123451"), "whenever it is");
        assert_eq!(whose(b"another key", &token), None);
    }

    /// The example of RFC 7515, A.1: its header says the same in other bytes, so it is none of ours; its signature is right.
    #[test]
    fn the_signature_is_that_of_the_standard_and_another_header_is_refused() {
        let key = BASE64_URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = BASE64_URL_SAFE_NO_PAD.encode(mac(&key, signed).finalize().into_bytes());
        assert_eq!(signature, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(read(&key, &format!("{signed}.{signature}"), 0), None);
    }

    #[test]
    fn whatever_is_changed_in_a_token_makes_it_worthless() {
        let token = write(KEY, claims());
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(changed == token || read(KEY, &changed, 0).is_none_or(|read| read == claims()), "{changed}");
        }
        // {"alg":"none"}, with and without a signature.
        let (_, rest) = token.split_once('.').unwrap();
        let (payload, _) = rest.split_once('.').unwrap();
        for forged in [
            format!("eyJhbGciOiJub25lIn0.{payload}."),
            format!("{HEADER}.{payload}."),
            format!("{HEADER}.{payload}"),
            String::new(),
            "..".into(),
            ".".repeat(9_000),
        ] {
            assert_eq!(read(KEY, &forged, 0), None, "{forged}");
        }
    }

    #[test]
    fn a_token_fits_a_cookie_however_many_servers_there_are() {
        let guilds = (0..1_000_u64).map(|id| (700_000_000_000_000_000 + id).to_string()).collect();
        let token = write(KEY, Claims { guilds, ..claims() });
        assert!(token.len() <= LONGEST, "{}", token.len());
        assert!(read(KEY, &token, 0).unwrap().guilds.len() > 50);
    }
}

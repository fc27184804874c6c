//! Passwords of the operator: Argon2id with the least parameters that OWASP recommends, as a PHC string.
//!
//! One hash takes 19 MiB for some 30 to 300 ms, so they are made one at a time, on a thread that may wait: what a board
//! spares bounds it, and not how many sign in. A name that is not there takes the time of one that is.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::kernel::error::{Error, Result};
use crate::kernel::secret::{Secret, random};
use crate::refusals;

/// The shortest password, in characters.
const SHORTEST: usize = 12;
/// How each hash begins that is made now.
const PRESENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
/// The longest, in bytes: more would only be work.
const LONGEST: usize = 1_024;
/// What is compared where there is no such name.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$\
    AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

refusals! {
    /// Why a password is not taken.
    pub enum PasswordRefusal {
        /// It is too short.
        TooShort => "password.too_short" as NotValid, "A password needs {shortest} characters at least. A few words in a \
            row are easy to remember and hard to guess.", shortest = SHORTEST;
        /// It is too long.
        TooLong => "password.too_long" as NotValid, "A password has 1,024 bytes at most.";
        /// Everybody would try it.
        Common => "password.common" as NotValid, "That password is one of those that are tried first. Please take another \
            one: a few words in a row, perhaps.";
    }
}

/// Makes and compares hashes, one at a time.
pub struct Passwords(Semaphore);

impl Default for Passwords {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

/// Whether a password may be taken.
pub fn check(password: &Secret) -> Result<(), PasswordRefusal> {
    let text = password.expose();
    if text.chars().count() < SHORTEST {
        return Err(PasswordRefusal::TooShort);
    }
    if text.len() > LONGEST {
        return Err(PasswordRefusal::TooLong);
    }
    if is_common(text) { Err(PasswordRefusal::Common) } else { Ok(()) }
}

/// Whether a password of enough characters is one that is tried first: a few letters again and again, a row of the keyboard
/// or of numbers, or a usual word with something behind it to make it long enough.
fn is_common(password: &str) -> bool {
    const ROWS: [&str; 6] = [
        "01234567890123456789",
        "98765432109876543210",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "1q2w3e4r5t6z7u8i9o0p",
    ];
    const WORDS: [&str; 12] = [
        "password",
        "passwort",
        "greenroom",
        "changeme",
        "letmein",
        "welcome",
        "admin",
        "qwerty",
        "iloveyou",
        "dragon",
        "secret",
        "administrator",
    ];
    let small = password.to_lowercase();
    let different = small.chars().collect::<std::collections::BTreeSet<_>>().len();
    let letters: String = small.chars().filter(|it| it.is_alphabetic()).collect();
    let is_word_again = WORDS.iter().any(|word| !letters.is_empty() && letters.replace(word, "").is_empty());
    different < 5 || ROWS.iter().any(|row| row.contains(&small)) || is_word_again
}

impl Passwords {
    /// The hash of a password, with a salt of its own.
    pub async fn hash(&self, password: Secret) -> Result<String> {
        let _one = self.0.acquire().await.map_err(Error::failed)?;
        let made = tokio::task::spawn_blocking(move || {
            let made = argon2()?.hash_password_with_salt(password.expose().as_bytes(), &random::<16>());
            made.map(|hash| hash.to_string()).map_err(|error| Error::failed(error.to_string()))
        });
        made.await.map_err(Error::failed)?
    }

    /// Whether a hash is to be made anew at the next chance: it was made in another way than hashes are now.
    pub fn is_outdated(hash: &str) -> bool {
        !hash.starts_with(PRESENT)
    }

    /// Whether a password has this hash; where there is none, nobody's is compared, and it is not.
    pub async fn matches(&self, password: Secret, hash: Option<String>) -> Result<bool> {
        if password.expose().len() > LONGEST {
            return Ok(false);
        }
        let _one = self.0.acquire().await.map_err(Error::failed)?;
        let compared = tokio::task::spawn_blocking(move || {
            let text = hash.as_deref().unwrap_or(NOBODYS);
            let parsed = PasswordHash::new(text).map_err(|error| Error::failed(error.to_string()))?;
            let is_right = argon2()?.verify_password(password.expose().as_bytes(), &parsed).is_ok();
            Ok(is_right && hash.is_some())
        });
        compared.await.map_err(Error::failed)?
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| Error::failed(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_no_two_hashes_are_equal() {
        let passwords = Passwords::default();
        let secret = |text: &str| Secret::new(text);
        let first = passwords.hash(secret("correct horse battery")).await.unwrap();
        let second = passwords.hash(secret("correct horse battery")).await.unwrap();
        assert!(first.starts_with(PRESENT) && !Passwords::is_outdated(&first), "{first}");
        assert!(Passwords::is_outdated("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA") && !Passwords::is_outdated(NOBODYS));
        assert_ne!(first, second);
        assert!(passwords.matches(secret("correct horse battery"), Some(first.clone())).await.unwrap());
        assert!(!passwords.matches(secret("correct horse batterx"), Some(first)).await.unwrap());
        assert!(!passwords.matches(secret(""), None).await.unwrap());
        assert!(PasswordHash::new(NOBODYS).is_ok(), "what is compared where nobody is takes the same time");
    }

    #[test]
    fn what_is_short_or_tried_first_is_not_taken() {
        let taken = |text: &str| check(&Secret::new(text)).is_ok();
        for good in ["correct horse battery", "Blaue Tür im Schnee", "admin of the green room 7", "ÄÖÜäöüß12345"]
        {
            assert!(taken(good), "{good}");
        }
        for bad in [
            "",
            "short",
            "elevenchars",
            "aaaaaaaaaaaaaaaa",
            "abababababab",
            "123456789012",
            "qwertyuiopasd",
            "password1234",
            "PasswordPassword",
            "Greenroom2026!",
            "admin-admin-2026",
        ] {
            assert!(!taken(bad), "{bad}");
        }
        assert!(!taken(&"long words ".repeat(200)));
    }
}

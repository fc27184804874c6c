//! What the operator set of the web, as the configuration gives it.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderMap;
use url::Url;

use super::access::{Hosts, Proxies, Sender, sender};
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;
use crate::signin::Person;

/// The settings of the web.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The address that people open, where the operator said it: links lead there.
    pub base_url: Option<Url>,
    /// The names under which we answer.
    pub hosts: Hosts,
    /// The proxies whose headers count.
    pub proxies: Proxies,
    /// Whether the operator may sign in with a password.
    pub has_local_admin: bool,
    /// Which operators are let in.
    pub operators: Operators,
    /// The key of access cookies.
    pub jwt_key: Vec<u8>,
    /// The key of the tokens of forms; made at each start where there is none.
    pub csrf_key: Option<[u8; 32]>,
    /// What signing in with Discord needs; `None` where that is not set up.
    pub oauth: Option<OAuth>,
    /// Who knows when the store was last backed up.
    pub backups: Option<Backups>,
    /// Where the server listens, as people open it on this machine: `http://127.0.0.1:3000`.
    pub local_address: String,
    /// How many streams there may be at the same time.
    pub streams: usize,
    /// The code of a link that is not used up: the one of a demo, in which nobody has a password.
    pub standing_link: Option<Secret>,
}

/// Tells when the store was last backed up. It looks into a folder, so it is asked on a thread that may wait.
#[derive(Clone)]
pub struct Backups(Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>);

impl Backups {
    /// Of whoever makes them.
    pub fn new(last: impl Fn() -> Option<Timestamp> + Send + Sync + 'static) -> Self {
        Self(Arc::new(last))
    }

    /// When the last one was made.
    pub fn last(&self) -> Option<Timestamp> {
        (self.0)()
    }
}

impl fmt::Debug for Backups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Backups")
    }
}

/// Which operators are let in, whatever they show: a password, a link, or a session or token of before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Operators {
    /// All that there are.
    #[default]
    All,
    /// The one of this name: others were operators under the name of before.
    Named(String),
    /// None: their way is switched off.
    Nobody,
}

/// What signing in with Discord needs.
#[derive(Clone, Debug)]
pub struct OAuth {
    /// The number of the application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
}

impl Settings {
    /// Whether people come by an encrypted way, as the operator says.
    pub fn is_https(&self) -> bool {
        self.base_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Whether somebody is let in, as far as that is for the operator to say.
    pub fn lets_in(&self, person: &Person) -> bool {
        match (person, &self.operators) {
            (Person::Member { .. }, _) | (Person::Operator { .. }, Operators::All) => true,
            (Person::Operator { name }, Operators::Named(operator)) => name == operator,
            (Person::Operator { .. }, Operators::Nobody) => false,
        }
    }

    /// From where a changing request comes.
    pub fn sender(&self, headers: &HeaderMap) -> Sender {
        sender(headers, self.base_url.as_ref())
    }

    /// The address that people open, where somebody came by another one on which a browser keeps no sign-in: the cookies of an
    /// encrypted way go no other. `host` is the name under which they asked.
    pub fn encrypted_elsewhere(&self, host: Option<&str>) -> Option<&Url> {
        let base = self.base_url.as_ref().filter(|_| self.is_https())?;
        let asked = host.and_then(|host| Url::parse(&format!("https://{host}")).ok());
        asked.is_none_or(|asked| asked.origin() != base.origin()).then_some(base)
    }

    /// Whether the link of this digest is not used up.
    pub fn is_standing(&self, digest: Digest) -> bool {
        let code = self.standing_link.as_ref().and_then(|code| SecretBytes::parse(code.expose()));
        code.is_some_and(|code| code.digest() == digest)
    }

    /// The address of a page, to be sent to somebody.
    pub fn link(&self, page: &str) -> String {
        let base = self.base_url.as_ref().map_or(self.local_address.as_str(), Url::as_str);
        format!("{}{page}", base.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_by_another_name_than_the_encrypted_one_is_told_of_that() {
        let settings = |url: &str| Settings { base_url: Some(url.parse().unwrap()), ..Settings::default() };
        let elsewhere = |url: &str, host: &str| settings(url).encrypted_elsewhere(Some(host)).map(ToString::to_string);
        let there = Some("https://green.example/".to_owned());
        for host in ["192.168.0.4:3000", "pi.local", "green.example:3000", "nonsense host", ""] {
            assert_eq!(elsewhere("https://green.example", host), there, "{host}");
        }
        for host in ["green.example", "GREEN.example", "green.example:443"] {
            assert_eq!(elsewhere("https://green.example", host), None, "{host}");
        }
        assert_eq!(elsewhere("http://green.example", "pi.local"), None, "its cookies go every way");
        assert_eq!(Settings::default().encrypted_elsewhere(Some("pi.local")), None);
    }
}

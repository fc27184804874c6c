//! The way back in for whoever runs Greenroom: a link that signs the operator in, and another password.
//!
//! Neither the code of a link nor a password is part of a request: the command makes the one and hashes the other, and only
//! what is stored of them comes here. A link works before there is a password: whoever asks for the first one becomes the
//! operator, with a password that nobody knows.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::app::exit::{ExitCode, Stop};
use crate::app::first_run::waits_at;
use crate::app::web::{served_at, set_password};
use crate::catalogue::Catalogue;
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;
use crate::signin::{link, operator};
use crate::store::{Read, Store};

/// What each hash of ours begins with.
const KIND_OF_HASH: &str = "$argon2id$";

/// Give a link that signs the operator in, in place of the one before.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueLink {
    /// The operator's name.
    pub operator: String,
    /// By what the code of the link is known.
    pub digest: Digest,
    /// The hash of a password that nobody knows, for an operator who has none yet.
    pub hash: String,
}

/// The link works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkIssued {
    /// Whether there was no operator before, so that nobody knows a password.
    pub is_first: bool,
    /// Up to when it works.
    pub expires: Timestamp,
    /// Where whoever did this serves the web, without a slash at the end; `None` where it does not.
    pub address: Option<String>,
    /// Whether that are the pages by which it is set up first: until then the link opens nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

/// Give the operator another password, or the first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPassword {
    /// The operator's name.
    pub operator: String,
    /// The hash of the password, as a PHC string.
    pub hash: String,
}

/// The operator has that password now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordSet {
    /// Whether there was none before.
    pub is_first: bool,
}

impl fmt::Debug for IssueLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueLink").field("operator", &self.operator).finish_non_exhaustive()
    }
}

impl fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetPassword").field("operator", &self.operator).finish_non_exhaustive()
    }
}

impl Operation for IssueLink {
    const NAME: &'static str = "admin_link";
    const OUTCOME: &'static str = "link_issued";
    type Outcome = LinkIssued;

    fn run(&self, store: &Store, _: Catalogue, _: &mut dyn FnMut(String)) -> Result<LinkIssued, Stop> {
        let (name, hash) = (self.operator.clone(), hash(&self.hash)?);
        let (is_there, is_any) = store.read_blocking("operator", |read: &dyn Read| {
            Ok((operator::of(read, &name)?.is_some(), operator::is_any(read)?))
        })?;
        if is_any && !is_there {
            return Err(Stop::new(
                ExitCode::Configuration,
                format!(
                    "Nobody called {name} has a password on the web, but somebody else has: name them in ADMIN_USERNAME, \
                     or give {name} one with `greenroom admin password`."
                ),
            ));
        }
        let digest = self.digest;
        let (is_first, expires) = store.write_blocking("operator_link_issued", move |tx| {
            let is_first = operator::of(tx, &name)?.is_none();
            if is_first {
                set_password(tx, &name, &hash, Actor::Operator)?;
            }
            let issued = link::issue(tx, digest, &link::Purpose::Operator { name: name.clone() })?;
            Ok((is_first, issued.expires))
        })?;
        let (served, waiting) = (served_at(), waits_at());
        let waits = served.is_none() && waiting.is_some();
        Ok(LinkIssued { is_first, expires, address: served.or(waiting), waits })
    }
}

impl Operation for SetPassword {
    const NAME: &'static str = "admin_password";
    const OUTCOME: &'static str = "password_set";
    type Outcome = PasswordSet;

    fn run(&self, store: &Store, _: Catalogue, _: &mut dyn FnMut(String)) -> Result<PasswordSet, Stop> {
        let (name, hash) = (self.operator.clone(), hash(&self.hash)?);
        let is_first = store.write_blocking("operator_password_set", move |tx| {
            let is_first = operator::of(tx, &name)?.is_none();
            set_password(tx, &name, &hash, Actor::Operator)?;
            Ok(is_first)
        })?;
        Ok(PasswordSet { is_first })
    }
}

/// What came as the hash of a password, if it is one.
fn hash(text: &str) -> Result<Secret, Stop> {
    if text.starts_with(KIND_OF_HASH) {
        return Ok(Secret::new(text));
    }
    Err(Stop::failed("What should be the hash of a password is something else."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::kernel::dice::Seed;
    use crate::kernel::error::{Error, Result};
    use crate::kernel::time::Clock;
    use crate::signin::Person;
    use crate::signin::link::{LinkRefusal, Purpose};
    use crate::signin::session;
    use crate::store::{Options, StoreLocation, Tx};

    const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g";

    fn store() -> Store {
        let options = Options::new(Clock::system(), Seed::fixed(1));
        Store::open(&StoreLocation::Memory, options, (CATALOGUE.schema)()).unwrap()
    }

    fn done<O: Operation>(store: &Store, operation: &O) -> std::result::Result<O::Outcome, Stop> {
        operation.run(store, CATALOGUE, &mut |_| {})
    }

    fn link_of(number: u8, operator: &str) -> IssueLink {
        IssueLink { operator: operator.to_owned(), digest: Digest::of(&[number]), hash: HASH.to_owned() }
    }

    fn password(operator: &str) -> SetPassword {
        SetPassword { operator: operator.to_owned(), hash: HASH.to_owned() }
    }

    fn purpose(store: &Store, number: u8) -> Result<Purpose> {
        let now = Clock::system().now();
        store.read_blocking("link", |read| Ok(link::look(read, Digest::of(&[number]), now)?.purpose))
    }

    #[test]
    fn a_link_is_the_operators_also_before_there_is_a_password() {
        let store = store();
        let first = done(&store, &link_of(1, "admin")).unwrap();
        assert!(first.is_first && first.address.is_none(), "{first:?}");
        assert_eq!(purpose(&store, 1).unwrap(), Purpose::Operator { name: "admin".to_owned() });
        assert!(!done(&store, &link_of(2, "admin")).unwrap().is_first);
        assert!(matches!(purpose(&store, 1), Err(Error::Refused(refusal)) if refusal.is(&LinkRefusal::Gone)));
        assert!(purpose(&store, 2).is_ok());
        assert!(!done(&store, &password("admin")).unwrap().is_first);
        let stop = done(&store, &link_of(3, "boss")).unwrap_err();
        assert_eq!(stop.code, ExitCode::Configuration);
        insta::assert_snapshot!(stop.message, @"Nobody called boss has a password on the web, but somebody else has: name them in ADMIN_USERNAME, or give boss one with `greenroom admin password`.");
        assert!(done(&store, &password("boss")).unwrap().is_first);
        assert!(!done(&store, &link_of(3, "boss")).unwrap().is_first);
        store.close_blocking();
    }

    #[test]
    fn a_link_by_which_greenroom_would_be_set_up_ends_where_there_is_an_operator() {
        let store = store();
        let digest = Digest::of(&[1]);
        store.write_blocking("set_up", move |tx| link::issue(tx, digest, &Purpose::FirstRun).map(drop)).unwrap();
        done(&store, &password("admin")).unwrap();
        assert!(purpose(&store, 1).is_err());
        store.close_blocking();
    }

    #[test]
    fn another_password_ends_what_was_signed_in_by_the_one_before() {
        let store = store();
        done(&store, &password("admin")).unwrap();
        let sid = Digest::of(b"sid");
        let begin = move |tx: &Tx<'_>| {
            let sign_in = session::SignIn {
                sid,
                refresh: Digest::of(b"refresh"),
                person: Person::Operator { name: "admin".to_owned() },
                name: "admin".to_owned(),
                avatar: None,
                door: session::Door::Password,
                agent: "a browser".to_owned(),
                address: std::net::Ipv4Addr::LOCALHOST.into(),
                guilds: Vec::new(),
                replaces: None,
            };
            session::begin(tx, &sign_in).map(drop)
        };
        store.write_blocking("signed_in", begin).unwrap();
        let is_in = || {
            let now = Clock::system().now();
            store.read_blocking("session", |read| Ok(session::of(read, sid, now)?.is_some())).unwrap()
        };
        assert!(is_in());
        assert!(!done(&store, &password("admin")).unwrap().is_first);
        assert!(!is_in());
        store.close_blocking();
    }

    #[test]
    fn what_is_no_hash_of_ours_and_a_name_that_does_not_fit_are_refused() {
        let store = store();
        let plain = SetPassword { hash: "correct horse battery".to_owned(), ..password("admin") };
        assert!(!format!("{plain:?}").contains("horse"));
        assert_eq!(done(&store, &plain).unwrap_err().code, ExitCode::Failed);
        assert!(done(&store, &password("")).unwrap_err().message.contains("A name has 1 to 32 characters"));
        let is_any = store.read_blocking("operators", operator::is_any).unwrap();
        assert!(!is_any);
        store.close_blocking();
    }
}

//! The way back in for whoever runs Greenroom: a link that signs the operator in, and another password.
//!
//! Neither the code of a link nor a password is part of a request: the command makes the one and hashes the other, and only
//! what is stored of them comes here.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::app::exit::{ExitCode, Stop};
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueLink {
    /// The operator's name.
    pub operator: String,
    /// By what the code of the link is known.
    pub digest: Digest,
}

/// The link works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkIssued {
    /// Whether there is no operator yet, so that it leads to the choice of a first password.
    pub sets_up: bool,
    /// Up to when it works.
    pub expires: Timestamp,
    /// Where whoever did this serves the web, without a slash at the end; `None` where it does not.
    pub address: Option<String>,
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
        let name = self.operator.clone();
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
        let purpose = if is_there { link::Purpose::Operator { name } } else { link::Purpose::FirstRun };
        let digest = self.digest;
        let issued = store.write_blocking("operator_link_issued", move |tx| link::issue(tx, digest, &purpose))?;
        Ok(LinkIssued { sets_up: !is_there, expires: issued.expires, address: served_at().map(str::to_owned) })
    }
}

impl Operation for SetPassword {
    const NAME: &'static str = "admin_password";
    const OUTCOME: &'static str = "password_set";
    type Outcome = PasswordSet;

    fn run(&self, store: &Store, _: Catalogue, _: &mut dyn FnMut(String)) -> Result<PasswordSet, Stop> {
        if !self.hash.starts_with(KIND_OF_HASH) {
            return Err(Stop::failed("What should be the hash of a password is something else."));
        }
        let (name, hash) = (self.operator.clone(), Secret::new(self.hash.as_str()));
        let is_first = store.write_blocking("operator_password_set", move |tx| {
            let is_first = operator::of(tx, &name)?.is_none();
            set_password(tx, &name, &hash, Actor::Operator)?;
            Ok(is_first)
        })?;
        Ok(PasswordSet { is_first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::kernel::dice::Seed;
    use crate::kernel::error::Result;
    use crate::kernel::time::Clock;
    use crate::signin::Person;
    use crate::signin::link::{LinkRefusal, Purpose};
    use crate::signin::session;
    use crate::store::{Options, Place, Tx};

    fn store() -> Store {
        let options = Options::new(Clock::system(), Seed::fixed(1));
        Store::open(&Place::Memory, options, (CATALOGUE.schema)()).unwrap()
    }

    fn done<O: Operation>(store: &Store, operation: &O) -> std::result::Result<O::Outcome, Stop> {
        operation.run(store, CATALOGUE, &mut |_| {})
    }

    fn link_of(number: u8, operator: &str) -> IssueLink {
        IssueLink { operator: operator.to_owned(), digest: Digest::of(&[number]) }
    }

    fn password(operator: &str) -> SetPassword {
        SetPassword { operator: operator.to_owned(), hash: "$argon2id$v=19$m=1$c2FsdA$aGFzaA".to_owned() }
    }

    fn purpose(store: &Store, number: u8) -> Result<Purpose> {
        let now = Clock::system().now();
        store.read_blocking("link", |read| Ok(link::look(read, Digest::of(&[number]), now)?.purpose))
    }

    #[test]
    fn the_first_link_sets_up_and_later_ones_are_the_operators() {
        let store = store();
        let first = done(&store, &link_of(1, "admin")).unwrap();
        assert!(first.sets_up && first.address.is_none(), "{first:?}");
        assert_eq!(purpose(&store, 1).unwrap(), Purpose::FirstRun);
        assert!(done(&store, &password("admin")).unwrap().is_first);
        let gone = purpose(&store, 1).unwrap_err();
        let crate::kernel::error::Error::Refused(refusal) = gone else { panic!("{gone:?}") };
        assert!(refusal.is(&LinkRefusal::Gone), "who has a password is set up");
        assert!(!done(&store, &link_of(2, "admin")).unwrap().sets_up);
        assert_eq!(purpose(&store, 2).unwrap(), Purpose::Operator { name: "admin".to_owned() });
        let stop = done(&store, &link_of(3, "boss")).unwrap_err();
        assert_eq!(stop.code, ExitCode::Configuration);
        insta::assert_snapshot!(stop.message, @"Nobody called boss has a password on the web, but somebody else has: name them in ADMIN_USERNAME, or give boss one with `greenroom admin password`.");
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

//! Operators: who runs Greenroom, by name and password (`C-71`).
//!
//! The password is hashed at the edge. What is kept is the hash as a PHC string, which says how it was made.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::activity::PASSWORD_CHANGED;
use super::{Person, link, session, token};
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::secret::Secret;
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::refusals;
use crate::store::{Direction, Read, Record, Table, Tx};

/// The longest name, in characters.
const LONGEST_NAME: usize = 32;

/// Operators by their names. They are nobody on Discord.
pub(super) static OPERATORS: Table<(GuildId, String), Operator> = Table::new("signin.operators", &[]).without_members();

/// An operator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    phc: String,
    /// When the password was chosen.
    pub changed_at: Timestamp,
    /// Sessions that were proven before that do not count.
    pub counts_since: Timestamp,
}

impl Record for Operator {}

impl Operator {
    /// The hash of the password.
    pub fn phc(&self) -> Secret {
        Secret::new(self.phc.as_str())
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("changed_at", &self.changed_at).finish_non_exhaustive()
    }
}

refusals! {
    /// Why there is no such operator.
    pub enum OperatorRefusal {
        /// The name does not fit.
        BadName => "signin.bad_name" as NotValid, "A name has 1 to {longest} characters.", longest = LONGEST_NAME;
    }
}

/// The operator of a name.
pub fn of(read: &dyn Read, name: &str) -> Result<Option<Operator>> {
    OPERATORS.get(read, &key(name))
}

/// Whether there is one. Without, somebody has to set Greenroom up first.
pub fn is_any(read: &dyn Read) -> Result<bool> {
    Ok(OPERATORS.first(read, GuildId::INSTANCE, Direction::Forward)?.is_some())
}

/// Gives an operator a password, the first or another one. All that was signed in by the one before ends, but for the session in
/// which it was changed.
pub fn set_password(tx: &Tx<'_>, name: &str, phc: &Secret, by: Actor, kept: Option<Digest>) -> Result<()> {
    if one_line(name, LONGEST_NAME) != name || name.is_empty() {
        return Err(OperatorRefusal::BadName.into());
    }
    let now = tx.now();
    let operator = Operator { phc: phc.expose().to_owned(), changed_at: now, counts_since: now };
    OPERATORS.put(tx, &key(name), &operator)?;
    let person = Person::Operator { name: name.to_owned() };
    session::end_all_of(tx, &person, kept)?;
    if let Some(kept) = kept {
        session::prove_in_place(tx, kept, &person)?;
    }
    PASSWORD_CHANGED.with(name.to_owned()).by(by).note(tx, GuildId::INSTANCE)
}

/// Keeps the same password hashed in another way, where it is still the one that was `verified`.
pub fn rehash(tx: &Tx<'_>, name: &str, verified: &Secret, phc: &Secret) -> Result<()> {
    let Some(operator) = of(tx, name)?.filter(|operator| operator.phc == verified.expose()) else { return Ok(()) };
    OPERATORS.put(tx, &key(name), &Operator { phc: phc.expose().to_owned(), ..operator })
}

/// Takes an operator away with all that they are signed in by. Answers whether there was one.
pub fn remove(tx: &Tx<'_>, name: &str) -> Result<bool> {
    let was_there = OPERATORS.remove(tx, &key(name))?.is_some();
    let person = Person::Operator { name: name.to_owned() };
    session::end_all_of(tx, &person, None)?;
    token::revoke_all_of(tx, &person)?;
    link::take_back(tx, &link::Purpose::Operator { name: name.to_owned() })?;
    Ok(was_there)
}

fn key(name: &str) -> (GuildId, String) {
    (GuildId::INSTANCE, name.to_owned())
}

//! What is noted of signing in. All of it is of the instance.

use serde::{Deserialize, Serialize};

use super::session::Door;
use crate::activity::ActivityKind;
use crate::kernel::ids::UserId;
use crate::store::form::Carried;

/// Somebody signed in.
pub static SIGNED_IN: ActivityKind<Door> = ActivityKind::new("signin.signed_in");
/// Somebody signed out everywhere; the details say of how many sessions.
pub static SIGNED_OUT_EVERYWHERE: ActivityKind<usize> = ActivityKind::new("signin.signed_out_everywhere");
/// Wrong passwords came from somewhere within an hour.
pub static WRONG_PASSWORDS: ActivityKind<Guessed> = ActivityKind::new("signin.wrong_passwords");
/// Somebody tried what is the operator's alone, and was refused.
pub static REFUSED: ActivityKind<Guessed> = ActivityKind::new("signin.refused");
/// An operator has another password, or the first; the details are the name.
pub static PASSWORD_CHANGED: ActivityKind<String> = ActivityKind::new("signin.password_changed");
/// Somebody made a token of the API.
pub static TOKEN_MADE: ActivityKind<TokenTold> = ActivityKind::new("signin.token_made");
/// Somebody took a token of the API away.
pub static TOKEN_REVOKED: ActivityKind<TokenTold> = ActivityKind::new("signin.token_revoked");
/// A link was given that signs in.
pub static LINK_ISSUED: ActivityKind<LinkTold> = ActivityKind::new("signin.link_issued");

/// All of them.
pub const KINDS: &[&dyn Carried] = &[
    &SIGNED_IN,
    &SIGNED_OUT_EVERYWHERE,
    &WRONG_PASSWORDS,
    &REFUSED,
    &PASSWORD_CHANGED,
    &TOKEN_MADE,
    &TOKEN_REVOKED,
    &LINK_ISSUED,
];

/// Wrong passwords, or other tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guessed {
    /// The network that they came from; `elsewhere` for those of many.
    pub network: String,
    /// How many.
    pub tries: u32,
}

/// A token of the API. It is known by its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenTold {
    /// Its number.
    pub number: u64,
    /// What its maker calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
}

/// Whom a link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkTold {
    /// A member.
    Member(UserId),
    /// Whoever sets Greenroom up.
    FirstRun,
    /// An operator.
    Operator(String),
}

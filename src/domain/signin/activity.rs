//! What is noted of signing in. All of it is of the instance.

use serde::{Deserialize, Serialize};

use super::session::Door;
use crate::activity::{ActivityKind, Noted, Readable};
use crate::kernel::ids::UserId;
use crate::kernel::sentence::Sentence;
use crate::sentence;

/// Somebody signed in.
pub static SIGNED_IN: ActivityKind<Door> =
    ActivityKind::new("signin.signed_in", |told| Some(signed_in(told))).called("Somebody signed in").of_instance();
/// Somebody signed out everywhere; the details say of how many sessions.
pub static SIGNED_OUT_EVERYWHERE: ActivityKind<usize> =
    ActivityKind::new("signin.signed_out_everywhere", |told| Some(signed_out_everywhere(told)))
        .called("Somebody signed out everywhere")
        .of_instance();
/// Wrong passwords came from somewhere within an hour.
pub static WRONG_PASSWORDS: ActivityKind<Guessed> =
    ActivityKind::new("signin.wrong_passwords", |told| Some(wrong_passwords(told)))
        .called("Wrong passwords were tried")
        .of_instance();
/// Somebody tried what is the operator's alone, and was refused.
pub static REFUSED: ActivityKind<Guessed> = ActivityKind::new("signin.refused", |told| Some(refused(told)))
    .called("Somebody without the right was refused")
    .of_instance();
/// An operator has another password, or the first; the details are the name.
pub static PASSWORD_CHANGED: ActivityKind<String> =
    ActivityKind::new("signin.password_changed", |told| Some(password_changed(told)))
        .called("A password was changed")
        .of_instance();
/// Somebody made a token of the API.
pub static TOKEN_MADE: ActivityKind<TokenSummary> =
    ActivityKind::new("signin.token_made", |told| Some(token(told, "made"))).called("A token was made").of_instance();
/// Somebody took a token of the API away.
pub static TOKEN_REVOKED: ActivityKind<TokenSummary> =
    ActivityKind::new("signin.token_revoked", |told| Some(token(told, "took away")))
        .called("A token was taken away")
        .of_instance();
/// A link was given that signs in.
pub static LINK_ISSUED: ActivityKind<LinkRecipient> =
    ActivityKind::new("signin.link_issued", |told| Some(link_issued(told)))
        .called("A link to sign in was given")
        .of_instance();

/// All of them.
pub const KINDS: &[&dyn Readable] = &[
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
pub struct TokenSummary {
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
pub enum LinkRecipient {
    /// A member.
    Member(UserId),
    /// Whoever sets Greenroom up.
    FirstRun,
    /// An operator.
    Operator(String),
}

fn signed_in(told: &Noted<'_, Door>) -> Sentence {
    let door = match told.details {
        Door::Password => "a password",
        Door::Link => "a link",
        Door::Discord => "Discord",
    };
    sentence!("{by} signed in by {door}.", by = told.by(), door)
}

fn signed_out_everywhere(told: &Noted<'_, usize>) -> Sentence {
    sentence!("{by} signed out everywhere, of {count} sessions.", by = told.by(), count = told.details)
}

fn wrong_passwords(told: &Noted<'_, Guessed>) -> Sentence {
    let Guessed { network, tries } = &told.details;
    sentence!("Wrong passwords came from {network}: {tries} within an hour.", network, tries)
}

fn refused(told: &Noted<'_, Guessed>) -> Sentence {
    let Guessed { network, tries } = &told.details;
    sentence!(
        "Somebody at {network} tried what is the operator's alone, and was refused: {tries} times within an hour.",
        network,
        tries
    )
}

fn password_changed(told: &Noted<'_, String>) -> Sentence {
    sentence!("{by} changed the password of the operator **{name}**.", by = told.by(), name = told.details)
}

fn token(told: &Noted<'_, TokenSummary>, did: &'static str) -> Sentence {
    let TokenSummary { number, name, .. } = &told.details;
    sentence!("{by} {did} the token {number}, **{name}**.", by = told.by(), did, number, name)
}

fn link_issued(told: &Noted<'_, LinkRecipient>) -> Sentence {
    let by = told.by();
    match &told.details {
        LinkRecipient::Member(user) => sentence!("{by} gave {user} a link that signs in.", by, user),
        LinkRecipient::FirstRun => sentence!("{by} gave a link to set Greenroom up.", by),
        LinkRecipient::Operator(name) => sentence!("{by} gave the operator **{name}** a link that signs in.", by, name),
    }
}

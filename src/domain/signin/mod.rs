//! Signing in on the web: who is there, by what they show, and for how long it counts. No page, no cookie, no Discord: the edge
//! makes secrets, hashes passwords and asks Discord, and hands in what came of it.
//!
//! **Who.** A [`Person`] is a member, or an operator: whoever runs Greenroom, with a password (`C-71`). What a member may do is
//! no matter of a session; that is asked anew at each request (`C-73`).
//!
//! **Secrets** come in as their [digests](crate::kernel::digest), and nothing else of them is kept. So a copy of the store opens
//! no session.
//!
//! | file | holds |
//! | --- | --- |
//! | [`session`] | who is signed in where; 24 hours, and longer by a refresh (`C-72`) |
//! | [`refresh`] | what a session goes on by, for 30 days; each is good for once |
//! | [`operator`] | names and passwords of operators |
//! | [`link`] | links that sign in once, within minutes |
//! | [`token`] | tokens of the API, with their scopes and servers |
//! | [`oauth`] | where a sign-in by Discord began, until it comes back |
//! | [`answer`] | what was answered to a change that has a key, so that it is done once (`D-55`) |
//! | [`guesses`] | wrong passwords, summed |
//! | [`over`] | what has ended is forgotten |
//!
//! **Invariants.** A session has one refresh that is good, and both end together. Whoever shows a refresh that is spent ends what
//! it led to. A password that is changed ends what was proven by the one before. A link and a state are good for once.
//!
//! **Rows** are of the instance, because nobody signs in to one server. They go with a member who is erased there. The numbers of
//! servers in a session, a link and a token stay when a server is removed; they open nothing in it any more.
//!
//! **Activities** ([`activity`]) are of the instance as well, so no server is told of them. Topic: [`ENDED`]. Upkeep:
//! `signins_forgotten`.

pub mod activity;
pub mod address;
pub mod answer;
pub mod guesses;
pub mod link;
pub mod oauth;
pub mod operator;
pub mod over;
mod person;
pub mod refresh;
pub mod scope;
pub mod session;
pub mod token;

pub use person::Person;

use std::time::Duration;

use crate::kernel::digest::Digest;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::{Refuse, Row};
use crate::store::{AnyTable, Migration, Topic};

/// A session or a token ended before its time: whatever is open for somebody by one is looked at again.
pub const ENDED: Topic = Topic::new("signin.ended");

/// The tables of this module. None of them is in an export.
pub const TABLES: &[&dyn AnyTable] = &[
    &operator::OPERATORS,
    &session::SESSIONS,
    &refresh::REFRESHES,
    &link::LINKS,
    &token::TOKENS,
    &oauth::STATES,
    &answer::ANSWERS,
    &guesses::GUESSES,
    &guesses::LOOKED_THROUGH,
];

/// The version of the store in which these tables came.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 7, name: "keep who is signed in on the web", run: |_| Ok(()) }];

/// What is refused here.
pub const REFUSALS: &[&[Row]] = &[
    answer::RepeatRefusal::ROWS,
    link::LinkRefusal::ROWS,
    operator::OperatorRefusal::ROWS,
    session::SessionRefusal::ROWS,
    token::TokenRefusal::ROWS,
];

/// It is written at most so often that somebody was seen.
const SEEN_EVERY: Duration = Duration::from_mins(5);

/// Where a row lies that is known by a digest.
type Place = (GuildId, Digest);

const fn place(digest: Digest) -> Place {
    (GuildId::INSTANCE, digest)
}

#[cfg(test)]
mod tests;

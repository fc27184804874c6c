//! Who may: what a route is for, who somebody is, and what follows of both.
//!
//! A route says for whom it is ([`Who`]); who asks is a [`Visitor`], and what they are in the server of the path is their
//! [`Rank`], looked up anew for each request. [`Who::verdict`] is the only place where the two meet. Nothing is told to
//! somebody without a place in the server that tells whether anything is there (`web: not here` is 404 for all of it).

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Level;
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::ids::{GuildId, UserId};
use crate::signin::Person;
use crate::signin::scope::{Scope, Scopes};

/// For whom a route is. Each level of a server includes those before it, but for the reviewers beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Everybody, signed in or not.
    Anyone,
    /// Everybody who is signed in.
    SignedIn,
    /// Members of the server.
    Member,
    /// Whoever may look at every page of the server.
    Viewer,
    /// Whoever may look at every page of the server, and its reviewers: the songs, which they review.
    ViewerOrReviewer,
    /// Moderators of the server.
    Moderator,
    /// Reviewers of the server, and its administrators (`D-20`).
    Reviewer,
    /// Administrators as the server names them.
    Admin,
    /// Discord's Administrator permission, and the owner (`M-CMD-37`).
    Administrator,
    /// The owner of the server.
    Owner,
    /// The operator of the process.
    Instance,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Nobody who is known.
    Nobody,
    /// Somebody who is signed in.
    Somebody(Somebody),
}

/// Somebody who is signed in, or whose token is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Somebody {
    /// The person.
    pub person: Person,
    /// Their name, for pages; not escaped.
    pub name: String,
    /// The hash of their picture on Discord.
    pub avatar: Option<String>,
    /// Their servers when they signed in, to be shown.
    pub guilds: Vec<GuildId>,
    /// By what we know them.
    pub via: Via,
}

/// By what somebody is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A session in a browser.
    Session(Digest),
    /// The same session, which a program shows by itself: no page elsewhere can make a browser do that.
    Shown(Digest),
    /// A token of a program, with what it may at most.
    Token {
        /// By what it is known.
        key: Digest,
        /// Its number.
        number: u64,
        /// What it is for.
        scopes: Scopes,
        /// For which servers; none is all of its maker's.
        guilds: Vec<GuildId>,
    },
}

/// What a visitor is in a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// On the ladder; `None` for those who are not there at all.
    pub level: Option<Level>,
    /// Whether they have the reviewers' role.
    pub is_reviewer: bool,
}

/// Whether a visitor may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Yes,
    /// Nobody knows who they are.
    SignIn,
    /// They have no place there, and are told nothing of what is there.
    NotHere,
    /// They have a place there, and not this right.
    NotEnough,
    /// They may, but not by this token.
    OutOfScope,
}

impl Visitor {
    /// Who is signed in.
    pub const fn somebody(&self) -> Option<&Somebody> {
        match self {
            Self::Nobody => None,
            Self::Somebody(somebody) => Some(somebody),
        }
    }

    /// Whether it is the operator of the process.
    pub fn is_operator(&self) -> bool {
        self.somebody().is_some_and(|somebody| matches!(somebody.person, Person::Operator { .. }))
    }

    /// The account on Discord.
    pub fn user(&self) -> Option<UserId> {
        match &self.somebody()?.person {
            Person::Member { user } => Some(*user),
            Person::Operator { .. } => None,
        }
    }

    /// The visitor as the cause of a change; a program acts as whoever made its token.
    pub fn actor(&self) -> Actor {
        self.somebody().map_or(Actor::System, |somebody| somebody.person.actor())
    }
}

impl Rank {
    /// The operator has everything in every server (`C-71`).
    pub const OPERATOR: Self = Self { level: Some(Level::Owner), is_reviewer: true };

    /// Whether somebody of this rank has what `who` asks for, in a server.
    pub fn reaches(self, who: Who) -> bool {
        let Some(level) = self.level else { return false };
        match who {
            Who::Anyone | Who::SignedIn | Who::Member => true,
            Who::Viewer => level >= Level::Viewer,
            Who::ViewerOrReviewer => self.reaches(Who::Viewer) || self.reaches(Who::Reviewer),
            Who::Moderator => level >= Level::Moderator,
            Who::Reviewer => self.is_reviewer || level >= Level::Administrator,
            Who::Admin => level >= Level::Admin,
            Who::Administrator => level >= Level::Administrator,
            Who::Owner => level >= Level::Owner,
            Who::Instance => false,
        }
    }
}

impl Who {
    /// Whether it is about a server, so that the rank there decides.
    pub const fn is_of_a_guild(self) -> bool {
        !matches!(self, Self::Anyone | Self::SignedIn | Self::Instance)
    }

    /// Whether a visitor may, who is of this rank in the server of the path. A token may what its scopes name, and never
    /// more than whoever made it may at this moment.
    pub fn verdict(self, visitor: &Visitor, rank: Rank, scope: Scope, guild: Option<GuildId>) -> Verdict {
        if self == Self::Anyone {
            return Verdict::Yes;
        }
        let Some(somebody) = visitor.somebody() else { return Verdict::SignIn };
        if let (Via::Token { guilds, .. }, Some(guild)) = (&somebody.via, guild)
            && !guilds.is_empty()
            && !guilds.contains(&guild)
        {
            return Verdict::NotHere;
        }
        let may = match self {
            Self::Anyone | Self::SignedIn => true,
            Self::Instance => visitor.is_operator(),
            _ if rank.level.is_none() => return Verdict::NotHere,
            _ => rank.reaches(self),
        };
        let covers = match &somebody.via {
            Via::Session(_) | Via::Shown(_) => true,
            Via::Token { scopes, .. } => scopes.has(scope),
        };
        match (may, covers) {
            (true, true) => Verdict::Yes,
            (true, false) => Verdict::OutOfScope,
            (false, _) => Verdict::NotEnough,
        }
    }

    /// Who can, in the words of a page that says that somebody cannot.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Anyone => "everybody",
            Self::SignedIn => "people who are signed in",
            Self::Member => "members of this server",
            Self::Viewer => "people with a viewer role, moderators and administrators of this server",
            Self::ViewerOrReviewer => {
                "people with a viewer role, reviewers, moderators and administrators of this server"
            }
            Self::Moderator => "moderators and administrators of this server",
            Self::Reviewer => "reviewers and administrators of this server",
            Self::Admin => "people with an admin role, and those with the Administrator permission",
            Self::Administrator => "people with the Administrator permission on Discord",
            Self::Owner => "the owner of this server",
            Self::Instance => "the operator of this Greenroom",
        }
    }
}

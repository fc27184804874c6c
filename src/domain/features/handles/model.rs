//! Accounts of people on the live, codes that prove whose they are, and what linking refuses.

use serde::{Deserialize, Serialize};

use super::code::Code;
use crate::jobs::JobKind;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::live::handle::NamesNobody;
use crate::store::{Erasure, Record};
use crate::{fields, id_type, refusals};

id_type!(
    /// The number of an account within its guild (`M-DB-03`: `handle_id`).
    AccountId
);

/// A TikTok handle that a guild knows (`M-DB-03`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The handle.
    pub handle: Handle,
    /// When it became known.
    pub first_seen: Timestamp,
    /// When it last did something on the live, or became known.
    pub last_seen: Timestamp,
    /// The member who says that it is theirs.
    pub linked: Option<UserId>,
    /// Points of this handle; the same amounts go to the linked member (`M-PTS-04`).
    pub points: Amount,
    /// TikTok's level of the person, as last seen; for display (`C-114`).
    pub level: Option<u32>,
    /// When the linked member proved on a live that it is theirs; `None` for a link that nobody proved, and for none.
    pub verified_at: Option<Timestamp>,
}

fields!(Account: verified_at since 2 = None);

impl Account {
    /// Whether the linked member proved that it is theirs.
    pub const fn is_verified(&self) -> bool {
        self.verified_at.is_some()
    }

    /// The account, which has this number, without a member: its points stay theirs under the pseudonym.
    #[must_use]
    pub fn without(&self, id: AccountId, erasure: &Erasure) -> Self {
        let is_theirs = self.linked.map_or_else(|| erasure.owns(id.get()), |user| user == erasure.member);
        if !is_theirs {
            return self.clone();
        }
        Self {
            handle: Handle::of_nobody(id.get()),
            linked: self.linked.map(|user| erasure.of(user)),
            level: None,
            verified_at: None,
            ..self.clone()
        }
    }
}

/// An account with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAccount {
    /// Its number.
    pub id: AccountId,
    /// The account.
    pub account: Account,
}

/// Which account one of TikTok's numbers belongs to, under which names it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// The account.
    pub account: AccountId,
    /// The last names, the present one among them: the member was told of each.
    pub names: Vec<Handle>,
}

impl Record for Numbered {}

/// An account that is known, and that no live saw yet: somebody linked it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen;

impl Record for Unseen {}

/// Whoever did something on the live, and what was found out by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// Their account.
    pub known: KnownAccount,
    /// The names that TikTok gave to others, or to the account, since.
    pub moves: Vec<Renamed>,
}

/// An account that has another name than before, because TikTok's number says whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The account, under its name of now.
    pub account: Account,
    /// Its name until now.
    pub before: Handle,
    /// What is to be told.
    pub what: RenamedTo,
    /// Whose points change by it: the members of links that became one.
    pub settle: Vec<UserId>,
    /// Whether its member was never told of this name.
    pub is_news: bool,
}

/// What became of an account's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RenamedTo {
    /// It has this name now.
    Known(Handle),
    /// Another account has its name now, and its new one has not been seen; until then it is known by this one, which is
    /// its former name, marked as such.
    NotSeenYet(Handle),
}

/// What a member is told when a handle of theirs has another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenameNotice {
    /// The member.
    pub user: UserId,
    /// The name until now.
    pub before: Handle,
    /// What became of it.
    pub what: RenamedTo,
}

/// The job that tells a member that a handle of theirs has another name.
pub static TELL_RENAME: JobKind<RenameNotice> =
    JobKind::new("handles.tell_rename", "Telling a member that their TikTok account has another name");

/// What a handle did on the live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// When.
    pub at: Timestamp,
    /// The level that was seen with it.
    pub level: Option<u32>,
    /// The points for it.
    pub points: Amount,
}

/// A handle that now belongs to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The account, linked.
    pub account: Account,
    /// Whose it was until now, where it was taken from someone (`D-15`).
    pub former: Option<UserId>,
    /// Whether the link until now was verified.
    pub was_verified: bool,
}

/// A handle that now belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// The account, not linked.
    pub account: Account,
    /// Whether the link until now was verified.
    pub was_verified: bool,
}

/// A code that waits for being typed on a live. A member has one at the most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCode {
    /// The handle that has to type it.
    pub handle: Handle,
    /// What has to be typed.
    pub code: Code,
    /// From when on it is worth nothing.
    pub until: Timestamp,
}

impl Record for OpenCode {}

/// A member has shown that a handle is theirs: it typed their code on a live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The member.
    pub user: UserId,
    /// The handle.
    pub handle: Handle,
}

/// What a member is told after a code was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofNotice {
    /// The member.
    pub user: UserId,
    /// The handle.
    pub handle: Handle,
    /// What happened to it.
    pub what: ProofEffect,
}

/// What a proof did to a handle, for one of the members whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProofEffect {
    /// It is theirs, verified, and they have so many points now.
    Verified(Amount),
    /// It was theirs, not verified, and is someone else's now; they have so many points left.
    Lost(Amount),
    /// It cannot be theirs; the sentence, as it is read on Discord, says why.
    Refused(String),
}

/// The job that tells a member what a proof did.
pub static TELL_PROOF: JobKind<ProofNotice> =
    JobKind::new("handles.tell_proof", "Telling a member that a handle is proven");

refusals! {
    /// What is refused about handles.
    pub enum HandleRefusal {
        /// What was typed is no handle (`D-14`).
        NotAHandle(reason: NamesNobody) => "handles.not_a_handle" as NotValid, "That is no TikTok handle. {reason}";
        /// The handle never did anything on the live (`D-16`).
        NeverSeen {
            /// The handle.
            handle: Handle,
        } => "handles.never_seen", "**{handle}** has to be seen on the live first. Write something in the live chat with \
            it, then link it.";
        /// The member linked it before (`D-15`).
        AlreadyYours {
            /// The handle.
            handle: Handle,
        } => "handles.already_yours", "**{handle}** is linked to you already.";
        /// Someone else linked it before; who, is not told (`D-15`).
        SomeoneElses {
            /// The handle.
            handle: Handle,
        } => "handles.someone_elses",
            "**{handle}** is linked to someone else. If it is yours, please ask an administrator.";
        /// An administrator links what is linked so already.
        AlreadyTheirs {
            /// The handle.
            handle: Handle,
            /// The member.
            user: UserId,
        } => "handles.already_theirs", "**{handle}** is linked to {user} already.";
        /// A member unlinks a handle of someone else or of nobody.
        NotYours {
            /// The handle.
            handle: Handle,
        } => "handles.not_yours" as NotThere,
            "**{handle}** is not one of your linked handles. Pick one from the list that appears \
            while you type.";
        /// An administrator unlinks a handle from someone who does not have it.
        NotTheirs {
            /// The handle.
            handle: Handle,
            /// The member.
            user: UserId,
        } => "handles.not_theirs" as NotThere, "**{handle}** is not linked to {user}.";
        /// A change of a link is taken back that nobody noted, or that is not kept any more.
        NoSuchChange => "handles.no_such_change" as NotThere, "That change of a link is not kept any more.";
        /// A change of a link is taken back after which the handle went elsewhere.
        MovedSince {
            /// The handle.
            handle: Handle,
        } => "handles.moved_since", "The link of **{handle}** was changed since, so this cannot be undone any more.";
        /// As many handles as one member may have.
        TooMany {
            /// How many that is.
            most: usize,
        } => "handles.too_many", "A member can link up to {most} handles. Unlink one first.";
    }
}

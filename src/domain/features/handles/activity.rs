//! What is noted of links between members and handles.

use serde::{Deserialize, Serialize};

use super::model::{RenameNotice, RenamedTo};
use crate::activity::{ActivityKind, ChangeType, Noted, Readable, Thing};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::{Numbered, Sentence};
use crate::live::Handle;
use crate::sentence;

/// A handle proved on the live that it is a member's. About the member, as all of these.
pub static PROVEN: ActivityKind<Link> =
    ActivityKind::new("handles.proven", proven).heard_as(Thing::Member, ChangeType::Create);
/// An administrator linked a handle.
pub static LINKED: ActivityKind<Link> =
    ActivityKind::new("handles.linked", linked).heard_as(Thing::Member, ChangeType::Create);
/// An administrator took a link away.
pub static UNLINKED: ActivityKind<Link> =
    ActivityKind::new("handles.unlinked", unlinked).heard_as(Thing::Member, ChangeType::Delete);
/// A linked account has another name.
pub static RENAMED: ActivityKind<RenameNotice> =
    ActivityKind::new("handles.renamed", |told| Some(renamed(told))).heard_as(Thing::Member, ChangeType::Update);

/// All of them.
pub const KINDS: &[&dyn Readable] = &[&PROVEN, &LINKED, &UNLINKED, &RENAMED];

/// A link that was made or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The handle.
    pub handle: Handle,
    /// Whose it was until now, where it was taken from someone.
    pub former: Option<UserId>,
    /// Whether the link until now was verified.
    pub was_verified: bool,
    /// What the handle holds.
    pub points: Amount,
}

fn proven(told: &Noted<'_, Link>) -> Option<Sentence> {
    let Link { handle, former, points, .. } = &told.details;
    let user = Numbered(told.member()?);
    let former =
        former.map(|former| sentence!(" · it was linked to {former}, not verified", former = Numbered(former)));
    let sentence = sentence!(
        "{user} proved on the live that **{handle}** is theirs{former} · points `{points}`",
        user,
        handle,
        former,
        points = points.get()
    );
    Some(sentence.signed("✅"))
}

fn linked(told: &Noted<'_, Link>) -> Option<Sentence> {
    let Link { handle, former, was_verified, points } = &told.details;
    let (by, user) = (told.by_person()?, Numbered(told.member()?));
    let from = former.map(|former| sentence!(" from {former}", former = Numbered(former)));
    let proof = if *was_verified { " · this replaces a verified link" } else { "" };
    let sentence = sentence!(
        "{by} linked **{handle}**{from} to {user} · points `{points}`{proof}",
        by,
        handle,
        from,
        user,
        points = points.get(),
        proof
    );
    Some(sentence.signed("🔗"))
}

fn unlinked(told: &Noted<'_, Link>) -> Option<Sentence> {
    let Link { handle, was_verified, points, .. } = &told.details;
    let (by, user) = (told.by_person()?, Numbered(told.member()?));
    let proof = if *was_verified { " · the link was verified" } else { "" };
    let sentence = sentence!(
        "{by} unlinked **{handle}** from {user} · points `{points}`{proof}",
        by,
        handle,
        user,
        points = points.get(),
        proof
    );
    Some(sentence.signed("🔗"))
}

fn renamed(told: &Noted<'_, RenameNotice>) -> Sentence {
    let RenameNotice { user, before, what } = &told.details;
    let user = Numbered(*user);
    let sentence = match what {
        RenamedTo::Known(now) => sentence!(
            "**{before}** of {user} is called **{now}** now. The link follows the account.",
            before,
            user,
            now
        ),
        RenamedTo::NotSeenYet(_) => sentence!(
            "**{before}** belongs to another TikTok account now. The link of {user} stays with theirs, whose new name is \
             known as soon as it comes to the live.",
            before,
            user
        ),
    };
    sentence.signed("🔁")
}

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
pub static PROVEN: ActivityKind<Link> = ActivityKind::new("handles.proven", proven)
    .called("A handle was proven")
    .heard_as(Thing::Member, ChangeType::Create);
/// An administrator linked a handle.
pub static LINKED: ActivityKind<Link> = ActivityKind::new("handles.linked", linked)
    .called("A handle was linked")
    .heard_as(Thing::Member, ChangeType::Create);
/// An administrator took a link away.
pub static UNLINKED: ActivityKind<Link> = ActivityKind::new("handles.unlinked", unlinked)
    .called("A handle was released")
    .heard_as(Thing::Member, ChangeType::Delete);
/// A linked account has another name.
pub static RENAMED: ActivityKind<RenameNotice> = ActivityKind::new("handles.renamed", |told| Some(renamed(told)))
    .called("A handle has another name")
    .heard_as(Thing::Member, ChangeType::Update);

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

/// What the handle holds: for the team beside the sentence, for whoever looks at a page within it.
fn points(told: &Noted<'_, Link>) -> Sentence {
    let points = told.details.points;
    match points.get() {
        points if told.is_for_team() => sentence!(" · points `{points}`", points),
        1 => sentence!(", with 1 point"),
        _ => sentence!(", with {points} points", points),
    }
}

fn proven(told: &Noted<'_, Link>) -> Option<Sentence> {
    let Link { handle, former, .. } = &told.details;
    let user = Numbered(told.member()?);
    let former =
        former.map(|former| sentence!(" · it was linked to {former}, not verified", former = Numbered(former)));
    let sentence = sentence!(
        "{user} proved on the live that **{handle}** is theirs{former}{points}",
        user,
        handle,
        former,
        points = points(told)
    );
    Some(sentence.signed("✅"))
}

fn linked(told: &Noted<'_, Link>) -> Option<Sentence> {
    let Link { handle, former, was_verified, .. } = &told.details;
    let (by, user) = (told.by_person()?, Numbered(told.member()?));
    let from = former.map(|former| sentence!(" from {former}", former = Numbered(former)));
    let proof = if *was_verified { " · this replaces a verified link" } else { "" };
    let sentence = sentence!(
        "{by} linked **{handle}**{from} to {user}{points}{proof}",
        by,
        handle,
        from,
        user,
        points = points(told),
        proof
    );
    Some(sentence.signed("🔗"))
}

fn unlinked(told: &Noted<'_, Link>) -> Option<Sentence> {
    let Link { handle, was_verified, .. } = &told.details;
    let (by, user) = (told.by_person()?, Numbered(told.member()?));
    let proof = if *was_verified { " · the link was verified" } else { "" };
    let sentence = sentence!(
        "{by} unlinked **{handle}** from {user}{points}{proof}",
        by,
        handle,
        user,
        points = points(told),
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

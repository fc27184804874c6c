//! What people read about handles. Pure: read models in, drafts out.

use crate::discord::Draft;
use crate::features::handles::model::{Account, ProofEffect, ProofNotice, RenameNotice, RenamedTo};
use crate::flows::handle_links::{LinkAnswer, LinkGone, LinkMade, ProofWanted};
use crate::kernel::ids::UserId;
use crate::kernel::text::{MomentStyle, escape, mention, moment};
use crate::live::Handle;

/// A handle in bold, escaped: an underscore in it must not begin italics.
fn shown(handle: &Handle) -> String {
    format!("**{}**", escape(&handle.to_string()))
}

/// The answer to `/link-tiktok`.
pub fn link_answer(answer: &LinkAnswer) -> Draft {
    match answer {
        LinkAnswer::Made(link) => linked(link),
        LinkAnswer::NeedsProof(wanted) => proof_wanted(wanted),
    }
}

/// The answer to `/link-tiktok` where the link was made.
pub fn linked(link: &LinkMade) -> Draft {
    let handle = shown(&link.account.handle);
    Draft::text(format!("🔗 {handle} is linked to you. You have **{}** engagement points now.", link.points))
}

/// The answer to `/link-tiktok` where handles need proof: what has to be typed, where and until when.
pub fn proof_wanted(wanted: &ProofWanted) -> Draft {
    let handle = shown(&wanted.open.handle);
    let place = match &wanted.live {
        Some(streamer) => format!("in the chat of the live of {}", shown(streamer)),
        None => "in the live chat".to_owned(),
    };
    let until = moment(wanted.open.until, MomentStyle::Relative);
    let mut text = format!(
        "🔑 Is {handle} yours? Then write this code {place}, with that TikTok account:\n# `{}`\nIt counts once, and ends \
         {until}. You will get a direct message when {handle} is linked.",
        wanted.open.code
    );
    if wanted.live.is_none() {
        text.push_str("\nI see no live at the moment: the code counts only while the host is live and I am connected.");
    }
    Draft::text(text)
}

/// The direct message to a member whom a proof on the live concerns.
pub fn proof_told(told: &ProofNotice) -> Draft {
    let handle = shown(&told.handle);
    Draft::text(match &told.what {
        ProofEffect::Verified(points) => {
            format!("✅ {handle} is linked to you and verified. You have **{points}** engagement points now.")
        }
        ProofEffect::Lost(points) => format!(
            "🔗 {handle} is no longer linked to you: someone else proved on the live that it is theirs. Its points went \
             with it. You have **{points}** engagement points now."
        ),
        ProofEffect::Refused(sentence) => {
            format!("Your code came from {handle}, but it was not linked to you. {sentence} Then ask for a new code.")
        }
    })
}

/// The direct message to a member one of whose handles has another name.
pub fn rename_told(told: &RenameNotice) -> Draft {
    let before = shown(&told.before);
    Draft::text(match &told.what {
        RenamedTo::Known(now) => format!(
            "🔁 Your linked TikTok account {before} is called {} now. The link, its points and its watch time stay with it; you \
             have nothing to do.",
            shown(now)
        ),
        RenamedTo::NotSeenYet(_) => format!(
            "🔁 {before} belongs to another TikTok account now. Your link and its points stay with the account that you had \
             linked. Its new name is known as soon as it does something on the live."
        ),
    })
}

/// The answer to `/unlink-tiktok`.
pub fn unlinked(link: &LinkGone) -> Draft {
    let handle = shown(&link.account.handle);
    let text = format!("{handle} is no longer linked to you and keeps its {} points.", link.account.points);
    Draft::text(format!("{text} You have **{}** engagement points now.", link.points))
}

/// The answer to `/admin-link`.
pub fn admin_linked(link: &LinkMade, user: UserId) -> Draft {
    let proven = if link.was_verified { ", who had proven that it is theirs" } else { "" };
    let from = link.former.map(|former| format!(" It was linked to {} before{proven}.", mention(former)));
    let from = from.unwrap_or_default();
    Draft::text(format!("🔗 {} is linked to {}.{from}", shown(&link.account.handle), mention(user)))
}

/// The answer to `/admin-unlink`.
pub fn admin_unlinked(link: &LinkGone, user: UserId) -> Draft {
    Draft::text(format!("{} is no longer linked to {}.", shown(&link.account.handle), mention(user)))
}

/// The answer to `/my-tiktok-handles`.
pub fn own_handles(accounts: &[Account], link: &str) -> Draft {
    if accounts.is_empty() {
        return Draft::text(format!("You have no linked TikTok handle. Use {link} to link one."));
    }
    let rows = accounts.iter().map(|account| {
        let seen = moment(account.last_seen, MomentStyle::Relative);
        let verified = if account.is_verified() { " · ✅ verified" } else { "" };
        format!("{} · {} points · last seen {seen}{verified}", shown(&account.handle), account.points)
    });
    Draft::text(format!("**Your TikTok handles**\n{}", rows.collect::<Vec<_>>().join("\n")))
}

//! What people read about handles. Pure: read models in, drafts out.

use super::model::Account;
use crate::discord::Draft;
use crate::flows::handle_links::{LinkGone, LinkMade};
use crate::kernel::ids::UserId;
use crate::kernel::text::{MomentStyle, escape, mention, moment};
use crate::live::Handle;

/// A handle in bold, escaped: an underscore in it must not begin italics.
fn shown(handle: &Handle) -> String {
    format!("**{}**", escape(&handle.to_string()))
}

/// The answer to `/link-tiktok`.
pub fn linked(link: &LinkMade) -> Draft {
    let handle = shown(&link.account.handle);
    Draft::text(format!("🔗 {handle} is linked to you. You have **{}** engagement points now.", link.points))
}

/// The answer to `/unlink-tiktok`.
pub fn unlinked(link: &LinkGone) -> Draft {
    let handle = shown(&link.account.handle);
    let text = format!("{handle} is no longer linked to you and keeps its {} points.", link.account.points);
    Draft::text(format!("{text} You have **{}** engagement points now.", link.points))
}

/// The answer to `/admin-link`.
pub fn admin_linked(link: &LinkMade, user: UserId) -> Draft {
    let from = link.former.map(|former| format!(" It was linked to {} before.", mention(former))).unwrap_or_default();
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
        format!("{} · {} points · last seen {seen}", shown(&account.handle), account.points)
    });
    Draft::text(format!("**Your TikTok handles**\n{}", rows.collect::<Vec<_>>().join("\n")))
}

//! What stands in the bar of a server: its pages, as far as it has them switched on, and who looks.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::Entry;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::settings::Switch;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Rank, Somebody, Who};
use crate::web::answer::Problem;
use crate::web::gate::switch_of;
use crate::web::sign_in::UserView;
use crate::web::ui::layout::{NavItem, Server};

/// The address of a page, what it is called in the bar, and the page.
pub(super) type Way = (String, String, &'static Entry);

/// Without the pages of what is switched off; for whoever may switch it on they are marked as such.
pub(super) async fn marked(web: &Web, ways: Vec<Way>, guild: GuildId, rank: Rank) -> Result<Vec<Way>, Problem> {
    let switches: Vec<_> = ways.iter().map(|(_, _, entry)| switch_of(entry.page)).collect();
    if switches.iter().all(Option::is_none) {
        return Ok(ways);
    }
    let look = move |read: &dyn Read| {
        let is_off = |switch: Option<&'static Switch>| match switch {
            Some(switch) => switch.setting.get(read, guild).map(|is_on| !is_on),
            None => Ok(false),
        };
        switches.into_iter().map(is_off).collect::<Result<Vec<bool>>>()
    };
    let off = web.look("switches", look).await?;
    let may_switch = rank.reaches(Who::Admin);
    let mark = |((href, label, entry), is_off): (Way, bool)| match is_off {
        true if may_switch => Some((href, format!("{label} (off)"), entry)),
        true => None,
        false => Some((href, label, entry)),
    };
    Ok(ways.into_iter().zip(off).filter_map(mark).collect())
}

/// A page in the bar, as it is seen from a path.
pub(super) fn nav_item<'a>((href, label): (&'a str, &'a str), entry: &'static Entry, path: &str) -> NavItem<'a> {
    // The first page of a server is above all others; it is current where no other is.
    let is_below = path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_current = if entry.path.is_empty() { path == href } else { is_below };
    NavItem { href, label, icon: entry.icon, group: entry.group, is_current }
}

/// Tells one person from another, and does not say who they are.
pub(super) fn mark_of(somebody: &Somebody) -> String {
    let id = UserView::of(&somebody.person, "").id;
    let digest = Digest::of_parts(&[b"viewer", id.as_bytes()]);
    BASE64_URL_SAFE_NO_PAD.encode(digest.bytes())
}

/// A server, as it is drawn.
pub(super) fn server((id, name, picture): &(GuildId, String, Option<String>)) -> Server<'_> {
    Server { id: *id, name, picture: picture.as_deref() }
}

//! Who did something: a person with a handle or a number, or nobody.

use prost::bytes::Bytes;

use super::reader::Reader;
use super::{schema, text};
use crate::live::event::{AccountNumber, Viewer};
use crate::live::handle::Handle;

/// The badge that shows the gifter's level.
const LEVEL_BADGE: i64 = 8;

/// More than any handle, so that what is cut cannot become one.
const MAX_HANDLE_CHARS: usize = 100;

/// The person in `user`; `None` for one with neither a number nor a valid handle, and for one who watches under a mask.
pub(super) fn viewer(reader: &mut Reader, user: &Bytes) -> Option<Viewer> {
    if user.is_empty() {
        return None;
    }
    let user: schema::User = reader.read_or_default(user);
    if !user.masking.is_empty() && reader.read_or_default::<schema::Masking>(&user.masking).is_masked {
        return None;
    }
    let handle = Handle::parse(&text::text(&user.display_id, MAX_HANDLE_CHARS)).ok();
    let number = AccountNumber::new(user.id);
    let is_somebody = handle.is_some() || number.is_some();
    is_somebody.then(|| Viewer { handle, number, level: level(reader, &user) })
}

/// The gifter's level, which TikTok shows as a badge beside the name (`C-114`).
fn level(reader: &mut Reader, user: &schema::User) -> Option<u32> {
    let badge = user.badges.iter().find_map(|badge| badge_level(reader, badge));
    let level = badge.or_else(|| {
        let grade: schema::PayGrade = reader.read_or_default(&user.pay_grade);
        u32::try_from(grade.level).ok()
    });
    level.filter(|level| *level > 0)
}

fn badge_level(reader: &mut Reader, badge: &Bytes) -> Option<u32> {
    let badge: schema::Badge = reader.read_or_default(badge);
    if badge.scene != LEVEL_BADGE {
        return None;
    }
    let details: schema::BadgeDetails = reader.read_or_default(&badge.details);
    text::number(&details.level).or_else(|| {
        let written: schema::BadgeText = reader.read_or_default(&badge.combined);
        text::number(&written.text)
    })
}

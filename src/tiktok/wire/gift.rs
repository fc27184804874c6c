//! Gifts, and the steps of their streaks.
//!
//! One tap of a gift that can streak comes twice: once while the sender might go on, and once as the end. Others come
//! once. What the steps of a streak pay together is decided elsewhere (`M-TIK-24`); here each is told as it came.

use prost::bytes::Bytes;

use super::reader::{Broken, Reader};
use super::{schema, text};
use crate::live::event::Gift;

/// The kind of gifts that can be tapped again and again.
const STREAKABLE: i64 = 1;

const MAX_NAME_CHARS: usize = 100;

/// The longest streak that is believed; the longest ones known are some thousands.
const MAX_COUNT: u32 = 1_000_000;

/// The gift, and the bytes of its sender.
pub(super) fn gift(reader: &mut Reader, payload: &Bytes) -> Result<(Bytes, Gift), Broken> {
    let event: schema::GiftEvent = reader.read(payload)?;
    // Without its description a gift has no known price; it is counted all the same.
    let described = event.gift.as_ref().and_then(|gift| reader.read_inner::<schema::Gift>(gift));
    let can_streak = described.as_ref().map_or(event.group_id != 0, can_streak);
    let described = described.unwrap_or_default();
    let gift = Gift {
        id: if event.gift_id == 0 { described.id } else { event.gift_id },
        name: text::text(&described.name, MAX_NAME_CHARS),
        unit_coins: u32::try_from(described.diamond_count.max(0)).unwrap_or(u32::MAX),
        count: super::events::count(event.repeat_count, MAX_COUNT),
        is_streaking: can_streak && event.repeat_end == 0,
        group: event.group_id,
    };
    Ok((event.user, gift))
}

/// Whether more of it may follow. Where the kind is missing, the mark for combos says the same; unknown kinds come once.
fn can_streak(gift: &schema::Gift) -> bool {
    gift.kind == STREAKABLE || (gift.kind == 0 && gift.is_combo)
}

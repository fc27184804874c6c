//! The settings of the queue.

use super::model::PublicId;
use crate::kernel::ids::ChannelId;
use crate::references::Needs;
use crate::settings::{Area, Entry, Listed, Setting, SettingValue};

/// The public number of the song that is playing now (`C-27`).
pub static NOW_PLAYING: Setting<Option<PublicId>> = Setting::new("now_playing", None);
/// Where `/next` announces the song (`M-CMD-20`).
pub static NOW_PLAYING_CHANNEL: Setting<Option<ChannelId>> = Setting::new("now_playing_channel_id", None);
/// Where bookmarked songs are copied to (`M-CMD-19`).
pub static BOOKMARK_CHANNEL: Setting<Option<ChannelId>> = Setting::new("bookmark_channel_id", None);

/// What the bot needs in the now-playing channel.
pub static NOW_PLAYING_NEEDS: Needs = Needs { effect: "What plays is not announced.", must: Needs::POST, wants: &[] };
/// What the bot needs in the bookmark channel.
pub static BOOKMARK_NEEDS: Needs = Needs { effect: "Bookmarked songs are not copied.", must: Needs::POST, wants: &[] };

/// The settings of the queue, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(&NOW_PLAYING_CHANNEL, Area::Music, "Now Playing Channel", "Where `/next` announces the song.")
        .by_command("`/setnowplayingchannel`")
        .needing(&NOW_PLAYING_NEEDS),
    Listed::new(&BOOKMARK_CHANNEL, Area::Music, "Bookmark Channel", "Where bookmarked songs are copied to.")
        .by_command("`/setbookmarkchannel`")
        .needing(&BOOKMARK_NEEDS),
];

/// Stored and exported as the six digits that songs have in the export as well, so that the two can be joined (`D-02`).
impl SettingValue for Option<PublicId> {
    fn load(entry: &Entry) -> Option<Self> {
        entry.value.as_deref()?.parse().ok().map(Some)
    }

    fn store(&self) -> Option<Entry> {
        self.map(|song| Entry { value: Some(song.digits()), ..Entry::default() })
    }
}

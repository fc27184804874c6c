//! The settings of the queue.

use super::model::PublicId;
use crate::discord::Bot;
use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::references::{self, Needs, Problem};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
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

/// The now-playing channel, as `/setup` offers it.
pub static NOW_PLAYING_PLACE: EveningChannel = EveningChannel {
    id: "now_playing",
    rank: 1,
    title: "Now playing",
    about: "where each song is announced that begins to play",
    name: "now-playing",
    seen_by: SeenBy::Readers,
    needs: &NOW_PLAYING_NEEDS,
    kept: Kept::Setting(&NOW_PLAYING_CHANNEL),
    once_chosen: None,
};

/// The bookmark channel, as `/setup` offers it.
pub static BOOKMARK_PLACE: EveningChannel = EveningChannel {
    id: "bookmarks",
    rank: 4,
    title: "Bookmarks",
    about: "where songs are copied that you bookmark",
    name: "song-bookmarks",
    seen_by: SeenBy::Readers,
    needs: &BOOKMARK_NEEDS,
    kept: Kept::Setting(&BOOKMARK_CHANNEL),
    once_chosen: None,
};

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

/// What is known to keep everything out of the channel of a setting, in sentences.
pub async fn trouble_with(bot: &Bot, guild: GuildId, channel: &Setting<Option<ChannelId>>) -> Result<Vec<String>> {
    let problems = references::known(bot, guild).await?;
    let is_in_the_way = |problem: &&Problem| problem.is_total() && problem.reference.declared.key() == channel.key();
    Ok(problems.iter().filter(is_in_the_way).map(Problem::sentence).collect())
}

//! `/next` and the reviewer's desk: a song is taken, what it cost is used up, and it is announced.

use crate::features::engagement::model::SongRef;
use crate::features::queue::activity::Taken;
use crate::features::queue::model::PublicId;
use crate::features::queue::rules::playing_uses_points;
use crate::features::queue::service::Played;
use crate::features::queue::settings::NOW_PLAYING;
use crate::features::tasks::model::Deed;
use crate::features::{coins, engagement, handles, queue};
use crate::flows::task_proven;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Plays the next song. One transaction of the one writer, so two at once never get the same one (`M-QUE-11`, `M-QUE-14`).
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<Played> {
    next(tx, guild).map(|(played, _)| played)
}

/// Plays one particular song that waits, wherever it stands.
pub fn this_one(tx: &Tx<'_>, guild: GuildId, song: PublicId) -> Result<Played> {
    this(tx, guild, song).map(|(played, _)| played)
}

/// Plays the next song; tells what that used up.
pub(super) fn next(tx: &Tx<'_>, guild: GuildId) -> Result<(Played, Taken)> {
    let before = before(tx, guild)?;
    settle(tx, guild, queue::service::play_next(tx, guild)?, before)
}

/// Plays this song; tells what that used up.
pub(super) fn this(tx: &Tx<'_>, guild: GuildId, song: PublicId) -> Result<(Played, Taken)> {
    let before = before(tx, guild)?;
    settle(tx, guild, queue::service::play(tx, guild, song)?, before)
}

/// How the queue is before a play.
fn before(tx: &Tx<'_>, guild: GuildId) -> Result<Taken> {
    let playing = NOW_PLAYING.get(tx, guild)?.map(PublicId::digits);
    let last_played = queue::tables::pace(tx, guild)?.last_played;
    Ok(Taken { playing, last_played, ..Taken::default() })
}

fn settle(tx: &Tx<'_>, guild: GuildId, played: Played, before: Taken) -> Result<(Played, Taken)> {
    let user = played.entry.place.user;
    let mut taken = before;
    if playing_uses_points(played.from) {
        taken.points = handles::queries::points_by_account(tx, guild, user)?;
        coins::service::reset_points(tx, guild, user, "Song played from the Free line", Actor::System)?;
        handles::service::reset_points_of(tx, guild, user)?;
        queue::service::rescore(tx, guild, user, 0)?;
    }
    let credit = engagement::queries::credit(tx, guild, user)?;
    let is_of_song = |song: SongRef| song.get() == played.entry.id.get();
    taken.gifted = credit.filter(|credit| credit.song.is_some_and(is_of_song)).map(|credit| credit.coins);
    super::gift_credit::release(tx, guild, played.entry.id)?;
    queue::service::announce(tx, guild, played.entry.id)?;
    task_proven::run(tx, guild, user, (Deed::SongPlayed, 1), tx.now())?;
    Ok((played, taken))
}

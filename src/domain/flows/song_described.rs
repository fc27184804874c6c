//! A platform told what a song is called: its title and artist are filled in, where nobody gave others.

use crate::features::queue::model::SongId;
use crate::features::submissions::model::{Details, TitlesWanted};
use crate::features::{queue, submissions};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Fills in what is still missing. `told` went through the gate of what people type.
pub fn run(tx: &Tx<'_>, guild: GuildId, wanted: &TitlesWanted, told: Details) -> Result<()> {
    let Some(entry) = queue::queries::entry(tx, guild, SongId::new(wanted.song))? else { return Ok(()) };
    let unknown = Details::default();
    let title = told.title.filter(|_| wanted.title && entry.song.title == unknown.title_or_unknown());
    let artist = told.artist.filter(|_| wanted.artist && entry.song.artist == unknown.artist_or(&entry.song.username));
    if title.is_none() && artist.is_none() {
        return Ok(());
    }
    let user = entry.place.user;
    queue::service::call(tx, guild, entry, title, artist)?;
    submissions::service::correct_confirmation(tx, guild, user, wanted)
}

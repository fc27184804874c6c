//! What changes in the stored data of the queue when the program becomes newer.

use super::settings::NOW_PLAYING;
use crate::kernel::error::Result;
use crate::settings::BOT_CONFIG;
use crate::store::{Migration, Span, Tx};

/// All of them, by the version of the store that they lead to.
pub const ALL: &[Migration] =
    &[Migration { version: 4, name: "name what plays by six digits", run: write_what_plays_in_six_digits }];

/// What plays is named by six digits, as every song is in the export.
fn write_what_plays_in_six_digits(tx: &Tx<'_>) -> Result<()> {
    let mut guilds = Vec::new();
    BOT_CONFIG.for_each(tx, Span::all(), |(guild, key), _| {
        guilds.extend((key == NOW_PLAYING.key()).then_some(guild));
        Ok(())
    })?;
    guilds.into_iter().try_for_each(|guild| match NOW_PLAYING.get_own(tx, guild)? {
        Some(playing) => NOW_PLAYING.set(tx, guild, &playing),
        None => Ok(()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::queue::model::PublicId;
    use crate::features::testing::{GUILD, TestStore};
    use crate::settings::Entry;

    #[test]
    fn what_plays_is_found_under_either_form_and_kept_in_six_digits() {
        let store = TestStore::new();
        let key = || (GUILD, NOW_PLAYING.key().to_owned());
        for stored in ["43467", "043467"] {
            let entry = Entry { value: Some(stored.to_owned()), ..Entry::default() };
            store.write(move |tx| BOT_CONFIG.put(tx, &key(), &entry)).unwrap();
            assert_eq!(store.read(|read| NOW_PLAYING.get(read, GUILD)), Some(PublicId::new(43_467)), "{stored}");
            store.write(write_what_plays_in_six_digits).unwrap();
            let kept = store.read(|read| BOT_CONFIG.get(read, &key())).unwrap();
            assert_eq!(kept.value.as_deref(), Some("043467"), "{stored}");
        }
    }
}

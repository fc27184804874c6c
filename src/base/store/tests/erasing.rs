//! Taking out what is one guild's or one member's, over random rows.

use proptest::prelude::*;

use super::model::{Model, apply, apply_to_model, changes, compare};
use super::sample::{GUILD, in_memory};
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Erasure;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn only_what_is_theirs_goes_and_every_index_follows(changes in proptest::collection::vec(changes(), 0..60)) {
        let store = in_memory();
        let mut model = Model::new();
        for change in changes {
            let mut after = model.clone();
            if apply_to_model(&mut after, &change).is_some() {
                model = after;
                store.write_blocking("change", move |tx| apply(tx, &change)).unwrap();
            }
        }
        let (member, pseudonym) = (UserId::new(2), UserId::new(99));
        let erasure = Erasure { guild: GUILD, member, pseudonym, accounts: Vec::new() };
        let theirs = |model: &Model| {
            model.iter().filter(|(key, song)| key.0 == GUILD && song.user == member).count() as u64
        };
        prop_assert_eq!(store.erase_member_blocking(&erasure).unwrap(), theirs(&model));
        model.retain(|key, song| key.0 != GUILD || song.user != member || song.waits_in.is_some());
        for (key, song) in &mut model {
            if key.0 == GUILD {
                song.user = erasure.of(song.user);
            }
        }
        compare(&store, &model)?;
        prop_assert_eq!(store.erase_member_blocking(&erasure).unwrap(), 0);

        let before = model.len() as u64;
        model.retain(|key, _| key.0 != GUILD);
        prop_assert_eq!(store.remove_guild_blocking(GUILD).unwrap(), before - model.len() as u64);
        compare(&store, &model)?;
        prop_assert!(store.remove_guild_blocking(GuildId::INSTANCE).is_err());
    }
}

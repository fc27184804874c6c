//! Names and bytes of what the ledger stores.

use std::collections::HashSet;

use super::*;
use crate::store::Key;

#[test]
fn every_kind_of_entry_has_a_name_of_its_own_and_is_read_by_it() {
    let names: HashSet<_> = EntryKind::VARIANTS.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), EntryKind::VARIANTS.len());
    for kind in EntryKind::VARIANTS {
        assert_eq!(kind.name().parse(), Ok(*kind));
    }
    assert_eq!("shop".parse::<EntryKind>(), Err(UnknownKind("shop".into())));
}

#[test]
fn stored_names_and_bytes_stay_as_they_are() {
    let names = [
        "daily task_reward shop_purchase shop_refund transfer_send transfer_receive admin_add admin_remove admin_set",
        "admin_adjust watch_time gift buy_skip points_event points_reset points_link xp_text xp_voice xp_admin",
        "rollback archive_opening import",
    ];
    let found: Vec<_> = EntryKind::VARIANTS.iter().map(|kind| kind.name()).collect();
    assert_eq!(found.join(" "), names.join(" "));
    let mut bytes = Vec::new();
    for currency in Currency::VARIANTS {
        currency.encode_to(&mut bytes);
    }
    assert_eq!(bytes, [1, 2, 3]);
    // In the order of the names above.
    let mut bytes = Vec::new();
    for kind in EntryKind::VARIANTS {
        kind.encode_to(&mut bytes);
    }
    assert_eq!(bytes, (1..=22).collect::<Vec<u8>>());
}

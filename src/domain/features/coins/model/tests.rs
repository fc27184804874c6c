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

#[test]
fn an_entry_has_a_public_name_that_differs_for_every_number() {
    let entry = LedgerEntry {
        currency: Currency::Luxury,
        user: UserId::new(9),
        delta: 2,
        before: Amount::ZERO,
        after: Amount::of(2),
        kind: EntryKind::Gift,
        reason: "Rose ×100".into(),
        actor: Actor::Live,
        at: Timestamp::from_millis(1_763_756_100_123),
    };
    let name = |id| entry.transaction_id(GuildId::new(5), EntryId::new(id));
    assert_eq!(name(1), "txn_5_1763756100123_000001");
    assert_eq!(name(36 * 36 + 35), "txn_5_1763756100123_00010z");
    for (typed, id) in [("txn_5_1763756100123_00010z", Some(36 * 36 + 35)), ("17", Some(17))] {
        assert_eq!(EntryId::of_name(typed).map(EntryId::get), id, "{typed}");
    }
    for typed in ["", "txn_", "txn_5_1_!", "-1", "seventeen", "txn_5_1_zzzzzzzzzzzzzzzzzzzz"] {
        assert_eq!(EntryId::of_name(typed), None, "{typed}");
    }
}

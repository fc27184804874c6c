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
        "rollback archive_opening import code",
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
    assert_eq!(bytes, (1..=23).collect::<Vec<u8>>());
}

#[test]
fn an_entry_says_once_what_it_was_for_and_no_number_of_anybody() {
    let entry = |kind, delta, reason: &str| LedgerEntry {
        currency: Currency::Server,
        user: UserId::new(1),
        delta,
        before: Amount::of(50),
        after: Amount::of(50).clamped_change(delta),
        kind,
        reason: reason.to_owned(),
        actor: Actor::System,
        at: Timestamp::from_micros(7),
    };
    for (kind, delta, reason, said) in [
        (EntryKind::TransferReceive, 7, "Received from dmitri (1573790102331588615)", "received from dmitri"),
        (EntryKind::TransferSend, -7, "Gave to a (b) (12)", "gave to a (b)"),
        (EntryKind::TransferSend, -7, "erased", "erased"),
        (EntryKind::TaskReward, 7, "Owl (12)", "a task: Owl (12)"),
        (EntryKind::AdminAdjust, 7, "quiz", "from an administrator: quiz"),
        (EntryKind::AdminAdjust, -7, "quiz", "taken by an administrator: quiz"),
        (EntryKind::AdminAdd, 7, "quiz", "from an administrator: quiz"),
        (EntryKind::Code, 7, "Code 1", "a code: Code 1"),
        (EntryKind::Daily, 7, "", "a daily claim"),
    ] {
        assert_eq!(entry(kind, delta, reason).in_words(), said);
    }
}

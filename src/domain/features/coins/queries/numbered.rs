//! The entries of one account by the number of a page, as commands show them.

use super::super::model::{Currency, EntryKind};
use super::super::tables;
use super::HistoryRow;
use super::entries::{self, Wanted};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// Entries on one page.
const PAGE: usize = 10;
/// The last page that is looked for; whoever wants older entries has the web and the files.
const LAST: u64 = 400;

/// A page of the entries of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Whose.
    pub user: UserId,
    /// Of which currency.
    pub currency: Currency,
    /// What they have.
    pub balance: Amount,
    /// The entries, latest first.
    pub rows: Vec<HistoryRow>,
    /// Which page, from 1.
    pub page: u64,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// A page of the entries of a member, of one kind or of all. A page behind the last is empty.
pub fn numbered(
    read: &dyn Read,
    guild: GuildId,
    (currency, user): (Currency, UserId),
    kind: Option<EntryKind>,
    page: u64,
) -> Result<Numbered> {
    let page = page.clamp(1, LAST);
    let before = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(PAGE);
    let wanted = Wanted { currency: Some(currency), user: Some(user), kind, ..Wanted::default() };
    let found = entries::page(read, guild, &wanted, None, before.saturating_add(PAGE))?;
    let has_more = found.next.is_some() && page < LAST;
    let rows = found.rows.into_iter().skip(before).collect();
    Ok(Numbered { user, currency, balance: tables::balance(read, guild, currency, user)?, rows, page, has_more })
}

#[cfg(test)]
mod tests {
    use super::super::super::model::Posting;
    use super::super::super::service;
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    #[test]
    fn each_page_has_its_entries_of_the_kind_that_is_wanted() {
        let store = TestStore::new();
        let (user, currency) = (UserId::new(1), Currency::Server);
        for number in 1..=25_i64 {
            let kind = if number % 5 == 0 { EntryKind::AdminAdd } else { EntryKind::Daily };
            let posting = Posting { currency, user, delta: number, kind, reason: String::new(), actor: Actor::System };
            store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop)).unwrap();
        }
        let page = |kind, page| {
            let found = store.read(|read| numbered(read, GUILD, (currency, user), kind, page));
            (found.rows.iter().map(|row| row.id.get()).collect::<Vec<_>>(), found.page, found.has_more)
        };
        assert_eq!(page(None, 1), ((16..=25).rev().collect(), 1, true));
        assert_eq!(page(None, 3), ((1..=5).rev().collect(), 3, false));
        assert_eq!(page(None, 4), (vec![], 4, false));
        assert_eq!(page(Some(EntryKind::AdminAdd), 0), (vec![25, 20, 15, 10, 5], 1, false));
        assert_eq!(page(None, u64::MAX).1, LAST);
    }
}

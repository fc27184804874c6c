//! What there is of a member of a server, in one place: the balance of the ledger and what is kept beside it (`T-CUR-02`).

use crate::features::coins::check::Validated;
use crate::features::coins::model::{Balance, Currency};
use crate::features::currency::model::Account;
use crate::features::{coins, currency, tasks};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Tx};

/// What there is of a member. Nothing where they are unknown.
pub fn of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<(Balance, Account)> {
    let balance = coins::queries::balance_row(read, guild, Currency::Server, user)?;
    Ok((balance, currency::queries::account(read, guild, user)?))
}

/// What is wrong in the balances of a guild, one sentence each: of all of them, as far as they are not what the entries say
/// (`T-HLP-06`).
pub fn findings(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    coins::check::check(read, guild)
}

/// The balance of a member beside what its entries add up to.
pub fn validated(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Validated>> {
    let all = coins::check::validate(read, guild, user)?;
    Ok(all.into_iter().find(|validated| validated.currency == Currency::Server))
}

/// A member left the server. Of who never had an account, and has claimed nothing that would pay them by itself, nothing is noted
/// (`C-66`).
pub fn left(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    let (balance, account) = of(tx, guild, user)?;
    let had_none = balance == Balance::default() && account == Account::default();
    if had_none && !tasks::proving::is_counting(tx, guild, user)? {
        return Ok(());
    }
    currency::service::leave(tx, guild, user)
}

/// A member came, or came back: what they had is theirs.
pub fn came(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    currency::service::be_here(tx, guild, user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::flows::daily_claimed;

    const ANN: UserId = UserId::new(1);

    #[test]
    fn who_leaves_keeps_everything_and_has_it_again_when_they_come_back() {
        crate::covers!("T-CUR-02");
        let store = TestStore::new();
        store.write(|tx| left(tx, GUILD, ANN)).unwrap();
        let ann = || store.read(|read| of(read, GUILD, ANN));
        assert_eq!(ann(), (Balance::default(), Account::default()), "nothing is kept of who was never there");
        store.write(|tx| daily_claimed::run(tx, GUILD, ANN).map(drop)).unwrap();
        let before = ann();
        store.write(|tx| left(tx, GUILD, ANN)).unwrap();
        let (balance, account) = ann();
        assert_eq!((balance, account.left_at, account.last_daily), (before.0, Some(store.now()), before.1.last_daily));
        store.write(|tx| came(tx, GUILD, ANN)).unwrap();
        assert_eq!(ann(), before);
        store.check();
    }
}

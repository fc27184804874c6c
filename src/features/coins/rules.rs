//! Every decision about balances.

use super::model::{CoinsRefusal, Currency};
use crate::kernel::amount::{Amount, AmountError};

/// The balance after a change that must happen whole or not at all.
pub fn after_posting(currency: Currency, balance: Amount, delta: i64) -> Result<Amount, CoinsRefusal> {
    if delta == 0 {
        return Err(CoinsRefusal::Nothing);
    }
    balance.changed_by(delta).map_err(|error| match error {
        AmountError::Negative => {
            CoinsRefusal::NotEnough { currency, balance, wanted: Amount::ZERO.clamped_change(delta.saturating_neg()) }
        }
        AmountError::TooLarge => CoinsRefusal::Full { currency, balance },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_stays_between_nothing_and_its_cap() {
        let top = Amount::MAX.get();
        let cases = [
            (0, 1, Ok(1)),
            (1000, -1000, Ok(0)),
            (top - 1, 1, Ok(top)),
            (5, 0, Err("coins.nothing")),
            (999, -1000, Err("coins.not_enough")),
            (0, i64::MIN, Err("coins.not_enough")),
            (top, 1, Err("coins.full")),
            (1, i64::MAX, Err("coins.full")),
        ];
        for (balance, delta, expected) in cases {
            let balance = Amount::try_from(balance).unwrap();
            let outcome = after_posting(Currency::Luxury, balance, delta).map(Amount::get);
            let outcome = outcome.map_err(|refusal| crate::kernel::error::Refuse::code(&refusal));
            assert_eq!(outcome, expected, "{balance} changed by {delta}");
        }
    }
}

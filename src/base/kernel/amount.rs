//! Whole amounts of a currency: never negative, never above what JSON can carry exactly (`C-17`, `D-35`).

use serde::{Deserialize, Serialize};

/// A balance or a price. Between 0 and [`Amount::MAX`], by construction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Amount(i64);

/// A number that is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Less than nothing.
    #[error("an amount cannot be below 0")]
    Negative,
    /// Above [`Amount::MAX`].
    #[error("an amount cannot be above {}", Amount::MAX.get())]
    TooLarge,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// 2^53 - 1, the largest whole number that every JSON reader keeps exact.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// Takes a number that is known to be small, such as a constant; larger ones become [`Amount::MAX`].
    pub const fn of(number: u32) -> Self {
        Self(number as i64)
    }

    /// The number, between 0 and 2^53 - 1.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// This amount after a signed change.
    pub fn changed_by(self, delta: i64) -> Result<Self, AmountError> {
        self.0.checked_add(delta).ok_or(AmountError::TooLarge)?.try_into()
    }

    /// This amount after a signed change, kept between 0 and [`Amount::MAX`].
    #[must_use]
    pub fn clamped_change(self, delta: i64) -> Self {
        Self(self.0.saturating_add(delta).clamp(0, Self::MAX.0))
    }
}

impl TryFrom<i64> for Amount {
    type Error = AmountError;

    fn try_from(number: i64) -> Result<Self, AmountError> {
        match number {
            ..0 => Err(AmountError::Negative),
            _ if number > Self::MAX.0 => Err(AmountError::TooLarge),
            _ => Ok(Self(number)),
        }
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> i64 {
        amount.0
    }
}

impl std::fmt::Display for Amount {
    /// Digits in groups of three: `12,500`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&grouped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_stays_between_zero_and_its_maximum() {
        assert_eq!(Amount::try_from(-1), Err(AmountError::Negative));
        assert_eq!(Amount::try_from(1 << 53), Err(AmountError::TooLarge));
        assert_eq!(Amount::MAX.changed_by(1), Err(AmountError::TooLarge));
        assert_eq!(Amount::MAX.changed_by(i64::MAX), Err(AmountError::TooLarge));
        assert_eq!(Amount::ZERO.changed_by(i64::MIN), Err(AmountError::Negative));
        assert_eq!(Amount::of(5).clamped_change(i64::MIN), Amount::ZERO);
        assert_eq!(Amount::of(5).clamped_change(i64::MAX), Amount::MAX);
    }

    #[test]
    fn digits_are_shown_in_groups_of_three() {
        let shown: Vec<String> = [0, 999, 1000, 1_234_567].map(|n| Amount::of(n).to_string()).into();
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }
}

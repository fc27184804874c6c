//! What a server calls each of its currencies, for one page or answer.

use crate::features::coins::model::Currency;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::money::{self, Money};
use crate::store::Read;

/// The currencies of a server by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Currencies {
    own: Money,
}

impl Currencies {
    /// As the server calls them now.
    pub fn of(read: &dyn Read, guild: GuildId) -> Result<Self> {
        Ok(Self { own: money::of(read, guild)? })
    }

    /// As they would be called by a server that calls its own so.
    #[cfg(test)]
    pub fn called(own: &str) -> Self {
        Self { own: Money { name: own.to_owned(), ..Money::default() } }
    }

    /// What a currency is called; not escaped.
    pub fn name(&self, currency: Currency) -> &str {
        match currency {
            Currency::Server => &self.own.name,
            Currency::Luxury | Currency::Points => currency.name(),
        }
    }

    /// An amount in a column that says which currency it is; not escaped.
    pub fn short(&self, currency: Currency, amount: Amount) -> String {
        if currency == Currency::Server { self.own.short(amount) } else { amount.to_string() }
    }

    /// An amount with what so much of it is called; not escaped.
    pub fn plain(&self, currency: Currency, amount: Amount) -> String {
        if currency == Currency::Server { self.own.plain(amount) } else { format!("{amount} {currency}") }
    }

    /// The name where it begins a line: a name of ours begins with a large letter.
    pub fn title(&self, currency: Currency) -> &str {
        match currency {
            Currency::Points => "Engagement points",
            Currency::Luxury | Currency::Server => self.name(currency),
        }
    }
}

/// The currencies in the order in which people see them.
pub const IN_ORDER: [Currency; 3] = [Currency::Server, Currency::Luxury, Currency::Points];

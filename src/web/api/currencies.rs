//! What a server calls each of its currencies, for one page or answer.

use crate::features::coins::model::Currency;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::money;
use crate::store::Read;

/// The currencies of a server by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Currencies {
    own: String,
}

impl Currencies {
    /// As the server calls them now.
    pub fn of(read: &dyn Read, guild: GuildId) -> Result<Self> {
        Ok(Self { own: money::of(read, guild)?.name })
    }

    /// As they would be called by a server that calls its own so.
    #[cfg(test)]
    pub fn called(own: &str) -> Self {
        Self { own: own.to_owned() }
    }

    /// What a currency is called; not escaped.
    pub fn name(&self, currency: Currency) -> &str {
        match currency {
            Currency::Server => &self.own,
            Currency::Luxury | Currency::Points => currency.name(),
        }
    }

    /// The same where it begins a line: a name of ours begins with a large letter.
    pub fn title(&self, currency: Currency) -> &str {
        match currency {
            Currency::Points => "Engagement points",
            Currency::Luxury | Currency::Server => self.name(currency),
        }
    }
}

/// The currencies in the order in which people see them.
pub const IN_ORDER: [Currency; 3] = [Currency::Server, Currency::Luxury, Currency::Points];

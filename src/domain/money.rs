//! What each server calls its own currency, and how an amount of it is said.
//!
//! Whatever speaks of the server's money (the ledger, daily claims, shop, tasks) says it by a [`Money`], so that a server that
//! calls it cookies reads of cookies everywhere. A name is what administrators typed: it is escaped where it is drawn.

use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::{Sentence, Slot};
use crate::settings::{self, Area, Change, Listed, Setting, Text};
use crate::store::{Read, Tx};
use crate::{posts, sentence};

/// Whether the server has a currency.
pub static ENABLED: Setting<bool> = Setting::new("features.currency", true);
/// What the currency is called.
pub static NAME: Setting<Text> = Setting::text_followed("currency_name", "coins", 32, renamed);
/// What one of it is called; empty where that is the name as well.
pub static ONE: Setting<Text> = Setting::text_or_empty_followed("currency_name_singular", 32, renamed);
/// What stands beside an amount of it where there is no room for its name.
pub static SYMBOL: Setting<Text> = Setting::text_followed("currency_symbol", "$", 8, renamed);

/// The settings of this module, as administrators meet them.
pub const LISTED: &[Listed] = &[NAME_LISTED, ONE_LISTED, SYMBOL_LISTED];
const NAME_LISTED: Listed =
    Listed::new(&NAME, Area::Economy, "Currency Name", "What the currency of the server is called.").detail();
const ONE_LISTED: Listed = Listed::new(
    &ONE,
    Area::Economy,
    "Currency Name for One",
    "What one of it is called: vinyl, where the name is vinyls. Empty where that is the name as well.",
)
.detail();
const SYMBOL_LISTED: Listed = Listed::new(
    &SYMBOL,
    Area::Economy,
    "Currency Symbol",
    "What stands before an amount in lists, where there is no room for the name.",
)
.detail();

/// The currency of a server, as it is called there. In a slot of a sentence it is its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// Its name, `coins`; not escaped.
    pub name: String,
    /// What one of it is called, `coin`; not escaped, and empty where that is the name as well.
    pub one: String,
    /// Its symbol, `$`; not escaped.
    pub symbol: String,
}

/// Whether a guild has a currency of its own.
pub fn is_on(read: &dyn Read, guild: GuildId) -> Result<bool> {
    ENABLED.get(read, guild)
}

/// What a guild calls its currency.
pub fn of(read: &dyn Read, guild: GuildId) -> Result<Money> {
    let [name, one, symbol] =
        [&NAME, &ONE, &SYMBOL].map(|setting| setting.get(read, guild).map(|text| text.as_str().to_owned()));
    Ok(Money { name: name?, one: one?, symbol: symbol? })
}

/// Gives the currency of a guild the name, and the symbol if there is one, that somebody typed. Refuses what is too long or says
/// nothing.
pub fn rename(tx: &Tx<'_>, guild: GuildId, by: Actor, name: &str, symbol: Option<&str>) -> Result<Money> {
    let name = NAME_LISTED.read_typed(name)?;
    let symbol = symbol.map(|symbol| SYMBOL_LISTED.read_typed(symbol)).transpose()?;
    settings::change(tx, guild, by, &NAME, &name)?;
    if let Some(symbol) = symbol {
        settings::change(tx, guild, by, &SYMBOL, &symbol)?;
    }
    of(tx, guild)
}

/// Messages that follow a row say amounts by the name: they are drawn anew.
fn renamed(tx: &Tx<'_>, guild: GuildId, _: &Change) -> Result<()> {
    posts::redraw_all(tx, guild)
}

impl Money {
    /// What so much of it is called: cookies, or cookie for one.
    pub fn called(&self, amount: Amount) -> &str {
        if amount == Amount::of(1) && !self.one.is_empty() { &self.one } else { &self.name }
    }

    /// An amount of it in a sentence: **1,250** cookies, **1** cookie.
    pub fn of(&self, amount: Amount) -> Sentence {
        sentence!("**{amount}** {name}", amount, name = Sentence::typed(self.called(amount)))
    }

    /// An amount as plain text, `1,250 cookies`; not escaped.
    pub fn plain(&self, amount: Amount) -> String {
        format!("{amount} {}", self.called(amount))
    }

    /// An amount as plain text where there is little room, `$1,250`; not escaped.
    pub fn short(&self, amount: Amount) -> String {
        format!("{}{amount}", self.symbol)
    }
}

impl Slot for Money {
    fn to_sentence(&self) -> Sentence {
        Sentence::typed(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::sentence::NO_COMMANDS;

    #[test]
    fn an_amount_is_said_by_the_name_that_the_server_gave() {
        let store = TestStore::new();
        let said = |guild| {
            let money = store.read(|read| of(read, guild));
            (money.of(Amount::of(1_250)).markdown(NO_COMMANDS), money.short(Amount::of(1_250)))
        };
        assert_eq!(said(GUILD), ("**1,250** coins".to_owned(), "$1,250".to_owned()));
        let rename = |name: &'static str, symbol| {
            store.write(move |tx| rename(tx, GUILD, Actor::Operator, name, symbol).map(drop))
        };
        assert_eq!(rename("cookies", Some("far too long")).unwrap_err().code(), "setting.not_allowed");
        assert_eq!(rename(" ", None).unwrap_err().code(), "setting.not_allowed");
        assert_eq!(said(GUILD).0, "**1,250** coins", "what is refused changes nothing");
        rename("*big* cookies", Some("🍪")).unwrap();
        assert_eq!(said(GUILD), (r"**1,250** \*big\* cookies".to_owned(), "🍪1,250".to_owned()));
        assert_eq!(said(GuildId::new(6)).0, "**1,250** coins", "what one server calls it concerns no other");
        let one = || store.read(|read| of(read, GUILD)).of(Amount::of(1)).markdown(NO_COMMANDS);
        assert_eq!(one(), r"**1** \*big\* cookies", "without another word one is called as many are");
        store.write(|tx| ONE_LISTED.change(tx, GUILD, Actor::Operator, "*big* cookie").map(drop)).unwrap();
        assert_eq!(
            (one(), said(GUILD).0),
            (r"**1** \*big\* cookie".to_owned(), r"**1,250** \*big\* cookies".to_owned())
        );
        store.write(|tx| ONE_LISTED.change(tx, GUILD, Actor::Operator, "").map(drop)).unwrap();
        assert_eq!(one(), r"**1** \*big\* cookies");
    }
}

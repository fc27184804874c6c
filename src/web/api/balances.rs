//! A balance is changed on the dashboard: by an amount or to one (`T-API-05`). The limit of changes of balances counts for each who acts
//! (`C-13`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::by_hand::{beside, changed};
use super::ledger::{EntryView, currency_called};
use crate::features::coins::model::Currency;
use crate::features::coins::queries::{balance, called};
use crate::features::coins::rules;
use crate::features::coins::service::Order;
use crate::flows::{coins_by_hand, known_members};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::{Sentence, Slot};
use crate::sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::MemberPage;
use crate::web::segments::One;

/// Changes a balance.
pub struct SetBalance;

/// What the buttons of the form do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BalanceAct {
    /// They get so much.
    Give,
    /// So much is taken, as far as there is.
    Take,
    /// They have so much.
    Set,
}

/// How much, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BalanceBody {
    /// How much: what they are to have, or by how much it changes, below 0 for what is taken.
    #[serde(default)]
    pub amount: Option<Typed>,
    /// Whether `amount` is what they are to have.
    #[serde(default)]
    pub set: bool,
    /// The same said by what is done: then `amount` is never below 0.
    #[serde(default)]
    pub act: Option<BalanceAct>,
    /// Why; it stands in the ledger.
    #[serde(default)]
    pub reason: String,
    /// Of which currency: `server` where nothing is said, or `luxury`, which is for Discord's Administrator permission.
    #[serde(default)]
    pub currency: Option<String>,
}

/// What is to become of a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// It changes by so much; not by 0.
    By(i64),
    /// It becomes so much.
    To(Amount),
}

impl BalanceBody {
    fn wish(&self) -> Result<Wish, Problem> {
        let typed = self.amount.as_ref().and_then(Typed::signed);
        let wrong = |refusal: crate::features::coins::model::CoinsRefusal| Problem::field("amount", refusal.sentence());
        let amount = |typed: Option<i64>| rules::typed_amount(typed).map(Amount::get).map_err(wrong);
        match (self.act, typed) {
            (act, typed) if act == Some(BalanceAct::Set) || (act.is_none() && self.set) => to(typed),
            (Some(BalanceAct::Take), typed) => Ok(Wish::By(-amount(typed)?)),
            (None, Some(typed)) if typed < 0 => Ok(Wish::By(-amount(typed.checked_neg())?)),
            (_, typed) => Ok(Wish::By(amount(typed)?)),
        }
    }

    fn currency(&self) -> Result<Currency, Problem> {
        match currency_called(self.currency.as_deref())? {
            Some(Currency::Points) => {
                let why = "Engagement points are what handles hold, so they are not changed by hand.";
                Err(Problem::field("currency", Sentence::words(why)))
            }
            found => Ok(found.unwrap_or(Currency::Server)),
        }
    }
}

fn to(typed: Option<i64>) -> Result<Wish, Problem> {
    let amount = typed.and_then(|number| Amount::try_from(number).ok());
    let takes = || sentence!("It takes a whole number from 0 to {most}.", most = Amount::MAX);
    amount.map(Wish::To).ok_or_else(|| Problem::field("amount", takes()))
}

impl Endpoint for SetBalance {
    const NAME: &'static str = "users.balance";
    const ABOUT: &'static str = "Changes a balance by an amount, or sets it to one; the ledger gets an entry of the difference. No more is \
                                 taken than there is.";
    const DOORS: Doors = Doors::put(&["/api/{server}/users/{member}/balance"])
        .form("/g/{server}/members/{member}/balance", again::<MemberPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Balances;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-05", "T-ERR-02"];

    type Path = One<UserId>;
    type Query = Nothing;
    type Body = BalanceBody;
    type Answer = EntryView;

    fn sample(samples: &Samples) -> Sample {
        Sample {
            path: vec![("member", samples.member.clone())],
            body: Some(serde_json::json!({ "amount": 100, "set": false, "reason": "Admin adjustment" })),
            ..Sample::default()
        }
    }

    async fn question(web: &Web, asked: &Asked<Self>) -> Result<Option<Sentence>, Problem> {
        let (guild, One(user)) = (asked.guild, asked.path);
        // What cannot be read is told when it is done.
        let (Ok(wish), Ok(currency)) = (asked.body.wish(), asked.body.currency()) else { return Ok(None) };
        let look = move |read: &dyn crate::store::Read| {
            let name = called(read, guild, currency)?.to_sentence();
            Ok((balance(read, guild, currency, user)?, known_members::called(read, guild, user)?, name))
        };
        let (has, mut called, name) = web.look(Self::NAME, look).await?;
        web.call_by_name(guild, vec![(user, &mut called)]).await;
        Ok(is_meant(wish, has, &called, &name))
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<EntryView>, Problem> {
        let (guild, One(user), body) = (asked.guild, asked.path, asked.body.clone());
        let (wish, currency) = (body.wish()?, body.currency()?);
        let wrong = |refusal: crate::features::coins::model::CoinsRefusal| Problem::field("reason", refusal.sentence());
        let reason = rules::required_reason(&body.reason).map_err(wrong)?;
        if currency == Currency::Luxury && !asked.rank.reaches(Who::Administrator) {
            return Err(Problem::Forbidden(Who::Administrator));
        }
        // From whoever left something may still be taken.
        let is_gift = match wish {
            Wish::By(delta) => delta > 0,
            Wish::To(amount) => web.look(Self::NAME, move |read| balance(read, guild, currency, user)).await? < amount,
        };
        if is_gift {
            web.require_receiver(guild, "member", user).await?;
        }
        let change = web.change(&asked, move |tx, actor| {
            let order = Order { currency, user, reason: reason.clone(), actor };
            match wish {
                Wish::By(delta) => coins_by_hand::adjust(tx, guild, &order, delta).map(drop)?,
                Wish::To(amount) => coins_by_hand::adjust_to(tx, guild, &order, amount).map(drop)?,
            }
            EntryView::latest(tx, guild)
        });
        let answered = web.done_with_names(guild, change.await?).await;
        let answered = answered.telling(changed).undone_at(|entry| entry.undo_form(guild));
        Ok(answered.leading_to(format!("/g/{guild}/members/{user}")))
    }
}

/// What somebody is asked before a balance changes by so much that it may be a slip; nothing below that.
fn is_meant(wish: Wish, has: Amount, user: &str, name: &Sentence) -> Option<Sentence> {
    let size = |delta: i64| Amount::ZERO.clamped_change(delta.saturating_abs());
    let delta = match wish {
        Wish::By(delta) => delta,
        Wish::To(amount) => amount.get() - has.get(),
    };
    let (amount, name) = (size(delta), name.clone());
    let beside = beside(amount, has, user, &name)?;
    match wish {
        Wish::To(amount) => Some(sentence!("{beside} Set it to **{amount} {name}**?", beside, amount, name)),
        Wish::By(1..) => Some(sentence!("{beside} Give **{amount} {name}**?", beside, amount, name)),
        // Where nothing is, nothing is taken.
        Wish::By(_) if has == Amount::ZERO => None,
        Wish::By(_) if amount >= has => Some(sentence!("{beside} Take all **{has} {name}**?", beside, has, name)),
        Wish::By(_) => Some(sentence!("{beside} Take **{amount} {name}**?", beside, amount, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::input::read_json;

    fn wish(sent: &str) -> Option<Wish> {
        read_json::<BalanceBody>(sent.as_bytes()).ok()?.wish().ok()
    }

    #[test]
    fn an_amount_is_a_change_or_what_there_is_to_be_and_nothing_is_guessed() {
        let to = |amount| Some(Wish::To(Amount::of(amount)));
        for (sent, expected) in [
            (r#"{"amount": 100}"#, Some(Wish::By(100))),
            (r#"{"amount": -100, "set": false}"#, Some(Wish::By(-100))),
            (r#"{"amount": "-1,000"}"#, Some(Wish::By(-1_000))),
            (r#"{"amount": 0, "set": true}"#, to(0)),
            (r#"{"amount": 40, "set": true}"#, to(40)),
            (r#"{"amount": "40", "act": "set"}"#, to(40)),
            (r#"{"amount": 5, "act": "give"}"#, Some(Wish::By(5))),
            (r#"{"amount": 5, "act": "take"}"#, Some(Wish::By(-5))),
            (r#"{"amount": 9007199254740991}"#, Some(Wish::By(9_007_199_254_740_991))),
            (r#"{"amount": 9007199254740992}"#, None),
            (r#"{"amount": -9007199254740992}"#, None),
            (r#"{"amount": 9007199254740992, "set": true}"#, None),
            (r#"{"amount": 0}"#, None),
            (r#"{"amount": -5, "set": true}"#, None),
            (r#"{"amount": -5, "act": "take"}"#, None),
            (r#"{"amount": 2.5}"#, None),
            (r#"{"amount": "many"}"#, None),
            (r#"{"amount": null}"#, None),
            ("{}", None),
        ] {
            assert_eq!(wish(sent), expected, "{sent}");
        }
    }

    #[test]
    fn the_servers_own_currency_is_meant_unless_another_is_named_and_never_points() {
        let currency = |sent: &str| read_json::<BalanceBody>(sent.as_bytes()).unwrap().currency().ok();
        assert_eq!(currency("{}"), Some(Currency::Server));
        assert_eq!(currency(r#"{"currency": "luxury"}"#), Some(Currency::Luxury));
        for other in ["points", "cookies"] {
            assert_eq!(currency(&format!(r#"{{"currency": "{other}"}}"#)), None, "{other}");
        }
    }

    #[test]
    fn what_may_be_a_slip_is_asked_about_by_the_name_of_the_currency() {
        let asked = |wish, has| {
            is_meant(wish, Amount::of(has), "<ann>", &Sentence::typed("cookies")).map(|asked| asked.plain())
        };
        let to = |amount| Wish::To(Amount::of(amount));
        assert_eq!(
            asked(Wish::By(50_000), 1_000).as_deref(),
            Some("That is 50 times what <ann> has. Give 50,000 cookies?")
        );
        assert_eq!(
            asked(to(2_000_000), 5).as_deref(),
            Some("That is 399,999 times what <ann> has. Set it to 2,000,000 cookies?")
        );
        assert_eq!(
            asked(Wish::By(-50_000), 1_000).as_deref(),
            Some("That is 50 times what <ann> has. Take all 1,000 cookies?")
        );
        for (wish, has) in [(Wish::By(9_999), 0), (to(9_999), 0), (Wish::By(-50_000), 0), (to(5), 5)] {
            assert_eq!(asked(wish, has), None, "{wish:?} of {has}");
        }
    }
}
